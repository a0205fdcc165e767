// Credentials that somebody wrote as plain text: nobody marked them secret, and a report must not spread them further.

// Each finds the credential alone. None begins with a repetition, which takes forever on a long text.
const KNOWN: RegExp[] = [
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[A-Za-z0-9+/=\s]{40,10000}-----END/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})/g,
  /\bhf_[A-Za-z0-9]{30,255}\b/g,
  /\bAIza[0-9A-Za-z_-]{35}/g,
  /\bxox[abprs]-[0-9A-Za-z-]{10,255}/g,
  /(?<=\bAccountKey=)[A-Za-z0-9+/]{80,100}={0,2}/g,
  /(?<=:\/\/[^\s:/@$]{1,100}:)[^\s/@${]{6,255}(?=@)/g,
  /(?<=(?:password|passwd|secret|token|api[_-]?key|access[_-]?key)["']?\s{0,3}[=:]\s{0,3}["']?)(?=[^\s\d]{0,255}\d)[A-Za-z0-9+/_=!@#%^&*-]{12,255}/gi,
];

const SENSITIVE_NAME = /password|passwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential/i;

/** Names of what is kept elsewhere: ARNs, paths, words joined by dashes. */
const REFERENCE = /^(?:arn:|projects\/|https?:|\/)|^[a-z]+\d{0,3}(?:[/_.-](?:[a-z]+\d{0,3}|\d{1,4}))*$/;

/** Longer texts are scripts and documents, of which the known forms are looked for alone. */
const LONGEST_PASSWORD = 200;

/**
 * The credentials in the text of a property. Known forms are found anywhere, in Base64 too; a text that looks generated
 * (letters and digits, no name of something) counts as one where the property's name says so.
 */
export function credentialsIn(name: string, text: string): string[] {
  const found = [text, decoded(text)].flatMap((one) => KNOWN.flatMap((pattern) => one.match(pattern) ?? []));
  return isGenerated(name, text) ? [...found, text] : found;
}

function isGenerated(name: string, text: string): boolean {
  if (!SENSITIVE_NAME.test(name) || text.length < 8 || text.length > LONGEST_PASSWORD) return false;
  return /\d/.test(text) && /[a-z]/i.test(text) && !/\s/.test(text) && !REFERENCE.test(text);
}

function decoded(text: string): string {
  // Asked the other way round: a repetition over megabytes exhausts the expression's stack.
  const isBase64 = text.length >= 16 && !/[^A-Za-z0-9+/=\s]/.test(text);
  return isBase64 ? Buffer.from(text, "base64").toString("utf8") : "";
}
