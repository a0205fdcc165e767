/** Secrets without values, each for its readers only. */
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretPolicy } from "@pulumi/aws/secretsmanager/secretPolicy.js";
import { SecretRotation } from "@pulumi/aws/secretsmanager/secretRotation.js";
import * as pulumi from "@pulumi/pulumi";
import { readersOf } from "../pipelines.ts";
import type { Workspace } from "../spec.ts";
import { prefixOf } from "./names.ts";
import { stepRoleArn } from "./pipeline-roles.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { arn, type Target } from "./target.ts";

/** A secret whose value somebody else puts in. */
export interface WorkloadSecretArgs {
  /** Name of the secret. */
  secretName: string;
  /** ARN of the customer-managed key that encrypts it. */
  keyArn: pulumi.Input<string>;
  /**
   * ARNs of the roles that may read it, and nobody else in the account.
   * @default []
   */
  readerRoleArns?: string[];
  /**
   * Days after which the value must have been replaced. It applies where a function replaces it.
   * @default 90
   */
  rotationDays?: number;
  /**
   * ARN of the Lambda function that replaces the value.
   * @default none: people replace it
   */
  rotationFunctionArn?: pulumi.Input<string>;
}

/** A Secrets Manager secret. Pulumi never sees its value: an operator puts it in with `put-secret-value`. */
export class WorkloadSecret extends pulumi.ComponentResource {
  /** ARN of the secret. */
  readonly secretArn: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Name, key, readers and rotation.
   * @param opts Resource options.
   */
  constructor(name: string, args: WorkloadSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:WorkloadSecret", name, {}, opts);
    const secret = new Secret(
      `${name}-secret`,
      {
        name: args.secretName,
        kmsKeyId: args.keyArn,
        recoveryWindowInDays: 30,
        // What people, and the rule that reminds them, go by where no function replaces the value.
        tags: { "rotation-days": String(args.rotationDays ?? 90) },
      },
      { parent: this },
    );
    const policy = policyDocument([denyOtherReaders(args)]);
    new SecretPolicy(`${name}-policy`, { secretArn: secret.arn, policy, blockPublicPolicy: true }, { parent: this });
    if (args.rotationFunctionArn) {
      const rotation = {
        secretId: secret.id,
        rotationLambdaArn: args.rotationFunctionArn,
        rotationRules: { automaticallyAfterDays: args.rotationDays ?? 90 },
        // There is no value yet that a function could replace.
        rotateImmediately: false,
      };
      new SecretRotation(`${name}-rotation`, rotation, { parent: this });
    }
    this.secretArn = secret.arn;
    this.registerOutputs({ secretArn: this.secretArn });
  }
}

/**
 * Reading is denied to everybody but the readers, also to administrators, whatever their own policies say. Principals are
 * compared as text, so the roles need not exist yet. The function that replaces the value reads it, too.
 */
function denyOtherReaders({ readerRoleArns = [], rotationFunctionArn }: WorkloadSecretArgs): Statement {
  const everybody = { Sid: "DenyOtherReaders", Effect: "Deny" as const, Principal: "*" };
  const condition = {
    // With an empty list the condition would never hold, and nobody would be denied.
    ...(readerRoleArns.length > 0 && { ArnNotEquals: { "aws:PrincipalArn": [...readerRoleArns].sort() } }),
    ...(rotationFunctionArn && { ArnNotEqualsIfExists: { "lambda:SourceFunctionArn": rotationFunctionArn } }),
  };
  const limited = Object.keys(condition).length > 0 ? { Condition: condition } : {};
  return { ...everybody, Action: "secretsmanager:GetSecretValue", Resource: "*", ...limited };
}

/** Beginning of the names of a workspace's secrets and parameters. */
export function secretPrefixOf(workspace: Workspace): string {
  return prefixOf(workspace);
}

/** Name of a secret of the spec. */
export function secretName(workspace: Workspace, secret: string): string {
  return `${secretPrefixOf(workspace)}/${secret}`;
}

/** ARN of a secret for policies: six characters that only Secrets Manager knows end it. */
export function secretArnPattern(target: Target, name: string): string {
  return arn(target, "secretsmanager", `secret:${name}-??????`);
}

/** Creates the secrets of a workspace. */
export function createSecrets(
  name: string,
  workspace: Workspace,
  keyArn: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): Record<string, pulumi.Output<string>> {
  const entries = workspace.secrets.map((secret) => {
    const readers = readersOf(workspace, "secrets", secret.name).map((step) => stepRoleArn(workspace, step));
    const { secretArn } = new WorkloadSecret(
      `${name}-secret-${secret.name}`,
      {
        secretName: secretName(workspace, secret.name),
        keyArn,
        readerRoleArns: readers,
        rotationDays: secret.rotationDays,
        rotationFunctionArn: secret.rotationFunctionId,
      },
      opts,
    );
    return [secret.name, secretArn] as const;
  });
  return Object.fromEntries(entries);
}
