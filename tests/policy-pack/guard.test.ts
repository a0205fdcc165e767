/** The guard in programs: with and without a pack, in previews and in an update. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { folder, preview, project, removeFolders, type Stack } from "../offline-preview/preview.ts";

const PACK = ["--policy-pack", join(import.meta.dirname, "../../policy-pack")];

const IMPORTS = `import { ComponentResource, runtime, secret } from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import { Domain } from "@pulumi/aws/sagemaker/domain.js";
import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { guard } from "secure-ml-policy-pack/guard";
`;

/** Insecure in many ways; its root access is known only when the topic exists. */
const INSECURE = `
const topic = new Topic("topic");
const roleArn = "arn:aws:iam::111122223333:role/notebook";
new NotebookInstance("open", {
  instanceType: "ml.t3.medium", roleArn, rootAccess: topic.name, directInternetAccess: secret("Enabled-indeed"),
  subnetId: topic.arn, tags: { team: secret(topic.arn) },
});
class Workspace extends ComponentResource {
  constructor(name) {
    super("acme:index:Workspace", name);
    const provider = new Provider("tagging", { region: "eu-west-1", defaultTags: { tags: { team: "ml" } } }, { parent: this });
    new Domain("tagged", { domainName: "d", vpcId: "v", subnetIds: [], authMode: "IAM", defaultUserSettings: { executionRole: roleArn } },
      { parent: this, provider });
  }
}
new Workspace("workspace");
new Domain("untagged", { domainName: "d", vpcId: "v", subnetIds: [], authMode: "IAM", defaultUserSettings: { executionRole: roleArn } });
`;

const FILES = { "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n  aws:defaultTags: { tags: { stage: dev } }\n" };

const guarded = (config = "") => project(`${IMPORTS}guard(${config});\n${INSECURE}`, FILES);

/** What the guard says of a stack: the error of the program, one entry for each violation. */
const errorsOf = ({ error = "" }: Stack): string[] => error.split(/\n(?=\[mandatory\])/).filter((text) => text !== "");

/** What the guard logs as warnings. */
function warningsOf(stderr: string): string[] {
  const lines = stderr.split("\n").flatMap((line) => /^dev: warning: (.*)/.exec(line)?.[1] ?? []);
  return lines.join("\n").split(/\n(?=\[advisory\])/);
}

/** The violations that a pack found on single resources, as the guard words them. */
function expectedOf({ diagnostics, resources }: Stack, level: string): string[] {
  return diagnostics
    .filter((one) => one.level === level)
    .map(({ policy, urn, message }) => {
      const { type, name } = resources.find((one) => one.urn === urn)!;
      return `[${level}] ${policy} (${type}: ${name})\n${message}`;
    });
}

/** What only whole stacks show is beyond the guard. */
const withoutRelations = (text: string) => !/security-groups-closed|not-admin/.test(text);

describe("guard", function () {
  this.timeout(120_000);
  after(removeFolders);

  it("says without a pack what the pack would say, and fails the preview", async () => {
    const cwd = guarded();
    const judged = await preview(cwd, PACK);
    const alone = await preview(cwd);
    assert.equal(judged.stack.error, undefined, "quiet where the pack judges");
    assert.doesNotMatch(judged.stderr, /notebook-/);
    assert.equal(alone.stack.ok, false);
    const expected = expectedOf(judged.stack, "mandatory").filter(withoutRelations);
    assert.ok(expected.length > 6, expected.join("\n"));
    assert.deepEqual(errorsOf(alone.stack).filter(withoutRelations).sort(), expected.sort());
    const advisories = expectedOf(judged.stack, "advisory").filter(withoutRelations);
    assert.ok(advisories.length > 4, advisories.join("\n"));
    assert.deepEqual(warningsOf(alone.stderr).sort(), advisories.sort());
    assert.ok(judged.stack.notEvaluated.some(({ policy }) => policy === "notebook-root-disabled"));
    assert.doesNotMatch(alone.stack.error! + alone.stderr, /notebook-root-disabled/, "the update will decide");
  });

  it("never shows a secret", async () => {
    const { stack, stderr } = await preview(guarded());
    assert.match(stack.error!, /directInternetAccess is "\[secret\]"; it must be "Disabled"/);
    assert.doesNotMatch(stack.error + stderr, /Enabled-indeed/);
  });

  it("is quiet in every stack that one pack judges", async () => {
    const cwd = project(`${IMPORTS}guard();\n${INSECURE}`, { ...FILES, "Pulumi.prod.yaml": "config: {}\n" });
    const { report } = await preview(cwd, PACK);
    assert.deepEqual(
      report.stacks.map(({ stack, error, diagnostics }) => [stack, error, diagnostics.length > 0]),
      [
        ["dev", undefined, true],
        ["prod", undefined, true],
      ],
    );
  });

  it("judges isolated programs in any case: they cannot see whether a pack does", async () => {
    const { stack } = await preview(guarded(), [...PACK, "--isolated"]);
    assert.match(stack.error!, /\[mandatory\] notebook-no-direct-internet/);
  });

  it("judges what a resource's own transform made of it", async () => {
    const program = `${IMPORTS}guard({ all: "disabled", "notebook-root-disabled": "mandatory" });
new NotebookInstance("changed", { instanceType: "ml.t3.medium", roleArn: "r", rootAccess: "Disabled" }, {
  transforms: [({ props, opts }) => ({ props: { ...props, rootAccess: "Enabled" }, opts })],
});`;
    const { stack } = await preview(project(program));
    assert.match(stack.error!, /rootAccess is "Enabled"/);
  });

  it("takes levels, parameters and exemptions as the pack does", async () => {
    const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const exemption = { control: "notebook-imdsv2", resource: "*::open", reason: "old", owner: "ml", expires };
    const config = {
      all: "disabled",
      exemptions: { enforcementLevel: "mandatory", exemptions: [exemption, { ...exemption, control: "no-such" }] },
      "exemption-in-force": "advisory",
      "notebook-imdsv2": "mandatory",
      "workspace-tags": { enforcementLevel: "mandatory", requiredTags: ["stage"] },
    };
    const { stack, stderr } = await preview(guarded(JSON.stringify(config)));
    const policies = errorsOf(stack).map((text) => /\] (\S+) \((.*)\)/.exec(text)?.slice(1).join(" "));
    assert.deepEqual(policies.sort(), [
      "exemptions pulumi:pulumi:Stack: demo-dev",
      "workspace-tags aws:sagemaker/domain:Domain: tagged",
    ]);
    assert.match(stderr, /exemption-in-force \(aws:sagemaker\/notebookInstance:NotebookInstance: open\)/);
  });

  it("lets nothing through that it cannot judge", async () => {
    const { stack } = await preview(guarded('{ "notebook-imdsv3": "advisory" }'));
    assert.equal(
      stack.error,
      "[mandatory] guard (pulumi:pulumi:Stack: demo-dev)\npolicy configuration: there is no policy notebook-imdsv3",
    );
  });
});

/** Runs the guard's transform in a process of its own, as an update or a preview would. */
async function transform(isPreview: boolean, beforehand: string, props: string): Promise<string> {
  const script = `
    import { output, runtime, secret } from "@pulumi/pulumi";
    import { guard } from "secure-ml-policy-pack/guard";
    import { markJudging } from "${join(import.meta.dirname, "../../policy-pack/marker.ts")}";
    let registered;
    const mocks = {
      newResource: ({ inputs }) => ({ id: "id", state: inputs }),
      call: () => ({}),
      registerTransform: (transform) => { registered = transform; },
    };
    await runtime.setMocks(mocks, "demo", "dev", ${isPreview});
    ${beforehand}
    guard();
    for (let wait = 0; registered === undefined && wait < 20; wait++) await new Promise((go) => setTimeout(go, 100));
    const type = "aws:sagemaker/notebookInstance:NotebookInstance";
    try {
      await registered?.({ type, name: "nb", custom: true, props: ${props}, opts: {} });
      console.log(registered === undefined ? "quiet" : "let through");
    } catch (error) {
      console.log(error.message);
    }
    process.exit();
  `;
  const cwd = folder({ "package.json": '{ "type": "module" }', "index.ts": script });
  const env = { ...process.env, TMPDIR: cwd };
  const { stdout } = await promisify(execFile)(process.execPath, [join(cwd, "index.ts")], { cwd, env });
  return stdout;
}

describe("guard in an update", function () {
  this.timeout(60_000);
  after(removeFolders);

  const JUDGED = 'markJudging({ PULUMI_NODEJS_PROJECT: "demo", PULUMI_NODEJS_STACK: "dev" });';
  const OTHER_STACK = JUDGED.replace("dev", "prod");

  it("throws, whether a pack judges or not", async () => {
    for (const beforehand of ["", JUDGED]) {
      const said = await transform(false, beforehand, '{ rootAccess: output("Enabled"), kmsKeyId: secret("k") }');
      assert.match(said, /\[mandatory\] notebook-root-disabled \(.*: nb\)\n.*\nrootAccess is "Enabled"/);
      assert.doesNotMatch(said, /notebook-disk-cmk/);
    }
  });

  it("is quiet in a preview of the stack that the pack judges, and of no other", async () => {
    assert.equal(await transform(true, JUDGED, "{}"), "quiet\n");
    assert.notEqual(await transform(true, OTHER_STACK, "{}"), "quiet\n");
  });
});
