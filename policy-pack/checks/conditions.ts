/** Requirements that hold for some resources of a type only. */
import type { Finding } from "../findings.ts";
import { type Path, read } from "../read.ts";

/**
 * Keeps the findings where the requirement applies, and drops them elsewhere.
 * @param applies Says whether it does, from the value at the path; undefined when that is left out.
 */
export function onlyIf(
  props: object,
  path: Path,
  applies: (value: unknown) => boolean,
  findings: Finding[],
): Finding[] {
  if (findings.length === 0) return [];
  const reading = read(props, path);
  if (reading.state === "unknown") return [{ kind: "undecided", path: reading.path, cause: reading.cause }];
  return applies(reading.state === "known" ? reading.value : undefined) ? findings : [];
}
