// A policy pack in a process of its own, started as the engine's Node.js language host starts it
// (sdk/nodejs/cmd/pulumi-language-nodejs/main.go, RunPlugin), and what it finds, in a report's words.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { messageOf, UserError } from "../errors.ts";
import { folder as packageFolder } from "../here.cjs";
import { parseYaml } from "../project/yaml.ts";
import type { Properties, ResourceRecord } from "../protocol/messages.ts";
import type { Diagnostic, NotEvaluated, PackInfo, PolicyInfo } from "../report/result.ts";
import { ownLines } from "../runner/program-error.ts";
import { type AnalyzedStack, Analyzer, type AnalyzerDescription, type RawDiagnostic } from "./analyzer.ts";
import { digestOf, digestOfFolder } from "./digest.ts";
import { configProblems, type PackConfig, readPackConfig, reconcile, unknownNames } from "./pack-config.ts";

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
  return manifest;
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
  info: PackInfo;
  /** What the configuration file says in vain: the engine accepts misspelt names without a word. */
  readonly warnings: string[];
  /** True if some policy is configured to change inputs. */
  readonly remediates: boolean;
  readonly source: PackSource;
  private readonly analyzer: Analyzer;
  private readonly child: ChildProcess;
  private readonly policies: Map<string, PolicyInfo>;
  private readonly output: Output;
  /** What went wrong first: a pack that failed is not asked again. */
  private failure: Error | undefined;
  /** Settled when the pack has answered what it was asked so far. */
  private idle: Promise<unknown> = Promise.resolve();

  private constructor(
    source: PackSource,
    child: ChildProcess,
    output: Output,
    analyzer: Analyzer,
    info: PackInfo,
    warnings: string[],
  ) {
    this.source = source;
    this.child = child;
    this.output = output;
    this.analyzer = analyzer;
    this.info = info;
    this.policies = new Map(info.policies.map((policy) => [policy.name, policy]));
    this.warnings = warnings.map((warning) => `${source.configFile}: policy pack ${info.name} has no ${warning}`);
    this.remediates = info.policies.some((policy) => policy.level === "remediate");
  }

  /** Starts the pack for a stack, and configures it. `deadline` is the time by which every answer must be there. */
  static async start(
    source: PackSource,
    stack: AnalyzedStack,
    environment: Record<string, string>,
    deadline: () => number,
  ): Promise<Pack> {
    const child = spawnPack(source.folder, stack, environment);
    const output = collectOutput(child);
    let analyzer: Analyzer | undefined;
    try {
      const port = await portOf(child, output, deadline());
      analyzer = new Analyzer(source.folder, port, deadline);
      await analyzer.introduce(source.folder, stack);
      const description = await analyzer.describe();
      const config = await configure(analyzer, description, source);
      const unknown = unknownNames(description.policies, source.config);
      return new Pack(source, child, output, analyzer, infoOf(description, config, source), unknown);
    } catch (error) {
      // The message of a broken connection says less than the end of the process that broke it.
      const what = analyzer !== undefined && (await hasEnded(child)) ? howEnded(child, output) : messageOf(error);
      analyzer?.close();
      child.kill("SIGKILL");
      throw new Error(`policy pack ${source.folder} failed to start: ${what}`);
    }
  }

  /** Lets the pack's remediations change a resource's inputs. */
  async remediate(
    resource: ResourceRecord,
    provider: ResourceRecord | undefined,
  ): Promise<{ inputs: Properties; found: Findings }> {
    let inputs = resource.inputs;
    const found: RawDiagnostic[] = [];
    for (const { policy, diagnostic, inputs: changed } of await this.ask(resource.urn, () =>
      this.analyzer.remediate(resource, provider),
    )) {
      if (diagnostic === "") inputs = changed;
      else found.push({ policy, message: diagnostic, level: "advisory", severity: "", urn: resource.urn });
    }
    return { inputs, found: this.findings(found) };
  }

  /** Judges one resource. */
  async analyze(resource: ResourceRecord, provider: ResourceRecord | undefined): Promise<Findings> {
    const found = await this.inTurn(() => this.ask(resource.urn, () => this.analyzer.analyze(resource, provider)));
    return this.findings(found.map((diagnostic) => ({ ...diagnostic, urn: resource.urn })));
  }

  /** Judges the whole stack. A finding without a resource, or with one that does not exist, is the stack's own. */
  async analyzeStack(resources: ResourceRecord[], stackUrn: string): Promise<Findings> {
    const known = new Set(resources.map((resource) => resource.urn));
    const found = await this.ask("the whole stack", () => this.analyzer.analyzeStack(resources));
    return this.findings(
      found.map((diagnostic) => ({ ...diagnostic, urn: known.has(diagnostic.urn) ? diagnostic.urn : stackUrn })),
    );
  }

  stop(): void {
    this.analyzer.close();
    this.child.kill("SIGKILL");
  }

  // The engine asks about one resource at a time, and a pack may rely on it, unless it declares itself stateless.
  private inTurn<T>(call: () => Promise<T>): Promise<T> {
    if (this.source.stateless) return call();
    const turn = this.idle.then(call);
    this.idle = turn.catch(() => undefined);
    return turn;
  }

  private async ask<T>(about: string, call: () => Promise<T>): Promise<T> {
    if (this.failure !== undefined) throw this.failure;
    try {
      return await call();
    } catch (error) {
      const ended = await hasEnded(this.child);
      const what = ended ? howEnded(this.child, this.output) : ownLines(messageOf(error));
      this.failure ??= new Error(`policy pack ${this.info.name} failed on ${about}: ${what}`);
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

function spawnPack(folder: string, stack: AnalyzedStack, environment: Record<string, string>): ChildProcess {
  let entry: string;
  try {
    entry = createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new Error(`@pulumi/pulumi is not installed there; run npm install in ${folder}`);
  }
  const watch = join(packageFolder, "exit-with-parent.cjs");
  // The engine's address comes first; there is no engine, and the runner only drops the argument.
  return spawn(process.execPath, ["--require", watch, entry, "127.0.0.1:0", folder], {
    cwd: folder,
    env: {
      ...environment,
      PULUMI_NODEJS_ORGANIZATION: stack.organization,
      PULUMI_NODEJS_PROJECT: stack.project,
      PULUMI_NODEJS_STACK: stack.stack,
      PULUMI_NODEJS_DRY_RUN: "true",
      PULUMI_CONFIG: JSON.stringify(stack.config),
      PULUMI_OFFLINE_PREVIEW_PARENT: String(process.pid),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

// The end of what the pack printed, for the message in case it fails.
const OUTPUT_KEPT = 4000;

interface Output {
  text: string;
}

function collectOutput(child: ChildProcess): Output {
  const output = { text: "" };
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (chunk: string) => {
    output.text = (output.text + chunk).slice(-OUTPUT_KEPT);
  });
  return output;
}

/** The pack's first line on standard output is the port that it serves. */
function portOf(child: ChildProcess, output: Output, deadline: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = new AbortController();
    setTimeout(deadline - Date.now(), undefined, { signal: timer.signal }).then(
      () => reject(new Error("it did not say its port in time")),
      () => {},
    );
    const end = (error: Error) => {
      timer.abort();
      reject(error);
    };
    let text = "";
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (chunk: string) => {
      if (text.includes("\n")) return;
      text += chunk;
      const line = text.split("\n")[0] as string;
      if (!text.includes("\n")) return;
      timer.abort();
      const port = Number(line);
      if (Number.isInteger(port) && port > 0) resolve(port);
      else reject(new Error(`its first line of output is not a port but ${JSON.stringify(line.slice(0, 100))}`));
    });
    child.on("error", end);
    // "close" comes after the last output.
    child.on("close", () => end(new Error(howEnded(child, output))));
  });
}

/** True if the process is gone; the broken connection may be noticed first. */
async function hasEnded(child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) return true;
    await setTimeout(10);
  }
  return false;
}

function howEnded({ exitCode, signalCode }: ChildProcess, output: Output): string {
  const how = signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
  return `its process ended (${how})${firstLines(output.text)}`;
}

function firstLines(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return lines.length === 0 ? "" : `\n${lines.slice(0, 12).join("\n")}`;
}

async function configure(
  analyzer: Analyzer,
  description: AnalyzerDescription,
  source: PackSource,
): Promise<PackConfig> {
  if (!description.supportsConfig) {
    if (source.configFile !== undefined) throw new Error(`${description.name} does not support configuration`);
    return {};
  }
  const config = reconcile(description.policies, description.initialConfig, source.config);
  const problems = configProblems(description.policies, config);
  if (problems.length > 0) {
    throw new Error(`validating policy config of ${description.name}:\n${problems.join("\n")}`);
  }
  await analyzer.configure(config);
  return config;
}

function infoOf(description: AnalyzerDescription, config: PackConfig, source: PackSource): PackInfo {
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
