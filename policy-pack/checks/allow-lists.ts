/** Lists in the configuration that say what is allowed. In their entries `*` stands for any text. */

/** Whether an entry of the list is this text. */
export function isListed(list: readonly string[], text: string): boolean {
  return list.some((entry) => isMatch(entry, text));
}

/** Not a regular expression: many stars would make it search for very long. */
function isMatch(entry: string, text: string): boolean {
  const [start = "", ...rest] = entry.split("*");
  const end = rest.pop();
  if (end === undefined) return text === entry;
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.endsWith(end) && text.length - end.length >= at;
}
