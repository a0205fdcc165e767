/** Programs that nobody reviewed: what they can read, and whether they can alter what is said of them. */
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, pack, type Run, removeFolders, run } from "../offline-preview/preview.ts";

const PROGRAM = join(import.meta.dirname, "programs", "intruder");
const SECRET = "planted-secret-8d1f";
const NO_PUBLIC_BUCKET = `[{ name: "no-public-bucket", description: "", validateResource: (args, report) => {
  if (args.props.acl === "public-read") report("public");
} }]`;

describe("hostile programs", () => {
  let isolated: Run;

  before(async () => {
    const outside = folder({ ".aws/credentials": SECRET });
    const program = folder({});
    cpSync(PROGRAM, program, { recursive: true });
    writeFileSync(join(program, "planted.txt"), join(outside, ".aws", "credentials"));
    writeFileSync(join(program, "package.json"), JSON.stringify({ type: "module" }));
    const env = { AWS_SECRET_ACCESS_KEY: SECRET, GITHUB_TOKEN: SECRET, HOME: outside };
    isolated = await run(["--cwd", program, "--isolated", "--policy-pack", pack(NO_PUBLIC_BUCKET)], { env });
  });
  after(removeFolders);

  it("read no credentials: not from the environment, the home folder, or the parent process", () => {
    assert.match(isolated.stderr, /environment: /);
    for (const name of ["home", "absolute", "parent"]) {
      assert.match(isolated.stderr, new RegExp(`${name}: refused \\((?:ERR_ACCESS_DENIED|ENOENT)\\)`));
    }
    assert.ok(!(isolated.stdout + isolated.stderr).includes(SECRET));
  });

  it("start no process", () => assert.match(isolated.stderr, /child: refused \(ERR_ACCESS_DENIED\)/));

  it("do not alter the verdict with forged messages", () => {
    assert.notEqual(isolated.code, 0, isolated.stdout);
    assert.doesNotMatch(isolated.stdout, /: passes/);
    assert.match(isolated.stdout, /mandatory: no-public-bucket/);
  });

  it("do not steer the terminal or the log of a CI job", () => {
    const lines = `${isolated.stdout}\n${isolated.stderr}`;
    assert.match(lines, /^dev: \\u003a:error::.*forged/m);
    assert.doesNotMatch(lines, /^\s*::/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    assert.doesNotMatch(lines, /[\u001b\r\u202e]/);
  });
});
