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
