// Generated from spec.ts by `npm run docs`. Named interfaces without unions: Pulumi's schema inference takes no others.
import type * as pulumi from "@pulumi/pulumi";

/** A private ML workspace for one team, on one cloud. */
export interface WorkspaceArgs {
  /** The team that the workspace belongs to. */
  team: string;
  /**
   * Name of the workspace, for teams that have several.
   * @default "ml"
   */
  name?: string;
  /** Stage of the workspace, such as dev, test or prod. */
  environment: string;
  /**
   * The cloud: `aws` (SageMaker), `gcp` (Vertex AI) or `azure` (Azure ML).
   * One of `aws`, `gcp`, `azure`.
   */
  cloud: string;
  /** The cloud's region, such as `eu-west-1`, `europe-west4` or `westeurope`. */
  location: string;
  /**
   * How sensitive the data is. `restricted` demands HSM keys and immutable data stores.
   * One of `internal`, `confidential`, `restricted`.
   */
  dataClassification: string;
  /** Tags or labels for every resource, besides team, environment and classification. */
  tags?: { [key: string]: string };
  /** Where the workspace is created. Only the entry of the stack's own cloud is needed. */
  account: AccountArgs;
  /** Who works in the workspace, by role. */
  people: PeopleArgs;
  /** The private network. There is no setting that makes it public. */
  network: NetworkArgs;
  /**
   * The data that notebooks and jobs use.
   * @default []
   */
  dataStores?: DataStoreArgs[];
  /**
   * Notebooks, each with one owner.
   * @default []
   */
  notebooks?: NotebookArgs[];
  /** The customer-managed keys that encrypt everything in the workspace. */
  keys?: KeysArgs;
  /**
   * Private repositories for the images of steps.
   * @default []
   */
  images?: ImageArgs[];
  /**
   * Secrets that steps read, without their values.
   * @default []
   */
  secrets?: SecretArgs[];
  /**
   * Settings that steps read and that are no secrets.
   * @default []
   */
  parameters?: ParameterArgs[];
  /**
   * Databases that steps use.
   * @default []
   */
  databases?: DatabaseArgs[];
  /** How the team trains. */
  training?: TrainingArgs;
  /**
   * Gaps that the team's security people have accepted, by name. `vertex-jobs-internet`: without a perimeter, Vertex AI jobs can reach the internet through Google's own gateways, whatever `network.egress` says.
   * @default []
   */
  acceptedGaps?: string[];
}

/** Where the workspace is created. Only the entry of the stack's own cloud is needed. */
export interface AccountArgs {
  /** The AWS account that the workspace lives in. */
  aws?: AwsAccountArgs;
  /** The Google Cloud project that the workspace lives in. */
  gcp?: GcpAccountArgs;
  /** The Azure subscription that the workspace lives in. */
  azure?: AzureAccountArgs;
}

/** The AWS account that the workspace lives in. */
export interface AwsAccountArgs {
  /** AWS account that the workspace is created in. The provider refuses any other account. */
  accountId: string;
  /** AWS Organizations id. Private endpoints then admit resources of the organization; without it, only resources of the account itself. */
  organizationId?: string;
  /** Existing permissions boundary for every role of the workspace. Without it the workspace creates a boundary of its own. */
  permissionsBoundaryArn?: string;
}

/** The Google Cloud project that the workspace lives in. */
export interface GcpAccountArgs {
  /** Google Cloud project that the workspace is created in. */
  projectId: string;
  /** Number of that project. The names of Google's service agents, which get key grants, contain it. */
  projectNumber: string;
  /** Google Cloud organization number. */
  organizationId?: string;
}

/** The Azure subscription that the workspace lives in. */
export interface AzureAccountArgs {
  /** Microsoft Entra tenant of the subscription. */
  tenantId: string;
  /** Azure subscription that the workspace is created in. */
  subscriptionId: string;
}

/** Who works in the workspace, by role. */
export interface PeopleArgs {
  /** Those who use notebooks and start jobs inside the workspace's limits. */
  dataScientists: PersonArgs[];
  /**
   * Those who start, stop and repair the workspace. They cannot read its data.
   * @default []
   */
  operators?: PersonArgs[];
}

/** A person or group, with its identifier in each cloud that is used. */
export interface PersonArgs {
  /** Short name, unique in the workspace. It becomes part of role and profile names. */
  name: string;
  /**
   * `person` is one human being, `group` a directory group. Only a person can own a notebook.
   * One of `person`, `group`.
   * @default "person"
   */
  kind?: string;
  /** ARN of the IAM principal that this person or group signs in with, for example an IAM Identity Center role. */
  aws?: string;
  /** Google Cloud member: `user:`, `group:`, or a workforce `principal://` identifier. */
  gcp?: string;
  /** Microsoft Entra object id of the user or group. */
  azure?: string;
}

/** The private network. There is no setting that makes it public. */
export interface NetworkArgs {
  /** Private IPv4 range of the workspace's network, /16 to /24. Needed unless `existing` is given. */
  cidr?: string;
  /** Zones of the private subnets. Default: the first two zones of the location (AWS `<region>a`, `<region>b`; Google Cloud `<region>-b`, `<region>-c`; Azure `1`, `2`). */
  availabilityZones?: string[];
  /** A network that exists already and that the workspace joins. */
  existing?: ExistingNetworkArgs;
  /**
   * `none`: only the cloud's private endpoints. `packages`: also a private package mirror. `approved`: also the hosts in `approvedHosts`, through an inspecting gateway.
   * One of `none`, `packages`, `approved`.
   * @default "none"
   */
  egress?: string;
  /**
   * Host names that may be reached when `egress` is `approved`.
   * @default []
   */
  approvedHosts?: string[];
  /** Google Cloud: existing VPC Service Controls perimeter that the project joins, `accessPolicies/<number>/servicePerimeters/<name>`. */
  perimeter?: string;
  /**
   * How long network flow logs are kept, in days.
   * @default 365
   */
  flowLogRetentionDays?: number;
}

/** A network that exists already and that the workspace joins. */
export interface ExistingNetworkArgs {
  /** VPC id (AWS), network self link (Google Cloud) or virtual network resource id (Azure). */
  networkId: pulumi.Input<string>;
  /** Private subnets for notebooks and jobs. */
  subnetIds: pulumi.Input<string>[];
  /**
   * AWS: route tables of those subnets, which get the S3 gateway endpoint.
   * @default []
   */
  routeTableIds?: pulumi.Input<string>[];
  /** Azure: subnet for private endpoints. Default: the first of `subnetIds`. */
  privateEndpointSubnetId?: pulumi.Input<string>;
  /** Azure: resource group that already holds the private DNS zones. Default: the workspace creates them. */
  privateDnsResourceGroupId?: pulumi.Input<string>;
}

/** A place for data that notebooks and jobs use. */
export interface DataStoreArgs {
  /** Name of the data store, unique in the workspace. */
  name: string;
  /**
   * What notebooks may do with it: `read` or `read-write`.
   * One of `read`, `read-write`.
   * @default "read-write"
   */
  access?: string;
  /** Use this existing store. Without it, the workspace creates an encrypted private one. */
  existing?: ExistingDataStoreArgs;
  /**
   * How long deleted and overwritten objects can be recovered, in days.
   * @default 90
   */
  retentionDays?: number;
  /**
   * How long a new object can be neither changed nor deleted, in days. 0 turns immutability off.
   * @default 0
   */
  immutableDays?: number;
}

/** A data store that exists already. */
export interface ExistingDataStoreArgs {
  /** Bucket name (AWS, Google Cloud) or storage account resource id (Azure). */
  id: pulumi.Input<string>;
  /** Azure: blob container. */
  container?: string;
  /** ARN (AWS) or resource id of the customer-managed key that encrypts it. */
  keyId?: pulumi.Input<string>;
}

/** A notebook that belongs to one data scientist. */
export interface NotebookArgs {
  /** Name of the notebook, unique in the workspace. */
  name: string;
  /** `name` of the data scientist who owns it. Nobody else can open it. */
  owner: string;
  /**
   * Machine size in cloud-neutral terms.
   * One of `small`, `medium`, `large`, `gpu-small`, `gpu-large`.
   * @default "small"
   */
  size?: string;
  /** Exact machine type of the cloud (`ml.t3.medium`, `e2-standard-4`, `Standard_DS3_v2`). Overrides `size`. */
  machineType?: string;
  /** Notebook image: platform identifier (SageMaker), image name in the project `cloud-notebooks-managed` or a self link (Workbench), or environment (Azure ML). Default: the cloud's current one. */
  image?: string;
  /**
   * Git repositories to clone; they must be reachable under the chosen `egress`.
   * @default []
   */
  repositories?: string[];
  /**
   * Minutes without activity after which the notebook stops.
   * @default 60
   */
  idleMinutes?: number;
  /**
   * Size of the notebook's disk, in GB.
   * @default 50
   */
  volumeGb?: number;
}

/** The customer-managed keys that encrypt everything in the workspace. */
export interface KeysArgs {
  /**
   * Days between key rotations.
   * @default 365
   */
  rotationDays?: number;
  /**
   * Keep the keys in a hardware security module of one's own tier.
   * @default false
   */
  hsm?: boolean;
}

/** A private, scanned repository for container images. */
export interface ImageArgs {
  /** Name of the repository, unique in the workspace. */
  name: string;
  /**
   * Public registry that this repository fetches images from and keeps. Without it, the repository holds the team's own image.
   * One of `docker.io`, `ghcr.io`, `mcr.microsoft.com`, `public.ecr.aws`, `quay.io`, `registry.k8s.io`.
   */
  mirrorOf?: string;
  /**
   * Worst known vulnerability that an image may have to be run by a pipeline. An image that was never scanned is not run at all.
   * One of `none`, `low`, `medium`, `high`, `critical`.
   * @default "medium"
   */
  severityLimit?: string;
  /**
   * How long images without a tag are kept, in days.
   * @default 90
   */
  retentionDays?: number;
}

/** A secret in the cloud's secret manager. The spec has no field for its value: an operator puts it there, so that it never stands in code or in Pulumi's state. */
export interface SecretArgs {
  /** Name of the secret, unique in the workspace. Only the steps that name it can read it. */
  name: string;
  /**
   * How often the value must be replaced, in days.
   * @default 90
   */
  rotationDays?: number;
  /** AWS: ARN of the Lambda function that replaces the value. Without it, and on the other clouds, people replace it when they are reminded. */
  rotationFunctionId?: pulumi.Input<string>;
}

/** A setting that steps read at run time and that is no secret. */
export interface ParameterArgs {
  /** Name of the parameter, unique in the workspace. */
  name: string;
  /** The setting. It is no secret: it stands in the stack file and in Pulumi's state. */
  value: string;
}

/** A database that steps use: one that exists, or a new PostgreSQL server. */
export interface DatabaseArgs {
  /** Name of the database, unique in the workspace. Only the steps that name it can reach it. */
  name: string;
  /** Use this database. Without it, the workspace creates a private PostgreSQL server. */
  existing?: ExistingDatabaseArgs;
  /**
   * Machine size of a new server.
   * One of `small`, `medium`, `large`.
   * @default "small"
   */
  size?: string;
  /**
   * Disk of a new server, in GB.
   * @default 64
   */
  storageGb?: number;
  /**
   * How long backups of a new server are kept, in days.
   * @default 14
   */
  backupDays?: number;
}

/** A database that exists already. */
export interface ExistingDatabaseArgs {
  /** AWS and Google Cloud: private IPv4 address of the server, reachable from the network. */
  address?: string;
  /** Azure: resource id of the database server or of the private link service before it. The workspace makes a private endpoint to it. */
  id?: pulumi.Input<string>;
  /** Name in the server's certificate, for steps that verify it. Default: the address. */
  host?: string;
  /**
   * TCP port of the server.
   * @default 5432
   */
  port?: number;
}

/** How the team trains. */
export interface TrainingArgs {
  /** The machines that training steps run on. */
  cluster?: ClusterArgs;
  /**
   * Pipelines that data scientists may start.
   * @default []
   */
  pipelines?: PipelineArgs[];
}

/** The machines that training steps run on. */
export interface ClusterArgs {
  /**
   * Machine size of training steps.
   * One of `small`, `medium`, `large`, `gpu-small`, `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /** Exact machine type of the cloud. Overrides `size`. */
  machineType?: string;
  /**
   * Accelerator that every machine has. It decides the machine type, so leave `size` out.
   * One of `t4`, `l4`, `a100`, `h100`.
   */
  accelerator?: string;
  /**
   * Most machines that one step may use.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Minutes that machines wait for the next run before they are given back. 0 gives them back at once; SageMaker keeps any only within the account's quota for warm pools, which is none until AWS raises it.
   * @default 0
   */
  idleMinutes?: number;
}

/** Steps that run in order: prepare data, train, evaluate, register a model. */
export interface PipelineArgs {
  /** Name of the pipeline, unique in the workspace. */
  name: string;
  /** When it runs by itself, as five cron fields in UTC: minute, hour, day of month, month, day of week. Default: on demand only. */
  schedule?: string;
  /** The steps. Their order follows from what they read and depend on. */
  steps: StepArgs[];
}

/** One step of a pipeline, with an identity of its own. */
export interface StepArgs {
  /** Name of the step, unique in the pipeline. */
  name: string;
  /**
   * `processing` and `evaluation` run code, `training` makes a model, `register` puts a model into the registry, where somebody else approves it.
   * One of `processing`, `training`, `evaluation`, `register`.
   */
  kind: string;
  /** Image by digest: `<images entry>@sha256:…`, in a mirror `<images entry>/<path>@sha256:…`. Of a `register` step: the image that serves the model. */
  image: string;
  /**
   * Program and its arguments. Default: what the image starts by itself.
   * @default []
   */
  command?: string[];
  /**
   * Machine size. Default: that of `training.cluster` for training steps, `small` for others.
   * One of `small`, `medium`, `large`, `gpu-small`, `gpu-large`.
   */
  size?: string;
  /** Exact machine type of the cloud. Overrides `size`. */
  machineType?: string;
  /**
   * Machines that work on the step together.
   * @default 1
   */
  nodes?: number;
  /**
   * Disk of each machine, in GB.
   * @default 50
   */
  volumeGb?: number;
  /**
   * What the step reads.
   * @default []
   */
  inputs?: StepInputArgs[];
  /**
   * What the step writes. A training step has one output, the model.
   * @default []
   */
  outputs?: StepOutputArgs[];
  /** Environment variables, none of them secret. Names that begin with `ML_` are taken. */
  environment?: { [key: string]: string };
  /**
   * Secrets that the step's code may read, by name. No other step can.
   * @default []
   */
  secrets?: string[];
  /**
   * Parameters that the step's code reads, by name.
   * @default []
   */
  parameters?: string[];
  /**
   * Databases that the step's code reaches, by name.
   * @default []
   */
  databases?: string[];
  /**
   * Whether the code installs Python packages; `network.egress` must not be `none`.
   * @default false
   */
  packages?: boolean;
  /**
   * Steps that must have ended first, besides those whose outputs the step reads.
   * @default []
   */
  dependsOn?: string[];
  /**
   * How often a failed step is tried again.
   * @default 1
   */
  retries?: number;
  /**
   * Minutes after which the step is stopped.
   * @default 240
   */
  maxRunMinutes?: number;
  /**
   * Encrypt what the step's machines send to each other.
   * @default true
   */
  encryptBetweenNodes?: boolean;
  /**
   * Train on spare machines, which are cheaper and can be taken away; the code must continue from its checkpoints. Training steps only.
   * @default false
   */
  spot?: boolean;
}

/** What a step reads: a data store, or what an earlier step wrote. */
export interface StepInputArgs {
  /** Name of the input, unique in the step. The code finds its folder under this name. */
  name: string;
  /** Data store to read from. Give this, or `step`. */
  dataStore?: string;
  /** Folder in the data store. Default: all of it. */
  path?: string;
  /** Earlier step of the pipeline whose output is read. */
  step?: string;
  /** Name of that step's output. */
  output?: string;
}

/** What a step writes. It can write nowhere else. */
export interface StepOutputArgs {
  /** Name of the output, unique in the step. The code finds its folder under this name. */
  name: string;
  /**
   * Data store to write to, with access `read-write`. `models` is the workspace's store for models.
   * @default "models"
   */
  dataStore?: string;
  /** Folder in the data store, in which each run gets a folder of its own. In `models` it begins with `pipelines/`. Default: `pipelines/<pipeline>/<step>/<output>`. */
  path?: string;
}
