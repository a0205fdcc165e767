/** Settings that stand in several places of a resource, such as in each container of a model. */
import { each, type Finding } from "../findings.ts";
import { read } from "../read.ts";

/**
 * Applies a rule to each place that is given, by its path. `containers[]` stands for each element of a list, also on the
 * way to the place: `containers[].environment`.
 */
export function inEach(props: object, places: readonly string[], rule: (path: string) => Finding[]): Finding[] {
  return places.flatMap((place) => inPlace(props, place, rule));
}

function inPlace(props: object, place: string, rule: (path: string) => Finding[]): Finding[] {
  const [list, ...rest] = place.split("[]");
  if (rest.length > 0) return each(props, list!, (element) => inPlace(props, element + rest.join("[]"), rule));
  return read(props, place).state === "absent" ? [] : rule(place);
}

/** A path within another. Either may be empty: the whole. */
export function join(...paths: string[]): string {
  return paths.filter((path) => path !== "").join(".");
}
