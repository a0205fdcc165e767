import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Cron } from "croner";
import type { WorkspaceArgs } from "../../components/args.ts";
import { type GatedImage, gateCode } from "../../components/aws/image-gate.ts";
import { PrivateTrainingCluster, TrainingPipeline, type TrainingPipelineArgs } from "../../components/aws/index.ts";
import { eventBridgeCron } from "../../components/aws/schedules.ts";
import { ACCOUNT, REGION, recordUpdate, workspaceOf } from "./aws-account.ts";
import { DIGEST, withStep } from "./aws-training-specs.ts";
import { ofType, only, type Registration } from "./record.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
const OTHER_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/66666666-7777-8888-9999-000000000000`;

/** What ECR answers about an image: a response, or the name of an error. */
type Findings = { imageScanStatus?: { status: string }; imageScanFindings?: object } | string;

/** Runs the gate's code with a client that answers by `<repository>@<digest>`. */
async function askGate(images: GatedImage[], answers: Record<string, Findings>): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "gate-"));
  const client = join(folder, "node_modules/@aws-sdk/client-ecr");
  mkdirSync(client, { recursive: true });
  writeFileSync(join(client, "package.json"), JSON.stringify({ type: "module", exports: "./index.js" }));
  writeFileSync(
    join(client, "index.js"),
    `const ANSWERS = ${JSON.stringify(answers)};
    export class DescribeImageScanFindingsCommand { constructor(input) { this.input = input; } }
    export class ECRClient {
      async send({ input }) {
        const answer = ANSWERS[input.repositoryName + "@" + input.imageId.imageDigest];
        if (typeof answer === "object") return answer;
        const error = new Error("nothing to tell");
        error.name = answer ?? "ImageNotFoundException";
        throw error;
      }
    }`,
  );
  writeFileSync(join(folder, "index.mjs"), gateCode(images));
  try {
    const { handler } = await import(pathToFileURL(join(folder, "index.mjs")).href);
    return await handler({});
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the images' gate on AWS", () => {
  const image = (severityLimit: string, repositoryName = "team-trainer"): GatedImage => ({
    repositoryName,
    digest: DIGEST,
    severityLimit,
  });
  const at = (repositoryName = "team-trainer") => `${repositoryName}@${DIGEST}`;
  const scanned = (findingSeverityCounts: Record<string, number>, status = "COMPLETE"): Findings => ({
    imageScanStatus: { status },
    imageScanFindings: { findingSeverityCounts },
  });
  const judge = (severityLimit: string, findings: Findings) => askGate([image(severityLimit)], { [at()]: findings });

  it("admits images whose scans found nothing worse than their limits", async () => {
    assert.deepEqual(await judge("none", scanned({})), { admitted: 1 });
    assert.deepEqual(await judge("none", { imageScanStatus: { status: "COMPLETE" } }), { admitted: 1 });
    assert.deepEqual(await judge("none", scanned({ CRITICAL: 0 })), { admitted: 1 });
    assert.deepEqual(await judge("low", scanned({ INFORMATIONAL: 9, LOW: 3 })), { admitted: 1 });
    assert.deepEqual(await judge("medium", scanned({ LOW: 3, MEDIUM: 1 })), { admitted: 1 });
    assert.deepEqual(await judge("critical", scanned({ CRITICAL: 1 })), { admitted: 1 });
  });

  it("takes enhanced scans, which never end", async () => {
    assert.deepEqual(await judge("low", scanned({ LOW: 1 }, "ACTIVE")), { admitted: 1 });
    await assert.rejects(judge("low", scanned({ HIGH: 1 }, "ACTIVE")), /has 1 HIGH, above low/);
  });

  it("refuses every severity above the limit", async () => {
    const order = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
    const limits = ["none", "low", "medium", "high", "critical"];
    for (const [rank, limit] of limits.entries()) {
      for (const [index, severity] of order.entries()) {
        const verdict = judge(limit, scanned({ [severity]: 2 }));
        if (index < rank) assert.deepEqual(await verdict, { admitted: 1 }, `${severity} at ${limit}`);
        else await assert.rejects(verdict, new RegExp(`${at()} has 2 ${severity}, above ${limit}`));
      }
    }
    await assert.rejects(judge("none", scanned({ INFORMATIONAL: 1 })), /has 1 INFORMATIONAL, above none/);
  });

  it("counts findings that nobody has rated yet as the worst", async () => {
    for (const severity of ["UNTRIAGED", "UNDEFINED", "SOMETHING_NEW"]) {
      await assert.rejects(judge("high", scanned({ [severity]: 1 })), new RegExp(`has 1 ${severity}, above high`));
    }
  });

  it("refuses images that are not scanned, or whose scan has failed", async () => {
    const unscanned = ["IN_PROGRESS", "PENDING", "FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED"];
    for (const status of [...unscanned, "FINDINGS_UNAVAILABLE", "LIMIT_EXCEEDED", "IMAGE_ARCHIVED"]) {
      await assert.rejects(judge("critical", scanned({}, status)), new RegExp(`${at()} is not scanned: ${status}`));
    }
    await assert.rejects(judge("critical", {}), /is not scanned: undefined/);
  });

  it("refuses images that do not exist or cannot be judged", async () => {
    for (const error of ["ImageNotFoundException", "ScanNotFoundException", "AccessDeniedException"]) {
      await assert.rejects(judge("critical", error), new RegExp(`${at()} cannot be judged: ${error}`));
    }
  });

  it("names every image that it refuses, and admits none when it refuses one", async () => {
    const images = [image("low", "team-a"), image("low", "team-b"), image("low", "team-c")];
    const answers = { [at("team-a")]: scanned({}), [at("team-b")]: scanned({ HIGH: 1 }) };
    const refused = askGate(images, answers);
    await assert.rejects(
      refused,
      /^Error: Images refused: team-b@\S+ has 1 HIGH, above low; team-c@\S+ cannot be judged/,
    );
  });

  it("judges every image of its pipeline by its own limit, each once", async () => {
    const resources = await workspaceOf(withTraining("aws"));
    const code = await codeOf(resources, "fraud-ml-pipeline-nightly-gate-function");
    const expected = [
      { repositoryName: "fraud-ml-prod-prepare", digest: DIGEST, severityLimit: "medium" },
      { repositoryName: "fraud-ml-prod-trainer", digest: DIGEST, severityLimit: "low" },
    ];
    assert.equal(code, gateCode(expected));
    const report = await codeOf(resources, "fraud-ml-pipeline-report-gate-function");
    const slim = { repositoryName: "fraud-ml-prod-base/python/slim", digest: DIGEST, severityLimit: "medium" };
    assert.equal(report, gateCode([slim]));
  });
});

/** The code of a function, as it is uploaded. */
async function codeOf(resources: Registration[], name: string): Promise<string> {
  const { code } = only(resources, "aws:lambda/function:Function", name).inputs;
  const assets = await (code as { assets: Promise<Record<string, { text: Promise<string> }>> }).assets;
  return assets["index.mjs"]!.text;
}

/** Days that are looked at: nine years, within which the rarest day of a schedule comes twice, 29 February. */
const DAYS = 9 * 366;

/** Reads an EventBridge expression by the user guide of EventBridge Scheduler ("Cron-based schedules"). */
function runsOf(expression: string, from: Date, count: number): number[] {
  const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)$/.exec(expression)?.slice(1);
  assert.ok(fields, `${expression} has not six fields`);
  const [minutes, hours, days, months, weekdays] = fields as [string, string, string, string, string];
  assert.equal([days, weekdays].filter((field) => field === "?").length, 1, `${expression} needs one ?`);
  const has = (field: string, value: number) =>
    field === "*" || field === "?" || field.split(",").map(Number).includes(value);
  const runs: number[] = [];
  for (let day = 0; day < DAYS && runs.length < count; day += 1) {
    const date = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate() + day));
    if (!has(days, date.getUTCDate()) || !has(months, date.getUTCMonth() + 1)) continue;
    if (!has(weekdays, date.getUTCDay() + 1)) continue;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      if (has(hours, Math.floor(minute / 60)) && has(minutes, minute % 60)) runs.push(date.getTime() + minute * 60_000);
    }
  }
  return runs.slice(0, count);
}

describe("schedules on AWS", () => {
  const FROM = new Date(Date.UTC(2026, 0, 1));

  /** When a schedule of a spec fires, by the library that the spec is checked with. */
  const expectedRuns = (schedule: string, count: number) => {
    const cron = new Cron(schedule, { timezone: "UTC", mode: "5-part", paused: true });
    const runs = cron.nextRuns(count, new Date(FROM.getTime() - 1000)).map((run) => run.getTime());
    return runs.filter((run) => run < FROM.getTime() + DAYS * 24 * 3_600_000);
  };

  const agree = (schedule: string) => {
    const expression = eventBridgeCron(schedule);
    const expected = expectedRuns(schedule, 40);
    assert.ok(expected.length > 0, schedule);
    assert.deepEqual(runsOf(expression, FROM, expected.length), expected, `${schedule} became ${expression}`);
  };

  it("fire when the spec says so", () => {
    for (const schedule of [
      "30 2 * * 1-5",
      "0 0 * * *",
      "* * * * *",
      "*/15 * * * *",
      "5-59/20 3 * * *",
      "0 */6 * * *",
      "10-50/10 8-18 * * 1-5",
      "0 3 1 * *",
      "0 3 31 * *",
      "0 3 29 2 *",
      "0 3 1,15 */3 *",
      "0 3 */2 * *",
      "15 4 * 1-6/2 *",
      "0 9 * * 0",
      "0 9 * * 7",
      "0 9 * * 0,7",
      "0 9 * * 5-7",
      "0 9 * * 0-6",
      "0 9 * * */2",
      "0 9 * * 1,3,5",
    ]) {
      agree(schedule);
    }
  });

  it("fire when the spec says so, for many schedules at random", () => {
    let state = 20_261_126;
    const random = (limit: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * limit);
    };
    const field = (least: number, greatest: number): string => {
      const value = () => least + random(greatest - least + 1);
      const range = () => [value(), value()].sort((a, b) => a - b).join("-");
      const step = () => 1 + random(Math.max(1, Math.floor((greatest - least) / 2)));
      const forms = [() => "*", () => `${value()}`, range, () => `*/${step()}`, () => `${range()}/${step()}`];
      const lists = [() => `${value()},${value()}`, () => `${value()},${range()}`];
      const all = [...forms, ...lists];
      return all[random(all.length)]!();
    };
    let checked = 0;
    for (let index = 0; index < 300; index += 1) {
      const [minute, hour, month] = [field(0, 59), field(0, 23), field(1, 12)];
      const byWeekday = random(2) === 0;
      // No month lacks a day before the 29th, so that each of these fires.
      const [day, weekday] = byWeekday ? ["*", field(0, 7)] : [field(1, 28), "*"];
      const schedule = `${minute} ${hour} ${day} ${month} ${weekday}`;
      try {
        expectedRuns(schedule, 1);
      } catch {
        continue; // The spec refuses it, too.
      }
      agree(schedule);
      checked += 1;
    }
    assert.ok(checked > 200, `only ${checked}`);
  });

  it("are in UTC, at the exact time, encrypted, and only where the spec has one", async () => {
    const resources = await workspaceOf(withTraining("aws"));
    const { inputs } = only(resources, "aws:scheduler/schedule:Schedule");
    assert.equal(inputs.scheduleExpression, "cron(30 2 ? * 2,3,4,5,6 *)");
    assert.equal(inputs.scheduleExpressionTimezone, "UTC");
    assert.deepEqual(inputs.flexibleTimeWindow, { mode: "OFF" });
    assert.equal(inputs.kmsKeyArn, `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-notebooks-key-key`);
    const target = inputs.target as { arn: string; sagemakerPipelineParameters?: unknown };
    assert.equal(target.arn, `arn:aws:sagemaker:${REGION}:${ACCOUNT}:pipeline/fraud-ml-prod-nightly`);
    assert.equal(target.sagemakerPipelineParameters, undefined);
  });
});

describe("what AWS refuses of training", () => {
  const existing = { id: "bank-results", keyId: KEY };
  const twoKeys = [{ name: "features", dataStore: "features" }, { name: "model" }];
  const long = "x".repeat(257);
  const refused: [what: string, spec: WorkspaceArgs, message: RegExp][] = [
    [
      "a mirror that needs a password",
      withTraining("aws", {
        images: [{ name: "prepare" }, { name: "trainer" }, { name: "base", mirrorOf: "docker.io" }],
      }),
      /images\[2\]\.mirrorOf: ECR mirrors docker\.io only with a password; use one of public\.ecr\.aws, /,
    ],
    [
      "outputs of one step with two keys",
      withStep("prepare", { outputs: twoKeys }),
      /training\.pipelines\[0\]\.steps\[0\]\.outputs: a SageMaker job writes with one key; /,
    ],
    [
      "outputs of one step in stores of the workspace and of somebody else",
      withStep(
        "prepare",
        {
          outputs: [
            { name: "features", dataStore: "features" },
            { name: "copy", dataStore: "results" },
          ],
        },
        {
          dataStores: [
            { name: "transactions", access: "read" },
            { name: "features", access: "read-write" },
            { name: "results", access: "read-write", existing },
          ],
        },
      ),
      /training\.pipelines\[0\]\.steps\[0\]\.outputs: a SageMaker job writes with one key; /,
    ],
    [
      "a word of a command that is too long",
      withStep("train", { command: ["python", long] }),
      /training\.pipelines\[0\]\.steps\[1\]\.command: SageMaker takes words of at most 256 characters; /,
    ],
    [
      "a variable that is too long",
      withStep("train", { environment: { LOSS: long } }),
      /training\.pipelines\[0\]\.steps\[1\]\.environment\.LOSS: SageMaker takes at most 256 characters; /,
    ],
    [
      "so many folders that no role's policies hold them",
      withStep("prepare", {
        inputs: Array.from({ length: 10 }, (_, index) => ({
          name: `folder-${index}`,
          dataStore: "transactions",
          path: `${"p".repeat(150)}${index}`,
        })),
      }),
      /training\.pipelines\[0\]\.steps\[0\]\.inputs: so many folders do not fit into one role's policies; /,
    ],
    [
      "a machine type of a step that is none of SageMaker's",
      withStep("train", { machineType: "m5.xlarge" }),
      /training\.pipelines\[0\]\.steps\[1\]\.machineType: "m5\.xlarge" is no SageMaker machine type; use one such as /,
    ],
    [
      "a machine type of the cluster that is none of SageMaker's",
      withTraining("aws", { training: { cluster: { machineType: "n1-standard-4" } } }),
      /training\.cluster\.machineType: "n1-standard-4" is no SageMaker machine type; /,
    ],
  ];
  for (const [what, spec, message] of refused) {
    it(`is ${what}`, async () => {
      await assert.rejects(workspaceOf(spec), message);
    });
  }

  it("is not a word of exactly 256 characters", async () => {
    const command = ["x".repeat(256)];
    await workspaceOf(withStep("train", { command, environment: { LOSS: "x".repeat(256) } }));
  });
});

describe("secrets of training on AWS", () => {
  it("stand in no input of any resource", async () => {
    const resources = await workspaceOf(withTraining("aws"));
    assert.deepEqual(ofType(resources, "aws:secretsmanager/secretVersion:SecretVersion"), []);
    assert.equal(ofType(resources, "aws:secretsmanager/secret:Secret").length, 2);
    const secretMembers = /^(password|masterPassword|secretString|secretBinary|token|authToken|masterUserPassword)$/i;
    const members = (value: unknown): string[] =>
      typeof value !== "object" || value === null
        ? []
        : Object.entries(value).flatMap(([member, entry]) => [member, ...members(entry)]);
    for (const { name, inputs } of resources) {
      const found = members(inputs).filter((member) => secretMembers.test(member));
      assert.deepEqual(found, [], name);
    }
    const { inputs } = only(resources, "aws:rds/instance:Instance");
    assert.equal(inputs.manageMasterUserPassword, true);
  });

  it("are encrypted, restorable for thirty days after removal, and closed to the public", async () => {
    const resources = await workspaceOf(withTraining("aws"));
    for (const { inputs } of ofType(resources, "aws:secretsmanager/secret:Secret")) {
      assert.equal(inputs.kmsKeyId, `arn:aws:kms:${REGION}:${ACCOUNT}:key/fraud-ml-secrets-key-key`);
      assert.equal(inputs.recoveryWindowInDays, 30);
    }
    for (const { inputs } of ofType(resources, "aws:secretsmanager/secretPolicy:SecretPolicy")) {
      assert.equal(inputs.blockPublicPolicy, true);
    }
  });
});

describe("training on a network that exists on AWS", () => {
  const args: TrainingPipelineArgs = {
    accountId: ACCOUNT,
    region: REGION,
    pipeline: NIGHTLY,
    pipelineName: "risk-nightly",
    jobPrefix: "risk",
    rolePrefix: "risk-step",
    vpcId: "vpc-0a1b2c3d",
    subnetIds: ["subnet-0a1b2c3d"],
    securityGroupId: "sg-0a1b2c3d",
    keyArn: KEY,
    logKeyArn: KEY,
    logGroupPrefix: "/risk",
    dataStores: [
      { name: "transactions", bucket: "risk-transactions", keyArn: OTHER_KEY, access: "read" },
      { name: "features", bucket: "risk-features", keyArn: KEY },
      { name: "models", bucket: "risk-models", keyArn: KEY },
    ],
    images: [
      { name: "prepare", repositoryName: "risk-prepare" },
      { name: "trainer", repositoryName: "risk-trainer" },
    ],
    secrets: [{ name: "warehouse-password", secretName: "risk/warehouse" }],
    parameters: [{ name: "sample-rate", parameterName: "/risk/sample-rate" }],
    secretKeyArn: KEY,
    databases: [{ name: "warehouse", host: "10.60.4.10", clientSecurityGroupId: "sg-warehouse" }],
    maxNodes: 2,
  };

  it("needs nothing of a workspace", async () => {
    const resources = await recordUpdate(() => {
      const cluster = new PrivateTrainingCluster("risk", {
        clusterName: "risk",
        vpcId: "vpc-0a1b2c3d",
        endpointSecurityGroupId: "sg-endpoints",
        accelerator: "l4",
      });
      const { securityGroupId, machineType } = cluster;
      new TrainingPipeline("nightly", { ...args, securityGroupId, machineType });
    });
    const { inputs } = only(resources, "aws:sagemaker/pipeline:Pipeline");
    const steps = JSON.parse(inputs.pipelineDefinition as string).Steps as { Name: string; Arguments: Training }[];
    const train = steps.find(({ Name }) => Name === "train")!.Arguments;
    assert.deepEqual(train.VpcConfig, { Subnets: ["subnet-0a1b2c3d"], SecurityGroupIds: ["risk-jobs-id"] });
    assert.equal(train.ResourceConfig.InstanceType, "ml.g6.xlarge");
    assert.equal("KeepAlivePeriodInSeconds" in train.ResourceConfig, false);
    const roles = ofType(resources, "aws:iam/role:Role").map((role) => role.inputs.name);
    assert.deepEqual(roles.sort(), [
      "risk-nightly",
      "risk-nightly-image-gate",
      "risk-nightly-schedule",
      "risk-step-nightly-evaluate",
      "risk-step-nightly-prepare",
      "risk-step-nightly-train",
    ]);
    const group = only(resources, "aws:sagemaker/modelPackageGroup:ModelPackageGroup").inputs;
    assert.equal(group.modelPackageGroupName, "risk-nightly");
  });

  it("is given to a pipeline with everything in the way of a start in place first", async () => {
    const resources = await recordUpdate(() => new TrainingPipeline("nightly", args));
    const order = resources.map(({ type }) => type);
    const pipeline = order.indexOf("aws:sagemaker/pipeline:Pipeline");
    for (const type of ["aws:iam/rolePolicy:RolePolicy", "aws:lambda/function:Function"]) {
      const policies = resources.filter(({ name }) => !name.includes("schedule")).map((entry) => entry.type);
      assert.ok(policies.lastIndexOf(type) < pipeline, type);
    }
    assert.ok(pipeline < order.indexOf("aws:scheduler/schedule:Schedule"));
  });

  const refused: [what: string, changes: Partial<TrainingPipelineArgs>, message: RegExp][] = [
    [
      "a bucket that it does not have",
      { dataStores: args.dataStores.slice(1) },
      /steps\[0\]\.inputs\[0\]\.dataStore: /,
    ],
    ["a secret that it does not have", { secrets: [] }, /steps\[0\]\.secrets\[0\]: /],
    ["a database that it does not have", { databases: undefined }, /steps\[0\]\.databases\[0\]: /],
    ["an image that it does not have", { images: args.images.slice(1) }, /steps\[0\]\.image: /],
    ["more machines than it has", { maxNodes: 1 }, /steps\[1\]\.nodes: /],
    ["a schedule that never fires", { pipeline: { ...NIGHTLY, schedule: "0 3 31 2 *" } }, /schedule: .* never fires/],
  ];
  for (const [what, changes, message] of refused) {
    it(`refuses a step with ${what}, before anything is registered`, async () => {
      let registered: Registration[] = [];
      const create = async () => {
        registered = await recordUpdate(() => new TrainingPipeline("nightly", { ...args, ...changes }));
      };
      await assert.rejects(create(), message);
      assert.deepEqual(registered, []);
    });
  }

  it("refuses sizes and accelerators that do not exist", async () => {
    const network = { clusterName: "risk", vpcId: "vpc-0a1b2c3d", endpointSecurityGroupId: "sg-endpoints" };
    const create = (machines: object) =>
      recordUpdate(() => new PrivateTrainingCluster("risk", { ...network, ...machines }));
    await assert.rejects(create({ size: "huge" }), /size: "huge" does not exist; use one of small, medium, large/);
    await assert.rejects(create({ accelerator: "v100" }), /accelerator: "v100" does not exist; use one of t4, l4, /);
  });
});

/** What tests look at in the request of a training step. */
interface Training {
  VpcConfig: object;
  ResourceConfig: { InstanceType: string };
}
