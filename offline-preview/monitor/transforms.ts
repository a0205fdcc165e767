// Transforms: functions of the program that may change a resource or a look-up before it is settled. They run in the
// program; the monitor calls them back (source_eval.go: wrapTransformCallback, wrapInvokeTransformCallback).

import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type * as structproto from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties, Value } from "../protocol/messages.ts";
import { isMap, OUTPUT, SIGNATURE, signatureOf, upgradeToOutputs } from "../protocol/properties.ts";
import { dependenciesOf, type Goal } from "./registration.ts";

/** Where a function of the program can be called. */
export interface Callback {
  target: string;
  token: string;
}

/** A look-up on its way to an answer. */
export interface InvokeCall {
  token: string;
  args: Properties;
  provider: string;
  version: string;
  pluginDownloadURL: string;
}

interface Protos {
  resource: typeof resproto;
  struct: typeof structproto;
}

type Call = (callback: Callback, request: Uint8Array) => Promise<Uint8Array>;

/** The transforms of one stack. */
export class Transforms {
  private readonly ofStack: Callback[] = [];
  private readonly ofInvokes: Callback[] = [];
  private readonly ofResources = new Map<string, { parent: string; transforms: Callback[] }>();
  private readonly protos: Protos;
  private readonly call: Call;

  constructor(protos: Protos, call: Call) {
    this.protos = protos;
    this.call = call;
  }

  addForStack(callback: Callback): void {
    this.ofStack.push(callback);
  }

  addForInvokes(callback: Callback): void {
    this.ofInvokes.push(callback);
  }

  /** Children of this resource are transformed by its transforms too. */
  remember(urn: string, goal: Goal): void {
    this.ofResources.set(urn, { parent: goal.parent, transforms: goal.transforms });
  }

  /** Runs the resource's own transforms, then its ancestors', nearest first, then the stack's. */
  async apply(goal: Goal): Promise<Goal> {
    const all = [...goal.transforms, ...this.ofAncestors(goal.parent), ...this.ofStack];
    if (all.length === 0) return goal;
    const own = goal.transforms.length > 0;
    let result: Goal = { ...goal, inputs: withOutputValues(goal, own) };
    for (const transform of all) result = await this.applyOne(transform, result);
    // Inputs that passed through the resource's own transforms carry their dependencies themselves.
    if (own) {
      const { dependencies, propertyDependencies } = dependenciesOf({ ...result, propertyDependencies: {} });
      const fromInputs = Object.values(propertyDependencies).flat();
      result = { ...result, dependencies: [...new Set([...dependencies, ...fromInputs])], propertyDependencies };
    }
    return result;
  }

  private ofAncestors(urn: string): Callback[] {
    const result: Callback[] = [];
    for (
      let current = this.ofResources.get(urn);
      current !== undefined;
      current = this.ofResources.get(current.parent)
    ) {
      result.push(...current.transforms);
    }
    return result;
  }

  private async applyOne(callback: Callback, goal: Goal): Promise<Goal> {
    const { resource, struct } = this.protos;
    const request = new resource.TransformRequest();
    request.setType(goal.type);
    request.setName(goal.name);
    request.setParent(goal.parent);
    request.setCustom(goal.custom);
    request.setProperties(struct.Struct.fromJavaScript(goal.inputs as never));
    request.setOptions(this.optionsOf(goal));
    const response = resource.TransformResponse.deserializeBinary(await this.call(callback, request.serializeBinary()));
    const inputs = response.getProperties()?.toJavaScript() as Record<string, Value> | undefined;
    const changed = { ...goal, inputs: inputs ?? goal.inputs };
    const options = response.getOptions();
    return options === undefined ? changed : withOptions(changed, options);
  }

  private optionsOf(goal: Goal): resproto.TransformResourceOptions {
    const options = new this.protos.resource.TransformResourceOptions();
    const request = goal.request;
    options.setDependsOnList(goal.dependencies);
    if (goal.protect !== undefined) options.setProtect(goal.protect);
    options.setIgnoreChangesList(goal.ignoreChanges);
    options.setVersion(goal.version);
    options.setProvider(goal.provider);
    options.setPluginDownloadUrl(goal.pluginDownloadURL);
    if (goal.retainOnDelete !== undefined) options.setRetainOnDelete(goal.retainOnDelete);
    options.setDeletedWith(goal.deletedWith);
    if (goal.deleteBeforeReplace !== undefined) options.setDeleteBeforeReplace(goal.deleteBeforeReplace);
    options.setAdditionalSecretOutputsList(goal.additionalSecretOutputs);
    options.setImport(goal.importId);
    for (const [key, value] of Object.entries(goal.providers)) options.getProvidersMap().set(key, value);
    const timeouts = new this.protos.resource.RegisterResourceRequest.CustomTimeouts();
    timeouts.setCreate(goal.customTimeouts.create ?? "");
    timeouts.setUpdate(goal.customTimeouts.update ?? "");
    timeouts.setDelete(goal.customTimeouts.delete ?? "");
    timeouts.setRead?.(goal.customTimeouts.read ?? "");
    options.setCustomTimeouts(timeouts);
    if (request !== undefined) {
      options.setAliasesList(request.getAliasesList());
      options.setReplaceOnChangesList(request.getReplaceonchangesList());
      options.setReplacementTrigger(request.getReplacementTrigger());
      options.setReplaceWithList(request.getReplaceWithList());
      options.setHideDiffList(request.getHidediffsList());
      options.setHooks(request.getHooks());
    }
    return options;
  }

  /** Runs the stack's transforms for look-ups. */
  async applyToInvoke(call: InvokeCall): Promise<InvokeCall> {
    let result = call;
    for (const callback of this.ofInvokes) result = await this.applyOneToInvoke(callback, result);
    return result;
  }

  private async applyOneToInvoke(callback: Callback, call: InvokeCall): Promise<InvokeCall> {
    const { resource, struct } = this.protos;
    const options = new resource.TransformInvokeOptions();
    options.setProvider(call.provider);
    options.setVersion(call.version);
    options.setPluginDownloadUrl(call.pluginDownloadURL);
    const request = new resource.TransformInvokeRequest();
    request.setToken(call.token);
    request.setArgs(struct.Struct.fromJavaScript(call.args as never));
    request.setOptions(options);
    const bytes = await this.call(callback, request.serializeBinary());
    const response = resource.TransformInvokeResponse.deserializeBinary(bytes);
    const args = response.getArgs()?.toJavaScript() as Record<string, Value> | undefined;
    const changed = response.getOptions();
    return {
      token: call.token,
      args: args ?? call.args,
      provider: changed?.getProvider() ?? call.provider,
      version: changed?.getVersion() ?? call.version,
      pluginDownloadURL: changed?.getPluginDownloadUrl() ?? call.pluginDownloadURL,
    };
  }
}

function withOptions(goal: Goal, options: resproto.TransformResourceOptions): Goal {
  const timeouts = options.getCustomTimeouts();
  return {
    ...goal,
    dependencies: options.getDependsOnList(),
    protect: options.hasProtect() ? options.getProtect() : undefined,
    ignoreChanges: options.getIgnoreChangesList(),
    version: options.getVersion(),
    provider: options.getProvider(),
    providers: Object.fromEntries(options.getProvidersMap().entries()),
    pluginDownloadURL: options.getPluginDownloadUrl(),
    retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
    deletedWith: options.getDeletedWith(),
    deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    importId: options.getImport(),
    customTimeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
      read: timeouts?.getRead?.() ?? "",
    },
  };
}

/** Inputs with output values for what is unknown or secret and, on request, with the dependencies of each property. */
function withOutputValues(goal: Goal, withDependencies: boolean): Properties {
  const result: Properties = {};
  for (const [key, input] of Object.entries(goal.inputs)) {
    const value = upgradeToOutputs(input);
    const declared = goal.propertyDependencies === undefined ? goal.dependencies : goal.propertyDependencies[key];
    const dependencies = withDependencies ? (declared ?? []) : [];
    result[key] = dependencies.length === 0 ? value : dependingOn(value, dependencies);
  }
  return result;
}

function dependingOn(value: Value, dependencies: string[]): Value {
  if (!isMap(value) || signatureOf(value) !== OUTPUT) return { [SIGNATURE]: OUTPUT, value, dependencies };
  const known = Array.isArray(value.dependencies) ? (value.dependencies as string[]) : [];
  return { ...value, dependencies: [...new Set([...known, ...dependencies])] };
}
