/** Lists in the configuration that say what is allowed. In their entries `*` stands for any text. */

import { matchesWildcards } from "../wildcards.ts";

/** Whether an entry of the list is this text. */
export function isListed(list: readonly string[], text: string): boolean {
  return list.some((entry) => matchesWildcards(entry, text));
}
