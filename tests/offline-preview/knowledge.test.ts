/** What the preview knows of types without their providers, through the interface for programs. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onlyStack, preview, resource, UNKNOWN, UserError } from "../../offline-preview/index.ts";
import { folder, pack, project, removeFolders, run } from "./preview.ts";

const THING = `import * as pulumi from "@pulumi/pulumi";
class Thing extends pulumi.CustomResource {
  declare readonly made: pulumi.Output<string>;
  constructor(name: string, args: object) { super("acme:index:Thing", name, { made: undefined, ...args }); }
}
`;

const SCHEMA = JSON.stringify({
  name: "acme",
  version: "1.0.0",
  resources: {
    "acme:index:Thing": {
      inputProperties: { size: { type: "string" }, zone: { type: "string", default: "a" } },
      requiredInputs: ["size"],
      properties: { size: { type: "string" }, zone: { type: "string" }, made: { type: "string" } },
      required: ["size", "zone", "made"],
    },
  },
});

describe("offline preview: what is known without providers", () => {
  after(removeFolders);

  it("refuses inputs that the SDK's types refuse, and shows names that a provider makes up as unknown", async () => {
    const cwd = project(`import { Role } from "@pulumi/aws/iam/role.js";
import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
new Role("role", { assumeRolePolicy: "{}" });
new NotebookInstance("typo", { roleArn: "arn:aws:iam::1:role/r", instanceType: "ml.t3.medium", volumeSize: "big" } as never);
`);
    const stack = onlyStack(await preview({ cwd }));
    assert.match(stack.error!, /NotebookInstance::typo: volumeSize .*number/);
    assert.equal(resource(stack, "role").inputs.name, UNKNOWN);
  });

  it("takes defaults and checks from a package schema", async () => {
    const files = { "schema.json": SCHEMA };
    const good = project(`${THING}new Thing("thing", { size: "s" });`, files);
    const known = onlyStack(await preview({ cwd: good, providerSchemas: [join(good, "schema.json")] }));
    assert.equal(known.error, undefined);
    assert.deepEqual(resource(known, "thing").inputs, { size: "s", zone: "a" });
    assert.deepEqual(resource(onlyStack(await preview({ cwd: good })), "thing").inputs, { size: "s" });
    const bad = project(`${THING}new Thing("thing", { colour: "red" });`, files);
    const refused = onlyStack(await preview({ cwd: bad, providerSchemas: [join(bad, "schema.json")] }));
    assert.match(refused.error!, /size/);
    assert.match(refused.error!, /colour/);
  });

  it("judges a second time with assumed values, labelled, and lets what it finds block", async () => {
    const cwd = project(`import { Queue } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
const queue = new Queue("queue");
const Statement = (arn: string) => [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: arn }];
new QueuePolicy("policy", { queueUrl: queue.url, policy: queue.arn.apply((arn) => JSON.stringify({ Statement: Statement(arn) })) });
`);
    const policies = pack(`[{
      name: "no-public-queue",
      description: "",
      severity: "high",
      validateResource: ({ type, props }, report) => {
        if (type === "aws:sqs/queuePolicy:QueuePolicy" && props.policy.includes('"Principal":"*"')) report(props.policy);
      },
    }]`);
    const once = onlyStack(await preview({ cwd, policyPacks: [policies] }));
    assert.equal(once.notEvaluated.length, 1);
    assert.equal(once.assumed, undefined);
    const twice = onlyStack(await preview({ cwd, policyPacks: [policies], assumeCreated: true, allowUndecided: true }));
    assert.equal(twice.ok, false);
    assert.deepEqual(twice.diagnostics, []);
    assert.equal(twice.assumed!.notEvaluated.length, 0);
    const [found] = twice.assumed!.diagnostics;
    assert.match(found!.message, /"Resource":"arn:aws:sqs:us-east-1:000000000000:queue-[0-9a-f]{7}"/);
    const { code, stdout } = await run(["--cwd", cwd, "--policy-pack", policies, "--assume-created"]);
    assert.equal(code, 1);
    assert.match(stdout, /Found with assumed values \(--assume-created\) \(1\)\n {4}high: no-public-queue/);
  });

  it("records what is missing, in one run, and is content when it is filled in", async () => {
    const cwd = project(`import { getVpc } from "@pulumi/aws/ec2/getVpc.js";
import { getBucketOutput } from "@pulumi/aws/s3/getBucket.js";
import { StackReference } from "@pulumi/pulumi";
const vpc = await getVpc({ default: true });
const bucket = getBucketOutput({ bucket: "data" });
const network = new StackReference("acme/network/prod");
export default { cidr: vpc.cidrBlock, arn: bucket.arn, subnet: network.getOutput("subnet") };
`);
    const file = join(folder({}), "answers.yaml");
    const recorded = await run(["--cwd", cwd, "--record-fixtures", file]);
    assert.equal(recorded.code, 0, recorded.stdout);
    assert.match(recorded.stderr, /answers\.yaml: 3 answers to fill in/);
    const text = readFileSync(file, "utf8");
    assert.match(text, /aws:ec2\/getVpc:getVpc:/);
    assert.match(text, /acme\/network\/prod: \{\}/);
    const again = await run(["--cwd", cwd, "--fixtures", file, "--record-fixtures", file]);
    assert.match(again.stderr, /0 answers to fill in/);
    assert.equal(readFileSync(file, "utf8"), text);
    const without = onlyStack(await preview({ cwd }));
    assert.match(without.error!, /look-up aws:ec2\/getVpc:getVpc has no answer offline/);
  });

  it("previews a fleet, in shards whose reports are merged", async () => {
    const one = project(`import { Queue } from "@pulumi/aws/sqs/queue.js";\nnew Queue("a");\n`);
    const other = project(`import { Queue } from "@pulumi/aws/sqs/queue.js";\nnew Queue("b");\n`, {
      "Pulumi.yaml": "name: other\nruntime: {name: nodejs, options: {typescript: false}}\n",
    });
    const cwd = ["--cwd", one, "--cwd", other];
    const whole = await run([...cwd, "--json"]);
    assert.equal(whole.code, 0, whole.stderr);
    const files = folder({});
    for (const shard of ["1/2", "2/2"]) {
      const { stdout } = await run([...cwd, "--shard", shard, "--json"]);
      writeFileSync(join(files, shard.replace("/", "-")), stdout);
    }
    const parts = ["1-2", "2-2"].flatMap((name) => ["--merge", join(files, name)]);
    const merged = await run([...parts, "--json"]);
    assert.equal(merged.code, 0, merged.stderr);
    const withoutTimes = (text: string) => {
      const { stacks } = JSON.parse(text) as { stacks: { project: string; durationMs: number }[] };
      return stacks.map((stack) => ({ ...stack, durationMs: 0 })).sort((a, b) => (a.project < b.project ? -1 : 1));
    };
    assert.deepEqual(withoutTimes(merged.stdout), withoutTimes(whole.stdout));
    const half = await run(["--merge", join(files, "1-2")]);
    assert.equal(half.code, 2);
    assert.match(half.stderr, /shard 2 of 2 is missing/);
  });

  it("writes an export beside the report", async () => {
    const cwd = project(`import { Queue } from "@pulumi/aws/sqs/queue.js";\nnew Queue("queue", { name: "jobs" });\n`);
    const out = folder({});
    const { code, stderr } = await run(["--cwd", cwd, "--export", `terraform=${out}`]);
    assert.equal(code, 0);
    assert.match(stderr, /: \d files, 0 resources left out/);
    assert.match(readFileSync(join(out, "dev", "main.tf"), "utf8"), /resource "aws_sqs_queue" "queue"/);
    assert.ok(existsSync(join(out, "README.md")));
  });

  it("gives a request that makes no sense one clear error", async () => {
    await assert.rejects(preview({ cwd: "/no/such/folder" }), { constructor: UserError, message: /no folder/ });
    await assert.rejects(preview({ cwd: project(""), fixtures: { invoke: {} } as never }), {
      constructor: UserError,
      message: /unknown section 'invoke'/,
    });
  });
});
