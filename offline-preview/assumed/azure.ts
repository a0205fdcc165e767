// Ids and other outputs of Azure resources, as Azure Resource Manager writes them.

import type { Properties, Value } from "../protocol/messages.ts";
import { isMap } from "../protocol/properties.ts";
import { hex, uuid } from "./fakes.ts";
import { fillForm } from "./forms.ts";
import type { GenericContext } from "./generic.ts";
import { azurePlace } from "./places.ts";
import { type AssumedResource, plain, seedOf, text, typeParts } from "./resource.ts";
import { collection } from "./words.ts";

// Module and class -> what stands after /providers/ in the id.
const PATHS: Record<string, string> = {
  "applicationinsights/Component": "Microsoft.Insights/components/{resourceName}",
  "authorization/RoleAssignment": "Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  "authorization/RoleDefinition": "Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
  "containerregistry/Registry": "Microsoft.ContainerRegistry/registries/{registryName}",
  "keyvault/Key": "Microsoft.KeyVault/vaults/{vaultName}/keys/{keyName}",
  "keyvault/Secret": "Microsoft.KeyVault/vaults/{vaultName}/secrets/{secretName}",
  "keyvault/Vault": "Microsoft.KeyVault/vaults/{vaultName}",
  "machinelearningservices/Compute":
    "Microsoft.MachineLearningServices/workspaces/{workspaceName}/computes/{computeName}",
  "machinelearningservices/Datastore": "Microsoft.MachineLearningServices/workspaces/{workspaceName}/datastores/{name}",
  "machinelearningservices/Workspace": "Microsoft.MachineLearningServices/workspaces/{workspaceName}",
  "managedidentity/UserAssignedIdentity": "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}",
  "monitor/DiagnosticSetting": "Microsoft.Insights/diagnosticSettings/{name}",
  "monitor/PrivateLinkScope": "Microsoft.Insights/privateLinkScopes/{scopeName}",
  "monitor/PrivateLinkScopedResource": "Microsoft.Insights/privateLinkScopes/{scopeName}/scopedResources/{name}",
  "network/FlowLog": "Microsoft.Network/networkWatchers/{networkWatcherName}/flowLogs/{flowLogName}",
  "network/PrivateDnsZoneGroup":
    "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
  "network/Subnet": "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
  "operationalinsights/Workspace": "Microsoft.OperationalInsights/workspaces/{workspaceName}",
  "privatedns/PrivateZone": "Microsoft.Network/privateDnsZones/{privateZoneName}",
  "privatedns/VirtualNetworkLink":
    "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
  "storage/BlobContainer":
    "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}",
  "storage/BlobContainerImmutabilityPolicy":
    "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}/immutabilityPolicies/default",
  "storage/BlobServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default",
  "storage/FileServiceProperties": "Microsoft.Storage/storageAccounts/{accountName}/fileServices/default",
  "storage/ManagementPolicy": "Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/default",
  "storage/StorageAccount": "Microsoft.Storage/storageAccounts/{accountName}",
};

function pathOf(type: string): string {
  const { module, name } = typeParts(type);
  const own = `${name.charAt(0).toLowerCase()}${name.slice(1)}Name`;
  const namespace = `${module.charAt(0).toUpperCase()}${module.slice(1)}`;
  return PATHS[`${module}/${name}`] ?? `Microsoft.${namespace}/${collection(name)}/{${own}}`;
}

/** Every output of the type whose form is known, and `id`. */
export function azureValues(resource: AssumedResource, context: GenericContext): Properties {
  const { inputs, type } = resource;
  const seed = seedOf(resource);
  const { subscription, tenant } = azurePlace(resource.provider);
  const path = pathOf(type);
  const auto = `${resource.name}${hex(seed, 8)}`;
  const own = /\{(\w+)\}$/.exec(path)?.[1];
  const place = { subscription, ...(own === undefined || text(inputs[own]) !== undefined ? {} : { [own]: auto }) };
  const group = `/subscriptions/{subscription}/resourceGroups/{resourceGroupName}`;
  const scope = text(inputs.scope) ?? text(inputs.resourceUri);
  const base = scope === undefined ? group : `/${scope.replace(/^\/|\/$/g, "")}`;
  const id = type.endsWith(":ResourceGroup")
    ? `/subscriptions/{subscription}/resourceGroups/${text(inputs.resourceGroupName) ?? auto}`
    : `${base}/providers/${path}`;
  const filled = fillForm({ id }, resource, place, context);
  const name = filled.id?.split("/").at(-1) as string;
  return {
    ...filled,
    name,
    type: armType(type, path),
    provisioningState: "Succeeded",
    ...extras(resource, name, tenant),
  };
}

/** `Microsoft.Storage/storageAccounts/x/blobServices/default` -> `Microsoft.Storage/storageAccounts/blobServices`. */
function armType(type: string, path: string): string {
  if (type.endsWith(":ResourceGroup")) return "Microsoft.Resources/resourceGroups";
  return path
    .split("/")
    .filter((_, index) => index === 0 || index % 2 === 1)
    .join("/");
}

function extras(resource: AssumedResource, name: string, tenant: string): Properties {
  const seed = seedOf(resource);
  const { module, name: kind } = typeParts(resource.type);
  const result: Properties = {
    etag: `"${uuid(`${seed}/etag`)}"`,
    tenantId: tenant,
    ...systemIdentity(resource, tenant),
  };
  if (kind === "UserAssignedIdentity") {
    Object.assign(result, { principalId: uuid(`${seed}/principal`), clientId: uuid(`${seed}/client`) });
  }
  if (kind === "Registry") result.loginServer = `${name}.azurecr.io`.toLowerCase();
  if (kind === "StorageAccount") result.primaryEndpoints = endpoints(name);
  if (module === "machinelearningservices" && kind === "Workspace") {
    result.discoveryUrl = `https://${text(resource.inputs.location) ?? "westeurope"}.api.azureml.ms/discovery`;
  }
  const properties = plain(resource.inputs.properties);
  if (kind === "Vault" && isMap(properties)) {
    result.properties = { vaultUri: `https://${name}.vault.azure.net/`, ...properties };
  }
  return result;
}

/** The identity that the program asked for, with the principal that Azure gives it. */
function systemIdentity({ inputs, ...rest }: AssumedResource, tenantId: string): Properties {
  const identity: Value | undefined = plain(inputs.identity);
  if (!isMap(identity) || !text(identity.type)?.includes("SystemAssigned")) return {};
  return { identity: { principalId: uuid(`${seedOf({ inputs, ...rest })}/system`), tenantId, ...identity } };
}

function endpoints(account: string): Properties {
  const url = (service: string) => `https://${account}.${service}.core.windows.net/`;
  return { blob: url("blob"), dfs: url("dfs"), file: url("file"), queue: url("queue"), table: url("table") };
}
