// Finding and evaluating the program, as @pulumi/pulumi's cmd/run does.

import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import type { StackRun } from "../protocol/messages.ts";

interface Manifest {
  type?: string;
  main?: string;
  exports?: unknown;
}

function findManifest(folder: string): { folder: string; manifest: Manifest } {
  for (let current = folder; ; current = dirname(current)) {
    const file = join(current, "package.json");
    if (existsSync(file)) return { folder: current, manifest: JSON.parse(readFileSync(file, "utf8")) as Manifest };
    if (dirname(current) === current) return { folder, manifest: {} };
  }
}

function declaredEntry(manifest: Manifest): string | undefined {
  const { exports } = manifest;
  if (typeof exports === "string") return exports;
  if (typeof exports === "object" && exports !== null) {
    const main = (exports as Record<string, unknown>)["."];
    if (typeof main === "string") return main;
    if (typeof main === "object" && main !== null) {
      const conditions = main as Record<string, string | undefined>;
      return conditions.default ?? conditions.require ?? conditions.import;
    }
    return undefined;
  }
  return manifest.main;
}

/** The file that is the program, and whether its package says that it is an ES module. */
function findEntry(run: StackRun): { file: string; isModule: boolean } {
  let target = resolve(run.pwd, run.main);
  const { folder, manifest } = findManifest(statSync(target).isDirectory() ? target : dirname(target));
  const declared = run.main === "." ? declaredEntry(manifest) : undefined;
  if (declared !== undefined && existsSync(join(folder, declared))) target = join(folder, declared);
  const isModule = manifest.type === "module";
  target = realpathSync(target);
  if (!statSync(target).isDirectory()) return { file: target, isModule };
  const names = isModule ? ["index.js", "index.mjs", "index.ts", "index.mts"] : ["index.js"];
  // Without type: module a TypeScript program is found only if Pulumi.yaml does not switch TypeScript off.
  if (!isModule && run.typescript) names.push("index.ts");
  const name = names.find((candidate) => existsSync(join(target, candidate)));
  if (name === undefined) throw new UserError(`no program in ${target}: expected one of ${names.join(", ")}`);
  return { file: join(target, name), isModule };
}

/** Evaluates the program and returns its outputs. */
export async function loadProgram(run: StackRun): Promise<unknown> {
  const { file, isModule } = findEntry(run);
  const exported = await evaluate(file, isModule);
  return typeof exported === "function" ? await exported() : await exported;
}

async function evaluate(file: string, isModule: boolean): Promise<unknown> {
  if (!isModule && !/\.[cm]?ts$|\.mjs$/.test(file)) return createRequire(file)(file);
  const namespace = (await importFresh(file)) as Record<string, unknown>;
  // What require() would have returned, when the file turned out to be CommonJS.
  if ("module.exports" in namespace) return namespace["module.exports"];
  if (!isModule || !("default" in namespace)) return { ...namespace };
  if (Object.keys(namespace).length !== 1) {
    throw new Error("expected entrypoint module to have either a default export or named exports but not both");
  }
  return namespace.default;
}

async function importFresh(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw withHint(error);
  }
}

// Node runs TypeScript by removing the types; some programs need more than that.
function withHint(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: string }).code;
  if (code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX") {
    return new UserError(
      `${error.message}: the offline preview runs TypeScript by removing its types (enums, namespaces and parameter ` +
        "properties are not types); compile the program and point 'main' at the result",
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
