// The process of a policy pack, started as the engine's Node.js language host starts it
// (sdk/nodejs/cmd/pulumi-language-nodejs/main.go, RunPlugin), and the calls that it answers.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { folder as packageFolder } from "../here.cjs";
import type { Answer, Call, FromPack, Method, Responses, ToPack } from "./pack-messages.ts";
import type { AnalyzedStack, Requests } from "./requests.ts";

// Compiled in the published package, TypeScript in the repository.
const HOST = existsSync(join(packageFolder, "packs", "pack-host.js")) ? "pack-host.js" : "pack-host.ts";

/** What a pack is started with. */
export interface PackStart {
  environment: Record<string, string>;
  /** Gives the time, in milliseconds since 1970, by which every answer must be there. */
  deadline: () => number;
  /** Is told of every call, in order. */
  trace: (method: Method, request: object) => void;
}

interface Waiting {
  method: Method;
  resolve(response: never): void;
  reject(error: Error): void;
}

/** One running pack, ready for calls. */
export class PackProcess {
  private readonly child: ChildProcess;
  private readonly output: Output;
  private readonly start: PackStart;
  private readonly waiting = new Map<number, Waiting>();
  private outbox: Call[] = [];
  private calls = 0;
  private timer: NodeJS.Timeout | undefined;

  private constructor(child: ChildProcess, output: Output, port: number, start: PackStart) {
    this.child = child;
    this.output = output;
    this.start = start;
    child.on("message", (answers: FromPack) => {
      for (const answer of answers) this.settle(answer);
    });
    child.on("close", () => this.failAll(howEnded(child, output)));
    child.on("error", (error) => this.failAll(error.message));
    this.send({ type: "connect", port });
  }

  /** Starts the pack and waits until it serves. */
  static async start(folder: string, stack: AnalyzedStack, start: PackStart): Promise<PackProcess> {
    const child = spawnPack(folder, stack, start.environment);
    const output = collectOutput(child);
    try {
      return new PackProcess(child, output, await portOf(child, output, start.deadline()), start);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Makes a call. The pack answers calls one after another, in their order. */
  call<M extends Method>(method: M, request: Requests[M]): Promise<Responses[M]> {
    this.start.trace(method, request);
    if (!this.child.connected) return Promise.reject(new Error(howEnded(this.child, this.output)));
    const id = ++this.calls;
    if (this.outbox.length === 0) setImmediate(() => this.flush());
    this.outbox.push({ id, method, request });
    this.timer ??= this.watchDeadline();
    return new Promise((resolve, reject) => this.waiting.set(id, { method, resolve: resolve as never, reject }));
  }

  stop(): void {
    clearInterval(this.timer);
    this.child.kill("SIGKILL");
  }

  // What was asked within one turn of the event loop travels as one message.
  private flush(): void {
    const calls = this.outbox;
    this.outbox = [];
    this.send({ type: "calls", calls });
  }

  private send(message: ToPack): void {
    if (this.child.connected) this.child.send(message, () => {});
  }

  private settle({ id, response, error }: Answer): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(response as never);
    else waiting?.reject(new Error(error));
  }

  private watchDeadline(): NodeJS.Timeout {
    const check = () => {
      if (this.waiting.size === 0 || Date.now() < this.start.deadline()) return;
      const [first] = this.waiting.values();
      this.failAll(`did not answer ${first?.method} in time`);
    };
    return setInterval(check, 100).unref();
  }

  private failAll(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(why));
    this.waiting.clear();
  }
}

function spawnPack(folder: string, stack: AnalyzedStack, environment: Record<string, string>): ChildProcess {
  let entry: string;
  try {
    entry = createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new Error(`@pulumi/pulumi is not installed there; run npm install in ${folder}`);
  }
  const preload = [join(packageFolder, "exit-with-parent.cjs"), join(packageFolder, "packs", HOST)];
  // The server copies every resource for every policy: a larger young generation is cheaper to collect.
  const memory = "--max-semi-space-size=32";
  const options = ["--disable-warning=ExperimentalWarning", memory, ...preload.flatMap((file) => ["--require", file])];
  // The engine's address comes first; there is no engine, and the runner only drops the argument.
  return spawn(process.execPath, [...options, entry, "127.0.0.1:0", folder], {
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
    stdio: ["ignore", "pipe", "pipe", "ipc"],
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
