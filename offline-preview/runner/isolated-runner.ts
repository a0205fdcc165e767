// Runs each stack in a process of its own, with the monitor on this side. For programs that nobody reviewed, under Node.js's
// permission model: what the program registers is recorded and judged here, out of its reach. And for projects with plugins
// whose source is a folder: such a plugin is one more process that registers resources.

import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { folder } from "../here.cjs";
import { Monitor, type MonitorHost } from "../monitor/monitor.ts";
import { ComponentPlugins } from "../plugins/component-plugins.ts";
import type { Project } from "../project/project.ts";
import type { StackRun } from "../protocol/messages.ts";
import { knowledgeOf } from "../sdk/knowledge.ts";
import { homeEnvironment } from "./environment.ts";
import { linkOut } from "./links.ts";
import { callbackCaller, loadProtocol, type Protocol, serveMonitor } from "./monitor-server.ts";
import { type Runner, RunnerProcess, type RunObserver } from "./runner-process.ts";
import { killWithSupervisor } from "./watchdog.ts";

/** How a project's programs are run. */
export interface RunnerOptions {
  /** Whether programs and plugins can do nothing but register resources. */
  isolated: boolean;
  /** Packages whose plugin is a folder: name -> absolute path. */
  packages: Record<string, string>;
}

/** The runner that a project needs. `environment.HOME` is a temporary folder of this preview. */
export function runnerFor(
  { pwd, packages }: Pick<Project, "pwd" | "packages">,
  environment: Record<string, string>,
  isolated: boolean,
): Runner {
  const plain = !isolated && Object.keys(packages).length === 0;
  return plain ? new RunnerProcess(environment, pwd) : new ServedRunner(environment, { isolated, packages });
}

/** A runner with the monitor outside of the program's process. */
class ServedRunner implements Runner {
  private readonly environment: Record<string, string>;
  private readonly options: RunnerOptions;
  private readonly protocol: Protocol;
  private current: Pick<Runner, "stop"> | undefined;

  /** `environment.HOME` is a temporary folder of this preview; each stack gets one of its own below it. */
  constructor(environment: Record<string, string>, options: RunnerOptions) {
    this.environment = environment;
    this.options = options;
    this.protocol = loadProtocol();
  }

  async run(run: StackRun, observer: RunObserver, deadline: number): Promise<string[]> {
    const { HOME } = this.environment as { HOME: string };
    const socketFolder = mkdtempSync(join(HOME, "monitor-"));
    // Not the one that packs and other stacks have: Node.js loads modules from a home folder too.
    const home = mkdtempSync(join(HOME, "stack-"));
    const nodeOptions = this.nodeOptions(run, home);
    const callbacks = callbackCaller(this.protocol);
    const judged = untilEnded(observer);
    const host: MonitorHost = {
      ...hostOf(judged.observer, callbacks.call, run),
      construct: (pkg, request) => plugins.construct(pkg, request),
    };
    const monitor = new Monitor(run, host, this.protocol.protos);
    const served = await serveMonitor(this.protocol, monitor, observer.log, socketFolder);
    const environment = { ...this.environment, ...homeEnvironment(home) };
    const plugins = this.pluginsOf(run, environment, served.address, observer);
    const child = new RunnerProcess(environment, run.pwd, nodeOptions);
    const stop = () => {
      child.stop();
      plugins.stop();
    };
    this.current = { stop };
    const unwatch = killWithSupervisor(child.start().pid as number);
    try {
      const errors = await child.run({ ...run, monitor: served.address }, linesOnly(observer), deadline);
      return errors.map(withoutStatus);
    } finally {
      judged.end();
      stop();
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

  private pluginsOf(
    run: StackRun,
    environment: Record<string, string>,
    address: string,
    observer: RunObserver,
  ): ComponentPlugins {
    return new ComponentPlugins({
      packages: this.options.packages,
      protocol: this.protocol,
      address,
      encryptedKeys: run.encryptedKeys,
      cwd: run.pwd,
      environment: { ...environment, PULUMI_PROJECT: run.project },
      nodeOptions: (pluginFolder) => this.nodeOptions(run, environment.HOME as string, pluginFolder),
      warn: (message) => observer.log({ severity: "warning", message, urn: "" }),
    });
  }

  /** Options of Node.js for the program or, with its folder, for a plugin. */
  private nodeOptions({ root, pwd }: StackRun, home: string, pluginFolder?: string): string[] {
    if (!this.options.isolated) return [];
    if (pluginFolder === undefined) return isolatedOptions([root, pwd], home);
    // The project itself says where its plugins are, and must not open all that is around it by that.
    if (realpathSync(root).startsWith(realpathSync(pluginFolder) + sep)) {
      throw new Error("--isolated does not allow reading a folder that the project is in");
    }
    return isolatedOptions([pluginFolder, root, pwd], home);
  }
}

const PRELOAD = ["--require", join(folder, "isolated.cjs")];

/** Throws when a link would open more than these folders. */
function isolatedOptions(folders: string[], home: string): string[] {
  const link = linkOut([...new Set(folders)]);
  if (link !== undefined) throw new Error(`--isolated does not allow ${link}, a link that leads out of the project`);
  return [...PRELOAD, ...permissions(folders, home)];
}

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
// opens files by itself; files only of these folders and of installed packages, and written only in the empty home.
function permissions(folders: string[], home: string): string[] {
  const all = [...folders, folder];
  const packages = [...new Set(all.flatMap(packageFolders))];
  const readable = [...new Set([...all, home, ...packages, ...packages.flatMap(workspaces)])];
  return [
    "--permission",
    "--no-experimental-sqlite",
    ...readable.map((path) => `--allow-fs-read=${path}${sep}`),
    ...manifests(all).map((file) => `--allow-fs-read=${file}`),
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
