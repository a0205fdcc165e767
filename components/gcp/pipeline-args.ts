/** What a training pipeline is made from. */
import type * as pulumi from "@pulumi/pulumi";
import type { PipelineArgs } from "../args.ts";
import type { PipelineRolesArgs } from "./pipeline-roles.ts";

/** A bucket that steps name. */
export interface PipelineStoreArgs {
  /** Name by which steps know it; `models` is the store that outputs go to by default, and every pipeline needs it. */
  name: string;
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /**
   * What steps may do: `read` or `read-write`.
   * @default "read-write"
   */
  access?: string;
  /**
   * Whether the bucket may be in another project, where custom roles do not hold; predefined ones are granted then.
   * @default false
   */
  foreign?: boolean;
}

/** A repository that steps name. */
export interface PipelineImageArgs {
  /** Name by which steps know it. */
  name: string;
  /** What stands before `@sha256:…` in the name of its image; of a mirror, before the image's path. */
  uri: string;
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
  /** Id of the regional secret in Secret Manager. */
  secretId: string;
}

/** A parameter that steps name. */
export interface PipelineParameterArgs {
  /** Name by which steps know it. */
  name: string;
  /** Id of the regional parameter in Parameter Manager. */
  parameterId: string;
  /** Id of its version. */
  versionId: string;
}

/** A database that steps name. */
export interface PipelineDatabaseArgs {
  /** Name by which steps know it. */
  name: string;
  /** Host name or address. */
  host: pulumi.Input<string>;
  /**
   * TCP port, 1 to 65535.
   * @default 5432
   */
  port?: number;
  /**
   * Cloud SQL instance that steps sign in to as themselves.
   * @default none: steps use a password
   */
  instance?: string;
  /**
   * Whether the host is a name that only the network's DNS knows.
   * @default false
   */
  privateName?: boolean;
}

/** The network attachment of the steps that name exactly these databases. */
export interface PipelineAttachmentArgs {
  /** Names of databases, sorted. */
  databases: string[];
  /** Network attachment of a cluster, `projects/…/regions/…/networkAttachments/…`. */
  networkAttachment: string;
}

/** A training pipeline on a network that exists. */
export interface TrainingPipelineArgs {
  /** Project id. */
  project: string;
  /** Project number. */
  projectNumber: string;
  /** Region. */
  location: string;
  /** The steps, and when they run. */
  pipeline: PipelineArgs;
  /** Name of the pipeline, its jobs, its workflow and its model, at most 63 characters. */
  pipelineName: string;
  /** Start of the ids of its service accounts. */
  accountPrefix: string;
  /** Roles of its identities, such as custom ones of the project. */
  roles: PipelineRolesArgs;
  /** Network attachment of its jobs: that of a {@link PrivateTrainingCluster}. */
  networkAttachment: string;
  /**
   * Other network attachments, for steps that name databases.
   * @default []
   */
  attachments?: PipelineAttachmentArgs[];
  /**
   * Network whose DNS knows the databases' names, `projects/…/global/networks/…`.
   * @default none: steps find public names only
   */
  networkId?: pulumi.Input<string>;
  /** Resource name of the key that encrypts runs, jobs, models and the workflow. Vertex AI and Workflows must be allowed to use it. */
  keyId: string;
  /** Buckets; one of them is named `models`. */
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
   * Databases.
   * @default []
   */
  databases?: PipelineDatabaseArgs[];
  /**
   * Name of the Artifact Registry repository that Python packages come from.
   * @default none: no step may install packages
   */
  packageRepository?: string;
  /**
   * URL of a web proxy that lets approved hosts through.
   * @default none
   */
  proxyUrl?: string;
  /**
   * Cloud-neutral size of training steps that name none: `small`, `medium`, `large`, `gpu-small` or `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /**
   * Exact machine type of training steps that name none. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of those machines: `t4`, `l4`, `a100` or `h100`. It decides the machine type.
   * @default none
   */
  accelerator?: string;
  /**
   * Most machines of a training step.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Labels of runs, jobs, the workflow and models.
   * @default {}
   */
  labels?: { [key: string]: string };
}
