// Fresh modules for every stack: a program is evaluated anew, with its own files, while SDKs in node_modules stay loaded.

import {
  createRequire,
  type LoadFnOutput,
  type ResolveFnOutput,
  registerHooks,
  stripTypeScriptTypes,
} from "node:module";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { folder, requireCache } from "../here.cjs";
import type { Compiler } from "./compiler.ts";

const QUERY = "stack";
const STACK_QUERY = new RegExp(`[?&]${QUERY}=\\d+$`);

// Where imports lead, by what is imported and the file that does it: the same for every stack.
const resolved = new Map<string, ResolveFnOutput>();

let current = 0;
let stale = false;
let compiler: Compiler | undefined;

/** True for a file of the project itself, or of a workspace linked into it: not of an installed package. */
function isProjectUrl(url: string): boolean {
  return url.startsWith("file:") && !url.includes("/node_modules/");
}

function isProjectFile(file: string): boolean {
  return !file.split(sep).includes("node_modules");
}

/** Starts to keep the stacks' modules apart. Call it once, before the first program is loaded. */
export function installFreshModules(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const find = () => resolveSource(specifier, (name) => next(name, context));
      // What is required is found again by its file name alone: it is dropped from the cache instead.
      if (context.conditions.includes("require")) return find();
      const key = `${specifier}\n${context.parentURL?.replace(STACK_QUERY, "")}`;
      const result = resolved.get(key) ?? find();
      resolved.set(key, { ...result, shortCircuit: true });
      if (!isProjectUrl(result.url)) return result;
      const url = new URL(result.url);
      url.searchParams.set(QUERY, String(current));
      return { ...result, url: url.href };
    },
    load(url, context, next) {
      if (!isProjectUrl(url)) return next(url, context);
      const result = loadSource(fileURLToPath(url), () => next(url, context));
      // An ES module that was loaded by require() cannot be dropped from any cache.
      const format = result.format ?? "";
      if (format.startsWith("module") && !new URL(url).searchParams.has(QUERY)) stale = true;
      return result;
    },
  });
}

/** Has the project's own TypeScript compiled, from the next module on. */
export function compileWith(projectCompiler: Compiler): void {
  compiler = projectCompiler;
  const { extensions } = createRequire(join(folder, "here.cjs"));
  const asJavaScript = extensions[".js"] as NodeJS.RequireExtensions[string];
  for (const name of [".ts", ".tsx"]) extensions[name] = asJavaScript;
}

type Resolved = { url: string; format?: string | null | undefined };

// In an ES module the compiler is told of a neighbour by the name of what it becomes: "./a.js" for a.ts.
function resolveSource<T extends Resolved>(specifier: string, next: (name: string) => T): T {
  try {
    return next(specifier);
  } catch (error) {
    if (compiler?.isModule !== true || !/^\.\.?\/.*\.[cm]?js$/.test(specifier)) throw error;
    try {
      return next(specifier.replace(/js$/, "ts"));
    } catch {
      throw error;
    }
  }
}

// Sources without their types, by file: each stack evaluates them anew, and the text stays the same.
const stripped = new Map<string, LoadFnOutput>();

function loadSource(file: string, next: () => LoadFnOutput): LoadFnOutput {
  const known = compiler?.compile(file) ?? stripped.get(file);
  if (known !== undefined) return { ...known, shortCircuit: true };
  const result = next();
  const plain = withoutTypes(result);
  if (plain === undefined) return result;
  stripped.set(file, plain);
  return plain;
}

function withoutTypes({ format, source }: LoadFnOutput): LoadFnOutput | undefined {
  const plain = /^(module|commonjs)-typescript$/.exec(format ?? "")?.[1];
  if (plain === undefined || source === undefined || source === null) return undefined;
  try {
    const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString();
    return { format: plain, source: stripTypeScriptTypes(text) };
  } catch {
    // Node.js says what is wrong, and where, when it tries itself.
    return undefined;
  }
}

/** Begins the life of another stack's modules. */
export function freshModules(index: number): void {
  current = index;
  for (const file of Object.keys(requireCache)) {
    if (isProjectFile(file)) delete requireCache[file];
  }
}

/** False if some module of the program would survive into the next stack: then a new process has to run it. */
export function canBeReused(): boolean {
  return !stale;
}

type Listener = (...args: never[]) => void;

/** Removes, at the end of a stack, the process listeners that the project's own files added. */
export function trackListeners(): () => void {
  const added: [string, Listener][] = [];
  const names = ["on", "addListener", "once"] as const;
  const originals = names.map((name) => process[name]);
  for (const name of names) {
    const original = process[name] as unknown as (event: string, listener: Listener) => NodeJS.Process;
    (process as unknown as Record<string, unknown>)[name] = (event: string, listener: Listener) => {
      if (calledByProject()) added.push([event, listener]);
      return original.call(process, event, listener);
    };
  }
  return () => {
    names.forEach((name, index) => {
      (process as unknown as Record<string, unknown>)[name] = originals[index];
    });
    for (const [event, listener] of added) process.removeListener(event, listener as () => void);
  };
}

function calledByProject(): boolean {
  const frame = new Error().stack?.split("\n")[3] ?? "";
  const url = /(file:[^)]+|\/[^)]+):\d+:\d+\)?$/.exec(frame)?.[1];
  if (url === undefined) return false;
  return isProjectFile(url.startsWith("file:") ? fileURLToPath(url) : url);
}
