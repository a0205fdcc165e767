/** The Azure ML workspace: what it depends on, its outbound rules, its data stores and the cluster that builds images. */
import type { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import type { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { Compute } from "@pulumi/azure-native/machinelearningservices/compute.js";
import { Datastore } from "@pulumi/azure-native/machinelearningservices/datastore.js";
import { Workspace } from "@pulumi/azure-native/machinelearningservices/workspace.js";
import type { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import type { CustomRoles } from "./custom-roles.ts";
import { endpointRule, hostRules, type OutboundRules, type PrivateTarget, targetRules } from "./egress.ts";
import { connect, endpointName } from "./endpoints.ts";
import { mapText, resourceId, type StorageAccountParts, storageAccountParts } from "./ids.ts";
import { createVault } from "./keys.ts";
import { audit } from "./logs.ts";
import type { Context } from "./place.ts";
import { registryIdOf } from "./registry.ts";
import { BUILT_IN_ROLES } from "./roles.ts";
import { createServiceIdentity, type ServiceIdentity, workspaceGrants } from "./service-identity.ts";
import { datastoreNameOf, MODELS, type StoreInfo, type StoreParts, type WorkspaceStores } from "./workspace-stores.ts";

/** The Azure ML workspace and its registry. */
export interface MlWorkspaceService {
  /** The workspace. */
  workspace: Workspace;
  /** Its id, known before it exists. */
  workspaceId: string;
  /** The container registry. */
  registry: Registry;
  /** Its id, known before it exists. */
  registryId: string;
}

/** What an Azure ML workspace is made with. */
export interface MlWorkspaceParts extends StoreParts {
  /** The data stores. */
  stores: WorkspaceStores;
  /** The workspace's own role definitions. */
  roles: CustomRoles;
  /** The container registry. */
  registry: Registry;
  /** What steps reach beside the data stores. */
  targets: PrivateTarget[];
}

/** Creates the Azure ML workspace with everything that it depends on. */
export function createMlWorkspace(context: Context, parts: MlWorkspaceParts): MlWorkspaceService {
  const { place, names } = context;
  const vault = createSecretVault(context, parts);
  const { registry } = parts;
  const identity = createWorkspaceIdentity(context, parts, vault);
  const workspace = createWorkspace(context, parts, vault, identity);
  const idOf = (type: string, name: string) => resourceId(place.resourceGroupId, type, name);
  const service = {
    workspace,
    workspaceId: idOf("Microsoft.MachineLearningServices/workspaces", names.mlWorkspace()),
    registry,
    registryId: registryIdOf(context),
  };
  connect(context, parts.site, "workspace", workspace.id, "amlworkspace");
  audit(context, parts.logs, "workspace", workspace.id);
  for (const store of [...parts.stores.data, parts.stores.models]) registerStore(context, workspace, store);
  createImageBuilder(context, parts, service);
  return service;
}

/** Azure ML keeps the secrets of connections in a vault. It is not the one with our keys, which Azure ML need not see. */
function createSecretVault(context: Context, { site, logs }: MlWorkspaceParts): Vault {
  const { name, place, names, opts } = context;
  const vault = createVault(`${name}-secrets`, { ...place, vaultName: names.vault("secrets"), hsm: false }, opts);
  connect(context, site, "secrets", vault.id, "vault");
  audit(context, logs, "secrets", vault.id);
  return vault;
}

function createWorkspaceIdentity(
  context: Context,
  { logs, stores, roles, registry, targets }: MlWorkspaceParts,
  vault: Vault,
): ServiceIdentity {
  const { place, names } = context;
  const idOf = (type: string, name: string) => resourceId(place.resourceGroupId, type, name);
  const endpointIdOf = (group: "blob" | "file") =>
    idOf("Microsoft.Network/privateEndpoints", endpointName(context, MODELS, group));
  const grants = workspaceGrants(place, roles, {
    storageId: stores.models.accountId,
    vaultId: idOf("Microsoft.KeyVault/vaults", names.vault("secrets")),
    registryId: registryIdOf(context),
    insightsId: idOf("Microsoft.Insights/components", names.plain("insights")),
    storageEndpointIds: { blob: endpointIdOf("blob"), file: endpointIdOf("file") },
    dataAccountIds: Object.fromEntries(stores.data.map((store) => [store.name, store.accountId])),
    targets,
  });
  const { endpoints } = stores.models;
  const data = [...stores.data, stores.models].flatMap(({ usable }) => usable);
  const others = targets.flatMap(({ usable }) => usable);
  const dependsOn = [vault, registry, logs.insights, ...endpoints, ...others, ...data, ...roles.definitions];
  return createServiceIdentity(context, "workspace", grants, dependsOn);
}

/**
 * The private workspace. Metadata is encrypted on the service's side with our key: without that, Azure ML would put a
 * Cosmos DB, a search service and a storage account into a resource group of its own, outside of these controls.
 * https://learn.microsoft.com/azure/machine-learning/concept-customer-managed-keys
 */
function createWorkspace(
  context: Context,
  { keys, logs, stores, registry, targets }: MlWorkspaceParts,
  vault: Vault,
  identity: ServiceIdentity,
): Workspace {
  const { name, workspace, place, names, opts } = context;
  const key = keys.notebooks;
  return new Workspace(
    `${name}-workspace`,
    {
      workspaceName: names.mlWorkspace(),
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      friendlyName: names.mlWorkspace(),
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id, key.identityId] },
      primaryUserAssignedIdentity: identity.id,
      storageAccount: stores.models.account,
      keyVault: vault.id,
      containerRegistry: registry.id,
      applicationInsights: logs.insights.id,
      enableServiceSideCMKEncryption: true,
      encryption: {
        status: "Enabled",
        identity: { userAssignedIdentity: key.identityId },
        keyVaultProperties: { keyVaultArmId: key.vaultId, keyIdentifier: key.keyVersionId },
      },
      publicNetworkAccess: "Disabled",
      allowPublicAccessWhenBehindVnet: false,
      managedNetwork: {
        isolationMode: "AllowOnlyApprovedOutbound",
        firewallSku: "Standard",
        outboundRules: { ...outboundRules(context, stores), ...targetRules(targets) },
      },
      provisionNetworkNow: true,
      serverlessComputeSettings: { serverlessComputeNoPublicIP: true },
      systemDatastoresAuthMode: "Identity",
      hbiWorkspace: workspace.dataClassification !== "internal",
      v1LegacyMode: false,
      imageBuildCompute: names.compute("images"),
      tags: place.tags,
    },
    {
      ...opts,
      dependsOn: [...identity.usable, ...key.usable, ...endpointsOf(stores)],
      // Azure ML takes a key version and cannot move to another one while service-side encryption is in preview.
      ignoreChanges: ["encryption.keyVaultProperties.keyIdentifier"],
      customTimeouts: { create: "90m" },
    },
  );
}

/** The stores' own endpoints. A storage account refuses those of the managed network while it works on another one. */
function endpointsOf({ data, models }: WorkspaceStores): PrivateEndpoint[] {
  return [...data, models].flatMap(({ endpoints }) => endpoints);
}

/** Beside Azure ML's required rules: endpoints to every data store, to queues and tables, and the spec's hosts. */
function outboundRules({ workspace }: Context, { data, models }: WorkspaceStores): OutboundRules {
  const rules = hostRules(workspace);
  const open = ({ name, accountId }: StoreInfo, groups: string[]) => {
    for (const group of groups) rules[`data-${name}-${group}`] = endpointRule(accountId, group);
  };
  for (const store of data) open(store, ["blob", "dfs"]);
  open(models, ["queue", "table"]);
  return rules;
}

/**
 * Registers a data store without any credential: whoever reads it does so with an identity of their own. Azure ML
 * cannot test the connection from outside of the network, so it is told not to.
 */
function registerStore({ name, place, opts }: Context, workspace: Workspace, store: StoreInfo): void {
  const partOf = (part: keyof StorageAccountParts) => mapText(store.accountId, (id) => storageAccountParts(id)![part]);
  new Datastore(
    `${name}-datastore-${store.name}`,
    {
      name: datastoreNameOf(store.name),
      workspaceName: workspace.name,
      resourceGroupName: place.resourceGroupName,
      skipValidation: true,
      properties: {
        datastoreType: "AzureBlob",
        credentials: { credentialsType: "None" },
        serviceDataAccessAuthIdentity: "None",
        subscriptionId: partOf("subscriptionId"),
        resourceGroup: partOf("resourceGroupName"),
        accountName: partOf("accountName"),
        containerName: store.container,
        endpoint: place.cloud.storageSuffix,
        protocol: "https",
      },
    },
    opts,
  );
}

/** A private registry cannot build images; a cluster in the managed network does. It has no node while there is no build. */
function createImageBuilder(context: Context, { stores }: MlWorkspaceParts, service: MlWorkspaceService): void {
  const { name, place, names, opts } = context;
  const grants = [
    { label: "push", role: BUILT_IN_ROLES.acrPush, scope: service.registryId },
    { label: "build-context", role: BUILT_IN_ROLES.storageBlobDataContributor, scope: stores.models.accountId },
  ];
  const identity = createServiceIdentity(context, "images", grants, [service.registry, ...stores.models.usable]);
  new Compute(
    `${name}-images`,
    {
      computeName: names.compute("images"),
      workspaceName: service.workspace.name,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_D2ds_v4",
          scaleSettings: { minNodeCount: 0, maxNodeCount: 1, nodeIdleTimeBeforeScaleDown: "PT5M" },
          enableNodePublicIp: false,
          remoteLoginPortPublicAccess: "Disabled",
        },
      },
      tags: place.tags,
    },
    { ...opts, dependsOn: identity.usable },
  );
}
