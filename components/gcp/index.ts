export { DataStore, type DataStoreArgs } from "./data-stores.ts";
export { PackageMirror, type PackageMirrorArgs, WebProxy, type WebProxyArgs } from "./egress.ts";
export { DataGrant, type DataGrantArgs, WorkloadIdentity, type WorkloadIdentityArgs } from "./identities.ts";
export { CustomerManagedKey, type CustomerManagedKeyArgs, type KeyGrantOptions } from "./keys.ts";
export { LogStore, type LogStoreArgs } from "./logs.ts";
export { PrivateNetwork, type PrivateNetworkArgs } from "./network.ts";
export { PrivateNotebook, type PrivateNotebookArgs } from "./notebooks.ts";
export type {
  PipelineAttachmentArgs,
  PipelineDatabaseArgs,
  PipelineImageArgs,
  PipelineParameterArgs,
  PipelineSecretArgs,
  PipelineStoreArgs,
  TrainingPipelineArgs,
} from "./pipeline-args.ts";
export type { PipelineRolesArgs } from "./pipeline-roles.ts";
export { TrainingPipeline } from "./pipelines.ts";
export { createProvider } from "./provider.ts";
export { ProjectServices, type ProjectServicesArgs } from "./services.ts";
export {
  type ClusterDestinationArgs,
  PrivateTrainingCluster,
  type PrivateTrainingClusterArgs,
} from "./training-cluster.ts";
export { SecureMlWorkspace } from "./workspace.ts";
