// Ends a process group when the supervisor is gone, even by SIGKILL. For programs that nobody reviewed: a watching thread
// in their own process (exit-with-parent.cjs) would be a way around their permissions.

import { spawn } from "node:child_process";

// The pipe ends with the supervisor, however that ends; nobody ever writes to it.
const WAIT_AND_KILL = 'read -r nothing; kill -KILL "-$1"';

/**
 * Watches the process group that `pid` leads. Call what it returns as soon as the group has ended, so that another one
 * with its id is safe. Without a shell (Windows) there is nothing to watch with: a program then ends with the channel to
 * the supervisor.
 */
export function killWithSupervisor(pid: number): () => void {
  if (process.platform === "win32") return () => {};
  // In a session of its own: an interrupt from the terminal must not end it first.
  const watchdog = spawn("/bin/sh", ["-c", WAIT_AND_KILL, "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
    detached: true,
  });
  // Without it the program ends with the channel, unless it is busy.
  watchdog.on("error", () => {});
  watchdog.unref();
  return () => void watchdog.kill("SIGKILL");
}
