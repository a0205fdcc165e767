/** The command itself: options, reports, exit codes, and what is left when it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folder, pack, preview, project, removeFolders, run } from "./preview.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** Ids of the processes whose command line holds all of these texts. */
function processes(...texts: string[]): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return texts.every((text) => line.includes(text));
      } catch {
        return false;
      }
    });
}

function childrenOf(pid: number): number[] {
  return processes().filter((candidate) => {
    try {
      return readFileSync(`/proc/${candidate}/stat`, "utf8").split(") ")[1]!.split(" ")[1] === String(pid);
    } catch {
      return false;
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("offline preview: the command", () => {
  after(removeFolders);

  it("prints help and version", async () => {
    const help = await run(["--help"]);
    assert.equal(help.code, 0);
    for (const option of [
      "cwd",
      "stack",
      "policy-pack",
      "policy-pack-config",
      "fixtures",
      "allow-undecided",
      "json",
      "quiet",
      "timeout",
    ]) {
      assert.match(help.stdout, new RegExp(`^  --${option} `, "m"));
    }
    const { version } = JSON.parse(readFileSync(join(ROOT, "offline-preview", "package.json"), "utf8"));
    assert.equal((await run(["--version"])).stdout, `${version}\n`);
  });

  it("refuses a wrong command line with one clear line", async () => {
    const path = project("");
    const wrong: [string[], RegExp][] = [
      [["--polcy-pack", "x"], /Unknown option '--polcy-pack'; see --help/],
      [["extra"], /Unexpected argument 'extra'/],
      [["--cwd", "/nowhere"], /--cwd: there is no folder \/nowhere/],
      [["--cwd", "/proc"], /no Pulumi\.yaml in \/proc or a folder above it/],
      [["--cwd", path, "--timeout", "soon"], /--timeout: soon is not a number of seconds/],
      [["--cwd", path, "--policy-pack-config", "x"], /must be specified with "--policy-pack"/],
    ];
    for (const [args, message] of wrong) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, message);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    }
  });

  it("takes paths relative to the folder in which it was started", async () => {
    const path = project("", { "answers.yaml": "" });
    const rules = pack("[]");
    const parent = dirname(path);
    assert.equal(dirname(rules), parent);
    const { code, report } = await preview(
      basename(path),
      ["--policy-pack", `./${basename(rules)}`, "--fixtures", join(basename(path), "answers.yaml")],
      { cwd: parent },
    );
    assert.equal(code, 0);
    assert.equal(report.packs[0]!.name, "demo-pack");
  });

  it("reports for people: tree, counts, violations, undecided, exemptions, outputs", async () => {
    const path = project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
class Component extends pulumi.ComponentResource {
  constructor(name: string) {
    super("my:index:Component", name);
    new Queue("inner", {}, { parent: this });
  }
}
new Component("outer");
const queue = new Queue("plain", { name: "n" });
new Queue("derived", { policy: queue.arn });
console.log("hello from the program");
pulumi.log.warn("careful");
export const name = queue.name;
export const secret = pulumi.secret("hidden");
export const arn = queue.arn;
`);
    const rules = pack(`[
      { name: "low", description: "Low.", severity: "low", validateResource: (a, r) => { if (a.name === "plain") r("low"); } },
      { name: "worst", description: "Worst.", severity: "critical", remediationSteps: "Fix it.", validateResource: (a, r) => { if (a.name === "inner") r("bad"); } },
      { name: "reads", description: "", severity: "high", validateResource: (a, r) => { if (a.props.policy === "x") r("bad"); } },
      { name: "exempt", description: "Ex.", tags: ["exemption"], enforcementLevel: "advisory", validateResource: (a, r) => { if (a.name === "plain") r("until Friday"); } },
    ]`);
    const { code, stdout, stderr } = await run(["--cwd", path, "--policy-pack", rules]);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^Policy pack demo-pack 1\.2\.3: 4 policies\n {2}files sha256:[0-9a-f]{64}\n {2}no configuration\n/,
    );
    assert.match(stdout, /\nStack dev: BLOCKED \(6 resources, [\d.]+ s\)\n/);
    assert.match(stdout, /\n {6}2 x aws:sqs\/queue:Queue\n/);
    assert.match(stdout, /\n {6}outer {2}my:index:Component\n {8}inner {2}aws:sqs\/queue:Queue\n/);
    assert.match(
      stdout,
      /\n {2}Violations \(2\)\n {4}critical: worst \(demo-pack\)\n {6}on inner \[aws:sqs\/queue:Queue\] {2}index\.ts:6\n {6}Worst\.\n {6}bad\n {6}remedy: Fix it\.\n {4}low: low/,
    );
    assert.match(
      stdout,
      /\n {2}Could not be decided \(1\)\n {4}high: reads \(demo-pack, mandatory; blocks, unless --allow-undecided\)\n/,
    );
    assert.match(stdout, /\n {2}Exemptions in force \(1\)\n {4}advisory: exempt \(demo-pack\)\n/);
    assert.match(stdout, /\n {2}Outputs\n {4}arn: \[unknown\]\n {4}name: n\n {4}secret: \[secret\]\n/);
    assert.match(stderr, /^dev: previewing\n/);
    assert.match(stderr, /\ndev: hello from the program\n/);
    assert.match(stderr, /\ndev: warning: careful\n/);
    assert.match(stderr, /\ndev: 6 resources, 2 violations, 1 undecided\n$/);

    const quiet = await run(["--cwd", path, "--policy-pack", rules, "--quiet"]);
    assert.equal(quiet.stderr, "dev: warning: careful\n");
    assert.match(quiet.stdout, /Violations \(2\)/);
    assert.doesNotMatch(quiet.stdout, /Outputs|Would create/);
    const alone = await run(["--cwd", path]);
    assert.equal(alone.code, 0);
    assert.match(alone.stdout, /Stack dev: passes \(6 resources, [\d.]+ s; no policy pack judged it\)/);
  });

  it("keeps standard output clean for --json", async () => {
    const { stdout, stderr } = await run(["--cwd", project('console.log("noise");\nexport const a = 1;\n'), "--json"]);
    const document = JSON.parse(stdout);
    assert.deepEqual(Object.keys(document), ["ok", "packs", "stacks"]);
    assert.deepEqual(Object.keys(document.stacks[0]), [
      "project",
      "stack",
      "ok",
      "resources",
      "diagnostics",
      "notEvaluated",
      "exempted",
      "outputs",
      "durationMs",
    ]);
    assert.equal(stderr, "");
  });

  it("neutralizes control characters in what programs name", async () => {
    const path = project(`import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("evil\\u001b[2J\\n  0 violations\\u202e");
export const out = "\\u001b]0;title\\u0007";
console.log("\\u001b[31mred");
`);
    const rules = pack(
      `[{ name: "bad", description: "d", validateResource: (a, r) => { if (a.name.startsWith("evil")) r("\\u001b[1m" + a.name); } }]`,
    );
    const { stdout, stderr } = await run(["--cwd", path, "--policy-pack", rules]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    assert.match(stdout, /evil\\u001b\[2J\\u000a {2}0 violations\\u202e/);
  });

  it("exits 2 rather than 1 when one stack fails and another is blocked", async () => {
    const path = project(
      `import { Config } from "@pulumi/pulumi";
if (new Config().get("fail")) throw new Error("boom");
`,
      { "Pulumi.other.yaml": "config: {fail: yes}\n" },
    );
    const rules = pack(`[{ name: "no", description: "d", validateResource: (a, r) => r("no") }]`);
    const { code, report } = await preview(path, ["--policy-pack", rules]);
    assert.equal(code, 2);
    assert.deepEqual(
      report.stacks.map(({ ok, error }) => [ok, error !== undefined]),
      [
        [false, false],
        [false, true],
      ],
    );
  });

  it("starts itself with an installed Node.js when the one at hand is too old, or says what to do", async () => {
    const pretend = (name: string, value: string) =>
      `Object.defineProperty(process, "${name}", { value: ${value} });\n`;
    const old = pretend("versions", '{ ...process.versions, node: "20.11.0" }');
    const path = folder({ "old.cjs": old, "alone.cjs": old + pretend("arch", '"mips"') });
    const again = await run(["--cwd", project("export const node = process.versions.node;\n"), "--json"], {
      require: join(path, "old.cjs"),
    });
    assert.equal(again.code, 0, again.stderr);
    assert.match(JSON.parse(again.stdout).stacks[0].outputs.node, /^22\./);
    const alone = await run(["--help"], { require: join(path, "alone.cjs") });
    assert.deepEqual([alone.code, alone.stdout], [2, ""]);
    assert.match(
      alone.stderr,
      /^pulumi-offline-preview: Node\.js 22\.18 or newer is needed, this is 20\.11\.0: install it/,
    );
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    it(`leaves no process behind after ${signal}, even of a program or a pack that never ends`, async () => {
      const path = project('console.log("running");\nsetTimeout(() => { while (true) {} }, 300);\n');
      const rules = pack("[]");
      let pids: number[] = [];
      const { code, signal: ended } = await run(["--cwd", path, "--policy-pack", rules], {
        started: (child) => {
          child.stderr!.on("data", async (text: string) => {
            if (!text.includes("running") || pids.length > 0) return;
            pids = childrenOf(child.pid!);
            await sleep(500);
            child.kill(signal);
          });
        },
      });
      assert.deepEqual([code, ended], [null, signal]);
      assert.ok(pids.length >= 2, "a runner and a pack were there");
      for (let attempt = 0; attempt < 40 && pids.some(isAlive); attempt++) await sleep(50);
      assert.deepEqual(pids.filter(isAlive), []);
    });
  }

  it("leaves no process and no folder behind at a normal end", async () => {
    const temporary = folder({});
    const rules = pack("[]");
    const { code } = await run(["--cwd", project(""), "--policy-pack", rules], { env: { TMPDIR: temporary } });
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(temporary), ["node_modules"]);
    assert.deepEqual(processes(rules), []);
  });

  it("ends its children when it is piped into something that closes early", async () => {
    const child = spawn(
      process.execPath,
      [
        join(ROOT, "offline-preview/bin/pulumi-offline-preview.cjs"),
        "--cwd",
        project("export const a = 1;\n"),
        "--json",
      ],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    child.stdout.destroy();
    await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual(childrenOf(child.pid!), []);
  });
});
