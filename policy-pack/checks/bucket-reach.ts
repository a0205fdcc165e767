/** Which buckets the policies of an IAM role reach, beside those of the stack. */
import type { StackResource, StackView } from "../control.ts";
import type { Finding } from "../findings.ts";
import { read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";
import { isListed } from "./allow-lists.ts";
import { type Answer, all, any, not, violatesIf } from "./answers.ts";
import { isConditionedOn, matches, namesAnyAction, readDocument, type Statement } from "./iam-document.ts";
import { boundariesOf, policiesOf, type RolePolicy } from "./role-policies.ts";
import { BUCKETS } from "./s3-buckets.ts";

/** Reading, writing, deleting and listing objects. */
const DATA_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"];

/** Condition keys that say whose the bucket is: a stranger who takes over its name gets nothing. */
const OWNER_KEYS = ["aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "s3:ResourceAccount"];

/** AWS's own policies that reach every bucket, or all whose names fit a pattern (AWS managed policy reference). */
const WIDE_POLICY =
  /:iam::aws:policy\/(?:.*\/)?(?:AdministratorAccess|PowerUserAccess|ReadOnlyAccess|DataScientist|AmazonS3FullAccess|AmazonS3ReadOnlyAccess|AmazonSageMakerFullAccess|AmazonSageMakerJobFullAccess)$/;

const ACCESS_POINT = "aws:s3/accessPoint:AccessPoint";
const OWN_TYPES = [...BUCKETS, "aws-native:s3:Bucket", ACCESS_POINT];

/** What a role may reach. */
interface Limits {
  /** The stack's buckets by name, and its access points by ARN, as far as they are known. */
  own: Set<string>;
  /** Names of other buckets that the configuration allows, perhaps with stars. */
  foreign: string[];
  /** Whether the role's permissions boundary says whose the buckets must be. */
  boundaryFixesOwner: () => Answer;
}

/**
 * Findings about what the role reaches beside the stack's own buckets.
 * @param isJudged Whether the role is one that must keep to them.
 * @param foreign Names of other buckets that are allowed. Empty: any that is named in full and whose owner is fixed.
 */
export function mustKeepToOwnBuckets(
  role: StackResource,
  stack: StackView,
  isJudged: Answer,
  foreign: string[],
): Finding[] {
  if (isJudged === false) return [];
  const own = new Set(stack.ofType(...OWN_TYPES).flatMap(namesOf));
  const limits = { own, foreign, boundaryFixesOwner: () => boundaryFixesOwner(role, stack) };
  return policiesOf(role, stack).flatMap((policy) => policyFindings(policy, all(isJudged, policy.isHeld), limits));
}

function namesOf({ type, props }: StackResource): string[] {
  const outputs = type === ACCESS_POINT ? ["arn"] : ["bucket", "bucketName", "id"];
  return outputs.flatMap((output) => {
    const name = read(props, output);
    return name.state === "known" ? [textOf(name.value)] : [];
  });
}

function policyFindings({ name, arn, document }: RolePolicy, applies: Answer, limits: Limits): Finding[] {
  if (arn)
    return WIDE_POLICY.test(arn) ? violatesIf(applies, `${name} gives it ${arn}, which reaches other buckets`) : [];
  const reading = document && readDocument(document.source.props, document.path);
  if (reading?.state === "unknown") return violatesIf(all(applies, reading), "");
  if (reading?.state !== "known") return [];
  const isMadeFromOwn = madeFrom(document!.source, document!.path).some(({ type }) => OWN_TYPES.includes(type));
  return [
    ...reading.statements.flatMap((statement) => {
      const grants = all(applies, statement.allows, namesAnyAction(statement, DATA_ACTIONS));
      if (grants === false) return [];
      return [
        ...bucketsOf(statement).flatMap((bucket) =>
          violatesIf(all(grants, isForeign(bucket, statement, limits)), describeReach(name, statement, bucket)),
        ),
        // A name that only the cloud can give is one of the stack's, if the policy was made from such a bucket.
        ...violatesIf(all(grants, !isMadeFromOwn, statement.resources?.unknown ?? false), ""),
      ];
    }),
    ...reading.unknownStatements.flatMap((statement) => violatesIf(all(applies, statement), "")),
  ];
}

function describeReach(policy: string, { path }: Statement, bucket: string): string {
  return `${policy} ${path} lets it reach ${isPattern(bucket) ? `every bucket ${bucket}` : `the bucket ${bucket}`}`;
}

/** The names, or patterns of names, of the buckets that a statement is about. */
function bucketsOf({ resources }: Statement): string[] {
  if (!resources) return ["*"];
  return [...new Set(resources.known.flatMap((resource) => bucketOf(resource) ?? []))];
}

/** The bucket's name in the ARN of the bucket or of its objects. An access point is named by its whole ARN. */
function bucketOf(resource: string): string | undefined {
  const [, , service = "*", region, account, ...rest] = resource.split(":");
  if (!matches(service, "s3")) return undefined;
  // A pattern that stops before the name reaches over all names.
  if (rest.length === 0) return resource.includes("*") ? "*" : undefined;
  return region || account ? resource.split("/").slice(0, 2).join("/") : rest[0]!.split("/")[0];
}

/** Names that hold stars, or variables of the request. */
function isPattern(bucket: string): boolean {
  return /[*?]|\$\{/.test(bucket);
}

function isForeign(bucket: string, statement: Statement, limits: Limits): Answer {
  if (limits.own.has(bucket) || isListed(limits.foreign, bucket)) return false;
  if (isPattern(bucket) || limits.foreign.length > 0) return true;
  return not(any(isConditionedOn(statement, OWNER_KEYS), limits.boundaryFixesOwner()));
}

function boundaryFixesOwner(role: StackResource, stack: StackView): Answer {
  return any(...boundariesOf(role, stack).map((boundary) => all(boundary.isHeld, fixesOwner(boundary))));
}

function fixesOwner({ document }: RolePolicy): Answer {
  const reading = document && readDocument(document.source.props, document.path);
  if (reading?.state !== "known") return reading?.state === "unknown" && reading;
  const statements = reading.statements.map((statement) =>
    any(not(statement.allows), not(namesAnyAction(statement, DATA_ACTIONS)), isConditionedOn(statement, OWNER_KEYS)),
  );
  return all(...statements, ...reading.unknownStatements);
}
