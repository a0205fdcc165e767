// The monitor and the engine as gRPC services, for a program in another process. Nobody but that process is meant to
// connect: where possible the address is a socket in a folder that only this user can open, under a name that programs of
// other previews cannot guess. The server ends with the stack.

import { createRequire } from "node:module";
import { join } from "node:path";
import type { ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";
import { UserError } from "../errors.ts";
import { folder } from "../here.cjs";
import type { Monitor, Protos } from "../monitor/monitor.ts";
import type { LogLine } from "../protocol/messages.ts";
import { engineClient, monitorClient } from "./clients.ts";

// As the SDK itself: stacks can be large.
const MAX_MESSAGE = 400 * 1024 * 1024;
const OPTIONS = { "grpc.max_receive_message_length": MAX_MESSAGE, "grpc.max_send_message_length": MAX_MESSAGE };

/** The protocol, from the SDK that this package has: nothing of the project's is loaded here. */
export interface Protocol {
  grpc: typeof import("@grpc/grpc-js");
  protos: Protos;
  load(path: string): Record<string, never>;
  /** Options of every channel. */
  options: typeof OPTIONS;
}

/** Loads the protocol; a UserError if @pulumi/pulumi is not installed beside this package. */
export function loadProtocol(): Protocol {
  const require = createRequire(`${folder}/index.js`);
  let sdk: NodeJS.Require;
  try {
    sdk = createRequire(require.resolve("@pulumi/pulumi"));
  } catch {
    throw new UserError(
      "@pulumi/pulumi is not installed beside pulumi-offline-preview, where --isolated and packages whose source is a " +
        "folder need it; install both together",
    );
  }
  const load = (path: string) => require(`@pulumi/pulumi/proto/${path}`);
  return {
    grpc: sdk("@grpc/grpc-js"),
    protos: {
      resource: load("resource_pb.js"),
      provider: load("provider_pb.js"),
      struct: sdk("google-protobuf/google/protobuf/struct_pb.js"),
      empty: sdk("google-protobuf/google/protobuf/empty_pb.js"),
    },
    load,
    options: OPTIONS,
  };
}

/** A monitor that is being served. */
export interface ServedMonitor {
  /** `unix:path`, or `127.0.0.1:port`. */
  address: string;
  stop(): void;
}

type Handler = (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => void;
type Service = Record<string, { responseType: new () => unknown }>;
type Client = Record<string, (request: never, done: (error: unknown, response?: unknown) => void) => void>;

/** Serves a monitor and an engine that passes log lines on; `socketFolder` is an empty folder of this preview. */
export async function serveMonitor(
  { grpc, load, options }: Protocol,
  monitor: Monitor,
  log: (line: LogLine) => void,
  socketFolder: string,
): Promise<ServedMonitor> {
  const server = new grpc.Server(options);
  addService(server, load("resource_grpc_pb.js").ResourceMonitorService as never, monitorClient(monitor));
  addService(server, load("engine_grpc_pb.js").EngineService as never, engineClient(log));
  const address = socketAddress(socketFolder);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: address.replace(ANY_PORT, `127.0.0.1:${port}`),
    stop: () => server.forceShutdown(),
  };
}

const ANY_PORT = "127.0.0.1:0";
// Of macOS; elsewhere it may be a few bytes longer.
const LONGEST_SOCKET_PATH = 103;

/** The address of a socket in the folder; a port where there are no such sockets, or no names of that length. */
function socketAddress(folder: string): string {
  const path = join(folder, "socket");
  return process.platform === "win32" || Buffer.byteLength(path) > LONGEST_SOCKET_PATH ? ANY_PORT : `unix:${path}`;
}

// What is only accepted in the same process answers with an empty message here.
function addService(server: import("@grpc/grpc-js").Server, service: Service, client: Client): void {
  const methods = Object.keys(service).filter((name) => name in client);
  const handler = (name: string): Handler => {
    const { responseType: Response } = service[name]!;
    return (call, done) =>
      client[name]!(call.request as never, (error, response) => done(error as never, response ?? new Response()));
  };
  server.addService(service as never, Object.fromEntries(methods.map((name) => [name, handler(name)])));
}

/** Calls functions of the program that it serves itself; only on this machine. */
export function callbackCaller({ grpc, load, options }: Protocol): {
  call(target: string, token: string, request: Uint8Array): Promise<Uint8Array>;
  close(): void;
} {
  const { CallbacksClient } = load("callback_grpc_pb.js") as unknown as {
    CallbacksClient: new (
      address: string,
      credentials: unknown,
      options: object,
    ) => { invoke(request: unknown, done: (error: Error | null, response: Answer) => void): void; close(): void };
  };
  const { CallbackInvokeRequest } = load("callback_pb.js") as unknown as {
    CallbackInvokeRequest: new () => { setToken(token: string): void; setRequest(bytes: Uint8Array): void };
  };
  const clients = new Map<string, InstanceType<typeof CallbacksClient>>();
  return {
    call: (target, token, bytes) => {
      if (!/^127\.0\.0\.1:\d+$/.test(target)) {
        return Promise.reject(new Error(`callbacks must be served on 127.0.0.1, not ${target}`));
      }
      const client = clients.get(target) ?? new CallbacksClient(target, grpc.credentials.createInsecure(), options);
      clients.set(target, client);
      const request = new CallbackInvokeRequest();
      request.setToken(token);
      request.setRequest(bytes);
      return new Promise((resolve, reject) => {
        client.invoke(request, (error, response) => {
          if (error === null) resolve(response.getResponse_asU8());
          else reject(new Error((error as { details?: string }).details ?? error.message));
        });
      });
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

interface Answer {
  getResponse_asU8(): Uint8Array;
}
