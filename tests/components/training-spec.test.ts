/** The fields about training: what they refuse, what they say then, and what pipelines become before any cloud. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { PipelineArgs, StepArgs, WorkspaceArgs } from "../../components/args.ts";
import {
  databaseUser,
  isModelStore,
  modelGroupName,
  planPipeline,
  planPipelines,
  readersOf,
  registersModels,
  stepEnvironment,
  storesOf,
} from "../../components/pipelines.ts";
import { keyPurposesOf } from "../../components/platform.ts";
import { InvalidInputError } from "../../components/problems.ts";
import { CLOUDS, parseWorkspace } from "../../components/spec.ts";
import { pipelineProblems } from "../../components/training-problems.ts";
import { isVariable } from "../../components/training-spec.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const IMAGE = `prepare@${DIGEST}`;

/** The problems of a spec as `path: message` lines; empty when it is valid. */
function problemsOf(spec: unknown): string[] {
  try {
    parseWorkspace(spec);
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

/** A spec with these pipelines. */
function withPipelines(...pipelines: unknown[]): WorkspaceArgs {
  return withTraining("aws", { training: { cluster: { maxNodes: 2 }, pipelines: pipelines as PipelineArgs[] } });
}

/** A spec with one pipeline of these steps. */
function withSteps(...steps: unknown[]): WorkspaceArgs {
  return withPipelines({ name: "nightly", steps });
}

/** A valid step, with what `overrides` replaces; its values may be wrong. */
function step(overrides: Record<string, unknown> = {}): StepArgs {
  return { name: "prepare", kind: "processing", image: IMAGE, ...overrides } as StepArgs;
}

/** A training step and the step that registers its model. */
function registration(overrides: Record<string, unknown> = {}, training: Record<string, unknown> = {}) {
  const inputs = [{ name: "model", step: "train", output: "model" }];
  return withSteps(
    step({ name: "train", kind: "training", outputs: [{ name: "model" }], ...training }),
    step({ name: "register", kind: "register", inputs, ...overrides }),
  );
}

/** A rule of the spec: a spec that keeps it, one that breaks it, and all that is said then. */
interface Rule {
  rule: string;
  good: WorkspaceArgs;
  bad: WorkspaceArgs;
  problems: string[];
}

const [AT, STEP] = ["training.pipelines[0]", "training.pipelines[0].steps[0]"];
const USE_DIGEST = "use <name of an images entry>@sha256:<64 hexadecimal digits>; tags can be moved, digests cannot";
const USE_PATH = "use a path such as daily/raw: letters, digits, _ = . - and single slashes, none at the ends";
const RANGES =
  "minute 0-59, hour 0-23, day of month 1-31, month 1-12, day of week 0-7, lists such as 1,3, steps such as */15";

/** A rule about one field of a step. */
function stepRule(rule: string, good: Record<string, unknown>, bad: Record<string, unknown>, problem: string): Rule {
  return { rule, good: withSteps(step(good)), bad: withSteps(step(bad)), problems: [`${STEP}.${problem}`] };
}

/** A rule about a number of a step: its limits are the last good values. */
function limits(field: string, min: number, max: number): Rule[] {
  const rule = `${field} from ${min} to ${max}`;
  return [
    stepRule(rule, { [field]: min }, { [field]: min - 1 }, `${field}: use at least ${min}`),
    stepRule(rule, { [field]: max }, { [field]: max + 1 }, `${field}: use at most ${max}`),
  ];
}

/** A rule about a field of an entry outside pipelines, such as `secrets[0].rotationDays`. */
function entryRule(
  field: "images" | "secrets" | "parameters" | "databases",
  rule: string,
  good: Record<string, unknown>[],
  bad: Record<string, unknown>[],
  ...problems: string[]
): Rule {
  const spec = (entries: Record<string, unknown>[]) => withTraining("aws", { training: {}, [field]: entries });
  return { rule, good: spec(good), bad: spec(bad), problems };
}

/** A rule about the machines of training steps. */
function clusterRule(rule: string, good: object, bad: object, ...problems: string[]): Rule {
  const spec = (cluster: object) => withTraining("aws", { training: { cluster } });
  return { rule, good: spec(good), bad: spec(bad), problems };
}

const existing = { address: "10.60.4.10", host: "warehouse.example.com" };

const ENTRIES: Rule[] = [
  entryRule(
    "images",
    "names of images are unique",
    [{ name: "one" }, { name: "two" }],
    [{ name: "one" }, { name: "one" }],
    'images[1].name: "one" is taken by images[0]; choose another name',
  ),
  entryRule(
    "images",
    "names of images fit every registry",
    [{ name: "a".repeat(24) }],
    [{ name: "a".repeat(25) }],
    "images[0].name: use at most 24 characters",
  ),
  entryRule(
    "images",
    "mirrors are of known registries",
    [{ name: "base", mirrorOf: "quay.io" }],
    [{ name: "base", mirrorOf: "example.com" }],
    'images[0].mirrorOf: "example.com" does not fit; use one of docker.io, ghcr.io, mcr.microsoft.com, public.ecr.aws, quay.io, registry.k8s.io',
  ),
  entryRule(
    "images",
    "severity limits have names",
    [{ name: "base", severityLimit: "none" }],
    [{ name: "base", severityLimit: "harmless" }],
    'images[0].severityLimit: "harmless" does not fit; use one of none, low, medium, high, critical',
  ),
  entryRule(
    "images",
    "images are kept for some time",
    [{ name: "base", retentionDays: 1 }],
    [{ name: "base", retentionDays: 0 }],
    "images[0].retentionDays: use at least 1 days",
  ),
  entryRule(
    "secrets",
    "names of secrets are unique",
    [{ name: "one" }, { name: "two" }],
    [{ name: "one" }, { name: "two" }, { name: "one" }],
    'secrets[2].name: "one" is taken by secrets[0]; choose another name',
  ),
  entryRule(
    "secrets",
    "a secret's value is no field",
    [{ name: "token" }],
    [{ name: "token", value: "hunter2" }],
    "secrets[0].value: is no field; the fields here are name, rotationDays, rotationFunctionId",
  ),
  entryRule(
    "secrets",
    "secrets are replaced within a year",
    [{ name: "token", rotationDays: 365 }],
    [{ name: "token", rotationDays: 366 }],
    "secrets[0].rotationDays: use at most 365 days",
  ),
  entryRule(
    "parameters",
    "names of parameters are unique",
    [{ name: "rate", value: "1" }],
    [
      { name: "rate", value: "1" },
      { name: "rate", value: "2" },
    ],
    'parameters[1].name: "rate" is taken by parameters[0]; choose another name',
  ),
  entryRule(
    "parameters",
    "parameters have values",
    [{ name: "rate", value: "1" }],
    [{ name: "rate", value: "" }],
    "parameters[0].value: use at least 1 character",
  ),
  entryRule(
    "parameters",
    "values of parameters are text",
    [{ name: "rate", value: "1" }],
    [{ name: "rate", value: 1 }],
    "parameters[0].value: 1 does not fit; use text (in quotes when it looks like a number)",
  ),
  entryRule(
    "databases",
    "names of databases are unique",
    [{ name: "one" }, { name: "two" }],
    [{ name: "one" }, { name: "one" }],
    'databases[1].name: "one" is taken by databases[0]; choose another name',
  ),
  entryRule(
    "databases",
    "no database stands where steps find the user of another",
    [{ name: "sales" }, { name: "sales-users" }],
    [{ name: "sales-user" }, { name: "sales" }],
    'databases[0].name: steps would find it where they find the user of "sales"; choose another name',
  ),
  entryRule(
    "databases",
    "an existing database has a private address",
    [{ name: "warehouse", existing: { address: "10.60.4.10" } }],
    [{ name: "warehouse", existing: { address: "8.8.8.8" } }],
    "databases[0].existing.address: use a private IPv4 address, such as 10.0.8.15",
  ),
  entryRule(
    "databases",
    "an existing database has an address",
    [{ name: "warehouse", existing }],
    [{ name: "warehouse", existing: { host: existing.host } }],
    "databases[0].existing.address: give the private IPv4 address of the server",
  ),
  entryRule(
    "databases",
    "hosts are names",
    [{ name: "warehouse", existing }],
    [{ name: "warehouse", existing: { ...existing, host: "postgres://warehouse" } }],
    "databases[0].existing.host: use a host name such as warehouse.example.com",
  ),
  entryRule(
    "databases",
    "ports are ports",
    [{ name: "warehouse", existing: { ...existing, port: 65535 } }],
    [{ name: "warehouse", existing: { ...existing, port: 65536 } }],
    "databases[0].existing.port: use at most 65535",
  ),
  entryRule(
    "databases",
    "an existing server's machine, disk and backups are somebody else's",
    [{ name: "results", size: "large", storageGb: 100, backupDays: 35 }],
    [{ name: "warehouse", existing, size: "large", storageGb: 100, backupDays: 35 }],
    "databases[0].size: applies to new servers only; remove it",
    "databases[0].storageGb: applies to new servers only; remove it",
    "databases[0].backupDays: applies to new servers only; remove it",
  ),
  entryRule(
    "databases",
    "backups are kept for a week at least",
    [{ name: "results", backupDays: 7 }],
    [{ name: "results", backupDays: 6 }],
    "databases[0].backupDays: use at least 7 days",
  ),
  entryRule(
    "databases",
    "servers have no accelerators",
    [{ name: "results", size: "large" }],
    [{ name: "results", size: "gpu-small" }],
    'databases[0].size: "gpu-small" does not fit; use one of small, medium, large',
  ),
  {
    rule: "on Azure an existing database has a resource id",
    good: withTraining("azure", { databases: [{ name: "warehouse", existing: { id: "/s/1" } }], training: {} }),
    bad: withTraining("azure", { databases: [{ name: "warehouse", existing }], training: {} }),
    problems: ["databases[0].existing.id: give the resource id of the server or of its private link service"],
  },
  clusterRule(
    "the accelerator decides the machine",
    { accelerator: "l4" },
    { accelerator: "l4", size: "large" },
    "training.cluster.size: leave it out: the accelerator decides the machine type",
  ),
  clusterRule(
    "the accelerator decides the machine type",
    { machineType: "ml.m5.large" },
    { accelerator: "l4", machineType: "ml.m5.large" },
    "training.cluster.machineType: leave it out: the accelerator decides the machine type",
  ),
  clusterRule(
    "machines wait for an hour at most",
    { idleMinutes: 0 },
    { idleMinutes: 61 },
    "training.cluster.idleMinutes: use at most 60",
  ),
  clusterRule(
    "a cluster has machines",
    { maxNodes: 64 },
    { maxNodes: 65 },
    "training.cluster.maxNodes: use at most 64",
  ),
  clusterRule(
    "accelerators have NVIDIA's names",
    { accelerator: "h100" },
    { accelerator: "tpu" },
    'training.cluster.accelerator: "tpu" does not fit; use one of t4, l4, a100, h100',
  ),
];

const PIPELINES: Rule[] = [
  {
    rule: "names of pipelines are unique",
    good: withPipelines({ name: "one", steps: [step()] }, { name: "two", steps: [step()] }),
    bad: withPipelines({ name: "one", steps: [step()] }, { name: "one", steps: [step()] }),
    problems: ['training.pipelines[1].name: "one" is taken by training.pipelines[0]; choose another name'],
  },
  {
    rule: "a pipeline has steps",
    good: withPipelines({ name: "one", steps: [step()] }),
    bad: withPipelines({ name: "one", steps: [] }),
    problems: [`${AT}.steps: write at least one step`],
  },
  {
    rule: "a pipeline has at most 20 steps",
    good: withSteps(...Array.from({ length: 20 }, (_, index) => step({ name: `step-${index}` }))),
    bad: withSteps(...Array.from({ length: 21 }, (_, index) => step({ name: `step-${index}` }))),
    problems: [`${AT}.steps: use at most 20 steps`],
  },
  {
    rule: "names of steps are unique in a pipeline",
    good: withSteps(step({ name: "one" }), step({ name: "two" })),
    bad: withSteps(step({ name: "one" }), step({ name: "one" })),
    problems: [`${AT}.steps[1].name: "one" is taken by ${AT}.steps[0]; choose another name`],
  },
  {
    rule: "the step that admits images is the workspace's own",
    good: withSteps(step({ name: "image-gate-2" })),
    bad: withSteps(step({ name: "image-gate" })),
    problems: [`${STEP}.name: "image-gate" is the workspace's own step; choose another name`],
  },
  {
    rule: "steps of two pipelines do not share an identity",
    good: withPipelines(
      { name: "daily-churn", steps: [step({ name: "train" })] },
      { name: "daily", steps: [step({ name: "churn" })] },
    ),
    bad: withPipelines(
      { name: "daily-churn", steps: [step({ name: "train" })] },
      { name: "daily", steps: [step({ name: "churn-train" })] },
    ),
    problems: [
      `training.pipelines[1].steps[0].name: pipeline and step make "daily-churn-train", as those of ${STEP} do; choose another name`,
    ],
  },
  {
    rule: "two pipelines do not write to one folder",
    good: withPipelines(
      { name: "one", steps: [step({ outputs: [{ name: "out", dataStore: "features", path: "a" }] })] },
      { name: "two", steps: [step({ outputs: [{ name: "out", dataStore: "features", path: "ab" }] })] },
    ),
    bad: withPipelines(
      { name: "one", steps: [step({ outputs: [{ name: "out", dataStore: "features", path: "a" }] })] },
      { name: "two", steps: [step({ outputs: [{ name: "out", dataStore: "features", path: "a/b" }] })] },
    ),
    problems: [
      `training.pipelines[1].steps[0].outputs[0].path: overlaps ${STEP}.outputs[0]; give each output a folder of its own`,
    ],
  },
  {
    rule: "two outputs of a pipeline do not share a folder, default folders included",
    good: withSteps(
      step({ outputs: [{ name: "out" }] }),
      step({ name: "other", outputs: [{ name: "out", path: "pipelines/nightly/prepare-2" }] }),
    ),
    bad: withSteps(
      step({ outputs: [{ name: "out" }] }),
      step({ name: "other", outputs: [{ name: "out", path: "pipelines/nightly/prepare" }] }),
    ),
    problems: [`${AT}.steps[1].outputs[0].path: overlaps ${STEP}.outputs[0]; give each output a folder of its own`],
  },
  {
    rule: "steps do not wait for each other, and every knot is named",
    good: withSteps(step({ name: "aa" }), step({ name: "bb", dependsOn: ["aa"] })),
    bad: withSteps(
      step({ name: "first", dependsOn: ["aa"] }),
      step({ name: "aa", dependsOn: ["bb"] }),
      step({ name: "bb", dependsOn: ["cc"] }),
      step({ name: "cc", dependsOn: ["aa"] }),
      step({ name: "alone", dependsOn: ["alone"] }),
    ),
    problems: [
      `${AT}.steps: steps wait for each other: aa waits for bb waits for cc waits for aa; remove one of these links`,
      `${AT}.steps: steps wait for each other: alone waits for alone; remove one of these links`,
    ],
  },
  {
    rule: "steps do not read in a circle",
    good: withSteps(
      step({ name: "aa", outputs: [{ name: "out" }] }),
      step({ name: "bb", inputs: [{ name: "in", step: "aa", output: "out" }] }),
    ),
    bad: withSteps(
      step({ name: "aa", outputs: [{ name: "out" }], dependsOn: ["bb"] }),
      step({ name: "bb", inputs: [{ name: "in", step: "aa", output: "out" }] }),
    ),
    problems: [`${AT}.steps: steps wait for each other: aa waits for bb waits for aa; remove one of these links`],
  },
];

const REFERENCES: Rule[] = [
  stepRule(
    "steps name secrets of the spec",
    { secrets: ["warehouse-password"] },
    { secrets: ["warehouse"] },
    'secrets[0]: "warehouse" is none of the secrets of this spec (warehouse-password, unused-token)',
  ),
  stepRule(
    "steps name parameters of the spec",
    { parameters: ["sample-rate"] },
    { parameters: ["rate"] },
    'parameters[0]: "rate" is none of the parameters of this spec (sample-rate)',
  ),
  stepRule(
    "steps name databases of the spec",
    { databases: ["warehouse"] },
    { databases: ["lake"] },
    'databases[0]: "lake" is none of the databases of this spec (warehouse, results)',
  ),
  stepRule(
    "a name is listed once",
    { secrets: ["warehouse-password", "unused-token"] },
    { secrets: ["warehouse-password", "warehouse-password"] },
    'secrets[1]: "warehouse-password" is listed twice; remove one',
  ),
  stepRule(
    "steps wait for steps of the pipeline",
    {},
    { dependsOn: ["nobody"] },
    'dependsOn[0]: "nobody" is none of the steps of this pipeline (prepare)',
  ),
  stepRule(
    "images are of the spec",
    {},
    { image: `other@${DIGEST}` },
    'image: "other" is none of the images of this spec (prepare, trainer, base)',
  ),
  stepRule("images are named by digest", {}, { image: "prepare:latest" }, `image: ${USE_DIGEST}`),
  stepRule(
    "an image in a mirror has a path",
    { image: `base/python/slim@${DIGEST}` },
    { image: `base@${DIGEST}` },
    'image: "base" mirrors public.ecr.aws; name the image in it: base/<path>@sha256:…',
  ),
  stepRule(
    "an own image has none",
    {},
    { image: `prepare/python@${DIGEST}` },
    'image: "prepare" holds one image; leave the path out: prepare@sha256:…',
  ),
  stepRule(
    "inputs are of data stores of the spec",
    { inputs: [{ name: "raw", dataStore: "transactions" }] },
    { inputs: [{ name: "raw", dataStore: "orders" }] },
    'inputs[0].dataStore: "orders" is none of the data stores of this spec (transactions, features, models)',
  ),
  stepRule(
    "an input has one source",
    { inputs: [{ name: "raw", dataStore: "models" }] },
    { inputs: [{ name: "raw", dataStore: "models", step: "prepare" }] },
    "inputs[0]: give either dataStore or step, and only one of them",
  ),
  stepRule(
    "an input has a source",
    {},
    { inputs: [{ name: "raw" }] },
    "inputs[0]: give either dataStore or step, and only one of them",
  ),
  stepRule(
    "outputs of data stores have no names",
    { inputs: [{ name: "raw", dataStore: "models", path: "a" }] },
    { inputs: [{ name: "raw", dataStore: "models", output: "a" }] },
    "inputs[0].output: belongs to step; remove it",
  ),
  stepRule(
    "a step does not read itself",
    {},
    { outputs: [{ name: "out" }], inputs: [{ name: "raw", step: "prepare", output: "out" }] },
    'inputs[0].step: "prepare" is none of the other steps of this pipeline (none yet)',
  ),
  stepRule(
    "names of inputs are unique in a step",
    {
      inputs: [
        { name: "one", dataStore: "models" },
        { name: "two", dataStore: "models" },
      ],
    },
    {
      inputs: [
        { name: "one", dataStore: "models" },
        { name: "one", dataStore: "features" },
      ],
    },
    `inputs[1].name: "one" is taken by ${STEP}.inputs[0]; choose another name`,
  ),
  stepRule(
    "names of outputs are unique in a step",
    { outputs: [{ name: "one" }, { name: "two" }] },
    { outputs: [{ name: "one" }, { name: "one", path: "pipelines/elsewhere" }] },
    `outputs[1].name: "one" is taken by ${STEP}.outputs[0]; choose another name`,
  ),
  stepRule(
    "outputs go to data stores of the spec",
    { outputs: [{ name: "out", dataStore: "features" }] },
    { outputs: [{ name: "out", dataStore: "lake" }] },
    'outputs[0].dataStore: "lake" is none of the data stores of this spec (transactions, features, models)',
  ),
  stepRule(
    "outputs do not go where only reading is allowed",
    { outputs: [{ name: "out", dataStore: "features" }] },
    { outputs: [{ name: "out", dataStore: "transactions" }] },
    'outputs[0].dataStore: "transactions" has access "read"; write to another store',
  ),
  stepRule(
    "in the store for models, outputs stay away from the folders of notebooks",
    { outputs: [{ name: "out", path: "pipelines/shared" }] },
    { outputs: [{ name: "out", path: "staging/shared" }] },
    'outputs[0].path: in "models", use a folder below pipelines/; notebooks write to other folders',
  ),
  {
    rule: "an input names an output of the other step",
    good: registration(),
    bad: registration({ inputs: [{ name: "model", step: "train", output: "weights" }] }),
    problems: [`${AT}.steps[1].inputs[0].output: "weights" is none of the outputs of step "train" (model)`],
  },
  {
    rule: "an input of a step names the output",
    good: registration(),
    bad: registration({ inputs: [{ name: "model", step: "train" }] }),
    problems: [`${AT}.steps[1].inputs[0].output: is required: use one of model`],
  },
  {
    rule: "folders belong to data stores",
    good: registration(),
    bad: registration({ inputs: [{ name: "model", step: "train", output: "model", path: "a" }] }),
    problems: [`${AT}.steps[1].inputs[0].path: belongs to dataStore; remove it`],
  },
];

const STEPS: Rule[] = [
  ...limits("volumeGb", 10, 4096),
  ...limits("retries", 0, 5),
  ...limits("maxRunMinutes", 10, 7200),
  stepRule(
    "numbers of machines are whole",
    { nodes: 2 },
    { nodes: 1.5 },
    "nodes: 1.5 does not fit; use a whole number",
  ),
  stepRule(
    "a step uses at most the machines of the cluster",
    { nodes: 2 },
    { nodes: 3 },
    "nodes: 3 machines are more than training.cluster.maxNodes (2)",
  ),
  stepRule(
    "spare machines are for training",
    { spot: false },
    { spot: true },
    "spot: applies to training steps only; remove it",
  ),
  stepRule(
    "no packages without a place to have them from",
    {},
    { packages: true },
    'packages: there are no packages with network.egress "none"; use "packages" or put them into the image',
  ),
  stepRule(
    "names that begin with ML_ are taken",
    { environment: { LOSS: "focal" } },
    { environment: { ML_CLOUD: "aws" } },
    "environment.ML_CLOUD: names that begin with ML_ are the workspace's own; choose another name",
  ),
  stepRule(
    "environment variables have upper-case names",
    { environment: { MAX_ROWS_2: "" } },
    { environment: { loss: "focal" } },
    "environment.loss: use upper-case letters, digits and _, starting with a letter",
  ),
  stepRule(
    "values of environment variables are short",
    { environment: { LOSS: "a".repeat(512) } },
    { environment: { LOSS: "a".repeat(513) } },
    "environment.LOSS: use at most 512 characters",
  ),
  stepRule(
    "values of environment variables are text",
    { environment: { EPOCHS: "3" } },
    { environment: { EPOCHS: 3 } },
    "environment.EPOCHS: 3 does not fit; use text (in quotes when it looks like a number)",
  ),
  stepRule(
    "commands have no empty words",
    { command: ["python"] },
    { command: [""] },
    "command[0]: leave out empty words",
  ),
  stepRule(
    "folders do not climb",
    { inputs: [{ name: "raw", dataStore: "features", path: "daily/v1.2" }] },
    { inputs: [{ name: "raw", dataStore: "features", path: "daily/../other" }] },
    "inputs[0].path: leave out parts such as .. or .",
  ),
  ...["/daily", "daily/", "a//b", "a b", "s3://bucket", "a*", ""].map((path) =>
    stepRule(
      `folders are plain: ${JSON.stringify(path)}`,
      { inputs: [{ name: "raw", dataStore: "features", path: "daily=1/raw_2" }] },
      { inputs: [{ name: "raw", dataStore: "features", path }] },
      `inputs[0].path: ${USE_PATH}`,
    ),
  ),
  stepRule(
    "kinds have names",
    { kind: "evaluation" },
    { kind: "deploy" },
    'kind: "deploy" does not fit; use one of processing, training, evaluation, register',
  ),
  {
    rule: "a training step has one output",
    good: registration(),
    bad: registration({}, { outputs: [{ name: "model" }, { name: "log" }] }),
    problems: [`${STEP}.outputs: a training step has exactly one output, the model`],
  },
  {
    rule: "a training step has an output",
    good: withSteps(step({ kind: "training", outputs: [{ name: "model" }], spot: true })),
    bad: withSteps(step({ kind: "training" })),
    problems: [`${STEP}.outputs: a training step has exactly one output, the model`],
  },
  {
    rule: "a model that is registered was trained",
    good: registration(),
    bad: registration({}, { kind: "processing" }),
    problems: [`${AT}.steps[1].inputs: a register step has one input: the output of a training step`],
  },
  {
    rule: "a model that is registered comes from a step",
    good: registration(),
    bad: registration({ inputs: [{ name: "model", dataStore: "models" }] }),
    problems: [`${AT}.steps[1].inputs: a register step has one input: the output of a training step`],
  },
  {
    rule: "one model is registered",
    good: registration(),
    bad: registration({ inputs: [] }),
    problems: [`${AT}.steps[1].inputs: a register step has one input: the output of a training step`],
  },
  ...[
    { command: ["python"] },
    { outputs: [{ name: "log" }] },
    { secrets: ["warehouse-password"] },
    { parameters: ["sample-rate"] },
    { databases: ["warehouse"] },
  ].map((field) => ({
    rule: `a register step runs no code: ${Object.keys(field)}`,
    good: registration(),
    bad: registration(field),
    problems: [`${AT}.steps[1].${Object.keys(field)}: a register step runs no code of its own; remove it`],
  })),
  {
    rule: "a register step installs nothing",
    good: { ...registration({}, { packages: true }), network: { cidr: "10.20.0.0/20", egress: "packages" } },
    bad: { ...registration({ packages: true }), network: { cidr: "10.20.0.0/20", egress: "packages" } },
    problems: [`${AT}.steps[1].packages: a register step runs no code of its own; remove it`],
  },
];

const RULES = {
  "entries and the cluster": ENTRIES,
  pipelines: PIPELINES,
  "names that steps refer to": REFERENCES,
  "fields and kinds of steps": STEPS,
};

/** Schedules that do not fit, and what is said. */
const FIVE_FIELDS = "use five fields of numbers, * , - and /, one space apart, such as 0 2 * * 1-5";
const BAD_SCHEDULES: [string, string][] = [
  ["", `"" does not fit; ${FIVE_FIELDS}`],
  ["@daily", `"@daily" does not fit; ${FIVE_FIELDS}`],
  ["0 2 * *", `"0 2 * *" does not fit; ${FIVE_FIELDS}`],
  ["0 0 2 * * *", `"0 0 2 * * *" does not fit; ${FIVE_FIELDS}`],
  [" 0 2 * * *", `" 0 2 * * *" does not fit; ${FIVE_FIELDS}`],
  ["0  2 * * *", `"0  2 * * *" does not fit; ${FIVE_FIELDS}`],
  ["0 2 * * MON", `"0 2 * * MON" does not fit; ${FIVE_FIELDS}`],
  ["0 2 ? * 1", `"0 2 ? * 1" does not fit; ${FIVE_FIELDS}`],
  ["0 2 L * *", `"0 2 L * *" does not fit; ${FIVE_FIELDS}`],
  ["0 2 1 * 1", "use a day of the month or a day of the week, not both: clouds read it differently"],
  ["0 2 30 2 *", '"0 2 30 2 *" never fires; there is no such day'],
  ["0 2 31 4,6,9,11 *", '"0 2 31 4,6,9,11 *" never fires; there is no such day'],
  ...[
    "60 2 * * *",
    "0 24 * * *",
    "0 2 0 * *",
    "0 2 32 * *",
    "0 2 * 13 *",
    "0 2 * 0 *",
    "0 2 * * 8",
    "*/0 2 * * *",
    "5/15 2 * * *",
    "5-1 2 * * *",
    "0 2 , * *",
    "0 2 * * -",
  ].map((schedule): [string, string] => [schedule, `"${schedule}" is no schedule; use ${RANGES}`]),
];
const GOOD_SCHEDULES = [
  "30 2 * * 1-5",
  "0 0 29 2 *",
  "*/15 * * * *",
  "0 2 1,15 * *",
  "0 2 1-7/2 * *",
  "0 2 * * 0",
  "59 23 31 12 *",
];

describe("training spec", () => {
  for (const cloud of CLOUDS) {
    it(`accepts a full spec for ${cloud} and fills in the defaults`, () => {
      const workspace = parseWorkspace(withTraining(cloud));
      assert.deepEqual(workspace.images[0], { name: "prepare", severityLimit: "medium", retentionDays: 90 });
      assert.deepEqual(workspace.secrets[0], { name: "warehouse-password", rotationDays: 90 });
      assert.deepEqual(workspace.databases[1], { name: "results", size: "small", storageGb: 64, backupDays: 14 });
      assert.equal(workspace.databases[0]?.existing?.port, 5432);
      assert.deepEqual(workspace.training.cluster, { size: "medium", maxNodes: 2, idleMinutes: 0 });
      const [prepare] = workspace.training.pipelines[0]!.steps;
      assert.equal(prepare?.encryptBetweenNodes, true);
      assert.equal(prepare?.maxRunMinutes, 240);
    });

    it(`asks for nothing about training on ${cloud}, and then there is nothing`, () => {
      const { images: _i, secrets: _s, parameters: _p, databases: _d, training: _t, ...without } = withTraining(cloud);
      const workspace = parseWorkspace(without);
      assert.deepEqual(workspace.training.pipelines, []);
      assert.deepEqual(planPipelines(workspace), []);
      assert.deepEqual(keyPurposesOf(workspace), ["data", "models", "notebooks", "logs"]);
    });
  }

  for (const [title, rules] of Object.entries(RULES)) {
    describe(title, () => {
      for (const { rule, good, bad, problems } of rules) {
        it(rule, () => {
          assert.deepEqual(problemsOf(good), []);
          assert.deepEqual(problemsOf(bad), problems);
        });
      }
    });
  }

  describe("schedules", () => {
    for (const schedule of GOOD_SCHEDULES) {
      it(`takes ${schedule}`, () => {
        assert.deepEqual(problemsOf(withPipelines({ name: "nightly", schedule, steps: [step()] })), []);
      });
    }
    for (const [schedule, message] of BAD_SCHEDULES) {
      it(`refuses "${schedule}"`, () => {
        const problems = problemsOf(withPipelines({ name: "nightly", schedule, steps: [step()] }));
        assert.deepEqual(problems, [`${AT}.schedule: ${message}`]);
      });
    }
  });

  it("takes any number of secrets, parameters and databases that keep their names apart", () => {
    const slug = fc.stringMatching(/^[a-z][a-z0-9]{1,6}(-[a-z0-9]{1,4})?$/);
    fc.assert(
      fc.property(fc.uniqueArray(slug, { maxLength: 6 }), (names) => {
        const databases = names.filter((name) => !name.endsWith("-user")).map((name) => ({ name }));
        const secrets = names.map((name) => ({ name }));
        assert.deepEqual(problemsOf(withTraining("aws", { secrets, databases, training: {} })), []);
      }),
    );
  });

  it("reports every problem at once, each with its path and a fix", () => {
    const spec = withTraining("aws", {
      network: { cidr: "8.8.8.0/24" },
      images: [{ name: "prepare" }, { name: "prepare" }],
      databases: [{ name: "warehouse", existing: {} }],
      training: {
        cluster: { accelerator: "t4", size: "small" },
        pipelines: [
          {
            name: "nightly",
            schedule: "0 0 31 2 *",
            steps: [
              step({ secrets: ["warehouse-password", "nothing"], environment: { ML_X: "" }, volumeGb: 1 }),
              step({ name: "train", kind: "training", image: `trainer@${DIGEST}`, nodes: 2, dependsOn: ["train"] }),
            ],
          },
        ],
      },
    });
    assert.deepEqual(problemsOf(spec), [
      "network.cidr: use a private IPv4 range in CIDR form, such as 10.20.0.0/20",
      `${STEP}.volumeGb: use at least 10`,
      'images[1].name: "prepare" is taken by images[0]; choose another name',
      "databases[0].existing.address: give the private IPv4 address of the server",
      "training.cluster.size: leave it out: the accelerator decides the machine type",
      `${AT}.schedule: "0 0 31 2 *" never fires; there is no such day`,
      `${STEP}.secrets[1]: "nothing" is none of the secrets of this spec (warehouse-password, unused-token)`,
      `${STEP}.environment.ML_X: names that begin with ML_ are the workspace's own; choose another name`,
      `${AT}.steps[1].image: "trainer" is none of the images of this spec (prepare, prepare)`,
      `${AT}.steps[1].outputs: a training step has exactly one output, the model`,
      `${AT}.steps[1].nodes: 2 machines are more than training.cluster.maxNodes (1)`,
      `${AT}.steps: steps wait for each other: train waits for train; remove one of these links`,
    ]);
  });

  it("says the same of a pipeline by itself, with paths that begin at the pipeline", () => {
    const known = {
      dataStores: [],
      secrets: [],
      parameters: [],
      databases: [],
      images: [],
      maxNodes: 1,
      egress: "none",
    };
    const shared = [{ name: "out", path: "pipelines/x" }];
    const steps = [step({ outputs: shared }), step({ name: "other", outputs: shared })];
    const pipeline = { name: "alone", schedule: "0 2", steps } as unknown as Parameters<typeof pipelineProblems>[0];
    assert.deepEqual(
      pipelineProblems(pipeline, known, "").map(({ path }) => path),
      ["schedule", "steps[0].image", "steps[1].image", "steps[1].outputs[0].path"],
    );
  });

  it("answers any value of any field with problems, never with another error", () => {
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(undefined, [null], [{}], [[]], ["prepare"], { name: "x" }, [{ name: 7, steps: "x" }]),
    );
    const fields = fc.constantFrom(
      ...["name", "kind", "image", "command", "nodes", "inputs", "outputs", "environment", "secrets", "parameters"],
      ...["databases", "packages", "dependsOn", "spot", "size"],
    );
    fc.assert(
      fc.property(fields, values, (field, value) => {
        problemsOf(withSteps(step({ [field]: value })));
        problemsOf(withSteps(step({ inputs: [{ name: "x", [field]: value, step: value, dataStore: value }] })));
      }),
      { numRuns: 300 },
    );
    const sections = fc.constantFrom("images", "secrets", "parameters", "databases", "training");
    fc.assert(
      fc.property(sections, values, (field, value) => {
        problemsOf(withTraining("gcp", { [field]: value }));
        problemsOf(withTraining("gcp", { training: { [field]: value, cluster: value, pipelines: value } as object }));
      }),
      { numRuns: 300 },
    );
  });

  it("leaves values of the wrong type to the schema, and says each thing once", () => {
    assert.deepEqual(problemsOf(withSteps(step({ secrets: [7], dependsOn: [true], environment: "LOSS=focal" }))), [
      `${STEP}.environment: "LOSS=focal" does not fit; use an object`,
      `${STEP}.secrets[0]: 7 does not fit; use text (in quotes when it looks like a number)`,
      `${STEP}.dependsOn[0]: true does not fit; use text (in quotes when it looks like a number)`,
    ]);
    const inputs = [
      { name: "one", dataStore: 7 },
      { name: "two", step: 7, output: "out" },
    ];
    assert.deepEqual(problemsOf(withSteps(step({ inputs, outputs: [{ name: "out", dataStore: 7 }] }))), [
      `${STEP}.inputs[0].dataStore: 7 does not fit; use text (in quotes when it looks like a number)`,
      `${STEP}.inputs[1].step: 7 does not fit; use text (in quotes when it looks like a number)`,
      `${STEP}.outputs[0].dataStore: 7 does not fit; use text (in quotes when it looks like a number)`,
    ]);
  });

  it("lets steps set variables that are neither the workspace's nor unusual", () => {
    const allowed = ["LOSS", "A", "A_1", "MLFLOW_RUN", "ML"].filter(isVariable);
    assert.deepEqual(allowed, ["LOSS", "A", "A_1", "MLFLOW_RUN", "ML"]);
    assert.deepEqual(["ML_", "ML_X", "", "1A", "a", "A-B", "A B", "_A", "Ä"].filter(isVariable), []);
  });
});

describe("pipeline plans", () => {
  const workspace = parseWorkspace(withTraining("aws"));
  const [nightly, report] = planPipelines(workspace);
  const [prepare, train, evaluate, register] = nightly!.steps;

  it("name steps, identities, images and users", () => {
    assert.deepEqual(
      nightly!.steps.map((plan) => [plan.identity, plan.pipeline, databaseUser(plan)]),
      [
        ["nightly-prepare", "nightly", "nightly_prepare"],
        ["nightly-train", "nightly", "nightly_train"],
        ["nightly-evaluate", "nightly", "nightly_evaluate"],
        ["nightly-register", "nightly", "nightly_register"],
      ],
    );
    assert.deepEqual(prepare!.image, { repository: "prepare", path: "", digest: DIGEST });
    assert.deepEqual(report!.steps[0]!.image, { repository: "base", path: "python/slim", digest: DIGEST });
  });

  it("say where each step reads and writes, and which step wrote it", () => {
    assert.deepEqual(prepare!.inputs, [{ name: "raw", dataStore: "transactions", path: "daily" }]);
    const features = { dataStore: "features", path: "pipelines/nightly/prepare/features" };
    assert.deepEqual(prepare!.outputs, [{ name: "features", ...features }]);
    assert.deepEqual(train!.inputs, [{ name: "features", ...features, from: { step: "prepare", output: "features" } }]);
    assert.deepEqual(train!.outputs, [{ name: "model", dataStore: "models", path: "pipelines/nightly/train/model" }]);
    assert.deepEqual(report!.steps[0]!.outputs, [{ name: "report", dataStore: "features", path: "reports" }]);
    assert.deepEqual(
      [prepare, train, evaluate, register].map((plan) => storesOf(plan!)),
      [["features", "transactions"], ["features", "models"], ["models", "transactions"], ["models"]],
    );
    assert.ok(isModelStore("models") && !isModelStore("features"));
  });

  it("let only steps with secrets, parameters, databases or packages use the network", () => {
    assert.deepEqual(
      nightly!.steps.map((plan) => plan.needsNetwork),
      [true, false, false, false],
    );
    const network = { cidr: "10.20.0.0/20", egress: "packages" };
    for (const [field, value] of [
      ["secrets", ["warehouse-password"]],
      ["parameters", ["sample-rate"]],
      ["databases", ["results"]],
      ["packages", true],
    ] as const) {
      const [plan] = planPipelines(parseWorkspace({ ...withSteps(step({ [field]: value })), network }));
      assert.equal(plan!.steps[0]!.needsNetwork, true, field);
    }
  });

  it("name the readers of secrets, parameters and databases: the steps that list them, and no other", () => {
    const readers = (field: "secrets" | "parameters" | "databases", name: string) =>
      readersOf(workspace, field, name).map((plan) => plan.identity);
    assert.deepEqual(readers("secrets", "warehouse-password"), ["nightly-prepare"]);
    assert.deepEqual(readers("secrets", "unused-token"), []);
    assert.deepEqual(readers("parameters", "sample-rate"), ["nightly-prepare"]);
    assert.deepEqual(readers("databases", "results"), ["report-query"]);
  });

  it("name model groups by pipeline, for pipelines that register", () => {
    assert.equal(registersModels(nightly!), true);
    assert.equal(registersModels(report!), false);
    assert.equal(modelGroupName(workspace, "nightly"), "fraud-ml-prod-nightly");
  });

  it("give a step's code its folders and references under the same names on every cloud", () => {
    for (const cloud of CLOUDS) {
      const sources = {
        cloud,
        inputFolder: (name: string) => `/in/${name}`,
        outputFolder: (name: string) => `/out/${name}`,
        secret: (name: string) => `secret:${name}`,
        parameter: (name: string) => `parameter:${name}`,
        database: (name: string) => `${name}:5432`,
        databaseUser: (name: string) => (name === "results" ? "me" : undefined),
        checkpointFolder: "/checkpoints",
        packageIndex: "https://mirror.example.com/simple/",
      };
      assert.deepEqual(stepEnvironment(prepare!, sources), {
        ML_CLOUD: cloud,
        ML_INPUT_RAW: "/in/raw",
        ML_OUTPUT_FEATURES: "/out/features",
        ML_SECRET_WAREHOUSE_PASSWORD: "secret:warehouse-password",
        ML_PARAMETER_SAMPLE_RATE: "parameter:sample-rate",
        ML_DATABASE_WAREHOUSE: "warehouse:5432",
      });
      assert.deepEqual(stepEnvironment(report!.steps[0]!, sources), {
        ML_CLOUD: cloud,
        ML_OUTPUT_REPORT: "/out/report",
        ML_DATABASE_RESULTS: "results:5432",
        ML_DATABASE_RESULTS_USER: "me",
      });
      assert.deepEqual(stepEnvironment(train!, sources), {
        LOSS: "focal",
        ML_CLOUD: cloud,
        ML_INPUT_FEATURES: "/in/features",
        ML_OUTPUT_MODEL: "/out/model",
      });
      const { ML_CHECKPOINTS, ML_PACKAGE_INDEX } = stepEnvironment(
        { ...train!, spec: { ...train!.spec, spot: true, packages: true } },
        sources,
      );
      assert.deepEqual([ML_CHECKPOINTS, ML_PACKAGE_INDEX], ["/checkpoints", "https://mirror.example.com/simple/"]);
    }
  });

  it("put every step behind those that it waits for, whatever order the spec has", () => {
    const names = ["prepare", "train", "evaluate", "register"];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 4 }), (order) => {
        const steps = order.map((name) => NIGHTLY.steps.find((entry) => entry.name === name)!);
        const spec = withTraining("gcp", {
          training: { cluster: { maxNodes: 2 }, pipelines: [{ ...NIGHTLY, steps }] },
        });
        const [plan] = planPipelines(parseWorkspace(spec));
        assert.deepEqual(
          plan!.steps.map((entry) => entry.spec.name),
          names,
        );
      }),
    );
  });

  it("keep the spec's order among steps that do not wait for each other, and any graph in a possible order", () => {
    const graph = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(graph, (links) => {
        const steps = links.map((sources, index) =>
          step({
            name: `step-${index}`,
            dependsOn: [...new Set(sources.filter(() => index > 0).map((source) => `step-${source % index}`))],
          }),
        );
        const reversed = parseWorkspace(withSteps(...[...steps].reverse())).training.pipelines[0]!;
        const inOrder = parseWorkspace(withSteps(...steps)).training.pipelines[0]!;
        const ordered = planPipeline(reversed).steps;
        for (const plan of ordered) {
          const before = ordered.slice(0, ordered.indexOf(plan)).map((other) => other.spec.name);
          assert.ok(plan.after.every((name) => before.includes(name)));
        }
        assert.deepEqual(
          planPipeline(inOrder).steps.map((plan) => plan.spec.name),
          steps.map(({ name }) => name),
        );
      }),
    );
  });

  it("need keys for what the workspace has", () => {
    assert.deepEqual(keyPurposesOf(workspace).slice(4), ["secrets", "images", "databases"]);
    const [external] = withTraining("aws").databases!;
    const without = withTraining("aws", {
      databases: [external!],
      secrets: [],
      parameters: [],
      images: [],
      training: {},
    });
    assert.deepEqual(keyPurposesOf(parseWorkspace(without)).slice(4), []);
    const settings = { ...without, parameters: [{ name: "rate", value: "1" }] };
    assert.deepEqual(keyPurposesOf(parseWorkspace(settings)).slice(4), ["secrets"]);
  });
});
