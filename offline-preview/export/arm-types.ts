// Azure Resource Manager's names for the types of azure-native, whose tokens do not hold them: provider and API version of a
// module, and the path of a type below its provider, with the inputs that name each part of it.
import { unversioned } from "./azurerm.ts";

/** What a template says of a type. */
export interface ArmType {
  /** `Microsoft.Storage/storageAccounts/blobServices/containers` */
  type: string;
  apiVersion: string;
  /** Names of the parts of the path after the provider: the name of an input, or a name that is always the same. */
  names: ({ input: string } | { fixed: string })[];
  /** Input that holds the id of the resource which this one extends, such as a role assignment's scope. */
  scope?: string;
}

/** Provider and API version by module, as @pulumi/azure-native 3.28 has them. */
const MODULES: Record<string, [provider: string, apiVersion: string]> = {
  apimanagement: ["Microsoft.ApiManagement", "2024-05-01"],
  app: ["Microsoft.App", "2025-02-02-preview"],
  appconfiguration: ["Microsoft.AppConfiguration", "2024-05-01"],
  applicationinsights: ["Microsoft.Insights", "2015-05-01"],
  appplatform: ["Microsoft.AppPlatform", "2024-01-01-preview"],
  authorization: ["Microsoft.Authorization", "2025-01-01"],
  automation: ["Microsoft.Automation", "2024-10-23"],
  batch: ["Microsoft.Batch", "2024-07-01"],
  botservice: ["Microsoft.BotService", "2023-09-15-preview"],
  cdn: ["Microsoft.Cdn", "2025-06-01"],
  cognitiveservices: ["Microsoft.CognitiveServices", "2025-06-01"],
  compute: ["Microsoft.Compute", "2024-11-01"],
  containerinstance: ["Microsoft.ContainerInstance", "2024-05-01-preview"],
  containerregistry: ["Microsoft.ContainerRegistry", "2024-11-01-preview"],
  containerservice: ["Microsoft.ContainerService", "2025-09-01"],
  cosmosdb: ["Microsoft.DocumentDB", "2025-10-15"],
  databricks: ["Microsoft.Databricks", "2026-01-01"],
  datafactory: ["Microsoft.DataFactory", "2018-06-01"],
  datalakestore: ["Microsoft.DataLakeStore", "2016-11-01"],
  dbformariadb: ["Microsoft.DBforMariaDB", "2018-06-01"],
  dbformysql: ["Microsoft.DBforMySQL", "2017-12-01"],
  dbforpostgresql: ["Microsoft.DBforPostgreSQL", "2025-08-01"],
  desktopvirtualization: ["Microsoft.DesktopVirtualization", "2024-04-03"],
  digitaltwins: ["Microsoft.DigitalTwins", "2023-01-31"],
  dns: ["Microsoft.Network", "2023-07-01-preview"],
  eventgrid: ["Microsoft.EventGrid", "2025-02-15"],
  eventhub: ["Microsoft.EventHub", "2024-01-01"],
  frontdoor: ["Microsoft.Network", "2025-11-01"],
  hdinsight: ["Microsoft.HDInsight", "2024-08-01-preview"],
  healthcareapis: ["Microsoft.HealthcareApis", "2024-03-31"],
  iothub: ["Microsoft.Devices", "2023-06-30"],
  keyvault: ["Microsoft.KeyVault", "2024-11-01"],
  kusto: ["Microsoft.Kusto", "2024-04-13"],
  logic: ["Microsoft.Logic", "2019-05-01"],
  machinelearningservices: ["Microsoft.MachineLearningServices", "2025-12-01"],
  managedidentity: ["Microsoft.ManagedIdentity", "2023-01-31"],
  maps: ["Microsoft.Maps", "2024-07-01-preview"],
  monitor: ["Microsoft.Insights", "2025-05-03-preview"],
  netapp: ["Microsoft.NetApp", "2024-09-01"],
  network: ["Microsoft.Network", "2024-05-01"],
  notificationhubs: ["Microsoft.NotificationHubs", "2023-10-01-preview"],
  operationalinsights: ["Microsoft.OperationalInsights", "2023-09-01"],
  privatedns: ["Microsoft.Network", "2024-06-01"],
  purview: ["Microsoft.Purview", "2024-04-01-preview"],
  recoveryservices: ["Microsoft.RecoveryServices", "2024-10-01"],
  redis: ["Microsoft.Cache", "2024-11-01"],
  redisenterprise: ["Microsoft.Cache", "2025-07-01"],
  relay: ["Microsoft.Relay", "2024-01-01"],
  resources: ["Microsoft.Resources", "2024-03-01"],
  search: ["Microsoft.Search", "2025-05-01"],
  security: ["Microsoft.Security", "2024-08-01"],
  servicebus: ["Microsoft.ServiceBus", "2026-01-01"],
  servicefabric: ["Microsoft.ServiceFabric", "2024-04-01"],
  signalrservice: ["Microsoft.SignalRService", "2024-03-01"],
  sql: ["Microsoft.Sql", "2023-08-01"],
  storage: ["Microsoft.Storage", "2024-01-01"],
  storagesync: ["Microsoft.StorageSync", "2022-09-01"],
  streamanalytics: ["Microsoft.StreamAnalytics", "2020-03-01"],
  synapse: ["Microsoft.Synapse", "2021-06-01"],
  trafficmanager: ["Microsoft.Network", "2022-04-01"],
  web: ["Microsoft.Web", "2025-05-01"],
  webpubsub: ["Microsoft.SignalRService", "2024-03-01"],
};

/** Paths below the provider, in the form of a resource's id; `@` begins an API version that is not the module's. */
const PATHS: Record<string, string> = {
  "apimanagement:ApiManagementService": "service/{serviceName}",
  "apimanagement:Api": "service/{serviceName}/apis/{apiId}",
  "appconfiguration:ConfigurationStore": "configurationStores/{configStoreName}",
  "applicationinsights:Component": "components/{resourceName}@2020-02-02",
  "app:ContainerApp": "containerApps/{containerAppName}",
  "app:ManagedEnvironment": "managedEnvironments/{environmentName}",
  "appplatform:Service": "Spring/{serviceName}",
  "authorization:RoleAssignment": "{scope}/roleAssignments/{roleAssignmentName}@2022-04-01",
  "authorization:RoleDefinition": "{scope}/roleDefinitions/{roleDefinitionId}@2022-05-01-preview",
  "authorization:PolicyAssignment": "{scope}/policyAssignments/{policyAssignmentName}",
  "authorization:ManagementLockByScope": "{scope}/locks/{lockName}@2020-05-01",
  "automation:AutomationAccount": "automationAccounts/{automationAccountName}",
  "automation:Variable": "automationAccounts/{automationAccountName}/variables/{variableName}",
  "batch:BatchAccount": "batchAccounts/{accountName}",
  "cdn:Profile": "profiles/{profileName}",
  "cdn:Endpoint": "profiles/{profileName}/endpoints/{endpointName}",
  "cognitiveservices:Account": "accounts/{accountName}",
  "cognitiveservices:Deployment": "accounts/{accountName}/deployments/{deploymentName}",
  "compute:Disk": "disks/{diskName}@2024-03-02",
  "compute:DiskEncryptionSet": "diskEncryptionSets/{diskEncryptionSetName}@2024-03-02",
  "compute:Snapshot": "snapshots/{snapshotName}@2024-03-02",
  "compute:VirtualMachine": "virtualMachines/{vmName}",
  "compute:VirtualMachineExtension": "virtualMachines/{vmName}/extensions/{vmExtensionName}",
  "compute:VirtualMachineScaleSet": "virtualMachineScaleSets/{vmScaleSetName}",
  "containerinstance:ContainerGroup": "containerGroups/{containerGroupName}",
  "containerregistry:Registry": "registries/{registryName}@2023-01-01-preview",
  "containerregistry:Replication": "registries/{registryName}/replications/{replicationName}",
  "containerregistry:Webhook": "registries/{registryName}/webhooks/{webhookName}",
  "containerservice:ManagedCluster": "managedClusters/{resourceName}",
  "containerservice:AgentPool": "managedClusters/{resourceName}/agentPools/{agentPoolName}",
  "cosmosdb:DatabaseAccount": "databaseAccounts/{accountName}",
  "cosmosdb:SqlResourceSqlDatabase": "databaseAccounts/{accountName}/sqlDatabases/{databaseName}",
  "cosmosdb:SqlResourceSqlContainer":
    "databaseAccounts/{accountName}/sqlDatabases/{databaseName}/containers/{containerName}",
  "databricks:Workspace": "workspaces/{workspaceName}",
  "datafactory:Factory": "factories/{factoryName}",
  "datalakestore:Account": "accounts/{accountName}",
  "dbformariadb:Server": "servers/{serverName}",
  "dbformysql:Server": "flexibleServers/{serverName}@2024-02-01-preview",
  "dbformysql:SingleServer": "servers/{serverName}",
  "dbforpostgresql:Server": "flexibleServers/{serverName}",
  "dbforpostgresql:SingleServer": "servers/{serverName}@2017-12-01",
  "dbforpostgresql:Configuration": "flexibleServers/{serverName}/configurations/{configurationName}",
  "dns:Zone": "dnsZones/{zoneName}",
  "eventgrid:Topic": "topics/{topicName}",
  "eventgrid:Domain": "domains/{domainName}",
  "eventhub:Namespace": "namespaces/{namespaceName}",
  "eventhub:EventHub": "namespaces/{namespaceName}/eventhubs/{eventHubName}",
  "frontdoor:FrontDoor": "frontDoors/{frontDoorName}",
  "frontdoor:Policy": "FrontDoorWebApplicationFirewallPolicies/{policyName}",
  "iothub:IotHubResource": "IotHubs/{resourceName}",
  "keyvault:Vault": "vaults/{vaultName}",
  "keyvault:Key": "vaults/{vaultName}/keys/{keyName}",
  "keyvault:Secret": "vaults/{vaultName}/secrets/{secretName}",
  "kusto:Cluster": "clusters/{clusterName}",
  "logic:Workflow": "workflows/{workflowName}",
  "machinelearningservices:Workspace": "workspaces/{workspaceName}",
  "machinelearningservices:Compute": "workspaces/{workspaceName}/computes/{computeName}",
  "machinelearningservices:Datastore": "workspaces/{workspaceName}/datastores/{name}",
  "machinelearningservices:OnlineEndpoint": "workspaces/{workspaceName}/onlineEndpoints/{endpointName}",
  "managedidentity:UserAssignedIdentity": "userAssignedIdentities/{resourceName}",
  "monitor:ActionGroup": "actionGroups/{actionGroupName}@2024-10-01-preview",
  "monitor:DiagnosticSetting": "{resourceUri}/diagnosticSettings/{name}@2021-05-01-preview",
  "monitor:PrivateLinkScope": "privateLinkScopes/{scopeName}@2023-06-01-preview",
  "monitor:PrivateLinkScopedResource": "privateLinkScopes/{scopeName}/scopedResources/{name}@2023-06-01-preview",
  "network:ApplicationGateway": "applicationGateways/{applicationGatewayName}",
  "network:AzureFirewall": "azureFirewalls/{azureFirewallName}",
  "network:BastionHost": "bastionHosts/{bastionHostName}",
  "network:FirewallPolicy": "firewallPolicies/{firewallPolicyName}",
  "network:FirewallPolicyRuleCollectionGroup":
    "firewallPolicies/{firewallPolicyName}/ruleCollectionGroups/{ruleCollectionGroupName}",
  "network:FlowLog": "networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
  "network:LoadBalancer": "loadBalancers/{loadBalancerName}",
  "network:NatGateway": "natGateways/{natGatewayName}",
  "network:NetworkInterface": "networkInterfaces/{networkInterfaceName}",
  "network:NetworkSecurityGroup": "networkSecurityGroups/{networkSecurityGroupName}",
  "network:NetworkWatcher": "networkWatchers/{networkWatcherName}",
  "network:PrivateDnsZoneGroup":
    "privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
  "network:PrivateEndpoint": "privateEndpoints/{privateEndpointName}",
  "network:PublicIPAddress": "publicIPAddresses/{publicIpAddressName}",
  "network:Route": "routeTables/{routeTableName}/routes/{routeName}",
  "network:RouteTable": "routeTables/{routeTableName}",
  "network:SecurityRule": "networkSecurityGroups/{networkSecurityGroupName}/securityRules/{securityRuleName}",
  "network:Subnet": "virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
  "network:VirtualNetwork": "virtualNetworks/{virtualNetworkName}",
  "network:VirtualNetworkPeering":
    "virtualNetworks/{virtualNetworkName}/virtualNetworkPeerings/{virtualNetworkPeeringName}",
  "network:WebApplicationFirewallPolicy": "ApplicationGatewayWebApplicationFirewallPolicies/{policyName}",
  "operationalinsights:Workspace": "workspaces/{workspaceName}",
  "privatedns:PrivateZone": "privateDnsZones/{privateZoneName}",
  "privatedns:VirtualNetworkLink": "privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
  "recoveryservices:Vault": "vaults/{vaultName}",
  "redis:Redis": "redis/{name}",
  "resources:ResourceGroup": "resourceGroups/{resourceGroupName}",
  "search:Service": "searchServices/{searchServiceName}",
  "security:Pricing": "pricings/{pricingName}@2024-01-01",
  "security:SecurityContact": "securityContacts/{securityContactName}@2023-12-01-preview",
  "servicebus:Namespace": "namespaces/{namespaceName}",
  "servicebus:Queue": "namespaces/{namespaceName}/queues/{queueName}",
  "servicebus:Topic": "namespaces/{namespaceName}/topics/{topicName}",
  "signalrservice:SignalR": "signalR/{resourceName}",
  "sql:Database": "servers/{serverName}/databases/{databaseName}",
  "sql:FirewallRule": "servers/{serverName}/firewallRules/{firewallRuleName}",
  "sql:Server": "servers/{serverName}",
  "sql:ServerSecurityAlertPolicy": "servers/{serverName}/securityAlertPolicies/{securityAlertPolicyName}",
  "sql:ServerVulnerabilityAssessment": "servers/{serverName}/vulnerabilityAssessments/{vulnerabilityAssessmentName}",
  "storage:BlobContainer": "storageAccounts/{accountName}/blobServices/default/containers/{containerName}",
  "storage:BlobContainerImmutabilityPolicy":
    "storageAccounts/{accountName}/blobServices/default/containers/{containerName}/immutabilityPolicies/{immutabilityPolicyName}",
  "storage:BlobServiceProperties": "storageAccounts/{accountName}/blobServices/{blobServicesName}",
  "storage:FileServiceProperties": "storageAccounts/{accountName}/fileServices/{fileServicesName}",
  "storage:FileShare": "storageAccounts/{accountName}/fileServices/default/shares/{shareName}",
  "storage:ManagementPolicy": "storageAccounts/{accountName}/managementPolicies/{managementPolicyName}",
  "storage:Queue": "storageAccounts/{accountName}/queueServices/default/queues/{queueName}",
  "storage:StorageAccount": "storageAccounts/{accountName}",
  "storage:Table": "storageAccounts/{accountName}/tableServices/default/tables/{tableName}",
  "storagesync:StorageSyncService": "storageSyncServices/{storageSyncServiceName}",
  "synapse:BigDataPool": "workspaces/{workspaceName}/bigDataPools/{bigDataPoolName}",
  "synapse:SqlPool": "workspaces/{workspaceName}/sqlPools/{sqlPoolName}",
  "synapse:Workspace": "workspaces/{workspaceName}",
  "web:AppServicePlan": "serverfarms/{name}",
  "web:WebApp": "sites/{name}",
  "web:WebAppSlot": "sites/{name}/slots/{slot}",
  "webpubsub:WebPubSub": "webPubSub/{resourceName}",
};

/**
 * The template's type for a token of azure-native. A type that is not listed follows the rule that the inputs which end
 * in `Name` name the resource and its parents. Undefined when its provider is not known.
 */
export function armType(token: string, inputs: Record<string, unknown>): ArmType | undefined {
  const [, module = "", type = ""] = unversioned(token).split(":");
  const known = MODULES[module];
  if (known === undefined) return undefined;
  const [provider, moduleVersion] = known;
  const [path = "", ownVersion] = (PATHS[`${module}:${type}`] ?? pathByRule(type, inputs)).split("@");
  const segments = path.split("/");
  const scope = /^\{(\w+)\}$/.exec(segments[0] as string)?.[1];
  if (scope !== undefined) segments.shift();
  return {
    type: [provider, ...segments.filter((_segment, index) => index % 2 === 0)].join("/"),
    apiVersion: versionOf(token) ?? ownVersion ?? moduleVersion,
    names: segments.filter((_segment, index) => index % 2 === 1).map(nameOf),
    ...(scope === undefined ? {} : { scope }),
  };
}

function nameOf(segment: string): { input: string } | { fixed: string } {
  const input = /^\{(\w+)\}$/.exec(segment)?.[1];
  return input === undefined ? { fixed: segment } : { input };
}

/** `azure-native:storage/v20240101:StorageAccount` says its version: 2024-01-01. */
function versionOf(token: string): string | undefined {
  const found = /\/v(\d{4})(\d\d)(\d\d)(preview)?:/.exec(token);
  return found === null ? undefined : `${found[1]}-${found[2]}-${found[3]}${found[4] === undefined ? "" : "-preview"}`;
}

function pathByRule(type: string, inputs: Record<string, unknown>): string {
  const own = lowerFirst(type);
  const named = Object.keys(inputs).filter((input) => input.endsWith("Name") && input !== "resourceGroupName");
  // Alone, the name is the resource's own, whatever it is called.
  const parents = named.length > 1 ? named.filter((input) => input !== `${own}Name`) : [];
  const ownName = named.find((input) => !parents.includes(input)) ?? `${own}Name`;
  return [
    ...parents.flatMap((input) => [plural(input.slice(0, -"Name".length)), `{${input}}`]),
    plural(own),
    `{${ownName}}`,
  ].join("/");
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, "ies");
  return /(s|sh|ch|x)$/.test(word) ? `${word}es` : `${word}s`;
}
