/** Controls of the ways in and out of a network: addresses, subnets, routes, endpoints, names. */
import { type Answer, all, any, ask, both, is, not, violatesIf } from "../checks/answers.ts";
import { mustHaveCompanion } from "../checks/companions.ts";
import { onlyIf } from "../checks/conditions.ts";
import { isInternet } from "../checks/firewall-rules.ts";
import { coversEverything, isConditionedOn, namesAnyone, noStatement, type Statement } from "../checks/iam-document.ts";
import { refers } from "../checks/relations.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import { each, type Finding, mustBeAbsent, mustBeSet, mustEqual, mustNotEqual, same, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE = "aws:ec2/route:Route";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const NAT_GATEWAY = "aws:ec2/natGateway:NatGateway";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy";
const GCP_NETWORK = "gcp:compute/network:Network";
const GCP_SUBNET = "gcp:compute/subnetwork:Subnetwork";
const GCP_ROUTE = "gcp:compute/route:Route";
const GCP_NAT = "gcp:compute/routerNat:RouterNat";
const GCP_GATEWAY = "gcp:networkservices/gateway:Gateway";
const AZURE_NETWORK = "azure-native:network:VirtualNetwork";
const AZURE_SUBNET = "azure-native:network:Subnet";
const PRIVATE_ENDPOINT = "azure-native:network:PrivateEndpoint";
const ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup";

/** Subnets of Azure's own gateways: they take no network security group, or Azure decides about their way out. */
const GATEWAY_SUBNETS = [
  "GatewaySubnet",
  "AzureFirewallSubnet",
  "AzureFirewallManagementSubnet",
  "AzureBastionSubnet",
  "RouteServerSubnet",
];

/** A rule for each subnet, which Azure knows as a resource of its own and as part of its network. */
function onAzureSubnets(type: string, props: object, rule: (prefix: string, name: string) => Finding[]): Finding[] {
  if (type === AZURE_SUBNET) return rule("", "subnetName");
  return each(props, "subnets", (path) => rule(`${path}.`, `${path}.name`));
}

function unlessGateway(props: object, name: string, findings: Finding[]): Finding[] {
  return onlyIf(props, name, (value) => !GATEWAY_SUBNETS.some((one) => same(value, one)), findings);
}

/** Services that live in a delegated subnet decide about its way out themselves. */
function noDefaultOutbound(props: object, prefix: string, name: string): Finding[] {
  const findings = mustEqual(props, `${prefix}defaultOutboundAccess`, false, { absent: "violates" });
  const isDelegated = (list: unknown) => Array.isArray(list) && list.length > 0;
  return onlyIf(props, `${prefix}delegations`, (list) => !isDelegated(list), unlessGateway(props, name, findings));
}

/** Proxies and Private Service Connect have subnets without machines, which take no such settings. */
function onWorkloadSubnet(props: object, findings: Finding[]): Finding[] {
  return onlyIf(props, "purpose", (value) => value === undefined || same(value as string, "PRIVATE"), findings);
}

/** Whether a route of an aws route table leads to the internet gateway. */
function toGateway(source: StackResource, prefix: string, cidrs: string[], stack: StackView): Answer {
  const everywhere = any(...cidrs.map((cidr) => ask(read(source.props, prefix + cidr), isInternet)));
  const gateway = read(source.props, `${prefix}gatewayId`);
  const known = ask(gateway, (id) => textOf(id).startsWith("igw-"));
  const ours = stack.ofType(INTERNET_GATEWAY).map((one) => refers(source, `${prefix}gatewayId`, one, ["id"]));
  // Which gateway it is, is known from the program as soon as one of its internet gateways is the answer.
  return all(everywhere, typeof known === "boolean" && known ? true : any(...ours));
}

/** Whether a route table serves a subnet in which something else than a NAT gateway may live. */
function servesWorkloads(table: (association: StackResource) => Answer, stack: StackView): Answer {
  const subnets = stack.ofType(SUBNET);
  const nats = stack.ofType(NAT_GATEWAY);
  const holdsNat = (subnet: StackResource) => any(...nats.map((nat) => refers(nat, "subnetId", subnet, ["id"])));
  const isWorkload = (association: StackResource, subnet: StackResource) =>
    both(refers(association, "subnetId", subnet, ["id"]), () => not(holdsNat(subnet)));
  return any(
    ...stack
      .ofType(ASSOCIATION)
      .map((association) =>
        both(table(association), () => any(...subnets.map((subnet) => isWorkload(association, subnet)))),
      ),
  );
}

function awsRoute(route: StackResource, stack: StackView): Finding[] {
  const out = toGateway(route, "", ["destinationCidrBlock", "destinationIpv6CidrBlock"], stack);
  const serves = () => servesWorkloads(inTableOf(route, stack), stack);
  return violatesIf(both(out, serves), "leads a subnet without a NAT gateway to the internet");
}

/** Whether an association is with the route's own table. */
function inTableOf(route: StackResource, stack: StackView): (association: StackResource) => Answer {
  const tables = stack
    .ofType(ROUTE_TABLE)
    .map((table) => ({ table, holdsRoute: refers(route, "routeTableId", table, ["id"]) }))
    .filter(({ holdsRoute }) => holdsRoute !== false);
  return (association) =>
    any(
      ...tables.map(({ table, holdsRoute }) =>
        both(holdsRoute, () => refers(association, "routeTableId", table, ["id"])),
      ),
    );
}

function awsRouteTable(table: StackResource, stack: StackView): Finding[] {
  // Before it is created, a table that was given no routes says that it does not know which it will have.
  const given = (table.propertyDependencies.routes ?? []).length > 0;
  if (!given && read(table.props, "routes").state === "unknown") return [];
  const serves = () => servesWorkloads((association) => refers(association, "routeTableId", table, ["id"]), stack);
  return each(table.props, "routes", (path) => {
    const out = toGateway(table, `${path}.`, ["cidrBlock", "ipv6CidrBlock"], stack);
    return violatesIf(both(out, serves), `${path} leads a subnet without a NAT gateway to the internet`);
  });
}

function gcpRoute(route: StackResource, stack: StackView): Finding[] {
  const gateway = ask(read(route.props, "nextHopGateway"), (value) => /default-internet-gateway$/.test(textOf(value)));
  const everywhere = ask(read(route.props, "destRange"), isInternet);
  const proxies = stack.ofType(GCP_GATEWAY).map(({ props }) => is(props, "type", "SECURE_WEB_GATEWAY"));
  const guarded = any(stack.ofType(GCP_NAT).length > 0, ...proxies);
  const message = "leads the network to the internet, and the stack has neither Cloud NAT nor a Secure Web Proxy";
  return violatesIf(all(gateway, everywhere, not(guarded)), message);
}

function azureRoute(props: object, prefix: string): Finding[] {
  const out = all(
    is(props, `${prefix}nextHopType`, "Internet"),
    ask(read(props, `${prefix}addressPrefix`), isInternet),
  );
  return violatesIf(out, `${prefix || "the route "}leads everything straight to the internet`.replace(". ", " "));
}

/** Conditions that keep an endpoint to identities or resources of one's own. */
const PERIMETER_KEYS = [
  "aws:PrincipalAccount",
  "aws:PrincipalArn",
  "aws:PrincipalOrgID",
  "aws:PrincipalOrgPaths",
  "aws:PrincipalTag/",
  "aws:ResourceAccount",
  "aws:ResourceOrgID",
  "aws:ResourceOrgPaths",
  "s3:ResourceAccount",
];

/** A statement that lets anybody's credentials reach anybody's resources. */
function isOpen(statement: Statement): Answer {
  return all(
    statement.allows,
    namesAnyone(statement),
    coversEverything(statement),
    not(isConditionedOn(statement, PERIMETER_KEYS)),
  );
}

/** Endpoints of AWS services; those of other owners, and of firewalls, take no policy and bring their own names. */
function onAwsService(props: object, findings: Finding[]): Finding[] {
  const ofService = (name: unknown) => !textOf(name ?? "").startsWith("com.amazonaws.vpce.");
  return onlyIf(props, "serviceName", ofService, onlyIf(props, "vpcEndpointType", isServiceEndpoint, findings));
}

function isServiceEndpoint(type: unknown): boolean {
  return type === undefined || ["Gateway", "Interface"].some((one) => same(type, one));
}

/** Controls of the ways in and out of networks. */
export const paths: Control[] = [
  {
    id: "subnet-no-public-addresses",
    title: "Subnets give machines no public address and no way out by default",
    severity: "high",
    why: "Whatever is started in such a subnet is on the internet, whether anybody meant it or not.",
    remedy: "Switch off mapPublicIpOnLaunch, external IPv6 or defaultOutboundAccess.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.4.4"],
      securityHub: ["EC2.15"],
      azurePolicy: ["7bca8353"],
      checkov: ["CKV_AWS_130"],
    },
    checks: {
      aws: [
        {
          types: [SUBNET],
          whenAbsent: "complies",
          cloudDefault: "no public address",
          evaluate: ({ props }) => mustNotEqual(props, "mapPublicIpOnLaunch", true),
        },
      ],
      gcp: [
        {
          types: [GCP_SUBNET],
          whenAbsent: "complies",
          cloudDefault: "IPv4 only, with private addresses",
          evaluate: ({ props }) => mustNotEqual(props, "ipv6AccessType", "EXTERNAL"),
        },
      ],
      azure: [
        {
          types: [AZURE_SUBNET],
          whenAbsent: "violates",
          cloudDefault: "machines reach the internet through an address of Azure's",
          evaluate: ({ props, type }) =>
            onAzureSubnets(type, props, (prefix, name) => noDefaultOutbound(props, prefix, name)),
        },
        {
          types: [AZURE_NETWORK],
          whenAbsent: "complies",
          cloudDefault: "no subnets",
          evaluate: ({ props, type }) =>
            onAzureSubnets(type, props, (prefix, name) => noDefaultOutbound(props, prefix, name)),
        },
      ],
    },
  },
  {
    id: "machine-no-public-address",
    title: "Machines have no public address",
    severity: "high",
    why: "A machine with a public address can be attacked directly, and can send data around every proxy and firewall.",
    remedy: "Leave out the public address; reach the machine through Session Manager, Identity-Aware Proxy or Bastion.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.4.4"],
      securityHub: ["EC2.9", "EC2.25"],
      azurePolicy: ["83a86a26"],
      googlePolicy: ["constraints/compute.vmExternalIpAccess"],
      checkov: ["CKV_AWS_88", "CKV_GCP_40", "CKV_AZURE_119"],
    },
    checks: {
      aws: [
        {
          types: ["aws:ec2/instance:Instance"],
          whenAbsent: "complies",
          cloudDefault: "what the subnet says, which has a control of its own",
          evaluate: ({ props }) => mustNotEqual(props, "associatePublicIpAddress", true),
        },
        {
          types: ["aws:ec2/launchTemplate:LaunchTemplate"],
          whenAbsent: "complies",
          cloudDefault: "what the subnet says, which has a control of its own",
          evaluate: ({ props }) =>
            each(props, "networkInterfaces", (path) => mustNotEqual(props, `${path}.associatePublicIpAddress`, true)),
        },
      ],
      gcp: [
        {
          types: ["gcp:compute/instance:Instance", "gcp:compute/instanceTemplate:InstanceTemplate"],
          whenAbsent: "complies",
          cloudDefault: "no public address",
          evaluate: ({ props }) =>
            each(props, "networkInterfaces", (path) => [
              ...mustBeAbsent(props, `${path}.accessConfigs`),
              ...mustBeAbsent(props, `${path}.ipv6AccessConfigs`),
            ]),
        },
      ],
      azure: [
        {
          types: ["azure-native:network:NetworkInterface"],
          whenAbsent: "complies",
          cloudDefault: "no public address",
          evaluate: ({ props }) =>
            each(props, "ipConfigurations", (path) => mustBeAbsent(props, `${path}.publicIPAddress`)),
        },
      ],
    },
  },
  {
    id: "network-planned",
    title: "Networks have the subnets that were planned, not the cloud's default ones",
    severity: "medium",
    why: "Default networks have subnets in every region and rules that let neighbours in, and nobody watches them.",
    remedy: "Create a network with subnets of its own, and leave the default network unused.",
    frameworks: {
      nist80053: ["CM-7", "SC-7"],
      cis: ["GCP 3.0.0 3.1"],
      iso27001: ["A.8.22"],
      soc2: ["CC6.6"],
      googlePolicy: ["constraints/compute.skipDefaultNetworkCreation"],
      checkov: ["CKV_AWS_148", "CKV_GCP_27"],
    },
    checks: {
      aws: [
        {
          types: ["aws:ec2/defaultVpc:DefaultVpc", "aws:ec2/defaultSubnet:DefaultSubnet"],
          whenAbsent: "violates",
          forbidsType: true,
          cloudDefault: "every subnet is public",
          evaluate: () => [violation("adopts a default network; create one of its own")],
        },
      ],
      gcp: [
        {
          types: [GCP_NETWORK],
          whenAbsent: "violates",
          cloudDefault: "a subnet in every region",
          evaluate: ({ props }) => mustEqual(props, "autoCreateSubnetworks", false, { absent: "violates" }),
        },
        {
          types: ["gcp:organizations/project:Project"],
          whenAbsent: "violates",
          cloudDefault: "the project gets a default network with open rules",
          evaluate: ({ props }) => mustEqual(props, "autoCreateNetwork", false, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "default-security-group-closed",
    title: "The default security group of a network has no rules",
    severity: "high",
    why: "Whatever names no security group gets the default one, which lets all its members reach each other and the internet.",
    remedy: "Adopt the default security group of the VPC, without ingress and egress rules.",
    frameworks: {
      nist80053: ["AC-4", "SC-7(5)"],
      cis: ["AWS 3.0.0 5.4"],
      iso27001: ["A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.2.1"],
      securityHub: ["EC2.2"],
      checkov: ["CKV2_AWS_12"],
    },
    checks: {
      aws: [
        {
          types: [DEFAULT_GROUP],
          whenAbsent: "complies",
          cloudDefault: "the provider removes every rule",
          evaluate: ({ props }) => [...mustBeAbsent(props, "ingress"), ...mustBeAbsent(props, "egress")],
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: [VPC],
          requires: "the VPC's default security group, adopted and without rules",
          evaluate: (vpc, stack) =>
            mustHaveCompanion(
              vpc,
              stack,
              { types: [DEFAULT_GROUP], path: "vpcId", keys: ["id"] },
              "its default security group is not closed",
            ),
        },
      ],
    },
  },
  {
    id: "subnet-network-security-group",
    title: "Subnets have a network security group",
    severity: "high",
    why: "Without one, a subnet accepts everything from its virtual network and from all networks that are peered with it.",
    remedy: "Give the subnet a network security group that denies by default.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.2.1"],
      azurePolicy: ["e71308d3"],
      checkov: ["CKV2_AZURE_31"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_SUBNET],
          whenAbsent: "violates",
          cloudDefault: "no network security group",
          evaluate: ({ props }) =>
            unlessGateway(props, "subnetName", mustBeSet(props, "networkSecurityGroup", "object")),
        },
        {
          types: [AZURE_NETWORK],
          whenAbsent: "complies",
          cloudDefault: "no subnets",
          evaluate: ({ props }) =>
            each(props, "subnets", (path) =>
              unlessGateway(props, `${path}.name`, mustBeSet(props, `${path}.networkSecurityGroup`, "object")),
            ),
        },
      ],
    },
  },
  {
    id: "no-direct-internet-route",
    title: "Routes to the internet lead through NAT, a firewall or a proxy",
    severity: "medium",
    why: "A direct route is the half of a public machine that nobody sees: an address is then enough to be on the internet.",
    remedy: "Send what must leave to a NAT gateway, firewall or proxy, and give internet routes to its subnet only.",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
    },
    checks: {
      gcp: [
        {
          types: [GCP_NETWORK],
          whenAbsent: "violates",
          cloudDefault: "a default route to the internet",
          evaluate: ({ props }) => mustEqual(props, "deleteDefaultRoutesOnCreate", true, { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: ["azure-native:network:RouteTable"],
          whenAbsent: "complies",
          cloudDefault: "no routes of its own",
          evaluate: ({ props }) => each(props, "routes", (path) => azureRoute(props, `${path}.`)),
        },
        {
          types: ["azure-native:network:Route"],
          whenAbsent: "complies",
          cloudDefault: "no next hop",
          evaluate: ({ props }) => azureRoute(props, ""),
        },
      ],
    },
    stackChecks: {
      aws: [
        {
          types: [ROUTE],
          requires: "a NAT gateway in every subnet that an internet gateway serves",
          evaluate: awsRoute,
        },
        {
          types: [ROUTE_TABLE],
          requires: "a NAT gateway in every subnet that an internet gateway serves",
          evaluate: awsRouteTable,
        },
      ],
      gcp: [
        {
          types: [GCP_ROUTE],
          requires: "Cloud NAT or a Secure Web Proxy beside a route to the internet",
          evaluate: gcpRoute,
        },
      ],
    },
  },
  {
    id: "private-google-access",
    title: "Subnets reach Google APIs without the internet",
    severity: "medium",
    why: "Machines without a public address reach Google APIs in this way only; without it, somebody will add an address.",
    remedy: "Set privateIpGoogleAccess on the subnet.",
    frameworks: { nist80053: ["SC-7"], iso27001: ["A.8.22"], soc2: ["CC6.6"], checkov: ["CKV_GCP_74"] },
    checks: {
      gcp: [
        {
          types: [GCP_SUBNET],
          whenAbsent: "violates",
          cloudDefault: "no private access",
          evaluate: ({ props }) =>
            onWorkloadSubnet(props, mustEqual(props, "privateIpGoogleAccess", true, { absent: "violates" })),
        },
      ],
    },
  },
  {
    id: "endpoint-policy-restricted",
    title: "Endpoints of services carry a policy that knows whose identities and resources may pass",
    severity: "high",
    why: "Through an endpoint that lets everything pass, data leaves for a bucket in somebody else's account, with their credentials.",
    remedy:
      "Set a policy that names resources, or has conditions on aws:PrincipalOrgID and aws:ResourceOrgID (or the accounts).",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "SC-7(10)"],
      iso27001: ["A.8.12"],
      soc2: ["CC6.1", "CC6.7"],
      mitreAtlas: ["AML.T0025"],
    },
    url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
    checks: {
      aws: [
        {
          types: [ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "full access, for everybody to everything",
          evaluate: ({ props }) =>
            onAwsService(props, noStatement(props, "policy", isOpen, "lets anybody reach anything", "violates")),
        },
        {
          types: [ENDPOINT_POLICY],
          whenAbsent: "violates",
          cloudDefault: "full access, for everybody to everything",
          evaluate: ({ props }) => noStatement(props, "policy", isOpen, "lets anybody reach anything", "violates"),
        },
      ],
    },
  },
  {
    id: "endpoint-private-names",
    title: "The usual names of services resolve to their private endpoints",
    severity: "medium",
    why: "Where the public name still resolves to the public address, clients go there, or fail and get a way around.",
    remedy: "Set privateDnsEnabled, or add a DNS zone group to the private endpoint.",
    frameworks: { nist80053: ["SC-7", "SC-20"], iso27001: ["A.8.22"], soc2: ["CC6.6"] },
    checks: {
      aws: [
        {
          types: [ENDPOINT],
          whenAbsent: "complies",
          cloudDefault: "a gateway endpoint, which works by routes",
          evaluate: ({ props }) => {
            const findings = mustEqual(props, "privateDnsEnabled", true, { absent: "violates" });
            const isInterface = (type: unknown) => typeof type === "string" && same(type, "Interface");
            return onAwsService(props, onlyIf(props, "vpcEndpointType", isInterface, findings));
          },
        },
      ],
    },
    stackChecks: {
      azure: [
        {
          types: [PRIVATE_ENDPOINT],
          requires: "a private DNS zone group",
          evaluate: (endpoint, stack) =>
            mustHaveCompanion(
              endpoint,
              stack,
              { types: [ZONE_GROUP], path: "privateEndpointName", keys: ["name", "privateEndpointName"] },
              "has no private DNS zone group",
              (group) => mustBeSet(group.props, "privateDnsZoneConfigs", "list"),
            ),
        },
      ],
    },
  },
  {
    id: "dns-zone-private",
    title: "DNS zones answer inside the network only",
    severity: "medium",
    why: "A public zone tells the world the names and addresses of what is inside.",
    remedy: "Create the zone as a private one, attached to the network.",
    frameworks: { nist80053: ["SC-7", "SC-20"], iso27001: ["A.8.22"], soc2: ["CC6.6"] },
    checks: {
      aws: [
        {
          types: ["aws:route53/zone:Zone"],
          whenAbsent: "violates",
          cloudDefault: "a public zone",
          evaluate: ({ props }) => mustBeSet(props, "vpcs", "list"),
        },
      ],
      gcp: [
        {
          types: ["gcp:dns/managedZone:ManagedZone"],
          whenAbsent: "violates",
          cloudDefault: "a public zone",
          evaluate: ({ props }) => mustEqual(props, "visibility", "private", { absent: "violates" }),
        },
      ],
      azure: [
        {
          types: ["azure-native:dns:Zone"],
          whenAbsent: "violates",
          cloudDefault: "a public zone",
          evaluate: ({ props }) => mustEqual(props, "zoneType", "Private", { absent: "violates" }),
        },
      ],
    },
  },
];
