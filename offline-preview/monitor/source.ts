// Source positions as people read them.

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

interface Position {
  getUri(): string;
  getLine(): number;
}

/** `file:line` relative to the project's folder, or undefined when the SDK did not know the position. */
export function sourceOf(position: Position | undefined, root: string): string | undefined {
  if (position === undefined || position.getUri() === "") return undefined;
  const url = new URL(position.getUri());
  if (url.protocol !== "file:") return undefined;
  url.search = "";
  return `${relative(root, fileURLToPath(url))}:${position.getLine()}`;
}
