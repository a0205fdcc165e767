// Digests that say exactly which rules judged: a report names them, so that anybody can check.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

// Dependencies are pinned by the lock file, which is a file of the pack or of its repository.
const SKIPPED = new Set(["node_modules", ".git"]);

/** `sha256:…` of a text or a file's content. */
export function digestOf(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** `sha256:…` of all files of a folder: over the sorted lines "<sha256 of the file>  <path>". */
export function digestOfFolder(folder: string): string {
  const lines = filesOf(folder)
    .map((file) => {
      const name = relative(folder, file).split(sep).join("/");
      return `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${name}\n`;
    })
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  return digestOf(lines.join(""));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesOf(path) : entry.isFile() ? [path] : [];
  });
}
