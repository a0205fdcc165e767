/** Controls of the machines of notebooks: keys, boot, images, upgrades, and when they stop. */
import { isListed } from "../checks/allow-lists.ts";
import { onCompute } from "../checks/azure-ml.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { isoMinutes } from "../checks/durations.ts";
import { metadataChecks, mustBeOn, RUNTIME_MACHINE } from "../checks/google-notebooks.ts";
import { ownMachineChecks } from "../checks/notebook-runs.ts";
import {
  AZURE_ML_COMPUTE,
  CLASSIC_COMPUTE_CLUSTER,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_NOTEBOOK,
  WORKBENCH,
} from "../checks/types.ts";
import type { Context, Control } from "../control.ts";
import {
  each,
  type Finding,
  judge,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  unless,
  violation,
} from "../findings.ts";
import { read, textOf } from "../read.ts";
import { notebookIdleShutdown } from "./notebook-idle-shutdown.ts";

function mustUseDiskKey(props: object, disk: string): Finding[] {
  return [
    ...mustEqual(props, `${disk}diskEncryption`, "CMEK", { absent: "violates" }),
    ...mustBeSet(props, `${disk}kmsKey`),
  ];
}

/** An image must be on the list of approved ones. An empty list approves every image. */
function mustBeApproved(props: object, parts: string[], context: Context, fallback: string): Finding[] {
  const approved = context.list("approvedImages");
  if (approved.length === 0) return [];
  const readings = parts.map((part) => read(props, part));
  const unknown = readings.find((reading) => reading.state === "unknown");
  if (unknown?.state === "unknown") return [{ kind: "undecided", path: unknown.path, cause: unknown.cause }];
  const known = readings.flatMap((reading) => (reading.state === "known" ? [textOf(reading.value)] : []));
  const image = known.length > 0 ? known.join("/") : fallback;
  return isListed(approved, image) ? [] : [violation(`the image ${image} is not approved`)];
}

/** Complies when the machine has a GPU, and machines with GPUs are left out. */
function hasAccelerator(props: object, path: string, kind: "list" | "object" | "text", context: Context): Finding[] {
  if (context.flag("includeAccelerators")) return [violation("machines with GPUs are included")];
  return judge(read(props, path), "", { absent: "violates" }, () => mustBeSet(props, path, kind));
}

/** A cluster must have no node when there is nothing to do, and must find out soon enough. */
function mustScaleDown(props: object, context: Context): Finding[] {
  const scale = "properties.properties.scaleSettings";
  const max = context.number("maxIdleMinutes");
  return [
    ...mustBeBetween(props, `${scale}.minNodeCount`, { max: 0 }, { absent: "complies" }),
    ...judge(read(props, `${scale}.nodeIdleTimeBeforeScaleDown`), "", { absent: "complies" }, (value, at) => {
      const minutes = isoMinutes(value);
      return minutes !== undefined && minutes <= max
        ? []
        : [violation(`${at} must be a time of at most ${max} minutes`)];
    }),
  ];
}

const GOOGLE_IMAGE = "cloud-notebooks-managed/workbench-instances";

/** Part of the topic of notebooks. */
export const machines: Control[] = [
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
              mustBeOn(props, "gceSetup.shieldedInstanceConfig.enableSecureBoot"),
            ),
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, "acceleratorConfig", "object", context),
              mustBeOn(props, "shieldedInstanceConfig.enableSecureBoot"),
            ),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, `${RUNTIME_MACHINE}.acceleratorConfig`, "object", context),
              mustBeOn(props, `${RUNTIME_MACHINE}.shieldedInstanceConfig.enableSecureBoot`),
            ),
        },
        {
          types: [COLAB_TEMPLATE],
          whenAbsent: "violates",
          cloudDefault: "secure boot is off",
          evaluate: ({ props }, context) =>
            unless(
              hasAccelerator(props, "machineSpec.acceleratorType", "text", context),
              mustBeOn(props, "shieldedVmConfig.enableSecureBoot"),
            ),
        },
        ...ownMachineChecks((props, run, context) =>
          unless(
            hasAccelerator(props, `${run}customEnvironmentSpec.machineSpec.acceleratorType`, "text", context),
            mustBeOn(props, `${run}customEnvironmentSpec.shieldedInstanceConfig.enableSecureBoot`),
          ),
        ),
      ],
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
          evaluate: ({ props }) => mustBeOn(props, "autoUpgrade"),
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
  notebookIdleShutdown,
  {
    id: "compute-cluster-scales-to-zero",
    title: "Compute clusters scale down to no nodes soon after the last job",
    severity: "low",
    why: "Nodes that wait for jobs cost money and keep data and credentials on a running machine.",
    remedy: "Set the smallest number of nodes to 0, and give idle ones back within an hour.",
    frameworks: { nist80053: ["CM-7"], soc2: ["CC6.1"], checkov: ["CKV_AZURE_150"] },
    parameters: {
      maxIdleMinutes: {
        description: "Longest time that nodes wait for the next job, in minutes.",
        type: "integer",
        default: 60,
        minimum: 2,
        maximum: 1440,
      },
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "complies",
          cloudDefault: "`minNodeCount` is 0, and idle nodes are given back after 2 minutes",
          evaluate: ({ props }, context) => onCompute(props, ["AmlCompute"], mustScaleDown(props, context)),
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
