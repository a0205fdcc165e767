// Property values on the wire: the signatures that the Pulumi protocol uses, and what is made of them.

import type { Properties, Value } from "./messages.ts";

// sdk/go/common/resource/properties.go and plugin/rpc.go; the Node.js SDK exports the same constants from runtime/rpc.
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// One sentinel per type; the Node.js SDK sends the string one only, other SDKs and packs may send any.
const UNKNOWNS = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** True if the value is a sentinel for a value that is not known yet. */
export function isUnknown(value: Value | undefined): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

/** True if some value inside is not known yet. */
export function containsUnknown(value: Value): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isMap(value) ? Object.values(value).some(containsUnknown) : isUnknown(value);
}

/** True for a map, with or without a signature. */
export function isMap(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The properties that a fixtures file can hold, sorted: unknown ones cannot be compared, secrets stay out of files. */
export function plainProperties(properties: Properties): Properties {
  const names = Object.keys(properties).filter((name) => isPlain(properties[name] as Value));
  return Object.fromEntries(names.sort().map((name) => [name, properties[name] as Value]));
}

function isPlain(value: Value): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  return isMap(value) ? !(SIGNATURE in value) && Object.values(value).every(isPlain) : !isUnknown(value);
}

/** The signature of a signed object, else undefined. */
export function signatureOf(value: Value | undefined): string | undefined {
  const signature = isMap(value) ? value[SIGNATURE] : undefined;
  return typeof signature === "string" ? signature : undefined;
}

/** Marks a value as secret; a secret stays one secret. */
export function secret(value: Value): Value {
  return signatureOf(value) === SECRET ? value : { [SIGNATURE]: SECRET, value };
}

function mapValues(map: Properties, change: (value: Value) => Value): Properties {
  const result: Properties = {};
  for (const key of Object.keys(map)) result[key] = change(map[key] as Value);
  return result;
}

function mapChildren(value: Value, change: (value: Value) => Value): Value {
  if (Array.isArray(value)) return value.map(change);
  return isMap(value) ? mapValues(value, change) : value;
}

/** What an asset or archive becomes. */
export type AssetChange = (asset: Properties) => Properties;

/** Turns output values into unknown, secret or plain values, as the engine does before a resource is judged. */
function downgradeOutputs(value: Value, ofAsset: AssetChange): Value {
  if (Array.isArray(value)) return value.map((item) => downgradeOutputs(item, ofAsset));
  if (!isMap(value)) return value;
  const signature = signatureOf(value);
  if (signature === OUTPUT) {
    const known = "value" in value ? downgradeOutputs(value.value as Value, ofAsset) : UNKNOWN;
    return value.secret === true ? secret(known) : known;
  }
  if (signature === ASSET || signature === ARCHIVE) return ofAsset(value);
  return mapValues(value, (child) => downgradeOutputs(child, ofAsset));
}

/** The other way: unknowns and secrets as output values, in which a transform finds them where they stand. */
export function upgradeToOutputs(value: Value): Value {
  if (isUnknown(value)) return { [SIGNATURE]: OUTPUT };
  if (isMap(value)) {
    const signature = signatureOf(value);
    if (signature === OUTPUT) return value;
    if (signature === SECRET) {
      const inner = value.value as Value;
      return { [SIGNATURE]: OUTPUT, secret: true, ...(isUnknown(inner) ? {} : { value: upgradeToOutputs(inner) }) };
    }
    if (signature !== undefined) return value;
  }
  return mapChildren(value, upgradeToOutputs);
}

/** What a policy server understands: no output values, and a reference is the resource's id, else its URN. */
function forPolicies(value: Value): Value {
  if (isMap(value)) {
    const signature = signatureOf(value);
    if (signature === OUTPUT) return forPolicies(downgradeOutputs(value, (asset) => asset));
    if (signature === RESOURCE) {
      if (!("id" in value)) return value.urn as Value;
      return value.id === "" || value.id === null ? UNKNOWN : forPolicies(value.id as Value);
    }
  }
  return mapChildren(value, forPolicies);
}

/** A whole property map as a policy server understands it. The engine keeps its internal "__" keys from Analyze. */
export function mapForPolicies(properties: Properties, keepInternal = false): Properties {
  const result: Properties = {};
  for (const key of Object.keys(properties)) {
    if (keepInternal || !key.startsWith("__")) result[key] = forPolicies(properties[key] as Value);
  }
  return result;
}

/** Downgrades every value of a property map. */
export function downgradeMap(properties: Properties, ofAsset: AssetChange = (asset) => asset): Properties {
  return mapValues(properties, (value) => downgradeOutputs(value, ofAsset));
}

/** A value for people: secrets and unknowns are words, references are ids, assets say what they hold. */
export function forPeople(value: Value): Value {
  if (isUnknown(value)) return "[unknown]";
  if (isMap(value)) {
    switch (signatureOf(value)) {
      case SECRET:
        return "[secret]";
      case OUTPUT:
      case RESOURCE:
        return forPeople(forPolicies(value));
      case ASSET:
      case ARCHIVE: {
        // Without the signature and the SDK's own mark.
        const content = Object.entries(value).filter(([key]) => key !== SIGNATURE && !key.startsWith("__"));
        return mapValues(Object.fromEntries(content), forPeople);
      }
    }
  }
  return mapChildren(value, forPeople);
}

/** A property map for people. */
export function mapForPeople(properties: Properties): Properties {
  return mapValues(properties, forPeople);
}

/** The URNs that output values inside the value depend on. */
export function outputDependencies(value: Value, into: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) {
    for (const item of value) outputDependencies(item, into);
  } else if (isMap(value)) {
    if (signatureOf(value) === OUTPUT && Array.isArray(value.dependencies)) {
      for (const urn of value.dependencies) into.add(String(urn));
    }
    for (const key of Object.keys(value)) outputDependencies(value[key] as Value, into);
  }
  return into;
}
