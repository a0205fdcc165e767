/** Writes resources in Terraform's language: Checkov reads policy documents from it, which it does not from Terraform JSON. */
import { AttributeMap, type TerraformResource } from "./resources.ts";

/** The text of a Terraform file. */
export function toHcl(resources: TerraformResource[]): string {
  return resources
    .map(({ type, label, body }) => `resource "${type}" "${label}" {\n${members(body, "  ")}}\n`)
    .join("\n");
}

function members(body: Record<string, unknown>, indent: string): string {
  return Object.entries(body)
    .map(([name, value]) => member(name, value, indent))
    .join("");
}

function member(name: string, value: unknown, indent: string): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value) && value.some(isBlock)) return value.map((entry) => member(name, entry, indent)).join("");
  if (isBlock(value)) return `${indent}${name} {\n${members(value, `${indent}  `)}${indent}}\n`;
  return `${indent}${name} = ${expression(value)}\n`;
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof AttributeMap);
}

function expression(value: unknown): string {
  if (value instanceof AttributeMap) return literal(value.entries);
  const document = typeof value === "string" && /^\s*\{/.test(value) ? parsed(value) : undefined;
  return document === undefined ? literal(value) : `jsonencode(${literal(document)})`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON is valid in the language, but for what begins an interpolation; references to resources are meant as such. */
function literal(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\$\{(?!(aws|google|azurerm)_\w+\.)/g, "$$$${")
    .replaceAll("%{", "%%{");
}
