/** Which storage the identities of Google Cloud and Azure reach, beside that of the stack. */
import type { StackResource, StackView } from "../control.ts";
import type { Finding } from "../findings.ts";
import { read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";
import { isListed } from "./allow-lists.ts";
import { type Answer, all, ask, both, violatesIf } from "./answers.ts";
import { assignsTo, grantsTo, isHolder } from "./identity-grants.ts";
import {
  assigns,
  azureScope,
  GCP_BUCKET_GRANTS,
  GCP_WIDE_GRANTS,
  type GcpGrant,
  onGcpGrants,
  ROLE_ASSIGNMENT,
} from "./role-grants.ts";

/** Storage of the stack, and the outputs that hold its name. */
const GCP_BUCKETS = { type: "gcp:storage/bucket:Bucket", outputs: ["name"] };
const AZURE_ACCOUNTS = { type: "azure-native:storage:StorageAccount", outputs: ["accountName", "name"] };

/** Roles that open objects in buckets. Basic roles make administrators, which another control judges. */
const GCP_DATA_ROLE = /^roles\/storage\.(?:admin|object\w+|legacy\w+)$/;

/** Storage Blob Data Owner, Contributor and Reader; Storage File Data Privileged and SMB Share Contributor and Reader. */
const AZURE_DATA_ROLES = [
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  "69566ab7-960f-475b-8e7c-b3118f30c6bd",
  "b8eda974-7b85-4f76-af95-65846b26df6d",
  "0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb",
  "aba4ae5f-2193-4029-9191-0cb91df5e314",
];

/**
 * Findings about grants to a service account that open every bucket of a project or more, or a bucket that is not listed.
 * @param foreign Names of buckets outside the stack that are allowed. Empty: any that is named.
 */
export function accountMustKeepToOwnBuckets(holder: StackResource, stack: StackView, foreign: string[]): Finding[] {
  return [
    ...stack.ofType(...GCP_WIDE_GRANTS).flatMap((grant) => wideGrantFindings(grant, holder, stack)),
    ...stack.ofType(...GCP_BUCKET_GRANTS).flatMap((grant) => bucketGrantFindings(grant, holder, stack, foreign)),
  ];
}

/** Conditions can narrow a grant down to one bucket, so one that has any is let pass. */
function wideGrantFindings(grant: StackResource, holder: StackResource, stack: StackView): Finding[] {
  const message = `its service account reaches every bucket through ${grant.name}; grant the role on buckets`;
  return onGcpGrants(grant.props, ({ role, member, isConditional }) => {
    if (isConditional || role((name) => GCP_DATA_ROLE.test(name)) !== true) return [];
    return violatesIf(isHeldBy(holder, grant, member, stack), message);
  });
}

/** A whole policy is one text; other grants can be made from an account whose address is not known yet. */
function isHeldBy(holder: StackResource, grant: StackResource, member: GcpGrant["member"], stack: StackView): Answer {
  return grant.type.endsWith("IAMPolicy") ? member(isHolder(holder)) : grantsTo(grant, holder, stack);
}

function bucketGrantFindings(
  grant: StackResource,
  holder: StackResource,
  stack: StackView,
  foreign: string[],
): Finding[] {
  const isForeign = isOnForeignBucket(grant, foreign, stack);
  if (isForeign === false) return [];
  const message = `its service account reaches a bucket of another stack through ${grant.name}`;
  return onGcpGrants(grant.props, ({ member }) =>
    violatesIf(all(isForeign, isHeldBy(holder, grant, member, stack)), message),
  );
}

/** Whether the grant is on a bucket that is neither of the stack nor listed, where there is a list. */
function isOnForeignBucket(grant: StackResource, foreign: string[], stack: StackView): Answer {
  const { type, outputs } = GCP_BUCKETS;
  if (foreign.length === 0 || madeFrom(grant, "bucket").some((source) => source.type === type)) return false;
  const allowed = [...foreign, ...namesOf(stack, type, outputs)];
  return ask(read(grant.props, "bucket"), (name) => !isListed(allowed, textOf(name)));
}

/**
 * Findings about assignments to an identity that open every storage account of a resource group or more, or an account
 * that is not listed.
 * @param foreign Names of accounts outside the stack that are allowed. Empty: any that is named.
 */
export function identityMustKeepToOwnAccounts(holder: StackResource, stack: StackView, foreign: string[]): Finding[] {
  return stack.ofType(ROLE_ASSIGNMENT).flatMap((assignment) => {
    const opensStorage = assigns(assignment.props, AZURE_DATA_ROLES);
    // A role that is made along with the stack is none of Azure's.
    if (opensStorage !== true && madeFrom(assignment, "roleDefinitionId").length > 0) return [];
    const isHeld = both(opensStorage, () => assignsTo(assignment, holder, stack));
    if (isHeld === false) return [];
    return [
      ...violatesIf(all(isHeld, isWide(assignment)), `its identity reaches all storage through ${assignment.name}`),
      ...violatesIf(
        all(isHeld, isForeignAccount(assignment, foreign, stack)),
        `its identity reaches a storage account of another stack through ${assignment.name}`,
      ),
    ];
  });
}

/** Whether the scope holds several accounts. One that is not known yet is what it was made from. */
function isWide(assignment: StackResource): Answer {
  const sources = madeFrom(assignment, "scope");
  const scope = read(assignment.props, "scope");
  if (scope.state !== "unknown" || sources.length === 0) return ask(scope, (id) => azureScope(id) !== "resource");
  return sources.every(({ type }) => type === "azure-native:resources:ResourceGroup");
}

function isForeignAccount(assignment: StackResource, foreign: string[], stack: StackView): Answer {
  const { type, outputs } = AZURE_ACCOUNTS;
  if (foreign.length === 0 || madeFrom(assignment, "scope").some((source) => source.type === type)) return false;
  return ask(read(assignment.props, "scope"), (id) => {
    const name = /\/storageAccounts\/([^/]+)/i.exec(textOf(id))?.[1];
    return name !== undefined && !isListed([...foreign, ...namesOf(stack, type, outputs)], name);
  });
}

function namesOf(stack: StackView, type: string, outputs: string[]): string[] {
  const names = stack.ofType(type).flatMap(({ props }) => outputs.map((output) => read(props, output)));
  return names.flatMap((name) => (name.state === "known" ? [textOf(name.value)] : []));
}
