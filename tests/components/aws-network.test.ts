import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { createProvider, SecureMlWorkspace } from "../../components/aws/index.ts";
import { parseCidr } from "../../components/cidr.ts";
import { workspaceOf } from "./aws-account.ts";
import { ofType, only, type Registration, record, specFor } from "./record.ts";

const SUBNET = "aws:ec2/subnet:Subnet";
const ROUTE = "aws:ec2/route:Route";

/** Where routes lead, step by step, until a packet is outside or has nowhere to go. */
class Routing {
  private readonly resources: Registration[];

  constructor(resources: Registration[]) {
    this.resources = resources;
  }

  subnets(kind: "workload" | "firewall" | "nat"): Registration[] {
    const pattern = { workload: /-network-[a-z]+-[a-z]+-\d[a-z]$/, firewall: /-firewall-/, nat: /-nat-/ }[kind];
    return ofType(this.resources, SUBNET).filter(({ name }) => pattern.test(name));
  }

  /** Hops of a packet from a subnet to an address outside (`internet`) or to a subnet's range. */
  path(from: Registration, destination: string): string[] {
    const hops: string[] = [];
    let place: Registration | undefined = from;
    while (place && hops.length < 10) {
      const route = this.routeTo(place, destination);
      if (!route) return [...hops, "nowhere"];
      const { gatewayId, natGatewayId, vpcEndpointId } = route.inputs as Record<string, string | undefined>;
      if (gatewayId) return [...hops, "internet"];
      hops.push((natGatewayId ?? vpcEndpointId)!);
      place = natGatewayId ? this.natPlace(natGatewayId) : this.firewallPlace(vpcEndpointId!);
      if (vpcEndpointId && destination !== "internet" && !this.routeTo(place!, destination)) return [...hops, "local"];
    }
    return hops;
  }

  /** The most specific route of a subnet's table for a destination; routes inside the network are there always. */
  private routeTo(subnet: Registration, destination: string): Registration | undefined {
    const association = ofType(this.resources, "aws:ec2/routeTableAssociation:RouteTableAssociation").find(
      ({ inputs }) => inputs.subnetId === `${subnet.name}-id`,
    );
    const table = association?.inputs.routeTableId;
    const routes = ofType(this.resources, ROUTE).filter(({ inputs }) => inputs.routeTableId === table);
    if (destination === "internet") return routes.find(({ inputs }) => inputs.destinationCidrBlock === "0.0.0.0/0");
    return routes.find(({ inputs }) => inputs.destinationCidrBlock === destination);
  }

  private natPlace(id: string): Registration {
    const nat = only(this.resources, "aws:ec2/natGateway:NatGateway", id.replace(/-id$/, ""));
    return only(this.resources, SUBNET, (nat.inputs.subnetId as string).replace(/-id$/, ""));
  }

  private firewallPlace(endpoint: string): Registration {
    const zone = endpoint.replace("vpce-firewall-", "");
    return this.subnets("firewall").find(({ inputs }) => inputs.availabilityZone === zone)!;
  }
}

function withNetwork(network: Partial<WorkspaceArgs["network"]>): Promise<Registration[]> {
  return workspaceOf(specFor("aws", { network: { cidr: "10.20.0.0/20", ...network } }));
}

const APPROVED = { egress: "approved", approvedHosts: ["github.com", "*.githubusercontent.com"] };

describe("the AWS network", () => {
  for (const egress of ["none", "packages"]) {
    describe(`at egress ${egress}`, () => {
      let resources: Registration[];
      before(async () => {
        resources = await withNetwork({ egress });
      });

      it("has no way to the internet", () => {
        for (const type of [
          "aws:ec2/internetGateway:InternetGateway",
          "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
          "aws:ec2/natGateway:NatGateway",
          "aws:ec2/eip:Eip",
          ROUTE,
        ]) {
          assert.deepEqual(ofType(resources, type), []);
        }
        const routing = new Routing(resources);
        assert.equal(routing.subnets("workload").length, 2);
        for (const subnet of routing.subnets("workload"))
          assert.deepEqual(routing.path(subnet, "internet"), ["nowhere"]);
      });

      it("lets workloads reach endpoints, S3 and each other only", () => {
        const rules = ofType(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
        for (const { name, inputs } of rules) {
          assert.equal(inputs.cidrIpv4, undefined, name);
          assert.equal(inputs.cidrIpv6, undefined, name);
          assert.ok(inputs.referencedSecurityGroupId || inputs.prefixListId, name);
        }
        for (const { inputs } of ofType(resources, "aws:ec2/securityGroup:SecurityGroup")) {
          assert.equal(inputs.egress, undefined);
          assert.equal(inputs.ingress, undefined);
        }
      });
    });
  }

  it("offers a package mirror at egress packages, encrypted and read only", async () => {
    const resources = await withNetwork({ egress: "packages" });
    const domain = only(resources, "aws:codeartifact/domain:Domain");
    assert.match(domain.inputs.encryptionKey as string, /fraud-ml-notebooks-key/);
    const repository = only(resources, "aws:codeartifact/repository:Repository");
    assert.deepEqual(repository.inputs.externalConnections, { externalConnectionName: "public:pypi" });
    const services = ofType(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs.serviceName);
    assert.ok(services.includes("com.amazonaws.eu-west-1.codeartifact.api"));
    assert.ok(services.includes("com.amazonaws.eu-west-1.codeartifact.repositories"));
    const policy = only(resources, "aws:iam/rolePolicy:RolePolicy", "fraud-ml-roles-notebook-ana-policy").inputs.policy;
    assert.match(policy as string, /codeartifact:ReadFromRepository/);
    assert.doesNotMatch(policy as string, /codeartifact:PublishPackageVersion/);
  });

  describe("at egress approved", () => {
    let resources: Registration[];
    let routing: Routing;
    before(async () => {
      resources = await withNetwork(APPROVED);
      routing = new Routing(resources);
    });

    it("reaches the internet through the zone's firewall and NAT gateway only", () => {
      const subnets = routing.subnets("workload");
      assert.equal(subnets.length, 2);
      for (const subnet of subnets) {
        const zone = subnet.inputs.availabilityZone as string;
        const expected = [`vpce-firewall-${zone}`, `fraud-ml-network-egress-${zone}-nat-id`, "internet"];
        assert.deepEqual(routing.path(subnet, "internet"), expected);
      }
    });

    it("comes back through the same firewall endpoint", () => {
      for (const subnet of routing.subnets("workload")) {
        const zone = subnet.inputs.availabilityZone as string;
        const nat = routing.subnets("nat").find(({ inputs }) => inputs.availabilityZone === zone)!;
        const back = routing.path(nat, subnet.inputs.cidrBlock as string);
        assert.deepEqual(back, [`vpce-firewall-${zone}`, "local"]);
      }
    });

    it("puts nothing but NAT gateways behind the internet gateway", () => {
      const nats = routing.subnets("nat").map(({ name }) => `${name}-id`);
      for (const { inputs } of ofType(resources, "aws:sagemaker/notebookInstance:NotebookInstance")) {
        assert.ok(!nats.includes(inputs.subnetId as string));
      }
      const [domain] = ofType(resources, "aws:sagemaker/domain:Domain");
      for (const id of domain!.inputs.subnetIds as string[]) assert.ok(!nats.includes(id));
    });

    it("inspects HTTPS and drops everything else, in strict order", () => {
      const { firewallPolicy } = only(resources, "aws:networkfirewall/firewallPolicy:FirewallPolicy").inputs as {
        firewallPolicy: Record<string, unknown>;
      };
      assert.deepEqual(firewallPolicy.statelessDefaultActions, ["aws:drop"]);
      assert.deepEqual(firewallPolicy.statelessFragmentDefaultActions, ["aws:drop"]);
      assert.ok((firewallPolicy.statefulDefaultActions as string[]).includes("aws:drop_established"));
      assert.deepEqual(firewallPolicy.statefulEngineOptions, {
        ruleOrder: "STRICT_ORDER",
        streamExceptionPolicy: "DROP",
      });
    });

    it("leaves routes without target when the firewall reports no endpoint, whatever it reports instead", async () => {
      const spec = specFor("aws", { network: { cidr: "10.20.0.0/20", ...APPROVED } });
      const elsewhere = [{ syncStates: [{ availabilityZone: "eu-west-1c" }] }];
      const nothingAttached = [{ syncStates: [{ availabilityZone: "eu-west-1a" }] }];
      for (const firewallStatuses of [undefined, "placeholder", [], [{}], elsewhere, nothingAttached]) {
        const create = () => new SecureMlWorkspace("fraud-ml", spec, { provider: createProvider("target", spec) });
        const isFirewall = (type: string) => type === "aws:networkfirewall/firewall:Firewall";
        const outputs = (type: string) => (isFirewall(type) ? { firewallStatuses } : {});
        const route = only(await record(create, { outputs }), ROUTE, "fraud-ml-network-egress-eu-west-1a-out");
        assert.deepEqual(route.inputs.vpcEndpointId, undefined);
        assert.equal(route.inputs.destinationCidrBlock, "0.0.0.0/0");
      }
    });

    it("lets DNS and firewall logs be delivered to their own group each", () => {
      const policies = ofType(resources, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").map(({ inputs }) => [
        inputs.resourceArn,
        JSON.parse(inputs.policyDocument as string).Statement[0].Resource,
      ]);
      const group = (kind: string) =>
        `arn:aws:logs:eu-west-1:111122223333:log-group:/aws/vendedlogs/fraud-ml-prod/${kind}`;
      assert.deepEqual(
        policies,
        ["dns", "firewall"].map((kind) => [group(kind), [`${group(kind)}:log-stream:*`]]),
      );
    });

    it("admits the approved hosts by name", () => {
      const groups = ofType(resources, "aws:networkfirewall/ruleGroup:RuleGroup");
      const hosts = groups.find(({ inputs }) => inputs.type === "STATEFUL")!.inputs.ruleGroup as {
        rulesSource: { rulesSourceList: unknown };
      };
      assert.deepEqual(hosts.rulesSource.rulesSourceList, {
        generatedRulesType: "ALLOWLIST",
        targetTypes: ["HTTP_HOST", "TLS_SNI"],
        targets: [".githubusercontent.com", "github.com"],
      });
    });

    it("logs what it saw and stopped, and is encrypted", () => {
      const logs = only(resources, "aws:networkfirewall/loggingConfiguration:LoggingConfiguration").inputs;
      const { logDestinationConfigs } = logs.loggingConfiguration as { logDestinationConfigs: { logType: string }[] };
      assert.deepEqual(logDestinationConfigs.map(({ logType }) => logType).sort(), ["ALERT", "FLOW"]);
      for (const type of ["firewall:Firewall", "firewallPolicy:FirewallPolicy", "ruleGroup:RuleGroup"]) {
        for (const { inputs } of ofType(resources, `aws:networkfirewall/${type}`)) {
          assert.equal((inputs.encryptionConfiguration as { type: string }).type, "CUSTOMER_KMS");
        }
      }
    });

    it("lets workloads open port 443 to the outside, and no other port", () => {
      const rules = ofType(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
      const outside = rules.filter(({ inputs }) => inputs.cidrIpv4);
      assert.deepEqual(
        outside.map(({ inputs }) => [inputs.cidrIpv4, inputs.ipProtocol, inputs.fromPort, inputs.toPort]),
        [["0.0.0.0/0", "tcp", 443, 443]],
      );
    });
  });

  it("answers DNS for AWS and approved hosts only, and logs every query", async () => {
    for (const [network, hosts] of [
      [{ egress: "none" }, []],
      [APPROVED, APPROVED.approvedHosts],
    ] as const) {
      const resources = await withNetwork(network as Partial<WorkspaceArgs["network"]>);
      const rules = ofType(resources, "aws:route53/resolverFirewallRule:ResolverFirewallRule");
      const [first, last] = rules.sort((a, b) => Number(a.inputs.priority) - Number(b.inputs.priority));
      assert.equal(first!.inputs.action, "ALLOW");
      assert.equal(last!.inputs.action, "BLOCK");
      const domains = (rule: Registration) =>
        only(
          resources,
          "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
          String(rule.inputs.firewallDomainListId).replace(/-id$/, ""),
        ).inputs.domains as string[];
      assert.deepEqual(domains(last!), ["*"]);
      const outside = domains(first!).filter(
        (name) => !/(\.amazonaws\.com|\.sagemaker\.aws|\.compute\.internal|\.ec2\.internal)$/.test(name),
      );
      assert.deepEqual(outside.sort(), [...hosts].sort());
      assert.ok(!domains(first!).includes("*.amazonaws.com"));
      const config = only(resources, "aws:route53/resolverFirewallConfig:ResolverFirewallConfig");
      assert.equal(config.inputs.firewallFailOpen, "DISABLED");
      only(resources, "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation");
    }
  });

  it("is closed by default and logged", async () => {
    const resources = await withNetwork({});
    const group = only(resources, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs;
    assert.deepEqual([group.ingress, group.egress], [[], []]);
    for (const { inputs } of ofType(resources, SUBNET)) assert.equal(inputs.mapPublicIpOnLaunch, false);
    assert.equal(only(resources, "aws:ec2/flowLog:FlowLog").inputs.trafficType, "ALL");
  });

  it("offers every service through an endpoint with a policy, a closed security group and private names", async () => {
    const resources = await withNetwork({});
    const endpoints = ofType(resources, "aws:ec2/vpcEndpoint:VpcEndpoint");
    const names = endpoints.map(({ inputs }) => String(inputs.serviceName).replace(".eu-west-1", ""));
    assert.deepEqual(names.sort(), [
      "aws.sagemaker.notebook",
      "aws.sagemaker.studio",
      "com.amazonaws.ec2",
      "com.amazonaws.ecr.api",
      "com.amazonaws.ecr.dkr",
      "com.amazonaws.elasticfilesystem",
      "com.amazonaws.kms",
      "com.amazonaws.logs",
      "com.amazonaws.monitoring",
      "com.amazonaws.s3",
      "com.amazonaws.sagemaker.api",
      "com.amazonaws.sagemaker.featurestore-runtime",
      "com.amazonaws.sagemaker.metrics",
      "com.amazonaws.sagemaker.runtime",
      "com.amazonaws.secretsmanager",
      "com.amazonaws.ssm",
      "com.amazonaws.sts",
    ]);
    for (const { name, inputs } of endpoints) {
      assert.ok(inputs.policy, name);
      if (inputs.vpcEndpointType === "Gateway") {
        assert.equal((inputs.routeTableIds as string[]).length, 2);
        continue;
      }
      assert.equal(inputs.privateDnsEnabled, true, name);
      assert.deepEqual(inputs.securityGroupIds, ["fraud-ml-endpoints-endpoints-id"], name);
      assert.equal((inputs.subnetIds as string[]).length, 2, name);
    }
    const ingress = ofType(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    for (const { name, inputs } of ingress) {
      assert.equal(inputs.referencedSecurityGroupId, "fraud-ml-endpoints-workloads-id", name);
    }
  });

  it("divides every range without overlaps, for one to four zones", async () => {
    const zones = ["a", "b", "c", "d"].map((letter) => `eu-west-1${letter}`);
    for (const [cidr, count] of [
      ["10.20.0.0/16", 4],
      ["10.20.0.0/23", 4],
      ["10.20.0.0/23", 3],
      ["10.20.0.0/24", 2],
      ["10.20.0.0/24", 1],
    ] as const) {
      const resources = await withNetwork({ ...APPROVED, cidr, availabilityZones: zones.slice(0, count) });
      const ranges = ofType(resources, SUBNET).map(({ inputs }) => parseCidr(inputs.cidrBlock as string)!);
      assert.equal(ranges.length, 3 * count);
      const whole = parseCidr(cidr)!;
      const ends = ranges.map(({ base, prefix }) => ({ base, end: base + 2 ** (32 - prefix) }));
      ends.sort((a, b) => a.base - b.base);
      ends.forEach(({ base, end }, index) => {
        assert.ok(base >= whole.base && end <= whole.base + 2 ** (32 - whole.prefix));
        if (index > 0) assert.ok(base >= ends[index - 1]!.end, `${cidr} for ${count} zones overlaps`);
      });
    }
  });

  it("refuses a range that is too small, and zones of another region", async () => {
    const zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"];
    await assert.rejects(withNetwork({ cidr: "10.20.0.0/24", availabilityZones: zones }), /network\.cidr: .*use \/23/);
    await assert.rejects(
      withNetwork({ availabilityZones: ["us-east-1a"] }),
      /network\.availabilityZones\[0\]: "us-east-1a" is no zone of eu-west-1/,
    );
  });
});
