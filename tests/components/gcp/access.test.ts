import assert from "node:assert/strict";
import { ofType, only, type Registration } from "../record.ts";
import { type AccessRequest, grantsOf, isAllowed, permissionsOf } from "./access.ts";
import { recordWorkspace, twoNotebooks } from "./workspace.ts";

const PROJECT = "example-fraud-prod";
const ANA = "user:ana@example.com";
const BEN = "user:ben@example.com";
const OPERATORS = "group:ml-operators@example.com";

describe("Google Cloud: what is granted", () => {
  let all: Registration[];
  let buckets: Record<string, string>;

  before(async () => {
    all = await recordWorkspace({ ...twoNotebooks(), network: { cidr: "10.20.0.0/20", egress: "packages" } });
    buckets = Object.fromEntries(
      ["data-features", "data-curated", "models"].map((part) => [
        part,
        String(only(all, "gcp:storage/bucket:Bucket", `fraud-ml-${part}`).inputs.name),
      ]),
    );
  });

  const account = (part: string) => `serviceAccount:fraud-ml-prod-${part}@${PROJECT}.iam.gserviceaccount.com`;
  const explore = account("notebook-explore");
  const can = (request: AccessRequest) => isAllowed(request, all);
  const canDoWithObject = (member: string, permission: string, bucket: string, object = "a.csv") =>
    can({
      member,
      permission: `storage.objects.${permission}`,
      on: `bucket:${bucket}`,
      resourceName: `projects/_/buckets/${bucket}/objects/${object}`,
    });
  const canList = (member: string, bucket: string) =>
    can({
      member,
      permission: "storage.objects.list",
      on: `bucket:${bucket}`,
      resourceName: `projects/_/buckets/${bucket}`,
    });

  it("lets a notebook read the stores of the spec, and write only those that it may write", () => {
    for (const bucket of [buckets["data-features"], buckets["data-curated"], "bank-reference"] as string[]) {
      assert.ok(canDoWithObject(explore, "get", bucket), bucket);
      assert.ok(canList(explore, bucket), bucket);
    }
    for (const permission of ["create", "delete"]) {
      assert.ok(canDoWithObject(explore, permission, buckets["data-features"] as string));
      assert.ok(!canDoWithObject(explore, permission, buckets["data-curated"] as string));
      assert.ok(!canDoWithObject(explore, permission, "bank-reference"));
    }
  });

  it("gives a notebook no other bucket", () => {
    for (const permission of ["get", "list", "create", "delete", "update"]) {
      assert.ok(!canDoWithObject(explore, permission, "somebody-elses-bucket"));
    }
  });

  it("lets a notebook add models below its own folder, replace none, and read all", () => {
    const models = buckets.models as string;
    assert.ok(canDoWithObject(explore, "create", models, "notebook-explore/model.bin"));
    assert.ok(!canDoWithObject(explore, "create", models, "notebook-train/model.bin"));
    assert.ok(!canDoWithObject(explore, "create", models, "jobs/model.bin"));
    assert.ok(!canDoWithObject(explore, "create", models, "notebook-explore-2/model.bin"));
    assert.ok(!canDoWithObject(explore, "delete", models, "notebook-explore/model.bin"));
    assert.ok(canDoWithObject(explore, "get", models, "notebook-train/model.bin"));
    assert.ok(canList(explore, models));
    assert.ok(canDoWithObject(account("jobs"), "create", models, "jobs/model.bin"));
    assert.ok(!canDoWithObject(account("jobs"), "create", models, "notebook-explore/model.bin"));
  });

  it("lets only Google's agents use keys, each the keys that it stores with", () => {
    const users = new Map<string, string[]>();
    for (const { on, member, role } of grantsOf(all)) {
      if (!permissionsOf(role, all).some((permission) => permission.startsWith("cloudkms."))) continue;
      assert.match(on, /^key:/, "no role on keys is granted on the project");
      users.set(on, [...(users.get(on) ?? []), member].sort());
    }
    const ring = `key:projects/${PROJECT}/locations/europe-west4/keyRings/fraud-ml-prod-keys/cryptoKeys`;
    const agent = (domain: string) => `serviceAccount:service-123456789012@${domain}.iam.gserviceaccount.com`;
    assert.deepEqual(Object.fromEntries(users), {
      [`${ring}/data`]: [agent("gs-project-accounts")],
      [`${ring}/models`]: [agent("gcp-sa-aiplatform"), agent("gs-project-accounts")],
      [`${ring}/notebooks`]: [agent("compute-system"), agent("gcp-sa-artifactregistry")],
      [`${ring}/logs`]: [agent("gcp-sa-logging")],
    });
  });

  it("lets no notebook act as a service account, mint its tokens or make a key for it", () => {
    const permissions = ["actAs", "getAccessToken", "getOpenIdToken", "implicitDelegation", "signBlob", "signJwt"];
    for (const permission of permissions) {
      for (const other of ["notebook-explore", "notebook-train", "jobs"]) {
        const request = { member: explore, permission: `iam.serviceAccounts.${permission}` };
        assert.ok(!can({ ...request, on: account(other) }), `${permission} ${other}`);
      }
    }
    assert.equal(ofType(all, "gcp:serviceaccount/key:Key").length, 0);
    const defaults = only(all, "gcp:projects/defaultServiceAccounts:DefaultServiceAccounts").inputs;
    assert.equal(defaults.action, "DISABLE", "the default accounts come with the role Editor");
  });

  it("lets an owner enter the own notebook through an SSH tunnel, and nobody else's", () => {
    const machine = (name: string) => `fraud-ml-prod-${name}`;
    for (const [owner, own, others] of [
      [ANA, "explore", "train"],
      [BEN, "train", "explore"],
    ] as const) {
      const tunnel = { member: owner, permission: "iap.tunnelInstances.accessViaIAP" };
      assert.ok(can({ ...tunnel, on: `tunnel:${machine(own)}`, port: 22 }));
      assert.ok(!can({ ...tunnel, on: `tunnel:${machine(own)}`, port: 8080 }));
      assert.ok(!can({ ...tunnel, on: `tunnel:${machine(others)}`, port: 22 }));
      const login = { member: owner, permission: "compute.instances.osLogin" };
      assert.ok(can({ ...login, on: `machine:${machine(own)}` }));
      assert.ok(!can({ ...login, on: `machine:${machine(others)}` }));
      const actAs = { member: owner, permission: "iam.serviceAccounts.actAs" };
      assert.ok(can({ ...actAs, on: account(`notebook-${own}`) }));
      assert.ok(!can({ ...actAs, on: account(`notebook-${others}`) }));
      assert.ok(!can({ ...actAs, on: account("jobs") }));
      const start = { member: owner, permission: "notebooks.instances.start" };
      assert.ok(can({ ...start, on: `notebook:${machine(own)}` }));
      // gcloud waits for what it starts, and reads the project's SSH settings.
      for (const permission of ["notebooks.operations.get", "compute.projects.get", "resourcemanager.projects.get"]) {
        assert.ok(can({ member: owner, permission, on: "project" }), permission);
      }
      assert.ok(!can({ ...start, on: `notebook:${machine(others)}` }));
    }
  });

  it("gives people no data, not even owners, and nobody root or another machine's settings", () => {
    for (const person of [ANA, BEN, OPERATORS]) {
      for (const bucket of [...Object.values(buckets), "bank-reference"]) {
        assert.ok(!canDoWithObject(person, "get", bucket));
        assert.ok(!canList(person, bucket));
      }
      for (const permission of ["compute.instances.osAdminLogin", "compute.instances.setMetadata"]) {
        assert.ok(!can({ member: person, permission, on: "machine:fraud-ml-prod-explore" }));
      }
    }
  });

  it("lets operators start and stop notebooks, and not enter them", () => {
    const on = "notebook:fraud-ml-prod-explore";
    for (const action of ["start", "stop", "upgrade"]) {
      assert.ok(can({ member: OPERATORS, permission: `notebooks.instances.${action}`, on }));
    }
    assert.ok(
      !can({ member: OPERATORS, permission: "compute.instances.osLogin", on: "machine:fraud-ml-prod-explore" }),
    );
    const tunnel = { permission: "iap.tunnelInstances.accessViaIAP", on: "tunnel:fraud-ml-prod-explore", port: 22 };
    assert.ok(!can({ member: OPERATORS, ...tunnel }));
    assert.ok(!can({ member: OPERATORS, permission: "iam.serviceAccounts.actAs", on: account("notebook-explore") }));
  });

  it("lets nobody start Vertex AI jobs, which could run outside the network", () => {
    for (const { role } of grantsOf(all)) {
      assert.ok(!permissionsOf(role, all).some((permission) => permission.startsWith("aiplatform.")), role);
    }
  });

  it("grants nothing to the public, and no wildcard, basic or storage role on the project", () => {
    for (const { on, member, role, condition } of grantsOf(all)) {
      assert.doesNotMatch(member, /allUsers|allAuthenticatedUsers/);
      assert.match(member, /^(user|group|serviceAccount):/);
      const permissions = permissionsOf(role, all);
      assert.ok(permissions.every((permission) => /^[a-zA-Z]+(\.[a-zA-Z]+){2}$/.test(permission)));
      if (on !== "project") continue;
      assert.ok(
        permissions.every(
          (permission) =>
            permission === "resourcemanager.projects.get" ||
            !/^(storage|iam|cloudkms|resourcemanager)\./.test(permission),
        ),
        role,
      );
      assert.equal(condition, undefined);
    }
  });

  it("gives every identity the package mirror and no other repository", () => {
    const mirror = {
      permission: "artifactregistry.repositories.downloadArtifacts",
      on: "repository:fraud-ml-prod-packages",
    };
    assert.ok(can({ member: explore, ...mirror }));
    assert.ok(!can({ member: explore, ...mirror, on: "repository:another" }));
  });

  it("knows the same members, roles and conditions at preview", async () => {
    const preview = await recordWorkspace(
      { ...twoNotebooks(), network: { cidr: "10.20.0.0/20", egress: "packages" } },
      { preview: true },
    );
    const known = (grants: ReturnType<typeof grantsOf>) =>
      grants.map(({ member, role, condition }) => JSON.stringify({ member, role, condition })).sort();
    assert.deepEqual(known(grantsOf(preview)), known(grantsOf(all)));
  });
});
