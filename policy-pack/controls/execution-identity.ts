/** Whether the identity that a notebook, job, model or workspace runs with is an administrator, through any attachment. */
import { type Answer, all, any, ask, both, violatesIf } from "../checks/answers.ts";
import { ACCOUNT_HOLDERS, identityPaths, ROLE_HOLDERS } from "../checks/execution-identities.ts";
import { coversEverything, namesAction, readDocument } from "../checks/iam-document.ts";
import { assignsTo, grantsTo, isHolder } from "../checks/identity-grants.ts";
import { GCP_WIDE_GRANTS, onGcpGrants, ROLE_ASSIGNMENT } from "../checks/role-grants.ts";
import { IAM_ROLES, namesRole, policiesOf, type RolePolicy } from "../checks/role-policies.ts";
import { AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE } from "../checks/types.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import type { Finding } from "../findings.ts";
import { read, textOf } from "../read.ts";
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
          stack.ofType(ROLE_ASSIGNMENT).flatMap((assignment) => {
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

/** AWS's own policies that make an administrator, or somebody who can become one. */
const ADMIN_POLICY = /:iam::aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

function runsAsAdministrator(holder: StackResource, stack: StackView): Finding[] {
  const paths = identityPaths(holder);
  return stack.ofType(...IAM_ROLES).flatMap((role) => {
    const isUsed = any(...paths.map((path) => namesRole(holder, path, role)));
    return isUsed === false ? [] : roleFindings(role, stack, isUsed);
  });
}

function roleFindings(role: StackResource, stack: StackView, isUsed: Answer): Finding[] {
  return policiesOf(role, stack).flatMap((policy) =>
    violatesIf(
      all(isUsed, policy.isHeld, makesAdministrator(policy)),
      `its role ${role.name} is an administrator through ${policy.name}`,
    ),
  );
}

/** A policy of AWS's own makes an administrator by its name, another one by what its document grants. */
function makesAdministrator({ arn, document }: RolePolicy): Answer {
  if (arn) return ADMIN_POLICY.test(arn);
  return document !== undefined && grantsEverything(document.source.props, document.path);
}

/** Whether a policy allows an action that no service has: it allows whatever there is, on every resource. */
function grantsEverything(props: object, path: string): Answer {
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
  return ADMIN_ROLES.has(textOf(role));
}

function accountIsAdmin(grant: StackResource): string {
  return `its service account is an administrator through ${grant.name}`;
}

/** A whole policy is one text, known or unknown. */
function policyFindings(policy: StackResource, holder: StackResource): Finding[] {
  return onGcpGrants(policy.props, ({ role, member }) =>
    violatesIf(all(member(isHolder(holder)), role(isAdminRole)), accountIsAdmin(policy)),
  );
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
  return ask(id, (value) => ADMIN_DEFINITIONS.some((one) => textOf(value).toLowerCase().endsWith(one)));
}
