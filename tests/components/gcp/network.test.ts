import assert from "node:assert/strict";
import fc from "fast-check";
import { GOOGLE_NAMES, RESTRICTED_ADDRESSES } from "../../../components/gcp/endpoints.ts";
import { ofType, only, type Registration } from "../record.ts";
import { nextHop, type Packet, passesFirewall } from "./reachability.ts";
import { recordWorkspace } from "./workspace.ts";

const TAG = "fraud-ml-prod-notebook";
const anyAddress = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join("."));

function out(address: string, port = 443): Packet {
  return { direction: "EGRESS", address, protocol: "tcp", port, tags: [TAG] };
}

function into(address: string, port: number, tags = [TAG]): Packet {
  return { direction: "INGRESS", address, protocol: "tcp", port, tags };
}

describe("Google Cloud: what the network lets through", () => {
  for (const egress of ["none", "packages"]) {
    describe(`egress ${egress}`, () => {
      let all: Registration[];
      before(async () => {
        all = await recordWorkspace({ network: { cidr: "10.20.0.0/20", egress } });
      });

      it("reaches Google's restricted address over HTTPS and nothing else", () => {
        for (const address of RESTRICTED_ADDRESSES) {
          assert.ok(passesFirewall(out(address), all));
          assert.ok(!passesFirewall(out(address, 80), all));
          assert.equal(nextHop(address, all), "default-internet-gateway");
        }
        fc.assert(
          fc.property(anyAddress, fc.integer({ min: 1, max: 65535 }), (address, port) => {
            if (RESTRICTED_ADDRESSES.includes(address)) return;
            assert.ok(!passesFirewall(out(address, port), all));
          }),
        );
      });

      it("has no route to the internet, no NAT and no public address", () => {
        const network = only(all, "gcp:compute/network:Network").inputs;
        assert.equal(network.deleteDefaultRoutesOnCreate, true);
        assert.equal(network.autoCreateSubnetworks, false);
        fc.assert(
          fc.property(anyAddress, (address) => {
            if (RESTRICTED_ADDRESSES.includes(address) || address.startsWith("10.20.")) return;
            assert.equal(nextHop(address, all), undefined);
          }),
        );
        assert.equal(ofType(all, "gcp:compute/routerNat:RouterNat").length, 0);
        assert.equal(ofType(all, "gcp:compute/address:Address").length, 0);
        assert.equal(ofType(all, "gcp:networkservices/gateway:Gateway").length, 0);
      });

      it("lets only IAP in, to SSH on notebooks", () => {
        assert.ok(passesFirewall(into("35.235.240.7", 22), all));
        assert.ok(!passesFirewall(into("35.235.240.7", 8080), all));
        assert.ok(!passesFirewall(into("35.235.240.7", 22, []), all));
        fc.assert(
          fc.property(anyAddress, fc.integer({ min: 1, max: 65535 }), (address, port) => {
            if (/^35\.235\.2(4\d|5[0-5])\./.test(address)) return;
            assert.ok(!passesFirewall(into(address, port), all));
          }),
        );
      });
    });
  }

  it("mirrors packages inside Google, encrypted, when egress asks for it", async () => {
    const all = await recordWorkspace({ network: { cidr: "10.20.0.0/20", egress: "packages" } });
    const { mode, format, kmsKeyName } = only(all, "gcp:artifactregistry/repository:Repository").inputs;
    assert.deepEqual([mode, format], ["REMOTE_REPOSITORY", "PYTHON"]);
    assert.match(String(kmsKeyName), /cryptoKeys\/notebooks$/);
    const none = await recordWorkspace({ network: { cidr: "10.20.0.0/20" } });
    assert.equal(ofType(none, "gcp:artifactregistry/repository:Repository").length, 0);
  });

  describe("egress approved", () => {
    let all: Registration[];
    before(async () => {
      const approvedHosts = ["github.com", "*.githubusercontent.com"];
      all = await recordWorkspace({ network: { cidr: "10.20.0.0/20", egress: "approved", approvedHosts } });
    });

    it("reaches the proxy besides Google, and the internet only through it", () => {
      const { addresses, ports } = only(all, "gcp:networkservices/gateway:Gateway").inputs;
      const proxy = (addresses as string[])[0] as string;
      const port = (ports as number[])[0] as number;
      assert.ok(passesFirewall(out(proxy, port), all));
      assert.equal(nextHop(proxy, all), "network");
      fc.assert(
        fc.property(anyAddress, fc.integer({ min: 1, max: 65535 }), (address, any) => {
          if (RESTRICTED_ADDRESSES.includes(address) || address === proxy) return;
          assert.ok(!passesFirewall(out(address, any), all));
        }),
      );
      assert.equal(ofType(all, "gcp:compute/routerNat:RouterNat").length, 0);
    });

    it("allows exactly the approved hosts, with no rule that allows more", () => {
      const list = only(all, "gcp:networksecurity/urlList:UrlList").inputs;
      assert.deepEqual(list.values, ["*.githubusercontent.com", "github.com"]);
      const rule = only(all, "gcp:networksecurity/gatewaySecurityPolicyRule:GatewaySecurityPolicyRule").inputs;
      const id = `projects/${list.project}/locations/${list.location}/urlLists/${list.name}`;
      assert.equal(rule.sessionMatcher, `inUrlList(host(), '${id}')`);
    });

    it("gives the proxy parts of the network that nothing else uses", () => {
      const ranges = ofType(all, "gcp:compute/subnetwork:Subnetwork").map(({ inputs }) => String(inputs.ipCidrRange));
      assert.deepEqual(ranges.sort(), ["10.20.0.0/21", "10.20.12.0/23", "10.20.8.0/22"]);
    });
  });

  it("answers every Google name with the restricted address, and logs flows and queries", async () => {
    const all = await recordWorkspace();
    const rules = ofType(all, "gcp:dns/responsePolicyRule:ResponsePolicyRule").map(({ inputs }) => inputs);
    const answered = rules.filter((rule) => rule.localData);
    assert.deepEqual(answered.map((rule) => rule.dnsName).sort(), GOOGLE_NAMES.map((name) => `${name}.`).sort());
    for (const { dnsName, localData } of answered) {
      const [data] = (localData as { localDatas: { name: string; type: string; rrdatas: string[] }[] }).localDatas;
      assert.deepEqual([data?.name, data?.type, data?.rrdatas], [dnsName, "A", RESTRICTED_ADDRESSES]);
    }
    assert.equal(rules.find((rule) => rule.dnsName === "accounts.google.com.")?.behavior, "bypassResponsePolicy");
    assert.equal(only(all, "gcp:dns/policy:Policy").inputs.enableLogging, true);
    const subnet = only(all, "gcp:compute/subnetwork:Subnetwork").inputs;
    assert.equal(subnet.privateIpGoogleAccess, true);
    assert.equal(subnet.stackType, "IPV4_ONLY");
    assert.equal((subnet.logConfig as { flowSampling: number }).flowSampling, 1);
  });

  it("adds rules for its own machines only to a network that exists", async () => {
    const existing = { networkId: "projects/example-fraud-prod/global/networks/shared", subnetIds: ["subnet"] };
    const all = await recordWorkspace({ network: { existing } });
    assert.equal(ofType(all, "gcp:compute/network:Network").length, 0);
    const rules = ofType(all, "gcp:compute/firewall:Firewall");
    assert.equal(rules.length, 4);
    for (const { inputs } of rules) assert.deepEqual([inputs.targetTags, inputs.network], [[TAG], existing.networkId]);
    assert.ok(!passesFirewall(out("8.8.8.8"), all));
  });

  it("leaves a network of another project alone", async () => {
    const existing = { networkId: "projects/host-project/global/networks/shared", subnetIds: ["subnet"] };
    const all = await recordWorkspace({ network: { existing } });
    assert.equal(ofType(all, "gcp:compute/firewall:Firewall").length, 0);
  });
});
