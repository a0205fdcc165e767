// Says in Terraform's words what a preview would create, for scanners that know Terraform's resource types.
import { azurermResources, azurermType, isAzureNative } from "./azurerm.ts";
import { AttributeMap, Expression, JsonText, SECRET_VALUE, type TerraformResource, UNKNOWN_VALUE } from "./hcl.ts";
import { isMap, originOf, type Previewed, SECRET, type Skipped, snake, UNKNOWN } from "./resources.ts";
import { blockName, terraformType } from "./terraform-types.ts";

/** Properties whose value is a map and not a block, on any resource. */
const MAPS = new Set(
  (
    "annotations appSettings defaultLabels defaultTags environmentVariables keepers labels metadata options parameters " +
    "tags tagsAll triggers userLabels variables"
  ).split(" "),
);

/** Keys that name an argument or a block; others are data. */
const ARGUMENT = /^[a-z][A-Za-z0-9]*$/;

/** What Terraform has for the resources of a stack. */
export interface TerraformExport {
  resources: TerraformResource[];
  /** Resources that Terraform has no type for, as far as it is known here. */
  skipped: Skipped[];
}

/** Says the resources of one stack in Terraform's words. `prefix` begins each label: it keeps stacks in one file apart. */
export function toTerraform(resources: Previewed[], prefix = ""): TerraformExport {
  const references = new References(resources, prefix);
  const result: TerraformExport = { resources: [], skipped: [] };
  for (const resource of resources) {
    const converted = convert(resource, resources, references);
    if (converted === undefined) result.skipped.push({ urn: resource.urn, type: resource.type });
    else result.resources.push(...converted);
  }
  return result;
}

function convert(resource: Previewed, all: Previewed[], references: References): TerraformResource[] | undefined {
  if (!resource.custom) return undefined;
  return isAzureNative(resource) ? azurermResources(resource, all, references) : bridgedResource(resource, references);
}

/** Finds the Terraform address of previewed resources. */
export class References {
  readonly #byUrn: Map<string, Previewed>;
  readonly #labels = new Map<string, string>();
  readonly #buckets = new Map<string, Previewed>();

  constructor(resources: Previewed[], prefix: string) {
    const taken = new Set<string>();
    for (const resource of resources)
      this.#labels.set(resource.urn, newLabel(`${prefix}${resource.name}`, resource, taken));
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    for (const resource of resources) {
      const bucket = resource.inputs.bucket;
      if (typeOf(resource) === "aws_s3_bucket" && typeof bucket === "string") this.#buckets.set(bucket, resource);
    }
  }

  /** The label of a resource. */
  label({ urn }: Previewed): string {
    return this.#labels.get(urn) as string;
  }

  /**
   * What stands for an unknown value in a property: a reference to the resource that it comes from. `leaf` is the name
   * of the value itself; `position` counts the unknown values of the property.
   */
  unknown(resource: Previewed, property: string, leaf = property, position = 0): Expression {
    const urns = resource.propertyDependencies[property] ?? [];
    const targets = urns.flatMap((urn) => this.#byUrn.get(urn) ?? []).filter((target) => typeOf(target) !== undefined);
    const origin = originOf(targets, leaf, position);
    return origin === undefined
      ? UNKNOWN_VALUE
      : this.to(origin, attributeOf(typeOf(origin) as string, leaf, resource));
  }

  /** A reference to an attribute of a resource. */
  to(target: Previewed, attribute: string): Expression {
    return new Expression(`${typeOf(target)}.${this.label(target)}.${attribute}`);
  }

  /** A reference to the S3 bucket of a name, when this stack makes it. */
  bucket(name: unknown): Expression | undefined {
    const bucket = this.#buckets.get(String(name));
    return bucket && this.to(bucket, "id");
  }
}

/** A label that no other resource of the type has: in Pulumi the parents of a resource tell it apart too. */
function newLabel(name: string, resource: Previewed, taken: Set<string>): string {
  const base = name.replace(/[^A-Za-z0-9_-]/g, "_").replace(/^(?![A-Za-z_])/, "_");
  const free = (label: string) => !taken.has(`${typeOf(resource)}.${label}`);
  let label = base;
  for (let number = 2; !free(label); number++) label = `${base}_${number}`;
  taken.add(`${typeOf(resource)}.${label}`);
  return label;
}

function typeOf(resource: Previewed): string | undefined {
  return isAzureNative(resource) ? azurermType(resource) : terraformType(resource.type);
}

/** The attribute of a resource that a value of a name in another resource most likely is. */
function attributeOf(type: string, leaf: string, user: Previewed): string {
  if (/arns?$/i.test(leaf)) return "arn";
  // Outside IAM a role is given by its ARN.
  if (type === "aws_iam_role" && leaf === "role" && !user.type.startsWith("aws:iam/")) return "arn";
  // In a policy document AWS's resources and principals are named by their ARN.
  if (type.startsWith("aws_") && /^(Resource|NotResource|AWS)$/.test(leaf)) return "arn";
  if (type === "google_service_account" && /email|account|member/i.test(leaf)) return "email";
  // AWS's resources that are known by a name have it as their id, and not all have it as their name.
  if (!type.startsWith("aws_") && /names?$/i.test(leaf)) return "name";
  return "id";
}

/** Bridged packages are made from Terraform's providers: properties differ in case, and in the names of lists of blocks. */
function bridgedResource(resource: Previewed, references: References): TerraformResource[] | undefined {
  const type = terraformType(resource.type);
  if (type === undefined) return undefined;
  const body = new Conversion(resource, references).body(resource.inputs);
  // A bucket that is given by its name is the same reference, which scanners need to see what belongs together.
  if (type.startsWith("aws_s3_bucket_")) body.bucket = references.bucket(body.bucket) ?? body.bucket;
  return [{ type, label: references.label(resource), body }];
}

/** Converts the inputs of one resource. */
class Conversion {
  readonly #resource: Previewed;
  readonly #references: References;
  /** Property at the top whose value is being converted. */
  #property = "";
  /** Unknown values in that property so far. */
  #unknowns = 0;

  constructor(resource: Previewed, references: References) {
    this.#resource = resource;
    this.#references = references;
  }

  body(inputs: Record<string, unknown>): Record<string, unknown> {
    const body: Record<string, unknown> = {};
    for (const [property, value] of Object.entries(inputs)) {
      this.#property = property;
      this.#unknowns = 0;
      body[this.#name(property, value)] = this.#convert(value, property);
    }
    return body;
  }

  #name(path: string, value: unknown): string {
    const key = path.slice(path.lastIndexOf(".") + 1);
    const name = Array.isArray(value) && value.some(isMap) ? blockName(this.#resource.type, path) : snake(key);
    return name.replace(/[^a-z0-9_]/g, "_").replace(/^(?![a-z_])/, "_");
  }

  #convert(value: unknown, path: string): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#convert(entry, path));
    if (isMap(value)) return this.#convertMap(value, path);
    if (typeof value !== "string") return value;
    const document = parsedDocument(value);
    return document === undefined ? this.#leaf(value, lastOf(path)) : new JsonText(this.#data(document, lastOf(path)));
  }

  #convertMap(value: Record<string, unknown>, path: string): unknown {
    // A policy document, which the AWS SDK takes as an object too and Terraform as text.
    if ("Statement" in value) return new JsonText(this.#data(value, lastOf(path)));
    const entries = Object.entries(value);
    if (MAPS.has(lastOf(path)) || !entries.every(([key]) => ARGUMENT.test(key))) {
      return new AttributeMap(this.#data(value, lastOf(path)) as Record<string, unknown>);
    }
    return Object.fromEntries(
      entries.map(([key, entry]) => [this.#name(`${path}.${key}`, entry), this.#convert(entry, `${path}.${key}`)]),
    );
  }

  /** A value that is data as it stands, with references for what is unknown in it. */
  #data(value: unknown, leaf: string): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#data(entry, leaf));
    if (!isMap(value)) return typeof value === "string" ? this.#leaf(value, leaf) : value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#data(entry, key)]));
  }

  #leaf(text: string, leaf: string): unknown {
    if (text === SECRET) return SECRET_VALUE;
    if (text !== UNKNOWN) return text;
    return this.#references.unknown(this.#resource, this.#property, leaf, this.#unknowns++);
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** The value of a JSON text of an object; texts of lists, such as container definitions, are documents too. */
function parsedDocument(text: string): unknown {
  if (text === UNKNOWN || text === SECRET || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
