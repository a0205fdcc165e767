// Writes azure-native's resources as an Azure Resource Manager template, for scanners that read templates.
import { type ArmType, armType } from "./arm-types.ts";
import { isAzureNative, unversioned } from "./azurerm.ts";
import { isMap, originOf, type Previewed, SECRET, type Skipped, UNKNOWN } from "./resources.ts";

type Json = Record<string, unknown>;

/** A template, as it is written to a file. */
export interface ArmTemplate {
  $schema: string;
  contentVersion: string;
  parameters: Json;
  resources: Json[];
}

/** What Azure Resource Manager has for the resources of a stack. */
export interface ArmExport {
  template: ArmTemplate;
  /** Resources of other clouds, and of providers that are not known here. */
  skipped: Skipped[];
}

/** What stands for values that are not known before the deployment and come from no resource of the stack. */
const UNKNOWN_VALUE = "[parameters('knownAfterApply')]";

/** What stands for secret values. */
const SECRET_VALUE = "[parameters('secret')]";

/** Members of a resource in a template that do not stand among its properties. */
const AT_THE_TOP = new Set("extendedLocation identity kind location managedBy plan scale sku tags zones".split(" "));

/** Types that have their sku among their properties. */
const SKU_IN_PROPERTIES = new Set([
  "azure-native:network:ApplicationGateway",
  "azure-native:network:AzureFirewall",
  "azure-native:network:FirewallPolicy",
  "azure-native:network:VirtualNetworkGateway",
  "azure-native:operationalinsights:Workspace",
]);

/** Properties that azure-native renames. */
const RENAMED: Record<string, Record<string, string>> = {
  "azure-native:storage:StorageAccount": {
    enableHttpsTrafficOnly: "supportsHttpsTrafficOnly",
    enableNfsV3: "isNfsV3Enabled",
    networkRuleSet: "networkAcls",
  },
};

/** Lists of the network provider whose entries have a name, and are no resources with properties all the same. */
const PLAIN_LISTS = new Set("customRules groups managedRuleSets ruleCollections rules".split(" "));

/** Writes the resources of one stack as a template. */
export function toArm(resources: Previewed[]): ArmExport {
  const known = new Map<string, ArmResource>();
  const skipped: Skipped[] = [];
  for (const resource of resources) {
    const type = resource.custom && isAzureNative(resource) ? armType(resource.type, resource.inputs) : undefined;
    if (type === undefined) skipped.push({ urn: resource.urn, type: resource.type });
    else known.set(resource.urn, new ArmResource(resource, type, known));
  }
  const written = [...known.values()].map((resource) => resource.write());
  return { template: templateOf(written), skipped };
}

function templateOf(resources: Json[]): ArmTemplate {
  const text = JSON.stringify(resources);
  const parameters: Json = {};
  if (text.includes(UNKNOWN_VALUE)) parameters.knownAfterApply = { type: "string" };
  if (text.includes(SECRET_VALUE)) parameters.secret = { type: "securestring" };
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters,
    resources,
  };
}

/** One resource, with those that it may refer to. */
class ArmResource {
  readonly type: string;
  readonly #resource: Previewed;
  readonly #type: ArmType;
  readonly #all: Map<string, ArmResource>;
  /** Unknown values so far in the property that is being written. */
  #unknowns = 0;
  #names: string[] | undefined;

  constructor(resource: Previewed, type: ArmType, all: Map<string, ArmResource>) {
    this.type = resource.type;
    this.#resource = resource;
    this.#type = type;
    this.#all = all;
  }

  write(): Json {
    const { type, apiVersion, scope } = this.#type;
    const { inputs, dependencies } = this.#resource;
    const { top, properties } = this.#layout();
    const dependsOn = [...new Set(dependencies.flatMap((urn) => this.#all.get(urn)?.id() ?? []))];
    return {
      type,
      apiVersion,
      name: escaped(this.names().join("/")),
      ...(scope === undefined || inputs[scope] === undefined
        ? {}
        : { scope: this.#value(inputs[scope], scope, scope) }),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      ...top,
      ...(properties === undefined ? {} : { properties }),
    };
  }

  /** An expression for the resource's id. */
  id(): string {
    return `[${this.#idFunction()}]`;
  }

  /** The names of the resource's parents and its own, which is the last. */
  names(): string[] {
    if (this.#names === undefined) {
      // A name that comes from itself, which only a made-up report can say, ends here.
      this.#names = [this.#resource.name];
      const names = this.#type.names.map((name) => ("fixed" in name ? name.fixed : this.#nameFrom(name.input)));
      if (names.length > 0) this.#names = names;
    }
    return this.#names;
  }

  // Azure's own resources all have a name; the provider makes up the one that the program does not give.
  #nameFrom(input: string): string {
    const value = this.#resource.inputs[input];
    if (typeof value === "string" && value !== UNKNOWN && value !== SECRET) return value;
    return (value === UNKNOWN ? this.#origin(input, input, 0)?.names().at(-1) : undefined) ?? this.#resource.name;
  }

  #idFunction(): string {
    return `resourceId(${[this.#type.type, ...this.names()].map(quoted).join(", ")})`;
  }

  #origin(property: string, leaf: string, position: number): ArmResource | undefined {
    const urns = this.#resource.propertyDependencies[property] ?? [];
    return originOf(
      urns.flatMap((urn) => this.#all.get(urn) ?? []),
      leaf,
      position,
    );
  }

  /**
   * The members of a resource in a template. azure-native lifts the contents of `properties` to the resource, unless the
   * type has an input of that name.
   */
  #layout(): { top: Json; properties: Json | undefined } {
    const { inputs, type } = this.#resource;
    const token = unversioned(type);
    const names = new Set(this.#type.names.flatMap((name) => ("input" in name ? [name.input] : [])));
    const own = isMap(inputs.properties) || inputs.properties === UNKNOWN;
    const top: Json = {};
    const properties: Json = {};
    for (const [property, value] of Object.entries(inputs)) {
      if (names.has(property) || property === "resourceGroupName" || property === this.#type.scope) continue;
      this.#unknowns = 0;
      const name = RENAMED[token]?.[property] ?? property;
      const atTheTop = own || (AT_THE_TOP.has(property) && !(property === "sku" && SKU_IN_PROPERTIES.has(token)));
      (atTheTop ? top : properties)[name] = this.#value(value, property, property);
    }
    return { top, properties: Object.keys(properties).length === 0 ? undefined : properties };
  }

  #value(value: unknown, property: string, leaf: string): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#entry(entry, property, leaf));
    if (isMap(value)) return this.#map(value, property);
    if (typeof value !== "string") return value;
    if (value === SECRET) return SECRET_VALUE;
    return value === UNKNOWN ? this.#unknown(property, leaf) : escaped(value);
  }

  /** Parts of network resources are resources themselves, with properties of their own. */
  #entry(entry: unknown, property: string, leaf: string): unknown {
    const isPart = this.type.startsWith("azure-native:network") && isMap(entry) && "name" in entry;
    if (!isPart || PLAIN_LISTS.has(leaf)) return this.#value(entry, property, leaf);
    const { name, id, zones, ...properties } = this.#map(entry, property);
    return { ...(id === undefined ? {} : { id }), name, ...(zones === undefined ? {} : { zones }), properties };
  }

  #map(map: Json, property: string): Json {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.#value(value, property, key)]));
  }

  #unknown(property: string, leaf: string): string {
    const origin = this.#origin(property, leaf, this.#unknowns++);
    if (origin === undefined) return UNKNOWN_VALUE;
    if (/names?$/i.test(leaf)) return escaped(origin.names().at(-1) as string);
    if (/^(principal|client|tenant)Id$/.test(leaf)) {
      return `[reference(${origin.#idFunction()}, ${quoted(origin.#type.apiVersion)}).${leaf}]`;
    }
    return origin.id();
  }
}

/** A text of a template expression. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text as such: one in brackets would be an expression. */
function escaped(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? `[${text}` : text;
}
