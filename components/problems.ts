import * as pulumi from "@pulumi/pulumi";

/** One thing that is wrong with the input: where it is and what to do about it. */
export interface Problem {
  /** Path of the field, as written in the stack file: `network.egress`, `notebooks[0].owner`. */
  path: string;
  /** What is wrong and how to fix it, in one sentence. */
  message: string;
}

/**
 * Thrown before any resource is registered, with every problem of the input at once.
 * The Pulumi runtime prints a RunError without a stack trace, so the reader sees only the list.
 */
export class InvalidInputError extends pulumi.RunError {
  /** Every problem found, in the order of the fields. */
  readonly problems: Problem[];

  constructor(subject: string, problems: Problem[]) {
    const lines = problems.map((problem) => `  - ${problem.path}: ${problem.message}`);
    super(`${subject} is not valid, nothing was created (${problems.length} to fix):\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

/** A problem when `name` was seen before, under the path that `seen` remembers. */
export function duplicate(seen: Map<string, string>, name: unknown, path: string): Problem[] {
  if (typeof name !== "string") return [];
  const first = seen.get(name);
  if (!first) seen.set(name, path);
  return first ? [{ path: `${path}.name`, message: `"${name}" is taken by ${first}; choose another name` }] : [];
}

/** A list of the raw input without its holes; empty when it is no list. */
export function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter((entry) => entry !== null && entry !== undefined) : [];
}
