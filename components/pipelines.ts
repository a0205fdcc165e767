/**
 * What the steps of a pipeline are, before any cloud: their order, the folders that they read and write, their images,
 * and the environment in which their code finds all of it. Every cloud builds its pipeline from these plans.
 */
import { resourceName } from "./names.ts";
import type { Workspace } from "./spec.ts";
import { MODEL_STORE, outputFolder, type PipelineSpec, type StepSpec } from "./training-spec.ts";

/** A folder that a step reads. */
export interface InputPlan {
  /** Name of the input. */
  name: string;
  /** Data store, or `models`. */
  dataStore: string;
  /** Folder in it; empty for all of it. */
  path: string;
  /** Step that writes the folder; each run then reads what the same run wrote. Absent for standing data. */
  from?: StepOutput;
}

/** An output of a step. */
export interface StepOutput {
  step: string;
  output: string;
}

/** A folder that a step writes. Each run writes into a folder of its own in it. */
export interface OutputPlan {
  /** Name of the output. */
  name: string;
  /** Data store, or `models`. */
  dataStore: string;
  /** Folder in it. */
  path: string;
}

/** An image of a step. */
export interface ImagePlan {
  /** Name of the entry in the spec's `images`. */
  repository: string;
  /** Path in a mirror; empty otherwise. */
  path: string;
  /** `sha256:…` */
  digest: string;
}

/** One step, ready to be written in a cloud's terms. */
export interface StepPlan {
  /** Name of the pipeline. */
  pipeline: string;
  /** The step of the spec. */
  spec: StepSpec;
  /** Name of the step's identity in the workspace: `<pipeline>-<step>`. */
  identity: string;
  /** Names of the steps that must have ended, sorted. */
  after: string[];
  /** What it reads. */
  inputs: InputPlan[];
  /** What it writes. */
  outputs: OutputPlan[];
  /** Its image. */
  image: ImagePlan;
  /** Whether its code talks to anything but its folders: a secret, a parameter, a database or a package mirror. */
  needsNetwork: boolean;
}

/** A pipeline whose steps stand in an order in which they could run one after another. */
export interface PipelinePlan {
  spec: PipelineSpec;
  steps: StepPlan[];
}

/** Every pipeline of a workspace. */
export function planPipelines(workspace: Workspace): PipelinePlan[] {
  return workspace.training.pipelines.map(planPipeline);
}

/** One valid pipeline. */
export function planPipeline(spec: PipelineSpec): PipelinePlan {
  const steps = spec.steps.map((step) => planStep(spec, step));
  return { spec, steps: inOrder(steps) };
}

function planStep(pipeline: PipelineSpec, step: StepSpec): StepPlan {
  const [reference, digest] = step.image.split("@") as [string, string];
  const [repository, ...path] = reference.split("/") as [string, ...string[]];
  const { secrets, parameters, databases, packages } = step;
  const sources = step.inputs.flatMap((input) => (input.step ? [input.step] : []));
  return {
    pipeline: pipeline.name,
    spec: step,
    identity: `${pipeline.name}-${step.name}`,
    after: [...new Set([...sources, ...step.dependsOn])].sort(),
    inputs: step.inputs.map((input) => planInput(pipeline, input)),
    outputs: step.outputs.map((output) => planOutput(pipeline, step, output)),
    image: { repository, path: path.join("/"), digest },
    needsNetwork: packages || secrets.length + parameters.length + databases.length > 0,
  };
}

function planInput(pipeline: PipelineSpec, input: StepSpec["inputs"][number]): InputPlan {
  const { name, step, output } = input;
  if (!step) return { name, dataStore: input.dataStore!, path: input.path ?? "" };
  const source = pipeline.steps.find((other) => other.name === step)!;
  const written = source.outputs.find((other) => other.name === output)!;
  const { dataStore, path } = planOutput(pipeline, source, written);
  return { name, dataStore, path, from: { step, output: written.name } };
}

function planOutput(pipeline: PipelineSpec, step: StepSpec, output: StepSpec["outputs"][number]): OutputPlan {
  const path = output.path ?? outputFolder(pipeline.name, step.name, output.name);
  return { name: output.name, dataStore: output.dataStore, path };
}

/** Puts every step behind those that it waits for, and keeps the spec's order otherwise. */
function inOrder(steps: StepPlan[]): StepPlan[] {
  const ordered: StepPlan[] = [];
  const add = (plan: StepPlan): void => {
    if (ordered.includes(plan)) return;
    for (const name of plan.after) add(steps.find((other) => other.spec.name === name)!);
    ordered.push(plan);
  };
  for (const plan of steps) add(plan);
  return ordered;
}

/** The steps of a workspace that name a secret, a parameter or a database: its only readers. */
export function readersOf(
  workspace: Workspace,
  field: "secrets" | "parameters" | "databases",
  name: string,
): StepPlan[] {
  const steps = planPipelines(workspace).flatMap((pipeline) => pipeline.steps);
  return steps.filter((step) => step.spec[field].includes(name));
}

/** Data stores that a step reads or writes, each once, sorted. */
export function storesOf(step: StepPlan): string[] {
  return [...new Set([...step.inputs, ...step.outputs].map((folder) => folder.dataStore))].sort();
}

/** Where a database of a step is. */
export interface DatabasePlace {
  /** Name that the server's certificate is for, or its address. */
  host: string;
  port: number;
  /** User that the step signs in as with its own identity; absent where a password from a secret is used. */
  user?: string;
}

/** What a step's environment is made from; the values are references, never secret values. */
export interface EnvironmentSources<Text> {
  /** The cloud: `aws`, `gcp` or `azure`. */
  cloud: string;
  /** Folder of an input or output inside the container, by name. */
  inputFolder: (input: string) => Text;
  outputFolder: (output: string) => Text;
  /** What the cloud's client library takes to read a secret or a parameter. */
  secret: (name: string) => Text;
  parameter: (name: string) => Text;
  /** `host:port`, and the user of sign-in by identity. */
  database: (name: string) => Text;
  databaseUser: (name: string) => Text | undefined;
  /** Folder that outlives a machine that is taken away, for training on spare machines. */
  checkpointFolder?: Text;
  /** Address of the package mirror (`https://…/simple/`), without a token; absent where packages come from PyPI itself. */
  packageIndex?: Text;
}

/**
 * The environment variables of a step's code. The names are the same on every cloud, so that the code is too:
 * `ML_CLOUD`, `ML_INPUT_<NAME>`, `ML_OUTPUT_<NAME>`, `ML_SECRET_<NAME>`, `ML_PARAMETER_<NAME>`, `ML_DATABASE_<NAME>` and
 * `ML_DATABASE_<NAME>_USER`, `ML_CHECKPOINTS` on spare machines and `ML_PACKAGE_INDEX` for packages, besides what the spec
 * sets.
 */
export function stepEnvironment<Text>(
  plan: StepPlan,
  sources: EnvironmentSources<Text>,
): Record<string, Text | string> {
  const { spec } = plan;
  const environment: Record<string, Text | string> = { ...spec.environment, ML_CLOUD: sources.cloud };
  for (const { name } of plan.inputs) environment[`ML_INPUT_${variable(name)}`] = sources.inputFolder(name);
  for (const { name } of plan.outputs) environment[`ML_OUTPUT_${variable(name)}`] = sources.outputFolder(name);
  for (const name of spec.secrets) environment[`ML_SECRET_${variable(name)}`] = sources.secret(name);
  for (const name of spec.parameters) environment[`ML_PARAMETER_${variable(name)}`] = sources.parameter(name);
  for (const name of spec.databases) {
    environment[`ML_DATABASE_${variable(name)}`] = sources.database(name);
    const user = sources.databaseUser(name);
    if (user !== undefined) environment[`ML_DATABASE_${variable(name)}_USER`] = user;
  }
  if (spec.spot && sources.checkpointFolder !== undefined) environment.ML_CHECKPOINTS = sources.checkpointFolder;
  if (spec.packages && sources.packageIndex !== undefined) environment.ML_PACKAGE_INDEX = sources.packageIndex;
  return environment;
}

function variable(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** User of a PostgreSQL database that a step signs in as with its own identity, where the cloud leaves the name free. */
export function databaseUser(step: StepPlan): string {
  return step.identity.replaceAll("-", "_");
}

/** The name of a model group in the cloud's registry: one for each pipeline that registers models. */
export function modelGroupName(workspace: Workspace, pipeline: string): string {
  return resourceName(workspace, [pipeline], { max: 63 });
}

/** Whether a pipeline registers models. */
export function registersModels({ steps }: PipelinePlan): boolean {
  return steps.some((step) => step.spec.kind === "register");
}

/** Whether a data store is the workspace's own store for models. */
export function isModelStore(dataStore: string): boolean {
  return dataStore === MODEL_STORE;
}
