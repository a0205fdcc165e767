/** What a pipeline leaves to whoever starts it: settings of its steps that its parameters give. */
import { type Finding, violation } from "../findings.ts";
import { textOf } from "../read.ts";
import { entriesOf, MAX_DEPTH, settingsIn, textsIn } from "./documents.ts";
import type { PipelineStep } from "./sagemaker-pipelines.ts";
import { type Executor, inExecutor, objectAt, type VertexPipeline } from "./vertex-pipelines.ts";

/** Settings of a SageMaker step that decide what runs, as whom, on which data, and how it is kept in. */
const SAGEMAKER_SETTINGS = new Set([
  // What runs.
  "AlgorithmName",
  "FunctionArn",
  "Image",
  "ImageUri",
  "ModelDataUrl",
  "ModelName",
  "ModelPackageName",
  "TrainingImage",
  "sagemaker_program",
  "sagemaker_submit_directory",
  // As whom.
  "ExecutionRoleArn",
  "RoleArn",
  // On which data.
  "S3OutputPath",
  "S3Uri",
  // How it is kept in.
  "EnableNetworkIsolation",
  "KmsKeyId",
  "NetworkConfig",
  "VolumeKmsKeyId",
  "VpcConfig",
]);

/** The same in the documents of Vertex AI, in the spelling of the API's JSON. */
const VERTEX_SETTINGS = new Set([
  "enableWebAccess",
  "executorImageUri",
  "image",
  "imageUri",
  "kmsKeyName",
  "network",
  "networkAttachment",
  "outputUriPrefix",
  "packageUris",
  "persistentResourceId",
  "serviceAccount",
  "workerPoolSpecs",
]);

/** The same in Azure ML, in the spellings of its API and of its YAML files, without underscores. */
const AZURE_SETTINGS = new Set([
  "code",
  "codeid",
  "component",
  "componentid",
  "compute",
  "computeid",
  "defaultcompute",
  "defaultcomputeid",
  "environment",
  "environmentid",
  "identity",
  "image",
]);

/** Steps that run under a condition are judged by themselves. */
const OTHER_STEPS = new Set(["IfSteps", "ElseSteps"]);

/** The step must take none of these settings from a parameter of the pipeline. */
export function stepMustBeFixed({ written }: PipelineStep): Finding[] {
  return settingsIn(written, (key) => SAGEMAKER_SETTINGS.has(key), OTHER_STEPS)
    .filter(({ value }) => takesParameter(value))
    .map(({ key }) => isChosen(key));
}

/** `{"Get": "Parameters.Key"}`, also among the parts of a text that is put together. */
function takesParameter(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return false;
  return entriesOf(value).some(([key, inner]) =>
    key === "Get" && typeof inner === "string" ? inner.startsWith("Parameters.") : takesParameter(inner, depth + 1),
  );
}

/** The jobs of an Azure ML pipeline must take none of these settings from an input of the pipeline. */
export function jobsMustBeFixed(jobs: unknown): Finding[] {
  return settingsIn(jobs, (key) => AZURE_SETTINGS.has(key.replaceAll("_", "").toLowerCase()))
    .filter(({ value }) => textsIn(value).some((text) => /\$\{\{\s*(?:parent\.)?inputs\./.test(text)))
    .map(({ key }) => isChosen(key));
}

/** The pipeline's tasks must take none of these settings from a parameter of the pipeline. */
export function executorsMustBeFixed(pipeline: VertexPipeline): Finding[] {
  const chosen = chosenInputs(pipeline.written);
  return pipeline.executors.flatMap((executor) => {
    const inputs = componentsOf(pipeline.written, executor).flatMap((component) => [...(chosen.get(component) ?? [])]);
    if (inputs.length === 0) return [];
    return keysTaken(executor, inputs).map((key) => inExecutor(executor, isChosen(key)));
  });
}

function keysTaken({ written, job }: Executor, inputs: string[]): string[] {
  const isTaken = (text: string) => placeholders(text).some((input) => inputs.includes(input));
  const settings = [...settingsIn(written, isVertexSetting), ...settingsIn(job, isVertexSetting)];
  const plain = settings.filter(({ value }) => textsIn(value).some(isTaken)).map(({ key }) => key);
  return [...new Set([...plain, ...payloadKeys(written, inputs), ...importedKeys(written, inputs)])];
}

function isVertexSetting(key: string): boolean {
  return VERTEX_SETTINGS.has(key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));
}

/** A payload with placeholders is no JSON yet: `{"service_account": "{{$.inputs.parameters['account']}}"}`. */
function payloadKeys(executor: object, inputs: string[]): string[] {
  return textsIn(objectAt(executor, "container").args).flatMap((text) =>
    [...text.matchAll(/"(\w+)":\s*"?(\{\{\$\.inputs\.parameters\[[^\]]{1,100}\]\}\})/g)]
      .filter(([, key, placeholder]) => isVertexSetting(key!) && inputs.includes(placeholders(placeholder!)[0] ?? ""))
      .map(([, key]) => key!),
  );
}

/** An importer brings data into the pipeline from wherever its address says. */
function importedKeys(executor: object, inputs: string[]): string[] {
  const address = objectAt(objectAt(executor, "importer"), "artifactUri");
  return inputs.includes(textOf(address.runtimeParameter)) ? ["artifactUri"] : [];
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\$\.inputs\.parameters\[["']([^"'\]]{1,100})["']\]\}\}/g)].map(([, input]) => input!);
}

/** Inputs of each component that whoever starts the pipeline chooses, handed down from the root through its tasks. */
function chosenInputs(document: Record<string, unknown>): Map<string, Set<string>> {
  const root = objectAt(document, "root");
  const chosen = new Map<string, Set<string>>();
  const visit = (component: Record<string, unknown>, given: Set<string>, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const task of Object.values(objectAt(objectAt(component, "dag"), "tasks"))) {
      const name = textOf(objectAt(task, "componentRef").name);
      const handed = Object.entries(objectAt(objectAt(task, "inputs"), "parameters"))
        .filter(([, input]) => given.has(textOf(objectAt({ input }, "input").componentInputParameter)))
        .map(([input]) => input);
      const known = chosen.get(name) ?? new Set<string>();
      const news = handed.filter((input) => !known.has(input));
      chosen.set(name, new Set([...known, ...news]));
      if (news.length > 0) visit(objectAt(objectAt(document, "components"), name), new Set(handed), depth + 1);
    }
  };
  visit(root, new Set(Object.keys(objectAt(objectAt(root, "inputDefinitions"), "parameters"))), 0);
  return chosen;
}

function componentsOf(document: Record<string, unknown>, { name }: Executor): string[] {
  const components = Object.entries(objectAt(document, "components"));
  return components
    .filter(([, component]) => objectAt({ component }, "component").executorLabel === name)
    .map(([id]) => id);
}

function isChosen(key: string): Finding {
  return violation(`${key} comes from a parameter of the pipeline; write it down`);
}
