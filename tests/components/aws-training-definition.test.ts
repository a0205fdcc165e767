import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { awsOperation } from "../api-models/botocore.ts";
import { validate } from "../api-models/validate.ts";
import { ACCOUNT, REGION, workspaceOf } from "./aws-account.ts";
import { nightlyWith, withLongestNames, withStep } from "./aws-training-specs.ts";
import { ofType } from "./record.ts";
import { teamSpecs } from "./specs.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

/** A pipeline definition as SageMaker gets it. */
interface Definition {
  Version: string;
  Steps: Step[];
}

interface Step {
  Name: string;
  Type: string;
  DependsOn?: string[];
  RetryPolicies?: RetryPolicy[];
  FunctionArn?: string;
  Arguments: Request;
}

/** A text, or what SageMaker makes one of when the pipeline runs. */
type Text = string | object;

/** Members of a step's request that tests look at; the API's own model judges the whole of it. */
interface Request {
  ProcessingJobName?: string;
  TrainingJobName?: string;
  RoleArn?: string;
  Environment?: Record<string, string>;
  ProcessingResources?: { ClusterConfig: Machines };
  ResourceConfig?: Machines;
  ProcessingInputs?: { S3Input: { S3Uri: Text } }[];
  ProcessingOutputConfig?: { Outputs: { S3Output: { S3Uri: Text } }[]; KmsKeyId: string };
  InputDataConfig?: { DataSource: { S3DataSource: { S3Uri: Text } } }[];
  OutputDataConfig?: { S3OutputPath: Text; KmsKeyId: string };
  NetworkConfig?: Connection;
  VpcConfig?: Connection["VpcConfig"];
  EnableNetworkIsolation?: boolean;
  EnableInterContainerTrafficEncryption?: boolean;
  EnableManagedSpotTraining?: boolean;
  StoppingCondition?: object;
  CheckpointConfig?: { S3Uri: Text; LocalPath: string };
  ModelApprovalStatus?: string;
  ModelPackageGroupName?: string;
  InferenceSpecification?: { Containers: { ModelDataSource: { S3DataSource: { S3Uri: Text } } }[] };
}

interface Machines {
  InstanceType: string;
  VolumeKmsKeyId?: string;
}

interface Connection {
  VpcConfig?: { Subnets: string[]; SecurityGroupIds: string[] };
  EnableNetworkIsolation?: boolean;
  EnableInterContainerTrafficEncryption?: boolean;
}

interface RetryPolicy {
  ExceptionType: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxAttempts: number;
}

/** Operations whose requests steps make, with the member that names what a step creates. */
const OPERATIONS: Record<string, { operation: string; name?: "ProcessingJobName" | "TrainingJobName" }> = {
  Processing: { operation: "CreateProcessingJob", name: "ProcessingJobName" },
  RegisterModel: { operation: "CreateModelPackage" },
  Training: { operation: "CreateTrainingJob", name: "TrainingJobName" },
};

/** SageMaker developer guide, "Retry Policy for Pipeline Steps". */
const EXCEPTIONS = [
  "SageMaker.CAPACITY_ERROR",
  "SageMaker.JOB_INTERNAL_ERROR",
  "SageMaker.RESOURCE_LIMIT",
  "Step.SERVICE_FAULT",
  "Step.THROTTLING",
];

/** What SageMaker puts behind a job's name of a step: the run and ten characters (63 may be used). */
const JOB_SUFFIX = "-a1b2c3d4e5f6-0123456789";
const RUN = "a1b2c3d4e5f6";
const DIGEST = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com\/[a-z0-9/._-]+@sha256:[0-9a-f]{64}$/;

async function definitionsOf(spec: WorkspaceArgs): Promise<Record<string, Definition>> {
  const pipelines = ofType(await workspaceOf(spec), "aws:sagemaker/pipeline:Pipeline");
  return Object.fromEntries(
    pipelines.map(({ inputs }) => [inputs.pipelineName as string, JSON.parse(inputs.pipelineDefinition as string)]),
  );
}

async function nightlyOf(spec: WorkspaceArgs): Promise<Definition> {
  return (await definitionsOf(spec))["fraud-ml-prod-nightly"]!;
}

function stepOf({ Steps }: Definition, name: string): Step {
  return Steps.find(({ Name }) => Name === name)!;
}

/** Every step that must have ended before a step begins. */
function ancestors(definition: Definition, step: Step): Set<string> {
  const found = new Set<string>();
  const visit = ({ DependsOn = [] }: Step): void => {
    for (const name of DependsOn) {
      if (found.has(name)) continue;
      found.add(name);
      const next = definition.Steps.find(({ Name }) => Name === name);
      if (next) visit(next);
    }
  };
  visit(step);
  return found;
}

/** What is wrong with a definition by the published rules, one sentence each. */
function structureProblems(definition: Definition): string[] {
  const { Steps } = definition;
  const names = Steps.map(({ Name }) => Name);
  const problems: string[] = [];
  if (definition.Version !== "2020-12-01") problems.push(`version ${definition.Version}`);
  for (const field of Object.keys(definition)) {
    if (!["Version", "Steps"].includes(field)) problems.push(`field ${field}`);
  }
  if (new Set(names).size !== names.length) problems.push("names that are not unique");
  for (const step of Steps) {
    if (!/^[A-Za-z0-9\-_]{1,64}$/.test(step.Name)) problems.push(`name ${step.Name}`);
    if (step.Type !== "Lambda" && !OPERATIONS[step.Type]) problems.push(`type ${step.Type}`);
    for (const name of step.DependsOn ?? []) {
      if (!names.includes(name)) problems.push(`${step.Name} waits for ${name}, which does not exist`);
    }
    const before = ancestors(definition, step);
    if (before.has(step.Name)) problems.push(`${step.Name} waits for itself`);
    for (const reference of references(step.Arguments)) problems.push(...referenceProblems(step, reference, before));
    problems.push(...retryProblems(step));
  }
  return problems;
}

function referenceProblems(step: Step, reference: string, before: Set<string>): string[] {
  if (reference === "Execution.PipelineExecutionId") return [];
  const [, source] = /^Steps\.([^.]+)\.\w+$/.exec(reference) ?? [];
  return source && before.has(source) ? [] : [`${step.Name} takes ${reference}, which is not known before it`];
}

function retryProblems({ Name, RetryPolicies = [] }: Step): string[] {
  return RetryPolicies.flatMap(({ ExceptionType, IntervalSeconds, BackoffRate, MaxAttempts }) => [
    ...ExceptionType.filter((exception) => !EXCEPTIONS.includes(exception)),
    ...(IntervalSeconds >= 1 && BackoffRate > 0 && MaxAttempts >= 1 && MaxAttempts <= 20 ? [] : [`retries of ${Name}`]),
  ]);
}

/** Every reference in a value that SageMaker resolves when the pipeline runs. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  if ("Get" in value) return [value.Get as string];
  return Object.values(value).flatMap(references);
}

/** A step's request as SageMaker makes it in a run: references resolved, texts joined, and ids of the cloud's length. */
function requestOf(definition: Definition, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => requestOf(definition, entry));
  if (typeof value !== "object" || value === null) return value;
  if ("Get" in value) return resolve(definition, value.Get as string);
  if ("Std:Join" in value) {
    const { On, Values } = value["Std:Join"] as { On: string; Values: unknown[] };
    return Values.map((entry) => requestOf(definition, entry)).join(On);
  }
  const ids: Record<string, string> = { Subnets: "subnet-0a1b2c3d4e5f67890", SecurityGroupIds: "sg-0a1b2c3d4e5f67890" };
  return Object.fromEntries(
    Object.entries(value).map(([member, entry]) => [
      member,
      ids[member] ? (entry as string[]).map(() => ids[member]) : requestOf(definition, entry),
    ]),
  );
}

function resolve(definition: Definition, reference: string): string {
  if (reference === "Execution.PipelineExecutionId") return RUN;
  const [, source, member] = reference.split(".") as [string, string, string];
  return `${stepOf(definition, source).Arguments[member as keyof Request]}${JOB_SUFFIX}`;
}

/** What the operations that steps call would not take. */
function requestProblems(definition: Definition): string[] {
  return definition.Steps.flatMap((step) => {
    const { operation, name } = OPERATIONS[step.Type] ?? {};
    if (!operation) return [];
    const request = requestOf(definition, step.Arguments) as Record<string, unknown>;
    const full = name ? { ...request, [name]: `${request[name]}${JOB_SUFFIX}` } : request;
    return validate(full, awsOperation("sagemaker", operation), step.Name);
  });
}

function imagesOf({ Steps }: Definition): string[] {
  const images = (value: unknown): string[] => {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([member, entry]) =>
      ["Image", "ImageUri", "TrainingImage"].includes(member) ? [entry as string] : images(entry),
    );
  };
  return images(Steps);
}

const jobsOf = ({ Steps }: Definition): Step[] => Steps.filter(({ Type }) => ["Processing", "Training"].includes(Type));

/** How a job is connected; a processing job says it in one place, a training job in several. */
const connectionOf = ({ Arguments }: Step): Connection => Arguments.NetworkConfig ?? Arguments;

const machinesOf = ({ Arguments }: Step): Machines =>
  (Arguments.ResourceConfig ?? Arguments.ProcessingResources?.ClusterConfig)!;

const LOCAL_STORAGE = ["ml.g4dn.xlarge", "ml.g5.2xlarge", "ml.g6.xlarge", "ml.p4d.24xlarge", "ml.p5.48xlarge"];

const SPECS: [name: string, spec: WorkspaceArgs][] = [
  ["every kind of step", withTraining("aws")],
  ["spare machines", withStep("train", { spot: true }, { acceptedGaps: [] })],
  ["the longest names", withLongestNames()],
  ["machines with local disks", withStep("train", { machineType: "ml.g5.2xlarge" })],
  [
    "most retries, longest run and largest disk",
    withStep("train", { retries: 5, maxRunMinutes: 7200, volumeGb: 4096 }),
  ],
  ["a step without command and inputs", withStep("prepare", { command: [], inputs: [] })],
  [
    "packages",
    withTraining("aws", {
      network: { cidr: "10.20.0.0/20", egress: "packages" },
      training: { cluster: { maxNodes: 2 }, pipelines: [nightlyWith("train", { packages: true })] },
    }),
  ],
  ...teamSpecs()
    .filter(({ spec }) => spec.cloud === "aws" && spec.training?.pipelines?.length)
    .map(({ name, spec }): [string, WorkspaceArgs] => [`the stack ${name}`, spec]),
];

describe("pipeline definitions on AWS", () => {
  for (const [name, spec] of SPECS) {
    describe(`for ${name}`, () => {
      let definitions: Definition[];
      before(async () => {
        definitions = Object.values(await definitionsOf(spec));
        assert.ok(definitions.length > 0);
      });

      it("keep SageMaker's rules", () => {
        for (const definition of definitions) assert.deepEqual(structureProblems(definition), []);
      });

      it("make requests that SageMaker's API takes", () => {
        for (const definition of definitions) assert.deepEqual(requestProblems(definition), []);
      });

      it("name jobs so that SageMaker's own suffix finds room", () => {
        for (const { Steps } of definitions) {
          for (const { Type, Arguments } of Steps) {
            const member = OPERATIONS[Type]?.name;
            if (!member) continue;
            assert.match(Arguments[member]!, /^[a-z0-9](-?[a-z0-9])*$/);
            assert.ok(Arguments[member]!.length <= 38, Arguments[member]);
          }
        }
      });

      it("wait for the gate with every step, and pull images by digest only", () => {
        for (const definition of definitions) {
          const [gate, ...others] = definition.Steps;
          assert.deepEqual([gate!.Name, gate!.Type, gate!.DependsOn], ["image-gate", "Lambda", undefined]);
          for (const { Name, DependsOn } of others) assert.ok(DependsOn?.includes("image-gate"), Name);
          const images = imagesOf(definition);
          assert.equal(images.length, others.length);
          for (const image of images) assert.match(image, DIGEST);
        }
      });

      it("run every job in the network, with encrypted disks, output and traffic, as its own role", () => {
        for (const definition of definitions) {
          const jobs = jobsOf(definition);
          for (const step of jobs) {
            const { Arguments, Name } = step;
            const { VpcConfig, EnableInterContainerTrafficEncryption } = connectionOf(step);
            assert.ok(VpcConfig!.Subnets.length > 0 && VpcConfig!.SecurityGroupIds.length > 0, Name);
            assert.equal(EnableInterContainerTrafficEncryption, true, Name);
            const output = (Arguments.ProcessingOutputConfig ?? Arguments.OutputDataConfig)!;
            assert.match(output.KmsKeyId, /^arn:aws:kms:/, Name);
            const { VolumeKmsKeyId, InstanceType } = machinesOf(step);
            if (!LOCAL_STORAGE.includes(InstanceType)) assert.match(VolumeKmsKeyId ?? "", /^arn:aws:kms:/, Name);
          }
          const roles = jobs.map(({ Arguments }) => Arguments.RoleArn);
          assert.equal(new Set(roles).size, roles.length);
        }
      });
    });
  }

  it("have no parameters, so that nobody who starts them chooses anything", async () => {
    for (const definition of Object.values(await definitionsOf(withTraining("aws")))) {
      assert.deepEqual(Object.keys(definition), ["Version", "Steps"]);
      assert.doesNotMatch(JSON.stringify(definition), /"Get":"Parameters\./);
    }
  });

  it("isolate exactly the steps that talk to nothing but their folders", async () => {
    const isolation = (definition: Definition) =>
      Object.fromEntries(jobsOf(definition).map((step) => [step.Name, connectionOf(step).EnableNetworkIsolation]));
    const definitions = await definitionsOf(withTraining("aws"));
    assert.deepEqual(isolation(definitions["fraud-ml-prod-nightly"]!), { prepare: false, train: true, evaluate: true });
    assert.deepEqual(isolation(definitions["fraud-ml-prod-report"]!), { query: false });
    for (const needs of [{ secrets: ["unused-token"] }, { parameters: ["sample-rate"] }, { databases: ["results"] }]) {
      const changed = isolation(await nightlyOf(withStep("train", needs)));
      assert.equal(changed.train, false, JSON.stringify(needs));
    }
  });

  it("give no volume key where disks are the machine's own, and one everywhere else", async () => {
    for (const machineType of [...LOCAL_STORAGE, "ml.m5.xlarge", "ml.c5.4xlarge", "ml.p3.2xlarge"]) {
      const steps = NIGHTLY.steps.map((step) => (step.kind === "register" ? step : { ...step, machineType }));
      const training = { cluster: { maxNodes: 2 }, pipelines: [{ ...NIGHTLY, steps }] };
      const jobs = jobsOf(await nightlyOf(withTraining("aws", { training })));
      assert.equal(jobs.length, 3);
      for (const step of jobs) {
        assert.equal(machinesOf(step).InstanceType, machineType);
        assert.equal("VolumeKmsKeyId" in machinesOf(step), !LOCAL_STORAGE.includes(machineType), machineType);
      }
    }
  });

  it("train on spare machines with checkpoints in the step's own folder, time to wait, and no machine kept", async () => {
    const definition = await nightlyOf(withStep("train", { spot: true, maxRunMinutes: 60 }));
    const { Arguments } = stepOf(definition, "train");
    assert.equal(Arguments.EnableManagedSpotTraining, true);
    assert.deepEqual(Arguments.StoppingCondition, { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 });
    const uri = requestOf(definition, Arguments.CheckpointConfig!.S3Uri) as string;
    assert.match(uri, new RegExp(`^s3://fraud-ml-prod-models-[^/]+/pipelines/nightly/train/model/${RUN}/checkpoints$`));
    assert.equal(Arguments.Environment!.ML_CHECKPOINTS, Arguments.CheckpointConfig!.LocalPath);
    assert.equal("KeepAlivePeriodInSeconds" in Arguments.ResourceConfig!, false);
    const usual = stepOf(await nightlyOf(withTraining("aws")), "train").Arguments;
    assert.equal("EnableManagedSpotTraining" in usual, false);
  });

  it("hand a run's own files from step to step, in the folders that the steps' roles may use", async () => {
    const definition = await nightlyOf(withTraining("aws"));
    const request = (name: string) => requestOf(definition, stepOf(definition, name).Arguments) as Request;
    const written = request("prepare").ProcessingOutputConfig!.Outputs[0]!.S3Output.S3Uri;
    const read = request("train").InputDataConfig![0]!.DataSource.S3DataSource.S3Uri;
    assert.match(
      String(written),
      new RegExp(`^s3://fraud-ml-prod-features-[^/]+/pipelines/nightly/prepare/features/${RUN}$`),
    );
    assert.equal(read, `${written}/`);
    // SageMaker puts a model under <output path>/<job name>/output/model when it is not to be packed.
    const model = `${request("train").OutputDataConfig!.S3OutputPath}/fraud-ml-prod-nightly-train${JOB_SUFFIX}/output/model/`;
    assert.equal(request("evaluate").ProcessingInputs![0]!.S3Input.S3Uri, model);
    const [container] = request("register").InferenceSpecification!.Containers;
    assert.equal(container!.ModelDataSource.S3DataSource.S3Uri, model);
  });

  it("register models for somebody else's approval, in the pipeline's own group", async () => {
    const { Arguments } = stepOf(await nightlyOf(withTraining("aws")), "register");
    assert.equal(Arguments.ModelApprovalStatus, "PendingManualApproval");
    assert.equal(Arguments.ModelPackageGroupName, "fraud-ml-prod-nightly");
  });

  it("tell a step's code where its secrets, settings and databases are, and no value of a secret", async () => {
    const definitions = await definitionsOf(withTraining("aws"));
    const prepare = stepOf(definitions["fraud-ml-prod-nightly"]!, "prepare").Arguments.Environment!;
    assert.equal(prepare.ML_SECRET_WAREHOUSE_PASSWORD, "fraud-ml-prod/warehouse-password");
    assert.equal(prepare.ML_PARAMETER_SAMPLE_RATE, "/fraud-ml-prod/sample-rate");
    assert.equal(prepare.ML_DATABASE_WAREHOUSE, "warehouse.example.com:5432");
    assert.equal("ML_DATABASE_WAREHOUSE_USER" in prepare, false);
    const query = stepOf(definitions["fraud-ml-prod-report"]!, "query").Arguments.Environment!;
    assert.equal(query.ML_DATABASE_RESULTS, `fraud-ml-prod-results.c0example.${REGION}.rds.amazonaws.com:5432`);
    assert.equal(query.ML_DATABASE_RESULTS_USER, "report_query");
  });

  it("ask the pipeline's own gate", async () => {
    for (const [name, { Steps }] of Object.entries(await definitionsOf(withTraining("aws")))) {
      assert.equal(Steps[0]!.FunctionArn, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}-image-gate`);
    }
  });
});
