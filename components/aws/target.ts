/** Where a component works: everything that an ARN or a service's name needs, known before anything exists. */
import * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "../spec.ts";

/** Account and region, as plain text so that policy documents built from them are known in a preview. */
export interface Target {
  /** AWS account id, 12 digits. */
  accountId: string;
  /** Region, such as `eu-west-1`. */
  region: string;
  /** AWS Organizations id; without it the account itself is the perimeter. */
  organizationId?: string;
}

/** The target of a workspace. */
export function targetOf(workspace: Workspace): Target {
  const account = workspace.account.aws!;
  return { accountId: account.accountId, region: workspace.location, organizationId: account.organizationId };
}

/** The AWS partition of a region: `aws`, `aws-cn`, `aws-us-gov` or one of the isolated ones. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  const isolated = /^[a-z]{2}-(iso[a-z]?)-/.exec(region)?.[1];
  return isolated ? `aws-${isolated}` : "aws";
}

/** DNS suffix of the partition's service endpoints. */
export function dnsSuffixOf(region: string): string {
  const suffixes: Record<string, string> = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
  };
  return suffixes[partitionOf(region).replace(/-iso([a-z])$/, "-iso-$1")] ?? "amazonaws.com";
}

/** Address of the partition's web console. */
export function consoleHostOf(region: string): string {
  const hosts: Record<string, string> = {
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
  };
  return hosts[partitionOf(region)] ?? `${region}.console.aws.amazon.com`;
}

/** ARN of a regional resource of the target's account. */
export function arn(target: Target, service: string, resource: string): string {
  return `arn:${partitionOf(target.region)}:${service}:${target.region}:${target.accountId}:${resource}`;
}

/** ARN of an IAM resource (`role/…`, `policy/…`, `root`) of the target's account. */
export function iamArn(target: Target, resource: string): string {
  return `arn:${partitionOf(target.region)}:iam::${target.accountId}:${resource}`;
}

/** ARN of a bucket, or of something in it. */
export function bucketArn(target: Target, path: string): string {
  return `arn:${partitionOf(target.region)}:s3:::${path}`;
}

/** ARN of a bucket (`suffix` empty) or of objects in it, whose name may be an output. Plain text stays plain. */
export function bucketPath(target: Target, bucket: pulumi.Input<string>, suffix: string): pulumi.Input<string> {
  if (typeof bucket === "string") return bucketArn(target, `${bucket}${suffix}`);
  return pulumi.interpolate`arn:${partitionOf(target.region)}:s3:::${bucket}${suffix}`;
}
