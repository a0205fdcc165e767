/** The part of the workspace spec that says how a team trains: images, secrets, parameters, databases and pipelines. */
import * as z from "zod";
import { parseCidr } from "./cidr.ts";
import { days, existingId, slug } from "./spec-fields.ts";

/** Cloud-neutral machine sizes; every cloud maps each one to a machine type of its own. */
export const SIZES = ["small", "medium", "large", "gpu-small", "gpu-large"] as const;

/** Accelerators by their NVIDIA names. Not every cloud has each of them. */
export const ACCELERATORS = ["t4", "l4", "a100", "h100"] as const;

/** What a step does. */
export const STEP_KINDS = ["processing", "training", "evaluation", "register"] as const;

/** Public registries that a repository can mirror. Not every cloud reaches each of them without a password. */
export const MIRRORED_REGISTRIES = [
  "docker.io",
  "ghcr.io",
  "mcr.microsoft.com",
  "public.ecr.aws",
  "quay.io",
  "registry.k8s.io",
] as const;

/** Severities of known vulnerabilities, from harmless to worst; `none` stands for an image without any. */
export const SEVERITIES = ["none", "low", "medium", "high", "critical"] as const;

/** The workspace's own store for models, which steps may name like a data store. */
export const MODEL_STORE = "models";

/** Name of the step that admits a pipeline's images, before all others. */
export const GATE_STEP = "image-gate";

/** What the folders of outputs begin with, unless the spec names others; in the model store, always. */
export const PIPELINE_FOLDERS = "pipelines/";

/** `<images entry>@sha256:<digest>`, or `<images entry>/<path>@sha256:<digest>` in a mirror. */
const IMAGE = /^[a-z][a-z0-9-]*(\/[a-z0-9]+([._/-]+[a-z0-9]+)*)?@sha256:[0-9a-f]{64}$/;

const OBJECT_PATH = /^[A-Za-z0-9_=.-]+(\/[A-Za-z0-9_=.-]+)*$/;
const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

function whole(unit: string, min: number, max: number) {
  return z.int(`use a whole number${unit}`).min(min, `use at least ${min}`).max(max, `use at most ${max}`);
}

const machineType = z
  .string()
  .regex(/^[A-Za-z0-9._-]+$/, "use the cloud's machine type")
  .optional();

const objectPath = z
  .string()
  .max(200, "use at most 200 characters")
  .regex(OBJECT_PATH, "use a path such as daily/raw: letters, digits, _ = . - and single slashes, none at the ends")
  .refine((path) => !path.split("/").some((part) => /^\.+$/.test(part)), "leave out parts such as .. or .");

const image = z
  .strictObject({
    name: slug(24, "Name of the repository, unique in the workspace."),
    mirrorOf: z.enum(MIRRORED_REGISTRIES).optional().meta({
      description:
        "Public registry that this repository fetches images from and keeps. Without it, the repository holds the team's own image.",
    }),
    severityLimit: z.enum(SEVERITIES).default("medium").meta({
      description:
        "Worst known vulnerability that an image may have to be run by a pipeline. An image that was never scanned is not run at all.",
    }),
    retentionDays: days(1, 3650, "How long images without a tag are kept, in days.").default(90),
  })
  .meta({ id: "ImageArgs", description: "A private, scanned repository for container images." });

const secret = z
  .strictObject({
    name: slug(24, "Name of the secret, unique in the workspace. Only the steps that name it can read it."),
    rotationDays: days(1, 365, "How often the value must be replaced, in days.").default(90),
    rotationFunctionId: existingId("ARN of a Lambda function.").optional().meta({
      description:
        "AWS: ARN of the Lambda function that replaces the value. Without it, and on the other clouds, people replace it when they are reminded.",
    }),
  })
  .meta({
    id: "SecretArgs",
    description:
      "A secret in the cloud's secret manager. The spec has no field for its value: an operator puts it there, so that it never stands in code or in Pulumi's state.",
  });

const parameter = z
  .strictObject({
    name: slug(24, "Name of the parameter, unique in the workspace."),
    value: z
      .string()
      .min(1, "use at least 1 character")
      .max(1024, "use at most 1024 characters")
      .meta({ description: "The setting. It is no secret: it stands in the stack file and in Pulumi's state." }),
  })
  .meta({ id: "ParameterArgs", description: "A setting that steps read at run time and that is no secret." });

const existingDatabase = z
  .strictObject({
    address: z
      .string()
      .refine((value) => parseCidr(`${value}/32`)?.isPrivate, "use a private IPv4 address, such as 10.0.8.15")
      .optional()
      .meta({ description: "AWS and Google Cloud: private IPv4 address of the server, reachable from the network." }),
    id: existingId("Resource id of a server.").optional().meta({
      description:
        "Azure: resource id of the database server or of the private link service before it. The workspace makes a private endpoint to it.",
    }),
    host: z
      .string()
      .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "use a host name such as warehouse.example.com")
      .optional()
      .meta({ description: "Name in the server's certificate, for steps that verify it. Default: the address." }),
    port: whole("", 1, 65535).default(5432).meta({ description: "TCP port of the server." }),
  })
  .meta({ id: "ExistingDatabaseArgs", description: "A database that exists already." });

const database = z
  .strictObject({
    name: slug(16, "Name of the database, unique in the workspace. Only the steps that name it can reach it."),
    existing: existingDatabase
      .optional()
      .meta({ description: "Use this database. Without it, the workspace creates a private PostgreSQL server." }),
    size: z.enum(["small", "medium", "large"]).default("small").meta({ description: "Machine size of a new server." }),
    storageGb: whole(" of GB", 20, 16384).default(64).meta({ description: "Disk of a new server, in GB." }),
    backupDays: days(7, 35, "How long backups of a new server are kept, in days.").default(14),
  })
  .meta({ id: "DatabaseArgs", description: "A database that steps use: one that exists, or a new PostgreSQL server." });

/** The schema of the machines of training steps. */
export const clusterSchema = z
  .strictObject({
    size: z.enum(SIZES).default("medium").meta({ description: "Machine size of training steps." }),
    machineType: machineType.meta({ description: "Exact machine type of the cloud. Overrides `size`." }),
    accelerator: z.enum(ACCELERATORS).optional().meta({
      description: "Accelerator that every machine has. It decides the machine type, so leave `size` out.",
    }),
    maxNodes: whole(" of machines", 1, 64).default(1).meta({ description: "Most machines that one step may use." }),
    idleMinutes: whole(" of minutes", 0, 60).default(0).meta({
      description:
        "Minutes that machines wait for the next run before they are given back. 0 gives them back at once; SageMaker keeps any only within the account's quota for warm pools, which is none until AWS raises it.",
    }),
  })
  .meta({ id: "ClusterArgs", description: "The machines that training steps run on." });

const stepInput = z
  .strictObject({
    name: slug(20, "Name of the input, unique in the step. The code finds its folder under this name."),
    dataStore: z.string().optional().meta({ description: "Data store to read from. Give this, or `step`." }),
    path: objectPath.optional().meta({ description: "Folder in the data store. Default: all of it." }),
    step: z.string().optional().meta({ description: "Earlier step of the pipeline whose output is read." }),
    output: z.string().optional().meta({ description: "Name of that step's output." }),
  })
  .meta({ id: "StepInputArgs", description: "What a step reads: a data store, or what an earlier step wrote." });

const stepOutput = z
  .strictObject({
    name: slug(20, "Name of the output, unique in the step. The code finds its folder under this name."),
    dataStore: z.string().default(MODEL_STORE).meta({
      description: "Data store to write to, with access `read-write`. `models` is the workspace's store for models.",
    }),
    path: objectPath.optional().meta({
      description:
        "Folder in the data store, in which each run gets a folder of its own. In `models` it begins with `pipelines/`. Default: `pipelines/<pipeline>/<step>/<output>`.",
    }),
  })
  .meta({ id: "StepOutputArgs", description: "What a step writes. It can write nowhere else." });

const step = z
  .strictObject({
    name: slug(20, "Name of the step, unique in the pipeline."),
    kind: z.enum(STEP_KINDS).meta({
      description:
        "`processing` and `evaluation` run code, `training` makes a model, `register` puts a model into the registry, where somebody else approves it.",
    }),
    image: z
      .string()
      .regex(IMAGE, "use <name of an images entry>@sha256:<64 hexadecimal digits>; tags can be moved, digests cannot")
      .meta({
        description:
          "Image by digest: `<images entry>@sha256:…`, in a mirror `<images entry>/<path>@sha256:…`. Of a `register` step: the image that serves the model.",
      }),
    command: z
      .array(z.string().min(1, "leave out empty words"))
      .max(100, "use at most 100 words")
      .default([])
      .meta({ description: "Program and its arguments. Default: what the image starts by itself." }),
    size: z.enum(SIZES).optional().meta({
      description: "Machine size. Default: that of `training.cluster` for training steps, `small` for others.",
    }),
    machineType: machineType.meta({ description: "Exact machine type of the cloud. Overrides `size`." }),
    nodes: whole(" of machines", 1, 64).default(1).meta({ description: "Machines that work on the step together." }),
    volumeGb: whole(" of GB", 10, 4096).default(50).meta({ description: "Disk of each machine, in GB." }),
    inputs: z
      .array(stepInput)
      .max(10, "use at most 10 inputs")
      .default([])
      .meta({ description: "What the step reads." }),
    outputs: z
      .array(stepOutput)
      .max(10, "use at most 10 outputs")
      .default([])
      .meta({ description: "What the step writes. A training step has one output, the model." }),
    environment: z
      .record(z.string(), z.string().max(512, "use at most 512 characters"))
      .default({})
      .meta({ description: "Environment variables, none of them secret. Names that begin with `ML_` are taken." }),
    secrets: z
      .array(z.string())
      .default([])
      .meta({ description: "Secrets that the step's code may read, by name. No other step can." }),
    parameters: z
      .array(z.string())
      .default([])
      .meta({ description: "Parameters that the step's code reads, by name." }),
    databases: z
      .array(z.string())
      .default([])
      .meta({ description: "Databases that the step's code reaches, by name." }),
    packages: z
      .boolean()
      .default(false)
      .meta({ description: "Whether the code installs Python packages; `network.egress` must not be `none`." }),
    dependsOn: z
      .array(z.string())
      .default([])
      .meta({ description: "Steps that must have ended first, besides those whose outputs the step reads." }),
    retries: whole("", 0, 5).default(1).meta({ description: "How often a failed step is tried again." }),
    maxRunMinutes: whole(" of minutes", 10, 7200)
      .default(240)
      .meta({ description: "Minutes after which the step is stopped." }),
    encryptBetweenNodes: z
      .boolean()
      .default(true)
      .meta({ description: "Encrypt what the step's machines send to each other." }),
    spot: z.boolean().default(false).meta({
      description:
        "Train on spare machines, which are cheaper and can be taken away; the code must continue from its checkpoints. Training steps only.",
    }),
  })
  .meta({ id: "StepArgs", description: "One step of a pipeline, with an identity of its own." });

/** The schema of one pipeline. */
export const pipelineSchema = z
  .strictObject({
    name: slug(20, "Name of the pipeline, unique in the workspace."),
    schedule: z.string().optional().meta({
      description:
        "When it runs by itself, as five cron fields in UTC: minute, hour, day of month, month, day of week. Default: on demand only.",
    }),
    steps: z
      .array(step)
      .min(1, "write at least one step")
      .max(20, "use at most 20 steps")
      .meta({ description: "The steps. Their order follows from what they read and depend on." }),
  })
  .meta({
    id: "PipelineArgs",
    description: "Steps that run in order: prepare data, train, evaluate, register a model.",
  });

const training = z
  .strictObject({
    cluster: clusterSchema.prefault({}),
    pipelines: z.array(pipelineSchema).default([]).meta({ description: "Pipelines that data scientists may start." }),
  })
  .meta({ id: "TrainingArgs", description: "How the team trains." });

/** Fields of the workspace spec that this file describes. */
export const trainingFields = {
  images: z.array(image).default([]).meta({ description: "Private repositories for the images of steps." }),
  secrets: z.array(secret).default([]).meta({ description: "Secrets that steps read, without their values." }),
  parameters: z.array(parameter).default([]).meta({ description: "Settings that steps read and that are no secrets." }),
  databases: z.array(database).default([]).meta({ description: "Databases that steps use." }),
  training: training.prefault({}),
};

/** The machines of training steps of a valid spec. */
export type ClusterSpec = z.output<typeof clusterSchema>;

/** An image repository of a valid spec. */
export type ImageSpec = z.output<typeof image>;

/** A secret of a valid spec. */
export type SecretSpec = z.output<typeof secret>;

/** A parameter of a valid spec. */
export type ParameterSpec = z.output<typeof parameter>;

/** A database of a valid spec. */
export type DatabaseSpec = z.output<typeof database>;

/** A pipeline of a valid spec. */
export type PipelineSpec = z.output<typeof pipelineSchema>;

/** A step of a valid spec. */
export type StepSpec = z.output<typeof step>;

/** Names of environment variables that a step may set. */
export function isVariable(name: string): boolean {
  return VARIABLE.test(name) && !name.startsWith("ML_");
}

/** The folder of an output for which the spec names none. */
export function outputFolder(pipeline: string, step: string, output: string): string {
  return `${PIPELINE_FOLDERS}${pipeline}/${step}/${output}`;
}
