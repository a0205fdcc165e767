import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { parseCidr } from "../../components/cidr.ts";
import { workspaceOf } from "./aws-account.ts";
import { ofType, only, type Registration } from "./record.ts";
import { withTraining } from "./training-specs.ts";

const EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const GROUPS = {
  jobs: "fraud-ml-training-jobs-id",
  endpoints: "fraud-ml-endpoints-endpoints-id",
  workloads: "fraud-ml-endpoints-workloads-id",
  warehouse: "fraud-ml-database-warehouse-clients-id",
  results: "fraud-ml-database-results-clients-id",
  server: "fraud-ml-database-results-server-id",
};
const WAREHOUSE = "10.60.4.10";
const PORTS = [22, 53, 80, 443, 2049, 3389, 5432, 5439, 8080, 20_000];

/** What a rule says about packets. */
interface Rule {
  securityGroupId: string;
  referencedSecurityGroupId?: string;
  prefixListId?: string;
  cidrIpv4?: string;
  cidrIpv6?: string;
  ipProtocol: string;
  fromPort?: number;
  toPort?: number;
}

/** Where jobs are, and what their security groups let them open. */
class JobNetwork {
  private readonly resources: Registration[];

  constructor(resources: Registration[]) {
    this.resources = resources;
  }

  /** Subnets and security groups that the pipeline's definition gives a step. */
  place(pipeline: string, step: string): { subnets: string[]; groups: string[] } {
    const name = `fraud-ml-pipeline-${pipeline}-pipeline`;
    const { pipelineDefinition } = only(this.resources, "aws:sagemaker/pipeline:Pipeline", name).inputs;
    const steps = JSON.parse(pipelineDefinition as string).Steps as { Name: string; Arguments: Arguments }[];
    const found = steps.find(({ Name }) => Name === step)!.Arguments;
    const config = found.NetworkConfig?.VpcConfig ?? found.VpcConfig!;
    return { subnets: config.Subnets, groups: config.SecurityGroupIds };
  }

  /** Whether TCP from members of `groups` reaches a member of `target`: one lets it out, the other lets it in. */
  reachesGroup(groups: string[], target: string, port: number): boolean {
    const out = this.rules(EGRESS_RULE, groups).some(
      (rule) => rule.referencedSecurityGroupId === target && covers(rule, port),
    );
    const admitted = this.rules(INGRESS_RULE, [target]).some(
      (rule) => groups.includes(rule.referencedSecurityGroupId ?? "") && covers(rule, port),
    );
    return out && admitted;
  }

  /** Whether security groups let TCP out to an address. */
  opensAddress(groups: string[], address: string, port: number): boolean {
    return this.rules(EGRESS_RULE, groups).some(
      (rule) => rule.cidrIpv4 !== undefined && contains(rule.cidrIpv4, address) && covers(rule, port),
    );
  }

  /** Prefix lists to which TCP port 443 is opened. */
  prefixLists(groups: string[]): string[] {
    const rules = this.rules(EGRESS_RULE, groups).filter((rule) => covers(rule, 443));
    return rules.flatMap(({ prefixListId }) => prefixListId ?? []);
  }

  /** Every rule of security groups in a direction. */
  rules(type: string, groups: string[]): Rule[] {
    return ofType(this.resources, type)
      .map(({ inputs }) => inputs as unknown as Rule)
      .filter(({ securityGroupId }) => groups.includes(securityGroupId));
  }

  /** Targets of the routes of a subnet, by destination; what is inside the network needs no route. */
  routes(subnet: string): Record<string, string> {
    const association = ofType(this.resources, "aws:ec2/routeTableAssociation:RouteTableAssociation").find(
      ({ inputs }) => inputs.subnetId === subnet,
    )!;
    const routes = ofType(this.resources, "aws:ec2/route:Route").filter(
      ({ inputs }) => inputs.routeTableId === association.inputs.routeTableId,
    );
    return Object.fromEntries(
      routes.map(({ inputs }) => [
        inputs.destinationCidrBlock as string,
        (inputs.vpcEndpointId ?? inputs.natGatewayId ?? inputs.gatewayId) as string,
      ]),
    );
  }
}

interface VpcConfig {
  Subnets: string[];
  SecurityGroupIds: string[];
}

interface Arguments {
  VpcConfig?: VpcConfig;
  NetworkConfig?: { VpcConfig: VpcConfig };
}

function covers({ ipProtocol, fromPort, toPort }: Rule, port: number): boolean {
  if (ipProtocol === "-1") return true;
  return ipProtocol === "tcp" && fromPort! <= port && port <= toPort!;
}

function contains(range: string, address: string): boolean {
  const { base, prefix } = parseCidr(range)!;
  const size = 2 ** (32 - prefix);
  return Math.floor(parseCidr(`${address}/32`)!.base / size) === Math.floor(base / size);
}

async function networkOf(overrides: Partial<WorkspaceArgs> = {}): Promise<JobNetwork> {
  return new JobNetwork(await workspaceOf(withTraining("aws", overrides)));
}

const STEPS = [
  { pipeline: "nightly", step: "prepare", databases: ["warehouse"] },
  { pipeline: "nightly", step: "train", databases: [] },
  { pipeline: "nightly", step: "evaluate", databases: [] },
  { pipeline: "report", step: "query", databases: ["results"] },
];

describe("the network of training on AWS", () => {
  let resources: Registration[];
  let network: JobNetwork;

  before(async () => {
    resources = await workspaceOf(withTraining("aws"));
    network = new JobNetwork(resources);
  });

  for (const { pipeline, step, databases } of STEPS) {
    describe(`lets the step ${pipeline}/${step}`, () => {
      let groups: string[];
      before(() => {
        groups = network.place(pipeline, step).groups;
      });

      it("run on private subnets only, in groups of its own", () => {
        const { subnets } = network.place(pipeline, step);
        assert.deepEqual(subnets, ["fraud-ml-network-eu-west-1a-id", "fraud-ml-network-eu-west-1b-id"]);
        assert.ok(!groups.includes(GROUPS.workloads));
        for (const subnet of subnets) assert.deepEqual(network.routes(subnet), {});
      });

      it("reach the private endpoints on port 443 and no other", () => {
        const open = PORTS.filter((port) => network.reachesGroup(groups, GROUPS.endpoints, port));
        assert.deepEqual(open, [443]);
      });

      it("reach S3 through its gateway endpoint", () => {
        assert.deepEqual(network.prefixLists(groups), ["pl-fraud-ml-endpoints-s3"]);
        const { subnets } = network.place(pipeline, step);
        const { routeTableIds } = only(resources, "aws:ec2/vpcEndpoint:VpcEndpoint", "fraud-ml-endpoints-s3").inputs;
        const tables = ofType(resources, "aws:ec2/routeTableAssociation:RouteTableAssociation")
          .filter(({ inputs }) => subnets.includes(inputs.subnetId as string))
          .map(({ inputs }) => inputs.routeTableId);
        assert.deepEqual(tables.sort(), [...(routeTableIds as string[])].sort());
      });

      it(`reach ${databases.join() || "no database"}`, () => {
        const warehouse = databases.includes("warehouse") ? [5432] : [];
        assert.deepEqual(
          PORTS.filter((port) => network.opensAddress(groups, WAREHOUSE, port)),
          warehouse,
        );
        const server = databases.includes("results") ? [5432] : [];
        assert.deepEqual(
          PORTS.filter((port) => network.reachesGroup(groups, GROUPS.server, port)),
          server,
        );
      });

      it("reach no notebook, no neighbour of the database and no address outside", () => {
        for (const port of PORTS) {
          assert.ok(!network.reachesGroup(groups, GROUPS.workloads, port), `workloads on port ${port}`);
          for (const address of ["10.60.4.11", "10.60.4.9", "10.20.0.10", "8.8.8.8", "169.254.170.2", "172.16.0.1"]) {
            assert.ok(!network.opensAddress(groups, address, port), `${address}:${port}`);
          }
        }
        for (const rule of network.rules(EGRESS_RULE, groups)) assert.equal(rule.cidrIpv6, undefined);
      });

      it("be reached by its own kind only", () => {
        const senders = network.rules(INGRESS_RULE, groups).map((rule) => rule.referencedSecurityGroupId);
        assert.deepEqual([...new Set(senders)], [GROUPS.jobs]);
      });
    });
  }

  it("lets machines of one job talk to each other, in the clear or encrypted", () => {
    assert.ok(network.reachesGroup([GROUPS.jobs], GROUPS.jobs, 20_000));
    for (const type of [EGRESS_RULE, INGRESS_RULE]) {
      const among = network
        .rules(type, [GROUPS.jobs])
        .filter(({ referencedSecurityGroupId }) => referencedSecurityGroupId === GROUPS.jobs);
      const protocols = among.map(({ ipProtocol, fromPort }) => `${ipProtocol} ${fromPort ?? "all"}`);
      // UDP 500 exchanges the keys, protocol 50 carries what they encrypt.
      assert.deepEqual(protocols.sort(), ["50 all", "tcp 7000", "udp 500"]);
    }
  });

  it("lets notebooks reach no database and no job", () => {
    for (const port of PORTS) {
      assert.ok(!network.reachesGroup([GROUPS.workloads], GROUPS.server, port));
      assert.ok(!network.reachesGroup([GROUPS.workloads], GROUPS.jobs, port));
      assert.ok(!network.opensAddress([GROUPS.workloads], WAREHOUSE, port));
    }
  });

  it("gives a new database no public address, no way out and no client but its steps", () => {
    const { inputs } = only(resources, "aws:rds/instance:Instance");
    assert.equal(inputs.publiclyAccessible, false);
    assert.deepEqual(inputs.vpcSecurityGroupIds, [GROUPS.server]);
    assert.deepEqual(network.rules(EGRESS_RULE, [GROUPS.server]), []);
    const clients = network.rules(INGRESS_RULE, [GROUPS.server]).map((rule) => rule.referencedSecurityGroupId);
    assert.deepEqual(clients, [GROUPS.results]);
    const { subnetIds } = only(resources, "aws:rds/subnetGroup:SubnetGroup").inputs;
    assert.deepEqual(subnetIds, network.place("report", "query").subnets);
  });

  it("puts the images' gate where jobs are, away from every database", () => {
    for (const { inputs } of ofType(resources, "aws:lambda/function:Function")) {
      const { subnetIds, securityGroupIds } = inputs.vpcConfig as { subnetIds: string[]; securityGroupIds: string[] };
      assert.deepEqual(subnetIds, network.place("nightly", "train").subnets);
      assert.deepEqual(securityGroupIds, [GROUPS.jobs]);
    }
  });

  it("writes no rules into groups themselves, where they would begin open", () => {
    for (const { name, inputs } of ofType(resources, "aws:ec2/securityGroup:SecurityGroup")) {
      assert.deepEqual([inputs.ingress, inputs.egress], [undefined, undefined], name);
    }
  });

  it("gives an existing database its name, and the name only to its address", () => {
    const zone = only(resources, "aws:route53/zone:Zone");
    assert.equal(zone.inputs.name, "warehouse.example.com");
    const vpcs = zone.inputs.vpcs as { vpcId: string }[];
    assert.deepEqual(
      vpcs.map(({ vpcId }) => vpcId),
      ["fraud-ml-network-vpc-id"],
    );
    const { name, type, records } = only(resources, "aws:route53/record:Record").inputs;
    assert.deepEqual([name, type, records], ["warehouse.example.com", "A", [WAREHOUSE]]);
  });

  it("answers the name of an existing database in spite of the DNS firewall, and no names beside it", () => {
    const lists = ofType(resources, "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList");
    const allowed = lists.find(({ name }) => name === "fraud-ml-network-dns-allowed-domains")!.inputs
      .domains as string[];
    const answered = (host: string) =>
      allowed.some((domain) => (domain.startsWith("*.") ? host.endsWith(domain.slice(1)) : host === domain));
    assert.ok(answered("warehouse.example.com"));
    assert.ok(answered("fraud-ml-prod-results.c0example.eu-west-1.rds.amazonaws.com"));
    for (const host of ["example.com", "data.warehouse.example.com", "attacker.example.com"]) {
      assert.ok(!answered(host), host);
    }
  });

  it("lets no step reach an existing database that has no name but by its address", async () => {
    const databases = [{ name: "warehouse", existing: { address: WAREHOUSE, port: 5439 } }, { name: "results" }];
    const created = await workspaceOf(withTraining("aws", { databases }));
    assert.deepEqual(ofType(created, "aws:route53/zone:Zone"), []);
    const changed = new JobNetwork(created);
    const { groups } = changed.place("nightly", "prepare");
    assert.deepEqual(
      PORTS.filter((port) => changed.opensAddress(groups, WAREHOUSE, port)),
      [5439],
    );
  });

  it("at egress packages opens nothing but two more endpoints", async () => {
    const packages = await networkOf({ network: { cidr: "10.20.0.0/20", egress: "packages" } });
    const { groups, subnets } = packages.place("nightly", "train");
    for (const port of PORTS) assert.ok(!packages.opensAddress(groups, "8.8.8.8", port));
    for (const subnet of subnets) assert.deepEqual(packages.routes(subnet), {});
  });

  it("at egress approved leads outside through the zone's firewall only, on port 443", async () => {
    const egress = { cidr: "10.20.0.0/20", egress: "approved", approvedHosts: ["github.com"] };
    const approved = await networkOf({ network: egress });
    for (const { pipeline, step } of STEPS) {
      const { groups, subnets } = approved.place(pipeline, step);
      const open = PORTS.filter((port) => approved.opensAddress(groups, "8.8.8.8", port));
      assert.deepEqual(open, [443], step);
      for (const subnet of subnets) {
        const zone = /eu-west-1[a-z]/.exec(subnet)![0];
        assert.deepEqual(approved.routes(subnet), { "0.0.0.0/0": `vpce-firewall-${zone}` });
      }
    }
  });
});
