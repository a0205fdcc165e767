// Whether a resource's inputs fit its type: what a provider's `Check` would refuse, as far as types say so.

import type { Properties, Value } from "../protocol/messages.ts";
import { isMap, isUnknown, OUTPUT, SECRET, SIGNATURE, signatureOf } from "../protocol/properties.ts";
import type { PropertyShape, ResourceShape, TypeShape } from "./shapes.ts";
import { closest } from "./suggestion.ts";

/** Something that is wrong with an input. */
export interface InputProblem {
  /** Where, such as `rules[0].port`. */
  path: string;
  /** One sentence that begins with the path and says what would be right. Secret values are not in it. */
  message: string;
  /** "warning" where a provider may take the value all the same. */
  severity: "error" | "warning";
}

/** Everything that is wrong with the inputs of a resource. What is not known yet is right. */
export function checkInputs(shape: ResourceShape, inputs: Properties): InputProblem[] {
  return checkProperties("the resource type", shape.inputs, inputs, "", false);
}

// Nothing is said of the value of a secret.
interface Place {
  path: string;
  secret: boolean;
}

function checkProperties(
  owner: string,
  properties: Record<string, PropertyShape>,
  values: Properties,
  parent: string,
  secret: boolean,
): InputProblem[] {
  const problems: InputProblem[] = [];
  const at = (name: string) => (parent === "" ? name : `${parent}.${name}`);
  for (const [name, property] of Object.entries(properties)) {
    const missing = values[name] === undefined || values[name] === null;
    if (missing && property.required && property.default === undefined && !property.autonamed) {
      problems.push(problem(at(name), "is required"));
    }
  }
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith("__") || name === SIGNATURE) continue;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined) problems.push(...checkValue(property.type, value, { path: at(name), secret }));
    else problems.push(problem(at(name), `is no property of ${owner}${didYouMean(name, Object.keys(properties))}`));
  }
  return problems;
}

function checkValue(type: TypeShape, value: Value, place: Place): InputProblem[] {
  if (type.kind === "any" || value === null || isUnknown(value)) return [];
  const signature = signatureOf(value);
  if (signature === SECRET) return checkValue(type, (value as Properties).value ?? null, { ...place, secret: true });
  if (signature === OUTPUT) return checkOutput(type, value as Properties, place);
  // An asset, or a resource that stands for its id.
  if (signature !== undefined) return [];
  switch (type.kind) {
    case "union":
      return checkUnion(type.options, value, place);
    case "array":
      return Array.isArray(value) ? checkItems(type.items, value, place) : [wrongType(type, value, place)];
    case "map":
      return isMap(value) ? checkEntries(type.values, value, place) : [wrongType(type, value, place)];
    case "object":
      return isMap(value) ? checkObject(type, value, place) : [wrongType(type, value, place)];
    case "enum":
      return checkEnum(type.values, type.open, value, place);
    default:
      return typeof value === type.kind ? [] : [wrongType(type, value, place)];
  }
}

function checkOutput(type: TypeShape, output: Properties, place: Place): InputProblem[] {
  return checkValue(type, output.value ?? null, { ...place, secret: place.secret || output.secret === true });
}

function checkItems(type: TypeShape, values: Value[], place: Place): InputProblem[] {
  return values.flatMap((value, index) => checkValue(type, value, { ...place, path: `${place.path}[${index}]` }));
}

function checkEntries(type: TypeShape, values: Properties, place: Place): InputProblem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = /^[\w-]+$/.test(key) ? `${place.path}.${key}` : `${place.path}[${JSON.stringify(key)}]`;
    return checkValue(type, value, { ...place, path });
  });
}

function checkObject(type: TypeShape & { kind: "object" }, value: Properties, place: Place): InputProblem[] {
  const properties = type.properties();
  return checkProperties(type.name.replace(/^(?:inputs|outputs)\./, ""), properties, value, place.path, place.secret);
}

// The problems of the option that the value comes closest to.
function checkUnion(options: TypeShape[], value: Value, place: Place): InputProblem[] {
  const found = options.map((option) => checkValue(option, value, place));
  const errors = (problems: InputProblem[]) => problems.filter(({ severity }) => severity === "error").length;
  const [best = []] = found.sort((a, b) => errors(a) - errors(b) || a.length - b.length);
  if (errors(best) === 0 || options.some((option) => couldBe(option, value))) return best;
  return [problem(place.path, `must be ${options.map(nameOf).join(" or ")}, not ${shown(value, place)}`)];
}

function couldBe(type: TypeShape, value: Value): boolean {
  if (Array.isArray(value)) return type.kind === "array";
  return isMap(value) === (type.kind === "object" || type.kind === "map");
}

function checkEnum(values: (string | number)[], open: boolean, value: Value, place: Place): InputProblem[] {
  if (values.some((allowed) => allowed === value)) return [];
  const sameType = values.some((allowed) => typeof allowed === typeof value);
  if (!sameType) return [wrongType({ kind: typeof values[0] as "string" }, value, place)];
  const list = values.length > 8 ? `${values.slice(0, 8).join(", ")} and ${values.length - 8} more` : values.join(", ");
  const hint = place.secret ? "" : didYouMean(String(value), values.map(String));
  const text = open ? `is ${shown(value, place)}, which the SDK does not list` : `cannot be ${shown(value, place)}`;
  return [problem(place.path, `${text}${hint || `; use one of ${list}`}`, open ? "warning" : "error")];
}

// Many providers turn "5" into 5 and back, so that is only worth a word.
function wrongType(type: TypeShape, value: Value, place: Place): InputProblem {
  const turned =
    (type.kind === "string" && (typeof value === "number" || typeof value === "boolean")) ||
    (type.kind === "number" && typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value))) ||
    (type.kind === "boolean" && (value === "true" || value === "false"));
  const message = `must be ${nameOf(type)}, not ${shown(value, place)}`;
  return problem(place.path, message, turned ? "warning" : "error");
}

const NAMES: Partial<Record<TypeShape["kind"], string>> = {
  array: "a list",
  asset: "an asset or archive",
  boolean: "true or false",
  enum: "one of several values",
  map: "a map",
  number: "a number",
  object: "an object",
  string: "a text",
};

function nameOf(type: TypeShape): string {
  return NAMES[type.kind] ?? type.kind;
}

function shown(value: Value, place: Place): string {
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "an object";
  const kind = typeof value === "string" ? "text" : typeof value;
  if (place.secret) return `a secret ${kind}`;
  const text = JSON.stringify(value);
  return `the ${kind} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

function didYouMean(name: string, candidates: string[]): string {
  const suggestion = closest(name, candidates);
  return suggestion === undefined ? "" : `; did you mean ${suggestion}?`;
}

function problem(path: string, text: string, severity: InputProblem["severity"] = "error"): InputProblem {
  return { path, message: `${path} ${text}`, severity };
}
