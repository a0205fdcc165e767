import type { ControlCases, Expected, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
const SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE = "aws:ec2/route:Route";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const NAT_GATEWAY = "aws:ec2/natGateway:NatGateway";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const FLOW_LOG = "aws:ec2/flowLog:FlowLog";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy";
const FIREWALL_POLICY = "aws:networkfirewall/firewallPolicy:FirewallPolicy";
const AWS_FIREWALL = "aws:networkfirewall/firewall:Firewall";
const FIREWALL_LOGS = "aws:networkfirewall/loggingConfiguration:LoggingConfiguration";
const GCP_FIREWALL = "gcp:compute/firewall:Firewall";
const GCP_NETWORK = "gcp:compute/network:Network";
const GCP_SUBNET = "gcp:compute/subnetwork:Subnetwork";
const GCP_ROUTE = "gcp:compute/route:Route";
const GCP_NAT = "gcp:compute/routerNat:RouterNat";
const GCP_GATEWAY = "gcp:networkservices/gateway:Gateway";
const FIREWALL_RULES = "gcp:compute/networkFirewallPolicy:NetworkFirewallPolicy";
const FIREWALL_RULE = "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule";
const FIREWALL_ASSOCIATION = "gcp:compute/networkFirewallPolicyAssociation:NetworkFirewallPolicyAssociation";
const NSG = "azure-native:network:NetworkSecurityGroup";
const NSG_RULE = "azure-native:network:SecurityRule";
const AZURE_NETWORK = "azure-native:network:VirtualNetwork";
const AZURE_SUBNET = "azure-native:network:Subnet";
const AZURE_FLOW_LOG = "azure-native:network:FlowLog";
const PRIVATE_ENDPOINT = "azure-native:network:PrivateEndpoint";
const ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup";

const EVERYWHERE = "0.0.0.0/0";

/** One rule in the words of all clouds. */
interface Rule {
  direction?: "ingress" | "egress";
  ranges?: unknown[];
  protocol?: unknown;
  ports?: [from: unknown, to: unknown];
  other?: Record<string, unknown>;
}

const ADMIN: Rule = { ranges: [EVERYWHERE], protocol: "tcp", ports: [22, 22] };

/** How each type writes a rule. */
const WRITE: Record<string, (rule: Rule) => Record<string, unknown>> = {
  [SECURITY_GROUP]: ({ direction = "ingress", ...rule }) => ({ [direction]: [awsRule(rule)] }),
  [SECURITY_GROUP_RULE]: ({ direction = "ingress", ...rule }) => ({ type: direction, ...awsRule(rule) }),
  [INGRESS_RULE]: (rule) => vpcRule(rule),
  [EGRESS_RULE]: (rule) => vpcRule(rule),
  [GCP_FIREWALL]: gcpRule,
  [NSG]: (rule) => ({ securityRules: [azureRule(rule)] }),
  [NSG_RULE]: azureRule,
};

function awsRule({ ranges, protocol = "tcp", ports = [443, 443], other }: Rule): Record<string, unknown> {
  const [fromPort, toPort] = ports;
  return { protocol, fromPort, toPort, ...splitRanges(ranges, "cidrBlocks", "ipv6CidrBlocks"), ...other };
}

function splitRanges(ranges: unknown[] | undefined, four: string, six: string): Record<string, unknown> {
  if (!ranges) return {};
  const isSix = (range: unknown) => String(range).includes(":");
  return { [four]: ranges.filter((range) => !isSix(range)), [six]: ranges.filter(isSix) };
}

function vpcRule({ ranges = [], protocol = "tcp", ports, other }: Rule): Record<string, unknown> {
  const [range] = ranges;
  const written = range === undefined ? {} : { [String(range).includes(":") ? "cidrIpv6" : "cidrIpv4"]: range };
  const [fromPort, toPort] = protocol === "-1" ? [] : (ports ?? [443, 443]);
  return { ipProtocol: protocol, ...(fromPort !== undefined && { fromPort, toPort }), ...written, ...other };
}

function gcpRule({ direction = "ingress", ranges, protocol = "tcp", ports, other }: Rule): Record<string, unknown> {
  const list = direction === "ingress" ? "sourceRanges" : "destinationRanges";
  return {
    direction: direction.toUpperCase(),
    allows: [{ protocol: protocol === "-1" ? "all" : protocol, ...(ports && { ports: [`${ports[0]}-${ports[1]}`] }) }],
    ...(ranges && { [list]: ranges }),
    ...other,
  };
}

function azureRule({
  direction = "ingress",
  ranges = [],
  protocol = "Tcp",
  ports,
  other,
}: Rule): Record<string, unknown> {
  const side = direction === "ingress" ? "source" : "destination";
  return {
    access: "Allow",
    direction: direction === "ingress" ? "Inbound" : "Outbound",
    protocol: protocol === "-1" ? "*" : protocol,
    ...(ranges.length === 1 ? { [`${side}AddressPrefix`]: ranges[0] } : { [`${side}AddressPrefixes`]: ranges }),
    destinationPortRange: ports ? (ports[0] === ports[1] ? String(ports[0]) : `${ports[0]}-${ports[1]}`) : "*",
    ...other,
  };
}

/** The same table for every type that writes firewall rules of a direction. */
function onRules(
  control: string,
  direction: "ingress" | "egress",
  table: [shows: string, rule: Rule, expected: Expected, parameters?: Record<string, unknown>][],
  extra: Record<string, ResourceCase[]> = {},
): ControlCases[] {
  const types = [SECURITY_GROUP, SECURITY_GROUP_RULE, GCP_FIREWALL, NSG, NSG_RULE];
  return [...types, direction === "ingress" ? INGRESS_RULE : EGRESS_RULE].map((type) => ({
    control,
    type,
    cases: [
      ...table.map(([shows, rule, expected, parameters]): ResourceCase => {
        const properties = WRITE[type]!({ direction, ...rule });
        return parameters ? [shows, properties, expected, parameters] : [shows, properties, expected];
      }),
      ...(extra[type] ?? []),
    ],
  }));
}

const otherWay = (direction: "ingress" | "egress"): Record<string, ResourceCase[]> => {
  const turned: Rule = { ...ADMIN, direction, protocol: "-1", ports: [0, 0] };
  return {
    [SECURITY_GROUP]: [["the other direction", WRITE[SECURITY_GROUP]!(turned), "complies"]],
    [SECURITY_GROUP_RULE]: [
      ["the other direction", WRITE[SECURITY_GROUP_RULE]!(turned), "complies"],
      ["unknown direction", { ...WRITE[SECURITY_GROUP_RULE]!(turned), type: unknown }, "undecided"],
    ],
    [GCP_FIREWALL]: [
      ["the other direction", gcpRule(turned), "complies"],
      ["disabled", gcpRule({ ...turned, direction: flip(direction), other: { disabled: true } }), "complies"],
      [
        "disabled or not",
        gcpRule({ ...turned, direction: flip(direction), ports: undefined, other: { disabled: unknown } }),
        "undecided",
      ],
      [
        "a rule that denies",
        { direction: "INGRESS", denies: [{ protocol: "all" }], sourceRanges: [EVERYWHERE] },
        "complies",
      ],
      ["no list", { allows: "tcp" }, "violates"],
      ["unknown rules", { allows: unknown }, "undecided"],
    ],
    [NSG]: [
      ["the other direction", { securityRules: [azureRule({ ...turned, ports: undefined })] }, "complies"],
      [
        "a rule that denies",
        { securityRules: [azureRule({ ...turned, direction: flip(direction), other: { access: "Deny" } })] },
        "complies",
      ],
      ["unknown rules", { securityRules: unknown }, "undecided"],
      ["no list", { securityRules: "none" }, "violates"],
    ],
    [NSG_RULE]: [
      ["the other direction", azureRule({ ...turned, ports: undefined }), "complies"],
      [
        "allowed or denied",
        azureRule({ ranges: ["*"], direction: flip(direction), other: { access: unknown } }),
        "undecided",
      ],
    ],
  };
};

function flip(direction: "ingress" | "egress"): "ingress" | "egress" {
  return direction === "ingress" ? "egress" : "ingress";
}

const administration = onRules(
  "ingress-no-internet-administration",
  "ingress",
  [
    ["SSH from one network", { ...ADMIN, ranges: ["10.0.0.0/8"] }, "complies"],
    ["SSH from everywhere", ADMIN, "violates"],
    ["SSH from everywhere over IPv6", { ...ADMIN, ranges: ["::/0"] }, "violates"],
    ["SSH from half of everywhere", { ...ADMIN, ranges: ["128.0.0.0/1"] }, "violates"],
    ["RDP in a range of ports", { ...ADMIN, ports: [3000, 4000] }, "violates"],
    ["another port", { ...ADMIN, ports: [443, 443] }, "complies"],
    ["every protocol", { ranges: [EVERYWHERE], protocol: "-1" }, "violates"],
    ["UDP", { ...ADMIN, protocol: "udp" }, "complies"],
    ["a port of one's own", { ...ADMIN, ports: [2222, 2222] }, "violates", { adminPorts: ["2222"] }],
    ["SSH, when that is not for administration", ADMIN, "complies", { adminPorts: ["2222"] }],
    ["unknown addresses", { ...ADMIN, ranges: [unknown] }, "undecided"],
    ["unknown protocol", { ...ADMIN, protocol: unknown }, "undecided"],
  ],
  {
    ...otherWay("egress"),
    [SECURITY_GROUP]: [
      ...otherWay("egress")[SECURITY_GROUP]!,
      ["unknown rules", { ingress: unknown }, "undecided"],
      ["no list", { ingress: "all" }, "violates"],
      [
        "from a group",
        { ingress: [awsRule({ ...ADMIN, ranges: undefined, other: { securityGroups: [unknown] } })] },
        "complies",
      ],
      ["unknown port", { ingress: [awsRule({ ...ADMIN, ports: [unknown, 22] })] }, "undecided"],
      ["ports as text", { ingress: [awsRule({ ...ADMIN, ports: ["20", "30"] })] }, "violates"],
      ["one good rule and one bad", { ingress: [awsRule({ ranges: ["10.0.0.0/8"] }), awsRule(ADMIN)] }, "violates"],
      ["one unknown rule and one bad", { ingress: [unknown, awsRule(ADMIN)] }, "violates, rest undecided"],
    ],
    [INGRESS_RULE]: [["from a group", { ipProtocol: "-1", referencedSecurityGroupId: unknown }, "complies"]],
    [GCP_FIREWALL]: [
      ...otherWay("egress")[GCP_FIREWALL]!,
      ["no direction", { allows: [{ protocol: "tcp", ports: ["22"] }], sourceRanges: [EVERYWHERE] }, "violates"],
      ["no source at all", { allows: [{ protocol: "tcp", ports: ["22"] }] }, "violates"],
      ["by tag only", { allows: [{ protocol: "tcp", ports: ["22"] }], sourceTags: ["bastion"] }, "complies"],
      ["through Identity-Aware Proxy", gcpRule({ ...ADMIN, ranges: ["35.235.240.0/20"] }), "complies"],
      ["unknown source", { allows: [{ protocol: "all" }], sourceRanges: unknown }, "undecided"],
    ],
    [NSG]: [
      ...otherWay("egress")[NSG]!,
      ["the service tag Internet", { securityRules: [azureRule({ ...ADMIN, ranges: ["Internet"] })] }, "violates"],
      ["a star", { securityRules: [azureRule({ ...ADMIN, ranges: ["*"] })] }, "violates"],
      ["the virtual network", { securityRules: [azureRule({ ...ADMIN, ranges: ["VirtualNetwork"] })] }, "complies"],
      [
        "a list of other ports",
        {
          securityRules: [
            azureRule({
              ranges: [EVERYWHERE],
              other: { destinationPortRange: undefined, destinationPortRanges: ["80", "8000-9000"] },
            }),
          ],
        },
        "complies",
      ],
      [
        "lists of addresses and ports",
        {
          securityRules: [
            azureRule({
              ranges: ["10.0.0.0/8", EVERYWHERE],
              other: { destinationPortRange: undefined, destinationPortRanges: ["80", "20-25"] },
            }),
          ],
        },
        "violates",
      ],
    ],
  },
);

const ingress = onRules(
  "ingress-no-internet",
  "ingress",
  [
    ["HTTPS from everywhere", { ranges: [EVERYWHERE] }, "violates"],
    ["HTTPS from one network", { ranges: ["10.0.0.0/8"] }, "complies"],
    ["HTTPS from a private IPv6 network", { ranges: ["fc00::/7"] }, "complies"],
    ["UDP from everywhere", { ranges: [EVERYWHERE], protocol: "udp" }, "violates"],
    ["unknown addresses", { ranges: [unknown] }, "undecided"],
  ],
  otherWay("egress"),
);

const brokered = onRules(
  "ingress-administration-brokered",
  "ingress",
  [
    ["SSH through Identity-Aware Proxy", { ...ADMIN, ranges: ["35.235.240.0/20"] }, "complies"],
    ["SSH from a network", { ...ADMIN, ranges: ["10.0.0.0/8"] }, "violates"],
    [
      "SSH from an approved network",
      { ...ADMIN, ranges: ["10.9.0.0/26"] },
      "complies",
      { approvedSources: ["10.9.0.0/26"] },
    ],
    ["SSH from everywhere", ADMIN, "violates"],
    ["HTTPS from a network", { ranges: ["10.0.0.0/8"], ports: [443, 443] }, "complies"],
    ["unknown addresses", { ...ADMIN, ranges: [unknown] }, "undecided"],
  ],
  {
    [NSG_RULE]: [["a service tag", azureRule({ ...ADMIN, ranges: ["VirtualNetwork"] }), "complies"]],
  },
);

const egress = onRules(
  "egress-no-open-internet",
  "egress",
  [
    ["everything to everywhere", { ranges: [EVERYWHERE], protocol: "-1" }, "violates"],
    ["every TCP port to everywhere", { ranges: [EVERYWHERE], ports: [0, 65535] }, "violates"],
    ["everything to everywhere over IPv6", { ranges: ["::/0"], protocol: "-1" }, "violates"],
    ["HTTPS to everywhere", { ranges: [EVERYWHERE], ports: [443, 443] }, "complies"],
    ["HTTPS over UDP", { ranges: [EVERYWHERE], protocol: "udp", ports: [443, 443] }, "violates"],
    ["HTTPS, when nothing may go out", { ranges: [EVERYWHERE], ports: [443, 443] }, "violates", { allowedPorts: [] }],
    ["two neighbouring ports", { ranges: [EVERYWHERE], ports: [443, 444] }, "violates"],
    [
      "two neighbouring ports that are allowed",
      { ranges: [EVERYWHERE], ports: [443, 444] },
      "complies",
      { allowedPorts: ["443", "444"] },
    ],
    ["everything to one network", { ranges: ["10.0.0.0/8"], protocol: "-1" }, "complies"],
    ["unknown addresses", { ranges: [unknown], protocol: "-1" }, "undecided"],
  ],
  {
    ...otherWay("ingress"),
    [SECURITY_GROUP]: [
      ...otherWay("ingress")[SECURITY_GROUP]!,
      ["to prefix lists", { egress: [awsRule({ protocol: "-1", other: { prefixListIds: ["pl-1"] } })] }, "complies"],
      ["unknown rules", { egress: unknown }, "undecided"],
    ],
    [GCP_FIREWALL]: [
      ...otherWay("ingress")[GCP_FIREWALL]!,
      ["no destination at all", { direction: "EGRESS", allows: [{ protocol: "all" }] }, "violates"],
      [
        "Google's restricted address",
        gcpRule({ direction: "egress", ranges: ["199.36.153.4/30"], ports: [443, 443] }),
        "complies",
      ],
      [
        "with a tag of the source",
        { direction: "EGRESS", allows: [{ protocol: "all" }], sourceTags: ["x"] },
        "violates",
      ],
    ],
    [NSG]: [
      ...otherWay("ingress")[NSG]!,
      [
        "a service tag",
        { securityRules: [azureRule({ direction: "egress", ranges: ["AzureActiveDirectory"] })] },
        "complies",
      ],
    ],
  },
);

/** A resource whose property refers to another one, as in a preview. */
function linked(
  type: string,
  property: string,
  target: TestResource,
  properties: Record<string, unknown> = {},
): TestResource {
  return {
    type,
    name: `${property}-${target.name ?? "it"}`,
    properties: { [property]: unknown, ...properties },
    propertyDependencies: { [property]: [urnOf(target)] },
  };
}

const gcpNetwork: TestResource = { type: GCP_NETWORK, properties: { name: "net", id: unknown, selfLink: unknown } };
/** A network after its creation, of a provider that does not repeat the id among the outputs. */
const createdNetwork: TestResource = { type: GCP_NETWORK, properties: { name: "net", selfLink: "https://g/net" } };
const otherNetwork: TestResource = { type: GCP_NETWORK, name: "other", properties: { id: unknown, selfLink: unknown } };
const denyEgress = {
  direction: "EGRESS",
  denies: [{ protocol: "all" }],
  destinationRanges: [EVERYWHERE],
  priority: 65530,
};

function denied(shows: string, properties: Record<string, unknown>, expected: Expected): StackCase {
  return [shows, [gcpNetwork, linked(GCP_FIREWALL, "network", gcpNetwork, properties)], expected];
}

function byFirewallPolicy(rule: Record<string, unknown>): TestResource[] {
  const policy: TestResource = { type: FIREWALL_RULES, name: "rules", properties: { id: unknown, name: "rules" } };
  const association = linked(FIREWALL_ASSOCIATION, "attachmentTarget", gcpNetwork);
  return [
    gcpNetwork,
    policy,
    { ...association, properties: { attachmentTarget: unknown, firewallPolicy: "rules" } },
    { type: FIREWALL_RULE, properties: { firewallPolicy: "rules", ...rule } },
  ];
}

const denyRule = { action: "deny", direction: "EGRESS", match: { destIpRanges: [EVERYWHERE], layer4Configs: [] } };

const denyOut = azureRule({ direction: "egress", ranges: ["*"], protocol: "*", other: { access: "Deny" } });
const group = (securityRules?: unknown): TestResource => ({
  type: NSG,
  properties: {
    name: "group",
    networkSecurityGroupName: "group",
    ...(securityRules !== undefined && { securityRules }),
  },
});

const egressDenied: ControlCases[] = [
  {
    control: "egress-denied-by-default",
    type: GCP_NETWORK,
    stackCases: [
      ["a rule that denies all", [gcpNetwork, linked(GCP_FIREWALL, "network", gcpNetwork, denyEgress)], "complies"],
      [
        "a rule that names the id of a network that was created",
        [createdNetwork, linked(GCP_FIREWALL, "network", createdNetwork, { ...denyEgress, network: "projects/p/net" })],
        "complies",
      ],
      [
        "a rule for another network than the one that was created",
        [createdNetwork, { type: GCP_FIREWALL, properties: { ...denyEgress, network: "projects/p/other" } }],
        "violates",
      ],
      ["no rule", [gcpNetwork], "violates"],
      [
        "a rule of another network",
        [gcpNetwork, otherNetwork, linked(GCP_FIREWALL, "network", otherNetwork, denyEgress)],
        "violates",
      ],
      denied("a rule for some machines", { ...denyEgress, targetTags: ["notebook"] }, "violates"),
      denied("a rule for one protocol", { ...denyEgress, denies: [{ protocol: "udp" }] }, "violates"),
      denied("a rule for one destination", { ...denyEgress, destinationRanges: ["10.0.0.0/8"] }, "violates"),
      denied("a rule for what comes in", { ...denyEgress, direction: "INGRESS" }, "violates"),
      denied("a rule that is switched off", { ...denyEgress, disabled: true }, "violates"),
      denied("a rule that may be switched off", { ...denyEgress, disabled: unknown }, "undecided"),
      denied(
        "a rule without destinations, which means all",
        { ...denyEgress, destinationRanges: undefined },
        "complies",
      ),
      ["a firewall policy", byFirewallPolicy(denyRule), "complies"],
      ["a firewall policy that allows", byFirewallPolicy({ ...denyRule, action: "allow" }), "violates"],
      [
        "a firewall policy for one destination",
        byFirewallPolicy({ ...denyRule, match: { destIpRanges: ["10.0.0.0/8"] } }),
        "violates",
      ],
    ],
  },
  {
    control: "egress-denied-by-default",
    type: NSG,
    stackCases: [
      ["a rule that denies all", [group([denyOut])], "complies"],
      ["no rules", [group([])], "violates"],
      ["rules left out", [group()], "violates"],
      [
        "a rule for what comes in",
        [group([{ ...denyOut, direction: "Inbound", sourceAddressPrefix: "*" }])],
        "violates",
      ],
      ["a rule that allows", [group([{ ...denyOut, access: "Allow" }])], "violates"],
      ["a rule for TCP", [group([{ ...denyOut, protocol: "Tcp" }])], "violates"],
      ["a rule for one port", [group([{ ...denyOut, destinationPortRange: "25" }])], "violates"],
      ["a rule for the internet", [group([{ ...denyOut, destinationAddressPrefix: "Internet" }])], "complies"],
      [
        "a rule of its own",
        [group([]), { type: NSG_RULE, properties: { ...denyOut, networkSecurityGroupName: "group" } }],
        "complies",
      ],
      [
        "a rule of another group",
        [group([]), { type: NSG_RULE, properties: { ...denyOut, networkSecurityGroupName: "other" } }],
        "violates",
      ],
      ["an unknown rule", [group([unknown])], "undecided"],
    ],
  },
];

const privateSubnet = { subnetName: "compute", defaultOutboundAccess: false, networkSecurityGroup: { id: unknown } };

const subnets: ControlCases[] = [
  {
    control: "subnet-no-public-addresses",
    type: SUBNET,
    cases: [
      ["off", { mapPublicIpOnLaunch: false }, "complies"],
      ["on", { mapPublicIpOnLaunch: true }, "violates"],
      ["unknown", { mapPublicIpOnLaunch: unknown }, "undecided"],
    ],
  },
  {
    control: "subnet-no-public-addresses",
    type: GCP_SUBNET,
    cases: [
      ["inside only", { ipv6AccessType: "INTERNAL" }, "complies"],
      ["public IPv6", { ipv6AccessType: "EXTERNAL" }, "violates"],
      ["unknown", { ipv6AccessType: unknown }, "undecided"],
    ],
  },
  {
    control: "subnet-no-public-addresses",
    type: AZURE_SUBNET,
    cases: [
      ["private", privateSubnet, "complies"],
      ["with a way out", { ...privateSubnet, defaultOutboundAccess: true }, "violates"],
      ["unknown", { defaultOutboundAccess: unknown }, "undecided"],
      ["delegated", { delegations: [{ serviceName: "Microsoft.Network/dnsResolvers" }] }, "complies"],
      ["not delegated", { delegations: [] }, "violates"],
      ["of a gateway", { subnetName: "AzureFirewallSubnet" }, "complies"],
      ["of a gateway or not", { subnetName: unknown }, "undecided"],
    ],
  },
  {
    control: "subnet-no-public-addresses",
    type: AZURE_NETWORK,
    cases: [
      ["private", { subnets: [{ name: "compute", defaultOutboundAccess: false }] }, "complies"],
      [
        "one with a way out",
        { subnets: [{ name: "compute", defaultOutboundAccess: false }, { name: "x" }] },
        "violates",
      ],
      ["unknown", { subnets: unknown }, "undecided"],
      ["unknown inside", { subnets: [{ defaultOutboundAccess: unknown }] }, "undecided"],
      ["no list", { subnets: {} }, "violates"],
    ],
  },
  {
    control: "subnet-network-security-group",
    type: AZURE_SUBNET,
    cases: [
      ["a group", privateSubnet, "complies"],
      ["an unknown group", { networkSecurityGroup: unknown }, "complies"],
      ["none", { subnetName: "compute" }, "violates"],
      ["empty", { networkSecurityGroup: {} }, "violates"],
      ["of a gateway", { subnetName: "GatewaySubnet" }, "complies"],
    ],
  },
  {
    control: "subnet-network-security-group",
    type: AZURE_NETWORK,
    cases: [
      ["a group", { subnets: [{ name: "compute", networkSecurityGroup: { id: unknown } }] }, "complies"],
      ["none", { subnets: [{ name: "compute" }] }, "violates"],
      ["of a gateway", { subnets: [{ name: "AzureBastionSubnet" }] }, "complies"],
      ["unknown", { subnets: unknown }, "undecided"],
    ],
  },
  {
    control: "private-google-access",
    type: GCP_SUBNET,
    cases: [
      ["on", { privateIpGoogleAccess: true }, "complies"],
      ["off", { privateIpGoogleAccess: false }, "violates"],
      ["of a proxy", { purpose: "REGIONAL_MANAGED_PROXY" }, "complies"],
      ["for machines", { purpose: "PRIVATE" }, "violates"],
      ["unknown purpose", { purpose: unknown }, "undecided"],
      ["unknown", { privateIpGoogleAccess: unknown }, "undecided"],
    ],
  },
];

const machines: ControlCases[] = [
  {
    control: "machine-no-public-address",
    type: "aws:ec2/instance:Instance",
    cases: [
      ["off", { associatePublicIpAddress: false }, "complies"],
      ["on", { associatePublicIpAddress: true }, "violates"],
      ["unknown", { associatePublicIpAddress: unknown }, "undecided"],
    ],
  },
  {
    control: "machine-no-public-address",
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    cases: [
      ["off", { networkInterfaces: [{ associatePublicIpAddress: "false" }] }, "complies"],
      ["on", { networkInterfaces: [{ associatePublicIpAddress: "true" }] }, "violates"],
      ["unknown", { networkInterfaces: [{ associatePublicIpAddress: unknown }] }, "undecided"],
      ["no list", { networkInterfaces: "none" }, "violates"],
    ],
  },
  ...["gcp:compute/instance:Instance", "gcp:compute/instanceTemplate:InstanceTemplate"].map(
    (type): ControlCases => ({
      control: "machine-no-public-address",
      type,
      cases: [
        ["inside only", { networkInterfaces: [{ subnetwork: unknown, accessConfigs: [] }] }, "complies"],
        ["an address of Google's choice", { networkInterfaces: [{ accessConfigs: [{}] }] }, "violates"],
        [
          "a public IPv6 address",
          { networkInterfaces: [{ ipv6AccessConfigs: [{ networkTier: "PREMIUM" }] }] },
          "violates",
        ],
        ["unknown", { networkInterfaces: [{ accessConfigs: unknown }] }, "undecided"],
      ],
    }),
  ),
  {
    control: "machine-no-public-address",
    type: "azure-native:network:NetworkInterface",
    cases: [
      ["inside only", { ipConfigurations: [{ subnet: { id: unknown } }] }, "complies"],
      ["an address", { ipConfigurations: [{ publicIPAddress: { id: unknown } }] }, "violates"],
      ["unknown", { ipConfigurations: [{ publicIPAddress: unknown }] }, "undecided"],
    ],
  },
];

const planned: ControlCases[] = [
  { control: "network-planned", type: "aws:ec2/defaultVpc:DefaultVpc" },
  { control: "network-planned", type: "aws:ec2/defaultSubnet:DefaultSubnet" },
  {
    control: "network-planned",
    type: GCP_NETWORK,
    cases: [
      ["own subnets", { autoCreateSubnetworks: false }, "complies"],
      ["subnets everywhere", { autoCreateSubnetworks: true }, "violates"],
      ["unknown", { autoCreateSubnetworks: unknown }, "undecided"],
    ],
  },
  {
    control: "network-planned",
    type: "gcp:organizations/project:Project",
    cases: [
      ["no network", { autoCreateNetwork: false }, "complies"],
      ["a default network", { autoCreateNetwork: true }, "violates"],
      ["unknown", { autoCreateNetwork: unknown }, "undecided"],
    ],
  },
];

const vpc: TestResource = { type: VPC, properties: { id: unknown, cidrBlock: "10.0.0.0/16" } };
const otherVpc: TestResource = { type: VPC, name: "other", properties: { id: unknown } };

const defaultGroups: ControlCases[] = [
  {
    control: "default-security-group-closed",
    type: DEFAULT_GROUP,
    cases: [
      ["no rules", { ingress: [], egress: [] }, "complies"],
      ["lets members in", { ingress: [{ protocol: "-1", self: true, fromPort: 0, toPort: 0 }] }, "violates"],
      ["lets everything out", { egress: [{ protocol: "-1", cidrBlocks: [EVERYWHERE] }] }, "violates"],
      ["unknown", { ingress: unknown }, "undecided"],
    ],
  },
  {
    control: "default-security-group-closed",
    type: VPC,
    stackCases: [
      ["adopted", [vpc, linked(DEFAULT_GROUP, "vpcId", vpc)], "complies"],
      ["not adopted", [vpc], "violates"],
      ["that of another network", [vpc, otherVpc, linked(DEFAULT_GROUP, "vpcId", otherVpc)], "violates"],
    ],
  },
];

const internet = { type: INTERNET_GATEWAY, name: "igw", properties: { id: unknown } };
const table = { type: ROUTE_TABLE, name: "table", properties: { id: unknown } };
const subnet = { type: SUBNET, name: "subnet", properties: { id: unknown } };
const association: TestResource = {
  type: ASSOCIATION,
  name: "association",
  properties: { subnetId: unknown, routeTableId: unknown },
  propertyDependencies: { subnetId: [urnOf(subnet)], routeTableId: [urnOf(table)] },
};
const nat = linked(NAT_GATEWAY, "subnetId", subnet);

function route(properties: Record<string, unknown>, gateway = internet): TestResource {
  return {
    type: ROUTE,
    properties: { routeTableId: unknown, gatewayId: unknown, ...properties },
    propertyDependencies: { routeTableId: [urnOf(table)], gatewayId: [urnOf(gateway)] },
  };
}

function inline(properties: Record<string, unknown>): TestResource {
  return {
    ...table,
    properties: { id: unknown, routes: [{ gatewayId: unknown, ...properties }] },
    propertyDependencies: { routes: [urnOf(internet)] },
  };
}

const vpnGateway = { type: "aws:ec2/vpnGateway:VpnGateway", name: "vpn", properties: { id: unknown } };
const out = { destinationCidrBlock: EVERYWHERE };

const routes: ControlCases[] = [
  {
    control: "no-direct-internet-route",
    type: ROUTE,
    stackCases: [
      ["for a NAT gateway", [route(out), internet, table, subnet, association, nat], "complies"],
      ["for machines", [route(out), internet, table, subnet, association], "violates"],
      [
        "for machines over IPv6",
        [route({ destinationIpv6CidrBlock: "::/0" }), internet, table, subnet, association],
        "violates",
      ],
      ["for nobody", [route(out), internet, table, subnet], "complies"],
      ["to a VPN", [route(out, vpnGateway), vpnGateway, internet, table, subnet, association], "complies"],
      ["to a known internet gateway", [route({ ...out, gatewayId: "igw-1" }), table, subnet, association], "violates"],
      [
        "to one network",
        [route({ destinationCidrBlock: "10.0.0.0/8" }), internet, table, subnet, association],
        "complies",
      ],
      [
        "to an unknown network",
        [route({ destinationCidrBlock: unknown }), internet, table, subnet, association],
        "undecided",
      ],
    ],
  },
  {
    control: "no-direct-internet-route",
    type: ROUTE_TABLE,
    stackCases: [
      ["for a NAT gateway", [inline({ cidrBlock: EVERYWHERE }), internet, subnet, association, nat], "complies"],
      ["for machines", [inline({ cidrBlock: EVERYWHERE }), internet, subnet, association], "violates"],
      ["to one network", [inline({ cidrBlock: "10.0.0.0/8" }), internet, subnet, association], "complies"],
      ["no routes", [table, internet, subnet, association], "complies"],
    ],
  },
  {
    control: "no-direct-internet-route",
    type: GCP_NETWORK,
    cases: [
      ["no default route", { deleteDefaultRoutesOnCreate: true }, "complies"],
      ["default route", { deleteDefaultRoutesOnCreate: false }, "violates"],
      ["unknown", { deleteDefaultRoutesOnCreate: unknown }, "undecided"],
    ],
  },
  {
    control: "no-direct-internet-route",
    type: GCP_ROUTE,
    stackCases: [
      ...(
        [
          ["to Google's restricted address", "199.36.153.4/30", [], "complies"],
          ["to everywhere", EVERYWHERE, [], "violates"],
          ["to everywhere, with Cloud NAT", EVERYWHERE, [{ type: GCP_NAT }], "complies"],
          ["with a proxy", EVERYWHERE, [{ type: GCP_GATEWAY, properties: { type: "SECURE_WEB_GATEWAY" } }], "complies"],
          ["with a mesh", EVERYWHERE, [{ type: GCP_GATEWAY, properties: { type: "OPEN_MESH" } }], "violates"],
          ["to an unknown network", unknown, [], "undecided"],
        ] as [string, string, TestResource[], Expected][]
      ).map(([shows, destRange, others, expected]): StackCase => {
        const properties = { destRange, nextHopGateway: "default-internet-gateway" };
        return [shows, [{ type: GCP_ROUTE, properties }, ...others], expected];
      }),
      ["to a machine", [{ type: GCP_ROUTE, properties: { destRange: EVERYWHERE, nextHopIp: "10.0.0.2" } }], "complies"],
    ],
  },
  {
    control: "no-direct-internet-route",
    type: "azure-native:network:RouteTable",
    cases: [
      ["to a firewall", { routes: [{ addressPrefix: EVERYWHERE, nextHopType: "VirtualAppliance" }] }, "complies"],
      ["to the internet", { routes: [{ addressPrefix: EVERYWHERE, nextHopType: "Internet" }] }, "violates"],
      ["to a service tag", { routes: [{ addressPrefix: "AzureMonitor", nextHopType: "Internet" }] }, "complies"],
      ["unknown", { routes: unknown }, "undecided"],
    ],
  },
  {
    control: "no-direct-internet-route",
    type: "azure-native:network:Route",
    cases: [
      ["to a firewall", { addressPrefix: EVERYWHERE, nextHopType: "VirtualAppliance" }, "complies"],
      ["to the internet", { addressPrefix: EVERYWHERE, nextHopType: "Internet" }, "violates"],
      ["unknown hop", { addressPrefix: EVERYWHERE, nextHopType: unknown }, "undecided"],
    ],
  },
];

const allow = (statement: Record<string, unknown>) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*", ...statement }],
});

const endpointPolicies: ResourceCase[] = (
  [
    ["own organization", allow({ Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }), "complies"],
    ["own resources", allow({ Condition: { StringEquals: { "aws:ResourceAccount": "111122223333" } } }), "complies"],
    ["one bucket", allow({ Resource: "arn:aws:s3:::data/*" }), "complies"],
    ["an unknown bucket", allow({ Resource: unknown }), "complies"],
    ["named principals", allow({ Principal: { AWS: "arn:aws:iam::111122223333:role/a" } }), "complies"],
    ["everybody", allow({}), "violates"],
    ["every bucket", allow({ Resource: "arn:aws:s3:::*" }), "violates"],
    ["everybody, one way or another", allow({ Principal: { AWS: ["*"] } }), "violates"],
    [
      "only a condition that lets others through",
      allow({ Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      "violates",
    ],
    [
      "a condition that may be missing",
      allow({ Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } } }),
      "violates",
    ],
    ["any organization", allow({ Condition: { StringLike: { "aws:PrincipalOrgID": "*" } } }), "violates"],
    ["an unknown organization", allow({ Condition: { StringEquals: { "aws:PrincipalOrgID": unknown } } }), "complies"],
    ["an unknown condition", allow({ Condition: unknown }), "undecided"],
    ["unknown principals", allow({ Principal: unknown }), "undecided"],
    ["a statement that denies", allow({ Effect: "Deny" }), "complies"],
    ["an unknown effect", allow({ Effect: unknown }), "undecided"],
    ["unknown", unknown, "undecided"],
    ["no policy", "{", "violates"],
  ] as [string, unknown, Expected][]
).flatMap(([shows, policy, expected]): ResourceCase[] => {
  const text = JSON.stringify(policy);
  const isText = typeof policy === "string" || text.includes(unknown);
  const cases: ResourceCase[] = [[shows, { policy }, expected]];
  return isText ? cases : [...cases, [`${shows}, as text`, { policy: text }, expected]];
});

const endpoints: ControlCases[] = [
  {
    control: "endpoint-policy-restricted",
    type: ENDPOINT,
    cases: [
      ...endpointPolicies,
      [
        "of a firewall",
        { vpcEndpointType: "GatewayLoadBalancer", serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-1" },
        "complies",
      ],
      [
        "of a resource in another network",
        { vpcEndpointType: "Resource", resourceConfigurationArn: unknown },
        "complies",
      ],
      [
        "of another owner",
        { vpcEndpointType: "Interface", serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-1" },
        "complies",
      ],
      [
        "of a service, without a policy",
        { vpcEndpointType: "Interface", serviceName: "com.amazonaws.eu-west-1.sts" },
        "violates",
      ],
    ],
  },
  { control: "endpoint-policy-restricted", type: ENDPOINT_POLICY, cases: endpointPolicies },
  {
    control: "endpoint-private-names",
    type: ENDPOINT,
    cases: [
      ["names", { vpcEndpointType: "Interface", privateDnsEnabled: true }, "complies"],
      ["no names", { vpcEndpointType: "Interface", privateDnsEnabled: false }, "violates"],
      ["names left out", { vpcEndpointType: "Interface" }, "violates"],
      ["unknown", { vpcEndpointType: "Interface", privateDnsEnabled: unknown }, "undecided"],
      ["a gateway", { vpcEndpointType: "Gateway" }, "complies"],
      [
        "of another owner",
        { vpcEndpointType: "Interface", serviceName: "com.amazonaws.vpce.eu-west-1.vpce-svc-1" },
        "complies",
      ],
    ],
  },
  {
    control: "endpoint-private-names",
    type: PRIVATE_ENDPOINT,
    stackCases: [
      [
        "a zone group",
        [
          { type: PRIVATE_ENDPOINT, properties: { privateEndpointName: "vault" } },
          {
            type: ZONE_GROUP,
            properties: { privateEndpointName: "vault", privateDnsZoneConfigs: [{ name: "vault" }] },
          },
        ],
        "complies",
      ],
      ["none", [{ type: PRIVATE_ENDPOINT, properties: { privateEndpointName: "vault" } }], "violates"],
      [
        "a zone group without zones",
        [
          { type: PRIVATE_ENDPOINT, properties: { privateEndpointName: "vault" } },
          { type: ZONE_GROUP, properties: { privateEndpointName: "vault" } },
        ],
        "violates",
      ],
      [
        "that of another endpoint",
        [
          { type: PRIVATE_ENDPOINT, properties: { privateEndpointName: "vault" } },
          {
            type: ZONE_GROUP,
            properties: { privateEndpointName: "other", privateDnsZoneConfigs: [{ name: "vault" }] },
          },
        ],
        "violates",
      ],
    ],
  },
];

const zones: ControlCases[] = [
  {
    control: "dns-zone-private",
    type: "aws:route53/zone:Zone",
    cases: [
      ["of a network", { vpcs: [{ vpcId: unknown }] }, "complies"],
      ["of none", { vpcs: [] }, "violates"],
      ["unknown networks", { vpcs: unknown }, "complies"],
      ["no list", { vpcs: "vpc-1" }, "violates"],
    ],
  },
  {
    control: "dns-zone-private",
    type: "gcp:dns/managedZone:ManagedZone",
    cases: [
      ["private", { visibility: "private" }, "complies"],
      ["public", { visibility: "public" }, "violates"],
      ["unknown", { visibility: unknown }, "undecided"],
    ],
  },
  {
    control: "dns-zone-private",
    type: "azure-native:dns:Zone",
    cases: [
      ["private", { zoneType: "Private" }, "complies"],
      ["public", { zoneType: "Public" }, "violates"],
      ["unknown", { zoneType: unknown }, "undecided"],
    ],
  },
];

const azureNetwork: TestResource = { type: AZURE_NETWORK, properties: { id: unknown } };
const firewall: TestResource = { type: AWS_FIREWALL, properties: { arn: unknown, id: unknown } };
const drop = {
  statelessDefaultActions: ["aws:drop"],
  statelessFragmentDefaultActions: ["aws:drop"],
  statefulDefaultActions: ["aws:drop_established", "aws:alert_established"],
};

const recorded: ControlCases[] = [
  {
    control: "network-flow-logs",
    type: GCP_SUBNET,
    cases: [
      ["logs", { logConfig: { flowSampling: 1 } }, "complies"],
      ["none", {}, "violates"],
      ["of a proxy", { purpose: "GLOBAL_MANAGED_PROXY" }, "complies"],
      ["unknown purpose", { purpose: unknown }, "undecided"],
    ],
  },
  {
    control: "network-flow-logs",
    type: VPC,
    stackCases: [
      ["all traffic", [vpc, linked(FLOW_LOG, "vpcId", vpc, { trafficType: "ALL" })], "complies"],
      ["none", [vpc], "violates"],
      ["of another network", [vpc, otherVpc, linked(FLOW_LOG, "vpcId", otherVpc)], "violates"],
      ["accepted traffic only", [vpc, linked(FLOW_LOG, "vpcId", vpc, { trafficType: "ACCEPT" })], "violates"],
    ],
  },
  {
    control: "network-flow-logs",
    type: AZURE_NETWORK,
    stackCases: [
      ["logs", [azureNetwork, linked(AZURE_FLOW_LOG, "targetResourceId", azureNetwork, { enabled: true })], "complies"],
      ["none", [azureNetwork], "violates"],
      [
        "switched off",
        [azureNetwork, linked(AZURE_FLOW_LOG, "targetResourceId", azureNetwork, { enabled: false })],
        "violates",
      ],
    ],
  },
  {
    control: "egress-recorded",
    type: GCP_NAT,
    cases: [
      ["log", { logConfig: { enable: true, filter: "ALL" } }, "complies"],
      ["off", { logConfig: { enable: false, filter: "ALL" } }, "violates"],
      ["unknown", { logConfig: unknown }, "undecided"],
      ["no object", { logConfig: "all" }, "violates"],
    ],
  },
  {
    control: "egress-recorded",
    type: AWS_FIREWALL,
    stackCases: [
      ["logs", [firewall, linked(FIREWALL_LOGS, "firewallArn", firewall)], "complies"],
      ["none", [firewall], "violates"],
    ],
  },
  {
    control: "firewall-denies-by-default",
    type: FIREWALL_POLICY,
    cases: [
      ["drops", { firewallPolicy: drop }, "complies"],
      ["drops strictly", { firewallPolicy: { ...drop, statefulDefaultActions: ["aws:drop_strict"] } }, "complies"],
      ["passes packets", { firewallPolicy: { ...drop, statelessDefaultActions: ["aws:pass"] } }, "violates"],
      ["passes fragments", { firewallPolicy: { ...drop, statelessFragmentDefaultActions: ["aws:pass"] } }, "violates"],
      [
        "only raises an alert",
        { firewallPolicy: { ...drop, statefulDefaultActions: ["aws:alert_strict"] } },
        "violates",
      ],
      ["no stateful default", { firewallPolicy: { ...drop, statefulDefaultActions: undefined } }, "violates"],
      ["unknown", { firewallPolicy: { ...drop, statefulDefaultActions: [unknown] } }, "undecided"],
    ],
  },
];

export const cases: ControlCases[] = [
  ...administration,
  ...ingress,
  ...brokered,
  ...egress,
  ...egressDenied,
  ...subnets,
  ...machines,
  ...planned,
  ...defaultGroups,
  ...routes,
  ...endpoints,
  ...zones,
  ...recorded,
];
