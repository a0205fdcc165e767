/**
 * Azure's documented rules for names, by resource type. The rest comes from azure-native's own types. A type that is not
 * listed has no model here, so that nobody forgets the rule for its name.
 */
import { azureResource } from "./azure-native.ts";
import type { DocumentedRule, ResourceModel } from "./resource-model.ts";
import type { Differences } from "./translate.ts";

const NAMES = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules";
const NETWORK_NAME = /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/;
/** Names and versions of assets in an Azure ML workspace. */
const ASSET = /^[A-Za-z0-9][\w.-]{0,254}$/;
const ASSETS = "https://learn.microsoft.com/rest/api/azureml";
const ADMINISTRATORS = "https://learn.microsoft.com/rest/api/postgresql/administrators-microsoft-entra";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function name(pattern: RegExp, source = NAMES): DocumentedRule {
  return { pattern, source };
}

const RESOURCES: Record<string, Record<string, DocumentedRule>> = {
  "azure-native:resources:ResourceGroup": { resourceGroupName: name(/^[\w.()-]{0,89}[\w()-]$/) },
  "azure-native:authorization:RoleDefinition": {
    roleDefinitionId: name(UUID),
    roleName: {
      max: 512,
      source: "https://learn.microsoft.com/azure/role-based-access-control/custom-roles",
    },
    description: {
      max: 2048,
      source: "https://learn.microsoft.com/azure/role-based-access-control/custom-roles",
    },
  },
  "azure-native:authorization:RoleAssignment": {
    roleAssignmentName: name(UUID),
    principalId: name(UUID, "https://learn.microsoft.com/rest/api/authorization/role-assignments/create"),
  },
  "azure-native:authorization:ManagementLockByScope": { lockName: name(/^[^<>%&:\\?/]{1,260}$/) },
  "azure-native:appconfiguration:ConfigurationStore": {
    configStoreName: name(/^[A-Za-z0-9](?!.*---)[A-Za-z0-9-]{3,48}[A-Za-z0-9]$/),
  },
  "azure-native:appconfiguration:KeyValue": {
    keyValueName: name(
      /^[^%/.][^%/]{0,1023}$/,
      "https://learn.microsoft.com/azure/azure-app-configuration/concept-key-value",
    ),
  },
  "azure-native:dbforpostgresql:Server": { serverName: name(/^[a-z0-9]([a-z0-9-]{1,61})[a-z0-9]$/) },
  "azure-native:dbforpostgresql:Configuration": {},
  "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra": {
    objectId: name(UUID, ADMINISTRATORS),
    principalType: name(/^(User|Group|ServicePrincipal)$/, ADMINISTRATORS),
  },
  "azure-native:managedidentity:UserAssignedIdentity": { resourceName: name(/^[A-Za-z0-9][\w-]{2,127}$/) },
  "azure-native:network:VirtualNetwork": { virtualNetworkName: name(/^[A-Za-z0-9][\w.-]{0,62}\w$/) },
  "azure-native:network:Subnet": { subnetName: name(NETWORK_NAME) },
  "azure-native:network:NetworkSecurityGroup": {
    networkSecurityGroupName: name(NETWORK_NAME),
    "securityRules.name": name(NETWORK_NAME),
    "securityRules.priority": name(
      /^([1-9]\d{2}|[1-3]\d{3}|40[0-8]\d|409[0-6])$/,
      "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    "securityRules.description": {
      max: 140,
      source: "https://learn.microsoft.com/rest/api/virtualnetwork/security-rules",
    },
  },
  "azure-native:network:PrivateEndpoint": { privateEndpointName: name(/^[A-Za-z0-9][\w.-]{0,62}\w$/) },
  "azure-native:network:PrivateDnsZoneGroup": { privateDnsZoneGroupName: name(NETWORK_NAME) },
  "azure-native:network:FlowLog": { flowLogName: name(NETWORK_NAME) },
  "azure-native:privatedns:PrivateZone": {
    privateZoneName: name(/^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?){1,33}$/),
  },
  "azure-native:privatedns:VirtualNetworkLink": { virtualNetworkLinkName: name(/^[A-Za-z0-9]([\w.-]{0,78}\w)?$/) },
  "azure-native:keyvault:Vault": { vaultName: name(/^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/) },
  "azure-native:keyvault:Key": {
    keyName: name(/^[A-Za-z0-9-]{1,127}$/),
    "properties.rotationPolicy.attributes.expiryTime": name(
      /^P(\d+Y)?(\d+M)?(\d+D)?$/,
      "https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation",
    ),
  },
  "azure-native:keyvault:Secret": { secretName: name(/^[A-Za-z0-9-]{1,127}$/) },
  "azure-native:storage:StorageAccount": { accountName: name(/^[a-z0-9]{3,24}$/) },
  "azure-native:storage:BlobServiceProperties": { blobServicesName: name(/^default$/) },
  "azure-native:storage:FileServiceProperties": { fileServicesName: name(/^default$/) },
  "azure-native:storage:ManagementPolicy": { managementPolicyName: name(/^default$/) },
  "azure-native:storage:BlobContainer": { containerName: name(/^(\$root|(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9])$/) },
  "azure-native:storage:BlobContainerImmutabilityPolicy": { immutabilityPolicyName: name(/^default$/) },
  "azure-native:containerregistry:Registry": { registryName: name(/^[A-Za-z0-9]{5,50}$/) },
  "azure-native:containerregistry:CacheRule": {
    cacheRuleName: name(/^[A-Za-z0-9-]{5,50}$/, "https://learn.microsoft.com/rest/api/containerregistry/cache-rules"),
  },
  "azure-native:operationalinsights:Workspace": { workspaceName: name(/^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/) },
  "azure-native:applicationinsights:Component": { resourceName: name(/^[\w.()-]{0,254}[\w()-]$/) },
  "azure-native:monitor:PrivateLinkScope": { scopeName: name(/^[\w.()-]{0,254}[\w()-]$/) },
  "azure-native:monitor:PrivateLinkScopedResource": { name: name(/^[\w.()-]{0,254}[\w()-]$/) },
  "azure-native:monitor:DiagnosticSetting": { name: name(/^[^*<>%:&?\\+/ ][^*<>%:&?\\+/]{0,258}[^*<>%:&?\\+/ .]$/) },
  "azure-native:machinelearningservices:Workspace": { workspaceName: name(/^[A-Za-z0-9][\w-]{2,32}$/) },
  "azure-native:machinelearningservices:Datastore": { name: name(/^[A-Za-z0-9_]{1,255}$/) },
  "azure-native:machinelearningservices:EnvironmentVersion": {
    name: name(ASSET, ASSETS),
    version: name(ASSET, ASSETS),
  },
  // The SDK of Azure ML takes lower-case letters, digits and underscores in the names of components.
  "azure-native:machinelearningservices:ComponentVersion": {
    name: name(/^[a-z][a-z0-9_]{0,254}$/, ASSETS),
    version: name(ASSET, ASSETS),
  },
  "azure-native:machinelearningservices:ModelContainer": { name: name(ASSET, ASSETS) },
  "azure-native:machinelearningservices:Schedule": {
    name: name(ASSET, ASSETS),
    "properties.trigger.expression": name(
      /^\S+ \S+ \* \* \S+$/,
      "https://learn.microsoft.com/azure/machine-learning/how-to-schedule-pipeline-job",
    ),
  },
  "azure-native:machinelearningservices:Compute": {
    // A hyphen has to be followed by a letter somewhere after it.
    computeName: name(
      /^(?!.*-\d*$)[A-Za-z][A-Za-z0-9-]{2,23}$/,
      "https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance",
    ),
  },
};

/** The model of an azure-native resource type, or undefined when it is not listed here. */
export function azureModel(token: string): ResourceModel | undefined {
  const undated = token.replace(/\/v\d{8}\w*:/, ":");
  const documented = RESOURCES[undated];
  return documented && { schema: () => azureResource(undated), documented, ...DIFFERENCES[undated] };
}

/** Where azure-native's types are not those of the API. */
const DIFFERENCES: Record<string, Differences> = {
  "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra": {
    ignored: { principalType: "the SDK has the values of another API of the same name; the rule above has its own" },
  },
};

/** The types that have a model, for the test that every type exists. */
export const AZURE_TYPES = Object.keys(RESOURCES);
