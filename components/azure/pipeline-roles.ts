/** What the identity of a step may do: read its inputs, write its outputs, and read the secrets that it names. */
import type { StepPlan } from "../pipelines.ts";
import { MODEL_STORE, PIPELINE_FOLDERS } from "../training-spec.ts";
import { registeredFolder } from "./pipeline-definition.ts";

const CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers";
const BLOBS = `${CONTAINERS}/blobs`;

/** Folders of one data store. */
export interface StoreFolders {
  /** Data store, or `models`. */
  dataStore: string;
  /** Folders in it; one that is empty stands for all of it. */
  folders: string[];
}

/** Folders that a step reads, by data store. */
export function readFolders(step: StepPlan): StoreFolders[] {
  return byStore(step.inputs);
}

/** Folders that a step writes, by data store. */
export function writeFolders(step: StepPlan): StoreFolders[] {
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
export function folderCondition(folders: string[], actions: string[]): string | undefined {
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
export const READ_ACTIONS = ["read"];

/** Actions on blobs of Storage Blob Data Contributor. */
export const WRITE_ACTIONS = ["read", "write", "add/action", "delete", "move/action"];

const CHANGES = WRITE_ACTIONS.filter((action) => action !== "read");

/** A condition that narrows a role on Azure ML's storage account to the containers of its own, with logs and snapshots. */
export const ARTIFACTS_CONDITION = `((!(${anyOf(WRITE_ACTIONS)})) OR (@Resource[${CONTAINERS}:name] StringStartsWith 'azureml'))`;

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
