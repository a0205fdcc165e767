/** The findings that are explained, and whether each explanation still has a finding. */
import { readFileSync } from "node:fs";
import type { Finding } from "./checkov.ts";

/** Why a rule's findings are right as they are. */
export interface Explanation {
  /** Checkov's id of the rule. */
  rule: string;
  /** Terraform type of the resources. */
  type: string;
  /** Labels of the resources, `<stack>_<name>`; `*` stands for any characters. */
  resources: string[];
  /** What the rule wants, in a few words. */
  wants: string;
  reason: string;
}

/** Path of the explanations from the repository's root. */
export const EXPLAINED = "tests/scanners/explained.json";

/** The explanations. */
export function explanations(): Explanation[] {
  return JSON.parse(readFileSync(EXPLAINED, "utf8")) as Explanation[];
}

/** Findings without an explanation, and explanations that explain nothing any more, one sentence each. */
export function compare(findings: Finding[], explained: Explanation[]): string[] {
  const open = findings.filter((finding) => !explained.some((entry) => explains(entry, finding)));
  const stale = explained.flatMap((entry) =>
    entry.resources
      .filter((pattern) => !findings.some((finding) => explains({ ...entry, resources: [pattern] }, finding)))
      .map((pattern) => `${entry.rule} ${entry.type} ${pattern} is explained in ${EXPLAINED}, but nothing is found`),
  );
  return [...open.map(({ rule, type, resource, title }) => `${rule} ${type}.${resource}: ${title}`), ...stale];
}

/** Whether an explanation is about a finding. */
export function explains({ rule, type, resources }: Explanation, finding: Finding): boolean {
  return (
    rule === finding.rule && type === finding.type && resources.some((pattern) => matches(pattern, finding.resource))
  );
}

function matches(pattern: string, label: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`).test(label);
}
