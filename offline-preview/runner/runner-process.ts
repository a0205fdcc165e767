// The supervisor's side of the runner: starting it, giving it a stack, and noticing when it fails to finish one.

import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { folder } from "../here.cjs";
import type { FromRunner, LogLine, MissingAnswer, Properties, ResourceRecord, StackRun } from "../protocol/messages.ts";
import { shorten } from "./program-error.ts";
import { messagesOf } from "./runner-messages.ts";

// Compiled in the published package, TypeScript in the repository.
const RUNNER = existsSync(join(folder, "runner", "runner.js")) ? "runner.js" : "runner.ts";

// A program's modules are never freed, and hold what they export: at most everything. A new process every so often keeps
// the memory of many stacks within bounds.
const RESOURCES_OF_A_PROCESS = 5000;

/** What happens while a stack runs. */
export interface RunObserver {
  resource(resource: ResourceRecord): void;
  remediate(resource: ResourceRecord): Promise<Properties>;
  outputs(urn: string, outputs: Properties): void;
  log(line: LogLine): void;
  /** Something failed, although the program goes on. */
  error(message: string): void;
  missing(answer: MissingAnswer): void;
}

/** Runs stacks, one at a time. */
export interface Runner {
  /** Gets ready ahead of the first stack. */
  start(): void;
  /** Runs one stack to its end and returns the program's errors. `deadline` is in milliseconds since 1970. */
  run(run: StackRun, observer: RunObserver, deadline: number): Promise<string[]>;
  /** Ends what runs, at once. */
  stop(): void;
}

/** Half of the memory that there is: a program of 50,000 resources needs more than Node.js takes by itself. */
function heapLimitMb(): number {
  // 0 where nothing limits the process, and a number beyond the machine's memory where the limit is no limit.
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.floor(Math.min(totalmem(), constrained) / 2 / 1024 ** 2);
}

/** A child process that runs stacks. */
export class RunnerProcess implements Runner {
  private child: ChildProcess | undefined;
  private registered = 0;
  private readonly environment: Record<string, string>;
  private readonly cwd: string;
  private readonly nodeOptions: string[];

  constructor(environment: Record<string, string>, cwd: string, nodeOptions: string[] = []) {
    this.environment = environment;
    this.cwd = cwd;
    this.nodeOptions = nodeOptions;
  }

  /** Starts the process ahead of its first stack. */
  start(): ChildProcess {
    if (this.child !== undefined) return this.child;
    const child = fork(join(folder, "runner", RUNNER), [], {
      cwd: this.cwd,
      env: { ...this.environment, PULUMI_OFFLINE_PREVIEW_PARENT: String(process.pid) },
      execPath: process.execPath,
      execArgv: [
        "--disable-warning=ExperimentalWarning",
        "--disable-warning=SecurityWarning",
        // Programs make many short-lived promises and messages: a larger young generation is cheaper to collect.
        "--max-semi-space-size=32",
        `--max-old-space-size=${heapLimitMb()}`,
        ...this.nodeOptions,
        "--require",
        join(folder, "exit-with-parent.cjs"),
      ],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A process group of its own: whatever the program starts ends with it.
      detached: true,
    });
    child.stdout?.setEncoding("utf8");
    child.stderr?.setEncoding("utf8");
    this.child = child;
    return child;
  }

  /** A process that cannot go on is replaced. */
  async run(run: StackRun, observer: RunObserver, deadline: number): Promise<string[]> {
    const child = this.start();
    let reusable = false;
    try {
      return await new Promise<string[]>((resolve) => {
        const printed = observeOutput(child, observer);
        const timer = setTimeout(() => {
          resolve(["the program did not end in time; --timeout sets the seconds that a stack may take"]);
        }, deadline - Date.now());
        const finish = (errors: string[]) => {
          clearTimeout(timer);
          printed.flush();
          resolve(errors);
        };
        child.removeAllListeners("message");
        const handle = (message: FromRunner) => {
          switch (message.type) {
            case "resource":
              this.registered++;
              return observer.resource(message.resource);
            case "outputs":
              return observer.outputs(message.urn, message.outputs);
            case "log":
              return observer.log(message.line);
            case "missing":
              return observer.missing(message.answer);
            case "error":
              return observer.error(message.message);
            case "remediate":
              return void observer
                .remediate(message.resource)
                .then((inputs) => child.connected && child.send({ type: "remediated", id: message.id, inputs }));
            case "end":
              reusable = message.reusable;
              // What the program printed last may still be in the pipes.
              return void setImmediate(() => setImmediate(() => finish(message.errors)));
          }
        };
        child.on("message", (received: unknown) => {
          for (const message of messagesOf(received)) handle(message);
        });
        // "close" comes after the last output.
        child.once("close", (code, signal) => finish([endedEarly(code, signal, printed.errors())]));
        child.once("error", (error) => finish([`the program's process failed: ${error.message}`]));
        child.send({ type: "run", run });
      });
    } finally {
      child.removeAllListeners();
      child.stdout?.removeAllListeners("data");
      child.stderr?.removeAllListeners("data");
      if (!reusable || this.registered >= RESOURCES_OF_A_PROCESS) this.stop();
    }
  }

  stop(): void {
    const { child } = this;
    this.child = undefined;
    this.registered = 0;
    if (child?.pid === undefined) return;
    killGroup(child.pid);
    // What left the group may still hold the pipes.
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Ends a process and all that it started; nothing that the program does as a reaction to a signal can delay it. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

function endedEarly(code: number | null, signal: string | null, printed: string): string {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const hint = printed === "" ? "did the program call process.exit?" : printed;
  return `the program's process ended before the program did (${how}): ${hint}`;
}

// A line that never ends is passed on in pieces.
const LONGEST_LINE = 65_536;

/** Passes on what the program prints, line by line. */
function observeOutput(child: ChildProcess, observer: RunObserver): { flush(): void; errors(): string } {
  const rest = { stdout: "", stderr: "" };
  let errors: string[] = [];
  const line = (name: "stdout" | "stderr", message: string) => {
    if (name === "stderr") errors = [...errors, message].slice(-10);
    observer.log({ severity: "info", message: stripVTControlCharacters(message), urn: "" });
  };
  const flush = () => {
    for (const name of ["stdout", "stderr"] as const) {
      if (rest[name] !== "") line(name, rest[name]);
      rest[name] = "";
    }
  };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (chunk: string) => {
      const lines = (rest[name] + chunk).split("\n");
      rest[name] = lines.pop() ?? "";
      for (const message of lines) line(name, message);
      if (rest[name].length > LONGEST_LINE) flush();
    });
  }
  return {
    flush,
    errors: () => {
      flush();
      return shorten(errors.join("\n").trim());
    },
  };
}
