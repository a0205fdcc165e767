/** docs/spec.md: the reference of the workspace spec. */
import { refName, type SchemaNode, specSchema } from "./spec-schema.ts";

export const file = "docs/spec.md";

export function render(): string {
  const definitions = specSchema().$defs ?? {};
  const sections = Object.entries(definitions).map(([name, node]) => renderSection(name, node));
  return [
    "# Workspace spec",
    "",
    "<!-- Generated from components/spec.ts by `npm run docs`. -->",
    "",
    "A stack file holds one spec under `config: secure-ml-workspaces:workspace`; a program passes the same object to",
    "`SecureMlWorkspace`. All problems of a spec are reported at once, each with its path and fix, before any resource is",
    "registered. A field marked `Input` also takes an output of another resource or stack when used from a program.",
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}

function renderSection(name: string, node: SchemaNode): string {
  const rows = Object.entries(node.properties ?? {}).map(([key, field]) => {
    const required = node.required?.includes(key) ? "yes" : "";
    return `| \`${key}\` | ${typeOf(field)} | ${required} | ${defaultOf(field)} | ${describe(field)} |`;
  });
  const title = name.replace(/Args$/, "");
  return [
    `## ${title}`,
    "",
    node.description ?? "",
    "",
    "| field | type | required | default | meaning |",
    "|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

function describe(node: SchemaNode): string {
  const inherited = specSchema().$defs?.[refName(node) ?? ""]?.description;
  return (node.description ?? inherited ?? "").replaceAll("|", "\\|");
}

function typeOf(node: SchemaNode): string {
  const name = refName(node)?.replace(/Args$/, "");
  if (name) return `[${name}](#${name.toLowerCase()})`;
  if (node.tsType) return "text, `Input`";
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(", ");
  if (node.type === "array") return `list of ${typeOf(node.items ?? {})}`;
  if (node.type === "integer") return `${node.minimum} to ${node.maximum}`;
  if (node.type === "object") return "map of text";
  if (node.type === "boolean") return "true or false";
  return "text";
}

function defaultOf(node: SchemaNode): string {
  if (node.default === undefined || JSON.stringify(node.default) === "{}") return "";
  return `\`${JSON.stringify(node.default)}\``;
}
