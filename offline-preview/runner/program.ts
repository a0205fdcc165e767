// Evaluating the program, as @pulumi/pulumi's cmd/run does.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import type { StackRun } from "../protocol/messages.ts";
import { findCompiler } from "./compiler.ts";
import { commonFile, findEntry, moduleFile } from "./entry.ts";
import { compileWith } from "./modules.ts";

// All stacks of a process are of one project: what its first program needs is made once.
let prepared = false;
let compiled = false;

/** Evaluates the program and returns its outputs. */
export async function loadProgram(run: StackRun): Promise<unknown> {
  const { path, isModule, warnings } = findEntry(run);
  if (!prepared) prepareCompiler(run, isModule);
  const exported = isModule ? await loadModule(path) : await loadCommon(path);
  warn(run, warnings);
  return typeof exported === "function" ? await exported() : await exported;
}

function prepareCompiler(run: StackRun, isModule: boolean): void {
  const compiler = findCompiler(run, isModule);
  if (compiler !== undefined) compileWith(compiler);
  compiled = compiler !== undefined;
  prepared = true;
}

function warn(run: StackRun, warnings: string[]): void {
  const { log } = createRequire(join(run.pwd, "program.js"))("@pulumi/pulumi");
  for (const warning of warnings) void log.warn(warning);
}

async function loadModule(path: string): Promise<unknown> {
  const namespace = await importFresh(moduleFile(path));
  if (!("default" in namespace)) return { ...namespace };
  if (Object.keys(namespace).length !== 1) {
    throw new Error("expected entrypoint module to have either a default export or named exports but not both");
  }
  return namespace.default;
}

async function loadCommon(path: string): Promise<unknown> {
  const file = commonFile(path, compiled);
  // What require() would load as an ES module is imported: only then can the next stack have a fresh one.
  const mayBeModule = compiled ? /\.m[jt]s$/ : /\.[cm]?ts$|\.mjs$/;
  if (!mayBeModule.test(file)) return createRequire(file)(file);
  const namespace = await importFresh(file);
  // What require() would have returned, when the file turned out to be CommonJS.
  return "module.exports" in namespace ? namespace["module.exports"] : { ...namespace };
}

async function importFresh(file: string): Promise<Record<string, unknown>> {
  // Compiled to CommonJS, an import of a call would lose what the call's name was imported from.
  const url = pathToFileURL(file).href;
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (error) {
    throw withHint(error);
  }
}

// What Node.js says of a program that needs more than it offers.
function withHint(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: string }).code;
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return new UserError(
      `${error.message}: Node.js runs this program by removing its types, and enums, namespaces and parameter ` +
        "properties are not types; without 'typescript: false' in Pulumi.yaml it is compiled, if it is an ES module " +
        "with ts-node 10 or newer and typescript from the project",
    );
  }
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT") {
    const relative = /Cannot find module '([^']*\/)?([^'/.]+)' imported from (.+)$/m.exec(error.message);
    if (relative !== null || code === "ERR_UNSUPPORTED_DIR_IMPORT") {
      return new UserError(
        `${error.message.split("\n")[0]}: in an ES module a relative import needs the file's whole name, ` +
          `such as "./${relative?.[2] ?? "folder/index"}.ts"`,
      );
    }
  }
  return error;
}
