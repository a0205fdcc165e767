import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AWS_TYPES } from "./aws-resources.ts";
import { AZURE_TYPES } from "./azure-resources.ts";
import { GCP_TYPES } from "./gcp-resources.ts";
import { judge, modelOf } from "./judge.ts";
import { type Schema, TEXT, wholeText } from "./schema.ts";
import { UNKNOWN, validate } from "./validate.ts";

const REQUIRED_NAME: Schema = { kind: "object", members: new Map([["name", () => TEXT]]), required: ["name"] };

/** What is wrong with one resource. */
function problems(type: string, inputs: Record<string, unknown>): string[] {
  return judge([{ type, name: "it", inputs, provider: "" }]);
}

const DOMAIN = "aws:sagemaker/domain:Domain";
const domain = {
  domainName: "fraud-ml",
  authMode: "IAM",
  vpcId: "vpc-1",
  subnetIds: ["subnet-1"],
  defaultUserSettings: { executionRole: "arn:aws:iam::111122223333:role/notebook" },
  region: "eu-west-1",
};
const FIREWALL = "gcp:compute/firewall:Firewall";
const firewall = {
  name: "deny-egress",
  network: "projects/example/global/networks/fraud",
  direction: "EGRESS",
  denies: [{ protocol: "all" }],
  project: "example",
};
const STORAGE = "azure-native:storage:StorageAccount";
const storage = {
  accountName: "frauddata",
  resourceGroupName: "fraud",
  kind: "StorageV2",
  sku: { name: "Standard_ZRS" },
};

describe("the validator of API values", () => {
  it("judges text, numbers, flags, lists and maps", () => {
    const cases: [Schema, unknown, unknown][] = [
      [{ kind: "text", values: ["on", "off"] }, "on", "ON"],
      [{ kind: "text", pattern: wholeText("[a-z]+") }, "abc", "abc1"],
      [{ kind: "text", min: 2, max: 3 }, "abc", "abcd"],
      [{ kind: "text", min: 2, max: 3 }, "ab", "a"],
      [TEXT, "1", 1],
      [{ kind: "number", whole: true, min: 7, max: 30 }, 30, 31],
      [{ kind: "number", whole: true, min: 7, max: 30 }, "7", "6"],
      [{ kind: "number", whole: true }, 1, 1.5],
      [{ kind: "number", whole: false }, 1.5, "much"],
      [{ kind: "flag" }, true, "true"],
      [{ kind: "list", item: TEXT, min: 1, max: 2 }, ["a"], []],
      [{ kind: "list", item: TEXT, min: 1, max: 2 }, ["a", "b"], ["a", "b", "c"]],
      [{ kind: "list", item: TEXT }, ["a"], [1]],
      [{ kind: "map", key: { kind: "text", max: 2 }, value: TEXT }, { ab: "x" }, { abc: "x" }],
      [{ kind: "map", key: TEXT, value: TEXT }, { ab: "x" }, { ab: 1 }],
      [REQUIRED_NAME, { name: "x" }, {}],
      [REQUIRED_NAME, { name: "x" }, { name: "x", nmae: "y" }],
      [REQUIRED_NAME, { name: "x" }, "x"],
      [{ kind: "choice", options: [REQUIRED_NAME, TEXT] }, "x", 1],
    ];
    for (const [schema, good, bad] of cases) {
      assert.deepEqual(validate(good, schema), [], JSON.stringify(good));
      assert.equal(validate(bad, schema).length, 1, `${JSON.stringify(bad)} for ${JSON.stringify(schema)}`);
    }
  });

  it("takes an unknown value as given, and judges nothing about it", () => {
    assert.deepEqual(validate({ name: UNKNOWN }, REQUIRED_NAME), []);
    assert.deepEqual(validate(UNKNOWN, REQUIRED_NAME), []);
  });
});

describe("the clouds' API models", () => {
  for (const [cloud, types] of Object.entries({ AWS: AWS_TYPES, Google: GCP_TYPES, Azure: AZURE_TYPES })) {
    it(`${cloud}'s have every operation and schema that is mapped, and every member of them can be read`, () => {
      for (const token of types) {
        const schema = modelOf(token)?.schema();
        assert.ok(schema, token);
        for (const member of schema.members.values()) assert.ok(member().kind);
      }
    });
  }

  it("take what is right", () => {
    assert.deepEqual(problems(DOMAIN, domain), []);
    assert.deepEqual(problems(FIREWALL, firewall), []);
    assert.deepEqual(problems(STORAGE, storage), []);
  });

  it("refuse a value that the API's enum does not have", () => {
    assert.match(
      problems(DOMAIN, { ...domain, appNetworkAccessType: "VPCOnly" }).join(),
      /not one of PublicInternetOnly/,
    );
    assert.match(problems(FIREWALL, { ...firewall, direction: "OUT" }).join(), /not one of EGRESS, INGRESS/);
    assert.match(problems(STORAGE, { ...storage, minimumTlsVersion: "1.2" }).join(), /not one of TLS1_0/);
  });

  it("refuse a wrong value deep inside", () => {
    const settings = {
      ...domain.defaultUserSettings,
      jupyterLabAppSettings: { defaultResourceSpec: { instanceType: "ml.huge" } },
    };
    assert.match(
      problems(DOMAIN, { ...domain, defaultUserSettings: settings }).join(),
      /DefaultUserSettings\.JupyterLabAppSettings\.DefaultResourceSpec\.InstanceType: "ml\.huge" is not one of/,
    );
    const acls = { defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "10.0.0.0/8", action: "Drop" }] };
    assert.match(problems(STORAGE, { ...storage, networkRuleSet: acls }).join(), /ipRules\[0\]\.action: "Drop"/);
  });

  it("refuse a name that is too long or has a wrong character", () => {
    assert.match(problems(DOMAIN, { ...domain, domainName: "d".repeat(64) }).join(), /64 characters, more than 63/);
    assert.match(problems(FIREWALL, { ...firewall, name: "f".repeat(64) }).join(), /does not match/);
    assert.match(
      problems(STORAGE, { ...storage, accountName: "fraud-data" }).join(),
      /accountName: "fraud-data" breaks/,
    );
  });

  it("refuse a request without a required member", () => {
    assert.deepEqual(problems(DOMAIN, { ...domain, authMode: undefined }), [
      `${DOMAIN} it: AuthMode is required and missing`,
    ]);
    assert.deepEqual(problems(FIREWALL, { ...firewall, name: undefined }), [
      `${FIREWALL} it: name is required and missing`,
    ]);
    assert.deepEqual(problems(STORAGE, { ...storage, sku: {} }), [`${STORAGE} it: sku.name is required and missing`]);
  });

  it("refuse a property that the API does not have", () => {
    for (const [type, inputs] of [
      [DOMAIN, domain],
      [FIREWALL, firewall],
      [STORAGE, storage],
    ] as const) {
      assert.deepEqual(problems(type, { ...inputs, isPrivate: true }), [`${type} it: isPrivate is unknown to the API`]);
    }
  });

  it("follow properties into the operations that the provider calls besides the first", () => {
    const key = "aws:kms/key:Key";
    assert.deepEqual(
      problems(key, { deletionWindowInDays: 30, enableKeyRotation: true, rotationPeriodInDays: 365 }),
      [],
    );
    assert.match(
      problems(key, { rotationPeriodInDays: 30 }).join(),
      /EnableKeyRotation\.RotationPeriodInDays: 30 is less than 90/,
    );
  });

  it("refuse a policy document that is longer than its service takes", () => {
    const trust = { name: "r", assumeRolePolicy: JSON.stringify({ Statement: ["s".repeat(2048)] }) };
    assert.match(problems("aws:iam/role:Role", trust).join(), /assumeRolePolicy has \d+ characters, more than 2048/);
    const document = { Statement: [{ Resource: pulumi.unknown }, "s".repeat(2048)] };
    const asObject = { name: "r", assumeRolePolicy: document };
    assert.match(problems("aws:iam/role:Role", asObject).join(), /assumeRolePolicy has \d+ characters, more than 2048/);
  });

  it("open secrets, and leave unknown values alone", () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "VPC" };
    assert.match(problems(DOMAIN, { ...domain, authMode: secret }).join(), /"VPC" is not one of SSO, IAM/);
    assert.deepEqual(problems(DOMAIN, { ...domain, authMode: pulumi.unknown }), []);
  });

  it("hold a property to the documented rules for its name, however deep it stands", () => {
    const subnet = { vpcId: "vpc-1", cidrBlock: "10.0.0.0/33" };
    assert.match(problems("aws:ec2/subnet:Subnet", subnet).join(), /cidrBlock: "10\.0\.0\.0\/33" breaks/);
    assert.match(
      problems(FIREWALL, { ...firewall, destinationRanges: ["*"] }).join(),
      /destinationRanges\[0\]: "\*" breaks/,
    );
    assert.match(
      problems(STORAGE, { ...storage, tags: { team: "t".repeat(257) } }).join(),
      /tags\.team has 257 characters/,
    );
    const identity = { type: "UserAssigned", userAssignedIdentities: ["fraud-ml"] };
    assert.match(problems(STORAGE, { ...storage, identity }).join(), /userAssignedIdentities\[0\]: "fraud-ml" breaks/);
  });

  it("hold a number to its documented range", () => {
    const bucket = { name: "fraud-data", softDeletePolicy: { retentionDurationSeconds: 91 * 86400 } };
    assert.match(
      problems("gcp:storage/bucket:Bucket", bucket).join(),
      /retentionDurationSeconds: 7862400 is not between/,
    );
  });

  it("read a list of keyed blocks as the API's map", () => {
    const group = (definitions: unknown) => ({
      name: "g",
      type: "STATEFUL",
      capacity: 10,
      ruleGroup: { rulesSource: {}, ruleVariables: { ipSets: [{ key: "HOME_NET", ipSet: { definitions } }] } },
    });
    const type = "aws:networkfirewall/ruleGroup:RuleGroup";
    assert.deepEqual(problems(type, group(["10.0.0.0/8"])), []);
    assert.match(
      problems(type, group([{}])).join(),
      /RuleVariables\.IPSets\.HOME_NET\.Definition\[0\]: \{\} is not text/,
    );
  });

  it("refuse a resource type that nobody has mapped", () => {
    assert.deepEqual(problems("aws:sqs/queue:Queue", {}), [
      "aws:sqs/queue:Queue has no model: add it to tests/api-models",
    ]);
  });
});
