/** Controls of what is recorded and filtered on the way out of a network. */
import { mustHaveCompanion } from "../checks/companions.ts";
import { onlyIf } from "../checks/conditions.ts";
import type { Control } from "../control.ts";
import { anyOf, each, mustBeSet, mustContain, mustEqual, mustNotEqual, same } from "../findings.ts";

const FIREWALL = "aws:networkfirewall/firewall:Firewall";
const FIREWALL_POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy";

/** Default actions that drop what no stateful rule lets through. */
const DROPS = ["aws:drop_strict", "aws:drop_established"];

/** Controls of recording and filtering. */
export const recording: Control[] = [
  {
    id: "network-flow-logs",
    title: "Networks record their traffic",
    severity: "medium",
    why: "Without flow logs nobody can say afterwards what left the network, or where an attacker went.",
    remedy: "Add a flow log for the VPC or the virtual network, or a logConfig to the subnetwork.",
    frameworks: {
      nist80053: ["AU-2", "AU-12", "SI-4"],
      cis: ["AWS 3.0.0 3.7", "GCP 3.0.0 3.8"],
      iso27001: ["A.8.15", "A.8.16"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      securityHub: ["EC2.6"],
      azurePolicy: ["4c3c6c5f"],
      checkov: ["CKV2_AWS_11", "CKV_GCP_26"],
    },
    checks: {
      gcp: [
        {
          types: ["gcp:compute/subnetwork:Subnetwork"],
          whenAbsent: "violates",
          cloudDefault: "no flow logs",
          // Subnets of proxies and of Private Service Connect cannot have them.
          evaluate: ({ props }) =>
            onlyIf(
              props,
              "purpose",
              (value) => value === undefined || same(value, "PRIVATE"),
              mustBeSet(props, "logConfig", "object"),
            ),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: ["aws:ec2/vpc:Vpc"],
          requires: "a flow log of the VPC that includes rejected traffic",
          evaluate: (vpc, stack) =>
            mustHaveCompanion(
              vpc,
              stack,
              { types: ["aws:ec2/flowLog:FlowLog"], path: "vpcId", keys: ["id"] },
              "has no flow log",
              ({ props }) => mustNotEqual(props, "trafficType", "ACCEPT"),
            ),
        },
      ],
      azure: [
        {
          types: ["azure-native:network:VirtualNetwork"],
          requires: "an enabled flow log of the virtual network",
          evaluate: (network, stack) =>
            mustHaveCompanion(
              network,
              stack,
              { types: ["azure-native:network:FlowLog"], path: "targetResourceId", keys: ["id"] },
              "has no flow log",
              ({ props }) => mustNotEqual(props, "enabled", false),
            ),
        },
      ],
    },
  },
  {
    id: "egress-recorded",
    title: "What passes NAT and firewalls on its way out is recorded",
    severity: "medium",
    why: "Behind NAT every machine looks the same from outside: only its log says who talked to whom.",
    remedy: "Set logConfig on Cloud NAT; add a logging configuration to the firewall.",
    frameworks: {
      nist80053: ["AU-2", "AU-12", "SI-4"],
      iso27001: ["A.8.15", "A.8.16"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      securityHub: ["NetworkFirewall.2"],
      checkov: ["CKV2_AWS_63"],
    },
    checks: {
      gcp: [
        {
          types: ["gcp:compute/routerNat:RouterNat"],
          whenAbsent: "violates",
          cloudDefault: "no log",
          evaluate: ({ props }) => mustEqual(props, "logConfig.enable", true, { absent: "violates" }),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: [FIREWALL],
          requires: "a logging configuration of the firewall",
          evaluate: (firewall, stack) =>
            mustHaveCompanion(
              firewall,
              stack,
              {
                types: ["aws:networkfirewall/loggingConfiguration:LoggingConfiguration"],
                path: "firewallArn",
                keys: ["arn", "id"],
              },
              "has no logging configuration",
            ),
        },
      ],
    },
  },
  {
    id: "firewall-denies-by-default",
    title: "A network firewall drops what no rule lets through",
    severity: "high",
    why: "A firewall that passes what it does not know filters nothing: a list of approved hosts covers only the web.",
    remedy:
      "Drop or forward by default in the stateless part, and drop by default in the stateful part with strict order.",
    frameworks: {
      nist80053: ["AC-4", "SC-7(5)"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      securityHub: ["NetworkFirewall.4", "NetworkFirewall.5"],
    },
    url: "https://docs.aws.amazon.com/network-firewall/latest/developerguide/stateful-rule-groups-domain-names.html",
    checks: {
      aws: [
        {
          types: [FIREWALL_POLICY],
          whenAbsent: "violates",
          cloudDefault: "the stateful part lets through what no rule matches",
          evaluate: ({ props }) => [
            ...["statelessDefaultActions", "statelessFragmentDefaultActions"].flatMap((list) =>
              each(props, `firewallPolicy.${list}`, (path) => mustNotEqual(props, path, "aws:pass")),
            ),
            ...anyOf(
              ...DROPS.map((drop) =>
                mustContain(props, "firewallPolicy.statefulDefaultActions", drop, { absent: "violates" }),
              ),
            ),
          ],
        },
      ],
    },
  },
];
