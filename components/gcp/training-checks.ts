/** What Google Cloud demands of images, databases and pipelines besides what every cloud does. */
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import type { PipelineSpec, StepSpec } from "../training-spec.ts";
import { isJobMachine, NO_JOB_MACHINE } from "./machines.ts";
import { MAX_PATH_DEPTH } from "./pipeline-roles.ts";
import { machinesOf, maxClusters, planClusters } from "./training-cluster.ts";

/** Name of the gap that a spec accepts when its pipelines run outside of a perimeter. */
export const JOBS_INTERNET = "vertex-jobs-internet";

/** Longest source of a workflow, in bytes (cloud.google.com/workflows/quotas). */
const MAX_WORKFLOW_BYTES = 131072;

/** What a pipeline and each of its steps take in it without the steps' commands and variables, at most. */
const PIPELINE_BYTES = 12000;
const STEP_BYTES = 5000;

/** How much longer text gets that is JSON in JSON in JSON, at most but for texts of quotation marks. */
const ESCAPED = 2;

/** Problems of a valid spec that Google Cloud alone has, all at once. */
export function trainingProblems(workspace: Workspace): Problem[] {
  const { machineType } = workspace.training.cluster;
  const cluster = machineType && !isJobMachine(machineType) ? [machineProblem("training.cluster")] : [];
  const pipelines = workspace.training.pipelines.flatMap((pipeline, index) =>
    vertexProblems(pipeline, `training.pipelines[${index}]`),
  );
  return [...perimeterProblems(workspace), ...networkProblems(workspace), ...cluster, ...pipelines];
}

/** Problems of one pipeline. `path` is where it stands, empty for a pipeline by itself. */
export function vertexProblems(pipeline: PipelineSpec, path: string): Problem[] {
  const steps = path ? `${path}.steps` : "steps";
  return [
    ...sizeProblems(pipeline, steps),
    ...pipeline.steps.flatMap((step, index) => stepProblems(step, `${steps}[${index}]`)),
  ];
}

/** A pipeline is the source of a workflow. The steps' own text stands in it once for each pool of machines, escaped. */
function sizeProblems({ steps }: PipelineSpec, path: string): Problem[] {
  const sizes = steps.map(({ command, environment, nodes }) => {
    const text = Buffer.byteLength(JSON.stringify([command, environment]));
    return STEP_BYTES + ESCAPED * text * (nodes > 1 ? 2 : 1);
  });
  if (PIPELINE_BYTES + sizes.reduce((sum, size) => sum + size, 0) <= MAX_WORKFLOW_BYTES) return [];
  const message =
    "make a document that is longer than Google takes; use fewer steps, or shorter commands and variables";
  return [{ path, message }];
}

/**
 * A Private Service Connect interface alone does not keep a job from the internet: without a perimeter, what goes there
 * takes Google's own gateways, past the network and its firewall
 * (docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/training/psc-i-egress). So there is no egress
 * mode that the workspace could keep its word on, not even `approved`.
 */
function perimeterProblems({ network, training, acceptedGaps }: Workspace): Problem[] {
  if (training.pipelines.length === 0 || network.perimeter || acceptedGaps.includes(JOBS_INTERNET)) return [];
  const message =
    `Vertex AI jobs outside a VPC Service Controls perimeter reach the internet through Google's own gateways, whatever ` +
    `egress says ("${network.egress}"); name a perimeter, or accept this by name with acceptedGaps: [${JOBS_INTERNET}]`;
  return [{ path: "network.perimeter", message }];
}

/** Every set of databases that steps name together has a subnet of its own, and every machine an address in it. */
function networkProblems(workspace: Workspace): Problem[] {
  const { cidr, existing } = workspace.network;
  if (existing || !cidr) return [];
  const clusters = planClusters(workspace);
  if (clusters.length > maxClusters(cidr)) {
    const message = `has place for ${maxClusters(cidr)} subnets of jobs, but steps name ${clusters.length - 1} sets of databases; use a larger range`;
    return [{ path: "network.cidr", message }];
  }
  return clusters.flatMap((cluster) =>
    cluster.steps
      .filter(({ spec }) => spec.nodes > machinesOf(cluster))
      .map(({ spec, pipeline }) => ({
        path: "network.cidr",
        message: `has ${machinesOf(cluster)} addresses for the ${spec.nodes} machines of step ${spec.name} of ${pipeline}; use a larger range`,
      })),
  );
}

function stepProblems(step: StepSpec, path: string): Problem[] {
  const machine = step.machineType && !isJobMachine(step.machineType) ? [machineProblem(path)] : [];
  const folders = (["inputs", "outputs"] as const).flatMap((field) =>
    step[field].flatMap(({ path: folder = "" }, index): Problem[] => {
      if (folder.split("/").length <= MAX_PATH_DEPTH) return [];
      const message = `goes through more than ${MAX_PATH_DEPTH} folders, more than a condition of a grant can name; use a shorter path`;
      return [{ path: `${path}.${field}[${index}].path`, message }];
    }),
  );
  return [...machine, ...folders];
}

function machineProblem(path: string): Problem {
  return { path: `${path}.machineType`, message: NO_JOB_MACHINE };
}
