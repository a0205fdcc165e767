/** S3 buckets and the resources that complete them. */

import type { StackResource, StackView } from "../control.ts";
import { each, type Finding, mustBeOneOf, mustBeSet, mustEqual } from "../findings.ts";
import { read, type Unknown } from "../read.ts";
import { refersTo } from "../stack-view.ts";
import { type Companion, eitherPlace, isGiven, mustHaveCompanion } from "./companions.ts";
import { mustNameKmsKey } from "./customer-keys.ts";

/** Buckets. `BucketV2` is the same bucket under the name that it had in older versions of the provider. */
export const BUCKET = "aws:s3/bucket:Bucket";
/** The bucket's older name; its inline settings are lists. */
export const BUCKET_V2 = "aws:s3/bucketV2:BucketV2";
/** Both. */
export const BUCKETS = [BUCKET, BUCKET_V2];
/** The bucket's policy. */
export const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
/** The four switches against public access. */
export const PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** What a companion's property can hold to name a bucket. */
const BUCKET_KEYS = ["bucket", "id"];

const ENCRYPTION = both("ServerSideEncryptionConfiguration");
const VERSIONING = both("Versioning");
const LOGGING = both("Logging");
const LIFECYCLE = both("LifecycleConfiguration");

/** Type tokens of a companion, under its own name and the older one that ends in V2. */
function both(setting: string): string[] {
  return ["", "V2"].map((version) => `aws:s3/bucket${setting}${version}:Bucket${setting}${version}`);
}

function companion(types: string[]): Companion {
  return { types, path: "bucket", keys: BUCKET_KEYS };
}

/** The bucket must have a public access block; whether all of its switches are on is judged on the block itself. */
export function mustHavePublicAccessBlock(bucket: StackResource, stack: StackView): Finding[] {
  return mustHaveCompanion(
    bucket,
    stack,
    companion([PUBLIC_ACCESS_BLOCK]),
    "the bucket has no BucketPublicAccessBlock",
  );
}

/** The bucket's policy, a companion or inline, must keep the rule. */
export function policyMust(
  bucket: StackResource,
  stack: StackView,
  missing: string,
  rule: (props: object) => Finding[],
): Finding[] {
  const policy = mustHaveCompanion(bucket, stack, companion([BUCKET_POLICY]), missing, ({ props }) => rule(props));
  return eitherPlace(bucket, "policy", rule, policy);
}

/** New objects must be encrypted with a KMS key of one's own. */
export function mustEncryptWithKms(bucket: StackResource, stack: StackView): Finding[] {
  const missing = "the bucket has no BucketServerSideEncryptionConfiguration; S3 then uses a key of its own";
  const separate = mustHaveCompanion(bucket, stack, companion(ENCRYPTION), missing, ({ props }) => [
    ...mustBeSet(props, "rules", "list"),
    ...each(props, "rules", (rule) => encryptsWithKms(props, `${rule}.applyServerSideEncryptionByDefault`)),
  ]);
  const { property, path } = inline(bucket, {
    property: "serverSideEncryptionConfiguration",
    path: "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault",
    pathV2: "serverSideEncryptionConfigurations[0].rules[0].applyServerSideEncryptionByDefaults[0]",
  });
  return eitherPlace(bucket, property, (props) => encryptsWithKms(props, path), separate);
}

function encryptsWithKms(props: object, path: string): Finding[] {
  return [
    ...mustBeOneOf(props, `${path}.sseAlgorithm`, ["aws:kms", "aws:kms:dsse"], { absent: "violates" }),
    ...mustNameKmsKey(props, `${path}.kmsMasterKeyId`),
  ];
}

/** Overwritten and deleted objects must be kept as versions. */
export function mustKeepVersions(bucket: StackResource, stack: StackView): Finding[] {
  const missing = "the bucket has no BucketVersioning";
  const separate = mustHaveCompanion(bucket, stack, companion(VERSIONING), missing, ({ props }) =>
    mustEqual(props, "versioningConfiguration.status", "Enabled", { absent: "violates" }),
  );
  const { property, path } = inline(bucket, {
    property: "versioning",
    path: "versioning.enabled",
    pathV2: "versionings[0].enabled",
  });
  return eitherPlace(bucket, property, (props) => mustEqual(props, path, true, { absent: "violates" }), separate);
}

/** Requests must be logged to another bucket. */
export function mustLogAccess(bucket: StackResource, stack: StackView): Finding[] {
  const separate = mustHaveCompanion(
    bucket,
    stack,
    companion(LOGGING),
    "the bucket has no BucketLogging",
    ({ props }) => mustBeSet(props, "targetBucket"),
  );
  const { property, path } = inlineLogging(bucket);
  return eitherPlace(bucket, property, (props) => mustBeSet(props, path), separate);
}

/** The bucket must have rules for the end of its objects' lives. */
export function mustHaveLifecycle(bucket: StackResource, stack: StackView): Finding[] {
  const missing = "the bucket has no BucketLifecycleConfiguration";
  const separate = mustHaveCompanion(bucket, stack, companion(LIFECYCLE), missing, ({ props }) =>
    mustBeSet(props, "rules", "list"),
  );
  return eitherPlace(bucket, "lifecycleRules", (props) => mustBeSet(props, "lifecycleRules", "list"), separate);
}

/**
 * Drops the findings on a bucket that other buckets log to, or that `known` names. Log targets support SSE-S3 only
 * (S3 user guide, "Enabling Amazon S3 server access logging") and are not logged themselves.
 */
export function unlessLogTarget(
  bucket: StackResource,
  stack: StackView,
  known: string[],
  findings: Finding[],
): Finding[] {
  if (findings.length === 0) return [];
  const name = read(bucket.props, "bucket");
  if (name.state === "known" && known.some((one) => one === name.value)) return [];
  let open: Unknown | undefined;
  for (const [source, path] of loggingSources(stack)) {
    const reference = refersTo(source, path, bucket, BUCKET_KEYS);
    if (reference === "yes") return [];
    if (reference !== "no") open ??= reference;
  }
  return open ? [{ kind: "undecided", path: open.path, cause: open.cause }] : findings;
}

/** Everything in the stack that sends access logs somewhere, with the property that says where. */
function loggingSources(stack: StackView): [source: StackResource, path: string][] {
  const inline = stack.ofType(...BUCKETS).filter((bucket) => isGiven(bucket, inlineLogging(bucket).property));
  return [
    ...stack.ofType(...LOGGING).map((logging): [StackResource, string] => [logging, "targetBucket"]),
    ...inline.map((bucket): [StackResource, string] => [bucket, inlineLogging(bucket).path]),
  ];
}

function inlineLogging(bucket: StackResource) {
  return inline(bucket, { property: "logging", path: "logging.targetBucket", pathV2: "loggings[0].targetBucket" });
}

/** BucketV2 writes its inline settings as lists of one, under the plural name. */
function inline({ type }: StackResource, setting: { property: string; path: string; pathV2: string }) {
  return type === BUCKET_V2 ? { property: `${setting.property}s`, path: setting.pathV2 } : setting;
}
