// Placeholders of the right types, for answers that somebody still has to fill in.

import type { Properties, Value } from "../protocol/messages.ts";
import type { PropertyShape, TypeShape } from "./shapes.ts";

/** How deep objects are filled. */
const DEPTH = 3;

/** A placeholder for each property that is always there: "", 0, false, [], the first value of an enum, objects filled. */
export function skeleton(properties: Record<string, PropertyShape>): Properties {
  return objectOf(properties, DEPTH);
}

function objectOf(properties: Record<string, PropertyShape>, depth: number): Properties {
  const result: Properties = {};
  for (const name of Object.keys(properties).sort()) {
    const property = properties[name] as PropertyShape;
    if (property.required) result[name] = placeholder(property.type, depth);
  }
  return result;
}

function placeholder(type: TypeShape, depth: number): Value {
  switch (type.kind) {
    case "string":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "enum":
      return type.values[0] ?? "";
    case "union":
      return type.options[0] === undefined ? {} : placeholder(type.options[0], depth);
    case "object":
      return depth <= 1 ? {} : objectOf(type.properties(), depth - 1);
    default:
      return {};
  }
}
