/** Nothing of a program outlives its preview, however that ends. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { endLeftovers } from "../../offline-preview/runner/leftovers.ts";
import { folder, pack, project, removeFolders, run } from "../offline-preview/preview.ts";

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

/** The same in isolation, where it can start nothing. */
function busy(marker: string): string {
  return project(`process.title = "${marker}";\nprocess.on("SIGTERM", () => {});\nfor (;;) {}\n`);
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
    for (const isolated of [false, true]) {
      it(`end with the preview at ${signal}${isolated ? ", isolated" : ""}, and so do policy packs`, async () => {
        const marker = `left-by-${signal}-${isolated}-${process.pid}`;
        const program = isolated ? busy(marker) : stubborn(marker);
        const judge = pack("[]");
        const args = ["--cwd", program, "--policy-pack", judge, ...(isolated ? ["--isolated"] : [])];
        const result = await run(args, {
          started: async (child) => {
            while (processesOf(marker).length < (isolated ? 1 : 2)) await setTimeout(100);
            assert.ok(processesOf(judge).length > 1, "the pack runs");
            child.kill(signal);
          },
        });
        assert.equal(result.signal, signal);
        await untilGone(marker);
        await untilGone(judge);
      });
    }
  }

  it("that left the group of the runner are found by the preview's home folder", async function () {
    if (process.platform !== "linux") this.skip();
    const homes = [folder({}), folder({})];
    const children = homes.map((HOME) =>
      spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, env: { HOME } }),
    );
    const ended = children.map((child) => new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal))));
    await Promise.all(children.map((child) => new Promise((resolve) => child.on("spawn", resolve))));
    endLeftovers(homes[0]!);
    assert.equal(await ended[0], "SIGKILL");
    assert.equal(children[1]!.exitCode ?? children[1]!.signalCode, null, "the other one's home is another");
    endLeftovers(homes[1]!);
    await ended[1];
  });
});
