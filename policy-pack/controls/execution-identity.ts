/** Whether the identity that a notebook, job, model or workspace runs with is an administrator, through any attachment. */
import { type Answer, all, any, ask, askAny, both, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import { ACCOUNT_HOLDERS, identityPaths, ROLE_HOLDERS } from "../checks/execution-identities.ts";
import { coversEverything, namesAction, readDocument } from "../checks/iam-document.ts";
import { anyRefers, refers } from "../checks/relations.ts";
import { GCP_WIDE_GRANTS, onGcpGrants } from "../checks/role-grants.ts";
import { AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE } from "../checks/types.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import { type Finding, same } from "../findings.ts";
import { elementPaths, read } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

/** The control about administrators. */
export const executionIdentityNotAdmin: Control = {
  id: "notebook-identity-not-admin",
  title: "Notebooks, jobs, models and workspaces do not run as administrators",
  severity: "critical",
  why: "Whatever runs in a notebook or job, including a poisoned package or model file, has all rights of its identity.",
  remedy: "Grant the identity the actions and data stores that it needs, one by one.",
  frameworks: {
    nist80053: ["AC-2", "AC-3", "AC-6"],
    iso27001: ["A.5.15", "A.8.2"],
    soc2: ["CC6.3"],
    pciDss: ["7.2.1", "7.2.5"],
    mitreAtlas: ["AML.T0012"],
    checkov: ["CKV2_AWS_68"],
  },
  stackChecks: {
    aws: [
      {
        types: ROLE_HOLDERS,
        requires: "an execution role to which no policy grants every action on every resource",
        evaluate: runsAsAdministrator,
      },
    ],
    gcp: [
      {
        types: ACCOUNT_HOLDERS,
        requires: "a service account that is neither owner nor editor of a project, folder or organization",
        evaluate: (holder, stack) => [
          ...stack.ofType(...GRANTS).flatMap((grant) => {
            const isAdmin = ask(read(grant.props, "role"), isAdminRole);
            return violatesIf(
              both(isAdmin, () => grantsTo(grant, holder, stack)),
              accountIsAdmin(grant),
            );
          }),
          ...stack.ofType(...POLICIES_OF_PROJECTS).flatMap((policy) => policyFindings(policy, holder)),
        ],
      },
    ],
    azure: [
      {
        types: [AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE],
        requires: "identities without the roles Owner, Contributor, User Access Administrator and RBAC Administrator",
        evaluate: (holder, stack) =>
          stack.ofType("azure-native:authorization:RoleAssignment").flatMap((assignment) => {
            const isAdmin = makesAdmin(assignment);
            const message = `its identity is an administrator through ${assignment.name}`;
            return violatesIf(
              both(isAdmin, () => assignsTo(assignment, holder, stack)),
              message,
            );
          }),
      },
    ],
  },
};

/** How each provider's role calls its name and its inline policies. */
const ROLES: Record<string, { name: string; policies: string; document: string }> = {
  "aws:iam/role:Role": { name: "name", policies: "inlinePolicies", document: "policy" },
  "aws-native:iam:Role": { name: "roleName", policies: "policies", document: "policyDocument" },
};

/** Managed policies: their ARN, and their document. */
const POLICIES: Record<string, { arn: string; document: string }> = {
  "aws:iam/policy:Policy": { arn: "arn", document: "policy" },
  "aws-native:iam:ManagedPolicy": { arn: "policyArn", document: "policyDocument" },
};

/** Resources that give policies to roles: where they name the roles, and the policy's document or the policies' ARNs. */
const ATTACHMENTS: Record<string, { roles: string; document?: string; arns?: string }> = {
  "aws:iam/rolePolicy:RolePolicy": { roles: "role", document: "policy" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { roles: "role", arns: "policyArn" },
  "aws:iam/policyAttachment:PolicyAttachment": { roles: "roles", arns: "policyArn" },
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": { roles: "roleName", arns: "policyArns" },
  "aws-native:iam:RolePolicy": { roles: "roleName", document: "policyDocument" },
  "aws-native:iam:ManagedPolicy": { roles: "roles", document: "policyDocument" },
};

/** AWS's own policies that make an administrator, or somebody who can become one. */
const ADMIN_POLICY = /:iam::aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

function runsAsAdministrator(holder: StackResource, stack: StackView): Finding[] {
  const paths = identityPaths(holder);
  return stack.ofType(...Object.keys(ROLES)).flatMap((role) => {
    const isUsed = any(...paths.map((path) => runsAs(holder, path, role)));
    return isUsed === false ? [] : roleFindings(role, stack, isUsed);
  });
}

function roleFindings(role: StackResource, stack: StackView, isUsed: Answer): Finding[] {
  const { name } = shapeOf(role);
  const attachments = stack.ofType(...Object.keys(ATTACHMENTS));
  const reasons: [Answer, string][] = [
    [isGiven(role, "managedPolicyArns") && namesAdmin(role, "managedPolicyArns", stack), "its managed policies"],
    [hasAdminInline(role), "its inline policies"],
    ...attachments.map((one): [Answer, string] => {
      const { roles, document, arns } = ATTACHMENTS[one.type] as (typeof ATTACHMENTS)[string];
      const makesAdmin = () => (document ? grantsEverything(one, document) : namesAdmin(one, arns as string, stack));
      return [both(anyRefers(one, roles, "", role, [name]), makesAdmin), one.name];
    }),
  ];
  return reasons.flatMap(([answer, reason]) =>
    violatesIf(all(isUsed, answer), `its role ${role.name} is an administrator through ${reason}`),
  );
}

/** An ARN that is known names the role, also where the role's own ARN is not known yet. */
function runsAs(holder: StackResource, path: string, role: StackResource): Answer {
  const arn = read(holder.props, path);
  const name = read(role.props, shapeOf(role).name);
  if (arn.state !== "known" || name.state !== "known") return refers(holder, path, role, ["arn"]);
  return typeof arn.value === "string" && arn.value.endsWith(`/${name.value}`);
}

function shapeOf(role: StackResource) {
  return ROLES[role.type] as (typeof ROLES)[string];
}

/** One policy's ARN, or a list of them. */
function namesAdmin(source: StackResource, path: string, stack: StackView): Answer {
  const paths = elementPaths(source.props, path);
  if (Array.isArray(paths)) return any(...paths.map((one) => isAdminPolicy(source, one, stack)));
  return isAdminPolicy(source, path, stack);
}

/** A policy that is named by its ARN is one of AWS's own, or one of the stack, whose document is read. */
function isAdminPolicy(source: StackResource, path: string, stack: StackView): Answer {
  const arn = read(source.props, path);
  const isAws = arn.state === "known" && typeof arn.value === "string" && ADMIN_POLICY.test(arn.value);
  // The ARN of a policy that is created along with the stack is not one of AWS's own.
  const own = stack.ofType(...Object.keys(POLICIES)).map((policy) => {
    const { arn: output, document } = POLICIES[policy.type] as (typeof POLICIES)[string];
    return both(refers(source, path, policy, [output]), () => grantsEverything(policy, document));
  });
  return any(isAws, ...own);
}

/** A list that the program leaves out is filled in by the provider. */
function hasAdminInline(role: StackResource): Answer {
  const { policies, document } = shapeOf(role);
  if (!isGiven(role, policies)) return false;
  const paths = elementPaths(role.props, policies);
  if (Array.isArray(paths)) return any(...paths.map((path) => grantsEverything(role, `${path}.${document}`)));
  return paths.state === "unknown" && paths;
}

/** Whether a policy allows an action that no service has: it allows whatever there is, on every resource. */
function grantsEverything({ props }: StackResource, path: string): Answer {
  const document = readDocument(props, path);
  if (document.state === "unknown") return document;
  if (document.state !== "known") return false;
  const granted = document.statements.map((statement) =>
    all(statement.allows, coversEverything(statement), namesAction(statement, "every-service:EveryAction")),
  );
  return any(...granted, ...document.unknownStatements);
}

const isWholePolicy = (type: string) => type.endsWith(":IAMPolicy");
const GRANTS = GCP_WIDE_GRANTS.filter((type) => !isWholePolicy(type));
const POLICIES_OF_PROJECTS = GCP_WIDE_GRANTS.filter(isWholePolicy);

/** Basic roles, and roles that can grant themselves any other. */
const ADMIN_ROLES = new Set([
  "roles/owner",
  "roles/editor",
  "roles/iam.securityAdmin",
  "roles/resourcemanager.projectIamAdmin",
  "roles/resourcemanager.folderIamAdmin",
  "roles/resourcemanager.organizationAdmin",
]);

function isAdminRole(role: unknown): boolean {
  return ADMIN_ROLES.has(String(role));
}

function accountIsAdmin(grant: StackResource): string {
  return `its service account is an administrator through ${grant.name}`;
}

/** A grant names the account by its e-mail address or, as long as that is not known, is made from the account. */
function grantsTo(grant: StackResource, holder: StackResource, stack: StackView): Answer {
  const list = grant.type.endsWith("IAMMember") ? "member" : "members";
  const names = memberNames(holder);
  const accounts = stack
    .ofType("gcp:serviceaccount/account:Account")
    .filter((account) => madeFrom(grant, list).includes(account));
  return any(
    names.length > 0 && askAny(grant.props, list, (member) => isOneOf(names, member)),
    ...accounts.flatMap((account) => identityPaths(holder).map((path) => refers(holder, path, account, ["email"]))),
  );
}

/** A whole policy is one text, known or unknown. */
function policyFindings(policy: StackResource, holder: StackResource): Finding[] {
  const names = memberNames(holder);
  return onGcpGrants(policy.props, ({ role, member }) => {
    const isHolder = member((one) => isOneOf(names, one));
    return violatesIf(all(isHolder, role(isAdminRole)), accountIsAdmin(policy));
  });
}

/** How grants name the holder's accounts, as far as their addresses are known. */
function memberNames(holder: StackResource): string[] {
  const emails = identityPaths(holder).map((path) => read(holder.props, path));
  return emails.flatMap((email) => (email.state === "known" ? [`serviceAccount:${email.value}`] : []));
}

function isOneOf(names: string[], member: unknown): boolean {
  return names.some((name) => same(member, name));
}

/** Owner, Contributor, User Access Administrator and Role Based Access Control Administrator. */
const ADMIN_DEFINITIONS = [
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  "b24988ac-6180-42a0-ab88-20f7382dd24c",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
];

/** A definition that is made along with the stack is none of them. */
function makesAdmin(assignment: StackResource): Answer {
  const id = read(assignment.props, "roleDefinitionId");
  if (id.state === "unknown" && madeFrom(assignment, "roleDefinitionId").length > 0) return false;
  return ask(id, (value) => ADMIN_DEFINITIONS.some((one) => String(value).toLowerCase().endsWith(one)));
}

/** The assignment is to the holder's own identity, or to a user-assigned identity that it holds. */
function assignsTo(assignment: StackResource, holder: StackResource, stack: StackView): Answer {
  const identities = stack
    .ofType("azure-native:managedidentity:UserAssignedIdentity")
    .map((identity) =>
      both(holds(holder, identity), () => refers(assignment, "principalId", identity, ["principalId"])),
    );
  return any(refers(assignment, "principalId", holder, ["identity.principalId"]), ...identities);
}

function holds(holder: StackResource, identity: StackResource): Answer {
  return any(
    anyRefers(holder, "identity.userAssignedIdentities", "", identity, ["id"]),
    refers(holder, "primaryUserAssignedIdentity", identity, ["id"]),
  );
}
