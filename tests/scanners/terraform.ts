/** Says in Terraform's words what a preview would create, for scanners that know Terraform's resource types. */
import { azureConverter } from "./azurerm.ts";
import { BRIDGED, type BridgedType } from "./bridged.ts";
import { AttributeMap, type Previewed, SECRET, type TerraformResource, UNKNOWN } from "./resources.ts";

/** Properties whose value is a map and not a block, on any resource. */
const MAPS = new Set(["tags", "labels", "metadata", "defaultTags"]);

/** Resources that are no cloud's: components, providers and the stack itself. */
const NO_CLOUD = /^(pulumi:|secure-ml-workspace:)/;

/** Every resource of a stack in Terraform's words. Throws for a type that nobody has mapped. */
export function toTerraform(stack: string, resources: Previewed[]): TerraformResource[] {
  const cloud = resources.filter(({ type }) => !NO_CLOUD.test(type));
  const references = new References(stack, cloud);
  const toAzurerm = azureConverter(cloud, references);
  return cloud.flatMap((resource) =>
    resource.type.startsWith("azure-native:") ? toAzurerm(resource) : [bridged(resource, references)],
  );
}

/** Finds the Terraform address of previewed resources. */
export class References {
  readonly #stack: string;
  readonly #byUrn: Map<string, Previewed>;
  readonly #byName = new Map<string, Previewed>();

  constructor(stack: string, resources: Previewed[]) {
    this.#stack = stack;
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    for (const resource of resources) {
      const bucket = resource.inputs.bucket;
      if (resource.type === "aws:s3/bucket:Bucket" && typeof bucket === "string") this.#byName.set(bucket, resource);
    }
  }

  /** The label of a resource. */
  label({ name }: Previewed): string {
    return `${this.#stack}_${name}`.replace(/[^A-Za-z0-9_-]/g, "_");
  }

  /** What stands for the unknown value of a property: a reference to what it depends on. */
  unknown(resource: Previewed, property: string): string {
    const targets = (resource.propertyDependencies[property] ?? []).map((urn) => this.#byUrn.get(urn));
    const target = targets.find((entry) => entry !== undefined);
    return target ? this.to(target, "id") : "known-after-apply";
  }

  /** A reference to an attribute of a resource. */
  to(target: Previewed, attribute: string): string {
    return `\${${terraformType(target.type)}.${this.label(target)}.${attribute}}`;
  }

  /** A reference to the bucket of a name, when this stack makes it. */
  bucket(name: unknown): string | undefined {
    const bucket = this.#byName.get(String(name));
    return bucket && this.to(bucket, "id");
  }
}

function terraformType(token: string): string {
  if (token.startsWith("azure-native:")) return azurermType(token);
  return mapping(token).type;
}

/** Azure resources only need some type here; those that a rule follows are named in azurerm.ts. */
function azurermType(token: string): string {
  const known: Record<string, string> = {
    "azure-native:storage:StorageAccount": "azurerm_storage_account",
    "azure-native:keyvault:Vault": "azurerm_key_vault",
    "azure-native:keyvault:Key": "azurerm_key_vault_key",
    "azure-native:containerregistry:Registry": "azurerm_container_registry",
    "azure-native:machinelearningservices:Workspace": "azurerm_machine_learning_workspace",
    "azure-native:network:NetworkSecurityGroup": "azurerm_network_security_group",
    "azure-native:network:Subnet": "azurerm_subnet",
    "azure-native:network:VirtualNetwork": "azurerm_virtual_network",
  };
  return known[token] ?? `azurerm_${snake(token.split(":")[2] ?? token)}`;
}

function mapping(token: string): BridgedType {
  const found = BRIDGED[token];
  if (!found) throw new Error(`${token} has no Terraform type: add it to tests/scanners/bridged.ts`);
  return found;
}

/** The AWS and Google providers are made from Terraform's: their properties differ in case, and in the names of lists of blocks. */
function bridged(resource: Previewed, references: References): TerraformResource {
  const { type, blocks = {} } = mapping(resource.type);
  const body: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(resource.inputs)) {
    const unknown = references.unknown(resource, property);
    body[blocks[property] ?? snake(property)] = convert(value, property, { type, blocks, unknown });
  }
  if (type.startsWith("aws_s3_bucket_")) body.bucket = references.bucket(body.bucket) ?? body.bucket;
  return { type, label: references.label(resource), body };
}

interface Conversion {
  type: string;
  /** Terraform's names of lists of blocks, by dotted Pulumi path. */
  blocks: Record<string, string>;
  /** What stands for unknown values. */
  unknown: string;
}

function convert(value: unknown, path: string, conversion: Conversion): unknown {
  if (value === UNKNOWN) return conversion.unknown;
  if (value === SECRET) return "secret";
  if (Array.isArray(value)) {
    if (value.some((entry) => typeof entry === "object") && !conversion.blocks[path]) {
      throw new Error(`say in tests/scanners/bridged.ts what Terraform calls ${path} of ${conversion.type}`);
    }
    return value.map((entry) => convert(entry, path, conversion));
  }
  if (typeof value !== "object" || value === null) return value;
  // A policy document, which the AWS SDK takes as an object too and Terraform as text.
  if ("Statement" in value) {
    return JSON.stringify(value, (_key, entry) => (entry === UNKNOWN ? conversion.unknown : entry));
  }
  const name = path.split(".").at(-1) as string;
  const entries = Object.entries(value);
  if (MAPS.has(name)) {
    return new AttributeMap(Object.fromEntries(entries.map(([key, entry]) => [key, convert(entry, path, conversion)])));
  }
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      const inner = `${path}.${key}`;
      return [conversion.blocks[inner] ?? snake(key), convert(entry, inner, conversion)];
    }),
  );
}

/** `kmsKeyId` -> `kms_key_id`. */
export function snake(camel: string): string {
  return camel
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
