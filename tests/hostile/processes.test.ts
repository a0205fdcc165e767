/** Nothing of a program outlives its preview, however that ends. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { project, removeFolders, run } from "../offline-preview/preview.ts";

/** A program that starts a process, takes no notice of signals, and never ends. Both have the marker in their arguments. */
function stubborn(marker: string): string {
  return project(`import { spawn } from "node:child_process";
process.title = "${marker}";
process.on("SIGTERM", () => {});
spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)", "${marker}"]);
console.log("started");
for (;;) {}
`);
}

function processesOf(marker: string): string[] {
  const all = execFileSync("ps", ["-A", "-o", "args"], { encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes(marker));
}

async function untilGone(marker: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && processesOf(marker).length > 0; attempt++) await setTimeout(100);
  assert.deepEqual(processesOf(marker), []);
}

describe("hostile programs: processes", () => {
  after(removeFolders);

  it("end with the program at --timeout", async () => {
    const marker = `left-by-timeout-${process.pid}`;
    const { code, stdout } = await run(["--cwd", stubborn(marker), "--timeout", "5"]);
    assert.equal(code, 2);
    assert.match(stdout, /did not end in time/);
    await untilGone(marker);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`end with the preview at ${signal}`, async () => {
      const marker = `left-by-${signal}-${process.pid}`;
      const result = await run(["--cwd", stubborn(marker)], {
        started: async (child) => {
          while (processesOf(marker).length < 2) await setTimeout(100);
          child.kill(signal);
        },
      });
      assert.equal(result.signal, signal);
      await untilGone(marker);
    });
  }
});
