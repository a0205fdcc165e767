/** What the policies of AWS resources (buckets, keys, repositories) let in, and what they keep out. */

import { type Finding, violation } from "../findings.ts";
import type { Path, Unknown } from "../read.ts";
import { type Answer, all, any, not } from "./answers.ts";
import {
  type Document,
  isConditionedOn,
  namesAction,
  namesAnyone,
  readDocument,
  type Statement,
  some,
} from "./iam-document.ts";

/**
 * Condition keys that tie a request to an identity, an organization or a network (S3 user guide, "The meaning of
 * public", and newer keys of the same kind). The last two are flags of requests that come from inside.
 */
const NARROWING_KEYS = [
  "aws:PrincipalAccount",
  "aws:PrincipalArn",
  "aws:PrincipalOrgID",
  "aws:PrincipalOrgPaths",
  "aws:SourceAccount",
  "aws:SourceArn",
  "aws:SourceOrgID",
  "aws:SourceOrgPaths",
  "aws:SourceVpc",
  "aws:SourceVpce",
  "aws:userid",
  "aws:VpceAccount",
  "aws:VpceOrgID",
  "kms:CallerAccount",
  "s3:DataAccessPointAccount",
  "s3:DataAccessPointArn",
  "aws:PrincipalIsAWSService",
  "elasticfilesystem:AccessedViaMountTarget",
];

/** A request of each kind that must not go over plain HTTP: reading, writing, listing. */
const BUCKET_ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"];

/** The policy may have no statement that lets everybody in. */
export function mustNotLetEverybodyIn(props: object, path: Path): Finding[] {
  return noStatement(props, path, letsEverybodyIn, "lets everybody in; name principals or narrow the condition");
}

/** The policy may have no statement that allows one principal every action of a service, such as `kms`. */
export function mustNotAllowEverything(props: object, path: Path, service: string): Finding[] {
  const message = `allows one principal every action of ${service}; list the actions that it needs`;
  return noStatement(props, path, (statement) => allowsEverything(statement, service), message);
}

/** The policy must have a statement that denies everybody every request without TLS. */
export function mustRefusePlainHttp(props: object, path: Path): Finding[] {
  const document = readDocument(props, path);
  if (document.state === "unknown") return [undecided(document)];
  if (document.state === "malformed") return [violation(document.problem)];
  const answers = document.state === "known" ? document.statements.map(refusesPlainHttp) : [];
  const answer = any(...answers, ...unknownStatements(document));
  if (typeof answer === "object") return [undecided(answer)];
  const fix = "deny s3:* to everybody where aws:SecureTransport is false";
  return answer ? [] : [violation(`the policy denies no request without TLS; ${fix}`)];
}

function letsEverybodyIn(statement: Statement): Answer {
  const narrowed = any(isConditionedOn(statement, NARROWING_KEYS), isLimitedToAddresses(statement));
  return all(statement.allows, namesAnyone(statement), not(narrowed));
}

/** A condition on the address narrows nothing when its range is the whole internet. */
function isLimitedToAddresses(statement: Statement): Answer {
  const ranges = statement.conditions.filter(({ key }) => key.toLowerCase() === "aws:sourceip");
  const open = ranges.some(({ values }) => values.known.some((range) => range.endsWith("/0")));
  return open ? false : isConditionedOn(statement, ["aws:SourceIp"]);
}

function refusesPlainHttp(statement: Statement): Answer {
  return all(
    not(statement.allows),
    statement.notPrincipals === undefined,
    namesAnyone(statement),
    ...BUCKET_ACTIONS.map((action) => namesAction(statement, action)),
    statement.notResources === undefined,
    some(statement.resources, (resource) => resource.endsWith("*")),
    isAboutPlainHttpOnly(statement),
  );
}

/** All conditions of a statement must hold at once, so that any other one would let plain requests through. */
function isAboutPlainHttpOnly({ conditions, unknownConditions }: Statement): Answer {
  if (unknownConditions) return unknownConditions;
  const [condition] = conditions;
  if (conditions.length !== 1 || !condition) return false;
  const transport = /^Bool(IfExists)?$/i.test(condition.operator) && /^aws:SecureTransport$/i.test(condition.key);
  return all(
    transport,
    some(condition.values, (value) => value.toLowerCase() === "false"),
  );
}

function allowsEverything(statement: Statement, service: string): Answer {
  return all(
    statement.allows,
    some(statement.actions, (action) => action === "*" || action.toLowerCase() === `${service}:*`),
    some(statement.principals?.AWS, (principal) => !isAccount(principal)),
  );
}

/** `arn:aws:iam::111122223333:root` and `111122223333` both mean: whoever that account's own policies allow. */
function isAccount(principal: string): boolean {
  return /^(arn:[\w-]+:iam::\d{12}:root|\d{12})$/.test(principal);
}

function noStatement(
  props: object,
  path: Path,
  question: (statement: Statement) => Answer,
  message: string,
): Finding[] {
  const document = readDocument(props, path);
  if (document.state === "unknown") return [undecided(document)];
  if (document.state === "malformed") return [violation(document.problem)];
  if (document.state === "absent") return [];
  const findings = document.statements.flatMap((statement) => {
    const answer = question(statement);
    if (typeof answer === "object") return [undecided(answer)];
    return answer ? [violation(`${document.path}.${statement.path} ${message}`)] : [];
  });
  return [...findings, ...document.unknownStatements.map(undecided)];
}

function unknownStatements(document: { state: string }): Unknown[] {
  return document.state === "known" ? (document as Document).unknownStatements : [];
}

function undecided({ path, cause }: Unknown): Finding {
  return { kind: "undecided", path, cause };
}
