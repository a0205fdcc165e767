import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr, subnetOf } from "../cidr.ts";

/** Arguments of {@link PrivateNetwork}. */
export interface PrivateNetworkArgs {
  /** Resource group. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the virtual network. Subnets and security groups are named after it. */
  networkName: string;
  /** Private IPv4 range, /16 to /24. */
  cidr: string;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/** One rule of a network security group, in our words. */
interface Rule {
  name: string;
  direction: "Inbound" | "Outbound";
  protocol: "Tcp" | "Udp" | "*";
  source: string;
  destination: string;
  /** Destination ports; all of them when left out. */
  ports?: string[];
}

/**
 * A virtual network without a way to the internet: subnets have no default outbound access, and each has a security
 * group that denies by default in both directions, instead of Azure's own defaults that allow the whole network in and
 * everything out.
 *
 * - `endpoints`: private endpoints. Network policies are on, because without them security groups do not apply to them.
 * - `compute`: machines that use the workspace, such as jump hosts and runners. Azure ML's own compute lives in the
 *   workspace's managed network.
 * - `resolver`: delegated to the DNS Private Resolver, whose inbound endpoint lets connected networks resolve the
 *   private zones.
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** Id of the virtual network. */
  readonly networkId: pulumi.Output<string>;
  /** Id of the subnet for private endpoints. */
  readonly endpointSubnetId: pulumi.Output<string>;
  /** Id of the subnet for machines. */
  readonly computeSubnetId: pulumi.Output<string>;
  /** Id of the subnet that is delegated to the DNS Private Resolver. */
  readonly resolverSubnetId: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Arguments.
   * @param opts Resource options.
   */
  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:azure:PrivateNetwork", name, {}, opts);
    const ranges = subnetRanges(args.cidr);
    const network = new VirtualNetwork(
      `${name}-network`,
      {
        virtualNetworkName: args.networkName,
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        addressSpace: { addressPrefixes: [args.cidr] },
        tags: args.tags ?? {},
      },
      { parent: this },
    );
    const subnet = (plan: SubnetPlan) => createSubnet(name, args, network, plan, this);
    const endpoints = subnet({ role: "endpoints", range: ranges.endpoints, rules: endpointRules(ranges) });
    const compute = subnet({ role: "compute", range: ranges.compute, rules: computeRules(ranges), after: endpoints });
    const resolver = subnet({
      role: "resolver",
      range: ranges.resolver,
      rules: resolverRules(ranges),
      delegatedTo: "Microsoft.Network/dnsResolvers",
      after: compute,
    });

    this.networkId = network.id;
    this.endpointSubnetId = endpoints.id;
    this.computeSubnetId = compute.id;
    this.resolverSubnetId = resolver.id;
    this.registerOutputs({
      networkId: this.networkId,
      endpointSubnetId: this.endpointSubnetId,
      computeSubnetId: this.computeSubnetId,
      resolverSubnetId: this.resolverSubnetId,
    });
  }
}

/** The address ranges of the three subnets. */
interface Ranges {
  endpoints: string;
  compute: string;
  resolver: string;
}

/** Half of the range for machines, a quarter for endpoints, and a /28 for the resolver, which may be /28 to /24. */
function subnetRanges(cidr: string): Ranges {
  const prefix = parseCidr(cidr)!.prefix;
  return {
    endpoints: subnetOf(cidr, prefix + 2, 0),
    resolver: subnetOf(cidr, 28, 2 ** (28 - prefix - 2)),
    compute: subnetOf(cidr, prefix + 1, 1),
  };
}

/** People and machines of this and connected networks reach services by HTTPS; notebook files go by HTTPS as well. */
function endpointRules(ranges: Ranges): Rule[] {
  return [
    {
      name: "allow-https-from-network",
      direction: "Inbound",
      protocol: "Tcp",
      source: "VirtualNetwork",
      destination: ranges.endpoints,
      ports: ["443"],
    },
  ];
}

/** Machines reach the private endpoints, resolve names, and get tokens from Entra ID, which has no private endpoint. */
function computeRules(ranges: Ranges): Rule[] {
  const https = { direction: "Outbound" as const, protocol: "Tcp" as const, source: ranges.compute, ports: ["443"] };
  return [
    { ...https, name: "allow-https-to-endpoints", destination: ranges.endpoints },
    { ...https, name: "allow-sign-in", destination: "AzureActiveDirectory" },
  ];
}

/** Connected networks ask the resolver; it answers from the private zones. */
function resolverRules(ranges: Ranges): Rule[] {
  const dns = { direction: "Inbound" as const, source: "VirtualNetwork", destination: ranges.resolver, ports: ["53"] };
  return [
    { ...dns, name: "allow-dns-over-udp", protocol: "Udp" },
    { ...dns, name: "allow-dns-over-tcp", protocol: "Tcp" },
  ];
}

const DENY_ALL: Rule[] = (["Inbound", "Outbound"] as const).map((direction) => ({
  name: `deny-all-${direction.toLowerCase()}`,
  direction,
  protocol: "*",
  source: "*",
  destination: "*",
}));

/** A subnet to create. */
interface SubnetPlan {
  role: string;
  range: string;
  rules: Rule[];
  /** Service that the subnet is delegated to. */
  delegatedTo?: string;
  /** The subnet before it: Azure refuses two changes of one virtual network at the same time. */
  after?: Subnet;
}

function createSubnet(
  name: string,
  args: PrivateNetworkArgs,
  network: VirtualNetwork,
  { role, range, rules, delegatedTo, after }: SubnetPlan,
  parent: pulumi.Resource,
): Subnet {
  const group = new NetworkSecurityGroup(
    `${name}-${role}-nsg`,
    {
      networkSecurityGroupName: `${args.networkName}-${role}`,
      resourceGroupName: args.resourceGroupName,
      location: args.location,
      securityRules: [...rules, ...DENY_ALL].map(securityRule),
      tags: args.tags ?? {},
    },
    { parent },
  );
  return new Subnet(
    `${name}-${role}`,
    {
      subnetName: role,
      virtualNetworkName: network.name,
      resourceGroupName: args.resourceGroupName,
      addressPrefix: range,
      networkSecurityGroup: { id: group.id },
      defaultOutboundAccess: false,
      privateEndpointNetworkPolicies: "Enabled",
      delegations: delegatedTo ? [{ name: "delegation", serviceName: delegatedTo }] : [],
    },
    { parent, dependsOn: after ? [after] : [] },
  );
}

/** Azure's form of a rule. The order gives the priority; the two denials come last, with the lowest that there is. */
function securityRule(rule: Rule, index: number, all: unknown[]) {
  const fromEnd = all.length - index;
  return {
    name: rule.name,
    direction: rule.direction,
    access: rule.name.startsWith("deny") ? "Deny" : "Allow",
    priority: fromEnd <= DENY_ALL.length ? 4096 : 100 + index * 10,
    protocol: rule.protocol,
    sourceAddressPrefix: rule.source,
    sourcePortRange: "*",
    destinationAddressPrefix: rule.destination,
    ...(rule.ports ? { destinationPortRanges: rule.ports } : { destinationPortRange: "*" }),
  };
}
