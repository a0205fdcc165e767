/**
 * The only way in which controls look at a resource's properties.
 *
 * The policy server hands out properties behind a proxy that throws as soon as an unknown value is touched, and then
 * drops the rest of the policy. Reading through here keeps control: what is unknown is an answer like any other.
 */

/** A value that is there. Objects and lists are still guarded: read them through `read` too. */
export interface Known {
  state: "known";
  path: string;
  value: unknown;
}

/** A value that the cloud will give only when the resource, or one that it refers to, is created. */
export interface Unknown {
  state: "unknown";
  path: string;
  /** The server's own error. A policy that cannot decide throws it, so that the server reports it in the usual way. */
  cause: unknown;
}

/** A property that is left out, or null. The cloud's default applies. */
export interface Absent {
  state: "absent";
  path: string;
}

/** The way to the property leads through something that holds no properties, such as text. */
export interface Malformed {
  state: "malformed";
  path: string;
  /** What is wrong and where, as a sentence without its full stop. */
  problem: string;
}

/** What stands at a path. */
export type Reading = Known | Unknown | Absent | Malformed;

/** `gceSetup.dataDisks[0].kmsKey`, or the list of keys when a key itself holds a dot or a bracket. */
export type Path = string | readonly string[];

/** The server makes an error, with its stack, at every touch of an unknown value; relations touch the same ones often. */
const unknowns = new WeakMap<object, Map<Path, Unknown>>();

/** Reads one property. Never throws, whatever `props` holds. */
export function read(props: object, path: Path): Reading {
  const met = unknowns.get(props)?.get(path);
  if (met) return met;
  const shown = showPath(path);
  let value: unknown = props;
  let walked = "";
  for (const key of keysOfPath(path)) {
    if (!isContainer(value)) {
      return { state: "malformed", path: shown, problem: `${walked} is ${describe(value)}, so it holds no ${key}` };
    }
    // Unlike a plain access, the question whether the key exists is safe on an unknown value.
    if (!Object.hasOwn(value, key)) return { state: "absent", path: shown };
    const container = value;
    try {
      value = (container as Record<string, unknown>)[key];
    } catch (cause) {
      return remember(props, path, { state: "unknown", path: shown, cause });
    }
    if (value === null || value === undefined) return { state: "absent", path: shown };
    walked = Array.isArray(container) ? `${walked}[${key}]` : walked ? `${walked}.${key}` : key;
  }
  return { state: "known", path: shown, value };
}

function remember(props: object, path: Path, reading: Unknown): Unknown {
  const met = unknowns.get(props);
  if (met) met.set(path, reading);
  else unknowns.set(props, new Map([[path, reading]]));
  return reading;
}

/** Reads a property that holds JSON, either as text or as an object. Text that is not JSON is malformed. */
export function readJson(props: object, path: Path): Reading {
  const reading = read(props, path);
  if (reading.state !== "known" || typeof reading.value !== "string") return reading;
  try {
    const value: unknown = JSON.parse(reading.value);
    return value === null ? { state: "absent", path: reading.path } : { ...reading, value };
  } catch {
    return { state: "malformed", path: reading.path, problem: `${reading.path} is not valid JSON` };
  }
}

/**
 * The paths of a list's elements (`disks[0]`, `disks[1]`), to be read one by one. A list that is absent has none.
 * A list that is unknown, or something else than a list, comes back as it was read.
 */
export function elementPaths(props: object, path: string): string[] | Unknown | Malformed {
  const reading = read(props, path);
  if (reading.state === "absent") return [];
  if (reading.state !== "known") return reading;
  if (!Array.isArray(reading.value)) {
    return { state: "malformed", path, problem: `${path} is ${describe(reading.value)}; it must be a list` };
  }
  return Array.from({ length: reading.value.length }, (_, index) => `${path}[${index}]`);
}

/** The keys of a map, such as tags. A map that is absent has none. */
export function mapKeys(props: object, path: Path): string[] | Unknown | Malformed {
  const reading = read(props, path);
  if (reading.state === "absent") return [];
  if (reading.state !== "known") return reading;
  if (!isContainer(reading.value) || Array.isArray(reading.value)) {
    const problem = `${reading.path} is ${describe(reading.value)}; it must be an object`;
    return { state: "malformed", path: reading.path, problem };
  }
  return Object.keys(reading.value);
}

/** Whether a value holds nothing: blank text, an empty list or an empty object. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  return isContainer(value) && Object.keys(value).length === 0;
}

/** Text of a plain value; "" for lists and objects, whose own `toString` is whatever a program put there. */
export function textOf(value: unknown): string {
  return typeof value === "object" ? "" : String(value);
}

/** Names the kind of a value for messages. */
export function describe(value: unknown): string {
  if (typeof value === "string") return "text";
  if (Array.isArray(value)) return "a list";
  return isContainer(value) ? "an object" : `a ${typeof value}`;
}

/** The path as it is written in messages. */
export function showPath(path: Path): string {
  return typeof path === "string" ? path : path.join(".");
}

function keysOfPath(path: Path): readonly string[] {
  if (typeof path !== "string") return path;
  return /^[^.[\]]+$/.test(path) ? [path] : (path.match(/[^.[\]]+/g) ?? []);
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
