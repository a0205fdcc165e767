/** Cases about the documents of Vertex AI's pipelines. */
import type { ControlCases, Expected } from "./cases.ts";
import { unknown } from "./server.ts";

/** One executor: what it shows, the executor, and what the control must say. */
export type ExecutorCase = [shows: string, executor: Record<string, unknown>, expected: Expected];

/** The image that starts custom jobs. */
export const LAUNCHER = `europe-docker.pkg.dev/ml/launcher@sha256:${"0".repeat(64)}`;

/** A schedule that runs a pipeline with one executor. */
export function schedule(pipelineSpec: unknown, job: Record<string, unknown> = {}): Record<string, unknown> {
  return { createPipelineJobRequest: { pipelineJob: { pipelineSpec, ...job } } };
}

/** An executor that starts a custom job, as Google's own components do. */
export function customJob(jobSpec: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const payload = JSON.stringify({ display_name: "train", job_spec: jobSpec, ...more });
  return {
    container: { image: LAUNCHER, args: ["--type", "CustomJob", "--payload", payload] },
  };
}

/** A workflow that starts such a run, which holds the document as an object. */
export function workflow(document: string, job: Record<string, unknown> = {}): Record<string, unknown> {
  const run = `{${JSON.stringify(job).slice(1, -1)}${Object.keys(job).length > 0 ? "," : ""}"pipelineSpec":${document}}`;
  const step = `{"start":{"call":"http.post","args":{"url":"https://a","body":${run}}}}`;
  return { sourceContents: `{"main":{"steps":[${step}]}}` };
}

const SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";
/** A pipeline that lies elsewhere. */
const TEMPLATE = `https://europe-west1-kfp.pkg.dev/p/r/nightly/sha256:${"0".repeat(64)}`;
const WORKFLOW = "gcp:workflows/workflow:Workflow";

/** The cases of a control on pipelines with one executor each, and on documents that are not known or no JSON. */
export function onVertexPipelines(
  control: string,
  cases: ExecutorCase[],
  parameters?: Record<string, unknown>,
  job: Record<string, unknown> = {},
): ControlCases[] {
  const document = (executors: unknown) => JSON.stringify({ schemaVersion: "2.1.0", deploymentSpec: { executors } });
  const each = (write: (document: string) => Record<string, unknown>) =>
    cases.map(([shows, executor, expected]): NonNullable<ControlCases["cases"]>[number] => [
      shows,
      write(document({ "exec-one": executor })),
      expected,
      parameters,
    ]);
  return [
    {
      control,
      type: SCHEDULE,
      cases: [
        ...each((text) => schedule(text, job)),
        ["an unknown document", schedule(unknown, job), "undecided"],
        ["a document that is no JSON", schedule("{", job), "violates"],
        ["a document that is no text", schedule({ deploymentSpec: {} }, job), "violates"],
        ["a document of a wrong type", schedule("7", job), "violates"],
        ["no executors", schedule("{}", job), "complies"],
        ["executors of a wrong type", schedule(document({ a: null, b: 7, c: { customJob: [] } }), job), "complies"],
        [
          "a template elsewhere",
          { createPipelineJobRequest: { pipelineJob: { templateUri: TEMPLATE, ...job } } },
          "complies",
        ],
      ],
    },
    {
      control,
      type: WORKFLOW,
      cases: [
        ...each((text) => workflow(text, job)),
        ["an unknown source", { sourceContents: unknown }, "undecided"],
        ["a source in YAML", { sourceContents: "main:\n  steps: []" }, "complies"],
        ["a document that is no object", workflow("7", job), "violates"],
        ["a document in an expression", workflow(`"\${spec}"`, job), "violates"],
      ],
    },
  ];
}
