import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import { hasZones } from "./clouds.ts";
import type { CustomerManagedKey } from "./keys.ts";
import type { Context } from "./place.ts";

/**
 * The workspace's private container registry: no admin user, no anonymous pull, nothing can be exported or imported to
 * another registry, and layers are served by the registry's own private data endpoint.
 *
 * Quarantine stays off: no scanner of ours releases images, so Azure ML could never pull one.
 */
export function createRegistry({ name, place, names, opts }: Context, key: CustomerManagedKey): Registry {
  return new Registry(
    `${name}-registry`,
    {
      registryName: names.registry(),
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      sku: { name: "Premium" },
      identity: { type: "UserAssigned", userAssignedIdentities: { [key.identityId]: {} } },
      encryption: {
        status: "enabled",
        keyVaultProperties: { identity: key.identityClientId, keyIdentifier: key.keyId },
      },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Disabled",
      networkRuleSet: { defaultAction: "Deny", ipRules: [] },
      networkRuleBypassOptions: "AzureServices",
      dataEndpointEnabled: true,
      zoneRedundancy: hasZones(place.location) ? "Enabled" : "Disabled",
      policies: {
        exportPolicy: { status: "disabled" },
        quarantinePolicy: { status: "disabled" },
        retentionPolicy: { status: "enabled", days: 30 },
        softDeletePolicy: { status: "disabled" },
      },
      tags: place.tags,
    },
    { ...opts, dependsOn: key.usable },
  );
}
