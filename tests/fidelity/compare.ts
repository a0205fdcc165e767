// Compares the calls that the engine made to a policy pack with those of the offline preview.

import { isDeepStrictEqual } from "node:util";

/** One call to a policy pack. */
export interface Call {
  /** Name in the Analyzer service, such as "Analyze". */
  method: string;
  /** The request, as protobuf writes it in JSON: empty fields are left out. */
  request: Record<string, unknown>;
}

interface Described {
  urn: string;
  parent?: string;
  provider?: { urn: string };
  options?: { parent?: string };
  dependencies?: string[];
  propertyDependencies?: Record<string, { urns: string[] }>;
}

/** Every difference, one line each: the call, the field and both values. Empty if there is none. */
export function differencesBetween(engine: Call[], offline: Call[]): string[] {
  const [ours, theirs] = [byKey(offline), byKey(engine)];
  const result: string[] = [];
  for (const [key, call] of theirs) {
    const other = ours.get(key);
    if (other === undefined) result.push(`${key}: the engine alone`);
    else result.push(...valueDifferences(call, other).map((difference) => `${key}: ${difference}`));
  }
  for (const key of ours.keys()) if (!theirs.has(key)) result.push(`${key}: the offline preview alone`);
  return result;
}

/** Every breach of the order that the engine keeps. Empty if there is none. */
export function orderBreaches(calls: Call[]): string[] {
  const result: string[] = [];
  const methods = calls.map((call) => call.method);
  const start = ["Handshake", "ConfigureStack", "GetPluginInfo", "GetAnalyzerInfo", "Configure"];
  if (!isDeepStrictEqual(methods.slice(0, start.length), start)) result.push(`starts with ${methods.slice(0, 5)}`);
  const last = methods.lastIndexOf("Analyze");
  if (methods.includes("AnalyzeStack") && methods.indexOf("AnalyzeStack") < last)
    result.push("AnalyzeStack is not last");
  if (methods.at(-1) !== "Cancel") result.push(`ends with ${methods.at(-1)}`);
  const analyzed = placesOf(calls, "Analyze");
  for (const [urn, place] of placesOf(calls, "Remediate")) {
    if (place > (analyzed.get(urn) ?? Number.POSITIVE_INFINITY)) result.push(`${urn} is remediated after Analyze`);
  }
  for (const resource of describedResources(calls)) {
    for (const earlier of mustComeFirst(resource)) {
      if (!analyzed.has(earlier)) continue;
      if (analyzed.get(earlier)! > analyzed.get(resource.urn)!) result.push(`${resource.urn} comes before ${earlier}`);
    }
  }
  return result;
}

function placesOf(calls: Call[], method: string): Map<string, number> {
  return new Map(calls.flatMap((call, index) => (call.method === method ? [[String(call.request.urn), index]] : [])));
}

// What is known of the resources: from AnalyzeStack, which alone has the dependencies, or from each Analyze.
function describedResources(calls: Call[]): Described[] {
  const stack = calls.find((call) => call.method === "AnalyzeStack");
  if (stack !== undefined) return resourcesOf(stack.request);
  return calls.filter((call) => call.method === "Analyze").map((call) => call.request as unknown as Described);
}

function mustComeFirst(resource: Described): string[] {
  const byProperty = Object.values(resource.propertyDependencies ?? {}).flatMap((dependency) => dependency.urns);
  const first = [resource.options?.parent, resource.provider?.urn, ...(resource.dependencies ?? []), ...byProperty];
  return first.filter((urn): urn is string => urn !== undefined);
}

function resourcesOf(request: Record<string, unknown>): Described[] {
  return (request.resources ?? []) as Described[];
}

// Each call and each resource of AnalyzeStack gets a key that both sides share; a second call of one key is numbered.
function byKey(calls: Call[]): Map<string, unknown> {
  const result = new Map<string, unknown>();
  const add = (key: string, value: unknown) => {
    let unique = key;
    for (let number = 2; result.has(unique); number++) unique = `${key} (${number})`;
    result.set(unique, value);
  };
  for (const { method, request } of calls) {
    if (method === "AnalyzeStack") {
      add(method, { resources: undefined });
      for (const resource of resourcesOf(request)) add(`AnalyzeStack ${shortUrn(resource.urn)}`, sorted(resource));
    } else if (typeof request.urn === "string") {
      add(`${method} ${shortUrn(request.urn)}`, request);
    } else {
      add(method, request);
    }
  }
  return result;
}

// Dependencies are sets: the engine's order is that of its maps.
function sorted(resource: Described): Described {
  const { dependencies, propertyDependencies } = resource;
  const result = { ...resource };
  if (dependencies !== undefined) result.dependencies = [...dependencies].sort();
  if (propertyDependencies !== undefined) {
    const entries = Object.entries(propertyDependencies).map(([key, { urns }]) => [key, { urns: [...urns].sort() }]);
    result.propertyDependencies = Object.fromEntries(entries);
  }
  return result;
}

function shortUrn(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

function valueDifferences(engine: unknown, offline: unknown, path = ""): string[] {
  if (isDeepStrictEqual(engine, offline)) return [];
  if (!isObject(engine) || !isObject(offline)) {
    return [`${path}: engine ${text(engine)}, offline preview ${text(offline)}`];
  }
  const keys = new Set([...Object.keys(engine), ...Object.keys(offline)]);
  return [...keys].sort().flatMap((key) => {
    return valueDifferences(engine[key], offline[key], path === "" ? key : `${path}.${key}`);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
