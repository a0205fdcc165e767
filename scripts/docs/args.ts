/** components/args.ts: the spec as named interfaces, which Pulumi's schema inference can read. */
import { refName, type SchemaNode, specSchema } from "./spec-schema.ts";

export const file = "components/args.ts";

export function render(): string {
  const interfaces = Object.entries(specSchema().$defs ?? {}).map(([name, node]) => renderInterface(name, node));
  return [
    "// Generated from spec.ts by `npm run docs`. Named interfaces without unions: Pulumi's schema inference takes no others.",
    'import type * as pulumi from "@pulumi/pulumi";',
    "",
    interfaces.join("\n\n"),
    "",
  ].join("\n");
}

function renderInterface(name: string, node: SchemaNode): string {
  const fields = Object.entries(node.properties ?? {}).map(([key, field]) => {
    const optional = node.required?.includes(key) ? "" : "?";
    return `${comment(field, "  ")}\n  ${key}${optional}: ${typeOf(field)};`;
  });
  return `${comment(node, "")}\nexport interface ${name} {\n${fields.join("\n")}\n}`;
}

function comment(node: SchemaNode, indent: string): string {
  const description = node.description ?? definition(node)?.description ?? "";
  const lines = [description];
  if (node.enum) lines.push(`One of ${node.enum.map((value) => `\`${value}\``).join(", ")}.`);
  if (hasDefault(node)) lines.push(`@default ${JSON.stringify(node.default)}`);
  if (lines.length === 1) return `${indent}/** ${description} */`;
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`), `${indent} */`].join("\n");
}

function hasDefault(node: SchemaNode): boolean {
  return node.default !== undefined && JSON.stringify(node.default) !== "{}";
}

function definition(node: SchemaNode): SchemaNode | undefined {
  const name = refName(node);
  return name ? specSchema().$defs?.[name] : undefined;
}

function typeOf(node: SchemaNode): string {
  if (node.$ref) return refName(node) ?? "unknown";
  if (node.tsType) return node.tsType;
  if (node.type === "array") return `${typeOf(node.items ?? {})}[]`;
  if (node.type === "integer") return "number";
  if (typeof node.additionalProperties === "object") return `{ [key: string]: ${typeOf(node.additionalProperties)} }`;
  return node.type ?? "unknown";
}
