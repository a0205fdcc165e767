import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import {
  CustomerManagedKey,
  DataStore,
  PrivateNetwork,
  PrivateTrainingCluster,
  TrainingPipeline,
} from "../../../components/gcp/index.ts";
import { InvalidInputError } from "../../../components/problems.ts";
import { ofType, only, type Registration, record } from "../record.ts";
import { grantsOf, isAllowed } from "./access.ts";
import { reachesFromJob } from "./reachability.ts";

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

describe("Google Cloud training without a workspace", () => {
  const PLACE = { project: "p", location: "europe-west4" };
  const NETWORK = "projects/p/global/networks/hub";
  const DIGEST = `sha256:${"0a".repeat(32)}`;
  const step = { name: "train", kind: "training", image: `trainer@${DIGEST}`, outputs: [{ name: "model" }] };

  function createPipeline(changes: object = {}): TrainingPipeline {
    return new TrainingPipeline("nightly", {
      ...PLACE,
      projectNumber: "123456789012",
      pipeline: { name: "nightly", steps: [{ ...step, ...changes }] },
      pipelineName: "nightly",
      accountPrefix: "ml",
      roles: {
        lister: "roles/storage.legacyBucketReader",
        reader: "roles/storage.objectViewer",
        writer: "roles/storage.objectUser",
        runtime: "roles/logging.logWriter",
        runner: "projects/p/roles/runner",
        starter: "projects/p/roles/starter",
      },
      networkAttachment: "projects/p/regions/europe-west4/networkAttachments/jobs",
      keyId: "projects/p/locations/europe-west4/keyRings/r/cryptoKeys/k",
      dataStores: [{ name: "models", bucket: "p-models" }],
      images: [{ name: "trainer", uri: "europe-west4-docker.pkg.dev/p/images/trainer" }],
    });
  }

  it("a cluster on an existing network lets its machines reach what it names, and nothing else", async () => {
    const all = await record(() => {
      const destinations = [{ name: "warehouse", address: "10.60.4.10", port: 5432 }];
      const args = { project: "p", region: "europe-west4", networkId: NETWORK, cidr: "10.9.0.0/28", destinations };
      new PrivateTrainingCluster("jobs", args);
    });
    const networkAttachment = "projects/p/regions/europe-west4/networkAttachments/jobs";
    assert.ok(reachesFromJob({ networkAttachment }, "10.60.4.10", 5432, all));
    assert.ok(!reachesFromJob({ networkAttachment }, "10.60.4.10", 5433, all));
    assert.ok(!reachesFromJob({ networkAttachment }, "10.60.4.11", 5432, all));
  });

  it("a cluster says what is wrong with its arguments before it creates anything", async () => {
    const args = { project: "p", region: "europe-west4", networkId: NETWORK };
    const wrong = { ...args, cidr: "10.9.0.0/29", size: "huge", accelerator: "a10", machineType: "ml.m5.large" };
    const error = await record(() => new PrivateTrainingCluster("jobs", wrong)).catch((reason) => reason);
    assert.ok(error instanceof InvalidInputError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["cidr", "size", "accelerator", "machineType"],
    );
  });

  it("a pipeline brings its own identities, and grants its step one folder", async () => {
    const all = await record(() => createPipeline());
    const account = "serviceAccount:ml-step-nightly-train@p.iam.gserviceaccount.com";
    const grants = grantsOf(all).filter(({ member }) => member === account);
    assert.deepEqual([...new Set(grants.map(({ on }) => on))], ["bucket:p-models", "project"]);
    const object = (name: string) => ({
      member: account,
      permission: "storage.objects.create",
      on: "bucket:p-models",
      resourceName: `projects/_/buckets/p-models/objects/${name}`,
    });
    assert.ok(isAllowed(object("pipelines/nightly/train/model/run/a"), withoutProjectRoles(all)));
    assert.ok(!isAllowed(object("pipelines/nightly/other/a"), withoutProjectRoles(all)));
    assert.equal(ofType(all, "gcp:vertex/aiSchedule:AiSchedule").length, 0);
    assert.equal(ofType(all, "gcp:workflows/workflow:Workflow").length, 1);
  });

  it("a pipeline says what is wrong with its steps before it creates anything", async () => {
    const error = await record(() => createPipeline({ secrets: ["token"], machineType: "ml.m5.large" })).catch(
      (reason) => reason,
    );
    assert.ok(error instanceof InvalidInputError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["steps[0].secrets[0]", "steps[0].machineType"],
    );
  });
});

/** Roles that somebody else made are unknown to the evaluation. */
function withoutProjectRoles(all: Registration[]): Registration[] {
  return all.filter(({ type }) => type !== "gcp:projects/iAMMember:IAMMember");
}

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
