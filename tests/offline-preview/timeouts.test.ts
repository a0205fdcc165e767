/** Programs and packs that never end or answer are stopped, each with a clear message, and the other stacks go on. */
import assert from "node:assert/strict";
import { type Files, pack, preview, project, removeFolders } from "./preview.ts";

// Long enough for a busy machine to run the stacks that are in order.
const TIMEOUT = "20";

const TWO_STACKS: Files = { "Pulumi.dev.yaml": "config: {hang: true}\n", "Pulumi.prod.yaml": "" };

async function stopped(program: string, packs: string[], message: RegExp): Promise<void> {
  const args = packs.flatMap((path) => ["--policy-pack", path]);
  const { code, report } = await preview(project(program, TWO_STACKS), ["--timeout", TIMEOUT, ...args]);
  assert.equal(code, 2);
  const [first, second] = report.stacks;
  assert.match(first!.error!, message);
  assert.equal(first!.error!.split("\n").length, 1, first!.error);
  assert.equal(second!.ok, true, second!.error);
}

describe("offline preview: time limit", () => {
  after(removeFolders);

  it("stops programs and packs that never end or answer", async function () {
    this.timeout(90_000);
    const loop = `import { Config } from "@pulumi/pulumi";\nif (new Config().get("hang")) while (true) {}\n`;
    const judging = pack(`[{ name: "hangs", description: "", validateResource: async (args) => {
      if (process.env.PULUMI_NODEJS_STACK === "dev") await new Promise(() => {});
    } }]`);
    const silent = pack("[]", { "index.js": "setInterval(() => {}, 1000);" });
    // All at the same time, because each takes the whole time limit.
    await Promise.all([
      stopped(loop, [], /^the program did not end in time; --timeout sets/),
      stopped("", [judging], /^policy pack demo-pack failed on urn:\S+: did not answer analyze in time$/),
      preview(project("", TWO_STACKS), ["--timeout", "8", "--policy-pack", silent]).then(({ code, report }) => {
        assert.equal(code, 2);
        assert.equal(report.stacks.length, 2);
        for (const { error, durationMs } of report.stacks)
          assert.match(error!, /failed to start: it did not say its port in time$/, String(durationMs));
        assert.ok(report.stacks[1]!.durationMs < 2000, "the second stack does not wait for the same pack again");
      }),
    ]);
  });
});
