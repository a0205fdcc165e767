import { Eip } from "@pulumi/aws/ec2/eip.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Firewall } from "@pulumi/aws/networkfirewall/firewall.js";
import { FirewallPolicy } from "@pulumi/aws/networkfirewall/firewallPolicy.js";
import { LoggingConfiguration } from "@pulumi/aws/networkfirewall/loggingConfiguration.js";
import { RuleGroup } from "@pulumi/aws/networkfirewall/ruleGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import type { Layout } from "./layout.ts";

/** The way out to approved hosts. */
export interface ApprovedEgressArgs {
  /** Name that the parts' names begin with. */
  networkName: string;
  /** Range of the network. */
  cidr: string;
  /** Zones, in the order of `routeTableIds` and of the layout's ranges. */
  availabilityZones: string[];
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Route tables of the private subnets. */
  routeTableIds: pulumi.Input<string>[];
  /** Address ranges of the subnets. */
  layout: Layout;
  /** Host names that may be reached; `*.example.com` means every name below `example.com`. */
  approvedHosts?: string[];
  /** Name of the log group for the firewall. */
  firewallLogGroupName?: string;
  /** ARN of the customer-managed key that encrypts the firewall's rules. */
  keyArn?: pulumi.Input<string>;
}

/** Where everything outside the network is. */
const ANYWHERE = "0.0.0.0/0";

/**
 * Traffic goes private subnet -> firewall endpoint -> NAT gateway -> internet gateway, and comes back the same way: each
 * zone has its own endpoint and gateway, and the NAT subnet's route to its own private subnet leads through the
 * firewall (Network Firewall developer guide, "Architecture with an internet gateway and a NAT gateway"). A firewall
 * that saw only one direction could not match anything.
 */
export class ApprovedEgress extends pulumi.ComponentResource {
  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network, approved hosts and log group.
   * @param opts Resource options.
   */
  constructor(name: string, args: ApprovedEgressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:ApprovedEgress", name, {}, opts);
    const { networkName, vpcId } = args;
    const gateway = new InternetGateway(
      `${name}-internet-gateway`,
      { vpcId, tags: { Name: networkName } },
      { parent: this },
    );
    const firewallSubnets = this.subnets(name, "firewall", args.layout.firewall, args);
    const natSubnets = this.subnets(name, "nat", args.layout.nat, args);
    const firewall = this.createFirewall(name, args, firewallSubnets);
    args.availabilityZones.forEach((zone, index) => {
      const nat = this.createNat(`${name}-${zone}`, zone, natSubnets[index]!, gateway, args);
      const endpoint = endpointIn(firewall, zone);
      const through = { destinationCidrBlock: ANYWHERE };
      this.route(`${name}-${zone}-out`, args.routeTableIds[index]!, { ...through, vpcEndpointId: endpoint });
      this.route(`${name}-${zone}-firewall-out`, firewallSubnets[index]!.table, { ...through, natGatewayId: nat.id });
      this.route(`${name}-${zone}-nat-out`, natSubnets[index]!.table, { ...through, gatewayId: gateway.id });
      const back = { destinationCidrBlock: args.layout.workloads[index], vpcEndpointId: endpoint };
      this.route(`${name}-${zone}-back`, natSubnets[index]!.table, back);
    });
    this.registerOutputs({});
  }

  private subnets(name: string, kind: string, ranges: string[], args: ApprovedEgressArgs): SubnetWithRoutes[] {
    return args.availabilityZones.map((zone, index) => {
      const tags = { Name: `${args.networkName}-${kind}-${zone}` };
      const place = { availabilityZone: zone, cidrBlock: ranges[index], mapPublicIpOnLaunch: false };
      const subnet = new Subnet(`${name}-${kind}-${zone}`, { vpcId: args.vpcId, ...place, tags }, { parent: this });
      const table = new RouteTable(`${name}-${kind}-${zone}-routes`, { vpcId: args.vpcId, tags }, { parent: this });
      const association = { subnetId: subnet.id, routeTableId: table.id };
      new RouteTableAssociation(`${name}-${kind}-${zone}-association`, association, { parent: this });
      return { subnet: subnet.id, table: table.id };
    });
  }

  private createNat(
    name: string,
    zone: string,
    place: SubnetWithRoutes,
    gateway: InternetGateway,
    args: ApprovedEgressArgs,
  ): NatGateway {
    const tags = { Name: `${args.networkName}-nat-${zone}` };
    const ordered = { parent: this, dependsOn: [gateway] };
    const address = new Eip(`${name}-address`, { domain: "vpc", tags }, ordered);
    return new NatGateway(`${name}-nat`, { allocationId: address.id, subnetId: place.subnet, tags }, ordered);
  }

  private createFirewall(name: string, args: ApprovedEgressArgs, places: SubnetWithRoutes[]): Firewall {
    const policy = this.createPolicy(name, args);
    const firewall = new Firewall(
      `${name}-firewall`,
      {
        name: fit(`${args.networkName}-egress`, 128),
        vpcId: args.vpcId,
        firewallPolicyArn: policy.arn,
        subnetMappings: places.map(({ subnet }) => ({ subnetId: subnet })),
        // Removing the firewall, or a zone of it, is a decision of its own (Security Hub NetworkFirewall.9 and .10).
        deleteProtection: true,
        subnetChangeProtection: true,
        encryptionConfiguration: encryption(args),
      },
      { parent: this },
    );
    const destination = { logGroup: args.firewallLogGroupName ?? "" };
    const logs = ["ALERT", "FLOW"].map((logType) => ({
      logType,
      logDestinationType: "CloudWatchLogs",
      logDestination: destination,
    }));
    new LoggingConfiguration(
      `${name}-firewall-logs`,
      { firewallArn: firewall.arn, loggingConfiguration: { logDestinationConfigs: logs } },
      { parent: this },
    );
    return firewall;
  }

  private createPolicy(name: string, args: ApprovedEgressArgs): FirewallPolicy {
    const hosts = this.createHostRules(name, args);
    const ports = this.createPortRules(name, args);
    return new FirewallPolicy(
      `${name}-firewall-policy`,
      {
        name: fit(`${args.networkName}-egress`, 128),
        firewallPolicy: {
          // What the port rules do not forward is dropped before any inspection, other protocols among it.
          statelessDefaultActions: ["aws:drop"],
          statelessFragmentDefaultActions: ["aws:drop"],
          statelessRuleGroupReferences: [{ resourceArn: ports.arn, priority: 10 }],
          // A connection must be established before its host name is seen, so what is dropped is what follows.
          statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
          statefulEngineOptions: { ruleOrder: "STRICT_ORDER", streamExceptionPolicy: "DROP" },
          statefulRuleGroupReferences: [{ resourceArn: hosts.arn, priority: 10 }],
        },
        encryptionConfiguration: encryption(args),
      },
      { parent: this },
    );
  }

  /** Lets connections to approved host names through: TLS server name, and the host header of plain HTTP. */
  private createHostRules(name: string, args: ApprovedEgressArgs): RuleGroup {
    const targets = firewallTargets(args.approvedHosts ?? []);
    return new RuleGroup(
      `${name}-approved-hosts`,
      {
        name: fit(`${args.networkName}-approved-hosts`, 128),
        type: "STATEFUL",
        capacity: 300,
        ruleGroup: {
          ruleVariables: { ipSets: [{ key: "HOME_NET", ipSet: { definitions: [args.cidr] } }] },
          statefulRuleOptions: { ruleOrder: "STRICT_ORDER" },
          rulesSource: {
            rulesSourceList: {
              generatedRulesType: "ALLOWLIST",
              targetTypes: ["HTTP_HOST", "TLS_SNI"],
              targets,
            },
          },
        },
        encryptionConfiguration: encryption(args),
      },
      { parent: this },
    );
  }

  /** Forwards TCP to and from port 443 to inspection, and nothing else. */
  private createPortRules(name: string, args: ApprovedEgressArgs): RuleGroup {
    const https = [{ fromPort: 443, toPort: 443 }];
    const any = [{ fromPort: 0, toPort: 65535 }];
    const inside = [{ addressDefinition: args.cidr }];
    const outside = [{ addressDefinition: ANYWHERE }];
    const out = { sources: inside, sourcePorts: any, destinations: outside, destinationPorts: https };
    const back = { sources: outside, sourcePorts: https, destinations: inside, destinationPorts: any };
    const rules = [out, back].map((match, index) => ({
      priority: 10 + index,
      ruleDefinition: { actions: ["aws:forward_to_sfe"], matchAttributes: { protocols: [6], ...match } },
    }));
    return new RuleGroup(
      `${name}-https`,
      {
        name: fit(`${args.networkName}-https`, 128),
        type: "STATELESS",
        capacity: 10,
        ruleGroup: { rulesSource: { statelessRulesAndCustomActions: { statelessRules: rules } } },
        encryptionConfiguration: encryption(args),
      },
      { parent: this },
    );
  }

  private route(name: string, routeTableId: pulumi.Input<string>, target: Partial<RouteTarget>): void {
    new Route(name, { routeTableId, ...target }, { parent: this });
  }
}

interface SubnetWithRoutes {
  subnet: pulumi.Output<string>;
  table: pulumi.Output<string>;
}

interface RouteTarget {
  destinationCidrBlock: string;
  gatewayId: pulumi.Input<string>;
  natGatewayId: pulumi.Input<string>;
  vpcEndpointId: pulumi.Input<string>;
}

/** Network Firewall writes `*.example.com` as `.example.com`, which covers `example.com` itself too. */
export function firewallTargets(hosts: string[]): string[] {
  return [...new Set(hosts.map((host) => host.replace(/^\*/, "")))].sort();
}

function encryption({ keyArn }: ApprovedEgressArgs) {
  return keyArn ? { type: "CUSTOMER_KMS", keyId: keyArn } : undefined;
}

/** Id of the firewall's endpoint in a zone. The cloud gives it, with the zone that it stands in. */
function endpointIn(firewall: Firewall, zone: string): pulumi.Output<string> {
  return firewall.firewallStatuses.apply((statuses) => {
    // Without an answer the route has no target, and AWS refuses it: no traffic gets around the firewall. A stand-in
    // for the provider may answer with a placeholder that is no list.
    const states = Array.isArray(statuses) ? statuses.flatMap((status) => status?.syncStates ?? []) : [];
    return states.find((state) => state?.availabilityZone === zone)?.attachments?.[0]?.endpointId as string;
  });
}
