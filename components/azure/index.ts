export { DataStore, type DataStoreArgs } from "./data-stores.ts";
export { DataGrant, type DataGrantArgs, WorkloadIdentity, type WorkloadIdentityArgs } from "./identities.ts";
export { CustomerManagedKey, type CustomerManagedKeyArgs } from "./keys.ts";
export { PrivateNetwork, type PrivateNetworkArgs } from "./network.ts";
export { PrivateNotebook, type PrivateNotebookArgs } from "./notebooks.ts";
export type {
  PipelineDatabaseArgs,
  PipelineImageArgs,
  PipelineParameterArgs,
  PipelineSecretArgs,
  PipelineStoreArgs,
  TrainingPipelineArgs,
} from "./pipeline-args.ts";
export { TrainingPipeline } from "./pipelines.ts";
export { createProvider } from "./provider.ts";
export { PrivateTrainingCluster, type PrivateTrainingClusterArgs } from "./training-cluster.ts";
export { SecureMlWorkspace } from "./workspace.ts";
