/** The Azure ML workspace: its identity, its outbound rules, its data stores and the cluster that builds its images. */
import { Compute } from "@pulumi/azure-native/machinelearningservices/compute.js";
import { Datastore } from "@pulumi/azure-native/machinelearningservices/datastore.js";
import { Workspace } from "@pulumi/azure-native/machinelearningservices/workspace.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomRoles } from "./custom-roles.ts";
import type { OutboundRules } from "./egress.ts";
import { mapText, resourceId, type StorageAccountParts, storageAccountParts } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import type { Place } from "./place.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";

/** A user-assigned identity with the resources that must exist before something can run as it. */
export interface ServiceIdentity {
  /** Resource id. */
  id: string;
  /** The identity and its grants. */
  usable: pulumi.Resource[];
}

/** One role of a service identity. */
export interface ServiceGrant {
  /** Short name, unique for the identity. */
  label: string;
  /** GUID of the role definition. */
  role: string;
  /** Id of what the role is given on. */
  scope: pulumi.Input<string>;
}

/** Creates an identity for a service, with its grants. */
export function createServiceIdentity(
  name: string,
  place: Place,
  identityName: string,
  grants: ServiceGrant[],
  opts: pulumi.CustomResourceOptions,
): ServiceIdentity {
  const id = resourceId(place.resourceGroupId, "Microsoft.ManagedIdentity/userAssignedIdentities", identityName);
  const identity = new UserAssignedIdentity(
    `${name}-identity`,
    {
      resourceName: identityName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      tags: place.tags,
    },
    { parent: opts.parent },
  );
  const assignments = grants.map(({ label, role, scope }) =>
    assignRole(
      `${name}-${label}`,
      { role, scope, principalId: identity.principalId, principalType: "ServicePrincipal", principalKey: id },
      opts,
    ),
  );
  return { id, usable: [identity, ...assignments] };
}

/** What the workspace depends on. The plain ids are the scopes of its identity's grants. */
export interface WorkspaceDependencies {
  /** Id of the default storage account. */
  storageId: string;
  /** Id of the vault for connection secrets. */
  vaultId: string;
  /** Id of the container registry. */
  registryId: string;
  /** Id of Application Insights. */
  insightsId: string;
  /** Ids of the private endpoints of the default storage account that Azure ML must see, by sub-resource. */
  storageEndpointIds: { [group: string]: string };
  /** Ids of the storage accounts of data stores. */
  dataAccountIds: pulumi.Input<string>[];
}

/**
 * The grants of the workspace's identity. Microsoft's list is Contributor on everything and Key Vault Administrator; this
 * is the part of it that a workspace without account keys and with a vault for secrets alone can use.
 * https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication#user-assigned-managed-identity
 */
export function workspaceGrants(place: Place, roles: CustomRoles, needs: WorkspaceDependencies): ServiceGrant[] {
  const { storageId, vaultId, registryId, insightsId, storageEndpointIds, dataAccountIds } = needs;
  const dependency = roles.id("workspaceDependency");
  const approver = BUILT_IN_ROLES.networkConnectionApprover;
  return [
    { label: "itself", role: roles.id("workspaceService"), scope: place.resourceGroupId },
    { label: "storage", role: dependency, scope: storageId },
    { label: "vault", role: dependency, scope: vaultId },
    { label: "registry", role: dependency, scope: registryId },
    { label: "insights", role: dependency, scope: insightsId },
    ...Object.entries(storageEndpointIds).map(([group, scope]) => ({
      label: `${group}-endpoint`,
      role: dependency,
      scope,
    })),
    { label: "blobs", role: BUILT_IN_ROLES.storageBlobDataContributor, scope: storageId },
    { label: "files", role: BUILT_IN_ROLES.storageFileDataPrivilegedContributor, scope: storageId },
    { label: "secrets", role: BUILT_IN_ROLES.keyVaultSecretsOfficer, scope: vaultId },
    { label: "images", role: BUILT_IN_ROLES.acrPush, scope: registryId },
    { label: "connect-storage", role: approver, scope: storageId },
    { label: "connect-vault", role: approver, scope: vaultId },
    { label: "connect-registry", role: approver, scope: registryId },
    ...dataAccountIds.map((scope, index) => ({ label: `connect-data-${index}`, role: approver, scope })),
  ];
}

/** What the Azure ML workspace needs to know. */
export interface MlWorkspaceSettings {
  workspaceName: string;
  /** Name of the cluster that builds images, because a private registry cannot. */
  imageBuilderName: string;
  identity: ServiceIdentity;
  /** Key of the workspace's metadata. */
  key: CustomerManagedKey;
  storageId: pulumi.Output<string>;
  vaultId: pulumi.Output<string>;
  registryId: pulumi.Output<string>;
  insightsId: pulumi.Output<string>;
  outboundRules: OutboundRules;
  /** Whether Microsoft collects less diagnostic data and scratch disks are encrypted. */
  highBusinessImpact: boolean;
}

/**
 * The private workspace. Metadata is encrypted on the service's side with our key: without that, Azure ML would put a
 * Cosmos DB, a search service and a storage account into a resource group of its own, outside of these controls.
 * https://learn.microsoft.com/azure/machine-learning/concept-customer-managed-keys
 */
export function createMlWorkspace(
  name: string,
  place: Place,
  settings: MlWorkspaceSettings,
  opts: pulumi.CustomResourceOptions,
): Workspace {
  const { identity, key } = settings;
  return new Workspace(
    name,
    {
      workspaceName: settings.workspaceName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      kind: "Default",
      sku: { name: "Basic", tier: "Basic" },
      friendlyName: settings.workspaceName,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id, key.identityId] },
      primaryUserAssignedIdentity: identity.id,
      storageAccount: settings.storageId,
      keyVault: settings.vaultId,
      containerRegistry: settings.registryId,
      applicationInsights: settings.insightsId,
      enableServiceSideCMKEncryption: true,
      encryption: {
        status: "Enabled",
        identity: { userAssignedIdentity: key.identityId },
        // Azure ML takes a key version. After a rotation, a refresh and an update move the workspace to the new one.
        keyVaultProperties: { keyVaultArmId: key.vaultId, keyIdentifier: key.keyVersionId },
      },
      publicNetworkAccess: "Disabled",
      allowPublicAccessWhenBehindVnet: false,
      managedNetwork: {
        isolationMode: "AllowOnlyApprovedOutbound",
        firewallSku: "Standard",
        outboundRules: settings.outboundRules,
      },
      provisionNetworkNow: true,
      serverlessComputeSettings: { serverlessComputeNoPublicIP: true },
      systemDatastoresAuthMode: "Identity",
      hbiWorkspace: settings.highBusinessImpact,
      v1LegacyMode: false,
      imageBuildCompute: settings.imageBuilderName,
      tags: place.tags,
    },
    { ...opts, customTimeouts: { create: "90m" } },
  );
}

/** A data store as Azure ML knows it. */
export interface RegisteredStore {
  /** Name in the spec. */
  name: string;
  /** Id of the storage account, or of something below it. */
  accountId: pulumi.Input<string>;
  /** Blob container. */
  container: string;
  /** Resources that must exist before a grant on the container; none for a store that exists already. */
  usable: pulumi.Resource[];
}

/**
 * Registers a data store without any credential: whoever reads it does so with an identity of their own. Azure ML
 * cannot test the connection from outside of the network, so it is told not to.
 */
export function registerStore(
  name: string,
  place: Place,
  workspaceName: pulumi.Input<string>,
  store: RegisteredStore,
  opts: pulumi.CustomResourceOptions,
): Datastore {
  const partOf = (part: keyof StorageAccountParts) => mapText(store.accountId, (id) => storageAccountParts(id)![part]);
  return new Datastore(
    name,
    {
      name: store.name.replaceAll("-", "_"),
      workspaceName,
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

/** A cluster that builds images in the managed network. It has no node while there is nothing to build. */
export function createImageBuilder(
  name: string,
  place: Place,
  computeName: string,
  workspaceName: pulumi.Input<string>,
  identity: ServiceIdentity,
  opts: pulumi.CustomResourceOptions,
): Compute {
  return new Compute(
    name,
    {
      computeName,
      workspaceName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      properties: {
        computeType: "AmlCompute",
        disableLocalAuth: true,
        properties: {
          vmSize: "Standard_DS11_v2",
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
