/**
 * The steps of SageMaker pipelines. A pipeline starts jobs that stand in no resource of the stack, only in the JSON of its
 * definition: https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
 */
import type { Check, Context, ResourceView } from "../control.ts";
import { type Finding, judge, violation } from "../findings.ts";
import { describe, read, readJson } from "../read.ts";

/** One step of a pipeline, also one that runs only under a condition. */
export interface PipelineStep {
  name: string;
  /** What it does: `Training`, `Processing`, `Tuning`. */
  type: string;
  /** What it does it with, in the spelling of Pulumi's types: `resourceConfig` for `ResourceConfig`. */
  settings: object;
  /** The step as it is written, with functions such as `{"Get": "Parameters.Key"}`. */
  written: object;
}

/** A pipeline as its definition describes it. */
export interface PipelineDefinition {
  /** The definition as it is written. */
  written: object;
  steps: PipelineStep[];
  /** The resource that holds it. */
  pipeline: ResourceView;
}

/** SageMaker pipelines, in both AWS providers. */
export const SAGEMAKER_PIPELINE = ["aws:sagemaker/pipeline:Pipeline", "aws-native:sagemaker:Pipeline"];

/** What takes the place of a value that the pipeline's parameters or earlier steps give. */
const GIVEN_LATER = "given when the pipeline runs";

/** Maps whose keys are names of the user's own. */
const OWN_NAMES = new Set(["Environment", "HyperParameters", "StaticHyperParameters"]);

/** No definition that SageMaker accepts nests deeper. */
const MAX_DEPTH = 50;

/** A check of each step. A definition that lies in a bucket cannot be seen. */
export function pipelineCheck(rule: (step: PipelineStep, context: Context) => Finding[]): Check {
  return definitionCheck(({ steps }, context) =>
    steps.flatMap((step) => rule(step, context).map((finding) => inStep(step, finding))),
  );
}

/** A check of the definition as a whole. */
export function definitionCheck(rule: (definition: PipelineDefinition, context: Context) => Finding[]): Check {
  return {
    types: SAGEMAKER_PIPELINE,
    whenAbsent: "complies",
    cloudDefault: "the definition lies in a bucket",
    evaluate: (pipeline, context) => {
      const native = pipeline.type.startsWith("aws-native:");
      const path = native ? "pipelineDefinition.pipelineDefinitionBody" : "pipelineDefinition";
      return onDefinition(pipeline.props, path, (written) =>
        rule({ written, steps: stepsIn(written, "Steps"), pipeline }, context),
      );
    },
  };
}

/** Names the step that a finding is about. */
export function inStep({ name }: PipelineStep, finding: Finding): Finding {
  return finding.kind === "violation" ? violation(`step ${name.slice(0, 64)}: ${finding.message}`) : finding;
}

function onDefinition(props: object, path: string, rule: (written: object) => Finding[]): Finding[] {
  const reading = read(props, path);
  if (reading.state === "known" && typeof reading.value !== "string") {
    return [violation(`${path} is ${describe(reading.value)}; it must be JSON text`)];
  }
  return judge(readJson(props, path), "", { absent: "complies" }, (written) =>
    isObject(written) ? rule(written) : [],
  );
}

function stepsIn(holder: unknown, list: string, depth = 0): PipelineStep[] {
  const steps = isObject(holder) && depth < MAX_DEPTH ? holder[list] : undefined;
  if (!Array.isArray(steps)) return [];
  return steps.filter(isObject).flatMap((step) => {
    const settings = respell(step.Arguments);
    return [
      { name: textOf(step.Name), type: textOf(step.Type), settings: isObject(settings) ? settings : {}, written: step },
      ...stepsIn(step.Arguments, "IfSteps", depth + 1),
      ...stepsIn(step.Arguments, "ElseSteps", depth + 1),
    ];
  });
}

/** Spells the keys as Pulumi does, and puts a text in the place of functions such as `{"Get": "Parameters.Key"}`. */
function respell(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((element) => respell(element, depth + 1));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && /^(Get|Std:\w+)$/.test(keys[0]!)) return GIVEN_LATER;
  return Object.fromEntries(
    keys.map((key) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      OWN_NAMES.has(key) ? value[key] : respell(value[key], depth + 1),
    ]),
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
