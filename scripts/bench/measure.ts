/** Runs a command and measures wall time and the memory of the whole process tree. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Measurement {
  seconds: number;
  /** Highest sum of the resident memory of the command and its children, in MB; 0 where /proc does not exist. */
  peakMb: number;
  stdout: string;
  exitCode: number;
}

const SAMPLE_MS = 50;

export async function measure(command: string[], cwd: string): Promise<Measurement> {
  const [program = "", ...args] = command;
  const start = performance.now();
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "ignore"] });
  let peakMb = 0;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, treeMemoryMb(child.pid ?? 0));
  }, SAMPLE_MS);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  clearInterval(timer);
  return { seconds: (performance.now() - start) / 1000, peakMb, stdout, exitCode };
}

interface Process {
  pid: number;
  parent: number;
  mb: number;
}

function treeMemoryMb(root: number): number {
  const all = processes();
  const total = (pid: number): number =>
    all.filter((one) => one.parent === pid).reduce((sum, one) => sum + total(one.pid), 0) +
    (all.find((one) => one.pid === pid)?.mb ?? 0);
  return total(root);
}

function processes(): Process[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => readProcess(Number(pid)));
  } catch {
    return [];
  }
}

function readProcess(pid: number): Process[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const number = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return [{ pid, parent: number("PPid"), mb: number("VmRSS") / 1024 }];
  } catch {
    return []; // ended between listing and reading
  }
}
