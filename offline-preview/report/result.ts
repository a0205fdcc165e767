// What a preview found, before it is printed.

import type { Level } from "../packs/levels.ts";
import type { Properties, ResourceRecord } from "../protocol/messages.ts";

export type Severity = "" | "low" | "medium" | "high" | "critical";

/** One policy of a pack, at the level that its configuration gives it. */
export interface PolicyInfo {
  name: string;
  displayName: string;
  description: string;
  type: "resource" | "stack" | "unknown";
  level: Level;
  severity: Severity;
  remedy: string;
  tags: string[];
  url: string;
}

/** A policy pack as a report names it. */
export interface PackInfo {
  name: string;
  version: string;
  /** Digest of the pack's files. */
  digest: string;
  /** Digest of its configuration file; null without one. */
  configDigest: string | null;
  policies: PolicyInfo[];
}

/** A policy found something. */
export interface Diagnostic {
  pack: string;
  policy: string;
  level: Level;
  severity: Severity;
  urn: string;
  message: string;
  remedy: string;
}

/** A policy could not be decided, because it read a value that is not known before the deployment. */
export interface NotEvaluated {
  pack: string;
  policy: string;
  level: Level;
  severity: Severity;
  urn: string;
  reason: string;
}

/** What a second pass found, in which everything that only the cloud sets had a well-formed fake value. */
export interface AssumedFindings {
  /** Findings that the first pass does not have. */
  diagnostics: Diagnostic[];
  /** What could not be decided even so. */
  notEvaluated: NotEvaluated[];
}

/** What happened to one stack. */
export interface StackResult {
  /** Name of its project. */
  project: string;
  stack: string;
  ok: boolean;
  /** The program, a pack or the stack's file failed. */
  error?: string;
  resources: ResourceRecord[];
  diagnostics: Diagnostic[];
  notEvaluated: NotEvaluated[];
  exempted: Diagnostic[];
  /** Only with --assume-created. */
  assumed?: AssumedFindings;
  outputs: Properties;
  durationMs: number;
}

/** What happened to a project. */
export interface PreviewResult {
  ok: boolean;
  /** `i/n` if only one part of the stacks was previewed. */
  shard?: string;
  packs: PackInfo[];
  stacks: StackResult[];
}
