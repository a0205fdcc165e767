// Keeps secrets out of what is printed: a program may log the text of a secret, whole or in another writing.

/** Shorter texts are ordinary words and numbers rather than secrets, and would be hidden all over a report. */
export const SHORTEST_SECRET = 6;

/** Stands where the text of a secret was. */
export const MASK = "[secret]";

// A line of a secret of several lines, such as a private key, is hidden alone too: logs come line by line. Shorter lines
// are brackets and words.
const SHORTEST_LINE = 16;

/**
 * Makes a function that replaces secrets in a text: as they are, and as JSON, URLs, base64 (also in the middle of a longer
 * encoded text), hexadecimal digits and Node.js's own quoting write them. Secrets shorter than `SHORTEST_SECRET` stay.
 */
export function masker(secrets: Iterable<string>): (text: string) => string {
  const long = [...secrets].filter((secret) => secret.length >= SHORTEST_SECRET);
  const writings = new Set(long.flatMap((secret) => [secret, ...linesOf(secret)]).flatMap(writingsOf));
  if (writings.size === 0) return (text) => text;
  // The longest first: one writing may be the beginning of another.
  const sorted = [...writings].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(sorted.map(escaped).join("|"), "g");
  return (text) => text.replace(pattern, MASK);
}

function linesOf(secret: string): string[] {
  const lines = secret.split("\n").map((line) => line.trim());
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE);
}

function writingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString("hex");
  const writings = [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('\\"', '"'),
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams({ "": secret }).toString().slice(1),
    hex,
    hex.toUpperCase(),
    ...base64Of(bytes),
  ];
  return writings.filter((writing) => writing.length >= SHORTEST_SECRET);
}

/** What does not change in base64, whatever stands before and after: three bytes become four characters. */
function base64Of(bytes: Buffer): string[] {
  const whole = bytes.toString("base64").replace(/=+$/, "");
  const parts = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [whole, ...parts].flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
