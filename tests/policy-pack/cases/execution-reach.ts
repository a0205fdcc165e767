import type { ControlCases, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const CONTROL = "execution-identity-own-storage";

/** A resource of the stack; `made` names, for each property, the resources that it was made from. */
function resource(
  type: string,
  name: string,
  properties: Record<string, unknown>,
  made: Record<string, TestResource[]> = {},
): TestResource {
  const entries = Object.entries(made).map(([property, sources]) => [property, sources.map(urnOf)]);
  return { type, name, properties, propertyDependencies: Object.fromEntries(entries) };
}

type Statement = Record<string, unknown>;

/** A policy document as an object, which can hold unknown values. */
function document(...statements: Statement[]): object {
  return { Version: "2012-10-17", Statement: statements };
}

const reads = (Resource: unknown, more: Statement = {}): Statement => ({
  Effect: "Allow",
  Action: ["s3:GetObject", "s3:ListBucket"],
  Resource,
  ...more,
});
const ofOwner = { Condition: { StringEquals: { "aws:ResourceAccount": "111122223333" } } };

const trust = (Service: unknown, Effect = "Allow") =>
  document({ Effect, Action: "sts:AssumeRole", Principal: { Service } });
const SAGEMAKER = trust("sagemaker.amazonaws.com");
const AWS = "arn:aws:iam::aws:policy/";
const OWN = ["arn:aws:s3:::data", "arn:aws:s3:::data/*"];
const OTHER = "arn:aws:s3:::other/*";

const bucket = resource("aws:s3/bucket:Bucket", "bucket", { bucket: "data" });
const unnamed = resource("aws:s3/bucket:Bucket", "unnamed", { bucket: unknown, arn: unknown });
const key = resource("aws:kms/key:Key", "key", { arn: unknown });
const accessPoint = resource("aws:s3/accessPoint:AccessPoint", "access", {
  arn: "arn:aws:s3:eu-west-1:111122223333:accesspoint/features",
});

const ROLE = "aws:iam/role:Role";
const role = (more: Record<string, unknown> = {}, made = {}) =>
  resource(ROLE, "role", { name: "jobs", assumeRolePolicy: SAGEMAKER, ...more }, made);
const inline = (policy: unknown, made = {}, of: unknown = "jobs") =>
  resource("aws:iam/rolePolicy:RolePolicy", "inline", { role: of, policy }, made);
const policy = (content: unknown, more: Record<string, unknown> = {}) =>
  resource("aws:iam/policy:Policy", "policy", {
    arn: "arn:aws:iam::111122223333:policy/own",
    policy: content,
    ...more,
  });
const attachment = (policyArn: unknown, made = {}) =>
  resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", { role: "jobs", policyArn }, made);
const boundary = (...statements: Statement[]) => policy(document(...statements), { name: "boundary", arn: unknown });
const bounded = role({ permissionsBoundary: "arn:aws:iam::111122223333:policy/boundary" });
const unknownPolicy = policy(document(reads("*")), { arn: unknown });

const roleCases: StackCase[] = [
  ["no policies", [role()], "complies"],
  ["its own bucket", [role(), bucket, inline(document(reads(OWN)))], "complies"],
  ["its own bucket, as text", [role(), bucket, inline(JSON.stringify(document(reads(OWN))))], "complies"],
  ["a part of its own bucket", [role(), bucket, inline(document(reads("arn:aws:s3:::data/ana/*")))], "complies"],
  ["the bucket of another stack", [role(), bucket, inline(document(reads([...OWN, OTHER])))], "violates"],
  ["a bucket that begins alike", [role(), bucket, inline(document(reads("arn:aws:s3:::data2/*")))], "violates"],
  ["another bucket, of a fixed owner", [role(), inline(document(reads(OTHER, ofOwner)))], "complies"],
  [
    "another bucket, of an owner who is not excluded",
    [role(), inline(document(reads(OTHER, { Condition: { StringNotEquals: { "aws:ResourceAccount": "1" } } })))],
    "violates",
  ],
  ["a listed bucket", [role(), inline(document(reads(OTHER)))], "complies", { foreignStorage: ["oth*"] }],
  ["a bucket not listed", [role(), inline(document(reads(OTHER)))], "violates", { foreignStorage: ["data"] }],
  [
    "a bucket not listed, of a fixed owner",
    [role(), inline(document(reads(OTHER, ofOwner)))],
    "violates",
    { foreignStorage: ["data"] },
  ],
  ["every bucket", [role(), bucket, inline(document(reads("*")))], "violates"],
  ["every bucket of a fixed owner", [role(), bucket, inline(document(reads("*", ofOwner)))], "violates"],
  ["buckets by a pattern", [role(), bucket, inline(document(reads("arn:aws:s3:::dat*")))], "violates"],
  ["a bucket by a variable", [role(), inline(document(reads(`arn:aws:s3:::\${aws:username}/*`)))], "violates"],
  ["all of S3 by a pattern", [role(), inline(document(reads("arn:aws:s3*")))], "violates"],
  [
    "every bucket but some",
    [role(), bucket, inline(document({ Effect: "Allow", Action: "s3:*", NotResource: OTHER }))],
    "violates",
  ],
  [
    "every action but some",
    [role(), inline(document({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }))],
    "violates",
  ],
  ["another bucket is denied", [role(), inline(document(reads("*", { Effect: "Deny" })))], "complies"],
  ["names of buckets alone", [role(), inline(document({ ...reads("*"), Action: "s3:ListAllMyBuckets" }))], "complies"],
  ["resources of another service", [role(), inline(document({ ...reads("*"), Action: "logs:*" }))], "complies"],
  [
    "keys beside the bucket",
    [role(), bucket, inline(document({ ...reads([...OWN, "arn:aws:kms:*:*:key/*"]), Action: "*" }))],
    "complies",
  ],
  [
    "its own access point",
    [role(), accessPoint, inline(document(reads("arn:aws:s3:eu-west-1:111122223333:accesspoint/features/object/*")))],
    "complies",
  ],
  [
    "another access point",
    [role(), accessPoint, inline(document(reads("arn:aws:s3:eu-west-1:111122223333:accesspoint/other")))],
    "violates",
  ],
  [
    "a bucket made along with it",
    [role(), unnamed, inline(document(reads(unknown)), { policy: [unnamed] })],
    "complies",
  ],
  [
    "a bucket made along with it, and every other",
    [role(), unnamed, inline(document(reads([unknown, "*"])), { policy: [unnamed] })],
    "violates",
  ],
  [
    "a resource that is not known yet",
    [role(), unnamed, inline(document(reads(unknown)), { policy: [key] })],
    "undecided",
  ],
  ["a document that is not known yet", [role(), unnamed, inline(unknown, { policy: [unnamed] })], "undecided"],
  [
    "a statement that is not known yet",
    [role(), inline({ Statement: [reads("*"), unknown] })],
    "violates, rest undecided",
  ],
  ["not a document", [role(), inline("{")], "complies"],
  ["another role's policy", [role(), inline(document(reads("*")), {}, "deployer")], "complies"],
  ["a policy on the role itself", [role({ inlinePolicies: [{ policy: document(reads("*")) }] })], "violates"],
  ["policies that the provider lists", [role({ inlinePolicies: unknown, managedPolicyArns: unknown })], "complies"],
  [
    "policies on the role that are not known yet",
    [role({ inlinePolicies: unknown }, { inlinePolicies: [key] }), key],
    "undecided",
  ],
  [
    "an attached policy",
    [role(), policy(document(reads("*"))), attachment("arn:aws:iam::111122223333:policy/own")],
    "violates",
  ],
  [
    "an attached policy made along with it",
    [role(), unknownPolicy, attachment(unknown, { policyArn: [unknownPolicy] })],
    "violates",
  ],
  [
    "an attachment of a policy that is not known yet",
    [role(), policy(document(reads("*"))), attachment(unknown)],
    "undecided",
  ],
  ["a policy that nobody attaches", [role(), policy(document(reads("*")))], "complies"],
  ["AWS's policy for all of S3", [role(), attachment(`${AWS}AmazonS3ReadOnlyAccess`)], "violates"],
  [
    "AWS's policy for SageMaker, on the role",
    [role({ managedPolicyArns: [`${AWS}AmazonSageMakerFullAccess`] })],
    "violates",
  ],
  ["AWS's policy without S3", [role(), attachment(`${AWS}AmazonEC2ContainerRegistryReadOnly`)], "complies"],
  [
    "policies attached exclusively",
    [
      role(),
      resource("aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "all", {
        roleName: "jobs",
        policyArns: [`${AWS}AmazonEC2ContainerRegistryReadOnly`, `${AWS}AmazonS3FullAccess`],
      }),
    ],
    "violates",
  ],
  [
    "a boundary that fixes the owner",
    [bounded, boundary(reads("*", ofOwner)), inline(document(reads(OTHER)))],
    "complies",
  ],
  ["a boundary that does not", [bounded, boundary(reads("*")), inline(document(reads(OTHER)))], "violates"],
  [
    "a boundary that fixes the owner in one statement only",
    [bounded, boundary(reads("*", ofOwner), reads(OTHER)), inline(document(reads(OTHER)))],
    "violates",
  ],
  ["a boundary of another stack", [bounded, inline(document(reads(OTHER)))], "violates"],
  [
    "a boundary that fixes the owner, and every bucket",
    [bounded, boundary(reads("*", ofOwner)), inline(document(reads("*")))],
    "violates",
  ],
  [
    "another service's role",
    [role({ assumeRolePolicy: trust("lambda.amazonaws.com") }), inline(document(reads("*")))],
    "complies",
  ],
  [
    "one of several services' role",
    [
      role({ assumeRolePolicy: trust(["glue.amazonaws.com", "sagemaker.amazonaws.com"]) }),
      inline(document(reads("*"))),
    ],
    "violates",
  ],
  [
    "SageMaker is denied",
    [role({ assumeRolePolicy: trust("sagemaker.amazonaws.com", "Deny") }), inline(document(reads("*")))],
    "complies",
  ],
  [
    "a trust policy that is not known yet",
    [role({ assumeRolePolicy: unknown }), inline(document(reads("*")))],
    "undecided",
  ],
  [
    "a trust policy that is not known yet, and its own bucket",
    [role({ assumeRolePolicy: unknown }), bucket, inline(document(reads(OWN)))],
    "complies",
  ],
];

const NATIVE_ROLE = "aws-native:iam:Role";
const nativeRole = (more: Record<string, unknown> = {}) =>
  resource(NATIVE_ROLE, "role", { roleName: "jobs", assumeRolePolicyDocument: SAGEMAKER, ...more });
const nativeBucket = resource("aws-native:s3:Bucket", "bucket", { bucketName: "data" });

const nativeCases: StackCase[] = [
  ["its own bucket", [nativeRole({ policies: [{ policyDocument: document(reads(OWN)) }] }), nativeBucket], "complies"],
  ["every bucket", [nativeRole({ policies: [{ policyDocument: document(reads("*")) }] })], "violates"],
  [
    "another bucket, in a policy of its own",
    [
      nativeRole(),
      resource("aws-native:iam:RolePolicy", "inline", { roleName: "jobs", policyDocument: document(reads(OTHER)) }),
    ],
    "violates",
  ],
  [
    "every bucket, in a managed policy",
    [
      nativeRole(),
      resource("aws-native:iam:ManagedPolicy", "policy", { roles: ["jobs"], policyDocument: document(reads("*")) }),
    ],
    "violates",
  ],
];

const EMAIL = "train@p.iam.gserviceaccount.com";
const TRAIN = `serviceAccount:${EMAIL}`;
const OBJECTS = "roles/storage.objectViewer";

const googleBucket = resource("gcp:storage/bucket:Bucket", "bucket", { name: "data" });
const account = resource("gcp:serviceaccount/account:Account", "account", { email: unknown });
const projectMember = (role: unknown, member: unknown, more: Record<string, unknown> = {}, made = {}) =>
  resource("gcp:projects/iAMMember:IAMMember", "grant", { role, member, project: "p", ...more }, made);
const bucketMember = (name: unknown, made = {}) =>
  resource(
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "grant",
    { bucket: name, role: OBJECTS, member: TRAIN },
    made,
  );
const policyData = (role: string, ...members: string[]) => JSON.stringify({ bindings: [{ role, members }] });

/** Cases of a resource that names its service account in `properties`. */
function googleCases(type: string, properties: (email: unknown) => Record<string, unknown>): ControlCases {
  const holder = resource(type, "holder", properties(EMAIL));
  const property = Object.keys(properties(""))[0]!;
  const linked = resource(type, "holder", properties(unknown), { [property]: [account] });
  const stackCases: StackCase[] = [
    ["no grants", [holder], "complies"],
    ["objects of a bucket", [holder, googleBucket, bucketMember("data")], "complies"],
    ["objects of every bucket", [holder, projectMember(OBJECTS, TRAIN)], "violates"],
    ["objects of every bucket, for another account", [holder, projectMember(OBJECTS, `${TRAIN}s`)], "complies"],
    ["another role", [holder, projectMember("roles/logging.logWriter", TRAIN)], "complies"],
    ["a role that is not known yet", [holder, projectMember(unknown, TRAIN)], "complies"],
    ["a grant with a condition", [holder, projectMember(OBJECTS, TRAIN, { condition: { title: "t" } })], "complies"],
    [
      "objects of every bucket, for an account made along with it",
      [linked, account, projectMember(OBJECTS, unknown, {}, { member: [account] })],
      "violates",
    ],
    [
      "objects of every bucket, for several members",
      [
        holder,
        resource("gcp:folder/iAMBinding:IAMBinding", "grant", {
          role: "roles/storage.admin",
          members: ["user:a@example.com", TRAIN],
        }),
      ],
      "violates",
    ],
    [
      "objects of every bucket, in a whole policy",
      [holder, resource("gcp:projects/iAMPolicy:IAMPolicy", "grant", { policyData: policyData(OBJECTS, TRAIN) })],
      "violates",
    ],
    ["a bucket of another stack, without a list", [holder, bucketMember("other")], "complies"],
    ["a bucket of another stack", [holder, bucketMember("other")], "violates", { foreignStorage: ["shared-*"] }],
    ["a listed bucket", [holder, bucketMember("shared-1")], "complies", { foreignStorage: ["shared-*"] }],
    ["its own bucket", [holder, googleBucket, bucketMember("data")], "complies", { foreignStorage: ["shared-*"] }],
    [
      "its own bucket, whose name is not known yet",
      [holder, googleBucket, bucketMember(unknown, { bucket: [googleBucket] })],
      "complies",
      { foreignStorage: ["shared-*"] },
    ],
    ["a bucket that is not known yet", [holder, bucketMember(unknown)], "undecided", { foreignStorage: ["shared-*"] }],
    [
      "a bucket of another stack, in a whole policy",
      [
        holder,
        resource("gcp:storage/bucketIAMPolicy:BucketIAMPolicy", "grant", {
          bucket: "other",
          policyData: policyData(OBJECTS, TRAIN),
        }),
      ],
      "violates",
      { foreignStorage: ["shared-*"] },
    ],
  ];
  return { control: CONTROL, type, stackCases };
}

/** Where the rarer types name their account: one case of each verdict shows that it is found. */
function alsoOn(type: string, properties: Record<string, unknown>): ControlCases {
  const holder = resource(type, "holder", properties);
  return {
    control: CONTROL,
    type,
    stackCases: [
      ["objects of a bucket", [holder, googleBucket, bucketMember("data")], "complies"],
      ["objects of every bucket", [holder, projectMember(OBJECTS, TRAIN)], "violates"],
    ],
  };
}

const inSchedule = {
  createNotebookExecutionJobRequest: { notebookExecutionJob: { serviceAccount: EMAIL } },
};

const SUBSCRIPTION = "/subscriptions/s";
const GROUP = `${SUBSCRIPTION}/resourceGroups/ml`;
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts`;
const definition = (guid: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const CONTRIBUTOR = definition("BA92F5B4-2D11-453D-A403-E96B0029C9FE");

const identity = resource("azure-native:managedidentity:UserAssignedIdentity", "identity", {
  id: "/identities/train",
  principalId: "p1",
});
const storage = resource("azure-native:storage:StorageAccount", "storage", { accountName: "data", id: unknown });
const group = resource("azure-native:resources:ResourceGroup", "group", { id: unknown });
const assignment = (scope: unknown, roleDefinitionId: unknown = CONTRIBUTOR, made = {}, principalId = "p1") =>
  resource("azure-native:authorization:RoleAssignment", "assignment", { scope, roleDefinitionId, principalId }, made);

function azureCases(type: string): ControlCases {
  const holder = resource(type, "holder", { identity: { userAssignedIdentities: ["/identities/train"] } });
  const own = resource(type, "holder", { identity: { type: "SystemAssigned", principalId: "p1" } });
  const stackCases: StackCase[] = [
    ["no assignments", [holder, identity], "complies"],
    ["one account", [holder, identity, assignment(`${ACCOUNT}/data`)], "complies"],
    ["one container", [own, assignment(`${ACCOUNT}/data/blobServices/default/containers/c`)], "complies"],
    ["a resource group", [holder, identity, assignment(GROUP)], "violates"],
    ["a subscription, for its own identity", [own, assignment(SUBSCRIPTION)], "violates"],
    ["a subscription, for somebody else", [own, assignment(SUBSCRIPTION, CONTRIBUTOR, {}, "p2")], "complies"],
    ["another role", [own, assignment(GROUP, definition("acdd72a7-3385-48ef-bd42-f606fba81ae7"))], "complies"],
    [
      "a role made along with it",
      [own, storage, assignment(GROUP, unknown, { roleDefinitionId: [storage] })],
      "complies",
    ],
    ["a role that is not known yet", [own, assignment(GROUP, unknown)], "undecided"],
    [
      "an account made along with it",
      [own, storage, assignment(unknown, CONTRIBUTOR, { scope: [storage] })],
      "complies",
    ],
    ["a group made along with it", [own, group, assignment(unknown, CONTRIBUTOR, { scope: [group] })], "violates"],
    ["a scope that is not known yet", [own, assignment(unknown)], "undecided"],
    ["an account of another stack, without a list", [own, assignment(`${ACCOUNT}/other`)], "complies"],
    ["an account of another stack", [own, assignment(`${ACCOUNT}/other`)], "violates", { foreignStorage: ["shared"] }],
    ["a listed account", [own, assignment(`${ACCOUNT}/shared`)], "complies", { foreignStorage: ["shared"] }],
    ["its own account", [own, storage, assignment(`${ACCOUNT}/data`)], "complies", { foreignStorage: ["shared"] }],
  ];
  return { control: CONTROL, type, stackCases };
}

export const cases: ControlCases[] = [
  { control: CONTROL, type: ROLE, stackCases: roleCases },
  { control: CONTROL, type: NATIVE_ROLE, stackCases: nativeCases },
  googleCases("gcp:workbench/instance:Instance", (email) => ({ gceSetup: { serviceAccounts: [{ email }] } })),
  alsoOn("gcp:notebooks/instance:Instance", { serviceAccount: EMAIL }),
  alsoOn("gcp:colab/notebookExecution:NotebookExecution", { serviceAccount: EMAIL }),
  alsoOn("gcp:vertex/aiReasoningEngine:AiReasoningEngine", { spec: { serviceAccount: EMAIL } }),
  alsoOn("gcp:colab/schedule:Schedule", inSchedule),
  alsoOn("gcp:vertex/aiSchedule:AiSchedule", inSchedule),
  azureCases("azure-native:machinelearningservices:Compute"),
  azureCases("azure-native:machinelearningservices:Workspace"),
];
