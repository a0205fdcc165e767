// Which provider manages a resource: explicit, inherited or default. Follows pkg/resource/deploy (source_eval.go,
// default_providers.go) and providers/provider.go of the engine.

import type { Properties } from "../protocol/messages.ts";
import { secret, UNKNOWN } from "../protocol/properties.ts";

/** What decides which default provider a resource needs. */
export interface ProviderRequest {
  package: string;
  version: string;
  pluginDownloadURL: string;
}

/** References to providers by package: the `providers` option of a component. */
export type ProviderMap = Record<string, string>;

/** A reference to a provider: its URN and its id, which is unknown in a preview. */
export function providerReference(urn: string): string {
  return `${urn}::${UNKNOWN}`;
}

/** The URN in a provider reference. */
export function urnOfReference(reference: string): string {
  const end = reference.lastIndexOf("::");
  return end < 0 ? reference : reference.slice(0, end);
}

/** True for the type of a provider resource. */
export function isProviderType(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

/** Name of the default provider: `default`, or `default_7_48_0` when the SDK asks for a version. */
export function defaultProviderName(request: ProviderRequest): string {
  const parts = ["default"];
  if (request.version !== "") parts.push(...request.version.replace(/^v/, "").split(/[.+-]/));
  if (request.pluginDownloadURL !== "") parts.push(qualifiedName(request.pluginDownloadURL.replace(/\/$/, "")));
  return parts.join("_");
}

// sdk/go/common/tokens: IntoQName.
function qualifiedName(text: string): string {
  const segments = text.split("/").filter((segment) => segment !== "");
  return segments.map((segment) => segment.replace(/[^A-Za-z0-9_.-]/g, "_")).join("/") || "_";
}

/** Inputs of a provider with the place that its plugin comes from, which policies do not see. */
export function withPluginSource(inputs: Properties, pluginDownloadURL: string): Properties {
  if (pluginDownloadURL === "") return inputs;
  return { ...inputs, __internal: { pluginDownloadURL: pluginDownloadURL.replace(/\/$/, "") } };
}

/** Tells one default provider from another. */
export function defaultProviderKey(request: ProviderRequest): string {
  return `${request.package}-${request.version}-${request.pluginDownloadURL}`;
}

/** True if the stack's `pulumi:disable-default-providers` forbids the default provider of a package. */
export function defaultProviderDenied(config: Record<string, string>, pkg: string): boolean {
  const value = config["pulumi:disable-default-providers"];
  if (pkg === "pulumi" || value === undefined || value === "") return false;
  let denied: unknown;
  try {
    denied = JSON.parse(value);
  } catch {
    denied = undefined;
  }
  if (!Array.isArray(denied) || !denied.every((item) => typeof item === "string")) {
    throw new Error(`pulumi:disable-default-providers must be a list of package names or "*", not ${value}`);
  }
  return denied.some((item: string) => item.trim() === "*" || item.trim() === pkg);
}

/** Inputs of a default provider: the stack's configuration of its package. Dynamic providers get all of it. */
export function defaultProviderInputs(
  request: ProviderRequest,
  config: Record<string, string>,
  secretKeys: string[],
): Properties {
  const dynamic = request.package === "pulumi-nodejs" || request.package === "pulumi-python";
  const inputs: Properties = {};
  for (const [key, value] of Object.entries(config)) {
    const [namespace, name] = key.split(":") as [string, string];
    if (!dynamic && namespace !== request.package) continue;
    inputs[dynamic ? key : name] = secretKeys.includes(key) ? secret(value) : value;
  }
  if (request.version !== "") inputs.version = request.version;
  return withPluginSource(inputs, request.pluginDownloadURL);
}

/** Providers that components hand down to their children. */
export class ComponentProviders {
  private readonly byUrn = new Map<string, ProviderMap>();

  /** Remembers a component's providers, its parent's included. */
  add(urn: string, parent: string, providers: ProviderMap): void {
    this.byUrn.set(urn, this.inherited(parent, providers));
  }

  /** The providers that a component has, its parent's included. */
  inherited(parent: string, providers: ProviderMap): ProviderMap {
    return { ...this.byUrn.get(parent), ...providers };
  }

  /** The provider of a resource, or "" when it needs a default one. */
  resolve(provider: string, providers: ProviderMap, parent: string, pkg: string): string {
    return provider || providers[pkg] || this.byUrn.get(parent)?.[pkg] || "";
  }
}
