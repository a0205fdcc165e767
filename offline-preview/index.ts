// The programmatic interface, for tests in mocha, jest, vitest, node:test or anything else.

import { resolve } from "node:path";
import { loadPackSource } from "./packs/pack.ts";
import { loadFixtures, readFixtures } from "./project/fixtures.ts";
import { loadProject, stackNames } from "./project/project.ts";
import type { Properties } from "./protocol/messages.ts";
import { documentOf, type PreviewDocument, type ResourceDocument, type StackDocument } from "./report/document.ts";
import { startPreview } from "./supervisor.ts";

export { UserError } from "./errors.ts";
export { SECRET, UNKNOWN } from "./report/document.ts";
export type { Diagnostic, NotEvaluated, PackInfo } from "./report/result.ts";
export type { PreviewDocument, ResourceDocument, StackDocument };

/** What to preview. Paths are relative to the working folder. */
export interface PreviewRequest {
  /** The folder of Pulumi.yaml or one below it. Default: the working folder. */
  cwd?: string;
  /** Names of stacks. Default: every stack that has a file. */
  stacks?: string[];
  /** Policy packs: a folder, or a folder with a configuration file. Default: none. */
  policyPacks?: (string | { folder: string; configFile?: string })[];
  /** A fixtures file, or its content. Default: none. */
  fixtures?: string | FixtureContent;
  /** Files of package schemas. Default: none. */
  providerSchemas?: string[];
  /** A critical or high control that could not be decided does not fail a stack. Default: false. */
  allowUndecided?: boolean;
  /** Judge every stack a second time with well-formed fake values. Default: false. */
  assumeCreated?: boolean;
  /** For programs nobody reviewed. Default: false. */
  isolated?: boolean;
  /** Seconds that one stack may take. Default: 300. */
  timeoutSeconds?: number;
  /** Called with every line that the program or the SDK logs. Default: nobody. */
  log?: (stack: string, severity: "debug" | "info" | "warning" | "error", message: string) => void;
}

/** The sections of a fixtures file; docs/fidelity.md describes them. */
export interface FixtureContent {
  invokes?: Record<string, unknown>;
  resources?: Record<string, unknown>;
  stackReferences?: Record<string, unknown>;
  tags?: Record<string, unknown>;
  config?: Record<string, unknown>;
}

/** Seconds that one stack may take unless the caller says otherwise. */
export const DEFAULT_TIMEOUT = 300;

/**
 * Previews a project and returns what the command prints with --json. Violations and failed programs are in the result;
 * a request that makes no sense (no such folder, a fixtures file that cannot be read) is a `UserError`.
 */
export async function preview(request: PreviewRequest = {}): Promise<PreviewDocument> {
  const project = loadProject(resolve(request.cwd ?? "."));
  const stacks = (request.stacks ?? stackNames(project)).map((name) => ({ project, name }));
  const { log = () => {} } = request;
  const { result, stop } = startPreview(
    {
      stacks,
      packs: (request.policyPacks ?? []).map(packSource),
      fixtures: fixturesOf(request.fixtures),
      providerSchemas: (request.providerSchemas ?? []).map((file) => resolve(file)),
      allowUndecided: request.allowUndecided ?? false,
      assumeCreated: request.assumeCreated ?? false,
      isolated: request.isolated ?? false,
      timeout: request.timeoutSeconds ?? DEFAULT_TIMEOUT,
    },
    {
      begin: () => {},
      resource: () => {},
      log: (stack, line) => log(stack, line.severity, line.message),
      end: () => {},
    },
  );
  process.once("exit", stop);
  try {
    return documentOf(await result);
  } finally {
    process.removeListener("exit", stop);
  }
}

function packSource(pack: string | { folder: string; configFile?: string }) {
  const { folder, configFile } = typeof pack === "string" ? { folder: pack, configFile: undefined } : pack;
  return loadPackSource(resolve(folder), configFile === undefined ? undefined : resolve(configFile));
}

function fixturesOf(fixtures: string | FixtureContent = {}) {
  return typeof fixtures === "string"
    ? loadFixtures(resolve(fixtures))
    : readFixtures("fixtures", fixtures as unknown as Properties);
}

/**
 * The one stack of a result; an error if there are more, or none.
 */
export function onlyStack({ stacks }: PreviewDocument): StackDocument {
  const [stack] = stacks;
  if (stack === undefined || stacks.length > 1) throw new Error(`expected one stack, found ${stacks.length}`);
  return stack;
}

/** The resource of a name, or of a type and a name; an error that lists what there is if it is not exactly one. */
export function resource(stack: StackDocument, name: string, type?: string): ResourceDocument {
  const found = stack.resources.filter((one) => one.name === name && (type === undefined || one.type === type));
  if (found[0] !== undefined && found.length === 1) return found[0];
  const all = stack.resources.map((one) => `${one.name} [${one.type}]`).join(", ");
  const wanted = type === undefined ? name : `${name} [${type}]`;
  throw new Error(`${found.length} resources are ${wanted}: ${all}${stack.error ? `; ${stack.error}` : ""}`);
}
