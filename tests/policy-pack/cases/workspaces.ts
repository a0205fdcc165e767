import { AZURE_ML_TAGGED, SAGEMAKER_TAGGED, VERTEX_LABELED } from "../../../policy-pack/checks/tagged-types.ts";
import {
  AZURE_ML_WORKSPACE,
  CLASSIC_HUB,
  CLASSIC_ML_WORKSPACE,
  SAGEMAKER_DOMAIN,
  SAGEMAKER_USER_PROFILE,
} from "../../../policy-pack/checks/types.ts";
import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const VAULT_KEY = "https://example.vault.azure.net/keys/ml/1";
const ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/ml";
const OTHER_ID = `${ID}-other`;

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

const project = { kind: "Project" };

const publicAccess: ControlCases[] = [
  ...on(
    "workspace-no-public-access",
    [AZURE_ML_WORKSPACE],
    [
      ["off", { publicNetworkAccess: "Disabled" }, "complies"],
      ["on", { publicNetworkAccess: "Enabled" }, "violates"],
      [
        "off, but on behind the network",
        { publicNetworkAccess: "Disabled", allowPublicAccessWhenBehindVnet: true },
        "violates",
      ],
      ["unknown", { publicNetworkAccess: unknown }, "undecided"],
      ["of a wrong type", { publicNetworkAccess: ["Disabled"] }, "violates"],
    ],
  ),
  ...on(
    "workspace-no-public-access",
    [CLASSIC_ML_WORKSPACE],
    [
      ["off", { publicNetworkAccessEnabled: false }, "complies"],
      ["on", { publicNetworkAccessEnabled: true }, "violates"],
    ],
  ),
  ...on(
    "workspace-no-public-access",
    [CLASSIC_HUB],
    [
      ["off", { publicNetworkAccess: "Disabled" }, "complies"],
      ["on", { publicNetworkAccess: "Enabled" }, "violates"],
      ["unknown", { publicNetworkAccess: unknown }, "undecided"],
    ],
  ),
];

const egress: ControlCases[] = [
  ...on("workspace-controlled-egress", SAGEMAKER_DOMAIN, [
    ["the network's", { appNetworkAccessType: "VpcOnly" }, "complies"],
    ["a public one", { appNetworkAccessType: "PublicInternetOnly" }, "violates"],
    ["unknown", { appNetworkAccessType: unknown }, "undecided"],
  ]),
  ...on(
    "workspace-controlled-egress",
    [AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE, CLASSIC_HUB],
    [
      ["approved destinations", { managedNetwork: { isolationMode: "AllowOnlyApprovedOutbound" } }, "complies"],
      ["the whole internet", { managedNetwork: { isolationMode: "AllowInternetOutbound" } }, "violates"],
      ["no managed network", { managedNetwork: { isolationMode: "Disabled" } }, "violates"],
      ["a project, which has its hub's", project, "complies"],
      ["perhaps a project", { kind: unknown }, "undecided"],
      ["unknown", { managedNetwork: unknown }, "undecided"],
    ],
  ),
];

const RULES = [
  "azure-native:machinelearningservices:ManagedNetworkSettingsRule",
  "azure-native:machinelearningservices:OutboundRule",
  "azure-native:cognitiveservices:OutboundRule",
];
const fqdn = (destination: unknown) => ({ type: "FQDN", destination });
const tag = (serviceTag: unknown, more = {}) => ({
  type: "ServiceTag",
  destination: { serviceTag, protocol: "TCP", portRanges: "443", ...more },
});
const endpointRule = {
  type: "PrivateEndpoint",
  destination: { serviceResourceId: "/s/storage", subresourceTarget: "blob" },
};

const outboundRules: ControlCases[] = [
  ...on("workspace-outbound-rules-narrow", RULES, [
    ["one host", { properties: fqdn("pypi.org") }, "complies"],
    ["hosts of one owner", { properties: fqdn("*.pythonhosted.org") }, "complies"],
    ["a private endpoint", { properties: endpointRule }, "complies"],
    ["a narrow service tag", { properties: tag("AzureMachineLearning") }, "complies"],
    ["every host", { properties: fqdn("*") }, "violates"],
    ["a top-level domain", { properties: fqdn("*.com") }, "violates"],
    ...["blob.", "dfs.", "file.", "queue.", "table.", ""].map(
      (service): ResourceCase => ["every account", { properties: fqdn(`*.${service}core.windows.net`) }, "violates"],
    ),
    ...["*.amazonaws.com", "*.s3.amazonaws.com", "s3.amazonaws.com"].map(
      (host): ResourceCase => ["every bucket on AWS", { properties: fqdn(host) }, "violates"],
    ),
    ...["*.googleapis.com", "*.storage.googleapis.com", "storage.googleapis.com"].map(
      (host): ResourceCase => ["every bucket on Google Cloud", { properties: fqdn(host) }, "violates"],
    ),
    ...["AzureCloud", "Storage"].map(
      (name): ResourceCase => ["everything on Azure", { properties: tag(name) }, "violates"],
    ),
    ["the internet", { properties: tag("Internet") }, "violates"],
    ["the internet, denied", { properties: tag("Internet", { action: "Deny" }) }, "complies"],
    ["the internet, allowed", { properties: tag("Internet", { action: "Allow" }) }, "violates"],
    ["the internet, perhaps denied", { properties: tag("Internet", { action: unknown }) }, "undecided"],
    ["some addresses", { properties: tag(undefined, { addressPrefixes: ["10.0.0.0/8"] }) }, "complies"],
    ["every address", { properties: tag(undefined, { addressPrefixes: ["10.0.0.0/8", "0.0.0.0/0"] }) }, "violates"],
    ["every address of IPv6", { properties: tag(undefined, { addressPrefixes: ["::/0"] }) }, "violates"],
    ["a rule for hosts without one", { properties: { type: "FQDN" } }, "complies"],
    [
      "a host that the platform team forbids",
      { properties: fqdn("pypi.org") },
      "violates",
      { forbiddenHosts: ["pypi.org"] },
    ],
    [
      "a tag that the platform team allows",
      { properties: tag("Storage") },
      "complies",
      { forbiddenServiceTags: ["Internet"] },
    ],
    ["an unknown host", { properties: fqdn(unknown) }, "undecided"],
    ["unknown", { properties: unknown }, "undecided"],
  ]),
  ...on(
    "workspace-outbound-rules-narrow",
    [AZURE_ML_WORKSPACE],
    [
      [
        "narrow rules",
        { managedNetwork: { outboundRules: { pypi: fqdn("pypi.org"), data: endpointRule } } },
        "complies",
      ],
      ["one wide rule", { managedNetwork: { outboundRules: { pypi: fqdn("pypi.org"), all: fqdn("*") } } }, "violates"],
      [
        "a wide rule, one unknown",
        { managedNetwork: { outboundRules: { all: fqdn("*"), later: unknown } } },
        "violates, rest undecided",
      ],
      ["rules of a wrong type", { managedNetwork: { outboundRules: ["pypi.org"] } }, "violates"],
      ["a rule of a wrong type", { managedNetwork: { outboundRules: { pypi: "pypi.org" } } }, "violates"],
      ["unknown rules", { managedNetwork: { outboundRules: unknown } }, "undecided"],
    ],
  ),
];

const classicRules: ControlCases[] = [
  ...on(
    "workspace-outbound-rules-narrow",
    ["azure:machinelearning/workspaceNetworkOutboundRuleFqdn:WorkspaceNetworkOutboundRuleFqdn"],
    [
      ["one host", { destinationFqdn: "pypi.org" }, "complies"],
      ["every host", { destinationFqdn: "*" }, "violates"],
      ["every account", { destinationFqdn: "*.blob.core.windows.net" }, "violates"],
      ["unknown", { destinationFqdn: unknown }, "undecided"],
      ["a host that the platform team forbids", { destinationFqdn: "a.b" }, "violates", { forbiddenHosts: ["a.b"] }],
    ],
  ),
  ...on(
    "workspace-outbound-rules-narrow",
    ["azure:machinelearning/workspaceNetworkOutboundRuleServiceTag:WorkspaceNetworkOutboundRuleServiceTag"],
    [
      ["a narrow service tag", { serviceTag: "AzureMachineLearning", protocol: "TCP", portRanges: "443" }, "complies"],
      ["the internet", { serviceTag: "Internet" }, "violates"],
      ["every account", { serviceTag: "Storage" }, "violates"],
      ["unknown", { serviceTag: unknown }, "undecided"],
    ],
  ),
];

/** The resource that stack cases are about: known after the update, not known before. */
function workspace(type: string, id: unknown, more: Record<string, unknown> = {}): TestResource {
  return { type, name: "ml", properties: { id, ...more } };
}

/** A resource of which one property was made from other ones. */
function made(resource: TestResource, property: string, ...sources: TestResource[]): TestResource {
  return { ...resource, propertyDependencies: { ...resource.propertyDependencies, [property]: sources.map(urnOf) } };
}

const CONNECTIONS = "privateLinkServiceConnections";
const nativeEndpoint = (id: unknown, list = CONNECTIONS, name = "endpoint"): TestResource => ({
  type: "azure-native:network:PrivateEndpoint",
  name,
  properties: { privateEndpointName: name, [list]: [{ groupIds: ["amlworkspace"], privateLinkServiceId: id }] },
});
const classicEndpoint = (id: unknown): TestResource => ({
  type: "azure:privatelink/endpoint:Endpoint",
  name: "endpoint",
  properties: { privateServiceConnection: { privateConnectionResourceId: id } },
});
const subnet: TestResource = { type: "azure-native:network:Subnet", name: "subnet", properties: { id: unknown } };
const vault: TestResource = { type: "azure-native:keyvault:Vault", name: "vault", properties: { id: unknown } };

function endpointCases(type: string): ControlCases {
  const known = workspace(type, ID);
  const unborn = workspace(type, unknown);
  const stackCases: StackCase[] = [
    ["an endpoint", [known, nativeEndpoint(ID)], "complies"],
    ["an endpoint, written in another case", [known, nativeEndpoint(ID.toLowerCase())], "complies"],
    [
      "an endpoint that somebody must approve",
      [known, nativeEndpoint(ID, "manualPrivateLinkServiceConnections")],
      "complies",
    ],
    ["an endpoint of the classic provider", [known, classicEndpoint(ID)], "complies"],
    ["an endpoint, before it exists", [unborn, made(nativeEndpoint(unknown), CONNECTIONS, unborn)], "complies"],
    [
      "an endpoint of which nothing is known yet",
      [unborn, made({ ...nativeEndpoint(""), properties: { [CONNECTIONS]: unknown } }, CONNECTIONS, subnet, unborn)],
      "complies",
    ],
    ["no endpoint", [known], "violates"],
    ["another workspace's endpoint", [known, nativeEndpoint(OTHER_ID)], "violates"],
    [
      "a vault's endpoint, before it exists",
      [unborn, vault, made(nativeEndpoint(unknown), CONNECTIONS, vault)],
      "violates",
    ],
    ["an endpoint that may lead to it", [unborn, nativeEndpoint(unknown)], "undecided"],
    ["an endpoint that somebody looked up", [unborn, nativeEndpoint(ID)], "undecided"],
    ["a project, which has its hub's", [workspace(type, ID, project)], "complies"],
  ];
  return { control: "workspace-private-endpoint", type, stackCases };
}

const zones = (privateEndpointName: unknown, privateDnsZoneConfigs: unknown): TestResource => ({
  type: "azure-native:network:PrivateDnsZoneGroup",
  name: "zones",
  properties: { privateEndpointName, privateDnsZoneConfigs },
});
const API = "privatelink.api.azureml.ms";
const NOTEBOOKS = "privatelink.notebooks.azure.net";
const zoneId = (name: string) =>
  `/subscriptions/s/resourceGroups/dns/providers/Microsoft.Network/privateDnsZones/${name}`;
const inZones = (...names: string[]) => names.map((name) => ({ privateDnsZoneId: zoneId(name) }));
const unbornZone = (privateZoneName: unknown, name = String(privateZoneName)): TestResource => ({
  type: "azure-native:privatedns:PrivateZone",
  name,
  properties: { id: unknown, privateZoneName },
});
const BOTH = [{ privateDnsZoneId: unknown }, { privateDnsZoneId: unknown }];
const classicZones = (endpoint: TestResource, privateDnsZoneIds: unknown): TestResource => ({
  ...endpoint,
  properties: { ...endpoint.properties, privateDnsZoneGroup: { name: "default", privateDnsZoneIds } },
});

function dnsCases(type: string): ControlCases {
  const known = workspace(type, ID);
  const unborn = workspace(type, unknown);
  const endpoint = nativeEndpoint(ID);
  const unbornEndpoint = made(
    {
      ...nativeEndpoint(unknown),
      properties: { ...nativeEndpoint(unknown).properties, privateEndpointName: unknown, name: unknown },
    },
    CONNECTIONS,
    unborn,
  );
  const inUnborn = (...sources: TestResource[]) => [
    known,
    endpoint,
    made(zones("endpoint", BOTH), "privateDnsZoneConfigs", ...sources),
    ...sources,
  ];
  return {
    control: "workspace-private-dns",
    type,
    stackCases: [
      ["both zones", [known, endpoint, zones("endpoint", inZones(API, NOTEBOOKS))], "complies"],
      [
        "both zones, in upper case",
        [known, endpoint, zones("endpoint", inZones(API.toUpperCase(), NOTEBOOKS))],
        "complies",
      ],
      ["both zones, of another stack", [known, endpoint, zones("endpoint", BOTH)], "complies"],
      ["both zones, before they exist", inUnborn(unbornZone(API), unbornZone(NOTEBOOKS)), "complies"],
      [
        "both zones, before their names are known",
        inUnborn(unbornZone(unknown, "a"), unbornZone(unknown, "b")),
        "complies",
      ],
      [
        "one zone that exists, and one that does not yet",
        [
          known,
          endpoint,
          made(
            zones("endpoint", [...inZones(API), { privateDnsZoneId: unknown }]),
            "privateDnsZoneConfigs",
            unbornZone(NOTEBOOKS),
          ),
          unbornZone(NOTEBOOKS),
        ],
        "complies",
      ],
      [
        "both zones of the government's cloud",
        [
          known,
          endpoint,
          zones("endpoint", inZones("privatelink.api.ml.azure.us", "privatelink.notebooks.usgovcloudapi.net")),
        ],
        "complies",
      ],
      [
        "both zones of the Chinese cloud",
        [
          known,
          endpoint,
          zones("endpoint", inZones("privatelink.api.ml.azure.cn", "privatelink.notebooks.chinacloudapi.cn")),
        ],
        "complies",
      ],
      [
        "both zones, before they and the endpoint exist",
        [unborn, unbornEndpoint, made(zones(unknown, BOTH), "privateEndpointName", unbornEndpoint)],
        "complies",
      ],
      ["no endpoint", [known], "complies"],
      ["another workspace's endpoint", [known, nativeEndpoint(OTHER_ID)], "complies"],
      ["no zones", [known, endpoint], "violates"],
      ["one zone", [known, endpoint, zones("endpoint", inZones(API))], "violates"],
      ["one zone, twice", [known, endpoint, zones("endpoint", inZones(NOTEBOOKS, NOTEBOOKS))], "violates"],
      ["one zone, before it exists", [known, endpoint, zones("endpoint", [{ privateDnsZoneId: unknown }])], "violates"],
      [
        "two other zones",
        [known, endpoint, zones("endpoint", inZones("privatelink.blob.core.windows.net", API))],
        "violates",
      ],
      [
        "two other zones, before they exist",
        inUnborn(unbornZone("privatelink.vaultcore.azure.net"), unbornZone(API)),
        "violates",
      ],
      ["another endpoint's zones", [known, endpoint, zones("other", BOTH)], "violates"],
      ["no zones, before they exist", [unborn, unbornEndpoint], "violates"],
      [
        "both zones, of an endpoint that the provider named",
        [
          known,
          { ...endpoint, properties: { [CONNECTIONS]: [{ privateLinkServiceId: ID }], name: "generated" } },
          zones("generated", BOTH),
        ],
        "complies",
      ],
      ["zones of a wrong type", [known, endpoint, zones("endpoint", "both")], "violates"],
      ["zones that are not known yet", [known, endpoint, zones("endpoint", unknown)], "undecided"],
      [
        "both zones, on an endpoint of the classic provider",
        [known, classicZones(classicEndpoint(ID), [zoneId(API), zoneId(NOTEBOOKS)])],
        "complies",
      ],
      [
        "one zone, on an endpoint of the classic provider",
        [known, classicZones(classicEndpoint(ID), [zoneId(API)])],
        "violates",
      ],
      ["no zones, on an endpoint of the classic provider", [known, classicEndpoint(ID)], "violates"],
      [
        "two other zones of the classic provider, before they exist",
        [
          known,
          made(
            classicZones(classicEndpoint(ID), [unknown, unknown]),
            "privateDnsZoneGroup",
            classicZone("a.example"),
            classicZone("b.example"),
          ),
          classicZone("a.example"),
          classicZone("b.example"),
        ],
        "violates",
      ],
    ],
  };
}

const classicZone = (name: string): TestResource => ({
  type: "azure:privatedns/zone:Zone",
  name,
  properties: { id: unknown, name },
});

function diagnosticCases(type: string, setting: string, path: string, logs: string): ControlCases {
  const known = workspace(type, ID);
  const unborn = workspace(type, unknown);
  const about = (id: unknown, more: unknown = [{ categoryGroup: "allLogs", enabled: true }]): TestResource => ({
    type: setting,
    name: "logs",
    properties: { [path]: id, [logs]: more },
  });
  return {
    control: "workspace-diagnostic-logs",
    type,
    stackCases: [
      ["logs are sent", [known, about(ID)], "complies"],
      ["logs are sent, before it exists", [unborn, made(about(unknown), path, unborn)], "complies"],
      ["no setting", [known], "violates"],
      ["metrics only", [known, about(ID, [])], "violates"],
      ["another workspace's setting", [known, about(OTHER_ID)], "violates"],
      ["a setting that may be about it", [unborn, about(unknown)], "undecided"],
    ],
  };
}

const relations: ControlCases[] = [
  endpointCases(AZURE_ML_WORKSPACE),
  endpointCases(CLASSIC_ML_WORKSPACE),
  endpointCases(CLASSIC_HUB),
  dnsCases(AZURE_ML_WORKSPACE),
  dnsCases(CLASSIC_ML_WORKSPACE),
  dnsCases(CLASSIC_HUB),
  diagnosticCases(AZURE_ML_WORKSPACE, "azure-native:monitor:DiagnosticSetting", "resourceUri", "logs"),
  diagnosticCases(
    AZURE_ML_WORKSPACE,
    "azure-native:insights/v20210501preview:DiagnosticSetting",
    "resourceUri",
    "logs",
  ),
  ...[CLASSIC_ML_WORKSPACE, CLASSIC_HUB].map((type) =>
    diagnosticCases(type, "azure:monitoring/diagnosticSetting:DiagnosticSetting", "targetResourceId", "enabledLogs"),
  ),
];

const encryption = (status: unknown, keyIdentifier: unknown) => ({
  encryption: { status, keyVaultProperties: { keyVaultArmId: "/s/vault", keyIdentifier } },
});
const managed = (isolationMode: unknown) => ({ managedNetwork: { isolationMode } });
const serverless = (serverlessComputeNoPublicIP: unknown) => ({
  serverlessComputeSettings: { serverlessComputeNoPublicIP },
});

const others: ControlCases[] = [
  ...on("workspace-cmk", SAGEMAKER_DOMAIN, [
    ["a key", { kmsKeyId: KEY }, "complies"],
    ["a key that is made along with it", { kmsKeyId: unknown }, "complies"],
    ["an empty key", { kmsKeyId: "" }, "violates"],
    ["a key that AWS manages", { kmsKeyId: "alias/aws/sagemaker" }, "violates"],
  ]),
  ...on(
    "workspace-cmk",
    ["gcp:vertex/aiMetadataStore:AiMetadataStore"],
    [
      ["a key", { encryptionSpec: { kmsKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" } }, "complies"],
      ["a key that is made along with it", { encryptionSpec: { kmsKeyName: unknown } }, "complies"],
      ["no key", { encryptionSpec: {} }, "violates"],
    ],
  ),
  ...on(
    "workspace-cmk",
    [AZURE_ML_WORKSPACE],
    [
      ["a key", encryption("Enabled", VAULT_KEY), "complies"],
      ["a key that is made along with it", encryption("Enabled", unknown), "complies"],
      ["switched off", encryption("Disabled", VAULT_KEY), "violates"],
      ["no key", encryption("Enabled", undefined), "violates"],
      ["a key, not switched on", encryption(undefined, VAULT_KEY), "violates"],
      ["a project, which has its hub's", project, "complies"],
      ["unknown", encryption(unknown, VAULT_KEY), "undecided"],
    ],
  ),
  ...on(
    "workspace-cmk",
    [CLASSIC_ML_WORKSPACE, CLASSIC_HUB],
    [
      ["a key", { encryption: { keyId: VAULT_KEY, keyVaultId: "/s/vault" } }, "complies"],
      ["no key", { encryption: {} }, "violates"],
    ],
  ),
  ...on(
    "workspace-user-assigned-identity",
    [AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE, CLASSIC_HUB],
    [
      ["one of your own", { identity: { type: "UserAssigned" }, primaryUserAssignedIdentity: unknown }, "complies"],
      [
        "both kinds",
        { identity: { type: "SystemAssigned,UserAssigned" }, primaryUserAssignedIdentity: "/s/id" },
        "complies",
      ],
      [
        "both kinds, as the classic provider writes it",
        { identity: { type: "SystemAssigned, UserAssigned" }, primaryUserAssignedIdentity: "/s/id" },
        "complies",
      ],
      ["a primary identity only", { primaryUserAssignedIdentity: "/s/id" }, "violates"],
      ["the system's", { identity: { type: "SystemAssigned" } }, "violates"],
      ["one of your own that is not the primary one", { identity: { type: "UserAssigned" } }, "violates"],
      ["unknown", { identity: unknown, primaryUserAssignedIdentity: unknown }, "undecided"],
    ],
  ),
  ...on(
    "datastore-identity-access",
    [AZURE_ML_WORKSPACE],
    [
      ["identities", { systemDatastoresAuthMode: "Identity" }, "complies"],
      ["keys", { systemDatastoresAuthMode: "AccessKey" }, "violates"],
      ["a project, which has its hub's", project, "complies"],
      ["unknown", { systemDatastoresAuthMode: unknown }, "undecided"],
    ],
  ),
  ...on(
    "datastore-identity-access",
    [CLASSIC_ML_WORKSPACE],
    [
      ["identities", { storageAccountAccessType: "Identity" }, "complies"],
      ["keys", { storageAccountAccessType: "AccessKey" }, "violates"],
    ],
  ),
  ...on(
    "datastore-identity-access",
    ["azure-native:machinelearningservices:Datastore"],
    [
      ["no credentials", { properties: { credentials: { credentialsType: "None" } } }, "complies"],
      ["an account key", { properties: { credentials: { credentialsType: "AccountKey" } } }, "violates"],
      ["a token", { properties: { credentials: { credentialsType: "sas" } } }, "violates"],
      ...["Certificate", "KerberosKeytab", "KerberosPassword", "ServicePrincipal"].map(
        (credentialsType): ResourceCase => [
          credentialsType,
          { properties: { credentials: { credentialsType } } },
          "violates",
        ],
      ),
      ["credentials of a wrong type", { properties: { credentials: { credentialsType: ["Sas"] } } }, "violates"],
      ["unknown", { properties: { credentials: unknown } }, "undecided"],
    ],
  ),
  ...on(
    "datastore-identity-access",
    [
      "azure:machinelearning/datastoreBlobstorage:DatastoreBlobstorage",
      "azure:machinelearning/datastoreFileshare:DatastoreFileshare",
    ],
    [
      [
        "no credentials",
        { storageContainerId: "c", serviceDataAuthIdentity: "WorkspaceUserAssignedIdentity" },
        "complies",
      ],
      ["an account key", { accountKey: "k" }, "violates"],
      ["a token", { sharedAccessSignature: "s" }, "violates"],
      ["a key that is not known yet", { accountKey: unknown }, "undecided"],
    ],
  ),
  ...on(
    "datastore-identity-access",
    ["azure:machinelearning/datastoreDatalakeGen2:DatastoreDatalakeGen2"],
    [
      ["no credentials", { serviceDataIdentity: "WorkspaceUserAssignedIdentity" }, "complies"],
      ["a service principal's secret", { tenantId: "t", clientId: "c", clientSecret: "s" }, "violates"],
      ["a secret that is not known yet", { clientSecret: unknown }, "undecided"],
    ],
  ),
  ...on(
    "connection-identity-access",
    [
      "azure-native:machinelearningservices:WorkspaceConnection",
      "azure-native:cognitiveservices:AccountConnection",
      "azure-native:cognitiveservices:ProjectConnection",
    ],
    [
      ["Entra ID", { properties: { authType: "AAD" } }, "complies"],
      ["a managed identity", { properties: { authType: "ManagedIdentity" } }, "complies"],
      ["an API key", { properties: { authType: "ApiKey" } }, "violates"],
      ...[
        "AccessKey",
        "AccountKey",
        "CustomKeys",
        "DelegatedSAS",
        "OAuth2",
        "PAT",
        "SAS",
        "ServicePrincipal",
        "UsernamePassword",
      ].map((authType): ResourceCase => [authType, { properties: { authType } }, "violates"]),
      ["unknown", { properties: { authType: unknown } }, "undecided"],
    ],
  ),
  ...[
    "azure:cognitive/accountConnectionApiKey:AccountConnectionApiKey",
    "azure:cognitive/accountConnectionAccountKey:AccountConnectionAccountKey",
    "azure:cognitive/accountConnectionCustomKeys:AccountConnectionCustomKeys",
  ].flatMap((type) =>
    on("connection-identity-access", [type], [["a stored key", { target: "https://e" }, "violates"]]),
  ),
  ...on(
    "workspace-no-v1-legacy-mode",
    [AZURE_ML_WORKSPACE],
    [
      ["off", { v1LegacyMode: false }, "complies"],
      ["on", { v1LegacyMode: true }, "violates"],
      ["unknown", { v1LegacyMode: unknown }, "undecided"],
    ],
  ),
  ...on(
    "workspace-no-v1-legacy-mode",
    [CLASSIC_ML_WORKSPACE],
    [
      ["off", { v1LegacyModeEnabled: false }, "complies"],
      ["on", { v1LegacyModeEnabled: true }, "violates"],
    ],
  ),
  ...on(
    "workspace-serverless-private",
    [AZURE_ML_WORKSPACE],
    [
      ["a managed network", managed("AllowOnlyApprovedOutbound"), "complies"],
      ["a managed network that reaches the internet", managed("AllowInternetOutbound"), "complies"],
      ["no public address", serverless(true), "complies"],
      ["public addresses", { ...managed("Disabled"), ...serverless(false) }, "violates"],
      ["a project, which has its hub's", project, "complies"],
      ["an unknown managed network", managed(unknown), "undecided"],
    ],
  ),
  ...on(
    "workspace-serverless-private",
    [CLASSIC_ML_WORKSPACE],
    [
      ["a managed network", managed("AllowOnlyApprovedOutbound"), "complies"],
      ["a managed network that reaches the internet", managed("AllowInternetOutbound"), "complies"],
      ["a subnet", { serverlessCompute: { subnetId: "/s/subnet", publicIpEnabled: false } }, "complies"],
      [
        "a subnet and public addresses",
        { serverlessCompute: { subnetId: "/s/subnet", publicIpEnabled: true } },
        "violates",
      ],
      ["no subnet", { serverlessCompute: { publicIpEnabled: false } }, "violates"],
    ],
  ),
  ...on(
    "workspace-high-business-impact",
    [AZURE_ML_WORKSPACE],
    [
      ["marked", { hbiWorkspace: true }, "complies"],
      ["not marked", { hbiWorkspace: false }, "violates"],
      ["a project, which has its hub's", project, "complies"],
      ["unknown", { hbiWorkspace: unknown }, "undecided"],
    ],
  ),
  ...on(
    "workspace-high-business-impact",
    [CLASSIC_ML_WORKSPACE],
    [
      ["marked", { highBusinessImpact: true }, "complies"],
      ["not marked", { highBusinessImpact: false }, "violates"],
    ],
  ),
  ...on(
    "workspace-high-business-impact",
    [CLASSIC_HUB],
    [
      ["marked", { highBusinessImpactEnabled: true }, "complies"],
      ["not marked", { highBusinessImpactEnabled: false }, "violates"],
    ],
  ),
  ...on("studio-sign-in", SAGEMAKER_DOMAIN, [
    ["IAM", { authMode: "IAM" }, "complies"],
    ["SSO", { authMode: "SSO" }, "complies"],
    ["SSO, where the platform team wants it", { authMode: "SSO" }, "complies", { allowedModes: ["SSO"] }],
    ["IAM, where the platform team wants SSO", { authMode: "IAM" }, "violates", { allowedModes: ["SSO"] }],
    ["unknown", { authMode: unknown }, "undecided"],
  ]),
  ...studioSettings("studio-shared-output-cmk", "sharingSettings", (settings) => [
    ["not shared", settings({ notebookOutputOption: "Disabled" }), "complies"],
    ["shared with a key", settings({ notebookOutputOption: "Allowed", s3KmsKeyId: KEY }), "complies"],
    [
      "shared with a key that AWS manages",
      settings({ notebookOutputOption: "Allowed", s3KmsKeyId: "alias/aws/s3" }),
      "violates",
    ],
    ["shared without a key", settings({ notebookOutputOption: "Allowed" }), "violates"],
    ["perhaps shared", settings({ notebookOutputOption: unknown }), "undecided"],
  ]),
  ...studioSettings("studio-canvas-cmk", "canvasAppSettings", (settings) => [
    ["no artefacts", settings({ timeSeriesForecastingSettings: { status: "DISABLED" } }), "complies"],
    [
      "artefacts with a key",
      settings({ workspaceSettings: { s3ArtifactPath: "s3://a", s3KmsKeyId: KEY } }),
      "complies",
    ],
    [
      "artefacts with a key that AWS manages",
      settings({ workspaceSettings: { s3ArtifactPath: "s3://a", s3KmsKeyId: "alias/aws/s3" } }),
      "violates",
    ],
    ["artefacts without a key", settings({ workspaceSettings: { s3ArtifactPath: "s3://a" } }), "violates"],
    ["perhaps artefacts", settings({ workspaceSettings: { s3ArtifactPath: unknown } }), "undecided"],
  ]).filter(({ type }) => type.startsWith("aws:")),
  ...on("studio-docker-restricted", SAGEMAKER_DOMAIN, [
    ["off", docker({ enableDockerAccess: "DISABLED" }), "complies"],
    [
      "trusted accounts",
      docker({ enableDockerAccess: "ENABLED", vpcOnlyTrustedAccounts: ["111122223333"] }),
      "complies",
    ],
    ["every account", docker({ enableDockerAccess: "ENABLED" }), "violates"],
    ["an empty list of accounts", docker({ enableDockerAccess: "ENABLED", vpcOnlyTrustedAccounts: [] }), "violates"],
    ["unknown", docker({ enableDockerAccess: unknown }), "undecided"],
  ]),
  ...on("workspace-tags", [...SAGEMAKER_TAGGED.filter(hasTagMap), ...AZURE_ML_TAGGED], tagCases("tags")),
  ...on("workspace-tags", VERTEX_LABELED, tagCases("labels")),
  ...on(
    "workspace-tags",
    SAGEMAKER_TAGGED.filter((type) => !hasTagMap(type)),
    [
      ["a tag", { tags: [{ key: "team", value: "fraud" }] }, "complies"],
      ["no tag", { tags: [] }, "violates"],
      ["others than the tags that are required", { tags: [{ key: "stage" }] }, "violates", { requiredTags: ["team"] }],
    ],
  ),
];

function hasTagMap(type: string): boolean {
  return type.startsWith("aws:");
}

/** Cases of a map of tags or labels. */
function tagCases(property: string): ResourceCase[] {
  return [
    ["a tag", { [property]: { team: "fraud" } }, "complies"],
    ["a tag that is not known yet", { [property]: { team: unknown } }, "complies"],
    ["no tag", { [property]: {} }, "violates"],
    [
      "the tags that are required",
      { [property]: { team: "fraud", stage: "prod" } },
      "complies",
      { requiredTags: ["team"] },
    ],
    [
      "others than the tags that are required",
      { [property]: { stage: "prod" } },
      "violates",
      { requiredTags: ["team"] },
    ],
    ["unknown", { [property]: unknown }, "undecided"],
  ];
}

function docker(dockerSettings: Record<string, unknown>): Record<string, unknown> {
  return { domainSettings: { dockerSettings } };
}

/** Cases of a user's settings, in a domain and in a profile. */
function studioSettings(
  control: string,
  group: string,
  cases: (settings: (values: Record<string, unknown>) => Record<string, unknown>) => ResourceCase[],
): ControlCases[] {
  return [
    ...on(
      control,
      SAGEMAKER_DOMAIN,
      cases((values) => ({ defaultUserSettings: { [group]: values } })),
    ),
    ...on(
      control,
      SAGEMAKER_USER_PROFILE,
      cases((values) => ({ userSettings: { [group]: values } })),
    ),
  ];
}

export const cases: ControlCases[] = [
  ...publicAccess,
  ...egress,
  ...outboundRules,
  ...classicRules,
  ...relations,
  ...others,
];
