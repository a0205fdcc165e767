/** Whether the identity that a notebook or workspace runs with is an administrator, through any attachment. */
import { type Answer, all, any, ask, askAny, both, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import { coversEverything, namesAction, readDocument } from "../checks/iam-document.ts";
import { anyRefers, refers } from "../checks/relations.ts";
import {
  AZURE_ML_COMPUTE,
  AZURE_ML_WORKSPACE,
  LEGACY_NOTEBOOK,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_USER_PROFILE,
  WORKBENCH,
} from "../checks/types.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import { type Finding, same } from "../findings.ts";
import { elementPaths, read } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

/** The control about administrators. */
export const executionIdentityNotAdmin: Control = {
  id: "notebook-identity-not-admin",
  title: "Notebooks and workspaces do not run as administrators",
  severity: "critical",
  why: "Whatever runs in a notebook, including a poisoned package or model file, has all rights of its identity.",
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
        types: [...SAGEMAKER_NOTEBOOK, ...SAGEMAKER_DOMAIN, ...SAGEMAKER_USER_PROFILE],
        requires: "an execution role to which no policy grants every action on every resource",
        evaluate: (notebook, stack) =>
          rolePaths(notebook.type).flatMap((path) =>
            stack.ofType(ROLE).flatMap((role) => roleFindings(role, stack, runsAs(notebook, path, role))),
          ),
      },
    ],
    gcp: [
      {
        types: [WORKBENCH, LEGACY_NOTEBOOK],
        requires: "a service account that is neither owner nor editor of a project, folder or organization",
        evaluate: (notebook, stack) =>
          stack.ofType(...GRANTS).flatMap((grant) => {
            const isAdmin = ask(read(grant.props, "role"), (role) => ADMIN_ROLES.has(String(role)));
            const message = `its service account is an administrator through ${grant.name}`;
            return violatesIf(
              both(isAdmin, () => grantsToNotebook(grant, notebook, stack)),
              message,
            );
          }),
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

const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/policy:Policy";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const SHARED_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment";

/** AWS's own policies that make an administrator, or somebody who can become one. */
const ADMIN_POLICY = /:iam::aws:policy\/(.*\/)?(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** Where each type names its execution roles. */
function rolePaths(type: string): string[] {
  if (SAGEMAKER_NOTEBOOK.includes(type)) return ["roleArn"];
  if (SAGEMAKER_USER_PROFILE.includes(type)) return ["userSettings.executionRole"];
  return ["defaultUserSettings.executionRole", "defaultSpaceSettings.executionRole"];
}

function roleFindings(role: StackResource, stack: StackView, isUsed: Answer): Finding[] {
  if (isUsed === false) return [];
  const reasons: [Answer, string][] = [
    [anyManagedPolicy(role, stack), "its managed policies"],
    [anyInlinePolicy(role), "its inline policies"],
    ...stack
      .ofType(ROLE_POLICY)
      .map((policy): [Answer, string] => [
        both(refers(policy, "role", role, ["name"]), () => grantsEverything(policy, "policy")),
        policy.name,
      ]),
    ...stack
      .ofType(ATTACHMENT)
      .map((attachment): [Answer, string] => [
        both(refers(attachment, "role", role, ["name"]), () => namesAdmin(attachment, "policyArn", stack)),
        attachment.name,
      ]),
    ...stack
      .ofType(SHARED_ATTACHMENT)
      .map((attachment): [Answer, string] => [
        both(anyRefers(attachment, "roles", "", role, ["name"]), () => namesAdmin(attachment, "policyArn", stack)),
        attachment.name,
      ]),
  ];
  return reasons.flatMap(([answer, reason]) =>
    violatesIf(all(isUsed, answer), `its role ${role.name} is an administrator through ${reason}`),
  );
}

/** An ARN that is known names the role, also where the role's own ARN is not known yet. */
function runsAs(notebook: StackResource, path: string, role: StackResource): Answer {
  const arn = read(notebook.props, path);
  const name = read(role.props, "name");
  if (arn.state !== "known" || name.state !== "known") return refers(notebook, path, role, ["arn"]);
  return typeof arn.value === "string" && arn.value.endsWith(`/${name.value}`);
}

/** A policy that is named by its ARN is one of AWS's own, or one of the stack, whose document is read. */
function namesAdmin(source: StackResource, path: string, stack: StackView): Answer {
  const arn = read(source.props, path);
  const isAws = arn.state === "known" && typeof arn.value === "string" && ADMIN_POLICY.test(arn.value);
  const policies = stack.ofType(POLICY);
  const own = policies.map((one) => both(refers(source, path, one, ["arn"]), () => grantsEverything(one, "policy")));
  // The ARN of a policy that is created along with the stack is not one of AWS's own.
  return any(isAws, ...own);
}

function anyManagedPolicy(role: StackResource, stack: StackView): Answer {
  return anyElement(role, "managedPolicyArns", (path) => namesAdmin(role, path, stack));
}

function anyInlinePolicy(role: StackResource): Answer {
  return anyElement(role, "inlinePolicies", (path) => grantsEverything(role, `${path}.policy`));
}

/** Asks each element of a list that the program gives; the provider fills it in otherwise. */
function anyElement(role: StackResource, list: string, question: (path: string) => Answer): Answer {
  if (!isGiven(role, list)) return false;
  const paths = elementPaths(role.props, list);
  if (Array.isArray(paths)) return any(...paths.map(question));
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

const GRANTS = [
  "gcp:projects/iAMMember:IAMMember",
  "gcp:projects/iAMBinding:IAMBinding",
  "gcp:folder/iAMMember:IAMMember",
  "gcp:folder/iAMBinding:IAMBinding",
  "gcp:organizations/iAMMember:IAMMember",
  "gcp:organizations/iAMBinding:IAMBinding",
];

/** Basic roles, and roles that can grant themselves any other. */
const ADMIN_ROLES = new Set([
  "roles/owner",
  "roles/editor",
  "roles/iam.securityAdmin",
  "roles/resourcemanager.projectIamAdmin",
  "roles/resourcemanager.folderIamAdmin",
  "roles/resourcemanager.organizationAdmin",
]);

/** A grant names the account by its e-mail address or, as long as that is not known, is made from the account. */
function grantsToNotebook(grant: StackResource, notebook: StackResource, stack: StackView): Answer {
  const path = notebook.type === WORKBENCH ? "gceSetup.serviceAccounts[0].email" : "serviceAccount";
  const email = read(notebook.props, path);
  const list = grant.type.endsWith("IAMMember") ? "member" : "members";
  const isNamed = (member: unknown) => email.state === "known" && same(member, `serviceAccount:${email.value}`);
  const accounts = stack
    .ofType("gcp:serviceaccount/account:Account")
    .map((account) => all(refers(notebook, path, account, ["email"]), madeFrom(grant, list).includes(account)));
  return any(email.state === "known" && askAny(grant.props, list, isNamed), ...accounts);
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
