// The file of --fixtures: answers for what only a cloud could know. docs/fidelity.md describes it.

import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";
import type { Fixtures, Properties, Value } from "../protocol/messages.ts";
import { isMap } from "../protocol/properties.ts";
import { parseYaml } from "./yaml.ts";

/** No answers. */
export function noFixtures(): Fixtures {
  return { invokes: {}, resources: {}, stackReferences: {}, tags: {}, config: {} };
}

/** Reads a fixtures file, YAML or JSON. */
export function loadFixtures(file: string): Fixtures {
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`--fixtures ${file}: ${messageOf(error)}`);
  }
  return raw === null || raw === undefined ? noFixtures() : readFixtures(`--fixtures ${file}`, raw as Value);
}

/** Reads the content of a fixtures file; `file` stands in messages. */
export function readFixtures(file: string, raw: Value): Fixtures {
  const sections = section(file, "the file", raw);
  for (const name of Object.keys(sections)) {
    if (!(name in noFixtures())) {
      throw new UserError(`${file}: unknown section '${name}': use ${Object.keys(noFixtures()).join(", ")}`);
    }
  }
  const { invokes = {}, resources = {}, stackReferences = {}, tags = {}, config = {} } = sections;
  const result = noFixtures();
  for (const [token, value] of Object.entries(section(file, "invokes", invokes))) {
    result.invokes[token] = readAnswers(file, token, value);
  }
  for (const [type, value] of Object.entries(section(file, "resources", resources))) {
    result.resources[type] = section(file, `resources: ${type}`, value);
  }
  for (const [name, value] of Object.entries(section(file, "stackReferences", stackReferences))) {
    result.stackReferences[name] = section(file, `stackReferences: ${name}`, value);
  }
  for (const [name, value] of Object.entries(section(file, "tags", tags))) result.tags[name] = String(value);
  for (const [key, value] of Object.entries(section(file, "config", config))) {
    result.config[key] = typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  return result;
}

function section(file: string, name: string, value: Value): Properties {
  if (isMap(value)) return value;
  throw new UserError(`${file}: ${name} must be a map`);
}

// A map is the answer to every call; a list holds answers by arguments.
function readAnswers(file: string, token: string, value: Value): { args?: Properties; result: Properties }[] {
  if (!Array.isArray(value)) return [{ result: section(file, `invokes: ${token}`, value) }];
  return value.map((item, index) => {
    const name = `invokes: ${token}[${index}]`;
    const { args, result } = section(file, name, item);
    if (result === undefined) throw new UserError(`${file}: ${name} has no 'result'`);
    return {
      ...(args === undefined ? {} : { args: section(file, `${name}.args`, args) }),
      result: section(file, `${name}.result`, result),
    };
  });
}
