/** Controls of notebooks: SageMaker notebook instances and spaces, Workbench instances, Azure ML compute. */
import { isListed } from "../checks/allow-lists.ts";
import { COMPUTE_KINDS, onCompute } from "../checks/azure-ml.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { isoMinutes, plainMinutes, secondsAsMinutes } from "../checks/durations.ts";
import { mustBeDedicatedAccount, mustBeInOwnNetwork } from "../checks/google-defaults.ts";
import { ownMachineChecks, runChecks } from "../checks/notebook-runs.ts";
import { mustHoldNoSecret } from "../checks/secrets.ts";
import {
  AZURE_ML_COMPUTE,
  CLASSIC_COMPUTE_CLUSTER,
  CLASSIC_COMPUTE_INSTANCE,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_SPACE,
  SAGEMAKER_USER_PROFILE,
  WORKBENCH,
} from "../checks/types.ts";
import type { Context, Control, Topic } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  judge,
  mustBeAbsent,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustContain,
  mustEqual,
  mustNotEqual,
  type RuleOptions,
  unless,
  violation,
  type WhenAbsent,
} from "../findings.ts";
import { mapKeys, type Path, read } from "../read.ts";
import { computeInPrivateNetwork } from "./compute-network.ts";
import { executionIdentityNotAdmin } from "./execution-identity.ts";
import { notebookSecurityGroups } from "./notebook-security-groups.ts";

const RUNTIME_MACHINE = "virtualMachine.virtualMachineConfig";

/** Metadata of Workbench instances and of the user-managed notebooks before them. */
const METADATA: [type: string, metadata: string][] = [
  [WORKBENCH, "gceSetup.metadata"],
  [LEGACY_NOTEBOOK, "metadata"],
];

/** Where profiles and spaces override the settings of their domain. */
const OVERRIDES: [types: string[], settings: string][] = [
  [SAGEMAKER_USER_PROFILE, "userSettings"],
  [SAGEMAKER_SPACE, "spaceSettings"],
];

/** A check for each generation of notebooks that are configured through instance metadata. */
function metadataChecks(
  key: string,
  cloudDefault: string,
  rule: (props: object, path: string) => Finding[],
  whenAbsent: WhenAbsent = "violates",
) {
  return METADATA.map(([type, metadata]) => ({
    types: [type],
    whenAbsent,
    cloudDefault,
    evaluate: ({ props }: { props: object }) => rule(props, `${metadata}.${key}`),
  }));
}

function mustBeTrue(props: object, path: string): Finding[] {
  return mustEqual(props, path, true, { absent: "violates" });
}

/** Google takes `true` and `1` for on. */
function mustBeOff(props: object, path: string): Finding[] {
  return mustBeOneOf(props, path, [false, 0], { absent: "complies" });
}

function mustUseDiskKey(props: object, disk: string): Finding[] {
  return [
    ...mustEqual(props, `${disk}diskEncryption`, "CMEK", { absent: "violates" }),
    ...mustBeSet(props, `${disk}kmsKey`),
  ];
}

function mustHaveOneOwner(props: object, path: string): Finding[] {
  return judge(read(props, path), "name the one person who uses it", { absent: "violates" }, (value, at) => {
    const complies = Array.isArray(value) && value.length === 1;
    return complies ? [] : [violation(`${at} must name exactly one person`)];
  });
}

/** The notebook must stop after a time without activity, which `toMinutes` reads. */
function mustStopWithin(
  props: object,
  path: Path,
  toMinutes: (value: unknown) => number | undefined,
  context: Context,
  options: RuleOptions,
): Finding[] {
  const max = context.number("maxIdleMinutes");
  return judge(read(props, path), `set it to at most ${max} minutes`, options, (value, at) => {
    const minutes = toMinutes(value);
    const complies = minutes !== undefined && minutes > 0 && minutes <= max;
    return complies ? [] : [violation(`${at} must be a time of at most ${max} minutes`)];
  });
}

/** Google Cloud stops idle notebooks after three hours by default: too late when the limit is lower. */
function threeHourDefault(context: Context): RuleOptions {
  return { absent: context.number("maxIdleMinutes") >= 180 ? "complies" : "violates" };
}

/** A Studio application must stop when idle, unless the domain does not offer it. */
function studioAppMustStop(props: object, app: string, settings: string, context: Context): Finding[] {
  const idle = `defaultUserSettings.${settings}.appLifecycleManagement.idleSettings`;
  const hidden = mustContain(props, "defaultUserSettings.studioWebPortalSettings.hiddenAppTypes", app, {
    absent: "violates",
  });
  return unless(hidden, [
    ...mustEqual(props, `${idle}.lifecycleManagement`, "ENABLED", { absent: "violates" }),
    ...mustStopWithin(props, `${idle}.idleTimeoutInMinutes`, plainMinutes, context, { absent: "violates" }),
    ...mustStopWithin(props, `${idle}.maxIdleTimeoutInMinutes`, plainMinutes, context, { absent: "complies" }),
  ]);
}

/** A profile or space may stop applications sooner than the domain, whose settings hold for what it leaves out. */
function studioAppMustNotLinger(props: object, settings: string, context: Context): Finding[] {
  const idle = `${settings}.appLifecycleManagement.idleSettings`;
  return [
    ...mustNotEqual(props, `${idle}.lifecycleManagement`, "DISABLED"),
    ...["idleTimeoutInMinutes", "maxIdleTimeoutInMinutes"].flatMap((time) =>
      mustStopWithin(props, `${idle}.${time}`, plainMinutes, context, { absent: "complies" }),
    ),
  ];
}

/** An image must be on the list of approved ones. An empty list approves every image. */
function mustBeApproved(props: object, parts: string[], context: Context, fallback: string): Finding[] {
  const approved = context.list("approvedImages");
  if (approved.length === 0) return [];
  const readings = parts.map((part) => read(props, part));
  const unknown = readings.find((reading) => reading.state === "unknown");
  if (unknown?.state === "unknown") return [{ kind: "undecided", path: unknown.path, cause: unknown.cause }];
  const known = readings.flatMap((reading) => (reading.state === "known" ? [String(reading.value)] : []));
  const image = known.length > 0 ? known.join("/") : fallback;
  return isListed(approved, image) ? [] : [violation(`the image ${image} is not approved`)];
}

/** Complies when the machine has a GPU, and machines with GPUs are left out. */
function hasAccelerator(props: object, path: string, kind: "list" | "object" | "text", context: Context): Finding[] {
  if (context.flag("includeAccelerators")) return [violation("machines with GPUs are included")];
  return judge(read(props, path), "", { absent: "violates" }, () => mustBeSet(props, path, kind));
}

const GOOGLE_IMAGE = "cloud-notebooks-managed/workbench-instances";

const controls: Control[] = [
  {
    id: "notebook-no-direct-internet",
    title: "Notebooks have no internet connection or public address of their own",
    severity: "critical",
    why: "A notebook with its own way to the internet bypasses every network control, for data going out and for attackers coming in.",
    remedy: "Switch off direct internet access and public addresses, and reach services through private endpoints.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "AC-21", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.3.2", "1.4.4"],
      mitreAtlas: ["AML.T0025"],
      securityHub: ["SageMaker.1"],
      googlePolicy: ["constraints/ainotebooks.restrictPublicIp"],
      checkov: ["CKV_AWS_122", "CKV_GCP_89", "CKV2_GCP_28", "CKV2_GCP_36"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "`directInternetAccess` is `Enabled`",
          evaluate: ({ props }) => mustEqual(props, "directInternetAccess", "Disabled", { absent: "violates" }),
        },
      ],
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "the machine gets an ephemeral public address",
          evaluate: ({ props }) => [
            ...mustBeTrue(props, "gceSetup.disablePublicIp"),
            ...each(props, "gceSetup.networkInterfaces", (path) => mustBeAbsent(props, `${path}.accessConfigs`)),
          ],
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "the machine gets an ephemeral public address",
          evaluate: ({ props }) => mustBeTrue(props, "noPublicIp"),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "the machine gets an ephemeral public address",
          evaluate: ({ props }) => mustBeTrue(props, `${RUNTIME_MACHINE}.internalIpOnly`),
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "not documented, so it must be switched off explicitly",
          evaluate: ({ props }) => mustEqual(props, "networkSpec.enableInternetAccess", false, { absent: "violates" }),
        },
        ...ownMachineChecks((props, run) =>
          mustEqual(props, `${run}customEnvironmentSpec.networkSpec.enableInternetAccess`, false, {
            absent: "violates",
          }),
        ),
      ],
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "nodes get public addresses",
          evaluate: ({ props }) =>
            onCompute(
              props,
              COMPUTE_KINDS,
              mustEqual(props, "properties.properties.enableNodePublicIp", false, { absent: "violates" }),
            ),
        },
        {
          types: [CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER],
          whenAbsent: "violates",
          cloudDefault: "`nodePublicIpEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "nodePublicIpEnabled", false, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "notebook-private-network",
    title: "Notebooks run in a network of your own",
    severity: "high",
    why: "Outside your network no firewall, endpoint policy or flow log sees what a notebook does, and in a default network everything reaches it.",
    remedy: "Place the notebook in a private subnet of the workspace's network, or of Azure ML's managed network.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.1"],
      securityHub: ["SageMaker.2"],
      azurePolicy: ["7804b5c7"],
      googlePolicy: ["constraints/ainotebooks.restrictVpcNetworks"],
      checkov: ["CKV_AWS_306"],
    },
    parameters: {
      approvedNetworks: {
        description:
          "Networks or subnets of Google Cloud, as `projects/<project>/global/networks/<name>`; * stands for any text. Empty: every network but the default one.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "a network that AWS owns",
          evaluate: ({ props }) => mustBeSet(props, "subnetId"),
        },
      ],
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "the project's default network",
          evaluate: ({ props }, context) => [
            ...mustBeSet(props, "gceSetup.networkInterfaces", "list"),
            ...each(props, "gceSetup.networkInterfaces", (path) =>
              mustBeInOwnNetwork(props, `${path}.network`, `${path}.subnet`, context.list("approvedNetworks")),
            ),
          ],
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "the project's default network",
          evaluate: ({ props }, context) =>
            mustBeInOwnNetwork(props, "network", "subnet", context.list("approvedNetworks")),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "a network that Google owns",
          evaluate: ({ props }, context) =>
            mustBeInOwnNetwork(
              props,
              `${RUNTIME_MACHINE}.network`,
              `${RUNTIME_MACHINE}.subnet`,
              context.list("approvedNetworks"),
            ),
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "the project's default network",
          evaluate: ({ props }, context) =>
            mustBeInOwnNetwork(
              props,
              "networkSpec.network",
              "networkSpec.subnetwork",
              context.list("approvedNetworks"),
            ),
        },
        ...ownMachineChecks((props, run, context) =>
          mustBeInOwnNetwork(
            props,
            `${run}customEnvironmentSpec.networkSpec.network`,
            `${run}customEnvironmentSpec.networkSpec.subnetwork`,
            context.list("approvedNetworks"),
          ),
        ),
      ],
    },
    stackChecks: { azure: [computeInPrivateNetwork] },
  },
  notebookSecurityGroups,
  executionIdentityNotAdmin,
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
      gcp: metadataChecks("notebook-disable-root", "users can become root", mustBeTrue),
    },
  },
  {
    id: "notebook-disk-cmk",
    title: "Notebook disks are encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts the working copies of your data, and take the right away.",
    remedy: "Give the notebook's disks the workspace's notebook key.",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["SageMaker.21"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_22", "CKV_AWS_187", "CKV2_GCP_21", "CKV2_GCP_27", "CKV2_GCP_35"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "a key that AWS owns",
          evaluate: ({ props }) => mustNameKmsKey(props, "kmsKeyId"),
        },
      ],
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages (`GMEK`), for the boot disk and for the data disk",
          evaluate: ({ props }) => [
            ...mustUseDiskKey(props, "gceSetup.bootDisk."),
            ...mustUseDiskKey(props, "gceSetup.dataDisks."),
          ],
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages (`GMEK`)",
          evaluate: ({ props }) => mustUseDiskKey(props, ""),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages",
          evaluate: ({ props }) => mustBeSet(props, `${RUNTIME_MACHINE}.encryptionConfig.kmsKey`),
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "encryptionSpec.kmsKeyName"),
        },
        // A single run takes no key.
        ...ownMachineChecks(
          (props, run) => mustBeSet(props, `${run}encryptionSpec.kmsKeyName`),
          ["gcp:colab/schedule:Schedule", "gcp:vertex/aiSchedule:AiSchedule"],
        ),
      ],
    },
  },
  {
    id: "notebook-imdsv2",
    title: "Notebooks serve instance metadata by version 2 only",
    severity: "high",
    why: "With version 1, one forged request from inside the notebook is enough to steal its role's credentials.",
    remedy: 'Set `minimumInstanceMetadataServiceVersion` to "2".',
    frameworks: {
      nist80053: ["AC-3", "AC-6", "IA-5"],
      iso27001: ["A.8.9"],
      soc2: ["CC6.1"],
      pciDss: ["2.2.6"],
      mitreAtlas: ["AML.T0055"],
      checkov: ["CKV_AWS_371"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "versions 1 and 2",
          evaluate: ({ props }) =>
            mustEqual(props, "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion", "2", {
              absent: "violates",
            }),
        },
      ],
    },
  },
  {
    id: "notebook-supported-platform",
    title: "Notebook instances run on a supported platform",
    severity: "medium",
    why: "A platform at the end of its life gets no security updates.",
    remedy: "Set `platformIdentifier` to a platform that AWS supports.",
    frameworks: {
      nist80053: ["SI-2"],
      iso27001: ["A.8.8"],
      soc2: ["CC7.1"],
      pciDss: ["6.3.3"],
      securityHub: ["SageMaker.8"],
    },
    parameters: {
      supportedPlatforms: {
        description: "Platform identifiers that are still supported.",
        type: "array",
        default: ["notebook-al2023-v1"],
      },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_NOTEBOOK,
          whenAbsent: "violates",
          cloudDefault: "`notebook-al2-v3` in some regions and accounts",
          evaluate: ({ props }, context) =>
            mustBeOneOf(props, "platformIdentifier", context.list("supportedPlatforms"), { absent: "violates" }),
        },
      ],
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
    id: "notebook-no-public-ssh",
    title: "Notebooks and clusters accept no SSH from the internet",
    severity: "high",
    why: "An open SSH port lets anyone guess keys and passwords, and lets a user in past the workspace's sign-in.",
    remedy: "Close the SSH port and open terminals through the workspace.",
    frameworks: {
      nist80053: ["AC-17", "SC-7"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "2.2.4"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "closed on instances; open on clusters whose nodes have public addresses",
          evaluate: ({ props }) => [
            ...onCompute(
              props,
              ["ComputeInstance"],
              mustNotEqual(props, "properties.properties.sshSettings.sshPublicAccess", "Enabled"),
            ),
            ...onCompute(
              props,
              ["AmlCompute"],
              unless(
                mustEqual(props, "properties.properties.enableNodePublicIp", false, { absent: "violates" }),
                mustEqual(props, "properties.properties.remoteLoginPortPublicAccess", "Disabled", {
                  absent: "violates",
                }),
              ),
            ),
          ],
        },
        {
          types: [CLASSIC_COMPUTE_CLUSTER],
          whenAbsent: "complies",
          cloudDefault: "`sshPublicAccessEnabled` is `false`",
          evaluate: ({ props }) => mustNotEqual(props, "sshPublicAccessEnabled", true),
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
          evaluate: ({ props }) => onCompute(props, COMPUTE_KINDS, mustBeTrue(props, "properties.disableLocalAuth")),
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
    id: "notebook-measured-boot",
    title: "Notebook machines keep their virtual TPM and integrity monitoring",
    severity: "high",
    why: "Without them nobody notices that a boot loader or kernel was replaced.",
    remedy: "Leave `enableVtpm` and `enableIntegrityMonitoring` on.",
    frameworks: {
      nist80053: ["SI-7"],
      iso27001: ["A.8.9"],
      soc2: ["CC7.1"],
      pciDss: ["11.5.2"],
      googlePolicy: ["constraints/compute.requireShieldedVm"],
      checkov: ["CKV_GCP_126", "CKV_GCP_127"],
    },
    checks: {
      gcp: [
        [WORKBENCH, "gceSetup.shieldedInstanceConfig"],
        [LEGACY_NOTEBOOK, "shieldedInstanceConfig"],
        [LEGACY_RUNTIME, `${RUNTIME_MACHINE}.shieldedInstanceConfig`],
      ].map(([type, config]) => ({
        types: [type as string],
        whenAbsent: "complies" as const,
        cloudDefault: "both are on",
        evaluate: ({ props }) =>
          ["enableVtpm", "enableIntegrityMonitoring"].flatMap((option) =>
            mustEqual(props, `${config}.${option}`, true, { absent: "complies" }),
          ),
      })),
    },
  },
  {
    id: "notebook-secure-boot",
    title: "Notebook machines boot signed software only",
    severity: "medium",
    why: "Without secure boot, malware that runs once as root can survive every restart.",
    remedy: "Set `enableSecureBoot`.",
    frameworks: {
      nist80053: ["SI-7"],
      iso27001: ["A.8.9"],
      soc2: ["CC7.1"],
      googlePolicy: ["constraints/compute.requireShieldedVm"],
    },
    parameters: {
      includeAccelerators: {
        description: "Also ask it of machines with GPUs, whose drivers must then be signed.",
        type: "boolean",
        default: false,
      },
    },
    checks: {
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, "gceSetup.acceleratorConfigs", "list", context),
              mustBeTrue(props, "gceSetup.shieldedInstanceConfig.enableSecureBoot"),
            ),
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, "acceleratorConfig", "object", context),
              mustBeTrue(props, "shieldedInstanceConfig.enableSecureBoot"),
            ),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, `${RUNTIME_MACHINE}.acceleratorConfig`, "object", context),
              mustBeTrue(props, `${RUNTIME_MACHINE}.shieldedInstanceConfig.enableSecureBoot`),
            ),
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, "machineSpec.acceleratorType", "text", context),
              mustBeTrue(props, "shieldedVmConfig.enableSecureBoot"),
            ),
        },
        ...ownMachineChecks((props, run, context) =>
          unless(
            hasAccelerator(props, `${run}customEnvironmentSpec.machineSpec.acceleratorType`, "text", context),
            mustBeTrue(props, `${run}customEnvironmentSpec.shieldedInstanceConfig.enableSecureBoot`),
          ),
        ),
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
    checks: { gcp: metadataChecks("notebook-disable-downloads", "downloads are possible", mustBeTrue) },
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
    checks: { gcp: metadataChecks("notebook-disable-terminal", "a terminal is offered", mustBeTrue) },
  },
  {
    id: "notebook-serial-port-disabled",
    title: "The serial port of notebook machines is closed",
    severity: "high",
    why: "The interactive serial console is reached from any address: no firewall rule applies to it.",
    remedy: "Leave the metadata `serial-port-enable` out, or set it to `false`.",
    frameworks: {
      nist80053: ["AC-17", "CM-7"],
      cis: ["GCP 4.0.0 4.5"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      googlePolicy: ["constraints/compute.disableSerialPortAccess"],
      checkov: ["CKV_GCP_35"],
    },
    url: "https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-using-serial-console",
    checks: {
      gcp: metadataChecks("serial-port-enable", "the port is closed", mustBeOff, "complies"),
    },
  },
  {
    id: "notebook-automatic-upgrades",
    title: "Notebooks are upgraded on a schedule",
    severity: "medium",
    why: "A notebook that nobody upgrades collects known vulnerabilities.",
    remedy: "Set an upgrade schedule in cron form, such as `00 19 * * MON`.",
    frameworks: {
      nist80053: ["SI-2"],
      iso27001: ["A.8.8"],
      soc2: ["CC7.1"],
      pciDss: ["6.3.3"],
      googlePolicy: ["constraints/ainotebooks.requireAutoUpgradeSchedule"],
    },
    checks: {
      gcp: [
        ...metadataChecks("notebook-upgrade-schedule", "upgrades are left to the user", mustBeSet),
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "upgrades are left to the user",
          evaluate: ({ props }) => mustBeSet(props, "softwareConfig.notebookUpgradeSchedule"),
        },
        {
          types: ["gcp:colab/runtime:Runtime"],
          whenAbsent: "violates",
          cloudDefault: "upgrades are left to the user",
          evaluate: ({ props }) => mustBeTrue(props, "autoUpgrade"),
        },
      ],
    },
  },
  {
    id: "notebook-approved-image",
    title: "Notebooks start from an approved image",
    severity: "medium",
    why: "An image from anywhere can bring malware along, or lack the agents that watch the machine.",
    remedy: "Use an image of the list, or have yours added to it by the platform team.",
    frameworks: {
      nist80053: ["CM-7(5)", "SA-12"],
      iso27001: ["A.8.9", "A.8.19"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
      googlePolicy: ["constraints/ainotebooks.environmentOptions"],
    },
    parameters: {
      approvedImages: {
        description:
          "Images as `project/name`, `project/family` or a container repository; * stands for any text. Empty: every image.",
        type: "array",
        default: [],
      },
    },
    checks: {
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "complies",
          cloudDefault: `Google's newest ${GOOGLE_IMAGE} image`,
          evaluate: ({ props }, context) =>
            read(props, "gceSetup.containerImage").state === "absent"
              ? mustBeApproved(
                  props,
                  ["gceSetup.vmImage.project", "gceSetup.vmImage.family", "gceSetup.vmImage.name"],
                  context,
                  GOOGLE_IMAGE,
                )
              : mustBeApproved(props, ["gceSetup.containerImage.repository"], context, ""),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "complies",
          cloudDefault: "Google's own kernels",
          evaluate: ({ props }, context) =>
            each(props, `${RUNTIME_MACHINE}.containerImages`, (path) =>
              mustBeApproved(props, [`${path}.repository`], context, ""),
            ),
        },
        {
          types: [LEGACY_NOTEBOOK, "gcp:notebooks/environment:Environment"],
          whenAbsent: "complies",
          cloudDefault: "an image must be given",
          evaluate: ({ props }, context) =>
            read(props, "containerImage").state === "absent"
              ? mustBeApproved(props, ["vmImage.project", "vmImage.imageFamily", "vmImage.imageName"], context, "")
              : mustBeApproved(props, ["containerImage.repository"], context, ""),
        },
      ],
    },
  },
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
  {
    id: "notebook-idle-shutdown",
    title: "Notebooks stop when nobody uses them",
    severity: "medium",
    why: "A forgotten notebook keeps an open session and costs money, day and night.",
    remedy: "Set the time after which an idle notebook stops.",
    frameworks: {
      nist80053: ["AC-12", "SC-10"],
      iso27001: ["A.8.1"],
      soc2: ["CC6.1"],
      pciDss: ["8.2.8"],
      azurePolicy: ["679ddf89"],
    },
    parameters: {
      maxIdleMinutes: {
        description: "Longest time without activity, in minutes.",
        type: "integer",
        default: 180,
        minimum: 10,
        maximum: 10080,
      },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "violates",
          cloudDefault: "JupyterLab and Code Editor never stop by themselves",
          evaluate: ({ props }, context) => [
            ...studioAppMustStop(props, "JupyterLab", "jupyterLabAppSettings", context),
            ...studioAppMustStop(props, "CodeEditor", "codeEditorAppSettings", context),
          ],
        },
        ...OVERRIDES.map(([types, settings]) => ({
          types,
          whenAbsent: "complies" as const,
          cloudDefault: "the domain's settings",
          evaluate: ({ props }: { props: object }, context: Context) =>
            ["jupyterLabAppSettings", "codeEditorAppSettings"].flatMap((app) =>
              studioAppMustNotLinger(props, `${settings}.${app}`, context),
            ),
        })),
      ],
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "complies",
          cloudDefault: "the notebook stops after 180 minutes",
          evaluate: ({ props }, context) =>
            mustStopWithin(
              props,
              "gceSetup.metadata.idle-timeout-seconds",
              secondsAsMinutes,
              context,
              threeHourDefault(context),
            ),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "complies",
          cloudDefault: "the notebook stops after 180 minutes",
          evaluate: ({ props }, context) => [
            ...mustNotEqual(props, "softwareConfig.idleShutdown", false),
            ...mustStopWithin(
              props,
              "softwareConfig.idleShutdownTimeout",
              plainMinutes,
              context,
              threeHourDefault(context),
            ),
          ],
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "not documented, so it must be set",
          evaluate: ({ props }, context) =>
            mustStopWithin(props, "idleShutdownConfig.idleTimeout", secondsAsMinutes, context, {
              absent: "violates",
            }),
        },
      ],
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "compute instances never stop by themselves",
          evaluate: ({ props }, context) =>
            onCompute(
              props,
              ["ComputeInstance"],
              mustStopWithin(props, "properties.properties.idleTimeBeforeShutdown", isoMinutes, context, {
                absent: "violates",
              }),
            ),
        },
      ],
    },
  },
  {
    id: "notebook-no-ip-forwarding",
    title: "Notebook machines do not forward packets",
    severity: "medium",
    why: "A machine that forwards packets can route other traffic around the network's firewalls.",
    remedy: "Leave `enableIpForwarding` off.",
    frameworks: {
      nist80053: ["CM-7", "SC-7"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.2.5"],
      googlePolicy: ["constraints/compute.vmCanIpForward"],
    },
    checks: {
      gcp: [
        {
          types: [WORKBENCH],
          whenAbsent: "complies",
          cloudDefault: "packets are not forwarded",
          evaluate: ({ props }) => mustEqual(props, "gceSetup.enableIpForwarding", false, { absent: "complies" }),
        },
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
    id: "compute-cluster-scales-to-zero",
    title: "Compute clusters scale down to no nodes",
    severity: "low",
    why: "Nodes that wait for jobs cost money and keep data and credentials on a running machine.",
    remedy: "Set the smallest number of nodes to 0.",
    frameworks: { nist80053: ["CM-7"], soc2: ["CC6.1"], checkov: ["CKV_AZURE_150"] },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "complies",
          cloudDefault: "`minNodeCount` is 0",
          evaluate: ({ props }) =>
            onCompute(
              props,
              ["AmlCompute"],
              mustBeBetween(
                props,
                "properties.properties.scaleSettings.minNodeCount",
                { max: 0 },
                { absent: "complies" },
              ),
            ),
        },
        {
          types: [CLASSIC_COMPUTE_CLUSTER],
          whenAbsent: "violates",
          cloudDefault: "must be given",
          evaluate: ({ props }) =>
            mustBeBetween(props, "scaleSettings.minNodeCount", { max: 0 }, { absent: "violates" }),
        },
      ],
    },
  },
];

/** Notebooks. */
export const notebooks: Topic = { title: "Notebooks", controls };
