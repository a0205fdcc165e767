// Stand-ins for the SDK's gRPC clients: they hand each message to the monitor in the same process. A gRPC server could
// serve the same monitor to a program in another process.

import type { Monitor } from "../monitor/monitor.ts";
import { versionRangeProblem } from "../project/version-range.ts";
import type { LogLine } from "../protocol/messages.ts";

type Done = (error: unknown, response?: unknown) => void;
type Method = (request: never, done: Done) => void;

const UNKNOWN_STATUS = 2; // grpc.status.UNKNOWN

// The SDK reads `code` and `details` of a failed call, as it finds them on a gRPC error.
function asServiceError(error: unknown): Error {
  const details = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(details), { code: UNKNOWN_STATUS, details });
}

/** A client of the monitor. Answers never come before the caller has returned, as over a network. */
export function monitorClient(monitor: Monitor): Record<string, Method> {
  const method =
    (handle: (request: never) => unknown): Method =>
    (request, done) => {
      Promise.resolve()
        .then(() => handle(request))
        .then(
          (response) => done(null, response),
          (error) => done(asServiceError(error)),
        );
    };
  return {
    getDeploymentInfo: method(() => monitor.getDeploymentInfo()),
    supportsFeature: method((request) => monitor.supportsFeature(request)),
    registerResource: method((request) => monitor.registerResource(request)),
    registerResourceOutputs: method((request) => monitor.registerResourceOutputs(request)),
    readResource: method((request) => monitor.readResource(request)),
    existsResource: method(() => monitor.existsResource()),
    invoke: method((request) => monitor.invoke(request)),
    call: method((request) => monitor.call(request)),
    registerPackage: method((request) => monitor.registerPackage(request)),
    registerStackTransform: method((request) => monitor.registerStackTransform(callbackOf(request))),
    registerStackInvokeTransform: method((request) => monitor.registerStackInvokeTransform(callbackOf(request))),
    registerResourceHook: method((request) => monitor.registerResourceHook(request)),
    registerErrorHook: method((request) => monitor.registerErrorHook(request)),
    signalAndWaitForShutdown: method(() => monitor.signalAndWaitForShutdown()),
    close: () => undefined,
  };
}

function callbackOf(request: { getTarget(): string; getToken(): string }): { target: string; token: string } {
  return { target: request.getTarget(), token: request.getToken() };
}

const SEVERITIES: LogLine["severity"][] = ["debug", "info", "warning", "error"];

interface LogRequest {
  getSeverity(): number;
  getMessage(): string;
  getUrn(): string;
}

/** A client of the engine: log lines go to `log`, ranges of versions must be well formed, the rest is accepted. */
export function engineClient(log: (line: LogLine) => void): Record<string, Method> {
  const accept: Method = (_, done) => queueMicrotask(() => done(null, undefined));
  return {
    log: (request: LogRequest, done: Done) => {
      const severity = SEVERITIES[request.getSeverity()] ?? "info";
      if (severity !== "debug") log({ severity, message: request.getMessage(), urn: request.getUrn() });
      queueMicrotask(() => done(null, undefined));
    },
    setRootResource: accept,
    getRootResource: accept,
    requirePulumiVersion: (request: { getPulumiVersionRange(): string }, done: Done) => {
      const range = request.getPulumiVersionRange();
      const problem = range === "" ? undefined : versionRangeProblem(range);
      queueMicrotask(() => done(problem === undefined ? null : asServiceError(`requirePulumiVersion: ${problem}`)));
    },
    close: () => undefined,
  } as Record<string, Method>;
}
