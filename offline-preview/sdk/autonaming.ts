// Which inputs are names that the provider makes up when the program gives none.

import type { ResourceShape } from "./shapes.ts";

/** Marks the inputs of a resource that the provider fills with a name of its own. `docOf` gives an input's description. */
export function markAutonamed({ inputs, outputs }: ResourceShape, docOf: (input: string) => string): void {
  for (const name of autonamedInputs({ inputs, outputs }, docOf)) {
    const property = inputs[name];
    if (property !== undefined) property.autonamed = true;
  }
}

function autonamedInputs({ inputs, outputs }: ResourceShape, docOf: (input: string) => string): string[] {
  const texts = Object.keys(inputs).filter((name) => !inputs[name]?.required && inputs[name]?.type.kind === "string");
  // azure-native takes the last part of the resource's path, such as `accountName`, and gives it back as `name`. Then an
  // input called `name` is something else.
  const pathNames = texts.filter((name) => name.endsWith("Name") && !Object.hasOwn(outputs, name));
  if (pathNames.length > 0 && Object.hasOwn(outputs, "name")) return pathNames;
  return texts.filter((name) => outputs[name]?.required && (name === "name" || promisesName(name, docOf)));
}

// "If omitted, the provider will assign a random, unique name."
function promisesName(name: string, docOf: (input: string) => string): boolean {
  if (name.endsWith("Prefix")) return false;
  const text = docOf(name).replace(/\s*\n\s*\*\s*/g, " ");
  return /\b(?:assign|generate|create)s?\b[^.]*\b(?:random|unique)\b[^.]*\b(?:name|identifier)\b/i.test(text);
}
