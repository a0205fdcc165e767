/** Controls of encryption keys and of what keeps them: KMS, Cloud KMS, Key Vault, and the secret stores. */

import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { daysOf, mustLast } from "../checks/days.ts";
import { grantTypes, noPublicMember } from "../checks/public-members.ts";
import { mustNotAllowEverything, mustNotLetEverybodyIn } from "../checks/resource-policies.ts";
import type { Control, Topic } from "../control.ts";
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
  same,
  unless,
  violation,
} from "../findings.ts";
import { elementPaths, read, readJson } from "../read.ts";

const KMS_KEY = "aws:kms/key:Key";
/** Keys that carry a key policy, and the policy by itself. */
const KMS_POLICIES = [
  KMS_KEY,
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
  "aws:kms/keyPolicy:KeyPolicy",
];
const KMS_KEYS = KMS_POLICIES.filter((type) => !type.endsWith("KeyPolicy"));
const CRYPTO_KEY = "gcp:kms/cryptoKey:CryptoKey";
const CRYPTO_KEY_GRANTS = [...grantTypes("gcp:kms/cryptoKeyIAM"), ...grantTypes("gcp:kms/keyRingIAM")];
const VAULT = "azure-native:keyvault:Vault";
const MANAGED_HSM = "azure-native:keyvault:ManagedHsm";
const VAULT_KEY = "azure-native:keyvault:Key";
const SECRET = "aws:secretsmanager/secret:Secret";
const GOOGLE_SECRET = "gcp:secretmanager/secret:Secret";
const REGIONAL_SECRET = "gcp:secretmanager/regionalSecret:RegionalSecret";

/** The days that AWS rotates after when a key does not say. */
const KMS_ROTATION_DAYS = 365;
/** The days in which each of the clouds lets a deletion be taken back, unless told otherwise. */
const KMS_DELETION_DAYS = 30;
const CLOUD_KMS_DELETION_DAYS = 30;
const VAULT_DELETION_DAYS = 90;

/** Key pairs for encryption; those for signatures are told apart by their usage. */
const ASYMMETRIC_ENCRYPTION = ["RSA_2048", "RSA_3072", "RSA_4096", "SM2"];
const PURPOSES_WITHOUT_ROTATION = [
  "ASYMMETRIC_DECRYPT",
  "ASYMMETRIC_SIGN",
  "KEY_ENCAPSULATION",
  "MAC",
  "RAW_ENCRYPT_DECRYPT",
];

/** Roles that hold for everything; on a key they mean the right to use it and the right to give it away. */
const BASIC_ROLES = ["roles/owner", "roles/editor", "roles/viewer"];

const controls: Control[] = [
  {
    id: "key-rotation",
    title: "Keys rotate by themselves",
    severity: "medium",
    why: "Rotation limits how much data one leaked key opens, and keeps rotation from being a project of its own.",
    remedy: "Enable rotation with a period of at most the configured number of days.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    frameworks: {
      nist80053: ["SC-12", "SC-12(2)", "SC-28(3)"],
      cis: ["AWS 5.0.0 3.6", "GCP 4.0.0 1.10", "Azure 4.0.0 9.3.9"],
      iso27001: ["A.8.24"],
      pciDss: ["3.7.4"],
      securityHub: ["KMS.4"],
      azurePolicy: ["d8cf8476"],
      checkov: ["CKV_AWS_7", "CKV_GCP_43"],
    },
    parameters: {
      maximumDays: {
        description: "Longest time between two rotations, in days. CIS asks for 90 on Google Cloud.",
        type: "integer",
        default: 365,
        minimum: 28,
        maximum: 2560,
      },
    },
    checks: {
      aws: [
        {
          types: [KMS_KEY],
          whenAbsent: "violates",
          cloudDefault: "no rotation",
          evaluate: ({ props }, context) =>
            onlySymmetricKmsKeys(props, [
              ...mustEqual(props, "enableKeyRotation", true, { absent: "violates" }),
              ...mustBeBetween(
                props,
                "rotationPeriodInDays",
                { max: context.number("maximumDays") },
                { absent: context.number("maximumDays") < KMS_ROTATION_DAYS ? "violates" : "complies" },
              ),
            ]),
        },
      ],
      gcp: [
        {
          types: [CRYPTO_KEY],
          whenAbsent: "violates",
          cloudDefault: "no rotation",
          evaluate: ({ props }, context) =>
            onlyRotatingCryptoKeys(
              props,
              mustLast(props, "rotationPeriod", { max: context.number("maximumDays") }, { absent: "violates" }),
            ),
        },
      ],
      azure: [
        {
          types: [VAULT_KEY],
          whenAbsent: "violates",
          cloudDefault: "no rotation",
          evaluate: ({ props }, context) => vaultKeyRotates(props, context.number("maximumDays")),
        },
      ],
    },
  },
  {
    id: "key-deletion-window",
    title: "The deletion of a key can be taken back for weeks",
    severity: "medium",
    why: "Deleting a key deletes everything that it encrypts; ransom and mistakes both need time to be noticed.",
    remedy: "Leave the waiting period at the cloud's default or make it longer.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
    frameworks: {
      nist80053: ["SC-12", "SC-12(2)"],
      iso27001: ["A.8.24"],
      securityHub: ["KMS.3"],
      googlePolicy: ["constraints/cloudkms.minimumDestroyScheduledDuration"],
    },
    parameters: {
      minimumDays: {
        description: "Shortest time in which a deletion can be taken back, in days.",
        type: "integer",
        default: 30,
        minimum: 7,
        maximum: 30,
      },
    },
    checks: {
      aws: [
        {
          types: KMS_KEYS,
          whenAbsent: "complies",
          cloudDefault: `${KMS_DELETION_DAYS} days`,
          evaluate: ({ props }, context) =>
            mustBeBetween(
              props,
              "deletionWindowInDays",
              { min: context.number("minimumDays") },
              { absent: "complies" },
            ),
        },
      ],
      gcp: [
        {
          types: [CRYPTO_KEY],
          whenAbsent: "complies",
          cloudDefault: `${CLOUD_KMS_DELETION_DAYS} days`,
          evaluate: ({ props }, context) =>
            mustLast(props, "destroyScheduledDuration", { min: context.number("minimumDays") }, { absent: "complies" }),
        },
      ],
      azure: [
        {
          types: [VAULT, MANAGED_HSM],
          whenAbsent: "complies",
          cloudDefault: `${VAULT_DELETION_DAYS} days`,
          evaluate: ({ props }, context) =>
            mustBeBetween(
              props,
              "properties.softDeleteRetentionInDays",
              { min: context.number("minimumDays") },
              { absent: "complies" },
            ),
        },
      ],
    },
  },
  {
    id: "key-no-public-access",
    title: "No policy or binding lets everybody use a key",
    severity: "critical",
    why: "A key that everybody may use protects nothing: the encrypted copy and the key are then both public.",
    remedy: "Name the accounts, roles and service accounts that may use the key.",
    frameworks: {
      nist80053: ["AC-3", "AC-6", "SC-12"],
      cis: ["GCP 4.0.0 1.9"],
      iso27001: ["A.8.24"],
      mitreAtlas: ["AML.M0005"],
      securityHub: ["KMS.5"],
      checkov: ["CKV_AWS_33", "CKV_GCP_112", "CKV2_GCP_6", "CKV2_GCP_8"],
    },
    checks: {
      aws: [
        {
          types: KMS_POLICIES,
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "policy"),
        },
      ],
      gcp: [
        {
          types: CRYPTO_KEY_GRANTS,
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicMember(props),
        },
      ],
    },
  },
  {
    id: "key-duties-separated",
    title: "Nobody may both administer a key and use it",
    severity: "medium",
    why: "Whoever can change a key's policy and decrypt with it can read everything and leave no one to stop them.",
    remedy: "Grant the actions or the role that each principal needs, not kms:*, a basic role or all permissions.",
    frameworks: {
      nist80053: ["AC-5", "AC-6"],
      cis: ["GCP 4.0.0 1.11"],
      iso27001: ["A.8.24"],
    },
    checks: {
      aws: [
        {
          types: KMS_POLICIES,
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props }) => mustNotAllowEverything(props, "policy", "kms"),
        },
      ],
      gcp: [
        {
          types: CRYPTO_KEY_GRANTS,
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => [...mustNotBeBasic(props, "role"), ...noBasicBinding(props)],
        },
      ],
      azure: [
        {
          types: [VAULT],
          whenAbsent: "complies",
          cloudDefault: "nobody has access",
          evaluate: ({ props }) =>
            each(props, "properties.accessPolicies", (policy) =>
              ["keys", "secrets", "certificates"].flatMap((kind) =>
                each(props, `${policy}.permissions.${kind}`, (permission) =>
                  mustNotBeOneOf(props, permission, ["all", "purge"]),
                ),
              ),
            ),
        },
      ],
    },
  },
  {
    id: "key-policy-lockout-check",
    title: "AWS checks that a key policy locks nobody out",
    severity: "medium",
    why: "A policy that nobody may change any more leaves the key, and the data, to AWS support.",
    remedy: "Leave bypassPolicyLockoutSafetyCheck off.",
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    frameworks: { nist80053: ["SC-12"], iso27001: ["A.8.24"] },
    checks: {
      aws: [
        {
          types: KMS_POLICIES,
          whenAbsent: "complies",
          cloudDefault: "the check is made",
          evaluate: ({ props }) => mustNotEqual(props, "bypassPolicyLockoutSafetyCheck", true),
        },
      ],
    },
  },
  {
    id: "key-hsm",
    title: "Keys live in hardware security modules where the classification of the data demands it",
    severity: "medium",
    why: "A key in hardware cannot be copied out, not even by the cloud's staff. KMS keys on AWS always live in one.",
    remedy: "Use protection level HSM on Google Cloud, and RSA-HSM or EC-HSM keys on Azure.",
    frameworks: {
      nist80053: ["SC-12"],
      cis: ["Azure 4.0.0 9.3.10"],
      azurePolicy: ["587c79fe"],
      googlePolicy: ["constraints/cloudkms.allowedProtectionLevels"],
      checkov: ["CKV_AZURE_112"],
    },
    parameters: {
      required: {
        description: "Whether every key must live in a hardware security module.",
        type: "boolean",
        default: false,
      },
    },
    checks: {
      gcp: [
        {
          types: [CRYPTO_KEY],
          whenAbsent: "complies",
          cloudDefault: "software; breaks the control where it is required",
          evaluate: ({ props }, context) =>
            context.flag("required")
              ? mustBeOneOf(props, "versionTemplate.protectionLevel", ["HSM", "HSM_SINGLE_TENANT"], {
                  absent: "violates",
                })
              : [],
        },
      ],
      azure: [
        {
          types: [VAULT_KEY],
          whenAbsent: "complies",
          cloudDefault: "software; breaks the control where it is required",
          evaluate: ({ props }, context) =>
            context.flag("required")
              ? mustBeOneOf(props, "properties.kty", ["RSA-HSM", "EC-HSM"], { absent: "violates" })
              : [],
        },
      ],
    },
  },
  {
    id: "key-vault-purge-protection",
    title: "Key vaults are protected from purging",
    severity: "high",
    why: "Without it an attacker, or a script, deletes the vault and its keys for good: all that they encrypt is lost.",
    remedy: "Set enablePurgeProtection to true and leave soft delete on.",
    url: "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    frameworks: {
      nist80053: ["CP-9", "SC-12"],
      cis: ["Azure 4.0.0 9.3.5"],
      azurePolicy: ["0b60c0b2", "1e66c121", "c39ba22d"],
      checkov: ["CKV_AZURE_42", "CKV_AZURE_110", "CKV_AZURE_111"],
    },
    checks: {
      azure: [
        {
          types: [VAULT, MANAGED_HSM],
          whenAbsent: "violates",
          cloudDefault: "soft delete is on, purge protection is off",
          evaluate: ({ props }) => [
            ...mustEqual(props, "properties.enablePurgeProtection", true, { absent: "violates" }),
            ...mustEqual(props, "properties.enableSoftDelete", true, { absent: "complies" }),
          ],
        },
      ],
    },
  },
  {
    id: "key-vault-rbac",
    title: "Access to key vaults is granted by roles",
    severity: "high",
    why: "Whoever may write the vault's own access policies, as every Contributor may, can grant themselves every key.",
    remedy: "Set enableRbacAuthorization to true and assign roles on the vault.",
    url: "https://learn.microsoft.com/azure/key-vault/general/rbac-guide",
    frameworks: {
      nist80053: ["AC-3", "AC-6"],
      cis: ["Azure 4.0.0 9.3.6"],
      iso27001: ["A.5.15", "A.5.18", "A.8.3"],
      soc2: ["CC6.2", "CC6.3"],
      pciDss: ["7.2.4", "7.2.5.1"],
      azurePolicy: ["12d4fa5e"],
    },
    checks: {
      azure: [
        {
          types: [VAULT],
          whenAbsent: "violates",
          cloudDefault: "access policies, in the API versions that set no other default",
          evaluate: ({ props }) => mustEqual(props, "properties.enableRbacAuthorization", true, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "key-vault-private-network",
    title: "Key vaults take no traffic from public networks",
    severity: "high",
    why: "With the public endpoint open, a stolen token unwraps keys and reads secrets from anywhere.",
    remedy:
      "Set publicNetworkAccess to Disabled and reach the vault through a private endpoint. For a service that does not support that, such as Azure ML's service-side encryption, set networkAcls.defaultAction to Deny and list no address and no network.",
    url: "https://learn.microsoft.com/azure/key-vault/general/private-link-service",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      cis: ["Azure 4.0.0 9.3.7"],
      pciDss: ["1.4.4"],
      azurePolicy: ["405c5871", "19ea9d63"],
      checkov: ["CKV_AZURE_189"],
    },
    checks: {
      azure: [
        {
          types: [VAULT, MANAGED_HSM],
          whenAbsent: "violates",
          cloudDefault: "Enabled",
          evaluate: ({ props }) =>
            anyOf(
              mustEqual(props, "properties.publicNetworkAccess", "Disabled", { absent: "violates" }),
              firewallAdmitsNobody(props),
            ),
        },
      ],
    },
  },
  {
    id: "key-vault-firewall-default-deny",
    title: "The firewall of key vaults denies what no rule allows",
    severity: "medium",
    why: "The firewall is what is left as soon as somebody opens the public endpoint for a quick test.",
    remedy: "Set networkAcls.defaultAction to Deny.",
    url: "https://learn.microsoft.com/azure/key-vault/general/network-security",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      pciDss: ["1.4.4"],
      azurePolicy: ["55615ac9"],
      checkov: ["CKV_AZURE_109"],
    },
    checks: {
      azure: [
        {
          types: [VAULT, MANAGED_HSM],
          whenAbsent: "violates",
          cloudDefault: "Allow",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.networkAcls.defaultAction", "Deny", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "secret-cmk",
    title: "Secrets are encrypted with a customer-managed key",
    severity: "medium",
    why: "Reading the secret then takes a second permission, on the key, which can be withdrawn at once.",
    remedy: "Name the workspace's key on the secret, in every region that it is replicated to.",
    frameworks: {
      nist80053: ["SC-12", "SC-28"],
      iso27001: ["A.8.24"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_149"],
    },
    checks: {
      aws: [
        {
          types: [SECRET],
          whenAbsent: "violates",
          cloudDefault: "a key that AWS manages",
          evaluate: ({ props }) => [
            ...mustNameKmsKey(props, "kmsKeyId"),
            ...each(props, "replicas", (replica) => mustNameKmsKey(props, `${replica}.kmsKeyId`)),
          ],
        },
        {
          // The database makes the secret with its administrator's password.
          types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
          whenAbsent: "complies",
          cloudDefault: "no secret; one that is asked for gets a key that AWS manages",
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "manageMasterUserPassword",
              (managed) => same(managed, true),
              mustNameKmsKey(props, "masterUserSecretKmsKeyId"),
            ),
        },
      ],
      gcp: [
        {
          types: [GOOGLE_SECRET],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => googleSecretNamesKeys(props),
        },
        {
          types: [REGIONAL_SECRET],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "customerManagedEncryption.kmsKeyName"),
        },
      ],
    },
  },
  {
    id: "secret-no-public-access",
    title: "No policy or binding lets everybody read a secret",
    severity: "critical",
    why: "A published password or token opens whatever it belongs to, from anywhere.",
    remedy: "Name the roles and service accounts that may read the secret.",
    frameworks: { nist80053: ["AC-3", "AC-6", "IA-5"], iso27001: ["A.8.3"] },
    checks: {
      aws: [
        {
          types: [SECRET, "aws:secretsmanager/secretPolicy:SecretPolicy"],
          whenAbsent: "complies",
          cloudDefault: "no resource policy",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "policy"),
        },
      ],
      gcp: [
        {
          types: [...grantTypes("gcp:secretmanager/secretIam"), ...grantTypes("gcp:secretmanager/regionalSecretIam")],
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicMember(props),
        },
      ],
    },
  },
];

/** KMS rotates symmetric encryption keys that it made itself, and no others. */
function onlySymmetricKmsKeys(props: object, findings: Finding[]): Finding[] {
  const exceptions = [
    mustBeSet(props, "customKeyStoreId"),
    mustBeOneOf(props, "keyUsage", ["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"], { absent: "violates" }),
    mustBeOneOf(props, "customerMasterKeySpec", ASYMMETRIC_ENCRYPTION, { absent: "violates" }),
  ];
  return exceptions.reduce((left, exception) => unless(exception, left), findings);
}

/** Cloud KMS rotates keys for symmetric encryption, unless their material is imported. */
function onlyRotatingCryptoKeys(props: object, findings: Finding[]): Finding[] {
  const otherPurpose = mustBeOneOf(props, "purpose", PURPOSES_WITHOUT_ROTATION, { absent: "violates" });
  return unless(otherPurpose, unless(mustEqual(props, "importOnly", true, { absent: "violates" }), findings));
}

/** The rotation policy must have an action that rotates in time, counted from creation or back from expiry. */
function vaultKeyRotates(props: object, maximumDays: number): Finding[] {
  const actions = elementPaths(props, "properties.rotationPolicy.lifetimeActions");
  if (!Array.isArray(actions)) return each(props, "properties.rotationPolicy.lifetimeActions", () => []);
  if (actions.length === 0) return [violation("properties.rotationPolicy has no lifetimeActions that rotate the key")];
  const alternatives = actions.map((action) => [
    ...mustEqual(props, `${action}.action.type`, "rotate", { absent: "violates" }),
    ...anyOf(
      mustLast(props, `${action}.trigger.timeAfterCreate`, { max: maximumDays }, { absent: "violates" }),
      rotatesBeforeExpiry(props, `${action}.trigger.timeBeforeExpiry`, maximumDays),
    ),
  ]);
  return anyOf(...alternatives);
}

function rotatesBeforeExpiry(props: object, path: string, maximumDays: number): Finding[] {
  const expiry = "properties.rotationPolicy.attributes.expiryTime";
  return judge(read(props, path), "set it, or timeAfterCreate", { absent: "violates" }, (before, at) => {
    const days = daysOf(before);
    if (days === undefined) return [violation(`${at} is not a duration`)];
    return mustLast(props, expiry, { max: maximumDays + days }, { absent: "violates" });
  });
}

/** Either kind of replication: one key for all regions, or one for each replica. */
/** The public endpoint stays on, but its firewall lets only trusted services in, as it does when the endpoint is off. */
function firewallAdmitsNobody(props: object): Finding[] {
  return [
    ...mustEqual(props, "properties.networkAcls.defaultAction", "Deny", { absent: "violates" }),
    ...mustBeAbsent(props, "properties.networkAcls.ipRules"),
    ...mustBeAbsent(props, "properties.networkAcls.virtualNetworkRules"),
  ];
}

function googleSecretNamesKeys(props: object): Finding[] {
  const replicas = elementPaths(props, "replication.userManaged.replicas");
  if (!Array.isArray(replicas)) return each(props, "replication.userManaged.replicas", () => []);
  if (replicas.length === 0) return mustBeSet(props, "replication.auto.customerManagedEncryption.kmsKeyName");
  return replicas.flatMap((replica) => mustBeSet(props, `${replica}.customerManagedEncryption.kmsKeyName`));
}

/** A role that is not known yet is one that the stack defines itself. */
function mustNotBeBasic(props: object, path: string): Finding[] {
  return read(props, path).state === "unknown" ? [] : mustNotBeOneOf(props, path, BASIC_ROLES);
}

function noBasicBinding(props: object): Finding[] {
  return judge(readJson(props, "policyData"), "", { absent: "complies" }, (policy) => {
    if (typeof policy !== "object" || policy === null) return [violation("policyData is not an IAM policy")];
    return each(policy, "bindings", (binding) => mustNotBeBasic(policy, `${binding}.role`));
  });
}

/** Keys and secrets. */
export const keys: Topic = { title: "Keys and secrets", controls };
