import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { CustomerManagedKey, DataStore, PrivateNetwork } from "../../../components/gcp/index.ts";
import { ofType, only, type Registration, record } from "../record.ts";
import { grantsOf, isAllowed } from "./access.ts";

const EXAMPLE = "examples/secure-notebook/gcp";

/** Runs a program of an example with the configuration of its `dev` stack. */
async function recordExample(folder: string): Promise<Registration[]> {
  const { config } = parse(readFileSync(`${folder}/Pulumi.dev.yaml`, "utf8")) as { config: Record<string, unknown> };
  const entries = Object.entries(config).filter(([key]) => !key.startsWith("pulumi:"));
  return record(() => {
    // The harness has one project name, and Config reads the project's own keys.
    pulumi.runtime.setAllConfig(
      Object.fromEntries(entries.map(([key, value]) => [key.replace(/^.*:/, "secure-ml-workspaces:"), String(value)])),
    );
    return import(`../../../${folder}/index.ts`);
  });
}

describe("Google Cloud components by themselves", () => {
  it("a key makes its own ring first, or uses the one that it is given", async () => {
    const place = { project: "p", location: "europe-west4" };
    const own = await record(() => new CustomerManagedKey("disks", place));
    const types = own.map(({ type }) => type);
    assert.ok(types.indexOf("gcp:kms/keyRing:KeyRing") < types.indexOf("gcp:kms/cryptoKey:CryptoKey"));
    const key = only(own, "gcp:kms/cryptoKey:CryptoKey").inputs;
    assert.deepEqual(
      [key.keyRing, key.rotationPeriod],
      ["projects/p/locations/europe-west4/keyRings/disks", "31536000s"],
    );
    const keyRingId = "projects/p/locations/europe-west4/keyRings/shared";
    const given = await record(() => new CustomerManagedKey("disks", { ...place, keyRingId }));
    assert.equal(ofType(given, "gcp:kms/keyRing:KeyRing").length, 0);
    assert.equal(only(given, "gcp:kms/cryptoKey:CryptoKey").inputs.keyRing, keyRingId);
  });

  it("a network and a data store need no workspace", async () => {
    const all = await record(() => {
      new PrivateNetwork("private", { project: "p", region: "europe-west4", cidr: "10.1.0.0/24" });
      new DataStore("data", { project: "p", location: "europe-west4", bucketName: "p-data", keyId: "key" });
    });
    assert.equal(only(all, "gcp:compute/subnetwork:Subnetwork").inputs.ipCidrRange, "10.1.0.0/25");
    assert.deepEqual(only(all, "gcp:storage/bucket:Bucket").inputs.encryption, { defaultKmsKeyName: "key" });
  });
});

describe("the secure-notebook example on Google Cloud", () => {
  it("creates one notebook and an identity that gets and lists one bucket, and nothing else", async () => {
    const all = await recordExample(EXAMPLE);
    const created = all.map(({ type }) => type).filter((type) => type.startsWith("gcp:"));
    assert.deepEqual(created.sort(), [
      "gcp:compute/instanceIAMMember:InstanceIAMMember",
      "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember",
      "gcp:serviceaccount/account:Account",
      "gcp:serviceaccount/iAMMember:IAMMember",
      "gcp:storage/bucketIAMMember:BucketIAMMember",
      "gcp:workbench/instance:Instance",
    ]);
    const { gceSetup, disableProxyAccess } = only(all, "gcp:workbench/instance:Instance").inputs;
    assert.equal(disableProxyAccess, true);
    assert.equal((gceSetup as { disablePublicIp: boolean }).disablePublicIp, true);
    const member = "serviceAccount:explore@example-fraud-dev.iam.gserviceaccount.com";
    const on = "bucket:example-bank-transactions";
    for (const permission of ["get", "list"]) {
      assert.ok(isAllowed({ member, permission: `storage.objects.${permission}`, on }, all));
    }
    for (const permission of ["create", "delete", "update"]) {
      assert.ok(!isAllowed({ member, permission: `storage.objects.${permission}`, on }, all));
    }
    assert.equal(grantsOf(all).filter((grant) => grant.member === member).length, 1);
  });

  it("grants one more bucket without touching the account or who may act as it", async () => {
    const all = await recordExample(`${EXAMPLE}/grant-bucket`);
    assert.deepEqual(grantsOf(all), [
      {
        on: "bucket:example-bank-reference",
        member: "serviceAccount:explore@example-fraud-dev.iam.gserviceaccount.com",
        role: "roles/storage.objectViewer",
        condition: undefined,
      },
    ]);
    const created = all.map(({ type }) => type).filter((type) => type.startsWith("gcp:"));
    assert.deepEqual(created, ["gcp:storage/bucketIAMMember:BucketIAMMember"]);
  });
});
