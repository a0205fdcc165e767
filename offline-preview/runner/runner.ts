// Child process: runs the project's stacks, one after another, with the published Pulumi runtime.

import { Monitor } from "../monitor/monitor.ts";
import type { FromRunner, LogLine, Properties, ResourceRecord, StackRun, ToRunner } from "../protocol/messages.ts";
import { knowledgeOf } from "../sdk/knowledge.ts";
import { engineClient, monitorClient } from "./clients.ts";
import { canBeReused, freshModules, installFreshModules, trackListeners } from "./modules.ts";
import { loadProgram } from "./program.ts";
import { describeError } from "./program-error.ts";
import { loadRuntime, type Runtime } from "./runtime.ts";

let runtime: Runtime | undefined;
let remediations = 0;
const remediating = new Map<number, (inputs: Properties) => void>();
// Errors of the stack that runs now; the handlers below add to it.
let report: (error: unknown) => void = () => {};

let outbox: FromRunner[] = [];

// What is said within one turn of the event loop travels as one message. Waiting for the end of the turn must not keep a
// program alive that has nothing left to do.
function send(message: FromRunner): void {
  if (outbox.length === 0) setImmediate(flush).unref();
  outbox.push(message);
}

function flush(): void {
  if (outbox.length > 0) process.send?.(outbox);
  outbox = [];
}

process.on("message", (message: ToRunner) => {
  if (message.type === "run") {
    void runStack(message.run);
    return;
  }
  remediating.get(message.id)?.(message.inputs);
  remediating.delete(message.id);
});
process.on("disconnect", () => process.exit());
process.on("uncaughtException", (error) => report(error));
process.on("unhandledRejection", (error) => report(error));

function startRuntime(folder: string): Runtime {
  const started = loadRuntime(folder);
  installFreshModules();
  return started;
}

// Policy packs start at the same time. What goes wrong here goes wrong again, and is reported, when a stack runs.
setImmediate(() => {
  try {
    runtime ??= startRuntime(process.cwd());
  } catch {}
});

async function runStack(run: StackRun): Promise<void> {
  const seen = new Set<unknown>();
  const errors: string[] = [];
  report = (error) => {
    if (seen.has(error)) return;
    seen.add(error);
    errors.push(describeError(error));
  };
  const environment = { ...process.env };
  const untrack = trackListeners();
  try {
    await runToEnd(run, errors);
  } catch (error) {
    report(error);
  }
  untrack();
  if (process.exitCode !== undefined && process.exitCode !== 0 && errors.length === 0) {
    errors.push(`the program set its exit code to ${process.exitCode}`);
  }
  process.exitCode = undefined;
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  report = () => {};
  send({ type: "end", errors, reusable: canBeReused() });
  flush();
}

async function runToEnd(run: StackRun, errors: string[]): Promise<void> {
  process.chdir(run.pwd);
  setEnvironment(run);
  runtime ??= startRuntime(run.pwd);
  const { begin, leaks, runInPulumiStack, setEncrypted } = runtime;
  setEncrypted(run.encryptedKeys);
  freshModules(run.index);
  const { monitor, engine } = run.monitor === undefined ? ownMonitor(run, runtime) : runtime.connect(run.monitor);
  begin(monitor, engine);
  process.argv = [process.argv[0] as string, process.argv[1] as string];

  let finished = false;
  const program = runInPulumiStack(() => loadProgram(run)).then(
    () => {
      finished = true;
    },
    (error) => {
      finished = true;
      report(error);
    },
  );
  await nothingLeftToDo();
  if (finished) await program;
  if (errors.length > 0) return;
  const leak = leaks();
  if (leak !== undefined) errors.push(leak);
  else if (!finished) errors.push("the program never finished: it awaits something that never happens");
}

/** A monitor and an engine in this process. */
function ownMonitor(run: StackRun, { callback, protos }: Runtime) {
  const log = (line: LogLine) => send({ type: "log", line });
  const monitor = new Monitor(
    run,
    {
      registered: (resource) => send({ type: "resource", resource }),
      remediate,
      outputs: (urn, outputs) => send({ type: "outputs", urn, outputs }),
      log,
      error: (message) => send({ type: "error", message }),
      callback: (_, token, request) => callback(token, request),
      missing: (answer) => send({ type: "missing", answer }),
      knowledge: knowledgeOf(run),
    },
    protos,
  );
  return { monitor: monitorClient(monitor), engine: engineClient(log) };
}

function setEnvironment(run: StackRun): void {
  Object.assign(process.env, {
    PULUMI_NODEJS_ORGANIZATION: run.organization,
    PULUMI_NODEJS_PROJECT: run.project,
    PULUMI_NODEJS_ROOT_DIRECTORY: run.root,
    PULUMI_NODEJS_STACK: run.stack,
    PULUMI_NODEJS_DRY_RUN: "true",
    PULUMI_NODEJS_PARALLEL: "16",
    PULUMI_CONFIG: JSON.stringify(run.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
  });
}

// A stack ends when the event loop is empty for the second time, as in the SDK's cmd/run: libraries create resources in
// `beforeExit` handlers of their own.
function nothingLeftToDo(): Promise<void> {
  releaseChannel();
  return new Promise<void>((resolve) => {
    process.once("beforeExit", () => {
      process.nextTick(() => {
        setImmediate(() => {});
        process.once("beforeExit", () => {
          // At once: after this handler nothing else would keep the process alive.
          holdChannel();
          resolve();
        });
      });
    });
  });
}

// How many wait for a message of the supervisor: only then does the channel keep the process alive. Between stacks it
// is the runner itself.
let holds = 1;

function holdChannel(): void {
  if (holds++ === 0) process.channel?.ref();
}

function releaseChannel(): void {
  if (--holds === 0) process.channel?.unref();
}

function remediate(resource: ResourceRecord): Promise<Properties> {
  const id = ++remediations;
  holdChannel();
  return new Promise((resolve) => {
    remediating.set(id, (inputs) => {
      releaseChannel();
      resolve(inputs);
    });
    send({ type: "remediate", id, resource });
    flush();
  });
}
