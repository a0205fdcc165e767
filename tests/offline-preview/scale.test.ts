/** Many stacks and many projects: shards, merged reports, and the projects of a fleet. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { UserError } from "../../offline-preview/errors.ts";
import { findProjects } from "../../offline-preview/project/fleet.ts";
import { itemsOf, parseShard } from "../../offline-preview/project/shard.ts";
import { mergeReports } from "../../offline-preview/report/merge.ts";
import { jsonReport } from "../../offline-preview/report/report-json.ts";
import { textReport } from "../../offline-preview/report/report-text.ts";
import { exitCode } from "../../offline-preview/report/verdict.ts";
import { folder, pack, project, type Report, removeFolders, run } from "./preview.ts";

describe("offline preview: shards", () => {
  it("together are all stacks, each once, in parts of about one size, whatever the order", () => {
    const stacks = fc.uniqueArray(fc.stringMatching(/^[a-z-]{1,8}$/), { maxLength: 60 });
    fc.assert(
      fc.property(stacks, fc.integer({ min: 1, max: 9 }), (names, count) => {
        const partsOf = (items: string[]) =>
          Array.from({ length: count }, (_value, at) => itemsOf({ index: at + 1, count }, items, (name) => name));
        const parts = partsOf(names);
        assert.deepEqual(parts.flat().sort(), [...names].sort());
        const sizes = parts.map(({ length }) => length);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
        assert.deepEqual(partsOf([...names].reverse()), parts);
        for (const part of parts) assert.deepEqual(part, [...part].sort());
      }),
    );
  });

  it("are read from i/n, and from nothing else", () => {
    assert.deepEqual(parseShard("2/3"), { index: 2, count: 3 });
    for (const wrong of ["0/3", "4/3", "1", "1/0", "1/3/3", "-1/3", "1.5/3", "a/b", "", " 1/3"]) {
      assert.throws(() => parseShard(wrong), { message: /^--shard: .* such as 1\/4$/, constructor: UserError }, wrong);
    }
  });
});

const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
new Bucket("data", { tags: { team: "fraud" } });
if (pulumi.getStack() === "bad") new Queue("jobs");
if (pulumi.getStack() === "broken") throw new Error("no such luck");
export const password = pulumi.secret("hunter2");
`;

const NO_QUEUES = `[{ name: "no-queues", description: "No queues.", enforcementLevel: "mandatory",
  validateResource: (args, report) => { if (args.type.startsWith("aws:sqs")) report("a queue"); } }]`;

describe("offline preview: merged reports", () => {
  let path: string;
  let policies: string;
  let files: Record<string, string>;
  after(removeFolders);

  /** Previews some stacks and writes the report to a file. */
  async function reportOf(stacks: string[], ...more: string[]): Promise<string> {
    const args = ["--cwd", path, "--json", "--policy-pack", policies, ...more];
    const { stdout, stderr } = await run([...args, ...stacks.flatMap((stack) => ["--stack", stack])]);
    assert.notEqual(stdout, "", stderr);
    return written(JSON.parse(stdout));
  }

  function written(document: unknown): string {
    return join(folder({ "report.json": JSON.stringify(document) }), "report.json");
  }

  /** A copy of a report with something changed. */
  function changed(file: string, change: (document: Report & { shard?: string }) => void): string {
    const document = JSON.parse(readFileSync(file, "utf8"));
    change(document);
    return written(document);
  }

  before(async () => {
    const stacks = ["dev", "bad", "broken"].map((stack) => [`Pulumi.${stack}.yaml`, "config: {}\n"]);
    path = project(PROGRAM, Object.fromEntries(stacks));
    policies = pack(NO_QUEUES);
    files = { dev: await reportOf(["dev"]), bad: await reportOf(["bad"]), broken: await reportOf(["broken"]) };
    files.all = await reportOf(["dev", "bad", "broken"]);
  });

  it("say the same as one report of all stacks, in both forms, with one exit code", () => {
    const timeless = (text: string) => text.replace(/"durationMs": \d+/g, "").replace(/\d+\.\d s/g, "");
    const options = { quiet: false, allowUndecided: false };
    const parts = mergeReports([files.dev!, files.bad!, files.broken!]);
    const whole = mergeReports([files.all!]);
    assert.equal(timeless(jsonReport(parts)), timeless(jsonReport(whole)));
    assert.equal(timeless(textReport(parts, options)), timeless(textReport(whole, options)));
    assert.match(textReport(parts, options), /3 stacks: 1 pass, 1 blocked, 1 failed/);
    assert.match(textReport(parts, options), /on jobs \[aws:sqs\/queue:Queue\] {2}index\.ts:5/);
    assert.match(textReport(parts, options), /password: \[secret\]/);
    assert.equal(exitCode(parts), 2);
    assert.equal(exitCode(mergeReports([files.dev!, files.bad!])), 1);
    assert.equal(exitCode(mergeReports([files.dev!])), 0);
  });

  it("do not pass a stack that has a violation, whatever they say", () => {
    const lie = changed(files.bad!, (document) => {
      document.ok = document.stacks[0]!.ok = true;
    });
    assert.equal(exitCode(mergeReports([lie])), 1);
  });

  const refused = (paths: string[], message: RegExp) =>
    assert.throws(
      () => mergeReports(paths),
      (error: Error) => error instanceof UserError && message.test(error.message),
    );

  it("refuse other packs, other configurations and reports without a pack", () => {
    const otherPack = changed(files.bad!, (document) => {
      document.packs[0]!.digest = "0";
    });
    refused([files.dev!, otherPack], /different files of pack demo-pack/);
    const otherConfig = changed(files.bad!, (document) => {
      document.packs[0]!.configDigest = "0";
    });
    refused([files.dev!, otherConfig], /different configurations of pack demo-pack/);
    const none = changed(files.bad!, (document) => {
      document.packs = [];
    });
    refused([files.dev!, none], /pack demo-pack judged .*, but not /);
    refused([none, files.dev!], /pack demo-pack judged .*, but not /);
  });

  it("refuse the same stack twice, but take the same name in two projects", () => {
    refused([files.dev!, files.all!], /stack dev of project demo is both in /);
    const other = changed(files.dev!, (document) => {
      document.stacks[0]!.project = "other";
      for (const resource of document.stacks[0]!.resources)
        resource.urn = resource.urn.replace("::demo::", "::other::");
    });
    assert.equal(mergeReports([files.dev!, other]).stacks.length, 2);
  });

  it("refuse shards that are missing, there twice, or of different wholes", () => {
    const shard = (file: string, text: string) =>
      changed(file, (document) => {
        document.shard = text;
      });
    const [first, second] = [shard(files.dev!, "1/2"), shard(files.bad!, "2/2")];
    assert.equal(mergeReports([second, first]).stacks.length, 2);
    refused([first], /shard 2 of 2 is missing/);
    refused([first, shard(files.bad!, "1/2")], /are both shard 1\/2/);
    refused([first, shard(files.bad!, "2/3")], /one of 2 shards, and .* one of 3/);
  });

  it("refuse files that are no reports", () => {
    refused([], /at least one report/);
    refused([join(folder({}), "none.json")], /none\.json is no report: ENOENT/);
    refused([join(folder({ "x.json": "{" }), "x.json")], /x\.json is no report: /);
    refused([written({ ok: true })], /is no report as --json prints it: it must have required property/);
    const level = changed(files.bad!, (document) => {
      document.stacks[0]!.diagnostics[0]!.level = "harmless";
    });
    refused([level], /\/stacks\/0\/diagnostics\/0\/level must be equal to one of the allowed values/);
    const second = changed(files.dev!, (document) => {
      Object.assign(document.stacks[0]!, { assumed: { diagnostics: [{ policy: "no-queues" }], notEvaluated: [] } });
    });
    refused([second], /\/stacks\/0\/assumed\/diagnostics\/0 must have required property/);
  });
});

describe("offline preview: fleets", () => {
  after(removeFolders);
  const yaml = (name: string) => `name: ${name}\nruntime: nodejs\n`;
  const names = (patterns: string[]) => findProjects(patterns).map(({ name }) => name);
  let root: string;
  before(() => {
    root = folder({
      "Pulumi.yaml": yaml("root"),
      "teams/b/Pulumi.yaml": yaml("b"),
      "teams/a/Pulumi.yml": yaml("a"),
      "teams/a/deep/Pulumi.yaml": yaml("deep"),
      "teams/docs/README.md": "",
      "teams/[x]/Pulumi.yaml": yaml("x"),
      "teams/a/node_modules/dep/Pulumi.yaml": yaml("dep"),
    });
  });

  it("are the projects of folders and patterns, sorted, each once", () => {
    assert.deepEqual(names([join(root, "teams/*")]), ["x", "a", "b"]);
    assert.deepEqual(names([join(root, "teams/b"), join(root, "teams/{b,a}")]), ["a", "b"]);
    assert.deepEqual(names([join(root, "teams/**/Pulumi.y*ml")]), ["x", "a", "deep", "b"]);
    assert.deepEqual(names([join(root, "teams/[x]")]), ["x"]);
  });

  it("take the project above a folder that is named, and never one above what a pattern hits", () => {
    assert.deepEqual(names([join(root, "teams/docs")]), ["root"]);
    assert.throws(() => names([join(root, "teams/d*")]), {
      message: /^--cwd: no folder that .*d\* stands for has a Pulumi/,
    });
    assert.throws(() => names([join(root, "none/*")]), UserError);
    assert.throws(() => names([join(root, "none")]), UserError);
  });
});
