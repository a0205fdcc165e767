// A log of the calls to policy packs, in the form of the engine's own (PULUMI_DEBUG_GRPC): one JSON document a line, with
// the requests as protobuf writes them in JSON, which leaves out what is empty.

import { appendFileSync, writeFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";
import { LEVELS } from "./levels.ts";
import type { Method } from "./pack-messages.ts";

/** Makes a function that writes calls to a file, which is emptied first; a UserError if it cannot be written. */
export function traceTo(file: string): (method: Method, request: object) => void {
  try {
    writeFileSync(file, "");
  } catch (error) {
    throw new UserError(`--trace: ${messageOf(error)}`);
  }
  return (method, request) => {
    const name = `/pulumirpc.Analyzer/${method.charAt(0).toUpperCase()}${method.slice(1)}`;
    appendFileSync(file, `${JSON.stringify({ method: name, request: withoutEmpty(request) })}\n`);
  };
}

// A field that holds values of the program: what is empty in it means something. The protocol's own maps are left out
// when they are empty, its messages are not.
const VALUES = "properties";
// The number of a level is written as its name.
const LEVEL = "enforcementLevel";
const MAPS = new Set(["config", "tags", "policyConfig", "propertyDependencies"]);

function withoutEmpty(message: object): object {
  return Object.fromEntries(
    Object.entries(message).flatMap(([key, value]) => {
      if (key === VALUES) return [[key, value]];
      if (key === LEVEL) return value === 0 ? [] : [[key, LEVELS[value]?.toUpperCase()]];
      if (MAPS.has(key)) return Object.keys(value).length === 0 ? [] : [[key, ofMap(value)]];
      const kept = isMessage(value) ? withoutEmpty(value) : Array.isArray(value) ? value.map(ofElement) : value;
      return isEmpty(kept) ? [] : [[key, kept]];
    }),
  );
}

function ofMap(map: object): object {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, ofElement(value)]));
}

function ofElement(value: unknown): unknown {
  return isMessage(value) ? withoutEmpty(value) : value;
}

function isMessage(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return value === "" || value === 0 || value === false || (Array.isArray(value) && value.length === 0);
}
