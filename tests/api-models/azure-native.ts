/**
 * Azure's API models, as azure-native publishes them: the argument types of its resources, generated from Azure's REST
 * specifications, and their enum types. They carry members, required members and enums; lengths and patterns of names
 * are in Azure's documentation only (see azure-resources.ts).
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ANYTHING, type ObjectSchema, type Schema, TEXT } from "./schema.ts";

const SDK = "node_modules/@pulumi/azure-native";
const require = createRequire(import.meta.url);

/** Source text of an interface's members by the interface's name, such as `storage.SkuArgs`. */
let nested: Map<string, string> | undefined;
const resources = new Map<string, ObjectSchema>();

/** The arguments of an azure-native resource, by its type token. Throws when the SDK has none of that name. */
export function azureResource(token: string): ObjectSchema {
  const known = resources.get(token);
  if (known) return known;
  const [, module, name] = token.split(":") as [string, string, string];
  const file = `${SDK}/${module.replace(/\/.*/, "")}/${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;
  if (!existsSync(file)) throw new Error(`azure-native has no ${token}: ${file} does not exist`);
  const body = interfaces(readFileSync(file, "utf8")).get(`${name}Args`);
  if (body === undefined) throw new Error(`${file} has no interface ${name}Args`);
  const schema = objectOf(body);
  resources.set(token, schema);
  return schema;
}

/** The interfaces of generated declarations. Their closing brace stands in the column of their keyword. */
function interfaces(source: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, , name, body] of source.matchAll(/^( *)(?:export )?interface (\w+) \{\n([\s\S]*?)^\1\}/gm)) {
    found.set(name!, body!);
  }
  return found;
}

/** The interface of a nested value, such as `storage.SkuArgs`. */
function nestedInterface(name: string): string {
  nested ??= nestedInterfaces();
  const body = nested.get(name);
  if (body === undefined) throw new Error(`azure-native's input types have no interface ${name}`);
  return body;
}

function nestedInterfaces(): Map<string, string> {
  const found = new Map<string, string>();
  const source = readFileSync(`${SDK}/types/input.d.ts`, "utf8");
  for (const [, module, body] of source.matchAll(/^export declare namespace (\w+) \{\n([\s\S]*?)^\}/gm)) {
    for (const [name, members] of interfaces(body!)) found.set(`${module}.${name}`, members);
  }
  return found;
}

function objectOf(body: string): ObjectSchema {
  const members = new Map<string, () => Schema>();
  const required: string[] = [];
  const text = body.replace(/\/\*\*[\s\S]*?\*\//g, "");
  for (const [, name, optional, type] of text.matchAll(/^ *(\w+)(\??): ([\s\S]*?);(?=\s+\w+\??: |\s*(?![\s\S]))/gm)) {
    if (!optional) required.push(name!);
    members.set(name!, () => schemaOf(type!));
  }
  return { kind: "object", members, required };
}

/** The schema of a type expression, such as `pulumi.Input<string | enums.storage.SkuName | undefined>`. */
function schemaOf(expression: string): Schema {
  const type = expression.trim();
  const options = split(type).filter((option) => option !== "undefined");
  if (options.length > 1) return choiceOf(options);
  const only = options[0] as string;
  if (only.endsWith("[]")) return { kind: "list", item: schemaOf(only.slice(0, -2)) };
  if (only.startsWith("pulumi.Input<")) return schemaOf(only.slice("pulumi.Input<".length, -1));
  if (only.startsWith("inputs.")) return objectOf(nestedInterface(only.slice("inputs.".length)));
  if (only.startsWith("enums.")) return { kind: "text", values: enumValues(only) };
  if (only.startsWith('"')) return { kind: "text", values: [JSON.parse(only)] };
  const map = /^\{\s*\[key: string\]: ([\s\S]*);\s*\}$/.exec(only);
  if (map) return { kind: "map", key: TEXT, value: schemaOf(map[1]!) };
  if (only === "string") return TEXT;
  if (only === "number") return { kind: "number", whole: false };
  if (only === "boolean") return { kind: "flag" };
  return ANYTHING;
}

/** Azure's enums are open in the SDK's types (`string | Enum`); the values that the API publishes are what counts here. */
function choiceOf(options: string[]): Schema {
  const named = options.filter((option) => option !== "string");
  if (named.length === 1) return schemaOf(named[0]!);
  return { kind: "choice", options: named.map(schemaOf) };
}

/** The parts of a union, whatever stands in brackets left whole. */
function split(type: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < type.length; at++) {
    const char = type[at] as string;
    if ("<{[".includes(char)) depth++;
    if (">}]".includes(char)) depth--;
    if (char === "|" && depth === 0) {
      parts.push(type.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, type.slice(start).trim()];
}

function enumValues(name: string): string[] {
  const [, module, type] = name.split(".") as [string, string, string];
  const values = require(`@pulumi/azure-native/types/enums/${module}/index.js`)[type] as Record<string, string>;
  return Object.values(values);
}
