// Files that programs name, as assets or in archives.

import { readFileSync, statSync } from "node:fs";

/** A file that can be read. */
export interface RegularFile {
  /** In bytes. */
  size: number;
  read(): Buffer;
}

/** The file of a path, or of the link that stands there; an error if it is a folder, or a device that never ends. */
export function regularFile(path: string): RegularFile {
  const stat = statSync(path);
  if (stat.isDirectory()) throw new Error(`'${path}' is a folder: use a FileArchive`);
  if (!stat.isFile()) throw new Error(`'${path}' is not a regular file`);
  return { size: stat.size, read: () => readFileSync(path) };
}
