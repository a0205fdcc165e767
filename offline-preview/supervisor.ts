// The whole preview: packs and runner started, stacks run one after another, everything judged, nothing left behind.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnalyzedStack } from "./analyzer.ts";
import { childEnvironment } from "./environment.ts";
import { messageOf } from "./errors.ts";
import { judge } from "./judge.ts";
import type { Fixtures, LogLine, StackRun } from "./messages.ts";
import { Pack, type PackSource } from "./pack.ts";
import type { Project } from "./project.ts";
import type { PackInfo, PreviewResult, StackResult } from "./result.ts";
import { RunnerProcess } from "./runner-process.ts";
import { loadStackConfig } from "./stack-config.ts";
import { passes } from "./verdict.ts";

/** What to preview. */
export interface PreviewOptions {
  project: Project;
  /** Names, or `organization/name`, or `organization/project/name`. */
  stacks: string[];
  packs: PackSource[];
  fixtures: Fixtures;
  allowUndecided: boolean;
  /** Seconds that one stack may take, its packs' start included. */
  timeout: number;
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
    rmSync(home, { recursive: true, force: true });
  };
  return { result: supervisor.run().finally(stop), stop };
}

class Supervisor {
  private readonly options: PreviewOptions;
  private readonly progress: Progress;
  private readonly environment: Record<string, string>;
  private readonly runner: RunnerProcess;
  private readonly running = new Set<Pack>();
  private readonly shared = new Map<PackSource, Promise<Pack>>();
  private readonly infos = new Map<PackSource, PackInfo>();
  private stopped = false;
  /** Time by which the current stack must be done, in milliseconds since 1970. */
  private deadline = 0;

  constructor(options: PreviewOptions, progress: Progress, environment: Record<string, string>) {
    this.options = options;
    this.progress = progress;
    this.environment = environment;
    this.runner = new RunnerProcess(environment, options.project.pwd);
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
      log: [],
      durationMs: 0,
    };
    try {
      const run = this.stackRun(index, name, result);
      const packs = await this.startPacks(run);
      run.remediates = packs.some((pack) => pack.remediates);
      await judge(run, packs, this.runner, result, this.deadline, {
        resource: (count) => this.progress.resource(name, count),
        log: (line) => this.progress.log(name, line),
      });
      this.release(packs);
    } catch (error) {
      result.error = messageOf(error);
    }
    result.durationMs = Date.now() - begin;
    result.ok = passes(result, this.options.allowUndecided);
    return result;
  }

  private stackRun(index: number, name: string, result: StackResult): StackRun {
    const { project, fixtures } = this.options;
    const parts = name.split("/");
    const stack = parts.at(-1) as string;
    const config = loadStackConfig(project, stack, fixtures.config);
    for (const message of config.warnings) {
      const line: LogLine = { severity: "warning", message, urn: "" };
      result.log.push(line);
      this.progress.log(name, line);
    }
    return {
      index,
      stack,
      project: project.name,
      organization: parts.length > 1 ? (parts[0] as string) : DEFAULT_ORGANIZATION,
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
  }

  private async startPacks(stack: AnalyzedStack): Promise<Pack[]> {
    const starting = this.options.packs.map((source) => this.startPack(source, stack));
    // All of them, so that none is left starting when another one fails.
    const settled = await Promise.allSettled(starting);
    const failed = settled.find((outcome) => outcome.status === "rejected");
    const packs = settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    if (failed !== undefined) {
      this.release(packs);
      throw failed.reason;
    }
    return packs;
  }

  private startPack(source: PackSource, stack: AnalyzedStack): Promise<Pack> {
    const known = source.stateless ? this.shared.get(source) : undefined;
    const started =
      known ??
      Pack.start(source, stack, this.environment, () => this.deadline).then((pack) => {
        this.running.add(pack);
        if (this.stopped) pack.stop();
        if (!this.infos.has(source)) this.infos.set(source, pack.info);
        return pack;
      });
    if (source.stateless) this.shared.set(source, started);
    return started;
  }

  private release(packs: Pack[]): void {
    for (const pack of packs) {
      if (pack.source.stateless) continue;
      pack.stop();
      this.running.delete(pack);
    }
  }
}
