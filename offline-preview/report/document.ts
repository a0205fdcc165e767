// The result as a document: what --json prints and what programs get. docs/fidelity.md describes it.

import type { Properties, ResourceRecord, Value } from "../protocol/messages.ts";
import { mapForPeople } from "../protocol/properties.ts";
import type { PreviewResult, StackResult } from "./result.ts";

/** Stands where a value is not known before the cloud has made something. */
export const UNKNOWN = "[unknown]";

/** Stands where a value is secret. */
export const SECRET = "[secret]";

/** One resource that would be created. */
export interface ResourceDocument
  extends Pick<
    ResourceRecord,
    "urn" | "type" | "name" | "parent" | "custom" | "opaque" | "dependencies" | "propertyDependencies"
  > {
  /** What the program gave; unknown values are `UNKNOWN`, secrets `SECRET`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read nested values of many types
  inputs: Record<string, any>;
  /** `file:line`, relative to Pulumi.yaml, or "". */
  source: string;
}

/** One stack. */
export interface StackDocument extends Omit<StackResult, "resources" | "outputs"> {
  /** In order of registration. */
  resources: ResourceDocument[];
  /** The stack's outputs. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read nested values of many types
  outputs: Record<string, any>;
}

/** Everything that a preview found. */
export interface PreviewDocument extends Omit<PreviewResult, "stacks"> {
  stacks: StackDocument[];
}

/** The document of a result. */
export function documentOf({ ok, shard, packs, stacks }: PreviewResult): PreviewDocument {
  return { ok, ...(shard === undefined ? {} : { shard }), packs, stacks: stacks.map(stackDocument) };
}

function stackDocument({
  project,
  stack,
  ok,
  error,
  resources,
  outputs,
  durationMs,
  ...found
}: StackResult): StackDocument {
  return {
    project,
    stack,
    ok,
    ...(error === undefined ? {} : { error }),
    resources: resources.map(resourceDocument),
    ...found,
    outputs: people(outputs),
    durationMs,
  };
}

function resourceDocument(resource: ResourceRecord): ResourceDocument {
  const { urn, type, name, parent, custom, opaque, inputs, dependencies, propertyDependencies, source } = resource;
  return {
    urn,
    type,
    name,
    parent,
    custom,
    ...(opaque ? { opaque } : {}),
    inputs: people(inputs),
    dependencies,
    propertyDependencies,
    source: source ?? "",
  };
}

function people(properties: Properties): Record<string, Value> {
  return mapForPeople(properties);
}
