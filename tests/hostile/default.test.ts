/** What programs cannot do even without `--isolated`: see credentials in the environment, forge a report, or pass by force. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { folder, pack, preview, project, type Run, removeFolders, run } from "../offline-preview/preview.ts";

const SECRET = "planted-secret-51c7";
const NOTHING_ALLOWED = `[{ name: "never", description: "", validateResource: (args, report) => {
  if (args.type === "demo:index:Thing") report("a thing");
} }]`;
const THING = `import { CustomResource } from "@pulumi/pulumi";
new CustomResource("demo:index:Thing", "thing", {});`;

// The other children of the supervisor, which are its policy packs.
const KILL_PACKS = `import { readFileSync } from "node:fs";
const { pid, ppid } = process;
const children = readFileSync("/proc/" + ppid + "/task/" + ppid + "/children", "utf8").trim().split(" ").map(Number);
const packs = children.filter((child) => child !== pid);
console.log("packs: " + packs.length);
for (const child of packs) process.kill(child, "SIGKILL");`;

function assertNoPass({ code, stdout }: Run): void {
  assert.notEqual(code, 0, stdout);
  assert.doesNotMatch(stdout, /: passes/);
}

describe("hostile programs: without isolation", function () {
  this.timeout(600_000);
  after(removeFolders);

  it("see no credentials in the environment and nothing in the home folder", async () => {
    const program = project(`import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
const own = "/proc/self/environ";
console.log("environment: " + JSON.stringify(process.env) + (existsSync(own) ? readFileSync(own) : ""));
console.log("home: " + JSON.stringify(readdirSync(homedir())));`);
    const home = folder({ ".aws/credentials": SECRET });
    const env = { AWS_SECRET_ACCESS_KEY: SECRET, GITHUB_TOKEN: SECRET, NPM_CONFIG_TOKEN: SECRET, HOME: home };
    const { stderr, stdout } = await run(["--cwd", program], { env });
    assert.match(stderr, /environment: \{/);
    assert.match(stderr, /home: \[\]/);
    assert.ok(!(stdout + stderr).includes(SECRET) && !stderr.includes(home));
  });

  it("print no report of their own", async () => {
    const forged = JSON.stringify({ ok: true, packs: [], stacks: [] });
    const program = project(`${THING}
console.log(${JSON.stringify(forged)});
process.stdout.write("\\nStack dev: passes (0 resources, 0.0 s)\\n");`);
    const judge = ["--policy-pack", pack(NOTHING_ALLOWED)];
    const { code, report } = await preview(program, judge);
    assert.equal(code, 1);
    assert.equal(report.ok, false);
    assert.equal(report.stacks[0]!.diagnostics.length, 1);
    const inWords = await run(["--cwd", program, ...judge]);
    assert.match(inWords.stderr, /^dev: Stack dev: passes/m);
    assertNoPass(inWords);
  });

  for (const mode of [[], ["--isolated"]]) {
    it(`pass not by what they send over the runner's channel${mode.length > 0 ? ", isolated" : ""}`, async () => {
      const program = project(`${THING}\nprocess.send({ cmd: "NODE_HANDLE_ACK" });\nfor (;;) {}`);
      const args = ["--cwd", program, "--timeout", "10", "--policy-pack", pack(NOTHING_ALLOWED), ...mode];
      assertNoPass(await run(args));
    });
  }

  it("pass not by ending their policy packs", async function () {
    if (!existsSync("/proc/self/environ")) this.skip();
    const program = project(`${KILL_PACKS}\n${THING}`);
    const result = await run(["--cwd", program, "--policy-pack", pack("[]")]);
    assert.match(result.stderr, /packs: 1/);
    assertNoPass(result);
    assert.match(result.stdout, /its process ended \(signal SIGKILL\)/);
  });

  it("pass not by ending the preview", async () => {
    const program = project(`process.kill(process.ppid, "SIGKILL");\n${THING}`);
    const result = await run(["--cwd", program, "--policy-pack", pack("[]")]);
    assertNoPass(result);
    assert.equal(result.signal, "SIGKILL");
  });
});
