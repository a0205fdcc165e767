/** Yes, no, or not known yet: what a condition over several properties comes to when some of them are unknown. */
import { type Finding, violation } from "../findings.ts";
import { elementPaths, type Path, type Reading, read, textOf, type Unknown } from "../read.ts";

/** Whether something holds. If that is not known yet: the reading that will decide it. */
export type Answer = boolean | Unknown;

/** Whether all of them hold. One that does not decides, whatever is unknown about the others. */
export function all(...answers: Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.find((answer) => answer !== true) ?? true;
}

/** Whether both hold. The second is asked only if the first does not decide, so put the cheap question first. */
export function both(first: Answer, second: () => Answer): Answer {
  return first === false ? false : all(first, second());
}

/** Whether one of them holds. One that does decides, whatever is unknown about the others. */
export function any(...answers: Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.find((answer) => answer !== false) ?? false;
}

/** The opposite. What is not known stays so. */
export function not(answer: Answer): Answer {
  return typeof answer === "boolean" ? !answer : answer;
}

/** Asks a known value. What is left out, or stands in the wrong place, gets `otherwise`. */
export function ask(reading: Reading, question: (value: unknown) => boolean, otherwise = false): Answer {
  if (reading.state === "known") return question(reading.value);
  return reading.state === "unknown" ? reading : otherwise;
}

/** Asks the elements of a list, or a single value in its place, whether one of them is what is looked for. */
export function askAny(props: object, path: string, question: (value: unknown) => boolean): Answer {
  const reading = read(props, path);
  if (reading.state !== "known" || !Array.isArray(reading.value)) return ask(reading, question);
  const paths = elementPaths(props, path);
  return Array.isArray(paths) ? any(...paths.map((at) => ask(read(props, at), question))) : false;
}

/** Whether the property has this value. Case never matters, nor the difference between `true` and `"true"`. */
export function is(props: object, path: Path, expected: string | boolean, whenAbsent = false): Answer {
  const wanted = String(expected).toLowerCase();
  return ask(read(props, path), (value) => textOf(value).toLowerCase() === wanted, whenAbsent);
}

/** A violation when the answer is yes, and an undecided finding as long as it is not known. */
export function violatesIf(answer: Answer, message: string): Finding[] {
  if (answer === true) return [violation(message)];
  return answer === false ? [] : [{ kind: "undecided", path: answer.path, cause: answer.cause }];
}
