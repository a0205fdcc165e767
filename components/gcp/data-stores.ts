import { Bucket } from "@pulumi/gcp/storage/bucket.js";
import * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import { InvalidInputError } from "../problems.ts";
import type { DataStoreSpec, Workspace } from "../spec.ts";
import type { WorkspaceKeys } from "./keys.ts";
import type { GcpTarget } from "./target.ts";

const SECONDS_PER_DAY = 86400;

/** Soft delete keeps objects between 7 and 90 days (cloud.google.com/storage/docs/soft-delete). */
const SOFT_DELETE_DAYS = { min: 7, max: 90 };

/** How long models and their older versions are kept after they are deleted or replaced, in days. */
const MODEL_RETENTION_DAYS = 365;

/** Unfinished uploads are cleaned up after this many days. */
const UPLOAD_DAYS = 7;

/** Arguments of {@link DataStore}. */
export interface DataStoreArgs {
  /** Project id. */
  project: string;
  /** Region. */
  location: string;
  /** Name of the bucket, unique in all of Google Cloud. */
  bucketName: string;
  /** Resource name of the key that encrypts it. Cloud Storage's agent must be allowed to use it. */
  keyId: pulumi.Input<string>;
  /**
   * How long deleted and overwritten objects can be recovered, in days.
   * @default 90
   */
  retentionDays?: number;
  /**
   * How long a new object can be neither changed nor deleted, in days. The retention policy is locked: it cannot be
   * shortened or lifted by anybody, and the bucket cannot be deleted before its objects are old enough.
   * @default 0, which turns immutability off
   */
  immutableDays?: number;
}

/**
 * A private bucket: access by IAM only, never public, encrypted with a customer-managed key, recoverable.
 *
 * Deleted and overwritten objects stay as older versions for `retentionDays`. Cloud Storage does not keep versions in a
 * bucket with a retention policy (they exclude each other), and nothing needs them there: its objects cannot change.
 */
export class DataStore extends pulumi.ComponentResource {
  /** `gs://…` */
  readonly uri: pulumi.Output<string>;
  /** Name of the bucket. */
  readonly bucketName: string;
  /** The bucket, for what must wait for it. */
  readonly bucket: Bucket;

  constructor(name: string, args: DataStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:DataStore", name, {}, opts);
    const { project, location, bucketName, keyId, retentionDays = 90, immutableDays = 0 } = args;
    const softDeleteDays = Math.min(Math.max(retentionDays, SOFT_DELETE_DAYS.min), SOFT_DELETE_DAYS.max);
    this.bucketName = bucketName;
    this.bucket = new Bucket(
      name,
      {
        project,
        location,
        name: bucketName,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        encryption: { defaultKmsKeyName: keyId },
        versioning: { enabled: immutableDays === 0 },
        retentionPolicy: immutableDays
          ? { retentionPeriod: String(immutableDays * SECONDS_PER_DAY), isLocked: true }
          : undefined,
        softDeletePolicy: { retentionDurationSeconds: softDeleteDays * SECONDS_PER_DAY },
        lifecycleRules: lifecycle(retentionDays, immutableDays),
        forceDestroy: false,
      },
      { parent: this },
    );
    this.uri = pulumi.interpolate`gs://${this.bucket.name}`;
    this.registerOutputs({ uri: this.uri });
  }
}

function lifecycle(retentionDays: number, immutableDays: number) {
  const uploads = { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: UPLOAD_DAYS } };
  const versions = { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: retentionDays } };
  return immutableDays ? [uploads] : [uploads, versions];
}

/** A data store of the spec, new or existing. */
export interface WorkspaceStore {
  /** Name in the spec. */
  name: string;
  /** Name of the bucket. Plain text for a new store and for an existing one that is given as text. */
  bucketName: pulumi.Input<string>;
  /** Whether notebooks may write. */
  writable: boolean;
  /** The new store; undefined for an existing one. */
  store?: DataStore;
}

/** What the workspace stores its data and models in. */
export interface WorkspaceStores {
  /** The stores of the spec, in its order. */
  data: WorkspaceStore[];
  /** The place for trained models. */
  models: DataStore;
}

/** Creates the new data stores of the spec and the one for models. */
export function createDataStores(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  { keys, grants }: WorkspaceKeys,
  parent: pulumi.Resource,
): WorkspaceStores {
  const { project, region } = target;
  const place = { project, location: region };
  const create = (spec: DataStoreSpec) =>
    new DataStore(
      `${name}-data-${spec.name}`,
      {
        ...place,
        bucketName: bucketNameOf(workspace, spec.name),
        keyId: keys.data.keyName,
        retentionDays: spec.retentionDays,
        immutableDays: spec.immutableDays,
      },
      { parent, dependsOn: grants.data },
    );
  const data = workspace.dataStores.map((spec): WorkspaceStore => {
    const writable = spec.access === "read-write";
    if (spec.existing) return { name: spec.name, bucketName: spec.existing.id, writable };
    const store = create(spec);
    return { name: spec.name, bucketName: store.bucketName, writable, store };
  });
  const models = new DataStore(
    `${name}-models`,
    {
      ...place,
      bucketName: bucketNameOf(workspace, "models"),
      keyId: keys.models.keyName,
      retentionDays: MODEL_RETENTION_DAYS,
    },
    { parent, dependsOn: grants.models },
  );
  return { data, models };
}

/** `gs://…` of every store by its name in the spec. */
export function dataUris({ data }: WorkspaceStores): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    data.map(({ name, store, bucketName }) => [name, store?.uri ?? pulumi.interpolate`gs://${bucketName}`]),
  );
}

function bucketNameOf(workspace: Workspace, store: string): string {
  return resourceName(workspace, [store], { max: 63, global: true });
}

/** Cloud Storage refuses names that look like Google's own (cloud.google.com/storage/docs/buckets#naming). */
export function checkBucketNames(workspace: Workspace): void {
  const problems = ["models", ...workspace.dataStores.filter((store) => !store.existing).map(({ name }) => name)]
    .map((store) => bucketNameOf(workspace, store))
    .filter((bucket) => bucket.startsWith("goog") || /google|g00gle/.test(bucket))
    .map((bucket) => ({
      path: "team",
      message: `gives the bucket name "${bucket}", but bucket names cannot contain "google" or begin with "goog"; choose another team, workspace or data store name`,
    }));
  if (problems.length > 0) throw new InvalidInputError("The workspace spec", problems);
}
