/** What a check can say, and the small rules that checks are made of. A check without findings means: it complies. */
import { describe, elementPaths, isEmpty, type Path, type Reading, read, showPath } from "./read.ts";

/** The resource breaks the control. */
export interface Violation {
  kind: "violation";
  /** The property, what it is and what it must be: `rootAccess is "Enabled"; it must be "Disabled"`. */
  message: string;
}

/** A value that decides is not known yet. The same policy decides at update, before the resource is created. */
export interface Undecided {
  kind: "undecided";
  path: string;
  /** The server's own error about the unknown value. */
  cause: unknown;
}

/** One result of a check. */
export type Finding = Violation | Undecided;

/** A plain value that a property is compared with. */
export type Scalar = string | number | boolean;

/** What the cloud does when the property is left out: something that breaks the control, or something that keeps it. */
export type WhenAbsent = "violates" | "complies";

/** Options of the rules. */
export interface RuleOptions {
  /** Verdict when the property is left out; the cloud's own default decides which. */
  absent: WhenAbsent;
}

/** A violation with a message of its own. */
export function violation(message: string): Violation {
  return { kind: "violation", message };
}

/** The property must have this value. */
export function mustEqual(props: object, path: Path, expected: Scalar, options: RuleOptions): Finding[] {
  return mustBeOneOf(props, path, [expected], options);
}

/** The property must have one of these values. */
export function mustBeOneOf(props: object, path: Path, allowed: readonly Scalar[], options: RuleOptions): Finding[] {
  const must = allowed.length === 1 ? showValue(allowed[0]) : `one of ${allowed.map(showValue).join(", ")}`;
  return judge(read(props, path), `set it to ${must}`, options, (value, at) =>
    allowed.some((one) => same(value, one)) ? [] : [violation(`${at} is ${showValue(value)}; it must be ${must}`)],
  );
}

/** The property must not have this value. What is left out complies. */
export function mustNotEqual(props: object, path: Path, forbidden: Scalar): Finding[] {
  return mustNotBeOneOf(props, path, [forbidden]);
}

/** The property must have none of these values. What is left out complies. */
export function mustNotBeOneOf(props: object, path: Path, forbidden: readonly Scalar[]): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) => {
    if (typeof value === "object") return [violation(`${at} is ${describe(value)}; a plain value is expected`)];
    return forbidden.some((one) => same(value, one)) ? [violation(`${at} must not be ${showValue(value)}`)] : [];
  });
}

/** The property must hold text, a list or an object that is not empty. A value that is not known yet counts as set. */
export function mustBeSet(props: object, path: Path, kind: "text" | "list" | "object" = "text"): Finding[] {
  const reading = read(props, path);
  if (reading.state === "unknown") return [];
  return judge(reading, "set it", { absent: "violates" }, (value, at) => {
    if (kindOf(value) !== kind) return [violation(`${at} is ${describe(value)}; it must be ${KIND_NAMES[kind]}`)];
    return isEmpty(value) ? [violation(`${at} is empty; set it`)] : [];
  });
}

/** The property must be left out, or empty. */
export function mustBeAbsent(props: object, path: Path): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (value, at) =>
    isEmpty(value) ? [] : [violation(`${at} is set; leave it out`)],
  );
}

/** The property must be a number from `min` to `max`. */
export function mustBeBetween(
  props: object,
  path: Path,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: { min?: number; max?: number },
  options: RuleOptions,
): Finding[] {
  const range = [Number.isFinite(min) && `at least ${min}`, Number.isFinite(max) && `at most ${max}`]
    .filter(Boolean)
    .join(" and ");
  return judge(read(props, path), `set it to ${range}`, options, (value, at) => {
    const amount = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    const complies = typeof amount === "number" && amount >= min && amount <= max;
    return complies ? [] : [violation(`${at} is ${showValue(value)}; it must be ${range}`)];
  });
}

/** Applies a rule to each element of a list, by the element's path. What is not a list is a violation. */
export function each(props: object, path: string, rule: (elementPath: string) => Finding[]): Finding[] {
  const paths = elementPaths(props, path);
  if (Array.isArray(paths)) return paths.flatMap(rule);
  return judge(paths, "", { absent: "complies" }, () => []);
}

/** The list must hold this value. */
export function mustContain(props: object, path: string, expected: Scalar, options: RuleOptions): Finding[] {
  const paths = elementPaths(props, path);
  if (!Array.isArray(paths)) return judge(paths, "", options, () => []);
  if (paths.length === 0 && options.absent === "complies") return [];
  const elements = paths.map((element) => read(props, element));
  if (elements.some((element) => element.state === "known" && same(element.value, expected))) return [];
  const open = elements.find((element) => element.state === "unknown");
  return open ? judge(open, "", options, () => []) : [violation(`${path} must hold ${showValue(expected)}`)];
}

/** Complies when one alternative does. Undecided when none does yet, but one still may. */
export function anyOf(...alternatives: Finding[][]): Finding[] {
  if (alternatives.some((findings) => findings.length === 0)) return [];
  const open = alternatives.find((findings) => findings.every((finding) => finding.kind === "undecided"));
  if (open) return open;
  const messages = alternatives.flat().flatMap((finding) => (finding.kind === "violation" ? [finding.message] : []));
  return [violation(messages.join(", or "))];
}

/** Lets a rule's findings stand unless the exception complies; as long as that is not known, they are undecided. */
export function unless(exception: Finding[], findings: Finding[]): Finding[] {
  if (exception.length === 0 || findings.length === 0) return [];
  return exception.every((finding) => finding.kind === "undecided") ? exception : findings;
}

/** Turns a reading into findings: `decide` speaks about a known value, `fix` says what to do about an absent one. */
export function judge(
  reading: Reading,
  fix: string,
  options: RuleOptions,
  decide: (value: unknown, path: string) => Finding[],
): Finding[] {
  switch (reading.state) {
    case "known":
      return decide(reading.value, reading.path);
    case "unknown":
      return [{ kind: "undecided", path: reading.path, cause: reading.cause }];
    case "absent":
      return options.absent === "complies" ? [] : [violation(`${showPath(reading.path)} is not set; ${fix}`)];
    case "malformed":
      return [violation(reading.problem)];
  }
}

/** Compares as the providers do: `"true"` is true, and the clouds take the names of options in any case. */
export function same(value: unknown, expected: Scalar): boolean {
  if (typeof value === "object") return false;
  return String(value).toLowerCase() === String(expected).toLowerCase();
}

const KIND_NAMES = { text: "text", list: "a list", object: "an object" };

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? "text" : typeof value;
}

/** Short plain values are shown; anything longer may hold what nobody should read in a log. */
function showValue(value: unknown): string {
  if (typeof value === "string") return value.length <= 80 ? JSON.stringify(value) : "a long text";
  return typeof value === "object" ? describe(value) : String(value);
}
