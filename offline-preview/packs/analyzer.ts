// Client of a policy pack: the calls that the engine makes (pkg/resource/plugin/analyzer_plugin.go), over gRPC.

import { createRequire } from "node:module";
import { join } from "node:path";
import type { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import type { PolicyOptions, Properties, ResourceRecord, Value } from "../protocol/messages.ts";
import { mapForPolicies } from "../protocol/properties.ts";
import type { PolicyInfo, Severity } from "../report/result.ts";
import { LEVELS, type Level, type PackConfig } from "./pack-config.ts";

// As the SDK itself: stacks can be large.
const MAX_MESSAGE = 400 * 1024 * 1024;
const UNIMPLEMENTED = 12;

const SEVERITY_BY_NUMBER: Severity[] = ["", "low", "medium", "high", "critical"];
const TYPE_BY_NUMBER: PolicyInfo["type"][] = ["unknown", "resource", "stack"];

/** The stack that is judged, as the pack is told. */
export interface AnalyzedStack {
  stack: string;
  project: string;
  organization: string;
  config: Record<string, string>;
  secretKeys: string[];
}

/** A policy pack as it describes itself. */
export interface AnalyzerDescription {
  name: string;
  version: string;
  supportsConfig: boolean;
  policies: (PolicyInfo & { configSchema?: { properties: Record<string, Properties>; required: string[] } })[];
  initialConfig: PackConfig;
}

/** One finding as the pack sends it. */
export interface RawDiagnostic {
  policy: string;
  message: string;
  level: Level;
  severity: Severity;
  urn: string;
}

/** One remediation as the pack sends it: new inputs, or the reason why there are none. */
export interface RawRemediation {
  policy: string;
  inputs: Properties;
  diagnostic: string;
}

/** Loads the protocol from the SDK that stands nearest to `folder`. */
function loadProtocol(folder: string) {
  const require = createRequire(join(folder, "index.js"));
  const sdk = createRequire(require.resolve("@pulumi/pulumi"));
  return {
    grpc: sdk("@grpc/grpc-js") as typeof import("@grpc/grpc-js"),
    messages: require("@pulumi/pulumi/proto/analyzer_pb.js") as typeof analyzerproto,
    service: require("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as {
      AnalyzerClient: new (address: string, credentials: unknown, options: object) => AnalyzerClient;
    },
    struct: sdk(
      "google-protobuf/google/protobuf/struct_pb.js",
    ) as typeof import("google-protobuf/google/protobuf/struct_pb.js"),
    empty: sdk(
      "google-protobuf/google/protobuf/empty_pb.js",
    ) as typeof import("google-protobuf/google/protobuf/empty_pb.js"),
  };
}

type Protocol = ReturnType<typeof loadProtocol>;
type UnaryCall<Request, Response> = (
  request: Request,
  metadata: unknown,
  options: { deadline: number },
  done: (error: { code: number; details: string } | null, response: Response) => void,
) => unknown;

/** A connection to one policy pack process. */
export class Analyzer {
  private readonly protocol: Protocol;
  private readonly client: AnalyzerClient;
  private readonly deadline: () => number;

  /** `deadline` gives the time, in milliseconds since 1970, by which an answer must be there. */
  constructor(folder: string, port: number, deadline: () => number) {
    this.protocol = loadProtocol(folder);
    this.deadline = deadline;
    this.client = new this.protocol.service.AnalyzerClient(
      `127.0.0.1:${port}`,
      this.protocol.grpc.credentials.createInsecure(),
      { "grpc.max_receive_message_length": MAX_MESSAGE, "grpc.max_send_message_length": MAX_MESSAGE },
    );
  }

  close(): void {
    this.client.close();
  }

  /** The Node.js policy server implements neither of the first two calls fully; the engine makes them all the same. */
  async introduce(folder: string, stack: AnalyzedStack): Promise<void> {
    const { messages } = this.protocol;
    const handshake = new messages.AnalyzerHandshakeRequest();
    handshake.setRootDirectory(folder);
    handshake.setProgramDirectory(folder);
    await this.optionalCall("handshake", handshake);
    const configure = new messages.AnalyzerStackConfigureRequest();
    configure.setStack(stack.stack);
    configure.setProject(stack.project);
    configure.setOrganization(stack.organization);
    configure.setDryRun(true);
    for (const [key, value] of Object.entries(stack.config)) configure.getConfigMap().set(key, value);
    configure.setConfigSecretKeysList(stack.secretKeys);
    await this.optionalCall("configureStack", configure);
  }

  async describe(): Promise<AnalyzerDescription> {
    const info = await this.call<unknown, analyzerproto.AnalyzerInfo>(
      "getAnalyzerInfo",
      new this.protocol.empty.Empty(),
    );
    const initialConfig: PackConfig = {};
    for (const [name, value] of info.getInitialconfigMap().entries()) {
      initialConfig[name] = {
        enforcementLevel: levelOf(value.getEnforcementlevel()),
        properties: toProperties(value.getProperties()),
      };
    }
    return {
      name: info.getName(),
      version: info.getVersion(),
      supportsConfig: info.getSupportsconfig(),
      policies: info.getPoliciesList().map((policy) => this.policyOf(policy)),
      initialConfig,
    };
  }

  private policyOf(policy: analyzerproto.PolicyInfo): AnalyzerDescription["policies"][number] {
    const schema = policy.getConfigschema();
    return {
      name: policy.getName(),
      displayName: policy.getDisplayname(),
      description: policy.getDescription(),
      type: TYPE_BY_NUMBER[policy.getPolicyType()] ?? "unknown",
      level: levelOf(policy.getEnforcementlevel()),
      severity: SEVERITY_BY_NUMBER[policy.getSeverity()] ?? "",
      remedy: policy.getRemediationSteps(),
      tags: policy.getTagsList(),
      url: policy.getUrl(),
      ...(schema === undefined
        ? {}
        : {
            configSchema: {
              properties: toProperties(schema.getProperties()) as Record<string, Properties>,
              required: schema.getRequiredList(),
            },
          }),
    };
  }

  async configure(config: PackConfig): Promise<void> {
    const { messages, struct } = this.protocol;
    const request = new messages.ConfigureAnalyzerRequest();
    for (const [name, { enforcementLevel, properties }] of Object.entries(config)) {
      // A misspelt policy name without a level: the engine refuses it as an invalid level too.
      if (enforcementLevel === undefined) {
        throw new Error(`configuration of '${name}': the pack has no such policy and no enforcementLevel is given`);
      }
      const policy = new messages.PolicyConfig();
      policy.setEnforcementlevel(LEVELS.indexOf(enforcementLevel));
      policy.setProperties(struct.Struct.fromJavaScript(properties as never));
      request.getPolicyconfigMap().set(name, policy);
    }
    await this.call("configure", request);
  }

  async remediate(resource: ResourceRecord, provider: ResourceRecord | undefined): Promise<RawRemediation[]> {
    const request = this.analyzeRequest(resource, provider, true);
    const response = await this.optionalCall<unknown, analyzerproto.RemediateResponse>("remediate", request);
    return (response?.getRemediationsList() ?? []).map((remediation) => ({
      policy: remediation.getPolicyname(),
      inputs: toProperties(remediation.getProperties()),
      diagnostic: remediation.getDiagnostic(),
    }));
  }

  async analyze(resource: ResourceRecord, provider: ResourceRecord | undefined): Promise<RawDiagnostic[]> {
    const request = this.analyzeRequest(resource, provider, false);
    const response = await this.call<unknown, analyzerproto.AnalyzeResponse>("analyze", request);
    return response.getDiagnosticsList().map((diagnostic) => this.diagnosticOf(diagnostic));
  }

  async analyzeStack(resources: ResourceRecord[]): Promise<RawDiagnostic[]> {
    const { messages } = this.protocol;
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(resources.map((resource) => this.stackResource(resource, byUrn.get(resource.provider))));
    const response = await this.optionalCall<unknown, analyzerproto.AnalyzeResponse>("analyzeStack", request);
    return (response?.getDiagnosticsList() ?? []).map((diagnostic) => this.diagnosticOf(diagnostic));
  }

  private diagnosticOf(diagnostic: analyzerproto.AnalyzeDiagnostic): RawDiagnostic {
    return {
      policy: diagnostic.getPolicyname(),
      message: diagnostic.getMessage(),
      level: levelOf(diagnostic.getEnforcementlevel()),
      severity: SEVERITY_BY_NUMBER[diagnostic.getSeverity()] ?? "",
      urn: diagnostic.getUrn(),
    };
  }

  private analyzeRequest(resource: ResourceRecord, provider: ResourceRecord | undefined, keepInternal: boolean) {
    const request = new this.protocol.messages.AnalyzeRequest();
    this.fill(request, resource, provider, mapForPolicies(resource.inputs, keepInternal));
    return request;
  }

  private stackResource(resource: ResourceRecord, provider: ResourceRecord | undefined) {
    const { messages } = this.protocol;
    const result = new messages.AnalyzerResource();
    this.fill(result, resource, provider, mapForPolicies(resource.outputs));
    result.setParent(resource.parent);
    result.setDependenciesList(resource.dependencies);
    for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
      const dependencies = new messages.AnalyzerPropertyDependencies();
      dependencies.setUrnsList(urns);
      result.getPropertydependenciesMap().set(key, dependencies);
    }
    return result;
  }

  private fill(
    target: analyzerproto.AnalyzeRequest | analyzerproto.AnalyzerResource,
    resource: ResourceRecord,
    provider: ResourceRecord | undefined,
    properties: Properties,
  ): void {
    const { messages, struct } = this.protocol;
    target.setUrn(resource.urn);
    target.setType(resource.type);
    target.setName(resource.name);
    target.setProperties(struct.Struct.fromJavaScript(properties as never));
    target.setOptions(this.optionsOf(resource.options, resource.parent));
    if (provider === undefined) return;
    const message = new messages.AnalyzerProviderResource();
    message.setUrn(provider.urn);
    message.setType(provider.type);
    message.setName(provider.name);
    message.setProperties(struct.Struct.fromJavaScript(mapForPolicies(provider.inputs) as never));
    target.setProvider(message);
  }

  private optionsOf(options: PolicyOptions, parent: string): analyzerproto.AnalyzerResourceOptions {
    const { messages } = this.protocol;
    const result = new messages.AnalyzerResourceOptions();
    result.setProtect(options.protect);
    result.setIgnorechangesList(options.ignoreChanges);
    result.setDeletebeforereplace(options.deleteBeforeReplace ?? false);
    result.setDeletebeforereplacedefined(options.deleteBeforeReplace !== undefined);
    result.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
    const timeouts = new messages.AnalyzerResourceOptions.CustomTimeouts();
    timeouts.setCreate(options.customTimeouts.create);
    timeouts.setUpdate(options.customTimeouts.update);
    timeouts.setDelete(options.customTimeouts.delete);
    timeouts.setRead(options.customTimeouts.read);
    result.setCustomtimeouts(timeouts);
    result.setParent(parent);
    return result;
  }

  private call<Request, Response>(name: string, request: Request): Promise<Response> {
    const { grpc } = this.protocol;
    const method = (this.client as unknown as Record<string, UnaryCall<Request, Response>>)[name]!;
    return new Promise((resolve, reject) => {
      method.call(this.client, request, new grpc.Metadata(), { deadline: this.deadline() }, (error, response) => {
        if (error === null) return resolve(response);
        const late = error.code === grpc.status.DEADLINE_EXCEEDED;
        const message = late ? `did not answer ${name} in time` : error.details;
        reject(Object.assign(new Error(message), { code: error.code }));
      });
    });
  }

  /** A call that a server may not know. */
  private async optionalCall<Request, Response>(name: string, request: Request): Promise<Response | undefined> {
    try {
      return await this.call<Request, Response>(name, request);
    } catch (error) {
      if ((error as { code?: number }).code === UNIMPLEMENTED) return undefined;
      throw error;
    }
  }
}

function toProperties(struct: { toJavaScript(): unknown } | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Record<string, Value>;
}

// The numbers of the protocol's EnforcementLevel are the positions in LEVELS.
function levelOf(value: number): Level {
  return LEVELS[value] ?? "advisory";
}
