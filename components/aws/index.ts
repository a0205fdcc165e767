export type * from "../args.ts";
export { InvalidInputError, type Problem } from "../problems.ts";
export { DataStore, type DataStoreArgs } from "./data-stores.ts";
export { DatabaseAccess, type DatabaseAccessArgs, PrivateDatabase, type PrivateDatabaseArgs } from "./databases.ts";
export { PrivateEndpoints, type PrivateEndpointsArgs } from "./endpoints.ts";
export {
  type DataAccessArgs,
  DataGrant,
  type DataGrantArgs,
  WorkloadIdentity,
  type WorkloadIdentityArgs,
} from "./identities.ts";
export { ImageRepository, type ImageRepositoryArgs } from "./image-repositories.ts";
export { CustomerManagedKey, type CustomerManagedKeyArgs } from "./keys.ts";
export { PrivateNetwork, type PrivateNetworkArgs } from "./network.ts";
export { PrivateNotebook, type PrivateNotebookArgs } from "./notebooks.ts";
export {
  type PipelineDatabaseArgs,
  type PipelineImageArgs,
  type PipelineParameterArgs,
  type PipelineSecretArgs,
  type PipelineStoreArgs,
  TrainingPipeline,
  type TrainingPipelineArgs,
} from "./pipelines.ts";
export { createProvider } from "./provider.ts";
export { WorkloadSecret, type WorkloadSecretArgs } from "./secrets.ts";
export { PrivateTrainingCluster, type PrivateTrainingClusterArgs } from "./training-cluster.ts";
export { SecureMlWorkspace } from "./workspace.ts";
