// Values by a property's name and type, for what no table of forms knows.

import type { Value } from "../protocol/messages.ts";
import type { PropertyShape, TypeShape } from "../sdk/shapes.ts";
import { ASSUMED_TIME, hex, privateAddress, publicAddress, uuid } from "./fakes.ts";
import type { AwsPlace } from "./places.ts";
import { kebab } from "./words.ts";

/** What a generic value is made from. */
export interface GenericContext {
  /** Name of the resource in the program. */
  name: string;
  /** Different for every resource; see `seedOf`. */
  seed: string;
  /** Account and region for ARNs. */
  aws: AwsPlace;
  /** Whether ids are UUIDs, as they are in Azure. */
  uuids: boolean;
}

// Types may contain themselves.
const DEEPEST = 4;

/** A value of the type; undefined for an asset, which cannot be made up. `path` is the property, with its parents. */
export function genericValue(path: string[], type: TypeShape, context: GenericContext): Value | undefined {
  switch (type.kind) {
    case "string":
    case "any":
      return textFor(path, context);
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "map":
      return {};
    case "enum":
      return type.values[0] ?? textFor(path, context);
    case "object":
      return path.length > DEEPEST ? {} : nested(path, type.properties(), context);
    case "union":
      return firstOption(path, type.options, context);
    case "asset":
      return undefined;
  }
}

function firstOption(path: string[], options: TypeShape[], context: GenericContext): Value | undefined {
  for (const option of options) {
    const value = genericValue(path, option, context);
    if (value !== undefined) return value;
  }
  return undefined;
}

function nested(path: string[], properties: Record<string, PropertyShape>, context: GenericContext): Value {
  const result: Record<string, Value> = {};
  for (const [name, shape] of Object.entries(properties)) {
    const value = shape.required ? genericValue([...path, name], shape.type, context) : undefined;
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** Text that has the form which the property's last word asks for. */
export function textFor(path: string[], { name, seed, aws, uuids }: GenericContext): string {
  const words = kebab(path.at(-1) ?? "").split("-");
  const own = `${seed}/${path.join(".")}`;
  const label = `${kebab(name).replace(/[^a-z0-9]+/g, "-")}-${words.join("-")}-${hex(own, 7)}`;
  switch (words.at(-1)) {
    case "arn":
      return `arn:${aws.partition}:offline-preview:${aws.region}:${aws.account}:${label}`;
    case "url":
    case "uri":
    case "link":
    case "endpoint":
      return `https://${label}.example.com/`;
    case "email":
      return `${label}@example.com`;
    case "ip":
    case "address":
      return words.includes("email") ? `${label}@example.com` : addressFor(words, own);
    case "cidr":
    case "block":
      return words.includes("cidr") ? `10.0.${Number.parseInt(hex(own, 2), 16)}.0/24` : label;
    case "date":
    case "time":
    case "timestamp":
      return ASSUMED_TIME;
    case "guid":
    case "uuid":
      return uuid(own);
    case "id":
      return uuids ? uuid(own) : label;
    default:
      return label;
  }
}

function addressFor(words: string[], seed: string): string {
  return words.includes("private") ? privateAddress(seed) : publicAddress(seed);
}
