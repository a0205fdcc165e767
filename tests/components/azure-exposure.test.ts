import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { type Inputs, inputsOf, recordAzure } from "./azure.ts";
import { ofType, only, type Registration } from "./record.ts";
import { withTraining } from "./training-specs.ts";

/** What keeps each type off public networks: property paths with the only value that will do. */
const CLOSED: Record<string, Record<string, unknown>> = {
  "appconfiguration:ConfigurationStore": {
    publicNetworkAccess: "Disabled",
    disableLocalAuth: true,
    enablePurgeProtection: true,
    "sku.name": "Standard",
  },
  "applicationinsights:Component": {
    publicNetworkAccessForIngestion: "Disabled",
    publicNetworkAccessForQuery: "Disabled",
    disableLocalAuth: true,
  },
  "containerregistry:Registry": {
    publicNetworkAccess: "Disabled",
    "networkRuleSet.defaultAction": "Deny",
    adminUserEnabled: false,
    anonymousPullEnabled: false,
    "policies.exportPolicy.status": "disabled",
  },
  "dbforpostgresql:Server": {
    "network.publicNetworkAccess": "Disabled",
    "authConfig.passwordAuth": "Disabled",
    "dataEncryption.type": "AzureKeyVault",
  },
  "keyvault:Vault": {
    "properties.networkAcls.defaultAction": "Deny",
    "properties.networkAcls.ipRules.length": 0,
    "properties.networkAcls.virtualNetworkRules.length": 0,
    "properties.enableRbacAuthorization": true,
    "properties.enablePurgeProtection": true,
    "properties.enableSoftDelete": true,
  },
  "machinelearningservices:Workspace": {
    publicNetworkAccess: "Disabled",
    allowPublicAccessWhenBehindVnet: false,
    "managedNetwork.isolationMode": "AllowOnlyApprovedOutbound",
    "serverlessComputeSettings.serverlessComputeNoPublicIP": true,
    systemDatastoresAuthMode: "Identity",
    v1LegacyMode: false,
  },
  "machinelearningservices:Compute": {
    "properties.disableLocalAuth": true,
    "properties.properties.enableNodePublicIp": false,
  },
  "machinelearningservices:Datastore": { "properties.credentials.credentialsType": "None" },
  "monitor:PrivateLinkScope": {
    "accessModeSettings.ingestionAccessMode": "PrivateOnly",
    "accessModeSettings.queryAccessMode": "PrivateOnly",
  },
  "network:Subnet": { defaultOutboundAccess: false, privateEndpointNetworkPolicies: "Enabled" },
  "operationalinsights:Workspace": {
    publicNetworkAccessForIngestion: "Disabled",
    publicNetworkAccessForQuery: "Disabled",
    "features.disableLocalAuth": true,
  },
  "privatedns:VirtualNetworkLink": { registrationEnabled: false },
  "storage:StorageAccount": {
    publicNetworkAccess: "Disabled",
    "networkRuleSet.defaultAction": "Deny",
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: false,
    allowCrossTenantReplication: false,
    defaultToOAuthAuthentication: true,
    isLocalUserEnabled: false,
    isSftpEnabled: false,
    minimumTlsVersion: "TLS1_2",
    enableHttpsTrafficOnly: true,
    "encryption.keySource": "Microsoft.Keyvault",
    "encryption.requireInfrastructureEncryption": true,
  },
  "storage:BlobContainer": { publicAccess: "None" },
};

/** Public endpoints whose firewall admits nobody. */
const BEHIND_FIREWALL: Record<string, string[]> = { "fraud-ml-metadata": [".properties.publicNetworkAccess"] };

/** Types that have no way to the public by themselves. A type that is in neither list fails the test. */
const WITHOUT_NETWORK = [
  "appconfiguration:KeyValue",
  "authorization:ManagementLockByScope",
  "authorization:RoleAssignment",
  "authorization:RoleDefinition",
  "containerregistry:CacheRule",
  "dbforpostgresql:AdministratorsMicrosoftEntra",
  "dbforpostgresql:Configuration",
  "keyvault:Key",
  "keyvault:Secret",
  "machinelearningservices:ComponentVersion",
  "machinelearningservices:EnvironmentVersion",
  "machinelearningservices:ModelContainer",
  "machinelearningservices:Schedule",
  "managedidentity:UserAssignedIdentity",
  "monitor:DiagnosticSetting",
  "monitor:PrivateLinkScopedResource",
  "network:FlowLog",
  "network:NetworkSecurityGroup",
  "network:PrivateDnsZoneGroup",
  "network:PrivateEndpoint",
  "network:VirtualNetwork",
  "privatedns:PrivateZone",
  "resources:ResourceGroup",
  "storage:BlobContainerImmutabilityPolicy",
  "storage:BlobServiceProperties",
  "storage:FileServiceProperties",
  "storage:ManagementPolicy",
];

/** The zones of each endpoint group, from https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const ZONES: Record<string, string[]> = {
  amlworkspace: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
  vault: ["privatelink.vaultcore.azure.net"],
  blob: ["privatelink.blob.core.windows.net"],
  file: ["privatelink.file.core.windows.net"],
  queue: ["privatelink.queue.core.windows.net"],
  table: ["privatelink.table.core.windows.net"],
  dfs: ["privatelink.dfs.core.windows.net"],
  registry: ["privatelink.azurecr.io"],
  configurationStores: ["privatelink.azconfig.io"],
  postgresqlServer: ["privatelink.postgres.database.azure.com"],
  azuremonitor: [
    "privatelink.monitor.azure.com",
    "privatelink.oms.opinsights.azure.com",
    "privatelink.ods.opinsights.azure.com",
    "privatelink.agentsvc.azure-automation.net",
    "privatelink.blob.core.windows.net",
  ],
};

/** The endpoint groups that each kind of service must have. */
const ENDPOINT_GROUPS: Record<string, string[]> = {
  "fraud-ml-keys-id": ["vault"],
  "fraud-ml-metadata-id": ["vault"],
  "fraud-ml-secrets-id": ["vault"],
  "fraud-ml-registry-id": ["registry"],
  "fraud-ml-workspace-id": ["amlworkspace"],
  "fraud-ml-logs-scope-id": ["azuremonitor"],
  "fraud-ml-logs-storage-account-id": ["blob"],
  "fraud-ml-data-models-account-id": ["blob", "dfs", "file", "queue", "table"],
  "fraud-ml-data-features-account-id": ["blob", "dfs"],
  "fraud-ml-data-scans-account-id": ["blob", "dfs"],
  "fraud-ml-data-transactions-account-id": ["blob", "dfs"],
  "fraud-ml-step-secrets-id": ["vault"],
  "fraud-ml-parameters-id": ["configurationStores"],
  "fraud-ml-database-results-id": ["postgresqlServer"],
};

const restricted = {
  dataClassification: "restricted",
  keys: { hsm: true, rotationDays: 90 },
  dataStores: [
    { name: "features", access: "read-write", immutableDays: 30 },
    { name: "scans", access: "read", immutableDays: 365 },
  ],
};

/** Restricted data, and everything that training adds. */
const complete = {
  ...withTraining("azure"),
  ...restricted,
  dataStores: [...restricted.dataStores, { name: "transactions", access: "read", immutableDays: 30 }],
};

describe("what an Azure workspace exposes", function () {
  this.timeout(60_000);
  let all: Registration[];
  before(async () => {
    all = await recordAzure(complete);
  });

  for (const preview of [false, true]) {
    it(`keeps every resource off public networks${preview ? ", known in a preview" : ""}`, async () => {
      const registrations = preview ? await recordAzure(complete, { preview }) : all;
      for (const { type, name, inputs } of registrations.filter((entry) => entry.type.startsWith("azure-native:"))) {
        const kind = type.replace("azure-native:", "");
        assert.ok(kind in CLOSED || WITHOUT_NETWORK.includes(kind), `${kind} is in neither list of this test`);
        for (const [path, value] of Object.entries(CLOSED[kind] ?? {})) {
          assert.equal(at(inputs, path), value, `${name}: ${path}`);
        }
        assert.deepEqual(publicSettings(inputs), BEHIND_FIREWALL[name] ?? [], name);
      }
    });
  }

  it("gives every service its private endpoints, each with one zone group that has all of its zones", () => {
    const endpoints = inputsOf(all, "azure-native:network:PrivateEndpoint");
    const groupsOf = new Map<string, string[]>();
    for (const endpoint of endpoints) {
      const [connection] = endpoint.privateLinkServiceConnections;
      const [group] = connection.groupIds;
      const service = connection.privateLinkServiceId;
      groupsOf.set(service, [...(groupsOf.get(service) ?? []), group].sort());
      assert.equal(endpoint.subnet.id, "fraud-ml-network-endpoints-id");
      const zoneGroups = inputsOf(all, "azure-native:network:PrivateDnsZoneGroup").filter(
        ({ privateEndpointName }) => privateEndpointName === endpoint.privateEndpointName,
      );
      assert.equal(zoneGroups.length, 1, endpoint.privateEndpointName);
      assert.deepEqual(zoneGroups[0]!.privateDnsZoneConfigs.map(zoneOf), ZONES[group]);
    }
    assert.deepEqual(Object.fromEntries(groupsOf), ENDPOINT_GROUPS);
  });

  it("turns off the public endpoint of every vault but the one that Azure ML does not support without", () => {
    const accessOf = (name: string) =>
      (only(all, "azure-native:keyvault:Vault", `fraud-ml-${name}`).inputs as Inputs).properties.publicNetworkAccess;
    assert.equal(inputsOf(all, "azure-native:keyvault:Vault").length, 4);
    const closed = ["keys", "secrets", "step-secrets"];
    assert.deepEqual([...closed, "metadata"].map(accessOf), [...closed.map(() => "Disabled"), "Enabled"]);
    const { vaultName } = only(all, "azure-native:keyvault:Vault", "fraud-ml-metadata").inputs;
    const keys = inputsOf(all, "azure-native:keyvault:Key").filter((key) => key.vaultName === vaultName);
    assert.deepEqual(
      keys.map(({ keyName }) => keyName),
      ["notebooks"],
    );
    const { encryption } = only(all, "azure-native:machinelearningservices:Workspace").inputs as Inputs;
    assert.match(encryption.keyVaultProperties.keyVaultArmId, new RegExp(`/vaults/${vaultName}$`));
  });

  it("creates the zones of parameters and databases only where there are some", async () => {
    const zones = inputsOf(await recordAzure(restricted), "azure-native:privatedns:PrivateZone");
    const names = zones.map(({ privateZoneName }) => privateZoneName);
    assert.equal(names.length, 13);
    for (const name of [...ZONES.configurationStores!, ...ZONES.postgresqlServer!]) assert.ok(!names.includes(name));
  });

  it("links every zone to the network", () => {
    const zones = inputsOf(all, "azure-native:privatedns:PrivateZone").map(({ privateZoneName }) => privateZoneName);
    assert.deepEqual([...new Set(Object.values(ZONES).flat())].sort(), [...zones].sort());
    const links = inputsOf(all, "azure-native:privatedns:VirtualNetworkLink");
    assert.deepEqual(links.map(({ privateZoneName }) => privateZoneName).sort(), [...zones].sort());
    for (const link of links) assert.equal(link.virtualNetwork.id, "fraud-ml-network-network-id");
  });

  it("sends the logs of every service to Log Analytics", () => {
    const targets = inputsOf(all, "azure-native:monitor:DiagnosticSetting").map(({ resourceUri }) => resourceUri);
    const accounts = ofType(all, "azure-native:storage:StorageAccount").map(
      ({ name }) => `${name}-id/blobServices/default`,
    );
    const training = ["step-secrets", "parameters", "database-results"];
    const services = ["keys", "metadata", "secrets", "registry", "workspace", ...training].map(
      (name) => `fraud-ml-${name}-id`,
    );
    for (const target of [...accounts, ...services]) assert.ok(targets.includes(target), target);
    for (const setting of inputsOf(all, "azure-native:monitor:DiagnosticSetting")) {
      assert.equal(setting.workspaceId, "fraud-ml-logs-analytics-id");
      assert.deepEqual(setting.logs, [{ categoryGroup: "allLogs", enabled: true }]);
    }
  });

  it("denies by default on every subnet, in and out, and lets nothing to or from the internet", () => {
    const subnets = ofType(all, "azure-native:network:Subnet");
    assert.equal(subnets.length, 3);
    for (const { name, inputs } of subnets) {
      const rules = rulesOf(all, inputs);
      for (const direction of ["Inbound", "Outbound"]) {
        assert.ok(
          rules.some((rule) => rule.direction === direction && rule.access === "Deny" && isAny(rule)),
          name,
        );
      }
      const priorities = rules.map(({ direction, priority }) => `${direction} ${priority}`);
      assert.equal(new Set(priorities).size, priorities.length, `${name}: ${priorities}`);
      for (const port of [22, 53, 80, 443, 445, 3389, 44224]) {
        assert.ok(!passes(rules, "Inbound", "Internet", "10.20.0.4", port), `${name} from the internet on ${port}`);
        assert.ok(!passes(rules, "Outbound", "10.20.8.4", "Internet", port), `${name} to the internet on ${port}`);
      }
    }
  });

  it("lets machines reach endpoints by HTTPS, and sign in, and nothing else", () => {
    const endpoints = rulesOf(all, only(all, "azure-native:network:Subnet", "fraud-ml-network-endpoints").inputs);
    const compute = rulesOf(all, only(all, "azure-native:network:Subnet", "fraud-ml-network-compute").inputs);
    const machine = "10.20.8.4";
    const endpoint = "10.20.0.4";
    assert.ok(
      passes(compute, "Outbound", machine, endpoint, 443) && passes(endpoints, "Inbound", machine, endpoint, 443),
    );
    assert.ok(passes(compute, "Outbound", machine, "AzureActiveDirectory", 443));
    assert.ok(!passes(compute, "Outbound", machine, endpoint, 22));
    assert.ok(!passes(compute, "Outbound", machine, "10.20.9.9", 443), "from one machine to another");
    assert.ok(!passes(compute, "Inbound", "10.20.9.9", machine, 22));
    assert.ok(!passes(endpoints, "Outbound", endpoint, machine, 443));
    for (const tag of ["Storage", "AzureResourceManager", "AzureFrontDoor.FrontEnd", "AzureCloud"]) {
      assert.ok(!passes(compute, "Outbound", machine, tag, 443), tag);
    }
  });

  it("opens exactly the approved hosts in the managed network, and private endpoints to the data", async () => {
    const hosts = async (network: Inputs) => {
      const registrations = await recordAzure({ network: { cidr: "10.20.0.0/20", ...network } });
      const rules: Inputs[] = Object.values(
        (only(registrations, "azure-native:machinelearningservices:Workspace").inputs as Inputs).managedNetwork
          .outboundRules,
      );
      return {
        hosts: rules.flatMap(({ type, destination }) => (type === "FQDN" ? [destination] : [])).sort(),
        endpoints: rules.filter(({ type }) => type === "PrivateEndpoint").length,
        others: rules.filter(({ type }) => type !== "FQDN" && type !== "PrivateEndpoint").length,
      };
    };
    assert.deepEqual(await hosts({}), { hosts: [], endpoints: 6, others: 0 });
    assert.deepEqual((await hosts({ egress: "packages" })).hosts, ["files.pythonhosted.org", "pypi.org"]);
    const approvedHosts = ["*.example.com", "example.com"];
    assert.deepEqual((await hosts({ egress: "approved", approvedHosts })).hosts, approvedHosts);
  });
});

/** Reads `a.b.c` in an object. */
function at(inputs: Inputs, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => (value as Inputs | undefined)?.[key], inputs);
}

/** Settings anywhere in a resource that open it: public access, public addresses, address rules for the world. */
function publicSettings(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => publicSettings(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = `${path}.${key}`;
    const opens =
      (/public(Network)?Access|sshPublicAccess|PortPublicAccess/i.test(key) &&
        !["Disabled", "None", false].includes(inner as string | false) &&
        typeof inner !== "object") ||
      (/publicIp/i.test(key) && key !== "serverlessComputeNoPublicIP" && inner !== false) ||
      (key === "ipRules" && (inner as unknown[]).length > 0);
    return [...(opens ? [here] : []), ...publicSettings(inner, here)];
  });
}

function zoneOf({ privateDnsZoneId }: Inputs): string {
  const name = String(privateDnsZoneId)
    .replace(/^fraud-ml-zone-/, "")
    .replace(/-id$/, "");
  return (
    Object.values(ZONES)
      .flat()
      .find((zone) => zone.replaceAll(".", "-") === name) ?? name
  );
}

function rulesOf(all: Registration[], subnet: Inputs): Inputs[] {
  const id = subnet.networkSecurityGroup.id;
  const group = ofType(all, "azure-native:network:NetworkSecurityGroup").find(({ name }) => `${name}-id` === id);
  assert.ok(group, `no security group ${id}`);
  return (group.inputs as Inputs).securityRules;
}

function isAny(rule: Inputs): boolean {
  return [rule.protocol, rule.sourceAddressPrefix, rule.destinationAddressPrefix, rule.destinationPortRange].every(
    (value) => value === "*",
  );
}

/** Azure's own rules, which apply below 4096: the network may come in and everything may go out. */
const AZURE_DEFAULTS: Inputs[] = [
  { direction: "Inbound", access: "Allow", source: "VirtualNetwork", destination: "VirtualNetwork" },
  { direction: "Inbound", access: "Deny", source: "*", destination: "*" },
  { direction: "Outbound", access: "Allow", source: "*", destination: "*" },
].map(({ source, destination, ...rule }, index) => ({
  ...rule,
  priority: 65000 + index,
  sourceAddressPrefix: source,
  destinationAddressPrefix: destination,
  destinationPortRange: "*",
}));

/** Whether traffic passes a security group. An address is an IP address or the service tag that it belongs to. */
function passes(rules: Inputs[], direction: string, source: string, destination: string, port: number): boolean {
  const first = [...rules, ...AZURE_DEFAULTS]
    .filter((rule) => rule.direction === direction)
    .sort((a, b) => a.priority - b.priority)
    .find(
      (rule) =>
        covers(rule.sourceAddressPrefix, source) &&
        covers(rule.destinationAddressPrefix, destination) &&
        (rule.destinationPortRange === "*" || rule.destinationPortRanges?.includes(String(port))),
    );
  return first?.access === "Allow";
}

function covers(prefix: string, address: string): boolean {
  if (prefix === "*" || prefix === address) return true;
  const isAddress = /^\d+\./.test(address);
  if (prefix === "VirtualNetwork") return isAddress;
  if (!isAddress || !prefix.includes("/")) return false;
  const list = new BlockList();
  const [base, length] = prefix.split("/") as [string, string];
  list.addSubnet(base, Number(length), "ipv4");
  return list.check(address, "ipv4");
}
