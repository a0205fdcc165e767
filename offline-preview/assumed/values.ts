// Values for what a resource would have after it was created: well formed, obviously fake, the same in every run.

import type { Properties, Value } from "../protocol/messages.ts";
import { signatureOf } from "../protocol/properties.ts";
import { awsValues } from "./aws.ts";
import { azureValues } from "./azure.ts";
import { hex } from "./fakes.ts";
import { gcpValues } from "./gcp.ts";
import { type GenericContext, genericValue } from "./generic.ts";
import { awsPlace } from "./places.ts";
import { type AssumedResource, seedOf, typeParts } from "./resource.ts";

export type { AssumedResource } from "./resource.ts";

// What Azure completes inside an input: a principal, the address of a vault.
const COMPLETED = new Set(["identity", "properties"]);

// Names that hold the project's number, which nobody knows here and programs compare.
const NEVER_ASSUMED = new Set(["gcp:projects/serviceIdentity:ServiceIdentity"]);

/**
 * Outputs to lay over the inputs: `{ ...inputs, ...assumedOutputs(resource) }`. Nothing that the program gave changes.
 * A setting that it left out stays absent, and so unknown.
 */
export function assumedOutputs(resource: AssumedResource): Properties {
  if (NEVER_ASSUMED.has(resource.type)) return {};
  const known = knownValues(resource);
  const result: Properties = {};
  for (const property of Object.keys(resource.outputs ?? known)) {
    if (property === "id" || (property in resource.inputs && !completes(resource, property))) continue;
    const value = known[property] ?? unlisted(resource, property);
    if (value !== undefined) result[property] = value;
  }
  return result;
}

/** The id that the resource would have. */
export function assumedId(resource: AssumedResource): string {
  return String(knownValues(resource).id);
}

// What is secret as a whole stays as it is, and secret.
function completes({ type, inputs }: AssumedResource, property: string): boolean {
  return (
    typeParts(type).pkg === "azure-native" && COMPLETED.has(property) && signatureOf(inputs[property]) === undefined
  );
}

function unlisted(resource: AssumedResource, property: string): Value | undefined {
  const shape = resource.outputs?.[property];
  const setting = property in (resource.inputShapes ?? {}) || property in resource.inputs;
  return shape?.required && !setting ? genericValue([property], shape.type, contextOf(resource)) : undefined;
}

function contextOf(resource: AssumedResource): GenericContext {
  const aws = awsPlace(resource.provider, resource.inputs.region);
  const uuids = typeParts(resource.type).pkg.startsWith("azure");
  return { name: resource.name, seed: seedOf(resource), aws, uuids };
}

function knownValues(resource: AssumedResource): Properties {
  const context = contextOf(resource);
  switch (typeParts(resource.type).pkg) {
    case "aws":
      return awsValues(resource, context);
    case "gcp":
      return gcpValues(resource, context);
    case "azure-native":
      return azureValues(resource, context);
    default:
      return { id: `${resource.name}-${hex(seedOf(resource), 7)}` };
  }
}
