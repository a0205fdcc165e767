// The resource that values are assumed for, and how its inputs and its provider's are read.

import type { Properties, Value } from "../protocol/messages.ts";
import { isMap, isUnknown, SECRET, signatureOf } from "../protocol/properties.ts";
import type { PropertyShape } from "../sdk/shapes.ts";

/** A registered resource whose provider never ran. */
export interface AssumedResource {
  /** Type token, such as `aws:s3/bucket:Bucket`. */
  type: string;
  /** The name in the program; with the type it decides every made-up part of a value. */
  name: string;
  /** Tells two resources of one type and name apart; the type and name alone when absent. */
  urn?: string;
  /** What the program gave. */
  inputs: Properties;
  /** Inputs of the resource's provider: region, allowedAccountIds, project, subscriptionId, tenantId... */
  provider: Properties;
  /** Every output of the type, or undefined when nothing is known of the type. */
  outputs: Record<string, PropertyShape> | undefined;
  /**
   * Every input of the type. A setting that the program left out is not assumed, because a made-up key or policy would
   * pass for a real one. Undefined: only what is optional among the outputs counts as a setting.
   */
  inputShapes?: Record<string, PropertyShape> | undefined;
}

/** What the made-up parts of a resource's values are derived from. */
export function seedOf(resource: AssumedResource): string {
  return resource.urn ?? `${resource.type}::${resource.name}`;
}

/** The value without its secret mark. */
export function plain(value: Value | undefined): Value | undefined {
  return isMap(value) && signatureOf(value) === SECRET ? value.value : value;
}

/** A scalar as text; undefined when it is absent, empty, unknown or no scalar. */
export function text(value: Value | undefined): string | undefined {
  const known = plain(value);
  if (typeof known === "number" || typeof known === "boolean") return String(known);
  return typeof known === "string" && known !== "" && !isUnknown(known) ? known : undefined;
}

/** Package, module and class of a type token: `aws:s3/bucket:Bucket` -> aws, s3, Bucket. */
export function typeParts(type: string): { pkg: string; module: string; name: string } {
  const [pkg = "", path = "", name = ""] = type.split(":");
  return { pkg, module: path.split("/")[0] ?? "", name };
}
