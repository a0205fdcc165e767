/** The parameters of a control: what the configuration says, over the defaults. */
import type { Context, Parameter } from "./control.ts";

/**
 * Gives a check its parameters. Throws when the configuration holds a value of another type than the parameter's, or a
 * name that is no parameter: a misspelt one would leave the default in force.
 */
export function readParameters(
  control: string,
  declared: Record<string, Parameter> = {},
  configured: Record<string, unknown>,
): Context {
  const values = new Map<string, unknown>();
  for (const name of Object.keys(configured)) {
    if (!Object.hasOwn(declared, name)) throw new Error(`${control}.${name} is no parameter; ${known(declared)}`);
  }
  for (const [name, parameter] of Object.entries(declared)) {
    const value = configured[name] ?? parameter.default;
    if (!fits(value, parameter)) throw new Error(`${control}.${name} must be ${EXPECTED[parameter.type]}`);
    values.set(name, value);
  }
  return {
    text: (name) => values.get(name) as string,
    number: (name) => values.get(name) as number,
    flag: (name) => values.get(name) as boolean,
    list: (name) => values.get(name) as string[],
  };
}

function known(declared: Record<string, Parameter>): string {
  const names = Object.keys(declared);
  return names.length === 0 ? "the control has none" : `the control has ${names.join(", ")}`;
}

const EXPECTED = { string: "text", integer: "a whole number", boolean: "true or false", array: "a list of text" };

function fits(value: unknown, { type }: Parameter): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value) && value.every((item) => typeof item === "string");
  return typeof value === type;
}
