/** Controls of firewall rules: who may come in, and where traffic may go. */
import { type Answer, all, any, askAny, is, not, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import {
  type Direction,
  type FirewallRule,
  gcpRule,
  inlineSecurityGroupRule,
  isInternet,
  nsgRule,
  securityGroupRule,
  vpcSecurityGroupRule,
} from "../checks/firewall-rules.ts";
import { refers } from "../checks/relations.ts";
import type { Check, Cloud, Context, Control, StackResource, StackView } from "../control.ts";
import { each, type Finding } from "../findings.ts";
import { elementPaths, read, textOf } from "../read.ts";

const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const GCP_FIREWALL = "gcp:compute/firewall:Firewall";
const GCP_NETWORK = "gcp:compute/network:Network";
const GCP_POLICY_RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule";
const GCP_POLICY_ASSOCIATION = "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation";
const GCP_POLICY = "gcp:compute/networkFirewallPolicy:NetworkFirewallPolicy";
const NSG = "azure-native:network:NetworkSecurityGroup";
const NSG_RULE = "azure-native:network:SecurityRule";

/** Where IAP's tunnels come from (cloud.google.com/iap/docs/using-tcp-forwarding). */
const IAP_RANGE = "35.235.240.0/20";

const ADMIN_PORTS = {
  adminPorts: {
    description: "TCP ports for administration.",
    type: "array" as const,
    default: ["22", "3389", "5985", "5986"],
  },
};

type RuleJudge = (rule: FirewallRule, context: Context) => Finding[];

/** The same question about every firewall rule of a direction, in all the forms that a rule can have. */
function onRules(direction: Direction, judge: RuleJudge): Record<Cloud, Check[]> {
  const check = (type: string, cloudDefault: string, evaluate: Check["evaluate"]): Check => ({
    types: [type],
    whenAbsent: "complies",
    cloudDefault,
    evaluate,
  });
  return {
    aws: [
      check(SECURITY_GROUP, `no ${direction} rule`, ({ props }, context) =>
        each(props, direction, (path) => judge(inlineSecurityGroupRule(props, path), context)),
      ),
      check(SECURITY_GROUP_RULE, "the rule names no addresses", ({ props }, context) =>
        judge(securityGroupRule(props, direction), context),
      ),
      check(direction === "ingress" ? INGRESS_RULE : EGRESS_RULE, "the rule names no addresses", ({ props }, context) =>
        judge(vpcSecurityGroupRule(props), context),
      ),
    ],
    gcp: [
      check(GCP_FIREWALL, "the rule allows nothing", ({ props }, context) =>
        each(props, "allows", (path) => judge(gcpRule(props, direction, path), context)),
      ),
    ],
    azure: [
      check(NSG, "the default rules of a network security group", ({ props }, context) =>
        each(props, "securityRules", (path) => judge(nsgRule(props, direction, path), context)),
      ),
      check(NSG_RULE, "the rule allows nothing", ({ props }, context) => judge(nsgRule(props, direction), context)),
    ],
  };
}

function numbers(list: string[]): number[] {
  return list.map(Number);
}

function nameOf({ path }: FirewallRule): string {
  return path === "" ? "the rule" : path;
}

const noInternetAdministration: RuleJudge = (rule, context) => {
  const reached = any(...numbers(context.list("adminPorts")).map((port) => rule.reaches(port)));
  const message = `${nameOf(rule)} lets the whole internet in to a port for administration`;
  return violatesIf(all(rule.applies, rule.otherSide(isInternet), reached), message);
};

const noInternetIngress: RuleJudge = (rule) =>
  violatesIf(all(rule.applies, rule.otherSide(isInternet)), `${nameOf(rule)} lets the whole internet in`);

const onlyBrokeredAdministration: RuleJudge = (rule, context) => {
  const approved = context.list("approvedSources");
  const direct = rule.otherSide((range) => isAddressRange(range) && !approved.includes(textOf(range)));
  const reached = any(...numbers(context.list("adminPorts")).map((port) => rule.reaches(port)));
  const message = `${nameOf(rule)} opens a port for administration to addresses that are not an approved way in`;
  return violatesIf(all(rule.applies, direct, reached), message);
};

/** Service tags of Azure, such as VirtualNetwork, are no addresses. */
function isAddressRange(range: unknown): boolean {
  return isInternet(range) || /^[\d.]+(\/\d+)?$|:/.test(textOf(range));
}

const noOpenEgress: RuleJudge = (rule, context) => {
  const elsewhere = rule.reachesOtherThan(numbers(context.list("allowedPorts")));
  const message = `${nameOf(rule)} lets traffic out to the whole internet on more than the allowed ports`;
  return violatesIf(all(rule.applies, rule.otherSide(isInternet), elsewhere), message);
};

/** Google Cloud lets everything out of a network unless a rule denies it. */
function gcpEgressDenied(network: StackResource, stack: StackView): Finding[] {
  const keys = ["id", "selfLink", "name"];
  const byRule = stack
    .ofType(GCP_FIREWALL)
    .map((rule) => all(refers(rule, "network", network, keys), deniesEverythingOut(rule.props)));
  const byPolicy = stack
    .ofType(GCP_POLICY_ASSOCIATION)
    .map((association) =>
      all(refers(association, "attachmentTarget", network, keys), policyDenies(association, stack)),
    );
  return violatesIf(
    not(any(...byRule, ...byPolicy)),
    "no rule of this stack denies what leaves the network by default",
  );
}

function deniesEverythingOut(props: object): Answer {
  const denies = elementPaths(props, "denies");
  const everything = Array.isArray(denies) ? any(...denies.map((path) => is(props, `${path}.protocol`, "all"))) : false;
  const forAll = ["targetTags", "targetServiceAccounts"].every((name) => read(props, name).state === "absent");
  return all(is(props, "direction", "EGRESS"), not(is(props, "disabled", true)), everything, forAll, toInternet(props));
}

function toInternet(props: object): Answer {
  return read(props, "destinationRanges").state === "absent" || askAny(props, "destinationRanges", isInternet);
}

function policyDenies(association: StackResource, stack: StackView): Answer {
  const policies = stack.ofType(GCP_POLICY);
  const rules = stack.ofType(GCP_POLICY_RULE);
  return any(
    ...policies.flatMap((policy) =>
      rules.map((rule) =>
        all(
          refers(association, "firewallPolicy", policy, ["id", "name", "selfLink"]),
          refers(rule, "firewallPolicy", policy, ["id", "name", "selfLink"]),
          is(rule.props, "action", "deny"),
          is(rule.props, "direction", "EGRESS"),
          not(is(rule.props, "disabled", true)),
          askAny(rule.props, "match.destIpRanges", isInternet),
        ),
      ),
    ),
  );
}

/** Azure's own last rules let a subnet reach the internet, and everything in the virtual network. */
function azureEgressDenied(group: StackResource, stack: StackView): Finding[] {
  const inline = isGiven(group, "securityRules") ? elementPaths(group.props, "securityRules") : [];
  const byInline = Array.isArray(inline)
    ? inline.map((path) => deniesOutbound(group.props, `${path}.`))
    : [inline.state === "unknown" ? inline : false];
  const byRule = stack
    .ofType(NSG_RULE)
    .map((rule) =>
      all(
        refers(rule, "networkSecurityGroupName", group, ["name", "networkSecurityGroupName"]),
        deniesOutbound(rule.props, ""),
      ),
    );
  return violatesIf(not(any(...byInline, ...byRule)), "no rule denies what leaves the subnet by default");
}

function deniesOutbound(props: object, prefix: string): Answer {
  return all(
    is(props, `${prefix}access`, "Deny"),
    is(props, `${prefix}direction`, "Outbound"),
    is(props, `${prefix}protocol`, "*"),
    is(props, `${prefix}destinationPortRange`, "*"),
    askAny(props, `${prefix}destinationAddressPrefix`, isInternet),
  );
}

/** Controls of firewall rules. */
export const traffic: Control[] = [
  {
    id: "ingress-no-internet-administration",
    title: "The internet cannot reach ports for administration",
    severity: "critical",
    why: "SSH and RDP that the internet can reach are found within minutes, and attacked from then on.",
    remedy: "Remove the rule. Use Session Manager, Identity-Aware Proxy or Azure Bastion.",
    frameworks: {
      nist80053: ["AC-17", "SC-7"],
      cis: ["AWS 3.0.0 5.2", "AWS 3.0.0 5.3", "GCP 3.0.0 3.6", "GCP 3.0.0 3.7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1"],
      securityHub: ["EC2.13", "EC2.14"],
      checkov: ["CKV_AWS_24", "CKV_AWS_25", "CKV_GCP_2", "CKV_GCP_3", "CKV_AZURE_9", "CKV_AZURE_10"],
    },
    parameters: ADMIN_PORTS,
    checks: onRules("ingress", noInternetAdministration),
  },
  {
    id: "ingress-no-internet",
    title: "No firewall rule lets the whole internet in",
    severity: "high",
    why: "Everything in an ML workspace is used by people and services that are known; an open port serves attackers only.",
    remedy: "Name the security group, service account or address range that may come in.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.2"],
      securityHub: ["EC2.18", "EC2.19"],
      checkov: ["CKV_AWS_277", "CKV2_GCP_12", "CKV_GCP_106", "CKV_AZURE_160", "CKV_AZURE_77"],
    },
    checks: onRules("ingress", noInternetIngress),
  },
  {
    id: "ingress-administration-brokered",
    title: "Administration comes in through a broker that checks identity",
    severity: "medium",
    why: "A port that a whole network can reach trusts whoever is in that network; a broker checks and records each person.",
    remedy:
      "Allow the broker's addresses only, such as those of Identity-Aware Proxy, or use Session Manager and no port.",
    frameworks: { nist80053: ["AC-17", "AU-12"], iso27001: ["A.8.2"], soc2: ["CC6.1"] },
    url: "https://cloud.google.com/iap/docs/using-tcp-forwarding",
    parameters: {
      ...ADMIN_PORTS,
      approvedSources: {
        description: "Address ranges of approved brokers, such as the subnet of a bastion service.",
        type: "array",
        default: [IAP_RANGE],
      },
    },
    checks: onRules("ingress", onlyBrokeredAdministration),
  },
  {
    id: "egress-no-open-internet",
    title: "No firewall rule lets arbitrary traffic out to the internet",
    severity: "high",
    why: "Whoever takes over a notebook, or a package in it, sends the data out on any port that is open.",
    remedy:
      "Allow private endpoints by security group, prefix list or service tag, and approved hosts through a proxy.",
    frameworks: {
      nist80053: ["AC-4", "SC-7(5)"],
      iso27001: ["A.8.12", "A.8.22"],
      soc2: ["CC6.6", "CC6.7"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
      checkov: ["CKV_AWS_382"],
    },
    parameters: {
      allowedPorts: {
        description: "TCP ports that may be open towards the internet, because a firewall behind them filters by host.",
        type: "array",
        default: ["443"],
      },
    },
    checks: onRules("egress", noOpenEgress),
  },
  {
    id: "egress-denied-by-default",
    title: "What leaves a network is denied unless a rule allows it",
    severity: "high",
    why: "Google Cloud and Azure let everything out of a network that has no rule against it.",
    remedy: "Add a rule of the lowest priority that denies all traffic out, and rules above it for what is needed.",
    frameworks: {
      nist80053: ["AC-4", "SC-7(5)"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
      checkov: ["CKV2_GCP_18"],
    },
    stackChecks: {
      gcp: [
        {
          types: [GCP_NETWORK],
          requires: "a firewall rule, or a rule of the network's firewall policy, that denies all egress",
          evaluate: gcpEgressDenied,
        },
      ],
      azure: [
        {
          types: [NSG],
          requires: "a rule that denies all outbound traffic, in the group or as a resource of its own",
          evaluate: azureEgressDenied,
        },
      ],
    },
  },
];
