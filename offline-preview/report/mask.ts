// Keeps secrets out of what is printed: a program may log the text of a secret, whole or in another writing.

/** Shorter texts are no secrets that could be told from the rest of a line. */
const SHORTEST = 4;

const MASK = "[secret]";

/** Makes a function that replaces secrets, and their JSON, URL, base64 and hexadecimal writings, in a text. */
export function masker(secrets: string[]): (text: string) => string {
  const writings = [...new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(writingsOf))];
  if (writings.length === 0) return (text) => text;
  // The longest first: one writing may be the beginning of another.
  writings.sort((a, b) => b.length - a.length);
  const pattern = new RegExp(writings.map(escaped).join("|"), "g");
  return (text) => text.replace(pattern, MASK);
}

function writingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString("base64").replace(/=+$/, "");
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), base64, bytes.toString("hex")];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
