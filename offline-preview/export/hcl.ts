// Writes resources in Terraform's language, HCL: scanners read policy documents from it, which they do not from its JSON.

/** A resource in Terraform's words. */
export interface TerraformResource {
  /** Terraform's resource type. */
  type: string;
  /** Label, unique among the resources of its type. */
  label: string;
  /** Arguments and blocks: a plain object is a block, a list of plain objects one block each. */
  body: Record<string, unknown>;
}

/** An attribute whose value is an object, where a plain object means a nested block. */
export class AttributeMap {
  readonly entries: Record<string, unknown>;

  constructor(entries: Record<string, unknown>) {
    this.entries = entries;
  }
}

/** An attribute whose value is a JSON text, such as a policy document. */
export class JsonText {
  readonly document: unknown;

  constructor(document: unknown) {
    this.document = document;
  }
}

/** A Terraform expression, such as `aws_kms_key.data.arn`. Everything else is data and written as a literal. */
export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What stands for values that are not known before the deployment. */
export const UNKNOWN_VALUE = new Expression("var.known_after_apply");

/** What stands for secret values. */
export const SECRET_VALUE = new Expression("var.secret");

const VARIABLES = `variable "known_after_apply" {
  description = "Stands for every value that is not known before the deployment and depends on no resource here"
  type        = any
}

variable "secret" {
  description = "Stands for every secret value"
  type        = any
  sensitive   = true
}
`;

/** The text of a Terraform file; it ends with the two variables if a value refers to them. */
export function toHcl(resources: TerraformResource[]): string {
  const text = resources
    .map(({ type, label, body }) => `resource "${type}" "${label}" {\n${members(body, "  ")}}\n`)
    .join("\n");
  return /(?<!\$)\$\{var\./.test(text) ? `${text}\n${VARIABLES}` : text;
}

function members(body: Record<string, unknown>, indent: string): string {
  return Object.entries(body)
    .map(([name, value]) => member(name, value, indent))
    .join("");
}

function member(name: string, value: unknown, indent: string): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value) && value.some(isBlock)) {
    return value.map((entry) => (isBlock(entry) ? block(name, entry, indent) : unknownBlock(name, indent))).join("");
  }
  if (isBlock(value)) return block(name, value, indent);
  return `${indent}${name} = ${expression(value)}\n`;
}

function block(name: string, body: Record<string, unknown>, indent: string): string {
  return `${indent}${name} {\n${members(body, `${indent}  `)}${indent}}\n`;
}

/** A block of which nothing is known cannot be written beside others. */
function unknownBlock(name: string, indent: string): string {
  return `${indent}# one more ${name}, known after apply\n`;
}

function isBlock(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !(value instanceof AttributeMap || value instanceof JsonText || value instanceof Expression);
}

function expression(value: unknown): string {
  return value instanceof JsonText ? `jsonencode(${literal(value.document)})` : literal(value);
}

/** A literal is written as JSON is, except for what begins an interpolation. */
function literal(value: unknown): string {
  if (value instanceof Expression) return `"\${${value.text}}"`;
  if (value instanceof AttributeMap) return literal(value.entries);
  if (value instanceof JsonText) return expression(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(",")}]`;
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => `${quoted(key)}:${literal(entry)}`)
    .join(",")}}`;
}

// HCL knows JSON's escapes but for \b and \f.
function quoted(text: string): string {
  return JSON.stringify(text)
    .replace(/[$%](?=\{)/g, "$&$&")
    .replace(/\\(\\|"|[bf])/g, (all, code) => (code === "b" ? "\\u0008" : code === "f" ? "\\u000c" : all));
}
