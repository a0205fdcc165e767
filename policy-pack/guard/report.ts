/** What the guard says of a resource, without the resource's secrets. */
import type { Registration, Report } from "./judge.ts";

/** Texts shorter than this are words that a message may hold anyway. */
const SHORTEST_SECRET = 4;

/** One report as a text for the log. */
export function describe({ policy, level, message }: Report, { type, name }: Registration, secrets: string[]): string {
  return `[${level}] ${policy} (${type}: ${name})\n${hide(secrets, message)}`;
}

function hide(secrets: string[], message: string): string {
  const long = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  // Messages show texts in quotes, where some characters are written otherwise.
  const forms = long.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  // One may be part of another.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((text, secret) => text.replaceAll(secret, "[secret]"), message);
}
