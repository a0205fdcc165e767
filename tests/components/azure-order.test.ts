import assert from "node:assert/strict";
import { preview, type StackReport } from "../stacks/preview.ts";

describe("the order in which an Azure workspace is created", function () {
  this.timeout(120_000);
  let resources: StackReport["resources"];
  before(() => {
    const [stack] = preview("--stack", "fraud-azure").report.stacks;
    resources = stack!.resources;
  });
  const isAfter = (later: string, earlier: string) =>
    assert.ok(predecessors(resources, later).has(earlier), `${later} does not wait for ${earlier}`);
  const endpoints = (role: string, groups: string[]) => groups.map((group) => `fraud-ml-endpoint-${role}-${group}`);

  it("changes a storage account by one private endpoint at a time, and those of Azure ML come last", () => {
    for (const names of [
      endpoints("models", ["blob", "file", "queue", "table", "dfs"]),
      endpoints("data-features", ["blob", "dfs"]),
    ]) {
      names.slice(1).forEach((name, index) => void isAfter(name, names[index]!));
      isAfter("fraud-ml-workspace", names.at(-1)!);
    }
  });

  it("adds to the private link scope one after the other", () => {
    isAfter("fraud-ml-logs-insights-scoped", "fraud-ml-logs-analytics-scoped");
    isAfter("fraud-ml-endpoint-monitor-azuremonitor", "fraud-ml-logs-insights-scoped");
  });

  it("grants before it uses", () => {
    isAfter("fraud-ml-data-features-account", "fraud-ml-key-data-use");
    isAfter("fraud-ml-registry", "fraud-ml-key-images-use");
    isAfter("fraud-ml-flow-log", "fraud-ml-flow-log-write");
    isAfter("fraud-ml-workspace", "fraud-ml-key-notebooks-use");
    isAfter("fraud-ml-workspace", "fraud-ml-workspace-connect-data-features");
    isAfter("fraud-ml-images", "fraud-ml-images-build-context");
  });

  it("gives a step's cluster everything before a schedule can start a job on it", () => {
    const step = "fraud-ml-pipeline-nightly-prepare";
    for (const grant of ["logs", "images", "read-transactions", "write-features", "secret-warehouse-password"]) {
      isAfter(`${step}-cluster`, `${step}-${grant}`);
    }
    for (const part of ["image-gate-component", "prepare-component", "prepare-cluster", "train-cluster", "models"]) {
      isAfter("fraud-ml-pipeline-nightly-schedule", `fraud-ml-pipeline-nightly-${part}`);
    }
    isAfter("fraud-ml-pipeline-nightly-prepare-secret-warehouse-password", "fraud-ml-secret-warehouse-password");
    isAfter("fraud-ml-person-ana-pipeline-nightly", "fraud-ml-pipeline-nightly-schedule");
    isAfter("fraud-ml-workspace", "fraud-ml-step-secrets");
  });

  it("makes the last grant of a service, the one that is waited for, after its others", () => {
    const grants = resources.filter(
      ({ type, name }) => type.endsWith(":RoleAssignment") && name.startsWith("fraud-ml-workspace-"),
    );
    assert.ok(grants.length > 10);
    const last = "fraud-ml-workspace-connect-data-features";
    for (const { name } of grants) if (name !== last) isAfter(last, name);
  });
});

/** Names of everything that a resource waits for, directly or not: also through its parent, which is registered before it. */
function predecessors(resources: StackReport["resources"], name: string): Set<string> {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const found = new Set<string>();
  const open = resources.filter((resource) => resource.name === name);
  for (let next = open.pop(); next; next = open.pop()) {
    for (const urn of [...next.dependencies, next.parent]) {
      const before = byUrn.get(urn ?? "");
      if (!before || found.has(before.name)) continue;
      found.add(before.name);
      open.push(before);
    }
  }
  return found;
}
