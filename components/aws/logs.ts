import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { LogResourcePolicy } from "@pulumi/aws/cloudwatch/logResourcePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { createPrivateBucket, transportAndAccountStatements } from "./buckets.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { arn, bucketArn, type Target } from "./target.ts";

/** Where flow logs, DNS logs, firewall logs and bucket access logs go. */
export interface LogStoresArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the logs. */
  region: string;
  /** Name of the bucket for access logs, unique in all of AWS. */
  bucketName: string;
  /** Names of the buckets whose access is logged, as a pattern such as `fraud-ml-prod-*`. */
  sourceBuckets: string;
  /** Beginning of the log groups' names, without the slash at the end. */
  logGroupPrefix: string;
  /** ARN of the customer-managed key of the log groups. */
  keyArn: pulumi.Input<string>;
  /** How long network logs are kept, in days. CloudWatch offers certain periods; the next longer one is used. */
  retentionDays: number;
  /** Whether the firewall of egress `approved` writes logs. */
  firewall: boolean;
}

/** The kinds of log group that a workspace has. */
export interface LogGroups {
  /** Network flow logs. */
  flow: LogGroup;
  /** DNS queries. */
  dns: LogGroup;
  /** What the firewall saw and stopped. */
  firewall?: LogGroup;
}

/** Retention periods of CloudWatch Logs, in days (PutRetentionPolicy). */
const PERIODS = [30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** How long access logs are kept, in days. */
const ACCESS_LOG_DAYS = 365;

/** Log groups and the bucket for access logs. */
export class LogStores extends pulumi.ComponentResource {
  /** The log groups. */
  readonly groups: LogGroups;
  /** Name of the bucket for access logs. */
  readonly bucketName: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Names, key and retention.
   * @param opts Resource options.
   */
  constructor(name: string, args: LogStoresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:LogStores", name, {}, opts);
    const { bucket } = createPrivateBucket(name, accessLogBucket(args), this);
    const group = (kind: string) => {
      const settings = { kmsKeyId: args.keyArn, retentionInDays: retentionPeriod(args.retentionDays) };
      return new LogGroup(`${name}-${kind}`, { name: `${args.logGroupPrefix}/${kind}`, ...settings }, { parent: this });
    };
    this.groups = { flow: group("flow"), dns: group("dns"), ...(args.firewall && { firewall: group("firewall") }) };
    letDeliver(name, "dns", this.groups.dns, args, this);
    if (this.groups.firewall) letDeliver(name, "firewall", this.groups.firewall, args, this);
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}

/** The shortest period of CloudWatch Logs that keeps logs for at least `days`. */
export function retentionPeriod(days: number): number {
  return PERIODS.find((period) => period >= days) ?? 3653;
}

/**
 * Server access logs can only go to a bucket that S3's own keys encrypt and that has no default object lock (S3 user
 * guide, "Enabling server access logging"); so this one bucket has no customer-managed key.
 */
function accessLogBucket(args: LogStoresArgs) {
  const policy = [...transportAndAccountStatements(args, args.bucketName), writeAccessLogs(args)];
  return {
    bucketName: args.bucketName,
    objectLock: false,
    policy,
    expireAfterDays: ACCESS_LOG_DAYS,
    recoverForDays: 30,
  };
}

function writeAccessLogs(args: LogStoresArgs): Statement {
  return {
    Sid: "S3WritesAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: bucketArn(args, `${args.bucketName}/*`),
    Condition: {
      ArnLike: { "aws:SourceArn": bucketArn(args, args.sourceBuckets) },
      StringEquals: { "aws:SourceAccount": args.accountId },
    },
  };
}

/**
 * Lets the service that delivers DNS and firewall logs write to one log group, for this account only. The policy stands
 * on the group itself: an account has room for ten policies of its own in a region, which many workspaces share.
 */
function letDeliver(name: string, kind: string, group: LogGroup, args: LogStoresArgs, parent: pulumi.Resource): void {
  const statement: Statement = {
    Sid: "DeliverLogs",
    Effect: "Allow",
    Principal: { Service: "delivery.logs.amazonaws.com" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [arn(args, "logs", `log-group:${args.logGroupPrefix}/${kind}:log-stream:*`)],
    Condition: sourceOf(args),
  };
  const settings = { resourceArn: group.arn, policyDocument: policyDocument([statement]) };
  new LogResourcePolicy(`${name}-${kind}-delivery`, settings, { parent });
}

function sourceOf(target: Target) {
  return {
    ArnLike: { "aws:SourceArn": arn(target, "logs", "*") },
    StringEquals: { "aws:SourceAccount": target.accountId },
  };
}
