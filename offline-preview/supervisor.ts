// The whole preview: packs and runner started, stacks run one after another, everything judged, nothing left behind.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "./errors.ts";
import { judge } from "./judge.ts";
import { Pack, type PackSource } from "./packs/pack.ts";
import type { PackStart } from "./packs/pack-process.ts";
import type { AnalyzedStack } from "./packs/requests.ts";
import { type Project, parseStackName } from "./project/project.ts";
import { loadStackConfig } from "./project/stack-config.ts";
import type { Fixtures, LogLine, StackRun } from "./protocol/messages.ts";
import type { PackInfo, PreviewResult, StackResult } from "./report/result.ts";
import { passes } from "./report/verdict.ts";
import { childEnvironment } from "./runner/environment.ts";
import { IsolatedRunner } from "./runner/isolated-runner.ts";
import { type Runner, RunnerProcess } from "./runner/runner-process.ts";

/** What to preview. */
export interface PreviewOptions {
  project: Project;
  /** Names, or `organization/name`, or `organization/project/name`. */
  stacks: string[];
  packs: PackSource[];
  fixtures: Fixtures;
  allowUndecided: boolean;
  /** Run each stack in a process of its own that can do nothing but register resources; for programs nobody reviewed. */
  isolated: boolean;
  /** Seconds that one stack may take, its packs' start included. */
  timeout: number;
  /** Is told of every call to a policy pack, in order. */
  trace?: PackStart["trace"];
}

/** What the person who waits sees. */
export interface Progress {
  begin(stack: string): void;
  resource(stack: string, count: number): void;
  log(stack: string, line: LogLine): void;
  end(result: StackResult): void;
}

const noKnowledge = { resource: () => undefined, function: () => undefined, version: () => "" };
// As Pulumi's own local backends name it.
const DEFAULT_ORGANIZATION = "organization";

/** Runs a preview. `stop` ends all child processes at once; call it before the process exits for another reason. */
export function startPreview(
  options: PreviewOptions,
  progress: Progress,
): { result: Promise<PreviewResult>; stop(): void } {
  const home = mkdtempSync(join(tmpdir(), "pulumi-offline-preview-"));
  const supervisor = new Supervisor(options, progress, childEnvironment(home));
  const stop = () => {
    supervisor.stop();
    rmSync(home, { recursive: true, force: true });
  };
  return { result: supervisor.run().finally(stop), stop };
}

/** A stack that is ready to run. */
interface Prepared {
  run: StackRun;
  warnings: string[];
  packs: Pack[];
}

class Supervisor {
  private readonly options: PreviewOptions;
  private readonly progress: Progress;
  private readonly environment: Record<string, string>;
  private readonly runner: Runner;
  private readonly running = new Set<Pack>();
  private readonly shared = new Map<PackSource, Pack>();
  private readonly infos = new Map<PackSource, PackInfo>();
  /** Packs that did not start: asking them again for every stack would only take more time. */
  private readonly broken = new Map<PackSource, Error>();
  private readonly prepared = new Map<number, Promise<Prepared>>();
  private stopped = false;
  /** Time by which the current stack must be done, in milliseconds since 1970. */
  private deadline = 0;

  constructor(options: PreviewOptions, progress: Progress, environment: Record<string, string>) {
    this.options = options;
    this.progress = progress;
    this.environment = environment;
    const { pwd } = options.project;
    this.runner = options.isolated ? new IsolatedRunner(environment, noKnowledge) : new RunnerProcess(environment, pwd);
  }

  async run(): Promise<PreviewResult> {
    this.runner.start();
    const stacks: StackResult[] = [];
    for (const [index, stack] of this.options.stacks.entries()) {
      if (this.stopped) break;
      this.progress.begin(stack);
      const result = await this.previewStack(index, stack);
      this.progress.end(result);
      stacks.push(result);
    }
    await Promise.all([...this.running].map((pack) => pack.end()));
    const packs = this.options.packs.flatMap((source) => this.infos.get(source) ?? []);
    return { ok: stacks.every((stack) => stack.ok), packs, stacks };
  }

  stop(): void {
    this.stopped = true;
    this.runner.stop();
    for (const pack of this.running) pack.stop();
    this.running.clear();
  }

  private async previewStack(index: number, name: string): Promise<StackResult> {
    const begin = Date.now();
    this.deadline = begin + this.options.timeout * 1000;
    const result: StackResult = {
      stack: name,
      ok: false,
      resources: [],
      diagnostics: [],
      notEvaluated: [],
      exempted: [],
      outputs: {},
      durationMs: 0,
    };
    const log = (line: LogLine) => this.progress.log(name, line);
    try {
      const { run, warnings, packs } = await this.prepare(index);
      for (const message of warnings) log({ severity: "warning", message, urn: "" });
      // The next stack's packs start while this one's program runs; its own attempt reports what goes wrong.
      this.prepare(index + 1).catch(() => {});
      const resource = (count: number) => this.progress.resource(name, count);
      await judge(run, packs, this.runner, result, this.deadline, { resource, log });
      await this.release(packs);
    } catch (error) {
      result.error = messageOf(error);
    }
    result.durationMs = Date.now() - begin;
    const judged = this.options.packs.length > 0;
    result.ok = passes(result, { judged, allowUndecided: this.options.allowUndecided });
    return result;
  }

  /** Reads the stack's configuration and starts its packs; once, however often it is called. */
  private prepare(index: number): Promise<Prepared> {
    const known = this.prepared.get(index);
    if (known !== undefined) return known;
    const name = this.options.stacks[index];
    const preparing = name === undefined ? Promise.reject(new Error("no more stacks")) : this.prepareStack(index, name);
    this.prepared.set(index, preparing);
    return preparing;
  }

  private async prepareStack(index: number, name: string): Promise<Prepared> {
    const { project, fixtures } = this.options;
    const { organization, stack } = parseStackName(name, project.name);
    const config = loadStackConfig(project, stack, fixtures.config);
    const run: StackRun = {
      index,
      stack,
      project: project.name,
      organization: organization ?? DEFAULT_ORGANIZATION,
      root: project.root,
      pwd: project.pwd,
      main: project.main,
      typescript: project.typescript,
      config: config.values,
      secretKeys: config.secretKeys,
      encryptedKeys: config.encryptedKeys,
      fixtures,
      remediates: false,
    };
    const packs = await this.startPacks(run);
    run.remediates = packs.some((pack) => pack.remediates);
    const ofPacks = index === 0 ? packs.flatMap((pack) => pack.warnings) : [];
    return { run, warnings: [...config.warnings, ...ofPacks], packs };
  }

  private async startPacks(stack: AnalyzedStack): Promise<Pack[]> {
    const starting = this.options.packs.map((source) => this.startPack(source, stack));
    // All of them, so that none is left starting when another one fails.
    const settled = await Promise.allSettled(starting);
    const failed = settled.find((outcome) => outcome.status === "rejected");
    const packs = settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (failed !== undefined) {
      await this.release(packs);
      throw failed.reason;
    }
    return packs;
  }

  private async startPack(source: PackSource, stack: AnalyzedStack): Promise<Pack> {
    const broken = this.broken.get(source);
    if (broken !== undefined) throw broken;
    const known = this.shared.get(source);
    if (known !== undefined) return known;
    try {
      // Started ahead of its own stack it has that stack's time, not what is left of the current one's.
      const limit = Date.now() + this.options.timeout * 1000;
      const pack = await Pack.start(source, stack, {
        environment: this.environment,
        deadline: () => Math.max(limit, this.deadline),
        trace: this.options.trace ?? (() => {}),
      });
      this.running.add(pack);
      if (this.stopped) pack.stop();
      if (source.stateless) this.shared.set(source, pack);
      if (!this.infos.has(source)) this.infos.set(source, pack.info);
      return pack;
    } catch (error) {
      this.broken.set(source, error as Error);
      throw error;
    }
  }

  private async release(packs: Pack[]): Promise<void> {
    const ended = packs.filter((pack) => !pack.source.stateless);
    await Promise.all(ended.map((pack) => pack.end()));
    for (const pack of ended) this.running.delete(pack);
  }
}
