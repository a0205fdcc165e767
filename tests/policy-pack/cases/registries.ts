import { grantTypes } from "../../../policy-pack/checks/public-members.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const ECR = "aws:ecr/repository:Repository";
const LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const ARTIFACT_REGISTRY = "gcp:artifactregistry/repository:Repository";
const ACR = "azure-native:containerregistry:Registry";
const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";

const PULLS = { Effect: "Allow", Action: ["ecr:BatchGetImage"] };

function policies(property: string): ResourceCase[] {
  const policy = (principal: unknown, extra = {}) => ({
    [property]: JSON.stringify({ Statement: [{ ...PULLS, Principal: principal, ...extra }] }),
  });
  return [
    ["an account", policy({ AWS: "111122223333" }), "complies"],
    ["everybody", policy("*"), "violates"],
    [
      "the organization",
      policy("*", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } } }),
      "complies",
    ],
    ["unknown", { [property]: unknown }, "undecided"],
  ];
}

function repository(properties: Record<string, unknown> = {}): TestResource {
  return { type: ECR, properties: { name: "training", id: unknown, ...properties } };
}

const TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
const SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";
const PLAN = "azure-native:security:Pricing";

/** Scans of all repositories. */
const scans = (scanType: unknown, scanFrequency: unknown) => ({
  scanType,
  rules: [{ scanFrequency, repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] }],
});

const UPSTREAMS = { approvedUpstreams: ["public.ecr.aws", "https://quay.io", "PYPI", "mcr.microsoft.com/*"] };

/** Cases of one property that names an upstream. */
function upstreams(
  type: string,
  write: (upstream: unknown) => Record<string, unknown>,
  approved: string,
): ControlCases {
  return {
    control: "registry-approved-upstream",
    type,
    cases: [
      ["on the list", write(approved), "complies", UPSTREAMS],
      ["not on the list", write("registry.example.com"), "violates", UPSTREAMS],
      ["without a list", write("registry.example.com"), "complies"],
      ["unknown", write(unknown), "undecided", UPSTREAMS],
    ],
  };
}

const remote = (format: string, content: unknown) => ({ remoteRepositoryConfig: { [`${format}Repository`]: content } });

export const cases: ControlCases[] = [
  upstreams(
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
    (url) => ({ upstreamRegistryUrl: url }),
    "public.ecr.aws",
  ),
  upstreams(
    "azure-native:containerregistry:CacheRule",
    (source) => ({ sourceRepository: source }),
    "mcr.microsoft.com/*",
  ),
  upstreams(ARTIFACT_REGISTRY, (uri) => remote("common", { uri }), "https://quay.io"),
  upstreams(ARTIFACT_REGISTRY, (name) => remote("python", { publicRepository: name }), "PYPI"),
  upstreams(ARTIFACT_REGISTRY, (uri) => remote("docker", { customRepository: { uri } }), "https://quay.io"),
  {
    control: "registry-immutable-tags",
    type: TEMPLATE,
    cases: [
      ["immutable", { imageTagMutability: "IMMUTABLE" }, "complies"],
      ["mutable", { imageTagMutability: "MUTABLE" }, "violates"],
      ["unknown", { imageTagMutability: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cmk",
    type: TEMPLATE,
    cases: [
      ["a key", { encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: KEY }] }, "complies"],
      ["no key", { encryptionConfigurations: [{ encryptionType: "AES256" }] }, "violates"],
      [
        "a key that is made along with it",
        { encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: unknown }] },
        "complies",
      ],
      ["unknown", { encryptionConfigurations: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-scanning",
    type: SCANNING,
    cases: [
      ["on push", scans("ENHANCED", "SCAN_ON_PUSH"), "complies"],
      ["all the time", scans("ENHANCED", "CONTINUOUS_SCAN"), "complies"],
      ["packages of the operating system only", scans("BASIC", "SCAN_ON_PUSH"), "violates"],
      ["by hand", scans("ENHANCED", "MANUAL"), "violates"],
      ["no rules", { scanType: "ENHANCED", rules: [] }, "violates"],
      ["unknown", scans(unknown, "SCAN_ON_PUSH"), "undecided"],
    ],
  },
  {
    control: "registry-scanning",
    type: PLAN,
    cases: [
      ["on", { pricingName: "Containers", pricingTier: "Standard" }, "complies"],
      ["another plan", { pricingName: "Dns", pricingTier: "Free" }, "complies"],
      ["off", { pricingName: "Containers", pricingTier: "Free" }, "violates"],
      ["unknown", { pricingName: "Containers", pricingTier: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-no-public-access",
    type: "aws:ecrpublic/repository:Repository",
    cases: [
      ["a public repository", { repositoryName: "training" }, "violates"],
      ["one that is meant to be", { repositoryName: "sdk" }, "complies", { publicRepositories: ["sdk"] }],
      ["unknown", { repositoryName: unknown }, "undecided"],
    ],
  },
  ...[
    ["aws:ecr/repositoryPolicy:RepositoryPolicy", "policy"],
    ["aws:ecr/registryPolicy:RegistryPolicy", "policy"],
    ["aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", "repositoryPolicy"],
    ["aws:codeartifact/domainPermissions:DomainPermissions", "policyDocument"],
    ["aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy", "policyDocument"],
  ].map(
    ([type, property]): ControlCases => ({
      control: "registry-no-public-access",
      type: type!,
      cases: policies(property!),
    }),
  ),
  ...grantTypes("gcp:artifactregistry/repositoryIam").map(
    (type): ControlCases => ({
      control: "registry-no-public-access",
      type,
      cases: [
        ["a group", { member: "group:ml@example.com" }, "complies"],
        ["everybody", { members: ["allUsers"] }, "violates"],
        ["a new service account", { member: unknown }, "complies"],
        ["unknown", { members: unknown }, "undecided"],
      ],
    }),
  ),
  {
    control: "registry-no-public-access",
    type: ACR,
    cases: [
      ["off", { anonymousPullEnabled: false }, "complies"],
      ["on", { anonymousPullEnabled: true }, "violates"],
      ["unknown", { anonymousPullEnabled: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-private-network",
    type: ACR,
    cases: [
      ["off", { publicNetworkAccess: "Disabled", sku: { name: "Premium" } }, "complies"],
      ["on", { publicNetworkAccess: "Enabled", sku: { name: "Premium" } }, "violates"],
      ["left out", { sku: { name: "Premium" } }, "violates"],
      ["tier left out", { publicNetworkAccess: "Disabled", sku: {} }, "violates"],
      ["a tier without private endpoints", { publicNetworkAccess: "Disabled", sku: { name: "Standard" } }, "violates"],
      ["unknown", { publicNetworkAccess: unknown, sku: { name: "Premium" } }, "undecided"],
      ["unknown tier", { publicNetworkAccess: "Disabled", sku: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-firewall-default-deny",
    type: ACR,
    cases: [
      ["deny", { networkRuleSet: { defaultAction: "Deny" } }, "complies"],
      ["allow", { networkRuleSet: { defaultAction: "Allow" } }, "violates"],
      ["unknown", { networkRuleSet: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-no-shared-credentials",
    type: ACR,
    cases: [
      ["off", { adminUserEnabled: false }, "complies"],
      ["on", { adminUserEnabled: true }, "violates"],
      ["unknown", { adminUserEnabled: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-no-shared-credentials",
    type: "azure-native:containerregistry:Token",
    cases: [
      ["disabled", { status: "disabled" }, "complies"],
      ["enabled", { status: "enabled" }, "violates"],
      ["unknown", { status: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-immutable-tags",
    type: ECR,
    cases: [
      ["immutable", { imageTagMutability: "IMMUTABLE" }, "complies"],
      ["mutable", { imageTagMutability: "MUTABLE" }, "violates"],
      ["with exceptions", { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, "violates"],
      ["unknown", { imageTagMutability: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-immutable-tags",
    type: ARTIFACT_REGISTRY,
    cases: [
      ["immutable", { format: "DOCKER", dockerConfig: { immutableTags: true } }, "complies"],
      ["left out", { format: "DOCKER" }, "violates"],
      ["mutable", { format: "docker", dockerConfig: { immutableTags: false } }, "violates"],
      ["packages", { format: "PYTHON" }, "complies"],
      ["a mirror", { format: "DOCKER", mode: "REMOTE_REPOSITORY" }, "complies"],
      ["unknown", { format: "DOCKER", dockerConfig: unknown }, "undecided"],
      ["unknown format", { format: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-scanning",
    type: ECR,
    cases: [
      ["on", { imageScanningConfiguration: { scanOnPush: true } }, "complies"],
      ["off", { imageScanningConfiguration: { scanOnPush: false } }, "violates"],
      ["unknown", { imageScanningConfiguration: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-scanning",
    type: ARTIFACT_REGISTRY,
    cases: [
      ["inherited", { vulnerabilityScanningConfig: { enablementConfig: "INHERITED" } }, "complies"],
      ["off", { vulnerabilityScanningConfig: { enablementConfig: "DISABLED" } }, "violates"],
      ["unknown", { vulnerabilityScanningConfig: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cmk",
    type: ECR,
    cases: [
      ["a key", { encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: KEY }] }, "complies"],
      ["a new key", { encryptionConfigurations: [{ encryptionType: "KMS_DSSE", kmsKey: unknown }] }, "complies"],
      ["AWS's key", { encryptionConfigurations: [{ encryptionType: "KMS" }] }, "violates"],
      ["a key of S3", { encryptionConfigurations: [{ encryptionType: "AES256" }] }, "violates"],
      ["kind left out", { encryptionConfigurations: [{ kmsKey: KEY }] }, "violates"],
      ["empty", { encryptionConfigurations: [] }, "violates"],
      ["unknown", { encryptionConfigurations: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cmk",
    type: "aws:codeartifact/domain:Domain",
    cases: [
      ["a key", { encryptionKey: KEY }, "complies"],
      ["a new key", { encryptionKey: unknown }, "complies"],
      ["AWS's key", { encryptionKey: "alias/aws/codeartifact" }, "violates"],
    ],
  },
  {
    control: "registry-cmk",
    type: ARTIFACT_REGISTRY,
    cases: [
      ["a key", { kmsKeyName: "k" }, "complies"],
      ["a new key", { kmsKeyName: unknown }, "complies"],
      ["virtual", { mode: "VIRTUAL_REPOSITORY" }, "complies"],
      ["a mirror", { mode: "REMOTE_REPOSITORY" }, "violates"],
      ["unknown mode", { mode: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cmk",
    type: ACR,
    cases: [
      [
        "a key",
        { encryption: { status: "enabled", keyVaultProperties: { keyIdentifier: "https://v/keys/k" } } },
        "complies",
      ],
      ["no key", { encryption: { status: "enabled" } }, "violates"],
      ["left out", { encryption: { keyVaultProperties: { keyIdentifier: "k" } } }, "violates"],
      ["off", { encryption: { status: "disabled", keyVaultProperties: { keyIdentifier: "k" } } }, "violates"],
      ["unknown", { encryption: { status: unknown, keyVaultProperties: { keyIdentifier: "k" } } }, "undecided"],
    ],
  },
  {
    control: "registry-no-export",
    type: ACR,
    cases: [
      ["off", { policies: { exportPolicy: { status: "disabled" } } }, "complies"],
      ["on", { policies: { exportPolicy: { status: "enabled" } } }, "violates"],
      ["unknown", { policies: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cleanup",
    type: ARTIFACT_REGISTRY,
    cases: [
      ["policies", { cleanupPolicies: [{ id: "old", action: "DELETE" }] }, "complies"],
      ["policies in a map", { cleanupPolicies: { old: { action: "DELETE" } } }, "complies"],
      ["unknown policies", { cleanupPolicies: unknown }, "complies"],
      ["virtual", { mode: "VIRTUAL_REPOSITORY" }, "complies"],
      ["none", { cleanupPolicies: [] }, "violates"],
      ["only tried out", { cleanupPolicies: [{ id: "old" }], cleanupPolicyDryRun: true }, "violates"],
      ["unknown whether tried out", { cleanupPolicies: [{ id: "old" }], cleanupPolicyDryRun: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cleanup",
    type: ACR,
    cases: [
      ["on", { policies: { retentionPolicy: { status: "enabled", days: 30 } } }, "complies"],
      ["off", { policies: { retentionPolicy: { status: "disabled" } } }, "violates"],
      ["unknown", { policies: unknown }, "undecided"],
    ],
  },
  {
    control: "registry-cleanup",
    type: ECR,
    stackCases: [
      ["by name", [repository(), { type: LIFECYCLE, properties: { repository: "training" } }], "complies"],
      [
        "by reference",
        [
          repository({ name: unknown }),
          {
            type: LIFECYCLE,
            properties: { repository: unknown },
            propertyDependencies: { repository: [urnOf({ type: ECR })] },
          },
        ],
        "complies",
      ],
      ["none", [repository()], "violates"],
      ["another repository's", [repository(), { type: LIFECYCLE, properties: { repository: "other" } }], "violates"],
    ],
  },
];
