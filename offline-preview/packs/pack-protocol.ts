// The protocol's messages for policy packs, made from JSON and read into JSON, with the classes of the pack's own SDK.

import { createRequire } from "node:module";
import { join } from "node:path";
import type { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type * as analyzerproto from "@pulumi/pulumi/proto/analyzer_pb.js";
import type * as structproto from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "../protocol/messages.ts";
import type { PolicyInfo, Severity } from "../report/result.ts";
import { LEVELS, type Level } from "./levels.ts";
import type { PackConfig } from "./pack-config.ts";
import type { DescribedPolicy, Method, PackDescription, RawDiagnostic, RawRemediation } from "./pack-messages.ts";
import type {
  AnalyzeRequest,
  AnalyzeStackRequest,
  ConfigureRequest,
  ConfigureStackRequest,
  HandshakeRequest,
  ResourceOptions,
  StackResource,
} from "./requests.ts";

const SEVERITY_BY_NUMBER: Severity[] = ["", "low", "medium", "high", "critical"];
const TYPE_BY_NUMBER: PolicyInfo["type"][] = ["unknown", "resource", "stack"];

// As the SDK itself: stacks can be large.
const MAX_MESSAGE = 400 * 1024 * 1024;

/** Messages of one pack's SDK. */
export class PackProtocol {
  private readonly require: NodeJS.Require;
  private readonly sdk: NodeJS.Require;
  private readonly messages: typeof analyzerproto;
  private readonly Struct: typeof structproto.Struct;
  private readonly Empty: new () => unknown;
  /** Messages are serialized, not handed over. */
  private overWire = false;

  /** Loads the SDK that stands nearest to the pack's folder. */
  constructor(folder: string) {
    this.require = createRequire(join(folder, "index.js"));
    this.sdk = createRequire(this.require.resolve("@pulumi/pulumi"));
    this.messages = this.require("@pulumi/pulumi/proto/analyzer_pb.js");
    this.Struct = this.sdk("google-protobuf/google/protobuf/struct_pb.js").Struct;
    this.Empty = this.sdk("google-protobuf/google/protobuf/empty_pb.js").Empty;
  }

  /** A client of a pack that serves a port. */
  connect(port: number): Record<string, unknown> {
    this.overWire = true;
    const grpc = this.sdk("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
    const { AnalyzerClient: Client } = this.require("@pulumi/pulumi/proto/analyzer_grpc_pb.js") as {
      AnalyzerClient: new (address: string, credentials: unknown, options: object) => AnalyzerClient;
    };
    const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": MAX_MESSAGE,
      "grpc.max_send_message_length": MAX_MESSAGE,
    }) as unknown as Record<string, (request: unknown, done: unknown) => void>;
    const call = (method: string) => (call: { request: unknown }, done: unknown) => client[method]!(call.request, done);
    const methods: Method[] = ["handshake", "configureStack", "getPluginInfo", "getAnalyzerInfo", "configure"];
    methods.push("remediate", "analyze", "analyzeStack", "cancel");
    return Object.fromEntries(methods.map((method) => [method, call(method)]));
  }

  /** The message of a request. */
  encode(method: Method, request: object): unknown {
    switch (method) {
      case "handshake":
        return this.handshake(request as HandshakeRequest);
      case "configureStack":
        return this.configureStack(request as ConfigureStackRequest);
      case "configure":
        return this.configure(request as ConfigureRequest);
      case "remediate":
      case "analyze":
        return this.fill(new this.messages.AnalyzeRequest(), request as AnalyzeRequest);
      case "analyzeStack":
        return this.analyzeStack(request as AnalyzeStackRequest);
      default:
        return new this.Empty();
    }
  }

  /** What a response says; undefined for an empty one. */
  decode(method: Method, response: unknown): unknown {
    switch (method) {
      case "getPluginInfo":
        return { version: (response as { getVersion(): string }).getVersion() };
      case "getAnalyzerInfo":
        return describePack(response as analyzerproto.AnalyzerInfo);
      case "remediate":
        return (response as analyzerproto.RemediateResponse).getRemediationsList().map(readRemediation);
      case "analyze":
      case "analyzeStack":
        return (response as analyzerproto.AnalyzeResponse).getDiagnosticsList().map(readDiagnostic);
      default:
        return undefined;
    }
  }

  private handshake(request: HandshakeRequest): analyzerproto.AnalyzerHandshakeRequest {
    const message = new this.messages.AnalyzerHandshakeRequest();
    message.setRootDirectory(request.rootDirectory);
    message.setProgramDirectory(request.programDirectory);
    return message;
  }

  private configureStack(request: ConfigureStackRequest): analyzerproto.AnalyzerStackConfigureRequest {
    const message = new this.messages.AnalyzerStackConfigureRequest();
    message.setStack(request.stack);
    message.setProject(request.project);
    message.setOrganization(request.organization);
    message.setDryRun(request.dryRun);
    for (const [key, value] of Object.entries(request.config)) message.getConfigMap().set(key, value);
    for (const [key, value] of Object.entries(request.tags)) message.getTagsMap().set(key, value);
    message.setConfigSecretKeysList(request.configSecretKeys);
    return message;
  }

  private configure(request: ConfigureRequest): analyzerproto.ConfigureAnalyzerRequest {
    const message = new this.messages.ConfigureAnalyzerRequest();
    for (const [name, { enforcementLevel, properties }] of Object.entries(request.policyConfig)) {
      const policy = new this.messages.PolicyConfig();
      policy.setEnforcementlevel(enforcementLevel as never);
      policy.setProperties(this.struct(properties));
      message.getPolicyconfigMap().set(name, policy);
    }
    return message;
  }

  private analyzeStack(request: AnalyzeStackRequest): analyzerproto.AnalyzeStackRequest {
    const message = new this.messages.AnalyzeStackRequest();
    message.setResourcesList(request.resources.map((resource) => this.stackResource(resource)));
    return message;
  }

  private stackResource(resource: StackResource): analyzerproto.AnalyzerResource {
    const message = this.fill(new this.messages.AnalyzerResource(), resource);
    message.setParent(resource.parent);
    message.setDependenciesList(resource.dependencies);
    for (const [key, { urns }] of Object.entries(resource.propertyDependencies)) {
      const dependencies = new this.messages.AnalyzerPropertyDependencies();
      dependencies.setUrnsList(urns);
      message.getPropertydependenciesMap().set(key, dependencies);
    }
    return message;
  }

  private fill<T extends analyzerproto.AnalyzeRequest | analyzerproto.AnalyzerResource>(
    message: T,
    request: AnalyzeRequest,
  ): T {
    message.setUrn(request.urn);
    message.setType(request.type);
    message.setName(request.name);
    message.setProperties(this.struct(request.properties));
    message.setOptions(this.options(request.options));
    if (request.provider === undefined) return message;
    const provider = new this.messages.AnalyzerProviderResource();
    provider.setUrn(request.provider.urn);
    provider.setType(request.provider.type);
    provider.setName(request.provider.name);
    provider.setProperties(this.struct(request.provider.properties));
    message.setProvider(provider);
    return message;
  }

  private options(options: ResourceOptions): analyzerproto.AnalyzerResourceOptions {
    const message = new this.messages.AnalyzerResourceOptions();
    message.setProtect(options.protect);
    message.setIgnorechangesList(options.ignoreChanges);
    message.setDeletebeforereplace(options.deleteBeforeReplace);
    message.setDeletebeforereplacedefined(options.deleteBeforeReplaceDefined);
    message.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
    const timeouts = new this.messages.AnalyzerResourceOptions.CustomTimeouts();
    timeouts.setCreate(options.customTimeouts.create);
    timeouts.setUpdate(options.customTimeouts.update);
    timeouts.setDelete(options.customTimeouts.delete);
    timeouts.setRead(options.customTimeouts.read);
    message.setCustomtimeouts(timeouts);
    message.setParent(options.parent);
    return message;
  }

  // The server reads the properties once for each policy: as JavaScript they need not be taken apart and put together.
  private struct(properties: Properties): structproto.Struct {
    if (this.overWire) return this.Struct.fromJavaScript(properties as never);
    const struct = new this.Struct();
    struct.toJavaScript = () => properties as never;
    return struct;
  }
}

function describePack(info: analyzerproto.AnalyzerInfo): PackDescription {
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
    policies: info.getPoliciesList().map(describePolicy),
    initialConfig,
  };
}

function describePolicy(policy: analyzerproto.PolicyInfo): DescribedPolicy {
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

function readDiagnostic(diagnostic: analyzerproto.AnalyzeDiagnostic): RawDiagnostic {
  return {
    policy: diagnostic.getPolicyname(),
    message: diagnostic.getMessage(),
    level: levelOf(diagnostic.getEnforcementlevel()),
    severity: SEVERITY_BY_NUMBER[diagnostic.getSeverity()] ?? "",
    urn: diagnostic.getUrn(),
  };
}

function readRemediation(remediation: analyzerproto.Remediation): RawRemediation {
  return {
    policy: remediation.getPolicyname(),
    inputs: toProperties(remediation.getProperties()),
    diagnostic: remediation.getDiagnostic(),
  };
}

function toProperties(struct: { toJavaScript(): unknown } | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

// The numbers of the protocol's EnforcementLevel are the positions in LEVELS.
function levelOf(value: number): Level {
  return LEVELS[value] ?? "advisory";
}
