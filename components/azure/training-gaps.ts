/** Where Azure ML, and the services around it, have no equal for something that the spec says about training. */
import { planPipelines, type StepPlan } from "../pipelines.ts";
import type { Gap } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { DISK_GB } from "./machines.ts";
import { DEFAULT_PROGRAM } from "./pipeline-definition.ts";
import { MAX_RETENTION_DAYS, retentionDaysOf } from "./registry.ts";
import { clusterMachineType, stepMachines } from "./training-cluster.ts";

/** Gaps of images, secrets, parameters, databases and pipelines, in this order. */
export function trainingGaps(workspace: Workspace): Gap[] {
  const steps = planPipelines(workspace).flatMap((pipeline) => pipeline.steps);
  return [
    ...imageGaps(workspace, steps),
    ...secretGaps(workspace),
    ...databaseGaps(workspace),
    ...(steps.length > 0 ? pipelineGaps(workspace, steps) : []),
  ];
}

function imageGaps(workspace: Workspace, steps: StepPlan[]): Gap[] {
  const { images } = workspace;
  if (images.length === 0) return [];
  const gaps: Gap[] = [
    {
      path: "images",
      message:
        "scanning is a plan of the subscription (Defender for Containers), which its foundation turns on; without it every pipeline stops at its first step, which runs no image that Defender says nothing about",
    },
  ];
  const kept = retentionDaysOf(workspace);
  if (images.some(({ retentionDays }) => retentionDays !== kept)) {
    gaps.push({
      path: "images",
      message: `retention is a setting of the whole registry, of ${MAX_RETENTION_DAYS} days at most; images without a tag are kept ${kept} days in each repository`,
    });
  }
  if (steps.length > 0) {
    gaps.push({
      path: "images",
      message:
        "the provider cannot turn on the registry's permissions by repository, so that a step's identity could pull every image of the workspace's registry; it runs the one digest that its component names, and images hold no secret",
    });
    gaps.push({
      path: "images",
      message:
        "Defender lists images by their vulnerabilities, so that the first step refuses an image without any, unless Defender calls it healthy: it cannot be told from one that was never scanned",
    });
  }
  return gaps;
}

function secretGaps({ secrets, parameters }: Workspace): Gap[] {
  const gaps: Gap[] = [];
  if (secrets.length > 0) {
    gaps.push({
      path: "secrets",
      message:
        "Key Vault does not replace values by itself; each secret has the spec's days in the tag rotation-days when it is created, and an operator who sets a value gives it an expiry, before which Key Vault tells the subscribers of its events",
    });
  }
  if (parameters.length > 0) {
    gaps.push({
      path: "parameters",
      message:
        "App Configuration grants access to whole stores, so that a step that reads one parameter could read them all; parameters are no secrets, and no other step reads any",
    });
    gaps.push({
      path: "parameters",
      message:
        "the store has no public network access, so that whoever deploys sets parameters by a private link of Resource Manager, with the role App Configuration Data Owner",
    });
  }
  return gaps;
}

function databaseGaps({ databases }: Workspace): Gap[] {
  if (databases.length === 0) return [];
  const gaps: Gap[] = [
    {
      path: "databases",
      message:
        "the managed network is one for all jobs and notebooks, so that each of them reaches the address of every database; signing in takes the identity or the secret of a step that names it",
    },
  ];
  if (databases.some(({ existing }) => !existing)) {
    gaps.push({
      path: "databases",
      message:
        "a server's users are created with SQL, which no deployment runs: an operator creates the user of each step's identity once with pgaadauth_create_principal",
    });
  }
  return gaps;
}

function pipelineGaps({ training }: Workspace, steps: StepPlan[]): Gap[] {
  const path = "training.pipelines";
  const gaps: Gap[] = [
    {
      path,
      message:
        "jobs write their logs with their own identity into containers that all jobs of the workspace share; data goes into the steps' own folders only",
    },
    {
      path,
      message:
        "data scientists start pipelines, and no jobs of their own: a job could run on a step's cluster with that step's identity",
    },
  ];
  const say = (message: string, concerns: (step: StepPlan) => boolean) => {
    const names = steps.filter(concerns).map(({ pipeline, spec }) => `${pipeline}/${spec.name}`);
    if (names.length > 0) gaps.push({ path, message: `${message} (${names.join(", ")})` });
  };
  say("Azure ML does not try a failed step again; start the pipeline anew", ({ spec }) => spec.retries > 0);
  say(
    "Azure ML does not encrypt what the machines of a step send to each other; they are alone in their cluster, in the managed network",
    ({ spec }) => spec.nodes > 1 && spec.encryptBetweenNodes,
  );
  say(
    `Azure ML starts no image by itself; a step without a command runs the program ${DEFAULT_PROGRAM} of its image`,
    ({ spec }) => spec.kind !== "register" && spec.command.length === 0,
  );
  say(
    "the machine has a smaller disk, which cannot be chosen; choose a larger machine",
    (step) => step.spec.volumeGb > (DISK_GB[clusterMachineType(stepMachines(step, training.cluster))] ?? Infinity),
  );
  say(
    "Azure ML's registry knows no approval; data scientists cannot change models, and whoever deploys a model approves it there",
    ({ spec }) => spec.kind === "register",
  );
  return gaps;
}
