import { ResolverFirewallConfig } from "@pulumi/aws/route53/resolverFirewallConfig.js";
import { ResolverFirewallDomainList } from "@pulumi/aws/route53/resolverFirewallDomainList.js";
import { ResolverFirewallRule } from "@pulumi/aws/route53/resolverFirewallRule.js";
import { ResolverFirewallRuleGroup } from "@pulumi/aws/route53/resolverFirewallRuleGroup.js";
import { ResolverFirewallRuleGroupAssociation } from "@pulumi/aws/route53/resolverFirewallRuleGroupAssociation.js";
import { ResolverQueryLogConfig } from "@pulumi/aws/route53/resolverQueryLogConfig.js";
import { ResolverQueryLogConfigAssociation } from "@pulumi/aws/route53/resolverQueryLogConfigAssociation.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { dnsSuffixOf } from "./target.ts";

/** What the resolver of a network answers. */
export interface DnsFirewallArgs {
  /** Region of the network. */
  region: string;
  /** Name that the firewall's parts begin with. */
  firewallName: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** ARN of the log group for queries. */
  dnsLogGroupArn: pulumi.Input<string>;
  /**
   * Host names besides AWS's own that are answered.
   * @default []
   */
  approvedHosts?: string[];
}

/**
 * Answers for AWS's names and the approved hosts only, and logs every query. Without it a network that has no route
 * out still leaks: a query for `<data>.attacker.example` reaches the attacker's name server through the resolver.
 */
export class DnsFirewall extends pulumi.ComponentResource {
  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network, approved hosts and log group.
   * @param opts Resource options.
   */
  constructor(name: string, args: DnsFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:DnsFirewall", name, {}, opts);
    const group = new ResolverFirewallRuleGroup(
      `${name}-rules`,
      { name: fit(`${args.firewallName}-dns`, 64) },
      { parent: this },
    );
    this.rule(name, "allowed", 100, allowedNames(args), group, args);
    this.rule(name, "everything", 200, ["*"], group, args);
    this.attach(name, group, args);
    this.logQueries(name, args);
    this.registerOutputs({});
  }

  private rule(
    name: string,
    kind: "allowed" | "everything",
    priority: number,
    domains: string[],
    group: ResolverFirewallRuleGroup,
    args: DnsFirewallArgs,
  ): void {
    const label = fit(`${args.firewallName}-${kind}`, 64);
    const list = new ResolverFirewallDomainList(`${name}-${kind}-domains`, { name: label, domains }, { parent: this });
    // The answer of an approved host may point to its provider's names; following them is part of approving the host.
    const verdict =
      kind === "allowed"
        ? { action: "ALLOW", firewallDomainRedirectionAction: "TRUST_REDIRECTION_DOMAIN" }
        : { action: "BLOCK", blockResponse: "NODATA" };
    new ResolverFirewallRule(
      `${name}-${kind}`,
      { name: label, firewallRuleGroupId: group.id, firewallDomainListId: list.id, priority, ...verdict },
      { parent: this },
    );
  }

  private attach(name: string, group: ResolverFirewallRuleGroup, { firewallName, vpcId }: DnsFirewallArgs): void {
    const label = fit(`${firewallName}-dns`, 64);
    new ResolverFirewallRuleGroupAssociation(
      `${name}-association`,
      { name: label, firewallRuleGroupId: group.id, vpcId, priority: 1000 },
      { parent: this },
    );
    // If the firewall cannot decide, no answer is given.
    new ResolverFirewallConfig(`${name}-config`, { resourceId: vpcId, firewallFailOpen: "DISABLED" }, { parent: this });
  }

  private logQueries(name: string, { firewallName, vpcId, dnsLogGroupArn }: DnsFirewallArgs): void {
    const config = new ResolverQueryLogConfig(
      `${name}-query-log`,
      { name: fit(`${firewallName}-dns`, 64), destinationArn: dnsLogGroupArn },
      { parent: this },
    );
    const association = { resolverQueryLogConfigId: config.id, resourceId: vpcId };
    new ResolverQueryLogConfigAssociation(`${name}-query-log-association`, association, { parent: this });
  }
}

/** Names that workloads need: the region's service endpoints, SageMaker's web addresses, S3, RDS and the VPC's own hosts. */
export function allowedNames({
  region,
  approvedHosts = [],
}: Pick<DnsFirewallArgs, "region" | "approvedHosts">): string[] {
  const suffix = dnsSuffixOf(region);
  const own = [
    `*.${region}.${suffix}`,
    `*.${region}.rds.${suffix}`,
    `*.s3.${suffix}`,
    `*.${region}.sagemaker.aws`,
    `*.${region}.compute.internal`,
    "*.ec2.internal",
  ];
  return [...new Set([...own, ...approvedHosts])].sort();
}
