// Configuration of policy packs: reading the file and merging it with the pack's defaults, by the engine's rules
// (pkg/resource/analyzer/config.go).

import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { messageOf, UserError } from "../errors.ts";
import type { Properties } from "../protocol/messages.ts";
import { LEVELS, type Level } from "./levels.ts";

/** Configuration of one policy; "all" as a policy's name sets the level of every policy. */
export interface PolicyConfig {
  enforcementLevel?: Level;
  properties: Properties;
}

export type PackConfig = Record<string, PolicyConfig>;

/** The part of a policy's description that its configuration depends on. */
export interface ConfigurablePolicy {
  name: string;
  level: Level;
  configSchema?: { properties: Record<string, Properties>; required: string[] };
}

function isLevel(value: unknown): value is Level {
  return LEVELS.includes(value as Level);
}

/** Reads a configuration file: JSON, policy name -> level or `{enforcementLevel, …properties}`. */
export function readPackConfig(file: string): PackConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`--policy-pack-config: ${messageOf(error)}`);
  }
  if (text.trim() === "") return {};
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new UserError(`--policy-pack-config ${file}: ${messageOf(error)}`);
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new UserError(`--policy-pack-config ${file}: expected a map of policy names`);
  }
  const { environments, ...policies } = raw as Record<string, unknown>;
  if (environments !== undefined) {
    throw new UserError(`--policy-pack-config ${file}: "environments" (Pulumi ESC) cannot be resolved offline`);
  }
  const result: PackConfig = {};
  for (const [name, value] of Object.entries(policies)) result[name] = readPolicyConfig(file, name, value);
  return result;
}

function readPolicyConfig(file: string, name: string, value: unknown): PolicyConfig {
  const badLevel = (level: unknown) =>
    new UserError(`--policy-pack-config ${file}: ${name}: ${JSON.stringify(level)} is not one of ${LEVELS.join(", ")}`);
  if (typeof value === "string") {
    if (!isLevel(value)) throw badLevel(value);
    return { enforcementLevel: value, properties: {} };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`--policy-pack-config ${file}: ${name}: must be a level or a map`);
  }
  const { enforcementLevel, ...properties } = value as Properties;
  if (enforcementLevel === undefined) return { properties };
  if (!isLevel(enforcementLevel)) throw badLevel(enforcementLevel);
  return { enforcementLevel, properties };
}

/** Defaults of the schema and the pack, then the pack's initial configuration, then the file. */
export function reconcile(policies: ConfigurablePolicy[], initial: PackConfig, given: PackConfig): PackConfig {
  const result: PackConfig = {};
  for (const policy of policies) {
    const properties: Properties = {};
    for (const [key, schema] of Object.entries(policy.configSchema?.properties ?? {})) {
      if (schema.default !== undefined) properties[key] = schema.default;
    }
    result[policy.name] = { enforcementLevel: policy.level, properties };
  }
  for (const config of [initial, given]) applyConfig(result, config);
  return result;
}

function applyConfig(result: PackConfig, config: PackConfig): void {
  const all = config.all?.enforcementLevel;
  if (all !== undefined) for (const policy of Object.values(result)) policy.enforcementLevel = all;
  for (const [name, given] of Object.entries(config)) {
    const before = result[name] ?? { properties: {} };
    const level = given.enforcementLevel ?? before.enforcementLevel;
    result[name] = {
      ...(level === undefined ? {} : { enforcementLevel: level }),
      properties: { ...before.properties, ...given.properties },
    };
  }
}

/** Mistakes in a pack's configuration, by its policies' schemas. */
export function configProblems(policies: ConfigurablePolicy[], config: PackConfig): string[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const problems: string[] = [];
  for (const { name, configSchema } of policies) {
    if (configSchema === undefined) continue;
    const { properties, required } = configSchema;
    const validate = ajv.compile({ type: "object", properties, required });
    if (validate(config[name]?.properties ?? {})) continue;
    for (const error of validate.errors ?? []) {
      const path = error.instancePath.slice(1).replaceAll("/", ".");
      problems.push(`${name}: ${path === "" ? "" : `${path} `}${error.message ?? "is invalid"}`);
    }
  }
  return problems;
}

/** Names in a configuration file that are no policy of the pack, or no property that the policy declares. */
export function unknownNames(policies: ConfigurablePolicy[], given: PackConfig): string[] {
  const declared = new Map(policies.map(({ name, configSchema }) => [name, configSchema?.properties ?? {}]));
  return Object.entries(given).flatMap(([name, { properties }]) => {
    const known = declared.get(name);
    if (known === undefined) return name === "all" ? [] : [`policy '${name}'`];
    const unknown = Object.keys(properties).filter((property) => !Object.hasOwn(known, property));
    return unknown.map((property) => `property '${property}' in policy '${name}'`);
  });
}
