/** What a workspace makes of its data stores, and the storage account that Azure ML itself works with. */
import type { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { FileServiceProperties } from "@pulumi/azure-native/storage/fileServiceProperties.js";
import * as pulumi from "@pulumi/pulumi";
import type { DataStoreOutputs, KeyPurpose } from "../platform.ts";
import type { DataStoreSpec } from "../spec.ts";
import type { EndpointGroup } from "./clouds.ts";
import { DataStore } from "./data-stores.ts";
import { connect, type EndpointSite } from "./endpoints.ts";
import { mapText, storageAccountParts } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import { audit, blobServiceOf, type LogStores } from "./logs.ts";
import { type Context, placeArgs } from "./place.ts";

/** The store for trained models: a container in Azure ML's own storage account. */
export const MODELS = "models";

/** A data store of the workspace, new or existing. */
export interface StoreInfo {
  /** Name in the spec, or `models`. */
  name: string;
  /** What notebooks may do with it. */
  access: DataStoreSpec["access"];
  /** Id of the storage account. */
  accountId: pulumi.Input<string>;
  /** Blob container. */
  container: string;
  /** URI of the data. */
  uri: pulumi.Output<string>;
  /** Resources that must exist before a grant on the container; none for a store that exists already. */
  usable: pulumi.Resource[];
  /** Private endpoints of the account; none for a store that exists already. */
  endpoints: PrivateEndpoint[];
}

/** Azure ML's own storage account. */
export interface WorkspaceStore extends StoreInfo {
  /** Id of the account, known before it exists. */
  accountId: string;
  /** Id of the account, as an output of it. */
  account: pulumi.Output<string>;
}

/** Everything that the workspace stores data in. */
export interface WorkspaceStores {
  /** The data stores of the spec, in its order. */
  data: StoreInfo[];
  /** Azure ML's own store, with the models. */
  models: WorkspaceStore;
}

/** What stores are made with. */
export interface StoreParts {
  /** The keys by purpose. */
  keys: Record<KeyPurpose, CustomerManagedKey>;
  /** Where access logs go. */
  logs: LogStores;
  /** Where private endpoints are put. */
  site: EndpointSite;
}

/** Creates the new data stores and Azure ML's own, and finds the existing ones. */
export function createStores(context: Context, parts: StoreParts): WorkspaceStores {
  const data = context.workspace.dataStores.map((spec) =>
    spec.existing ? existingStore(context, spec) : newStore(context, parts, spec),
  );
  return { data, models: workspaceStore(context, parts) };
}

/** The stores as the workspace component shows them. */
export function storeOutputs({ data, models }: WorkspaceStores): DataStoreOutputs {
  return { dataUris: Object.fromEntries(data.map(({ name, uri }) => [name, uri])), modelUri: models.uri };
}

/** Resource id of a store's container: the scope of data grants. */
export function containerIdOf({ accountId, container }: StoreInfo): pulumi.Input<string> {
  return mapText(accountId, (id) => `${id}/blobServices/default/containers/${container}`);
}

/** Name of a store in Azure ML, which takes letters, digits and underscores. */
export function datastoreNameOf(store: string): string {
  return store.replaceAll("-", "_");
}

function newStore(context: Context, parts: StoreParts, spec: DataStoreSpec): StoreInfo {
  const { name, access, retentionDays, immutableDays } = spec;
  // A container's name has at least three characters, one more than a name in the spec.
  const containerName = name.length < 3 ? `${name}-data` : name;
  const store = createStore(context, parts, name, parts.keys.data, { containerName, retentionDays, immutableDays });
  const endpoints = connectStore(context, parts, `data-${name}`, store, ["blob", "dfs"]);
  const { uri, usable } = store;
  return { name, access, accountId: accountOf(store), container: containerName, uri, usable, endpoints };
}

function existingStore({ place }: Context, { name, access, existing }: DataStoreSpec): StoreInfo {
  const { id, container = "" } = existing!;
  const accountId = mapText(id, (text) => text.replace(/\/+$/, ""));
  const account = mapText(id, (text) => storageAccountParts(text)!.accountName);
  const uri = pulumi.interpolate`abfss://${container}@${account}.dfs.${place.cloud.storageSuffix}/`;
  return { name, access, accountId, container, uri, usable: [], endpoints: [] };
}

/** Models and job outputs are blobs, notebook files are in a file share; batch jobs use queues and tables. */
function workspaceStore(context: Context, parts: StoreParts): WorkspaceStore {
  const settings = { containerName: MODELS, trustedServices: true };
  const store = createStore(context, parts, MODELS, parts.keys.models, settings);
  const endpoints = connectStore(context, parts, MODELS, store, ["blob", "file", "queue", "table", "dfs"]);
  const accountId = accountOf(store);
  new FileServiceProperties(
    `${context.name}-data-models-files`,
    {
      accountName: storageAccountParts(accountId)!.accountName,
      resourceGroupName: context.place.resourceGroupName,
      fileServicesName: "default",
      shareDeleteRetentionPolicy: { enabled: true, days: 90 },
    },
    { parent: store, dependsOn: store.usable },
  );
  for (const service of ["file", "queue", "table"]) {
    audit(context, parts.logs, `${service}s-models`, pulumi.interpolate`${store.accountId}/${service}Services/default`);
  }
  const { uri, usable } = store;
  const info = { name: MODELS, access: "read-write" as const, container: MODELS, uri, usable, endpoints };
  return { ...info, accountId, account: store.accountId };
}

/** One endpoint after the other: a storage account refuses a second one while it works on the first. */
function connectStore(
  context: Context,
  { site }: StoreParts,
  role: string,
  store: DataStore,
  groups: EndpointGroup[],
): PrivateEndpoint[] {
  const endpoints: PrivateEndpoint[] = [];
  for (const group of groups) {
    endpoints.push(connect(context, site, role, store.accountId, group, [...store.usable, ...endpoints]));
  }
  return endpoints;
}

function createStore(
  context: Context,
  { logs }: StoreParts,
  name: string,
  key: CustomerManagedKey,
  settings: { containerName: string; retentionDays?: number; immutableDays?: number; trustedServices?: boolean },
): DataStore {
  const store = new DataStore(
    `${context.name}-data-${name}`,
    {
      ...placeArgs(context),
      ...settings,
      accountName: context.names.storage("data", name),
      vaultUri: key.vaultUri,
      keyName: key.keyName,
      keyIdentityId: key.identityId,
    },
    { ...context.opts, dependsOn: key.usable },
  );
  audit(context, logs, `data-${name}`, blobServiceOf(store.accountId));
  return store;
}

function accountOf({ containerId }: DataStore): string {
  return containerId.split("/blobServices/")[0]!;
}
