import { Firewall, type FirewallArgs as FirewallRule } from "@pulumi/gcp/compute/firewall.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Route } from "@pulumi/gcp/compute/route.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { Policy } from "@pulumi/gcp/dns/policy.js";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr, subnetOf } from "../cidr.ts";
import { fit } from "../names.ts";
import { InvalidInputError } from "../problems.ts";
import { createGoogleApiNames, RESTRICTED_RANGE } from "./endpoints.ts";

/** Where IAP's tunnels come from (cloud.google.com/iap/docs/using-tcp-forwarding). */
export const IAP_RANGE = "35.235.240.0/20";

/** Priority of the rules that deny everything: the last before the implied ones, so that every other rule wins. */
export const DENY_PRIORITY = 65530;

/** Priority of the few rules that allow something. */
const ALLOW_PRIORITY = 65430;

/** Every IPv4 address. */
export const EVERYWHERE = "0.0.0.0/0";

/** Arguments of {@link PrivateNetwork}. */
export interface PrivateNetworkArgs {
  /** Project id. */
  project: string;
  /** Region of the subnet. */
  region: string;
  /** Private IPv4 range of the network, /16 to /24. The workloads' subnet takes the first half. */
  cidr: string;
  /**
   * Name of the network; the names of everything in it begin with it.
   * @default the component's name, cut to 40 characters
   */
  networkName?: string;
}

/**
 * A network without a way to the internet: no default route, no NAT, no addresses but private IPv4 ones, every packet
 * denied that is not HTTPS to Google's restricted virtual address. Google APIs are reached there, by the names that
 * {@link createGoogleApiNames} answers. People come in through IAP only, to SSH on machines with {@link notebookTag}.
 *
 * Sources: cloud.google.com/vpc-service-controls/docs/set-up-private-connectivity, cloud.google.com/iap/docs/using-tcp-forwarding,
 * CIS Google Cloud 3.6-3.8 (flow logs, SSH) and 2.12 (DNS logs).
 */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** Resource name of the network, `projects/…/global/networks/…`. */
  readonly networkId: pulumi.Output<string>;
  /** Resource name of the workloads' subnet. */
  readonly subnetId: pulumi.Output<string>;
  /** The network's resource name as plain text: it follows from the arguments, so it is known at preview. */
  readonly networkPath: string;
  /** The subnet's resource name as plain text. */
  readonly subnetPath: string;
  /** Range of the workloads' subnet. */
  readonly subnetCidr: string;
  /** Network tag of machines that people may reach with SSH through IAP. */
  readonly notebookTag: string;
  /** The network itself, for what belongs into it. */
  readonly network: Network;

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:PrivateNetwork", name, {}, opts);
    const { project, region, cidr } = args;
    const prefix = checkCidr(cidr);
    const networkName = args.networkName ?? fit(name, 40);
    this.networkPath = `projects/${project}/global/networks/${networkName}`;
    this.subnetPath = `projects/${project}/regions/${region}/subnetworks/${networkName}-workloads`;
    this.notebookTag = `${networkName}-notebook`;
    this.network = this.createNetwork(name, networkName, project);
    this.subnetCidr = subnetOf(cidr, prefix + 1, 0);
    const subnet = this.createSubnet(name, networkName, this.subnetCidr, args);
    this.createGoogleRoute(name, networkName, project);
    createFirewall(name, { project, network: this.network.id, networkName, sshTag: this.notebookTag }, this);
    this.createDnsLogging(name, networkName, project);
    createGoogleApiNames(name, { project, network: this.network.id, networkName }, this);
    this.networkId = this.network.id;
    this.subnetId = subnet.id;
    this.registerOutputs({ networkId: this.networkId, subnetId: this.subnetId });
  }

  private createNetwork(name: string, networkName: string, project: string): Network {
    return new Network(
      name,
      {
        project,
        name: networkName,
        autoCreateSubnetworks: false,
        deleteDefaultRoutesOnCreate: true,
        routingMode: "REGIONAL",
        // No IPv6 anywhere: the IPv4 rules then cover every packet.
        enableUlaInternalIpv6: false,
      },
      { parent: this },
    );
  }

  private createSubnet(name: string, networkName: string, range: string, args: PrivateNetworkArgs): Subnetwork {
    return new Subnetwork(
      `${name}-workloads`,
      {
        project: args.project,
        region: args.region,
        name: `${networkName}-workloads`,
        network: this.network.id,
        ipCidrRange: range,
        stackType: "IPV4_ONLY",
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 1, metadata: "INCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
  }

  /** The next hop is named internet gateway, but packets to this range never leave Google's network. */
  private createGoogleRoute(name: string, networkName: string, project: string): void {
    new Route(
      `${name}-google-apis`,
      {
        project,
        name: `${networkName}-google-apis`,
        network: this.network.id,
        destRange: RESTRICTED_RANGE,
        nextHopGateway: "default-internet-gateway",
        priority: 1000,
      },
      { parent: this },
    );
  }

  private createDnsLogging(name: string, networkName: string, project: string): void {
    new Policy(
      `${name}-dns`,
      {
        project,
        name: `${networkName}-dns`,
        enableLogging: true,
        enableInboundForwarding: false,
        networks: [{ networkUrl: this.network.id }],
      },
      { parent: this },
    );
  }
}

/** What {@link createFirewall} needs to know. */
export interface FirewallArgs {
  /** Project id. */
  project: string;
  /** The network. */
  network: pulumi.Input<string>;
  /** Start of the rules' names, at most 40 characters. */
  networkName: string;
  /** Network tag of machines that SSH through IAP may reach. */
  sshTag: string;
  /** Apply every rule to machines with this tag only, in a network that others share. */
  onlyTag?: string;
}

/** The rules that deny everything, and the two that allow Google APIs out and IAP in. */
export function createFirewall(name: string, args: FirewallArgs, parent: pulumi.Resource): void {
  const all = args.onlyTag ? [args.onlyTag] : undefined;
  const deny = { denies: [{ protocol: "all" }], priority: DENY_PRIORITY };
  const rules: Record<string, Omit<FirewallRule, "network">> = {
    "deny-egress": { ...deny, direction: "EGRESS", destinationRanges: [EVERYWHERE], targetTags: all },
    "deny-ingress": { ...deny, direction: "INGRESS", sourceRanges: [EVERYWHERE], targetTags: all },
    "allow-google-apis": { ...allowEgress(RESTRICTED_RANGE, 443), targetTags: all },
    "allow-iap-ssh": {
      direction: "INGRESS",
      sourceRanges: [IAP_RANGE],
      allows: [{ protocol: "tcp", ports: ["22"] }],
      priority: ALLOW_PRIORITY,
      targetTags: [args.sshTag],
    },
  };
  for (const [part, rule] of Object.entries(rules)) createRule(`${name}-${part}`, part, args, rule, parent);
}

/** The part of a firewall rule that lets TCP out to one range and port. */
export function allowEgress(range: pulumi.Input<string>, port: number): Omit<FirewallRule, "network"> {
  return {
    direction: "EGRESS",
    destinationRanges: [range],
    allows: [{ protocol: "tcp", ports: [String(port)] }],
    priority: ALLOW_PRIORITY,
  };
}

/** One firewall rule, logged. */
export function createRule(
  name: string,
  part: string,
  { project, network, networkName }: Pick<FirewallArgs, "project" | "network" | "networkName">,
  rule: Omit<FirewallRule, "network">,
  parent: pulumi.Resource,
): Firewall {
  return new Firewall(
    name,
    { project, network, name: `${networkName}-${part}`, logConfig: { metadata: "INCLUDE_ALL_METADATA" }, ...rule },
    { parent },
  );
}

function checkCidr(cidr: string): number {
  const range = parseCidr(cidr);
  if (range?.isPrivate && range.prefix >= 16 && range.prefix <= 24) return range.prefix;
  const message = `"${cidr}" does not fit; use a private IPv4 range from /16 to /24, such as 10.20.0.0/20`;
  throw new InvalidInputError("The network", [{ path: "cidr", message }]);
}
