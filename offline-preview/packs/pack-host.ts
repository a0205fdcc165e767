// Loaded first in the process of a policy pack: the unmodified @pulumi/policy server hands its service to this process
// instead of a port, and the supervisor's calls reach it as JSON over the process's own channel. It saves the time that
// HTTP/2 takes, which is most of it, and leaves no port that another process could talk to.

import { createRequire } from "node:module";
import { join } from "node:path";
import { loadSeldomUsedLate } from "../runner/lazy-modules.ts";
import type { Answer, Call, FromPack, Method, Responses, ToPack } from "./pack-messages.ts";
import { PackProtocol } from "./pack-protocol.ts";

type Done = (error: { code?: number; details?: string; message?: string } | null, response?: unknown) => void;
type Service = Record<string, (call: { request: unknown }, done: Done) => void>;

interface ServerClass {
  prototype: {
    addService(definition: Record<string, { path: string }>, service: Service): void;
    bindAsync(address: string, credentials: unknown, done: (error: unknown, port: number) => void): void;
  };
}

// Answers that travel in one message, which takes as long as to judge a resource.
const BATCH = 50;
const UNIMPLEMENTED = 12; // grpc.status.UNIMPLEMENTED
// What the server prints as its port when it has none.
const NO_PORT = 1;

let service: Service | undefined;
let protocol: PackProtocol | undefined;

/** Takes the service of @pulumi/policy from the gRPC server that it makes. */
function captureService(folder: string): void {
  const grpc = grpcOf(folder);
  if (grpc === undefined) return;
  const { prototype } = grpc.Server;
  const { addService, bindAsync } = prototype;
  const captured = new WeakSet<object>();
  prototype.addService = function (this: object, definition, implementation) {
    if (definition.analyzeStack === undefined) return addService.call(this as never, definition, implementation);
    service = implementation;
    captured.add(this);
    process.channel?.ref();
  };
  prototype.bindAsync = function (this: object, address, credentials, done) {
    if (!captured.has(this)) return bindAsync.call(this as never, address, credentials, done);
    process.nextTick(() => done(null, NO_PORT));
  };
}

/** The gRPC library that the pack's @pulumi/policy uses; undefined for a pack that brings a bundled one. */
function grpcOf(folder: string): { Server: ServerClass } | undefined {
  try {
    const policy = createRequire(join(folder, "index.js")).resolve("@pulumi/policy");
    return createRequire(policy)("@grpc/grpc-js");
  } catch {
    return undefined;
  }
}

async function answer({ id, method, request }: Call): Promise<Answer> {
  try {
    const found = protocol as PackProtocol;
    const response = await invoke(method, found.encode(method, request));
    return { id, response: response === undefined ? undefined : (found.decode(method, response) as Responses[Method]) };
  } catch (error) {
    const { details, message } = error as { details?: string; message?: string };
    return { id, error: details || message || String(error) };
  }
}

/** Calls the service; undefined if it does not know the method. */
function invoke(method: Method, request: unknown): Promise<unknown> {
  const handler = service?.[method];
  if (handler === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    handler.call(service, { request }, (error, response) => {
      if (!error) return resolve(response);
      if (error.code === UNIMPLEMENTED) return resolve(undefined);
      reject(error);
    });
  });
}

// The engine asks about one resource at a time, and a pack may rely on it.
let last: Promise<void> = Promise.resolve();

let outbox: Answer[] = [];

function flush(): void {
  if (outbox.length > 0) process.send?.(outbox satisfies FromPack);
  outbox = [];
}

function answerInTurn(calls: Call[]): void {
  last = last.then(async () => {
    for (const call of calls) {
      const answered = await answer(call);
      // A policy that waits for something does not hold up the answers before it.
      if (outbox.length === 0) setImmediate(flush);
      outbox.push(answered);
      if (outbox.length === BATCH) flush();
    }
    flush();
  });
}

// After a crash the first call without an answer is the one that caused it.
process.on("exit", flush);

const folder = process.argv.at(-1) as string;
loadSeldomUsedLate(createRequire(process.argv[1] as string).resolve("@pulumi/pulumi"));
captureService(folder);
process.on("message", (message: ToPack) => {
  if (message.type === "calls") return answerInTurn(message.calls);
  protocol = new PackProtocol(folder);
  // A pack with a gRPC library of its own serves a real port.
  service ??= protocol.connect(message.port) as unknown as Service;
});
process.on("disconnect", () => process.exit());
// A pack that ends without serving must not be kept alive by the channel; a listening port would keep it alive too.
process.channel?.unref();
