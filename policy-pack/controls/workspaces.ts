/** Controls of the ML services' workspaces: SageMaker domains, Vertex AI metadata stores, Azure ML workspaces and data stores. */
import { type Answer, all, any, both, not, violatesIf } from "../checks/answers.ts";
import { unlessProject } from "../checks/azure-ml.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustSendLogs } from "../checks/diagnostic-settings.ts";
import { CLASSIC_ENDPOINT, leadsTo, mustHavePrivateEndpoint, PRIVATE_ENDPOINT } from "../checks/private-endpoints.ts";
import { refers } from "../checks/relations.ts";
import { AZURE_ML_TAGGED, SAGEMAKER_TAGGED, VERTEX_LABELED } from "../checks/tagged-types.ts";
import { mustBeTagged } from "../checks/tags.ts";
import {
  AZURE_ML_WORKSPACE,
  CLASSIC_HUB,
  CLASSIC_ML_WORKSPACE,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_USER_PROFILE,
} from "../checks/types.ts";
import { holdsWorkspaceZones } from "../checks/workspace-zones.ts";
import type { Context, Control, StackResource, StackView, Topic } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  judge,
  mustBeAbsent,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotBeOneOf,
  mustNotEqual,
  same,
  violation,
} from "../findings.ts";
import { mapKeys, type Path, read } from "../read.ts";

const WORKSPACES = [AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE, CLASSIC_HUB];
const ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup";
const DATASTORE = "azure-native:machinelearningservices:Datastore";
const CONNECTIONS = [
  "azure-native:machinelearningservices:WorkspaceConnection",
  "azure-native:cognitiveservices:AccountConnection",
  "azure-native:cognitiveservices:ProjectConnection",
];
const OUTBOUND_RULES = [
  "azure-native:machinelearningservices:ManagedNetworkSettingsRule",
  "azure-native:machinelearningservices:OutboundRule",
  "azure-native:cognitiveservices:OutboundRule",
];

/** Kinds of credentials that a data store keeps in the workspace. */
const STORE_CREDENTIALS = [
  "AccountKey",
  "Certificate",
  "KerberosKeytab",
  "KerberosPassword",
  "Sas",
  "ServicePrincipal",
];

/** Ways to sign in for which the connection keeps a key, a password, a token or a secret. */
const STORED_CREDENTIALS = [
  "AccessKey",
  "AccountKey",
  "ApiKey",
  "CustomKeys",
  "DelegatedSAS",
  "OAuth2",
  "PAT",
  "SAS",
  "ServicePrincipal",
  "UsernamePassword",
];

/** Where the settings of a user stand in a domain and in a user's profile. */
const USER_SETTINGS: [types: string[], settings: string][] = [
  [SAGEMAKER_DOMAIN, "defaultUserSettings"],
  [SAGEMAKER_USER_PROFILE, "userSettings"],
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
    ...each(props, `${destination}.addressPrefixes`, (prefix) => mustNotBeOneOf(props, prefix, ["0.0.0.0/0", "::/0"])),
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

function mustBeEncryptedWhen(props: object, path: string, applies: (value: unknown) => boolean, key: Path): Finding[] {
  return onlyIf(props, path, applies, mustNameKmsKey(props, key));
}

const controls: Control[] = [
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
          types: WORKSPACES,
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
          types: WORKSPACES,
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
          types: WORKSPACES,
          requires: "a zone group with both zones for each private endpoint that leads to the workspace",
          evaluate: mustHaveDnsZones,
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
          types: WORKSPACES,
          requires: "a diagnostic setting with logs for the workspace",
          evaluate: (workspace, stack) => mustSendLogs(workspace, stack, "workspace"),
        },
      ],
    },
  },
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
    id: "workspace-user-assigned-identity",
    title: "Workspaces act with a user-assigned identity",
    severity: "medium",
    why: "A system-assigned identity appears with the workspace and gets broad rights by default; one of your own has exactly the grants that you gave it before.",
    remedy: "Create an identity, grant it what the workspace needs, and make it the primary one.",
    frameworks: {
      nist80053: ["AC-2", "AC-6"],
      iso27001: ["A.5.15", "A.5.16"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.5"],
      azurePolicy: ["5f0c7d88"],
    },
    checks: {
      azure: [
        {
          types: WORKSPACES,
          whenAbsent: "violates",
          cloudDefault: "a system-assigned identity",
          evaluate: ({ props }) => [
            ...mustBeOneOf(
              props,
              "identity.type",
              ["UserAssigned", "SystemAssigned,UserAssigned", "SystemAssigned, UserAssigned"],
              { absent: "violates" },
            ),
            ...mustBeSet(props, "primaryUserAssignedIdentity"),
          ],
        },
      ],
    },
  },
  {
    id: "datastore-identity-access",
    title: "Data stores are read with identities, not with stored credentials",
    severity: "high",
    why: "Whoever gets an account key, token or secret from the workspace has the whole store, under no name of their own.",
    remedy: "Use identity-based access for the system data stores, and data stores without stored credentials.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
    frameworks: {
      nist80053: ["AC-3", "IA-2", "IA-5"],
      iso27001: ["A.5.17", "A.8.3"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.1"],
      mitreAtlas: ["AML.T0055", "AML.M0005"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`systemDatastoresAuthMode` is `AccessKey`",
          evaluate: ({ props }) =>
            unlessProject(props, mustEqual(props, "systemDatastoresAuthMode", "Identity", { absent: "violates" })),
        },
        {
          types: [CLASSIC_ML_WORKSPACE],
          whenAbsent: "violates",
          cloudDefault: "`storageAccountAccessType` is `AccessKey`",
          evaluate: ({ props }) => mustEqual(props, "storageAccountAccessType", "Identity", { absent: "violates" }),
        },
        {
          types: [DATASTORE],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => mustNotBeOneOf(props, "properties.credentials.credentialsType", STORE_CREDENTIALS),
        },
        {
          types: [
            "azure:machinelearning/datastoreBlobstorage:DatastoreBlobstorage",
            "azure:machinelearning/datastoreFileshare:DatastoreFileshare",
          ],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => [
            ...mustBeAbsent(props, "accountKey"),
            ...mustBeAbsent(props, "sharedAccessSignature"),
          ],
        },
        {
          types: ["azure:machinelearning/datastoreDatalakeGen2:DatastoreDatalakeGen2"],
          whenAbsent: "complies",
          cloudDefault: "no stored credentials",
          evaluate: ({ props }) => mustBeAbsent(props, "clientSecret"),
        },
      ],
    },
  },
  {
    id: "connection-identity-access",
    title: "Connections sign in with identities, not with stored credentials",
    severity: "medium",
    why: "Everyone who may use the connection can read its key or secret, which works from anywhere until somebody replaces it.",
    remedy: "Use `AAD` or `ManagedIdentity`, and share a connection that needs a key with those only who need it.",
    frameworks: {
      nist80053: ["IA-2", "IA-5"],
      iso27001: ["A.5.17"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.1"],
      mitreAtlas: ["AML.T0055"],
    },
    checks: {
      azure: [
        {
          types: CONNECTIONS,
          whenAbsent: "complies",
          cloudDefault: "must be given",
          evaluate: ({ props }) => mustNotBeOneOf(props, "properties.authType", STORED_CREDENTIALS),
        },
        {
          types: [
            "azure:cognitive/accountConnectionApiKey:AccountConnectionApiKey",
            "azure:cognitive/accountConnectionAccountKey:AccountConnectionAccountKey",
            "azure:cognitive/accountConnectionCustomKeys:AccountConnectionCustomKeys",
          ],
          whenAbsent: "violates",
          forbidsType: true,
          cloudDefault: "the type stands for a stored key",
          evaluate: () => [violation("stores a key; use a connection that signs in with Entra ID")],
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
    id: "studio-sign-in",
    title: "People sign in to Studio the way the organization decided",
    severity: "low",
    why: "With IAM, access can depend on network and identity conditions; with SSO, on the identity provider's. Mixing both leaves gaps.",
    remedy: "Use the sign-in that the platform team allows.",
    frameworks: { nist80053: ["IA-2"], iso27001: ["A.5.16", "A.8.5"], soc2: ["CC6.1"], pciDss: ["8.4.2"] },
    parameters: {
      allowedModes: { description: "`IAM`, `SSO` or both.", type: "array", default: ["IAM", "SSO"] },
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "violates",
          cloudDefault: "must be given",
          evaluate: ({ props }, context) =>
            mustBeOneOf(props, "authMode", context.list("allowedModes"), { absent: "violates" }),
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
    id: "studio-docker-restricted",
    title: "Docker in Studio is off, or takes images from trusted accounts only",
    severity: "medium",
    why: "A container image from anywhere runs with the user's role, next to the data.",
    remedy: "Disable Docker access, or list the accounts whose registries are trusted.",
    frameworks: {
      nist80053: ["CM-7", "SA-12"],
      iso27001: ["A.8.19"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_DOMAIN,
          whenAbsent: "complies",
          cloudDefault: "Docker access is disabled",
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "domainSettings.dockerSettings.enableDockerAccess",
              (access) => same(access, "ENABLED"),
              mustBeSet(props, "domainSettings.dockerSettings.vpcOnlyTrustedAccounts", "list"),
            ),
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

/** Workspaces. */
export const workspaces: Topic = { title: "Workspaces", controls };
