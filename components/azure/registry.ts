/** The workspace's container registry. */
import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import type { KeyPurpose } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { hasZones } from "./clouds.ts";
import { connect, type EndpointSite } from "./endpoints.ts";
import { resourceId } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import { audit, type LogStores } from "./logs.ts";
import type { Context } from "./place.ts";

/** The longest time that a registry keeps manifests without a tag, in days. */
export const MAX_RETENTION_DAYS = 365;

/** What the registry is made with. */
export interface RegistryParts {
  /** The keys by purpose. */
  keys: Record<KeyPurpose, CustomerManagedKey>;
  /** Where its logs go. */
  logs: LogStores;
  /** Where its private endpoint is put. */
  site: EndpointSite;
}

/** The registry with its private endpoint and its logs. A spec with images has a key for them alone. */
export function createPrivateRegistry(context: Context, { keys, logs, site }: RegistryParts): Registry {
  const registry = createRegistry(context, keys.images ?? keys.models);
  connect(context, site, "registry", registry.id, "registry");
  audit(context, logs, "registry", registry.id);
  return registry;
}

/** Id of the registry, known before it exists. */
export function registryIdOf({ place, names }: Context): string {
  return resourceId(place.resourceGroupId, "Microsoft.ContainerRegistry/registries", names.registry());
}

/** Retention belongs to the registry, so the longest time of the spec's images holds for all of them. */
export function retentionDaysOf({ images }: Workspace): number {
  const days = images.map((image) => image.retentionDays);
  return days.length > 0 ? Math.min(Math.max(...days), MAX_RETENTION_DAYS) : 30;
}

/**
 * The workspace's private container registry: no admin user, no anonymous pull, nothing can be exported or imported to
 * another registry, and layers are served by the registry's own private data endpoint.
 *
 * Quarantine stays off: Defender releases no image from it, so Azure ML could never pull one. The first step of every
 * pipeline refuses images instead (see image-gate.ts).
 */
function createRegistry({ name, workspace, place, names, opts }: Context, key: CustomerManagedKey): Registry {
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
        retentionPolicy: { status: "enabled", days: retentionDaysOf(workspace) },
        softDeletePolicy: { status: "disabled" },
      },
      tags: place.tags,
    },
    { ...opts, dependsOn: key.usable },
  );
}
