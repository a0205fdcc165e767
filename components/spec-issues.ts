/** Turns zod's issues into problems that name the field and the fix. */
import type * as z from "zod";
import type { Problem } from "./problems.ts";

type Issue = z.core.$ZodIssue;

/** One problem for each field that an issue concerns. */
export function explainIssue(issue: Issue, schema: z.ZodType, input: unknown): Problem[] {
  const path = formatPath(issue.path);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = fieldsAt(schema, issue.path);
      return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: unknownField(key, known) }));
    }
    case "invalid_type":
    case "invalid_value":
      return [{ path: path || "(spec)", message: wrongValue(issue, valueAt(input, issue.path)) }];
    default:
      return [{ path: path || "(spec)", message: issue.message }];
  }
}

function wrongValue(issue: z.core.$ZodIssueInvalidType | z.core.$ZodIssueInvalidValue, value: unknown): string {
  const wanted =
    issue.code === "invalid_value" ? `one of ${issue.values.map(String).join(", ")}` : article(issue.expected);
  if (value === undefined) return `is required: use ${wanted}`;
  const shown = typeof value === "object" ? (Array.isArray(value) ? "a list" : "an object") : JSON.stringify(value);
  return `${shown} does not fit; use ${wanted}`;
}

function article(type: string): string {
  const names: Record<string, string> = {
    string: "text (in quotes when it looks like a number)",
    array: "a list",
    object: "an object",
    record: "an object",
    boolean: "true or false",
    number: "a number",
    int: "a whole number",
  };
  return names[type] ?? type;
}

function unknownField(key: string, known: string[]): string {
  const nearest = known.map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }));
  nearest.sort((a, b) => a.distance - b.distance);
  const best = nearest[0];
  if (best && best.distance <= Math.min(3, key.length / 2)) return `is no field; did you mean "${best.name}"?`;
  return `is no field; the fields here are ${known.join(", ")}`;
}

/** `["notebooks", 0, "owner"]` as `notebooks[0].owner`. */
function formatPath(path: PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text ? `${text}.${String(key)}` : String(key);
  }, "");
}

function valueAt(input: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
}

/** Names of the fields of the object schema at a path. */
function fieldsAt(schema: z.ZodType, path: PropertyKey[]): string[] {
  const at = path.reduce<unknown>((current, key) => {
    const inner = unwrap(current);
    return typeof key === "number" ? inner.element : inner.shape?.[String(key)];
  }, schema);
  return Object.keys(unwrap(at).shape ?? {});
}

interface SchemaNode {
  shape?: Record<string, unknown>;
  element?: unknown;
}

/** Looks through optional and default wrappers. */
function unwrap(schema: unknown): SchemaNode {
  let current = schema as { def?: { innerType?: unknown } };
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return (current ?? {}) as SchemaNode;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    previous = row;
  }
  return previous[b.length] as number;
}
