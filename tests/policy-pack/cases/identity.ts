import type { ControlCases, Expected, ResourceCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";
const ROLE_DEFINITION = "azure-native:authorization:RoleDefinition";
const CUSTOM_ROLES = ["gcp:projects/iAMCustomRole:IAMCustomRole", "gcp:organizations/iAMCustomRole:IAMCustomRole"];

/** Where each type holds a policy document. */
const DOCUMENTS: Record<string, string> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
};

/** Where each type names a managed policy. */
const ATTACHMENTS: Record<string, (arn: unknown) => Record<string, unknown>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (policyArn) => ({ policyArn }),
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": (policyArn) => ({ policyArn }),
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": (policyArn) => ({ policyArn }),
  "aws:iam/policyAttachment:PolicyAttachment": (policyArn) => ({ policyArn }),
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": (managedPolicyArn) => ({ managedPolicyArn }),
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": (arn) => ({ policyArns: [arn] }),
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": (arn) => ({ policyArns: [arn] }),
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": (arn) => ({ policyArns: [arn] }),
};

const ML_RESOURCES = [
  "gcp:serviceaccount/iAM:IAM",
  "gcp:vertex/aiEndpointIam:AiEndpointIam",
  "gcp:vertex/aiFeatureGroupIam:AiFeatureGroupIam",
  "gcp:vertex/aiFeatureOnlineStoreIam:AiFeatureOnlineStoreIam",
  "gcp:vertex/aiFeatureOnlineStoreFeatureviewIam:AiFeatureOnlineStoreFeatureviewIam",
  "gcp:vertex/aiFeatureStoreIam:AiFeatureStoreIam",
  "gcp:vertex/aiFeatureStoreEntityTypeIam:AiFeatureStoreEntityTypeIam",
  "gcp:vertex/aiReasoningEngineIam:AiReasoningEngineIam",
  "gcp:workbench/instanceIam:InstanceIam",
  "gcp:notebooks/instanceIam:InstanceIam",
  "gcp:notebooks/runtimeIam:RuntimeIam",
  "gcp:colab/runtimeTemplateIam:RuntimeTemplateIam",
];
const WIDE_RESOURCES = ["gcp:projects/iAM:IAM", "gcp:folder/iAM:IAM", "gcp:organizations/iAM:IAM"];

type Kind = "Member" | "Binding" | "Policy";

function grantType(resource: string, kind: Kind): string {
  const [sdk, module, name] = resource.split(":");
  return `${sdk}:${module}${kind}:${name}${kind}`;
}

/** How each kind of grant writes a role and its members. */
const GRANT: Record<Kind, (role: unknown, member: unknown, condition?: object) => Record<string, unknown>> = {
  Member: (role, member, condition) => ({ role, member, ...(condition && { condition }) }),
  Binding: (role, member, condition) => ({
    role,
    members: ["user:ana@example.com", member],
    ...(condition && { condition }),
  }),
  Policy: (role, member, condition) => {
    const bindings = [
      { role: "roles/logging.viewer", members: [] },
      { role, members: [member], ...(condition && { condition }) },
    ];
    return { policyData: JSON.stringify({ bindings }) };
  },
};

type GrantRow = [shows: string, role: unknown, member: unknown, expected: Expected, condition?: object];

/**
 * The same table for every kind of grant, in full on the first resource. Grants on all resources have the same form, so
 * the others show the first two rows only. Policies are text, so unknown values would hide all of it.
 */
function onGrants(control: string, resources: string[], table: GrantRow[]): ControlCases[] {
  return resources.flatMap((resource, index) =>
    (["Member", "Binding", "Policy"] as const).map((kind): ControlCases => {
      const rows = (index === 0 ? table : table.slice(0, 2)).filter(
        ([, role, member]) => kind !== "Policy" || (role !== unknown && member !== unknown),
      );
      const cases = rows.map(
        ([shows, role, member, expected, condition]): ResourceCase => [
          shows,
          GRANT[kind](role, member, condition),
          expected,
        ],
      );
      const policyCases: ResourceCase[] = [
        ["unknown", { policyData: unknown }, "undecided"],
        ["not JSON", { policyData: "{" }, "violates"],
        ["no object", { policyData: "7" }, "violates"],
      ];
      return {
        control,
        type: grantType(resource, kind),
        cases: kind === "Policy" && index === 0 ? [...cases, ...policyCases] : cases,
      };
    }),
  );
}

type Row = [shows: string, statement: unknown, expected: Expected];

const ALLOW = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" };

function document(statement: unknown): unknown {
  return { Version: "2012-10-17", Statement: [ALLOW, statement] };
}

/** The same table for every type that holds a policy document: as an object and, where it is known, as text. */
function onDocuments(control: string, table: Row[]): ControlCases[] {
  const rows = table.flatMap(([shows, statement, expected]): [string, unknown, Expected][] => {
    const policy = document(statement);
    const text = JSON.stringify(policy);
    if (text.includes(unknown)) return [[shows, policy, expected]];
    return [
      [shows, policy, expected],
      [`${shows}, as text`, text, expected],
    ];
  });
  const broken: [string, unknown, Expected][] = [
    ["unknown", unknown, "undecided"],
    ["not JSON", "{", "violates"],
    ["no document", [], "violates"],
    ["no statement", { Version: "2012-10-17" }, "violates"],
    ["unknown statements", { Statement: unknown }, "undecided"],
    ["an unknown statement", { Statement: [ALLOW, unknown] }, "undecided"],
    [
      "an unknown effect",
      document({ ...(table.find((row) => row[2] === "violates")![1] as object), Effect: unknown }),
      "undecided",
    ],
    [
      "a statement that denies",
      document({ ...(table.find((row) => row[2] === "violates")![1] as object), Effect: "Deny" }),
      "complies",
    ],
  ];
  const all = [["one bucket", document(ALLOW), "complies"] as [string, unknown, Expected], ...rows, ...broken];
  return [
    ...Object.entries(DOCUMENTS).map(
      ([type, path]): ControlCases => ({
        control,
        type,
        cases: all.map(([shows, policy, expected]): ResourceCase => [shows, { [path]: policy }, expected]),
      }),
    ),
    {
      control,
      type: ROLE,
      cases: all.map(
        ([shows, policy, expected]): ResourceCase => [shows, { inlinePolicies: [{ name: "a", policy }] }, expected],
      ),
    },
  ];
}

/** The same table for every way to attach a managed policy. */
function onAttachments(control: string, table: [shows: string, arn: unknown, expected: Expected][]): ControlCases[] {
  const types = { ...ATTACHMENTS, [ROLE]: (arn: unknown) => ({ managedPolicyArns: [arn] }) };
  return Object.entries(types).map(([type, write]) => ({
    control,
    type,
    cases: table.map(([shows, arn, expected]): ResourceCase => [shows, write(arn), expected]),
  }));
}

/** A table of role assignments. */
function onAssignments(
  control: string,
  table: [shows: string, properties: Record<string, unknown>, expected: Expected][],
): ControlCases {
  return { control, type: ROLE_ASSIGNMENT, cases: table };
}

const SUBSCRIPTION = "/subscriptions/00000000-0000-4000-8000-000000000001";
const RESOURCE_GROUP = `${SUBSCRIPTION}/resourceGroups/ml`;
const ACCOUNT = `${RESOURCE_GROUP}/providers/Microsoft.Storage/storageAccounts/data`;
const roleId = (guid: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const OWNER = roleId("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
const CONTRIBUTOR = roleId("b24988ac-6180-42a0-ab88-20f7382dd24c");
const ACCESS_ADMINISTRATOR = roleId("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9");
const BLOB_READER = roleId("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
const IDENTITY_OPERATOR = roleId("f1a07417-d97a-45cb-824c-7a7467783830");
const ANA = "user:ana@example.com";
const CONDITION = { title: "one bucket", expression: "resource.name.startsWith('projects/_/buckets/data')" };

/** One set of permissions of a role definition. */
function permits(actions: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { permissions: [{ actions, ...more }] };
}

const customRole: TestResource = { type: CUSTOM_ROLES[0]!, name: "custom", properties: { name: unknown, id: unknown } };
const definition: TestResource = { type: ROLE_DEFINITION, name: "definition", properties: { id: unknown } };
const other: TestResource = { type: "gcp:serviceaccount/account:Account", name: "other", properties: { id: unknown } };

function grantOf(type: string, property: string, source: TestResource): TestResource {
  return { type, properties: { [property]: unknown }, propertyDependencies: { [property]: [urnOf(source)] } };
}

const administrators: ControlCases[] = [
  ...onDocuments("no-administrator-rights", [
    ["everything", { Effect: "Allow", Action: "*", Resource: "*" }, "violates"],
    ["everything in lists", { Effect: "Allow", Action: ["s3:GetObject", "*"], Resource: ["*"] }, "violates"],
    ["everything by another name", { Effect: "Allow", Action: "*:*", Resource: "*" }, "violates"],
    ["everything on one resource", { Effect: "Allow", Action: "*", Resource: "arn:aws:s3:::data" }, "complies"],
    ["everything on an unknown resource", { Effect: "Allow", Action: "*", Resource: unknown }, "complies"],
    ["unknown actions", { Effect: "Allow", Action: unknown, Resource: "*" }, "undecided"],
    ["an action that is not text", { Effect: "Allow", Action: 7, Resource: "*" }, "violates"],
  ]),
  ...onAttachments("no-administrator-rights", [
    ["AWS's administrator", "arn:aws:iam::aws:policy/AdministratorAccess", "violates"],
    ["in China", "arn:aws-cn:iam::aws:policy/AdministratorAccess", "violates"],
    ["IAM administrator", "arn:aws:iam::aws:policy/IAMFullAccess", "violates"],
    ["a policy of that name of one's own", "arn:aws:iam::111122223333:policy/AdministratorAccess", "complies"],
    ["unknown", unknown, "complies"],
  ]),
  ...onGrants(
    "no-administrator-rights",
    [...WIDE_RESOURCES, ...ML_RESOURCES],
    [
      ["a custom role", "projects/p/roles/ml", ANA, "complies"],
      ["owner", "roles/owner", ANA, "violates"],
      ["the power to grant", "roles/resourcemanager.projectIamAdmin", ANA, "violates"],
      ["owner of something, for whom is not known", "roles/owner", unknown, "violates"],
    ],
  ),
  ...(["projects", "folder", "organizations"] as const).flatMap((scope) =>
    (["Member", "Binding"] as const).map((kind): ControlCases => {
      const type = grantType(`gcp:${scope}/iAM:IAM`, kind);
      return {
        control: "no-administrator-rights",
        type,
        stackCases: [
          ["a role of the stack", [grantOf(type, "role", customRole), customRole], "complies"],
          ["a known role", [{ type, properties: { role: "roles/logging.viewer" } }], "complies"],
          ["an unknown role", [grantOf(type, "role", other), other], "undecided"],
        ],
      };
    }),
  ),
  onAssignments("no-administrator-rights", [
    ["one role on data", { roleDefinitionId: BLOB_READER, scope: ACCOUNT }, "complies"],
    ["owner", { roleDefinitionId: OWNER, scope: ACCOUNT }, "violates"],
    ["owner, in capitals", { roleDefinitionId: OWNER.toUpperCase(), scope: ACCOUNT }, "violates"],
    ["owner with a condition", { roleDefinitionId: OWNER, condition: "true" }, "violates"],
    ["the power to grant", { roleDefinitionId: ACCESS_ADMINISTRATOR }, "violates"],
    ["the power to grant some roles", { roleDefinitionId: ACCESS_ADMINISTRATOR, condition: "@Request[…]" }, "complies"],
  ]),
  {
    control: "no-administrator-rights",
    type: ROLE_ASSIGNMENT,
    stackCases: [
      ["a role of the stack", [grantOf(ROLE_ASSIGNMENT, "roleDefinitionId", definition), definition], "complies"],
      ["an unknown role", [grantOf(ROLE_ASSIGNMENT, "roleDefinitionId", other), other], "undecided"],
    ],
  },
  {
    control: "no-administrator-rights",
    type: ROLE_DEFINITION,
    cases: [
      ["one action", permits(["Microsoft.MachineLearningServices/workspaces/read"]), "complies"],
      ["everything", permits(["*"]), "violates"],
      ["all data", permits([], { dataActions: ["*"] }), "violates"],
      ["everything but something", permits(["*"], { notActions: ["Microsoft.Authorization/*"] }), "violates"],
      ["unknown", permits(unknown), "undecided"],
      ["one unknown action", permits(["*", unknown]), "violates"],
      ["no list", { permissions: "all" }, "violates"],
    ],
  },
];

const broad: ControlCases[] = [
  ...onAttachments("no-broad-predefined-roles", [
    ["all of SageMaker", "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess", "violates"],
    ["everything but IAM", "arn:aws:iam::aws:policy/PowerUserAccess", "violates"],
    ["reading everything", "arn:aws:iam::aws:policy/ReadOnlyAccess", "violates"],
    ["a service role", "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy", "complies"],
    ["a policy of one's own", "arn:aws:iam::111122223333:policy/TeamFullAccess", "complies"],
    ["unknown", unknown, "complies"],
  ]),
  ...onGrants(
    "no-broad-predefined-roles",
    [...WIDE_RESOURCES, ...ML_RESOURCES, "gcp:storage/bucketIAM:BucketIAM"],
    [
      ["a narrow role", "roles/logging.logWriter", ANA, "complies"],
      ["editor", "roles/editor", ANA, "violates"],
      ["viewer", "roles/viewer", ANA, "violates"],
      ["an administrator of a service", "roles/aiplatform.admin", ANA, "violates"],
      ["a custom role of that name", "projects/p/roles/aiplatform.admin", ANA, "complies"],
      ["unknown", unknown, ANA, "complies"],
    ],
  ),
  onAssignments("no-broad-predefined-roles", [
    ["a role on data", { roleDefinitionId: BLOB_READER }, "complies"],
    ["contributor", { roleDefinitionId: CONTRIBUTOR, scope: ACCOUNT }, "violates"],
    ["an administrator of vaults", { roleDefinitionId: roleId("00482a5a-887f-4fb3-b363-3b7fe8e74483") }, "violates"],
  ]),
];

const serviceWide: ControlCases[] = [
  ...onDocuments("no-service-wide-actions", [
    [
      "a service",
      { Effect: "Allow", Action: "sagemaker:*", Resource: "arn:aws:sagemaker:*:111122223333:model/a" },
      "violates",
    ],
    ["several services", { Effect: "Allow", Action: "sage*:Describe", Resource: "*" }, "violates"],
    ["everything", { Effect: "Allow", Action: ["*"], Resource: "arn:aws:s3:::data" }, "violates"],
    ["a kind of action", { Effect: "Allow", Action: "sagemaker:Describe*", Resource: "*" }, "complies"],
    ["unknown", { Effect: "Allow", Action: ["s3:GetObject", unknown], Resource: "*" }, "undecided"],
  ]),
  {
    control: "no-service-wide-actions",
    type: ROLE_DEFINITION,
    cases: [
      ["one action", permits(["Microsoft.MachineLearningServices/workspaces/jobs/write"]), "complies"],
      ["a service", permits(["Microsoft.MachineLearningServices/*"]), "violates"],
      ["all changes", permits(["*/write"]), "violates"],
      ["all changes of a type", permits(["*/jobs/write"]), "violates"],
      ["reading", permits(["*/read"]), "complies"],
      ["one type", permits(["Microsoft.MachineLearningServices/workspaces/jobs/*"]), "complies"],
      ["data of a service", permits([], { dataActions: ["Microsoft.Storage/*"] }), "violates"],
      ["unknown", permits([unknown]), "undecided"],
    ],
  },
];

const exclusion = onDocuments("no-rights-by-exclusion", [
  ["every action but one", { Effect: "Allow", NotAction: "iam:*", Resource: "arn:aws:s3:::data" }, "violates"],
  [
    "every resource but one",
    { Effect: "Allow", Action: "s3:GetObject", NotResource: "arn:aws:s3:::data/*" },
    "violates",
  ],
  ["every action but unknown ones", { Effect: "Allow", NotAction: unknown, Resource: "arn:aws:s3:::data" }, "violates"],
]);

const ALL_ROLES = "arn:aws:iam::111122223333:role/*";

const escalation: ControlCases[] = [
  ...onDocuments("no-rights-escalation", [
    ["every policy", { Effect: "Allow", Action: "iam:CreatePolicyVersion", Resource: "*" }, "violates"],
    ["every role", { Effect: "Allow", Action: ["iam:PutRolePolicy"], Resource: ALL_ROLES }, "violates"],
    ["by wildcard", { Effect: "Allow", Action: "IAM:Attach*", Resource: "*" }, "violates"],
    ["by exclusion", { Effect: "Allow", NotAction: "s3:*", Resource: "*" }, "violates"],
    ["excluded", { Effect: "Allow", NotAction: "iam:*", Resource: "*" }, "complies"],
    [
      "one role",
      { Effect: "Allow", Action: "iam:PutRolePolicy", Resource: "arn:aws:iam::111122223333:role/a" },
      "complies",
    ],
    [
      "roles of one team",
      { Effect: "Allow", Action: "iam:PutRolePolicy", Resource: "arn:aws:iam::111122223333:role/ml-*" },
      "complies",
    ],
    ["an unknown role", { Effect: "Allow", Action: "iam:PutRolePolicy", Resource: [unknown] }, "complies"],
    ["reading", { Effect: "Allow", Action: "iam:GetRole", Resource: "*" }, "complies"],
    ["unknown actions", { Effect: "Allow", Action: unknown, Resource: "*" }, "undecided"],
  ]),
  ...CUSTOM_ROLES.map(
    (type): ControlCases => ({
      control: "no-rights-escalation",
      type,
      cases: [
        ["one permission", { permissions: ["aiplatform.models.get"] }, "complies"],
        ["granting", { permissions: ["aiplatform.models.get", "resourcemanager.projects.setIamPolicy"] }, "violates"],
        ["acting as others", { permissions: ["iam.serviceAccounts.actAs"] }, "violates"],
        ["making keys", { permissions: ["iam.serviceAccountKeys.create"] }, "violates"],
        ["seeing grants", { permissions: ["resourcemanager.projects.getIamPolicy"] }, "complies"],
        ["unknown", { permissions: unknown }, "undecided"],
        ["one unknown", { permissions: [unknown] }, "undecided"],
        ["no list", { permissions: "all" }, "violates"],
      ],
    }),
  ),
  {
    control: "no-rights-escalation",
    type: ROLE_DEFINITION,
    cases: [
      ["one action", permits(["Microsoft.MachineLearningServices/workspaces/read"]), "complies"],
      ["granting", permits(["Microsoft.Authorization/roleAssignments/write"]), "violates"],
      ["granting, in another case", permits(["microsoft.authorization/ROLEASSIGNMENTS/write"]), "violates"],
      ["by wildcard", permits(["Microsoft.Authorization/*/write"]), "violates"],
      [
        "taken away again",
        permits(["*"], { notActions: ["Microsoft.Authorization/*", "Microsoft.ManagedIdentity/*"] }),
        "complies",
      ],
      [
        "taken away in part",
        permits(["*"], { notActions: ["Microsoft.Authorization/elevateAccess/action"] }),
        "violates",
      ],
      ["seeing grants", permits(["Microsoft.Authorization/*/read"]), "complies"],
      ["unknown", permits(unknown), "undecided"],
    ],
  },
];

const impersonation: ControlCases[] = [
  ...onDocuments("impersonation-named", [
    ["passing every role", { Effect: "Allow", Action: "iam:PassRole", Resource: "*" }, "violates"],
    [
      "to one service",
      {
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: ALL_ROLES,
        Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
      },
      "violates",
    ],
    ["by wildcard", { Effect: "Allow", Action: "iam:P*", Resource: "*" }, "violates"],
    ["assuming every role", { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" }, "violates"],
    [
      "passing one role",
      { Effect: "Allow", Action: "iam:PassRole", Resource: "arn:aws:iam::111122223333:role/jobs" },
      "complies",
    ],
    ["passing an unknown role", { Effect: "Allow", Action: "iam:PassRole", Resource: unknown }, "complies"],
  ]),
  ...onGrants("impersonation-named", WIDE_RESOURCES, [
    ["another role", "roles/logging.viewer", ANA, "complies"],
    ["acting as every account", "roles/iam.serviceAccountUser", ANA, "violates"],
    ["getting tokens of every account", "roles/iam.serviceAccountTokenCreator", ANA, "violates"],
    ["unknown", unknown, ANA, "complies"],
  ]),
  onAssignments("impersonation-named", [
    [
      "on one identity",
      {
        roleDefinitionId: IDENTITY_OPERATOR,
        scope: `${RESOURCE_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a`,
      },
      "complies",
    ],
    ["on a resource group", { roleDefinitionId: IDENTITY_OPERATOR, scope: RESOURCE_GROUP }, "violates"],
    ["on a subscription", { roleDefinitionId: IDENTITY_OPERATOR, scope: SUBSCRIPTION }, "violates"],
    ["unknown scope", { roleDefinitionId: IDENTITY_OPERATOR, scope: unknown }, "undecided"],
    ["another role", { roleDefinitionId: BLOB_READER, scope: unknown }, "complies"],
  ]),
];

const data: ControlCases[] = [
  ...onDocuments("data-access-named", [
    ["every bucket", { Effect: "Allow", Action: "s3:GetObject", Resource: "*" }, "violates"],
    ["every bucket, by its ARN", { Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::*/*" }, "violates"],
    ["every key", { Effect: "Allow", Action: "kms:Decrypt", Resource: "arn:aws:kms:*:111122223333:key/*" }, "violates"],
    ["every secret", { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: ["*"] }, "violates"],
    [
      "keys with an alias",
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/ml" } },
      },
      "complies",
    ],
    [
      "keys with a tag",
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/team": "ml" } },
      },
      "complies",
    ],
    [
      "keys without a tag",
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { Null: { "aws:ResourceTag/team": "true" } },
      },
      "violates",
    ],
    [
      "keys of whoever",
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": "1" } },
      },
      "violates",
    ],
    ["an unknown key", { Effect: "Allow", Action: "kms:Decrypt", Resource: unknown }, "complies"],
    ["names only", { Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }, "complies"],
    [
      "an unknown condition",
      { Effect: "Allow", Action: "kms:Decrypt", Resource: "*", Condition: { StringEquals: unknown } },
      "undecided",
    ],
  ]),
  ...onGrants("data-access-named", WIDE_RESOURCES, [
    ["no data", "roles/logging.viewer", ANA, "complies"],
    ["every bucket", "roles/storage.objectViewer", ANA, "violates"],
    ["one bucket", "roles/storage.objectViewer", ANA, "complies", CONDITION],
    ["every dataset", "roles/bigquery.dataEditor", ANA, "violates"],
    ["queries", "roles/bigquery.jobUser", ANA, "complies"],
    ["every secret", "roles/secretmanager.secretAccessor", ANA, "violates"],
    ["every key", "roles/cloudkms.cryptoKeyEncrypterDecrypter", ANA, "violates"],
    ["unknown", unknown, ANA, "complies"],
  ]),
  onAssignments("data-access-named", [
    ["one account", { roleDefinitionId: BLOB_READER, scope: ACCOUNT }, "complies"],
    ["a resource group", { roleDefinitionId: BLOB_READER, scope: RESOURCE_GROUP }, "violates"],
    [
      "a management group",
      { roleDefinitionId: BLOB_READER, scope: "/providers/Microsoft.Management/managementGroups/ml" },
      "violates",
    ],
    ["unknown scope", { roleDefinitionId: BLOB_READER, scope: unknown }, "undecided"],
    [
      "another role",
      { roleDefinitionId: roleId("7f951dda-4ed3-4680-a7ca-43fe172d538d"), scope: RESOURCE_GROUP },
      "complies",
    ],
  ]),
];

const scopes: ControlCases[] = [
  onAssignments("role-scope-narrow", [
    ["a resource", { scope: ACCOUNT }, "complies"],
    ["a resource group", { scope: RESOURCE_GROUP }, "complies"],
    ["a subscription", { scope: SUBSCRIPTION }, "violates"],
    ["a management group", { scope: "/providers/Microsoft.Management/managementGroups/ml" }, "violates"],
    ["the tenant", { scope: "/" }, "violates"],
    ["unknown", { scope: unknown }, "undecided"],
  ]),
  {
    control: "role-scope-narrow",
    type: ROLE_DEFINITION,
    cases: [
      ["a resource group", { assignableScopes: [RESOURCE_GROUP] }, "complies"],
      ["a subscription too", { assignableScopes: [RESOURCE_GROUP, SUBSCRIPTION] }, "violates"],
      ["unknown", { assignableScopes: [unknown] }, "undecided"],
      ["no list", { assignableScopes: SUBSCRIPTION }, "violates"],
    ],
  },
];

/** A trust policy with one statement. */
function trust(statement: Record<string, unknown>): Record<string, unknown> {
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", ...statement }] };
  return { assumeRolePolicy: JSON.stringify(policy).includes(unknown) ? policy : JSON.stringify(policy) };
}

function onTrust(
  control: string,
  table: [
    shows: string,
    statement: Record<string, unknown>,
    expected: Expected,
    parameters?: Record<string, unknown>,
  ][],
): ControlCases {
  const cases = table.map(
    ([shows, statement, expected, parameters]): ResourceCase =>
      parameters ? [shows, trust(statement), expected, parameters] : [shows, trust(statement), expected],
  );
  return { control, type: ROLE, cases: [...cases, ["unknown", { assumeRolePolicy: unknown }, "undecided"]] };
}

const BROKEN_TRUST: ResourceCase[] = [["not JSON", { assumeRolePolicy: "{" }, "violates"]];

const SAGEMAKER = { Service: "sagemaker.amazonaws.com" };
const SOURCE = { StringEquals: { "aws:SourceAccount": "111122223333" } };

const trusts: ControlCases[] = [
  onTrust("identity-not-public", [
    ["one role", { Principal: { AWS: "arn:aws:iam::111122223333:role/a" } }, "complies"],
    ["everybody", { Principal: "*" }, "violates"],
    ["everybody, in a list", { Principal: { AWS: ["arn:aws:iam::111122223333:role/a", "*"] } }, "violates"],
    ["everybody but one", { NotPrincipal: { AWS: "arn:aws:iam::111122223333:role/a" } }, "violates"],
    [
      "everybody of an organization",
      { Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } },
      "complies",
    ],
    [
      "everybody with MFA",
      { Principal: "*", Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } },
      "violates",
    ],
    ["unknown", { Principal: unknown }, "undecided"],
    ["one unknown", { Principal: { AWS: [unknown] } }, "undecided"],
    ["everybody denied", { Effect: "Deny", Principal: "*" }, "complies"],
  ]),
  { control: "identity-not-public", type: ROLE, cases: BROKEN_TRUST },
  ...onGrants(
    "identity-not-public",
    [...WIDE_RESOURCES, ...ML_RESOURCES],
    [
      ["one person", "roles/logging.viewer", ANA, "complies"],
      ["everybody", "roles/logging.viewer", "allUsers", "violates"],
      ["everybody who signs in", "roles/logging.viewer", "allAuthenticatedUsers", "violates"],
      ["an identity of the stack", "roles/logging.viewer", unknown, "complies"],
    ],
  ),
  onTrust("trust-carries-source", [
    ["with its account", { Principal: SAGEMAKER, Condition: SOURCE }, "complies"],
    [
      "with its ARN",
      { Principal: SAGEMAKER, Condition: { ArnLike: { "AWS:sourceARN": "arn:aws:sagemaker:*:111122223333:*" } } },
      "complies",
    ],
    [
      "with any ARN",
      { Principal: SAGEMAKER, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:sagemaker:*:*:*" } } },
      "violates",
    ],
    [
      "with an account that may be missing",
      { Principal: SAGEMAKER, Condition: { StringEqualsIfExists: { "aws:SourceAccount": "111122223333" } } },
      "violates",
    ],
    [
      "with an unknown account",
      { Principal: SAGEMAKER, Condition: { StringEquals: { "aws:SourceAccount": unknown } } },
      "complies",
    ],
    ["without", { Principal: SAGEMAKER }, "violates"],
    ["among others", { Principal: { Service: ["ec2.amazonaws.com", "sagemaker.amazonaws.com"] } }, "violates"],
    ["a service of the account itself", { Principal: { Service: "ec2.amazonaws.com" } }, "complies"],
    [
      "a service of one's choice",
      { Principal: { Service: "ec2.amazonaws.com" } },
      "violates",
      { services: ["ec2.amazonaws.com"] },
    ],
    ["an unknown service", { Principal: { Service: unknown } }, "undecided"],
  ]),
  { control: "trust-carries-source", type: ROLE, cases: BROKEN_TRUST },
  onTrust("federated-trust-names-subject", [
    [
      "one repository",
      {
        Principal: { Federated: "arn:a" },
        Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:bank/ml:*" } },
      },
      "complies",
    ],
    [
      "one SAML audience",
      {
        Principal: { Federated: "arn:a" },
        Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
      },
      "complies",
    ],
    [
      "every repository",
      {
        Principal: { Federated: "arn:a" },
        Condition: { StringLike: { "token.actions.githubusercontent.com:sub": "repo:*" } },
      },
      "violates",
    ],
    [
      "only the audience",
      {
        Principal: { Federated: "arn:a" },
        Condition: { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      },
      "violates",
    ],
    ["no condition", { Principal: { Federated: "arn:a" } }, "violates"],
    ["an unknown provider", { Principal: { Federated: unknown } }, "undecided"],
    ["no provider", { Principal: SAGEMAKER }, "complies"],
  ]),
  {
    control: "federated-trust-names-subject",
    type: "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
    cases: [
      ["a condition", { attributeCondition: "assertion.repository == 'bank/ml'" }, "complies"],
      ["an empty one", { attributeCondition: " " }, "violates"],
      ["unknown", { attributeCondition: unknown }, "complies"],
    ],
  },
  onTrust("trust-names-principals", [
    [
      "one role of a trusted account",
      { Principal: { AWS: "arn:aws:iam::111122223333:role/a" } },
      "complies",
      { trustedAccounts: ["111122223333"] },
    ],
    ["one role of another account", { Principal: { AWS: "arn:aws:iam::111122223333:role/a" } }, "violates"],
    [
      "with an external id",
      {
        Principal: { AWS: "arn:aws:iam::111122223333:role/a" },
        Condition: { StringEquals: { "sts:ExternalId": "x" } },
      },
      "complies",
    ],
    ["a whole account", { Principal: { AWS: "111122223333" } }, "violates", { trustedAccounts: ["111122223333"] }],
    [
      "a whole account, by its root",
      { Principal: { AWS: "arn:aws:iam::111122223333:root" } },
      "violates",
      { trustedAccounts: ["111122223333"] },
    ],
    [
      "a whole account, with names",
      {
        Principal: { AWS: "111122223333" },
        Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::111122223333:role/ml-*" } },
      },
      "complies",
    ],
    ["a service", { Principal: SAGEMAKER }, "complies"],
    ["an identity of the stack", { Principal: { AWS: unknown } }, "complies"],
  ]),
  {
    control: "workload-role-boundary",
    type: ROLE,
    cases: [
      [
        "a boundary",
        { ...trust({ Principal: SAGEMAKER }), permissionsBoundary: "arn:aws:iam::111122223333:policy/b" },
        "complies",
      ],
      ["an unknown boundary", { ...trust({ Principal: SAGEMAKER }), permissionsBoundary: unknown }, "complies"],
      ["none", trust({ Principal: SAGEMAKER }), "violates"],
      ["none, for another service", trust({ Principal: { Service: "vpc-flow-logs.amazonaws.com" } }), "complies"],
      ["none, for a service of one's choice", trust({ Principal: { Service: "a" } }), "violates", { services: ["a"] }],
      ["none, for an unknown service", trust({ Principal: { Service: unknown } }), "undecided"],
      ["unknown trust", { assumeRolePolicy: unknown }, "undecided"],
    ],
  },
];

const credentials: ControlCases[] = [
  ...["aws:iam/accessKey:AccessKey", "aws:iam/serviceSpecificCredential:ServiceSpecificCredential"].map(
    (type): ControlCases => ({
      control: "no-long-lived-credentials",
      type,
      cases: [
        ["switched off", { status: "Inactive" }, "complies"],
        ["in use", { status: "Active" }, "violates"],
        ["unknown", { status: unknown }, "undecided"],
      ],
    }),
  ),
  {
    control: "no-long-lived-credentials",
    type: "gcp:storage/hmacKey:HmacKey",
    cases: [
      ["switched off", { state: "INACTIVE" }, "complies"],
      ["in use", { state: "ACTIVE" }, "violates"],
      ["unknown", { state: unknown }, "undecided"],
    ],
  },
  ...onGrants(
    "default-identity-without-rights",
    [...WIDE_RESOURCES, ...ML_RESOURCES],
    [
      ["an account of one's own", "roles/logging.logWriter", "serviceAccount:ml@p.iam.gserviceaccount.com", "complies"],
      [
        "that of Compute Engine",
        "roles/logging.logWriter",
        "serviceAccount:123-compute@developer.gserviceaccount.com",
        "violates",
      ],
      [
        "that of App Engine",
        "roles/logging.logWriter",
        "serviceAccount:my-project@appspot.gserviceaccount.com",
        "violates",
      ],
      ["an identity of the stack", "roles/logging.logWriter", unknown, "complies"],
    ],
  ),
  {
    control: "policies-not-on-users",
    type: "aws:iam/policyAttachment:PolicyAttachment",
    cases: [
      ["roles", { roles: ["a"] }, "complies"],
      ["no users", { users: [] }, "complies"],
      ["users", { users: ["ana"] }, "violates"],
      ["unknown", { users: unknown }, "undecided"],
    ],
  },
  onAssignments("role-assignment-principal-type", [
    ["a kind", { principalType: "ServicePrincipal" }, "complies"],
    ["empty", { principalType: "" }, "violates"],
    ["unknown", { principalType: unknown }, "complies"],
  ]),
];

export const cases: ControlCases[] = [
  ...administrators,
  ...broad,
  ...serviceWide,
  ...exclusion,
  ...escalation,
  ...impersonation,
  ...data,
  ...scopes,
  ...trusts,
  ...credentials,
];
