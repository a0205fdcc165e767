/** What a test says about resources, and the values that only a deployment knows or hides. */

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** A value that is not known during a preview, such as the ID of another resource. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A secret value. It may be unknown too: `secret(unknown)`. */
export function secret(value: unknown): object {
  return { [SIGNATURE]: SECRET, value };
}

/** A resource as the engine would send it to a policy pack. */
export interface TestResource {
  type: string;
  /** Default: `it`. */
  name?: string;
  /** Default: made from stack `test`, project `policies`, type and name. */
  urn?: string;
  /** Inputs; for a stack policy the outputs, which hold the inputs too. What is left out or undefined is absent. */
  properties?: Record<string, unknown>;
  /** Options of the resource. */
  options?: TestOptions;
  /** The provider that creates it. */
  provider?: { type: string; properties: Record<string, unknown> };
  /** URN of the parent. */
  parent?: string;
  /** Stack policies only: URNs of the resources that it depends on. */
  dependencies?: string[];
  /** Stack policies only: URNs of the resources that a property was made from, by property. */
  propertyDependencies?: Record<string, string[]>;
}

/** The options of a resource that policies are told. */
export interface TestOptions {
  protect?: boolean;
  ignoreChanges?: string[];
  deleteBeforeReplace?: boolean;
  additionalSecretOutputs?: string[];
  aliases?: string[];
  /** In seconds. */
  customTimeouts?: { create?: number; update?: number; delete?: number };
}

/** URN of a resource that gives none of its own. */
export function urnOf({ type, name = "it" }: Pick<TestResource, "type" | "name">): string {
  return `urn:pulumi:test::policies::${type}::${name}`;
}
