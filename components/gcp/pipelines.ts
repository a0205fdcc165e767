/** Pipelines on Vertex AI: their steps' identities, their schedule, and the workflow with which people start them. */
import { AiSchedule } from "@pulumi/gcp/vertex/aiSchedule.js";
import { Workflow } from "@pulumi/gcp/workflows/workflow.js";
import * as pulumi from "@pulumi/pulumi";
import type { PipelineArgs } from "../args.ts";
import { type PipelinePlan, planPipeline, type StepPlan, stepEnvironment } from "../pipelines.ts";
import { InvalidInputError } from "../problems.ts";
import type { Size } from "../spec.ts";
import { explainIssue } from "../spec-issues.ts";
import { pipelineProblems } from "../training-problems.ts";
import { type PipelineSpec, pipelineSchema } from "../training-spec.ts";
import { userOf } from "./databases.ts";
import { indexUrl } from "./egress.ts";
import { clusterMachine, type JobMachine, jobMachine } from "./machines.ts";
import {
  inputFolder,
  outputFolder,
  type PeeredName,
  type PipelinePlace,
  pipelineSpec,
  type StepPlace,
} from "./pipeline-definition.ts";
import {
  createPipelineIdentities,
  type PipelineIdentities,
  type PipelineRolesArgs,
  runFolder,
} from "./pipeline-roles.ts";
import { vertexProblems } from "./training-checks.ts";

/** A bucket that steps name. */
export interface PipelineStoreArgs {
  /** Name by which steps know it; `models` is the store that outputs go to by default, and every pipeline needs it. */
  name: string;
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /**
   * What steps may do: `read` or `read-write`.
   * @default "read-write"
   */
  access?: string;
  /**
   * Whether the bucket may be in another project, where custom roles do not hold; predefined ones are granted then.
   * @default false
   */
  foreign?: boolean;
}

/** A repository that steps name. */
export interface PipelineImageArgs {
  /** Name by which steps know it. */
  name: string;
  /** What stands before `@sha256:…` in the name of its image; of a mirror, before the image's path. */
  uri: string;
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
  /** Id of the regional secret in Secret Manager. */
  secretId: string;
}

/** A parameter that steps name. */
export interface PipelineParameterArgs {
  /** Name by which steps know it. */
  name: string;
  /** Id of the regional parameter in Parameter Manager. */
  parameterId: string;
  /** Id of its version. */
  versionId: string;
}

/** A database that steps name. */
export interface PipelineDatabaseArgs {
  /** Name by which steps know it. */
  name: string;
  /** Host name or address. */
  host: pulumi.Input<string>;
  /**
   * TCP port, 1 to 65535.
   * @default 5432
   */
  port?: number;
  /**
   * Cloud SQL instance that steps sign in to as themselves.
   * @default none: steps use a password
   */
  instance?: string;
  /**
   * Whether the host is a name that only the network's DNS knows.
   * @default false
   */
  privateName?: boolean;
}

/** The network attachment of the steps that name exactly these databases. */
export interface PipelineAttachmentArgs {
  /** Names of databases, sorted. */
  databases: string[];
  /** Network attachment of a cluster, `projects/…/regions/…/networkAttachments/…`. */
  networkAttachment: string;
}

/** A training pipeline on a network that exists. */
export interface TrainingPipelineArgs {
  /** Project id. */
  project: string;
  /** Project number. */
  projectNumber: string;
  /** Region. */
  location: string;
  /** The steps, and when they run. */
  pipeline: PipelineArgs;
  /** Name of the pipeline, its jobs, its workflow and its model, at most 63 characters. */
  pipelineName: string;
  /** Start of the ids of its service accounts. */
  accountPrefix: string;
  /** Roles of its identities, such as custom ones of the project. */
  roles: PipelineRolesArgs;
  /** Network attachment of its jobs: that of a {@link PrivateTrainingCluster}. */
  networkAttachment: string;
  /**
   * Other network attachments, for steps that name databases.
   * @default []
   */
  attachments?: PipelineAttachmentArgs[];
  /**
   * Network whose DNS knows the databases' names, `projects/…/global/networks/…`.
   * @default none: steps find public names only
   */
  networkId?: pulumi.Input<string>;
  /** Resource name of the key that encrypts runs, jobs, models and the workflow. Vertex AI and Workflows must be allowed to use it. */
  keyId: string;
  /** Buckets; one of them is named `models`. */
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
   * Databases.
   * @default []
   */
  databases?: PipelineDatabaseArgs[];
  /**
   * Name of the Artifact Registry repository that Python packages come from.
   * @default none: no step may install packages
   */
  packageRepository?: string;
  /**
   * URL of a web proxy that lets approved hosts through.
   * @default none
   */
  proxyUrl?: string;
  /**
   * Cloud-neutral size of training steps that name none: `small`, `medium`, `large`, `gpu-small` or `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /**
   * Exact machine type of training steps that name none. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of those machines: `t4`, `l4`, `a100` or `h100`. It decides the machine type.
   * @default none
   */
  accelerator?: string;
  /**
   * Most machines of a training step.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Labels of runs, jobs, the workflow and models.
   * @default {}
   */
  labels?: { [key: string]: string };
}

/** Names that are reached without the proxy: Google's, and the machine's own metadata. */
const NO_PROXY = "metadata.google.internal,169.254.169.254,.googleapis.com,.pkg.dev,localhost,127.0.0.1";

/**
 * A Vertex AI pipeline whose steps each run with an account of their own, on a private image that passed the gate.
 *
 * Who starts it is kept apart from what it does. A person who could create pipeline runs or jobs and act as their
 * accounts could run any code with them: IAM has no condition on a job's image, network or key. So people run a workflow,
 * which takes no arguments and sends exactly this pipeline, and the schedule sends the same. Only the workflow may act as
 * the pipeline's account, and only that may act as the steps'.
 */
export class TrainingPipeline extends pulumi.ComponentResource {
  /** Resource name of the workflow that starts the pipeline. */
  readonly pipelineId: pulumi.Output<string>;
  /** Emails of the steps' accounts by step. They follow from the arguments: known at preview. */
  readonly stepAccounts: Record<string, string>;
  private readonly name: string;
  private readonly args: TrainingPipelineArgs;
  private readonly plan: PipelinePlan;
  private readonly identities: PipelineIdentities;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Steps, network, and what steps name.
   * @param opts Resource options.
   * @throws InvalidInputError that lists everything wrong with the steps, before any resource is registered.
   */
  constructor(name: string, args: TrainingPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = planPipeline(checked(name, args));
    super("secure-ml-workspace:gcp:TrainingPipeline", name, {}, opts);
    this.name = name;
    this.args = args;
    this.plan = plan;
    this.identities = createPipelineIdentities(name, plan.steps, args, this);
    this.stepAccounts = this.identities.steps;
    const spec = this.describe();
    if (plan.spec.schedule) this.createSchedule(plan.spec.schedule, spec);
    this.pipelineId = this.createStart(spec).id;
    this.registerOutputs({ pipelineId: this.pipelineId });
  }

  /** The pipeline spec. It is known at preview where the buckets' names and the databases' addresses are. */
  private describe(): pulumi.Output<object> {
    const { dataStores, databases = [], networkId = "" } = this.args;
    const buckets = Object.fromEntries(dataStores.map(({ name, bucket }) => [name, bucket]));
    const hosts = Object.fromEntries(databases.map(({ name, host }) => [name, host]));
    return pulumi
      .output({ buckets, hosts, networkId })
      .apply((known) => pipelineSpec(this.plan, placeOf(this.args, this.plan, this.identities, known)));
  }

  private createSchedule(schedule: string, spec: pulumi.Output<object>): void {
    const { project, location, pipelineName } = this.args;
    new AiSchedule(
      `${this.name}-schedule`,
      {
        project,
        location,
        displayName: pipelineName,
        cron: `TZ=UTC ${schedule}`,
        maxConcurrentRunCount: "1",
        allowQueueing: false,
        createPipelineJobRequest: {
          parent: `projects/${project}/locations/${location}`,
          pipelineJob: { ...this.job(), pipelineSpec: spec.apply((document) => JSON.stringify(document)) },
        },
      },
      { parent: this, dependsOn: this.identities.grants },
    );
  }

  /** The workflow sends the run as its body. It has no parameters, so whoever starts it cannot add to the body. */
  private createStart(spec: pulumi.Output<object>): Workflow {
    const { project, location, pipelineName, keyId, labels } = this.args;
    const body = pulumi.output({ ...this.job(), pipelineSpec: spec });
    const url = `https://${location}-aiplatform.googleapis.com/v1/projects/${project}/locations/${location}/pipelineJobs`;
    return new Workflow(
      `${this.name}-start`,
      {
        project,
        region: location,
        name: pipelineName,
        description: `Starts the pipeline ${this.plan.spec.name}`,
        serviceAccount: this.identities.starter,
        cryptoKeyName: keyId,
        callLogLevel: "LOG_ALL_CALLS",
        deletionProtection: false,
        labels,
        sourceContents: body.apply((run) => JSON.stringify(startWorkflow(url, run))),
      },
      { parent: this, dependsOn: this.identities.grants },
    );
  }

  /** A run without its steps: the same from the schedule and from the workflow. */
  private job() {
    const { pipelineName, keyId, networkAttachment, labels } = this.args;
    return {
      displayName: pipelineName,
      serviceAccount: this.identities.runner,
      encryptionSpec: { kmsKeyName: keyId },
      pscInterfaceConfig: { networkAttachment },
      runtimeConfig: {
        gcsOutputDirectory: runFolder(this.args),
        failurePolicy: "PIPELINE_FAILURE_POLICY_FAIL_FAST",
      },
      labels,
    };
  }
}

function startWorkflow(url: string, body: object): object {
  const start = { call: "http.post", args: { url, auth: { type: "OAuth2" }, body }, result: "started" };
  return { main: { steps: [{ start }, { done: { return: `\${started.body.name}` } }] } };
}

/** What is known once other resources exist; in a preview too, unless they were given as outputs of others. */
interface Known {
  /** Bucket of each data store. */
  buckets: Record<string, string>;
  /** Host of each database. */
  hosts: Record<string, string>;
  /** Network whose DNS steps ask. */
  networkId: string;
}

function placeOf(
  args: TrainingPipelineArgs,
  plan: PipelinePlan,
  identities: PipelineIdentities,
  known: Known,
): PipelinePlace {
  const steps = plan.steps.map((step) => [step.spec.name, stepPlace(args, step, identities, known)]);
  return {
    project: args.project,
    location: args.location,
    pipelineName: args.pipelineName,
    keyName: args.keyId,
    labels: args.labels ?? {},
    buckets: known.buckets,
    steps: Object.fromEntries(steps),
  };
}

function stepPlace(
  args: TrainingPipelineArgs,
  step: StepPlan,
  identities: PipelineIdentities,
  known: Known,
): StepPlace {
  const { uri, severityLimit = "medium" } = args.images.find(({ name }) => name === step.image.repository)!;
  const serviceAccount = identities.steps[step.spec.name] ?? identities.runner;
  return {
    image: `${[uri, step.image.path].filter(Boolean).join("/")}@${step.image.digest}`,
    severityLimit,
    serviceAccount,
    networkAttachment: attachmentOf(args, step),
    peeredNames: peeredNames(args, step, known),
    machine: machineOf(args, step),
    environment: environmentOf(args, step, serviceAccount, known),
  };
}

function attachmentOf({ attachments = [], networkAttachment }: TrainingPipelineArgs, { spec }: StepPlan): string {
  const named = [...spec.databases].sort().join();
  return attachments.find(({ databases }) => databases.join() === named)?.networkAttachment ?? networkAttachment;
}

function peeredNames({ databases = [] }: TrainingPipelineArgs, { spec }: StepPlan, known: Known): PeeredName[] {
  const [, project, network] = /projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(known.networkId) ?? [];
  if (!project || !network) return [];
  return databases
    .filter(({ name, privateName }) => privateName && spec.databases.includes(name))
    .map(({ name }) => ({ domain: known.hosts[name]!, project, network }));
}

function machineOf(
  { size = "medium", machineType, accelerator }: TrainingPipelineArgs,
  { spec }: StepPlan,
): JobMachine {
  return jobMachine(spec, clusterMachine(size as Size, machineType, accelerator));
}

function environmentOf(
  args: TrainingPipelineArgs,
  step: StepPlan,
  email: string,
  { buckets, hosts }: Known,
): Record<string, string> {
  const { project, location, secrets = [], parameters = [], databases = [], packageRepository, proxyUrl } = args;
  const place = `projects/${project}/locations/${location}`;
  const named = <Entry extends { name: string }>(entries: Entry[], name: string): Entry =>
    entries.find((entry) => entry.name === name)!;
  const common = stepEnvironment<string>(step, {
    cloud: "gcp",
    inputFolder: (input) => inputFolder(step, input, buckets),
    outputFolder: (output) => outputFolder(step, output, buckets),
    secret: (name) => `${place}/secrets/${named(secrets, name).secretId}/versions/latest`,
    parameter: (name) => {
      const { parameterId, versionId } = named(parameters, name);
      return `${place}/parameters/${parameterId}/versions/${versionId}`;
    },
    database: (name) => `${hosts[name]}:${named(databases, name).port ?? 5432}`,
    databaseUser: (name) => (named(databases, name).instance ? userOf(email) : undefined),
  });
  return {
    ...(step.spec.packages && packageRepository && { PIP_INDEX_URL: indexUrl(location, project, packageRepository) }),
    ...(proxyUrl && { HTTPS_PROXY: proxyUrl, NO_PROXY }),
    ...common,
  };
}

/** The steps, with every default filled in. */
function checked(name: string, args: TrainingPipelineArgs): PipelineSpec {
  const result = pipelineSchema.safeParse(args.pipeline);
  const issues = result.error?.issues ?? [];
  const names = (entries: { name: string }[] = []) => entries.map((entry) => entry.name);
  const known = {
    dataStores: args.dataStores,
    secrets: names(args.secrets),
    parameters: names(args.parameters),
    databases: names(args.databases),
    images: args.images.map((image) => ({ name: image.name, mirrorOf: image.mirror ? "a registry" : undefined })),
    maxNodes: args.maxNodes ?? 1,
    egress: args.packageRepository ? "packages" : "none",
  };
  const problems = [
    ...issues.flatMap((issue) => explainIssue(issue, pipelineSchema, args.pipeline)),
    ...pipelineProblems(args.pipeline as PipelineSpec, known, ""),
    ...(result.data ? vertexProblems(result.data, "") : []),
  ];
  if (problems.length > 0 || !result.data) throw new InvalidInputError(`The pipeline ${name}`, problems);
  return result.data;
}
