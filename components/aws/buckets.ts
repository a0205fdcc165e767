/** What every bucket of a workspace has, whatever it holds. */
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "./policy.ts";
import { bucketArn, type Target } from "./target.ts";

/** A private bucket's settings. */
export interface PrivateBucket {
  /** Name of the bucket. */
  bucketName: string;
  /** Customer-managed key; without it S3's own keys encrypt (the only ones that log targets support). */
  keyArn?: pulumi.Input<string>;
  /** Whether objects can be locked. It can be chosen only when the bucket is created. */
  objectLock: boolean;
  /** The bucket policy's statements. */
  policy: Statement[];
  /** Days after which objects expire. */
  expireAfterDays?: number;
  /** Days for which overwritten and deleted objects can be recovered. */
  recoverForDays: number;
}

/** What {@link createPrivateBucket} made. */
export interface PrivateBucketParts {
  bucket: Bucket;
  versioning: BucketVersioning;
}

/** Creates a bucket that is private, encrypted, versioned and cleaned up. */
export function createPrivateBucket(name: string, args: PrivateBucket, parent: pulumi.Resource): PrivateBucketParts {
  const opts = { parent };
  const bucket = new Bucket(`${name}-bucket`, { bucket: args.bucketName, objectLockEnabled: args.objectLock }, opts);
  const id = { bucket: bucket.bucket };
  const block = new BucketPublicAccessBlock(
    `${name}-public-access-block`,
    { ...id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    opts,
  );
  // ACLs are off: the bucket owner owns every object, and policies alone decide (Security Hub S3.12).
  new BucketOwnershipControls(`${name}-ownership`, { ...id, rule: { objectOwnership: "BucketOwnerEnforced" } }, opts);
  new BucketServerSideEncryptionConfiguration(`${name}-encryption`, { ...id, rules: [encryption(args.keyArn)] }, opts);
  const versioning = new BucketVersioning(
    `${name}-versioning`,
    { ...id, versioningConfiguration: { status: "Enabled" } },
    opts,
  );
  // S3 refuses two changes of a bucket's access at the same time, so the policy waits for the block.
  const ordered = { parent, dependsOn: [block] };
  new BucketPolicy(`${name}-policy`, { ...id, policy: policyDocument(args.policy) }, ordered);
  const afterVersioning = { parent, dependsOn: [versioning] };
  new BucketLifecycleConfiguration(`${name}-lifecycle`, { ...id, rules: [lifecycle(args)] }, afterVersioning);
  return { bucket, versioning };
}

function encryption(keyArn?: pulumi.Input<string>) {
  if (!keyArn) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  const byDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
  return { applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true };
}

function lifecycle({ expireAfterDays, recoverForDays }: PrivateBucket) {
  return {
    id: "retention",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    noncurrentVersionExpiration: { noncurrentDays: recoverForDays },
    expiration: expireAfterDays ? { days: expireAfterDays } : { expiredObjectDeleteMarker: true },
  };
}

/** Statements of every bucket: TLS 1.2 or newer, and nobody outside the account. None of them names the deployer. */
export function transportAndAccountStatements(target: Target, bucketName: string): Statement[] {
  const everything = {
    Effect: "Deny" as const,
    Principal: "*",
    Action: "s3:*",
    Resource: [bucketArn(target, bucketName), bucketArn(target, `${bucketName}/*`)],
  };
  return [
    { Sid: "DenyWithoutTls", ...everything, Condition: { Bool: { "aws:SecureTransport": "false" } } },
    { Sid: "DenyOldTls", ...everything, Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } },
    {
      Sid: "DenyOtherAccounts",
      ...everything,
      Condition: {
        StringNotEquals: { "aws:PrincipalAccount": target.accountId },
        BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
      },
    },
  ];
}

/**
 * Statements that allow the account's customer-managed keys only. A request without encryption headers is right: the
 * bucket's default then applies its own key. Naming that key would make the whole document unknown in a preview, so
 * each workload's own policy pins the key, and this policy refuses what is not a key of this account and region at all.
 */
export function encryptionStatements(target: Target, bucketName: string, keyPattern: string): Statement[] {
  const put = {
    Effect: "Deny" as const,
    Principal: "*",
    Action: "s3:PutObject",
    Resource: bucketArn(target, `${bucketName}/*`),
  };
  const algorithm = "s3:x-amz-server-side-encryption";
  const key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
  const customerKey = "s3:x-amz-server-side-encryption-customer-algorithm";
  return [
    {
      Sid: "DenyOtherEncryption",
      ...put,
      Condition: { StringNotEquals: { [algorithm]: "aws:kms" }, Null: { [algorithm]: "false" } },
    },
    {
      Sid: "DenyOtherKeys",
      ...put,
      Condition: { ArnNotLike: { [key]: keyPattern }, Null: { [key]: "false" } },
    },
    { Sid: "DenyCallersOwnKeys", ...put, Condition: { Null: { [customerKey]: "false" } } },
  ];
}
