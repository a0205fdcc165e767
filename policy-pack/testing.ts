/** Tests of policies through the real policy server: any Node.js policy pack, with unknown values and secrets. */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import { type ConfigurablePolicy, LEVELS, type Level, type PackConfig, settleConfig } from "./configuration.ts";
import { startProcess } from "./testing/process.ts";
import { Requests, type TestStack } from "./testing/requests.ts";
import { secret, type TestOptions, type TestResource, unknown, urnOf } from "./testing/resources.ts";

export { type Level, type PackConfig, secret, type TestOptions, type TestResource, type TestStack, unknown, urnOf };

/** Something that a policy reported. */
export interface Diagnostic {
  policy: string;
  level: Level;
  /** 0: not given, 1: low, 2: medium, 3: high, 4: critical. */
  severity: number;
  urn: string;
  /** The policy's description and, in the next line, what it reported. */
  message: string;
}

/** What the pack says about a resource or a stack. */
export interface Verdict {
  /** Violations, advisory ones too. */
  violations: Diagnostic[];
  /** Policies that met an unknown value. */
  notEvaluated: Diagnostic[];
  /** Policies that the server did not run, and why. */
  notApplicable: { policy: string; reason: string }[];
}

/** What the policies at level `remediate` make of a resource. */
export interface Remediation {
  /** The resource's properties after all of them. */
  properties: Record<string, unknown>;
  /** Policies that changed something. */
  changedBy: string[];
  /** Policies that met an unknown value. */
  notEvaluated: { policy: string; message: string }[];
}

/** A running policy pack. */
export interface Pack {
  /** The pack's description of itself and its policies. */
  info(): Promise<analyzerproto.AnalyzerInfo.AsObject>;
  /** Levels and parameters, as in the file of `--policy-pack-config`. Replaces what was configured before. */
  configure(config: PackConfig): Promise<void>;
  /** Judges one resource by its inputs. */
  analyze(resource: TestResource): Promise<Verdict>;
  /** Lets the policies at level `remediate` change the inputs of a resource. */
  remediate(resource: TestResource): Promise<Remediation>;
  /** Judges a whole stack. */
  analyzeStack(resources: TestResource[]): Promise<Verdict>;
  /** Ends the pack's process. */
  stop(): Promise<void>;
}

/** How a pack is started. */
export interface StartOptions extends TestStack {
  /** How long the pack may take until it listens. Default: 60. */
  timeoutSeconds?: number;
}

/** Starts the policy pack in a folder as the engine does, with its default configuration. Stop it after the tests. */
export async function startPack(folder: string, options: StartOptions = {}): Promise<Pack> {
  const directory = resolve(folder);
  const { stack = "test", project = "policies", organization = "organization", tags = {}, config = {} } = options;
  const sdk = loadSdk(directory);
  const environment = {
    PULUMI_NODEJS_STACK: stack,
    PULUMI_NODEJS_PROJECT: project,
    PULUMI_NODEJS_ORGANIZATION: organization,
    PULUMI_NODEJS_DRY_RUN: "true",
    PULUMI_CONFIG: JSON.stringify(config),
  };
  const { timeoutSeconds = 60 } = options;
  const process = await startProcess({ folder: directory, runner: sdk.runner, environment, timeoutSeconds });
  const client = sdk.connect(process.port);
  const requests = new Requests(sdk);
  const info = async () =>
    (await call<analyzerproto.AnalyzerInfo>(client, "getAnalyzerInfo", new sdk.Empty())).toObject();
  const pack: Pack = {
    info,
    configure: async (given) => {
      const policies = configurable(await call(client, "getAnalyzerInfo", new sdk.Empty()));
      await call(client, "configure", requests.configure(settleConfig(policies, given)));
    },
    analyze: async (resource) => verdictOf(await call(client, "analyze", requests.analyze(resource))),
    remediate: async (resource) => remediationOf(resource, await call(client, "remediate", requests.analyze(resource))),
    analyzeStack: async (resources) => verdictOf(await call(client, "analyzeStack", requests.analyzeStack(resources))),
    stop: async () => {
      client.close();
      await process.stop();
    },
  };
  await call(client, "configureStack", requests.configureStack({ stack, project, organization, tags, config }));
  await pack.configure({});
  return pack;
}

/** The SDK that the pack itself uses: messages and connections of another copy would not fit. */
function loadSdk(folder: string) {
  const ofPack = createRequire(join(folder, "index.js"));
  let runner: string;
  try {
    runner = ofPack.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch {
    throw new Error(`@pulumi/pulumi is not installed for the policy pack; run npm install in ${folder}`);
  }
  const ofSdk = createRequire(ofPack.resolve("@pulumi/pulumi"));
  const { AnalyzerClient: Client } = ofPack("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
  const { credentials } = ofSdk("@grpc/grpc-js");
  return {
    runner,
    analyzer: ofPack("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerproto,
    struct: ofSdk("google-protobuf/google/protobuf/struct_pb.js"),
    Empty: ofSdk("google-protobuf/google/protobuf/empty_pb.js").Empty,
    connect: (port: number): AnalyzerClient => new Client(`127.0.0.1:${port}`, credentials.createInsecure()),
  };
}

type Unary = (request: unknown, done: (error: Error | null, response: unknown) => void) => void;

function call<T>(client: AnalyzerClient, method: keyof AnalyzerClient, request: unknown): Promise<T> {
  return new Promise((fulfil, reject) => {
    const unary = client[method] as unknown as Unary;
    unary.call(client, request, (error, response) => (error ? reject(error) : fulfil(response as T)));
  });
}

function configurable(info: analyzerproto.AnalyzerInfo): ConfigurablePolicy[] {
  return info.getPoliciesList().map((policy) => ({
    name: policy.getName(),
    level: LEVELS[policy.getEnforcementlevel()]!,
    parameters: (policy.getConfigschema()?.getProperties()?.toJavaScript() ?? {}) as ConfigurablePolicy["parameters"],
  }));
}

function verdictOf(response: analyzerproto.AnalyzeResponse): Verdict {
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

function remediationOf(resource: TestResource, response: analyzerproto.RemediateResponse): Remediation {
  const remediations = response.getRemediationsList();
  const changes = remediations.flatMap((one) => {
    const properties = one.getProperties();
    return properties === undefined ? [] : [{ policy: one.getPolicyname(), properties: properties.toJavaScript() }];
  });
  const unknowns = remediations.filter((one) => one.getDiagnostic() !== "");
  return {
    properties: (changes.at(-1)?.properties ?? resource.properties ?? {}) as Record<string, unknown>,
    changedBy: changes.map(({ policy }) => policy),
    notEvaluated: unknowns.map((one) => ({ policy: one.getPolicyname(), message: one.getDiagnostic() })),
  };
}
