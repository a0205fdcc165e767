// Configuration of one stack: its file merged with the defaults in Pulumi.yaml, as text, the way the engine hands it to
// the program. Follows sdk/go/common/resource/config (object.go, value.go) and pkg/workspace/config.go.

import { existsSync, readFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";
import { UNKNOWN } from "../protocol/properties.ts";
import { belongsToProject, hasType, type Project, stackFile, stackNames, typeName } from "./project.ts";
import { parseYaml } from "./yaml.ts";

/** What the program and the packs get as configuration. */
export interface StackConfig {
  /** `namespace:name` -> text; lists and maps are JSON. */
  values: Record<string, string>;
  /** Keys with an encrypted value, or with one somewhere inside. */
  secretKeys: string[];
  /** Secret keys whose plain text is not known: their text holds the unknown sentinel. */
  encryptedKeys: string[];
  warnings: string[];
}

/** One value on its way to text. */
interface Entry {
  text: string;
  /** The value itself; undefined if it is encrypted. */
  value: unknown;
  secret: boolean;
  unknown: boolean;
}

/** Reads a stack's file and applies the project's defaults. `plain` gives the text of encrypted values, by key. */
export function loadStackConfig(project: Project, stack: string, plain: Record<string, string> = {}): StackConfig {
  const file = stackFile(project, stack);
  const raw = readStackFile(project, stack, file);
  const entries = new Map<string, Entry>();
  for (const [key, value] of Object.entries(raw.config)) {
    const full = fullKey(project.name, key, file);
    entries.set(full, withPlainText(toEntry(value), plain[full]));
  }
  applyDeclarations(project, stack, entries);
  const keys = [...entries.keys()].sort();
  return {
    values: Object.fromEntries(keys.map((key) => [key, entries.get(key)?.text ?? ""])),
    secretKeys: keys.filter((key) => entries.get(key)?.secret),
    encryptedKeys: keys.filter((key) => entries.get(key)?.unknown),
    warnings: raw.warnings,
  };
}

function readStackFile(
  project: Project,
  stack: string,
  file: string,
): { config: Record<string, unknown>; warnings: string[] } {
  if (!existsSync(file)) {
    const known = stackNames(project);
    // The engine takes a stack without a file for one without configuration; among other files it is a misspelt name.
    if (known.length === 0) return { config: {}, warnings: [] };
    throw new UserError(`there is no stack '${stack}': ${file} does not exist; the project has ${known.join(", ")}`);
  }
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
  if (raw === null || raw === undefined) return { config: {}, warnings: [] };
  if (typeof raw !== "object" || Array.isArray(raw)) throw new UserError(`${file}: expected a map with a 'config' key`);
  const { config, environment } = raw as Record<string, unknown>;
  if (config !== undefined && config !== null && (typeof config !== "object" || Array.isArray(config))) {
    throw new UserError(`${file}: 'config' must be a map of configuration keys`);
  }
  const warnings =
    environment === undefined ? [] : [`${file}: 'environment' (Pulumi ESC) is not read in an offline preview`];
  return { config: (config ?? {}) as Record<string, unknown>, warnings };
}

/** `name` -> `project:name`; `ns:config:name` -> `ns:name`. */
function fullKey(project: string, key: string, file: string): string {
  if (!key.includes(":")) return `${project}:${key}`;
  const parts = key.split(":");
  if (parts.length === 2) return key;
  if (parts.length === 3 && parts[1] === "config") return `${parts[0]}:${parts[2]}`;
  throw new UserError(
    `${file}: could not parse ${key} as a configuration key (it should be of the form <namespace>:<name>)`,
  );
}

function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "secure" && typeof (value as { secure: unknown }).secure === "string";
}

function containsEncrypted(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  if (Array.isArray(value)) return value.some(containsEncrypted);
  return typeof value === "object" && value !== null && Object.values(value).some(containsEncrypted);
}

// The engine writes maps with sorted keys: a program that iterates over one sees that order.
function toJson(value: unknown): unknown {
  if (isEncrypted(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, toJson(map[key])]),
  );
}

function toEntry(value: unknown): Entry {
  if (isEncrypted(value)) return { text: UNKNOWN, value: undefined, secret: true, unknown: true };
  const secret = containsEncrypted(value);
  const json = toJson(value);
  const text =
    json === null || json === undefined ? "" : typeof json === "object" ? JSON.stringify(json) : String(json);
  return { text, value: json ?? "", secret, unknown: secret };
}

function withPlainText(entry: Entry, plain: string | undefined): Entry {
  return entry.unknown && plain !== undefined ? { text: plain, value: undefined, secret: true, unknown: false } : entry;
}

function applyDeclarations(project: Project, stack: string, entries: Map<string, Entry>): void {
  const missing: string[] = [];
  for (const key of Object.keys(project.config).sort()) {
    const declaration = project.config[key]!;
    const full = fullKey(project.name, key, project.file);
    const given = declaration.value ?? declaration.default;
    if (entries.has(full)) continue;
    if (given !== undefined) entries.set(full, toEntry(given));
    else if (belongsToProject(project.name, key)) missing.push(key);
  }
  if (missing.length > 0) {
    const values = missing.length === 1 ? "value" : "values";
    throw new UserError(
      `stack '${stack}' is missing configuration ${values} ${missing.map((key) => `'${key}'`).join(", ")}`,
    );
  }
  checkTypes(project, stack, entries);
}

function checkTypes(project: Project, stack: string, entries: Map<string, Entry>): void {
  for (const [key, declaration] of Object.entries(project.config)) {
    if (declaration.type === undefined) continue;
    const entry = entries.get(fullKey(project.name, key, project.file))!;
    if (declaration.secret && !entry.secret) {
      throw new UserError(`stack '${stack}' with configuration key '${key}' must be encrypted as it's secret`);
    }
    // What is encrypted cannot be checked here; the engine will.
    if (entry.value === undefined) continue;
    const value = typeof entry.value === "object" ? entry.value : entry.text;
    if (!hasType(declaration, value)) {
      throw new UserError(
        `stack '${stack}' with configuration key '${key}' must be of type '${typeName(declaration)}'`,
      );
    }
  }
}
