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
import type { Fixtures, LogLine, MissingAnswer, StackRun } from "./protocol/messages.ts";
import type { AssumedFindings, Diagnostic, PackInfo, PreviewResult, StackResult } from "./report/result.ts";
import { StackSecrets } from "./report/stack-secrets.ts";
import { passes } from "./report/verdict.ts";
import { childEnvironment } from "./runner/environment.ts";
import { runnerFor } from "./runner/isolated-runner.ts";
import { endLeftovers } from "./runner/leftovers.ts";
import type { Runner } from "./runner/runner-process.ts";

/** A stack and the project that it belongs to. */
export interface ProjectStack {
  project: Project;
  /** Name, or `organization/name`, or `organization/project/name`. */
  name: string;
}

/** What to preview. */
export interface PreviewOptions {
  /** In the order in which they run; those of one project stand together. */
  stacks: ProjectStack[];
  packs: PackSource[];
  fixtures: Fixtures;
  /** Files of package schemas. */
  providerSchemas?: string[];
  allowUndecided: boolean;
  /** Run each stack in a process of its own that can do nothing but register resources; for programs nobody reviewed. */
  isolated: boolean;
  /** Judge each stack a second time, with well-formed fake values for all that only the cloud sets. */
  assumeCreated?: boolean;
  /** Is told of what only a fixture could have answered; programs then go on with placeholders. */
  missing?: (answer: MissingAnswer) => void;
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
    endLeftovers(home);
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
  private runner: { project: Project; process: Runner } | undefined;
  private readonly running = new Set<Pack>();
  private readonly shared = new Map<PackSource, Pack>();
  private readonly infos = new Map<PackSource, PackInfo>();
  /** Packs that did not start: asking them again for every stack would only take more time. */
  private readonly broken = new Map<PackSource, Error>();
  private readonly prepared = new Map<number, Promise<Prepared>>();
  private runs = 0;
  private stopped = false;
  /** Time by which the current stack must be done, in milliseconds since 1970. */
  private deadline = 0;

  constructor(options: PreviewOptions, progress: Progress, environment: Record<string, string>) {
    this.options = options;
    this.progress = progress;
    this.environment = environment;
  }

  async run(): Promise<PreviewResult> {
    const [first] = this.options.stacks;
    if (first !== undefined) this.runnerOf(first.project).start();
    const previews: Promise<StackResult>[] = [];
    for (const [index, { name }] of this.options.stacks.entries()) {
      // A stack is judged to its end while the next one's program runs; no more than one, since it holds its resources.
      await previews.at(-2);
      if (this.stopped) break;
      this.progress.begin(name);
      await new Promise<void>((programEnded) => previews.push(this.previewStack(index, programEnded)));
    }
    const stacks = await Promise.all(previews);
    await Promise.all([...this.running].map((pack) => pack.end()));
    const packs = this.options.packs.flatMap((source) => this.infos.get(source) ?? []);
    return { ok: stacks.every((stack) => stack.ok), packs, stacks };
  }

  stop(): void {
    this.stopped = true;
    this.runner?.process.stop();
    for (const pack of this.running) pack.stop();
    this.running.clear();
  }

  /** The process that runs a project's programs: it loads the project's own SDK, so every project has one. */
  private runnerOf(project: Project): Runner {
    if (this.runner?.project !== project) {
      this.runner?.process.stop();
      this.runner = { project, process: runnerFor(project, this.environment, this.options.isolated) };
    }
    return this.runner.process;
  }

  /** Tells when the program has ended: the runner is then free for the next one. */
  private async previewStack(index: number, programEnded: () => void): Promise<StackResult> {
    const begin = Date.now();
    this.deadline = begin + this.options.timeout * 1000;
    const { project, name } = this.options.stacks[index] as ProjectStack;
    const result = emptyResult(project.name, name);
    const secrets = new StackSecrets(result);
    const log = (line: LogLine) => this.progress.log(name, { ...line, message: secrets.maskText(line.message) });
    try {
      const prepared = await this.prepare(index);
      secrets.addConfiguration(prepared.run);
      for (const message of prepared.warnings) log({ severity: "warning", message, urn: "" });
      // The next stack's packs start while this one's program runs; its own attempt reports what goes wrong.
      this.prepare(index + 1).catch(() => {});
      const { assumeCreated = false } = this.options;
      await this.judge(prepared, project, result, log, assumeCreated ? () => {} : programEnded);
      if (assumeCreated) await this.judgeAssumed(prepared, project, result, secrets);
    } catch (error) {
      result.error = messageOf(error);
    }
    secrets.maskResult();
    result.durationMs = Date.now() - begin;
    const judged = this.options.packs.length > 0;
    result.ok = passes(result, { judged, allowUndecided: this.options.allowUndecided });
    this.progress.end(result);
    programEnded();
    return result;
  }

  private async judge(
    { run, packs }: Prepared,
    project: Project,
    result: StackResult,
    log: (line: LogLine) => void,
    ended: () => void,
  ): Promise<void> {
    const resource = (count: number) => this.progress.resource(result.stack, count);
    const missing = this.options.missing ?? (() => {});
    await judge(run, packs, this.runnerOf(project), result, this.deadline, { resource, log, missing, ended });
    await this.release(packs);
  }

  /** The second pass: what the program says in it, it has said before. */
  private async judgeAssumed(
    { run }: Prepared,
    project: Project,
    result: StackResult,
    secrets: StackSecrets,
  ): Promise<void> {
    const assumed: StackRun = { ...run, index: this.runs++, assumesCreated: true };
    const packs = await this.startPacks(assumed);
    const second = emptyResult(project.name, result.stack);
    try {
      await this.judge(
        { run: assumed, packs, warnings: [] },
        project,
        second,
        () => {},
        () => {},
      );
    } catch (error) {
      throw new Error(`with assumed values (--assume-created): ${messageOf(error)}`);
    } finally {
      secrets.addResources(second.resources);
    }
    result.assumed = assumedFindings(result, second);
  }

  /** Reads the stack's configuration and starts its packs; once, however often it is called. */
  private prepare(index: number): Promise<Prepared> {
    const known = this.prepared.get(index);
    if (known !== undefined) return known;
    const stack = this.options.stacks[index];
    const preparing = stack === undefined ? Promise.reject(new Error("no more stacks")) : this.prepareStack(stack);
    this.prepared.set(index, preparing);
    return preparing;
  }

  private async prepareStack({ project, name }: ProjectStack): Promise<Prepared> {
    const { fixtures, providerSchemas = [], missing } = this.options;
    const { organization, stack } = parseStackName(name, project.name);
    const config = loadStackConfig(project, stack, fixtures.config);
    const index = this.runs++;
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
      providerSchemas,
      recordsFixtures: missing !== undefined,
      remediates: false,
    };
    for (const key of config.encryptedKeys) missing?.({ kind: "config", key });
    const packs = await this.startPacks(run);
    run.remediates = packs.some((pack) => pack.remediates);
    const ofPacks = index === 0 ? packs.flatMap((pack) => pack.warnings) : [];
    return { run, warnings: [...config.warnings, ...ofPacks], packs };
  }

  private async startPacks(run: StackRun): Promise<Pack[]> {
    const stack = { ...run, tags: run.fixtures.tags };
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
    // The variables of the first stack are not the other ones'.
    const shared: Record<string, string> = source.stateless ? { PULUMI_OFFLINE_PREVIEW_ALL_STACKS: "true" } : {};
    try {
      // Started ahead of its own stack it has that stack's time, not what is left of the current one's.
      const limit = Date.now() + this.options.timeout * 1000;
      const pack = await Pack.start(source, stack, {
        environment: { ...this.environment, ...shared },
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

function emptyResult(project: string, stack: string): StackResult {
  return {
    project,
    stack,
    ok: false,
    resources: [],
    diagnostics: [],
    notEvaluated: [],
    exempted: [],
    outputs: {},
    durationMs: 0,
  };
}

/** What the second pass found that the first did not, and what it could not decide either. */
function assumedFindings(first: StackResult, second: StackResult): AssumedFindings {
  const key = ({ pack, policy, urn }: Diagnostic) => [pack, policy, urn].join("\u0000");
  const known = new Set(first.diagnostics.map(key));
  return {
    diagnostics: second.diagnostics.filter((diagnostic) => !known.has(key(diagnostic))),
    notEvaluated: second.notEvaluated,
  };
}
