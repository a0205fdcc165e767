// Finding the program, as @pulumi/pulumi's cmd/run does: what Pulumi.yaml names, else package.json, else an index file.

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../errors.ts";
import type { StackRun } from "../protocol/messages.ts";

interface Manifest {
  type?: string;
  main?: string;
  exports?: unknown;
}

/** Where a program begins. */
export interface Entry {
  /** The program: a file, or a folder that holds an index file. */
  path: string;
  /** True if its package says that it is an ES module. */
  isModule: boolean;
  /** What the engine would warn of. */
  warnings: string[];
}

const MANIFESTS = ["package.json", "package.yaml"];

/** The nearest package.json or package.yaml from a folder upwards, and its folder. */
export function findManifest(folder: string): { folder: string; manifest: Manifest } {
  for (let current = folder; ; current = dirname(current)) {
    const name = MANIFESTS.find((candidate) => existsSync(join(current, candidate)));
    if (name !== undefined) return { folder: current, manifest: readManifest(join(current, name)) };
    if (dirname(current) === current) return { folder, manifest: {} };
  }
}

// A manifest that cannot be read counts as empty: what needs it will say so.
function readManifest(file: string): Manifest {
  try {
    const text = readFileSync(file, "utf8");
    if (file.endsWith(".json")) return JSON.parse(text) as Manifest;
    // With the parser of the SDK, which reads package.yaml too.
    const sdk = createRequire(createRequire(file).resolve("@pulumi/pulumi"));
    return (sdk("js-yaml").load(text) ?? {}) as Manifest;
  } catch {
    return {};
  }
}

/** Finds the entry point of a stack's program. */
export function findEntry(run: StackRun): Entry {
  const path = resolve(run.pwd, run.main);
  const { folder, manifest } = findManifest(isFolder(path) ? path : dirname(path));
  const isModule = manifest.type === "module";
  const declared = run.main === "." ? declaredEntry(manifest) : undefined;
  if (declared === undefined) return { path, isModule, warnings: twoPrograms(path) };
  const file = join(folder, declared);
  if (existsSync(file)) return { path: file, isModule, warnings: twoPrograms(file) };
  const warning = `Could not find entry point '${declared}' specified in package.json; using '${path}' instead`;
  return { path, isModule, warnings: [warning, ...twoPrograms(path)] };
}

function declaredEntry({ exports, main }: Manifest): string | undefined {
  if (typeof exports === "string") return exports;
  if (typeof exports !== "object" || exports === null) return main || undefined;
  const root = (exports as Record<string, unknown>)["."];
  if (typeof root !== "object" || root === null) return typeof root === "string" ? root : undefined;
  const conditions = root as Record<string, string | undefined>;
  return conditions.default || conditions.require || conditions.import;
}

function twoPrograms(path: string): string[] {
  if (!isFolder(path) || !["index.js", "index.ts"].every((name) => existsSync(join(path, name)))) return [];
  return [
    "Found a TypeScript project containing an index.js file and no explicit entrypoint in Pulumi.yaml - " +
      "Pulumi will use index.js",
  ];
}

const MODULE_NAMES = ["index.js", "index.mjs", "index.ts", "index.mts"];

/** The file that an ES module program begins with. */
export function moduleFile(path: string): string {
  const target = realpathSync(path);
  if (!isFolder(target)) return target;
  const name = MODULE_NAMES.find((candidate) => existsSync(join(target, candidate)));
  if (name === undefined) throw noProgram(target, MODULE_NAMES);
  return join(target, name);
}

/** The file that require() finds for a CommonJS program. */
export function commonFile(path: string, typescript: boolean): string {
  const require = createRequire(join(path, "program.js"));
  try {
    // With the slash a folder is never taken for a file of the same name beside it.
    return require.resolve(isFolder(path) ? `${path}/` : path);
  } catch {
    throw noProgram(path, typescript ? ["index.js", "index.ts"] : ["index.js"]);
  }
}

function noProgram(path: string, names: string[]): UserError {
  return new UserError(`no program in ${path}: expected one of ${names.join(", ")}`);
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory();
}
