/** A pipeline in Azure ML's words: components, the environments that they run in, and the job that a schedule holds. */
import { shortHash } from "../names.ts";
import { type DatabasePlace, type PipelinePlan, type StepPlan, stepEnvironment } from "../pipelines.ts";
import { GATE_STEP, MODEL_STORE, outputFolder } from "../training-spec.ts";
import { GATE_CODE, type GatedImage, type GateTies, gateEnvironment } from "./image-gate.ts";

/** What stands around a pipeline. */
export interface DefinitionTies extends GateTies {
  /** Resource id of the Azure ML workspace. */
  workspaceId: string;
  /** Full name of a step's image, by its digest. */
  imageOf: (step: StepPlan) => string;
  /** Full name of the image of the gate and of register steps, by its digest. */
  gateImage: string;
  /** Images of the pipeline with their limits. */
  gatedImages: GatedImage[];
  /** Name of the cluster of a step, or of the gate. */
  clusterOf: (step: string) => string;
  /** Name of Azure ML's data store, by its name in the spec. */
  datastoreOf: (dataStore: string) => string;
  secretUri: (secret: string) => string;
  parameterUrl: (parameter: string) => string;
  databasePlace: (step: StepPlan, database: string) => DatabasePlace;
  /** Name of a model's versions in the registry. */
  modelName: string;
}

/**
 * Name of the output with which a step says that it has ended. Azure ML orders steps by data alone; nothing is ever written
 * to this one, and none of the spec's names has two underscores.
 */
const ENDED = "ml__ended";

/** What a step without a command runs: Azure ML starts no image by itself. */
export const DEFAULT_PROGRAM = "start";

/** An environment: an image. */
export interface EnvironmentPlan {
  name: string;
  version: string;
  image: string;
}

/** A component: what a step runs, in which environment. */
export interface ComponentPlan {
  /** Name of the step in the spec. */
  step: string;
  name: string;
  version: string;
  environment: EnvironmentPlan;
  spec: Record<string, unknown>;
}

/** A step as it stands in a job. */
interface Node {
  /** Name of the step. */
  step: string;
  component: ComponentPlan;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  environment: Record<string, string>;
  nodes: number;
  minutes: number;
}

/** A pipeline, ready to be created. */
export interface Definition {
  /** Components, in the order of the steps; the gate's first. */
  components: ComponentPlan[];
  /** Definition of the pipeline's job. */
  job: PipelineJob;
}

/** A pipeline job: https://learn.microsoft.com/rest/api/azureml/schedules/create-or-update#pipelinejob */
export interface PipelineJob {
  jobType: "Pipeline";
  displayName: string;
  experimentName: string;
  settings: Record<string, unknown>;
  inputs: Record<string, { jobInputType: "uri_folder"; mode: string; uri: string }>;
  outputs: Record<string, JobOutput>;
  jobs: Record<string, unknown>;
}

/** A folder, or a model that is registered when its step has ended. */
export type JobOutput =
  | { jobOutputType: "uri_folder"; mode: string; uri: string }
  | { jobOutputType: "custom_model"; mode: string; uri: string; assetName: string };

/** Writes a pipeline. */
export function pipelineDefinition(plan: PipelinePlan, ties: DefinitionTies): Definition {
  const nodes = [gateNode(plan, ties), ...plan.steps.map((step) => stepNode(step, ties))];
  const jobs = nodes.map((node) => [identifier(node.step), jobOf(node, ties)] as const);
  return {
    components: nodes.map(({ component }) => component),
    job: {
      jobType: "Pipeline",
      displayName: plan.spec.name,
      experimentName: plan.spec.name,
      settings: { continue_on_step_failure: false, force_rerun: true, _source: "YAML.JOB" },
      inputs: Object.assign({}, ...plan.steps.map((step) => jobInputs(step, ties))),
      outputs: Object.assign({}, ...plan.steps.map((step) => jobOutputs(step, ties))),
      jobs: Object.fromEntries(jobs),
    },
  };
}

/** The folder of the copy of a model that a register step makes: what is registered is what nothing can change later. */
export function registeredFolder({ pipeline, spec }: StepPlan): string {
  return outputFolder(pipeline, spec.name, "registered");
}

function gateNode(plan: PipelinePlan, ties: DefinitionTies): Node {
  const component = componentOf(plan.spec.name, GATE_STEP, ties.gateImage, ties, {
    inputs: {},
    outputs: {},
    command: `python3 -c '${GATE_CODE}'`,
  });
  const environment = gateEnvironment(ties.gatedImages, ties);
  return { step: GATE_STEP, component, inputs: {}, outputs: {}, environment, nodes: 1, minutes: 30 };
}

function stepNode(step: StepPlan, ties: DefinitionTies): Node {
  const { spec } = step;
  const isRegister = spec.kind === "register";
  const waits = [GATE_STEP, ...step.after];
  const folders = Object.fromEntries(step.inputs.map(({ name }) => [identifier(name), folder("ro_mount")]));
  const markers = Object.fromEntries(waits.map((name) => [markerOf(name), folder("direct")]));
  const outputs = isRegister
    ? { registered: { type: "custom_model", mode: "rw_mount" } }
    : Object.fromEntries(step.outputs.map(({ name }) => [identifier(name), folder("rw_mount")]));
  const { exports, environment } = environmentOf(step, ties);
  const command = isRegister ? registerCommand(step) : [...exports, commandOf(spec.command)].join(" && ");
  return {
    step: spec.name,
    component: componentOf(step.pipeline, spec.name, isRegister ? ties.gateImage : ties.imageOf(step), ties, {
      inputs: { ...folders, ...markers },
      outputs,
      command,
    }),
    inputs: { ...inputBindings(step), ...Object.fromEntries(waits.map((name) => [markerOf(name), endOf(name)])) },
    outputs: outputBindings(step),
    environment: isRegister ? {} : environment,
    nodes: spec.nodes,
    minutes: spec.maxRunMinutes,
  };
}

/** A register step runs no code of the team's: it copies the model, and Azure ML registers the copy. */
function registerCommand({ inputs }: StepPlan): string {
  const model = identifier(inputs[0]!.name);
  return `cp -r "\${{inputs.${model}}}/." "\${{outputs.registered}}/"`;
}

/**
 * The version says what a component is made of: Azure ML lets nobody change a version, and a changed step gets another one.
 */
function componentOf(
  pipeline: string,
  step: string,
  image: string,
  { workspaceId }: DefinitionTies,
  parts: { inputs: Record<string, unknown>; outputs: Record<string, unknown>; command: string },
): ComponentPlan {
  const name = `${identifier(pipeline)}__${identifier(step)}`;
  const environment = { name, version: shortHash(image), image };
  const spec = {
    $schema: "https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json",
    type: "command",
    name,
    is_deterministic: false,
    environment: `azureml:${workspaceId}/environments/${environment.name}/versions/${environment.version}`,
    command: parts.command,
    inputs: parts.inputs,
    outputs: { ...parts.outputs, [ENDED]: folder("direct") },
  };
  const version = shortHash(JSON.stringify(spec));
  return { step, name, version, environment, spec: { ...spec, version } };
}

function jobOf(node: Node, { workspaceId, clusterOf }: DefinitionTies) {
  const { name, version } = node.component;
  return {
    name: identifier(node.step),
    type: "command",
    componentId: `${workspaceId}/components/${name}/versions/${version}`,
    computeId: `${workspaceId}/computes/${clusterOf(node.step)}`,
    identity: { identity_type: "Managed" },
    inputs: literals(node.inputs, "job_input_type"),
    outputs: literals(node.outputs, "type"),
    environment_variables: node.environment,
    limits: { job_limits_type: "Command", timeout: `PT${node.minutes}M` },
    resources: { instance_count: node.nodes },
    ...(node.nodes > 1 ? { distribution: { distribution_type: "PyTorch", process_count_per_instance: 1 } } : {}),
    _source: "REMOTE.WORKSPACE.COMPONENT",
  };
}

function literals(bindings: Record<string, string>, key: string): Record<string, object> {
  return Object.fromEntries(Object.entries(bindings).map(([name, value]) => [name, { value, [key]: "literal" }]));
}

/** Standing data comes into the pipeline from outside; what an earlier step wrote comes from that step of the same run. */
function inputBindings(step: StepPlan): Record<string, string> {
  const bindings = step.inputs.map(({ name, from }) => {
    if (!from) return [identifier(name), `\${{parent.inputs.${pipelineName(step, name)}}}`];
    return [identifier(name), `\${{parent.jobs.${identifier(from.step)}.outputs.${identifier(from.output)}}}`];
  });
  return Object.fromEntries(bindings);
}

function outputBindings(step: StepPlan): Record<string, string> {
  const names = step.spec.kind === "register" ? ["registered"] : step.outputs.map(({ name }) => name);
  const bindings = names.map((name) => [identifier(name), `\${{parent.outputs.${pipelineName(step, name)}}}`]);
  return Object.fromEntries(bindings);
}

function jobInputs(step: StepPlan, ties: DefinitionTies): PipelineJob["inputs"] {
  const standing = step.inputs.filter(({ from }) => !from);
  const inputs = standing.map(({ name, dataStore, path }) => {
    const uri = folderUri(ties.datastoreOf(dataStore), path);
    return [pipelineName(step, name), { jobInputType: "uri_folder" as const, mode: "ReadOnlyMount", uri }];
  });
  return Object.fromEntries(inputs);
}

/** Each run writes into a folder of its own: Azure ML puts the name of the run's job in place of `name`. */
function jobOutputs(step: StepPlan, ties: DefinitionTies): PipelineJob["outputs"] {
  const mode = "ReadWriteMount";
  const run = (dataStore: string, path: string) => folderUri(ties.datastoreOf(dataStore), `${path}/\${{name}}`);
  if (step.spec.kind === "register") {
    const uri = run(MODEL_STORE, registeredFolder(step));
    const output: JobOutput = { jobOutputType: "custom_model", mode, uri, assetName: ties.modelName };
    return { [pipelineName(step, "registered")]: output };
  }
  const outputs = step.outputs.map(({ name, dataStore, path }): [string, JobOutput] => {
    return [pipelineName(step, name), { jobOutputType: "uri_folder", mode, uri: run(dataStore, path) }];
  });
  return Object.fromEntries(outputs);
}

/** Folders are known in the command alone, so it exports them before it starts the step's program. */
function environmentOf(
  step: StepPlan,
  ties: DefinitionTies,
): { exports: string[]; environment: Record<string, string> } {
  const place = (database: string) => ties.databasePlace(step, database);
  const all = stepEnvironment<string>(step, {
    cloud: "azure",
    inputFolder: (input) => `\${{inputs.${identifier(input)}}}`,
    outputFolder: (output) => `\${{outputs.${identifier(output)}}}`,
    secret: ties.secretUri,
    parameter: ties.parameterUrl,
    database: (database) => `${place(database).host}:${place(database).port}`,
    databaseUser: (database) => place(database).user,
  });
  const isFolder = ([name]: [string, string]) => /^ML_(INPUT|OUTPUT)_/.test(name);
  const entries = Object.entries(all);
  return {
    exports: entries.filter(isFolder).map(([name, value]) => `export ${name}="${value}"`),
    environment: Object.fromEntries(entries.filter((entry) => !isFolder(entry))),
  };
}

/** A command for a shell that takes every word as it is. */
function commandOf(words: string[]): string {
  if (words.length === 0) return DEFAULT_PROGRAM;
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

function folder(mode: string): { type: string; mode: string } {
  return { type: "uri_folder", mode };
}

function folderUri(datastore: string, path: string): string {
  return `azureml://datastores/${datastore}/paths/${path ? `${path}/` : ""}`;
}

/** Name of an input or output in the pipeline: steps may use the same names. */
function pipelineName({ spec }: StepPlan, name: string): string {
  return `${identifier(spec.name)}__${identifier(name)}`;
}

/** The input that waits for a step. */
function markerOf(step: string): string {
  return `ml__after_${identifier(step)}`;
}

function endOf(step: string): string {
  return `\${{parent.jobs.${identifier(step)}.outputs.${ENDED}}}`;
}

/** Azure ML takes lower-case letters, digits and underscores in the names of components, steps, inputs and outputs. */
function identifier(name: string): string {
  return name.replaceAll("-", "_");
}
