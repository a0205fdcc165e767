/** What each step of a pipeline may do: read its inputs and secrets, write its outputs, pull its image. */
import type * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { databaseUser, type StepPlan } from "../pipelines.ts";
import type { Workspace } from "../spec.ts";
import * as actions from "./actions.ts";
import { signInArn } from "./databases.ts";
import { roleArn } from "./identities.ts";
import { keyUseStatements, secretKeyStatements } from "./keys.ts";
import { LIMITS, prefixOf, stepJobName } from "./names.ts";
import type { Statement } from "./policy.ts";
import {
  type Attachment,
  jobNetworkStatements,
  jobRuntimeStatements,
  keyPinStatements,
  packageStatements,
} from "./roles.ts";
import { secretArnPattern } from "./secrets.ts";
import { arn, bucketPath, type Target, targetOf } from "./target.ts";

/** A folder of a data store; an empty path is all of it. */
interface Folder {
  dataStore: string;
  path: string;
}

/** A bucket that steps name. */
export interface StepBucket {
  /** Name of the bucket. */
  bucket: pulumi.Input<string>;
  /** ARN of its customer-managed key, if it has one. */
  keyArn?: pulumi.Input<string>;
}

/** A database that steps name. */
export interface StepDatabase {
  /** Host name or address. */
  host: pulumi.Input<string>;
  /** TCP port. */
  port: number;
  /** Security group of its clients. */
  clientSecurityGroupId: pulumi.Input<string>;
  /** Id that permissions to sign in name; absent where a password is used. */
  resourceId?: pulumi.Input<string>;
}

/** What the steps of a pipeline are tied to, by the names that they use. */
export interface StepTies {
  /** Account and region. */
  target: Target;
  /** Beginning of the names of jobs. */
  jobPrefix: string;
  /** Buckets by data store. */
  buckets: Record<string, StepBucket>;
  /** Names of secrets in Secrets Manager. */
  secretNames: Record<string, string>;
  /** Names of parameters in Systems Manager. */
  parameterNames: Record<string, string>;
  /** Key of secrets and parameters. */
  secretKeyArn?: pulumi.Input<string>;
  /** Databases. */
  databases: Record<string, StepDatabase>;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Security group of jobs. */
  securityGroupId: pulumi.Input<string>;
  /** Key of the machines' disks. */
  volumeKeyArn: pulumi.Input<string>;
  /** Name of the package mirror, if there is one. */
  packageMirror?: string;
  /** Name of the repository of each step's image, by step. */
  repositoryNames: Record<string, string>;
}

/** Name of the role of a step. */
export function stepRoleName(rolePrefix: string, step: StepPlan): string {
  return fit(`${rolePrefix}-${step.identity}`, LIMITS.role);
}

/** Beginning of the names of the roles of a workspace's steps. */
export function stepRolePrefix(workspace: Workspace): string {
  return `${prefixOf(workspace)}-step`;
}

/** ARN of the role of a workspace's step. */
export function stepRoleArn(workspace: Workspace, step: StepPlan): string {
  return roleArn(targetOf(workspace), stepRoleName(stepRolePrefix(workspace), step));
}

/** Subnets and security groups of a step: those of the cluster, and of the clients of its databases. */
export function attachmentOf(step: StepPlan, ties: StepTies): Attachment {
  const clients = step.spec.databases.map((name) => ties.databases[name]!.clientSecurityGroupId);
  return { subnetIds: ties.subnetIds, securityGroupIds: [ties.securityGroupId, ...clients] };
}

/** Everything that the role of a step may do. */
export function stepStatements(step: StepPlan, ties: StepTies): Statement[] {
  const { target, jobPrefix, packageMirror } = ties;
  const repository = arn(target, "ecr", `repository/${ties.repositoryNames[step.spec.name]}`);
  const jobName = stepJobName(jobPrefix, step.identity);
  return [
    ...inputStatements(step, ties),
    ...outputStatements(step, ties),
    ...dataKeyStatements(step, ties),
    ...jobRuntimeStatements(target, jobName, [repository]),
    ...jobNetworkStatements(target, attachmentOf(step, ties)),
    ...keyPinStatements(target, ties.volumeKeyArn, outputKeys(step, ties)),
    ...secretStatements(step, ties),
    ...signInStatements(step, ties),
    ...(step.spec.packages && packageMirror ? packageStatements(target, packageMirror, packageMirror) : []),
  ];
}

/** Keys of the buckets that a step writes to. */
export function outputKeys(step: StepPlan, { buckets }: StepTies): pulumi.Input<string>[] {
  const keys = step.outputs.flatMap(({ dataStore }) => buckets[dataStore]!.keyArn ?? []);
  return [...new Set(keys)];
}

/** Names and objects of the inputs: one statement for each bucket, since a policy has little room. */
function inputStatements(step: StepPlan, ties: StepTies): Statement[] {
  return folderStatements("Input", step.inputs, actions.S3_READ_OBJECTS, ties);
}

/** A step reads what it wrote, too: checkpoints, from which a training step goes on. Nothing is ever deleted. */
function outputStatements(step: StepPlan, ties: StepTies): Statement[] {
  const write = actions.S3_WRITE_OBJECTS.filter((action) => action !== "s3:DeleteObject");
  return folderStatements("Output", step.outputs, [...actions.S3_READ_OBJECTS, ...write], ties);
}

function folderStatements(kind: string, folders: Folder[], use: string[], { target, buckets }: StepTies): Statement[] {
  const stores = [...new Set(folders.map(({ dataStore }) => dataStore))];
  return stores.flatMap((store, index) => {
    const { bucket } = buckets[store]!;
    const paths = folders.filter(({ dataStore }) => dataStore === store).map(({ path }) => path);
    return [
      listStatement(target, `List${kind}${index}`, bucket, paths),
      {
        Sid: `Use${kind}${index}`,
        Effect: "Allow",
        Action: use,
        Resource: paths.map((path) => bucketPath(target, bucket, path ? `/${path}/*` : "/*")),
      },
    ];
  });
}

function listStatement(target: Target, sid: string, bucket: pulumi.Input<string>, paths: string[]): Statement {
  const statement: Statement = {
    Sid: sid,
    Effect: "Allow",
    Action: "s3:ListBucket",
    Resource: bucketPath(target, bucket, ""),
  };
  if (paths.includes("")) return statement;
  const prefixes = paths.flatMap((path) => [path, `${path}/*`]);
  return { ...statement, Condition: { StringLike: { "s3:prefix": prefixes } } };
}

function dataKeyStatements(step: StepPlan, ties: StepTies): Statement[] {
  const written = outputKeys(step, ties);
  const read = step.inputs.flatMap(({ dataStore }) => ties.buckets[dataStore]!.keyArn ?? []);
  const onlyRead = [...new Set(read)].filter((key) => !written.includes(key));
  return [
    ...onlyRead.flatMap((key, index) => keyUseStatements(ties.target, `ReadKey${index}`, [key], "read")),
    ...written.flatMap((key, index) => keyUseStatements(ties.target, `WriteKey${index}`, [key], "read-write")),
  ];
}

/** A step reads its own secrets and parameters, and only from inside the network. */
function secretStatements(step: StepPlan, ties: StepTies): Statement[] {
  const { target, secretKeyArn, vpcId } = ties;
  const secrets = step.spec.secrets.map((name) => secretArnPattern(target, ties.secretNames[name]!));
  const parameters = step.spec.parameters.map((name) => arn(target, "ssm", `parameter${ties.parameterNames[name]}`));
  const statements: Statement[] = [];
  const allow = (sid: string, action: string[], resources: string[]) => {
    if (resources.length > 0) statements.push({ Sid: sid, Effect: "Allow", Action: action, Resource: resources });
  };
  allow("ReadOwnSecrets", actions.READ_SECRET, secrets);
  allow("ReadOwnParameters", actions.READ_PARAMETER, parameters);
  if (statements.length === 0) return [];
  if (secretKeyArn) statements.push(...secretKeyStatements(target, secretKeyArn, actions.KMS_DECRYPT));
  const outside = { StringNotEquals: { "aws:SourceVpc": vpcId } };
  const denied = [...actions.READ_SECRET, ...actions.READ_PARAMETER];
  return [
    ...statements,
    { Sid: "DenySecretsFromOutside", Effect: "Deny", Action: denied, Resource: "*", Condition: outside },
  ];
}

function signInStatements(step: StepPlan, { target, databases }: StepTies): Statement[] {
  return step.spec.databases.flatMap((name, index) => {
    const { resourceId } = databases[name]!;
    if (resourceId === undefined) return [];
    const user = signInArn(target, resourceId, databaseUser(step));
    return [{ Sid: `SignInToDatabase${index}`, Effect: "Allow", Action: actions.CONNECT_DATABASE, Resource: user }];
  });
}
