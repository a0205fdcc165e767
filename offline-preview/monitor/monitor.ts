// The resource monitor: answers the program's requests the way the engine does in a preview of a stack that does not
// exist yet. Request message in, response message out: it knows nothing of how the messages travel. Rules:
// pkg/resource/deploy/source_eval.go and step_generator.go of the engine; docs/fidelity.md says where this differs.

import type * as providerproto from "@pulumi/pulumi/proto/provider_pb.js";
import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type * as emptyproto from "google-protobuf/google/protobuf/empty_pb.js";
import type * as structproto from "google-protobuf/google/protobuf/struct_pb.js";
import { messageOf } from "../errors.ts";
import type { LogLine, MissingAnswer, Properties, ResourceRecord, StackRun, Value } from "../protocol/messages.ts";
import { containsUnknown, downgradeMap, secret, UNKNOWN } from "../protocol/properties.ts";
import { makeUrn, packageOf, STACK_TYPE } from "../protocol/urn.ts";
import type { TypeKnowledge } from "../sdk/shapes.ts";
import { skeleton } from "../sdk/skeleton.ts";
import { engineAsset } from "./assets.ts";
import { Hooks, type HookTime } from "./hooks.ts";
import { answerInvoke, missingFixture } from "./invokes.ts";
import { Planner } from "./planner.ts";
import {
  ComponentProviders,
  defaultProviderDenied,
  defaultProviderInputs,
  defaultProviderKey,
  defaultProviderName,
  isProviderType,
  type ProviderRequest,
  providerReference,
  urnOfReference,
  withPluginSource,
} from "./providers.ts";
import { dependenciesOf, type Goal, goalOf, inheritFromParent, policyOptions } from "./registration.ts";
import { RemoteComponents } from "./remote-components.ts";
import { sourceOf } from "./source.ts";
import { type Callback, Transforms } from "./transforms.ts";

/** The protocol's message classes, from the copy of the SDK that runs the program. */
export interface Protos {
  resource: typeof resproto;
  provider: typeof providerproto;
  struct: typeof structproto;
  empty: typeof emptyproto;
}

/** What the monitor needs from the process around it. */
export interface MonitorHost {
  /** A resource was registered; it is judged in the background. */
  registered(resource: ResourceRecord): void;
  /** Lets policies change the inputs; called instead of `registered` when some policy may. */
  remediate(resource: ResourceRecord): Promise<Properties>;
  /** A component or the stack has its outputs. */
  outputs(urn: string, outputs: Properties): void;
  /** Something that the user should know. */
  log(line: LogLine): void;
  /** Something that fails the preview, although the program goes on. */
  error(message: string): void;
  /** Runs a callback (a transform or a hook) of the program. */
  callback(target: string, token: string, request: Uint8Array): Promise<Uint8Array>;
  /** Something that only a fixture could have answered. */
  missing(answer: MissingAnswer): void;
  /** Has a package's plugin make a component and register it here; undefined if it cannot. Absent: there are none. */
  construct?(
    pkg: string,
    request: providerproto.ConstructRequest,
  ): Promise<providerproto.ConstructResponse | undefined>;
  /** What is known of the types without their providers. */
  knowledge: TypeKnowledge;
}

/** A request that the engine would refuse; its message fails the program. */
class MonitorError extends Error {}

/** A resource as the monitor remembers it. */
interface State {
  id: string;
  goal: Goal;
  record: ResourceRecord;
}

// Look-ups in promise form must have an answer; the runner marks them, since the protocol does not.
export const PROMISE_FORM = ";promise";

// Names of the features of getDeploymentInfo, as older SDKs know them.
const FEATURES_BY_NAME = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
]);

const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/** The monitor of one stack. */
export class Monitor {
  private readonly states = new Map<string, State>();
  private readonly reads = new Map<string, State>();
  private readonly components = new ComponentProviders();
  private readonly defaults = new Map<string, string>();
  private readonly packages = new Map<string, ProviderRequest>();
  private readonly transforms: Transforms;
  private readonly hooks: Hooks;
  private readonly planner: Planner;
  private readonly remote: RemoteComponents;
  /** Components whose outputs are still to come. */
  private readonly open = new Set<string>();

  private readonly run: StackRun;
  private readonly host: MonitorHost;
  private readonly protos: Protos;

  constructor(run: StackRun, host: MonitorHost, protos: Protos) {
    this.run = run;
    this.host = host;
    this.protos = protos;
    const call = (callback: Callback, request: Uint8Array) => host.callback(callback.target, callback.token, request);
    this.transforms = new Transforms(protos, call);
    this.hooks = new Hooks(protos, call, host.log);
    this.planner = new Planner(host.knowledge, host, run.assumesCreated ?? false);
    this.remote = new RemoteComponents(run, protos);
  }

  getDeploymentInfo(): resproto.DeploymentInfo {
    const features = this.protos.resource.ResourceMonitorFeature;
    const info = new this.protos.resource.DeploymentInfo();
    info.setProject(this.run.project);
    info.setStack(this.run.stack);
    info.setOrganization(this.run.organization);
    info.setDryrun(true);
    info.setSupportedfeaturesList([
      features.RESOURCE_MONITOR_FEATURE_SECRETS,
      features.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
      features.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
      features.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
      features.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
      features.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
      features.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
      features.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
      features.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
      features.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
      features.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
      features.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
      features.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
    ]);
    return info;
  }

  /** SDKs before 3.230 or so ask for one feature after the other. */
  supportsFeature(request: resproto.SupportsFeatureRequest): resproto.SupportsFeatureResponse {
    const response = new this.protos.resource.SupportsFeatureResponse();
    response.setHassupport(FEATURES_BY_NAME.has(request.getId()));
    return response;
  }

  async registerResource(request: resproto.RegisterResourceRequest): Promise<resproto.RegisterResourceResponse> {
    let goal = goalOf(request);
    // The stack's own position is a line of the SDK.
    const position = goal.type === STACK_TYPE ? undefined : request.getSourceposition();
    const { transforms, source } = this.remote.fromProgram(goal, sourceOf(position, this.run.root));
    goal.transforms = transforms;
    const parent = this.states.get(goal.parent);
    if (parent !== undefined) inheritFromParent(goal, parent.goal);
    if (goal.custom || goal.remote) checkTypeToken(goal.type);
    const pkg = packageOf(goal.type);
    if (goal.custom || goal.remote)
      goal.provider = this.components.resolve(goal.provider, goal.providers, goal.parent, pkg);
    goal = await this.transforms.apply(goal);
    const needsProvider = (goal.custom && !isProviderType(goal.type)) || goal.remote;
    const urn = makeUrn(this.run.stack, this.run.project, goal.parent, goal.type, goal.name);
    const provider = needsProvider ? this.providerOf(goal, pkg) : "";
    if (needsProvider && provider === undefined) {
      throw new MonitorError(`Default provider for '${pkg}' disabled. '${urn}' must use an explicit provider.`);
    }
    const constructed = goal.remote ? await this.construct(goal, pkg, provider ?? "") : undefined;
    return constructed ?? this.settle(goal, urn, provider ?? "", source);
  }

  /** Lets a remote component's plugin register it, with all that is in it; undefined if there is none that runs. */
  private async construct(
    goal: Goal,
    pkg: string,
    provider: string,
  ): Promise<resproto.RegisterResourceResponse | undefined> {
    if (this.host.construct === undefined) return undefined;
    if (containsUnknown(this.inputsOf(urnOfReference(provider)))) {
      const message = `${goal.name} [${goal.type}]: opaque, as the configuration of its provider is not known yet`;
      this.host.log({ severity: "warning", message, urn: "" });
      return undefined;
    }
    const providers = this.components.inherited(goal.parent, goal.providers);
    const constructed = await this.host.construct(pkg, this.remote.request(goal, providers));
    if (constructed === undefined) return undefined;
    return this.remote.response(constructed, (outputs) => this.downgraded(outputs));
  }

  async registerResourceOutputs(request: resproto.RegisterResourceOutputsRequest): Promise<emptyproto.Empty> {
    const urn = request.getUrn();
    const state = this.states.get(urn);
    const isStack = state?.goal.type === STACK_TYPE;
    // Only components have outputs of their own, and only once; the stack's may come again.
    if (state === undefined || !(isStack || this.open.delete(urn))) {
      throw new MonitorError(`cannot complete a resource '${urn}' whose registration isn't pending`);
    }
    const outputs = this.downgraded(toProperties(request.getOutputs()));
    state.record.outputs = outputs;
    this.host.outputs(urn, outputs);
    if (!isStack) await this.runHooks("after", state);
    return new this.protos.empty.Empty();
  }

  readResource(request: resproto.ReadResourceRequest): resproto.ReadResourceResponse {
    const type = request.getType();
    checkTypeToken(type);
    if (!isProviderType(type) && request.getProvider() === "") {
      const pkg = packageOf(type);
      if (this.defaultProvider(this.requested(pkg, request)) === undefined) {
        throw new MonitorError(`Default provider for '${pkg}' disabled. '${type}' must use an explicit provider.`);
      }
    }
    const urn = makeUrn(this.run.stack, this.run.project, request.getParent(), type, request.getName());
    const inputs = this.downgraded(toProperties(request.getProperties()));
    const outputs =
      type === STACK_REFERENCE
        ? this.stackReference(request.getId(), inputs)
        : { ...inputs, ...this.requiredFixture(type, request.getName()) };
    markSecrets(outputs, request.getAdditionalsecretoutputsList());
    this.reads.set(urn, this.readState(request, urn, outputs));
    const response = new this.protos.resource.ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(this.struct(outputs));
    return response;
  }

  /** A program must decide without knowing: the SDK turns "unknown" into an unknown output. */
  existsResource(): resproto.ExistsResourceResponse {
    const response = new this.protos.resource.ExistsResourceResponse();
    response.setUnknown(true);
    return response;
  }

  async invoke(request: resproto.ResourceInvokeRequest): Promise<resproto.ResourceInvokeResponse> {
    const promiseForm = request.getTok().endsWith(PROMISE_FORM);
    const token = promiseForm ? request.getTok().slice(0, -PROMISE_FORM.length) : request.getTok();
    const response = this.invokeResponse();
    if (token === "pulumi:pulumi:getResource") {
      this.defaultProvider({ package: "pulumi", version: "", pluginDownloadURL: "" });
      response.setReturn(this.struct(this.knownResource(toProperties(request.getArgs()))));
      return response;
    }
    const pkg = packageOf(token);
    const call = await this.transforms.applyToInvoke({
      token,
      args: toProperties(request.getArgs()),
      provider: this.components.resolve(request.getProvider(), {}, request.getParent(), pkg),
      version: request.getVersion(),
      pluginDownloadURL: request.getPlugindownloadurl(),
    });
    const reference =
      call.provider ||
      this.defaultProvider(
        this.packages.get(request.getPackageref()) ?? {
          package: pkg,
          version: call.version,
          pluginDownloadURL: call.pluginDownloadURL,
        },
      );
    if (reference === undefined) {
      throw new MonitorError(
        `Invoke: Default provider for '${pkg}' disabled. '${token}' must use an explicit provider.`,
      );
    }
    if (this.hasUnresolved(request.getDependsonList?.() ?? [])) {
      response.setUnknown(true);
      return response;
    }
    const provider = this.inputsOf(urnOfReference(reference));
    const result = this.answer(token, call.args, provider, promiseForm);
    if (result === undefined) response.setUnknown?.(true);
    // Older SDKs know no unknown answer; an unknown value in it makes the whole result unknown.
    response.setReturn(this.struct(result ?? { result: UNKNOWN }));
    return response;
  }

  /** The answer of a fixture or a built-in one; undefined if there is none. Who awaits one cannot go on without. */
  private answer(token: string, args: Properties, provider: Properties, awaited: boolean): Properties | undefined {
    const known = answerInvoke(token, args, { provider }, this.run.fixtures);
    if (known !== undefined) return known;
    this.host.missing({ kind: "invoke", token, args });
    if (!awaited) return undefined;
    // With a placeholder the program goes on to what else is missing.
    if (this.run.recordsFixtures) return skeleton(this.host.knowledge.function(token)?.result ?? {});
    throw new MonitorError(missingFixture(token, args));
  }

  /** True if a look-up that depends on these resources would run before they, or what is below them, are created. */
  private hasUnresolved(urns: string[]): boolean {
    if (urns.length === 0) return false;
    const roots = new Set(urns);
    const isBelow = (urn: string): boolean => roots.has(urn) || isBelowParent(this.states.get(urn)?.goal.parent);
    const isBelowParent = (parent: string | undefined) => parent !== undefined && parent !== "" && isBelow(parent);
    return [...this.states].some(([urn, { goal, id }]) => goal.custom && id === "" && isBelow(urn));
  }

  private invokeResponse(): resproto.ResourceInvokeResponse {
    const { resource, provider } = this.protos;
    return new (resource.ResourceInvokeResponse ?? provider.InvokeResponse)() as resproto.ResourceInvokeResponse;
  }

  /** A method of a provider's resource: nobody runs it here, so what it returns is unknown without a fixture. */
  call(request: resproto.ResourceCallRequest): providerproto.CallResponse {
    const result = this.answer(request.getTok(), toProperties(request.getArgs()), {}, false);
    const response = new this.protos.provider.CallResponse();
    response.setReturn(this.struct(result ?? { result: UNKNOWN }));
    return response;
  }

  registerPackage(request: resproto.RegisterPackageRequest): resproto.RegisterPackageResponse {
    const parameters = request.getParameterization();
    const reference = `package-${this.packages.size + 1}`;
    this.packages.set(reference, {
      package: parameters?.getName() ?? request.getName(),
      version: parameters?.getVersion() ?? request.getVersion(),
      pluginDownloadURL: request.getDownloadUrl(),
    });
    const response = new this.protos.resource.RegisterPackageResponse();
    response.setRef(reference);
    return response;
  }

  registerStackTransform(callback: Callback): emptyproto.Empty {
    this.transforms.addForStack(callback);
    return new this.protos.empty.Empty();
  }

  registerStackInvokeTransform(callback: Callback): emptyproto.Empty {
    this.transforms.addForInvokes(callback);
    return new this.protos.empty.Empty();
  }

  registerResourceHook(request: resproto.RegisterResourceHookRequest): emptyproto.Empty {
    this.hooks.add(request);
    return new this.protos.empty.Empty();
  }

  registerErrorHook(request: resproto.RegisterErrorHookRequest): emptyproto.Empty {
    this.hooks.addErrorHook(request);
    return new this.protos.empty.Empty();
  }

  /** The program has registered everything; the stack is judged when its process has nothing left to do. */
  signalAndWaitForShutdown(): emptyproto.Empty {
    return new this.protos.empty.Empty();
  }

  private async runHooks(time: HookTime, { goal, id, record }: State): Promise<void> {
    const hooks = goal.request?.getHooks?.();
    if (hooks === undefined) return;
    const { urn, type, name, inputs, outputs } = record;
    const names = time === "before" ? hooks.getBeforeCreateList() : hooks.getAfterCreateList();
    const resource = { urn, id, type, name, hooks: names, inputs };
    if (time === "before") return this.hooks.run(time, resource);
    try {
      await this.hooks.run(time, { ...resource, outputs });
    } catch (error) {
      // The resource is there; the failure is the deployment's.
      this.host.error(`${urn}: ${messageOf(error)}`);
    }
  }

  /** The provider of a resource, registering the default one on demand; undefined if that is forbidden. */
  private providerOf(goal: Goal, pkg: string): string | undefined {
    const request = this.packages.get(goal.packageRef) ?? {
      package: pkg,
      version: goal.version,
      pluginDownloadURL: goal.pluginDownloadURL,
    };
    const reference = goal.provider || this.defaultProvider(request);
    if (reference !== undefined && !this.states.has(urnOfReference(reference))) {
      throw new MonitorError(`unknown provider '${reference}' for resource '${goal.name}' [${goal.type}]`);
    }
    return reference;
  }

  private requested(pkg: string, request: resproto.ReadResourceRequest): ProviderRequest {
    return (
      this.packages.get(request.getPackageref()) ?? {
        package: pkg,
        version: request.getVersion(),
        pluginDownloadURL: request.getPlugindownloadurl(),
      }
    );
  }

  private defaultProvider(wanted: ProviderRequest): string | undefined {
    const request = { ...wanted, version: wanted.version || this.host.knowledge.version(wanted.package) };
    if (defaultProviderDenied(this.run.config, request.package)) return undefined;
    const key = defaultProviderKey(request);
    const known = this.defaults.get(key);
    if (known !== undefined) return known;
    const type = `pulumi:providers:${request.package}`;
    const name = defaultProviderName(request);
    const urn = makeUrn(this.run.stack, this.run.project, "", type, name);
    const inputs = defaultProviderInputs(request, this.run.config, this.run.secretKeys);
    const reference = providerReference(urn);
    this.defaults.set(key, reference);
    const goal: Goal = { ...emptyGoal(), type, name, custom: true, inputs };
    const record = this.record(goal, urn, "", undefined);
    this.states.set(urn, { id: UNKNOWN, goal, record });
    // Judged like any resource, but nothing waits for what a policy would change in it.
    if (this.run.remediates) void this.host.remediate(record);
    else this.host.registered(record);
    return reference;
  }

  /** Judges and remembers a resource whose URN and provider are known. */
  private async settle(
    goal: Goal,
    urn: string,
    provider: string,
    source: string | undefined,
  ): Promise<resproto.RegisterResourceResponse> {
    if (this.states.has(urn)) {
      throw new MonitorError(
        `Duplicate resource URN '${urn}'; try giving it a unique name${source ? ` (${source})` : ""}`,
      );
    }
    const fixture = goal.remote
      ? this.requiredFixture(goal.type, goal.name)
      : this.fixtureOutputs(goal.type, goal.name);
    if (isProviderType(goal.type)) {
      const version = goal.version || this.host.knowledge.version(goal.type.slice("pulumi:providers:".length));
      if (version !== "") goal.inputs.version = version;
      goal.inputs = withPluginSource(goal.inputs, goal.pluginDownloadURL);
    }
    goal.inputs = this.downgraded(goal.inputs);
    const provided = this.inputsOf(urnOfReference(provider));
    if (goal.custom) goal.inputs = this.planner.check({ type: goal.type, name: goal.name, urn }, goal.inputs, provided);
    const record = this.record(goal, urn, urnOfReference(provider), source);
    const id = this.idOf(goal, record, fixture);
    // Before anything is awaited: a second resource of this name must find the first.
    const state: State = { id, goal: { ...goal, provider }, record };
    this.states.set(urn, state);
    if (!goal.custom) this.components.add(urn, goal.parent, goal.providers);
    if (!goal.custom && !goal.remote) this.open.add(urn);
    this.transforms.remember(urn, goal);
    if (this.run.remediates) record.inputs = await this.host.remediate(record);
    record.outputs = this.outputsOf(goal, record, fixture);
    if (!this.run.remediates) this.host.registered(record);
    else this.host.outputs(urn, record.outputs);
    await this.runHooks("before", state);
    if (goal.custom) await this.runHooks("after", state);
    const response = new this.protos.resource.RegisterResourceResponse();
    response.setUrn(urn);
    response.setId(id);
    response.setObject(this.struct(record.outputs));
    return response;
  }

  private idOf(goal: Goal, record: ResourceRecord, fixture: Properties | undefined): string {
    if (isProviderType(goal.type)) return UNKNOWN;
    if (!goal.custom) return "";
    const id = fixture?.id;
    return typeof id === "string" ? id : goal.importId || this.planner.id(record, this.inputsOf(record.provider));
  }

  private inputsOf(urn: string): Properties {
    return this.states.get(urn)?.record.inputs ?? {};
  }

  private record(goal: Goal, urn: string, provider: string, source: string | undefined): ResourceRecord {
    return {
      urn,
      type: goal.type,
      name: goal.name,
      parent: goal.parent,
      custom: goal.custom,
      ...(goal.remote ? { opaque: true } : {}),
      inputs: goal.inputs,
      outputs: goal.custom ? goal.inputs : {},
      ...dependenciesOf(goal),
      // The plugin of a remote component registers it as an ordinary component, which has no provider.
      provider: goal.custom ? provider : "",
      options: policyOptions(goal),
      ...(source === undefined ? {} : { source }),
    };
  }

  /**
   * What the resource has after it was created, for the program and for stack policies: its inputs, what fixtures add, and
   * an unknown value for all that only the cloud can say.
   */
  private outputsOf(goal: Goal, record: ResourceRecord, fixture: Properties | undefined): Properties {
    if (!goal.custom && !goal.remote) return {};
    const planned = goal.custom ? this.planner.outputs(record, this.inputsOf(record.provider)) : {};
    const outputs = { ...planned, ...fixture };
    markSecrets(outputs, goal.additionalSecretOutputs);
    return outputs;
  }

  /** The fixture of what only exists in the cloud. */
  private requiredFixture(type: string, name: string): Properties | undefined {
    const outputs = this.fixtureOutputs(type, name);
    if (outputs === undefined) this.host.missing({ kind: "resource", type, name });
    return outputs;
  }

  private fixtureOutputs(type: string, name: string): Properties | undefined {
    return this.run.fixtures.resources[`${type}::${name}`] ?? this.run.fixtures.resources[type];
  }

  private stackReference(id: string, inputs: Properties): Properties {
    const outputs = this.run.fixtures.stackReferences[id];
    if (outputs !== undefined) return { ...inputs, name: id, outputs, secretOutputNames: [] };
    // Without a fixture every output of the other stack is unknown.
    this.host.missing({ kind: "stackReference", name: id });
    return { ...inputs, name: id, outputs: UNKNOWN, secretOutputNames: UNKNOWN };
  }

  private readState(request: resproto.ReadResourceRequest, urn: string, outputs: Properties): State {
    const goal: Goal = {
      ...emptyGoal(),
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      custom: true,
      inputs: outputs,
    };
    return { id: request.getId(), goal, record: this.record(goal, urn, "", undefined) };
  }

  private knownResource(args: Properties): Properties {
    const urn = String(args.urn);
    const state = this.states.get(urn) ?? this.reads.get(urn);
    if (state === undefined) throw new MonitorError(`unknown resource ${urn}`);
    return { urn, id: state.id, state: state.record.outputs };
  }

  private downgraded(properties: Properties): Properties {
    return downgradeMap(properties, (asset) => engineAsset(asset, this.run.pwd));
  }

  private struct(properties: Properties): structproto.Struct {
    return this.protos.struct.Struct.fromJavaScript(properties as never);
  }
}

function emptyGoal(): Goal {
  return {
    type: "",
    name: "",
    parent: "",
    custom: false,
    remote: false,
    inputs: {},
    provider: "",
    providers: {},
    version: "",
    pluginDownloadURL: "",
    packageRef: "",
    importId: "",
    dependencies: [],
    propertyDependencies: {},
    additionalSecretOutputs: [],
    ignoreChanges: [],
    deletedWith: "",
    transforms: [],
    customTimeouts: {},
  };
}

function checkTypeToken(type: string): void {
  if (type.split(":").length !== 3) {
    throw new MonitorError(`Type '${type}' is not a valid type token (must have format '*:*:*')`);
  }
}

function markSecrets(outputs: Properties, names: string[]): void {
  for (const name of names) {
    const value = outputs[name];
    if (value !== undefined) outputs[name] = secret(value);
  }
}

function toProperties(struct: structproto.Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Record<string, Value>;
}
