/**
 * The documents of Vertex AI Pipelines. A pipeline starts containers and jobs that stand in no resource of the stack, only
 * in the JSON of a schedule's `pipelineSpec`: the KFP v2 pipeline spec,
 * https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto
 */
import type { Check, Context, ResourceView } from "../control.ts";
import { type Finding, judge, violation } from "../findings.ts";
import { describe, read, readJson } from "../read.ts";

/** What runs one kind of task. */
export interface Executor {
  name: string;
  /** The executor as it is written. */
  written: Record<string, unknown>;
  /**
   * The custom job that it starts, in the spelling of the API's JSON: `jobSpec`, `encryptionSpec`. Google's own components
   * pass it as the JSON text of `--payload`.
   */
  job?: Record<string, unknown>;
}

/** A pipeline as its document describes it. */
export interface VertexPipeline {
  /** The document as it is written. */
  written: Record<string, unknown>;
  executors: Executor[];
  /** The schedule that holds it. */
  schedule: ResourceView;
}

/** Schedules of Vertex AI. */
export const VERTEX_SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";

/** Where a schedule describes the pipeline's run. */
export const VERTEX_PIPELINE_JOB = "createPipelineJobRequest.pipelineJob";

/** No document that Vertex AI accepts nests deeper. */
const MAX_DEPTH = 50;

/** A check of the document as a whole. A template that lies in Artifact Registry cannot be seen. */
export function vertexPipelineCheck(rule: (pipeline: VertexPipeline, context: Context) => Finding[]): Check {
  return {
    types: [VERTEX_SCHEDULE],
    whenAbsent: "complies",
    cloudDefault: "the document lies in Artifact Registry",
    evaluate: (schedule, context) =>
      onDocument(schedule.props, (written) => rule({ written, executors: executorsOf(written), schedule }, context)),
  };
}

function onDocument(props: object, rule: (written: Record<string, unknown>) => Finding[]): Finding[] {
  const path = `${VERTEX_PIPELINE_JOB}.pipelineSpec`;
  const reading = read(props, path);
  if (reading.state === "known" && typeof reading.value !== "string") {
    return [violation(`${path} is ${describe(reading.value)}; it must be JSON text`)];
  }
  return judge(readJson(props, path), "", { absent: "complies" }, (written) =>
    isObject(written) ? rule(written) : [violation(`${path} is no pipeline`)],
  );
}

/** A check of everything that the pipeline runs. */
export function executorCheck(rule: (executor: Executor, context: Context) => Finding[]): Check {
  return vertexPipelineCheck(({ executors }, context) =>
    executors.flatMap((executor) => rule(executor, context).map((finding) => inExecutor(executor, finding))),
  );
}

/** Names the executor that a finding is about. */
export function inExecutor({ name }: Executor, finding: Finding): Finding {
  return finding.kind === "violation" ? violation(`${name.slice(0, 64)}: ${finding.message}`) : finding;
}

function executorsOf(document: Record<string, unknown>): Executor[] {
  const executors = objectAt(objectAt(document, "deploymentSpec"), "executors");
  return Object.entries(executors).flatMap(([name, written]) =>
    isObject(written) ? [{ name, written, job: jobOf(written) }] : [],
  );
}

function jobOf(executor: Record<string, unknown>): Record<string, unknown> | undefined {
  // The message that holds the job has a single field of the same name.
  const job = objectAt(executor, "customJob").customJob ?? executor.customJob ?? payloadOf(executor);
  const respelled = respell(job);
  return isObject(respelled) ? respelled : undefined;
}

function payloadOf(executor: Record<string, unknown>): unknown {
  const words = objectAt(executor, "container").args;
  const payload = Array.isArray(words) ? words[words.indexOf("--payload") + 1] : undefined;
  if (!Array.isArray(words) || !words.includes("--payload") || typeof payload !== "string") return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    // What parameters are put into is no JSON until the pipeline runs.
    return undefined;
  }
}

/** Spells the keys as JSON of the API does: components also write `job_spec` for `jobSpec`. */
function respell(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((element) => respell(element, depth + 1));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    respell(inner, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/** The object under a key, empty if there is none. */
export function objectAt(holder: unknown, key: string): Record<string, unknown> {
  const value = isObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
