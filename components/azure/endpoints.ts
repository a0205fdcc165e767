/** Private endpoints and the private DNS zones that make names resolve to them. */
import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Workspace } from "../spec.ts";
import { type AzureCloud, allZones, type EndpointGroup } from "./clouds.ts";
import { mapText, resourceId } from "./ids.ts";
import type { Context, Place } from "./place.ts";

const ZONE_TYPE = "Microsoft.Network/privateDnsZones";

/** Ids of the private DNS zones by zone name. */
export type ZoneIds = Record<string, pulumi.Input<string>>;

/** The zones that a workspace's private endpoints register in, each once. */
export function zonesOf({ parameters, databases }: Workspace, { zones }: AzureCloud): string[] {
  const unused = new Set<string>();
  if (parameters.length === 0) unused.add("configurationStores");
  if (databases.every((database) => database.existing)) unused.add("postgresqlServer");
  const used = Object.entries(zones).filter(([group]) => !unused.has(group));
  return [...new Set(used.flatMap(([, names]) => names))];
}

/** Creates the zones of the workspace and links them to the network. */
export function createZones(
  { name: workspaceName, workspace, place, opts }: Context,
  networkId: pulumi.Input<string>,
): ZoneIds {
  const ids: ZoneIds = {};
  const name = `${workspaceName}-zone`;
  for (const zone of zonesOf(workspace, place.cloud)) {
    const slug = zone.replaceAll(".", "-");
    const resource = new PrivateZone(
      `${name}-${slug}`,
      {
        privateZoneName: zone,
        resourceGroupName: place.resourceGroupName,
        location: "Global",
        tags: place.tags,
      },
      opts,
    );
    new VirtualNetworkLink(
      `${name}-${slug}-link`,
      {
        virtualNetworkLinkName: "workspace",
        privateZoneName: resource.name,
        resourceGroupName: place.resourceGroupName,
        location: "Global",
        registrationEnabled: false,
        virtualNetwork: { id: networkId },
        tags: place.tags,
      },
      opts,
    );
    ids[zone] = resource.id;
  }
  return ids;
}

/** The zones in a resource group that a central team keeps. Linking them to the network is that team's task. */
export function existingZones(place: Place, groupId: pulumi.Input<string>): ZoneIds {
  return Object.fromEntries(
    allZones(place.cloud).map((zone) => [zone, mapText(groupId, (id) => resourceId(id, ZONE_TYPE, zone))]),
  );
}

/** Where private endpoints are put, and the zones that they register in. */
export interface EndpointSite {
  /** Place of the workspace. */
  place: Place;
  /** Id of the subnet for private endpoints. */
  subnetId: pulumi.Input<string>;
  /** Ids of the private DNS zones. */
  zoneIds: ZoneIds;
}

/** A private endpoint of the workspace. `role` says in its name what it leads to. */
export function connect(
  context: Context,
  site: EndpointSite,
  role: string,
  serviceId: pulumi.Input<string>,
  group: EndpointGroup,
  dependsOn: pulumi.Resource[] = [],
): PrivateEndpoint {
  const target = { endpointName: endpointName(context, role, group), serviceId, group };
  return createEndpoint(`${context.name}-endpoint-${role}-${group}`, site, target, { ...context.opts, dependsOn });
}

/** Physical name of a private endpoint of the workspace. */
export function endpointName({ names }: Context, role: string, group: EndpointGroup): string {
  return names.plain(role, group);
}

/** What a private endpoint leads to. */
interface EndpointTarget {
  /** Physical name of the endpoint. */
  endpointName: string;
  /** Id of the service's resource. */
  serviceId: pulumi.Input<string>;
  /** Sub-resource of the service. */
  group: EndpointGroup;
}

/** One private endpoint with one zone group that holds all the zones of its service. */
function createEndpoint(
  name: string,
  site: EndpointSite,
  target: EndpointTarget,
  opts: pulumi.CustomResourceOptions,
): PrivateEndpoint {
  const { place } = site;
  const endpoint = new PrivateEndpoint(
    name,
    {
      privateEndpointName: target.endpointName,
      customNetworkInterfaceName: `${target.endpointName}-nic`,
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      subnet: { id: site.subnetId },
      privateLinkServiceConnections: [
        { name: target.group, groupIds: [target.group], privateLinkServiceId: target.serviceId },
      ],
      // Azure approves the connections at once; none waits for somebody at the service.
      manualPrivateLinkServiceConnections: [],
      tags: place.tags,
    },
    opts,
  );
  new PrivateDnsZoneGroup(
    `${name}-zones`,
    {
      privateDnsZoneGroupName: "default",
      privateEndpointName: endpoint.name,
      resourceGroupName: place.resourceGroupName,
      privateDnsZoneConfigs: place.cloud.zones[target.group].map((zone) => ({
        name: zone.replaceAll(".", "-"),
        privateDnsZoneId: site.zoneIds[zone]!,
      })),
    },
    { parent: opts.parent },
  );
  return endpoint;
}
