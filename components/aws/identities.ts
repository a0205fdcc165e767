import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { S3_LIST, S3_READ_OBJECTS, S3_WRITE_OBJECTS } from "./actions.ts";
import { keyUseStatements } from "./keys.ts";
import { identityPolicy, isPlain, policyDocument, type Statement } from "./policy.ts";
import { arn, bucketPath, iamArn, type Target } from "./target.ts";

/** A bucket, or a part of one, that an identity may use. */
export interface DataAccessArgs {
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /**
   * `read` or `read-write`.
   * @default "read"
   */
  access?: string;
  /**
   * Only objects whose names begin with this.
   * @default every object
   */
  prefix?: string;
  /**
   * ARN of the customer-managed key that encrypts it.
   * @default none: the bucket uses S3's own keys
   */
  keyArn?: pulumi.Input<string>;
}

/** A role for workloads that may use certain buckets with their keys, and nothing else. */
export interface WorkloadIdentityArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the workload. */
  region: string;
  /** Name of the role, at most 64 characters. */
  roleName: string;
  /** What the role is for, for people who read a list of roles. */
  description: string;
  /**
   * Buckets that it may use.
   * @default []
   */
  dataStores?: DataAccessArgs[];
  /**
   * ARN of its permissions boundary.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/** A role that SageMaker assumes for notebooks or jobs of one account and region. */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** ARN of the role. */
  readonly roleArn: pulumi.Output<string>;
  /** Name of the role. */
  readonly roleName: pulumi.Output<string>;
  /** Policies to wait for before the role is used. */
  readonly policies: RolePolicy[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The role's name and what it may use.
   * @param opts Resource options.
   */
  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:WorkloadIdentity", name, {}, opts);
    const role = new Role(
      `${name}-role`,
      {
        name: args.roleName,
        description: args.description,
        assumeRolePolicy: policyDocument([sagemakerTrust(args)]),
        permissionsBoundary: args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    this.policies = grant(name, role.name, dataStatements(args, args.dataStores ?? []), this);
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.registerOutputs({ roleArn: this.roleArn, roleName: this.roleName });
  }
}

/** One more bucket for a role that exists. */
export interface DataGrantArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the bucket's key. */
  region: string;
  /** Name of the role. */
  roleName: pulumi.Input<string>;
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /**
   * `read` or `read-write`.
   * @default "read"
   */
  access?: string;
  /**
   * ARN of the customer-managed key that encrypts it.
   * @default none: the bucket uses S3's own keys
   */
  keyArn?: pulumi.Input<string>;
}

/** Gives a role that exists the use of one more bucket. Its trust policy and its other policies stay as they are. */
export class DataGrant extends pulumi.ComponentResource {
  /** Policies that were added. */
  readonly policies: RolePolicy[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The role and the bucket.
   * @param opts Resource options.
   */
  constructor(name: string, args: DataGrantArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:DataGrant", name, {}, opts);
    const { bucket, access, keyArn } = args;
    this.policies = grant(name, args.roleName, dataStatements(args, [{ bucket, access, keyArn }]), this);
    this.registerOutputs({});
  }
}

/** ARN of a role of the account. */
export function roleArn(target: Target, name: string): string {
  return iamArn(target, `role/${name}`);
}

/**
 * Who may assume an execution role: SageMaker, for resources of this account and region. Studio also sets the profile's
 * name as source identity, so that an audit log says who acted (SageMaker developer guide, "Monitoring user resource access").
 */
export function sagemakerTrust(target: Target): Statement {
  return {
    Sid: "SageMakerOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "sagemaker.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
    Condition: {
      ArnLike: { "aws:SourceArn": arn(target, "sagemaker", "*") },
      StringEquals: { "aws:SourceAccount": target.accountId },
    },
  };
}

/** What lets a role use buckets and their keys. */
export function dataStatements(target: Target, stores: DataAccessArgs[]): Statement[] {
  return [...bucketStatements(target, stores), ...keyStatements(target, stores)];
}

/**
 * Gives a role permissions in up to two documents: what is known before anything exists, and what needs an id that only
 * the cloud can give. So one unknown id hides nothing else from a preview. The second document comes first, because
 * what it denies limits what the other one allows.
 */
export function grant(
  name: string,
  role: pulumi.Input<string>,
  statements: Statement[],
  parent: pulumi.Resource,
): RolePolicy[] {
  const documents = [
    { kind: "ids", statements: statements.filter((statement) => !isPlain(statement)) },
    { kind: "policy", statements: statements.filter(isPlain) },
  ];
  const policies: RolePolicy[] = [];
  for (const { kind, statements } of documents.filter((document) => document.statements.length > 0)) {
    const settings = { name: `${name}-${kind}`, role, policy: identityPolicy(statements) };
    policies.push(new RolePolicy(`${name}-${kind}`, settings, { parent, dependsOn: [...policies] }));
  }
  return policies;
}

/** Statements on buckets: those with known names together, each other one by itself. */
function bucketStatements(target: Target, stores: DataAccessArgs[]): Statement[] {
  const known = stores.filter((store) => typeof store.bucket === "string");
  const unknown = stores.filter((store) => typeof store.bucket !== "string");
  return [known, ...unknown.map((store) => [store])]
    .flatMap((group, index) => statementsOn(target, group, index === 0 ? "" : String(index)))
    .filter((statement) => (statement.Resource as unknown[]).length > 0);
}

function statementsOn(target: Target, stores: DataAccessArgs[], suffix: string): Statement[] {
  const writable = stores.filter((store) => store.access === "read-write");
  const objects = (of: DataAccessArgs[]) =>
    of.map((store) => bucketPath(target, store.bucket, `/${store.prefix ?? ""}*`));
  const buckets = stores.map((store) => bucketPath(target, store.bucket, ""));
  return [
    { Sid: `List${suffix}`, Effect: "Allow", Action: S3_LIST, Resource: [...new Set(buckets)] },
    { Sid: `Read${suffix}`, Effect: "Allow", Action: S3_READ_OBJECTS, Resource: objects(stores) },
    { Sid: `Write${suffix}`, Effect: "Allow", Action: S3_WRITE_OBJECTS, Resource: objects(writable) },
  ];
}

function keyStatements(target: Target, stores: DataAccessArgs[]): Statement[] {
  const keys = (access: string, plain: boolean) => {
    const of = stores.filter((store) => (store.access ?? "read") === access && store.keyArn);
    return [...new Set(of.map((store) => store.keyArn!))].filter((key) => (typeof key === "string") === plain);
  };
  return [
    ...keyUseStatements(target, "ReadKeys", keys("read", true), "read"),
    ...keyUseStatements(target, "WriteKeys", keys("read-write", true), "read-write"),
    ...keyUseStatements(target, "ReadNewKeys", keys("read", false), "read"),
    ...keyUseStatements(target, "WriteNewKeys", keys("read-write", false), "read-write"),
  ];
}
