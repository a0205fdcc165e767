// Compiles the project's TypeScript as ts-node does for @pulumi/pulumi's cmd/run, file by file and without checking types.

import { existsSync, readFileSync } from "node:fs";
import { createRequire, setSourceMapsSupport } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "../errors.ts";
import type { StackRun } from "../protocol/messages.ts";
import { findManifest } from "./entry.ts";

/** JavaScript, as a load hook of Node.js returns it. */
export interface Compiled {
  format: "commonjs" | "module";
  source: string;
}

/** What compiles the files of a project. */
export interface Compiler {
  /** True if the program is an ES module: then "./a.js" may stand for a.ts. */
  isModule: boolean;
  /** The JavaScript of a file; undefined for a file that Node.js reads as it is. */
  compile(file: string): Compiled | undefined;
}

interface Diagnostic {
  file?: unknown;
  code: number;
}

type Options = Record<string, unknown>;

// The part of TypeScript's API that is used; versions 3.8 to 6 have it.
interface TypeScript {
  version: string;
  sys: { getCurrentDirectory(): string };
  parseConfigFileTextToJson(file: string, text: string): { config?: Options; error?: Diagnostic };
  parseJsonConfigFileContent(
    config: Options,
    host: unknown,
    folder: string,
    existing: undefined,
    file: string | undefined,
  ): { options: Options; errors: Diagnostic[] };
  transpileModule(
    source: string,
    options: { fileName: string; compilerOptions: Options; reportDiagnostics: true },
  ): { outputText: string; sourceMapText?: string; diagnostics?: Diagnostic[] };
  formatDiagnostics(diagnostics: Diagnostic[], host: unknown): string;
}

/**
 * The compiler of a stack's project, or undefined if the engine would leave TypeScript to Node.js: with
 * `typescript: false`, and in an ES module without an installed ts-node that can load ES modules.
 */
export function findCompiler(run: Pick<StackRun, "pwd" | "typescript">, isModule: boolean): Compiler | undefined {
  if (run.typescript === false) return undefined;
  const require = createRequire(createRequire(join(run.pwd, "program.js")).resolve("@pulumi/pulumi"));
  if (isModule && !(canResolve(require, "ts-node/esm") && hasNodeNext(loadTypeScript(require)))) return undefined;
  const { tsconfig } = run.typescript;
  const file = resolve(run.pwd, tsconfig ?? "tsconfig.json");
  if (tsconfig !== undefined && !existsSync(file)) {
    throw new UserError(`tsconfig path was set to ${tsconfig} but the file was not found`);
  }
  // Positions in errors and of resources are those of the TypeScript source, as under the engine.
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
  return new ProjectCompiler(() => loadTypeScript(require), file, isModule);
}

function canResolve(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** The project's TypeScript, else the one that comes with the SDK. */
function loadTypeScript(require: NodeJS.Require): TypeScript {
  const name = canResolve(require, "typescript") ? "typescript" : "./vendor/typescript@3.8.3/typescript.js";
  const typescript = require(name) as TypeScript;
  if (typeof typescript.transpileModule === "function") return typescript;
  throw new UserError(
    `TypeScript ${typescript.version} cannot compile the program, as it has no API for it: ` +
      "install an older version in the project, or set 'runtime.options.typescript: false' in Pulumi.yaml",
  );
}

// `nodenext` is known since 4.7.
function hasNodeNext({ version }: TypeScript): boolean {
  const [major, minor] = version.split(".").map(Number) as [number, number];
  return major > 4 || (major === 4 && minor >= 7);
}

class ProjectCompiler implements Compiler {
  readonly isModule: boolean;
  private readonly load: () => TypeScript;
  private readonly tsconfig: string;
  private readonly compiled = new Map<string, Compiled>();
  private setUp: { typescript: TypeScript; options: Options } | undefined;

  /** `load` is called when the first file needs it: reading TypeScript takes a quarter of a second. */
  constructor(load: () => TypeScript, tsconfig: string, isModule: boolean) {
    this.load = load;
    this.tsconfig = tsconfig;
    this.isModule = isModule;
  }

  compile(file: string): Compiled | undefined {
    const known = this.compiled.get(file);
    if (known !== undefined) return known;
    if (!this.isSource(file)) return undefined;
    const result = this.compileFresh(file);
    this.compiled.set(file, result);
    return result;
  }

  private isSource(file: string): boolean {
    switch (extname(file)) {
      case ".ts":
      case ".tsx":
        return true;
      case ".mts":
      case ".cts":
        return hasNodeNext(this.typescript);
      case ".js":
      case ".jsx":
        return this.mayAllowJavaScript && this.options.allowJs === true;
      default:
        return false;
    }
  }

  // A look at the text saves programs in JavaScript from loading TypeScript.
  private get mayAllowJavaScript(): boolean {
    return existsSync(this.tsconfig) && /"(allowJs|extends)"/.test(readFileSync(this.tsconfig, "utf8"));
  }

  private get typescript(): TypeScript {
    return this.prepared.typescript;
  }

  private get options(): Options {
    return this.prepared.options;
  }

  private get prepared(): { typescript: TypeScript; options: Options } {
    if (this.setUp === undefined) {
      const typescript = this.load();
      this.setUp = { typescript, options: readOptions(typescript, this.tsconfig, this.isModule) };
    }
    return this.setUp;
  }

  private compileFresh(file: string): Compiled {
    const format = this.formatOf(file);
    const {
      outputText,
      sourceMapText,
      diagnostics = [],
    } = this.typescript.transpileModule(readFileSync(file, "utf8"), {
      // Of a single file the compiler tells the format by its name alone.
      fileName: format === "module" ? file.replace(/\.ts$/, ".mts") : file,
      compilerOptions: this.options,
      reportDiagnostics: true,
    });
    const errors = diagnostics.filter((diagnostic) => diagnostic.file !== undefined);
    if (errors.length > 0) throw compilerError(this.typescript, errors);
    return { format, source: withSourceMap(outputText, sourceMapText ?? "{}", file) };
  }

  private formatOf(file: string): Compiled["format"] {
    const extension = extname(file);
    if (extension === ".mts" || extension === ".cts") return extension === ".mts" ? "module" : "commonjs";
    const isModule = hasNodeNext(this.typescript) && findManifest(dirname(file)).manifest.type === "module";
    return isModule ? "module" : "commonjs";
  }
}

/** The compiler options: those of the tsconfig file over the defaults of cmd/run, as ts-node merges them. */
function readOptions(typescript: TypeScript, file: string, isModule: boolean): Options {
  const nodeNext = hasNodeNext(typescript);
  const defaults = {
    target: isModule ? "ES2022" : "ES2020",
    module: nodeNext ? "nodenext" : "commonjs",
    moduleResolution: nodeNext ? "nodenext" : "node",
  };
  const exists = existsSync(file);
  const { config = {}, error } = exists
    ? typescript.parseConfigFileTextToJson(file, readFileSync(file, "utf8"))
    : { config: {} };
  if (error !== undefined) throw compilerError(typescript, [error]);
  const compilerOptions = { ...defaults, ...(config.compilerOptions as Options | undefined), ...SOURCE_MAPS };
  // Which files the project has does not matter: each is compiled when it is loaded.
  const settings = { ...config, compilerOptions, files: [], include: [], references: [] };
  const name = exists ? file : undefined;
  const parsed = typescript.parseJsonConfigFileContent(settings, typescript.sys, dirname(file), undefined, name);
  const errors = parsed.errors.filter(({ code }) => code !== NO_INPUTS && code !== NO_FILES);
  if (errors.length > 0) throw compilerError(typescript, errors);
  return parsed.options;
}

const SOURCE_MAPS = { sourceMap: true, inlineSourceMap: false, sourceRoot: undefined, mapRoot: undefined };

// Codes of "the 'files' list is empty" and "no inputs were found".
const NO_FILES = 18002;
const NO_INPUTS = 18003;

function compilerError(typescript: TypeScript, diagnostics: Diagnostic[]): UserError {
  const text = typescript.formatDiagnostics(diagnostics, {
    getCurrentDirectory: () => typescript.sys.getCurrentDirectory(),
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => "\n",
  });
  return new UserError(`${text.trim()}\n(compiled by TypeScript ${typescript.version})`);
}

function withSourceMap(javascript: string, sourceMapText: string, file: string): string {
  const map = { ...JSON.parse(sourceMapText), sources: [pathToFileURL(file).href] };
  const data = Buffer.from(JSON.stringify(map)).toString("base64");
  return `${javascript.replace(/\/\/# sourceMappingURL=.*\s*$/, "")}//# sourceMappingURL=data:application/json;base64,${data}`;
}
