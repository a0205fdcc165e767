// Runs programs that nobody reviewed: each stack in a process of its own, under Node.js's permission model, with the
// monitor on this side. What the program registers is recorded and judged here, out of its reach.

import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { folder } from "../here.cjs";
import { Monitor } from "../monitor/monitor.ts";
import type { StackRun } from "../protocol/messages.ts";
import { knowledgeOf } from "../sdk/knowledge.ts";
import { callbackCaller, loadProtocol, type Protocol, serveMonitor } from "./monitor-server.ts";
import { type Runner, RunnerProcess, type RunObserver } from "./runner-process.ts";

/** A runner for untrusted programs. */
export class IsolatedRunner implements Runner {
  private readonly environment: Record<string, string>;
  private readonly protocol: Protocol;
  private current: RunnerProcess | undefined;

  /** `environment.TMPDIR` is the one folder in which programs may write. */
  constructor(environment: Record<string, string>) {
    this.environment = environment;
    this.protocol = loadProtocol();
  }

  async run(run: StackRun, observer: RunObserver, deadline: number): Promise<string[]> {
    const callbacks = callbackCaller(this.protocol);
    const monitor = new Monitor(
      run,
      {
        registered: observer.resource,
        remediate: observer.remediate,
        outputs: observer.outputs,
        log: observer.log,
        error: observer.error,
        callback: callbacks.call,
        missing: observer.missing,
        knowledge: knowledgeOf(run),
      },
      this.protocol.protos,
    );
    const served = await serveMonitor(this.protocol, monitor, observer.log);
    const child = new RunnerProcess(this.environment, run.pwd, permissions(run, this.environment.TMPDIR as string));
    this.current = child;
    try {
      // What the process itself says of resources does not count.
      const ignore = () => {};
      const remediate = () => Promise.reject(new Error("only the monitor may ask"));
      const printed = {
        resource: ignore,
        outputs: ignore,
        error: ignore,
        missing: ignore,
        remediate,
        log: observer.log,
      };
      const errors = await child.run({ ...run, monitor: served.address }, printed, deadline);
      return errors.map(withoutStatus);
    } finally {
      child.stop();
      callbacks.close();
      served.stop();
    }
  }

  start(): void {}

  stop(): void {
    this.current?.stop();
  }
}

// gRPC puts its status before a refusal of the monitor; in one process there is none.
function withoutStatus(error: string): string {
  return error.replaceAll("2 UNKNOWN: ", "");
}

// No child processes, no native code, no inspector; files only of the project and of installed packages, and written only
// in the empty home. Threads are needed to notice that the supervisor is gone; they have the same permissions.
function permissions(run: StackRun, home: string): string[] {
  const readable = [
    ...new Set([run.root, run.pwd, ...packageFolders(run.pwd), folder, ...packageFolders(folder), home]),
  ];
  return [
    "--permission",
    "--allow-worker",
    ...readable.map((path) => `--allow-fs-read=${path}${sep}`),
    ...manifests([run.pwd, folder]).map((file) => `--allow-fs-read=${file}`),
    `--allow-fs-write=${home}${sep}`,
  ];
}

/** The folders in which Node.js looks for packages. */
function packageFolders(from: string): string[] {
  return foldersUp(from)
    .map((path) => join(path, "node_modules"))
    .filter((path) => existsSync(path));
}

// Even those that do not exist: they are asked for on the way up, and a refusal is no "not there".
function manifests(from: string[]): string[] {
  const folders = [...new Set(from.flatMap(foldersUp))];
  return folders.flatMap((path) => ["package.json", "package.yaml"].map((name) => join(path, name)));
}

function foldersUp(from: string): string[] {
  const parent = dirname(from);
  return parent === from ? [from] : [from, ...foldersUp(parent)];
}
