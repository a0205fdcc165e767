/** What programs write can neither steer a terminal nor command a CI job. */
import assert from "node:assert/strict";
import { neutral, neutralJson, neutralLines } from "../../offline-preview/report/neutral.ts";
import { pack, project, removeFolders, run } from "./preview.ts";

describe("offline preview: harmless texts", () => {
  after(removeFolders);

  it("writes control, direction and invisible characters as codes", () => {
    assert.equal(neutral("a\u001b[2J\u0007\r\n\u009bm"), "a\\u001b[2J\\u0007\\u000d\\u000a\\u009bm");
    assert.equal(neutral("\u202eevil\u2066\u061c\u200f"), "\\u202eevil\\u2066\\u061c\\u200f");
    assert.equal(neutral("a\u200bb\ufeffc\u00add\u2028"), "a\\u200bb\\ufeffc\\u00add\\u2028");
    assert.equal(neutral("tag \u{e0041}"), "tag \\udb40\\udc41");
    assert.equal(neutral("Größe 数 🙂"), "Größe 数 🙂");
  });

  it("breaks the commands of CI jobs, and leaves URNs and comments as they are", () => {
    assert.equal(neutral("::error::forged"), "\\u003a:error::forged");
    assert.deepEqual(neutralLines("ok\n  ::add-mask::ok"), ["ok", "  \\u003a:add-mask::ok"]);
    assert.equal(neutral("a ##vso[task.complete]"), "a \\u0023#vso[task.complete]");
    assert.equal(neutral("##[error]x"), "\\u0023#[error]x");
    assert.equal(neutral("###teamcity[x]"), "#\\u0023#teamcity[x]");
    for (const text of ["urn:pulumi:dev::demo::a:b:C::name", "## Heading [x]", "a :: b"]) {
      assert.equal(neutral(text), text);
    }
  });

  it("changes how a JSON document is written, not what it says", () => {
    const document = { "\u202e": ["\u009b\\##vso[a]\u{e0041}\u2028\n", "\\", "##[x]"] };
    const json = neutralJson(JSON.stringify(document, undefined, 2));
    assert.deepEqual(JSON.parse(json), document);
    assert.doesNotMatch(json, /##|[^\n\x20-\x7e]/);
  });

  it("does so in every part of a report and for every line of a log", async () => {
    const evil = "::error::it\\n ::stop-commands::x ##vso[task.complete]\\u001b[2J\\u009b\\u202e\\u{e0041}";
    const cwd = project(
      `import { Queue } from "@pulumi/aws/sqs/queue.js";
import { ComponentResource, log } from "@pulumi/pulumi";
const evil = "${evil}";
const part = new ComponentResource("demo:index:" + "::error::part", evil);
new Queue(evil, { name: evil }, { parent: part });
new Queue("b" + evil);
log.warn(evil);
console.log(evil);
if (process.env.PULUMI_NODEJS_STACK === "prod") throw new Error(evil);
export const out = { [evil]: evil };
export const text = evil;
`,
      { "Pulumi.prod.yaml": "config: {}\n" },
    );
    const policies = pack(`[{
      name: "evil", description: "", remediationSteps: "${evil}",
      validateResource: ({ name }, report) => { if (name.includes("error")) report("${evil}" + name); },
    }, {
      name: "reads", description: "",
      validateResource: ({ type, props }) => { if (type === "aws:sqs/queue:Queue" && !props.arn) throw new Error("${evil}"); },
    }]`);
    const { stdout, stderr } = await run(["--cwd", cwd, "--policy-pack", policies]);
    assert.match(stdout, /error::it/);
    assert.match(stderr, /error::it/);
    const json = await run(["--cwd", cwd, "--policy-pack", policies, "--json"]);
    assert.match(json.stdout, /error::it/);
    for (const text of [stdout, stderr, json.stdout, json.stderr]) {
      assert.doesNotMatch(text, /^\s*::|##vso\[/m);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u{e0041}]/u);
    }
  });
});
