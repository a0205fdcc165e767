/** Controls of what workspaces keep: keys for it, logs about it, and whose it is. */
import { AZURE_WORKSPACES, unlessProject } from "../checks/azure-ml.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustSendLogs } from "../checks/diagnostic-settings.ts";
import { AZURE_ML_TAGGED, SAGEMAKER_TAGGED, VERTEX_LABELED } from "../checks/tagged-types.ts";
import { mustBeTagged } from "../checks/tags.ts";
import {
  AZURE_ML_WORKSPACE,
  CLASSIC_HUB,
  CLASSIC_ML_WORKSPACE,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_USER_PROFILE,
} from "../checks/types.ts";
import type { Control } from "../control.ts";
import { type Finding, mustBeSet, mustEqual, same } from "../findings.ts";
import type { Path } from "../read.ts";

/** Where the settings of a user stand in a domain and in a user's profile. */
const USER_SETTINGS: [types: string[], settings: string][] = [
  [SAGEMAKER_DOMAIN, "defaultUserSettings"],
  [SAGEMAKER_USER_PROFILE, "userSettings"],
];

function mustBeEncryptedWhen(props: object, path: string, applies: (value: unknown) => boolean, key: Path): Finding[] {
  return onlyIf(props, path, applies, mustNameKmsKey(props, key));
}

/** Part of the topic of workspaces. */
export const data: Control[] = [
  {
    id: "workspace-cmk",
    title: "Workspaces are encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts home directories and metadata, and take the right away.",
    remedy: "Give the workspace a customer-managed key when it is created; it cannot be added later.",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      azurePolicy: ["ba769a63", "7f40cee6"],
      checkov: ["CKV_AWS_187", "CKV_GCP_96"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "violates",
          cloudDefault: "a key that AWS manages",
          evaluate: ({ props }) => mustNameKmsKey(props, "kmsKeyId"),
        },
      ],
      gcp: [
        {
          types: ["gcp:vertex/aiMetadataStore:AiMetadataStore"],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "encryptionSpec.kmsKeyName"),
        },
      ],
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "keys that Microsoft manages",
          evaluate: ({ props }) =>
            unlessProject(props, [
              ...mustEqual(props, "encryption.status", "Enabled", { absent: "violates" }),
              ...mustBeSet(props, "encryption.keyVaultProperties.keyIdentifier"),
            ]),
        },
        {
          types: [CLASSIC_ML_WORKSPACE, CLASSIC_HUB],
          whenAbsent: "violates",
          cloudDefault: "keys that Microsoft manages",
          evaluate: ({ props }) => mustBeSet(props, "encryption.keyId"),
        },
      ],
    },
  },
  {
    id: "studio-shared-output-cmk",
    title: "Shared notebook output is encrypted with a customer-managed key",
    severity: "medium",
    why: "Shared output holds samples of the data that the notebook showed.",
    remedy: "Disable sharing of cell output, or set `sharingSettings.s3KmsKeyId`.",
    frameworks: { nist80053: ["SC-12", "SC-28"], iso27001: ["A.8.24"], soc2: ["CC6.1"], pciDss: ["3.5.1"] },
    checks: {
      aws: USER_SETTINGS.map(([types, settings]) => ({
        types,
        whenAbsent: "complies" as const,
        cloudDefault: "cell output is not shared",
        evaluate: ({ props }) =>
          mustBeEncryptedWhen(
            props,
            `${settings}.sharingSettings.notebookOutputOption`,
            (option) => same(option, "Allowed"),
            `${settings}.sharingSettings.s3KmsKeyId`,
          ),
      })),
    },
  },
  {
    id: "studio-canvas-cmk",
    title: "Canvas artefacts are encrypted with a customer-managed key",
    severity: "medium",
    why: "Canvas stores copies of data sets and models in its artefact bucket.",
    remedy: "Set `canvasAppSettings.workspaceSettings.s3KmsKeyId` where Canvas has an artefact path.",
    frameworks: { nist80053: ["SC-12", "SC-28"], iso27001: ["A.8.24"], soc2: ["CC6.1"], pciDss: ["3.5.1"] },
    checks: {
      aws: [
        ["aws:sagemaker/domain:Domain", "defaultUserSettings"],
        ["aws:sagemaker/userProfile:UserProfile", "userSettings"],
      ].map(([type, settings]) => ({
        types: [type as string],
        whenAbsent: "complies" as const,
        cloudDefault: "Canvas has no artefact path of yours",
        evaluate: ({ props }) =>
          mustBeEncryptedWhen(
            props,
            `${settings}.canvasAppSettings.workspaceSettings.s3ArtifactPath`,
            (path) => path !== undefined,
            `${settings}.canvasAppSettings.workspaceSettings.s3KmsKeyId`,
          ),
      })),
    },
  },
  {
    id: "workspace-high-business-impact",
    title: "Workspaces are marked as holding data of high business impact",
    severity: "low",
    why: "The mark makes the service collect less diagnostic data and encrypt the scratch disks of compute. It can be set at creation only.",
    remedy: "Set `hbiWorkspace`.",
    frameworks: { nist80053: ["RA-2", "SC-28"], iso27001: ["A.5.12"], soc2: ["C1.1"] },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`hbiWorkspace` is `false`",
          evaluate: ({ props }) => unlessProject(props, mustEqual(props, "hbiWorkspace", true, { absent: "violates" })),
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`highBusinessImpact` is `false`",
          evaluate: ({ props }) => mustEqual(props, "highBusinessImpact", true, { absent: "violates" }),
        },
        {
          types: [CLASSIC_HUB],
          whenAbsent: "violates",
          cloudDefault: "`highBusinessImpactEnabled` is `false`",
          evaluate: ({ props }) => mustEqual(props, "highBusinessImpactEnabled", true, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "workspace-diagnostic-logs",
    title: "Workspaces send their logs to a place of yours",
    severity: "medium",
    why: "Without diagnostic settings the service's logs are gone after a short time, and nobody can say who read which data.",
    remedy: "Create a diagnostic setting for the workspace that sends its log categories to Log Analytics.",
    frameworks: {
      nist80053: ["AU-2", "AU-6", "AU-12"],
      iso27001: ["A.8.15"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      mitreAtlas: ["AML.M0024"],
      azurePolicy: ["afe0c3be", "f59276f0"],
    },
    stackChecks: {
      azure: [
        {
          types: AZURE_WORKSPACES,
          requires: "a diagnostic setting with logs for the workspace",
          evaluate: (workspace, stack) => mustSendLogs(workspace, stack, "workspace"),
        },
      ],
    },
  },
  {
    id: "workspace-tags",
    title: "Resources of the ML services carry tags",
    severity: "low",
    why: "Without tags nobody knows whom to call about a finding, and access rules by tag do not hold.",
    remedy: "Set tags or labels on the resource, or default ones on its provider.",
    frameworks: {
      nist80053: ["CM-8"],
      iso27001: ["A.5.9", "A.5.13"],
      soc2: ["CC6.1"],
      securityHub: ["SageMaker.6", "SageMaker.7"],
    },
    parameters: {
      requiredTags: { description: "Tags that must be there. Empty: at least one.", type: "array", default: [] },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_TAGGED,
          whenAbsent: "violates",
          cloudDefault: "the default tags of the provider, if it has any",
          evaluate: (resource, context) => mustBeTagged(resource, "tags", context),
        },
      ],
      gcp: [
        {
          types: VERTEX_LABELED,
          whenAbsent: "violates",
          cloudDefault: "the default labels of the provider, if it has any",
          evaluate: (resource, context) => mustBeTagged(resource, "labels", context),
        },
      ],
      azure: [
        {
          types: AZURE_ML_TAGGED,
          whenAbsent: "violates",
          cloudDefault: "no tags",
          evaluate: (resource, context) => mustBeTagged(resource, "tags", context),
        },
      ],
    },
  },
];
