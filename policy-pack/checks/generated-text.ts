/** Tells keys and tokens without a known form from words: by their length, their letters and how evenly these are spread. */

/** Shorter texts are too often names, longer ones data. */
const LENGTHS = { min: 32, max: 128 };

/** How often neighbours in a random text of letters and digits are of different kinds: about 6 times in 10; in words, 2 or 3. */
const MIN_SWITCHES = 0.45;

/** Bits per character. Random texts of 32 letters and digits have about 4.5. */
const MIN_ENTROPY = 4.2;

/** What looks generated and is public: UUIDs, digests, checksums of packages, public keys and certificates. */
const PUBLIC = [
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi,
  /\b[0-9a-f]{16,}\b/gi,
  /\bsha(?:256|384|512)-[A-Za-z0-9+/]+/g,
  /\bAAAA[A-Za-z0-9+/]{20,}/g,
  /-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----[^-]*-----END/g,
];

/** Whether a part of the text looks like a key or a token that a machine has made. */
export function holdsGeneratedText(text: string): boolean {
  if (text.length < LENGTHS.min) return false;
  const rest = PUBLIC.reduce((left, known) => left.replace(known, " "), text);
  return (rest.match(/[A-Za-z0-9+/_-]+/g) ?? []).some(isGenerated);
}

function isGenerated(run: string): boolean {
  if (run.length < LENGTHS.min || run.length > LENGTHS.max) return false;
  if (!/[a-z]/.test(run) || !/[A-Z]/.test(run) || !/[0-9]/.test(run)) return false;
  return switches(run) >= MIN_SWITCHES && entropy(run) >= MIN_ENTROPY && !isText(run);
}

/** The share of neighbours of different kinds: capital letter, small letter or digit. Separators have no neighbours. */
function switches(run: string): number {
  const kinds = [...run].map((char) =>
    /[a-z]/.test(char) ? "a" : /[A-Z]/.test(char) ? "A" : /\d/.test(char) ? "0" : "",
  );
  const pairs = kinds.slice(1).map((kind, index) => [kinds[index], kind]);
  const joined = pairs.filter(([left, right]) => left && right);
  return joined.filter(([left, right]) => left !== right).length / Math.max(joined.length, 1);
}

/** Shannon's entropy, in bits per character. */
function entropy(run: string): number {
  const counts = new Map<string, number>();
  for (const char of run) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / run.length) * Math.log2(count / run.length), 0);
}

/** A script or a setting in Base64; what it holds is judged by itself. */
function isText(run: string): boolean {
  return /^[\t\n\r\x20-\x7e]*$/.test(Buffer.from(run, "base64").toString("latin1"));
}
