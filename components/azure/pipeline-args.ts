/** What a training pipeline by itself is told, and what is wrong with it. */
import type * as pulumi from "@pulumi/pulumi";
import type { PipelineArgs } from "../args.ts";
import { InvalidInputError } from "../problems.ts";
import { explainIssue } from "../spec-issues.ts";
import { pipelineProblems } from "../training-problems.ts";
import { MODEL_STORE, type PipelineSpec, pipelineSchema } from "../training-spec.ts";
import { azurePipelineProblems } from "./training-checks.ts";

/** A blob container that steps name. */
export interface PipelineStoreArgs {
  /** Name by which steps know it; `models` is the store that outputs go to by default. */
  name: string;
  /** Resource id of the blob container. */
  containerId: pulumi.Input<string>;
  /** Name of Azure ML's data store for the container, without any credential. */
  datastoreName: string;
  /**
   * `read` or `read-write`.
   * @default "read-write"
   */
  access?: string;
}

/** A repository that steps name. */
export interface PipelineImageArgs {
  /** Name by which steps know it. */
  name: string;
  /**
   * Name of the repository in the registry; of a mirror, the beginning of its repositories' names.
   * @default the name by which steps know it
   */
  repositoryName?: string;
  /**
   * Whether it is a mirror, in which steps name an image by its path.
   * @default false
   */
  mirror?: boolean;
  /**
   * Worst known vulnerability that an image may have: `none`, `low`, `medium`, `high` or `critical`.
   * @default "medium"
   */
  severityLimit?: string;
}

/** A secret that steps name. */
export interface PipelineSecretArgs {
  /** Name by which steps know it. */
  name: string;
  /** Resource id of the secret in a vault that uses Azure RBAC. */
  secretId: string;
}

/** A parameter that steps name. */
export interface PipelineParameterArgs {
  /** Name by which steps know it. */
  name: string;
  /**
   * Key in the App Configuration store.
   * @default the name by which steps know it
   */
  key?: string;
}

/** A database that steps name. */
export interface PipelineDatabaseArgs {
  /** Name by which steps know it. */
  name: string;
  /** Host name, as the managed network resolves it. */
  host: string;
  /**
   * TCP port.
   * @default 5432
   */
  port?: number;
  /**
   * Whether steps sign in with their own identity, whose name is the user.
   * @default false
   */
  identitySignIn?: boolean;
}

/** A training pipeline in an Azure ML workspace that exists. */
export interface TrainingPipelineArgs {
  /** Subscription of the workspace. */
  subscriptionId: string;
  /** Resource group of the workspace. */
  resourceGroupName: string;
  /** Region of the workspace. */
  location: string;
  /** Name of the Azure ML workspace. Its managed network admits approved outbound traffic only. */
  workspaceName: string;
  /** Resource id of the workspace's own storage account, where logs of jobs go. */
  workspaceStorageId: string;
  /** The steps, and when they run. */
  pipeline: PipelineArgs;
  /** Beginning of the names of identities, at most 40 characters. */
  identityPrefix: string;
  /** Beginning of the names of clusters, at most 15 characters. */
  clusterPrefix: string;
  /** Resource id of the container registry. */
  registryId: string;
  /**
   * Name of the repository in the registry that mirrors `mcr.microsoft.com/azurelinux/base/python`, for the gate.
   * @default "ml__gate"
   */
  gateRepositoryName?: string;
  /** GUID of a role that may read Defender's assessments (`Microsoft.Security/assessments/read`). */
  scanReaderRole: string;
  /** Containers; one of them is named `models` where a step writes models. */
  dataStores: PipelineStoreArgs[];
  /** Repositories. */
  images: PipelineImageArgs[];
  /**
   * Secrets.
   * @default []
   */
  secrets?: PipelineSecretArgs[];
  /**
   * Parameters.
   * @default []
   */
  parameters?: PipelineParameterArgs[];
  /**
   * Resource id of the App Configuration store of the parameters.
   * @default none
   */
  parameterStoreId?: string;
  /**
   * Databases.
   * @default []
   */
  databases?: PipelineDatabaseArgs[];
  /**
   * Whether the managed network admits hosts that packages come from.
   * @default false
   */
  packages?: boolean;
  /**
   * Name of the models in the registry.
   * @default the pipeline's name
   */
  modelName?: string;
  /**
   * Cloud-neutral size of the machines of training steps that name none.
   * @default "medium"
   */
  size?: string;
  /**
   * Machine type of training steps that name none. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of training steps that name no machine: `t4`, `a100` or `h100`.
   * @default none
   */
  accelerator?: string;
  /**
   * Most machines of a training step.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Minutes that machines wait for the next run before they are given back. Azure ML needs two to see that a node is idle.
   * @default 2
   */
  idleMinutes?: number;
  /**
   * Id of a subnet, for a workspace without a managed network.
   * @default the workspace's managed network
   */
  subnetId?: pulumi.Input<string>;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/**
 * The steps, with every default filled in.
 * @throws InvalidInputError with every problem of the steps, and of what they name.
 */
export function parsePipeline(name: string, args: TrainingPipelineArgs): PipelineSpec {
  const result = pipelineSchema.safeParse(args.pipeline);
  const issues = result.error?.issues ?? [];
  const namesOf = (entries: { name: string }[] = []) => entries.map((entry) => entry.name);
  const known = {
    dataStores: args.dataStores,
    secrets: namesOf(args.secrets),
    parameters: namesOf(args.parameters),
    databases: namesOf(args.databases),
    images: args.images.map((image) => ({ name: image.name, mirrorOf: image.mirror ? "a registry" : undefined })),
    maxNodes: args.maxNodes ?? 1,
    egress: args.packages ? "packages" : "none",
  };
  const problems = [
    ...issues.flatMap((issue) => explainIssue(issue, pipelineSchema, args.pipeline)),
    ...pipelineProblems(args.pipeline as PipelineSpec, known, ""),
    ...(result.data ? azurePipelineProblems(result.data, "") : []),
    ...storeProblems(args, result.data),
  ];
  if (problems.length > 0 || !result.data) throw new InvalidInputError(`The pipeline ${name}`, problems);
  return result.data;
}

/** What steps name and the arguments leave out. */
function storeProblems({ dataStores, parameters = [], parameterStoreId }: TrainingPipelineArgs, spec?: PipelineSpec) {
  const named = (spec?.steps ?? []).flatMap(({ kind, inputs, outputs }) => [
    ...(kind === "register" ? [MODEL_STORE] : []),
    ...[...inputs, ...outputs].map(({ dataStore }) => dataStore),
  ]);
  const problems = [];
  if (named.includes(MODEL_STORE) && !dataStores.some(({ name }) => name === MODEL_STORE)) {
    problems.push({ path: "dataStores", message: `give the store "${MODEL_STORE}", which steps write to` });
  }
  if (parameters.length > 0 && !parameterStoreId) {
    problems.push({ path: "parameterStoreId", message: "give the App Configuration store of the parameters" });
  }
  return problems;
}
