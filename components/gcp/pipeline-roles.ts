/** The identity of each step of a pipeline, with exactly what the step names, and those that run and start it. */
import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { IAMMember as ServiceAccountIAMMember } from "@pulumi/gcp/serviceaccount/iammember.js";
import { BucketIAMMember } from "@pulumi/gcp/storage/bucketIAMMember.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { type StepPlan, storesOf } from "../pipelines.ts";
import { MODEL_STORE } from "../training-spec.ts";
import { grantSignIn } from "./databases.ts";
import { WorkloadIdentity } from "./identities.ts";
import { grantParameter } from "./parameters.ts";
import type { TrainingPipelineArgs } from "./pipeline-args.ts";
import { grantSecret } from "./secrets.ts";

/** Longest id of a service account whose name in PostgreSQL, with the longest project id, keeps to 63 characters. */
const MAX_ACCOUNT_ID = 28;

/** Folder of the models bucket in which Vertex AI keeps what it needs of a run: neither data nor models. */
const RUNS = "pipeline-runs";

/** The most folders that a path may go through: a condition has at most 12 operators (cloud.google.com/iam/quotas). */
export const MAX_PATH_DEPTH = 6;

/** The roles of a pipeline's identities. */
export interface PipelineRolesArgs {
  /** Lists the objects of a bucket. */
  lister: string;
  /** Reads objects. Granted under a condition on the folder. */
  reader: string;
  /** Writes, reads and replaces objects. Granted under a condition on the folder. */
  writer: string;
  /** Writes logs. */
  runtime: string;
  /** Creates jobs, records runs, registers models and reads scan results. */
  runner: string;
  /** Creates pipeline runs. */
  starter: string;
}

/** Predefined roles on buckets of other projects, in which custom roles do not hold. */
const FOREIGN_ROLES = {
  lister: "roles/storage.legacyBucketReader",
  reader: "roles/storage.objectViewer",
  writer: "roles/storage.objectUser",
};

/** A role on a bucket. */
type FolderRole = keyof typeof FOREIGN_ROLES;

/** Who does what with a pipeline, and the grants that a run needs. */
export interface PipelineIdentities {
  /** Email of the account of each step that runs code, by the step's name. */
  steps: Record<string, string>;
  /** Email of the account that the pipeline runs as. */
  runner: string;
  /** Email of the account of the workflow that starts the pipeline. */
  starter: string;
  /** The grants. */
  grants: pulumi.Resource[];
}

/** Whether a step runs code of the team's; registering a model is a task of the pipeline itself. */
export function runsCode({ spec }: StepPlan): boolean {
  return spec.kind !== "register";
}

/** Bucket and folder in which Vertex AI keeps what it needs of a pipeline's runs, `gs://…`. */
export function runFolder(args: TrainingPipelineArgs): pulumi.Output<string> {
  return pulumi.interpolate`gs://${bucketOf(args, MODEL_STORE).bucket}/${RUNS}/${args.pipeline.name}`;
}

/** Creates the identities of a pipeline and grants each what it needs. */
export function createPipelineIdentities(
  name: string,
  steps: StepPlan[],
  args: TrainingPipelineArgs,
  parent: pulumi.Resource,
): PipelineIdentities {
  const builder = new IdentityBuilder(name, args, parent);
  const accounts = steps.filter(runsCode).map((step) => [step.spec.name, builder.createStep(step)] as const);
  const runner = builder.createRunner(accounts);
  const starter = builder.createStarter(runner);
  return {
    steps: Object.fromEntries(accounts.map(([step, { email }]) => [step, email])),
    runner: runner.email,
    starter: starter.email,
    grants: builder.grants,
  };
}

/** Makes the identities of one pipeline and collects their grants. No name of a spec has the two hyphens of theirs. */
class IdentityBuilder {
  readonly grants: pulumi.Resource[] = [];
  private readonly name: string;
  private readonly args: TrainingPipelineArgs;
  private readonly parent: pulumi.Resource;

  constructor(name: string, args: TrainingPipelineArgs, parent: pulumi.Resource) {
    this.name = name;
    this.args = args;
    this.parent = parent;
  }

  createStep(step: StepPlan): WorkloadIdentity {
    const { spec } = step;
    const part = `${this.name}-${spec.name}`;
    const identity = this.createAccount(part, `step-${step.identity}`, `Step ${spec.name} of ${step.pipeline}`);
    this.grantFolders(part, step, identity);
    this.grantProject(`${part}--runtime`, identity, this.args.roles.runtime);
    this.grantNamed(part, step, identity);
    if (spec.packages) this.grantPackages(`${part}--packages`, identity);
    return identity;
  }

  /**
   * Creates the jobs of its pipeline as the steps' accounts, and reads no data. Nobody may act as it but the workflow that
   * starts the pipeline, and nobody but its author can change what the pipeline does.
   */
  createRunner(steps: (readonly [string, WorkloadIdentity])[]): WorkloadIdentity {
    const { pipeline, roles } = this.args;
    const part = `${this.name}--runner`;
    const identity = this.createAccount(part, `run-${pipeline.name}`, `Runs the pipeline ${pipeline.name}`);
    this.grantProject(`${part}-role`, identity, roles.runner);
    const runs = `${RUNS}/${pipeline.name}`;
    for (const role of ["reader", "writer"] as const) {
      this.grantFolder(`${part}-${role}`, role, MODEL_STORE, identity, runs, (bucket) => below(bucket, runs));
    }
    for (const [step, account] of steps) this.actAs(`${part}-as-${step}`, identity, account);
    return identity;
  }

  createStarter(runner: WorkloadIdentity): WorkloadIdentity {
    const { pipeline, roles } = this.args;
    const part = `${this.name}--starter`;
    const identity = this.createAccount(part, `start-${pipeline.name}`, `Starts the pipeline ${pipeline.name}`);
    this.grantProject(`${part}-role`, identity, roles.starter);
    this.actAs(`${part}-as-runner`, identity, runner);
    return identity;
  }

  private createAccount(name: string, part: string, description: string): WorkloadIdentity {
    const { project, accountPrefix } = this.args;
    const accountId = fit(`${accountPrefix}-${part}`, MAX_ACCOUNT_ID);
    return new WorkloadIdentity(name, { project, accountId, description }, { parent: this.parent });
  }

  /**
   * A step reads its inputs, and writes and reads its outputs, folder by folder. A mounted bucket is listed from its root,
   * so a step also sees the names of the other objects in the stores that it names, and reads none of them.
   */
  private grantFolders(name: string, step: StepPlan, identity: WorkloadIdentity): void {
    for (const store of storesOf(step)) this.grantFolder(`${name}--lists-${store}`, "lister", store, identity, "");
    for (const { name: input, dataStore, path } of step.inputs) {
      const readable = (bucket: string) => pathsTo(bucket, path);
      this.grantFolder(`${name}--in-${input}`, "reader", dataStore, identity, path, readable);
    }
    for (const { name: output, dataStore, path } of step.outputs) {
      const readable = (bucket: string) => pathsTo(bucket, path);
      const writable = (bucket: string) => placesIn(bucket, path);
      this.grantFolder(`${name}--reads-${output}`, "reader", dataStore, identity, path, readable);
      this.grantFolder(`${name}--out-${output}`, "writer", dataStore, identity, path, writable);
    }
  }

  private grantFolder(
    name: string,
    role: FolderRole,
    store: string,
    identity: WorkloadIdentity,
    path: string,
    expression: (bucket: string) => string = () => "",
  ): void {
    const { bucket, foreign = false } = bucketOf(this.args, store);
    const grant = new BucketIAMMember(
      name,
      {
        bucket,
        role: foreign ? FOREIGN_ROLES[role] : this.args.roles[role],
        member: identity.member,
        condition: path ? { title: titleOf(path), expression: mapped(bucket, expression) } : undefined,
      },
      this.after(identity),
    );
    this.grants.push(grant);
  }

  /** Secrets, parameters and databases, each by itself. */
  private grantNamed(name: string, { spec }: StepPlan, { email, account }: WorkloadIdentity): void {
    const { secrets = [], parameters = [], databases = [] } = this.args;
    const opts = { parent: this.parent, dependsOn: [account] };
    const place = { project: this.args.project, number: this.args.projectNumber, region: this.args.location };
    for (const { name: secret, secretId } of secrets) {
      if (!spec.secrets.includes(secret)) continue;
      this.grants.push(grantSecret(`${name}--secret-${secret}`, place, secretId, email, opts));
    }
    for (const { name: parameter, parameterId } of parameters) {
      if (!spec.parameters.includes(parameter)) continue;
      this.grants.push(grantParameter(`${name}--parameter-${parameter}`, place, parameterId, email, opts));
    }
    for (const { name: database, instance } of databases) {
      if (!instance || !spec.databases.includes(database)) continue;
      this.grants.push(...grantSignIn(`${name}--database-${database}`, place.project, instance, email, opts));
    }
  }

  private grantPackages(name: string, identity: WorkloadIdentity): void {
    const { project, location, packageRepository } = this.args;
    const role = "roles/artifactregistry.reader";
    const args = { project, location, repository: packageRepository!, role, member: identity.member };
    this.grants.push(new RepositoryIamMember(name, args, this.after(identity)));
  }

  private grantProject(name: string, identity: WorkloadIdentity, role: string): void {
    const args = { project: this.args.project, role, member: identity.member };
    this.grants.push(new IAMMember(name, args, this.after(identity)));
  }

  private actAs(name: string, identity: WorkloadIdentity, other: WorkloadIdentity): void {
    const role = "roles/iam.serviceAccountUser";
    const args = { serviceAccountId: other.accountName, role, member: identity.member };
    this.grants.push(new ServiceAccountIAMMember(name, args, this.after(identity, other)));
  }

  private after(...identities: WorkloadIdentity[]): pulumi.CustomResourceOptions {
    return { parent: this.parent, dependsOn: identities.map(({ account }) => account) };
  }
}

function bucketOf({ dataStores }: TrainingPipelineArgs, store: string) {
  return dataStores.find(({ name }) => name === store)!;
}

function titleOf(path: string): string {
  return fit(`only-${path.replaceAll(/[^A-Za-z0-9]+/g, "-")}`, 100);
}

/** The objects of a folder, and what leads to it by exact names: opening a mounted folder asks for each on the way. */
function pathsTo(bucket: string, path: string): string {
  const ancestors = ancestorsOf(path).flatMap((folder) => [folder, `${folder}/`]);
  return [below(bucket, path), ...[...ancestors, path].map((name) => exactly(bucket, name))].join(" || ");
}

/** The objects of a folder, and the placeholders of the folders above it, which the first run makes. */
function placesIn(bucket: string, path: string): string {
  const placeholders = ancestorsOf(path).map((folder) => exactly(bucket, `${folder}/`));
  return [below(bucket, path), ...placeholders].join(" || ");
}

function below(bucket: string, path: string): string {
  return `resource.name.startsWith("${objectName(bucket, path)}/")`;
}

function exactly(bucket: string, name: string): string {
  return `resource.name == "${objectName(bucket, name)}"`;
}

function objectName(bucket: string, object: string): string {
  return `projects/_/buckets/${bucket}/objects/${object}`;
}

/** `a/b/c` lies in `a` and `a/b`. */
function ancestorsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** The name of an existing bucket may come from another resource; a text stays a text, so that policies read it. */
function mapped(bucket: pulumi.Input<string>, make: (bucket: string) => string): pulumi.Input<string> {
  return typeof bucket === "string" ? make(bucket) : pulumi.output(bucket).apply(make);
}
