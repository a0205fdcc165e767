/** Controls of what identities may do: policies, roles and role assignments. */
import { type Answer, all, any, ask, not, violatesIf } from "../checks/answers.ts";
import {
  coversEverything,
  isConditionedOn,
  namesAnyAction,
  noStatement,
  type Statement,
  some,
} from "../checks/iam-document.ts";
import {
  type AzureScope,
  assigns,
  azureScope,
  GCP_BUCKET_GRANTS,
  GCP_FOLDER_GRANTS,
  GCP_ML_GRANTS,
  GCP_WIDE_GRANTS,
  grantViolatesIf,
  onAzurePermissions,
  onGcpGrants,
  ROLE_ASSIGNMENT,
  reaches,
} from "../checks/role-grants.ts";
import type { Check, Control, StackResource } from "../control.ts";
import { each, type Finding, judge, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_DEFINITION = "azure-native:authorization:RoleDefinition";
const CUSTOM_ROLES = ["gcp:projects/iAMCustomRole:IAMCustomRole", "gcp:organizations/iAMCustomRole:IAMCustomRole"];

/** Where each type holds its policy document. */
const DOCUMENTS: Record<string, string> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
};

/** Where each type names a managed policy. */
const ATTACHMENTS: Record<string, string> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
};

/** Types that list every managed policy of an identity. */
const EXCLUSIVE_ATTACHMENTS = [
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
];

/** No statement of an identity's policy may be one of which the question is answered with yes. */
function inDocuments(question: (statement: Statement) => Answer, problem: string): Check[] {
  const allowing = (statement: Statement) => all(statement.allows, question(statement));
  return [
    {
      types: Object.keys(DOCUMENTS),
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ type, props }) => noStatement(props, DOCUMENTS[type] as string, allowing, problem),
    },
    {
      types: [ROLE],
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ props }) =>
        each(props, "inlinePolicies", (path) => noStatement(props, `${path}.policy`, allowing, problem)),
    },
  ];
}

/** No managed policy of AWS's own whose name the question accepts. The ARN of a policy of the stack is none of AWS's. */
function inAttachments(question: (name: string) => boolean, problem: string): Check[] {
  const judgeArn = (props: object, path: string): Finding[] => {
    const reading = read(props, path);
    if (reading.state !== "known") return [];
    const name = /^arn:[\w-]+:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(textOf(reading.value))?.[1];
    return name !== undefined && question(name) ? [violation(`${path} is ${name}, which ${problem}`)] : [];
  };
  return [
    {
      types: Object.keys(ATTACHMENTS),
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ type, props }) => judgeArn(props, ATTACHMENTS[type] as string),
    },
    {
      types: [ROLE],
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ props }) => each(props, "managedPolicyArns", (path) => judgeArn(props, path)),
    },
    {
      types: EXCLUSIVE_ATTACHMENTS,
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ props }) => each(props, "policyArns", (path) => judgeArn(props, path)),
    },
  ];
}

/** No grant of a role that the question accepts, in grants of these types. */
function inGrants(
  types: string[],
  question: (role: string) => boolean,
  problem: string,
  options: { conditionSuffices?: boolean } = {},
): Check[] {
  return [
    {
      types,
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ props }) =>
        onGcpGrants(props, (grant) => {
          const limited = options.conditionSuffices === true && grant.isConditional;
          return grantViolatesIf(all(!limited, grant.role(question)), grant, problem);
        }),
    },
  ];
}

/** No assignment of one of these roles; with scopes, only where it reaches as far as one of them. */
function inAssignments(roles: readonly string[], problem: string, scopes?: AzureScope[]): Check[] {
  return [
    {
      types: [ROLE_ASSIGNMENT],
      whenAbsent: "complies",
      cloudDefault: "no rights",
      evaluate: ({ props }) =>
        violatesIf(all(assigned(props, roles), scopes ? reaches(props, scopes) : true), `roleDefinitionId ${problem}`),
    },
  ];
}

/** A role that is not known yet is judged by the check of the stack, which knows whether the stack defines it. */
function assigned(props: object, roles: readonly string[]): boolean {
  return assigns(props, roles) === true;
}

/** Basic roles that may do everything, and roles that can give themselves any other. */
const GCP_ADMIN_ROLES = [
  "roles/owner",
  "roles/admin",
  "roles/iam.securityAdmin",
  "roles/iam.roleAdmin",
  "roles/iam.organizationRoleAdmin",
  "roles/resourcemanager.projectIamAdmin",
  "roles/resourcemanager.folderIamAdmin",
  "roles/resourcemanager.folderAdmin",
  "roles/resourcemanager.organizationAdmin",
];

const GCP_BASIC_ROLES = ["roles/editor", "roles/viewer", "roles/writer", "roles/reader"];

/** Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const AZURE_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const AZURE_USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
const AZURE_RBAC_ADMINISTRATOR = "f58310d9-a9f6-439a-9e8d-f62e7b41a168";

/** Roles that manage a whole kind of resource, and with it get at its keys or secrets. */
const AZURE_BROAD_ROLES = [
  "b24988ac-6180-42a0-ab88-20f7382dd24c", // Contributor
  "17d1049b-9a84-46fb-8f53-869881c3d3ab", // Storage Account Contributor: lists the account's keys
  "00482a5a-887f-4fb3-b363-3b7fe8e74483", // Key Vault Administrator
  "f25e0fa2-a7c8-4377-a976-54943a77a395", // Key Vault Contributor
];

/** Roles that hand out identities. */
const AZURE_IDENTITY_ROLES = [
  "f1a07417-d97a-45cb-824c-7a7467783830", // Managed Identity Operator
  "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", // Managed Identity Contributor
];

/** Roles that read or change data, secrets or keys. */
const AZURE_DATA_ROLES = [
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", // Storage Blob Data Owner
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe", // Storage Blob Data Contributor
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", // Storage Blob Data Reader
  "69566ab7-960f-475b-8e7c-b3118f30c6bd", // Storage File Data Privileged Contributor
  "4633458b-17de-408a-b874-0445c86b69e6", // Key Vault Secrets User
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7", // Key Vault Secrets Officer
  "14b46e9e-c2b7-41b4-b07b-48a6ebf60603", // Key Vault Crypto Officer
  "12338af0-0e69-4776-bea7-57ae8d297424", // Key Vault Crypto User
];

/** Roles that read or change data, secrets or keys of everything below. */
const GCP_DATA_ROLE =
  /^roles\/(?:storage\.(?:object|legacy)\w+|bigquery\.data(?:Viewer|Editor|Owner)|secretmanager\.secret(?:Accessor|VersionManager)|cloudkms\.cryptoKey(?:Decrypter|Encrypter)\w*)$/;

/** Roles that act as, or hand out, every service account below. */
const GCP_IDENTITY_ROLES = [
  "roles/iam.serviceAccountUser",
  "roles/iam.serviceAccountTokenCreator",
  "roles/iam.serviceAccountOpenIdTokenCreator",
  "roles/iam.serviceAccountAdmin",
  "roles/iam.serviceAccountKeyAdmin",
  "roles/iam.workloadIdentityUser",
];

/** Actions with which an identity gives itself more rights. */
const AWS_ESCALATION = [
  "iam:AddUserToGroup",
  "iam:AttachGroupPolicy",
  "iam:AttachRolePolicy",
  "iam:AttachUserPolicy",
  "iam:CreateAccessKey",
  "iam:CreateLoginProfile",
  "iam:CreatePolicyVersion",
  "iam:DeleteRolePermissionsBoundary",
  "iam:PutGroupPolicy",
  "iam:PutRolePermissionsBoundary",
  "iam:PutRolePolicy",
  "iam:PutUserPolicy",
  "iam:SetDefaultPolicyVersion",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateLoginProfile",
];

const AZURE_ESCALATION = [
  "Microsoft.Authorization/elevateAccess/action",
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Authorization/roleDefinitions/write",
  "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
];

/** Permissions with which an identity gives itself more rights, or becomes another one. */
const GCP_ESCALATION =
  /\.setIamPolicy$|^iam\.roles\.(?:create|update)$|^iam\.serviceAccountKeys\.create$|^iam\.serviceAccounts\.(?:actAs|getAccessToken|getOpenIdToken|implicitDelegation|signBlob|signJwt)$/;

/** Actions that read or change data, secrets or what keys protect. */
const AWS_DATA = [
  "kms:Decrypt",
  "s3:DeleteObject",
  "s3:GetObject",
  "s3:PutObject",
  "secretsmanager:GetSecretValue",
  "ssm:GetParameter",
  "ssm:GetParameters",
  "ssm:GetParametersByPath",
];

/** Conditions that pick single resources, or those of one owner, out of all. */
const RESOURCE_KEYS = [
  "aws:ResourceAccount",
  "aws:ResourceOrgID",
  "aws:ResourceOrgPaths",
  "aws:ResourceTag/",
  "kms:ResourceAliases",
  "kms:RequestAlias",
  "s3:DataAccessPointAccount",
  "s3:DataAccessPointArn",
  "s3:ExistingObjectTag/",
  "s3:ResourceAccount",
  "secretsmanager:ResourceTag/",
  "ssm:resourceTag/",
];

/** Whether an action pattern takes in every action of every service. */
function isAnyAction(pattern: string): boolean {
  return /^\*+(?::\*+)?$/.test(pattern);
}

/** Whether an action pattern takes in a whole service: `s3:*`, `sage*`. */
function isServiceWide(pattern: string): boolean {
  const [service = "", action] = pattern.split(":");
  return /[*?]/.test(service) || (action !== undefined && /^[*?]+$/.test(action));
}

/** Whether an action pattern of Azure takes in everything. */
function isAnyAzureAction(pattern: string): boolean {
  return /^\*(?:\/\*)*$/.test(pattern);
}

/** Whether an action pattern of Azure takes in a whole service, or all changes of any service. */
function isAzureServiceWide(pattern: string): boolean {
  const [service = "", ...operations] = pattern.split("/");
  const everyOperation = operations.length > 0 && operations.every((operation) => operation === "*");
  return isAnyAzureAction(pattern) || everyOperation || (service === "*" && operations.at(-1) !== "read");
}

/** A role that is granted is known, or is one that the stack itself defines and that is judged there. */
function roleIsKnown(resource: StackResource, property: string, definitions: string[]): Finding[] {
  const role = read(resource.props, property);
  if (role.state !== "unknown") return [];
  const own = madeFrom(resource, property).some(({ type }) => definitions.includes(type));
  return own ? [] : [{ kind: "undecided", path: property, cause: role.cause }];
}

const isGcpAdmin = (role: string) => GCP_ADMIN_ROLES.includes(role);

/** Controls of rights. */
export const rights: Control[] = [
  {
    id: "no-administrator-rights",
    title: "No identity of a stack is an administrator",
    severity: "critical",
    why: "Whoever takes over an administrator takes over everything, and can switch off every other control.",
    remedy: "Grant the actions that are needed on the resources that are needed; keep administration out of stacks.",
    frameworks: {
      nist80053: ["AC-5", "AC-6"],
      cis: ["AWS 3.0.0 1.16"],
      iso27001: ["A.5.15", "A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.1", "7.2.2"],
      securityHub: ["IAM.1"],
      checkov: ["CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_274", "CKV2_AWS_56", "CKV_AZURE_39"],
    },
    checks: {
      aws: [
        ...inDocuments(
          (statement) => all(some(statement.actions, isAnyAction), coversEverything(statement)),
          "allows every action on every resource",
        ),
        ...inAttachments((name) => ["AdministratorAccess", "IAMFullAccess"].includes(name), "makes an administrator"),
      ],
      gcp: inGrants([...GCP_WIDE_GRANTS, ...GCP_ML_GRANTS], isGcpAdmin, "grants the rights of an administrator"),
      azure: [
        {
          types: [ROLE_ASSIGNMENT],
          whenAbsent: "complies",
          cloudDefault: "no rights",
          evaluate: ({ props }) => {
            // A condition can limit which roles an access administrator may grant; an owner it does not limit.
            const conditional = read(props, "condition").state !== "absent";
            const granting = assigned(props, [AZURE_USER_ACCESS_ADMINISTRATOR, AZURE_RBAC_ADMINISTRATOR]);
            const admin = any(assigned(props, [AZURE_OWNER]), all(granting, !conditional));
            return violatesIf(admin, "roleDefinitionId is a role that can grant itself any other");
          },
        },
        {
          types: [ROLE_DEFINITION],
          whenAbsent: "complies",
          cloudDefault: "no rights",
          evaluate: ({ props }) =>
            onAzurePermissions(props, (actions, path) =>
              violatesIf(actions.pattern(isAnyAzureAction), `${path} allows every action`),
            ),
        },
      ],
    },
    stackChecks: {
      gcp: [
        {
          types: GCP_WIDE_GRANTS.filter((type) => !type.endsWith("Policy")),
          requires: "a role that is known, or that the stack defines",
          onlyWaits: true,
          evaluate: (grant) => roleIsKnown(grant, "role", CUSTOM_ROLES),
        },
      ],
      azure: [
        {
          types: [ROLE_ASSIGNMENT],
          requires: "a role that is known, or that the stack defines",
          onlyWaits: true,
          evaluate: (assignment) => roleIsKnown(assignment, "roleDefinitionId", [ROLE_DEFINITION]),
        },
      ],
    },
  },
  {
    id: "no-broad-predefined-roles",
    title: "No identity holds a predefined role that was made for everybody",
    severity: "high",
    why: "Roles such as Editor, Contributor and AmazonSageMakerFullAccess reach the data, keys and secrets of every team.",
    remedy:
      "Write a policy or custom role with the actions that are needed, or take a narrow predefined role on one resource.",
    frameworks: {
      nist80053: ["AC-6", "AC-6(1)"],
      cis: ["GCP 3.0.0 1.5"],
      iso27001: ["A.5.15", "A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.1", "7.2.2"],
      checkov: ["CKV_GCP_115", "CKV_GCP_116", "CKV_GCP_117", "CKV_GCP_42"],
    },
    checks: {
      aws: inAttachments(
        (name) => /FullAccess$/.test(name) || ["PowerUserAccess", "ReadOnlyAccess"].includes(name),
        "reaches the whole account",
      ),
      gcp: inGrants(
        [...GCP_WIDE_GRANTS, ...GCP_ML_GRANTS, ...GCP_BUCKET_GRANTS],
        (role) => GCP_BASIC_ROLES.includes(role) || /^roles\/[\w.]+\.admin$/.test(role),
        "grants a role that manages everything of its kind",
      ),
      azure: inAssignments(AZURE_BROAD_ROLES, "is a role that manages everything of its kind"),
    },
  },
  {
    id: "no-service-wide-actions",
    title: "Rights name actions, not whole services",
    severity: "high",
    why: "A wildcard grants deletion, sharing and every action that the service will have in years to come.",
    remedy: "List the actions that are needed.",
    frameworks: {
      nist80053: ["AC-6"],
      iso27001: ["A.5.15"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.2"],
      securityHub: ["IAM.21"],
      checkov: ["CKV_AWS_63", "CKV2_AWS_40"],
    },
    checks: {
      aws: inDocuments((statement) => some(statement.actions, isServiceWide), "allows every action of a service"),
      azure: [
        {
          types: [ROLE_DEFINITION],
          whenAbsent: "complies",
          cloudDefault: "no rights",
          evaluate: ({ props }) =>
            onAzurePermissions(props, (actions, path) =>
              violatesIf(actions.pattern(isAzureServiceWide), `${path} allows every action of a service`),
            ),
        },
      ],
    },
  },
  {
    id: "no-rights-by-exclusion",
    title: "Rights are granted by name, not by exclusion",
    severity: "high",
    why: "A statement with NotAction or NotResource allows everything else, and everything that will ever be added.",
    remedy: "Use Action and Resource. To take something away, add a statement that denies it.",
    frameworks: { nist80053: ["AC-6"], iso27001: ["A.5.15"], soc2: ["CC6.3"], pciDss: ["7.2.2"] },
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
    checks: {
      aws: inDocuments(
        ({ notActions, notResources }) => notActions !== undefined || notResources !== undefined,
        "allows everything but what it names",
      ),
    },
  },
  {
    id: "no-rights-escalation",
    title: "No identity can give itself more rights",
    severity: "high",
    why: "An identity that may change policies, roles or keys of every identity is an administrator in two steps.",
    remedy: "Leave these actions out, or name the one role or policy that may be changed.",
    frameworks: {
      nist80053: ["AC-5", "AC-6(10)"],
      iso27001: ["A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.2"],
      checkov: ["CKV_AWS_286", "CKV_AWS_289"],
    },
    checks: {
      aws: inDocuments(
        (statement) => all(coversEverything(statement), namesAnyAction(statement, AWS_ESCALATION)),
        "allows changes to the rights of every identity",
      ),
      gcp: [
        {
          types: CUSTOM_ROLES,
          whenAbsent: "complies",
          cloudDefault: "no permissions",
          evaluate: ({ props }) =>
            each(props, "permissions", (path) =>
              judge(read(props, path), "", { absent: "complies" }, (permission, at) =>
                GCP_ESCALATION.test(textOf(permission))
                  ? [violation(`${at} is ${permission}, with which one takes the rights of others`)]
                  : [],
              ),
            ),
        },
      ],
      azure: [
        {
          types: [ROLE_DEFINITION],
          whenAbsent: "complies",
          cloudDefault: "no rights",
          evaluate: ({ props }) =>
            onAzurePermissions(props, (actions, path) =>
              violatesIf(actions.allowsAny(AZURE_ESCALATION), `${path} allows the granting of roles`),
            ),
        },
      ],
    },
  },
  {
    id: "impersonation-named",
    title: "Identities act as named other identities only",
    severity: "high",
    why: "Whoever may pass, or act as, any role or service account has the rights of the strongest of them.",
    remedy: "Name the roles in iam:PassRole, and grant the use of service accounts and managed identities one by one.",
    frameworks: {
      nist80053: ["AC-6(10)"],
      cis: ["GCP 3.0.0 1.6"],
      iso27001: ["A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.2"],
      checkov: ["CKV_AWS_286", "CKV_GCP_41", "CKV_GCP_44", "CKV_GCP_45", "CKV_GCP_49"],
    },
    checks: {
      aws: inDocuments(
        (statement) => all(coversEverything(statement), namesAnyAction(statement, ["iam:PassRole", "sts:AssumeRole"])),
        "lets every role be passed or assumed",
      ),
      gcp: inGrants(
        GCP_WIDE_GRANTS,
        (role) => GCP_IDENTITY_ROLES.includes(role),
        "grants the use of every service account below",
      ),
      azure: inAssignments(AZURE_IDENTITY_ROLES, "hands out every managed identity below", [
        "management group",
        "subscription",
        "resource group",
      ]),
    },
  },
  {
    id: "data-access-named",
    title: "Rights on data, secrets and keys name the store, secret or key",
    severity: "high",
    why: "A right on every bucket, secret or key of an account reaches the data of every other team in it.",
    remedy: "Name the buckets, secrets and keys, or grant the role on them.",
    frameworks: {
      nist80053: ["AC-3", "AC-6"],
      iso27001: ["A.5.15", "A.8.3"],
      soc2: ["CC6.1", "CC6.3"],
      pciDss: ["7.2.1", "7.2.2"],
      mitreAtlas: ["AML.T0025"],
      securityHub: ["KMS.1", "KMS.2"],
      checkov: ["CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_355"],
    },
    checks: {
      aws: inDocuments(
        (statement) =>
          all(
            coversEverything(statement),
            namesAnyAction(statement, AWS_DATA),
            not(isConditionedOn(statement, RESOURCE_KEYS)),
          ),
        "allows the use of every store, secret or key",
      ),
      gcp: inGrants(
        GCP_WIDE_GRANTS,
        (role) => GCP_DATA_ROLE.test(role),
        "grants the use of every store, secret or key below",
        { conditionSuffices: true },
      ),
      azure: inAssignments(AZURE_DATA_ROLES, "is a role on data, and reaches every store or vault below", [
        "management group",
        "subscription",
        "resource group",
      ]),
    },
  },
  {
    id: "role-scope-narrow",
    title: "Roles are granted on what a stack owns, not above it",
    severity: "medium",
    why: "A role on a subscription, folder or organization holds for everything that anybody adds there later.",
    remedy: "Grant the role on the resource, the resource group or the project.",
    frameworks: { nist80053: ["AC-6"], iso27001: ["A.5.15"], soc2: ["CC6.3"], pciDss: ["7.2.2"] },
    checks: {
      gcp: [
        {
          types: GCP_FOLDER_GRANTS,
          whenAbsent: "violates",
          forbidsType: true,
          cloudDefault: "the role holds for every project below",
          evaluate: () => [violation("grants a role above the project")],
        },
      ],
      azure: [
        {
          types: [ROLE_ASSIGNMENT],
          whenAbsent: "complies",
          cloudDefault: "the scope is required",
          evaluate: ({ props }) =>
            violatesIf(reaches(props, ["management group", "subscription"]), "scope is a whole subscription or more"),
        },
        {
          types: [ROLE_DEFINITION],
          whenAbsent: "complies",
          cloudDefault: "the scope of the definition itself",
          evaluate: ({ props }) =>
            each(props, "assignableScopes", (path) => {
              const isWide = ask(read(props, path), (id) =>
                ["management group", "subscription"].includes(azureScope(id)),
              );
              return violatesIf(isWide, `${path} is a whole subscription or more`);
            }),
        },
      ],
    },
  },
];
