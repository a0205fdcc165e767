/** Controls of how notebooks and their machines are reached, and what they reach. */
import { COMPUTE_KINDS, onCompute } from "../checks/azure-ml.ts";
import { mustBeInOwnNetwork } from "../checks/google-defaults.ts";
import { metadataChecks, mustBeOn, RUNTIME_MACHINE } from "../checks/google-notebooks.ts";
import { ownMachineChecks } from "../checks/notebook-runs.ts";
import {
  AZURE_ML_COMPUTE,
  CLASSIC_COMPUTE_CLUSTER,
  CLASSIC_COMPUTE_INSTANCE,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_NOTEBOOK,
  WORKBENCH,
} from "../checks/types.ts";
import type { Control } from "../control.ts";
import {
  each,
  type Finding,
  mustBeAbsent,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  unless,
} from "../findings.ts";
import { computeInPrivateNetwork } from "./compute-network.ts";
import { notebookSecurityGroups } from "./notebook-security-groups.ts";

/** Google takes `true` and `1` for on. */
function mustBeOff(props: object, path: string): Finding[] {
  return mustBeOneOf(props, path, [false, 0], { absent: "complies" });
}

/** Part of the topic of notebooks. */
export const network: Control[] = [
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
            ...mustBeOn(props, "gceSetup.disablePublicIp"),
            ...each(props, "gceSetup.networkInterfaces", (path) => mustBeAbsent(props, `${path}.accessConfigs`)),
          ],
        },
        {
          types: [LEGACY_NOTEBOOK],
          whenAbsent: "violates",
          cloudDefault: "the machine gets an ephemeral public address",
          evaluate: ({ props }) => mustBeOn(props, "noPublicIp"),
        },
        {
          types: [LEGACY_RUNTIME],
          whenAbsent: "violates",
          cloudDefault: "the machine gets an ephemeral public address",
          evaluate: ({ props }) => mustBeOn(props, `${RUNTIME_MACHINE}.internalIpOnly`),
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
];
