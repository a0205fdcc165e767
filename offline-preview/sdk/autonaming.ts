// Which inputs are names that the provider makes up when the program gives none.

import { type Member, mayBeUndefined } from "./declaration-syntax.ts";

/** Names of the inputs of a resource that the provider fills with a name of its own. `fields` are the class's properties. */
export function autonamedInputs(inputs: Member[], fields: Member[]): string[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const texts = inputs.filter((input) => input.optional && /^pulumi\.Input<string( \| undefined)?>$/.test(input.type));
  // azure-native takes the last part of the resource's path, such as `accountName`, and gives it back as `name`. Then an
  // input called `name` is something else.
  const pathNames = byName.has("name")
    ? texts.filter((input) => input.name.endsWith("Name") && !byName.has(input.name))
    : [];
  if (pathNames.length > 0) return pathNames.map((input) => input.name);
  return texts
    .filter((input) => byName.has(input.name) && !mayBeUndefined((byName.get(input.name) as Member).type))
    .filter((input) => input.name === "name" || (promisesName(input.doc) && !input.name.endsWith("Prefix")))
    .map((input) => input.name);
}

// "If omitted, the provider will assign a random, unique name."
function promisesName(doc: string): boolean {
  const text = doc.replace(/\s*\n\s*\*\s*/g, " ");
  return /\b(?:assign|generate|create)s?\b[^.]*\b(?:random|unique)\b[^.]*\b(?:name|identifier)\b/i.test(text);
}
