/** The real policy pack in a child process, as the engine starts it, for tests that speak the engine's protocol. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import analyzerGrpc from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb.js";
import analyzer from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";

const require = createRequire(import.meta.url);
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value that is not known during the preview. */
export const unknown = UNKNOWN;

/** A secret value. */
export function secret(value: unknown): object {
  return { [SIGNATURE]: SECRET, value };
}

/** A resource as the engine would send it. */
export interface TestResource {
  type: string;
  name?: string;
  /** Default: made from stack `test`, project `policies`, type and name. */
  urn?: string;
  properties?: Record<string, unknown>;
  provider?: { type: string; properties: Record<string, unknown> };
  /** Stack checks only: URN of the parent. */
  parent?: string;
  /** Stack checks only: URNs by property. */
  propertyDependencies?: Record<string, string[]>;
}

/** Something that a policy reported. */
export interface Diagnostic {
  policy: string;
  level: "advisory" | "mandatory" | "disabled" | "remediate";
  severity: number;
  urn: string;
  message: string;
}

/** What the pack says about a resource or a stack. */
export interface Verdict {
  /** Violations; those of the advisory policy `exemption-in-force` too. */
  violations: Diagnostic[];
  /** Policies that met an unknown value. */
  notEvaluated: Diagnostic[];
  /** Policies that the server did not run, and why. */
  notApplicable: { policy: string; reason: string }[];
}

/** Configuration of the pack: level and properties by policy name. */
export type PackConfig = Record<string, { level?: Diagnostic["level"]; properties?: Record<string, unknown> }>;

/** A running policy pack. */
export interface Pack {
  info(): Promise<AnalyzerInfo.AsObject>;
  configure(config: PackConfig): Promise<void>;
  analyze(resource: TestResource): Promise<Verdict>;
  analyzeStack(resources: TestResource[]): Promise<Verdict>;
  stop(): Promise<void>;
}

/** URN of a resource in the test stack. */
export function urnOf({ type, name = "it" }: { type: string; name?: string }): string {
  return `urn:pulumi:test::policies::${type}::${name}`;
}

/** Starts the pack of a directory in the stock runner and waits until it listens. */
export async function startPack(directory = join(import.meta.dirname, "../../policy-pack")): Promise<Pack> {
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const child = spawn(process.execPath, [runner, "127.0.0.1:1", directory], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await firstLine(child);
  const client = new analyzerGrpc.AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const call = caller(client);
  return {
    info: async () => (await call<AnalyzerInfo>("getAnalyzerInfo", new empty.Empty())).toObject(),
    configure: async (config) => {
      await call("configure", configureRequest(await call<AnalyzerInfo>("getAnalyzerInfo", new empty.Empty()), config));
    },
    analyze: async (resource) => verdictOf(await call("analyze", analyzeRequest(resource))),
    analyzeStack: async (resources) => verdictOf(await call("analyzeStack", stackRequest(resources))),
    stop: async () => {
      client.close();
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the policy pack ended with ${code} before it listened`);
  });
  const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
  ended.catch(() => {});
  return line;
}

type Unary = (request: unknown, callback: (error: grpc.ServiceError | null, response: unknown) => void) => void;

function caller(client: analyzerGrpc.AnalyzerClient) {
  return <T>(method: string, request: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const unary = (client as unknown as Record<string, Unary>)[method]!.bind(client);
      unary(request, (error, response) => (error ? reject(error) : resolve(response as T)));
    });
}

const LEVELS = ["advisory", "mandatory", "disabled", "remediate"] as const;

/** As the engine does: every policy with its own level and its schema's defaults, overlaid by the user's choice. */
function configureRequest(info: AnalyzerInfo, config: PackConfig): analyzer.ConfigureAnalyzerRequest {
  const request = new analyzer.ConfigureAnalyzerRequest();
  for (const policy of info.getPoliciesList()) {
    const { level, properties } = config[policy.getName()] ?? {};
    const entry = new analyzer.PolicyConfig();
    entry.setEnforcementlevel(level ? LEVELS.indexOf(level) : policy.getEnforcementlevel());
    entry.setProperties(struct.Struct.fromJavaScript({ ...defaultsOf(policy), ...properties } as never));
    request.getPolicyconfigMap().set(policy.getName(), entry);
  }
  return request;
}

function defaultsOf(policy: analyzer.PolicyInfo): Record<string, unknown> {
  const schema = policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {};
  const entries = Object.entries(schema as Record<string, { default?: unknown }>);
  return Object.fromEntries(entries.flatMap(([name, value]) => ("default" in value ? [[name, value.default]] : [])));
}

function analyzeRequest(resource: TestResource): analyzer.AnalyzeRequest {
  const request = new analyzer.AnalyzeRequest();
  fill(request, resource);
  return request;
}

function stackRequest(resources: TestResource[]): analyzer.AnalyzeStackRequest {
  const request = new analyzer.AnalyzeStackRequest();
  for (const resource of [...resources, ...providersOf(resources)]) request.addResources(stackResource(resource));
  return request;
}

function stackResource(resource: TestResource): analyzer.AnalyzerResource {
  const request = new analyzer.AnalyzerResource();
  fill(request, resource);
  if (resource.parent) request.setParent(resource.parent);
  for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
    const dependencies = new analyzer.AnalyzerPropertyDependencies();
    dependencies.setUrnsList(urns);
    request.getPropertydependenciesMap().set(property, dependencies);
  }
  return request;
}

/** The engine registers a provider for every package that a stack uses. */
function providersOf(resources: TestResource[]): TestResource[] {
  const packages = new Set(resources.map(({ type }) => type.split(":")[0]).filter((name) => name !== "pulumi"));
  return [...packages].map((name) => ({ type: `pulumi:providers:${name}`, name: "default" }));
}

function fill(request: analyzer.AnalyzeRequest | analyzer.AnalyzerResource, resource: TestResource): void {
  request.setType(resource.type);
  request.setName(resource.name ?? "it");
  request.setUrn(resource.urn ?? urnOf(resource));
  request.setProperties(toStruct(resource.properties));
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  if (resource.provider) request.setProvider(providerOf(resource.provider));
}

/** Properties that are left out or undefined never reach a policy. */
function toStruct(properties: Record<string, unknown> = {}): struct.Struct {
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function providerOf({ type, properties }: NonNullable<TestResource["provider"]>): analyzer.AnalyzerProviderResource {
  const provider = new analyzer.AnalyzerProviderResource();
  provider.setType(type);
  provider.setName("provider");
  provider.setUrn(urnOf({ type, name: "provider" }));
  provider.setProperties(toStruct(properties));
  return provider;
}

function verdictOf(response: analyzer.AnalyzeResponse): Verdict {
  const diagnostics = response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: LEVELS[diagnostic.getEnforcementlevel()]!,
    severity: diagnostic.getSeverity(),
    urn: diagnostic.getUrn(),
    message: diagnostic.getMessage(),
  }));
  const isUnknown = ({ message }: Diagnostic) => /^can't run policy '.*' from .* during preview: /.test(message);
  return {
    violations: diagnostics.filter((diagnostic) => !isUnknown(diagnostic)),
    notEvaluated: diagnostics.filter(isUnknown),
    notApplicable: response
      .getNotApplicableList()
      .map((one) => ({ policy: one.getPolicyName(), reason: one.getReason() })),
  };
}
