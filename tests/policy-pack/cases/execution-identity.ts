import {
  LEGACY_NOTEBOOK,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_USER_PROFILE,
  WORKBENCH,
} from "../../../policy-pack/checks/types.ts";
import type { ControlCases, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const CONTROL = "notebook-identity-not-admin";
const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const READER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

/** A resource of the stack; `made` names, for each property, the resources that it was made from. */
function resource(
  type: string,
  properties: Record<string, unknown>,
  made: Record<string, TestResource[]> = {},
  name = "it",
): TestResource {
  const entries = Object.entries(made).map(([property, sources]) => [property, sources.map(urnOf)]);
  return { type, name, properties, propertyDependencies: Object.fromEntries(entries) };
}

const everything = (effect = "Allow") =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: effect, Action: "*", Resource: "*" }] });
const reading = JSON.stringify({
  Statement: { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::data/*" },
});
const allButIam = JSON.stringify({ Statement: [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }] });

const ROLE = "aws:iam/role:Role";
const source = resource("aws:s3/bucket:Bucket", { id: unknown }, {}, "source");
const ARN = "arn:aws:iam::111122223333:role/ml/notebook";
const role = (more: Record<string, unknown> = {}, arn: unknown = ARN) =>
  resource("aws:iam/role:Role", { name: "notebook", arn, ...more }, {}, "role");
const unnamedRole = resource("aws:iam/role:Role", { name: unknown, arn: unknown }, {}, "role");
const policy = (document: unknown, arn: unknown = "arn:aws:iam::111122223333:policy/own") =>
  resource("aws:iam/policy:Policy", { arn, policy: document }, {}, "policy");
const rolePolicy = (document: unknown, of: unknown = "notebook", made = {}) =>
  resource("aws:iam/rolePolicy:RolePolicy", { role: of, policy: document }, made, "inline");
const attachment = (policyArn: unknown, of: unknown = "notebook", made = {}) =>
  resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: of, policyArn }, made, "attachment");
const shared = (policyArn: unknown, roles: unknown) =>
  resource("aws:iam/policyAttachment:PolicyAttachment", { policyArn, roles }, {}, "shared");

const only = (policyArns: unknown, roleName = "notebook") =>
  resource(
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    { roleName, policyArns },
    {},
    "exclusive",
  );
const nativeRole = (more = {}) =>
  resource("aws-native:iam:Role", { roleName: "notebook", arn: ARN, ...more }, {}, "role");
const nativeRolePolicy = (policyDocument: unknown) =>
  resource("aws-native:iam:RolePolicy", { roleName: "notebook", policyDocument }, {}, "inline");
const nativeManagedPolicy = (roles: string[]) =>
  resource(
    "aws-native:iam:ManagedPolicy",
    { policyArn: "arn:aws:iam::111122223333:policy/native", policyDocument: JSON.parse(everything()), roles },
    {},
    "managed",
  );

function awsCases(type: string, at: (role: unknown) => Record<string, unknown>): ControlCases {
  const property = Object.keys(at(""))[0]!;
  const notebook = resource(type, at(ARN));
  const linked = resource(type, at(unknown), { [property]: [unnamedRole] });
  const ownPolicy = policy(everything(), unknown);
  const stackCases: StackCase[] = [
    ["a role of another stack", [notebook], "complies"],
    ["a role without policies", [notebook, role()], "complies"],
    ["a policy for what it needs", [notebook, role(), rolePolicy(reading)], "complies"],
    ["everything is denied", [notebook, role(), rolePolicy(everything("Deny"))], "complies"],
    ["an attached policy of AWS that reads", [notebook, role(), attachment(READER)], "complies"],
    ["another role is an administrator", [notebook, role(), attachment(ADMINISTRATOR, "deployer")], "complies"],
    ["AWS's administrator policy", [notebook, role(), attachment(ADMINISTRATOR)], "violates"],
    ["AWS's power user policy", [notebook, role(), attachment("arn:aws:iam::aws:policy/PowerUserAccess")], "violates"],
    [
      "AWS's administrator policy, in China",
      [notebook, role(), attachment("arn:aws-cn:iam::aws:policy/AdministratorAccess")],
      "violates",
    ],
    [
      "AWS's administrator policy, on the role",
      [notebook, role({ managedPolicyArns: [READER, ADMINISTRATOR] })],
      "violates",
    ],
    [
      "managed policies that the provider lists",
      [notebook, role({ managedPolicyArns: unknown, inlinePolicies: unknown })],
      "complies",
    ],
    [
      "AWS's administrator policy, shared",
      [notebook, role(), shared(ADMINISTRATOR, ["deployer", "notebook"])],
      "violates",
    ],
    ["an inline policy", [notebook, role(), rolePolicy(everything())], "violates"],
    ["an inline policy as an object", [notebook, role(), rolePolicy(JSON.parse(everything()))], "violates"],
    ["an inline policy on the role", [notebook, role({ inlinePolicies: [{ policy: everything() }] })], "violates"],
    ["everything but a few actions", [notebook, role(), rolePolicy(allButIam)], "violates"],
    [
      "a policy of the stack",
      [notebook, role(), attachment("arn:aws:iam::111122223333:policy/own"), policy(everything())],
      "violates",
    ],
    [
      "a policy of the stack, by reference",
      [linked, unnamedRole, attachment(unknown, unknown, { role: [unnamedRole], policyArn: [ownPolicy] }), ownPolicy],
      "violates",
    ],
    ["a role that is named before it exists", [notebook, role({}, unknown), attachment(ADMINISTRATOR)], "violates"],
    ["a document that is not known yet", [notebook, role(), rolePolicy(unknown)], "undecided"],
    [
      "a role that may be an administrator's",
      [resource(type, at(unknown)), role({}, unknown), attachment(ADMINISTRATOR)],
      "undecided",
    ],
    ["a shared policy for another role", [notebook, role(), shared(ADMINISTRATOR, ["deployer"])], "complies"],
    [
      "a policy of the stack for another role",
      [notebook, role(), attachment(READER), policy(everything())],
      "complies",
    ],
    [
      "a role that the provider named",
      [notebook, resource(ROLE, { name: "x1", arn: ARN }), attachment(ADMINISTRATOR, "x1")],
      "complies",
    ],
    [
      "a role whose name is not known",
      [
        notebook,
        resource(ROLE, { name: unknown, arn: ARN }, {}, "role"),
        attachment(ADMINISTRATOR, unknown, { role: [unnamedRole] }),
      ],
      "violates",
    ],
    [
      "inline policies that are not known yet",
      [
        notebook,
        { ...role({ inlinePolicies: unknown }), propertyDependencies: { inlinePolicies: [urnOf(source)] } },
        source,
      ],
      "undecided",
    ],
    ["inline policies of a wrong type", [notebook, role({ inlinePolicies: "none" })], "complies"],
    ["a statement that is not known yet", [notebook, role(), rolePolicy({ Statement: [unknown] })], "undecided"],
    [
      "everything, beside a statement that is not known yet",
      [notebook, role(), rolePolicy({ Statement: [unknown, JSON.parse(everything()).Statement[0]] })],
      "violates",
    ],
    [
      "AWS's administrator policy, as the role's only one",
      [notebook, role(), only([READER, ADMINISTRATOR])],
      "violates",
    ],
    ["only policies that read", [notebook, role(), only([READER])], "complies"],
    [
      "no managed policies at all",
      [notebook, role({ managedPolicyArns: [] }, unknown), policy(everything(), unknown)],
      "complies",
    ],
    ["another role's only policy", [notebook, role(), only([ADMINISTRATOR], "deployer")], "complies"],
    [
      "only policies that are not known yet",
      [notebook, role(), only(unknown), policy(everything(), unknown)],
      "undecided",
    ],
    ["a role of aws-native", [notebook, nativeRole()], "complies"],
    [
      "a role of aws-native with AWS's administrator policy",
      [notebook, nativeRole({ managedPolicyArns: [ADMINISTRATOR] })],
      "violates",
    ],
    [
      "a role of aws-native with an inline policy",
      [notebook, nativeRole({ policies: [{ policyDocument: JSON.parse(everything()) }] })],
      "violates",
    ],
    [
      "a policy of aws-native on the role",
      [notebook, nativeRole(), nativeRolePolicy(JSON.parse(everything()))],
      "violates",
    ],
    [
      "a policy of aws-native for what it needs",
      [notebook, nativeRole(), nativeRolePolicy(JSON.parse(reading))],
      "complies",
    ],
    [
      "a managed policy of aws-native",
      [notebook, nativeRole(), nativeManagedPolicy(["deployer", "notebook"])],
      "violates",
    ],
    [
      "a managed policy of aws-native for another role",
      [notebook, nativeRole(), nativeManagedPolicy(["deployer"])],
      "complies",
    ],
    [
      "a managed policy of aws-native, attached",
      [
        notebook,
        nativeRole({ managedPolicyArns: ["arn:aws:iam::111122223333:policy/native"] }),
        nativeManagedPolicy([]),
      ],
      "violates",
    ],
    ["a role of a wrong type", [resource(type, at(7)), role(), attachment(ADMINISTRATOR)], "complies"],
    ["a document of a wrong type", [notebook, role(), rolePolicy(7)], "complies"],
  ];
  return { control: CONTROL, type, stackCases };
}

/** Cases of a type that names its role elsewhere; what makes a role an administrator's is the same for all types. */
function roleCases(type: string, at: (role: unknown) => Record<string, unknown>): ControlCases {
  const property = Object.keys(at(""))[0]!;
  const holder = resource(type, at(ARN));
  const linked = resource(type, at(unknown), { [property]: [unnamedRole] });
  const linkedAttachment = attachment(ADMINISTRATOR, unknown, { role: [unnamedRole] });
  return {
    control: CONTROL,
    type,
    stackCases: [
      ["a policy for what it needs", [holder, role(), rolePolicy(reading)], "complies"],
      ["AWS's administrator policy", [holder, role(), attachment(ADMINISTRATOR)], "violates"],
      ["AWS's administrator policy, by reference", [linked, unnamedRole, linkedAttachment], "violates"],
    ],
  };
}

const HOLDERS = [
  "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
  "aws:sagemaker/featureGroup:FeatureGroup",
  "aws:sagemaker/flowDefinition:FlowDefinition",
  "aws:sagemaker/image:Image",
  "aws:sagemaker/labelingJob:LabelingJob",
  "aws:sagemaker/mlflowApp:MlflowApp",
  "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer",
  "aws:sagemaker/pipeline:Pipeline",
  "aws:sagemaker/trainingJob:TrainingJob",
  "aws-native:sagemaker:DataQualityJobDefinition",
  "aws-native:sagemaker:FeatureGroup",
  "aws-native:sagemaker:InferenceExperiment",
  "aws-native:sagemaker:MlflowApp",
  "aws-native:sagemaker:MlflowTrackingServer",
  "aws-native:sagemaker:ModelBiasJobDefinition",
  "aws-native:sagemaker:ModelExplainabilityJobDefinition",
  "aws-native:sagemaker:ModelQualityJobDefinition",
  "aws-native:sagemaker:Pipeline",
  "aws-native:sagemaker:ProcessingJob",
];
const EXECUTION_HOLDERS = [
  "aws:sagemaker/model:Model",
  "aws-native:sagemaker:Model",
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
  "aws-native:sagemaker:EndpointConfig",
  "aws-native:sagemaker:PartnerApp",
];
const TUNING = "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob";

const EMAIL = "nb@p.iam.gserviceaccount.com";
const account = (email: unknown) =>
  resource("gcp:serviceaccount/account:Account", { accountId: "nb", email }, {}, "account");
const grant = (roleName: unknown, member: unknown, made = {}) =>
  resource("gcp:projects/iAMMember:IAMMember", { role: roleName, member }, made, "grant");
const binding = (roleName: unknown, members: unknown) =>
  resource("gcp:organizations/iAMBinding:IAMBinding", { role: roleName, members }, {}, "binding");

const wholePolicy = (scope: string, policyData: unknown) =>
  resource(`gcp:${scope}/iAMPolicy:IAMPolicy`, { policyData }, {}, "policy");
const bindingsOf = (roleName: string, ...members: string[]) =>
  JSON.stringify({ bindings: [{ role: roleName, members }] });

const otherAccount = resource(
  "gcp:serviceaccount/account:Account",
  { accountId: "other", email: unknown },
  {},
  "other",
);
const GRANT_TYPES = ["projects", "folder", "organizations"].flatMap((level) => [
  `gcp:${level}/iAMMember:IAMMember`,
  `gcp:${level}/iAMBinding:IAMBinding`,
]);
const grantOf = (type: string, member: string) =>
  resource(
    type,
    { role: "roles/editor", ...(type.endsWith("IAMMember") ? { member } : { members: [member] }) },
    {},
    "grant",
  );
const ADMIN_ROLES = [
  "roles/owner",
  "roles/iam.securityAdmin",
  "roles/resourcemanager.projectIamAdmin",
  "roles/resourcemanager.folderIamAdmin",
  "roles/resourcemanager.organizationAdmin",
];

function gcpCases(type: string, at: (email: unknown) => Record<string, unknown>): ControlCases {
  const property = Object.keys(at(""))[0]!;
  const notebook = resource(type, at(EMAIL));
  const linked = resource(type, at(unknown), { [property]: [account(unknown)] });
  const stackCases: StackCase[] = [
    ["an account without grants", [notebook, account(EMAIL)], "complies"],
    ["a narrow role", [notebook, grant("roles/logging.logWriter", `serviceAccount:${EMAIL}`)], "complies"],
    ["somebody else is an editor", [notebook, grant("roles/editor", "user:ana@example.com")], "complies"],
    ["an editor", [notebook, grant("roles/editor", `serviceAccount:${EMAIL}`)], "violates"],
    [
      "an owner of the organization",
      [notebook, binding("roles/owner", ["user:ana@example.com", `serviceAccount:${EMAIL}`])],
      "violates",
    ],
    [
      "an editor, by reference",
      [linked, account(unknown), grant("roles/editor", unknown, { member: [account(unknown)] })],
      "violates",
    ],
    [
      "an editor, once its address is known",
      [resource(type, at(EMAIL)), account(EMAIL), grant("roles/editor", `serviceAccount:${EMAIL}`)],
      "violates",
    ],
    ...GRANT_TYPES.map(
      (one): StackCase => [`an editor by ${one}`, [notebook, grantOf(one, `serviceAccount:${EMAIL}`)], "violates"],
    ),
    ...ADMIN_ROLES.map((one): StackCase => [one, [notebook, grant(one, `serviceAccount:${EMAIL}`)], "violates"]),
    [
      "another notebook's account is an editor, by reference",
      [linked, account(unknown), otherAccount, grant("roles/editor", unknown, { member: [otherAccount] })],
      "complies",
    ],
    [
      "an account of another notebook is an editor",
      [
        notebook,
        account("other@p.iam.gserviceaccount.com"),
        grant("roles/editor", unknown, { member: [account(unknown)] }),
      ],
      "undecided",
    ],
    ["a role that is not known yet", [notebook, grant(unknown, `serviceAccount:${EMAIL}`)], "undecided"],
    ...["projects", "folder", "organizations"].map(
      (scope): StackCase => [
        `an editor by the policy of ${scope}`,
        [notebook, wholePolicy(scope, bindingsOf("roles/editor", `serviceAccount:${EMAIL}`))],
        "violates",
      ],
    ),
    [
      "a narrow role by a project's policy",
      [notebook, wholePolicy("projects", bindingsOf("roles/logging.logWriter", `serviceAccount:${EMAIL}`))],
      "complies",
    ],
    [
      "somebody else is an owner by a project's policy",
      [notebook, wholePolicy("projects", bindingsOf("roles/owner", "user:ana@example.com"))],
      "complies",
    ],
    ["a project's policy that is not known yet", [notebook, wholePolicy("projects", unknown)], "undecided"],
  ];
  return { control: CONTROL, type, stackCases };
}

const CONTRIBUTOR =
  "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
const BLOB_READER =
  "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const IDENTITY_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nb";
const identity = (id: unknown, principalId: unknown) =>
  resource("azure-native:managedidentity:UserAssignedIdentity", { id, principalId }, {}, "identity");
const definition = resource("azure-native:authorization:RoleDefinition", { id: unknown }, {}, "definition");
const assignment = (roleDefinitionId: unknown, principalId: unknown, made = {}) =>
  resource("azure-native:authorization:RoleAssignment", { roleDefinitionId, principalId }, made, "assignment");

const ADMIN_DEFINITIONS = [
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
].map((id) => `/providers/Microsoft.Authorization/roleDefinitions/${id}`);

function azureCases(type: string): ControlCases {
  const holder = resource(type, { identity: { type: "UserAssigned", userAssignedIdentities: [IDENTITY_ID] } });
  const newIdentity = identity(unknown, unknown);
  const linked = resource(
    type,
    { identity: { type: "UserAssigned", userAssignedIdentities: [unknown] } },
    { identity: [newIdentity] },
  );
  const system = resource(type, { identity: { type: "SystemAssigned", principalId: unknown } });
  const stackCases: StackCase[] = [
    ["no assignments", [holder, identity(IDENTITY_ID, "p1")], "complies"],
    ["a narrow role", [holder, identity(IDENTITY_ID, "p1"), assignment(BLOB_READER, "p1")], "complies"],
    [
      "somebody else is a contributor",
      [holder, identity(IDENTITY_ID, "p1"), assignment(CONTRIBUTOR, "p2")],
      "complies",
    ],
    ["a contributor", [holder, identity(IDENTITY_ID, "p1"), assignment(CONTRIBUTOR, "p1")], "violates"],
    [
      "a contributor, in upper case",
      [holder, identity(IDENTITY_ID, "p1"), assignment(CONTRIBUTOR.toUpperCase(), "p1")],
      "violates",
    ],
    [
      "a contributor, by reference",
      [linked, newIdentity, assignment(CONTRIBUTOR, unknown, { principalId: [newIdentity] })],
      "violates",
    ],
    [
      "its own identity is a contributor",
      [system, assignment(CONTRIBUTOR, unknown, { principalId: [system] })],
      "violates",
    ],
    [
      "a role that is made along with it",
      [
        linked,
        newIdentity,
        definition,
        assignment(unknown, unknown, { principalId: [newIdentity], roleDefinitionId: [definition] }),
      ],
      "complies",
    ],
    ...ADMIN_DEFINITIONS.map(
      (id): StackCase => [id, [holder, identity(IDENTITY_ID, "p1"), assignment(id, "p1")], "violates"],
    ),
    [
      "its own identity is a contributor, once it is known",
      [resource(type, { identity: { type: "SystemAssigned", principalId: "p3" } }), assignment(CONTRIBUTOR, "p3")],
      "violates",
    ],
    [
      "its primary identity is a contributor",
      [
        resource(type, { primaryUserAssignedIdentity: IDENTITY_ID }),
        identity(IDENTITY_ID, "p1"),
        assignment(CONTRIBUTOR, "p1"),
      ],
      "violates",
    ],
    ["a role that is not known yet", [holder, identity(IDENTITY_ID, "p1"), assignment(unknown, "p1")], "undecided"],
  ];
  return { control: CONTROL, type, stackCases };
}

export const cases: ControlCases[] = [
  ...SAGEMAKER_NOTEBOOK.map((type) => awsCases(type, (arn) => ({ roleArn: arn }))),
  ...SAGEMAKER_DOMAIN.map((type) => awsCases(type, (arn) => ({ defaultUserSettings: { executionRole: arn } }))),
  ...SAGEMAKER_USER_PROFILE.map((type) => awsCases(type, (arn) => ({ userSettings: { executionRole: arn } }))),
  {
    control: CONTROL,
    type: SAGEMAKER_DOMAIN[0]!,
    stackCases: [
      [
        "spaces run as an administrator",
        [
          resource(SAGEMAKER_DOMAIN[0]!, { defaultSpaceSettings: { executionRole: ARN } }),
          role(),
          attachment(ADMINISTRATOR),
        ],
        "violates",
      ],
    ],
  },
  ...HOLDERS.map((type) => roleCases(type, (roleArn) => ({ roleArn }))),
  ...EXECUTION_HOLDERS.map((type) => roleCases(type, (executionRoleArn) => ({ executionRoleArn }))),
  roleCases("aws-native:sagemaker:Image", (imageRoleArn) => ({ imageRoleArn })),
  ...["instanceGroups", "restrictedInstanceGroups"].map((groups) =>
    roleCases("aws-native:sagemaker:Cluster", (executionRole) => ({ [groups]: [{ executionRole }] })),
  ),
  ...["aws:sagemaker/monitoringSchedule:MonitoringSchedule", "aws-native:sagemaker:MonitoringSchedule"].map((type) =>
    roleCases(type, (roleArn) => ({ monitoringScheduleConfig: { monitoringJobDefinition: { roleArn } } })),
  ),
  roleCases(TUNING, (roleArn) => ({ trainingJobDefinition: { roleArn } })),
  roleCases(TUNING, (roleArn) => ({ trainingJobDefinitions: [{ definitionName: "first" }, { roleArn }] })),
  {
    control: CONTROL,
    type: TUNING,
    stackCases: [
      [
        "definitions that are not known yet",
        [
          resource(TUNING, { trainingJobDefinitions: unknown }, { trainingJobDefinitions: [unnamedRole] }),
          unnamedRole,
          attachment(ADMINISTRATOR, unknown, { role: [unnamedRole] }),
        ],
        "violates",
      ],
    ],
  },
  gcpCases(WORKBENCH, (email) => ({ gceSetup: { serviceAccounts: [{ email }] } })),
  gcpCases(LEGACY_NOTEBOOK, (email) => ({ serviceAccount: email })),
  gcpCases("gcp:colab/notebookExecution:NotebookExecution", (email) => ({ serviceAccount: email })),
  gcpCases("gcp:vertex/aiReasoningEngine:AiReasoningEngine", (email) => ({ spec: { serviceAccount: email } })),
  ...["gcp:colab/schedule:Schedule", "gcp:vertex/aiSchedule:AiSchedule"].map((type) =>
    gcpCases(type, (email) => ({
      createNotebookExecutionJobRequest: { notebookExecutionJob: { serviceAccount: email } },
    })),
  ),
  {
    control: CONTROL,
    type: "gcp:vertex/aiSchedule:AiSchedule",
    stackCases: [
      [
        "a pipeline's account is an editor",
        [
          resource("gcp:vertex/aiSchedule:AiSchedule", {
            createPipelineJobRequest: { pipelineJob: { serviceAccount: EMAIL } },
          }),
          grant("roles/editor", `serviceAccount:${EMAIL}`),
        ],
        "violates",
      ],
    ],
  },
  {
    control: CONTROL,
    type: WORKBENCH,
    stackCases: [
      [
        "its second account is an editor",
        [
          resource(WORKBENCH, {
            gceSetup: { serviceAccounts: [{ email: "a@p.iam.gserviceaccount.com" }, { email: EMAIL }] },
          }),
          grant("roles/editor", `serviceAccount:${EMAIL}`),
        ],
        "violates",
      ],
    ],
  },
  azureCases("azure-native:machinelearningservices:Compute"),
  azureCases("azure-native:machinelearningservices:Workspace"),
];
