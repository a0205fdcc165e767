// Runs programs that nobody reviewed: each stack in a process of its own, under Node.js's permission model, with the
// monitor on this side. What the program registers is recorded and judged here, out of its reach.

import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { folder } from "../here.cjs";
import { Monitor, type MonitorHost } from "../monitor/monitor.ts";
import type { StackRun } from "../protocol/messages.ts";
import { knowledgeOf } from "../sdk/knowledge.ts";
import { homeEnvironment } from "./environment.ts";
import { callbackCaller, loadProtocol, type Protocol, serveMonitor } from "./monitor-server.ts";
import { type Runner, RunnerProcess, type RunObserver } from "./runner-process.ts";
import { killWithSupervisor } from "./watchdog.ts";

/** A runner for untrusted programs. */
export class IsolatedRunner implements Runner {
  private readonly environment: Record<string, string>;
  private readonly protocol: Protocol;
  private current: RunnerProcess | undefined;

  /** `environment.HOME` is a temporary folder of this preview; each stack gets one of its own below it. */
  constructor(environment: Record<string, string>) {
    this.environment = environment;
    this.protocol = loadProtocol();
  }

  async run(run: StackRun, observer: RunObserver, deadline: number): Promise<string[]> {
    const { HOME } = this.environment as { HOME: string };
    const socketFolder = mkdtempSync(join(HOME, "monitor-"));
    // Not the one that packs and other stacks have: Node.js loads modules from a home folder too.
    const home = mkdtempSync(join(HOME, "stack-"));
    const callbacks = callbackCaller(this.protocol);
    const judged = untilEnded(observer);
    const monitor = new Monitor(run, hostOf(judged.observer, callbacks.call, run), this.protocol.protos);
    const served = await serveMonitor(this.protocol, monitor, observer.log, socketFolder);
    const environment = { ...this.environment, ...homeEnvironment(home) };
    const child = new RunnerProcess(environment, run.pwd, [...PRELOAD, ...permissions(run, home)]);
    this.current = child;
    const unwatch = killWithSupervisor(child.start().pid as number);
    try {
      const errors = await child.run({ ...run, monitor: served.address }, linesOnly(observer), deadline);
      return errors.map(withoutStatus);
    } finally {
      judged.end();
      child.stop();
      unwatch();
      callbacks.close();
      served.stop();
      for (const path of [home, socketFolder]) rmSync(path, { recursive: true, force: true });
    }
  }

  start(): void {}

  stop(): void {
    this.current?.stop();
  }
}

const PRELOAD = ["--require", join(folder, "isolated.cjs")];

function hostOf(observer: RunObserver, callback: MonitorHost["callback"], run: StackRun): MonitorHost {
  const { resource: registered, remediate, outputs, log, error, missing } = observer;
  return { registered, remediate, outputs, log, error, missing, callback, knowledge: knowledgeOf(run) };
}

/** Takes what is registered until the stack has ended: what comes later would be in the result, and judged by nobody. */
function untilEnded(observer: RunObserver): { observer: RunObserver; end(): void } {
  let ended = false;
  const inTime = () => {
    if (ended) throw new Error("the stack has ended");
    return observer;
  };
  return {
    observer: {
      ...observer,
      resource: (resource) => inTime().resource(resource),
      remediate: async (resource) => inTime().remediate(resource),
      outputs: (urn, outputs) => inTime().outputs(urn, outputs),
    },
    end: () => {
      ended = true;
    },
  };
}

/** Of what the program's own process says, only what it prints counts: the monitor is on this side. */
function linesOnly(observer: RunObserver): RunObserver {
  const ignore = () => {};
  return {
    resource: ignore,
    outputs: ignore,
    error: ignore,
    missing: ignore,
    remediate: () => Promise.reject(new Error("only the monitor may ask")),
    log: (line) => observer.log({ severity: "info", message: String(line.message), urn: "" }),
  };
}

// The SDK's message holds the status that gRPC puts before a refusal of the monitor. It says nothing, and in one process
// there is none. (The engine prints its own refusals without, and the SDK's messages with one.)
function withoutStatus(error: string): string {
  return error.replaceAll("2 UNKNOWN: ", "");
}

// No child processes, no threads (they have no permissions to keep to), no native code, no inspector, and no database that
// opens files by itself; files only of the project and of installed packages, and written only in the empty home.
function permissions(run: StackRun, home: string): string[] {
  const packages = [run.pwd, folder].flatMap(packageFolders);
  const readable = [...new Set([run.root, run.pwd, folder, home, ...packages, ...packages.flatMap(workspaces)])];
  return [
    "--permission",
    "--no-experimental-sqlite",
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

/**
 * The packages of a workspace that npm linked into a folder of packages. Only what lies beside that folder and is a package:
 * a link is a file of the checkout like any other, and must not open the rest of the machine.
 */
function workspaces(packages: string): string[] {
  const root = dirname(realpathSync(packages)) + sep;
  const entriesOf = (path: string) => readdirSync(path, { withFileTypes: true });
  const scopes = entriesOf(packages).filter((entry) => entry.name.startsWith("@") && entry.isDirectory());
  return [packages, ...scopes.map(({ name }) => join(packages, name))]
    .flatMap(entriesOf)
    .filter((entry) => entry.isSymbolicLink())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => existsSync(join(path, "package.json")))
    .map((path) => realpathSync(path))
    .filter((path) => path.startsWith(root));
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
