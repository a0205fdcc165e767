/** Deterministic physical names that keep within each service's limits. */
import { createHash } from "node:crypto";
import type { Workspace } from "./spec.ts";

/** What a service allows in a name. */
export interface NameLimits {
  /** Longest name, in characters. */
  max: number;
  /** What joins the parts: `-` by default, empty for services that allow letters and digits only. */
  separator?: "-" | "_" | "";
  /**
   * Whether names are shared with every other customer of the cloud (bucket, storage account, vault, registry names).
   * Such a name carries a hash of the target account and location, so that two accounts never collide.
   */
  global?: boolean;
}

const HASH_LENGTH = 8;

/**
 * The name of one of a workspace's resources: `<team>-<name>-<environment>-<part>…`.
 * A name that is too long is cut and ends in a hash of the whole, so that it stays unique and never changes.
 */
export function resourceName(workspace: Workspace, parts: string[], limits: NameLimits): string {
  const separator = limits.separator ?? "-";
  const words = [workspace.team, workspace.name, workspace.environment, ...parts];
  const clean = separator === "-" ? words : words.map((word) => word.replaceAll("-", separator));
  if (limits.global) clean.push(shortHash(targetOf(workspace)));
  return fit(clean.join(separator), limits.max, separator);
}

/** Cuts a name that is longer than `max` and ends it with a hash of the whole name. */
export function fit(name: string, max: number, separator = "-"): string {
  if (name.length <= max) return name;
  const head = name.slice(0, max - HASH_LENGTH - separator.length).replace(/[-_]+$/, "");
  return `${head}${separator}${shortHash(name)}`;
}

/**
 * Eight characters of a SHA-256 hash: not a secret, only a tie breaker. It begins with a letter, since some services
 * (Azure ML compute) refuse names that end in a hyphen and digits.
 */
export function shortHash(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  const letter = "abcdefghijklmnop"[Number.parseInt(hash[0] as string, 16)];
  return letter + hash.slice(1, HASH_LENGTH);
}

/** Account and location as one text. */
function targetOf({ account, cloud, location }: Workspace): string {
  const id = { aws: account.aws?.accountId, gcp: account.gcp?.projectId, azure: account.azure?.subscriptionId }[cloud];
  return `${cloud}/${id}/${location}`;
}
