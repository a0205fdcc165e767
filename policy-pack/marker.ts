/**
 * The marker that a running pack leaves for the guards of the programs that it judges. Nothing in Pulumi's protocol tells
 * a program that a pack runs; but both are children of one process, and the pack starts first.
 *
 * A marker is a file in a folder that only this user can read or write. It holds as long as the pack's process lives.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A stack of a project. */
export interface Deployment {
  project: string;
  stack: string;
}

interface Marker extends Partial<Deployment> {
  /** The process that started the pack, and that starts the program. */
  parent: number;
  pid: number;
}

/** Says, in the pack's process, that this pack judges. Where that cannot be said safely, guards judge too. */
export function markJudging(environment: NodeJS.ProcessEnv = process.env): void {
  try {
    const folder = markerFolder();
    mkdirSync(folder, { mode: 0o700, recursive: true });
    if (!isPrivate(folder)) return;
    for (const file of readdirSync(folder)) if (!isAlive(Number(file))) rmSync(join(folder, file), { force: true });
    const file = join(folder, String(process.pid));
    rmSync(file, { force: true });
    writeFileSync(file, JSON.stringify(markerOf(environment)), { flag: "wx", mode: 0o600 });
    process.once("exit", () => rmSync(file, { force: true }));
  } catch {
    // A pack judges in any case; only the guard does not learn of it.
  }
}

/** Whether a pack that the parent of this process started judges the deployment. */
export function packJudges({ project, stack }: Deployment): boolean {
  try {
    const folder = markerFolder();
    if (!isPrivate(folder)) return false;
    return readdirSync(folder).some((file) => {
      const marker = readMarker(join(folder, file));
      const isOurs = (marker.project ?? project) === project && (marker.stack ?? stack) === stack;
      return marker.parent === process.ppid && isOurs && isAlive(marker.pid);
    });
  } catch {
    return false;
  }
}

// Another pack may be writing or removing its own at this moment.
function readMarker(file: string): Partial<Marker> {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {};
  }
}

function markerOf(environment: NodeJS.ProcessEnv): Marker {
  const marker = { parent: process.ppid, pid: process.pid };
  // The offline preview lets one process judge all stacks of its command.
  if (environment.PULUMI_OFFLINE_PREVIEW_ALL_STACKS === "true") return marker;
  const { PULUMI_NODEJS_PROJECT: project = "", PULUMI_NODEJS_STACK: stack = "" } = environment;
  return { ...marker, project, stack };
}

function markerFolder(): string {
  return join(tmpdir(), `secure-ml-policy-pack-${process.getuid?.()}`);
}

// The folder for temporary files is everybody's: another user may have been there first.
function isPrivate(folder: string): boolean {
  const { uid, mode } = lstatSync(folder);
  return uid === process.getuid?.() && (mode & 0o170077) === 0o040000;
}

function isAlive(pid = 0): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}
