/** What the identity of a step may do: read its inputs, write its outputs, and read the secrets that it names. */
import type * as pulumi from "@pulumi/pulumi";
import type { StepPlan } from "../pipelines.ts";
import { MODEL_STORE, PIPELINE_FOLDERS } from "../training-spec.ts";
import { registeredFolder } from "./pipeline-definition.ts";
import { BUILT_IN_ROLES, type Grant } from "./roles.ts";

const CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers";
const BLOBS = `${CONTAINERS}/blobs`;

/** One role of a step. */
export interface StepGrant extends Pick<Grant, "role" | "scope" | "condition"> {
  /** Short name, unique in the step. */
  label: string;
}

/** What grants are on. */
export interface GrantTies {
  /** Resource id of Azure ML's own storage account. */
  workspaceStorageId: string;
  /** Resource id of the container registry. */
  registryId: string;
  /** Resource id of the App Configuration store. */
  parameterStoreId?: string;
  /** Resource id of a data store's container. */
  containerIdOf: (dataStore: string) => pulumi.Input<string>;
  /** Resource id of a secret. */
  secretIdOf: (secret: string) => string;
}

/** Everything that a step may do. */
export function stepGrants(step: StepPlan, ties: GrantTies): StepGrant[] {
  const { secrets, parameters } = step.spec;
  const { storageBlobDataReader, storageBlobDataContributor } = BUILT_IN_ROLES;
  return [
    ...jobGrants(ties),
    ...folderGrants("read", readFolders(step), storageBlobDataReader, READ_ACTIONS, ties),
    ...folderGrants("write", writeFolders(step), storageBlobDataContributor, WRITE_ACTIONS, ties),
    ...secrets.map((secret) => ({
      label: `secret-${secret}`,
      role: BUILT_IN_ROLES.keyVaultSecretsUser,
      scope: ties.secretIdOf(secret),
    })),
    ...(parameters.length > 0
      ? [{ label: "parameters", role: BUILT_IN_ROLES.appConfigurationDataReader, scope: ties.parameterStoreId! }]
      : []),
  ];
}

/** What the gate may do: read assessments in the resource group of the registry. */
export function gateGrants(scanReaderRole: string, ties: GrantTies): StepGrant[] {
  const scope = ties.registryId.split("/providers/")[0]!;
  return [...jobGrants(ties), { label: "scans", role: scanReaderRole, scope }];
}

/** What every job does with the identity of its cluster: it pulls its image, and writes its logs. */
function jobGrants({ workspaceStorageId, registryId }: GrantTies): StepGrant[] {
  const { acrPull, storageBlobDataContributor } = BUILT_IN_ROLES;
  return [
    { label: "images", role: acrPull, scope: registryId },
    { label: "logs", role: storageBlobDataContributor, scope: workspaceStorageId, condition: ARTIFACTS_CONDITION },
  ];
}

function folderGrants(
  label: string,
  stores: StoreFolders[],
  role: string,
  actions: string[],
  { containerIdOf }: GrantTies,
): StepGrant[] {
  return stores.map(({ dataStore, folders }) => ({
    label: `${label}-${dataStore}`,
    role,
    scope: containerIdOf(dataStore),
    condition: folderCondition(folders, actions),
  }));
}

/** Folders of one data store. */
interface StoreFolders {
  /** Data store, or `models`. */
  dataStore: string;
  /** Folders in it; one that is empty stands for all of it. */
  folders: string[];
}

/** Folders that a step reads, by data store. */
function readFolders(step: StepPlan): StoreFolders[] {
  return byStore(step.inputs);
}

/** Folders that a step writes, by data store. */
function writeFolders(step: StepPlan): StoreFolders[] {
  if (step.spec.kind !== "register") return byStore(step.outputs);
  return [{ dataStore: MODEL_STORE, folders: [registeredFolder(step)] }];
}

function byStore(entries: { dataStore: string; path: string }[]): StoreFolders[] {
  const stores = [...new Set(entries.map(({ dataStore }) => dataStore))].sort();
  return stores.map((dataStore) => {
    const folders = entries.filter((entry) => entry.dataStore === dataStore).map(({ path }) => path);
    return { dataStore, folders: [...new Set(folders)].sort() };
  });
}

/**
 * A condition that narrows a role on a container to folders of it: blobs by their path, lists by their prefix. Undefined
 * where the whole container is meant. https://learn.microsoft.com/azure/storage/blobs/storage-auth-abac-examples
 */
function folderCondition(folders: string[], actions: string[]): string | undefined {
  if (folders.includes("")) return undefined;
  const any = (attribute: string) => folders.map((path) => `${attribute} StringStartsWith '${path}/'`).join(" OR ");
  const list = `ActionMatches{'${BLOBS}/read'} AND SubOperationMatches{'Blob.List'}`;
  const blob = actions.map((action) =>
    action === "read"
      ? `(ActionMatches{'${BLOBS}/read'} AND NOT SubOperationMatches{'Blob.List'})`
      : `ActionMatches{'${BLOBS}/${action}'}`,
  );
  return [
    `((!(${blob.join(" OR ")})) OR (${any(`@Resource[${BLOBS}:path]`)}))`,
    `((!(${list})) OR (${any(`@Request[${BLOBS}:prefix]`)}))`,
  ].join(" AND ");
}

/** Actions on blobs of Storage Blob Data Reader. */
const READ_ACTIONS = ["read"];

/** Actions on blobs of Storage Blob Data Contributor. */
const WRITE_ACTIONS = ["read", "write", "add/action", "delete", "move/action"];

const CHANGES = WRITE_ACTIONS.filter((action) => action !== "read");

/** A condition that narrows a role on Azure ML's storage account to the containers of its own, with logs and snapshots. */
const ARTIFACTS_CONDITION = `((!(${anyOf(WRITE_ACTIONS)})) OR (@Resource[${CONTAINERS}:name] StringStartsWith 'azureml'))`;

/**
 * A condition that keeps people and notebooks from changing what pipelines wrote into the store for models, of which a
 * register step makes the models of the registry.
 */
export const PIPELINE_FOLDERS_CONDITION = [
  `(!(${anyOf(CHANGES)}))`,
  `(@Resource[${CONTAINERS}:name] StringNotEquals '${MODEL_STORE}')`,
  `(@Resource[${BLOBS}:path] StringNotStartsWith '${PIPELINE_FOLDERS}')`,
].join(" OR ");

function anyOf(actions: string[]): string {
  return actions.map((action) => `ActionMatches{'${BLOBS}/${action}'}`).join(" OR ");
}
