/** docs/stack.schema.json: JSON Schema of a stack file, for completion and checking in editors. */
import { type SchemaNode, specSchema } from "./spec-schema.ts";

export const file = "docs/stack.schema.json";

export function render(): string {
  const schema = JSON.parse(JSON.stringify(specSchema(), withoutTsType)) as SchemaNode;
  const stack = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack file of a secure ML workspace",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { "secure-ml-workspaces:workspace": { $ref: "#/$defs/WorkspaceArgs" } },
        required: ["secure-ml-workspaces:workspace"],
      },
    },
    required: ["config"],
    $defs: schema.$defs,
  };
  return `${JSON.stringify(stack, null, 2)}\n`;
}

function withoutTsType(key: string, value: unknown): unknown {
  return key === "tsType" ? undefined : value;
}
