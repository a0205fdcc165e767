/** Controls of stored data: buckets, storage accounts, datasets, file systems and disks. */
import { any, not, violatesIf } from "../checks/answers.ts";
import { type Companion, isGiven, mustHaveCompanion } from "../checks/companions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { grantTypes, mustNotBePublic, noPublicMember, PUBLIC_MEMBERS } from "../checks/public-members.ts";
import { refers } from "../checks/relations.ts";
import { mustNotLetEverybodyIn, mustRefusePlainHttp } from "../checks/resource-policies.ts";
import {
  BUCKET_POLICY,
  BUCKETS,
  mustEncryptWithKms,
  mustHaveLifecycle,
  mustHavePublicAccessBlock,
  mustKeepVersions,
  mustLogAccess,
  PUBLIC_ACCESS_BLOCK,
  policyMust,
  unlessLogTarget,
} from "../checks/s3-buckets.ts";
import type { Context, Control, StackResource, StackView, Topic } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  judge,
  mustBeAbsent,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotBeOneOf,
  mustNotEqual,
  unless,
  violation,
} from "../findings.ts";
import { elementPaths, type Reading, read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

const GCS_BUCKET = "gcp:storage/bucket:Bucket";
const DATASET = "gcp:bigquery/dataset:Dataset";
const STORAGE_ACCOUNT = "azure-native:storage:StorageAccount";
const BLOB_SERVICE = "azure-native:storage:BlobServiceProperties";
const FILE_SERVICE = "azure-native:storage:FileServiceProperties";
const AZURE_DISKS = ["azure-native:compute:Disk", "azure-native:compute:Snapshot"];
const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

const BLOCK_SWITCHES = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

/** Canned ACLs that grant something to everybody, or to everybody who has an AWS account. */
const PUBLIC_S3_ACLS = ["public-read", "public-read-write", "authenticated-read"];
const PUBLIC_S3_GROUPS = [
  "http://acs.amazonaws.com/groups/global/AllUsers",
  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
];
/** Canned ACLs of Cloud Storage of the same kind. */
const PUBLIC_GCS_ACLS = ["publicRead", "publicReadWrite", "authenticatedRead"];

const LOG_TARGETS = {
  logTargets: {
    description: "Names of buckets that receive access logs from buckets of other stacks.",
    type: "array" as const,
    default: [],
  },
};

const controls: Control[] = [
  {
    id: "storage-public-access-blocked",
    title: "Public access to storage is blocked, whatever policies and access lists say",
    severity: "critical",
    why: "A block outranks every grant, so one careless grant later on cannot publish training data or models.",
    remedy: "Switch on all four settings of the block, enforce public access prevention, forbid anonymous blob access.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "AC-6", "SC-7"],
      cis: ["AWS 5.0.0 2.1.4", "GCP 4.0.0 5.1", "Azure 4.0.0 10.3.9"],
      soc2: ["CC6.1"],
      pciDss: ["1.4.4"],
      mitreAtlas: ["AML.M0005"],
      securityHub: ["S3.1", "S3.8", "S3.19"],
      azurePolicy: ["4fa4b6c0"],
      googlePolicy: ["constraints/storage.publicAccessPrevention"],
      checkov: [
        "CKV_AWS_53",
        "CKV_AWS_54",
        "CKV_AWS_55",
        "CKV_AWS_56",
        "CKV_AWS_392",
        "CKV_GCP_114",
        "CKV_AZURE_34",
        "CKV_AZURE_190",
        "CKV2_AZURE_47",
      ],
    },
    checks: {
      aws: [
        {
          types: [PUBLIC_ACCESS_BLOCK, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"],
          whenAbsent: "violates",
          cloudDefault: "a block that leaves a switch out turns it off",
          evaluate: ({ props }) =>
            BLOCK_SWITCHES.flatMap((name) => mustEqual(props, name, true, { absent: "violates" })),
        },
        {
          types: ["aws:s3/accessPoint:AccessPoint"],
          whenAbsent: "complies",
          cloudDefault: "all four switches are on",
          evaluate: ({ props }) =>
            BLOCK_SWITCHES.flatMap((name) =>
              mustEqual(props, `publicAccessBlockConfiguration.${name}`, true, { absent: "complies" }),
            ),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "violates",
          cloudDefault: "inherited: public access is prevented only if an organization policy says so",
          evaluate: ({ props }) => mustEqual(props, "publicAccessPrevention", "enforced", { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "complies",
          cloudDefault: "anonymous access to blobs is forbidden",
          evaluate: ({ props }) => mustEqual(props, "allowBlobPublicAccess", false, { absent: "complies" }),
        },
        {
          types: ["azure-native:storage:BlobContainer"],
          whenAbsent: "complies",
          cloudDefault: "the container is private",
          evaluate: ({ props }) => mustEqual(props, "publicAccess", "None", { absent: "complies" }),
        },
      ],
    },
  },
  {
    id: "storage-public-access-block-declared",
    title: "Every bucket has its public access block in the program",
    severity: "medium",
    why: "S3 blocks public access to new buckets, but anybody with the right may lift that, and nothing puts it back.",
    remedy: "Add a BucketPublicAccessBlock with all four settings on for the bucket.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "CM-2", "SC-7"],
      cis: ["AWS 5.0.0 2.1.4"],
      pciDss: ["1.4.4"],
      securityHub: ["S3.8"],
      checkov: ["CKV2_AWS_6"],
    },
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires: "a BucketPublicAccessBlock for the bucket",
          evaluate: mustHavePublicAccessBlock,
        },
      ],
    },
  },
  {
    id: "storage-no-public-grants",
    title: "No policy, binding or access list lets everybody into stored data",
    severity: "critical",
    why: "Whoever finds the name of the bucket can then read the training data, or replace a model with another one.",
    remedy: "Name accounts, roles or groups; narrow a wildcard principal by organization, account or private endpoint.",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "AC-6", "SC-7"],
      cis: ["GCP 4.0.0 5.1", "GCP 4.0.0 7.1"],
      soc2: ["CC6.1"],
      mitreAtlas: ["AML.M0005"],
      securityHub: ["S3.2", "S3.3"],
      googlePolicy: ["constraints/storage.publicAccessPrevention"],
      checkov: [
        "CKV_AWS_20",
        "CKV_AWS_57",
        "CKV_AWS_70",
        "CKV_AWS_375",
        "CKV2_AWS_43",
        "CKV_GCP_15",
        "CKV_GCP_28",
        "CKV_GCP_100",
      ],
    },
    checks: {
      aws: [
        {
          types: [
            ...BUCKETS,
            BUCKET_POLICY,
            "aws:s3/accessPoint:AccessPoint",
            "aws:s3control/accessPointPolicy:AccessPointPolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
          ],
          whenAbsent: "complies",
          cloudDefault: "no resource policy",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "policy"),
        },
        {
          types: [
            ...BUCKETS,
            "aws:s3/bucketAcl:BucketAcl",
            "aws:s3/bucketAclV2:BucketAclV2",
            "aws:s3/bucketObject:BucketObject",
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "aws:s3/objectCopy:ObjectCopy",
          ],
          whenAbsent: "complies",
          cloudDefault: "private, and access lists are switched off",
          evaluate: ({ props }) => [
            ...mustNotBeOneOf(props, "acl", PUBLIC_S3_ACLS),
            ...each(props, "grants", (grant) => mustNotBeOneOf(props, `${grant}.uri`, PUBLIC_S3_GROUPS)),
            ...each(props, "accessControlPolicy.grants", (grant) =>
              mustNotBeOneOf(props, `${grant}.grantee.uri`, PUBLIC_S3_GROUPS),
            ),
          ],
        },
      ],
      gcp: [
        {
          types: [
            ...grantTypes("gcp:storage/bucketIAM"),
            ...grantTypes("gcp:storage/managedFolderIam"),
            ...grantTypes("gcp:bigquery/datasetIam"),
            ...grantTypes("gcp:bigquery/iam"),
          ],
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicMember(props),
        },
        {
          types: [
            "gcp:storage/bucketAccessControl:BucketAccessControl",
            "gcp:storage/defaultObjectAccessControl:DefaultObjectAccessControl",
            "gcp:storage/objectAccessControl:ObjectAccessControl",
          ],
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => mustNotBePublic(props, "entity"),
        },
        {
          types: [
            "gcp:storage/bucketACL:BucketACL",
            "gcp:storage/defaultObjectACL:DefaultObjectACL",
            "gcp:storage/objectACL:ObjectACL",
          ],
          whenAbsent: "complies",
          cloudDefault: "the project's owners, editors and viewers",
          evaluate: ({ props }) => [
            ...mustNotBeOneOf(props, "predefinedAcl", PUBLIC_GCS_ACLS),
            ...mustNotBeOneOf(props, "defaultAcl", PUBLIC_GCS_ACLS),
            ...each(props, "roleEntities", (path) => noPublicRoleEntity(props, path)),
          ],
        },
        {
          types: [DATASET],
          whenAbsent: "complies",
          cloudDefault: "the project's owners, editors and viewers",
          evaluate: ({ props }) => each(props, "accesses", (access) => noPublicDatasetAccess(props, `${access}.`)),
        },
        {
          types: ["gcp:bigquery/datasetAccess:DatasetAccess"],
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicDatasetAccess(props, ""),
        },
      ],
    },
  },
  {
    id: "storage-no-access-lists",
    title: "Access to buckets is granted by policies alone, not by access lists",
    severity: "medium",
    why: "Access lists grant rights per object, outside of IAM: no review sees them and no IAM condition holds them back.",
    remedy: "Set BucketOwnerEnforced on S3 and uniform bucket-level access on Cloud Storage.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html",
    frameworks: {
      nist80053: ["AC-3", "AC-6"],
      cis: ["GCP 4.0.0 5.2"],
      iso27001: ["A.8.3"],
      securityHub: ["S3.12"],
      googlePolicy: ["constraints/storage.uniformBucketLevelAccess"],
      checkov: ["CKV2_AWS_65", "CKV_GCP_29"],
    },
    checks: {
      aws: [
        {
          types: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
          whenAbsent: "violates",
          cloudDefault: "access lists are off for new buckets, but ownership controls must say what they want",
          evaluate: ({ props }) =>
            mustEqual(props, "rule.objectOwnership", "BucketOwnerEnforced", { absent: "violates" }),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "violates",
          cloudDefault: "access lists are on",
          evaluate: ({ props }) => mustEqual(props, "uniformBucketLevelAccess", true, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "storage-private-network",
    title: "Storage accounts take no traffic from public networks",
    severity: "high",
    why: "With the public endpoint open, a stolen token or signed URL works from anywhere on the internet.",
    remedy: "Set publicNetworkAccess to Disabled and reach the account through private endpoints.",
    url: "https://learn.microsoft.com/azure/storage/common/storage-private-endpoints",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      cis: ["Azure 4.0.0 10.3.2.2"],
      azurePolicy: ["b2982f36"],
      checkov: ["CKV_AZURE_59"],
    },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "Enabled",
          evaluate: ({ props }) =>
            mustBeOneOf(props, "publicNetworkAccess", ["Disabled", "SecuredByPerimeter"], { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "storage-firewall-default-deny",
    title: "The firewall of storage accounts denies what no rule allows",
    severity: "medium",
    why: "The firewall is what is left as soon as somebody opens the public endpoint for a quick test.",
    remedy: "Set networkRuleSet.defaultAction to Deny.",
    url: "https://learn.microsoft.com/azure/storage/common/storage-network-security",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      cis: ["Azure 4.0.0 10.3.2.3"],
      pciDss: ["1.4.4"],
      azurePolicy: ["34c877ad", "2a1a9cdf"],
      checkov: ["CKV_AZURE_35"],
    },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "Allow",
          evaluate: ({ props }) => mustEqual(props, "networkRuleSet.defaultAction", "Deny", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "storage-tls-only",
    title: "Storage refuses requests without current TLS",
    severity: "high",
    why: "Data, and the signatures of the requests for it, can be read by everybody on the way of a plain request.",
    remedy:
      "Deny requests without aws:SecureTransport in the bucket policy; require HTTPS and TLS 1.2 on storage accounts.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    frameworks: {
      nist80053: ["AC-17(2)", "SC-8", "SC-8(1)"],
      cis: ["AWS 5.0.0 2.1.1", "Azure 4.0.0 10.3.4", "Azure 4.0.0 10.3.7"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1", "CC6.6", "CC6.7"],
      pciDss: ["4.2.1"],
      securityHub: ["S3.5"],
      azurePolicy: ["404c3081", "fe83a0eb"],
      googlePolicy: ["constraints/storage.secureHttpTransport"],
      checkov: ["CKV_AWS_379", "CKV_AZURE_3", "CKV_AZURE_44"],
    },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "HTTPS only, but from TLS 1.0",
          evaluate: ({ props }) => [
            ...mustEqual(props, "enableHttpsTrafficOnly", true, { absent: "complies" }),
            ...mustBeOneOf(props, "minimumTlsVersion", ["TLS1_2", "TLS1_3"], { absent: "violates" }),
          ],
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires: "a bucket policy that denies every request without aws:SecureTransport",
          evaluate: (bucket, stack) =>
            policyMust(bucket, stack, "the bucket has no policy, so it answers plain HTTP", (props) =>
              mustRefusePlainHttp(props, "policy"),
            ),
        },
      ],
    },
  },
  {
    id: "storage-cmk",
    title: "Stored data is encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts the data, and withdraw access at once.",
    remedy:
      "Name the data class's key in the default encryption of the bucket, storage account, dataset or file system.",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28", "SC-28(1)"],
      cis: ["AWS 5.0.0 2.3.1", "GCP 4.0.0 7.3"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["S3.17", "EFS.1"],
      azurePolicy: ["6fac406b"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_19", "CKV_AWS_42", "CKV_AWS_145", "CKV_AWS_184", "CKV_GCP_81", "CKV2_AZURE_1"],
    },
    parameters: LOG_TARGETS,
    checks: {
      aws: [
        {
          types: ["aws:efs/fileSystem:FileSystem"],
          whenAbsent: "violates",
          cloudDefault: "not encrypted at all",
          evaluate: ({ props }) => [
            ...mustEqual(props, "encrypted", true, { absent: "violates" }),
            ...mustNameKmsKey(props, "kmsKeyId"),
          ],
        },
        {
          types: ["aws:fsx/lustreFileSystem:LustreFileSystem"],
          whenAbsent: "complies",
          cloudDefault: "a scratch file system, which takes no key; a persistent one gets a key that AWS manages",
          evaluate: ({ props }) =>
            unless(
              mustBeOneOf(props, "deploymentType", ["SCRATCH_1", "SCRATCH_2"], { absent: "complies" }),
              mustNameKmsKey(props, "kmsKeyId"),
            ),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "encryption.defaultKmsKeyName"),
        },
        {
          types: [DATASET],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "defaultEncryptionConfiguration.kmsKeyName"),
        },
        {
          types: ["gcp:filestore/instance:Instance"],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "kmsKeyName"),
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "a key that Microsoft manages",
          evaluate: ({ props }) => [
            ...mustEqual(props, "encryption.keySource", "Microsoft.Keyvault", { absent: "violates" }),
            ...mustBeSet(props, "encryption.keyVaultProperties.keyName"),
            ...mustBeSet(props, "encryption.keyVaultProperties.keyVaultUri"),
          ],
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires:
            "default encryption with a KMS key, except for buckets that receive access logs: they support SSE-S3 only",
          evaluate: (bucket, stack, context) =>
            unlessLogTarget(bucket, stack, context.list("logTargets"), mustEncryptWithKms(bucket, stack)),
        },
      ],
    },
  },
  {
    id: "disk-cmk",
    title: "Disks and their snapshots are encrypted with a customer-managed key",
    severity: "high",
    why: "Disks hold working copies of the data, and outlive the machines that they were made for.",
    remedy: "Encrypt the disk with the workspace's key, on Azure through a disk encryption set.",
    frameworks: {
      nist80053: ["SC-12", "SC-28"],
      cis: ["AWS 5.0.0 5.1.1"],
      iso27001: ["A.8.24"],
      mitreAtlas: ["AML.M0012"],
      azurePolicy: ["702dd420"],
      checkov: ["CKV_AWS_3", "CKV_AWS_189", "CKV_AWS_183", "CKV_GCP_37", "CKV_AZURE_93"],
    },
    checks: {
      aws: [
        {
          types: ["aws:ebs/volume:Volume", "aws:ebs/snapshotCopy:SnapshotCopy"],
          whenAbsent: "violates",
          cloudDefault: "not encrypted, unless the account says otherwise",
          evaluate: ({ props }) => [
            ...mustEqual(props, "encrypted", true, { absent: "violates" }),
            ...mustNameKmsKey(props, "kmsKeyId"),
          ],
        },
      ],
      gcp: [
        {
          types: ["gcp:compute/disk:Disk", "gcp:compute/regionDisk:RegionDisk"],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "diskEncryptionKey.kmsKeySelfLink"),
        },
      ],
      azure: [
        {
          types: AZURE_DISKS,
          whenAbsent: "violates",
          cloudDefault: "a key that Microsoft manages",
          evaluate: ({ props }) => [
            ...mustBeOneOf(
              props,
              "encryption.type",
              ["EncryptionAtRestWithCustomerKey", "EncryptionAtRestWithPlatformAndCustomerKeys"],
              { absent: "violates" },
            ),
            ...mustBeSet(props, "encryption.diskEncryptionSetId"),
          ],
        },
      ],
    },
  },
  {
    id: "disk-no-public-export",
    title: "Disks and snapshots cannot be exported over public networks",
    severity: "medium",
    why: "One signed URL copies the whole disk to anywhere, past every network control of the machine that used it.",
    remedy: "Set publicNetworkAccess to Disabled and networkAccessPolicy to DenyAll or AllowPrivate.",
    url: "https://learn.microsoft.com/azure/virtual-machines/disks-enable-private-links-for-import-export-portal",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      pciDss: ["1.4.4"],
      azurePolicy: ["8405fdab"],
      checkov: ["CKV_AZURE_251"],
    },
    checks: {
      azure: [
        {
          types: AZURE_DISKS,
          whenAbsent: "violates",
          cloudDefault: "export is open to public networks",
          evaluate: ({ props }) => [
            ...mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
            ...mustBeOneOf(props, "networkAccessPolicy", ["DenyAll", "AllowPrivate"], { absent: "violates" }),
          ],
        },
      ],
    },
  },
  {
    id: "storage-double-encryption",
    title: "Storage accounts encrypt a second time in the infrastructure",
    severity: "low",
    why: "A second layer with another algorithm and key protects the data if one of the two should fail.",
    remedy: "Set encryption.requireInfrastructureEncryption when the account is created; it cannot be changed later.",
    url: "https://learn.microsoft.com/azure/storage/common/infrastructure-encryption-enable",
    frameworks: { nist80053: ["SC-28", "SC-28(1)"], azurePolicy: ["4733ea7b"] },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "one layer",
          evaluate: ({ props }) =>
            mustEqual(props, "encryption.requireInfrastructureEncryption", true, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "storage-versioning",
    title: "Overwritten and deleted objects are kept as versions",
    severity: "medium",
    why: "Without versions a poisoned or deleted training set cannot be undone, nor a model traced to its exact data.",
    remedy: "Enable versioning on the bucket, or on the storage account's blob service.",
    frameworks: {
      nist80053: ["CP-9", "CP-10", "SI-12"],
      cis: ["Azure 4.0.0 10.2.2"],
      iso27001: ["A.8.13"],
      securityHub: ["S3.14"],
      azurePolicy: ["c36a325b"],
      checkov: ["CKV_AWS_21", "CKV_GCP_78"],
    },
    checks: {
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "violates",
          cloudDefault: "no versions",
          evaluate: ({ props }) => mustEqual(props, "versioning.enabled", true, { absent: "violates" }),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires: "a BucketVersioning that is enabled, or versioning set on the bucket",
          evaluate: mustKeepVersions,
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          requires: "BlobServiceProperties with versioning, where the account holds blobs",
          evaluate: (account, stack) =>
            whereBlobsAre(
              account,
              blobServiceMust(account, stack, ({ props }) =>
                mustEqual(props, "isVersioningEnabled", true, { absent: "violates" }),
              ),
            ),
        },
      ],
    },
  },
  {
    id: "storage-soft-delete",
    title: "Deleted data can be restored for some days",
    severity: "medium",
    why: "A deleted container or bucket takes its versions with it; soft delete is what brings them back.",
    remedy: "Keep soft delete on for objects and containers, for at least the configured number of days.",
    frameworks: {
      nist80053: ["CP-9", "CP-10"],
      cis: ["Azure 4.0.0 10.1.1", "Azure 4.0.0 10.2.1", "Azure 4.0.0 10.3.6"],
      iso27001: ["A.8.13"],
      googlePolicy: ["constraints/storage.softDeletePolicySeconds"],
      checkov: ["CKV2_AZURE_38"],
    },
    parameters: {
      minimumDays: {
        description: "Shortest time in which deleted data can be restored, in days.",
        type: "integer",
        default: 7,
        minimum: 1,
        maximum: 90,
      },
    },
    checks: {
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "complies",
          cloudDefault: "7 days",
          evaluate: ({ props }, context) => {
            const days = context.number("minimumDays");
            return mustBeBetween(
              props,
              "softDeletePolicy.retentionDurationSeconds",
              { min: days * 86_400 },
              { absent: days <= 7 ? "complies" : "violates" },
            );
          },
        },
      ],
      azure: [
        {
          types: [BLOB_SERVICE],
          whenAbsent: "violates",
          cloudDefault: "deleted data is gone at once",
          evaluate: ({ props }, context) => [
            ...mustKeepDeleted(props, "deleteRetentionPolicy", context),
            ...mustKeepDeleted(props, "containerDeleteRetentionPolicy", context),
          ],
        },
        {
          types: [FILE_SERVICE],
          whenAbsent: "violates",
          cloudDefault: "off when the service's properties are set without it",
          evaluate: ({ props }, context) => mustKeepDeleted(props, "shareDeleteRetentionPolicy", context),
        },
      ],
    },
  },
  {
    id: "storage-access-logs",
    title: "Every request to stored data is logged",
    severity: "medium",
    why: "Without these logs nobody can say after an incident which data was read, by whom, or whether it was changed.",
    remedy: "Send access logs to a log bucket; on Azure send the blob service's logs to Log Analytics.",
    frameworks: {
      nist80053: ["AU-2", "AU-3", "AU-12"],
      iso27001: ["A.8.15"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      securityHub: ["S3.9"],
      checkov: ["CKV_AWS_18", "CKV_GCP_62", "CKV2_AZURE_21"],
    },
    parameters: LOG_TARGETS,
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires: "a BucketLogging, except for buckets that receive access logs",
          evaluate: (bucket, stack, context) =>
            unlessLogTarget(bucket, stack, context.list("logTargets"), mustLogAccess(bucket, stack)),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          requires: "a log bucket, or audit logs of data access for Cloud Storage in the same stack",
          evaluate: logsGoogleBucket,
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          requires: "a DiagnosticSetting on the blob service, where the account holds blobs",
          evaluate: (account, stack) => whereBlobsAre(account, logsBlobService(account, stack)),
        },
      ],
    },
  },
  {
    id: "storage-lifecycle",
    title: "Stored data has rules for the end of its life",
    severity: "low",
    why: "Old versions and temporary files otherwise pile up for ever: more to pay for, and more to lose.",
    remedy: "Add lifecycle rules that delete old versions and unfinished uploads.",
    frameworks: {
      nist80053: ["SI-12"],
      iso27001: ["A.8.10"],
      pciDss: ["3.2.1"],
      securityHub: ["S3.10", "S3.13"],
      checkov: ["CKV2_AWS_61"],
    },
    checks: {
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "violates",
          cloudDefault: "objects stay for ever",
          evaluate: ({ props }) => mustBeSet(props, "lifecycleRules", "list"),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: BUCKETS,
          requires: "a BucketLifecycleConfiguration with rules",
          evaluate: mustHaveLifecycle,
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          requires: "a ManagementPolicy, where the account holds blobs",
          evaluate: (account, stack) =>
            whereBlobsAre(
              account,
              mustHaveCompanion(
                account,
                stack,
                ofAccount("azure-native:storage:ManagementPolicy"),
                "the storage account has no ManagementPolicy",
              ),
            ),
        },
      ],
    },
  },
  {
    id: "storage-retention-locked",
    title: "Retention that is asked for cannot be lifted again",
    severity: "medium",
    why: "A retention that an administrator can shorten does not stop an attacker with that administrator's rights.",
    remedy: "Use COMPLIANCE mode on S3, lock the retention policy on Cloud Storage, set the state to Locked on Azure.",
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    frameworks: {
      nist80053: ["AU-11", "CP-9"],
      iso27001: ["A.5.33"],
      pciDss: ["10.5.1"],
      securityHub: ["S3.15"],
      checkov: ["CKV2_GCP_4"],
    },
    checks: {
      aws: [
        {
          types: [
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
          ],
          whenAbsent: "complies",
          cloudDefault: "no retention by default",
          evaluate: ({ props }) => mustEqual(props, "rule.defaultRetention.mode", "COMPLIANCE", { absent: "complies" }),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "complies",
          cloudDefault: "no retention policy",
          evaluate: ({ props }) =>
            unless(
              mustBeAbsent(props, "retentionPolicy"),
              mustEqual(props, "retentionPolicy.isLocked", true, { absent: "violates" }),
            ),
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "complies",
          cloudDefault: "no immutability policy",
          evaluate: ({ props }) =>
            mustEqual(props, "immutableStorageWithVersioning.immutabilityPolicy.state", "Locked", {
              absent: "complies",
            }),
        },
      ],
    },
  },
  {
    id: "storage-no-shared-keys",
    title: "Storage takes no account keys, and nobody has long-lived keys to it",
    severity: "high",
    why: "A shared key opens everything, belongs to nobody, never expires, and passes by roles, conditions and audit.",
    remedy:
      "Set allowSharedKeyAccess to false, use identities instead of HMAC keys, and give no rights to local users.",
    url: "https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent",
    frameworks: {
      nist80053: ["AC-2", "IA-2"],
      cis: ["Azure 4.0.0 10.3.1.3"],
      soc2: ["CC6.1"],
      azurePolicy: ["8c6a50c6"],
      googlePolicy: ["constraints/storage.restrictAuthTypes"],
      checkov: ["CKV2_AZURE_40"],
    },
    checks: {
      gcp: [
        {
          types: ["gcp:storage/hmacKey:HmacKey"],
          whenAbsent: "violates",
          cloudDefault: "the key is active",
          evaluate: ({ props }) => mustEqual(props, "state", "INACTIVE", { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "shared keys are accepted",
          evaluate: ({ props }) => mustEqual(props, "allowSharedKeyAccess", false, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "storage-no-local-users",
    title: "Storage accounts have no local users and no SFTP",
    severity: "medium",
    why: "Local users sign in with a password or SSH key that the directory does not know, and over SFTP only.",
    remedy: "Set isLocalUserEnabled and isSftpEnabled to false.",
    url: "https://learn.microsoft.com/azure/storage/blobs/secure-file-transfer-protocol-support",
    frameworks: { nist80053: ["AC-2", "IA-2"], iso27001: ["A.8.5"], checkov: ["CKV_AZURE_244"] },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "local users are allowed, SFTP is off",
          evaluate: ({ props }) => [
            ...mustEqual(props, "isLocalUserEnabled", false, { absent: "violates" }),
            ...mustEqual(props, "isSftpEnabled", false, { absent: "complies" }),
          ],
        },
      ],
    },
  },
  {
    id: "storage-sas-expiry",
    title: "Shared access signatures expire soon",
    severity: "medium",
    why: "Whoever holds a signed URL has the access that it grants until it expires, wherever the URL ends up.",
    remedy: "Switch off shared keys, or set sasPolicy so that longer signatures are blocked.",
    url: "https://learn.microsoft.com/azure/storage/common/sas-expiration-policy",
    frameworks: { nist80053: ["AC-3"], azurePolicy: ["bc1b984e"], checkov: ["CKV2_AZURE_41"] },
    checks: {
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "no limit",
          evaluate: ({ props }) =>
            anyOf(mustEqual(props, "allowSharedKeyAccess", false, { absent: "violates" }), [
              ...mustBeSet(props, "sasPolicy.sasExpirationPeriod"),
              ...mustEqual(props, "sasPolicy.expirationAction", "Block", { absent: "violates" }),
            ]),
        },
      ],
    },
  },
  {
    id: "storage-no-foreign-copies",
    title: "Stored data is not copied to other organizations",
    severity: "medium",
    why: "Replication and server-side copies move whole data sets out, past the network controls, with one setting.",
    remedy: "Replicate to your own accounts only, forbid cross-tenant replication and limit the scope of copies.",
    frameworks: {
      nist80053: ["AC-4"],
      cis: ["Azure 4.0.0 10.3.8"],
      iso27001: ["A.8.12"],
      mitreAtlas: ["AML.M0005"],
      azurePolicy: ["92a89a79"],
    },
    parameters: {
      accounts: {
        description: "AWS accounts that buckets may be replicated to, besides the account of the bucket itself.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [
        {
          types: [REPLICATION],
          whenAbsent: "complies",
          cloudDefault: "the owner of the destination bucket owns the replicas; who that is cannot be seen here",
          evaluate: ({ props }, context) =>
            each(props, "rules", (rule) =>
              replicaStays(props, `${rule}.destination.account`, context.list("accounts")),
            ),
        },
      ],
      azure: [
        {
          types: [STORAGE_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "no replication to other tenants, but copies from and to any account",
          evaluate: ({ props }) => [
            ...mustEqual(props, "allowCrossTenantReplication", false, { absent: "complies" }),
            ...mustBeOneOf(props, "allowedCopyScope", ["AAD", "PrivateLink"], { absent: "violates" }),
          ],
        },
      ],
    },
  },
  {
    id: "storage-no-forced-deletion",
    title: "Stored data is not deleted together with its stack",
    severity: "medium",
    why: "One `pulumi destroy`, or a replacement that nobody noticed in a preview, would delete all of the data.",
    remedy: "Leave forceDestroy and deleteContentsOnDestroy off where there is data to lose.",
    frameworks: { nist80053: ["CP-9", "SI-12"], iso27001: ["A.8.13"] },
    checks: {
      aws: [
        {
          types: BUCKETS,
          whenAbsent: "complies",
          cloudDefault: "a bucket that holds objects cannot be deleted",
          evaluate: ({ props }) => mustNotEqual(props, "forceDestroy", true),
        },
      ],
      gcp: [
        {
          types: [GCS_BUCKET],
          whenAbsent: "complies",
          cloudDefault: "a bucket that holds objects cannot be deleted",
          evaluate: ({ props }) => mustNotEqual(props, "forceDestroy", true),
        },
        {
          types: [DATASET],
          whenAbsent: "complies",
          cloudDefault: "a dataset that holds tables cannot be deleted",
          evaluate: ({ props }) => mustNotEqual(props, "deleteContentsOnDestroy", true),
        },
      ],
    },
  },
];

function noPublicRoleEntity(props: object, path: string): Finding[] {
  const reading = read(props, path);
  // As for members: the names of everybody are fixed, and those of identities may not be known yet.
  if (reading.state === "unknown") return [];
  return judge(reading, "", { absent: "complies" }, (value, at) => {
    const entity = textOf(value).split(":").slice(1).join(":");
    return PUBLIC_MEMBERS.includes(entity) ? [violation(`${at} grants a role to ${entity}`)] : [];
  });
}

function noPublicDatasetAccess(props: object, prefix: string): Finding[] {
  return [...mustNotBePublic(props, `${prefix}iamMember`), ...mustNotBePublic(props, `${prefix}specialGroup`)];
}

function mustKeepDeleted(props: object, policy: string, context: Context): Finding[] {
  return [
    ...mustEqual(props, `${policy}.enabled`, true, { absent: "violates" }),
    ...mustBeBetween(props, `${policy}.days`, { min: context.number("minimumDays") }, { absent: "violates" }),
  ];
}

function replicaStays(props: object, path: string, accounts: string[]): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (account, at) =>
    accounts.includes(textOf(account)) ? [] : [violation(`${at} is not one of the accounts that data may go to`)],
  );
}

function ofAccount(type: string): Companion {
  return { types: [type], path: "accountName", keys: ["name", "accountName"] };
}

function blobServiceMust(
  account: StackResource,
  stack: StackView,
  rule: (companion: StackResource) => Finding[],
): Finding[] {
  return mustHaveCompanion(
    account,
    stack,
    ofAccount(BLOB_SERVICE),
    "the storage account has no BlobServiceProperties",
    rule,
  );
}

/** Accounts of kind FileStorage hold file shares only. */
function whereBlobsAre(account: StackResource, findings: Finding[]): Finding[] {
  return unless(mustEqual(account.props, "kind", "FileStorage", { absent: "violates" }), findings);
}

/** A diagnostic setting on the blob service of the account; on the account itself it would record metrics only. */
function logsBlobService(account: StackResource, stack: StackView): Finding[] {
  const settings = stack.ofType("azure-native:monitor:DiagnosticSetting", "azure-native:insights:DiagnosticSetting");
  const names = ["name", "accountName"].map((key) => read(account.props, key));
  const logs = settings.some((setting) => {
    const target = read(setting.props, "resourceUri");
    if (target.state === "unknown") return madeFrom(setting, "resourceUri").includes(account);
    return names.some((name) => name.state === "known" && isBlobServiceOf(textOf(name.value), target));
  });
  return logs ? [] : [violation("the blob service has no DiagnosticSetting")];
}

function isBlobServiceOf(account: string, target: Reading): boolean {
  const uri = textOf(target.state === "known" ? target.value : "").toLowerCase();
  return uri.includes(`/storageaccounts/${account.toLowerCase()}/blobservices/`);
}

function logsGoogleBucket(bucket: StackResource, stack: StackView): Finding[] {
  const own = isGiven(bucket, "logging") ? mustBeSet(bucket.props, "logging.logBucket") : undefined;
  const audited = stack.ofType("gcp:projects/iAMAuditConfig:IAMAuditConfig").some(({ props }) => auditsStorage(props));
  if (own?.length === 0 || audited) return [];
  const sources = stack.ofType(GCS_BUCKET).filter((other) => isGiven(other, "logging"));
  const receives = any(...sources.map((source) => refers(source, "logging.logBucket", bucket, ["name", "id"])));
  return violatesIf(not(receives), "the bucket has no logging.logBucket, and the stack audits no access to data");
}

function auditsStorage(props: object): boolean {
  const services = ["allServices", "storage.googleapis.com"];
  if (mustBeOneOf(props, "service", services, { absent: "violates" }).length > 0) return false;
  const configs = elementPaths(props, "auditLogConfigs");
  const kinds = Array.isArray(configs) ? configs.map((config) => read(props, `${config}.logType`)) : [];
  return ["DATA_READ", "DATA_WRITE"].every((wanted) =>
    kinds.some((kind) => kind.state === "known" && kind.value === wanted),
  );
}

/** Storage. */
export const storage: Topic = { title: "Storage", controls };
