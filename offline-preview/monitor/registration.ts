// What a program asks for when it registers a resource: the engine calls it the goal.

import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import type { PolicyOptions, Properties, Value } from "../protocol/messages.ts";
import { outputDependencies } from "../protocol/properties.ts";
import { packageOf, typeOf } from "../protocol/urn.ts";
import { type ProviderMap, urnOfReference } from "./providers.ts";
import type { Callback } from "./transforms.ts";

/** A resource that the program wants. */
export interface Goal {
  type: string;
  name: string;
  parent: string;
  custom: boolean;
  /** A component whose code lives in a provider plugin. */
  remote: boolean;
  inputs: Properties;
  /** Reference of the explicit provider, or "". */
  provider: string;
  providers: ProviderMap;
  version: string;
  pluginDownloadURL: string;
  packageRef: string;
  importId: string;
  dependencies: string[];
  /** Undefined when the request had none: then every property depends on every dependency. */
  propertyDependencies: Record<string, string[]> | undefined;
  additionalSecretOutputs: string[];
  ignoreChanges: string[];
  protect?: boolean | undefined;
  retainOnDelete?: boolean | undefined;
  deletedWith: string;
  deleteBeforeReplace?: boolean | undefined;
  customTimeouts: { create?: string; update?: string; delete?: string; read?: string };
  transforms: Callback[];
  /** The request itself, for the options that only transforms look at. */
  request?: resproto.RegisterResourceRequest;
}

/** Reads a registration request. */
export function goalOf(request: resproto.RegisterResourceRequest): Goal {
  const timeouts = request.getCustomtimeouts();
  const remote = request.getRemote();
  const propertyDependencies: Record<string, string[]> = {};
  for (const [key, value] of request.getPropertydependenciesMap().entries()) {
    propertyDependencies[key] = value.getUrnsList();
  }
  const explicit = Object.keys(propertyDependencies).length > 0 || remote;
  return {
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    custom: request.getCustom(),
    remote,
    inputs: (request.getObject()?.toJavaScript() ?? {}) as Record<string, Value>,
    provider: request.getProvider(),
    providers: Object.fromEntries(request.getProvidersMap().entries()),
    version: request.getVersion(),
    pluginDownloadURL: request.getPlugindownloadurl(),
    packageRef: request.getPackageref(),
    importId: request.getImportid(),
    dependencies: request.getDependenciesList(),
    propertyDependencies: explicit ? propertyDependencies : undefined,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    ignoreChanges: request.getIgnorechangesList(),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deletedWith: request.getDeletedwith(),
    deleteBeforeReplace:
      request.getDeletebeforereplacedefined() || request.getDeletebeforereplace()
        ? request.getDeletebeforereplace()
        : undefined,
    customTimeouts: {
      create: timeouts?.getCreate() ?? "",
      update: timeouts?.getUpdate() ?? "",
      delete: timeouts?.getDelete() ?? "",
      read: timeouts?.getRead?.() ?? "",
    },
    transforms: request
      .getTransformsList()
      .map((callback) => ({ target: callback.getTarget(), token: callback.getToken() })),
    request,
  };
}

/** Takes from the parent what the resource does not set itself (the engine's inheritFromParent). */
export function inheritFromParent(goal: Goal, parent: Goal): void {
  goal.deletedWith ||= parent.deletedWith;
  goal.protect ??= parent.protect;
  goal.retainOnDelete ??= parent.retainOnDelete;
  if (goal.provider !== "" || parent.provider === "") return;
  const samePackage = typeOf(urnOfReference(parent.provider)) === `pulumi:providers:${packageOf(goal.type)}`;
  if ((!goal.remote && !goal.custom) || samePackage) goal.provider = parent.provider;
}

/** The resource's dependencies, as a whole and by property; sorted, without empty lists. */
export function dependenciesOf(goal: Goal): {
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
} {
  const byProperty: Record<string, string[]> = {};
  const keys = new Set([...Object.keys(goal.inputs), ...Object.keys(goal.propertyDependencies ?? {})]);
  for (const key of [...keys].sort()) {
    const declared =
      goal.propertyDependencies === undefined ? goal.dependencies : (goal.propertyDependencies[key] ?? []);
    const urns = outputDependencies(goal.inputs[key] ?? null, new Set(declared));
    if (urns.size > 0) byProperty[key] = [...urns].sort();
  }
  return { dependencies: [...new Set(goal.dependencies)].sort(), propertyDependencies: byProperty };
}

/** The options that policies can read. */
export function policyOptions(goal: Goal): PolicyOptions {
  const { create, update, delete: remove, read } = goal.customTimeouts;
  return {
    protect: goal.protect ?? false,
    ignoreChanges: goal.ignoreChanges,
    ...(goal.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: goal.deleteBeforeReplace }),
    additionalSecretOutputs: goal.additionalSecretOutputs,
    customTimeouts: {
      create: seconds(create),
      update: seconds(update),
      delete: seconds(remove),
      read: seconds(read),
    },
  };
}

const UNITS: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** A Go duration such as "1h30m" in seconds; 0 when empty. */
export function seconds(duration: string | undefined): number {
  if (duration === undefined || duration === "" || duration === "0") return 0;
  const parts = [...duration.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.map((part) => part[0]).join("") !== duration.replace(/^[+-]/, "")) {
    throw new Error(`unable to parse customTimeouts value '${duration}': use a duration such as "30m" or "1h"`);
  }
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * UNITS[part[2] as string]!, 0);
  return duration.startsWith("-") ? -total : total;
}
