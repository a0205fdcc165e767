/** What each step of a pipeline runs on and with: image, account, network, machine and environment. */
import { type PipelinePlan, type StepPlan, stepEnvironment } from "../pipelines.ts";
import type { Size } from "../spec.ts";
import { POSTGRES_PORT, userOf } from "./databases.ts";
import { indexUrl } from "./egress.ts";
import { clusterMachine, type JobMachine, jobMachine } from "./machines.ts";
import type { TrainingPipelineArgs } from "./pipeline-args.ts";
import {
  inputFolder,
  outputFolder,
  type PeeredName,
  type PipelinePlace,
  type StepPlace,
} from "./pipeline-definition.ts";
import type { PipelineIdentities } from "./pipeline-roles.ts";

/** Names that are reached without the proxy: Google's, and the machine's own metadata. */
const NO_PROXY = "metadata.google.internal,169.254.169.254,.googleapis.com,.pkg.dev,localhost,127.0.0.1";

/** What is known once other resources exist; in a preview too, unless they were given as outputs of others. */
export interface Known {
  /** Bucket of each data store. */
  buckets: Record<string, string>;
  /** Host of each database. */
  hosts: Record<string, string>;
  /** Network whose DNS steps ask. */
  networkId: string;
}

/** Where a pipeline runs, and what each of its steps runs on and with. */
export function placeOf(
  args: TrainingPipelineArgs,
  plan: PipelinePlan,
  identities: PipelineIdentities,
  known: Known,
): PipelinePlace {
  const steps = plan.steps.map((step) => [step.spec.name, stepPlace(args, step, identities, known)]);
  return {
    project: args.project,
    location: args.location,
    pipelineName: args.pipelineName,
    keyName: args.keyId,
    labels: args.labels ?? {},
    buckets: known.buckets,
    steps: Object.fromEntries(steps),
  };
}

function stepPlace(
  args: TrainingPipelineArgs,
  step: StepPlan,
  identities: PipelineIdentities,
  known: Known,
): StepPlace {
  const { uri, severityLimit = "medium" } = args.images.find(({ name }) => name === step.image.repository)!;
  const serviceAccount = identities.steps[step.spec.name] ?? identities.runner;
  return {
    image: `${[uri, step.image.path].filter(Boolean).join("/")}@${step.image.digest}`,
    severityLimit,
    serviceAccount,
    networkAttachment: attachmentOf(args, step),
    peeredNames: peeredNames(args, step, known),
    machine: machineOf(args, step),
    environment: environmentOf(args, step, serviceAccount, known),
  };
}

function attachmentOf({ attachments = [], networkAttachment }: TrainingPipelineArgs, { spec }: StepPlan): string {
  const named = [...spec.databases].sort().join();
  return attachments.find(({ databases }) => databases.join() === named)?.networkAttachment ?? networkAttachment;
}

function peeredNames({ databases = [] }: TrainingPipelineArgs, { spec }: StepPlan, known: Known): PeeredName[] {
  const [, project, network] = /projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(known.networkId) ?? [];
  if (!project || !network) return [];
  return databases
    .filter(({ name, privateName }) => privateName && spec.databases.includes(name))
    .map(({ name }) => ({ domain: known.hosts[name]!, project, network }));
}

function machineOf(
  { size = "medium", machineType, accelerator }: TrainingPipelineArgs,
  { spec }: StepPlan,
): JobMachine {
  return jobMachine(spec, clusterMachine(size as Size, machineType, accelerator));
}

function environmentOf(
  args: TrainingPipelineArgs,
  step: StepPlan,
  email: string,
  { buckets, hosts }: Known,
): Record<string, string> {
  const { project, location, secrets = [], parameters = [], databases = [], packageRepository, proxyUrl } = args;
  const place = `projects/${project}/locations/${location}`;
  const named = <Entry extends { name: string }>(entries: Entry[], name: string): Entry =>
    entries.find((entry) => entry.name === name)!;
  const common = stepEnvironment<string>(step, {
    cloud: "gcp",
    inputFolder: (input) => inputFolder(step, input, buckets),
    outputFolder: (output) => outputFolder(step, output, buckets),
    secret: (name) => `${place}/secrets/${named(secrets, name).secretId}/versions/latest`,
    parameter: (name) => {
      const { parameterId, versionId } = named(parameters, name);
      return `${place}/parameters/${parameterId}/versions/${versionId}`;
    },
    database: (name) => `${hosts[name]}:${named(databases, name).port ?? POSTGRES_PORT}`,
    databaseUser: (name) => (named(databases, name).instance ? userOf(email) : undefined),
  });
  return {
    ...(step.spec.packages && packageRepository && { PIP_INDEX_URL: indexUrl(location, project, packageRepository) }),
    ...(proxyUrl && { HTTPS_PROXY: proxyUrl, NO_PROXY }),
    ...common,
  };
}
