// A policy pack: its files, its process, and what it finds, in a report's words.

import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf, UserError } from "../errors.ts";
import { versionRangeProblem } from "../project/version-range.ts";
import { parseYaml } from "../project/yaml.ts";
import type { Properties, ResourceRecord } from "../protocol/messages.ts";
import type { Diagnostic, NotEvaluated, PackInfo, PolicyInfo } from "../report/result.ts";
import { ownLines } from "../runner/program-error.ts";
import { digestOf, digestOfFolder } from "./digest.ts";
import { configProblems, type PackConfig, readPackConfig, reconcile, unknownNames } from "./pack-config.ts";
import type { Method, PackDescription, RawDiagnostic, Responses } from "./pack-messages.ts";
import { PackProcess, type PackStart } from "./pack-process.ts";
import {
  type AnalyzedStack,
  analyzeRequest,
  analyzeStackRequest,
  configureRequest,
  configureStackRequest,
  type Requests,
} from "./requests.ts";

/** A pack as the command line names it. */
export interface PackSource {
  folder: string;
  /** Configuration file, if any. */
  configFile?: string;
  config: PackConfig;
  digest: string;
  configDigest: string | null;
  /** `version` of PulumiPolicy.yaml, which wins over package.json's. */
  version?: string;
  /** One process may judge all stacks: the pack keeps nothing between resources and reads no stack configuration. */
  stateless: boolean;
}

/** What a pack found. */
export interface Findings {
  diagnostics: Diagnostic[];
  notEvaluated: NotEvaluated[];
  exempted: Diagnostic[];
}

// How long a pack may take to hear that it is no longer needed.
const CANCEL_MS = 500;

// Marks policies whose advisory findings say that an exemption is in force.
const EXEMPTION_TAG = "exemption";

/** Checks a pack's folder and reads its files, before anything is started. */
export function loadPackSource(folder: string, configFile: string | undefined): PackSource {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new UserError(`--policy-pack ${folder}: there is no such folder`);
  }
  const manifest = readManifest(folder);
  const settings = readPackageSettings(folder);
  return {
    folder,
    ...(configFile === undefined ? {} : { configFile }),
    config: configFile === undefined ? {} : readPackConfig(configFile),
    digest: digestOfFolder(folder),
    configDigest: configFile === undefined ? null : digestOf(readFileSync(configFile)),
    ...(typeof manifest.version === "string" ? { version: manifest.version } : {}),
    stateless: settings.stateless === true,
  };
}

function readManifest(folder: string): Record<string, unknown> {
  const file = join(folder, "PulumiPolicy.yaml");
  if (!existsSync(file)) throw new UserError(`--policy-pack ${folder}: there is no PulumiPolicy.yaml in it`);
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
  const manifest = (raw ?? {}) as Record<string, unknown>;
  const runtime = manifest.runtime as string | { name?: string } | undefined;
  const name = typeof runtime === "string" ? runtime : runtime?.name;
  if (name !== "nodejs") throw new UserError(`${file}: runtime '${name ?? ""}': only nodejs packs can run offline`);
  checkPulumiVersion(file, manifest.requiredPulumiVersion);
  return manifest;
}

function checkPulumiVersion(file: string, range: unknown): void {
  if (range === undefined || range === null || range === "") return;
  const problem = versionRangeProblem(String(range));
  if (problem !== undefined) throw new UserError(`${file}: requiredPulumiVersion: ${problem}`);
}

function readPackageSettings(folder: string): { stateless?: boolean } {
  const file = join(folder, "package.json");
  if (!existsSync(file)) throw new UserError(`--policy-pack ${folder}: there is no package.json in it`);
  try {
    return JSON.parse(readFileSync(file, "utf8")).pulumiOfflinePreview ?? {};
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
}

/** One running policy pack. */
export class Pack {
  /** The pack as a report names it. */
  readonly info: PackInfo;
  /** What the configuration file says in vain: the engine accepts misspelt names without a word. */
  readonly warnings: string[];
  /** True if some policy is configured to change inputs. */
  readonly remediates: boolean;
  readonly source: PackSource;
  private readonly process: PackProcess;
  private readonly policies: Map<string, PolicyInfo>;
  /** What went wrong first: a pack that failed is not asked again. */
  private failure: Error | undefined;

  private constructor(source: PackSource, process: PackProcess, info: PackInfo, warnings: string[]) {
    this.source = source;
    this.process = process;
    this.info = info;
    this.policies = new Map(info.policies.map((policy) => [policy.name, policy]));
    this.warnings = warnings.map((warning) => `${source.configFile}: policy pack ${info.name} has no ${warning}`);
    this.remediates = info.policies.some((policy) => policy.level === "remediate");
  }

  /** Starts the pack for a stack, and configures it; the calls and their order are the engine's. */
  static async start(source: PackSource, stack: AnalyzedStack, start: PackStart): Promise<Pack> {
    let process: PackProcess | undefined;
    try {
      process = await PackProcess.start(source.folder, stack, start);
      await process.call("handshake", { rootDirectory: source.folder, programDirectory: source.folder });
      await process.call("configureStack", configureStackRequest(stack));
      await process.call("getPluginInfo", {});
      const description = await process.call("getAnalyzerInfo", {});
      if (description === undefined) throw new Error("it does not say what policies it has");
      const config = await configure(process, description, source);
      const unknown = unknownNames(description.policies, source.config);
      return new Pack(source, process, infoOf(description, config, source), unknown);
    } catch (error) {
      process?.stop();
      throw new Error(`policy pack ${source.folder} failed to start: ${messageOf(error)}`);
    }
  }

  /** Lets the pack's remediations change a resource's inputs. */
  async remediate(
    resource: ResourceRecord,
    provider: ResourceRecord | undefined,
  ): Promise<{ inputs: Properties; found: Findings }> {
    let inputs = resource.inputs;
    const found: RawDiagnostic[] = [];
    const request = analyzeRequest(resource, provider, true);
    for (const { policy, diagnostic, inputs: changed } of (await this.ask(resource.urn, "remediate", request)) ?? []) {
      if (diagnostic === "") inputs = changed;
      else found.push({ policy, message: diagnostic, level: "advisory", severity: "", urn: resource.urn });
    }
    return { inputs, found: this.findings(found) };
  }

  /** Judges one resource. */
  async analyze(resource: ResourceRecord, provider: ResourceRecord | undefined): Promise<Findings> {
    const found = (await this.ask(resource.urn, "analyze", analyzeRequest(resource, provider))) ?? [];
    return this.findings(found.map((diagnostic) => ({ ...diagnostic, urn: resource.urn })));
  }

  /** Judges the whole stack. A finding without a resource, or with one that does not exist, is the stack's own. */
  async analyzeStack(resources: ResourceRecord[], stackUrn: string): Promise<Findings> {
    const known = new Set(resources.map((resource) => resource.urn));
    const found = (await this.ask("the whole stack", "analyzeStack", analyzeStackRequest(resources))) ?? [];
    return this.findings(
      found.map((diagnostic) => ({ ...diagnostic, urn: known.has(diagnostic.urn) ? diagnostic.urn : stackUrn })),
    );
  }

  /** Ends the pack as the engine does: it is told first, and given a moment. */
  async end(): Promise<void> {
    const told = this.failure === undefined ? this.process.call("cancel", {}).catch(() => undefined) : undefined;
    await Promise.race([told, setTimeout(CANCEL_MS, undefined, { ref: false })]);
    this.stop();
  }

  /** Ends the pack at once. */
  stop(): void {
    this.process.stop();
  }

  private async ask<M extends Method>(about: string, method: M, request: Requests[M]): Promise<Responses[M]> {
    if (this.failure !== undefined) throw this.failure;
    try {
      return await this.process.call(method, request);
    } catch (error) {
      this.failure ??= new Error(`policy pack ${this.info.name} failed on ${about}: ${ownLines(messageOf(error))}`);
      throw this.failure;
    }
  }

  private findings(found: RawDiagnostic[]): Findings {
    const result: Findings = { diagnostics: [], notEvaluated: [], exempted: [] };
    for (const { policy: name, message, level, severity, urn } of found) {
      const policy = this.policies.get(name);
      const common = { pack: this.info.name, policy: name, severity: severity || (policy?.severity ?? ""), urn };
      const reason = undecidedReason(message);
      if (level === "advisory" && reason !== undefined) {
        result.notEvaluated.push({ ...common, level: policy?.level ?? level, reason });
        continue;
      }
      const diagnostic: Diagnostic = {
        ...common,
        level: level === "remediate" ? "mandatory" : level,
        message,
        remedy: policy?.remedy ?? "",
      };
      const exemption = level === "advisory" && policy?.tags.includes(EXEMPTION_TAG);
      (exemption ? result.exempted : result.diagnostics).push(diagnostic);
    }
    return result;
  }
}

// What @pulumi/policy makes of a policy that read an unknown value (server.ts): an advisory, whatever the policy's level.
function undecidedReason(message: string): string | undefined {
  return /^can't run (?:policy|remediation) '.*' from policy pack '.*' during preview: (.*)$/s.exec(message)?.[1];
}

async function configure(process: PackProcess, description: PackDescription, source: PackSource): Promise<PackConfig> {
  if (!description.supportsConfig) {
    if (source.configFile !== undefined) throw new Error(`${description.name} does not support configuration`);
    return {};
  }
  const config = reconcile(description.policies, description.initialConfig, source.config);
  const problems = configProblems(description.policies, config);
  if (problems.length > 0) {
    throw new Error(`validating policy config of ${description.name}:\n${problems.join("\n")}`);
  }
  await process.call("configure", configureRequest(config));
  return config;
}

function infoOf(description: PackDescription, config: PackConfig, source: PackSource): PackInfo {
  return {
    name: description.name,
    version: source.version ?? description.version,
    digest: source.digest,
    configDigest: source.configDigest,
    policies: description.policies
      .map(({ configSchema: _, ...policy }) => ({
        ...policy,
        level: config[policy.name]?.enforcementLevel ?? policy.level,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
