export type * from "../args.ts";
export { InvalidInputError, type Problem } from "../problems.ts";
export { DataStore, type DataStoreArgs } from "./data-stores.ts";
export { PrivateEndpoints, type PrivateEndpointsArgs } from "./endpoints.ts";
export {
  type DataAccessArgs,
  DataGrant,
  type DataGrantArgs,
  WorkloadIdentity,
  type WorkloadIdentityArgs,
} from "./identities.ts";
export { CustomerManagedKey, type CustomerManagedKeyArgs } from "./keys.ts";
export { PrivateNetwork, type PrivateNetworkArgs } from "./network.ts";
export { PrivateNotebook, type PrivateNotebookArgs } from "./notebooks.ts";
export { createProvider } from "./provider.ts";
export { SecureMlWorkspace } from "./workspace.ts";
