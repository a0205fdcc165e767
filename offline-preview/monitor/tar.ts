// Headers of tar files exactly as Go's archive/tar writes them: the engine takes an archive's digest over such a file.

import { posix } from "node:path";

const BLOCK = 512;
const NAME = 100;
const PREFIX = 155;
const MODE = 0o600;

/** What ends a tar file. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);

/** The header of a file: one block, and two or more before it if the name is long or not ASCII. `size` in bytes. */
export function tarHeader(name: string, size: number): Buffer {
  const bytes = Buffer.from(name);
  const ascii = /^\p{ASCII}*$/u.test(name);
  if (ascii && bytes.length <= NAME) return block(bytes, MODE, size, "0");
  const slash = ascii ? splitAt(name) : 0;
  if (slash > 0) return block(bytes.subarray(slash + 1), MODE, size, "0", bytes.subarray(0, slash));
  const record = paxRecord(name);
  const end = name.lastIndexOf("/") + 1;
  const recordName = asciiOf(posix.join(name.slice(0, end), "PaxHeaders.0", name.slice(end))).subarray(0, NAME);
  return Buffer.concat([
    block(withoutSlash(recordName), 0, record.length, "x", Buffer.alloc(0), false),
    record,
    tarPadding(record.length),
    block(truncated(asciiOf(name)), MODE, size, "0"),
  ]);
}

/** What fills up the last block of a file of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

function block(
  name: Buffer,
  mode: number,
  size: number,
  type: string,
  prefix = Buffer.alloc(0),
  devices = true,
): Buffer {
  const header = Buffer.alloc(BLOCK);
  name.copy(header, 0);
  header.write(octal(mode, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  // The sum is taken with spaces in its own place.
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  header.write("ustar\u000000", 257);
  if (devices) {
    header.write(octal(0, 7), 329);
    header.write(octal(0, 7), 337);
  }
  prefix.copy(header, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\u0000 `, 148);
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** Where a long name is split so that both parts fit; 0 if nowhere. */
function splitAt(name: string): number {
  const slash = name.slice(0, PREFIX + 1).lastIndexOf("/");
  const rest = name.length - slash - 1;
  return rest > NAME || rest === 0 ? 0 : slash;
}

/** `LENGTH path=NAME`, where the length counts its own digits. */
function paxRecord(name: string): Buffer {
  const content = ` path=${name}\n`;
  const bytes = Buffer.byteLength(content);
  let length = bytes + String(bytes).length;
  if (String(length).length > String(bytes).length) length = bytes + String(length).length;
  return Buffer.from(`${length}${content}`);
}

function asciiOf(name: string): Buffer {
  return Buffer.from(name.replace(/\P{ASCII}/gu, ""));
}

/** A name that is cut at a slash would be taken for a folder's. */
function truncated(name: Buffer): Buffer {
  if (name.length <= NAME || name[NAME - 1] !== 0x2f) return name.subarray(0, NAME);
  return withoutSlash(name.subarray(0, NAME));
}

function withoutSlash(name: Buffer): Buffer {
  return Buffer.from(name.toString().replace(/\/+$/, ""));
}
