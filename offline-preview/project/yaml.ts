// YAML as Pulumi's engine reads it. The engine uses Go's yaml.v3: YAML 1.1 numbers (octal 0777, 1_000, 0b1), dates and
// merge keys, but only true and false as booleans, and no base-60 numbers.

import { parseDocument, type ScalarTag, type Tags } from "yaml";

const BOOLEAN: ScalarTag = {
  tag: "tag:yaml.org,2002:bool",
  default: true,
  identify: (value) => typeof value === "boolean",
  test: /^(?:true|True|TRUE|false|False|FALSE)$/,
  resolve: (text) => text.toLowerCase() === "true",
};

// A date without quotes becomes the text that Go's time.String makes of it: a program sees exactly that in `pulumi up`.
const TIMESTAMP: ScalarTag = {
  tag: "tag:yaml.org,2002:timestamp",
  default: true,
  test: /^\d{4}-\d{2}-\d{2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d+)?[ \t]*(?:Z|[-+]\d{2}(?::?\d{2})?)?)?$/,
  resolve: goTime,
};

const OCTAL: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  format: "OCT",
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => {
    const digits = text.replace(/^[-+]?0o/, "").replaceAll("_", "");
    const value = BigInt(`0o${digits}`);
    return text.startsWith("-") ? -value : value;
  },
};

// The library takes texts without any digit before the exponent or the dot (`e3`, `.`, `._`) for numbers. Go takes
// underscores anywhere but in a number that begins with a dot.
const FLOAT: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: /^(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|(?:[-+]\.[0-9][0-9_]*|[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9][0-9_]*)?)$/,
  resolve: (text) => Number(text.replaceAll("_", "")),
};

// A number that JavaScript cannot hold keeps its digits as text: configuration is text in the end.
function exactNumber(_key: unknown, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function goTime(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[Tt\s]+(\d{1,2}:\d{2}:\d{2}(?:\.\d+)?)\s*(Z|[-+]\d{2}(?::?\d{2})?)?)?$/.exec(
    text,
  );
  if (match === null) return text;
  const [, date, time = "00:00:00", zone = "Z"] = match;
  if (zone === "Z") return `${date} ${time.padStart(8, "0")} +0000 UTC`;
  const offset = zone.replace(":", "").padEnd(5, "0");
  return `${date} ${time.padStart(8, "0")} ${offset} ${offset}`;
}

function engineTags(tags: Tags): Tags {
  const replaced = ["bool", "timestamp", "intTime", "floatTime"];
  const kept = tags.filter((tag) => {
    if (typeof tag === "string") return !replaced.includes(tag);
    const name = tag.tag.slice(tag.tag.lastIndexOf(":") + 1);
    const base60 = "format" in tag && tag.format === "TIME";
    // Infinity and "not a number" stay: what they match is the same.
    const float = name === "float" && !tag.test?.test(".nan");
    return !replaced.includes(name) && !base60 && !float;
  });
  return [...kept, OCTAL, FLOAT, BOOLEAN, TIMESTAMP];
}

/** Parses a YAML (or JSON) text; throws one error that says where it is malformed. */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text.replace(/^\uFEFF/, ""), {
    schema: "yaml-1.1",
    customTags: engineTags,
    intAsBigInt: true,
    merge: true,
    prettyErrors: true,
  });
  const problem = document.errors[0];
  if (problem !== undefined) throw new Error(problem.message.split("\n")[0] as string);
  return document.toJS({ reviver: exactNumber });
}
