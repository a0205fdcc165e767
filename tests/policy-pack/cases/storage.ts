import { grantTypes } from "../../../policy-pack/checks/public-members.ts";
import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const BUCKET_V2 = "aws:s3/bucketV2:BucketV2";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const GCS_BUCKET = "gcp:storage/bucket:Bucket";
const DATASET = "gcp:bigquery/dataset:Dataset";
const ACCOUNT = "azure-native:storage:StorageAccount";
const BLOB_SERVICE = "azure-native:storage:BlobServiceProperties";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";

const ALL_ON = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };

/** Settings of a bucket that a program leaves out are unknown outputs in a preview. */
const CHOSEN_BY_S3 = {
  id: unknown,
  arn: unknown,
  policy: unknown,
  logging: unknown,
  loggings: unknown,
  versioning: unknown,
  versionings: unknown,
  lifecycleRules: unknown,
  serverSideEncryptionConfiguration: unknown,
  serverSideEncryptionConfigurations: unknown,
};

function bucket(type: string, properties: Record<string, unknown> = {}): TestResource {
  return { type, name: "data", properties: { ...CHOSEN_BY_S3, bucket: "data", ...properties } };
}

/** An encrypted bucket beside the one that is judged. */
function otherBucket(type: string, properties: Record<string, unknown>): TestResource {
  return {
    ...bucket(type, { bucket: "other", ...inlineEncryption(type, "aws:kms", KEY), ...properties }),
    name: "other",
  };
}

/** A companion that names the bucket by its name. */
function named(setting: string, properties: Record<string, unknown>): TestResource {
  return { type: `aws:s3/bucket${setting}:Bucket${setting}`, properties: { bucket: "data", ...properties } };
}

/** The same companion, for a bucket whose name only S3 gives. */
function linked(target: TestResource, companion: TestResource): TestResource[] {
  const properties = { ...companion.properties, bucket: unknown };
  return [
    { ...target, properties: { ...target.properties, bucket: unknown } },
    { ...companion, properties, propertyDependencies: { bucket: [urnOf(target)] } },
  ];
}

function policy(...statements: unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const READS = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*" };
const PUBLIC = { ...READS, Principal: "*" };
const ROLE = { ...READS, Principal: { AWS: "arn:aws:iam::111122223333:role/reader" } };
const REFUSES_HTTP = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

const PUBLIC_POLICIES: ResourceCase[] = [
  ["a role may read", { policy: policy(ROLE) }, "complies"],
  ["a list of roles", { policy: policy({ ...READS, Principal: { AWS: [ROLE.Principal.AWS, "1"] } }) }, "complies"],
  ["a service", { policy: policy({ ...READS, Principal: { Service: "logging.s3.amazonaws.com" } }) }, "complies"],
  ["everybody is denied", { policy: policy(REFUSES_HTTP) }, "complies"],
  ["everybody", { policy: policy(ROLE, PUBLIC) }, "violates"],
  ["one statement that is not in a list", { policy: JSON.stringify({ Statement: PUBLIC }) }, "violates"],
  ["everybody as AWS", { policy: policy({ ...READS, Principal: { AWS: "*" } }) }, "violates"],
  ["everybody in a list", { policy: policy({ ...READS, Principal: { AWS: ["1", "*"] } }) }, "violates"],
  ["everybody but one", { policy: policy({ ...READS, NotPrincipal: { AWS: "1" } }) }, "violates"],
  [
    "everybody of the organization",
    { policy: policy({ ...PUBLIC, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } }) },
    "complies",
  ],
  [
    "everybody through one endpoint",
    { policy: policy({ ...PUBLIC, Condition: { StringEquals: { "aws:sourceVpce": ["vpce-1", "vpce-2"] } } }) },
    "complies",
  ],
  [
    "everybody with TLS",
    { policy: policy({ ...PUBLIC, Condition: { Bool: { "aws:SecureTransport": "true" } } }) },
    "violates",
  ],
  [
    "everybody who sends no organization",
    { policy: policy({ ...PUBLIC, Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } } }) },
    "violates",
  ],
  [
    "everybody outside of the organization",
    { policy: policy({ ...PUBLIC, Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } }) },
    "violates",
  ],
  [
    "any account",
    { policy: policy({ ...PUBLIC, Condition: { StringLike: { "aws:PrincipalAccount": "*" } } }) },
    "violates",
  ],
  [
    "addresses of the company",
    { policy: policy({ ...PUBLIC, Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }) },
    "complies",
  ],
  [
    "all addresses",
    { policy: policy({ ...PUBLIC, Condition: { IpAddress: { "aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"] } } }) },
    "violates",
  ],
  ["no JSON", { policy: "everybody" }, "violates"],
  ["unknown", { policy: unknown }, "undecided"],
  ["an object with an unknown statement", { policy: { Statement: [ROLE, unknown] } }, "undecided"],
  [
    "an object that is public, with an unknown part",
    { policy: { Statement: [PUBLIC, unknown] } },
    "violates, rest undecided",
  ],
  ["unknown principal", { policy: { Statement: [{ ...READS, Principal: unknown }] } }, "undecided"],
  [
    "an endpoint that is not known yet",
    { policy: { Statement: [{ ...PUBLIC, Condition: { StringEquals: { "aws:SourceVpce": unknown } } }] } },
    "complies",
  ],
];

const PUBLIC_ACLS: ResourceCase[] = [
  ["private", { acl: "private" }, "complies"],
  ["log delivery", { acl: "log-delivery-write" }, "complies"],
  ["public-read", { acl: "public-read" }, "violates"],
  ["public-read-write", { acl: "public-read-write" }, "violates"],
  ["any account", { acl: "authenticated-read" }, "violates"],
  ["unknown", { acl: unknown }, "undecided"],
];

const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const SIGNED_IN = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

const GRANTS: ResourceCase[] = [
  ["a group", { member: "group:ml@example.com" }, "complies"],
  ["a new service account", { member: unknown }, "complies"],
  ["everybody", { member: "allUsers" }, "violates"],
  ["any Google account", { member: "allAuthenticatedUsers" }, "violates"],
  ["groups", { members: ["group:ml@example.com", "user:ann@example.com"] }, "complies"],
  ["everybody among others", { members: ["group:ml@example.com", "allUsers"] }, "violates"],
  ["a new service account among others", { members: [unknown, "group:ml@example.com"] }, "complies"],
  ["everybody among new ones", { members: [unknown, "allUsers"] }, "violates"],
  ["unknown members", { members: unknown }, "undecided"],
  ["a policy", { policyData: '{"bindings":[{"role":"r","members":["group:ml@example.com"]}]}' }, "complies"],
  ["a public policy", { policyData: '{"bindings":[{"role":"r","members":["allUsers"]}]}' }, "violates"],
  ["no JSON", { policyData: "allUsers" }, "violates"],
  ["unknown policy", { policyData: unknown }, "undecided"],
];

/** Both names of the bucket, with cases for either. */
function onBothBuckets(control: string, casesFor: (type: string) => StackCase[]): ControlCases[] {
  return [BUCKET, BUCKET_V2].map((type) => ({ control, type, stackCases: casesFor(type) }));
}

function encryption(algorithm: unknown, key?: unknown): Record<string, unknown> {
  return { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: algorithm, kmsMasterKeyId: key } }] };
}

function inlineEncryption(type: string, algorithm: string, key?: unknown): Record<string, unknown> {
  const byDefault = { sseAlgorithm: algorithm, kmsMasterKeyId: key };
  return type === BUCKET_V2
    ? { serverSideEncryptionConfigurations: [{ rules: [{ applyServerSideEncryptionByDefaults: [byDefault] }] }] }
    : { serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: byDefault } } };
}

function inlineLogging(type: string, target: unknown): Record<string, unknown> {
  return type === BUCKET_V2 ? { loggings: [{ targetBucket: target }] } : { logging: { targetBucket: target } };
}

function inlineVersioning(type: string, enabled: boolean): Record<string, unknown> {
  return type === BUCKET_V2 ? { versionings: [{ enabled }] } : { versioning: { enabled } };
}

const LOGS_TO_DATA: TestResource = {
  type: "aws:s3/bucketLogging:BucketLogging",
  name: "other-logging",
  properties: { bucket: "other", targetBucket: "data", targetPrefix: "other/" },
};

const SSE = "ServerSideEncryptionConfiguration";

function account(properties: Record<string, unknown> = {}): TestResource {
  return { type: ACCOUNT, properties: { kind: "StorageV2", accountName: "frauddata", name: unknown, ...properties } };
}

function ofAccount(type: string, properties: Record<string, unknown>): TestResource {
  return { type, properties: { accountName: "frauddata", ...properties } };
}

function diagnostics(resourceUri: string, from?: TestResource): TestResource {
  const propertyDependencies = from && { resourceUri: [urnOf(from)] };
  return { type: "azure-native:monitor:DiagnosticSetting", properties: { resourceUri }, propertyDependencies };
}

const BLOB_SERVICE_ID =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/frauddata/blobServices/default";

const ENCRYPTED_ACCOUNT = {
  encryption: {
    keySource: "Microsoft.Keyvault",
    keyVaultProperties: { keyName: "data", keyVaultUri: "https://fraud.vault.azure.net" },
  },
};

export const cases: ControlCases[] = [
  ...[
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
  ].map(
    (type): ControlCases => ({
      control: "storage-public-access-blocked",
      type,
      cases: [
        ["all four on", ALL_ON, "complies"],
        ["one left out", { ...ALL_ON, restrictPublicBuckets: undefined }, "violates"],
        ["one off", { ...ALL_ON, ignorePublicAcls: false }, "violates"],
        ["one unknown", { ...ALL_ON, blockPublicPolicy: unknown }, "undecided"],
        [
          "one off, one unknown",
          { ...ALL_ON, blockPublicPolicy: unknown, blockPublicAcls: false },
          "violates, rest undecided",
        ],
      ],
    }),
  ),
  {
    control: "storage-public-access-blocked",
    type: "aws:s3/accessPoint:AccessPoint",
    cases: [
      ["on", { publicAccessBlockConfiguration: ALL_ON }, "complies"],
      ["one off", { publicAccessBlockConfiguration: { blockPublicPolicy: false } }, "violates"],
      ["unknown", { publicAccessBlockConfiguration: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-public-access-blocked",
    type: GCS_BUCKET,
    cases: [
      ["enforced", { publicAccessPrevention: "enforced" }, "complies"],
      ["inherited", { publicAccessPrevention: "inherited" }, "violates"],
      ["unknown", { publicAccessPrevention: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-public-access-blocked",
    type: ACCOUNT,
    cases: [
      ["forbidden", { allowBlobPublicAccess: false }, "complies"],
      ["allowed", { allowBlobPublicAccess: true }, "violates"],
      ["unknown", { allowBlobPublicAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-public-access-blocked",
    type: "azure-native:storage:BlobContainer",
    cases: [
      ["private", { publicAccess: "None" }, "complies"],
      ["blobs", { publicAccess: "Blob" }, "violates"],
      ["container", { publicAccess: "Container" }, "violates"],
      ["unknown", { publicAccess: unknown }, "undecided"],
    ],
  },
  ...onBothBuckets("storage-public-access-block-declared", (type) => [
    ["a block by name", [bucket(type), named("PublicAccessBlock", ALL_ON)], "complies"],
    ["a block by reference", linked(bucket(type), named("PublicAccessBlock", ALL_ON)), "complies"],
    ["none", [bucket(type)], "violates"],
    ["another bucket's", [bucket(type), named("PublicAccessBlock", { ...ALL_ON, bucket: "other" })], "violates"],
    ["nobody knows whose", [bucket(type), named("PublicAccessBlock", { ...ALL_ON, bucket: unknown })], "undecided"],
  ]),
  ...[POLICY, "aws:s3control/accessPointPolicy:AccessPointPolicy", "aws:s3/accessPoint:AccessPoint"].map(
    (type): ControlCases => ({ control: "storage-no-public-grants", type, cases: PUBLIC_POLICIES }),
  ),
  {
    control: "storage-no-public-grants",
    type: "aws:efs/fileSystemPolicy:FileSystemPolicy",
    cases: [
      ...PUBLIC_POLICIES,
      [
        "whoever has mounted it",
        { policy: policy({ ...PUBLIC, Condition: { Bool: { "elasticfilesystem:AccessedViaMountTarget": "true" } } }) },
        "complies",
      ],
    ],
  },
  ...[BUCKET, BUCKET_V2].map(
    (type): ControlCases => ({
      control: "storage-no-public-grants",
      type,
      cases: [
        ...PUBLIC_POLICIES,
        ...PUBLIC_ACLS,
        ["a grant", { grants: [{ type: "CanonicalUser", id: "1", permissions: ["READ"] }] }, "complies"],
        ["a grant to everybody", { grants: [{ type: "Group", uri: ALL_USERS, permissions: ["READ"] }] }, "violates"],
      ],
    }),
  ),
  ...["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"].map(
    (type): ControlCases => ({
      control: "storage-no-public-grants",
      type,
      cases: [
        ...PUBLIC_ACLS,
        ["a grant", { accessControlPolicy: { grants: [{ grantee: { id: "1" } }] } }, "complies"],
        ["any account", { accessControlPolicy: { grants: [{ grantee: { uri: SIGNED_IN } }] } }, "violates"],
        ["unknown grants", { accessControlPolicy: { grants: unknown } }, "undecided"],
      ],
    }),
  ),
  ...["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/objectCopy:ObjectCopy"].map(
    (type): ControlCases => ({ control: "storage-no-public-grants", type, cases: PUBLIC_ACLS }),
  ),
  ...["gcp:storage/bucketIAM", "gcp:storage/managedFolderIam", "gcp:bigquery/datasetIam", "gcp:bigquery/iam"]
    .flatMap(grantTypes)
    .map((type): ControlCases => ({ control: "storage-no-public-grants", type, cases: GRANTS })),
  ...["BucketAccessControl", "DefaultObjectAccessControl", "ObjectAccessControl"].map(
    (name): ControlCases => ({
      control: "storage-no-public-grants",
      type: `gcp:storage/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
      cases: [
        ["a group", { entity: "group-ml@example.com" }, "complies"],
        ["everybody", { entity: "allUsers" }, "violates"],
        ["any Google account", { entity: "allAuthenticatedUsers" }, "violates"],
        ["a new service account", { entity: unknown }, "complies"],
      ],
    }),
  ),
  ...["BucketACL", "DefaultObjectACL", "ObjectACL"].map(
    (name): ControlCases => ({
      control: "storage-no-public-grants",
      type: `gcp:storage/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
      cases: [
        ["canned and private", { predefinedAcl: "projectPrivate" }, "complies"],
        ["canned and public", { predefinedAcl: "publicRead" }, "violates"],
        ["public for new objects", { defaultAcl: "authenticatedRead" }, "violates"],
        ["a group", { roleEntities: ["OWNER:group-ml@example.com"] }, "complies"],
        ["everybody", { roleEntities: ["OWNER:group-ml@example.com", "READER:allUsers"] }, "violates"],
        ["a new service account", { roleEntities: [unknown] }, "complies"],
        ["unknown", { roleEntities: unknown }, "undecided"],
      ],
    }),
  ),
  {
    control: "storage-no-public-grants",
    type: DATASET,
    cases: [
      ["a group", { accesses: [{ role: "READER", groupByEmail: "ml@example.com" }] }, "complies"],
      ["owners", { accesses: [{ role: "OWNER", specialGroup: "projectOwners" }] }, "complies"],
      ["any Google account", { accesses: [{ role: "READER", specialGroup: "allAuthenticatedUsers" }] }, "violates"],
      ["everybody", { accesses: [{ role: "READER", iamMember: "allUsers" }] }, "violates"],
      ["unknown", { accesses: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-public-grants",
    type: "gcp:bigquery/datasetAccess:DatasetAccess",
    cases: [
      ["a user", { userByEmail: "ann@example.com" }, "complies"],
      ["everybody", { iamMember: "allUsers" }, "violates"],
      ["any Google account", { specialGroup: "allAuthenticatedUsers" }, "violates"],
      ["a new service account", { iamMember: unknown }, "complies"],
      ["unknown group", { specialGroup: unknown }, "complies"],
    ],
  },
  {
    control: "storage-no-access-lists",
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    cases: [
      ["off", { rule: { objectOwnership: "BucketOwnerEnforced" } }, "complies"],
      ["preferred", { rule: { objectOwnership: "BucketOwnerPreferred" } }, "violates"],
      ["unknown", { rule: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-access-lists",
    type: GCS_BUCKET,
    cases: [
      ["uniform", { uniformBucketLevelAccess: true }, "complies"],
      ["fine-grained", { uniformBucketLevelAccess: false }, "violates"],
      ["unknown", { uniformBucketLevelAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-private-network",
    type: ACCOUNT,
    cases: [
      ["off", { publicNetworkAccess: "Disabled" }, "complies"],
      ["perimeter", { publicNetworkAccess: "SecuredByPerimeter" }, "complies"],
      ["on", { publicNetworkAccess: "Enabled" }, "violates"],
      ["unknown", { publicNetworkAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-firewall-default-deny",
    type: ACCOUNT,
    cases: [
      ["deny", { networkRuleSet: { defaultAction: "Deny", bypass: "AzureServices" } }, "complies"],
      ["allow", { networkRuleSet: { defaultAction: "Allow" } }, "violates"],
      ["rules only", { networkRuleSet: { ipRules: [] } }, "violates"],
      ["unknown", { networkRuleSet: { defaultAction: unknown } }, "undecided"],
    ],
  },
  {
    control: "storage-tls-only",
    type: ACCOUNT,
    cases: [
      ["TLS 1.2", { minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: true }, "complies"],
      ["TLS 1.2, HTTPS by default", { minimumTlsVersion: "TLS1_2" }, "complies"],
      ["TLS 1.1", { minimumTlsVersion: "TLS1_1" }, "violates"],
      ["plain HTTP", { minimumTlsVersion: "TLS1_2", enableHttpsTrafficOnly: false }, "violates"],
      ["unknown", { minimumTlsVersion: unknown }, "undecided"],
    ],
  },
  ...onBothBuckets("storage-tls-only", (type) => [
    ["denied by name", [bucket(type), named("Policy", { policy: policy(ROLE, REFUSES_HTTP) })], "complies"],
    ["denied by reference", linked(bucket(type), named("Policy", { policy: policy(REFUSES_HTTP) })), "complies"],
    ["denied inline", [bucket(type, { policy: policy(REFUSES_HTTP) })], "complies"],
    ["an object", [bucket(type), named("Policy", { policy: { Statement: REFUSES_HTTP } })], "complies"],
    ["no policy", [bucket(type)], "violates"],
    ["no statement", [bucket(type), named("Policy", { policy: policy(ROLE) })], "violates"],
    [
      "another bucket's",
      [bucket(type), named("Policy", { bucket: "other", policy: policy(REFUSES_HTTP) })],
      "violates",
    ],
    [
      "reading only",
      [bucket(type), named("Policy", { policy: policy({ ...REFUSES_HTTP, Action: "s3:GetObject" }) })],
      "violates",
    ],
    [
      "not the objects",
      [bucket(type), named("Policy", { policy: policy({ ...REFUSES_HTTP, Resource: "arn:aws:s3:::data" }) })],
      "violates",
    ],
    [
      "one role only",
      [bucket(type), named("Policy", { policy: policy({ ...REFUSES_HTTP, Principal: ROLE.Principal }) })],
      "violates",
    ],
    [
      "everybody but one",
      [
        bucket(type),
        named("Policy", { policy: policy({ ...REFUSES_HTTP, Principal: undefined, NotPrincipal: { AWS: "1" } }) }),
      ],
      "violates",
    ],
    [
      "TLS is denied",
      [
        bucket(type),
        named("Policy", {
          policy: policy({ ...REFUSES_HTTP, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
        }),
      ],
      "violates",
    ],
    [
      "another condition",
      [
        bucket(type),
        named("Policy", {
          policy: policy({ ...REFUSES_HTTP, Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }),
        }),
      ],
      "violates",
    ],
    [
      "compared as text",
      [
        bucket(type),
        named("Policy", {
          policy: policy({ ...REFUSES_HTTP, Condition: { StringNotEquals: { "aws:SecureTransport": "false" } } }),
        }),
      ],
      "violates",
    ],
    [
      "only where something else holds too",
      [
        bucket(type),
        named("Policy", {
          policy: policy({
            ...REFUSES_HTTP,
            Condition: { ...REFUSES_HTTP.Condition, StringEquals: { "aws:SourceVpc": "vpc-1" } },
          }),
        }),
      ],
      "violates",
    ],
    [
      "it is allowed",
      [bucket(type), named("Policy", { policy: policy({ ...REFUSES_HTTP, Effect: "Allow" }) })],
      "violates",
    ],
    ["unknown", [bucket(type), named("Policy", { policy: unknown })], "undecided"],
    ["unknown statement", [bucket(type), named("Policy", { policy: { Statement: [ROLE, unknown] } })], "undecided"],
    ["no JSON", [bucket(type), named("Policy", { policy: "TLS" })], "violates"],
    [
      "unknown inline",
      [
        { ...bucket(type), propertyDependencies: { policy: [urnOf({ type: "aws:iam/role:Role" })] } },
        { type: "aws:iam/role:Role" },
      ],
      "undecided",
    ],
  ]),
  ...onBothBuckets("storage-cmk", (type) => [
    ["a key", [bucket(type), named(SSE, encryption("aws:kms", KEY))], "complies"],
    ["a key, twice encrypted", [bucket(type), named(SSE, encryption("aws:kms:dsse", KEY))], "complies"],
    ["a key, by reference", linked(bucket(type), named(SSE, encryption("aws:kms", unknown))), "complies"],
    ["a new key", [bucket(type), named(SSE, encryption("aws:kms", unknown))], "complies"],
    ["under its older name", [bucket(type), named(`${SSE}V2`, encryption("aws:kms", KEY))], "complies"],
    ["inline", [bucket(type, inlineEncryption(type, "aws:kms", KEY))], "complies"],
    ["inline with a new key", [bucket(type, inlineEncryption(type, "aws:kms", unknown))], "complies"],
    ["none", [bucket(type)], "violates"],
    ["inline without KMS", [bucket(type, inlineEncryption(type, "AES256"))], "violates"],
    ["SSE-S3", [bucket(type), named(SSE, encryption("AES256"))], "violates"],
    ["AWS's key", [bucket(type), named(SSE, encryption("aws:kms"))], "violates"],
    ["AWS's key by alias", [bucket(type), named(SSE, encryption("aws:kms", "alias/aws/s3"))], "violates"],
    ["algorithm left out", [bucket(type), named(SSE, encryption(undefined, KEY))], "violates"],
    ["no rules", [bucket(type), named(SSE, { rules: [] })], "violates"],
    ["another bucket's", [bucket(type), named(SSE, { bucket: "other", ...encryption("aws:kms", KEY) })], "violates"],
    ["unknown algorithm", [bucket(type), named(SSE, encryption(unknown, KEY))], "undecided"],
    ["unknown rules", [bucket(type), named(SSE, { rules: unknown })], "undecided"],
    ["receives access logs", [bucket(type), named(SSE, encryption("AES256")), LOGS_TO_DATA], "complies"],
    ["receives access logs, inline", [bucket(type), otherBucket(type, inlineLogging(type, "data"))], "complies"],
    ["receives access logs from another stack", [bucket(type)], "complies", { logTargets: ["data"] }],
    ["others receive them", [bucket(type)], "violates", { logTargets: ["other"] }],
    [
      "only another bucket has inline logging",
      [bucket(type), otherBucket(type, inlineLogging(type, "third"))],
      "violates",
    ],
  ]),
  {
    control: "storage-cmk",
    type: "aws:efs/fileSystem:FileSystem",
    cases: [
      ["a key", { encrypted: true, kmsKeyId: KEY }, "complies"],
      ["a new key", { encrypted: true, kmsKeyId: unknown }, "complies"],
      ["AWS's key", { encrypted: true }, "violates"],
      [
        "AWS's key by alias",
        { encrypted: true, kmsKeyId: "arn:aws:kms:eu-west-1:1:alias/aws/elasticfilesystem" },
        "violates",
      ],
      ["left out", { kmsKeyId: KEY }, "violates"],
      ["not encrypted", { encrypted: false, kmsKeyId: KEY }, "violates"],
      ["unknown", { encrypted: unknown, kmsKeyId: KEY }, "undecided"],
    ],
  },
  {
    control: "storage-cmk",
    type: "aws:fsx/lustreFileSystem:LustreFileSystem",
    cases: [
      ["a key", { deploymentType: "PERSISTENT_2", kmsKeyId: KEY }, "complies"],
      ["scratch", { deploymentType: "SCRATCH_2" }, "complies"],
      ["AWS's key", { deploymentType: "PERSISTENT_2" }, "violates"],
      ["unknown type with a key", { deploymentType: unknown, kmsKeyId: KEY }, "complies"],
      ["unknown type", { deploymentType: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-cmk",
    type: GCS_BUCKET,
    cases: [
      ["a key", { encryption: { defaultKmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" } }, "complies"],
      ["a new key", { encryption: { defaultKmsKeyName: unknown } }, "complies"],
      ["unknown encryption", { encryption: unknown }, "complies"],
      ["empty", { encryption: { defaultKmsKeyName: "" } }, "violates"],
    ],
  },
  {
    control: "storage-cmk",
    type: DATASET,
    cases: [
      ["a key", { defaultEncryptionConfiguration: { kmsKeyName: "k" } }, "complies"],
      ["empty", { defaultEncryptionConfiguration: {} }, "violates"],
    ],
  },
  {
    control: "storage-cmk",
    type: "gcp:filestore/instance:Instance",
    cases: [
      ["a key", { kmsKeyName: "k" }, "complies"],
      ["a new key", { kmsKeyName: unknown }, "complies"],
      ["empty", { kmsKeyName: "" }, "violates"],
    ],
  },
  {
    control: "storage-cmk",
    type: ACCOUNT,
    cases: [
      ["a key", ENCRYPTED_ACCOUNT, "complies"],
      [
        "Microsoft's key",
        { encryption: { ...ENCRYPTED_ACCOUNT.encryption, keySource: "Microsoft.Storage" } },
        "violates",
      ],
      [
        "source left out",
        { encryption: { keyVaultProperties: ENCRYPTED_ACCOUNT.encryption.keyVaultProperties } },
        "violates",
      ],
      ["no key", { encryption: { keySource: "Microsoft.Keyvault" } }, "violates"],
      ["unknown", { encryption: { ...ENCRYPTED_ACCOUNT.encryption, keySource: unknown } }, "undecided"],
    ],
  },
  ...["aws:ebs/volume:Volume", "aws:ebs/snapshotCopy:SnapshotCopy"].map(
    (type): ControlCases => ({
      control: "disk-cmk",
      type,
      cases: [
        ["a key", { encrypted: true, kmsKeyId: KEY }, "complies"],
        ["a new key", { encrypted: true, kmsKeyId: unknown }, "complies"],
        ["AWS's key", { encrypted: true }, "violates"],
        ["left out", { kmsKeyId: KEY }, "violates"],
        ["not encrypted", { encrypted: false, kmsKeyId: KEY }, "violates"],
        ["unknown", { encrypted: unknown, kmsKeyId: KEY }, "undecided"],
      ],
    }),
  ),
  ...["gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk"].map(
    (type): ControlCases => ({
      control: "disk-cmk",
      type,
      cases: [
        ["a key", { diskEncryptionKey: { kmsKeySelfLink: "k" } }, "complies"],
        ["a raw key", { diskEncryptionKey: { rawKey: "x" } }, "violates"],
      ],
    }),
  ),
  ...["azure-native:compute:Disk", "azure-native:compute:Snapshot"].flatMap((type): ControlCases[] => [
    {
      control: "disk-cmk",
      type,
      cases: [
        [
          "a key",
          { encryption: { type: "EncryptionAtRestWithCustomerKey", diskEncryptionSetId: unknown } },
          "complies",
        ],
        [
          "both keys",
          { encryption: { type: "EncryptionAtRestWithPlatformAndCustomerKeys", diskEncryptionSetId: "/d" } },
          "complies",
        ],
        [
          "Microsoft's key",
          { encryption: { type: "EncryptionAtRestWithPlatformKey", diskEncryptionSetId: "/d" } },
          "violates",
        ],
        ["kind left out", { encryption: { diskEncryptionSetId: "/d" } }, "violates"],
        ["no set", { encryption: { type: "EncryptionAtRestWithCustomerKey" } }, "violates"],
        ["unknown", { encryption: { type: unknown, diskEncryptionSetId: "/d" } }, "undecided"],
      ],
    },
    {
      control: "disk-no-public-export",
      type,
      cases: [
        ["closed", { publicNetworkAccess: "Disabled", networkAccessPolicy: "DenyAll" }, "complies"],
        ["private", { publicNetworkAccess: "Disabled", networkAccessPolicy: "AllowPrivate" }, "complies"],
        ["network left out", { networkAccessPolicy: "DenyAll" }, "violates"],
        ["policy left out", { publicNetworkAccess: "Disabled" }, "violates"],
        ["open", { publicNetworkAccess: "Disabled", networkAccessPolicy: "AllowAll" }, "violates"],
        ["public", { publicNetworkAccess: "Enabled", networkAccessPolicy: "DenyAll" }, "violates"],
        ["unknown", { publicNetworkAccess: unknown, networkAccessPolicy: "DenyAll" }, "undecided"],
      ],
    },
  ]),
  {
    control: "storage-double-encryption",
    type: ACCOUNT,
    cases: [
      ["on", { encryption: { requireInfrastructureEncryption: true } }, "complies"],
      ["off", { encryption: { requireInfrastructureEncryption: false } }, "violates"],
      ["unknown", { encryption: unknown }, "undecided"],
    ],
  },
  ...onBothBuckets("storage-versioning", (type) => [
    ["on", [bucket(type), named("Versioning", { versioningConfiguration: { status: "Enabled" } })], "complies"],
    [
      "on, by reference",
      linked(bucket(type), named("Versioning", { versioningConfiguration: { status: "Enabled" } })),
      "complies",
    ],
    ["on, inline", [bucket(type, inlineVersioning(type, true))], "complies"],
    ["none", [bucket(type)], "violates"],
    ["off, inline", [bucket(type, inlineVersioning(type, false))], "violates"],
    [
      "suspended",
      [bucket(type), named("Versioning", { versioningConfiguration: { status: "Suspended" } })],
      "violates",
    ],
    ["left out", [bucket(type), named("Versioning", { versioningConfiguration: {} })], "violates"],
    ["left out, inline", [bucket(type, type === BUCKET_V2 ? { versionings: [{}] } : { versioning: {} })], "violates"],
    [
      "suspended, or another companion turns it on",
      [
        bucket(type),
        named("Versioning", { versioningConfiguration: { status: "Suspended" } }),
        { ...named("Versioning", { bucket: unknown, versioningConfiguration: { status: "Enabled" } }), name: "second" },
      ],
      "undecided",
    ],
    ["unknown", [bucket(type), named("Versioning", { versioningConfiguration: { status: unknown } })], "undecided"],
  ]),
  {
    control: "storage-versioning",
    type: GCS_BUCKET,
    cases: [
      ["on", { versioning: { enabled: true } }, "complies"],
      ["off", { versioning: { enabled: false } }, "violates"],
      ["unknown", { versioning: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-versioning",
    type: ACCOUNT,
    stackCases: [
      ["on", [account(), ofAccount(BLOB_SERVICE, { isVersioningEnabled: true })], "complies"],
      [
        "on, by reference",
        [
          account({ accountName: unknown }),
          {
            ...ofAccount(BLOB_SERVICE, { accountName: unknown, isVersioningEnabled: true }),
            propertyDependencies: { accountName: [urnOf({ type: ACCOUNT })] },
          },
        ],
        "complies",
      ],
      ["files only", [account({ kind: "FileStorage" })], "complies"],
      ["none", [account()], "violates"],
      ["left out", [account(), ofAccount(BLOB_SERVICE, {})], "violates"],
      [
        "another account's",
        [account(), ofAccount(BLOB_SERVICE, { accountName: "other", isVersioningEnabled: true })],
        "violates",
      ],
      ["unknown", [account(), ofAccount(BLOB_SERVICE, { isVersioningEnabled: unknown })], "undecided"],
      ["kind left out", [account({ kind: undefined })], "violates"],
      ["unknown kind", [account({ kind: unknown })], "undecided"],
    ],
  },
  {
    control: "storage-soft-delete",
    type: GCS_BUCKET,
    cases: [
      ["7 days", { softDeletePolicy: { retentionDurationSeconds: 604800 } }, "complies"],
      ["off", { softDeletePolicy: { retentionDurationSeconds: 0 } }, "violates"],
      [
        "7 days are too few",
        { softDeletePolicy: { retentionDurationSeconds: 604800 } },
        "violates",
        { minimumDays: 30 },
      ],
      ["the default is too short", {}, "violates", { minimumDays: 30 }],
      ["unknown", { softDeletePolicy: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-soft-delete",
    type: BLOB_SERVICE,
    cases: [
      [
        "both",
        {
          deleteRetentionPolicy: { enabled: true, days: 7 },
          containerDeleteRetentionPolicy: { enabled: true, days: 30 },
        },
        "complies",
      ],
      ["blobs only", { deleteRetentionPolicy: { enabled: true, days: 7 } }, "violates"],
      [
        "too short",
        {
          deleteRetentionPolicy: { enabled: true, days: 1 },
          containerDeleteRetentionPolicy: { enabled: true, days: 7 },
        },
        "violates",
      ],
      [
        "off",
        {
          deleteRetentionPolicy: { enabled: false, days: 7 },
          containerDeleteRetentionPolicy: { enabled: true, days: 7 },
        },
        "violates",
      ],
      ["unknown", { deleteRetentionPolicy: unknown, containerDeleteRetentionPolicy: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-soft-delete",
    type: "azure-native:storage:FileServiceProperties",
    cases: [
      ["on", { shareDeleteRetentionPolicy: { enabled: true, days: 14 } }, "complies"],
      ["switch left out", { shareDeleteRetentionPolicy: { days: 14 } }, "violates"],
      ["days left out", { shareDeleteRetentionPolicy: { enabled: true } }, "violates"],
      ["off", { shareDeleteRetentionPolicy: { enabled: false } }, "violates"],
      ["unknown", { shareDeleteRetentionPolicy: { enabled: true, days: unknown } }, "undecided"],
    ],
  },
  ...onBothBuckets("storage-access-logs", (type) => [
    ["logged", [bucket(type), named("Logging", { targetBucket: "logs" })], "complies"],
    ["logged to a new bucket", [bucket(type), named("Logging", { targetBucket: unknown })], "complies"],
    ["logged, by reference", linked(bucket(type), named("Logging", { targetBucket: "logs" })), "complies"],
    ["logged, inline", [bucket(type, inlineLogging(type, "logs"))], "complies"],
    ["receives access logs", [bucket(type), LOGS_TO_DATA], "complies"],
    ["receives access logs from another stack", [bucket(type)], "complies", { logTargets: ["data"] }],
    ["none", [bucket(type)], "violates"],
    ["no target", [bucket(type), named("Logging", {})], "violates"],
    ["no target, inline", [bucket(type, inlineLogging(type, undefined))], "violates"],
    ["another bucket's", [bucket(type), named("Logging", { bucket: "other", targetBucket: "logs" })], "violates"],
  ]),
  {
    control: "storage-access-logs",
    type: GCS_BUCKET,
    stackCases: [
      ["logged", [{ type: GCS_BUCKET, properties: { logging: { logBucket: "logs" } } }], "complies"],
      [
        "receives access logs",
        [
          { type: GCS_BUCKET, properties: { name: "logs" } },
          { type: GCS_BUCKET, name: "data", properties: { name: "data", logging: { logBucket: "logs" } } },
        ],
        "complies",
      ],
      [
        "audited",
        [
          { type: GCS_BUCKET, properties: { name: "data" } },
          {
            type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            properties: {
              service: "storage.googleapis.com",
              auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }],
            },
          },
        ],
        "complies",
      ],
      [
        "only writing is audited",
        [
          { type: GCS_BUCKET, properties: { name: "data" } },
          {
            type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            properties: { service: "allServices", auditLogConfigs: [{ logType: "DATA_WRITE" }] },
          },
        ],
        "violates",
      ],
      ["no target", [{ type: GCS_BUCKET, properties: { logging: { logObjectPrefix: "data" } } }], "violates"],
      [
        "another service is audited",
        [
          { type: GCS_BUCKET, properties: { name: "data" } },
          {
            type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            properties: {
              service: "compute.googleapis.com",
              auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }],
            },
          },
        ],
        "violates",
      ],
      [
        "all of nothing is audited",
        [
          { type: GCS_BUCKET, properties: { name: "data" } },
          {
            type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            properties: { auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }] },
          },
        ],
        "violates",
      ],
      [
        "reading and administration are audited",
        [
          { type: GCS_BUCKET, properties: { name: "data" } },
          {
            type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
            properties: {
              service: "allServices",
              auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "ADMIN_READ" }],
            },
          },
        ],
        "violates",
      ],
      [
        "nobody knows whether it receives access logs",
        [
          { type: GCS_BUCKET, properties: { name: unknown } },
          { type: GCS_BUCKET, name: "data", properties: { name: "data", logging: { logBucket: "logs" } } },
        ],
        "undecided",
      ],
      ["none", [{ type: GCS_BUCKET, properties: { name: "data" } }], "violates"],
    ],
  },
  {
    control: "storage-access-logs",
    type: ACCOUNT,
    stackCases: [
      ["logged", [account({ name: "frauddata" }), diagnostics(BLOB_SERVICE_ID)], "complies"],
      ["logged, before it exists", [account(), diagnostics(unknown, account())], "complies"],
      ["files only", [account({ kind: "FileStorage" })], "complies"],
      ["none", [account()], "violates"],
      ["metrics only", [account(), diagnostics(BLOB_SERVICE_ID.replace("/blobServices/default", ""))], "violates"],
      ["another account's", [account(), diagnostics(BLOB_SERVICE_ID.replace("frauddata", "other"))], "violates"],
    ],
  },
  ...onBothBuckets("storage-lifecycle", (type) => [
    ["rules", [bucket(type), named("LifecycleConfiguration", { rules: [{ id: "old" }] })], "complies"],
    ["rules inline", [bucket(type, { lifecycleRules: [{ enabled: true }] })], "complies"],
    ["none", [bucket(type)], "violates"],
    ["no rules inline", [bucket(type, { lifecycleRules: [] })], "violates"],
    ["no rules", [bucket(type), named("LifecycleConfiguration", { rules: [] })], "violates"],
  ]),
  {
    control: "storage-lifecycle",
    type: GCS_BUCKET,
    cases: [
      ["rules", { lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 30 } }] }, "complies"],
      ["unknown rules", { lifecycleRules: unknown }, "complies"],
      ["no rules", { lifecycleRules: [] }, "violates"],
    ],
  },
  {
    control: "storage-lifecycle",
    type: ACCOUNT,
    stackCases: [
      ["rules", [account(), ofAccount("azure-native:storage:ManagementPolicy", { policy: { rules: [] } })], "complies"],
      ["files only", [account({ kind: "FileStorage" })], "complies"],
      ["none", [account()], "violates"],
    ],
  },
  ...["", "V2"].map(
    (version): ControlCases => ({
      control: "storage-retention-locked",
      type: `aws:s3/bucketObjectLockConfiguration${version}:BucketObjectLockConfiguration${version}`,
      cases: [
        ["locked", { rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } }, "complies"],
        ["can be lifted", { rule: { defaultRetention: { mode: "GOVERNANCE", days: 30 } } }, "violates"],
        ["unknown", { rule: { defaultRetention: { mode: unknown } } }, "undecided"],
      ],
    }),
  ),
  {
    control: "storage-retention-locked",
    type: GCS_BUCKET,
    cases: [
      ["locked", { retentionPolicy: { isLocked: true, retentionPeriod: "86400" } }, "complies"],
      ["can be lifted", { retentionPolicy: { retentionPeriod: "86400" } }, "violates"],
      ["unknown", { retentionPolicy: { isLocked: unknown, retentionPeriod: "86400" } }, "undecided"],
      ["unknown whether there is one", { retentionPolicy: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-retention-locked",
    type: ACCOUNT,
    cases: [
      ["locked", { immutableStorageWithVersioning: { immutabilityPolicy: { state: "Locked" } } }, "complies"],
      ["can be lifted", { immutableStorageWithVersioning: { immutabilityPolicy: { state: "Unlocked" } } }, "violates"],
      ["unknown", { immutableStorageWithVersioning: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-shared-keys",
    type: ACCOUNT,
    cases: [
      ["off", { allowSharedKeyAccess: false }, "complies"],
      ["on", { allowSharedKeyAccess: true }, "violates"],
      ["unknown", { allowSharedKeyAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-shared-keys",
    type: "gcp:storage/hmacKey:HmacKey",
    cases: [
      ["inactive", { state: "INACTIVE" }, "complies"],
      ["active", { state: "ACTIVE" }, "violates"],
      ["unknown", { state: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-local-users",
    type: ACCOUNT,
    cases: [
      ["off", { isLocalUserEnabled: false }, "complies"],
      ["on", { isLocalUserEnabled: true }, "violates"],
      ["SFTP", { isLocalUserEnabled: false, isSftpEnabled: true }, "violates"],
      ["unknown", { isLocalUserEnabled: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-sas-expiry",
    type: ACCOUNT,
    cases: [
      ["no shared keys", { allowSharedKeyAccess: false }, "complies"],
      ["limited", { sasPolicy: { sasExpirationPeriod: "1.00:00:00", expirationAction: "Block" } }, "complies"],
      ["action left out", { sasPolicy: { sasExpirationPeriod: "1.00:00:00" } }, "violates"],
      ["logged only", { sasPolicy: { sasExpirationPeriod: "1.00:00:00", expirationAction: "Log" } }, "violates"],
      ["unknown", { allowSharedKeyAccess: unknown }, "undecided"],
    ],
  },
  {
    control: "storage-no-foreign-copies",
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    cases: [
      ["the same account", { rules: [{ destination: { bucket: "arn:aws:s3:::copy" } }] }, "complies"],
      ["a foreign account", { rules: [{ destination: { account: "444455556666" } }] }, "violates"],
      [
        "an account that is listed",
        { rules: [{ destination: { account: "444455556666" } }] },
        "complies",
        { accounts: ["444455556666"] },
      ],
      ["unknown", { rules: [{ destination: unknown }] }, "undecided"],
    ],
  },
  {
    control: "storage-no-foreign-copies",
    type: ACCOUNT,
    cases: [
      ["inside the tenant", { allowedCopyScope: "AAD" }, "complies"],
      ["private links", { allowedCopyScope: "PrivateLink", allowCrossTenantReplication: false }, "complies"],
      ["replicated", { allowedCopyScope: "AAD", allowCrossTenantReplication: true }, "violates"],
      ["unknown", { allowedCopyScope: unknown }, "undecided"],
    ],
  },
  ...[
    [BUCKET, "forceDestroy"],
    [BUCKET_V2, "forceDestroy"],
    [GCS_BUCKET, "forceDestroy"],
    [DATASET, "deleteContentsOnDestroy"],
  ].map(
    ([type, property]): ControlCases => ({
      control: "storage-no-forced-deletion",
      type: type!,
      cases: [
        ["off", { [property!]: false }, "complies"],
        ["on", { [property!]: true }, "violates"],
        ["unknown", { [property!]: unknown }, "undecided"],
      ],
    }),
  ),
];
