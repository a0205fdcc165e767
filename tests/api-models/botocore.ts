/** AWS's API models, as botocore publishes them: botocore/data/<service>/<version>/service-2.json.gz. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { apiModels } from "./installed.ts";
import { ANYTHING, type ObjectSchema, type Schema, type TextSchema, wholeText } from "./schema.ts";

/** A shape of a botocore model. */
interface Shape {
  type: string;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
  required?: string[];
  members?: Record<string, Member>;
  member?: { shape: string };
  key?: { shape: string };
  value?: { shape: string };
}

interface Member {
  shape: string;
  /** The client makes one when none is given. */
  idempotencyToken?: boolean;
}

interface Service {
  operations: Record<string, { input?: { shape: string } }>;
  shapes: Record<string, Shape>;
}

const services = new Map<string, Service>();

/** The input of an operation of an AWS service. Throws when the model has no such operation. */
export function awsOperation(service: string, operation: string): ObjectSchema {
  const model = load(service);
  const input = model.operations[operation]?.input;
  if (!input) throw new Error(`botocore's model of ${service} has no operation ${operation} with an input`);
  return schemaOf(model, input.shape) as ObjectSchema;
}

function load(service: string): Service {
  const known = services.get(service);
  if (known) return known;
  const folder = `${apiModels()}/botocore/data/${service}`;
  if (!existsSync(folder)) throw new Error(`botocore has no model of ${service} in ${folder}`);
  const version = readdirSync(folder)
    .filter((entry) => /^\d{4}-\d{2}-\d{2}$/.test(entry))
    .sort()
    .at(-1);
  const model = JSON.parse(gunzipSync(readFileSync(`${folder}/${version}/service-2.json.gz`)).toString()) as Service;
  services.set(service, model);
  return model;
}

function schemaOf(model: Service, name: string): Schema {
  const shape = model.shapes[name] as Shape;
  const { type, min, max } = shape;
  switch (type) {
    case "string":
    case "character":
      return textOf(shape);
    case "integer":
    case "long":
      return { kind: "number", whole: true, min, max };
    case "float":
    case "double":
      return { kind: "number", whole: false, min, max };
    case "boolean":
      return { kind: "flag" };
    case "list":
      return { kind: "list", item: schemaOf(model, shape.member!.shape), min, max };
    case "map":
      return { kind: "map", key: textOf(model.shapes[shape.key!.shape]!), value: schemaOf(model, shape.value!.shape) };
    case "structure":
      return {
        kind: "object",
        required: (shape.required ?? []).filter((member) => !shape.members?.[member]?.idempotencyToken),
        members: new Map(
          Object.entries(shape.members ?? {}).map(([member, target]) => [member, () => schemaOf(model, target.shape)]),
        ),
      };
    default:
      return ANYTHING; // timestamps, blobs
  }
}

function textOf({ enum: values, pattern, min, max }: Shape): TextSchema {
  return { kind: "text", values, pattern: pattern === undefined ? undefined : wholeText(pattern), min, max };
}
