/** The process of a policy pack under test, started as the engine starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

/** How a pack is started. */
export interface PackStart {
  folder: string;
  /** The script of the pack's own SDK that runs it. */
  runner: string;
  /** On top of this process's own variables. */
  environment: Record<string, string>;
  timeoutSeconds: number;
}

/** A pack that listens. */
export interface PackProcess {
  port: number;
  stop(): Promise<void>;
}

/** Lines of what a pack printed that an error shows: the last ones. */
const LINES_SHOWN = 12;

/** Starts a pack and waits until it listens. The error says what the pack printed if it does not. */
export async function startProcess({ folder, runner, environment, timeoutSeconds }: PackStart): Promise<PackProcess> {
  if (!existsSync(join(folder, "PulumiPolicy.yaml"))) throw new Error(`${folder} holds no PulumiPolicy.yaml`);
  // The engine's address comes first; the runner only drops it.
  const child = spawn(process.execPath, [runner, "127.0.0.1:1", folder], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  let errors = "";
  const collect = (chunk: string) => {
    errors += chunk;
  };
  child.stderr?.setEncoding("utf8").on("data", collect);
  try {
    const port = await portOf(child, timeoutSeconds);
    child.stderr?.removeListener("data", collect).pipe(process.stderr);
    return { port, stop: () => stop(child, kill) };
  } catch (error) {
    await stop(child, kill);
    throw new Error(`the policy pack in ${folder} did not start: ${(error as Error).message}${lastLines(errors)}`);
  }
}

function lastLines(text: string): string {
  const lines = stripVTControlCharacters(text).split("\n");
  const telling = lines.filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return telling.length === 0 ? "" : `\n${telling.slice(-LINES_SHOWN).join("\n")}`;
}

/** The pack's first line of output is the port that it serves; what it prints later is passed on. */
async function portOf(child: ChildProcess, timeoutSeconds: number): Promise<number> {
  const abort = new AbortController();
  const { signal } = abort;
  const lines = createInterface({ input: child.stdout! });
  const timer = setTimeout(() => abort.abort(), timeoutSeconds * 1000);
  try {
    const line = once(lines, "line", { signal }).then(([first]) => String(first));
    // "close" comes after the last output.
    const ended = once(child, "close", { signal }).then(([code]): string => {
      throw new Error(`it ended with exit code ${code} before it listened`);
    });
    const port = await Promise.race([line, ended]);
    if (!/^\d+$/.test(port)) throw new Error(`its first line of output is no port but ${JSON.stringify(port)}`);
    lines.on("line", (later) => console.log(later));
    return Number(port);
  } catch (error) {
    if ((error as Error).name !== "AbortError") throw error;
    throw new Error(`it did not listen within ${timeoutSeconds} s`);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function stop(child: ChildProcess, kill: () => void): Promise<void> {
  process.removeListener("exit", kill);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
