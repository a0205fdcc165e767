import assert from "node:assert/strict";
import type { PipelineArgs, WorkspaceArgs } from "../../../components/args.ts";
import { clusterMachine, jobMachine } from "../../../components/gcp/machines.ts";
import { customJob } from "../../../components/gcp/pipeline-definition.ts";
import { planPipeline } from "../../../components/pipelines.ts";
import { InvalidInputError } from "../../../components/problems.ts";
import { pipelineSchema } from "../../../components/training-spec.ts";
import { googleSchema } from "../../api-models/discovery.ts";
import { validate } from "../../api-models/validate.ts";
import { ofType, type Registration } from "../record.ts";
import { teamSpecs } from "../specs.ts";
import { NIGHTLY, withTraining } from "../training-specs.ts";
import {
  type CustomJob,
  containerOf,
  environmentOf,
  jobOf,
  kfpProblems,
  type Run,
  type Spec,
  scheduledRuns,
  startedRuns,
} from "./pipeline-documents.ts";
import { recordSpec } from "./workspace.ts";

const RUN = "{{$.pipeline_job_name}}";
const STEPS = ["prepare", "train", "evaluate"];
const NIGHTLY_NAME = "fraud-ml-prod-nightly";

/** A place for a step in a test of its machine. */
const PLACE = {
  image: "image",
  severityLimit: "medium",
  serviceAccount: "account",
  networkAttachment: "attachment",
  peeredNames: [],
  environment: {},
};

/** The nightly pipeline with another first step. */
function withFirstStep(change: Partial<PipelineArgs["steps"][number]>): Partial<WorkspaceArgs> {
  const [first, ...others] = NIGHTLY.steps;
  return {
    training: { cluster: { maxNodes: 20 }, pipelines: [{ ...NIGHTLY, steps: [{ ...first!, ...change }, ...others] }] },
  };
}

/** `job_spec` as `jobSpec`: the launcher takes names of protocol buffers, the API's model has those of JSON. */
function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== "object" || value === null) return value;
  const rename = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [rename(key), camelCase(entry)]));
}

describe("Google Cloud: pipeline documents", () => {
  let all: Registration[];
  let runs: Record<string, Run>;
  let nightly: Spec;

  before(async () => {
    all = await recordSpec(withTraining("gcp"));
    runs = startedRuns(all);
    nightly = runs[NIGHTLY_NAME]!.pipelineSpec;
  });

  it("are read by the kfp package, which refuses a field that it does not know", function () {
    this.timeout(60_000);
    const specs = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, run.pipelineSpec]));
    assert.deepEqual(Object.keys(specs), [NIGHTLY_NAME, "fraud-ml-prod-report"]);
    const broken = structuredClone(nightly) as Spec & { root: object };
    Object.assign(broken.root, { steps: {} });
    const problems = kfpProblems({ ...specs, broken });
    assert.deepEqual(Object.keys(problems), ["broken"]);
    assert.match(problems.broken!, /no field named "steps"/);
  });

  it("of the team stacks are read by it too", async function () {
    this.timeout(60_000);
    for (const { name, spec } of teamSpecs().filter(({ spec }) => spec.cloud === "gcp")) {
      const started = startedRuns(await recordSpec(spec, { preview: true }));
      const specs = Object.entries(started).map(([pipeline, run]) => [pipeline, run.pipelineSpec] as const);
      assert.ok(specs.length > 0, name);
      assert.deepEqual(kfpProblems(Object.fromEntries(specs)), {}, name);
    }
  });

  it("are whole at preview, and the same from the schedule and by hand", async () => {
    const preview = await recordSpec(withTraining("gcp"), { preview: true });
    assert.deepEqual(startedRuns(preview), runs);
    assert.deepEqual(scheduledRuns(preview), scheduledRuns(all));
    assert.deepEqual(scheduledRuns(all), { [NIGHTLY_NAME]: runs[NIGHTLY_NAME] });
    const [schedule] = ofType(all, "gcp:vertex/aiSchedule:AiSchedule");
    assert.equal(schedule?.inputs.cron, "TZ=UTC 30 2 * * 1-5");
  });

  it("name only tasks, components and executors that they have", () => {
    for (const { pipelineSpec } of Object.values(runs)) {
      const { tasks } = pipelineSpec.root.dag;
      for (const [name, { dependentTasks = [] }] of Object.entries(tasks)) {
        assert.ok(containerOf(pipelineSpec, name).image);
        for (const other of dependentTasks) assert.ok(tasks[other], `${name} waits for ${other}`);
      }
    }
  });

  it("let no step run before the gate passed all images, in no run", () => {
    for (const { pipelineSpec } of Object.values(runs)) {
      const { tasks } = pipelineSpec.root.dag;
      for (const [name, { dependentTasks = [], cachingOptions }] of Object.entries(tasks)) {
        assert.equal(cachingOptions.enableCache, false, `${name} of an earlier run would stand in for it`);
        assert.equal(dependentTasks.includes("image-gate"), name !== "image-gate", name);
      }
      const gated = JSON.parse(containerOf(pipelineSpec, "image-gate").args[1]!) as { image: string }[];
      const images = Object.keys(tasks).flatMap((name) => {
        const text = JSON.stringify(containerOf(pipelineSpec, name).args);
        return text.match(/europe-west4-docker\.pkg\.dev\/[^"\\]+/g) ?? [];
      });
      assert.deepEqual([...new Set(images)].sort(), gated.map(({ image }) => image).sort());
      for (const image of images) assert.match(image, /@sha256:[0-9a-f]{64}$/);
    }
    const limits = JSON.parse(containerOf(nightly, "image-gate").args[1]!) as { image: string; limit: string }[];
    const limitOf = (name: string) => limits.find(({ image }) => image.includes(`/${name}@`))?.limit;
    assert.deepEqual([limitOf("prepare"), limitOf("trainer")], ["medium", "low"]);
  });

  it("make jobs that Vertex AI's published model allows, each encrypted and attached to the network", () => {
    const schema = googleSchema("aiplatform.v1", "GoogleCloudAiplatformV1CustomJob");
    for (const step of STEPS) {
      const job = jobOf(nightly, step);
      assert.deepEqual(validate(camelCase(job), schema), [], step);
      assert.match(job.encryption_spec.kms_key_name, /cryptoKeys\/models$/);
      assert.match(job.job_spec.psc_interface_config.network_attachment, /networkAttachments\/fraud-ml-prod-jobs/);
    }
  });

  it("give each step an account of its own, and none the pipeline's", () => {
    const accounts = STEPS.map((step) => jobOf(nightly, step).job_spec.service_account);
    assert.equal(new Set([...accounts, runs[NIGHTLY_NAME]!.serviceAccount]).size, STEPS.length + 1);
    const registered = ofType(all, "gcp:serviceaccount/account:Account").map(
      ({ inputs }) => `${inputs.accountId}@${inputs.project}.iam.gserviceaccount.com`,
    );
    for (const account of accounts) assert.ok(registered.includes(account), account);
  });

  it("hand on what a run wrote to the same run, and no secret but by its name", () => {
    const prepare = environmentOf(nightly, "prepare");
    const train = environmentOf(nightly, "train");
    assert.equal(train.ML_INPUT_FEATURES, prepare.ML_OUTPUT_FEATURES);
    assert.match(
      prepare.ML_OUTPUT_FEATURES!,
      /^\/gcs\/fraud-ml-prod-features-\w+\/pipelines\/nightly\/prepare\/features\//,
    );
    assert.ok(prepare.ML_OUTPUT_FEATURES!.endsWith(RUN));
    assert.match(prepare.ML_INPUT_RAW!, /^\/gcs\/fraud-ml-prod-transactions-\w+\/daily$/);
    const place = "projects/example-fraud-prod/locations/europe-west4";
    assert.equal(
      prepare.ML_SECRET_WAREHOUSE_PASSWORD,
      `${place}/secrets/fraud-ml-prod-warehouse-password/versions/latest`,
    );
    assert.match(prepare.ML_PARAMETER_SAMPLE_RATE!, /parameters\/fraud-ml-prod-sample-rate\/versions\/[a-p]\w{7}$/);
    assert.equal(prepare.ML_DATABASE_WAREHOUSE, "warehouse.example.com:5432");
    assert.ok(!Object.keys(train).some((name) => /SECRET|DATABASE|PARAMETER/.test(name)));
    assert.deepEqual([train.LOSS, train.ML_CLOUD], ["focal", "gcp"]);
  });

  it("let a step sign in to the workspace's own database as itself", () => {
    const report = runs["fraud-ml-prod-report"]!.pipelineSpec;
    const { ML_DATABASE_RESULTS: place, ML_DATABASE_RESULTS_USER: user } = environmentOf(report, "query");
    assert.equal(`${user}.gserviceaccount.com`, jobOf(report, "query").job_spec.service_account);
    const [address] = ofType(all, "gcp:compute/address:Address");
    assert.equal(place, `${address?.inputs.address}:5432`);
    const [created] = ofType(all, "gcp:sql/user:User");
    assert.deepEqual([created?.inputs.name, created?.inputs.password], [user, undefined]);
  });

  it("find a database's name in the network's DNS, only where the step uses it", () => {
    const peered = (step: string) => jobOf(nightly, step).job_spec.psc_interface_config.dns_peering_configs;
    assert.deepEqual(peered("prepare"), [
      { domain: "warehouse.example.com.", target_project: "example-fraud-prod", target_network: "fraud-ml-prod" },
    ]);
    assert.deepEqual(peered("train"), []);
  });

  it("use as many machines, tries and minutes as the spec says", () => {
    const { worker_pool_specs: pools, scheduling } = jobOf(nightly, "train").job_spec;
    assert.deepEqual(
      pools.map((pool) => pool.replica_count),
      [1, 1],
    );
    assert.deepEqual([scheduling.timeout, scheduling.strategy], ["21600s", "STANDARD"]);
    assert.equal(nightly.root.dag.tasks["step-train"]?.retryPolicy?.maxRetryCount, 2);
  });

  it("register the model that the run made, encrypted, and approve nothing", () => {
    const { args, command } = containerOf(nightly, "step-register");
    const model = JSON.parse(args[2]!);
    assert.match(model.artifactUri, /^gs:\/\/fraud-ml-prod-models-\w+\/pipelines\/nightly\/train\/model\//);
    assert.ok(model.artifactUri.endsWith(RUN));
    assert.match(model.keyName, /cryptoKeys\/models$/);
    assert.match(command[3]!, /"approval": "pending"/);
    assert.ok(!/approved/.test(command[3]!));
  });

  it("leave a dollar sign of the spec what it is, for Vertex AI and for the workflow", async () => {
    const command = ["sh", "-c", `echo \${HOME} {{$.inputs.parameters['x']}}`];
    const spec = withTraining("gcp", withFirstStep({ command, environment: { PRICE: `\${secret}` } }));
    const changed = await recordSpec(spec);
    const [workflow] = ofType(changed, "gcp:workflows/workflow:Workflow");
    const source = String(workflow?.inputs.sourceContents);
    assert.deepEqual(source.match(/\$\{[^}]*\}/g), [`\${started.body.name}`]);
    const { pipelineSpec } = startedRuns(changed)[NIGHTLY_NAME]!;
    const payload = containerOf(pipelineSpec, "step-prepare").args[3]!;
    assert.deepEqual([...new Set(payload.match(/\{\{\$[^}]*\}\}/g))], [RUN]);
    assert.deepEqual(jobOf(pipelineSpec, "prepare").job_spec.worker_pool_specs[0]?.container_spec.command, command);
    assert.equal(environmentOf(pipelineSpec, "prepare").PRICE, `\${secret}`);
  });

  it("keep within what the check of their length counts", () => {
    for (const { inputs } of ofType(all, "gcp:workflows/workflow:Workflow")) {
      const source = String(inputs.sourceContents);
      const steps = source.match(/comp-step-\w+":/g)?.length ?? 0;
      assert.ok(source.length < 12_000 + 5000 * steps, `${source.length} bytes for ${steps} steps`);
    }
  });

  it("take no parameters, so that nobody who starts one changes it", () => {
    for (const { inputs } of ofType(all, "gcp:workflows/workflow:Workflow")) {
      assert.deepEqual(Object.keys(JSON.parse(String(inputs.sourceContents)).main), ["steps"]);
      assert.equal(inputs.userEnvVars, undefined);
    }
    for (const run of Object.values(runs)) {
      assert.equal((run.pipelineSpec.root as { inputDefinitions?: object }).inputDefinitions, undefined);
    }
  });

  it("use the accelerators of the cluster, or what a step asks for", () => {
    const train = (change: object = {}) => {
      const steps = NIGHTLY.steps.map((step) => (step.name === "train" ? { ...step, ...change } : step));
      const plan = planPipeline(pipelineSchema.parse({ ...NIGHTLY, steps }));
      return plan.steps.find(({ spec }) => spec.name === "train")!;
    };
    const machineOf = (accelerator: string | undefined, change?: object) => {
      const plan = train(change);
      const machine = jobMachine(plan.spec, clusterMachine("medium", undefined, accelerator));
      const steps = { train: { ...PLACE, machine } };
      const place = { project: "p", location: "l", pipelineName: "n", keyName: "k", labels: {}, buckets: {}, steps };
      const { worker_pool_specs: pools, scheduling } = (customJob(plan, place) as CustomJob).job_spec;
      return [...Object.values(pools[0]!.machine_spec), scheduling.strategy];
    };
    assert.deepEqual(machineOf(undefined), ["n2-standard-8", "STANDARD"]);
    assert.deepEqual(machineOf("t4"), ["n1-standard-8", "NVIDIA_TESLA_T4", 1, "STANDARD"]);
    assert.deepEqual(machineOf("l4"), ["g2-standard-8", "NVIDIA_L4", 1, "STANDARD"]);
    const a100 = ["a2-highgpu-1g", "NVIDIA_TESLA_A100", 1];
    assert.deepEqual(machineOf("a100"), [...a100, "STANDARD"]);
    assert.deepEqual(machineOf(undefined, { size: "gpu-large", spot: true }), [...a100, "SPOT"]);
    assert.deepEqual(machineOf("h100"), ["a3-highgpu-1g", "NVIDIA_H100_80GB", 1, "FLEX_START"]);
    assert.deepEqual(machineOf("t4", { machineType: "n2-standard-4" }), ["n2-standard-4", "STANDARD"]);
  });

  describe("are refused before anything is registered", () => {
    const problemsOf = async (changes: Partial<WorkspaceArgs>) => {
      let registered = 0;
      const count = () => {
        registered += 1;
        return {};
      };
      const error = await recordSpec(withTraining("gcp", changes), { outputs: count }).then(
        () => undefined,
        (reason: Error) => reason,
      );
      assert.ok(error instanceof InvalidInputError, String(error));
      assert.ok(registered <= 1, "only the provider");
      return error.problems.map(({ path }) => path);
    };

    it("outside of a perimeter, unless the gap is accepted by name, whatever egress says", async () => {
      for (const egress of ["none", "packages", "approved"]) {
        const approvedHosts = egress === "approved" ? ["github.com"] : [];
        const network = { cidr: "10.20.0.0/20", egress, approvedHosts };
        assert.deepEqual(await problemsOf({ network, acceptedGaps: [] }), ["network.perimeter"]);
      }
      const perimeter = "accessPolicies/1/servicePerimeters/ml";
      const network = { cidr: "10.20.0.0/20", perimeter };
      const inside = await recordSpec(withTraining("gcp", { network, acceptedGaps: [] }));
      const [joined] = ofType(inside, "gcp:accesscontextmanager/servicePerimeterResource:ServicePerimeterResource");
      assert.deepEqual(joined?.inputs, { perimeterName: perimeter, resource: "projects/123456789012" });
    });

    it("with machines of another cloud, too deep folders and too small a network, all at once", async () => {
      const inputs = [{ name: "raw", dataStore: "transactions", path: "a/b/c/d/e/f/g" }];
      const { training } = withFirstStep({ machineType: "ml.m5.large", inputs, nodes: 13 });
      const pipelines = training!.pipelines!.slice(0, 1);
      assert.deepEqual(await problemsOf({ training: { ...training, pipelines }, network: { cidr: "10.20.0.0/24" } }), [
        "network.cidr",
        "training.pipelines[0].steps[0].machineType",
        "training.pipelines[0].steps[0].inputs[0].path",
      ]);
    });

    it("with more steps or longer commands than a workflow can hold", async () => {
      const changes = withFirstStep({ command: ["x".repeat(70_000)] });
      assert.deepEqual(await problemsOf(changes), ["training.pipelines[0].steps"]);
    });

    it("with more sets of databases than the network has place for", async () => {
      assert.deepEqual(await problemsOf({ network: { cidr: "10.20.0.0/24" } }), ["network.cidr"]);
    });
  });
});
