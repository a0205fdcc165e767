import assert from "node:assert/strict";
import { ACCOUNT, Account, administratorMay, REGION, workspaceOf } from "./aws-account.ts";
import { withLongestNames } from "./aws-training-specs.ts";
import { ofType, type Registration } from "./record.ts";
import { withTraining } from "./training-specs.ts";

const PREPARE = "fraud-ml-prod-step-nightly-prepare";
const TRAIN = "fraud-ml-prod-step-nightly-train";
const EVALUATE = "fraud-ml-prod-step-nightly-evaluate";
const QUERY = "fraud-ml-prod-step-report-query";
const STEPS = [PREPARE, TRAIN, EVALUATE, QUERY];
const NIGHTLY = "fraud-ml-prod-nightly";
const REPORT = "fraud-ml-prod-report";
const PIPELINES = [NIGHTLY, REPORT];
const SCHEDULE = "fraud-ml-prod-nightly-schedule";
const GATE = "fraud-ml-prod-nightly-image-gate";
const SCIENTIST = "fraud-ml-prod-data-scientist-ana";
const NOTEBOOK = "fraud-ml-prod-notebook-ana";
const JOBS = "fraud-ml-prod-jobs";
const OPERATOR = "fraud-ml-prod-operator-ml-operators";
const MACHINES = [...STEPS, ...PIPELINES, SCHEDULE, GATE, "fraud-ml-prod-report-image-gate"];
const PEOPLE = [SCIENTIST, NOTEBOOK, OPERATOR];

const SUBNETS = ["fraud-ml-network-eu-west-1a-id", "fraud-ml-network-eu-west-1b-id"];
const JOB_GROUP = "fraud-ml-training-jobs-id";
const WAREHOUSE_GROUP = "fraud-ml-database-warehouse-clients-id";

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const sagemaker = (resource: string) => arn("sagemaker", resource);
const key = (purpose: string) => arn("kms", `key/fraud-ml-${purpose}-key-key`);
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

const PASSWORD = arn("secretsmanager", "secret:fraud-ml-prod/warehouse-password-AbCdEf");
const TOKEN = arn("secretsmanager", "secret:fraud-ml-prod/unused-token-AbCdEf");

type Context = Record<string, string | string[] | undefined>;

/** Where a request comes from that does not come through the workspace's network. */
const OUTSIDE: Context[] = [{ "aws:SourceVpc": undefined }, { "aws:SourceVpc": "vpc-of-somebody-else" }];

describe("IAM of training on AWS", () => {
  let resources: Registration[];
  let account: Account;
  let buckets: Record<string, string>;

  before(async () => {
    resources = await workspaceOf(withTraining("aws"));
    account = new Account(resources);
    const names = ofType(resources, "aws:s3/bucket:Bucket").map(({ inputs }) => inputs.bucket as string);
    const named = (part: string) => names.find((name) => name.startsWith(`fraud-ml-prod-${part}-`))!;
    buckets = Object.fromEntries(["transactions", "features", "models"].map((part) => [part, named(part)]));
  });

  const endpoint = (service: string) => account.endpointPolicy(`com.amazonaws.${REGION}.${service}`);

  /** A request to Secrets Manager, with the policies of the secret and of the endpoint. */
  const secret = (role: string, action: string, resource: string, context: Context = {}) =>
    account.ask({
      role,
      action: `secretsmanager:${action}`,
      resource,
      context,
      resourcePolicy: account.secretPolicy(resource),
      endpointPolicy: endpoint("secretsmanager"),
    });

  /** A request to S3, with the policies of the bucket and of the endpoint. */
  const storage = (role: string, action: string, path: string, context: Context = {}) =>
    account.ask({
      role,
      action: `s3:${action}`,
      resource: `arn:aws:s3:::${path}`,
      context: { "s3:TlsVersion": "1.3", ...context },
      resourcePolicy: account.bucketPolicy(path.split("/")[0]!),
      endpointPolicy: endpoint("s3"),
    });

  const ask = (role: string, action: string, resource: string, context: Context = {}) =>
    account.ask({ role, action, resource, context });

  const pass = (role: string, passed: string, service = "sagemaker.amazonaws.com") =>
    ask(role, "iam:PassRole", roleArn(passed), { "iam:PassedToService": service });

  describe("secrets", () => {
    it("are read by the step that names them, from inside the network", async () => {
      assert.equal(await secret(PREPARE, "GetSecretValue", PASSWORD), "Allowed");
      for (const context of OUTSIDE) {
        assert.equal(await secret(PREPARE, "GetSecretValue", PASSWORD, context), "ExplicitlyDenied");
      }
    });

    it("are not read by the same step when it names others", async () => {
      assert.notEqual(await secret(PREPARE, "GetSecretValue", TOKEN), "Allowed");
      const similar = arn("secretsmanager", "secret:fraud-ml-prod/warehouse-password-old-AbCdEf");
      assert.equal(await ask(PREPARE, "secretsmanager:GetSecretValue", similar), "ImplicitlyDenied");
    });

    it("are not read by anybody else", async () => {
      for (const role of [...MACHINES, ...PEOPLE, JOBS].filter((name) => name !== PREPARE)) {
        for (const resource of [PASSWORD, TOKEN]) {
          assert.notEqual(await secret(role, "GetSecretValue", resource), "Allowed", `${role} ${resource}`);
          // Without the secret's own policy either: the role has no right to it.
          assert.equal(await ask(role, "secretsmanager:GetSecretValue", resource), "ImplicitlyDenied", role);
        }
      }
    });

    it("are denied by their own policy to whoever may do everything", async () => {
      for (const resource of [PASSWORD, TOKEN]) {
        const policy = account.secretPolicy(resource);
        const may = (action: string) => administratorMay(policy, { action: `secretsmanager:${action}`, resource });
        assert.equal(await may("GetSecretValue"), false, resource);
        // The administration stays with the account, so that nobody is locked out.
        for (const action of ["PutSecretValue", "DescribeSecret", "PutResourcePolicy", "DeleteSecret"]) {
          assert.equal(await may(action), true, `${action} ${resource}`);
        }
      }
    });

    it("get their values from operators, who cannot read them", async () => {
      for (const resource of [PASSWORD, TOKEN]) {
        assert.equal(await secret(OPERATOR, "PutSecretValue", resource), "Allowed", resource);
        assert.equal(await secret(OPERATOR, "GetSecretValue", resource), "ExplicitlyDenied", resource);
        assert.equal(await ask(OPERATOR, "secretsmanager:GetSecretValue", resource), "ImplicitlyDenied", resource);
        for (const role of [...MACHINES, SCIENTIST, NOTEBOOK, JOBS]) {
          assert.equal(await secret(role, "PutSecretValue", resource), "ImplicitlyDenied", role);
        }
      }
      const other = arn("secretsmanager", "secret:other-team/password-AbCdEf");
      assert.equal(await ask(OPERATOR, "secretsmanager:PutSecretValue", other), "ImplicitlyDenied");
    });

    it("are not opened, replaced in policy or removed by any role of the workspace", async () => {
      for (const action of ["PutResourcePolicy", "DeleteResourcePolicy", "DeleteSecret", "UpdateSecret"]) {
        for (const role of [...MACHINES, ...PEOPLE, JOBS]) {
          assert.equal(await secret(role, action, PASSWORD), "ImplicitlyDenied", `${role} ${action}`);
        }
      }
    });

    it("have a key that only their readers and writers use, through the services that keep them", async () => {
      const use = (role: string, action: string, service?: string) =>
        account.ask({
          role,
          action: `kms:${action}`,
          resource: key("secrets"),
          resourcePolicy: account.keyPolicy("fraud-ml-secrets-key-key"),
          context: {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": service && `${service}.${REGION}.amazonaws.com`,
          },
        });
      assert.equal(await use(PREPARE, "Decrypt", "secretsmanager"), "Allowed");
      assert.equal(await use(PREPARE, "Decrypt", "ssm"), "Allowed");
      assert.equal(await use(OPERATOR, "GenerateDataKey", "secretsmanager"), "Allowed");
      for (const service of [undefined, "s3"]) assert.equal(await use(PREPARE, "Decrypt", service), "ImplicitlyDenied");
      for (const role of [...MACHINES, ...PEOPLE, JOBS].filter((name) => name !== PREPARE && name !== OPERATOR)) {
        assert.equal(await use(role, "Decrypt", "secretsmanager"), "ImplicitlyDenied", role);
      }
    });
  });

  it("lets a step read the parameters that it names, from inside the network, and nobody else", async () => {
    const parameter = arn("ssm", "parameter/fraud-ml-prod/sample-rate");
    const read = (role: string, context: Context = {}) =>
      account.ask({
        role,
        action: "ssm:GetParameter",
        resource: parameter,
        context,
        endpointPolicy: endpoint("ssm"),
      });
    assert.equal(await read(PREPARE), "Allowed");
    for (const context of OUTSIDE) assert.equal(await read(PREPARE, context), "ExplicitlyDenied");
    for (const role of [TRAIN, EVALUATE, QUERY, ...PIPELINES, SCHEDULE, GATE, ...PEOPLE, JOBS]) {
      assert.equal(await read(role), "ImplicitlyDenied", role);
    }
    const other = arn("ssm", "parameter/fraud-ml-prod/another");
    assert.equal(await ask(PREPARE, "ssm:GetParameter", other), "ImplicitlyDenied");
  });

  it("lets a step sign in to a new database as itself only", async () => {
    const connect = (role: string, user: string, server = "db-fraud-ml-database-results-instance") =>
      ask(role, "rds-db:connect", arn("rds-db", `dbuser:${server}/${user}`));
    assert.equal(await connect(QUERY, "report_query"), "Allowed");
    for (const user of ["administrator", "nightly_train"]) {
      assert.equal(await connect(QUERY, user), "ImplicitlyDenied", user);
    }
    assert.equal(await connect(QUERY, "report_query", "db-of-somebody-else"), "ImplicitlyDenied");
    for (const role of [PREPARE, TRAIN, EVALUATE, ...PIPELINES, ...PEOPLE, JOBS]) {
      assert.equal(await connect(role, "report_query"), "ImplicitlyDenied", role);
    }
  });

  describe("files of steps", () => {
    const OUTPUTS: Record<string, [store: string, folder: string]> = {
      [PREPARE]: ["features", "pipelines/nightly/prepare/features"],
      [TRAIN]: ["models", "pipelines/nightly/train/model"],
      [EVALUATE]: ["models", "pipelines/nightly/evaluate/report"],
      [QUERY]: ["features", "reports"],
    };
    const INPUTS: Record<string, [store: string, folder: string][]> = {
      [PREPARE]: [["transactions", "daily"]],
      [TRAIN]: [["features", "pipelines/nightly/prepare/features"]],
      [EVALUATE]: [
        ["models", "pipelines/nightly/train/model"],
        ["transactions", "holdout"],
      ],
      [QUERY]: [],
    };
    /** Every folder that some step reads or writes, and some that none does. */
    const folders = () => [
      ...Object.values(OUTPUTS),
      ...Object.values(INPUTS).flat(),
      ...["transactions", "features", "models"].map((store): [string, string] => [store, "elsewhere"]),
      ["models", "staging"] as [string, string],
      ["models", "pipelines/nightly/train/model2"] as [string, string],
    ];
    const isOneOf = (chosen: [string, string][], [store, folder]: [string, string]) =>
      chosen.some(([otherStore, otherFolder]) => otherStore === store && otherFolder === folder);

    it("are read where the spec says so, and nowhere else", async () => {
      for (const role of STEPS) {
        for (const place of folders()) {
          const file = `${buckets[place[0]]}/${place[1]}/run-1/part.parquet`;
          const readable = isOneOf([...INPUTS[role]!, OUTPUTS[role]!], place);
          const answer = await storage(role, "GetObject", file);
          assert.equal(answer, readable ? "Allowed" : "ImplicitlyDenied", `${role} reads ${file}`);
        }
      }
    });

    it("are written where the spec says so, and nowhere else", async () => {
      for (const role of STEPS) {
        for (const place of folders()) {
          const file = `${buckets[place[0]]}/${place[1]}/run-1/part.parquet`;
          const answer = await storage(role, "PutObject", file);
          const expected = isOneOf([OUTPUTS[role]!], place) ? "Allowed" : "ImplicitlyDenied";
          assert.equal(answer, expected, `${role} writes ${file}`);
        }
      }
    });

    it("are never removed by a step", async () => {
      for (const role of STEPS) {
        const [store, folder] = OUTPUTS[role]!;
        for (const action of ["DeleteObject", "DeleteObjectVersion", "PutObjectAcl"]) {
          const answer = await storage(role, action, `${buckets[store]}/${folder}/run-1/a`);
          assert.equal(answer, "ImplicitlyDenied", `${role} ${action}`);
        }
      }
    });

    it("are listed in a step's own folders only", async () => {
      const bucket = buckets.transactions!;
      for (const prefix of ["daily", "daily/2026"]) {
        assert.equal(await storage(PREPARE, "ListBucket", bucket, { "s3:prefix": prefix }), "Allowed", prefix);
      }
      for (const prefix of [undefined, "", "holdout/", "dailyx"]) {
        assert.equal(await storage(PREPARE, "ListBucket", bucket, { "s3:prefix": prefix }), "ImplicitlyDenied", prefix);
      }
      assert.equal(await storage(TRAIN, "ListBucket", bucket, { "s3:prefix": "daily/" }), "ImplicitlyDenied");
    });

    it("are encrypted with no other key", async () => {
      const header = "s3:x-amz-server-side-encryption-aws-kms-key-id";
      const algorithm = "s3:x-amz-server-side-encryption";
      const file = `${buckets.models}/pipelines/nightly/train/model/run-1/model.bin`;
      const upload = (keyArn: string) =>
        storage(TRAIN, "PutObject", file, { [algorithm]: "aws:kms", [header]: keyArn });
      assert.equal(await upload(key("models")), "Allowed");
      assert.equal(await upload(key("data")), "ExplicitlyDenied");
      assert.equal(await upload(`arn:aws:kms:${REGION}:999999999999:key/theirs`), "ExplicitlyDenied");
    });

    it("are not replaced by people, notebooks or ad hoc jobs", async () => {
      for (const role of [NOTEBOOK, JOBS, SCIENTIST, OPERATOR]) {
        for (const [store, folder] of Object.values(OUTPUTS)) {
          for (const action of ["PutObject", "DeleteObject"]) {
            const answer = await storage(role, action, `${buckets[store]}/${folder}/run-1/a`);
            assert.notEqual(answer, "Allowed", `${role} ${action} ${folder}`);
          }
        }
      }
      assert.equal(await storage(NOTEBOOK, "PutObject", `${buckets.features}/mine.csv`), "Allowed");
    });
  });

  it("lets each step pull from the repository of its own image only", async () => {
    const repositories: Record<string, string> = {
      [PREPARE]: "fraud-ml-prod-prepare",
      [TRAIN]: "fraud-ml-prod-trainer",
      [EVALUATE]: "fraud-ml-prod-prepare",
      [QUERY]: "fraud-ml-prod-base/python/slim",
    };
    const every = [...new Set(Object.values(repositories)), "fraud-ml-prod-base/python/full", "other-team"];
    for (const role of STEPS) {
      for (const repository of every) {
        for (const action of ["BatchGetImage", "GetDownloadUrlForLayer"]) {
          const answer = await account.ask({
            role,
            action: `ecr:${action}`,
            resource: arn("ecr", `repository/${repository}`),
            endpointPolicy: endpoint("ecr.dkr"),
          });
          const expected = repository === repositories[role] ? "Allowed" : "ImplicitlyDenied";
          assert.equal(answer, expected, `${role} ${action} ${repository}`);
        }
      }
      const own = arn("ecr", `repository/${repositories[role]}`);
      for (const action of ["PutImage", "InitiateLayerUpload", "CompleteLayerUpload", "BatchDeleteImage"]) {
        assert.equal(await ask(role, `ecr:${action}`, own), "ImplicitlyDenied", `${role} ${action}`);
      }
    }
  });

  it("lets a step start nothing and hand over no role", async () => {
    for (const role of STEPS) {
      const started = [
        ["CreateTrainingJob", "training-job/fraud-ml-prod-nightly-train-1"],
        ["CreateProcessingJob", "processing-job/fraud-ml-prod-nightly-prepare-1"],
        ["StartPipelineExecution", `pipeline/${NIGHTLY}`],
        ["UpdatePipeline", `pipeline/${NIGHTLY}`],
        ["CreateModelPackage", `model-package/${NIGHTLY}/1`],
      ] as const;
      for (const [action, resource] of started) {
        assert.equal(await ask(role, `sagemaker:${action}`, sagemaker(resource)), "ImplicitlyDenied", action);
      }
      for (const passed of [...STEPS, NIGHTLY, JOBS]) assert.equal(await pass(role, passed), "ImplicitlyDenied");
    }
  });

  describe("people", () => {
    it("start, follow and stop every pipeline", async () => {
      for (const role of [SCIENTIST, NOTEBOOK, OPERATOR]) {
        for (const pipeline of PIPELINES) {
          const may = (action: string, resource: string) =>
            account.ask({
              role,
              action: `sagemaker:${action}`,
              resource: sagemaker(resource),
              endpointPolicy: endpoint("sagemaker.api"),
            });
          const started = `pipeline/${pipeline}`;
          assert.equal(await may("StartPipelineExecution", started), "Allowed", `${role} ${pipeline}`);
          const run = `${started}/execution/abc123`;
          for (const action of ["DescribePipelineExecution", "ListPipelineExecutionSteps", "StopPipelineExecution"]) {
            assert.equal(await may(action, run), "Allowed", `${role} ${action}`);
          }
        }
        const other = sagemaker("pipeline/other-team-nightly");
        assert.equal(await ask(role, "sagemaker:StartPipelineExecution", other), "ImplicitlyDenied");
      }
    });

    it("change no pipeline, gate, image or schedule, and approve no model", async () => {
      const changes = [
        ["sagemaker:CreatePipeline", sagemaker(`pipeline/${NIGHTLY}`)],
        ["sagemaker:CreatePipeline", sagemaker("pipeline/fraud-ml-prod-mine")],
        ["sagemaker:UpdatePipeline", sagemaker(`pipeline/${NIGHTLY}`)],
        ["sagemaker:DeletePipeline", sagemaker(`pipeline/${NIGHTLY}`)],
        ["sagemaker:CreateModelPackage", sagemaker(`model-package/${NIGHTLY}/1`)],
        ["sagemaker:UpdateModelPackage", sagemaker(`model-package/${NIGHTLY}/1`)],
        ["sagemaker:DeleteModelPackage", sagemaker(`model-package/${NIGHTLY}/1`)],
        ["lambda:UpdateFunctionCode", arn("lambda", `function:${GATE}`)],
        ["lambda:InvokeFunction", arn("lambda", `function:${GATE}`)],
        ["ecr:PutImage", arn("ecr", "repository/fraud-ml-prod-prepare")],
        ["scheduler:UpdateSchedule", arn("scheduler", `schedule/default/${NIGHTLY}`)],
        ["ssm:PutParameter", arn("ssm", "parameter/fraud-ml-prod/sample-rate")],
      ] as const;
      for (const role of [...PEOPLE, JOBS]) {
        for (const [action, resource] of changes) {
          assert.equal(await ask(role, action, resource), "ImplicitlyDenied", `${role} ${action}`);
        }
      }
    });

    it("hand over neither a step's role nor a pipeline's", async () => {
      for (const role of [...PEOPLE, JOBS]) {
        for (const passed of [...STEPS, ...PIPELINES, SCHEDULE, GATE]) {
          for (const service of ["sagemaker.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com"]) {
            assert.equal(await pass(role, passed, service), "ImplicitlyDenied", `${role} passes ${passed}`);
          }
        }
      }
    });

    it("launch no training job but on the private subnets, with the key", async () => {
      const right: Context = {
        "sagemaker:VpcSubnets": SUBNETS,
        "sagemaker:VpcSecurityGroupIds": ["fraud-ml-endpoints-workloads-id"],
        "sagemaker:VolumeKmsKeyArn": key("notebooks"),
        "sagemaker:OutputKmsKeyArn": key("models"),
        "sagemaker:InterContainerTrafficEncryption": "true",
        "sagemaker:InstanceTypes": ["ml.m5.xlarge"],
      };
      const launch = (role: string, changes: Context = {}) =>
        ask(role, "sagemaker:CreateTrainingJob", sagemaker("training-job/fraud-ml-prod-mine"), {
          ...right,
          ...changes,
        });
      for (const role of [SCIENTIST, NOTEBOOK]) {
        assert.equal(await launch(role), "Allowed", role);
        const wrong: Context[] = [
          { "sagemaker:VpcSubnets": undefined },
          { "sagemaker:VpcSubnets": ["subnet-of-somebody-else"] },
          { "sagemaker:VpcSubnets": [SUBNETS[0]!, "subnet-of-somebody-else"] },
          { "sagemaker:VolumeKmsKeyArn": undefined },
          { "sagemaker:VolumeKmsKeyArn": key("data") },
          { "sagemaker:OutputKmsKeyArn": undefined },
          // The groups that reach databases are for steps that name them.
          { "sagemaker:VpcSecurityGroupIds": ["fraud-ml-endpoints-workloads-id", WAREHOUSE_GROUP] },
          { "sagemaker:VpcSecurityGroupIds": [JOB_GROUP] },
        ];
        for (const changes of wrong) {
          assert.equal(await launch(role, changes), "ExplicitlyDenied", `${role} ${JSON.stringify(changes)}`);
        }
      }
      assert.equal(await launch(OPERATOR), "ImplicitlyDenied");
    });
  });

  describe("the role of a pipeline", () => {
    const right: Context = {
      "sagemaker:VpcSubnets": SUBNETS,
      "sagemaker:VpcSecurityGroupIds": [JOB_GROUP, WAREHOUSE_GROUP],
      "sagemaker:VolumeKmsKeyArn": key("notebooks"),
      "sagemaker:OutputKmsKeyArn": key("data"),
      "sagemaker:InterContainerTrafficEncryption": "true",
      "sagemaker:InstanceTypes": ["ml.m5.large"],
    };
    const run = (action: string, resource: string, changes: Context = {}, role = NIGHTLY) =>
      ask(role, `sagemaker:${action}`, sagemaker(resource), { ...right, ...changes });

    it("hands over the roles of its steps only, to SageMaker only", async () => {
      for (const step of [PREPARE, TRAIN, EVALUATE]) {
        assert.equal(await pass(NIGHTLY, step), "Allowed", step);
        assert.equal(await pass(NIGHTLY, step, "lambda.amazonaws.com"), "ImplicitlyDenied", step);
      }
      for (const other of [QUERY, JOBS, NOTEBOOK, NIGHTLY, REPORT, GATE, SCIENTIST, "Admin"]) {
        assert.equal(await pass(NIGHTLY, other), "ImplicitlyDenied", other);
      }
      assert.equal(await pass(REPORT, QUERY), "Allowed");
      assert.equal(await pass(REPORT, PREPARE), "ImplicitlyDenied");
    });

    it("creates jobs with the names of its steps only", async () => {
      const own = [
        ["CreateProcessingJob", "processing-job/fraud-ml-prod-nightly-prepare-abc"],
        ["CreateProcessingJob", "processing-job/fraud-ml-prod-nightly-evaluate-abc"],
        ["CreateTrainingJob", "training-job/fraud-ml-prod-nightly-train-abc"],
      ] as const;
      for (const [action, resource] of own) assert.equal(await run(action, resource), "Allowed", resource);
      const others = [
        ["CreateProcessingJob", "processing-job/fraud-ml-prod-nightly-train-abc"],
        ["CreateTrainingJob", "training-job/fraud-ml-prod-nightly-prepare-abc"],
        ["CreateTrainingJob", "training-job/fraud-ml-prod-mine"],
        ["CreateProcessingJob", "processing-job/fraud-ml-prod-report-query-abc"],
        ["CreateHyperParameterTuningJob", "hyper-parameter-tuning-job/fraud-ml-prod-nightly-train-abc"],
        ["CreateModel", "model/fraud-ml-prod-nightly-train-abc"],
      ] as const;
      for (const [action, resource] of others) {
        assert.equal(await run(action, resource), "ImplicitlyDenied", `${action} ${resource}`);
      }
    });

    it("creates them only in the private network, with the workspace's keys and encrypted traffic", async () => {
      const changes: Context[] = [
        { "sagemaker:VpcSubnets": undefined },
        { "sagemaker:VpcSubnets": [SUBNETS[0]!, "subnet-of-somebody-else"] },
        { "sagemaker:VpcSecurityGroupIds": undefined },
        { "sagemaker:VpcSecurityGroupIds": [JOB_GROUP, "sg-open"] },
        { "sagemaker:VolumeKmsKeyArn": undefined },
        { "sagemaker:VolumeKmsKeyArn": key("data") },
        { "sagemaker:OutputKmsKeyArn": undefined },
        { "sagemaker:OutputKmsKeyArn": `arn:aws:kms:${REGION}:999999999999:key/theirs` },
        { "sagemaker:InterContainerTrafficEncryption": "false" },
      ];
      for (const change of changes) {
        const prepare = await run("CreateProcessingJob", "processing-job/fraud-ml-prod-nightly-prepare-abc", change);
        assert.equal(prepare, "ExplicitlyDenied", JSON.stringify(change));
        const train = await run("CreateTrainingJob", "training-job/fraud-ml-prod-nightly-train-abc", change);
        assert.equal(train, "ExplicitlyDenied", JSON.stringify(change));
      }
      const shell = { "sagemaker:EnableRemoteDebug": "true" };
      const train = "training-job/fraud-ml-prod-nightly-train-abc";
      assert.equal(await run("CreateTrainingJob", train, shell), "ExplicitlyDenied");
    });

    it("does not put steps where another pipeline's database is reached", async () => {
      const group = { "sagemaker:VpcSecurityGroupIds": [JOB_GROUP, "fraud-ml-database-results-clients-id"] };
      const prepare = "processing-job/fraud-ml-prod-nightly-prepare-abc";
      assert.equal(await run("CreateProcessingJob", prepare, group), "ExplicitlyDenied");
      const query = "processing-job/fraud-ml-prod-report-query-abc";
      assert.equal(await run("CreateProcessingJob", query, group, REPORT), "Allowed");
    });

    it("registers models in its own group, approves none, and changes no pipeline", async () => {
      const may = (action: string, resource: string) => ask(NIGHTLY, `sagemaker:${action}`, sagemaker(resource));
      assert.equal(await may("CreateModelPackage", `model-package/${NIGHTLY}/1`), "Allowed");
      assert.equal(await may("CreateModelPackage", "model-package/other/1"), "ImplicitlyDenied");
      assert.equal(await may("UpdateModelPackage", `model-package/${NIGHTLY}/1`), "ImplicitlyDenied");
      for (const action of ["StartPipelineExecution", "UpdatePipeline", "CreatePipeline"]) {
        assert.equal(await may(action, `pipeline/${NIGHTLY}`), "ImplicitlyDenied", action);
      }
      const report = sagemaker("model-package/fraud-ml-prod-report/1");
      assert.equal(await ask(REPORT, "sagemaker:CreateModelPackage", report), "ImplicitlyDenied");
    });

    it("asks its own gate, and reads nothing but the model that it registers", async () => {
      assert.equal(await ask(NIGHTLY, "lambda:InvokeFunction", arn("lambda", `function:${GATE}`)), "Allowed");
      const other = arn("lambda", "function:fraud-ml-prod-report-image-gate");
      assert.equal(await ask(NIGHTLY, "lambda:InvokeFunction", other), "ImplicitlyDenied");
      const model = `${buckets.models}/pipelines/nightly/train/model/run-1/model.bin`;
      assert.equal(await storage(NIGHTLY, "GetObject", model), "Allowed");
      assert.equal(await storage(NIGHTLY, "PutObject", model), "ImplicitlyDenied");
      assert.equal(await storage(NIGHTLY, "GetObject", `${buckets.transactions}/daily/a`), "ImplicitlyDenied");
      assert.equal(await storage(REPORT, "GetObject", model), "ImplicitlyDenied");
    });
  });

  it("lets a schedule start its own pipeline and nothing else", async () => {
    const start = (pipeline: string) =>
      ask(SCHEDULE, "sagemaker:StartPipelineExecution", sagemaker(`pipeline/${pipeline}`));
    assert.equal(await start(NIGHTLY), "Allowed");
    for (const other of [REPORT, "other-team-nightly"]) assert.equal(await start(other), "ImplicitlyDenied", other);
    const others = [
      ["UpdatePipeline", `pipeline/${NIGHTLY}`],
      ["StopPipelineExecution", `pipeline/${NIGHTLY}/execution/abc123`],
      ["CreateTrainingJob", "training-job/fraud-ml-prod-nightly-train-abc"],
    ] as const;
    for (const [action, resource] of others) {
      assert.equal(await ask(SCHEDULE, `sagemaker:${action}`, sagemaker(resource)), "ImplicitlyDenied", action);
    }
    for (const passed of [...STEPS, NIGHTLY]) assert.equal(await pass(SCHEDULE, passed), "ImplicitlyDenied");
    const policy = account.find("aws:iam/role:Role", "name", SCHEDULE).assumeRolePolicy as string;
    const [trust] = JSON.parse(policy).Statement;
    assert.deepEqual(trust.Principal, { Service: "scheduler.amazonaws.com" });
    assert.equal(trust.Condition.StringEquals["aws:SourceAccount"], ACCOUNT);
  });

  it("lets a schedule be decrypted for itself only, by the role's policy and by the key's", () => {
    // The simulator knows no encryption context whose name has colons, so the statements themselves are looked at.
    const context = "kms:EncryptionContext:aws:scheduler:schedule:arn";
    const decrypting = (policies: string[]) =>
      policies
        .flatMap((policy) => JSON.parse(policy).Statement)
        .filter(({ Action }: { Action: string[] }) => Action.includes("kms:Decrypt"));
    const granted = decrypting(account.policiesOf(SCHEDULE).map(({ policy }) => policy));
    assert.equal(granted.length, 1);
    assert.deepEqual(granted[0].Resource, key("notebooks"));
    assert.deepEqual(granted[0].Condition, {
      StringEquals: { [context]: arn("scheduler", `schedule/default/${NIGHTLY}`) },
    });
    const admitted = decrypting([account.keyPolicy("fraud-ml-notebooks-key-key")]).filter(
      ({ Condition }: { Condition?: { ArnLike?: object } }) => Condition?.ArnLike && context in Condition.ArnLike,
    );
    assert.deepEqual(
      admitted.map(({ Condition }) => Condition.ArnEquals["aws:PrincipalArn"]),
      [[roleArn(SCHEDULE)]],
    );
  });

  describe("the gate", () => {
    const ownCode = { "lambda:SourceFunctionArn": arn("lambda", `function:${GATE}`) };

    it("reads what scans found in its pipeline's repositories, and in no others", async () => {
      const read = (repository: string) =>
        account.ask({
          role: GATE,
          action: "ecr:DescribeImageScanFindings",
          resource: arn("ecr", `repository/${repository}`),
          context: ownCode,
          endpointPolicy: endpoint("ecr.api"),
        });
      for (const own of ["fraud-ml-prod-prepare", "fraud-ml-prod-trainer"]) {
        assert.equal(await read(own), "Allowed", own);
      }
      for (const other of ["fraud-ml-prod-base/python/slim", "other-team"]) {
        assert.equal(await read(other), "ImplicitlyDenied", other);
      }
      for (const action of ["BatchGetImage", "PutImage", "StartImageScan"]) {
        const answer = await ask(GATE, `ecr:${action}`, arn("ecr", "repository/fraud-ml-prod-prepare"), ownCode);
        assert.equal(answer, "ImplicitlyDenied", action);
      }
    });

    it("is attached to the private subnets by the service, and not by its own code", async () => {
      const attach = (resource: string, context: Context) =>
        ask(GATE, "ec2:CreateNetworkInterface", arn("ec2", resource), context);
      for (const resource of [`subnet/${SUBNETS[0]}`, `security-group/${JOB_GROUP}`, "network-interface/*"]) {
        assert.equal(await attach(resource, {}), "Allowed", resource);
        assert.equal(await attach(resource, ownCode), "ExplicitlyDenied", resource);
      }
      assert.equal(await attach("subnet/subnet-of-somebody-else", {}), "ImplicitlyDenied");
      assert.equal(await attach(`security-group/${WAREHOUSE_GROUP}`, {}), "ImplicitlyDenied");
    });

    it("writes its own log, and is assumed by Lambda only", async () => {
      const group = "log-group:/aws/vendedlogs/fraud-ml-prod";
      const write = (name: string) =>
        ask(GATE, "logs:PutLogEvents", arn("logs", `${group}/${name}:log-stream:2026/11/26`), ownCode);
      assert.equal(await write("nightly-image-gate"), "Allowed");
      assert.equal(await write("report-image-gate"), "ImplicitlyDenied");
      const policy = account.find("aws:iam/role:Role", "name", GATE).assumeRolePolicy as string;
      const principals = JSON.parse(policy).Statement.map(({ Principal }: { Principal: unknown }) => Principal);
      assert.deepEqual(principals, [{ Service: "lambda.amazonaws.com" }]);
    });
  });

  it("attaches a step to the private network with its own security groups only", async () => {
    const attach = (role: string, resource: string) => ask(role, "ec2:CreateNetworkInterface", arn("ec2", resource));
    for (const role of STEPS) {
      for (const subnet of SUBNETS) assert.equal(await attach(role, `subnet/${subnet}`), "Allowed", role);
      assert.equal(await attach(role, "subnet/subnet-of-somebody-else"), "ImplicitlyDenied", role);
      assert.equal(await attach(role, `security-group/${JOB_GROUP}`), "Allowed", role);
      const warehouse = role === PREPARE ? "Allowed" : "ImplicitlyDenied";
      assert.equal(await attach(role, `security-group/${WAREHOUSE_GROUP}`), warehouse, role);
      const results = role === QUERY ? "Allowed" : "ImplicitlyDenied";
      assert.equal(await attach(role, "security-group/fraud-ml-database-results-clients-id"), results, role);
    }
  });

  it("has a boundary on every role, and roles of steps for SageMaker of this account only", () => {
    const boundary = `arn:aws:iam::${ACCOUNT}:policy/fraud-ml-prod-boundary`;
    const withoutBoundary = ofType(resources, "aws:iam/role:Role").filter(
      ({ inputs }) => inputs.permissionsBoundary !== boundary,
    );
    // They write the network's and the server's metrics, and belong to nobody of the team.
    const allowed = ["fraud-ml-prod-flow-logs", "fraud-ml-prod-results-monitoring"];
    assert.deepEqual(
      withoutBoundary.map(({ inputs }) => inputs.name).filter((name) => !allowed.includes(name as string)),
      [],
    );
    for (const role of [...STEPS, ...PIPELINES]) {
      const policy = account.find("aws:iam/role:Role", "name", role).assumeRolePolicy as string;
      for (const { Principal, Condition } of JSON.parse(policy).Statement) {
        assert.deepEqual(Principal, { Service: "sagemaker.amazonaws.com" }, role);
        assert.equal(Condition.StringEquals["aws:SourceAccount"], ACCOUNT, role);
      }
    }
  });

  it("keeps what it grants inside the boundary: no action is granted that the boundary takes away", async () => {
    const boundary = account.find("aws:iam/policy:Policy", "name", "fraud-ml-prod-boundary").policy as string;
    const bounded = new Set<string>(JSON.parse(boundary).Statement.flatMap(({ Action }: { Action: string }) => Action));
    for (const role of [...MACHINES, ...PEOPLE, JOBS]) {
      for (const { name, policy } of account.policiesOf(role)) {
        for (const { Effect, Action } of JSON.parse(policy).Statement) {
          if (Effect !== "Allow") continue;
          for (const action of [Action].flat()) assert.ok(bounded.has(action), `${name} grants ${action}`);
        }
      }
    }
  });

  for (const [name, spec] of [
    ["the usual names", withTraining("aws")],
    ["the longest names", withLongestNames()],
  ] as const) {
    it(`fits into IAM's limits, with ${name}`, async () => {
      const created = await workspaceOf(spec);
      const size = (policy: unknown) => String(policy).replace(/\s/g, "").length;
      for (const { inputs } of ofType(created, "aws:iam/policy:Policy")) {
        assert.ok(size(inputs.policy) <= 6144, `${inputs.name} has ${size(inputs.policy)} characters`);
      }
      const inline = new Map<string, number>();
      for (const { inputs } of ofType(created, "aws:iam/rolePolicy:RolePolicy")) {
        const role = inputs.role as string;
        inline.set(role, (inline.get(role) ?? 0) + size(inputs.policy));
      }
      for (const [role, length] of inline) assert.ok(length <= 10_240, `${role} has ${length} characters`);
      const names = ofType(created, "aws:iam/role:Role").map(({ inputs }) => inputs.name as string);
      assert.equal(new Set(names).size, names.length);
      for (const role of names) assert.match(role, /^[\w+=,.@-]{1,64}$/);
    });
  }
});
