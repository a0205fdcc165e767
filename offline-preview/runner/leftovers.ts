// Processes that a program started and left behind: those that made a process group of their own are not in the one that
// ends with the runner. Whoever inherited the environment of the preview is known by its home folder.

import { readdirSync, readFileSync } from "node:fs";

// One that starts others while it is being looked for needs another round.
const MAX_ROUNDS = 10;

/**
 * Ends all processes of this user whose environment names `home`, the folder that only this preview has. Only where
 * processes can be read as files (Linux); a process that changed its environment is not found.
 */
export function endLeftovers(home: string): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const left = processIds().filter((pid) => environmentOf(pid).includes(home));
    if (left.length === 0) return;
    for (const pid of left) kill(pid);
  }
}

function processIds(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

// Empty for processes of others, and for those that have just ended.
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
