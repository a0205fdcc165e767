// What a resource has after it was created, as far as that can be said before: what a provider plans in a preview.

import type { Properties, Value } from "../protocol/messages.ts";
import { isMap, signatureOf, UNKNOWN } from "../protocol/properties.ts";
import type { PropertyShape, ResourceShape, TypeShape } from "./shapes.ts";

/**
 * The inputs, with an unknown value for what only the cloud can say: each property, nested ones included, that is always
 * there or takes no input, and that was not given. An identity gets an unknown `principalId`, for example.
 */
export function plannedOutputs(shape: ResourceShape, inputs: Properties): Properties {
  return plan(shape.inputs, shape.outputs, inputs);
}

function plan(
  inputs: Record<string, PropertyShape>,
  outputs: Record<string, PropertyShape>,
  values: Properties,
): Properties {
  const result: Properties = { ...values };
  for (const [name, output] of Object.entries(outputs)) {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    const value = values[name];
    if (value === undefined || value === null) {
      if (output.required || input === undefined) result[name] = UNKNOWN;
    } else if (input !== undefined) {
      result[name] = planValue(input.type, output.type, value);
    }
  }
  return result;
}

// Where a type is one of several, what the cloud adds is not known.
function planValue(input: TypeShape, output: TypeShape, value: Value): Value {
  if (input.kind === "array" && output.kind === "array" && Array.isArray(value)) {
    return value.map((item) => planValue(input.items, output.items, item));
  }
  if (!isMap(value) || signatureOf(value) !== undefined) return value;
  if (input.kind !== "object" || output.kind !== "object") return value;
  return plan(input.properties(), output.properties(), value);
}
