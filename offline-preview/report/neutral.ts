// Makes texts harmless: names, messages and outputs come from programs that are only being judged. They must not steer
// the terminal, hide or reorder what is printed, or command the CI job that reads it.

// Control characters, invisible and direction characters, line separators.
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

// GitHub's workflow commands begin a line, spaces aside; their first form, and those of Azure Pipelines and TeamCity,
// stand anywhere in it.
const LINE_COMMAND = /^(\s*):(?=:)/;
const INNER_COMMAND = /#(?=#\w*\[)/g;

/** Makes one line harmless: what could act is written as a code, such as `\\u001b`. */
export function neutral(text: string): string {
  return text
    .replace(CONTROL, codeOf)
    .replace(LINE_COMMAND, (_, spaces: string) => spaces + codeOf(":"))
    .replace(INNER_COMMAND, codeOf);
}

/** The lines of a message, each harmless. */
export function neutralLines(text: string): string[] {
  return text.trim().replaceAll("\t", "  ").split("\n").map(neutral);
}

/** The same for a JSON document, whose meaning stays: JSON reads the codes. Its own line breaks stay too. */
export function neutralJson(json: string): string {
  return json.replace(CONTROL, (found) => (found === "\n" ? found : codeOf(found))).replace(INNER_COMMAND, codeOf);
}

/** The code of a character, or of both halves of one that has two. */
function codeOf(character: string): string {
  const halves = Array.from({ length: character.length }, (_value, at) => character.charCodeAt(at));
  return halves.map((half) => `\\u${half.toString(16).padStart(4, "0")}`).join("");
}
