// What is known of the types of one project: by the package schemas that the user gave, else by its installed SDKs.

import type { StackRun } from "../protocol/messages.ts";
import { sdkKnowledge } from "./declarations.ts";
import { combine, schemaKnowledge } from "./package-schema.ts";
import type { TypeKnowledge } from "./shapes.ts";

const known = new Map<string, TypeKnowledge>();

/** The knowledge for a stack; read once for all stacks of a project. */
export function knowledgeOf({ pwd, providerSchemas = [] }: Pick<StackRun, "pwd" | "providerSchemas">): TypeKnowledge {
  const key = JSON.stringify([pwd, ...providerSchemas]);
  // Only schemas have defaults, so they come first.
  const knowledge = known.get(key) ?? combine(...providerSchemas.map(schemaKnowledge), sdkKnowledge(pwd));
  known.set(key, knowledge);
  return knowledge;
}
