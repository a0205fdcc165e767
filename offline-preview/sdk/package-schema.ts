// What a Pulumi package schema says of resource types and look-ups: the JSON that `pulumi package get-schema` writes.

import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";
import type { Properties, Value } from "../protocol/messages.ts";
import { isMap, signatureOf } from "../protocol/properties.ts";
import { markAutonamed } from "./autonaming.ts";
import { oneOf } from "./declaration-syntax.ts";
import type { PropertyShape, ResourceShape, TypeKnowledge, TypeShape } from "./shapes.ts";

/** A type as a schema writes it. */
interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
  const?: string | number | boolean;
  default?: Value;
  description?: string;
}

interface ObjectSpec {
  properties?: Record<string, TypeSpec>;
  required?: string[];
}

interface NamedSpec extends ObjectSpec {
  type?: string;
  enum?: { value: string | number }[];
}

interface ResourceSpec extends ObjectSpec {
  inputProperties?: Record<string, TypeSpec>;
  requiredInputs?: string[];
}

interface Schema {
  name: string;
  resources?: Record<string, ResourceSpec>;
  functions?: Record<string, { inputs?: ObjectSpec; outputs?: ObjectSpec }>;
  types?: Record<string, NamedSpec>;
  provider?: ResourceSpec;
}

/** What the package schema in a file says. Throws a UserError if the file holds none. */
export function schemaKnowledge(file: string): TypeKnowledge {
  const schema = readSchema(file);
  const types = new SchemaTypes(schema.types ?? {});
  const resources = new Map<string, ResourceShape | undefined>();
  return {
    resource(type) {
      if (!resources.has(type)) {
        const spec = type === `pulumi:providers:${schema.name}` ? schema.provider : own(schema.resources, type);
        resources.set(type, spec && resourceShape(spec, types));
      }
      return resources.get(type);
    },
    function(token) {
      const spec = own(schema.functions, token);
      return spec && { args: types.properties(spec.inputs), result: types.properties(spec.outputs) };
    },
    // A schema does not say what is installed.
    version: () => "",
  };
}

/** One knowledge of several: the first that knows something answers. */
export function combine(...sources: TypeKnowledge[]): TypeKnowledge {
  function first<T>(ask: (source: TypeKnowledge) => T | undefined): T | undefined {
    for (const source of sources) {
      const answer = ask(source);
      if (answer !== undefined && answer !== "") return answer;
    }
    return undefined;
  }
  return {
    resource: (type) => first((source) => source.resource(type)),
    function: (token) => first((source) => source.function(token)),
    version: (pkg) => first((source) => source.version(pkg)) ?? "",
  };
}

/** A copy of a resource's inputs with the defaults of its type, also inside nested objects that are given. */
export function withDefaults(shape: ResourceShape, inputs: Properties): Properties {
  return fill(shape.inputs, inputs);
}

function fill(properties: Record<string, PropertyShape>, values: Properties): Properties {
  const result = { ...values };
  for (const [name, property] of Object.entries(properties)) {
    const value = result[name];
    if (value !== undefined && value !== null) result[name] = fillValue(property.type, value);
    else if (property.default !== undefined) result[name] = property.default;
  }
  return result;
}

function fillValue(type: TypeShape, value: Value): Value {
  if (type.kind === "array" && Array.isArray(value)) return value.map((item) => fillValue(type.items, item));
  if (!isMap(value) || signatureOf(value) !== undefined) return value;
  return type.kind === "object" ? fill(type.properties(), value) : value;
}

function readSchema(file: string): Schema {
  let schema: Value;
  try {
    schema = JSON.parse(readFileSync(file, "utf8")) as Value;
  } catch (error) {
    throw new UserError(`--provider-schema ${file}: ${messageOf(error)}`);
  }
  const parts = ["resources", "functions", "types", "provider"];
  const wrong = isMap(schema) ? parts.find((part) => part in schema && !isMap(schema[part])) : undefined;
  if (!isMap(schema) || typeof schema.name !== "string" || wrong !== undefined) {
    throw new UserError(
      `--provider-schema ${file}: this is no Pulumi package schema${wrong === undefined ? "" : ` ('${wrong}' is no map)`}; ` +
        "pulumi package get-schema writes one",
    );
  }
  return schema as unknown as Schema;
}

function own<T>(map: Record<string, T> | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

function resourceShape(spec: ResourceSpec, types: SchemaTypes): ResourceShape {
  const inputs = types.properties({ properties: spec.inputProperties ?? {}, required: spec.requiredInputs ?? [] });
  const shape = { inputs, outputs: types.properties(spec) };
  markAutonamed(shape, (name) => spec.inputProperties?.[name]?.description ?? "");
  return shape;
}

/** The types of one schema. */
class SchemaTypes {
  private readonly types: Record<string, NamedSpec>;

  constructor(types: Record<string, NamedSpec>) {
    this.types = types;
  }

  properties(spec: ObjectSpec = {}): Record<string, PropertyShape> {
    const required = new Set(spec.required);
    const result: Record<string, PropertyShape> = {};
    for (const [name, property] of Object.entries(spec.properties ?? {})) {
      const fallback = property.default ?? property.const;
      const given = fallback === undefined ? {} : { default: fallback };
      result[name] = { type: this.shape(property), required: required.has(name), ...given };
    }
    return result;
  }

  private shape(spec: TypeSpec): TypeShape {
    if (typeof spec.const === "string" || typeof spec.const === "number") {
      return { kind: "enum", values: [spec.const], open: false };
    }
    if (spec.$ref !== undefined) return this.reference(spec.$ref);
    if (spec.oneOf !== undefined) return oneOf(spec.oneOf.map((option) => this.shape(option)));
    switch (spec.type) {
      case "string":
      case "boolean":
      case "number":
        return { kind: spec.type };
      case "integer":
        return { kind: "number" };
      case "array":
        return { kind: "array", items: this.shape(spec.items ?? {}) };
      case "object":
        return {
          kind: "map",
          values: spec.additionalProperties ? this.shape(spec.additionalProperties) : { kind: "string" },
        };
      default:
        return { kind: "any" };
    }
  }

  // Types of other packages' schemas, and resources, are not looked into.
  private reference(ref: string): TypeShape {
    if (/^pulumi\.json#\/(?:Asset|Archive)$/.test(ref)) return { kind: "asset" };
    const token = /^#\/types\/(.+)$/.exec(ref)?.[1];
    const name = token === undefined ? "" : decodeURIComponent(token);
    const spec = own(this.types, name);
    if (spec === undefined) return { kind: "any" };
    if (spec.enum !== undefined) return { kind: "enum", values: spec.enum.map(({ value }) => value), open: false };
    return { kind: "object", name, properties: () => this.properties(spec) };
  }
}
