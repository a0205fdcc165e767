/** Settings of a resource that are resources of their own: a bucket's policy, a repository's clean-up rules. */
import type { StackResource, StackView } from "../control.ts";
import { type Finding, violation } from "../findings.ts";
import { read } from "../read.ts";
import { madeFrom, refersTo } from "../stack-view.ts";

/** What a companion is, and how it names the resource that it belongs to. */
export interface Companion {
  types: string[];
  /** Property of the companion that names the other resource. */
  path: string;
  /** Outputs of the other resource that the property can hold. */
  keys: string[];
}

/** The resource must have a companion that keeps the rule. `missing` says what is wrong when it has none at all. */
export function mustHaveCompanion(
  resource: StackResource,
  stack: StackView,
  { types, path, keys }: Companion,
  missing: string,
  rule: (companion: StackResource) => Finding[] = () => [],
): Finding[] {
  const findings: Finding[] = [];
  for (const companion of stack.ofType(...types)) {
    const reference = refersTo(companion, path, resource, keys);
    if (reference === "no") continue;
    const found = reference === "yes" ? rule(companion) : [undecided(reference)];
    if (found.length === 0) return [];
    findings.push(...found.map((finding) => inside(companion, finding)));
  }
  // Whichever is not known yet may be the one that keeps the rule.
  const open = findings.filter((finding) => finding.kind === "undecided");
  if (open.length > 0) return open;
  return findings.length > 0 ? findings : [violation(missing)];
}

/**
 * A setting that the resource itself can hold, or else a companion of it. Checks of a stack see outputs: a setting that
 * the program leaves out is there too, unknown in a preview and as the cloud has chosen it afterwards.
 */
export function eitherPlace(
  resource: StackResource,
  property: string,
  rule: (props: object) => Finding[],
  companion: Finding[],
): Finding[] {
  if (companion.length === 0 || !isGiven(resource, property)) return companion;
  const inside = rule(resource.props);
  if (inside.length === 0) return [];
  return inside.some((finding) => finding.kind === "undecided") ? inside : companion;
}

/** Whether the program, not the cloud, sets a property that the cloud would otherwise choose. */
export function isGiven(resource: StackResource, property: string): boolean {
  const { state } = read(resource.props, property);
  return state === "unknown" ? madeFrom(resource, property).length > 0 : state !== "absent";
}

function inside(companion: StackResource, finding: Finding): Finding {
  return finding.kind === "violation" ? violation(`${companion.name}: ${finding.message}`) : finding;
}

function undecided({ path, cause }: { path: string; cause: unknown }): Finding {
  return { kind: "undecided", path, cause };
}
