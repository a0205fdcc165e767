/** Pipelines on Vertex AI: their steps' identities, their schedule, and the workflow with which people start them. */
import { AiSchedule } from "@pulumi/gcp/vertex/aiSchedule.js";
import { Workflow } from "@pulumi/gcp/workflows/workflow.js";
import * as pulumi from "@pulumi/pulumi";
import { type PipelinePlan, planPipeline } from "../pipelines.ts";
import { InvalidInputError } from "../problems.ts";
import { explainIssue } from "../spec-issues.ts";
import { pipelineProblems } from "../training-problems.ts";
import { type PipelineSpec, pipelineSchema } from "../training-spec.ts";
import type { TrainingPipelineArgs } from "./pipeline-args.ts";
import { pipelineSpec } from "./pipeline-definition.ts";
import { placeOf } from "./pipeline-place.ts";
import { createPipelineIdentities, type PipelineIdentities, runFolder } from "./pipeline-roles.ts";
import { vertexProblems } from "./training-checks.ts";

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
        // It holds nothing that could be lost, and a pipeline that leaves the spec must go.
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
