// The digest of an archive as the engine takes it (sdk/go/common/resource/archive): over the file where it is a packed
// one, else over a tar file of what it holds.

import { createHash } from "node:crypto";
import { lstatSync, readdirSync, statSync } from "node:fs";
import { basename, join, posix, relative, resolve, sep } from "node:path";
import type { Properties, Value } from "../protocol/messages.ts";
import { ASSET, isMap, signatureOf } from "../protocol/properties.ts";
import { type RegularFile, regularFile } from "./files.ts";
import { TAR_END, tarHeader, tarPadding } from "./tar.ts";

// A program that archives the whole disk must not stop the preview.
const MOST_FILES = 50_000;
const MOST_BYTES = 512 * 1024 * 1024;

const PACKED = /\.(tar|tgz|tar\.gz|zip|jar)$/;

// Where Pulumi keeps its own files; the engine leaves it out.
const BOOKKEEPING = ".pulumi";

/** A file in an archive; its name has slashes on every system. */
interface Entry extends RegularFile {
  name: string;
}

/** Thrown where a digest could only be had by unpacking, from a network, or in a long time. */
class NoDigest extends Error {}

/**
 * The SHA-256 of an archive of a program that runs in `folder`, in hexadecimal digits. Undefined for remote files,
 * packed archives inside another archive, and more than 50,000 files or 512 MiB. Throws if a file cannot be read.
 */
export function archiveDigest(archive: Properties, folder: string): string | undefined {
  try {
    const { path } = archive;
    if (!isPacked(path)) return digestOf(tarOf(limited(withoutRepeats(entriesOf(archive, folder)))));
    return digestOf(limited([regularFile(resolve(folder, path))]).map((file) => file.read()));
  } catch (error) {
    if (error instanceof NoDigest) return undefined;
    throw error;
  }
}

function isPacked(path: Value | undefined): path is string {
  return typeof path === "string" && PACKED.test(path);
}

function digestOf(parts: Iterable<Buffer>): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

function* tarOf(entries: Entry[]): Iterable<Buffer> {
  for (const { name, size, read } of entries) yield* [tarHeader(name, size), read(), tarPadding(size)];
  yield TAR_END;
}

function limited<T extends RegularFile[]>(files: T): T {
  if (files.length > MOST_FILES || files.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new NoDigest();
  return files;
}

/** The first of the files of one name counts. */
function withoutRepeats(entries: Entry[]): Entry[] {
  const byName = new Map<string, Entry>();
  for (const entry of entries) if (!byName.has(entry.name)) byName.set(entry.name, entry);
  return [...byName.values()];
}

function entriesOf({ assets, path }: Properties, folder: string): Entry[] {
  if (isMap(assets)) {
    const names = Object.keys(assets).sort(byBytes);
    return names.flatMap((name) => memberEntries(name, assets[name] as Properties, folder));
  }
  if (isPacked(path) || typeof path !== "string") throw new NoDigest();
  const root = resolve(folder, path);
  if (!statSync(root).isDirectory()) throw new Error(`'${root}' is neither a folder nor a packed archive`);
  return [...filesBelow(root, { left: MOST_FILES })].map((file) => {
    return { name: relative(root, file).split(sep).join(posix.sep), ...regularFile(file) };
  });
}

function memberEntries(name: string, member: Properties, folder: string): Entry[] {
  if (signatureOf(member) !== ASSET) {
    return entriesOf(member, folder).map((entry) => ({ ...entry, name: posix.join(name, entry.name) }));
  }
  const { text, path } = member;
  if (typeof path === "string") return [{ name, ...regularFile(resolve(folder, path)) }];
  if (typeof text !== "string") throw new NoDigest();
  const content = Buffer.from(text);
  return [{ name, size: content.length, read: () => content }];
}

/** The files below a folder, in the order of Go's filepath.Walk. Links to folders are not followed. */
function* filesBelow(path: string, files: { left: number }): Iterable<string> {
  if (basename(path) === BOOKKEEPING) return;
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path).sort(byBytes)) yield* filesBelow(join(path, name), files);
  } else if (!(stat.isSymbolicLink() && statSync(path).isDirectory())) {
    if (files.left-- === 0) throw new NoDigest();
    yield path;
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
