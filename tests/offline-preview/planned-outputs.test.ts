/** What is planned of a resource before it exists. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Properties } from "../../offline-preview/protocol/messages.ts";
import { secret, UNKNOWN } from "../../offline-preview/protocol/properties.ts";
import { outputOnly, sdkKnowledge } from "../../offline-preview/sdk/declarations.ts";
import { plannedOutputs } from "../../offline-preview/sdk/planned-outputs.ts";

const knowledge = sdkKnowledge(join(import.meta.dirname, "..", ".."));

function planned(type: string, inputs: Properties): Properties {
  const shape = knowledge.resource(type);
  assert.ok(shape);
  return plannedOutputs(shape, inputs);
}

describe("offline preview: planned outputs", () => {
  it("keeps what is given and does not know what the cloud sets", () => {
    const outputs = planned("aws:s3/bucket:Bucket", { bucket: "data", forceDestroy: true });
    assert.equal(outputs.bucket, "data");
    assert.equal(outputs.forceDestroy, true);
    for (const name of ["arn", "bucketDomainName", "region", "acl"]) assert.equal(outputs[name], UNKNOWN, name);
    const optional = planned("aws:s3/bucket:Bucket", {});
    for (const name of ["forceDestroy", "tags"]) assert.equal(optional[name], undefined, name);
    const shape = knowledge.resource("aws:s3/bucket:Bucket");
    for (const name of shape ? outputOnly(shape) : []) assert.equal(optional[name], UNKNOWN, name);
  });

  it("does not know what the cloud sets inside what is given", () => {
    const { identity } = planned("azure-native:machinelearningservices:Workspace", {
      identity: { type: "SystemAssigned" },
    });
    assert.deepEqual(identity, { type: "SystemAssigned", principalId: UNKNOWN, tenantId: UNKNOWN });
    const { networkInterfaces } = planned("gcp:compute/instance:Instance", { networkInterfaces: [{ network: "a" }] });
    assert.ok(Array.isArray(networkInterfaces));
    const [first] = networkInterfaces as Properties[];
    assert.equal(first?.network, "a");
    assert.equal(first?.networkIp, UNKNOWN);
  });

  it("leaves unknown and secret values whole", () => {
    for (const identity of [UNKNOWN, secret({ type: "SystemAssigned" })]) {
      assert.equal(planned("azure-native:machinelearningservices:Workspace", { identity }).identity, identity);
    }
  });
});
