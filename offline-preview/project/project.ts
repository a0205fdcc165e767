// Pulumi.yaml: finding it, reading it, and the stacks beside it. Follows sdk/go/common/workspace (project.go, paths.go,
// loaders.go) and pkg/engine/project.go.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { localPackages } from "./packages.ts";
import { versionRangeProblem } from "./version-range.ts";
import { parseYaml } from "./yaml.ts";

/** One entry of `config:` in Pulumi.yaml. */
export interface ConfigDeclaration {
  /** `string`, `integer`, `boolean`, `array` or `object`; undefined when the entry has no schema. */
  type?: string;
  items?: ItemsType;
  default?: unknown;
  /** For keys of another namespace, such as `aws:region`. */
  value?: unknown;
  secret: boolean;
}

/** Type of the items of an array. */
export interface ItemsType {
  type: string;
  items?: ItemsType;
}

/**
 * How the program's TypeScript is run: by Node.js if false, else compiled, by the settings of a tsconfig file whose path
 * is relative to the program's folder: tsconfig.json, if there is one, by default.
 */
export type TypeScriptOption = false | { tsconfig?: string };

/** A project, as far as a preview needs it. */
export interface Project {
  name: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Pulumi.yaml itself. */
  file: string;
  /** Folder of the stack files. */
  stackFolder: string;
  /** Working directory of the program. */
  pwd: string;
  /** Entry point: "." or a file name in `pwd`. */
  main: string;
  typescript: TypeScriptOption;
  config: Record<string, ConfigDeclaration>;
  /** Packages whose plugin is a folder: name -> absolute path. */
  packages: Record<string, string>;
}

const EXTENSIONS = [".json", ".yaml", ".yml"];
const TYPES = ["string", "integer", "boolean", "array", "object"];

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finds the nearest Pulumi.yaml from a folder upwards. */
function findProjectFile(folder: string): string {
  let current = resolve(folder);
  for (;;) {
    for (const extension of EXTENSIONS) {
      const file = join(current, `Pulumi${extension}`);
      if (existsSync(file) && statSync(file).isFile()) return file;
    }
    const parent = dirname(current);
    if (parent === current) {
      throw new UserError(
        `no Pulumi.yaml in ${resolve(folder)} or a folder above it: pass --cwd with the project's folder`,
      );
    }
    current = parent;
  }
}

/** Reads Pulumi.yaml; every mistake in it is an error that names the field. */
export function loadProject(folder: string): Project {
  if (!existsSync(folder)) throw new UserError(`--cwd: there is no folder ${folder}`);
  const file = findProjectFile(folder);
  const fail = (what: string): never => {
    throw new UserError(`${file}: ${what}`);
  };
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    return fail(messageOf(error));
  }
  if (!isObject(raw)) return fail("expected a map of project settings");
  const name = raw.name;
  if (typeof name !== "string" || name === "") return fail("project is missing a 'name' attribute");
  checkPulumiVersion(raw.requiredPulumiVersion, fail);
  const root = dirname(file);
  const { folder: stackFolder, config } = stackFolderAndConfig(raw, root, fail);
  return {
    name,
    root,
    file,
    stackFolder,
    ...entryPoint(raw.main, root, fail),
    typescript: typescriptOption(raw.runtime, fail),
    config: readDeclarations(name, config, fail),
    packages: localPackages(raw, root, fail),
  };
}

// Which CLI will deploy is not known here; that its version fits is for the CLI to say.
function checkPulumiVersion(range: unknown, fail: (what: string) => never): void {
  if (range === undefined || range === null || range === "") return;
  const problem = typeof range === "string" ? versionRangeProblem(range) : "must be a string";
  if (problem !== undefined) fail(`requiredPulumiVersion: ${problem}`);
}

// `config: "dir"` is the old spelling of `stackConfigDir: dir`.
function stackFolderAndConfig(
  raw: Json,
  root: string,
  fail: (what: string) => never,
): { folder: string; config: unknown } {
  if (typeof raw.config === "string") {
    if (raw.stackConfigDir !== undefined)
      fail("use only 'stackConfigDir' for the folder of the stack files, not 'config' too");
    return { folder: join(root, raw.config), config: undefined };
  }
  if (raw.stackConfigDir === undefined || raw.stackConfigDir === null) return { folder: root, config: raw.config };
  if (typeof raw.stackConfigDir !== "string") return fail("'stackConfigDir' must be a string");
  return { folder: join(root, raw.stackConfigDir), config: raw.config };
}

function typescriptOption(runtime: unknown, fail: (what: string) => never): TypeScriptOption {
  const name = isObject(runtime) ? runtime.name : runtime;
  if (typeof name !== "string") return fail("project is missing a 'runtime' attribute");
  if (name !== "nodejs") return fail(`runtime '${name}': only nodejs programs can be previewed offline`);
  const options = isObject(runtime) && isObject(runtime.options) ? runtime.options : {};
  const { typescript = true, tsconfig } = options;
  if (typeof typescript !== "boolean") return fail("runtime option 'typescript' must be true or false");
  if (tsconfig !== undefined && typeof tsconfig !== "string") {
    return fail("runtime option 'tsconfig' must be the path of a file");
  }
  if (!typescript) return false;
  return tsconfig === undefined ? {} : { tsconfig };
}

function entryPoint(main: unknown, root: string, fail: (what: string) => never): { pwd: string; main: string } {
  if (main === undefined || main === null || main === "") return { pwd: root, main: "." };
  if (typeof main !== "string") return fail("'main' must be a string");
  const target = resolve(root, main);
  if (!existsSync(target)) return fail(`project 'main' could not be read: there is no ${target}`);
  return statSync(target).isDirectory() ? { pwd: target, main: "." } : { pwd: dirname(target), main: basename(target) };
}

/** True if a configuration key belongs to the project itself: it has the project's namespace or none. */
export function belongsToProject(project: string, key: string): boolean {
  return !key.includes(":") || key.startsWith(`${project}:`);
}

function readDeclarations(
  project: string,
  config: unknown,
  fail: (what: string) => never,
): Record<string, ConfigDeclaration> {
  if (config === undefined || config === null) return {};
  if (!isObject(config)) return fail("'config' must be a map");
  const result: Record<string, ConfigDeclaration> = {};
  for (const [key, value] of Object.entries(config)) {
    result[key] = readDeclaration(key, value, belongsToProject(project, key), fail);
  }
  return result;
}

function readDeclaration(key: string, value: unknown, own: boolean, fail: (what: string) => never): ConfigDeclaration {
  if (value === null || value === undefined) return { secret: false };
  // Short form: a default for a key of the project, a value for a key of another namespace.
  if (!isObject(value)) return own ? { default: value, secret: false } : { value, secret: false };
  const { type, items } = value;
  if (type !== undefined && (typeof type !== "string" || !TYPES.includes(type))) {
    return fail(`config '${key}': 'type' must be one of ${TYPES.join(", ")}`);
  }
  const declaration: ConfigDeclaration = {
    ...(type === undefined ? {} : { type }),
    ...(isObject(items) ? { items: items as unknown as ItemsType } : {}),
    ...(value.default === undefined || value.default === null ? {} : { default: value.default }),
    ...(value.value === undefined || value.value === null ? {} : { value: value.value }),
    secret: value.secret === true,
  };
  checkDeclaration(key, declaration, own, fail);
  return declaration;
}

function checkDeclaration(
  key: string,
  declaration: ConfigDeclaration,
  own: boolean,
  fail: (what: string) => never,
): void {
  if (declaration.default !== undefined && declaration.value !== undefined) {
    fail(`project config '${key}' cannot have both a 'default' and 'value' attribute`);
  }
  if (own) {
    if (declaration.type === "array" && declaration.items === undefined) {
      fail(`config '${key}' declares an array but does not specify the underlying type via the 'items' attribute`);
    }
    if (
      declaration.type !== undefined &&
      declaration.default !== undefined &&
      !hasType(declaration, declaration.default)
    ) {
      fail(`the default value of config '${key}' is not of the expected type '${typeName(declaration)}'`);
    }
    return;
  }
  if (declaration.type !== undefined)
    fail(`config '${key}' is not namespaced by the project and should not define a type`);
  if (declaration.default !== undefined) {
    fail(`config '${key}' is not namespaced by the project and should not define a default value; use 'value'`);
  }
  if (declaration.value === undefined) fail(`config '${key}' is namespaced and must provide an attribute 'value'`);
}

/** `array<string>` and the like. */
export function typeName(declared: { type?: string; items?: ItemsType }): string {
  return declared.items === undefined ? (declared.type ?? "") : `array<${typeName(declared.items)}>`;
}

/** True if a value has the declared type, by the engine's rules: numbers and booleans may be written as text. */
export function hasType(declared: { type?: string; items?: ItemsType }, value: unknown): boolean {
  switch (declared.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "string" ? /^[-+]?\d+$/.test(value) : Number.isInteger(value);
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "object":
      return isObject(value);
    default: {
      const items = declared.items;
      return Array.isArray(value) && items !== undefined && value.every((item) => hasType(items, item));
    }
  }
}

/** The parts of a stack's name as the command line gives it; throws on a name that the engine would refuse. */
export function parseStackName(name: string, project: string): { organization: string | undefined; stack: string } {
  const parts = name.split("/");
  const stack = parts.at(-1) as string;
  // sdk/go/common/tokens/stack.go
  if (parts.length > 3 || !/^[A-Za-z0-9_.-]{1,100}$/.test(stack)) {
    throw new UserError(
      `'${name}' is no name of a stack: it may have up to 100 letters, digits, '-', '_' and '.', ` +
        "with 'organization/' or 'organization/project/' before it",
    );
  }
  if (parts.length === 3 && parts[1] !== project) {
    throw new UserError(`stack '${name}' belongs to project '${parts[1]}', and this is '${project}'`);
  }
  return { organization: parts.length > 1 ? parts[0] : undefined, stack };
}

/** Names of the stacks that have a file, sorted. */
export function stackNames(project: Project): string[] {
  if (!existsSync(project.stackFolder)) return [];
  const extension = extname(project.file);
  return readdirSync(project.stackFolder)
    .filter((name) => name.startsWith("Pulumi.") && name.endsWith(extension) && name.length > 7 + extension.length)
    .map((name) => name.slice(7, -extension.length))
    .sort();
}

/** The stack's file; it need not exist. */
export function stackFile(project: Project, stack: string): string {
  return join(project.stackFolder, `Pulumi.${stack.replaceAll("/", "-")}${extname(project.file)}`);
}
