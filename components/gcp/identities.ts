import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import { InvalidInputError } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import type { WorkspaceStores } from "./data-stores.ts";
import type { PackageMirror } from "./egress.ts";
import type { CustomRole, RoleName } from "./roles.ts";
import { type GcpTarget, serviceAccountEmail, serviceAccountMember } from "./target.ts";

/** Longest id of a service account. */
const MAX_ACCOUNT_ID = 30;

/** What a grant on a bucket allows, in the predefined roles that exist in every project. */
const BUCKET_ROLES: Record<string, string> = {
  read: "roles/storage.objectViewer",
  "read-write": "roles/storage.objectUser",
};

/** Arguments of {@link DataGrant}. */
export interface DataGrantArgs {
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /** Email of the service account that gets access. */
  serviceAccountEmail: pulumi.Input<string>;
  /**
   * `read` (get and list objects) or `read-write` (also create, replace and delete them).
   * @default "read"
   */
  access?: string;
  /**
   * Role to grant instead, such as a custom one of the bucket's project.
   * @default roles/storage.objectViewer or roles/storage.objectUser, which hold for buckets of every project
   */
  role?: string;
  /**
   * Only objects whose names begin with this. Listing is not limited to a prefix by IAM, so such a grant does not list.
   * @default every object of the bucket
   */
  prefix?: string;
}

/**
 * One more bucket for a service account that exists. It adds one member to the bucket's policy and touches nothing else:
 * neither the account nor who may act as it. A bucket encrypted with a customer-managed key needs no grant on the key,
 * because Cloud Storage's agent decrypts (cloud.google.com/storage/docs/encryption/customer-managed-keys#service-agents).
 */
export class DataGrant extends pulumi.ComponentResource {
  constructor(name: string, args: DataGrantArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:DataGrant", name, {}, opts);
    const { bucket, serviceAccountEmail: email, access = "read", prefix } = args;
    const role = args.role ?? BUCKET_ROLES[access];
    if (!role) {
      const message = `"${access}" does not fit; use one of ${Object.keys(BUCKET_ROLES).join(", ")}`;
      throw new InvalidInputError("The data grant", [{ path: "access", message }]);
    }
    new BucketIAMMember(
      name,
      {
        bucket,
        role,
        member: typeof email === "string" ? serviceAccountMember(email) : pulumi.interpolate`serviceAccount:${email}`,
        condition: prefix === undefined ? undefined : prefixCondition(bucket, prefix),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** IAM condition that holds for objects whose names begin with `prefix`. */
function prefixCondition(bucket: pulumi.Input<string>, prefix: string) {
  const expression = (bucketName: string) =>
    `resource.name.startsWith("projects/_/buckets/${bucketName}/objects/${prefix}")`;
  return {
    title: fit(`only-${prefix.replaceAll(/[^a-z0-9]+/g, "-").replace(/-$/, "")}`, 100),
    expression: typeof bucket === "string" ? expression(bucket) : pulumi.output(bucket).apply(expression),
  };
}

/** Arguments of {@link WorkloadIdentity}. */
export interface WorkloadIdentityArgs {
  /** Project id. */
  project: string;
  /**
   * Id of the service account, 6 to 30 characters.
   * @default the component's name, cut to 30 characters
   */
  accountId?: string;
  /** What the account is for. */
  description?: string;
  /**
   * Buckets whose objects it may get and list.
   * @default []
   */
  readBuckets?: pulumi.Input<string>[];
  /**
   * Buckets whose objects it may also create, replace and delete.
   * @default []
   */
  writeBuckets?: pulumi.Input<string>[];
}

/**
 * A service account for one purpose. It has no key, no role on the project, and nobody may act as it until somebody is
 * granted that.
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Email of the service account. It follows from the arguments, so it is known at preview. */
  readonly email: string;
  /** IAM member, `serviceAccount:…`. */
  readonly member: string;
  /** Resource name, `projects/…/serviceAccounts/…`. */
  readonly accountName: string;
  /** The service account, for what must wait for it. */
  readonly account: Account;

  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:WorkloadIdentity", name, {}, opts);
    const { project, accountId = fit(name, MAX_ACCOUNT_ID), description, readBuckets = [], writeBuckets = [] } = args;
    this.email = serviceAccountEmail(project, accountId);
    this.member = serviceAccountMember(this.email);
    this.accountName = `projects/${project}/serviceAccounts/${this.email}`;
    this.account = new Account(name, { project, accountId, displayName: accountId, description }, { parent: this });
    const grant = (bucket: pulumi.Input<string>, access: string, index: number) =>
      new DataGrant(
        `${name}-${access}-${index}`,
        { bucket, serviceAccountEmail: this.email, access },
        { parent: this, dependsOn: [this.account] },
      );
    readBuckets.forEach((bucket, index) => {
      grant(bucket, "read", index);
    });
    writeBuckets.forEach((bucket, index) => {
      grant(bucket, "read-write", index);
    });
    this.registerOutputs({ email: this.email });
  }
}

/** The identities of a workspace. */
export interface WorkspaceIdentities {
  /** Identity of each notebook by the notebook's name. */
  notebooks: Record<string, WorkloadIdentity>;
  /** Identity of jobs. */
  jobs: WorkloadIdentity;
}

/** What identities are made from. */
export interface IdentityContext {
  workspace: Workspace;
  target: GcpTarget;
  roles: Record<RoleName, CustomRole>;
  stores: WorkspaceStores;
  /** The package mirror, if egress asks for one. */
  mirror?: PackageMirror;
  parent: pulumi.Resource;
  dependsOn: pulumi.Resource[];
}

/** Creates one identity for each notebook and one for jobs, and grants exactly what the spec implies. */
export function createIdentities(name: string, context: IdentityContext): WorkspaceIdentities {
  const { workspace } = context;
  grantPeople(name, context);
  const notebooks = workspace.notebooks.map(({ name: notebook, owner }): [string, WorkloadIdentity] => {
    const part = `notebook-${notebook}`;
    return [notebook, createWorkload(`${name}-identity-${part}`, part, `Notebook ${notebook} of ${owner}`, context)];
  });
  const jobs = createWorkload(`${name}-identity-jobs`, "jobs", "Jobs of the workspace", context);
  return { notebooks: Object.fromEntries(notebooks), jobs };
}

/** A service account with the spec's data access, which may add models below a folder of its own. */
function createWorkload(name: string, part: string, description: string, context: IdentityContext): WorkloadIdentity {
  const { workspace, target, roles, stores, mirror, parent, dependsOn } = context;
  const accountId = resourceName(workspace, [part], { max: MAX_ACCOUNT_ID });
  const identity = new WorkloadIdentity(
    name,
    { project: target.project, accountId, description },
    { parent, dependsOn },
  );
  const exists = { parent, dependsOn: [identity.account] };
  const email = identity.email;
  for (const { name: store, bucketName, writable, store: created } of stores.data) {
    const own = roles[writable ? "dataWriter" : "dataReader"];
    new DataGrant(
      `${name}-${store}`,
      {
        bucket: bucketName,
        serviceAccountEmail: email,
        access: writable ? "read-write" : "read",
        // A custom role holds in its own project only, and an existing bucket may be in another one.
        role: created ? own.id : undefined,
      },
      { parent, dependsOn: [identity.account, ...(created ? [created.bucket, own.resource] : [])] },
    );
  }
  grantModels(name, part, identity, context);
  mirror?.grantRead(part, email, [identity.account]);
  new IAMMember(
    `${name}-runtime`,
    { project: target.project, role: roles.notebookRuntime.id, member: identity.member },
    { ...exists, dependsOn: [identity.account, roles.notebookRuntime.resource] },
  );
  return identity;
}

/** Everybody reads every model; each adds below its own folder, and none can replace or delete one. */
function grantModels(name: string, part: string, identity: WorkloadIdentity, context: IdentityContext): void {
  const { roles, stores, parent } = context;
  const bucket = stores.models.bucketName;
  const serviceAccountEmail = identity.email;
  const dependsOn = [identity.account, stores.models.bucket];
  new DataGrant(
    `${name}-models-read`,
    { bucket, serviceAccountEmail, role: roles.dataReader.id },
    { parent, dependsOn: [...dependsOn, roles.dataReader.resource] },
  );
  new DataGrant(
    `${name}-models-add`,
    { bucket, serviceAccountEmail, role: roles.modelWriter.id, prefix: `${part}/` },
    { parent, dependsOn: [...dependsOn, roles.modelWriter.resource] },
  );
}

/** Data scientists see the notebooks that there are; operators run them. Neither gets any data. */
function grantPeople(name: string, { workspace, target, roles, parent }: IdentityContext): void {
  const { dataScientists, operators } = workspace.people;
  const grant = (person: string, member: string, role: CustomRole) =>
    new IAMMember(
      `${name}-${person}`,
      { project: target.project, role: role.id, member },
      { parent, dependsOn: [role.resource] },
    );
  for (const person of dataScientists) grant(`person-${person.name}`, person.gcp ?? "", roles.dataScientist);
  for (const person of operators) grant(`person-${person.name}`, person.gcp ?? "", roles.operator);
}
