import assert from "node:assert/strict";
import fc from "fast-check";
import { RESTRICTED_ADDRESSES } from "../../../components/gcp/endpoints.ts";
import { ofType, only, type Registration } from "../record.ts";
import { withTraining } from "../training-specs.ts";
import { jobOf, startedRuns } from "./pipeline-documents.ts";
import { reachesFromJob } from "./reachability.ts";
import { recordSpec } from "./workspace.ts";

const PERIMETER = "accessPolicies/1/servicePerimeters/ml";
const WAREHOUSE = "10.60.4.10";
const anyAddress = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join("."));
const anyPort = fc.integer({ min: 1, max: 65535 });

describe("Google Cloud: what jobs reach", () => {
  for (const egress of ["none", "packages"]) {
    describe(`in a perimeter, egress ${egress}`, () => {
      let all: Registration[];
      let attachments: Record<string, string>;
      let results: string;

      before(async () => {
        all = await recordSpec(
          withTraining("gcp", { network: { cidr: "10.20.0.0/20", egress, perimeter: PERIMETER }, acceptedGaps: [] }),
        );
        const attachment = (pipeline: string, step: string) =>
          jobOf(startedRuns(all)[`fraud-ml-prod-${pipeline}`]!.pipelineSpec, step).job_spec.psc_interface_config
            .network_attachment;
        attachments = {
          prepare: attachment("nightly", "prepare"),
          train: attachment("nightly", "train"),
          evaluate: attachment("nightly", "evaluate"),
          query: attachment("report", "query"),
        };
        results = String(only(all, "gcp:compute/address:Address").inputs.address);
      });

      const reaches = (step: string, address: string, port: number) =>
        reachesFromJob({ networkAttachment: attachments[step] }, address, port, all);

      it("a step reaches exactly the databases that it names", () => {
        assert.ok(reaches("prepare", WAREHOUSE, 5432));
        assert.ok(reaches("query", results, 5432));
        for (const [step, address] of [
          ["prepare", results],
          ["query", WAREHOUSE],
          ["train", WAREHOUSE],
          ["train", results],
          ["evaluate", WAREHOUSE],
        ] as const) {
          assert.ok(!reaches(step, address, 5432), `${step} reaches ${address}`);
        }
        assert.ok(!reaches("prepare", WAREHOUSE, 22));
      });

      it("nothing else is reached but Google APIs, and no address of the internet", () => {
        fc.assert(
          fc.property(anyAddress, anyPort, fc.constantFrom(...Object.keys(attachments)), (address, port, step) => {
            if (RESTRICTED_ADDRESSES.includes(address) || address === WAREHOUSE || address === results) return;
            assert.ok(!reaches(step, address, port), `${step} reaches ${address}:${port}`);
          }),
        );
        for (const address of ["8.8.8.8", "151.101.0.223", "10.20.0.7"]) assert.ok(!reaches("train", address, 443));
      });

      it("the pipelines' own tasks reach no database", () => {
        for (const { pscInterfaceConfig } of Object.values(startedRuns(all))) {
          assert.equal(pscInterfaceConfig.networkAttachment, attachments.train);
        }
      });
    });
  }

  it("a job outside of a perimeter reaches the internet, whatever the network says", async () => {
    const all = await recordSpec(withTraining("gcp"));
    const { networkAttachment } = startedRuns(all)["fraud-ml-prod-nightly"]!.pscInterfaceConfig;
    assert.ok(reachesFromJob({ networkAttachment }, "8.8.8.8", 443, all));
    assert.ok(!reachesFromJob({ networkAttachment }, WAREHOUSE, 5432, all));
  });

  it("a job without an interface in the network reaches the internet, and no database", async () => {
    const network = { cidr: "10.20.0.0/20", perimeter: PERIMETER };
    const all = await recordSpec(withTraining("gcp", { network, acceptedGaps: [] }));
    assert.ok(reachesFromJob({}, "8.8.8.8", 443, all));
    assert.ok(!reachesFromJob({}, WAREHOUSE, 5432, all));
  });

  it("ranges of jobs, workloads and the proxy do not overlap", async () => {
    const network = { cidr: "10.20.0.0/22", egress: "approved", approvedHosts: ["github.com"], perimeter: PERIMETER };
    const all = await recordSpec(withTraining("gcp", { network, acceptedGaps: [] }));
    const ranges = ofType(all, "gcp:compute/subnetwork:Subnetwork").map(({ inputs }) => String(inputs.ipCidrRange));
    assert.deepEqual(ranges.sort(), [
      "10.20.0.0/23",
      "10.20.2.0/24",
      "10.20.3.0/25",
      "10.20.3.128/28",
      "10.20.3.144/28",
      "10.20.3.160/28",
    ]);
  });

  it("the workspace's own database has no address but its endpoint, and refuses plain connections", async () => {
    const all = await recordSpec(withTraining("gcp"));
    const { settings, encryptionKeyName, deletionProtection } = only(all, "gcp:sql/databaseInstance:DatabaseInstance")
      .inputs as Record<string, Record<string, Record<string, unknown>>>;
    assert.deepEqual(settings?.ipConfiguration, {
      ipv4Enabled: false,
      sslMode: "ENCRYPTED_ONLY",
      pscConfigs: [{ pscEnabled: true, allowedConsumerProjects: ["example-fraud-prod"] }],
    });
    assert.match(String(encryptionKeyName), /cryptoKeys\/databases$/);
    assert.deepEqual([deletionProtection, settings?.deletionProtectionEnabled], [true, true]);
    assert.deepEqual(settings?.backupConfiguration?.backupRetentionSettings, {
      retainedBackups: 14,
      retentionUnit: "COUNT",
    });
  });
});
