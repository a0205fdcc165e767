/** Where a workspace's resources live and what they are called. */
import type { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { fit, resourceName } from "../names.ts";
import { type Workspace, workspaceTags } from "../spec.ts";
import { type AzureCloud, cloudOf } from "./clouds.ts";
import { resourceGroupId } from "./ids.ts";

/** Subscription, resource group and region of a workspace, with its tags. */
export interface Place {
  /** Subscription. */
  subscriptionId: string;
  /** Microsoft Entra tenant. */
  tenantId: string;
  /** Name of the workspace's resource group. */
  resourceGroupName: string;
  /** Id of the workspace's resource group. */
  resourceGroupId: string;
  /** Region. */
  location: string;
  /** Tags of every resource. */
  tags: Record<string, string>;
  /** The cloud that the region belongs to. */
  cloud: AzureCloud;
}

/** The place of a workspace. */
export function placeOf(workspace: Workspace): Place {
  const { subscriptionId, tenantId } = workspace.account.azure!;
  const resourceGroupName = resourceName(workspace, [], { max: 90 });
  return {
    subscriptionId,
    tenantId,
    resourceGroupName,
    resourceGroupId: resourceGroupId(subscriptionId, resourceGroupName),
    location: workspace.location,
    tags: workspaceTags(workspace),
    cloud: cloudOf(workspace.location),
  };
}

/** Physical names within each service's limits: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
export interface AzureNames {
  /** Name of a resource that is unique in the resource group, at most 64 characters. */
  plain(...parts: string[]): string;
  /** Key Vault name: 3 to 24 letters, digits and single hyphens, unique in the world. */
  vault(part: string): string;
  /** Storage account name: 3 to 24 lower-case letters and digits, unique in the world. */
  storage(...parts: string[]): string;
  /** Container registry name: 5 to 50 letters and digits, unique in the world. */
  registry(): string;
  /** App Configuration store name: 5 to 50 letters, digits and hyphens, unique in the world. */
  configuration(): string;
  /** PostgreSQL server name: 3 to 63 lower-case letters, digits and hyphens, unique in the world. */
  database(part: string): string;
  /** Azure ML workspace name: 3 to 33 letters, digits and hyphens. */
  mlWorkspace(): string;
  /** Compute name: 3 to 24 letters, digits and hyphens, unique in the region. */
  compute(part: string): string;
  /** Display name of a custom role, unique in the tenant. */
  role(title: string): string;
}

/** The names of a workspace's resources. */
export function namesOf(workspace: Workspace): AzureNames {
  return {
    plain: (...parts) => resourceName(workspace, parts, { max: 64 }),
    vault: (part) => resourceName(workspace, [part], { max: 24, global: true }),
    storage: (...parts) => resourceName(workspace, parts, { max: 24, separator: "", global: true }),
    registry: () => resourceName(workspace, [], { max: 50, separator: "", global: true }),
    configuration: () => resourceName(workspace, [], { max: 50, global: true }),
    database: (part) => resourceName(workspace, [part], { max: 63, global: true }),
    mlWorkspace: () => resourceName(workspace, [], { max: 33 }),
    compute: (part) => resourceName(workspace, [part], { max: 24, global: true }),
    role: (title) => fit(`${title} of ${resourceName(workspace, [], { max: 80, global: true })}`, 128),
  };
}

/** What every part of a workspace is made from. */
export interface Context {
  /** Name of the workspace component; every child's name begins with it. */
  name: string;
  /** The spec. */
  workspace: Workspace;
  /** Where resources live. */
  place: Place;
  /** What they are called. */
  names: AzureNames;
  /** Everything is a child of the resource group, as in Azure itself: it comes after the group and goes before it. */
  opts: { parent: ResourceGroup };
}

/** The arguments that every small component takes. */
export function placeArgs({ place }: Context) {
  const { subscriptionId, resourceGroupName, location, tags } = place;
  return { subscriptionId, resourceGroupName, location, tags };
}
