// The resources of a preview as the exporters read them, and what both formats put in place of a missing value.

import type { ResourceRecord } from "../protocol/messages.ts";
import { mapForPeople } from "../protocol/properties.ts";

/** One previewed resource: what `pulumi-offline-preview --json` prints of it. */
export interface Previewed {
  urn: string;
  type: string;
  name: string;
  /** False for a component of a provider plugin: what it is made of is not known, and cannot be exported. */
  custom: boolean;
  inputs: Record<string, unknown>;
  /** URNs that the resource depends on. */
  dependencies: string[];
  /** URNs that a property depends on, by property. */
  propertyDependencies: Record<string, string[]>;
}

/** A resource that a format has no words for. */
export interface Skipped {
  urn: string;
  type: string;
}

/** What stands where a value is not known before the cloud has made the resource. */
export const UNKNOWN = "[unknown]";

/** What stands where a value is secret. */
export const SECRET = "[secret]";

/**
 * The resources of a stack that a cloud would create, sorted by URN: no components, unless nobody knows what they are
 * made of, no providers, not the stack itself. The order in which a program registers them may change from
 * run to run.
 */
export function cloudResources(records: ResourceRecord[]): Previewed[] {
  return records
    .filter(({ custom, opaque, type }) => (custom || opaque) && !type.startsWith("pulumi:"))
    .map(({ urn, type, name, custom, inputs, dependencies, propertyDependencies }) => {
      return { urn, type, name, custom, inputs: mapForPeople(inputs), dependencies, propertyDependencies };
    })
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** True for a map, as opposed to a list, a text and the like. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The resource that an unknown value of a property most likely comes from: of those that the property depends on, the
 * one whose type has the most words in common with the name of the value. `position` counts the unknown values of a
 * list, which come from as many resources in the same order.
 */
export function originOf<T extends { type: string }>(candidates: T[], leaf: string, position: number): T | undefined {
  const fit = candidates.map((candidate) => ({ candidate, score: commonWords(leaf, candidate.type) }));
  const best = Math.max(...fit.map(({ score }) => score));
  const equal = fit.filter(({ score }) => score === best).map(({ candidate }) => candidate);
  return equal[Math.min(position, equal.length - 1)];
}

function commonWords(leaf: string, type: string): number {
  const words = new Set(wordsOf(type.slice(type.lastIndexOf(":") + 1)));
  return wordsOf(leaf).filter((word) => words.has(word)).length;
}

function wordsOf(name: string): string[] {
  return snake(name)
    .split("_")
    .map((word) => singular(word));
}

/** `kmsKeyId` -> `kms_key_id`. */
export function snake(camel: string): string {
  return camel
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** `rules` -> `rule`, `policies` -> `policy`; a word that is no plural stays. */
export function singular(word: string): string {
  if (/ies$/.test(word)) return word.replace(/ies$/, "y");
  if (/(ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
