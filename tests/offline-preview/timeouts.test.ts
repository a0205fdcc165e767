/**
 * Programs and packs that never end or answer are stopped, each with a clear message, and the other stacks go on.
 * What hangs hangs for ever, so its limit can be short; what is in order gets more time than any machine needs.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPackSource, Pack } from "../../offline-preview/packs/pack.ts";
import { noFixtures } from "../../offline-preview/project/fixtures.ts";
import { loadProject } from "../../offline-preview/project/project.ts";
import type { ResourceRecord } from "../../offline-preview/protocol/messages.ts";
import { childEnvironment } from "../../offline-preview/runner/environment.ts";
import { startPreview } from "../../offline-preview/supervisor.ts";
import { type Files, folder, pack, preview, project, removeFolders } from "./preview.ts";

const SHORT = 1;
const LONG = 3600;

const TWO_STACKS: Files = { "Pulumi.dev.yaml": "config: {hang: true}\n", "Pulumi.prod.yaml": "" };

describe("offline preview: time limit", function () {
  // A busy machine may take its time; only what never ends at all fails.
  this.timeout(600_000);
  after(removeFolders);

  it("stops a program that never ends, and goes on with the next stack in a new process", async () => {
    const loop = `import { Config } from "@pulumi/pulumi";\nif (new Config().get("hang")) while (true) {}\n`;
    const looping = loadProject(project(loop, TWO_STACKS));
    const options = {
      stacks: ["dev", "prod"].map((name) => ({ project: looping, name })),
      packs: [],
      fixtures: noFixtures(),
      allowUndecided: false,
      isolated: false,
      timeout: LONG,
    };
    const begin = (stack: string) => {
      options.timeout = stack === "dev" ? SHORT : LONG;
    };
    const { result } = startPreview(options, { begin, resource: () => {}, log: () => {}, end: () => {} });
    const [dev, prod] = (await result).stacks;
    assert.match(dev!.error!, /^the program did not end in time; --timeout sets the seconds[^\n]*$/);
    assert.equal(prod!.ok, true, prod!.error);
  });

  it("stops a pack that never starts, and does not start it again for the next stack", async () => {
    const silent = pack("[]", {
      "index.js": `require("node:fs").appendFileSync(__dirname + "/starts", "x"); setInterval(() => {}, 1000);`,
    });
    const args = ["--timeout", String(SHORT * 5), "--policy-pack", silent];
    const { code, report } = await preview(project("", TWO_STACKS), args);
    assert.equal(code, 2);
    assert.equal(report.stacks.length, 2);
    for (const { error } of report.stacks) assert.match(error!, /failed to start: it did not say its port in time$/);
    const log = join(silent, "starts");
    assert.ok((existsSync(log) ? readFileSync(log, "utf8") : "").length <= 1);
  });

  it("gives up on a pack that never answers, and does not ask it again", async () => {
    const hanging = pack(`[{ name: "hangs", description: "", validateResource: () => new Promise(() => {}) }]`);
    const stack = { stack: "dev", project: "demo", organization: "organization", config: {}, secretKeys: [], tags: {} };
    let deadline = Date.now() + LONG * 1000;
    const running = await Pack.start(loadPackSource(hanging, undefined), stack, {
      environment: childEnvironment(folder({})),
      deadline: () => deadline,
      trace: () => {},
    });
    try {
      deadline = Date.now() + SHORT * 1000;
      const late = /^policy pack demo-pack failed on urn:first: did not answer analyze in time$/;
      await assert.rejects(running.analyze(queue("urn:first"), undefined), { message: late });
      deadline = Date.now() + LONG * 1000;
      await assert.rejects(running.analyze(queue("urn:second"), undefined), { message: late });
    } finally {
      running.stop();
    }
  });
});

function queue(urn: string): ResourceRecord {
  return {
    urn,
    type: "aws:sqs/queue:Queue",
    name: "queue",
    parent: "",
    custom: true,
    inputs: {},
    outputs: {},
    dependencies: [],
    propertyDependencies: {},
    provider: "",
    options: {
      protect: false,
      ignoreChanges: [],
      additionalSecretOutputs: [],
      customTimeouts: { create: 0, update: 0, delete: 0, read: 0 },
    },
  };
}
