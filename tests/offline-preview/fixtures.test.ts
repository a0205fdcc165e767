/** Look-ups and fixtures: what is answered, by whom, and what happens without an answer. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadFixtures } from "../../offline-preview/project/fixtures.ts";
import { folder, preview, project, removeFolders, resource, run } from "./preview.ts";

const IDENTITIES = `import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import { getCallerIdentity, getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
import { getRegionOutput } from "@pulumi/aws/getRegion.js";
import { getPartitionOutput } from "@pulumi/aws/getPartition.js";
import { getProjectOutput } from "@pulumi/gcp/organizations/getProject.js";
import { getClientConfigOutput as gcpClient } from "@pulumi/gcp/organizations/getClientConfig.js";
import { getClientConfigOutput as azureClient } from "@pulumi/azure-native/authorization/getClientConfig.js";
const china = new Provider("china", { region: "cn-north-1", allowedAccountIds: ["111122223333"] });
export const promised = (await getCallerIdentity()).accountId;
export const arn = getCallerIdentityOutput().arn;
export const region = getRegionOutput().region;
export const other = getCallerIdentityOutput({}, { provider: china }).arn;
export const partition = getPartitionOutput({}, { provider: china }).partition;
export const projectId = getProjectOutput().projectId;
export const named = getProjectOutput({ projectId: "named" }).projectId;
export const client = gcpClient().apply(({ project, region }) => [project, region]);
export const tenant = azureClient().tenantId;
`;

describe("offline preview: look-ups and fixtures", () => {
  after(removeFolders);

  it("answers who and where the program is, with obviously fake values", async () => {
    const { code, stack } = await preview(
      project(IDENTITIES, { "Pulumi.dev.yaml": "config: {aws:region: eu-west-1, gcp:project: mine}\n" }),
    );
    assert.equal(code, 0, stack.error);
    assert.deepEqual(stack.outputs, {
      promised: "000000000000",
      arn: "arn:aws:iam::000000000000:user/offline-preview",
      region: "eu-west-1",
      other: "arn:aws-cn:iam::111122223333:user/offline-preview",
      partition: "aws-cn",
      projectId: "mine",
      named: "named",
      client: ["mine", "us-central1"],
      tenant: "00000000-0000-0000-0000-000000000000",
    });
    const defaults = stack.resources.filter(({ name }) => name.startsWith("default_")).map(({ type }) => type);
    assert.deepEqual(defaults.sort(), [
      "pulumi:providers:aws",
      "pulumi:providers:azure-native",
      "pulumi:providers:gcp",
    ]);
  });

  it("makes an output-form look-up without an answer unknown, and fails a promise-form one with the fixture to add", async () => {
    const output = await preview(
      project(`import { getAmiOutput } from "@pulumi/aws/ec2/getAmi.js";
export const ami = getAmiOutput({ owners: ["self"] }).id;
`),
    );
    assert.equal(output.code, 0, output.stack.error);
    assert.equal(output.stack.outputs.ami, "[unknown]");
    const promise = await preview(
      project(`import { getAmi } from "@pulumi/aws/ec2/getAmi.js";
export const ami = (await getAmi({ owners: ["self"] })).id;
`),
    );
    assert.equal(promise.code, 2);
    assert.match(
      promise.stack.error!,
      /look-up aws:ec2\/getAmi:getAmi has no answer.*--fixtures.*\{"invokes":\{"aws:ec2\/getAmi:getAmi":\[\{"args":\{"owners":\["self"\]\},"result":\{\}\}\]\}\}/,
    );
  });

  it("takes answers, outputs and other stacks' outputs from a fixtures file", async () => {
    const path = project(
      `import * as pulumi from "@pulumi/pulumi";
import { getAmi } from "@pulumi/aws/ec2/getAmi.js";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
export const [mine, theirs] = await Promise.all(["self", "amazon"].map((owner) => getAmi({ owners: [owner] })));
export const account = (await getCallerIdentity()).accountId;
const one = new Queue("one", { name: "kept" });
export const outputs = [one.id, one.arn, one.url, new Queue("two").arn];
export const read = Queue.get("read", "an-id").arn;
const reference = new pulumi.StackReference("acme/network/prod");
export const vpc = reference.getOutput("vpcId");
export const subnet = new pulumi.StackReference("acme/network/dev").getOutput("subnetId");
`,
      {
        "answers.yaml": `invokes:
  aws:ec2/getAmi:getAmi:
    - {args: {owners: [self]}, result: {id: ami-mine}}
    - {result: {id: ami-any}}
  aws:index/getCallerIdentity:getCallerIdentity: {accountId: "999999999999"}
resources:
  aws:sqs/queue:Queue: {arn: "arn:any"}
  aws:sqs/queue:Queue::one: {id: queue-one, arn: "arn:one"}
stackReferences:
  acme/network/prod: {vpcId: vpc-1}
`,
      },
    );
    const { code, stack } = await preview(path, ["--fixtures", join(path, "answers.yaml")]);
    assert.equal(code, 0, stack.error);
    assert.deepEqual(stack.outputs, {
      mine: { id: "ami-mine" },
      theirs: { id: "ami-any" },
      account: "999999999999",
      outputs: ["queue-one", "arn:one", "[unknown]", "arn:any"],
      read: "arn:any",
      vpc: "vpc-1",
      subnet: "[unknown]",
    });
    assert.deepEqual(resource(stack, "one").inputs, { name: "kept" }, "fixtures are outputs, not inputs");
  });

  it("explains what is wrong with a fixtures file", async () => {
    const broken: [string, RegExp][] = [
      ["invoke: {}\n", /unknown section 'invoke': use invokes, resources, stackReferences, tags, config/],
      ["invokes: {a:b:c: [{args: {}}]}\n", /invokes: a:b:c\[0\] has no 'result'/],
      ["resources: [a]\n", /resources must be a map/],
      ["invokes: {a\n", /at line/],
    ];
    for (const [text, message] of broken) {
      const path = folder({ "answers.yaml": text });
      assert.throws(() => loadFixtures(join(path, "answers.yaml")), message);
    }
    const { code, stderr } = await run(["--cwd", project(""), "--fixtures", "/nowhere.yaml"]);
    assert.equal(code, 2);
    assert.match(stderr, /--fixtures \/nowhere\.yaml: ENOENT/);
  });
});
