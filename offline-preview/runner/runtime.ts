// The Pulumi Node.js runtime of the project, with this process as its engine. Everything that is replaced in the
// published SDK is in this file; docs/fidelity.md lists it, and tests run it against the installed version.

import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { PROMISE_FORM, type Protos } from "../monitor/monitor.ts";
import type { Value } from "../protocol/messages.ts";
import { UNKNOWN } from "../protocol/properties.ts";
import { loadSeldomUsedLate } from "./lazy-modules.ts";
import { completeMessages, keepAnswersUnknown } from "./older-sdks.ts";

/** The parts of the SDK's per-deployment state that are used here (runtime/state.js). */
interface Store {
  settings: { monitor: unknown; engine: unknown; options: Record<string, unknown> };
  leakCandidates: Set<Promise<unknown>>;
  logErrorCount: number;
  callbacks?: { invoke(call: unknown, done: (error: unknown, response?: unknown) => void): void };
}

type AnyFunction = (...args: never[]) => unknown;
type Patchable = Record<string, AnyFunction>;

/** The SDK, loaded from the project's own node_modules. */
export interface Runtime {
  protos: Protos;
  /** Makes `monitor` and `engine` the ones that the SDK talks to, with a state as fresh as in a new process. */
  begin(monitor: unknown, engine: unknown): Store;
  /** Clients of a monitor and an engine in another process. */
  connect(address: string): { monitor: unknown; engine: unknown };
  /** Runs a program as the stack resource's body. */
  runInPulumiStack(program: () => Promise<unknown>): Promise<unknown>;
  /** What the program still waits for although nothing is left to do; undefined when nothing. */
  leaks(): string | undefined;
  /** Names of the encrypted configuration values of the current stack. */
  setEncrypted(keys: string[]): void;
  /** Calls a function of the program (a transform) that it registered with the SDK's callback server. */
  callback(token: string, request: Uint8Array): Promise<Uint8Array>;
}

// Every copy of the SDK asks this one object for its state, so no copy has to be patched to find the monitor. Programs
// that use the Automation API inside still get a state of their own.
class StackStorage extends AsyncLocalStorage<unknown> {
  current: Store | undefined;
  override getStore(): unknown {
    return super.getStore() ?? this.current;
  }
}

/** Loads the SDK that a program in `folder` would load. */
export function loadRuntime(folder: string): Runtime {
  const require = createRequire(join(folder, "program.js"));
  const load = (path: string) => require(`@pulumi/pulumi${path}`);
  let sdk: string;
  try {
    sdk = require.resolve("@pulumi/pulumi");
  } catch {
    throw new UserError(`${folder}: @pulumi/pulumi is not installed; run npm install in the project`);
  }
  loadSeldomUsedLate(sdk);
  const storage = new StackStorage();
  (globalThis as { asyncLocalStorage?: unknown }).asyncLocalStorage = storage;
  const pulumi = load("");
  const state = load("/runtime/state.js");
  // Older SDKs keep the storage to themselves.
  if ("asyncLocalStorage" in state) state.asyncLocalStorage = storage;
  completeMessages(load("/proto/resource_pb.js"));
  const debuggable = load("/runtime/debuggable.js");
  const encrypted = new Set<string>();
  const runtimes: Patchable[] = [load("/runtime/index.js"), load("/runtime/resource.js"), load("/runtime/invoke.js")];

  replaceDebuggablePromise(debuggable, storage);
  const constructing = skipAliasUrns(pulumi.Resource, load("/output.js"));
  replaceCallsites(pulumi.Resource, constructing);
  for (const runtime of runtimes) {
    registerWithoutStack(runtime);
    markPromiseForm(runtime);
    keepAnswersUnknown(runtime, load("/proto/resource_pb.js"), pulumi.unknown);
  }
  answerEncrypted(pulumi, encrypted);

  return {
    protos: {
      resource: load("/proto/resource_pb.js"),
      provider: load("/proto/provider_pb.js"),
      // From the SDK's own dependency: its messages check the class of what they are given.
      struct: createRequire(sdk)("google-protobuf/google/protobuf/struct_pb.js"),
      empty: createRequire(sdk)("google-protobuf/google/protobuf/empty_pb.js"),
    },
    begin(monitor, engine) {
      const store: Store = new state.LocalStore();
      store.settings.monitor = monitor;
      store.settings.engine = engine;
      storage.current = store;
      return store;
    },
    connect(address) {
      const { credentials } = createRequire(sdk)("@grpc/grpc-js");
      const options = load("/runtime/settings.js").grpcChannelOptions;
      const { ResourceMonitorClient } = load("/proto/resource_grpc_pb.js");
      const { EngineClient } = load("/proto/engine_grpc_pb.js");
      return {
        monitor: new ResourceMonitorClient(address, credentials.createInsecure(), options),
        engine: new EngineClient(address, credentials.createInsecure(), options),
      };
    },
    runInPulumiStack: (program) => load("/runtime/stack.js").runInPulumiStack(program),
    leaks() {
      if ((storage.current?.logErrorCount ?? 0) > 0) return undefined;
      const [leaked, message] = debuggable.leakedPromises() as [Set<unknown>, string];
      return leaked.size > 0 ? message : undefined;
    },
    setEncrypted(keys) {
      encrypted.clear();
      for (const key of keys) encrypted.add(key);
    },
    callback: (token, request) => callProgram(load("/proto/callback_pb.js"), storage, token, request),
  };
}

// 1. The stock function takes the text of a stack trace for every promise, which costs more than all the rest of a
//    preview. The bookkeeping of promises that never settle stays.
function replaceDebuggablePromise(debuggable: Patchable, storage: StackStorage): void {
  debuggable.debuggablePromise = ((promise: Promise<unknown>) => {
    const pending = storage.current?.leakCandidates;
    pending?.add(promise);
    return promise.then(
      (value) => {
        pending?.delete(promise);
        return value;
      },
      (error) => {
        pending?.delete(promise);
        throw error;
      },
    );
  }) as AnyFunction;
}

/** Where the constructor of a resource is. */
interface Constructing {
  collapsesAliases: boolean;
}

const FRAME = /^\s*at (?:async )?(?:.*\()?(file:\/\/.+|\/.+|[A-Za-z]:\\.+?):(\d+):(\d+)\)?$/;

// 2. The stock function takes file URLs, which is what frames of ES modules hold, for relative paths, and does not
//    know frames outside a function. Positions are read here, without the query that keeps the stacks' modules apart, and
//    only as many as it takes to leave the SDK's constructors: the deeper ones are not reported.
function replaceCallsites(resource: Patchable, constructing: Constructing): void {
  resource.callsites = (() => {
    constructing.collapsesAliases = false;
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 10;
    const stack = new Error().stack ?? "";
    Error.stackTraceLimit = limit;
    return stack
      .split("\n")
      .slice(1)
      .map((line) => {
        const match = FRAME.exec(line);
        if (match === null) return {};
        const [, file, row, column] = match as unknown as [string, string, string, string];
        return { file: pathOf(file), line: Number(row), column: Number(column) };
      });
  }) as AnyFunction;
}

function pathOf(file: string): string {
  if (!file.startsWith("file:")) return file;
  return decodeURIComponent(new URL(file).pathname);
}

// 3. The stock function prepares an error with a stack trace for every registration, in case it fails.
function registerWithoutStack(runtime: Patchable): void {
  const original = runtime.registerResource;
  if (original === undefined) return;
  runtime.registerResource = ((...args: never[]) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return original(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  }) as AnyFunction;
}

// 4. The protocol does not say whether a look-up's result is awaited as a promise or used as an output.
function markPromiseForm(runtime: Patchable): void {
  for (const name of ["invoke", "invokeSingle"]) {
    const original = runtime[name];
    if (original === undefined) continue;
    runtime[name] = ((token: string, ...rest: never[]) =>
      original(...([token + PROMISE_FORM, ...rest] as never[]))) as AnyFunction;
  }
}

// 5. Encrypted configuration values are unknown secrets. A getter of plain text returns the unknown sentinel, which is
//    unknown again wherever it is used whole as an input.
function answerEncrypted(pulumi: Record<string, never>, encrypted: Set<string>): void {
  const { Config, secret, unknown } = pulumi as unknown as {
    Config: { prototype: Record<string, (this: { fullKey(key: string): string }, ...args: never[]) => unknown> };
    secret(value: unknown): unknown;
    unknown: unknown;
  };
  const withUnknowns = (value: Value): unknown => {
    if (value === UNKNOWN) return unknown;
    if (Array.isArray(value)) return value.map(withUnknowns);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withUnknowns(item)]));
  };
  const prototype = Config.prototype;
  const textOf = prototype.getImpl!;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const kind = /^(?:get|require)(Secret)?(Boolean|Number|Object)?$/.exec(name);
    if (kind === null) continue;
    const original = prototype[name]!;
    prototype[name] = function (key: never, ...rest: never[]) {
      const full = this.fullKey(key);
      if (!encrypted.has(full)) return original.call(this, key, ...rest);
      const text = textOf.call(this, key) as string;
      const wholly = text === UNKNOWN;
      if (kind[1] !== undefined) return secret(wholly ? unknown : withUnknowns(JSON.parse(text) as Value));
      if (kind[2] === undefined) return text;
      if (kind[2] === "Object" && !wholly) return JSON.parse(text);
      throw new Error(
        `configuration value ${full} is encrypted and not known offline: read it with ${name.replace(/^(get|require)/, "$1Secret")}, ` +
          `or give its text in the file of --fixtures under "config" -> "${full}"`,
      );
    };
  }
}

// 6. A resource's constructor computes the URN of every alias, for monitors that cannot do it themselves: a dozen promises
//    for each, and nobody reads them here. Resources of azure-native have an alias for every version of their API.
//    Between the setting of the list and the taking of the source position the constructor does nothing else.
function skipAliasUrns(resource: Patchable, outputs: Patchable): Constructing {
  const constructing = { collapsesAliases: false };
  // Older SDKs take no position, so nothing would say when the list is complete.
  if (resource.callsites === undefined) return constructing;
  Object.defineProperty(resource.prototype, "__aliases", {
    get: () => [],
    set() {
      constructing.collapsesAliases = true;
    },
  });
  const original = outputs.output as AnyFunction;
  const skipped = { apply: () => undefined };
  outputs.output = ((value: never) => (constructing.collapsesAliases ? skipped : original(value))) as AnyFunction;
  return constructing;
}

function callProgram(
  callbackProto: {
    CallbackInvokeRequest: new () => { setToken(token: string): void; setRequest(bytes: Uint8Array): void };
  },
  storage: StackStorage,
  token: string,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const request = new callbackProto.CallbackInvokeRequest();
  request.setToken(token);
  request.setRequest(bytes);
  return new Promise((resolve, reject) => {
    const callbacks = storage.current?.callbacks;
    if (callbacks === undefined) return reject(new Error("the program's callback server is gone"));
    callbacks.invoke({ request }, (error, response) => {
      if (error) reject(new Error((error as { details?: string }).details ?? String(error)));
      else resolve((response as { getResponse_asU8(): Uint8Array }).getResponse_asU8());
    });
  });
}
