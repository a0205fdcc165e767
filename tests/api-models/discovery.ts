/** Google's API models: the discovery documents that google-api-python-client carries. */
import { readFileSync } from "node:fs";
import { apiModels } from "./installed.ts";
import { ANYTHING, type ObjectSchema, type Schema, TEXT, wholeText } from "./schema.ts";

/** A schema of a discovery document. */
interface Discovered {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  enum?: string[];
  pattern?: string;
  minimum?: string;
  maximum?: string;
  readOnly?: boolean;
  properties?: Record<string, Discovered>;
  additionalProperties?: Discovered;
  items?: Discovered;
  annotations?: { required?: string[] };
}

interface Document {
  schemas: Record<string, Discovered>;
}

const documents = new Map<string, Document>();

/** A schema of a Google API, such as `Instance` of `notebooks.v2`. Throws when the API has none of that name. */
export function googleSchema(api: string, name: string): ObjectSchema {
  const document = load(api);
  const schema = document.schemas[name];
  if (!schema) throw new Error(`the discovery document of ${api} has no schema ${name}`);
  return schemaOf(document, schema) as ObjectSchema;
}

function load(api: string): Document {
  const known = documents.get(api);
  if (known) return known;
  const file = `${apiModels()}/googleapiclient/discovery_cache/documents/${api}.json`;
  const document = JSON.parse(readFileSync(file, "utf8")) as Document;
  documents.set(api, document);
  return document;
}

function schemaOf(document: Document, found: Discovered): Schema {
  if (found.$ref) return schemaOf(document, document.schemas[found.$ref]!);
  const min = found.minimum === undefined ? undefined : Number(found.minimum);
  const max = found.maximum === undefined ? undefined : Number(found.maximum);
  switch (found.type) {
    case "string":
      // 64-bit numbers travel as text in JSON.
      if (/^u?int64$/.test(found.format ?? "")) return { kind: "number", whole: true, min, max };
      return {
        kind: "text",
        values: found.enum,
        pattern: found.pattern === undefined ? undefined : wholeText(found.pattern),
      };
    case "integer":
      return { kind: "number", whole: true, min, max };
    case "number":
      return { kind: "number", whole: false, min, max };
    case "boolean":
      return { kind: "flag" };
    case "array":
      return { kind: "list", item: schemaOf(document, found.items!) };
    case "object":
      return found.properties ? objectOf(document, found.properties) : mapOf(document, found.additionalProperties);
    default:
      return ANYTHING;
  }
}

function mapOf(document: Document, value: Discovered | undefined): Schema {
  return { kind: "map", key: TEXT, value: value ? schemaOf(document, value) : ANYTHING };
}

function objectOf(document: Document, properties: Record<string, Discovered>): ObjectSchema {
  const entries = Object.entries(properties).filter(([, property]) => !isOutputOnly(property));
  return {
    kind: "object",
    required: entries.filter(([, property]) => isRequired(property)).map(([member]) => member),
    members: new Map(entries.map(([member, property]) => [member, () => schemaOf(document, property)])),
  };
}

/** Older APIs list the methods that require a member; newer ones begin its description with the word. */
function isRequired({ annotations, description }: Discovered): boolean {
  const byMethod = annotations?.required?.some((method) => /\.(insert|create)$/.test(method)) ?? false;
  return byMethod || /^Required\./.test(description ?? "");
}

function isOutputOnly({ readOnly, description }: Discovered): boolean {
  return readOnly === true || /^(\[?Output[ -]only\]?)/i.test(description ?? "");
}
