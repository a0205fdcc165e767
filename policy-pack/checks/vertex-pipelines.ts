/**
 * The documents of Vertex AI Pipelines. A pipeline starts containers and jobs that stand in no resource of the stack,
 * only in the JSON of a run: in a schedule, or in the source of a workflow that starts it. The document is a KFP v2
 * pipeline spec: https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto
 */
import type { Check, Context } from "../control.ts";
import { type Finding, judge, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";

/** What runs one kind of task. */
export interface Executor {
  name: string;
  /** The executor as it is written. */
  written: Record<string, unknown>;
  /**
   * The custom job that it starts, in the spelling of the API's JSON: `jobSpec`, `encryptionSpec`. Google's own
   * components pass it as the JSON text of `--payload`.
   */
  job?: Record<string, unknown>;
}

/** A pipeline as its document describes it. */
export interface VertexPipeline {
  /** The document as it is written. */
  written: Record<string, unknown>;
  executors: Executor[];
  /** Service account that its runs act as, if it is known. */
  account?: string;
}

/** Schedules of Vertex AI. */
export const VERTEX_SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";

/** Workflows, which can start a pipeline when somebody runs them. */
export const WORKFLOW = "gcp:workflows/workflow:Workflow";

/** Where a schedule describes the pipeline's run. */
export const VERTEX_PIPELINE_JOB = "createPipelineJobRequest.pipelineJob";

/** No document that Vertex AI accepts nests deeper. */
const MAX_DEPTH = 50;

/** A check of the document as a whole. A template that lies in Artifact Registry cannot be seen. */
export function vertexPipelineCheck(rule: (pipeline: VertexPipeline, context: Context) => Finding[]): Check {
  return {
    types: [VERTEX_SCHEDULE, WORKFLOW],
    whenAbsent: "complies",
    cloudDefault: "the document lies in Artifact Registry",
    evaluate: ({ type, props }, context) => {
      const judgeRun = (run: object) => onDocument(run, (written) => rule(pipelineOf(written, run), context));
      return type === WORKFLOW ? onWorkflowRuns(props, judgeRun) : onScheduledRun(props, judgeRun);
    },
  };
}

/**
 * Applies a rule to every run of a pipeline that a workflow sends: the bodies that hold a `pipelineSpec`. Sources can be
 * YAML, too; what stands in one cannot be seen.
 */
export function onWorkflowRuns(props: object, rule: (run: object) => Finding[]): Finding[] {
  return judge(read(props, "sourceContents"), "", { absent: "complies" }, (source) => {
    const parsed = typeof source === "string" ? parseJson(source) : undefined;
    return runsIn(parsed).flatMap(rule);
  });
}

/** A schedule holds the document as text only; an object in its place could hold values that are not known yet. */
function onScheduledRun(props: object, rule: (run: object) => Finding[]): Finding[] {
  const path = `${VERTEX_PIPELINE_JOB}.pipelineSpec`;
  return judge(read(props, path), "", { absent: "complies" }, (pipelineSpec, at) => {
    if (typeof pipelineSpec !== "string") return [violation(`${at} must be JSON text`)];
    const account = read(props, `${VERTEX_PIPELINE_JOB}.serviceAccount`);
    return rule({ pipelineSpec, ...(account.state === "known" && { serviceAccount: account.value }) });
  });
}

function runsIn(value: unknown, depth = 0): object[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  if (Object.hasOwn(value, "pipelineSpec")) return [value];
  return Object.values(value).flatMap((inner) => runsIn(inner, depth + 1));
}

/** The document is text in a schedule, and an object in the body that a workflow sends. */
function onDocument(run: object, rule: (written: Record<string, unknown>) => Finding[]): Finding[] {
  return judge(read(run, "pipelineSpec"), "", { absent: "complies" }, (value, path) => {
    const written = typeof value === "string" ? parseJson(value) : value;
    if (isObject(written)) return rule(written);
    return [violation(`${path} is no pipeline in JSON`)];
  });
}

function pipelineOf(written: Record<string, unknown>, run: object): VertexPipeline {
  const account = read(run, "serviceAccount");
  return {
    written,
    executors: executorsOf(written),
    ...(account.state === "known" && { account: textOf(account.value) }),
  };
}

/** What JSON text holds; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
  // What parameters are put into is no JSON until the pipeline runs.
  return parseJson(payload);
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
