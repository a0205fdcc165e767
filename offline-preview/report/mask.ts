// Keeps secrets out of what is printed: a program may log the text of a secret, whole or in another writing.

/** Shorter texts are ordinary words and numbers rather than secrets, and would be hidden all over a report. */
export const SHORTEST_SECRET = 6;

/** Stands where the text of a secret was. */
export const MASK = "[secret]";

// A line of a secret of several lines, such as a private key, is hidden alone too: logs come line by line. Shorter ones
// are brackets and words.
const SHORTEST_LINE = 16;

/**
 * Replaces secrets in texts: as they are, and as JSON, URLs, base64 (also in the middle of a longer encoded text),
 * hexadecimal digits and Node.js's own quoting write them. It is no regular expression: a stack may have thousands of
 * secrets, and they come one by one.
 */
export class Mask {
  /** Writings by their first characters, the longest first: one may be the beginning of another. */
  private readonly writings = new Map<string, string[]>();
  /** For each pair of characters, folded to a small number: 1 if a writing may begin with it. */
  private readonly beginnings = new Uint8Array(4096);

  /** Takes a secret; one that is shorter than `SHORTEST_SECRET` is not hidden. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET) return;
    for (const writing of [secret, secret.trim(), ...linesOf(secret)].flatMap(writingsOf)) this.addWriting(writing);
  }

  /** The text with `MASK` in place of every secret. */
  apply(text: string): string {
    if (this.writings.size === 0) return text;
    let result = "";
    let done = 0;
    for (let at = 0; at <= text.length - SHORTEST_SECRET; at++) {
      const found = this.writingAt(text, at);
      if (found === undefined) continue;
      result += text.slice(done, at) + MASK;
      done = at + found.length;
      at = done - 1;
    }
    return done === 0 ? text : result + text.slice(done);
  }

  private addWriting(writing: string): void {
    if (writing.length < SHORTEST_SECRET) return;
    const beginning = writing.slice(0, SHORTEST_SECRET);
    const known = this.writings.get(beginning) ?? [];
    if (known.includes(writing)) return;
    this.writings.set(
      beginning,
      [...known, writing].sort((a, b) => b.length - a.length),
    );
    this.beginnings[foldedPair(writing, 0)] = 1;
  }

  private writingAt(text: string, at: number): string | undefined {
    if (this.beginnings[foldedPair(text, at)] === 0) return undefined;
    return this.writings.get(text.slice(at, at + SHORTEST_SECRET))?.find((writing) => text.startsWith(writing, at));
  }
}

function foldedPair(text: string, at: number): number {
  return (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) & 4095;
}

function linesOf(secret: string): string[] {
  const lines = secret.split("\n").map((line) => line.trim());
  return lines.length === 1 ? [] : lines.filter((line) => line.length >= SHORTEST_LINE);
}

function writingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = bytes.toString("hex");
  return [
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
