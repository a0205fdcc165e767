/** The form of the tables that test the controls, one file for each topic in cases/. */
import type { TestResource } from "./server.ts";

/** What one control says: `undecided` when a value that decides is not known yet. */
export type Expected = "complies" | "violates" | "undecided" | "violates, rest undecided";

/** A resource by itself: what it shows, its properties, what the control must say, and parameters of the control. */
export type ResourceCase = [
  shows: string,
  properties: Record<string, unknown>,
  expected: Expected,
  parameters?: Record<string, unknown>,
];

/** A stack: what it shows, its resources, what the control must say about the first one, and parameters. */
export type StackCase = [
  shows: string,
  resources: TestResource[],
  expected: Expected,
  parameters?: Record<string, unknown>,
];

/** The cases of one control for one type. Left-out, unknown and wrong-typed properties are tried on all of them. */
export interface ControlCases {
  control: string;
  type: string;
  cases?: ResourceCase[];
  stackCases?: StackCase[];
}
