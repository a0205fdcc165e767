import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../../components/args.ts";
import { findGaps } from "../../../components/gcp/gaps.ts";
import { parseWorkspace } from "../../../components/spec.ts";
import { specFor } from "../record.ts";
import { NIGHTLY, withTraining } from "../training-specs.ts";

function paths(changes: Partial<WorkspaceArgs>): string[] {
  return findGaps(parseWorkspace(specFor("gcp", changes))).map(({ path }) => path);
}

describe("Google Cloud: gaps", () => {
  it("always says what a perimeter would add and that nobody starts Vertex AI jobs", () => {
    assert.deepEqual(paths({}), ["network.egress", "people.dataScientists"]);
  });

  it("says what the spec asks for and the cloud does not give", () => {
    const cidr = "10.20.0.0/20";
    const approved = { cidr, egress: "approved", approvedHosts: ["*.example.com"] };
    assert.ok(paths({ network: approved }).includes("network.approvedHosts"));
    assert.ok(paths({ network: { cidr, flowLogRetentionDays: 3653 } }).includes("network.flowLogRetentionDays"));
    assert.ok(paths({ network: { existing: { networkId: "n", subnetIds: ["s"] } } }).includes("network.existing"));
    assert.ok(paths({ keys: { hsm: true } }).includes("keys.hsm"));
    const gpu = { name: "train", owner: "ana", size: "gpu-small" };
    assert.ok(paths({ notebooks: [gpu] }).includes("notebooks[0].size"));
    assert.ok(paths({ notebooks: [{ ...gpu, machineType: "g2-standard-8" }] }).includes("notebooks[0].machineType"));
    const principal = "principal://iam.googleapis.com/locations/global/workforcePools/bank/subject/ana";
    const people = { dataScientists: [{ name: "ana", gcp: principal }] };
    assert.ok(paths({ people }).includes("people.dataScientists[0].gcp"));
  });

  it("names the repositories that the chosen egress does not reach", () => {
    const notebooks = [
      {
        name: "explore",
        owner: "ana",
        repositories: ["https://git.example.com/a", "https://example.com/b", "https://github.com/c"],
      },
    ];
    const approvedHosts = ["*.example.com", "github.com"];
    const approved = { cidr: "10.20.0.0/20", egress: "approved", approvedHosts };
    const repositories = (found: string[]) => found.filter((path) => path.includes("repositories"));
    assert.deepEqual(repositories(paths({ notebooks, network: approved })), ["notebooks[0].repositories[1]"]);
    assert.equal(repositories(paths({ notebooks })).length, 3);
  });

  it("says what differs for pipelines, and nothing of it without them", () => {
    const found = (changes: Partial<WorkspaceArgs> = {}) =>
      findGaps(parseWorkspace(withTraining("gcp", changes))).map(({ path }) => path);
    assert.deepEqual(found(), [
      "network.egress",
      "people.dataScientists",
      "network.perimeter",
      "training.pipelines",
      "training.pipelines[0].steps[1].encryptBetweenNodes",
      "training.pipelines[0].steps[3].kind",
    ]);
    const waiting = { cluster: { maxNodes: 2, idleMinutes: 10 }, pipelines: [NIGHTLY] };
    assert.ok(found({ training: waiting }).includes("training.cluster.idleMinutes"));
    const network = { cidr: "10.20.0.0/20", perimeter: "accessPolicies/1/servicePerimeters/ml" };
    assert.ok(!found({ network, acceptedGaps: [] }).some((path) => path.startsWith("network.")));
    const rotationFunctionId = "arn:aws:lambda:eu-west-1:111122223333:function:rotate";
    const secrets = [{ name: "warehouse-password", rotationFunctionId }];
    assert.ok(found({ secrets }).includes("secrets[0].rotationFunctionId"));
  });
});
