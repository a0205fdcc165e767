import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { KMS_DECRYPT, KMS_ENCRYPT, KMS_VOLUME } from "./actions.ts";
import { type Conditions, policyDocument, type Statement } from "./policy.ts";
import { arn, dnsSuffixOf, iamArn, type Target } from "./target.ts";

/** A customer-managed key with rotation and a least-privilege key policy. */
export interface CustomerManagedKeyArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the key. */
  region: string;
  /** Alias of the key, without `alias/`. */
  alias: string;
  /** What the key protects, for people who read a list of keys. */
  description: string;
  /**
   * ARNs of the roles that may use the key, and nobody else. They need not exist yet.
   * @default []
   */
  userRoleArns?: string[];
  /**
   * AWS services that encrypt what they keep with the key, for whoever in the account creates it: `codeartifact`, `ec2`,
   * `ecr`, `elasticfilesystem`, `network-firewall`, `rds`, `sagemaker`, `scheduler`.
   * @default []
   */
  services?: string[];
  /**
   * Names or name patterns of the CloudWatch log groups that the key encrypts.
   * @default []
   */
  logGroups?: string[];
  /**
   * ARNs of the roles that schedules of pipelines, encrypted with the key, run with.
   * @default []
   */
  scheduleRoleArns?: string[];
  /**
   * Beginning of the names of secrets and parameters that the key encrypts. The users then use it through Secrets Manager
   * and Systems Manager instead of S3 and SageMaker.
   * @default no secrets
   */
  secretPrefix?: string;
  /**
   * Days between rotations, 90 to 2560.
   * @default 365
   */
  rotationDays?: number;
  /**
   * Days in which a scheduled deletion can be cancelled, 7 to 30.
   * @default 30
   */
  deletionWindowDays?: number;
}

/** What an administrator of keys needs: everything except using the key and granting its use. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

/** A KMS key with its alias. Its key policy is known before the key exists. */
export class CustomerManagedKey extends pulumi.ComponentResource {
  /** ARN of the key. */
  readonly keyArn: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The key's alias, users and rotation.
   * @param opts Resource options.
   */
  constructor(name: string, args: CustomerManagedKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:CustomerManagedKey", name, {}, opts);
    const key = new Key(
      `${name}-key`,
      {
        description: args.description,
        enableKeyRotation: true,
        rotationPeriodInDays: args.rotationDays ?? 365,
        deletionWindowInDays: args.deletionWindowDays ?? 30,
        policy: policyDocument(keyPolicy(args)),
      },
      { parent: this },
    );
    new Alias(`${name}-alias`, { name: `alias/${args.alias}`, targetKeyId: key.keyId }, { parent: this });
    this.keyArn = key.arn;
    this.registerOutputs({ keyArn: this.keyArn });
  }
}

/**
 * Who may do what with a key.
 *
 * A principal that a key policy names must exist when the policy is put, but roles are created after the keys that they
 * use. So statements name the account and narrow it with `aws:PrincipalArn`, which is compared as text. Naming the
 * account also means that a role needs its own permission besides this one. The account keeps the administration, so
 * that nobody is locked out, but not the use (KMS developer guide, "Default key policy").
 */
export function keyPolicy(args: CustomerManagedKeyArgs): Statement[] {
  const services = args.services ?? [];
  const statements = [accountAdministers(args)];
  if (services.length > 0) statements.push(...servicesUse(args, services));
  if (args.userRoleArns?.length) statements.push(...rolesUse(args, args.userRoleArns, services.length > 0));
  if (args.logGroups?.length) statements.push(logsEncrypt(args, args.logGroups));
  if (args.scheduleRoleArns?.length) statements.push(schedulesDecrypt(args, args.scheduleRoleArns));
  if (args.secretPrefix) statements.push(...secretsEncrypt(args, args.secretPrefix));
  return statements;
}

function accountAdministers(target: Target): Statement {
  return {
    Sid: "AccountAdministersTheKey",
    Effect: "Allow",
    Principal: { AWS: iamArn(target, "root") },
    Action: ADMINISTRATION,
    Resource: "*",
  };
}

/** Services that decrypt in the name of whoever creates a domain, its file system, a firewall's rules or a schedule. */
const DECRYPTING_SERVICES = ["elasticfilesystem", "network-firewall", "rds", "sagemaker", "scheduler"];

/** Services that ask for data keys as text, to encrypt by themselves. */
const ENCRYPTING_SERVICES = ["network-firewall", "rds", "scheduler"];

/**
 * Whoever creates a volume, a domain, a database or a schedule lets that service use the key: by a grant, and with data
 * keys (SageMaker developer guide, "API Permissions Reference", CreateDomain; EFS user guide, "Amazon EFS key policies";
 * EventBridge Scheduler user guide, "Encryption at rest"). The service asks in the caller's name, so nobody can use the
 * key by himself.
 */
function servicesUse(target: Target, services: string[]): Statement[] {
  const among = (chosen: string[]) => services.filter((service) => chosen.includes(service)).sort();
  const allow = (sid: string, action: string, through: string[], condition?: Conditions): Statement => {
    const via = through.map((service) => viaService(target, service));
    const caller = { "kms:CallerAccount": target.accountId, "kms:ViaService": via };
    return {
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: iamArn(target, "root") },
      Action: [action],
      Resource: "*",
      Condition: { ...condition, StringEquals: caller },
    };
  };
  const forServices = { Bool: { "kms:GrantIsForAWSResource": "true" } };
  const [decrypting, encrypting] = [among(DECRYPTING_SERVICES), among(ENCRYPTING_SERVICES)];
  const statements = [
    allow("ServicesOfTheAccountUseGrants", "kms:CreateGrant", among(services), forServices),
    allow("ServicesOfTheAccountMakeDataKeys", "kms:GenerateDataKeyWithoutPlaintext", among(services)),
  ];
  if (decrypting.length > 0) statements.push(allow("ServicesOfTheAccountDecrypt", "kms:Decrypt", decrypting));
  if (encrypting.length > 0) statements.push(allow("ServicesOfTheAccountEncrypt", "kms:GenerateDataKey", encrypting));
  return statements;
}

/** Roles use the key of their files through storage, and that of their secrets through where these are kept. */
function rolesUse(target: CustomerManagedKeyArgs, roles: string[], volumes: boolean): Statement[] {
  const principal = { AWS: iamArn(target, "root") };
  const onlyTheRoles = { "aws:PrincipalArn": [...roles].sort() };
  const common = { Effect: "Allow" as const, Principal: principal, Resource: "*" };
  const through = { "kms:CallerAccount": target.accountId, "kms:ViaService": servicesOf(target) };
  const use: Statement = {
    Sid: "RolesUseTheKeyThroughServices",
    ...common,
    Action: [...KMS_DECRYPT, ...KMS_ENCRYPT],
    Condition: { ArnEquals: onlyTheRoles, StringEquals: through },
  };
  const grant: Statement = {
    Sid: "RolesEncryptVolumes",
    ...common,
    Action: ["kms:CreateGrant"],
    Condition: {
      ArnEquals: onlyTheRoles,
      Bool: { "kms:GrantIsForAWSResource": "true" },
      StringEquals: { "kms:CallerAccount": target.accountId },
    },
  };
  return volumes ? [use, grant] : [use];
}

/** CloudWatch Logs developer guide, "Encrypt log data using KMS": the service, for named log groups of one account. */
function logsEncrypt(target: Target, logGroups: string[]): Statement {
  return {
    Sid: "CloudWatchLogsEncrypts",
    Effect: "Allow",
    Principal: { Service: `logs.${target.region}.${dnsSuffixOf(target.region)}` },
    Action: [
      ...KMS_DECRYPT,
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ],
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": logGroups.map((group) => arn(target, "logs", `log-group:${group}`)),
      },
    },
  };
}

/** A schedule that is due is read with its own role (EventBridge Scheduler user guide, "Encryption at rest"). */
function schedulesDecrypt(target: Target, roleArns: string[]): Statement {
  const schedules = arn(target, "scheduler", "schedule/*");
  return {
    Sid: "SchedulesAreRead",
    Effect: "Allow",
    Principal: { AWS: iamArn(target, "root") },
    Action: KMS_DECRYPT,
    Resource: "*",
    Condition: {
      ArnEquals: { "aws:PrincipalArn": [...roleArns].sort() },
      ArnLike: { "kms:EncryptionContext:aws:scheduler:schedule:arn": schedules },
    },
  };
}

/**
 * What creating secrets and parameters takes. Secrets Manager only tests whether whoever creates a secret could use the
 * key (user guide, "Secret encryption and decryption": RequestToValidateKeyAccess); parameters are written and read back
 * by whoever manages them, as they are no secrets.
 */
function secretsEncrypt(target: Target, prefix: string): Statement[] {
  const common = { Effect: "Allow" as const, Principal: { AWS: iamArn(target, "root") }, Resource: "*" };
  const through = (service: string) => ({
    "kms:CallerAccount": target.accountId,
    "kms:ViaService": viaService(target, service),
  });
  return [
    {
      Sid: "AccountTestsTheKeyOfSecrets",
      ...common,
      Action: [...KMS_DECRYPT, "kms:GenerateDataKey"],
      Condition: {
        StringEquals: {
          ...through("secretsmanager"),
          "kms:EncryptionContext:SecretVersionId": "RequestToValidateKeyAccess",
        },
      },
    },
    {
      Sid: "AccountWritesParameters",
      ...common,
      Action: [...KMS_DECRYPT, "kms:Encrypt"],
      Condition: {
        StringEquals: through("ssm"),
        ArnLike: { "kms:EncryptionContext:PARAMETER_ARN": arn(target, "ssm", `parameter/${prefix}/*`) },
      },
    },
  ];
}

/** Use of a key by an identity: what the role's own policy says. */
export function keyUseStatements(
  target: Target,
  sid: string,
  keyArns: pulumi.Input<string>[],
  access: "read" | "read-write" | "volume",
): Statement[] {
  if (keyArns.length === 0) return [];
  if (access === "volume") {
    const bool = { "kms:GrantIsForAWSResource": "true" };
    return [
      {
        Sid: `${sid}Grants`,
        Effect: "Allow",
        Action: ["kms:CreateGrant"],
        Resource: keyArns,
        Condition: { Bool: bool },
      },
      { Sid: `${sid}Description`, Effect: "Allow", Action: ["kms:DescribeKey"], Resource: keyArns },
    ];
  }
  return [
    {
      Sid: sid,
      Effect: "Allow",
      Action: access === "read" ? KMS_DECRYPT : [...KMS_DECRYPT, ...KMS_ENCRYPT],
      Resource: keyArns,
      Condition: { StringEquals: { "kms:ViaService": storageServices(target) } },
    },
  ];
}

/** Use of the secrets' key by an identity, for the secrets and parameters that its other permissions name. */
export function secretKeyStatements(target: Target, keyArn: pulumi.Input<string>, actions: string[]): Statement[] {
  const services = SECRET_SERVICES.map((service) => viaService(target, service));
  const condition = { StringEquals: { "kms:ViaService": services } };
  return [{ Sid: "SecretsKey", Effect: "Allow", Action: actions, Resource: keyArn, Condition: condition }];
}

/** Every action on keys that a workload may have. */
export const KEY_ACTIONS = [...KMS_DECRYPT, ...KMS_ENCRYPT, ...KMS_VOLUME];

/** Keys are used through S3 (and by SageMaker on the caller's behalf), never directly: a key alone decrypts nothing. */
function storageServices(target: Target): string[] {
  return ["s3", "sagemaker"].map((service) => viaService(target, service));
}

/** Where secrets and parameters are kept. */
const SECRET_SERVICES = ["secretsmanager", "ssm"];

/** Services through which the users of a key use it. */
function servicesOf(args: CustomerManagedKeyArgs): string[] {
  return args.secretPrefix ? SECRET_SERVICES.map((service) => viaService(args, service)) : storageServices(args);
}

function viaService({ region }: Target, service: string): string {
  return `${service}.${region}.${dnsSuffixOf(region)}`;
}
