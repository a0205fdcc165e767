/** Values that `--assume-created` gives: exact forms, unique, and never in place of what the program gave. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AssumedResource, assumedId, assumedOutputs } from "../../offline-preview/assumed/values.ts";
import type { Properties } from "../../offline-preview/protocol/messages.ts";

const PROVIDER = {
  region: "eu-west-1",
  allowedAccountIds: '["111122223333"]',
  project: "mine",
  subscriptionId: "55555555-6666-4777-8888-999999999999",
};

function made(type: string, inputs: Properties, name = "one"): AssumedResource {
  return { type, name, inputs, provider: PROVIDER, outputs: undefined };
}

const GROUP = "/subscriptions/55555555-6666-4777-8888-999999999999/resourceGroups/rg/providers";
const SA = "/providers/Microsoft.Storage/storageAccounts/acc";

// Type, inputs, id, and some of the outputs.
const ROWS: [string, Properties, string, Properties][] = [
  ["aws:s3/bucket:Bucket", { bucket: "b" }, "b", { arn: "arn:aws:s3:::b" }],
  ["aws:s3/bucketPolicy:BucketPolicy", { bucket: "b" }, "b", {}],
  ["aws:iam/role:Role", { name: "r", path: "/p/" }, "r", { arn: "arn:aws:iam::111122223333:role/p/r" }],
  ["aws:iam/policy:Policy", { name: "p" }, "arn:aws:iam::111122223333:policy/p", {}],
  ["aws:iam/rolePolicy:RolePolicy", { role: "r", name: "p" }, "r:p", {}],
  ["aws:kms/alias:Alias", { name: "alias/k" }, "alias/k", { arn: "arn:aws:kms:eu-west-1:111122223333:alias/k" }],
  ["aws:sns/topic:Topic", { name: "t" }, "arn:aws:sns:eu-west-1:111122223333:t", {}],
  ["aws:sqs/queue:Queue", { name: "q" }, "https://sqs.eu-west-1.amazonaws.com/111122223333/q", {}],
  [
    "aws:sqs/queue:Queue",
    { name: "q", region: "cn-north-1" },
    "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q",
    {
      arn: "arn:aws-cn:sqs:cn-north-1:111122223333:q",
    },
  ],
  [
    "aws:ecr/repository:Repository",
    { name: "e" },
    "e",
    {
      repositoryUrl: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/e",
    },
  ],
  [
    "aws:cloudwatch/logGroup:LogGroup",
    { name: "/l" },
    "/l",
    { arn: "arn:aws:logs:eu-west-1:111122223333:log-group:/l" },
  ],
  ["gcp:storage/bucket:Bucket", { name: "b" }, "b", { url: "gs://b" }],
  [
    "gcp:compute/network:Network",
    { name: "n" },
    "projects/mine/global/networks/n",
    {
      selfLink: "https://www.googleapis.com/compute/v1/projects/mine/global/networks/n",
    },
  ],
  ["gcp:compute/subnetwork:Subnetwork", { name: "s" }, "projects/mine/regions/eu-west-1/subnetworks/s", {}],
  ["gcp:kms/keyRing:KeyRing", { name: "r", location: "eu" }, "projects/mine/locations/eu/keyRings/r", {}],
  ["gcp:pubsub/topic:Topic", { name: "t" }, "projects/mine/topics/t", {}],
  [
    "gcp:serviceaccount/account:Account",
    { accountId: "a" },
    "projects/mine/serviceAccounts/a@mine.iam.gserviceaccount.com",
    {
      member: "serviceAccount:a@mine.iam.gserviceaccount.com",
    },
  ],
  ["gcp:storage/bucketIAMMember:BucketIAMMember", { bucket: "b", role: "r", member: "m" }, "b/b/r/m", {}],
  [
    "azure-native:storage:StorageAccount",
    { accountName: "acc", resourceGroupName: "rg" },
    `${GROUP}${SA.slice(10)}`,
    {
      type: "Microsoft.Storage/storageAccounts",
    },
  ],
  [
    "azure-native:storage:BlobContainer",
    { accountName: "acc", containerName: "c", resourceGroupName: "rg" },
    `${GROUP}${SA.slice(10)}/blobServices/default/containers/c`,
    { name: "c", type: "Microsoft.Storage/storageAccounts/blobServices/containers" },
  ],
  [
    "azure-native:containerregistry:Registry",
    { registryName: "Acr", resourceGroupName: "rg" },
    `${GROUP}/Microsoft.ContainerRegistry/registries/Acr`,
    { loginServer: "acr.azurecr.io" },
  ],
];

describe("offline preview: assumed values", () => {
  for (const [type, inputs, id, outputs] of ROWS) {
    it(`has the form of ${type} ${JSON.stringify(inputs)}`, () => {
      const resource = made(type, inputs);
      assert.equal(assumedId(resource), id);
      const values = assumedOutputs(resource);
      for (const [property, value] of Object.entries(outputs)) assert.deepEqual(values[property], value, property);
      for (const property of Object.keys(inputs)) assert.ok(!(property in values), property);
    });
  }

  it("gives the same id in every run and another for every name", () => {
    const types = [...new Set(ROWS.map(([type]) => type))].filter(
      (type) => !/Policy:BucketPolicy|IAMMember/.test(type),
    );
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uuid(), fc.uuid(), (type, one, other) => {
        assert.equal(assumedId(made(type, {}, one)), assumedId(made(type, {}, one)));
        if (one !== other) assert.notEqual(assumedId(made(type, {}, one)), assumedId(made(type, {}, other)));
      }),
    );
  });

  it("assumes no setting that the program left out", () => {
    const text = { type: { kind: "string" as const }, required: true };
    const resource = { ...made("aws:efs/fileSystem:FileSystem", {}), outputs: { arn: text, kmsKeyId: text } };
    assert.deepEqual(Object.keys(assumedOutputs({ ...resource, inputShapes: { kmsKeyId: text } })), ["arn"]);
  });
});
