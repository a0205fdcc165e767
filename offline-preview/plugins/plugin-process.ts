// The process of one plugin: starting it, knowing its port and how it ended, and stopping it with all that it started.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { folder as packageFolder } from "../here.cjs";
import { killWithSupervisor } from "../runner/watchdog.ts";

// Compiled in the published package, TypeScript in the repository.
const ENTRY = existsSync(join(packageFolder, "plugins", "plugin-entry.js")) ? "plugin-entry.js" : "plugin-entry.ts";

// The end of what the plugin printed, for the message in case it fails.
const OUTPUT_KEPT = 4000;

/** What a plugin is started with. */
export interface PluginStart {
  /** The folder of its source. */
  folder: string;
  /** Address of the engine and the monitor. */
  engine: string;
  /** Keys of the stack's configuration whose text is not known. */
  encryptedKeys: string[];
  cwd: string;
  environment: Record<string, string>;
  /** Options of Node.js, such as permissions. */
  nodeOptions: string[];
}

/** A running plugin. */
export class PluginProcess {
  /** Resolves to the port that the plugin serves; rejects if its process ends before. */
  readonly port: Promise<number>;
  private readonly child: ChildProcess;
  private readonly unwatch: () => void;
  private printed = "";

  constructor({ folder, engine, encryptedKeys, cwd, environment, nodeOptions }: PluginStart) {
    const options = ["--disable-warning=ExperimentalWarning", "--disable-warning=SecurityWarning", ...nodeOptions];
    const preload = ["--require", join(packageFolder, "exit-with-parent.cjs")];
    const entry = join(packageFolder, "plugins", ENTRY);
    const args = [folder, engine, JSON.stringify(encryptedKeys)];
    this.child = spawn(process.execPath, [...options, ...preload, entry, ...args], {
      cwd,
      env: { ...environment, PULUMI_OFFLINE_PREVIEW_PARENT: String(process.pid) },
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: whatever the plugin starts ends with it.
      detached: true,
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.printed = (this.printed + text).slice(-OUTPUT_KEPT);
    });
    // An isolated plugin cannot watch by itself.
    this.unwatch = this.child.pid === undefined ? () => {} : killWithSupervisor(this.child.pid);
    this.child.once("exit", this.unwatch);
    this.port = this.readPort();
  }

  /** Why the process ended; undefined while it runs. */
  ended(): string | undefined {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) return undefined;
    const lines = stripVTControlCharacters(this.printed).split("\n");
    const said = lines.filter((line) => line.trim() !== "" && !/^\s+at /.test(line)).slice(0, 12);
    return [`its process ended (${signalCode ?? `exit code ${exitCode}`})`, ...said].join("\n");
  }

  stop(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
    this.unwatch();
    // What left the group may still hold the pipes.
    this.child.stdout?.destroy();
    this.child.stderr?.destroy();
  }

  // The first line on standard output; the engine drops the others, too.
  private readPort(): Promise<number> {
    return new Promise((resolve, reject) => {
      let line: string | undefined = "";
      this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        if (line === undefined) return;
        line += text;
        if (!line.includes("\n") && line.length < OUTPUT_KEPT) return;
        const first = line.split("\n")[0] as string;
        line = undefined;
        const port = Number(first);
        if (Number.isInteger(port) && port > 0) resolve(port);
        else reject(new Error(`its first line of output is not a port but ${JSON.stringify(first.slice(0, 100))}`));
      });
      this.child.on("error", reject);
      // "close" comes after the last output.
      this.child.on("close", () => reject(new Error(this.ended())));
    });
  }
}
