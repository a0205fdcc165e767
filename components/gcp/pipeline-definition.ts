/** A pipeline as a KFP v2 pipeline spec, made from its plan. Plain data: no resource is registered here. */
import type { PipelinePlan, StepOutput, StepPlan } from "../pipelines.ts";
import { IMAGE_GATE, LAUNCHER_IMAGE } from "./image-gate.ts";
import type { JobMachine } from "./machines.ts";
import { MODEL_REGISTRATION } from "./model-registration.ts";

/** Name of a run. Vertex AI puts it in when the run starts. */
const RUN = "{{$.pipeline_job_name}}";

/** Where the launcher says which job it made, so that a second try finds the first one's job. */
const JOB_FILE = "{{$.outputs.parameters['gcp_resources'].output_file}}";

/** The task before all others. Tasks of steps have names of another form. */
const GATE = "image-gate";

/** Smallest disk of a job's machine, in GB (cloud.google.com/vertex-ai/docs/reference/rest/v1/DiskSpec). */
const MIN_DISK_GB = 100;

/** How long a job waits for a machine that Flex-start lends, in seconds. */
const FLEX_START_SECONDS = 86400;

/** Longest wait between two tries of a step, in seconds. */
const MAX_BACKOFF_SECONDS = 3600;

/** A name that a job looks up in a network's DNS. */
export interface PeeredName {
  /** DNS name, such as `warehouse.example.com`. */
  domain: string;
  /** Project id of the network. */
  project: string;
  /** Name of the network. */
  network: string;
}

/** What a step runs on and with. */
export interface StepPlace {
  /** Its image, `<repository>@sha256:…`. */
  image: string;
  /** Worst severity that the image may have. */
  severityLimit: string;
  /** Email of its service account. */
  serviceAccount: string;
  /** Network attachment, `projects/…/regions/…/networkAttachments/…`. */
  networkAttachment: string;
  /** Names that it finds in the network's DNS. */
  peeredNames: PeeredName[];
  /** Its machine. */
  machine: JobMachine;
  /** Its environment variables, none of them secret. */
  environment: Record<string, string>;
}

/** Where a pipeline runs. */
export interface PipelinePlace {
  /** Project id. */
  project: string;
  /** Region. */
  location: string;
  /** Name of the pipeline in Vertex AI, and start of its jobs' names. */
  pipelineName: string;
  /** Key that encrypts jobs and models. */
  keyName: string;
  /** Labels of its jobs. */
  labels: Record<string, string>;
  /** Bucket of every data store that its steps name, by the store's name. */
  buckets: Record<string, string>;
  /** What each step runs on and with, by the step's name. */
  steps: Record<string, StepPlace>;
}

/** Folder of an input inside the container: Vertex AI mounts buckets below `/gcs`. */
export function inputFolder(plan: StepPlan, input: string, buckets: Record<string, string>): string {
  return `/gcs/${inputPath(plan, input, buckets)}`;
}

/** Folder of an output inside the container: one of the run's own. */
export function outputFolder(plan: StepPlan, output: string, buckets: Record<string, string>): string {
  const { dataStore, path } = plan.outputs.find(({ name }) => name === output)!;
  return `/gcs/${buckets[dataStore]}/${path}/${RUN}`;
}

/**
 * The pipeline as Vertex AI runs it. Every step is a custom job with the step's own account, network attachment and key.
 * A container task of the pipeline itself would run as the pipeline's one account, so each task only launches the job,
 * with the launcher of Google's pipeline components. Nothing is cached: a run always passes the gate, and no step is
 * replaced by what an earlier run wrote. The pipeline takes no parameters: who starts it can change nothing in it.
 */
export function pipelineSpec(plan: PipelinePlan, place: PipelinePlace): object {
  const tasks = plan.steps.map((step) => [taskName(step.spec.name), stepTask(step)] as const);
  const executors = plan.steps.map((step) => [executorName(taskName(step.spec.name)), executor(step, place)] as const);
  const components = [component(GATE, false), ...plan.steps.map((step) => stepComponent(step))];
  return {
    pipelineInfo: { name: place.pipelineName },
    schemaVersion: "2.1.0",
    sdkVersion: "kfp-2.17.3",
    root: { dag: { tasks: { [GATE]: task(GATE, []), ...Object.fromEntries(tasks) } } },
    components: Object.fromEntries(components),
    deploymentSpec: { executors: { [executorName(GATE)]: gate(plan, place), ...Object.fromEntries(executors) } },
  };
}

/** One custom job, in the field names of the API's protocol buffers, which the launcher takes. */
export function customJob(plan: StepPlan, place: PipelinePlace): object {
  const { spec } = plan;
  const { serviceAccount, networkAttachment, peeredNames, machine } = place.steps[spec.name]!;
  return {
    display_name: `${place.pipelineName}-${spec.name}`,
    job_spec: {
      worker_pool_specs: workerPools(plan, place),
      scheduling: {
        timeout: `${spec.maxRunMinutes * 60}s`,
        restart_job_on_worker_restart: false,
        ...strategy(spec.spot, machine),
      },
      service_account: serviceAccount,
      enable_web_access: false,
      psc_interface_config: {
        network_attachment: networkAttachment,
        dns_peering_configs: peeredNames.map(({ domain, project, network }) => ({
          domain: `${domain}.`,
          target_project: project,
          target_network: network,
        })),
      },
    },
    labels: place.labels,
    encryption_spec: { kms_key_name: place.keyName },
  };
}

/** The first machine leads; the others are a second pool. */
function workerPools(plan: StepPlan, place: PipelinePlace): object[] {
  const { spec } = plan;
  const { image, machine, environment } = place.steps[spec.name]!;
  const pool = (replicas: number) => ({
    machine_spec: {
      machine_type: machine.machineType,
      ...(machine.accelerator && {
        accelerator_type: machine.accelerator.type,
        accelerator_count: Number(machine.accelerator.coreCount),
      }),
    },
    replica_count: replicas,
    disk_spec: { boot_disk_type: "pd-ssd", boot_disk_size_gb: Math.max(spec.volumeGb, MIN_DISK_GB) },
    container_spec: {
      image_uri: image,
      ...(spec.command.length > 0 && { command: spec.command }),
      env: Object.entries(environment).map(([name, value]) => ({ name, value })),
    },
  });
  return spec.nodes > 1 ? [pool(1), pool(spec.nodes - 1)] : [pool(1)];
}

function strategy(spot: boolean, machine: JobMachine): object {
  if (spot) return { strategy: "SPOT" };
  if (machine.flexStart) return { strategy: "FLEX_START", max_wait_duration: `${FLEX_START_SECONDS}s` };
  return { strategy: "STANDARD" };
}

function stepTask(step: StepPlan): object {
  const after = [GATE, ...step.after.map(taskName)];
  const { retries } = step.spec;
  const retryPolicy = {
    maxRetryCount: retries,
    backoffDuration: "60s",
    backoffFactor: 2,
    backoffMaxDuration: `${MAX_BACKOFF_SECONDS}s`,
  };
  return task(taskName(step.spec.name), after, retries > 0 ? { retryPolicy } : {});
}

function task(name: string, dependentTasks: string[], more: object = {}): object {
  return {
    taskInfo: { name },
    componentRef: { name: componentName(name) },
    cachingOptions: { enableCache: false },
    ...(dependentTasks.length > 0 && { dependentTasks }),
    ...more,
  };
}

function stepComponent({ spec }: StepPlan): [string, object] {
  return component(taskName(spec.name), spec.kind !== "register");
}

/** A launcher writes which job it made; the other tasks write nothing, and must not say that they would. */
function component(name: string, launches: boolean): [string, object] {
  const outputDefinitions = { parameters: { gcp_resources: { parameterType: "STRING" } } };
  return [componentName(name), { executorLabel: executorName(name), ...(launches && { outputDefinitions }) }];
}

function executor(step: StepPlan, place: PipelinePlace): object {
  return step.spec.kind === "register" ? registration(step, place) : launcher(step, place);
}

/** Makes the job and waits for it. */
function launcher(step: StepPlan, place: PipelinePlace): object {
  const command = ["python3", "-u", "-m", "google_cloud_pipeline_components.container.v1.custom_job.launcher"];
  return own(command, [
    "--type",
    "CustomJob",
    "--payload",
    payload(customJob(step, place)),
    "--project",
    place.project,
    "--location",
    place.location,
    "--gcp_resources",
    JOB_FILE,
  ]);
}

function gate(plan: PipelinePlan, place: PipelinePlace): object {
  const images = plan.steps.map(({ spec }) => place.steps[spec.name]!);
  const each = new Map(images.map(({ image, severityLimit }) => [image, { image, limit: severityLimit }]));
  return own(python(IMAGE_GATE), [place.project, payload([...each.values()])]);
}

function registration(step: StepPlan, place: PipelinePlace): object {
  const model = {
    id: place.pipelineName,
    artifactUri: `gs://${inputPath(step, step.inputs[0]!.name, place.buckets)}`,
    image: place.steps[step.spec.name]!.image,
    keyName: place.keyName,
  };
  return own(python(MODEL_REGISTRATION), [place.project, place.location, payload(model)]);
}

/** A task that runs the pipeline's own code, as the pipeline's account. */
function own(command: string[], args: string[]): object {
  return { container: { image: LAUNCHER_IMAGE, command, args } };
}

function python(source: string): string[] {
  return ["python3", "-u", "-c", source];
}

/**
 * JSON in which only our own placeholders are left: Vertex AI, and the workflow that starts the pipeline, would read a
 * `$` of the spec's commands and variables as one of theirs.
 */
function payload(value: object): string {
  const withoutDollars = (text: string) => text.replaceAll("$", "\\u0024");
  return withoutDollars(JSON.stringify(value)).replaceAll(withoutDollars(RUN), RUN);
}

/** Bucket and folder of an input; what an earlier step wrote is in the folder of the same run. */
function inputPath(plan: StepPlan, input: string, buckets: Record<string, string>): string {
  const { dataStore, path, from } = plan.inputs.find(({ name }) => name === input)!;
  return [buckets[dataStore], path, runOf(from)].filter(Boolean).join("/");
}

function runOf(from: StepOutput | undefined): string {
  return from ? RUN : "";
}

function taskName(step: string): string {
  return `step-${step}`;
}

function componentName(name: string): string {
  return `comp-${name}`;
}

function executorName(name: string): string {
  return `exec-${name}`;
}
