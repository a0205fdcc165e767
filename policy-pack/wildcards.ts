/** Patterns with `*` and `?`, matched in the time that pattern and text multiply to, whatever they hold. */

/** How a pattern is read. */
export interface WildcardOptions {
  /** The same in upper and lower case. Default: no. */
  ignoreCase?: boolean;
  /** `?` stands for any one character. Default: no, it stands for itself. */
  questionMark?: boolean;
}

/** Whether the whole text fits the pattern. `*` stands for any text, also none. */
export function matchesWildcards(pattern: string, text: string, options: WildcardOptions = {}): boolean {
  const [wanted, given] = options.ignoreCase ? [pattern.toLowerCase(), text.toLowerCase()] : [pattern, text];
  const fits = (at: number, position: number) =>
    wanted[at] === given[position] || (options.questionMark === true && wanted[at] === "?");
  // Only the last star may have to take more: what stands before it has found its earliest place.
  let [at, position, star, taken] = [0, 0, -1, 0];
  while (position < given.length) {
    if (at < wanted.length && wanted[at] !== "*" && fits(at, position)) {
      at++;
      position++;
    } else if (wanted[at] === "*") {
      star = at++;
      taken = position;
    } else if (star >= 0) {
      at = star + 1;
      position = ++taken;
    } else {
      return false;
    }
  }
  while (wanted[at] === "*") at++;
  return at === wanted.length;
}
