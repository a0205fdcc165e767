// What a preview means: pass, fail, or no answer at all.

import type { ResourceRecord } from "../protocol/messages.ts";
import type { NotEvaluated, PreviewResult, StackResult } from "./result.ts";

/** Exit code: every stack passes. */
export const PASS = 0;
/** Exit code: a mandatory violation, or a critical or high control that could not be decided. */
export const FAIL = 1;
/** Exit code: a program, a pack or the command line failed. */
export const ERROR = 2;

/** True if an undecided policy stops a stack: it is mandatory, and its severity is high or critical. */
export function blocks(undecided: NotEvaluated): boolean {
  const mandatory = undecided.level === "mandatory" || undecided.level === "remediate";
  return mandatory && (undecided.severity === "high" || undecided.severity === "critical");
}

/** Components of provider plugins: what they are made of is neither seen nor judged. */
export function opaqueComponents(stack: Pick<StackResult, "resources">): ResourceRecord[] {
  return stack.resources.filter((resource) => resource.opaque);
}

/** What a verdict depends on besides what was found. */
export interface VerdictOptions {
  /** Some policy pack judged the stack. Without one nothing is undecided. */
  judged: boolean;
  allowUndecided: boolean;
}

/** True if nothing stops the stack. A second pass adds its violations, and decides what the first one could not. */
export function passes(stack: Omit<StackResult, "ok">, { judged, allowUndecided }: VerdictOptions): boolean {
  if (stack.error !== undefined) return false;
  const diagnostics = [...stack.diagnostics, ...(stack.assumed?.diagnostics ?? [])];
  if (diagnostics.some((diagnostic) => diagnostic.level === "mandatory")) return false;
  if (!judged || allowUndecided) return true;
  return !(stack.assumed ?? stack).notEvaluated.some(blocks) && opaqueComponents(stack).length === 0;
}

/** The exit code of a whole preview; a failure to judge weighs more than a violation. */
export function exitCode(result: PreviewResult): number {
  if (result.stacks.some((stack) => stack.error !== undefined)) return ERROR;
  return result.stacks.every((stack) => stack.ok) ? PASS : FAIL;
}
