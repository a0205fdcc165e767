import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "../../components/args.ts";
import { createProvider, SecureMlWorkspace } from "../../components/aws/index.ts";
import { partitionOf } from "../../components/aws/target.ts";
import { Account, workspaceOf } from "./aws-account.ts";
import { ofType, only, type Registration, record, specFor } from "./record.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const ROLE = "aws:iam/role:Role";

type Inputs = Record<string, unknown>;

function inputsOf(resources: Registration[], type: string, name?: string): Inputs {
  return only(resources, type, name).inputs as Inputs;
}

/** The outputs of a workspace as an update gives them. */
async function outputsOf(spec: WorkspaceArgs): Promise<Record<string, unknown>> {
  let outputs: Record<string, unknown> = {};
  await record(() => {
    const workspace = new SecureMlWorkspace("fraud-ml", spec, { provider: createProvider("target", spec) });
    pulumi.output(workspace.outputs()).apply((values) => {
      outputs = values;
    });
  });
  return outputs;
}

describe("the AWS workspace", () => {
  let resources: Registration[];
  before(async () => {
    resources = await workspaceOf(specFor("aws"));
  });

  it("uses one provider, which refuses any other account and tags everything", () => {
    const provider = inputsOf(resources, "pulumi:providers:aws");
    assert.equal(provider.region, "eu-west-1");
    assert.deepEqual(JSON.parse(provider.allowedAccountIds as string), ["111122223333"]);
    assert.deepEqual(JSON.parse(provider.defaultTags as string).tags, {
      team: "fraud",
      environment: "prod",
      "data-classification": "confidential",
    });
    for (const { type, name, provider } of resources) {
      if (type.startsWith("aws:")) assert.match(provider, /::target::/, `${type} ${name}`);
    }
  });

  it("knows the partition of every region", () => {
    const partitions = { "eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn" };
    for (const [region, partition] of Object.entries(partitions)) assert.equal(partitionOf(region), partition);
  });

  it("builds ARNs in the region's partition", async () => {
    const spec = specFor("aws", { location: "us-gov-west-1" });
    for (const { type, inputs } of await workspaceOf(spec)) {
      if (type === "aws:kms/key:Key") assert.doesNotMatch(inputs.policy as string, /arn:aws:/);
    }
  });

  it("has a rotating key of its own for each purpose", () => {
    const keys = ofType(resources, "aws:kms/key:Key");
    assert.deepEqual(
      keys.map(({ name }) => name),
      ["data", "models", "notebooks", "logs"].map((purpose) => `fraud-ml-${purpose}-key-key`),
    );
    for (const { inputs } of keys) {
      assert.deepEqual(
        [inputs.enableKeyRotation, inputs.rotationPeriodInDays, inputs.deletionWindowInDays],
        [true, 365, 30],
      );
    }
  });

  it("closes every bucket", () => {
    const buckets = ofType(resources, BUCKET).map(({ inputs }) => inputs.bucket as string);
    assert.equal(buckets.length, 4);
    for (const bucket of buckets) {
      const of = (type: string) =>
        ofType(resources, `aws:s3/${type}`).find(({ inputs }) => inputs.bucket === bucket)!.inputs as Inputs;
      const block = of("bucketPublicAccessBlock:BucketPublicAccessBlock");
      for (const kind of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
        assert.equal(block[kind], true);
      }
      assert.deepEqual(of("bucketOwnershipControls:BucketOwnershipControls").rule, {
        objectOwnership: "BucketOwnerEnforced",
      });
      assert.deepEqual(of("bucketVersioning:BucketVersioning").versioningConfiguration, { status: "Enabled" });
      assert.ok(of("bucketLifecycleConfiguration:BucketLifecycleConfiguration").rules);
      assert.match(of("bucketPolicy:BucketPolicy").policy as string, /aws:SecureTransport/);
    }
  });

  it("encrypts data and models with their own keys, and logs their access", () => {
    const encryption = (name: string) => {
      const { rules } = inputsOf(
        resources,
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        name,
      ) as { rules: { applyServerSideEncryptionByDefault: Record<string, string> }[] };
      return rules[0]!.applyServerSideEncryptionByDefault;
    };
    for (const [store, key] of [
      ["features", "data"],
      ["curated", "data"],
      ["models", "models"],
    ]) {
      const { sseAlgorithm, kmsMasterKeyId } = encryption(`fraud-ml-${store}-store-encryption`);
      assert.equal(sseAlgorithm, "aws:kms");
      assert.match(kmsMasterKeyId!, new RegExp(`fraud-ml-${key}-key-key$`));
      const logging = inputsOf(resources, "aws:s3/bucketLogging:BucketLogging", `fraud-ml-${store}-store-logging`);
      assert.match(logging.targetBucket as string, /^fraud-ml-prod-logs-/);
    }
    // Targets of access logs support S3's own keys only.
    assert.deepEqual(encryption("fraud-ml-logs-encryption"), { sseAlgorithm: "AES256" });
  });

  it("locks objects where the spec asks for it, and only there", async () => {
    assert.deepEqual(ofType(resources, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"), []);
    const locked = await workspaceOf(
      specFor("aws", { dataStores: [{ name: "scans", immutableDays: 365, retentionDays: 400 }] }),
    );
    const lock = inputsOf(locked, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration");
    assert.deepEqual(lock.rule, { defaultRetention: { mode: "COMPLIANCE", days: 365 } });
    assert.equal(inputsOf(locked, BUCKET, "fraud-ml-scans-store-bucket").objectLockEnabled, true);
    const { rules } = inputsOf(
      locked,
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "fraud-ml-scans-store-lifecycle",
    ) as { rules: { noncurrentVersionExpiration: unknown }[] };
    assert.deepEqual(rules[0]!.noncurrentVersionExpiration, { noncurrentDays: 400 });
  });

  it("keeps network logs encrypted, for the next period that CloudWatch offers", async () => {
    const network = { cidr: "10.20.0.0/20", flowLogRetentionDays: 200 };
    for (const { inputs } of ofType(
      await workspaceOf(specFor("aws", { network })),
      "aws:cloudwatch/logGroup:LogGroup",
    )) {
      assert.equal(inputs.retentionInDays, 365);
      assert.match(inputs.kmsKeyId as string, /fraud-ml-logs-key-key$/);
    }
    assert.deepEqual((await outputsOf(specFor("aws", { network }))).gaps, [
      "network.flowLogRetentionDays: CloudWatch keeps logs for certain periods only: 365 days instead of 200",
    ]);
  });

  it("puts a boundary on every role, its own or the given one", async () => {
    for (const { name, inputs } of ofType(resources, ROLE)) {
      assert.equal(inputs.permissionsBoundary, "arn:aws:iam::111122223333:policy/fraud-ml-prod-boundary", name);
    }
    const permissionsBoundaryArn = "arn:aws:iam::111122223333:policy/bank/ml";
    const given = await workspaceOf(
      specFor("aws", { account: { aws: { accountId: "111122223333", permissionsBoundaryArn } } }),
    );
    for (const { name, inputs } of ofType(given, ROLE))
      assert.equal(inputs.permissionsBoundary, permissionsBoundaryArn, name);
    assert.ok(!ofType(given, "aws:iam/policy:Policy").some(({ name }) => name.endsWith("-boundary")));
  });

  it("keeps to the account where no organization is given", async () => {
    const account = new Account(await workspaceOf(specFor("aws", { account: { aws: { accountId: "111122223333" } } })));
    const policy = account.endpointPolicy("com.amazonaws.eu-west-1.s3");
    assert.match(policy, /"aws:ResourceAccount":"111122223333"/);
    assert.doesNotMatch(policy, /OrgID/);
  });

  describe("Studio", () => {
    it("stands in the VPC only, in IAM mode, encrypted, without Docker", () => {
      const domain = inputsOf(resources, "aws:sagemaker/domain:Domain");
      assert.equal(domain.authMode, "IAM");
      assert.equal(domain.appNetworkAccessType, "VpcOnly");
      assert.match(domain.kmsKeyId as string, /fraud-ml-notebooks-key-key$/);
      assert.deepEqual(domain.retentionPolicy, { homeEfsFileSystem: "Retain" });
      assert.deepEqual(domain.domainSettings, {
        securityGroupIds: ["fraud-ml-endpoints-workloads-id"],
        dockerSettings: { enableDockerAccess: "DISABLED" },
        executionRoleIdentityConfig: "USER_PROFILE_NAME",
      });
    });

    it("stops idle applications and shares no output, for everybody", () => {
      const domain = inputsOf(resources, "aws:sagemaker/domain:Domain");
      const profiles = ofType(resources, "aws:sagemaker/userProfile:UserProfile");
      const settings = [domain.defaultUserSettings, ...profiles.map(({ inputs }) => inputs.userSettings)];
      for (const entry of settings as Record<string, Record<string, unknown>>[]) {
        assert.deepEqual(entry.sharingSettings, { notebookOutputOption: "Disabled" });
        assert.deepEqual(entry.securityGroups, ["fraud-ml-endpoints-workloads-id"]);
        for (const app of ["jupyterLabAppSettings", "codeEditorAppSettings"]) {
          const { idleSettings } = entry[app]!.appLifecycleManagement as { idleSettings: Record<string, unknown> };
          assert.equal(idleSettings.lifecycleManagement, "ENABLED");
          assert.ok(Number(idleSettings.maxIdleTimeoutInMinutes) <= 180);
        }
      }
    });

    it("gives each person a profile, a role and a private space, and others no permissions", async () => {
      const people = {
        dataScientists: [
          { name: "ana", aws: "arn:aws:iam::111122223333:role/sso/ana" },
          { name: "quants", kind: "group", aws: "arn:aws:iam::111122223333:role/sso/quants" },
        ],
      };
      const all = await workspaceOf(specFor("aws", { people }));
      const profile = inputsOf(all, "aws:sagemaker/userProfile:UserProfile");
      assert.equal(profile.userProfileName, "fraud-ml-prod-ana");
      const ana = "arn:aws:iam::111122223333:role/fraud-ml-prod-notebook-ana";
      assert.equal((profile.userSettings as { executionRole: string }).executionRole, ana);
      const space = inputsOf(all, "aws:sagemaker/space:Space");
      assert.deepEqual(space.spaceSharingSettings, { sharingType: "Private" });
      assert.deepEqual(space.ownershipSettings, { ownerUserProfileName: "fraud-ml-prod-ana" });
      const domain = inputsOf(all, "aws:sagemaker/domain:Domain");
      const fallback = (domain.defaultUserSettings as { executionRole: string }).executionRole;
      assert.match(fallback, /role\/fraud-ml-prod-fallback$/);
      assert.deepEqual(new Account(all).policiesOf("fraud-ml-prod-fallback"), []);
      // A group launches jobs with a role of its own, and has no notebook.
      only(all, ROLE, "fraud-ml-roles-data-scientist-quants-role");
      assert.ok(!all.some(({ name }) => name.includes("notebook-quants")));
    });
  });

  describe("notebooks", () => {
    it("are private, without root, with IMDSv2, under the key", () => {
      const notebook = inputsOf(resources, "aws:sagemaker/notebookInstance:NotebookInstance");
      assert.deepEqual(
        {
          name: notebook.name,
          roleArn: notebook.roleArn,
          directInternetAccess: notebook.directInternetAccess,
          rootAccess: notebook.rootAccess,
          instanceMetadataServiceConfiguration: notebook.instanceMetadataServiceConfiguration,
          platformIdentifier: notebook.platformIdentifier,
          subnetId: notebook.subnetId,
          securityGroups: notebook.securityGroups,
          instanceType: notebook.instanceType,
          volumeSize: notebook.volumeSize,
        },
        {
          name: "fraud-ml-prod-explore",
          roleArn: "arn:aws:iam::111122223333:role/fraud-ml-prod-notebook-ana",
          directInternetAccess: "Disabled",
          rootAccess: "Disabled",
          instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: "2" },
          platformIdentifier: "notebook-al2023-v1",
          subnetId: "fraud-ml-network-eu-west-1a-id",
          securityGroups: ["fraud-ml-endpoints-workloads-id"],
          instanceType: "ml.t3.medium",
          volumeSize: 50,
        },
      );
      assert.match(notebook.kmsKeyId as string, /fraud-ml-notebooks-key-key$/);
    });

    it("stop when idle, by a script without downloads or secrets", async () => {
      const all = await workspaceOf(
        specFor("aws", { notebooks: [{ name: "explore", owner: "ana", idleMinutes: 45 }] }),
      );
      const lifecycle = inputsOf(
        all,
        "aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration",
      );
      const script = Buffer.from(lifecycle.onStart as string, "base64").toString();
      assert.match(script, /LIMIT = 45 \* 60/);
      assert.doesNotMatch(script, /curl|wget|pip install|git clone|https:\/\/(?!localhost)/);
      assert.doesNotMatch(script, /AKIA|password|secret|token/i);
      assert.ok(lifecycle.onStart!.toString().length < 16_384);
      const policy = inputsOf(all, "aws:iam/rolePolicy:RolePolicy", "fraud-ml-notebook-explore-idle-stop").policy;
      assert.match(policy as string, /notebook-instance\/fraud-ml-prod-explore"/);
    });

    it("take repositories that can be reached", async () => {
      const repositories = ["https://github.com/example/a", "https://github.com/example/b"];
      const notebooks = [{ name: "explore", owner: "ana", repositories }];
      const network = { cidr: "10.20.0.0/20", egress: "approved", approvedHosts: ["github.com"] };
      const notebook = inputsOf(
        await workspaceOf(specFor("aws", { notebooks, network })),
        "aws:sagemaker/notebookInstance:NotebookInstance",
      );
      assert.equal(notebook.defaultCodeRepository, repositories[0]);
      assert.deepEqual(notebook.additionalCodeRepositories, [repositories[1]]);
      await assert.rejects(
        workspaceOf(specFor("aws", { notebooks })),
        /notebooks\[0\]\.repositories\[0\]: github\.com cannot be reached; set network\.egress to "approved"/,
      );
    });

    it("refuse machine types and images that SageMaker does not have", async () => {
      const notebooks = [{ name: "explore", owner: "ana", machineType: "n1-standard-4", image: "ubuntu" }];
      await assert.rejects(workspaceOf(specFor("aws", { notebooks })), (error: Error) => {
        assert.match(error.message, /notebooks\[0\]\.machineType: "n1-standard-4" is no SageMaker machine type/);
        assert.match(error.message, /notebooks\[0\]\.image: "ubuntu" is no supported platform identifier/);
        return true;
      });
    });
  });

  describe("in an existing network", () => {
    const existing = {
      networkId: "vpc-0a1b2c3d",
      subnetIds: ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
      routeTableIds: ["rtb-0a1b2c3d"],
    };

    it("adds endpoints and security groups, and nothing else", async () => {
      const all = await workspaceOf(specFor("aws", { network: { existing } }));
      for (const type of ["vpc:Vpc", "subnet:Subnet", "routeTable:RouteTable", "flowLog:FlowLog"]) {
        assert.deepEqual(ofType(all, `aws:ec2/${type}`), []);
      }
      assert.ok(!all.some(({ type }) => type.startsWith("aws:route53/")));
      for (const { inputs } of ofType(all, "aws:ec2/vpcEndpoint:VpcEndpoint"))
        assert.equal(inputs.vpcId, existing.networkId);
      assert.deepEqual(inputsOf(all, "aws:sagemaker/domain:Domain").subnetIds, existing.subnetIds);
    });

    it("says what the owner of the network answers for", async () => {
      const network = {
        existing: { ...existing, routeTableIds: [] },
        egress: "approved",
        approvedHosts: ["github.com"],
      };
      const { gaps } = (await outputsOf(specFor("aws", { network }))) as { gaps: string[] };
      assert.deepEqual(
        gaps.map((gap) => gap.split(":")[0]),
        ["network.existing", "network.existing.routeTableIds", "network.egress"],
      );
    });
  });

  it("uses existing stores with their keys, given as text or as outputs", async () => {
    const keyId = "arn:aws:kms:eu-west-1:111122223333:key/bank";
    const stores = (id: pulumi.Input<string>, key: pulumi.Input<string>): WorkspaceArgs =>
      specFor("aws", { dataStores: [{ name: "bank", access: "read", existing: { id, keyId: key } }] });
    const text = await workspaceOf(stores("bank-data", keyId));
    const data = inputsOf(text, "aws:iam/rolePolicy:RolePolicy", "fraud-ml-roles-notebook-ana-policy");
    assert.match(data.policy as string, /arn:aws:s3:::bank-data\/\*/);
    assert.match(data.policy as string, /key\/bank/);
    const output = await workspaceOf(stores(pulumi.output("bank-data"), pulumi.output(keyId)));
    const ids = inputsOf(output, "aws:iam/rolePolicy:RolePolicy", "fraud-ml-roles-notebook-ana-ids");
    assert.match(ids.policy as string, /arn:aws:s3:::bank-data\/\*/);
    assert.match(ids.policy as string, /key\/bank/);
  });

  it("says that keys already stand in hardware, and what a tier of one's own would be", async () => {
    const spec = specFor("aws", {
      dataClassification: "restricted",
      keys: { hsm: true },
      dataStores: [{ name: "scans", immutableDays: 30 }],
    });
    const { gaps } = (await outputsOf(spec)) as { gaps: string[] };
    assert.match(gaps[0]!, /^keys\.hsm: .*FIPS 140-3/);
  });

  it("gives cloud-neutral outputs", async () => {
    const outputs = await outputsOf(specFor("aws"));
    assert.equal((outputs.dataUris as Record<string, string>).features, `s3://${bucketNamed(resources, "features")}`);
    assert.equal(outputs.modelUri, `s3://${bucketNamed(resources, "models")}`);
    assert.equal(outputs.networkId, "fraud-ml-network-vpc-id");
    assert.deepEqual(Object.keys(outputs.keyIds as object), ["data", "models", "notebooks", "logs"]);
    assert.deepEqual(Object.keys(outputs.identities as object), [
      "jobs",
      "notebook-ana",
      "data-scientist-ana",
      "operator-ml-operators",
    ]);
    assert.deepEqual(outputs.notebooks, { explore: "fraud-ml-notebook-explore-notebook-id" });
    assert.match(outputs.consoleUrl as string, /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/sagemaker/);
  });

  it("gives the same names and documents every time", async () => {
    assert.deepEqual(await workspaceOf(specFor("aws")), resources);
  });

  it("hides no property from a preview", async () => {
    const spec = specFor("aws", {
      network: { cidr: "10.20.0.0/20", egress: "approved", approvedHosts: ["github.com"] },
    });
    const create = () => new SecureMlWorkspace("fraud-ml", spec, { provider: createProvider("target", spec) });
    const properties = ({ name, type, inputs }: Registration) => `${type} ${name}: ${Object.keys(inputs).sort()}`;
    const preview = (await record(create, { preview: true })).map(properties).sort();
    assert.deepEqual(preview, (await workspaceOf(spec)).map(properties).sort());
  });

  it("keeps the longest names apart", async () => {
    const people = ["a", "b"].map((end) => ({
      name: `${"p".repeat(19)}${end}`,
      aws: `arn:aws:iam::111122223333:role/${end}`,
    }));
    const all = await workspaceOf(
      specFor("aws", {
        team: "t".repeat(20),
        name: "n".repeat(16),
        environment: "e".repeat(8),
        people: { dataScientists: people },
        dataStores: ["a", "b"].map((end) => ({ name: `${"s".repeat(15)}${end}` })),
        notebooks: people.map(({ name }) => ({ name: name.replaceAll("p", "n"), owner: name })),
      }),
    );
    const names = (type: string, property: string) => ofType(all, type).map(({ inputs }) => inputs[property] as string);
    for (const [type, property, longest] of [
      [ROLE, "name", 64],
      [BUCKET, "bucket", 63],
      ["aws:sagemaker/notebookInstance:NotebookInstance", "name", 63],
      ["aws:sagemaker/userProfile:UserProfile", "userProfileName", 63],
      ["aws:sagemaker/space:Space", "spaceName", 63],
      ["aws:iam/policy:Policy", "name", 128],
    ] as const) {
      const found = names(type, property);
      assert.equal(new Set(found).size, found.length, type);
      for (const name of found) assert.ok(name.length <= longest, `${type} ${name} has ${name.length} characters`);
    }
    // Permissions match by the beginning of names, so a cut must keep it.
    const prefix = `${"t".repeat(20)}-${"n".repeat(16)}-${"e".repeat(8)}-`;
    for (const name of names("aws:sagemaker/notebookInstance:NotebookInstance", "name"))
      assert.ok(name.startsWith(prefix));
    for (const name of names(BUCKET, "bucket")) assert.ok(name.startsWith(prefix));
  });
});

function bucketNamed(resources: Registration[], part: string): string {
  return ofType(resources, BUCKET)
    .map(({ inputs }) => inputs.bucket as string)
    .find((name) => name.includes(part))!;
}
