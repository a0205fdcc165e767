/** Turns the inputs of a Pulumi resource into the request that the cloud's API gets. */
import type { ObjectSchema, Schema } from "./schema.ts";
import { isObject, join, UNKNOWN } from "./validate.ts";

/**
 * Where a Pulumi resource differs from its API. Everything else follows one rule: members are the same but for case.
 * Paths are dotted and without list positions.
 */
export interface Differences {
  /** Pulumi path -> path in the API, seen from the object that the property stands in. A number stands for a list's item. */
  renamed?: Record<string, string>;
  /** Pulumi path of a list -> the member by which the API has a map of the list's objects. */
  keyed?: Record<string, string>;
  /** Pulumi path -> why it is in no request. */
  ignored?: Record<string, string>;
  /** Required API paths that the provider or the client fills in. */
  provided?: string[];
}

/** The request that a resource's inputs make. A property without a counterpart keeps its own name. */
export function translate(
  inputs: Record<string, unknown>,
  schema: ObjectSchema,
  differences: Differences,
): Record<string, unknown> {
  const request = translateObject(inputs, schema, "", differences);
  for (const path of differences.provided ?? []) provide(request, path.split("."));
  return request;
}

function translateObject(
  value: Record<string, unknown>,
  schema: ObjectSchema,
  path: string,
  differences: Differences,
): Record<string, unknown> {
  const translated: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const here = join(path, key);
    if (entry === undefined || differences.ignored?.[here] !== undefined) continue;
    const target = (differences.renamed?.[here] ?? counterpart(key, schema) ?? key).split(".");
    put(translated, target, translateValue(entry, memberAt(schema, target), here, differences));
  }
  return translated;
}

function translateValue(value: unknown, schema: Schema | undefined, path: string, differences: Differences): unknown {
  if (!schema || value === UNKNOWN) return value;
  if (schema.kind === "list") return translateList(value, schema.item, path, differences);
  if (schema.kind === "object") {
    // A block that may stand once is a list of one in some resources.
    const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
    return isObject(only) ? translateObject(only, schema, path, differences) : only;
  }
  if (schema.kind === "map") return translateMap(value, schema.value, path, differences);
  if (schema.kind === "text" && typeof value === "number") return String(value);
  return schema.kind === "text" && isPolicyDocument(value) ? policyText(value) : value;
}

/** Whether a value is a policy document, which the AWS SDK takes as an object too. */
export function isPolicyDocument(value: unknown): value is Record<string, unknown> {
  return isObject(value) && Array.isArray(value.Statement);
}

/** A policy document as the text that the API gets. Its unknown ids are left out, so it is at least this long. */
export function policyText(document: Record<string, unknown>): string {
  return JSON.stringify(document, (_key, entry) => (entry === UNKNOWN ? "" : entry));
}

function translateList(value: unknown, item: Schema, path: string, differences: Differences): unknown {
  const [key, text] = pairMembers(item);
  if (key && text && isObject(value)) {
    return Object.entries(value).map(([name, entry]) => ({ [key]: name, [text]: entry }));
  }
  const list = Array.isArray(value) ? value : [value];
  return list.map((entry) => translateValue(entry, item, path, differences));
}

function translateMap(value: unknown, schema: Schema, path: string, differences: Differences): unknown {
  if (Array.isArray(value)) return translateKeyed(value, schema, path, differences);
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [key, translateValue(entry, schema, path, differences)]));
}

/** Terraform writes a map of objects as a list of `{ key, <the object> }`. */
function translateKeyed(value: unknown[], schema: Schema, path: string, differences: Differences): unknown {
  const member = differences.keyed?.[path];
  const pairs = value.map((entry) => {
    if (member !== undefined && isObject(entry)) {
      return [String(entry[member]), translateValue(entry, schema, path, differences)] as const;
    }
    if (!isObject(entry) || typeof entry.key !== "string") return undefined;
    const [name, ...others] = Object.keys(entry).filter((member) => member !== "key");
    if (name === undefined || others.length > 0) return undefined;
    return [entry.key, translateValue(entry[name], schema, join(path, name), differences)] as const;
  });
  const complete = pairs.filter((pair) => pair !== undefined);
  return complete.length === value.length ? Object.fromEntries(complete) : value;
}

/** The two members of a list's items that stand for a map, as tags do. */
function pairMembers(item: Schema): [string?, string?] {
  if (item.kind !== "object" || item.members.size !== 2) return [];
  const names = [...item.members.keys()];
  return [names.find((name) => /^(tag)?key$/i.test(name)), names.find((name) => /^(tag)?value$/i.test(name))];
}

function counterpart(key: string, schema: ObjectSchema): string | undefined {
  if (schema.members.has(key)) return key;
  return [...schema.members.keys()].find((member) => member.toLowerCase() === key.toLowerCase());
}

/** The schema at a path. Undefined where the API has none: the validator then says that the member is unknown. */
function memberAt(schema: Schema, path: string[]): Schema | undefined {
  const [member, ...rest] = path;
  if (member === undefined) return schema;
  if (schema.kind === "list") return memberAt(schema.item, rest);
  const next = schema.kind === "object" ? schema.members.get(member)?.() : undefined;
  return next && memberAt(next, rest);
}

/** Puts a value at a path and makes the objects and lists on the way. */
function put(into: Record<string, unknown>, path: string[], value: unknown): void {
  const [member, next, ...rest] = path as [string, ...string[]];
  if (next === undefined) {
    into[member] = value;
    return;
  }
  into[member] ??= /^\d+$/.test(next) ? [] : {};
  put(into[member] as Record<string, unknown>, [next, ...rest], value);
}

/** Marks a member as given if the object that it belongs to is there. */
function provide(request: unknown, path: string[]): void {
  const [member, ...rest] = path as [string, ...string[]];
  if (Array.isArray(request)) for (const entry of request) provide(entry, path);
  if (!isObject(request)) return;
  if (rest.length > 0) provide(request[member], rest);
  else request[member] ??= UNKNOWN;
}
