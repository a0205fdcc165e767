/** Finds credentials that somebody wrote into a script or a setting. */
import { type Finding, judge, violation } from "../findings.ts";
import { type Path, read, textOf } from "../read.ts";
import { holdsGeneratedText } from "./generated-text.ts";

/**
 * What each pattern finds. The patterns are narrow: a false alarm on a critical control stops a team. They look a limited
 * way ahead only, so that no text takes long.
 */
const PATTERNS: [kind: string, pattern: RegExp][] = [
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{30,}\b/],
  ["a Google API key", /\bAIza[0-9A-Za-z_-]{35}/],
  ["a Slack token", /\bxox[abprs]-[0-9A-Za-z-]{10,}/],
  ["an Azure storage key", /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/],
  ["an Azure shared access key", /\bSharedAccessKey=[A-Za-z0-9+/]{40,}/],
  ["an Azure shared access signature", /[?&]sig=[A-Za-z0-9%+/]{40,}/],
  ["an Azure client secret", /[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34}/],
  ["a Google OAuth secret", /\bGOCSPX-[A-Za-z0-9_-]{28}/],
  ["a Google access token", /\bya29\.[A-Za-z0-9_-]{20,}/],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20,}/],
  ["an OpenAI or Anthropic key", /\bsk-(?:[A-Za-z0-9]{40,}|(?:proj|svcacct|ant-[a-z0-9]{2,8})-[A-Za-z0-9_-]{40,})/],
  ["a Databricks token", /\bdapi[0-9a-f]{32}\b/],
  ["a Docker Hub token", /\bdckr_pat_[A-Za-z0-9_-]{20,}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a PyPI token", /\bpypi-AgEI[A-Za-z0-9_-]{50,}/],
  ["a Vault token", /\bhv[sb]\.[A-Za-z0-9_-]{24,}/],
  ["a Stripe key", /\b[rs]k_live_[0-9A-Za-z]{20,}/],
  ["a SendGrid key", /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/],
  ["a signed web token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  ["a password in a URL", /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@$]+:[^\s/@${]{6,}@/i],
  // A quoted literal; not a variable, a template, or the name of a secret that is kept elsewhere.
  [
    "a password or token",
    /(?:password|passwd|secret|token|api[_-]?key|secret[_-]?access[_-]?key)["']?\s*[=:]\s*(["'])(?!arn:|projects\/|https?:)[^\s"'$<{]{8,}\1/i,
  ],
  // A shell assignment of something that looks generated; not a call or a variable.
  [
    "a password or token",
    /(?:password|passwd|secret|token|api[_-]?key|secret[_-]?access[_-]?key)=(?=[^\s\d]{0,255}\d)[A-Za-z0-9+/_=!@#%^&*-]{12,256}(?=\s|$)/i,
  ],
];

/** Names of secrets that are kept elsewhere: ARNs, resource names, paths, words. Generated texts mix letters and digits. */
const REFERENCE = /^(?:arn:|projects\/|\/?[a-z]+\d{0,3}(?:[/_.-](?:[a-z]+\d{0,3}|\d{1,4}))*$)/;

/** Neither lists of variables nor whole pipelines nest deeper. */
const MAX_DEPTH = 30;

/** Says what kind of credential stands in a text, without repeating it. */
export function findSecret(text: string): string | undefined {
  const known = PATTERNS.find(([, pattern]) => pattern.test(text))?.[0];
  return known ?? (holdsGeneratedText(text) ? "a text that looks like a generated key" : undefined);
}

/** The text at the path, plain or in Base64, must hold no credential. */
export function mustHoldNoSecret(props: object, path: Path): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) => {
    if (typeof value !== "string") return [];
    const kind = findSecret(value) ?? findSecret(Buffer.from(value, "base64").toString("utf8"));
    return kind ? [violation(`${at} holds ${kind}`)] : [];
  });
}

/**
 * No text under the path may hold a credential: the values of an environment, as a map or as a list of names and values,
 * the words of a command, or a whole document. A value counts as a password when its name says so.
 */
export function mustHoldNoSecrets(props: object, path: Path): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) => secretsIn(value, at, ""));
}

/**
 * The same for a whole document, such as a pipeline. Parts of it that are not known yet, such as the id of a machine, are
 * left for the update: a literal credential is known from the start.
 */
export function noSecretsInDocument(props: object, path: Path): Finding[] {
  const reading = read(props, path);
  if (reading.state === "unknown") return [{ kind: "undecided", path: reading.path, cause: reading.cause }];
  return mustHoldNoSecrets(props, path).filter(({ kind }) => kind === "violation");
}

function secretsIn(value: unknown, at: string, name: string, depth = 0): Finding[] {
  if (typeof value === "string") {
    const kind = findSecret(value) ?? (REFERENCE.test(value) ? undefined : findSecret(`${name}=${value}`));
    return kind ? [violation(`${at} holds ${kind}`)] : [];
  }
  if (typeof value !== "object" || value === null || depth === MAX_DEPTH) return [];
  return Object.keys(value).flatMap((key) => {
    const reading = { ...read(value, [key]), path: `${at}.${key}` };
    const label = key === "value" ? nameBeside(value, name) : key;
    return judge(reading, "", { absent: "complies" }, (inner, path) => secretsIn(inner, path, label, depth + 1));
  });
}

/** Lists of variables hold the name beside the value; maps have it as the key. */
function nameBeside(variable: object, otherwise: string): string {
  const names = ["name", "key"].map((key) => read(variable, [key]));
  const name = names.find((one) => one.state === "known" && typeof one.value === "string");
  return name?.state === "known" ? textOf(name.value) : otherwise;
}
