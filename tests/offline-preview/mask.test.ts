/** Secrets stay out of what is printed, in every writing. */
import assert from "node:assert/strict";
import { masker } from "../../offline-preview/report/mask.ts";
import { folder, pack, project, removeFolders, run } from "./preview.ts";

const SECRET = 'p"ss w/rd+1';

describe("offline preview: secrets in texts", () => {
  after(removeFolders);

  it("replaces a secret and its other writings, and nothing else", () => {
    const mask = masker([SECRET, "abc"]);
    const base64 = Buffer.from(SECRET).toString("base64");
    const hex = Buffer.from(SECRET).toString("hex");
    const writings = [SECRET, JSON.stringify(SECRET), encodeURIComponent(SECRET), base64, hex];
    const masked = mask(writings.join("\n"));
    assert.equal(masked, '[secret]\n"[secret]"\n[secret]\n[secret]=\n[secret]\n'.trim());
    assert.equal(mask("abc and p.ss w/rd+1"), "abc and p.ss w/rd+1");
    assert.equal(masker([])("as it is"), "as it is");
  });

  it("keeps the text of a secret out of logs, violations, outputs and errors", async () => {
    const cwd = project(
      `import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Config } from "@pulumi/pulumi";
const password = new Config().require("password");
console.log("password", password, Buffer.from(password).toString("base64"));
new Queue("queue", { name: "n-" + password });
if (process.env.PULUMI_NODEJS_STACK === "prod") throw new Error("no " + password);
export const shown = [password];
`,
      {
        "Pulumi.dev.yaml": "config: { demo:password: { secure: AAAB } }\n",
        "Pulumi.prod.yaml": "config: { demo:password: { secure: AAAB } }\n",
      },
    );
    const answers = folder({ "answers.yaml": "config: { demo:password: correct-horse }\n" });
    const policies = pack(`[{
      name: "names",
      description: "",
      validateResource: ({ type, props }, report) => { if (type === "aws:sqs/queue:Queue") report(props.name); },
    }]`);
    const options = ["--cwd", cwd, "--fixtures", `${answers}/answers.yaml`, "--policy-pack", policies];
    const { stdout, stderr } = await run(options);
    for (const text of ["correct-horse", Buffer.from("correct-horse").toString("base64").slice(0, 12)]) {
      assert.ok(!stdout.includes(text), stdout);
      assert.ok(!stderr.includes(text), stderr);
    }
    assert.match(stderr, /^dev: password \[secret\] \[secret\]/m);
    assert.match(stdout, /n-\[secret\]/);
    assert.match(stdout, /no \[secret\]/);
    const document = await run([...options, "--json"]);
    assert.ok(!document.stdout.includes("correct-horse"), document.stdout);
  });
});
