/** Controls of who uses a notebook, as whom it runs, and what its users can do. */
import { COMPUTE_KINDS, onCompute } from "../checks/azure-ml.ts";
import { mustBeDedicatedAccount } from "../checks/google-defaults.ts";
import { METADATA, metadataChecks, mustBeOn } from "../checks/google-notebooks.ts";
import { runChecks } from "../checks/notebook-runs.ts";
import { mustHoldNoSecret } from "../checks/secrets.ts";
import {
  AZURE_ML_COMPUTE,
  CLASSIC_COMPUTE_CLUSTER,
  CLASSIC_COMPUTE_INSTANCE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_SPACE,
  WORKBENCH,
} from "../checks/types.ts";
import type { Control } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  judge,
  mustBeAbsent,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  violation,
} from "../findings.ts";
import { mapKeys, read } from "../read.ts";
import { executionIdentityNotAdmin } from "./execution-identity.ts";

function mustHaveOneOwner(props: object, path: string): Finding[] {
  return judge(read(props, path), "name the one person who uses it", { absent: "violates" }, (value, at) => {
    const complies = Array.isArray(value) && value.length === 1;
    return complies ? [] : [violation(`${at} must name exactly one person`)];
  });
}

/** Part of the topic of notebooks. */
export const access: Control[] = [
  {
    id: "notebook-single-user",
    title: "A notebook belongs to one person",
    severity: "medium",
    why: "In a shared notebook everyone acts with the same identity, sees the others' files, and no log says who did what.",
    remedy: "Give each person a notebook of their own and share code through a repository.",
    url: "https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-access-jupyterlab",
    frameworks: {
      nist80053: ["AC-3", "AU-10", "IA-2"],
      iso27001: ["A.5.15", "A.5.16"],
      soc2: ["CC6.1"],
      pciDss: ["8.2.2"],
      googlePolicy: ["constraints/ainotebooks.accessMode"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_SPACE,
          whenAbsent: "violates",
          cloudDefault: "a space without an owner is shared by the whole domain",
          evaluate: ({ props }) => [
            ...mustEqual(props, "spaceSharingSettings.sharingType", "Private", { absent: "violates" }),
            ...mustBeSet(props, "ownershipSettings.ownerUserProfileName"),
          ],
        },
      ],
      gcp: [
        ...METADATA.map(([type, metadata]) => ({
          types: [type],
          whenAbsent: "violates" as const,
          cloudDefault: "everyone who may act as the service account has access",
          evaluate: ({ props }: { props: object }) => [
            ...mustHaveOneOwner(props, "instanceOwners"),
            ...mustNotEqual(props, `${metadata}.proxy-mode`, "service_account"),
          ],
        })),
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "not documented, so it must be set",
          evaluate: ({ props }) => mustEqual(props, "accessConfig.accessType", "SINGLE_USER", { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "`applicationSharingPolicy` is `Shared`",
          evaluate: ({ props }) =>
            onCompute(
              props,
              ["ComputeInstance"],
              [
                ...mustEqual(props, "properties.properties.applicationSharingPolicy", "Personal", {
                  absent: "violates",
                }),
                ...mustBeSet(props, "properties.properties.personalComputeInstanceSettings.assignedUser.objectId"),
              ],
            ),
        },
        {
          types: [CLASSIC_COMPUTE_INSTANCE],
          whenAbsent: "violates",
          cloudDefault: "the instance belongs to whoever deploys it",
          evaluate: ({ props }) => [
            ...mustEqual(props, "authorizationType", "personal", { absent: "violates" }),
            ...mustBeSet(props, "assignToUser.objectId"),
          ],
        },
      ],
    },
  },
  executionIdentityNotAdmin,
  {
    id: "notebook-dedicated-identity",
    title: "Notebooks run as a service account of their own",
    severity: "high",
    why: "The default service account is shared by everything in the project and is usually an editor of all of it.",
    remedy: "Create a service account for the notebook and grant it the data stores that it needs.",
    frameworks: {
      nist80053: ["AC-2", "AC-6"],
      iso27001: ["A.5.15", "A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.5"],
      mitreAtlas: ["AML.M0019"],
      googlePolicy: ["constraints/iam.automaticIamGrantsForDefaultServiceAccounts"],
    },
    checks: {
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "the project's default compute service account",
          evaluate: ({ props }) => [
            ...mustBeSet(props, "gceSetup.serviceAccounts", "list"),
            ...each(props, "gceSetup.serviceAccounts", (path) => mustBeDedicatedAccount(props, `${path}.email`)),
          ],
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "the project's default compute service account",
          evaluate: ({ props }) => mustBeDedicatedAccount(props, "serviceAccount"),
        },
        ...runChecks("must be given, or the person as whom the notebook runs", (props, run) =>
          anyOf(mustBeDedicatedAccount(props, `${run}serviceAccount`), mustBeSet(props, `${run}executionUser`)),
        ),
      ],
    },
  },
  {
    id: "compute-managed-identity",
    title: "Compute has a managed identity",
    severity: "low",
    why: "Without one, jobs fall back to stored keys or to the identity of whoever submits them.",
    remedy: "Assign the workspace's job identity to the compute.",
    frameworks: { nist80053: ["IA-2", "IA-5"], iso27001: ["A.5.16"], soc2: ["CC6.1"], pciDss: ["8.6.1"] },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "no identity",
          evaluate: ({ props }) =>
            onCompute(
              props,
              COMPUTE_KINDS,
              mustBeOneOf(props, "identity.type", ["UserAssigned", "SystemAssigned", "SystemAssigned,UserAssigned"], {
                absent: "violates",
              }),
            ),
        },
        {
          types: [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER],
          whenAbsent: "violates",
          cloudDefault: "no identity",
          evaluate: ({ props }) => mustBeSet(props, "identity.type"),
        },
      ],
    },
  },
  {
    id: "compute-local-auth-disabled",
    title: "Compute takes no local user accounts",
    severity: "high",
    why: "Local accounts and keys outlive the people they were made for, and bypass Entra ID's conditional access.",
    remedy: "Disable local authentication.",
    frameworks: {
      nist80053: ["AC-2", "IA-2"],
      iso27001: ["A.5.16", "A.8.5"],
      soc2: ["CC6.1"],
      pciDss: ["8.2.1"],
      azurePolicy: ["e96a9a5f", "a6f9a2d0"],
      checkov: ["CKV_AZURE_142"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "local authentication is possible",
          evaluate: ({ props }) => [
            ...onCompute(props, COMPUTE_KINDS, mustBeOn(props, "properties.disableLocalAuth")),
            // An administrator of the nodes, with a password or a key of their own.
            ...onCompute(props, ["AmlCompute"], mustBeAbsent(props, "properties.properties.userAccountCredentials")),
          ],
        },
        {
          types: [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER, "azure:machinelearning/synapseSpark:SynapseSpark"],
          whenAbsent: "violates",
          cloudDefault: "`localAuthEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "localAuthEnabled", false, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "notebook-root-disabled",
    title: "Users of a notebook are not root",
    severity: "high",
    why: "Root can switch off monitoring, idle shutdown and download restrictions, and read the files of every process.",
    remedy:
      "Disable root access; install what users need in the image or in a lifecycle script, which runs as root anyway.",
    frameworks: {
      nist80053: ["AC-2", "AC-3", "AC-6"],
      iso27001: ["A.8.2", "A.8.18"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.2"],
      securityHub: ["SageMaker.3"],
      googlePolicy: ["constraints/ainotebooks.disableRootAccess"],
      checkov: ["CKV_AWS_307"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "`rootAccess` is `Enabled`",
          evaluate: ({ props }) => mustEqual(props, "rootAccess", "Disabled", { absent: "violates" }),
        },
      ],
      gcp: metadataChecks("notebook-disable-root", "users can become root", mustBeOn),
    },
  },
  {
    id: "notebook-no-secrets-in-scripts",
    title: "Start-up scripts and metadata of notebooks hold no credentials",
    severity: "critical",
    why: "Scripts and metadata are stored in plain text, and everyone who may describe or open the notebook can read them.",
    remedy: "Keep the credential in the cloud's secret store and read it at run time with the notebook's own identity.",
    frameworks: {
      nist80053: ["IA-5", "SC-28"],
      iso27001: ["A.8.4", "A.5.17"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.2"],
      mitreAtlas: ["AML.T0055"],
    },
    checks: {
      aws: [
        {
          types: ["aws:sagemaker/notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration"],
          whenAbsent: "complies",
          cloudDefault: "no script",
          evaluate: ({ props }) => ["onCreate", "onStart"].flatMap((script) => mustHoldNoSecret(props, script)),
        },
        {
          types: [
            "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig",
            "aws-native:sagemaker:StudioLifecycleConfig",
          ],
          whenAbsent: "complies",
          cloudDefault: "no script",
          evaluate: ({ props }) => mustHoldNoSecret(props, "studioLifecycleConfigContent"),
        },
      ],
      gcp: METADATA.map(([type, metadata]) => ({
        types: [type],
        whenAbsent: "complies" as const,
        cloudDefault: "no script",
        evaluate: ({ props }) => {
          const keys = mapKeys(props, metadata);
          if (!Array.isArray(keys)) return judge(keys, "", { absent: "complies" }, () => []);
          return keys.flatMap((key) => mustHoldNoSecret(props, [...metadata.split("."), key]));
        },
      })),
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "complies",
          cloudDefault: "no script",
          evaluate: ({ props }) =>
            ["creationScript", "startupScript"].flatMap((script) =>
              ["scriptData", "scriptArguments"].flatMap((part) =>
                mustHoldNoSecret(props, `properties.properties.setupScripts.scripts.${script}.${part}`),
              ),
            ),
        },
      ],
    },
  },
  {
    id: "notebook-downloads-disabled",
    title: "Notebooks offer no file downloads",
    severity: "high",
    why: "The browser is the shortest way for data to leave the network: one click copies a data set to a private computer.",
    remedy: "Set the metadata `notebook-disable-downloads` to `true`.",
    url: "https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata",
    frameworks: {
      nist80053: ["AC-4", "SC-7(10)"],
      iso27001: ["A.8.12"],
      soc2: ["CC6.7"],
      pciDss: ["7.2.1"],
      mitreAtlas: ["AML.T0025"],
      googlePolicy: ["constraints/ainotebooks.disableFileDownloads"],
    },
    checks: { gcp: metadataChecks("notebook-disable-downloads", "downloads are possible", mustBeOn) },
  },
  {
    id: "notebook-terminal-disabled",
    title: "Notebooks offer no terminal",
    severity: "low",
    why: "A terminal makes it easy to copy data out and to change the machine; kernels can still run commands.",
    remedy: "Set the metadata `notebook-disable-terminal` to `true`.",
    frameworks: {
      nist80053: ["CM-7"],
      iso27001: ["A.8.18"],
      soc2: ["CC6.3"],
      googlePolicy: ["constraints/ainotebooks.disableTerminal"],
    },
    checks: { gcp: metadataChecks("notebook-disable-terminal", "a terminal is offered", mustBeOn) },
  },
];
