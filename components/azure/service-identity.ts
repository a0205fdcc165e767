/** Identities of services: the Azure ML workspace itself, and the cluster that builds its images. */
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type * as pulumi from "@pulumi/pulumi";
import type { CustomRoles } from "./custom-roles.ts";
import type { PrivateTarget } from "./egress.ts";
import { resourceId } from "./ids.ts";
import type { Context, Place } from "./place.ts";
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

/**
 * Creates an identity for a service, with its grants.
 * @param context The workspace.
 * @param role What the identity is for, part of its name.
 * @param grants What it may do.
 * @param dependsOn What the grants are on, as far as the workspace creates it.
 */
export function createServiceIdentity(
  { name, place, names, opts }: Context,
  role: string,
  grants: ServiceGrant[],
  dependsOn: pulumi.Resource[],
): ServiceIdentity {
  const identityName = names.plain(role);
  const id = resourceId(place.resourceGroupId, "Microsoft.ManagedIdentity/userAssignedIdentities", identityName);
  const identity = new UserAssignedIdentity(
    `${name}-${role}-identity`,
    {
      resourceName: identityName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      tags: place.tags,
    },
    opts,
  );
  const principal = { principalId: identity.principalId, principalType: "ServicePrincipal", principalKey: id };
  const assign = ({ label, ...grant }: ServiceGrant, usedAtOnce: boolean, after: pulumi.Resource[]) =>
    assignRole(`${name}-${role}-${label}`, { ...grant, ...principal, usedAtOnce }, { ...opts, dependsOn: after });
  // Only the last grant is waited for, and comes after the others: one wait serves all of them.
  const others = grants.slice(0, -1).map((grant) => assign(grant, false, dependsOn));
  const last = grants.slice(-1).map((grant) => assign(grant, true, [...dependsOn, ...others]));
  return { id, usable: [identity, ...others, ...last] };
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
  /** Ids of the storage accounts of data stores, by the store's name. */
  dataAccountIds: { [store: string]: pulumi.Input<string> };
  /** What else the managed network has private endpoints to. */
  targets: PrivateTarget[];
}

/**
 * The grants of the workspace's identity. Microsoft's list is Contributor on everything and Key Vault Administrator; this
 * is the part of it that a workspace without account keys and with a vault for secrets alone can use.
 * https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication#user-assigned-managed-identity
 */
export function workspaceGrants(place: Place, roles: CustomRoles, needs: WorkspaceDependencies): ServiceGrant[] {
  const { storageId, vaultId, registryId, insightsId, storageEndpointIds, dataAccountIds, targets } = needs;
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
    ...targets.flatMap(({ label, approverRole: role, serviceId: scope }) =>
      role ? [{ label: `connect-${label}`, role, scope }] : [],
    ),
    ...Object.entries(dataAccountIds).map(([store, scope]) => ({
      label: `connect-data-${store}`,
      role: approver,
      scope,
    })),
  ];
}
