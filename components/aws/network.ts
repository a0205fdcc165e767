import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import { DnsFirewall } from "./dns.ts";
import { ApprovedEgress } from "./egress.ts";
import { divide, type Layout, layoutProblems } from "./layout.ts";
import { policyDocument } from "./policy.ts";
import { wholeLogGroup } from "./roles.ts";
import { arn } from "./target.ts";

/** A private network with logs, and with the way out that is asked for. */
export interface PrivateNetworkArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the network. */
  region: string;
  /** Name of the network; the names of what stands in it begin with it. At most 50 characters. */
  networkName: string;
  /** Private IPv4 range, /16 to /24. */
  cidr: string;
  /** Zones of the subnets, 1 to 4. */
  availabilityZones: string[];
  /**
   * `none` and `packages`: no route out. `approved`: to `approvedHosts` through a firewall.
   * @default "none"
   */
  egress?: string;
  /**
   * Host names that may be reached when `egress` is `approved`.
   * @default []
   */
  approvedHosts?: string[];
  /**
   * Host names inside the network that its resolver answers, besides AWS's own and the approved ones.
   * @default []
   */
  privateHosts?: string[];
  /** ARN of the CloudWatch log group for flow logs. */
  flowLogGroupArn: pulumi.Input<string>;
  /** Name of that log group, for the role that writes it. */
  flowLogGroupName: string;
  /** ARN of the log group for DNS queries. */
  dnsLogGroupArn: pulumi.Input<string>;
  /**
   * Name of the log group for the firewall; needed when `egress` is `approved`.
   * @default no firewall
   */
  firewallLogGroupName?: string;
  /**
   * ARN of the customer-managed key that encrypts the firewall's rules.
   * @default the service's own key
   */
  keyArn?: pulumi.Input<string>;
  /**
   * Permissions boundary of the role that writes the flow logs.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/** A VPC whose subnets are private. */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of the private subnets, in the order of the zones. */
  readonly subnetIds: pulumi.Output<string>[];
  /** Ids of the private subnets' route tables, in the order of the zones. */
  readonly routeTableIds: pulumi.Output<string>[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Range, zones, egress and log groups.
   * @param opts Resource options.
   * @throws InvalidInputError when the range is too small for the zones.
   */
  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = layoutProblems(args.cidr, args.availabilityZones.length);
    if (problems.length > 0) throw new InvalidInputError(`The network ${name}`, problems);
    super("secure-ml-workspace:aws:PrivateNetwork", name, {}, opts);
    const layout = divide(args.cidr, args.availabilityZones.length);
    const vpc = this.createVpc(name, args);
    this.vpcId = vpc.id;
    this.routeTableIds = [];
    this.subnetIds = this.createSubnets(name, args, layout);
    this.createFlowLog(name, args);
    const answered = [...(args.approvedHosts ?? []), ...(args.privateHosts ?? [])];
    const dns = { ...args, approvedHosts: answered, firewallName: args.networkName, vpcId: vpc.id };
    new DnsFirewall(`${name}-dns`, dns, { parent: this });
    if (args.egress === "approved") {
      const { vpcId, routeTableIds } = this;
      new ApprovedEgress(`${name}-egress`, { ...args, vpcId, routeTableIds, layout }, { parent: this });
    }
    this.registerOutputs({ vpcId: this.vpcId, subnetIds: this.subnetIds, routeTableIds: this.routeTableIds });
  }

  private createVpc(name: string, { cidr, networkName }: PrivateNetworkArgs): Vpc {
    const tags = { Name: networkName };
    const settings = { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags };
    const vpc = new Vpc(`${name}-vpc`, settings, { parent: this });
    // Without rules, whatever is put into the network by mistake can neither be reached nor reach anything (EC2.2).
    new DefaultSecurityGroup(
      `${name}-default-security-group`,
      { vpcId: vpc.id, ingress: [], egress: [], tags: { Name: `${networkName}-closed` } },
      { parent: this },
    );
    return vpc;
  }

  private createSubnets(name: string, args: PrivateNetworkArgs, layout: Layout): pulumi.Output<string>[] {
    return args.availabilityZones.map((zone, index) => {
      const tags = { Name: `${args.networkName}-${zone}` };
      const place = { availabilityZone: zone, cidrBlock: layout.workloads[index], mapPublicIpOnLaunch: false };
      const subnet = new Subnet(`${name}-${zone}`, { vpcId: this.vpcId, ...place, tags }, { parent: this });
      const table = new RouteTable(`${name}-${zone}-routes`, { vpcId: this.vpcId, tags }, { parent: this });
      const association = { subnetId: subnet.id, routeTableId: table.id };
      new RouteTableAssociation(`${name}-${zone}-association`, association, { parent: this });
      this.routeTableIds.push(table.id);
      return subnet.id;
    });
  }

  private createFlowLog(name: string, args: PrivateNetworkArgs): void {
    const role = new Role(
      `${name}-flow-log-role`,
      {
        name: fit(`${args.networkName}-flow-logs`, 64),
        description: "Writes the network's flow logs",
        assumeRolePolicy: policyDocument([
          {
            Sid: "FlowLogsOfThisAccount",
            Effect: "Allow",
            Principal: { Service: "vpc-flow-logs.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: {
              ArnLike: { "aws:SourceArn": arn(args, "ec2", "vpc-flow-log/*") },
              StringEquals: { "aws:SourceAccount": args.accountId },
            },
          },
        ]),
        permissionsBoundary: args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    const group = arn(args, "logs", `log-group:${args.flowLogGroupName}`);
    const policy = policyDocument([
      {
        Sid: "WriteFlowLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${group}:log-stream:*`,
      },
      { Sid: "FindFlowLogs", Effect: "Allow", Action: "logs:DescribeLogStreams", Resource: wholeLogGroup(group) },
    ]);
    const settings = { name: "write-flow-logs", role: role.name, policy };
    const grant = new RolePolicy(`${name}-flow-log-policy`, settings, { parent: this });
    new FlowLog(
      `${name}-flow-log`,
      {
        vpcId: this.vpcId,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: args.flowLogGroupArn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: { Name: args.networkName },
      },
      { parent: this, dependsOn: [grant] },
    );
  }
}

/** Zones of a workspace's subnets. */
export function zonesOf({ network, location }: Workspace): string[] {
  return network.availabilityZones ?? [`${location}a`, `${location}b`];
}

/** What is wrong with the spec's network on this cloud. */
export function networkProblems(workspace: Workspace): Problem[] {
  const { network, location } = workspace;
  if (network.existing || !network.cidr) return [];
  const zones = zonesOf(workspace);
  const elsewhere = zones.flatMap((zone, index) =>
    zone.startsWith(location)
      ? []
      : [{ path: `network.availabilityZones[${index}]`, message: `"${zone}" is no zone of ${location}` }],
  );
  return [...elsewhere, ...layoutProblems(network.cidr, zones.length)];
}
