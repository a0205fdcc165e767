/** Runs the offline preview the way a user does: the command, on a project and packs in folders of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "..", "..");
const COMMAND = join(ROOT, "offline-preview", "bin", "pulumi-offline-preview.cjs");

/** Files of a project or a pack: path -> content. */
export type Files = Record<string, string>;

const scratch: string[] = [];

/** Writes files into a new folder in which the repository's packages can be imported. */
export function folder(files: Files): string {
  const path = mkdtempSync(join(tmpdir(), "offline-preview-test-"));
  scratch.push(path);
  symlinkSync(join(ROOT, "node_modules"), join(path, "node_modules"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** A project of one ES module, with one stack named dev. */
export function project(program: string, files: Files = {}): string {
  return folder({
    "Pulumi.yaml": "name: demo\nruntime: {name: nodejs, options: {typescript: false}}\n",
    "Pulumi.dev.yaml": "config: {}\n",
    "package.json": JSON.stringify({ name: "demo", type: "module" }),
    "index.ts": program,
    ...files,
  });
}

/** A policy pack; `policies` is the text of an array. */
export function pack(policies: string, files: Files = {}, level = "mandatory"): string {
  return folder({
    "PulumiPolicy.yaml": "runtime: nodejs\n",
    "package.json": JSON.stringify({ name: "demo-pack", version: "1.2.3", main: "index.js" }),
    "index.js": `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("demo-pack", { enforcementLevel: "${level}", policies: ${policies} });`,
    ...files,
  });
}

export function removeFolders(): void {
  for (const path of scratch.splice(0)) rmSync(path, { recursive: true, force: true });
}

export interface Resource {
  urn: string;
  type: string;
  name: string;
  parent: string;
  custom: boolean;
  opaque?: boolean;
  inputs: Record<string, unknown>;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  source: string;
}

export interface Finding {
  pack: string;
  policy: string;
  level: string;
  severity: string;
  urn: string;
  message: string;
  reason: string;
  remedy: string;
}

export interface Stack {
  project: string;
  stack: string;
  ok: boolean;
  error?: string;
  resources: Resource[];
  diagnostics: Finding[];
  notEvaluated: Finding[];
  exempted: Finding[];
  outputs: Record<string, unknown>;
  durationMs: number;
}

export interface Report {
  ok: boolean;
  packs: {
    name: string;
    version: string;
    digest: string;
    configDigest: string | null;
    policies: { name: string; level: string; severity: string; remedy: string }[];
  }[];
  stacks: Stack[];
}

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface Options {
  cwd?: string;
  env?: Record<string, string>;
  /** A module that Node.js loads before the command. */
  require?: string;
  /** Called with the running command. */
  started?: (child: ChildProcess) => void;
}

/** Runs the command to its end. */
export function run(args: string[], options: Options = {}): Promise<Run> {
  const before = options.require === undefined ? [] : ["--require", options.require];
  const child = spawn(process.execPath, [...before, COMMAND, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const result: Run = { code: null, signal: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    result.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    result.stderr += text;
  });
  options.started?.(child);
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ ...result, code, signal })));
}

/** Runs the command with --json and reads the document. */
export async function preview(
  cwd: string,
  args: string[] = [],
  options: Options = {},
): Promise<{ code: number | null; report: Report; stack: Stack; stderr: string }> {
  const { code, stdout, stderr } = await run(["--cwd", cwd, "--json", ...args], options);
  if (stdout === "") throw new Error(`no report (exit ${code}): ${stderr}`);
  const report = JSON.parse(stdout) as Report;
  return { code, report, stack: report.stacks[0]!, stderr };
}

/** The resource of a name; fails if there is not exactly one. */
export function resource(stack: Stack, name: string): Resource {
  const found = stack.resources.filter((candidate) => candidate.name === name);
  if (found.length !== 1) {
    const names = stack.resources.map((candidate) => candidate.name).join(", ");
    throw new Error(`${found.length} resources are named ${name}: ${names}${stack.error ? `; ${stack.error}` : ""}`);
  }
  return found[0]!;
}
