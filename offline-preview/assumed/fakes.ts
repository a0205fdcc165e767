// Made-up text that is the same in every run and different for every seed.

import { createHash } from "node:crypto";

/** Hexadecimal digits, at most 64. */
export function hex(seed: string, length: number): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, length);
}

/** Decimal digits, at most 64. */
export function digits(seed: string, length: number): string {
  return [...hex(seed, length)].map((digit) => Number.parseInt(digit, 16) % 10).join("");
}

/** Upper-case letters and digits, as in the ids of IAM and Route 53; at most 64. */
export function capitals(seed: string, length: number): string {
  return hex(seed, length).toUpperCase();
}

/** A version 4 UUID whose zeros show that it is none of a cloud's. */
export function uuid(seed: string): string {
  return `00000000-0000-4000-8000-${hex(seed, 12)}`;
}

/** An address of 198.18.0.0/15, which is set aside for tests (RFC 2544). */
export function publicAddress(seed: string): string {
  return `198.18.${octets(seed)}`;
}

/** An address of 10.0.0.0/16. */
export function privateAddress(seed: string): string {
  return `10.0.${octets(seed)}`;
}

function octets(seed: string): string {
  const bytes = hex(seed, 4);
  return `${Number.parseInt(bytes.slice(0, 2), 16)}.${Number.parseInt(bytes.slice(2), 16)}`;
}

/** The moment at which every assumed resource was created. */
export const ASSUMED_TIME = "2000-01-01T00:00:00Z";

/** Words of a form that stand for made-up text: {hex17}, {digits21}, {capitals17}, {uuid}, {publicIp}, {privateIp}, {time}. */
export function fakeWord(word: string, seed: string): string | undefined {
  if (word === "uuid") return uuid(seed);
  if (word === "publicIp") return publicAddress(seed);
  if (word === "privateIp") return privateAddress(seed);
  if (word === "time") return ASSUMED_TIME;
  const [, kind, length] = /^(hex|digits|capitals)(\d+)$/.exec(word) ?? [];
  if (kind === "hex") return hex(seed, Number(length));
  if (kind === "digits") return digits(seed, Number(length));
  return kind === "capitals" ? capitals(seed, Number(length)) : undefined;
}
