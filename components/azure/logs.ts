/** Where audit, access and flow logs go, and what sends them there. */
import { Component } from "@pulumi/azure-native/applicationinsights/component.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { PrivateLinkScope } from "@pulumi/azure-native/monitor/privateLinkScope.js";
import { PrivateLinkScopedResource } from "@pulumi/azure-native/monitor/privateLinkScopedResource.js";
import { FlowLog } from "@pulumi/azure-native/network/flowLog.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import * as pulumi from "@pulumi/pulumi";
import { resourceId } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import type { Context } from "./place.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";
import { createStorage, type PrivateStorage } from "./storage-account.ts";

/** How long logs can be queried, in days: one year, as PCI DSS 10.5.1 asks for. */
const LOG_RETENTION_DAYS = 365;

/** The workspace's log stores. */
export interface LogStores {
  /** Log Analytics workspace of every diagnostic setting. */
  analytics: Workspace;
  /** Telemetry of experiments and endpoints; it writes into the same Log Analytics workspace. */
  insights: Component;
  /** The scope through which both are reached privately. */
  scope: PrivateLinkScope;
  /** What joins the scope; its private endpoint waits for them. */
  scoped: PrivateLinkScopedResource[];
  /** Storage account of the flow logs. */
  storage: PrivateStorage;
  /** Name of that account. */
  storageName: string;
}

/** Creates the log stores. Nothing can be written to them or read from them outside of the private link scope. */
export function createLogStores(context: Context, key: CustomerManagedKey): LogStores {
  const { names, opts } = context;
  const { resourceGroupName, location, tags } = context.place;
  const name = `${context.name}-logs`;
  const analytics = new Workspace(
    `${name}-analytics`,
    {
      workspaceName: names.plain("logs").slice(0, 63),
      resourceGroupName,
      location,
      sku: { name: "PerGB2018" },
      retentionInDays: LOG_RETENTION_DAYS,
      publicNetworkAccessForIngestion: "Disabled",
      publicNetworkAccessForQuery: "Disabled",
      // Without a workspace key, agents and queries must sign in with Entra ID.
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      tags,
    },
    opts,
  );
  const insights = new Component(
    `${name}-insights`,
    {
      resourceName: names.plain("insights"),
      resourceGroupName,
      location,
      kind: "web",
      applicationType: "web",
      ingestionMode: "LogAnalytics",
      workspaceResourceId: analytics.id,
      disableLocalAuth: true,
      publicNetworkAccessForIngestion: "Disabled",
      publicNetworkAccessForQuery: "Disabled",
      tags,
    },
    opts,
  );
  const scope = new PrivateLinkScope(
    `${name}-scope`,
    {
      scopeName: names.plain("monitor"),
      resourceGroupName,
      location: "Global",
      // `PrivateOnly`: networks that use this scope reach no other tenant's log store either.
      accessModeSettings: { ingestionAccessMode: "PrivateOnly", queryAccessMode: "PrivateOnly" },
      tags,
    },
    opts,
  );
  const join = (role: string, linkedResourceId: pulumi.Output<string>, after: pulumi.Resource[]) =>
    new PrivateLinkScopedResource(
      `${name}-${role}-scoped`,
      { name: role, scopeName: scope.name, resourceGroupName, linkedResourceId, kind: "Resource" },
      { ...opts, dependsOn: after },
    );
  // One after the other: a scope takes one change at a time.
  const joinedAnalytics = join("analytics", analytics.id, []);
  const joinedInsights = join("insights", insights.id, [joinedAnalytics]);
  const storageName = names.storage("logs");
  const storage = createStorage(
    `${name}-storage`,
    {
      resourceGroupName,
      location,
      accountName: storageName,
      vaultUri: key.vaultUri,
      keyName: key.keyName,
      keyIdentityId: key.identityId,
      retentionDays: 90,
      trustedServices: true,
      expireAfterDays: context.workspace.network.flowLogRetentionDays,
      tags,
    },
    { ...opts, dependsOn: key.usable },
  );
  return {
    analytics,
    insights,
    scope,
    scoped: [joinedAnalytics, joinedInsights],
    storage,
    storageName,
  };
}

/**
 * Sends every audit and resource log of a resource to Log Analytics.
 * @param context The workspace.
 * @param logs The log stores.
 * @param role What the resource is, part of the setting's name.
 * @param resourceUri Id of the resource; for blobs the id of the account's blob service.
 */
export function audit(context: Context, logs: LogStores, role: string, resourceUri: pulumi.Input<string>): void {
  new DiagnosticSetting(
    `${context.name}-audit-${role}`,
    {
      name: "audit",
      resourceUri,
      workspaceId: logs.analytics.id,
      logs: [{ categoryGroup: "allLogs", enabled: true }],
    },
    context.opts,
  );
}

/** Id of the blob service of a storage account, which has the account's access logs. */
export function blobServiceOf(accountId: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${accountId}/blobServices/default`;
}

/**
 * Flow logs of the whole virtual network. They belong to the region's Network Watcher, which Azure itself creates once
 * for each subscription and region, under this name and in this resource group, when the first network appears.
 * https://learn.microsoft.com/azure/network-watcher/network-watcher-create
 *
 * The identity is there because the log account accepts no shared key.
 */
export function createFlowLog(context: Context, logs: LogStores, networkId: pulumi.Output<string>): FlowLog {
  const { place, names, opts } = context;
  const name = `${context.name}-flow-log`;
  const identityName = names.plain("flow-logs");
  const identity = new UserAssignedIdentity(
    `${name}-identity`,
    {
      resourceName: identityName,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      tags: place.tags,
    },
    opts,
  );
  const write = assignRole(
    `${name}-write`,
    {
      role: BUILT_IN_ROLES.storageBlobDataContributor,
      scope: resourceId(place.resourceGroupId, "Microsoft.Storage/storageAccounts", logs.storageName),
      principalId: identity.principalId,
      principalType: "ServicePrincipal",
      principalKey: resourceId(place.resourceGroupId, "Microsoft.ManagedIdentity/userAssignedIdentities", identityName),
      usedAtOnce: true,
    },
    { ...opts, dependsOn: [logs.storage.account] },
  );
  return new FlowLog(
    name,
    {
      flowLogName: names.plain("network"),
      networkWatcherName: `NetworkWatcher_${place.location}`,
      resourceGroupName: "NetworkWatcherRG",
      location: place.location,
      targetResourceId: networkId,
      storageId: logs.storage.account.id,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      enabled: true,
      format: { type: "JSON", version: 2 },
      // The account's lifecycle rule removes them after the time that the spec asks for, which may be years.
      retentionPolicy: { enabled: false, days: 0 },
      tags: place.tags,
    },
    { ...opts, dependsOn: [write, logs.storage.blobService] },
  );
}
