/** What is known about one Pulumi resource type: its API schema, where the two differ, and rules that no model states. */
import type { ObjectSchema } from "./schema.ts";
import type { Differences } from "./translate.ts";

/** A rule that stands in a cloud's documentation and not in its API model. */
export interface DocumentedRule {
  /** What the whole text matches. */
  pattern?: RegExp;
  /** Most characters. */
  max?: number;
  /** Least and greatest number. */
  range?: [number, number];
  /** Where the cloud says so. */
  source: string;
}

export interface ResourceModel extends Differences {
  /** The API's schema of the request that creates the resource. */
  schema(): ObjectSchema;
  /** Rules by the property's dotted Pulumi path, without list positions. */
  documented?: Record<string, DocumentedRule>;
}
