// A mistake of a program or a pack as a report shows it: what went wrong, and the lines of its own files. Made from the text
// of the stack and nothing else: util.inspect with colours, which the SDK's cmd/run uses, can take minutes and gigabytes
// in Node.js 22 when a frame lies in a scoped package.

import { UserError } from "../errors.ts";
import { folder } from "../here.cjs";

const OWN_FOLDER = `${folder}/`;
const FRAMES_SHOWN = 5;
// Causes have causes, and may go round in circles.
const CAUSES_SHOWN = 3;
const LONGEST_MESSAGE = 10_000;

/** Describes anything that was thrown. */
export function describeError(error: unknown, causes = CAUSES_SHOWN): string {
  if (typeof error !== "object" || error === null) return shorten(String(error));
  const { stack, message, cause } = error as { stack?: unknown; message?: unknown; cause?: unknown };
  if (typeof message !== "string") return jsonOf(error);
  const denied = deniedBy(error);
  if (denied !== undefined) return [denied, ...ownFrames(String(stack))].join("\n");
  if (error instanceof UserError || "__pulumiRunError" in error || typeof stack !== "string") return shorten(message);
  const lines = [headOf(error as Error), ...ownFrames(stack)];
  if (causes === 0) return lines.join("\n");
  for (const one of error instanceof AggregateError ? error.errors.slice(0, FRAMES_SHOWN) : []) {
    lines.push(`one of them: ${describeError(one, causes - 1)}`);
  }
  if (cause !== undefined && cause !== null) lines.push(`caused by: ${describeError(cause, causes - 1)}`);
  return lines.join("\n");
}

const DENIED: Record<string, string> = {
  FileSystemRead: "reading files outside the project and its packages",
  FileSystemWrite: "writing files",
  ChildProcess: "child processes",
  Inspector: "the inspector, which functions as inputs of resources need",
  WASI: "WASI",
  WorkerThreads: "threads",
  Signals: "signals to other processes",
  Addons: "native addons",
};

/** What --isolated did not allow, in its own words; undefined for any other error. */
function deniedBy(error: object): string | undefined {
  const { code, permission, resource } = error as { code?: unknown; permission?: unknown; resource?: unknown };
  if (code === "ERR_DLOPEN_DISABLED") return "--isolated does not allow native addons";
  if (code !== "ERR_ACCESS_DENIED") return undefined;
  const what = DENIED[String(permission)] ?? `this (${permission})`;
  const where = typeof resource === "string" && resource !== "" ? `: ${shorten(resource)}` : "";
  return `--isolated does not allow ${what}${where}`;
}

function headOf({ name, message }: Error): string {
  return shorten(name === "Error" ? message : `${name}: ${message}`);
}

/** The beginning of a text that is too long for a report: SDK errors may carry whole requests. */
export function shorten(text: string): string {
  const more = text.length - LONGEST_MESSAGE;
  return more > 0 ? `${text.slice(0, LONGEST_MESSAGE)}… (${more} more characters)` : text;
}

function jsonOf(thrown: object): string {
  try {
    return `the program threw something that is no error: ${shorten(JSON.stringify(thrown))}`;
  } catch {
    return "the program threw something that is no error";
  }
}

/** A message that holds a stack: without the lines of Node.js, of installed packages and of the preview itself. */
export function ownLines(text: string): string {
  return text
    .split("\n")
    .filter((line) => !isFrame(line) || isOwn(line))
    .join("\n");
}

function isFrame(line: string): boolean {
  return /^\s+at /.test(line);
}

function isOwn(frame: string): boolean {
  return !/node:|node_modules|\(<anonymous>\)$/.test(frame) && !frame.includes(OWN_FOLDER);
}

function ownFrames(stack: string): string[] {
  const lines = stack.split("\n");
  const frames = lines.filter(isFrame);
  // Node.js puts the place of a syntax error on a line of its own, before everything else.
  const place = /^(?:file:\/\/|\/|[A-Za-z]:\\).*:\d+$/.test(lines[0] as string) ? [`    at ${lines[0]}`] : [];
  return [...place, ...frames]
    .filter(isOwn)
    .slice(0, FRAMES_SHOWN)
    .map((frame) => frame.replace(/\?stack=\d+/, ""));
}
