/** The App Configuration store of the settings that steps read. */
import { ConfigurationStore } from "@pulumi/azure-native/appconfiguration/configurationStore.js";
import { KeyValue } from "@pulumi/azure-native/appconfiguration/keyValue.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ParameterOutputs } from "../platform.ts";
import { roleGuid } from "./custom-roles.ts";
import type { PrivateTarget } from "./egress.ts";
import { connect, type EndpointSite } from "./endpoints.ts";
import { resourceId } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import { audit, type LogStores } from "./logs.ts";
import type { Context } from "./place.ts";

/** The steps' parameters. */
export interface ParameterStore {
  /** URLs by name. */
  outputs: ParameterOutputs;
  /** How jobs reach the store; absent when the spec has no parameter. */
  target?: PrivateTarget;
  /** Resources to wait for before a grant on the store. */
  usable: pulumi.Resource[];
}

/** What the store is made with. */
export interface ParameterParts {
  /** The key that encrypts it. */
  key: CustomerManagedKey;
  /** Where its logs go. */
  logs: LogStores;
  /** Where its private endpoint is put. */
  site: EndpointSite;
}

/**
 * Creates the store: no access keys, no public network path, nothing can be purged before its time. Values are set through
 * Resource Manager as whoever deploys (pass-through), who needs App Configuration Data Owner on the resource group and a
 * private link of Resource Manager: https://learn.microsoft.com/azure/azure-app-configuration/quickstart-deployment-overview
 */
export function createParameters(context: Context, { key, logs, site }: ParameterParts): ParameterStore {
  const { name, workspace, opts } = context;
  if (workspace.parameters.length === 0) return { outputs: {}, usable: [] };
  const store = createStore(context, key);
  connect(context, site, "parameters", store.id, "configurationStores");
  audit(context, logs, "parameters", store.id);
  const values = workspace.parameters.map(({ name: parameter, value }) => {
    const created = new KeyValue(
      `${name}-parameter-${parameter}`,
      {
        keyValueName: parameter,
        configStoreName: store.name,
        resourceGroupName: context.place.resourceGroupName,
        contentType: "text/plain",
        value,
      },
      { ...opts, dependsOn: [store] },
    );
    return [parameter, created] as const;
  });
  const usable = [store, ...values.map(([, created]) => created)];
  const urls = values.map(([parameter, created]) => {
    return [parameter, created.name.apply(() => parameterUrl(context, parameter))] as const;
  });
  return { outputs: Object.fromEntries(urls), target: targetOf(context, [store]), usable };
}

function createStore({ name, place, names, opts }: Context, key: CustomerManagedKey): ConfigurationStore {
  return new ConfigurationStore(
    `${name}-parameters`,
    {
      configStoreName: names.configuration(),
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      sku: { name: "Standard" },
      identity: { type: "UserAssigned", userAssignedIdentities: [key.identityId] },
      encryption: { keyVaultProperties: { identityClientId: key.identityClientId, keyIdentifier: key.keyId } },
      disableLocalAuth: true,
      publicNetworkAccess: "Disabled",
      dataPlaneProxy: { authenticationMode: "Pass-through", privateLinkDelegation: "Enabled" },
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 7,
      tags: place.tags,
    },
    { ...opts, dependsOn: key.usable },
  );
}

/** Id of the store: the scope of the grants on it. */
export function parameterStoreId({ place, names }: Context): string {
  return resourceId(place.resourceGroupId, "Microsoft.AppConfiguration/configurationStores", names.configuration());
}

/** URL of a parameter. */
export function parameterUrl({ place, names }: Context, parameter: string): string {
  return `https://${names.configuration()}.${place.cloud.configurationSuffix}/kv/${parameter}`;
}

/** Azure's role for approving endpoints does not cover App Configuration, so the store has one of the workspace's own. */
function targetOf(context: Context, usable: pulumi.Resource[]): PrivateTarget {
  const approverRole = roleGuid(context, "parameterConnection");
  const serviceId = parameterStoreId(context);
  return { label: "parameters", serviceId, group: "configurationStores", approverRole, usable };
}
