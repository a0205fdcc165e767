/** Judges values by the schemas of an API model. */
import type { ListSchema, MapSchema, NumberSchema, ObjectSchema, Schema, TextSchema } from "./schema.ts";

/** A value that the cloud gives later. Nothing is said about it, but it counts as given. */
export const UNKNOWN = Symbol("unknown");

/** What is wrong with `value`, one sentence each that begins with its path. Unknown values are never wrong. */
export function validate(value: unknown, schema: Schema, path = ""): string[] {
  if (value === UNKNOWN) return [];
  switch (schema.kind) {
    case "anything":
      return [];
    case "text":
      return textProblems(value, schema, path);
    case "number":
      return numberProblems(value, schema, path);
    case "flag":
      return typeof value === "boolean" ? [] : [problem(path, value, "is not true or false")];
    case "list":
      return listProblems(value, schema, path);
    case "map":
      return mapProblems(value, schema, path);
    case "object":
      return objectProblems(value, schema, path);
    case "choice":
      return choiceProblems(value, schema.options, path);
  }
}

function textProblems(value: unknown, { values, pattern, min, max }: TextSchema, path: string): string[] {
  if (typeof value !== "string") return [problem(path, value, "is not text")];
  const problems: string[] = [];
  if (values && !values.includes(value)) problems.push(problem(path, value, `is not one of ${values.join(", ")}`));
  if (min !== undefined && value.length < min) problems.push(problem(path, value, `is shorter than ${min} characters`));
  if (max !== undefined && value.length > max) {
    problems.push(problem(path, value, `has ${value.length} characters, more than ${max}`));
  }
  if (pattern && !pattern.test(value)) problems.push(problem(path, value, `does not match ${pattern.source}`));
  return problems;
}

function numberProblems(value: unknown, { min, max, whole }: NumberSchema, path: string): string[] {
  // Terraform's schemas, on which Pulumi's AWS and Google providers build, carry some numbers as text.
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return [problem(path, value, "is not a number")];
  if (whole && !Number.isInteger(number)) return [problem(path, value, "is not a whole number")];
  if (min !== undefined && number < min) return [problem(path, value, `is less than ${min}`)];
  if (max !== undefined && number > max) return [problem(path, value, `is more than ${max}`)];
  return [];
}

function listProblems(value: unknown, { item, min, max }: ListSchema, path: string): string[] {
  if (!Array.isArray(value)) return [problem(path, value, "is not a list")];
  const problems = value.flatMap((entry, index) => validate(entry, item, `${path}[${index}]`));
  if (min !== undefined && value.length < min) problems.push(`${path} has fewer than ${min} items`);
  if (max !== undefined && value.length > max) problems.push(`${path} has ${value.length} items, more than ${max}`);
  return problems;
}

function mapProblems(value: unknown, schema: MapSchema, path: string): string[] {
  if (!isObject(value)) return [problem(path, value, "is not an object")];
  return Object.entries(value).flatMap(([key, entry]) => [
    ...validate(key, schema.key, `the key ${key} of ${path}`),
    ...validate(entry, schema.value, join(path, key)),
  ]);
}

function objectProblems(value: unknown, { members, required }: ObjectSchema, path: string): string[] {
  if (!isObject(value)) return [problem(path, value, "is not an object")];
  const missing = required.filter((member) => value[member] === undefined);
  const problems = missing.map((member) => `${join(path, member)} is required and missing`);
  for (const [member, entry] of Object.entries(value)) {
    const schema = members.get(member);
    if (!schema) problems.push(`${join(path, member)} is unknown to the API`);
    else if (entry !== undefined) problems.push(...validate(entry, schema(), join(path, member)));
  }
  return problems;
}

/** The problems with the option that fits best. */
function choiceProblems(value: unknown, options: Schema[], path: string): string[] {
  const attempts = options.map((option) => validate(value, option, path));
  return attempts.reduce((best, attempt) => (attempt.length < best.length ? attempt : best));
}

/** A member's path. */
export function join(path: string, member: string): string {
  return path === "" ? member : `${path}.${member}`;
}

/** Whether a value is a plain object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function problem(path: string, value: unknown, what: string): string {
  return `${path}: ${JSON.stringify(value) ?? String(value)} ${what}`;
}
