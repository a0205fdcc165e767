/** Secrets stay out of what is printed, in every writing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { missingFixture } from "../../offline-preview/monitor/invokes.ts";
import { secret } from "../../offline-preview/protocol/properties.ts";
import { Mask } from "../../offline-preview/report/mask.ts";
import { folder, pack, preview, project, removeFolders, resource, run } from "./preview.ts";

const SECRET = 'p"ss w/rd+1?';

function masked(secrets: string[], text: string): string {
  const mask = new Mask();
  for (const secret of secrets) mask.add(secret);
  return mask.apply(text);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("offline preview: secrets in texts", () => {
  after(removeFolders);

  it("replaces a secret and its other writings, and nothing else", () => {
    const json = JSON.stringify(SECRET);
    const form = new URLSearchParams({ s: SECRET }).toString();
    const hex = Buffer.from(SECRET).toString("hex");
    const writings = [SECRET, json, JSON.stringify(json), encodeURIComponent(SECRET), form, hex, hex.toUpperCase()];
    assert.equal(
      masked([SECRET], writings.join("\n")),
      '[secret]\n"[secret]"\n"\\"[secret]\\""\n[secret]\ns=[secret]\n[secret]\n[secret]',
    );
    assert.equal(masked([SECRET], inspect({ a: SECRET })), "{ a: '[secret]' }");
    assert.equal(masked(["two\nlines"], inspect("two\nlines")), "'[secret]'");
    assert.equal(masked([SECRET], "p.ss w/rd+1?"), "p.ss w/rd+1?");
    assert.equal(masked([], "as it is"), "as it is");
    assert.equal(masked(["abc-123", "abc-123-456"], "abc-123-456 abc-123"), "[secret] [secret]");
    assert.equal(masked(["hunter2\n"], "hunter2"), "[secret]");
  });

  it("leaves what is too short to be told from ordinary words", () => {
    assert.equal(masked(["admin", "5432"], "admin:5432"), "admin:5432");
    assert.equal(masked(["admins"], "admins"), "[secret]");
  });

  it("hides a secret in the middle of base64, whatever stands around it", () => {
    const texts = fc.string({ minLength: 0, maxLength: 5 });
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const password = "correct-horse/battery?staple";
        for (const encoded of [
          base64(before + password + after),
          Buffer.from(before + password).toString("base64url"),
        ]) {
          const rest = masked([password], encoded);
          assert.match(rest, /\[secret\]/);
          // At either end one character may be left, which holds a part of what stands beside the secret too.
          const others = Math.ceil((Buffer.byteLength(before + after) * 8) / 6) + "==".length;
          assert.ok(rest.length <= others + 2 + "[secret]".length, rest);
        }
      }),
    );
  });

  it("hides each long line of a secret, since logs come line by line", () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADANBgkqhkiG".repeat(3)}\nshort\n`;
    assert.equal(masked([key], `key: ${"MIIEvQIBADANBgkqhkiG".repeat(3)}`), "key: [secret]");
    assert.equal(masked([key], "short"), "short");
  });

  it("keeps the text of a secret out of logs, violations, outputs and errors", async () => {
    const cwd = project(
      `import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Config } from "@pulumi/pulumi";
const password = new Config().require("password");
const { key } = new Config().requireObject("account") as { key: string };
console.log("password", password, Buffer.from(password).toString("base64"), key);
new Queue("queue", { name: "n-" + password });
if (process.env.PULUMI_NODEJS_STACK === "prod") throw new Error("no " + password);
export const shown = [password];
`,
      Object.fromEntries(
        ["dev", "prod"].map((stack) => [
          `Pulumi.${stack}.yaml`,
          "config: { demo:password: { secure: AAAB }, demo:account: { secure: AAAC } }\n",
        ]),
      ),
    );
    const answers = folder({
      "answers.yaml": "config: { demo:password: correct-horse, demo:account: { key: battery-staple } }\n",
    });
    const policies = pack(`[{
      name: "names",
      description: "",
      validateResource: ({ type, props }, report) => { if (type === "aws:sqs/queue:Queue") report(props.name); },
    }]`);
    const options = ["--cwd", cwd, "--fixtures", `${answers}/answers.yaml`, "--policy-pack", policies];
    const { stdout, stderr } = await run(options);
    for (const text of ["correct-horse", base64("correct-horse").slice(0, 12), "battery-staple"]) {
      assert.ok(!stdout.includes(text), stdout);
      assert.ok(!stderr.includes(text), stderr);
    }
    assert.match(stderr, /^dev: password \[secret\] \[secret\]=* \[secret\]/m);
    assert.match(stdout, /n-\[secret\]/);
    assert.match(stdout, /no \[secret\]/);
    const document = await run([...options, "--json"]);
    assert.ok(!document.stdout.includes("correct-horse"), document.stdout);
  });
});

// Each secret comes to the monitor in another way, and then stands open in every place that a program can write to.
const MARKS = `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Instance } from "@pulumi/aws/rds/instance.js";
const SECRETS = ["text-1-secret", "nested-2-secret", "extra-3-secret", "output-4-secret", 50005000, "asset-6-secret", "bytes-7-secret"];
const [text, nested, extra, output, number, asset, provider] = SECRETS as string[];
class Part extends pulumi.ComponentResource {
  constructor() {
    super("demo:index:Part", "part");
    this.registerOutputs({ made: pulumi.secret(output) });
  }
}
new Part();
class Thing extends pulumi.CustomResource {}
new Thing("demo:index:Thing", "thing", { list: [pulumi.secret({ b: [nested], n: number })] });
new pulumi.ProviderResource("aws", "mine", { token: pulumi.secret(provider) });
new Queue("marked", { policy: pulumi.secret(text) });
new Queue("extra", { name: extra }, { additionalSecretOutputs: ["name"] });
new Queue("asset", { policy: pulumi.secret(new pulumi.asset.StringAsset(asset)) as never });
const parent = new Queue("named-" + text, { name: "x-" + SECRETS.join("+"), delaySeconds: Number(number) });
new Queue("child", { policy: JSON.stringify({ all: SECRETS }) }, { parent, dependsOn: parent });
new Instance("plain", { instanceClass: "db.t3.micro", password: "marked-by-sdk" });
setTimeout(() => console.log("all of", ...SECRETS.filter((one) => one !== output)), 300);
export const all = SECRETS;
export const region = "eu-west-1";
export const late = pulumi.secret("stack-8-secret");
export const open = "stack-8-secret and marked-by-sdk";
if (pulumi.getStack() === "prod") setTimeout(() => { throw new Error("no: " + SECRETS.join(" ")); }, 300);
`;

describe("offline preview: secrets that a program marks", () => {
  after(removeFolders);
  const OPEN = /text-1|nested-2|extra-3|output-4|50005000|asset-6|bytes-7|stack-8|marked-by-sdk/;
  const reporter = `[{
    name: "tells", description: "",
    validateResource: ({ name, props }, report) => report(name + JSON.stringify(props)),
  }, {
    name: "stack", description: "",
    validateStack: ({ resources }, report) => { for (const one of resources) report("saw " + one.urn, one.urn); },
  }]`;

  for (const mode of [[], ["--isolated"]]) {
    it(`stand nowhere in a report, a log or an export${mode.length > 0 ? ", isolated" : ""}`, async () => {
      const cwd = project(MARKS, { "Pulumi.prod.yaml": "config: {}\n" });
      const out = folder({});
      const exports = ["--export", `terraform=${join(out, "tf")}`, "--export", `arm=${join(out, "arm")}`];
      const args = ["--policy-pack", pack(reporter), "--allow-undecided", ...mode];
      const { code, report, stack, stderr } = await preview(cwd, [...args, ...exports]);
      assert.equal(code, 2, stderr);
      assert.deepEqual(
        report.stacks.map((one) => (one.error === undefined ? "" : one.error.split("\n")[0])),
        ["", "no: [secret] [secret] [secret] [secret] [secret] [secret] [secret]"],
      );
      assert.doesNotMatch(JSON.stringify(report), OPEN);
      assert.doesNotMatch(stderr, OPEN);
      const tf = readFileSync(join(out, "tf", "dev", "main.tf"), "utf8");
      assert.doesNotMatch(tf, OPEN);
      assert.match(tf, /password = "\$\{var\.secret\}"/);
      const parent = resource(stack, "named-[secret]");
      assert.equal(parent.urn, "urn:pulumi:dev::demo::aws:sqs/queue:Queue::named-[secret]");
      assert.equal(parent.inputs.delaySeconds, "[secret]");
      const child = resource(stack, "child");
      assert.equal(child.parent, parent.urn);
      assert.deepEqual(child.dependencies, [parent.urn]);
      assert.equal(stack.outputs.open, "[secret] and [secret]");
      assert.equal(stack.outputs.region, "eu-west-1");
      const text = await run(["--cwd", cwd, ...args]);
      assert.doesNotMatch(text.stdout + text.stderr, OPEN);
      assert.match(text.stderr, /^dev: all of( \[secret\]){6}$/m);
      assert.match(text.stdout, /saw urn:pulumi:dev::demo::aws:sqs\/queue:Queue::named-\[secret\]/);
    });
  }

  it("stay out of what only the second pass says", async () => {
    const cwd = project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const queue = new Queue("queue");
queue.arn.apply((arn) => new Queue("second", { policy: pulumi.secret("second-9-secret"), name: "second-9-secret" }));
`);
    const policies = pack(reporter);
    const { stack } = await preview(cwd, ["--assume-created", "--policy-pack", policies]);
    const second = (stack as unknown as { assumed: { diagnostics: { message: string }[] } }).assumed.diagnostics;
    assert.ok(second.some(({ message }) => message.includes('"name":"[secret]"')));
    assert.doesNotMatch(JSON.stringify(stack), /second-9/);
  });

  it("stay out of the message that asks for a fixture", () => {
    const message = missingFixture("aws:ec2/getVpc:getVpc", { id: secret("vpc-10-secret"), state: "available" });
    assert.match(message, /\[\{"args":\{"state":"available"\},"result":\{\}\}\]/);
  });
});
