import { grantTypes } from "../../../policy-pack/checks/public-members.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { unknown } from "../server.ts";

const KMS_KEY = "aws:kms/key:Key";
const KMS_KEYS = [
  KMS_KEY,
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kms/externalKey:ExternalKey",
  "aws:kms/replicaExternalKey:ReplicaExternalKey",
];
const KMS_POLICIES = [...KMS_KEYS, "aws:kms/keyPolicy:KeyPolicy"];
const CRYPTO_KEY = "gcp:kms/cryptoKey:CryptoKey";
const CRYPTO_KEY_GRANTS = ["gcp:kms/cryptoKeyIAM", "gcp:kms/keyRingIAM"].flatMap(grantTypes);
const VAULT = "azure-native:keyvault:Vault";
const MANAGED_HSM = "azure-native:keyvault:ManagedHsm";
const VAULT_KEY = "azure-native:keyvault:Key";
const SECRET = "aws:secretsmanager/secret:Secret";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";

function policy(...statements: unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const ACCOUNT = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111122223333:root" },
  Action: "kms:*",
  Resource: "*",
};
const USER = {
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::111122223333:role/user" },
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: "*",
};
const EVERYBODY = { ...USER, Principal: { AWS: "*" } };

const PUBLIC_POLICIES: ResourceCase[] = [
  ["the account and a role", { policy: policy(ACCOUNT, USER) }, "complies"],
  ["everybody", { policy: policy(ACCOUNT, EVERYBODY) }, "violates"],
  [
    "everybody of the account",
    { policy: policy({ ...EVERYBODY, Condition: { StringEquals: { "kms:CallerAccount": "111122223333" } } }) },
    "complies",
  ],
  [
    "everybody through a service",
    {
      policy: policy({ ...EVERYBODY, Condition: { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } } }),
    },
    "violates",
  ],
  ["everybody is denied", { policy: policy({ ...EVERYBODY, Effect: "Deny" }) }, "complies"],
  ["no JSON", { policy: "{" }, "violates"],
  ["unknown", { policy: unknown }, "undecided"],
];

const GRANTS: ResourceCase[] = [
  ["a service account", { member: "serviceAccount:nb@p.iam.gserviceaccount.com" }, "complies"],
  ["everybody", { member: "allUsers" }, "violates"],
  ["any Google account", { members: ["allAuthenticatedUsers"] }, "violates"],
  ["a public policy", { policyData: '{"bindings":[{"role":"r","members":["allUsers"]}]}' }, "violates"],
  ["a new service account", { member: unknown }, "complies"],
  ["unknown", { policyData: unknown }, "undecided"],
];

function rotation(...lifetimeActions: unknown[]): Record<string, unknown> {
  return { properties: { rotationPolicy: { lifetimeActions } } };
}

const ROTATES = { action: { type: "rotate" }, trigger: { timeAfterCreate: "P90D" } };

function beforeExpiry(expiryTime: unknown, timeBeforeExpiry: unknown): Record<string, unknown> {
  const lifetimeActions = [{ action: { type: "rotate" }, trigger: { timeBeforeExpiry } }];
  return { properties: { rotationPolicy: { attributes: { expiryTime }, lifetimeActions } } };
}

/** A property of vaults and managed HSMs, with what complies and what does not. */
function onVaults(control: string, property: string, good: unknown, bad: unknown): ControlCases[] {
  const [first, ...rest] = property.split(".") as [string, ...string[]];
  const nest = (value: unknown) => rest.reduceRight((inner: unknown, key) => ({ [key]: inner }), value);
  return [VAULT, MANAGED_HSM].map((type) => ({
    control,
    type,
    cases: [
      ["set", { properties: { [first]: nest(good) } }, "complies"],
      ["the contrary", { properties: { [first]: nest(bad) } }, "violates"],
      ["left out", { properties: {} }, "violates"],
      ["unknown", { properties: { [first]: nest(unknown) } }, "undecided"],
      ["all unknown", { properties: unknown }, "undecided"],
    ],
  }));
}

export const cases: ControlCases[] = [
  {
    control: "key-rotation",
    type: KMS_KEY,
    cases: [
      ["yearly by default", { enableKeyRotation: true }, "complies"],
      ["every 90 days", { enableKeyRotation: true, rotationPeriodInDays: 90 }, "complies"],
      ["every 730 days", { enableKeyRotation: true, rotationPeriodInDays: 730 }, "violates"],
      ["yearly where 90 days are asked for", { enableKeyRotation: true }, "violates", { maximumDays: 90 }],
      ["off", { enableKeyRotation: false }, "violates"],
      ["a key pair for signatures", { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "ECC_NIST_P256" }, "complies"],
      ["a key for MACs", { keyUsage: "GENERATE_VERIFY_MAC", customerMasterKeySpec: "HMAC_256" }, "complies"],
      ["a key pair for encryption", { customerMasterKeySpec: "RSA_4096" }, "complies"],
      ["in a key store of one's own", { customKeyStoreId: "cks-1" }, "complies"],
      ["a symmetric key", { customerMasterKeySpec: "SYMMETRIC_DEFAULT", keyUsage: "ENCRYPT_DECRYPT" }, "violates"],
      ["unknown kind", { customerMasterKeySpec: unknown }, "undecided"],
      ["unknown", { enableKeyRotation: unknown }, "undecided"],
    ],
  },
  {
    control: "key-rotation",
    type: CRYPTO_KEY,
    cases: [
      ["every 90 days", { rotationPeriod: "7776000s" }, "complies"],
      ["every 400 days", { rotationPeriod: "34560000s" }, "violates"],
      ["every 90 days where 30 are asked for", { rotationPeriod: "7776000s" }, "violates", { maximumDays: 30 }],
      ["no duration", { rotationPeriod: "yearly" }, "violates"],
      ["a key pair", { purpose: "ASYMMETRIC_SIGN" }, "complies"],
      ["imported", { importOnly: true }, "complies"],
      ["symmetric", { purpose: "ENCRYPT_DECRYPT" }, "violates"],
      ["unknown purpose", { purpose: unknown }, "undecided"],
      ["unknown purpose, rotated", { purpose: unknown, rotationPeriod: "7776000s" }, "complies"],
      ["unknown", { rotationPeriod: unknown }, "undecided"],
    ],
  },
  {
    control: "key-rotation",
    type: VAULT_KEY,
    cases: [
      ["every 90 days", rotation(ROTATES), "complies"],
      ["every year", rotation({ ...ROTATES, trigger: { timeAfterCreate: "P1Y" } }), "complies"],
      ["every 18 months", rotation({ ...ROTATES, trigger: { timeAfterCreate: "P18M" } }), "violates"],
      ["every 3 months where 30 days are asked for", rotation(ROTATES), "violates", { maximumDays: 30 }],
      ["notifies and rotates", rotation({ action: { type: "notify" } }, ROTATES), "complies"],
      ["only notifies", rotation({ ...ROTATES, action: { type: "notify" } }), "violates"],
      ["no action", rotation({ trigger: ROTATES.trigger }), "violates"],
      ["no trigger", rotation({ action: { type: "rotate" } }), "violates"],
      ["30 days before it expires", beforeExpiry("P13M", "P30D"), "complies"],
      ["30 days before it expires, too late", beforeExpiry("P2Y", "P30D"), "violates"],
      ["before it expires, but it never does", beforeExpiry(undefined, "P30D"), "violates"],
      ["no duration", rotation({ ...ROTATES, trigger: { timeAfterCreate: "90 days" } }), "violates"],
      ["no actions", rotation(), "violates"],
      ["unknown", { properties: { rotationPolicy: unknown } }, "undecided"],
      ["unknown time", rotation({ ...ROTATES, trigger: { timeAfterCreate: unknown } }), "undecided"],
    ],
  },
  ...KMS_KEYS.map(
    (type): ControlCases => ({
      control: "key-deletion-window",
      type,
      cases: [
        ["30 days", { deletionWindowInDays: 30 }, "complies"],
        ["7 days", { deletionWindowInDays: 7 }, "violates"],
        ["7 days are enough", { deletionWindowInDays: 7 }, "complies", { minimumDays: 7 }],
        ["unknown", { deletionWindowInDays: unknown }, "undecided"],
      ],
    }),
  ),
  {
    control: "key-deletion-window",
    type: CRYPTO_KEY,
    cases: [
      ["30 days", { destroyScheduledDuration: "2592000s" }, "complies"],
      ["a day", { destroyScheduledDuration: "86400s" }, "violates"],
      ["no duration", { destroyScheduledDuration: "soon" }, "violates"],
      ["unknown", { destroyScheduledDuration: unknown }, "undecided"],
    ],
  },
  ...[VAULT, MANAGED_HSM].map(
    (type): ControlCases => ({
      control: "key-deletion-window",
      type,
      cases: [
        ["90 days", { properties: { softDeleteRetentionInDays: 90 } }, "complies"],
        ["7 days", { properties: { softDeleteRetentionInDays: 7 } }, "violates"],
        ["unknown", { properties: { softDeleteRetentionInDays: unknown } }, "undecided"],
      ],
    }),
  ),
  ...KMS_POLICIES.flatMap((type): ControlCases[] => [
    { control: "key-no-public-access", type, cases: PUBLIC_POLICIES },
    {
      control: "key-duties-separated",
      type,
      cases: [
        ["the account and a role", { policy: policy(ACCOUNT, USER) }, "complies"],
        [
          "the account by its number",
          { policy: policy({ ...ACCOUNT, Principal: { AWS: "111122223333" } }) },
          "complies",
        ],
        ["a role", { policy: policy({ ...USER, Action: "kms:*" }) }, "violates"],
        [
          "a role among accounts",
          { policy: policy({ ...ACCOUNT, Principal: { AWS: ["1", USER.Principal.AWS] } }) },
          "violates",
        ],
        ["every action of AWS", { policy: policy({ ...USER, Action: ["*"] }) }, "violates"],
        ["a role is denied", { policy: policy({ ...USER, Effect: "Deny", Action: "kms:*" }) }, "complies"],
        ["unknown", { policy: unknown }, "undecided"],
      ],
    },
    {
      control: "key-policy-lockout-check",
      type,
      cases: [
        ["made", { bypassPolicyLockoutSafetyCheck: false }, "complies"],
        ["left out", { bypassPolicyLockoutSafetyCheck: true }, "violates"],
        ["unknown", { bypassPolicyLockoutSafetyCheck: unknown }, "undecided"],
      ],
    },
  ]),
  ...CRYPTO_KEY_GRANTS.flatMap((type): ControlCases[] => [
    { control: "key-no-public-access", type, cases: GRANTS },
    {
      control: "key-duties-separated",
      type,
      cases: [
        ["use", { role: "roles/cloudkms.cryptoKeyEncrypterDecrypter" }, "complies"],
        ["owner", { role: "roles/owner" }, "violates"],
        ["a policy", { policyData: '{"bindings":[{"role":"roles/cloudkms.viewer","members":[]}]}' }, "complies"],
        ["a policy with editors", { policyData: '{"bindings":[{"role":"roles/editor","members":[]}]}' }, "violates"],
        ["no JSON", { policyData: "roles" }, "violates"],
        ["a role of the stack", { role: unknown }, "complies"],
        ["unknown", { policyData: unknown }, "undecided"],
      ],
    },
  ]),
  {
    control: "key-duties-separated",
    type: VAULT,
    cases: [
      [
        "use",
        { properties: { accessPolicies: [{ permissions: { keys: ["get", "wrapKey", "unwrapKey"] } }] } },
        "complies",
      ],
      ["all", { properties: { accessPolicies: [{ permissions: { keys: ["all"] } }] } }, "violates"],
      [
        "purging secrets",
        { properties: { accessPolicies: [{ permissions: { secrets: ["get", "Purge"] } }] } },
        "violates",
      ],
      ["unknown", { properties: { accessPolicies: unknown } }, "undecided"],
    ],
  },
  {
    control: "key-hsm",
    type: CRYPTO_KEY,
    cases: [
      ["software where it is not asked for", { versionTemplate: { protectionLevel: "SOFTWARE" } }, "complies"],
      ["hardware", { versionTemplate: { protectionLevel: "HSM" } }, "complies", { required: true }],
      ["software", { versionTemplate: { protectionLevel: "SOFTWARE" } }, "violates", { required: true }],
      ["left out", {}, "violates", { required: true }],
      ["unknown", { versionTemplate: unknown }, "undecided", { required: true }],
    ],
  },
  {
    control: "key-hsm",
    type: VAULT_KEY,
    cases: [
      ["software where it is not asked for", { properties: { kty: "RSA" } }, "complies"],
      ["hardware", { properties: { kty: "RSA-HSM" } }, "complies", { required: true }],
      ["software", { properties: { kty: "RSA" } }, "violates", { required: true }],
      ["left out", { properties: {} }, "violates", { required: true }],
      ["unknown", { properties: { kty: unknown } }, "undecided", { required: true }],
    ],
  },
  ...onVaults("key-vault-purge-protection", "enablePurgeProtection", true, false),
  {
    control: "key-vault-purge-protection",
    type: VAULT,
    cases: [["no soft delete", { properties: { enablePurgeProtection: true, enableSoftDelete: false } }, "violates"]],
  },
  ...onVaults("key-vault-rbac", "enableRbacAuthorization", true, false).filter(({ type }) => type === VAULT),
  ...onVaults("key-vault-private-network", "publicNetworkAccess", "disabled", "enabled"),
  {
    control: "key-vault-private-network",
    type: VAULT,
    cases: [
      [
        "a firewall that admits nobody",
        { properties: { networkAcls: { defaultAction: "Deny", ipRules: [] } } },
        "complies",
      ],
      ["an open firewall", { properties: { networkAcls: { defaultAction: "Allow" } } }, "violates"],
      [
        "an address in the firewall",
        { properties: { networkAcls: { defaultAction: "Deny", ipRules: [{ value: "203.0.113.7" }] } } },
        "violates",
      ],
      [
        "a network in the firewall",
        { properties: { networkAcls: { defaultAction: "Deny", virtualNetworkRules: [{ id: "subnet" }] } } },
        "violates",
      ],
      ["unknown addresses", { properties: { networkAcls: { defaultAction: "Deny", ipRules: unknown } } }, "undecided"],
    ],
  },
  ...onVaults("key-vault-firewall-default-deny", "networkAcls.defaultAction", "Deny", "Allow"),
  {
    control: "secret-cmk",
    type: SECRET,
    cases: [
      ["a key", { kmsKeyId: KEY }, "complies"],
      ["a new key", { kmsKeyId: unknown }, "complies"],
      ["AWS's key", { kmsKeyId: "alias/aws/secretsmanager" }, "violates"],
    ],
  },
  {
    control: "secret-cmk",
    type: "gcp:secretmanager/secret:Secret",
    cases: [
      ["a key", { replication: { auto: { customerManagedEncryption: { kmsKeyName: "k" } } } }, "complies"],
      ["a new key", { replication: { auto: { customerManagedEncryption: { kmsKeyName: unknown } } } }, "complies"],
      ["Google's key", { replication: { auto: {} } }, "violates"],
      [
        "a key in each region",
        {
          replication: {
            userManaged: {
              replicas: [{ location: "europe-west4", customerManagedEncryption: { kmsKeyName: "k" } }],
            },
          },
        },
        "complies",
      ],
      [
        "a key in one region of two",
        {
          replication: {
            userManaged: {
              replicas: [
                { location: "europe-west4", customerManagedEncryption: { kmsKeyName: "k" } },
                { location: "europe-west1" },
              ],
            },
          },
        },
        "violates",
      ],
      ["unknown", { replication: unknown }, "undecided"],
    ],
  },
  {
    control: "secret-cmk",
    type: "gcp:secretmanager/regionalSecret:RegionalSecret",
    cases: [
      ["a key", { customerManagedEncryption: { kmsKeyName: "k" } }, "complies"],
      ["a new key", { customerManagedEncryption: { kmsKeyName: unknown } }, "complies"],
      ["empty", { customerManagedEncryption: {} }, "violates"],
    ],
  },
  ...[SECRET, "aws:secretsmanager/secretPolicy:SecretPolicy"].map(
    (type): ControlCases => ({ control: "secret-no-public-access", type, cases: PUBLIC_POLICIES }),
  ),
  ...["gcp:secretmanager/secretIam", "gcp:secretmanager/regionalSecretIam"]
    .flatMap(grantTypes)
    .map((type): ControlCases => ({ control: "secret-no-public-access", type, cases: GRANTS })),
];
