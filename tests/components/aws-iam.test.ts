import assert from "node:assert/strict";
import { ACCOUNT, Account, administratorMay, passes, REGION, withinBoundary, workspaceOf } from "./aws-account.ts";
import { specFor } from "./record.ts";

const BANK_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
const NOTEBOOK = "fraud-ml-prod-notebook-ana";
const JOBS = "fraud-ml-prod-jobs";
const SCIENTIST = "fraud-ml-prod-data-scientist-ana";
const OPERATOR = "fraud-ml-prod-operator-ml-operators";
const S3 = `com.amazonaws.${REGION}.s3`;
const SUBNETS = ["fraud-ml-network-eu-west-1a-id", "fraud-ml-network-eu-west-1b-id"];
const GROUP = "fraud-ml-endpoints-workloads-id";
const KEYS = {
  data: `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-data-key-key`,
  models: `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-models-key-key`,
  notebooks: `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-notebooks-key-key`,
};

const sagemaker = (resource: string) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:${resource}`;

describe("IAM of the AWS workspace", () => {
  let account: Account;
  let features: string;
  let models: string;

  before(async () => {
    const resources = await workspaceOf(
      specFor("aws", {
        people: {
          dataScientists: [
            { name: "ana", aws: `arn:aws:iam::${ACCOUNT}:role/sso/ana` },
            { name: "ben", aws: `arn:aws:iam::${ACCOUNT}:role/sso/ben` },
          ],
          operators: [{ name: "ml-operators", kind: "group", aws: `arn:aws:iam::${ACCOUNT}:role/sso/ops` }],
        },
        dataStores: [
          { name: "features", access: "read-write" },
          { name: "transactions", access: "read", existing: { id: "bank-transactions", keyId: BANK_KEY } },
        ],
        notebooks: [
          { name: "explore", owner: "ana" },
          { name: "train", owner: "ben" },
        ],
      }),
    );
    account = new Account(resources);
    const buckets = resources.filter(({ type }) => type === "aws:s3/bucket:Bucket").map(({ inputs }) => inputs.bucket);
    features = buckets.find((name) => String(name).includes("features")) as string;
    models = buckets.find((name) => String(name).includes("models")) as string;
  });

  /** A request for objects through the S3 endpoint, by the notebook role unless said otherwise. */
  const storage = (
    action: string,
    path: string,
    more: { role?: string; owner?: string; context?: Record<string, string | string[] | undefined> } = {},
  ) => {
    const bucket = path.split("/")[0]!;
    const own = bucket === features || bucket === models;
    return account.ask({
      role: more.role ?? NOTEBOOK,
      action,
      resource: `arn:aws:s3:::${path}`,
      owner: more.owner,
      context: { "s3:TlsVersion": "1.3", ...more.context },
      endpointPolicy: account.endpointPolicy(S3),
      resourcePolicy: own ? account.bucketPolicy(bucket) : undefined,
    });
  };

  describe("lets a notebook", () => {
    it("list and read the listed buckets", async () => {
      for (const bucket of [features, "bank-transactions", models]) {
        assert.equal(await storage("s3:ListBucket", bucket), "Allowed", bucket);
        assert.equal(await storage("s3:GetObject", `${bucket}/a.csv`), "Allowed", bucket);
      }
    });

    it("write only where it may write", async () => {
      assert.equal(await storage("s3:PutObject", `${features}/a.csv`), "Allowed");
      assert.equal(await storage("s3:PutObject", `${models}/staging/code.tar.gz`), "Allowed");
      assert.equal(await storage("s3:PutObject", "bank-transactions/a.csv"), "ImplicitlyDenied");
      assert.equal(await storage("s3:DeleteObject", "bank-transactions/a.csv"), "ImplicitlyDenied");
      assert.equal(await storage("s3:PutObject", `${models}/model.tar.gz`), "ImplicitlyDenied");
    });

    it("not touch versions, other buckets or the log bucket", async () => {
      assert.equal(await storage("s3:DeleteObjectVersion", `${features}/a.csv`), "ImplicitlyDenied");
      assert.equal(await storage("s3:GetObject", "another-bucket/a.csv"), "ImplicitlyDenied");
      assert.equal(await storage("s3:ListBucket", "another-bucket"), "ImplicitlyDenied");
      assert.equal(await storage("s3:GetObject", `${features.replace("features", "logs")}/a`), "ImplicitlyDenied");
    });

    it("not use its credentials outside the network", async () => {
      for (const vpc of [undefined, "vpc-of-somebody-else"]) {
        const context = { "aws:SourceVpc": vpc };
        assert.equal(await storage("s3:GetObject", `${features}/a.csv`, { context }), "ExplicitlyDenied");
        assert.equal(await storage("s3:PutObject", `${features}/a.csv`, { context }), "ExplicitlyDenied");
      }
    });

    it("not speak without TLS or with an old version of it", async () => {
      const plain = { context: { "aws:SecureTransport": "false" } };
      assert.equal(await storage("s3:GetObject", `${features}/a.csv`, plain), "ExplicitlyDenied");
      const old = { context: { "s3:TlsVersion": "1.1" } };
      assert.equal(await storage("s3:GetObject", `${features}/a.csv`, old), "ExplicitlyDenied");
    });
  });

  describe("encryption", () => {
    const upload = (context: Record<string, string>) => storage("s3:PutObject", `${features}/a.csv`, { context });
    const algorithm = "s3:x-amz-server-side-encryption";
    const header = "s3:x-amz-server-side-encryption-aws-kms-key-id";

    it("accepts the bucket's default and the workspace's keys by name", async () => {
      assert.equal(await upload({}), "Allowed");
      assert.equal(await upload({ [algorithm]: "aws:kms" }), "Allowed");
      assert.equal(await upload({ [algorithm]: "aws:kms", [header]: KEYS.data }), "Allowed");
    });

    it("refuses other algorithms, other keys and the caller's own key", async () => {
      assert.equal(await upload({ [algorithm]: "AES256" }), "ExplicitlyDenied");
      const otherKey = `arn:aws:kms:${REGION}:${ACCOUNT}:key/other`;
      assert.equal(await upload({ [algorithm]: "aws:kms", [header]: otherKey }), "ExplicitlyDenied");
      const customer = "s3:x-amz-server-side-encryption-customer-algorithm";
      assert.equal(await upload({ [customer]: "AES256" }), "ExplicitlyDenied");
    });

    it("refuses, by the bucket's own policy, keys of other accounts", async () => {
      const policy = JSON.parse(account.bucketPolicy(features));
      const statement = policy.Statement.find(({ Sid }: { Sid: string }) => Sid === "DenyOtherKeys");
      assert.equal(statement.Condition.ArnNotLike[header], `arn:aws:kms:${REGION}:${ACCOUNT}:key/*`);
    });
  });

  describe("keys", () => {
    const use = (role: string, action: string, keyArn: string, context: Record<string, string>) => {
      const keyId = keyArn.split("/").at(-1)!;
      return account.ask({
        role,
        action,
        resource: keyArn,
        context: { "kms:CallerAccount": ACCOUNT, ...context },
        resourcePolicy: keyArn === BANK_KEY ? bankKeyPolicy() : account.keyPolicy(keyId),
        endpointPolicy: account.endpointPolicy(`com.amazonaws.${REGION}.kms`),
      });
    };
    const throughS3 = { "kms:ViaService": `s3.${REGION}.amazonaws.com` };

    /** The bank's key trusts its account, as AWS's default key policy does. */
    const bankKeyPolicy = () =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" },
        ],
      });

    it("are used through S3 by those who may", async () => {
      assert.equal(await use(NOTEBOOK, "kms:Decrypt", KEYS.data, throughS3), "Allowed");
      assert.equal(await use(NOTEBOOK, "kms:GenerateDataKey", KEYS.data, throughS3), "Allowed");
      assert.equal(await use(NOTEBOOK, "kms:Decrypt", BANK_KEY, throughS3), "Allowed");
      assert.equal(await use(JOBS, "kms:GenerateDataKey", KEYS.models, throughS3), "Allowed");
    });

    it("are not used directly, nor for writing where only reading is granted", async () => {
      assert.equal(await use(NOTEBOOK, "kms:Decrypt", KEYS.data, {}), "ImplicitlyDenied");
      assert.equal(await use(NOTEBOOK, "kms:GenerateDataKey", BANK_KEY, throughS3), "ImplicitlyDenied");
    });

    it("are tied to S3 twice: by the key's policy and by the role's", () => {
      const policies = [
        account.keyPolicy("fraud-ml-data-key-key"),
        ...account.policiesOf(NOTEBOOK).map((entry) => entry.policy),
      ];
      const statements = policies.flatMap((policy) => JSON.parse(policy).Statement);
      const using = statements.filter(
        ({ Action, Effect }: { Action: string[]; Effect: string }) =>
          Effect === "Allow" && Action.includes("kms:Decrypt"),
      );
      assert.equal(using.length, 4);
      for (const { Condition } of using) {
        assert.ok(Condition.StringEquals["kms:ViaService"].includes(`s3.${REGION}.amazonaws.com`));
      }
    });

    it("are not used by roles without need", async () => {
      const logs = `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-logs-key-key`;
      assert.equal(await use(NOTEBOOK, "kms:Decrypt", logs, throughS3), "ImplicitlyDenied");
      assert.equal(await use(OPERATOR, "kms:Decrypt", KEYS.data, throughS3), "ImplicitlyDenied");
      assert.equal(await use(SCIENTIST, "kms:Decrypt", KEYS.data, throughS3), "ImplicitlyDenied");
    });

    it("encrypt volumes through grants for services only", async () => {
      const forService = { "kms:GrantIsForAWSResource": "true", "kms:ViaService": `sagemaker.${REGION}.amazonaws.com` };
      const forAnybody = { "kms:GrantIsForAWSResource": "false" };
      for (const role of [NOTEBOOK, JOBS, SCIENTIST, OPERATOR]) {
        assert.equal(await use(role, "kms:CreateGrant", KEYS.notebooks, forService), "Allowed", role);
        assert.equal(await use(role, "kms:CreateGrant", KEYS.notebooks, forAnybody), "ImplicitlyDenied", role);
      }
      assert.equal(await use(NOTEBOOK, "kms:CreateGrant", KEYS.data, forService), "ImplicitlyDenied");
    });

    // SageMaker developer guide, "API Permissions Reference": what CreateDomain needs of whoever calls it.
    it("let the deployer create a domain through its services, and never decrypt by itself", async () => {
      const policy = account.keyPolicy("fraud-ml-notebooks-key-key");
      const may = (action: string, service?: string) =>
        administratorMay(policy, {
          action,
          resource: KEYS.notebooks,
          context: {
            "kms:CallerAccount": ACCOUNT,
            "kms:GrantIsForAWSResource": "true",
            "kms:ViaService": service && `${service}.${REGION}.amazonaws.com`,
          },
        });
      for (const action of ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"]) {
        for (const service of ["elasticfilesystem", "sagemaker"])
          assert.equal(await may(action, service), true, action);
        for (const service of [undefined, "s3"]) assert.equal(await may(action, service), false, action);
      }
      assert.equal(await may("kms:DescribeKey"), true);
    });

    it("of data and models make no grants at all", () => {
      for (const purpose of ["data", "models", "logs"]) {
        assert.doesNotMatch(account.keyPolicy(`fraud-ml-${purpose}-key-key`), /kms:CreateGrant/);
      }
      assert.match(account.keyPolicy("fraud-ml-notebooks-key-key"), /kms:CreateGrant/);
    });

    it("are not administered by any role of the workspace", async () => {
      for (const role of [NOTEBOOK, JOBS, SCIENTIST, OPERATOR]) {
        for (const action of ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey"]) {
          assert.equal(await use(role, action, KEYS.data, {}), "ImplicitlyDenied", `${role} ${action}`);
        }
      }
    });

    it("stay in the hands of the account: no statement denies anybody", () => {
      for (const purpose of ["data", "models", "notebooks", "logs"]) {
        const policy = JSON.parse(account.keyPolicy(`fraud-ml-${purpose}-key-key`));
        const effects = policy.Statement.map(({ Effect }: { Effect: string }) => Effect);
        assert.deepEqual([...new Set(effects)], ["Allow"]);
        const administration = policy.Statement[0];
        assert.deepEqual(administration.Principal, { AWS: `arn:aws:iam::${ACCOUNT}:root` });
        for (const action of ["kms:PutKeyPolicy", "kms:CancelKeyDeletion"]) {
          assert.ok(administration.Action.includes(action), action);
        }
        for (const action of ["kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant", "kms:*"]) {
          assert.ok(!administration.Action.includes(action), action);
        }
      }
    });
  });

  describe("the S3 endpoint", () => {
    const through = (action: string, path: string, more: Partial<Parameters<typeof passes>[1]> = {}) =>
      passes(account.endpointPolicy(S3), { action, resource: `arn:aws:s3:::${path}`, ...more });

    it("leads own identities to the workspace's buckets", async () => {
      for (const bucket of [features, models, "bank-transactions"]) {
        for (const action of ["s3:GetObject", "s3:PutObject"]) {
          assert.equal(await through(action, `${bucket}/a.csv`), true, `${action} ${bucket}`);
        }
        assert.equal(await through("s3:ListBucket", bucket), true, bucket);
      }
    });

    it("leads to nothing outside the organization, even if everything else allows it", async () => {
      const theirs = { owner: "999999999999", context: { "aws:ResourceOrgID": "o-somebodyelse" } };
      for (const action of ["s3:GetObject", "s3:PutObject"]) {
        assert.equal(await through(action, "attacker-sagemaker-drop/a.csv", theirs), false);
        // A bucket of one of our names in another account.
        assert.equal(await through(action, `${features}/a.csv`, theirs), false);
      }
      assert.equal(await through("s3:ListBucket", "attacker-sagemaker-drop", theirs), false);
      assert.equal(await through("s3:PutObject", `prod-${REGION}-starport-layer-bucket/a`, theirs), false);
    });

    it("admits no identity of another organization, such as an attacker's keys in a notebook", async () => {
      const context = { "aws:PrincipalOrgID": "o-somebodyelse", "aws:PrincipalAccount": "999999999999" };
      for (const action of ["s3:GetObject", "s3:PutObject"]) {
        assert.equal(await through(action, `${features}/a.csv`, { context }), false);
      }
    });

    it("leads to no bucket that the workspace does not use, even inside the organization", () => {
      const resources = JSON.parse(account.endpointPolicy(S3)).Statement.flatMap(
        ({ Resource }: { Resource: string | string[] }) => Resource,
      );
      const buckets = [...new Set(resources.map((resource: string) => resource.split(":::")[1]!.split("/")[0]))];
      const layers = `prod-${REGION}-starport-layer-bucket`;
      assert.deepEqual(buckets.sort(), ["bank-transactions", features, layers, models].sort());
    });

    it("lets image layers be read, and nothing be written beside them", () => {
      const statements = JSON.parse(account.endpointPolicy(S3)).Statement;
      const open = statements.filter(({ Condition }: { Condition?: unknown }) => !Condition);
      assert.deepEqual(
        open.map(({ Action, Resource }: { Action: string; Resource: string }) => [Action, Resource]),
        [["s3:GetObject", `arn:aws:s3:::prod-${REGION}-starport-layer-bucket/*`]],
      );
    });
  });

  describe("jobs", () => {
    const right = {
      "sagemaker:VpcSubnets": SUBNETS,
      "sagemaker:VpcSecurityGroupIds": [GROUP],
      "sagemaker:VolumeKmsKeyArn": KEYS.notebooks,
      "sagemaker:OutputKmsKeyArn": KEYS.models,
      "sagemaker:InterContainerTrafficEncryption": "true",
      "sagemaker:InstanceTypes": ["ml.m5.xlarge"],
      "sagemaker:EnableRemoteDebug": "false",
      "sagemaker:ModelArn": sagemaker("model/fraud-ml-prod-churn"),
    };
    /** Which of the keys each kind of job has. */
    const kinds: Record<string, { resource: string; keys: string[] }> = {
      CreateTrainingJob: {
        resource: "training-job/fraud-ml-prod-a",
        keys: [
          "VpcSubnets",
          "VpcSecurityGroupIds",
          "VolumeKmsKeyArn",
          "OutputKmsKeyArn",
          "InterContainerTrafficEncryption",
          "InstanceTypes",
          "EnableRemoteDebug",
        ],
      },
      CreateProcessingJob: {
        resource: "processing-job/fraud-ml-prod-a",
        keys: [
          "VpcSubnets",
          "VpcSecurityGroupIds",
          "VolumeKmsKeyArn",
          "OutputKmsKeyArn",
          "InterContainerTrafficEncryption",
          "InstanceTypes",
        ],
      },
      CreateHyperParameterTuningJob: {
        resource: "hyper-parameter-tuning-job/fraud-ml-prod-a",
        keys: [
          "VpcSubnets",
          "VpcSecurityGroupIds",
          "VolumeKmsKeyArn",
          "OutputKmsKeyArn",
          "InterContainerTrafficEncryption",
          "InstanceTypes",
        ],
      },
      CreateTransformJob: {
        resource: "transform-job/fraud-ml-prod-a",
        keys: ["VolumeKmsKeyArn", "OutputKmsKeyArn", "InstanceTypes", "ModelArn"],
      },
      CreateModel: { resource: "model/fraud-ml-prod-a", keys: ["VpcSubnets", "VpcSecurityGroupIds"] },
    };
    const launch = (
      role: string,
      kind: string,
      changes: Record<string, string | string[] | undefined> = {},
      resource = kinds[kind]!.resource,
    ) => {
      const keys = kinds[kind]!.keys.map((key) => `sagemaker:${key}` as keyof typeof right);
      const context = { ...Object.fromEntries(keys.map((key) => [key, right[key]])), ...changes };
      const endpointPolicy = account.endpointPolicy(`com.amazonaws.${REGION}.sagemaker.api`);
      return account.ask({ role, action: `sagemaker:${kind}`, resource: sagemaker(resource), context, endpointPolicy });
    };

    it("start with the workspace's subnets, security group and keys", async () => {
      for (const role of [NOTEBOOK, SCIENTIST]) {
        for (const kind of Object.keys(kinds)) assert.equal(await launch(role, kind), "Allowed", `${role} ${kind}`);
      }
    });

    it("start on one of the subnets, and with the data key for output", async () => {
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", { "sagemaker:VpcSubnets": [SUBNETS[1]!] }), "Allowed");
      const output = { "sagemaker:OutputKmsKeyArn": KEYS.data };
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", output), "Allowed");
    });

    it("do not start when a requirement is missing", async () => {
      const required = [
        "VpcSubnets",
        "VpcSecurityGroupIds",
        "VolumeKmsKeyArn",
        "OutputKmsKeyArn",
        "InterContainerTrafficEncryption",
        "ModelArn",
      ];
      for (const [kind, { keys }] of Object.entries(kinds)) {
        for (const key of keys.filter((entry) => required.includes(entry))) {
          const without = { [`sagemaker:${key}`]: undefined };
          assert.equal(await launch(NOTEBOOK, kind, without), "ExplicitlyDenied", `${kind} without ${key}`);
          assert.equal(await launch(SCIENTIST, kind, without), "ExplicitlyDenied", `${kind} without ${key}`);
        }
      }
    });

    it("do not start with another subnet, security group, key or model", async () => {
      const wrong: Record<string, string | string[]> = {
        VpcSubnets: [SUBNETS[0]!, "subnet-of-somebody-else"],
        VpcSecurityGroupIds: [GROUP, "sg-open"],
        VolumeKmsKeyArn: KEYS.data,
        OutputKmsKeyArn: `arn:aws:kms:${REGION}:999999999999:key/theirs`,
        InterContainerTrafficEncryption: "false",
        EnableRemoteDebug: "true",
        ModelArn: sagemaker("model/other-team"),
      };
      for (const [kind, { keys }] of Object.entries(kinds)) {
        for (const key of keys.filter((entry) => wrong[entry])) {
          const answer = await launch(NOTEBOOK, kind, { [`sagemaker:${key}`]: wrong[key] });
          assert.equal(answer, "ExplicitlyDenied", `${kind} with another ${key}`);
        }
      }
    });

    it("need no volume key where the volume is the machine's own, and still no other key", async () => {
      const gpu = { "sagemaker:InstanceTypes": ["ml.g5.xlarge"], "sagemaker:VolumeKmsKeyArn": undefined };
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", gpu), "Allowed");
      const mixed = { ...gpu, "sagemaker:InstanceTypes": ["ml.g5.xlarge", "ml.m5.xlarge"] };
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", mixed), "ExplicitlyDenied");
      const otherKey = { "sagemaker:InstanceTypes": ["ml.g5.xlarge"], "sagemaker:VolumeKmsKeyArn": KEYS.data };
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", otherKey), "ExplicitlyDenied");
    });

    it("stay in the workspace's own names", async () => {
      assert.equal(await launch(NOTEBOOK, "CreateTrainingJob", {}, "training-job/other-team-a"), "ImplicitlyDenied");
      for (const action of ["sagemaker:StopTrainingJob", "sagemaker:DescribeTrainingJob"]) {
        const own = { role: NOTEBOOK, action, resource: sagemaker("training-job/fraud-ml-prod-a") };
        assert.equal(await account.ask(own), "Allowed");
        const other = { ...own, resource: sagemaker("training-job/other-team-a") };
        assert.equal(await account.ask(other), "ImplicitlyDenied");
      }
    });

    it("are started neither by jobs nor by operators", async () => {
      for (const kind of Object.keys(kinds)) {
        for (const role of [JOBS, OPERATOR])
          assert.equal(await launch(role, kind), "ImplicitlyDenied", `${role} ${kind}`);
      }
    });

    it("run with the job role only", async () => {
      const pass = (role: string, passed: string, service: string) =>
        account.ask({
          role,
          action: "iam:PassRole",
          resource: `arn:aws:iam::${ACCOUNT}:role/${passed}`,
          context: { "iam:PassedToService": service },
        });
      for (const role of [NOTEBOOK, SCIENTIST]) {
        assert.equal(await pass(role, JOBS, "sagemaker.amazonaws.com"), "Allowed");
        assert.equal(await pass(role, JOBS, "ec2.amazonaws.com"), "ImplicitlyDenied");
        assert.equal(await pass(role, "Admin", "sagemaker.amazonaws.com"), "ImplicitlyDenied");
      }
      assert.equal(await pass(NOTEBOOK, NOTEBOOK, "sagemaker.amazonaws.com"), "ImplicitlyDenied");
      assert.equal(await pass(JOBS, JOBS, "sagemaker.amazonaws.com"), "ImplicitlyDenied");
    });

    it("are not tagged anew once they exist", async () => {
      const resource = sagemaker("training-job/fraud-ml-prod-a");
      const tag = (context: Record<string, string>) =>
        account.ask({ role: NOTEBOOK, action: "sagemaker:AddTags", resource, context });
      assert.equal(await tag({ "sagemaker:TaggingAction": "CreateTrainingJob" }), "Allowed");
      assert.equal(await tag({}), "ImplicitlyDenied");
    });

    it("attach to the workspace's subnets only, also when another account shares them", async () => {
      const attach = (subnet: string, owner = ACCOUNT) =>
        account.ask({
          role: JOBS,
          action: "ec2:CreateNetworkInterface",
          resource: `arn:aws:ec2:${REGION}:${owner}:subnet/${subnet}`,
        });
      assert.equal(await attach(SUBNETS[0]!), "Allowed");
      assert.equal(await attach(SUBNETS[0]!, "999999999999"), "Allowed");
      assert.equal(await attach("subnet-of-somebody-else"), "ImplicitlyDenied");
    });
  });

  describe("links", () => {
    const endpoint = "fraud-ml-endpoints-sagemaker-api-id";
    const link = (role: string, action: string, resource: string, sourceVpce: string | undefined) =>
      account.ask({
        role,
        action: `sagemaker:${action}`,
        resource: sagemaker(resource),
        context: { "aws:SourceVpce": sourceVpce },
        endpointPolicy: account.endpointPolicy(`com.amazonaws.${REGION}.sagemaker.api`),
      });

    it("open one's own Studio and notebook, through the workspace's endpoints", async () => {
      const profile = "user-profile/d-1/fraud-ml-prod-ana";
      assert.equal(await link(SCIENTIST, "CreatePresignedDomainUrl", profile, endpoint), "Allowed");
      const notebook = "notebook-instance/fraud-ml-prod-explore";
      assert.equal(await link(SCIENTIST, "CreatePresignedNotebookInstanceUrl", notebook, endpoint), "Allowed");
      const studio = "fraud-ml-endpoints-sagemaker-studio-id";
      assert.equal(await link(SCIENTIST, "CreatePresignedDomainUrl", profile, studio), "Allowed");
    });

    it("do not open somebody else's", async () => {
      const profile = "user-profile/d-1/fraud-ml-prod-ben";
      assert.equal(await link(SCIENTIST, "CreatePresignedDomainUrl", profile, endpoint), "ImplicitlyDenied");
      const notebook = "notebook-instance/fraud-ml-prod-train";
      assert.equal(await link(SCIENTIST, "CreatePresignedNotebookInstanceUrl", notebook, endpoint), "ImplicitlyDenied");
    });

    it("do not open from outside", async () => {
      for (const source of [undefined, "vpce-of-somebody-else"]) {
        const profile = "user-profile/d-1/fraud-ml-prod-ana";
        assert.equal(await link(SCIENTIST, "CreatePresignedDomainUrl", profile, source), "ExplicitlyDenied");
        const notebook = "notebook-instance/fraud-ml-prod-explore";
        assert.equal(await link(SCIENTIST, "CreatePresignedNotebookInstanceUrl", notebook, source), "ExplicitlyDenied");
      }
    });

    it("are for data scientists only", async () => {
      for (const role of [NOTEBOOK, JOBS, OPERATOR]) {
        const profile = "user-profile/d-1/fraud-ml-prod-ana";
        assert.equal(await link(role, "CreatePresignedDomainUrl", profile, endpoint), "ImplicitlyDenied", role);
      }
    });
  });

  describe("Studio", () => {
    const start = (owner: string, sharing: string, app = "app/d-1/fraud-ml-prod-ana/JupyterLab/default") =>
      account.ask({
        role: NOTEBOOK,
        action: "sagemaker:CreateApp",
        resource: sagemaker(app),
        context: {
          "sagemaker:OwnerUserProfileArn": sagemaker(`user-profile/d-1/${owner}`),
          "sagemaker:SpaceSharingType": sharing,
        },
      });

    it("runs JupyterLab in one's own private spaces only", async () => {
      assert.equal(await start("fraud-ml-prod-ana", "Private"), "Allowed");
      assert.equal(await start("fraud-ml-prod-ana", "Shared"), "ImplicitlyDenied");
      assert.equal(await start("fraud-ml-prod-ben", "Private"), "ImplicitlyDenied");
      const canvas = "app/d-1/fraud-ml-prod-ana/Canvas/default";
      assert.equal(await start("fraud-ml-prod-ana", "Private", canvas), "ImplicitlyDenied");
    });
  });

  // SageMaker attaches role, network and disk in the name of whoever starts a notebook.
  describe("starting a notebook", () => {
    const pass = (role: string, passed: string, service = "sagemaker.amazonaws.com") =>
      account.ask({
        role,
        action: "iam:PassRole",
        resource: `arn:aws:iam::${ACCOUNT}:role/${passed}`,
        context: { "iam:PassedToService": service },
      });
    const ofBen = "fraud-ml-prod-notebook-ben";

    it("hands over the role of one's own notebooks only", async () => {
      assert.equal(await pass(SCIENTIST, NOTEBOOK), "Allowed");
      assert.equal(await pass(SCIENTIST, NOTEBOOK, "ec2.amazonaws.com"), "ImplicitlyDenied");
      assert.equal(await pass(SCIENTIST, ofBen), "ImplicitlyDenied");
    });

    it("lets operators hand over every notebook's role, and no other", async () => {
      for (const role of [NOTEBOOK, ofBen]) assert.equal(await pass(OPERATOR, role), "Allowed");
      for (const role of [JOBS, "Admin"]) assert.equal(await pass(OPERATOR, role), "ImplicitlyDenied");
    });

    it("attaches to the workspace's subnets and group only", async () => {
      const attach = (role: string, resource: string) =>
        account.ask({
          role,
          action: "ec2:CreateNetworkInterface",
          resource: `arn:aws:ec2:${REGION}:${ACCOUNT}:${resource}`,
        });
      for (const role of [SCIENTIST, OPERATOR]) {
        assert.equal(await attach(role, `subnet/${SUBNETS[0]}`), "Allowed");
        assert.equal(await attach(role, `security-group/${GROUP}`), "Allowed");
        assert.equal(await attach(role, "subnet/subnet-of-somebody-else"), "ImplicitlyDenied");
        assert.equal(await attach(role, "security-group/sg-of-somebody-else"), "ImplicitlyDenied");
      }
    });
  });

  describe("operators", () => {
    const may = (action: string, resource: string) => account.ask({ role: OPERATOR, action, resource });

    it("start, stop and repair", async () => {
      const notebook = sagemaker("notebook-instance/fraud-ml-prod-explore");
      for (const action of ["sagemaker:StartNotebookInstance", "sagemaker:StopNotebookInstance"]) {
        assert.equal(await may(action, notebook), "Allowed");
      }
      assert.equal(await may("sagemaker:StopTrainingJob", sagemaker("training-job/fraud-ml-prod-a")), "Allowed");
      const app = sagemaker("app/d-1/fraud-ml-prod-ana/JupyterLab/default");
      assert.equal(await may("sagemaker:DeleteApp", app), "Allowed");
    });

    it("do not get to the data", async () => {
      assert.equal(await storage("s3:GetObject", `${features}/a.csv`, { role: OPERATOR }), "ImplicitlyDenied");
      const notebook = sagemaker("notebook-instance/fraud-ml-prod-explore");
      assert.equal(await may("sagemaker:UpdateNotebookInstance", notebook), "ImplicitlyDenied");
      const logs = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs:log-stream:fraud-ml-prod-a`;
      assert.equal(await may("logs:GetLogEvents", logs), "ImplicitlyDenied");
    });
  });

  describe("the interface endpoints", () => {
    const service = (name: string) => account.endpointPolicy(`com.amazonaws.${REGION}.${name}`);
    const theirs = { owner: "999999999999", context: { "aws:ResourceOrgID": "o-somebodyelse" } };
    const requests: [string, string, string][] = [
      ["sagemaker.api", "sagemaker:DescribeTrainingJob", "sagemaker:REGION:ACCOUNT:training-job/a"],
      ["sagemaker.runtime", "sagemaker:InvokeEndpoint", "sagemaker:REGION:ACCOUNT:endpoint/a"],
      ["kms", "kms:Decrypt", "kms:REGION:ACCOUNT:key/a"],
      ["logs", "logs:PutLogEvents", "logs:REGION:ACCOUNT:log-group:a:log-stream:b"],
      ["secretsmanager", "secretsmanager:GetSecretValue", "secretsmanager:REGION:ACCOUNT:secret:a-123456"],
      ["ssm", "ssm:GetParameter", "ssm:REGION:ACCOUNT:parameter/a"],
      ["sts", "sts:AssumeRole", "iam::ACCOUNT:role/a"],
      ["ecr.dkr", "ecr:BatchGetImage", "ecr:REGION:ACCOUNT:repository/a"],
    ];
    const arnIn = (owner: string, text: string) =>
      `arn:aws:${text.replace("REGION", REGION).replace("ACCOUNT", owner)}`;

    it("lead own identities to own resources", async () => {
      for (const [name, action, text] of requests) {
        assert.equal(await passes(service(name), { action, resource: arnIn(ACCOUNT, text) }), true, action);
      }
    });

    it("lead to nothing outside the organization", async () => {
      for (const [name, action, text] of requests) {
        const resource = arnIn("999999999999", text);
        assert.equal(await passes(service(name), { action, resource, ...theirs }), false, action);
      }
    });

    it("admit no identity of another organization", async () => {
      const context = { "aws:PrincipalOrgID": "o-somebodyelse", "aws:PrincipalAccount": "999999999999" };
      for (const [name, action, text] of requests) {
        assert.equal(await passes(service(name), { action, resource: arnIn(ACCOUNT, text), context }), false, action);
      }
      const metrics = { action: "cloudwatch:PutMetricData", resource: "*" };
      assert.equal(await passes(service("monitoring"), metrics), true);
      assert.equal(await passes(service("monitoring"), { ...metrics, context }), false);
    });

    it("let images of SageMaker be pulled, and none be pushed", async () => {
      const resource = `arn:aws:ecr:${REGION}:763104351884:repository/pytorch-training`;
      const provider = { resource, owner: "763104351884", context: { "aws:ResourceOrgID": undefined } };
      assert.equal(await passes(service("ecr.dkr"), { action: "ecr:BatchGetImage", ...provider }), true);
      assert.equal(await passes(service("ecr.dkr"), { action: "ecr:PutImage", ...provider }), false);
    });
  });

  describe("the permissions boundary", () => {
    const boundary = () => account.find("aws:iam/policy:Policy", "name", "fraud-ml-prod-boundary").policy as string;

    it("leaves what a workload does", async () => {
      const own = { action: "s3:GetObject", resource: "arn:aws:s3:::bank-new-bucket/a.csv" };
      assert.equal(await withinBoundary(boundary(), own), true);
      const lists = { action: "sagemaker:ListTrainingJobs", resource: "*" };
      assert.equal(await withinBoundary(boundary(), lists), true);
    });

    it("stops what a workload never does, whatever a policy says", async () => {
      const role = `arn:aws:iam::${ACCOUNT}:role/${NOTEBOOK}`;
      for (const [action, resource] of [
        ["iam:AttachRolePolicy", role],
        ["iam:CreateRole", role],
        ["iam:PassRole", `arn:aws:iam::${ACCOUNT}:role/Admin`],
        ["s3:PutBucketPolicy", `arn:aws:s3:::${features}`],
        ["kms:PutKeyPolicy", KEYS.data],
        ["sagemaker:CreateNotebookInstance", sagemaker("notebook-instance/a")],
      ] as const) {
        assert.equal(await withinBoundary(boundary(), { action, resource }), false, action);
      }
    });

    it("stops at the border of the organization", async () => {
      const theirs = { owner: "999999999999", context: { "aws:ResourceOrgID": "o-somebodyelse" } };
      const put = { action: "s3:PutObject", resource: "arn:aws:s3:::attacker/a.csv", ...theirs };
      assert.equal(await withinBoundary(boundary(), put), false);
    });
  });

  describe("nobody", () => {
    it("changes identities, networks, buckets or guards", async () => {
      const role = `arn:aws:iam::${ACCOUNT}:role/${NOTEBOOK}`;
      const forbidden: [string, string][] = [
        ["iam:PutRolePolicy", role],
        ["iam:DeleteRolePermissionsBoundary", role],
        ["sts:AssumeRole", `arn:aws:iam::${ACCOUNT}:role/Admin`],
        ["ec2:AuthorizeSecurityGroupEgress", `arn:aws:ec2:${REGION}:${ACCOUNT}:security-group/${GROUP}`],
        ["ec2:CreateRoute", `arn:aws:ec2:${REGION}:${ACCOUNT}:route-table/rtb-1`],
        ["s3:PutBucketPolicy", `arn:aws:s3:::${features}`],
        ["sagemaker:UpdateDomain", sagemaker("domain/d-1")],
        ["sagemaker:CreateNotebookInstance", sagemaker("notebook-instance/fraud-ml-prod-mine")],
      ];
      for (const asker of [NOTEBOOK, JOBS, SCIENTIST, OPERATOR]) {
        for (const [action, resource] of forbidden) {
          assert.equal(await account.ask({ role: asker, action, resource }), "ImplicitlyDenied", `${asker} ${action}`);
        }
      }
    });
  });
});
