/** Training pipelines: steps with a role each, the images' gate, the schedule, and the group in the model registry. */
import { Policy } from "@pulumi/aws/iam/policy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { ModelPackageGroup } from "@pulumi/aws/sagemaker/modelPackageGroup.js";
import { Pipeline } from "@pulumi/aws/sagemaker/pipeline.js";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineArgs } from "../args.ts";
import { fit } from "../names.ts";
import { type PipelinePlan, planPipeline, registersModels, type StepPlan } from "../pipelines.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import { explainIssue } from "../spec-issues.ts";
import { pipelineProblems } from "../training-problems.ts";
import { type PipelineSpec, pipelineSchema, type StepSpec } from "../training-spec.ts";
import * as actions from "./actions.ts";
import { POSTGRES_PORT } from "./databases.ts";
import { grant, roleArn, WorkloadIdentity } from "./identities.ts";
import { type GatedImage, gateFunctionArn, ImageGate } from "./image-gate.ts";
import { repositoryUrl } from "./image-repositories.ts";
import { pinStatements, requirementStatements } from "./jobs.ts";
import { keyUseStatements } from "./keys.ts";
import { LIMITS, stepJobName } from "./names.ts";
import { type DefinitionTies, pipelineDefinition } from "./pipeline-definition.ts";
import { attachmentOf, outputKeys, type StepTies, stepRoleName, stepStatements } from "./pipeline-roles.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { passRoleStatement } from "./roles.ts";
import { PipelineSchedule } from "./schedules.ts";
import { arn, bucketPath } from "./target.ts";
import { DEFAULT_MACHINE_TYPE, stepMachineType } from "./training-cluster.ts";

/** A bucket that steps name. */
export interface PipelineStoreArgs {
  /** Name by which steps know it; `models` is the store that outputs go to by default. */
  name: string;
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /**
   * ARN of the customer-managed key that encrypts it.
   * @default none: the bucket uses S3's own keys
   */
  keyArn?: pulumi.Input<string>;
  /**
   * `read` or `read-write`.
   * @default "read-write"
   */
  access?: string;
}

/** A repository that steps name. */
export interface PipelineImageArgs {
  /** Name by which steps know it. */
  name: string;
  /** Name of the ECR repository; of a mirror, the beginning of its repositories' names. */
  repositoryName: string;
  /**
   * Whether it is a mirror, in which steps name an image by its path.
   * @default false
   */
  mirror?: boolean;
  /**
   * Worst known vulnerability that an image may have: `none`, `low`, `medium`, `high` or `critical`.
   * @default "medium"
   */
  severityLimit?: string;
}

/** A secret that steps name. */
export interface PipelineSecretArgs {
  /** Name by which steps know it. */
  name: string;
  /** Name of the secret in Secrets Manager. */
  secretName: string;
}

/** A parameter that steps name. */
export interface PipelineParameterArgs {
  /** Name by which steps know it. */
  name: string;
  /** Name of the parameter in Systems Manager, with its leading slash. */
  parameterName: string;
}

/** A database that steps name. */
export interface PipelineDatabaseArgs {
  /** Name by which steps know it. */
  name: string;
  /** Host name or address. */
  host: pulumi.Input<string>;
  /**
   * TCP port.
   * @default 5432
   */
  port?: number;
  /** Security group of its clients. */
  clientSecurityGroupId: pulumi.Input<string>;
  /**
   * Resource id of an RDS server that steps sign in to as themselves.
   * @default none: steps use a password
   */
  resourceId?: pulumi.Input<string>;
}

/** A training pipeline on a network that exists. */
export interface TrainingPipelineArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the pipeline. */
  region: string;
  /** The steps, and when they run. */
  pipeline: PipelineArgs;
  /** Name of the pipeline, at most 57 characters. The names of its parts begin with it. */
  pipelineName: string;
  /** Beginning of the names of jobs, at most 28 characters. */
  jobPrefix: string;
  /** Beginning of the names of the steps' roles, at most 42 characters. */
  rolePrefix: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Security group of jobs: that of a {@link PrivateTrainingCluster}. */
  securityGroupId: pulumi.Input<string>;
  /** ARN of the customer-managed key that encrypts disks and the schedule. */
  keyArn: pulumi.Input<string>;
  /** ARN of the customer-managed key that encrypts logs. */
  logKeyArn: pulumi.Input<string>;
  /** Beginning of the names of log groups, without a slash at the end. */
  logGroupPrefix: string;
  /**
   * How long the gate's log is kept, in days; one of the periods of CloudWatch Logs.
   * @default 365
   */
  logRetentionDays?: number;
  /** Buckets; one of them is named `models` where a step writes models. */
  dataStores: PipelineStoreArgs[];
  /** Repositories. */
  images: PipelineImageArgs[];
  /**
   * Secrets.
   * @default []
   */
  secrets?: PipelineSecretArgs[];
  /**
   * Parameters.
   * @default []
   */
  parameters?: PipelineParameterArgs[];
  /**
   * ARN of the customer-managed key of secrets and parameters.
   * @default none
   */
  secretKeyArn?: pulumi.Input<string>;
  /**
   * Databases.
   * @default []
   */
  databases?: PipelineDatabaseArgs[];
  /**
   * Name of the CodeArtifact domain and repository that packages come from.
   * @default none: no step may install packages
   */
  packageMirror?: string;
  /**
   * Machine type of training steps that name none.
   * @default "ml.m5.xlarge"
   */
  machineType?: string;
  /**
   * Most machines of a training step.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Minutes that machines of training steps wait for the next run, 0 to 60.
   * @default 0
   */
  idleMinutes?: number;
  /**
   * Name of the group in the model registry, at most 63 characters.
   * @default the pipeline's name
   */
  modelGroupName?: string;
  /**
   * ARN of the permissions boundary of every role.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/** A SageMaker pipeline whose steps run in private subnets, each with a role of its own. */
export class TrainingPipeline extends pulumi.ComponentResource {
  /** ARN of the pipeline. */
  readonly pipelineArn: pulumi.Output<string>;
  /** ARNs of the roles by step. */
  readonly stepRoleArns: pulumi.Output<Record<string, string>>;

  private readonly name: string;
  private readonly args: TrainingPipelineArgs;
  private readonly plan: PipelinePlan;
  private readonly ties: StepTies;
  private readonly grants: pulumi.Resource[] = [];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Steps, network, and what steps name.
   * @param opts Resource options.
   * @throws InvalidInputError that lists everything wrong with the steps, before any resource is registered.
   */
  constructor(name: string, args: TrainingPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planPipeline(checked(name, args));
    super("secure-ml-workspace:aws:TrainingPipeline", name, {}, opts);
    this.name = name;
    this.args = args;
    this.plan = plan;
    this.ties = tiesOf(args, plan);
    const running = plan.steps.filter((step) => step.spec.kind !== "register");
    const roles = running.map((step) => [step.spec.name, this.createStepRole(step)] as const);
    this.createGate();
    const roleArn = this.createPipelineRole(running);
    const group = registersModels(plan) ? this.createModelGroup() : [];
    const pipeline = this.createPipeline(roleArn, group);
    if (plan.spec.schedule) this.createSchedule(plan.spec.schedule, pipeline.arn);
    this.pipelineArn = pipeline.arn;
    this.stepRoleArns = pulumi.output(Object.fromEntries(roles));
    this.registerOutputs({ pipelineArn: this.pipelineArn, stepRoleArns: this.stepRoleArns });
  }

  private createStepRole(step: StepPlan): pulumi.Output<string> {
    const { accountId, region, permissionsBoundaryArn } = this.args;
    const child = `${this.name}-${step.spec.name}`;
    const settings = { roleName: this.roleName(step), description: `Step ${step.identity}` };
    const opts = { parent: this };
    const identity = new WorkloadIdentity(child, { accountId, region, ...settings, permissionsBoundaryArn }, opts);
    this.grants.push(...grant(child, identity.roleName, stepStatements(step, this.ties), this));
    return identity.roleArn;
  }

  /** The gate's images are those that the definition names, digest by digest. */
  private createGate(): void {
    const { accountId, region, subnetIds, securityGroupId, logKeyArn, logRetentionDays = 365 } = this.args;
    const gate = new ImageGate(
      `${this.name}-gate`,
      {
        ...{ accountId, region, subnetIds, logKeyArn, logRetentionDays },
        gateName: this.args.pipelineName,
        images: gatedImages(this.plan, this.ties, this.args.images),
        securityGroupIds: [securityGroupId],
        logGroupName: `${this.args.logGroupPrefix}/${this.plan.spec.name}-image-gate`,
        permissionsBoundaryArn: this.args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    this.grants.push(gate);
  }

  /** The role that the pipeline itself has: it starts the jobs of its steps, and nothing that they would not say. */
  private createPipelineRole(running: StepPlan[]): pulumi.Output<string> {
    const { accountId, region, permissionsBoundaryArn, pipelineName } = this.args;
    const child = `${this.name}-pipeline`;
    const settings = { roleName: fit(pipelineName, LIMITS.role), description: `Pipeline ${this.plan.spec.name}` };
    const opts = { parent: this };
    const identity = new WorkloadIdentity(child, { accountId, region, ...settings, permissionsBoundaryArn }, opts);
    const stepRoles = running.map((step) => roleArn(this.args, this.roleName(step)));
    const requirements = this.requireOfJobs(child, identity.roleName);
    const granted = grant(child, identity.roleName, this.pipelineStatements(running, stepRoles), this);
    this.grants.push(requirements, ...granted);
    return identity.roleArn;
  }

  /** What every job must say, as a policy by itself: all policies inside one role together have 10,240 characters. */
  private requireOfJobs(child: string, role: pulumi.Output<string>): pulumi.Resource {
    const name = `${this.args.pipelineName}-requirements`;
    const document = policyDocument(requirementsOf(this.args, this.plan));
    const settings = { name, description: "What every job of the pipeline must say", policy: document };
    const policy = new Policy(`${child}-requirements`, settings, { parent: this });
    const attachment = { role, policyArn: policy.arn };
    return new RolePolicyAttachment(`${child}-requirements`, attachment, { parent: this });
  }

  private pipelineStatements(running: StepPlan[], stepRoles: string[]): Statement[] {
    const { args, plan, ties } = this;
    const places = running.map((step) => attachmentOf(step, ties));
    const outputs = running.flatMap((step) => outputKeys(step, ties));
    return [
      ...pinStatements({
        subnetIds: args.subnetIds,
        securityGroupIds: [...new Set(places.flatMap((place) => place.securityGroupIds))],
        volumeKeyArns: [args.keyArn],
        outputKeyArns: [...new Set([...outputs, args.keyArn])],
      }),
      ...runStatements(args, plan),
      passRoleStatement("PassStepRoles", stepRoles),
      ...keyUseStatements(args, "VolumeKey", [args.keyArn], "volume"),
      {
        Sid: "AskTheGate",
        Effect: "Allow",
        Action: actions.INVOKE_FUNCTION,
        Resource: gateFunctionArn(args, args.pipelineName),
      },
      ...(registersModels(plan) ? registerStatements(args, plan, ties) : []),
    ];
  }

  private createModelGroup(): pulumi.Resource[] {
    const modelPackageGroupName = modelGroupOf(this.args);
    const description = `Models of the pipeline ${this.args.pipelineName}`;
    const settings = { modelPackageGroupName, modelPackageGroupDescription: description };
    return [new ModelPackageGroup(`${this.name}-models`, settings, { parent: this })];
  }

  private createPipeline(roleArn: pulumi.Output<string>, waits: pulumi.Resource[]): Pipeline {
    const { pipelineName } = this.args;
    const definition = pipelineDefinition(this.plan, definitionTies(this.args, this.plan, this.ties));
    return new Pipeline(
      `${this.name}-pipeline`,
      {
        pipelineName,
        pipelineDisplayName: pipelineName,
        pipelineDescription: `Steps: ${this.plan.steps.map((step) => step.spec.name).join(", ")}`,
        roleArn,
        pipelineDefinition: pulumi.jsonStringify(definition),
      },
      { parent: this, dependsOn: [...this.grants, ...waits] },
    );
  }

  private createSchedule(schedule: string, pipelineArn: pulumi.Input<string>): void {
    const { accountId, region, pipelineName, keyArn, permissionsBoundaryArn } = this.args;
    const settings = { accountId, region, pipelineName, schedule, pipelineArn, keyArn, permissionsBoundaryArn };
    new PipelineSchedule(`${this.name}-schedule`, settings, { parent: this });
  }

  private roleName(step: StepPlan): string {
    return stepRoleName(this.args.rolePrefix, step);
  }
}

/** The steps, with every default filled in. */
function checked(name: string, args: TrainingPipelineArgs): PipelineSpec {
  const result = pipelineSchema.safeParse(args.pipeline);
  const issues = result.error?.issues ?? [];
  const known = {
    dataStores: args.dataStores,
    secrets: (args.secrets ?? []).map((secret) => secret.name),
    parameters: (args.parameters ?? []).map((parameter) => parameter.name),
    databases: (args.databases ?? []).map((database) => database.name),
    images: args.images.map((image) => ({ name: image.name, mirrorOf: image.mirror ? "a registry" : undefined })),
    maxNodes: args.maxNodes ?? 1,
    egress: args.packageMirror ? "packages" : "none",
  };
  const problems = [
    ...issues.flatMap((issue) => explainIssue(issue, pipelineSchema, args.pipeline)),
    ...pipelineProblems(args.pipeline as PipelineSpec, known, ""),
    ...(result.data ? sagemakerProblems(result.data, args.dataStores, "") : []),
  ];
  if (problems.length > 0 || !result.data) throw new InvalidInputError(`The pipeline ${name}`, problems);
  return result.data;
}

/** Longest word of a command and longest value of a variable (SageMaker API reference, CreateProcessingJob). */
const LONGEST_TEXT = 256;

/** What SageMaker demands of steps besides what every cloud does. */
export function sagemakerProblems(pipeline: PipelineSpec, stores: PipelineStoreArgs[], path: string): Problem[] {
  return pipeline.steps.flatMap((step, index) => {
    const at = `${path ? `${path}.` : ""}steps[${index}]`;
    const keys = new Set(step.outputs.map(({ dataStore }) => stores.find(({ name }) => name === dataStore)?.keyArn));
    const problems: Problem[] = [];
    if (keys.size > 1) {
      const message = "a SageMaker job writes with one key; give the outputs one data store, or one step each";
      problems.push({ path: `${at}.outputs`, message });
    }
    if (step.command.some((word) => word.length > LONGEST_TEXT)) {
      const message = `SageMaker takes words of at most ${LONGEST_TEXT} characters; put a longer text into the image`;
      problems.push({ path: `${at}.command`, message });
    }
    if (policyLength(step) > MOST_POLICY) {
      const message =
        "so many folders do not fit into one role's policies; read and write fewer, or shorten their paths";
      problems.push({ path: `${at}.inputs`, message });
    }
    for (const [variable, value] of Object.entries(step.environment)) {
      if (value.length <= LONGEST_TEXT) continue;
      const message = `SageMaker takes at most ${LONGEST_TEXT} characters; use a parameter for a longer text`;
      problems.push({ path: `${at}.environment.${variable}`, message });
    }
    return problems;
  });
}

/** Longest sum of the policies of one role, in characters (IAM user guide, "IAM and AWS STS quotas"). */
const MOST_POLICY = 10_240;

/** Longest policies that a step's folders may need, with the longest names: each folder is named three times. */
function policyLength({ inputs, outputs }: StepSpec): number {
  const lengthOf = (path: string | undefined) => 130 + 3 * (path?.length ?? LONGEST_DEFAULT_PATH);
  const read = inputs.map(({ path, step }) => lengthOf(step ? undefined : (path ?? "")));
  const written = outputs.map(({ path }) => lengthOf(path));
  const stores = new Set(inputs.map(({ dataStore, step }) => dataStore ?? step)).size;
  return [...read, ...written].reduce((sum, length) => sum + length, 6000 + 350 * stores);
}

/** `pipelines/<pipeline>/<step>/<output>` with the longest names. */
const LONGEST_DEFAULT_PATH = 72;

function tiesOf(args: TrainingPipelineArgs, plan: PipelinePlan): StepTies {
  const { accountId, region, jobPrefix, vpcId, subnetIds, securityGroupId, secretKeyArn, packageMirror } = args;
  return {
    target: { accountId, region },
    ...{ jobPrefix, vpcId, subnetIds, securityGroupId, secretKeyArn, packageMirror },
    volumeKeyArn: args.keyArn,
    buckets: byName(args.dataStores, ({ bucket, keyArn }) => ({ bucket, keyArn })),
    secretNames: byName(args.secrets ?? [], ({ secretName }) => secretName),
    parameterNames: byName(args.parameters ?? [], ({ parameterName }) => parameterName),
    databases: byName(args.databases ?? [], (database) => ({ ...database, port: database.port ?? POSTGRES_PORT })),
    repositoryNames: byStep(plan, ({ image }) => {
      const { repositoryName } = args.images.find(({ name }) => name === image.repository)!;
      return image.path ? `${repositoryName}/${image.path}` : repositoryName;
    }),
  };
}

function definitionTies(args: TrainingPipelineArgs, plan: PipelinePlan, ties: StepTies): DefinitionTies {
  return {
    ...ties,
    imageUrls: byStep(plan, (step) => repositoryUrl(ties.target, ties.repositoryNames[step.spec.name]!)),
    // As text: a reference to the role would be one more unknown in a preview.
    roleArns: byStep(plan, (step) => roleArn(ties.target, stepRoleName(args.rolePrefix, step))),
    machineTypes: byStep(plan, (step) => stepMachineType(step, args.machineType ?? DEFAULT_MACHINE_TYPE)),
    idleMinutes: args.idleMinutes ?? 0,
    modelGroup: modelGroupOf(args),
    gateArn: gateFunctionArn(args, args.pipelineName),
  };
}

function gatedImages(plan: PipelinePlan, ties: StepTies, images: PipelineImageArgs[]): GatedImage[] {
  const gated = plan.steps.map(({ spec, image }) => ({
    repositoryName: ties.repositoryNames[spec.name]!,
    digest: image.digest,
    severityLimit: images.find(({ name }) => name === image.repository)!.severityLimit ?? "medium",
  }));
  return [...new Map(gated.map((image) => [`${image.repositoryName}@${image.digest}`, image])).values()];
}

/** What every job must say; a step whose machines may talk in plain text is the spec's own decision. */
function requirementsOf(args: TrainingPipelineArgs, plan: PipelinePlan): Statement[] {
  const statements = requirementStatements(args, args.jobPrefix);
  if (plan.steps.every((step) => step.spec.encryptBetweenNodes)) return statements;
  return statements.filter(({ Sid }) => Sid !== "RequireTrafficEncryption" && Sid !== "DenyPlainTraffic");
}

/** Starting, following and stopping the jobs of the pipeline's steps. */
function runStatements(args: TrainingPipelineArgs, plan: PipelinePlan): Statement[] {
  const jobs = (kind: string, types: string[]) =>
    plan.steps
      .filter((step) => types.includes(step.spec.kind))
      .map((step) => arn(args, "sagemaker", `${kind}/${stepJobName(args.jobPrefix, step.identity)}-*`));
  const processing = jobs("processing-job", ["processing", "evaluation"]);
  const training = jobs("training-job", ["training"]);
  const run = (job: string, resources: string[]): Statement[] =>
    resources.length === 0
      ? []
      : [
          {
            Sid: `Run${job}s`,
            Effect: "Allow",
            Action: ["Create", "Describe", "Stop"].map((verb) => `sagemaker:${verb}${job}`),
            Resource: resources,
          },
        ];
  return [
    ...run("ProcessingJob", processing),
    ...run("TrainingJob", training),
    {
      Sid: "TagOnlyWhatIsBeingCreated",
      Effect: "Allow",
      Action: actions.TAG_NEW,
      Resource: [...processing, ...training],
      Condition: { Null: { "sagemaker:TaggingAction": "false" } },
    },
  ];
}

/** Registering a model: SageMaker looks whether whoever registers it could read the model and its image. */
function registerStatements(args: TrainingPipelineArgs, plan: PipelinePlan, ties: StepTies): Statement[] {
  const steps = plan.steps.filter((step) => step.spec.kind === "register");
  const models = steps.map((step) => step.inputs[0]!);
  const repositories = steps.map((step) => arn(args, "ecr", `repository/${ties.repositoryNames[step.spec.name]}`));
  const keys = models.flatMap(({ dataStore }) => ties.buckets[dataStore]!.keyArn ?? []);
  const group = modelGroupOf(args);
  return [
    {
      Sid: "RegisterModels",
      Effect: "Allow",
      Action: actions.REGISTER_MODEL,
      Resource: [`model-package-group/${group}`, `model-package/${group}/*`].map((name) =>
        arn(args, "sagemaker", name),
      ),
    },
    {
      Sid: "ReadModels",
      Effect: "Allow",
      Action: actions.S3_READ_OBJECTS,
      Resource: models.map(({ dataStore, path }) =>
        bucketPath(ties.target, ties.buckets[dataStore]!.bucket, `/${path}/*`),
      ),
    },
    { Sid: "SeeServingImages", Effect: "Allow", Action: actions.PULL_IMAGES, Resource: [...new Set(repositories)] },
    ...keyUseStatements(args, "ModelKey", [...new Set(keys)], "read-write"),
  ];
}

function modelGroupOf({ modelGroupName, pipelineName }: TrainingPipelineArgs): string {
  return modelGroupName ?? pipelineName;
}

function byName<Entry extends { name: string }, Value>(entries: Entry[], value: (entry: Entry) => Value) {
  return Object.fromEntries(entries.map((entry) => [entry.name, value(entry)]));
}

function byStep<Value>({ steps }: PipelinePlan, value: (step: StepPlan) => Value): Record<string, Value> {
  return Object.fromEntries(steps.map((step) => [step.spec.name, value(step)]));
}
