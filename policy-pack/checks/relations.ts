/** Questions about how resources of a stack relate. */

import type { StackResource } from "../control.ts";
import { elementPaths } from "../read.ts";
import { refersTo } from "../stack-view.ts";
import { type Answer, any } from "./answers.ts";

/** Whether the value at `path` is one of the other resource's outputs: `refersTo` as an answer. */
export function refers(source: StackResource, path: string, target: StackResource, keys: string[]): Answer {
  const reference = refersTo(source, path, target, keys);
  return typeof reference === "object" ? reference : reference === "yes";
}

/** Whether an element of a list refers to the other resource. `inner` is the path inside the elements, if they have one. */
export function anyRefers(
  source: StackResource,
  list: string,
  inner: string,
  target: StackResource,
  keys: string[],
): Answer {
  const elements = elementPaths(source.props, list);
  if (!Array.isArray(elements)) return refers(source, list, target, keys);
  return any(...elements.map((element) => refers(source, inner ? `${element}.${inner}` : element, target, keys)));
}
