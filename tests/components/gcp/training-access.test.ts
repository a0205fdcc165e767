import assert from "node:assert/strict";
import { ofType, only, type Registration } from "../record.ts";
import { withTraining } from "../training-specs.ts";
import { type AccessRequest, grantsOf, isAllowed, permissionsOf } from "./access.ts";
import { jobOf, startedRuns } from "./pipeline-documents.ts";
import { recordSpec } from "./workspace.ts";

const ANA = "user:ana@example.com";
const OPERATORS = "group:ml-operators@example.com";
const NIGHTLY = "fraud-ml-prod-nightly";
const SECRET = "secret:fraud-ml-prod-warehouse-password";

describe("Google Cloud: what pipelines are granted", () => {
  let all: Registration[];
  let step: Record<string, string>;
  let runner: string;
  let starter: string;
  const can = (request: AccessRequest) => isAllowed(request, all);

  before(async () => {
    const network = { cidr: "10.20.0.0/20", egress: "packages" };
    all = await recordSpec(withTraining("gcp", { network }));
    const runs = startedRuns(all);
    const account = (pipeline: string, name: string) =>
      `serviceAccount:${jobOf(runs[pipeline]!.pipelineSpec, name).job_spec.service_account}`;
    step = Object.fromEntries(["prepare", "train", "evaluate"].map((name) => [name, account(NIGHTLY, name)]));
    step.query = account("fraud-ml-prod-report", "query");
    runner = `serviceAccount:${runs[NIGHTLY]!.serviceAccount}`;
    const workflow = ofType(all, "gcp:workflows/workflow:Workflow").find(({ inputs }) => inputs.name === NIGHTLY);
    starter = `serviceAccount:${workflow?.inputs.serviceAccount}`;
  });

  const bucketOf = (part: string) => String(only(all, "gcp:storage/bucket:Bucket", `fraud-ml-${part}`).inputs.name);
  const onObject = (member: string, action: string, bucket: string, object: string) =>
    can({
      member,
      permission: `storage.objects.${action}`,
      on: `bucket:${bucket}`,
      resourceName: `projects/_/buckets/${bucket}/objects/${object}`,
    });

  it("a step reads its own secret, and no other step, person or account reads it", () => {
    const access = { permission: "secretmanager.versions.access", on: SECRET };
    assert.ok(can({ ...access, member: step.prepare! }));
    const members = new Set(grantsOf(all).map(({ member }) => member));
    for (const member of members) assert.equal(can({ ...access, member }), member === step.prepare, member);
    for (const member of members) {
      assert.ok(!can({ ...access, member, on: "secret:fraud-ml-prod-unused-token" }), member);
    }
  });

  it("operators replace a secret's value and cannot read it", () => {
    assert.ok(can({ member: OPERATORS, permission: "secretmanager.versions.add", on: SECRET }));
    assert.ok(!can({ member: OPERATORS, permission: "secretmanager.versions.access", on: SECRET }));
    assert.ok(!can({ member: ANA, permission: "secretmanager.versions.add", on: SECRET }));
    assert.equal(ofType(all, "gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion").length, 0);
  });

  it("a step reads its own parameter, and no other", () => {
    const version = (id: string) => ({
      permission: "parametermanager.parameterVersions.render",
      on: "project",
      resourceType: "parametermanager.googleapis.com/ParameterVersion",
      resourceName: `projects/123456789012/locations/europe-west4/parameters/${id}/versions/v`,
    });
    assert.ok(can({ member: step.prepare!, ...version("fraud-ml-prod-sample-rate") }));
    assert.ok(!can({ member: step.prepare!, ...version("fraud-ml-prod-sample-rate-2") }));
    assert.ok(!can({ member: step.train!, ...version("fraud-ml-prod-sample-rate") }));
  });

  it("a step signs in to the database that it names, and no other does", () => {
    const login = (instance: string) => ({
      permission: "cloudsql.instances.login",
      on: "project",
      resourceType: "sqladmin.googleapis.com/Instance",
      resourceName: `projects/example-fraud-prod/instances/${instance}`,
    });
    assert.ok(can({ member: step.query!, ...login("fraud-ml-prod-db-results") }));
    assert.ok(!can({ member: step.query!, ...login("fraud-ml-prod-db-other") }));
    for (const name of ["prepare", "train", "evaluate"]) {
      assert.ok(!can({ member: step[name]!, ...login("fraud-ml-prod-db-results") }), name);
    }
  });

  it("a step reads exactly its inputs", () => {
    const [transactions, features, models] = ["data-transactions", "data-features", "models"].map(bucketOf);
    assert.ok(onObject(step.prepare!, "get", transactions!, "daily/a.csv"));
    assert.ok(!onObject(step.prepare!, "get", transactions!, "holdout/a.csv"));
    assert.ok(!onObject(step.prepare!, "get", transactions!, "daily-2/a.csv"));
    assert.ok(onObject(step.evaluate!, "get", transactions!, "holdout/a.csv"));
    assert.ok(!onObject(step.train!, "get", transactions!, "daily/a.csv"));
    assert.ok(onObject(step.train!, "get", features!, "pipelines/nightly/prepare/features/run/a.csv"));
    assert.ok(!onObject(step.train!, "get", features!, "reports/a.csv"));
    assert.ok(!onObject(step.train!, "get", models!, "notebook-explore/model.bin"));
  });

  it("a step opens the folders on the way, as a mounted bucket does, and nothing in them", () => {
    const features = bucketOf("data-features");
    for (const name of ["pipelines", "pipelines/", "pipelines/nightly", "pipelines/nightly/prepare/features"]) {
      assert.ok(onObject(step.train!, "get", features, name), name);
    }
    assert.ok(!onObject(step.train!, "get", features, "pipelines/nightly/other"));
    assert.ok(!onObject(step.train!, "create", features, "pipelines/"));
    assert.ok(onObject(step.prepare!, "create", features, "pipelines/nightly/"));
    const list = { permission: "storage.objects.list", resourceName: `projects/_/buckets/${features}` };
    assert.ok(can({ ...list, member: step.train!, on: `bucket:${features}` }));
    assert.ok(!can({ ...list, member: step.evaluate!, on: `bucket:${features}` }));
  });

  it("a step writes exactly its outputs", () => {
    const [transactions, features, models] = ["data-transactions", "data-features", "models"].map(bucketOf);
    for (const action of ["create", "delete"]) {
      assert.ok(onObject(step.prepare!, action, features!, "pipelines/nightly/prepare/features/run/a.csv"));
      assert.ok(!onObject(step.prepare!, action, features!, "reports/a.csv"));
      assert.ok(!onObject(step.prepare!, action, transactions!, "daily/a.csv"));
      assert.ok(onObject(step.train!, action, models!, "pipelines/nightly/train/model/run/model.bin"));
      assert.ok(!onObject(step.train!, action, features!, "pipelines/nightly/prepare/features/run/a.csv"));
      assert.ok(!onObject(step.evaluate!, action, models!, "pipelines/nightly/train/model/run/model.bin"));
    }
  });

  it("no condition is longer than Google takes", () => {
    for (const { condition = "" } of grantsOf(all)) {
      assert.ok((condition.match(/&&|\|\|/g) ?? []).length <= 12, condition);
    }
  });

  it("a data scientist starts pipelines, and cannot make a job, a run or a schedule", () => {
    assert.ok(can({ member: ANA, permission: "workflows.executions.create", on: "project" }));
    const forbidden = [
      "aiplatform.customJobs.create",
      "aiplatform.pipelineJobs.create",
      "aiplatform.schedules.create",
      "aiplatform.schedules.update",
      "aiplatform.trainingPipelines.create",
      "aiplatform.models.upload",
      "workflows.workflows.create",
      "workflows.workflows.update",
    ];
    for (const member of [ANA, OPERATORS]) {
      for (const permission of forbidden) assert.ok(!can({ member, permission, on: "project" }), permission);
    }
    assert.ok(!can({ member: OPERATORS, permission: "workflows.executions.create", on: "project" }));
  });

  it("only a workflow acts as its pipeline, and only a pipeline as its own steps", () => {
    const accounts = ofType(all, "gcp:serviceaccount/account:Account").map(
      ({ inputs }) => `serviceAccount:${inputs.accountId}@${inputs.project}.iam.gserviceaccount.com`,
    );
    const members = [...new Set(grantsOf(all).map(({ member }) => member))];
    const actors = (account: string) =>
      members.filter((member) =>
        can({
          member,
          permission: "iam.serviceAccounts.actAs",
          on: account.replace(/^serviceAccount:/, "serviceAccount:"),
        }),
      );
    for (const name of ["prepare", "train", "evaluate"]) assert.deepEqual(actors(step[name]!), [runner], name);
    assert.deepEqual(actors(runner), [starter]);
    assert.deepEqual(actors(starter), []);
    assert.equal(accounts.length, new Set(accounts).size);
  });

  it("who launches jobs reads no data, and who has data launches no jobs", () => {
    const makesJobs = (member: string) => can({ member, permission: "aiplatform.customJobs.create", on: "project" });
    assert.ok(makesJobs(runner));
    for (const name of Object.keys(step)) assert.ok(!makesJobs(step[name]!), name);
    for (const part of ["data-transactions", "data-features", "models"]) {
      const bucket = bucketOf(part);
      assert.ok(!onObject(runner, "get", bucket, "pipelines/nightly/train/model/run/model.bin"), part);
      assert.ok(!onObject(runner, "get", bucket, "daily/a.csv"), part);
    }
    assert.ok(onObject(runner, "create", bucketOf("models"), "pipeline-runs/nightly/run/task"));
    assert.ok(!onObject(runner, "create", bucketOf("models"), "pipeline-runs/report/run/task"));
  });

  it("nobody but Vertex AI's agent pulls images, and nobody pushes", () => {
    for (const { member, role, on } of grantsOf(all)) {
      if (!on.startsWith("repository:fraud-ml-prod-image")) continue;
      assert.match(member, /gcp-sa-aiplatform/);
      assert.ok(!permissionsOf(role, all).some((permission) => /upload|create|delete/.test(permission)));
    }
  });

  it("only steps that install packages reach the mirror's packages", () => {
    const read = { permission: "artifactregistry.files.download", on: "repository:fraud-ml-prod-packages" };
    for (const member of Object.values(step)) assert.ok(!can({ ...read, member }));
  });

  it("keys of secrets, images and databases are for the services that store with them", () => {
    const keyUsers = (purpose: string) =>
      grantsOf(all)
        .filter(({ on }) => on.endsWith(`cryptoKeys/${purpose}`))
        .map(({ member }) => /@gcp-sa-([a-z-]+)\./.exec(member)?.[1] ?? member)
        .sort();
    assert.deepEqual(keyUsers("secrets"), ["pm", "pubsub", "secretmanager"]);
    assert.deepEqual(keyUsers("images"), ["artifactregistry"]);
    assert.deepEqual(keyUsers("databases"), ["cloud-sql"]);
    assert.ok(keyUsers("models").includes("workflows"));
  });

  it("names that only together make the same words do not meet", async () => {
    const step = (name: string, input: string) => ({
      name,
      kind: "processing",
      image: `prepare@sha256:${"0a".repeat(32)}`,
      inputs: [{ name: input, dataStore: "transactions", path: `${name}/${input}` }],
      outputs: [{ name: "model" }, { name: "model-read" }],
    });
    const steps = [step("aa", "bb-in-cc"), step("aa-in-bb", "cc"), step("runner", "out")];
    const recorded = await recordSpec(withTraining("gcp", { training: { pipelines: [{ name: "nightly", steps }] } }));
    const names = recorded.map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});
