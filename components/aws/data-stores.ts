import { BucketLogging } from "@pulumi/aws/s3/bucketLogging.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import * as pulumi from "@pulumi/pulumi";
import { createPrivateBucket, encryptionStatements, transportAndAccountStatements } from "./buckets.ts";
import { arn } from "./target.ts";

/** A private, encrypted, versioned bucket for data or models. */
export interface DataStoreArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the bucket. */
  region: string;
  /** Name of the bucket, unique in all of AWS. */
  bucketName: string;
  /** ARN of the customer-managed key that encrypts it. */
  keyArn: pulumi.Input<string>;
  /**
   * Name of the bucket that gets the access logs.
   * @default no access logs
   */
  accessLogBucket?: pulumi.Input<string>;
  /**
   * How long deleted and overwritten objects can be recovered, in days.
   * @default 90
   */
  retentionDays?: number;
  /**
   * How long a new object can be neither changed nor deleted, in days. 0 turns immutability off.
   * @default 0
   */
  immutableDays?: number;
}

/** A bucket for data or models. */
export class DataStore extends pulumi.ComponentResource {
  /** Name of the bucket. */
  readonly bucketName: pulumi.Output<string>;
  /** `s3://` address of the bucket. */
  readonly uri: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The bucket's name, key and retention.
   * @param opts Resource options.
   */
  constructor(name: string, args: DataStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:DataStore", name, {}, opts);
    const immutableDays = args.immutableDays ?? 0;
    const { bucket, versioning } = createPrivateBucket(name, bucketOf(args), this);
    if (immutableDays > 0) {
      // Compliance mode: not even the account's root user can shorten it (S3 user guide, "Retention modes").
      const rule = { defaultRetention: { mode: "COMPLIANCE", days: immutableDays } };
      const opts = { parent: this, dependsOn: [versioning] };
      new BucketObjectLockConfiguration(`${name}-object-lock`, { bucket: bucket.bucket, rule }, opts);
    }
    if (args.accessLogBucket) {
      const target = { targetBucket: args.accessLogBucket, targetPrefix: `${args.bucketName}/` };
      new BucketLogging(`${name}-logging`, { bucket: bucket.bucket, ...target }, { parent: this });
    }
    this.bucketName = bucket.bucket;
    this.uri = pulumi.interpolate`s3://${bucket.bucket}`;
    this.registerOutputs({ bucketName: this.bucketName, uri: this.uri });
  }
}

function bucketOf(args: DataStoreArgs) {
  return {
    bucketName: args.bucketName,
    keyArn: args.keyArn,
    objectLock: (args.immutableDays ?? 0) > 0,
    policy: [
      ...transportAndAccountStatements(args, args.bucketName),
      ...encryptionStatements(args, args.bucketName, arn(args, "kms", "key/*")),
    ],
    recoverForDays: args.retentionDays ?? 90,
  };
}
