/** The one interface that a cloud implements. A new cloud is one folder with a Platform; a new capability one method. */
import type * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "./spec.ts";

/** What a customer-managed key protects. Each purpose has a key of its own, so that access is granted one by one. */
export type KeyPurpose = "data" | "models" | "notebooks" | "logs" | "secrets" | "images" | "databases";

/** The purposes for which a workspace needs a key. */
export function keyPurposesOf({ secrets, parameters, images, databases }: Workspace): KeyPurpose[] {
  const purposes: KeyPurpose[] = ["data", "models", "notebooks", "logs"];
  if (secrets.length + parameters.length > 0) purposes.push("secrets");
  if (images.length > 0) purposes.push("images");
  if (databases.some((database) => !database.existing)) purposes.push("databases");
  return purposes;
}

/** Ids of the customer-managed keys: ARN (AWS), resource id (Google Cloud) or key identifier (Azure). */
export type KeyOutputs = Record<string, pulumi.Output<string>>;

/** The private network. */
export interface NetworkOutputs {
  /** Id of the network. */
  networkId: pulumi.Output<string>;
  /** Ids of the private subnets that notebooks and jobs use. */
  subnetIds: pulumi.Output<string>[];
}

/** Where data lives. */
export interface DataStoreOutputs {
  /** URI of each data store by its name in the spec: `s3://…`, `gs://…` or `abfss://…`. */
  dataUris: Record<string, pulumi.Output<string>>;
  /** URI of the place for trained models. */
  modelUri: pulumi.Output<string>;
}

/** Ids of the identities by role: role ARN, service account email or principal id. */
export type IdentityOutputs = Record<string, pulumi.Output<string>>;

/** The ML service's own workspace. */
export interface MlWorkspaceOutputs {
  /** Id of the workspace: SageMaker domain ARN, Google Cloud project path or Azure ML workspace id. */
  workspaceId: pulumi.Output<string>;
  /** Link to the workspace in the cloud's console. */
  consoleUrl: pulumi.Output<string>;
}

/** Ids of the notebooks by their name in the spec. */
export type NotebookOutputs = Record<string, pulumi.Output<string>>;

/** Image repositories by their name in the spec: what stands before `@sha256:…` in the name of an image. */
export type ImageOutputs = Record<string, pulumi.Output<string>>;

/** Ids of the secrets by their name in the spec: secret ARN, resource name or secret URI. Never their values. */
export type SecretOutputs = Record<string, pulumi.Output<string>>;

/** Ids of the parameters by their name in the spec. */
export type ParameterOutputs = Record<string, pulumi.Output<string>>;

/** `host:port` of the databases by their name in the spec, as steps reach them. */
export type DatabaseOutputs = Record<string, pulumi.Output<string>>;

/** Ids of the pipelines by their name in the spec: what a data scientist starts. */
export type PipelineOutputs = Record<string, pulumi.Output<string>>;

/** Something that the spec asks for and that this cloud cannot give in full. */
export interface Gap {
  /** Path of the spec's field. */
  path: string;
  /** What differs, and what protects the workspace instead. */
  message: string;
}

/**
 * Creates the resources of one workspace on one cloud. SecureMlWorkspace calls the methods once each, in the order in
 * which they stand here; each may use what the earlier ones created.
 */
export interface Platform {
  /** Customer-managed keys, one for each purpose. */
  createKeys(): KeyOutputs;
  /** The place for audit, access and flow logs. */
  createLogs(): void;
  /** Network, private endpoints, private DNS and the egress that the spec asks for. */
  createNetwork(): NetworkOutputs;
  /** Data stores and the store for models. */
  createDataStores(): DataStoreOutputs;
  /** Private repositories for images. */
  createImages(): ImageOutputs;
  /** Secrets without values. */
  createSecrets(): SecretOutputs;
  /** Settings that steps read. */
  createParameters(): ParameterOutputs;
  /** New databases, and ways to existing ones. */
  createDatabases(): DatabaseOutputs;
  /** Execution identities, people's roles, and exactly the grants that the spec implies. */
  createIdentities(): IdentityOutputs;
  /** The ML service's workspace, with what people need to enter it. */
  createMlWorkspace(): MlWorkspaceOutputs;
  /** Notebooks. */
  createNotebooks(): NotebookOutputs;
  /** Pipelines with an identity for each step, their schedules, and the machines that they train on. */
  createTraining(): PipelineOutputs;
  /** Where this cloud has no equal for something in the spec. */
  gaps(): Gap[];
}

/** Makes a platform whose resources are children of `parent`. */
export type PlatformFactory = (workspace: Workspace, parent: pulumi.Resource) => Platform;
