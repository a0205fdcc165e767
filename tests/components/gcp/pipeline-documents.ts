/** The pipelines that a recorded workspace sends to Vertex AI, by schedule and by workflow. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { ofType, type Registration } from "../record.ts";

/** A container of a pipeline's own task. */
export interface Container {
  image: string;
  command: string[];
  args: string[];
}

/** A task of a pipeline. */
export interface Task {
  componentRef: { name: string };
  cachingOptions: { enableCache: boolean };
  dependentTasks?: string[];
  retryPolicy?: { maxRetryCount: number };
}

/** A pipeline spec, as far as tests read it. */
export interface Spec {
  root: { dag: { tasks: Record<string, Task> } };
  components: Record<string, { executorLabel: string }>;
  deploymentSpec: { executors: Record<string, { container: Container }> };
}

/** A run of a pipeline, as Vertex AI gets it. */
export interface Run {
  serviceAccount: string;
  pscInterfaceConfig: { networkAttachment: string };
  encryptionSpec: { kmsKeyName: string };
  runtimeConfig: { gcsOutputDirectory: string };
  pipelineSpec: Spec;
}

/** A custom job, as far as tests read it. */
export interface CustomJob {
  job_spec: {
    worker_pool_specs: {
      machine_spec: Record<string, unknown>;
      replica_count: number;
      container_spec: { image_uri: string; command?: string[]; env: { name: string; value: string }[] };
    }[];
    scheduling: Record<string, unknown>;
    service_account: string;
    psc_interface_config: { network_attachment: string; dns_peering_configs: object[] };
  };
  encryption_spec: { kms_key_name: string };
}

/** What a schedule sends, by the schedule's name. */
export function scheduledRuns(registrations: Registration[]): Record<string, Run> {
  const runs = ofType(registrations, "gcp:vertex/aiSchedule:AiSchedule").map(({ inputs }) => {
    const request = inputs.createPipelineJobRequest as { pipelineJob: Run & { pipelineSpec: string } };
    const pipelineSpec = JSON.parse(request.pipelineJob.pipelineSpec) as Spec;
    return [String(inputs.displayName), { ...request.pipelineJob, pipelineSpec }];
  });
  return Object.fromEntries(runs);
}

/** What a workflow sends, by the workflow's name. */
export function startedRuns(registrations: Registration[]): Record<string, Run> {
  const runs = ofType(registrations, "gcp:workflows/workflow:Workflow").map(({ inputs }) => {
    const source = JSON.parse(String(inputs.sourceContents));
    return [String(inputs.name), source.main.steps[0].start.args.body as Run];
  });
  return Object.fromEntries(runs);
}

/** The container of a task. */
export function containerOf({ components, deploymentSpec, root }: Spec, task: string): Container {
  const component = components[root.dag.tasks[task]?.componentRef.name ?? ""];
  const executor = deploymentSpec.executors[component?.executorLabel ?? ""];
  if (!executor) throw new Error(`${task} has no executor`);
  return executor.container;
}

/** The custom job that the task of a step launches. */
export function jobOf(spec: Spec, step: string): CustomJob {
  const { args } = containerOf(spec, `step-${step}`);
  return JSON.parse(args[args.indexOf("--payload") + 1] as string) as CustomJob;
}

/** Environment variables of a step's code. */
export function environmentOf(spec: Spec, step: string): Record<string, string> {
  const env = jobOf(spec, step).job_spec.worker_pool_specs[0]?.container_spec.env ?? [];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

/** Problems that the kfp package has with pipeline specs, by their names. */
export function kfpProblems(specs: Record<string, object>): Record<string, string> {
  const folder = ".cache/kfp";
  if (!existsSync(`${folder}/.installed`)) {
    throw new Error(`The kfp package is missing: run "make ${folder}/.installed" (or "make test") first`);
  }
  // The package's client, and what only that needs, is not installed: at run time it does without.
  const env = { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", _KFP_RUNTIME: "true" };
  const output = execFileSync("python3", ["tests/kfp/read_pipelines.py"], { input: JSON.stringify(specs), env });
  return JSON.parse(output.toString()) as Record<string, string>;
}
