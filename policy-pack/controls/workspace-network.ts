/** Controls of how workspaces are reached, and what they reach. */
import { type Answer, all, any, ask, both, not, violatesIf } from "../checks/answers.ts";
import { AZURE_WORKSPACES, unlessProject } from "../checks/azure-ml.ts";
import { onlyIf } from "../checks/conditions.ts";
import { isInternet } from "../checks/firewall-rules.ts";
import { CLASSIC_ENDPOINT, leadsTo, mustHavePrivateEndpoint, PRIVATE_ENDPOINT } from "../checks/private-endpoints.ts";
import { refers } from "../checks/relations.ts";
import { AZURE_ML_WORKSPACE, CLASSIC_HUB, CLASSIC_ML_WORKSPACE, SAGEMAKER_DOMAIN } from "../checks/types.ts";
import { holdsWorkspaceZones } from "../checks/workspace-zones.ts";
import type { Context, Control, StackResource, StackView } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  judge,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotBeOneOf,
  mustNotEqual,
  same,
  violation,
} from "../findings.ts";
import { mapKeys, read } from "../read.ts";

const ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup";
const OUTBOUND_RULES = [
  "azure-native:machinelearningservices:ManagedNetworkSettingsRule",
  "azure-native:machinelearningservices:OutboundRule",
  "azure-native:cognitiveservices:OutboundRule",
];

/** Every endpoint that leads to the workspace needs both of the workspace's zones. */
function mustHaveDnsZones(workspace: StackResource, stack: StackView): Finding[] {
  return stack.ofType(PRIVATE_ENDPOINT, CLASSIC_ENDPOINT).flatMap((endpoint) => {
    const lacks = not(resolvesPrivately(endpoint, stack));
    const message = `its private endpoint ${endpoint.name} has no zone group with the workspace's two DNS zones`;
    return violatesIf(all(leadsTo(endpoint, workspace), lacks), message);
  });
}

/** The zones are named in a group that is a resource of its own or, in the classic provider, part of the endpoint. */
function resolvesPrivately(endpoint: StackResource, stack: StackView): Answer {
  if (endpoint.type === CLASSIC_ENDPOINT) return holdsWorkspaceZones(endpoint, "privateDnsZoneGroup.privateDnsZoneIds");
  const groups = stack.ofType(ZONE_GROUP).map((group) => {
    const belongs = refers(group, "privateEndpointName", endpoint, ["privateEndpointName", "name"]);
    return both(belongs, () => holdsWorkspaceZones(group, "privateDnsZoneConfigs", ".privateDnsZoneId"));
  });
  return any(...groups);
}

/** A rule of the managed network must not lead to places where anybody can store data. */
function mustBeNarrow(props: object, rule: string, context: Context): Finding[] {
  const type = `${rule}type`;
  return [
    ...onlyIf(props, type, (value) => same(value, "FQDN"), mustNotLeadAnywhere(props, `${rule}destination`, context)),
    ...onlyIf(props, type, (value) => same(value, "ServiceTag"), mustNotOpen(props, `${rule}destination`, context)),
  ];
}

/** Rules about service tags and address ranges can also deny. */
function mustNotOpen(props: object, destination: string, context: Context): Finding[] {
  const opened = [
    ...mustNotBeOneOf(props, `${destination}.serviceTag`, context.list("forbiddenServiceTags")),
    ...each(props, `${destination}.addressPrefixes`, (prefix) =>
      violatesIf(ask(read(props, prefix), isInternet), `${prefix} is a part of the internet that nobody owns alone`),
    ),
  ];
  return onlyIf(props, `${destination}.action`, (action) => !same(action, "Deny"), opened);
}

function mustNotLeadAnywhere(props: object, path: string, context: Context): Finding[] {
  // An asterisk and at most one label, such as *.com, is half the internet.
  const isBroad = (host: unknown) => typeof host === "string" && /^\*(\.[^.]*)?$/.test(host.trim());
  const broad = judge(read(props, path), "", { absent: "complies" }, (host, at) =>
    isBroad(host) ? [violation(`${at} leads to hosts that anybody can own`)] : [],
  );
  return broad.length > 0 ? broad : mustNotBeOneOf(props, path, context.list("forbiddenHosts"));
}

function inlineRules(props: object, context: Context): Finding[] {
  const rules = "managedNetwork.outboundRules";
  const names = mapKeys(props, rules);
  if (!Array.isArray(names)) return judge(names, "", { absent: "complies" }, () => []);
  return names.flatMap((name) => {
    const rule = read(props, [...rules.split("."), name]);
    if (rule.state === "known" && typeof rule.value === "object" && rule.value !== null) {
      return mustBeNarrow(rule.value, "", context).map((finding) =>
        finding.kind === "violation" ? violation(`outbound rule ${name}: ${finding.message}`) : finding,
      );
    }
    return judge(rule, "", { absent: "complies" }, (_, at) => [violation(`${at} is no outbound rule`)]);
  });
}

/** Part of the topic of workspaces. */
export const network: Control[] = [
  {
    id: "workspace-no-public-access",
    title: "Workspaces cannot be reached from the internet",
    severity: "critical",
    why: "A public workspace is one stolen password or token away from all data, models and compute of the team.",
    remedy: "Disable public network access and reach the workspace through its private endpoint.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-configure-private-link",
    frameworks: {
      nist80053: ["AC-3", "AC-17", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.4"],
      mitreAtlas: ["AML.T0049"],
      azurePolicy: ["438c38d2", "a10ee784"],
      checkov: ["CKV_AZURE_144", "CKV2_AZURE_49"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) => [
            ...mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
            ...mustEqual(props, "allowPublicAccessWhenBehindVnet", false, { absent: "complies" }),
          ],
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccessEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "publicNetworkAccessEnabled", false, { absent: "violates" }),
        },
        {
          types: [CLASSIC_HUB],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) => mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "workspace-controlled-egress",
    title: "Workspaces reach the internet through a controlled network only",
    severity: "high",
    why: "A workspace with its own way to the internet lets any notebook or job send data anywhere, unseen.",
    remedy: "Use `VpcOnly` for SageMaker domains and `AllowOnlyApprovedOutbound` for Azure ML's managed network.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.12", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
      azurePolicy: ["6ddb1705"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "violates",
          cloudDefault: "`appNetworkAccessType` is `PublicInternetOnly`",
          evaluate: ({ props }) => mustEqual(props, "appNetworkAccessType", "VpcOnly", { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: AZURE_WORKSPACES,
          whenAbsent: "violates",
          cloudDefault: "no managed network; compute of the service reaches the internet",
          evaluate: ({ props }) =>
            unlessProject(
              props,
              mustEqual(props, "managedNetwork.isolationMode", "AllowOnlyApprovedOutbound", { absent: "violates" }),
            ),
        },
      ],
    },
  },
  {
    id: "workspace-outbound-rules-narrow",
    title: "Outbound rules lead to named hosts, not to places that anybody can use",
    severity: "high",
    why: "One rule for all storage accounts, or for a whole top-level domain, undoes the managed network: data can be copied to anyone's account.",
    remedy: "Allow single hosts, and reach storage accounts through private endpoint rules.",
    frameworks: {
      nist80053: ["AC-4", "SC-7(5)"],
      iso27001: ["A.8.12", "A.8.23"],
      soc2: ["CC6.7"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
    },
    parameters: {
      forbiddenHosts: {
        description: "Hosts, as they are written in rules of the type FQDN, that must not be allowed.",
        type: "array",
        default: [
          "*.blob.core.windows.net",
          "*.dfs.core.windows.net",
          "*.file.core.windows.net",
          "*.queue.core.windows.net",
          "*.table.core.windows.net",
          "*.core.windows.net",
          "*.amazonaws.com",
          "*.s3.amazonaws.com",
          "s3.amazonaws.com",
          "*.googleapis.com",
          "*.storage.googleapis.com",
          "storage.googleapis.com",
        ],
      },
      forbiddenServiceTags: {
        description: "Service tags that must not be allowed.",
        type: "array",
        default: ["Internet", "AzureCloud", "Storage"],
      },
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "complies",
          cloudDefault: "no rules beyond the required ones",
          evaluate: ({ props }, context) => inlineRules(props, context),
        },
        {
          types: OUTBOUND_RULES,
          whenAbsent: "complies",
          cloudDefault: "a rule without a destination allows nothing",
          evaluate: ({ props }, context) => mustBeNarrow(props, "properties.", context),
        },
        {
          types: ["azure:machinelearning/workspaceNetworkOutboundRuleFqdn:WorkspaceNetworkOutboundRuleFqdn"],
          whenAbsent: "complies",
          cloudDefault: "must be given",
          evaluate: ({ props }, context) => mustNotLeadAnywhere(props, "destinationFqdn", context),
        },
        {
          types: [
            "azure:machinelearning/workspaceNetworkOutboundRuleServiceTag:WorkspaceNetworkOutboundRuleServiceTag",
          ],
          whenAbsent: "complies",
          cloudDefault: "must be given",
          evaluate: ({ props }, context) => mustNotBeOneOf(props, "serviceTag", context.list("forbiddenServiceTags")),
        },
      ],
    },
  },
  {
    id: "workspace-private-endpoint",
    title: "Workspaces have a private endpoint",
    severity: "high",
    why: "Without a private endpoint people and jobs can reach the workspace over the internet only, or not at all.",
    remedy: "Create a private endpoint for the workspace in the same stack.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.4.1"],
      azurePolicy: ["45e05259", "7838fd83"],
      checkov: ["CKV_AZURE_243"],
    },
    stackChecks: {
      azure: [
        {
          types: AZURE_WORKSPACES,
          requires: "a private endpoint that leads to the workspace; projects use their hub's",
          evaluate: (workspace, stack) =>
            unlessProject(workspace.props, mustHavePrivateEndpoint(workspace, stack, "workspace")),
        },
      ],
    },
  },
  {
    id: "workspace-private-dns",
    title: "Private endpoints of workspaces have their DNS zones",
    severity: "medium",
    why: "Without the zones, names resolve to the public addresses, and people are tempted to switch public access on again.",
    remedy: "Give the endpoint one zone group with `privatelink.api.azureml.ms` and `privatelink.notebooks.azure.net`.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-custom-dns",
    frameworks: {
      nist80053: ["SC-7", "SC-20"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      azurePolicy: ["ee40564d"],
    },
    stackChecks: {
      azure: [
        {
          types: AZURE_WORKSPACES,
          requires: "a zone group with both zones for each private endpoint that leads to the workspace",
          evaluate: mustHaveDnsZones,
        },
      ],
    },
  },
  {
    id: "workspace-serverless-private",
    title: "Serverless compute has no public address",
    severity: "medium",
    why: "Serverless jobs run on machines that nobody sees in the stack; with public addresses they stand outside the workspace's network.",
    remedy: "Use a managed network, or give serverless compute a subnet and no public address.",
    frameworks: { nist80053: ["AC-4", "SC-7"], iso27001: ["A.8.20"], soc2: ["CC6.6"], pciDss: ["1.3.1"] },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "machines with public addresses, outside any network of yours",
          evaluate: ({ props }) =>
            unlessProject(
              props,
              anyOf(
                mustBeOneOf(
                  props,
                  "managedNetwork.isolationMode",
                  ["AllowOnlyApprovedOutbound", "AllowInternetOutbound"],
                  { absent: "violates" },
                ),
                mustEqual(props, "serverlessComputeSettings.serverlessComputeNoPublicIP", true, {
                  absent: "violates",
                }),
              ),
            ),
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "machines outside any network of yours",
          evaluate: ({ props }) =>
            anyOf(
              mustBeOneOf(
                props,
                "managedNetwork.isolationMode",
                ["AllowOnlyApprovedOutbound", "AllowInternetOutbound"],
                { absent: "violates" },
              ),
              [
                ...mustBeSet(props, "serverlessCompute.subnetId"),
                ...mustNotEqual(props, "serverlessCompute.publicIpEnabled", true),
              ],
            ),
        },
      ],
    },
  },
  {
    id: "workspace-no-v1-legacy-mode",
    title: "Workspaces do not run in v1 legacy mode",
    severity: "medium",
    why: "Legacy mode keeps the newer API, with its network isolation and managed network, switched off.",
    remedy: "Leave `v1LegacyMode` off.",
    frameworks: { nist80053: ["CM-7", "SC-7"], iso27001: ["A.8.9"], soc2: ["CC6.6"], azurePolicy: ["e413671a"] },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "complies",
          cloudDefault: "`v1LegacyMode` is `false`",
          evaluate: ({ props }) => mustNotEqual(props, "v1LegacyMode", true),
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "complies",
          cloudDefault: "`v1LegacyModeEnabled` is `false`",
          evaluate: ({ props }) => mustNotEqual(props, "v1LegacyModeEnabled", true),
        },
      ],
    },
  },
];
