import * as z from "zod";
import { workspaceSchema } from "../../components/spec.ts";

/** The part of JSON Schema that the spec uses. */
export interface SchemaNode {
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  type?: string;
  tsType?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  required?: string[];
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
  items?: SchemaNode;
}

/** The spec as JSON Schema, from the one zod schema. */
export function specSchema(): SchemaNode {
  return z.toJSONSchema(workspaceSchema, { io: "input", unrepresentable: "any" }) as SchemaNode;
}

/** `#/$defs/NetworkArgs` as `NetworkArgs`. */
export function refName(node: SchemaNode): string | undefined {
  return node.$ref?.split("/").pop();
}
