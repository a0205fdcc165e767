/** Controls of registries for images and packages: ECR, Artifact Registry, Azure Container Registry, CodeArtifact. */
import { mustBeApproved } from "../checks/approved.ts";
import { mustHaveCompanion } from "../checks/companions.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { inEach } from "../checks/places.ts";
import { grantTypes, noPublicMember } from "../checks/public-members.ts";
import { mustNotLetEverybodyIn } from "../checks/resource-policies.ts";
import type { Check, Control, Topic } from "../control.ts";
import {
  each,
  type Finding,
  judge,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  same,
  violation,
} from "../findings.ts";
import { mapKeys, read, textOf } from "../read.ts";

const ECR = "aws:ecr/repository:Repository";
/** What repositories of a pull-through cache are made like. */
const ECR_TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
const ECR_PUBLIC = "aws:ecrpublic/repository:Repository";
const CODEARTIFACT_DOMAIN = "aws:codeartifact/domain:Domain";
const ARTIFACT_REGISTRY = "gcp:artifactregistry/repository:Repository";
const ACR = "azure-native:containerregistry:Registry";

/** Plans of Microsoft Defender for Cloud that scan images. */
const SCANNING_PLANS = ["Containers", "ContainerRegistry"];

const controls: Control[] = [
  {
    id: "registry-no-public-access",
    title: "Nobody pulls from a registry without signing in",
    severity: "critical",
    why: "Images hold code, models and often credentials. A public registry hands them to everybody.",
    remedy: "Use private repositories, switch anonymous pull off, and name the accounts or principals that may pull.",
    frameworks: {
      nist80053: ["AC-3", "AC-6", "SC-7"],
      iso27001: ["A.8.3"],
      mitreAtlas: ["AML.M0005"],
      azurePolicy: ["9f2dea28"],
      checkov: ["CKV_AWS_32", "CKV_AZURE_138", "CKV_GCP_101"],
    },
    parameters: {
      publicRepositories: {
        description: "Names of ECR public repositories that are meant for everybody.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [
        {
          types: [ECR_PUBLIC],
          whenAbsent: "violates",
          cloudDefault: "everybody may pull",
          evaluate: ({ props }, context) => isMeantForEverybody(props, context.list("publicRepositories")),
        },
        {
          types: ["aws:ecr/repositoryPolicy:RepositoryPolicy", "aws:ecr/registryPolicy:RegistryPolicy", ECR_TEMPLATE],
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props, type }) =>
            mustNotLetEverybodyIn(props, type.includes("Template") ? "repositoryPolicy" : "policy"),
        },
        {
          types: [
            "aws:codeartifact/domainPermissions:DomainPermissions",
            "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
          ],
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "policyDocument"),
        },
      ],
      gcp: [
        {
          types: grantTypes("gcp:artifactregistry/repositoryIam"),
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicMember(props),
        },
      ],
      azure: [
        {
          types: [ACR],
          whenAbsent: "complies",
          cloudDefault: "everybody has to sign in",
          evaluate: ({ props }) => mustNotEqual(props, "anonymousPullEnabled", true),
        },
      ],
    },
  },
  {
    id: "registry-private-network",
    title: "Registries take no traffic from public networks",
    severity: "high",
    why: "With the public endpoint open, a stolen credential pulls models, or pushes a changed image, from anywhere.",
    remedy: "Use the Premium tier, set publicNetworkAccess to Disabled, and add a private endpoint.",
    url: "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
    frameworks: {
      nist80053: ["AC-4", "SC-7", "SC-7(3)"],
      pciDss: ["1.4.4"],
      azurePolicy: ["0fdf0491", "bd560fc0"],
      checkov: ["CKV_AZURE_139"],
    },
    checks: {
      azure: [
        {
          types: [ACR],
          whenAbsent: "violates",
          cloudDefault: "Enabled; tiers below Premium have no private endpoints",
          evaluate: ({ props }) => [
            ...mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
            ...mustEqual(props, "sku.name", "Premium", { absent: "violates" }),
          ],
        },
      ],
    },
  },
  {
    id: "registry-firewall-default-deny",
    title: "The firewall of registries denies what no rule allows",
    severity: "medium",
    why: "The firewall is what is left as soon as somebody opens the public endpoint for a quick test.",
    remedy: "Set networkRuleSet.defaultAction to Deny.",
    url: "https://learn.microsoft.com/azure/container-registry/container-registry-access-selected-networks",
    frameworks: { nist80053: ["AC-4", "SC-7"], azurePolicy: ["d0793b48"] },
    checks: {
      azure: [
        {
          types: [ACR],
          whenAbsent: "violates",
          cloudDefault: "Allow",
          evaluate: ({ props }) => mustEqual(props, "networkRuleSet.defaultAction", "Deny", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "registry-no-shared-credentials",
    title: "Registries have no admin user and no tokens with passwords",
    severity: "high",
    why: "The admin password may push and pull everything, belongs to nobody, and is what leaks first in a build log.",
    remedy: "Leave adminUserEnabled off, disable tokens, and assign AcrPull and AcrPush to identities.",
    url: "https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
    frameworks: {
      nist80053: ["AC-2", "IA-2"],
      iso27001: ["A.8.5"],
      azurePolicy: ["dc921057", "ff05e24e"],
      checkov: ["CKV_AZURE_137"],
    },
    checks: {
      azure: [
        {
          types: [ACR],
          whenAbsent: "complies",
          cloudDefault: "there is no admin user",
          evaluate: ({ props }) => mustNotEqual(props, "adminUserEnabled", true),
        },
        {
          types: ["azure-native:containerregistry:Token"],
          whenAbsent: "violates",
          cloudDefault: "the token is enabled",
          evaluate: ({ props }) => mustEqual(props, "status", "disabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "registry-immutable-tags",
    title: "A tag always means the same image",
    severity: "medium",
    why: "Whoever can move a tag changes what the next training or serving job runs, without anybody approving it.",
    remedy: "Make tags immutable, and deploy by digest where the service has no such setting.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
    frameworks: {
      nist80053: ["CM-2", "CM-8(1)"],
      securityHub: ["ECR.2"],
      checkov: ["CKV_AWS_51"],
    },
    checks: {
      aws: [
        {
          types: [ECR, ECR_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "MUTABLE",
          evaluate: ({ props }) => mustEqual(props, "imageTagMutability", "IMMUTABLE", { absent: "violates" }),
        },
      ],
      gcp: [
        {
          types: [ARTIFACT_REGISTRY],
          whenAbsent: "complies",
          cloudDefault: "tags of Docker repositories can be moved; other formats have no tags",
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "format",
              (format) => same(format, "DOCKER"),
              onlyIf(
                props,
                "mode",
                (mode) => mode === undefined || mode === "STANDARD_REPOSITORY",
                mustEqual(props, "dockerConfig.immutableTags", true, { absent: "violates" }),
              ),
            ),
        },
      ],
    },
  },
  {
    id: "registry-scanning",
    title: "Images are scanned for known vulnerabilities",
    severity: "medium",
    why: "Images for machine learning bring hundreds of packages along; nobody notices a hole in them without scanning.",
    remedy: "Scan on push, and do not switch Artifact Analysis off.",
    url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
    frameworks: {
      nist80053: ["RA-5"],
      iso27001: ["A.8.8"],
      pciDss: ["6.2.3", "6.2.4"],
      securityHub: ["ECR.1"],
      checkov: ["CKV_AWS_163"],
    },
    checks: {
      aws: [
        {
          types: [ECR],
          whenAbsent: "violates",
          cloudDefault: "no scan, unless the account scans every repository",
          evaluate: ({ props }) =>
            mustEqual(props, "imageScanningConfiguration.scanOnPush", true, { absent: "violates" }),
        },
        {
          // Basic scans know the packages of the operating system only, and none of Python.
          types: ["aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"],
          whenAbsent: "violates",
          cloudDefault: "must be given",
          evaluate: ({ props }) => [
            ...mustEqual(props, "scanType", "ENHANCED", { absent: "violates" }),
            ...mustBeSet(props, "rules", "list"),
            ...each(props, "rules", (rule) =>
              mustBeOneOf(props, `${rule}.scanFrequency`, ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"], { absent: "violates" }),
            ),
          ],
        },
      ],
      gcp: [
        {
          types: [ARTIFACT_REGISTRY],
          whenAbsent: "complies",
          cloudDefault: "the project's setting holds",
          evaluate: ({ props }) => mustNotEqual(props, "vulnerabilityScanningConfig.enablementConfig", "DISABLED"),
        },
      ],
      azure: [
        {
          // Microsoft Defender for Cloud scans registries; its plan is one of the subscription.
          types: ["azure-native:security:Pricing"],
          whenAbsent: "complies",
          cloudDefault: "a plan must be given",
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "pricingName",
              (plan) => SCANNING_PLANS.some((one) => same(plan, one)),
              mustEqual(props, "pricingTier", "Standard", { absent: "violates" }),
            ),
        },
      ],
    },
  },
  {
    id: "registry-cmk",
    title: "Registries are encrypted with a customer-managed key",
    severity: "medium",
    why: "Images and packages hold code and models; your own key shows who decrypts them, and can be withdrawn.",
    remedy: "Name the workspace's key when the registry is created; it cannot be changed later.",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28", "SC-28(1)"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["ECR.5"],
      azurePolicy: ["5b9159ae"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_136", "CKV_AWS_221", "CKV_GCP_84"],
    },
    checks: {
      aws: [
        {
          types: [ECR, ECR_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "a key of S3",
          evaluate: ({ props }) => [
            ...mustBeSet(props, "encryptionConfigurations", "list"),
            ...each(props, "encryptionConfigurations", (one) => [
              ...encryptsWithKms(props, `${one}.encryptionType`),
              ...mustNameKmsKey(props, `${one}.kmsKey`),
            ]),
          ],
        },
        {
          types: [CODEARTIFACT_DOMAIN],
          whenAbsent: "violates",
          cloudDefault: "a key that AWS manages",
          evaluate: ({ props }) => mustNameKmsKey(props, "encryptionKey"),
        },
      ],
      gcp: [
        {
          types: [ARTIFACT_REGISTRY],
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) =>
            // A virtual repository only points to others and stores nothing.
            onlyIf(props, "mode", (mode) => mode !== "VIRTUAL_REPOSITORY", mustBeSet(props, "kmsKeyName")),
        },
      ],
      azure: [
        {
          types: [ACR],
          whenAbsent: "violates",
          cloudDefault: "a key that Microsoft manages",
          evaluate: ({ props }) => [
            ...mustEqual(props, "encryption.status", "enabled", { absent: "violates" }),
            ...mustBeSet(props, "encryption.keyVaultProperties.keyIdentifier"),
          ],
        },
      ],
    },
  },
  {
    id: "registry-no-export",
    title: "Images cannot be exported to other registries",
    severity: "medium",
    why: "An export pipeline copies every image out of a private registry, past its network controls.",
    remedy: "Set policies.exportPolicy.status to disabled, with public network access disabled.",
    url: "https://learn.microsoft.com/azure/container-registry/data-loss-prevention",
    frameworks: { nist80053: ["AC-4"], iso27001: ["A.8.12"], azurePolicy: ["524b0254"] },
    checks: {
      azure: [
        {
          types: [ACR],
          whenAbsent: "violates",
          cloudDefault: "enabled",
          evaluate: ({ props }) => mustEqual(props, "policies.exportPolicy.status", "disabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "registry-approved-upstream",
    title: "Registries mirror approved registries only",
    severity: "medium",
    why: "A mirror brings every image of a public registry into your network, those with a name that only looks right too.",
    remedy: "Mirror a registry or repository of the list, or have yours added to it by the platform team.",
    frameworks: {
      nist80053: ["CM-7(5)", "SR-3"],
      iso27001: ["A.5.19", "A.8.19"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
    },
    parameters: {
      approvedUpstreams: {
        description:
          "Registries and repositories, such as `public.ecr.aws` or `mcr.microsoft.com/azureml/*`; * stands for any " +
          "text. Empty: every one.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [approvedUpstream("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", ["upstreamRegistryUrl"])],
      gcp: [
        approvedUpstream(
          ARTIFACT_REGISTRY,
          [
            "commonRepository.uri",
            "dockerRepository.publicRepository",
            "dockerRepository.customRepository.uri",
            "pythonRepository.publicRepository",
            "pythonRepository.customRepository.uri",
          ].map((path) => `remoteRepositoryConfig.${path}`),
        ),
      ],
      azure: [approvedUpstream("azure-native:containerregistry:CacheRule", ["sourceRepository"])],
    },
  },
  {
    id: "registry-cleanup",
    title: "Old images are removed",
    severity: "low",
    why: "Old images keep their old vulnerabilities, cost money, and somebody will use one by mistake.",
    remedy: "Add a lifecycle policy, clean-up policies or a retention policy for untagged manifests.",
    frameworks: {
      nist80053: ["CM-2(2)", "SI-12"],
      securityHub: ["ECR.3"],
      checkov: ["CKV_AZURE_167"],
    },
    checks: {
      gcp: [
        {
          types: [ARTIFACT_REGISTRY],
          whenAbsent: "violates",
          cloudDefault: "nothing is removed",
          evaluate: ({ props }) =>
            onlyIf(props, "mode", (mode) => mode !== "VIRTUAL_REPOSITORY", [
              ...hasCleanupPolicies(props),
              ...mustNotEqual(props, "cleanupPolicyDryRun", true),
            ]),
        },
      ],
      azure: [
        {
          types: [ACR],
          whenAbsent: "violates",
          cloudDefault: "nothing is removed",
          evaluate: ({ props }) =>
            mustEqual(props, "policies.retentionPolicy.status", "enabled", { absent: "violates" }),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: [ECR],
          requires: "a LifecyclePolicy for the repository",
          evaluate: (repository, stack) =>
            mustHaveCompanion(
              repository,
              stack,
              { types: ["aws:ecr/lifecyclePolicy:LifecyclePolicy"], path: "repository", keys: ["name", "id"] },
              "the repository has no LifecyclePolicy",
            ),
        },
      ],
    },
  },
];

/** A check that what these properties name is on the list. */
function approvedUpstream(type: string, paths: string[]): Check {
  return {
    types: [type],
    whenAbsent: "complies",
    cloudDefault: "no mirror",
    evaluate: ({ props }, context) =>
      inEach(props, paths, (path) => mustBeApproved(props, path, context.list("approvedUpstreams"))),
  };
}

function isMeantForEverybody(props: object, names: string[]): Finding[] {
  const name = read(props, "repositoryName");
  const anonymous = "an ECR public repository; use aws.ecr.Repository, or let the platform team list it";
  return judge(name, anonymous, { absent: "violates" }, (value, at) =>
    names.includes(textOf(value)) ? [] : [violation(`${at} is that of ${anonymous}`)],
  );
}

/** `KMS_DSSE` encrypts twice, both times with KMS. */
function encryptsWithKms(props: object, path: string): Finding[] {
  return judge(read(props, path), "set it to KMS", { absent: "violates" }, (value, at) =>
    ["KMS", "KMS_DSSE"].some((kind) => same(value, kind)) ? [] : [violation(`${at} must be KMS or KMS_DSSE`)],
  );
}

/** Clean-up policies are a list in some versions of the provider and a map in others. */
function hasCleanupPolicies(props: object): Finding[] {
  const isMap = Array.isArray(mapKeys(props, "cleanupPolicies"));
  return mustBeSet(props, "cleanupPolicies", isMap ? "object" : "list");
}

/** Registries. */
export const registries: Topic = { title: "Registries", controls };
