import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { GATE_CODE } from "../../components/azure/image-gate.ts";
import { preview } from "../stacks/preview.ts";
import { type Inputs, recordAzure } from "./azure.ts";
import type { Registration } from "./record.ts";
import { NIGHTLY, withTraining } from "./training-specs.ts";

const MODELS = ".cache/azure-ml";

/** Documents by the name of their resource. */
interface Documents {
  components: Record<string, Inputs>;
  jobs: Record<string, Inputs>;
}

/** What Azure ML's own schemas say about documents: problems by name. */
function judge(documents: Documents): Record<string, string[]> {
  if (!existsSync(`${MODELS}/.installed`)) {
    throw new Error(`Azure ML's schemas are missing: run "make ${MODELS}/.installed" (or "make test") first`);
  }
  const { status, stdout, stderr } = spawnSync("python3", ["tests/azure-ml/judge.py"], {
    input: JSON.stringify(documents),
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: MODELS },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

function documentsOf(all: Pick<Registration, "type" | "name" | "inputs">[]): Documents {
  const entries = (type: string, pick: (inputs: Inputs) => Inputs) =>
    Object.fromEntries(
      all
        .filter((entry) => entry.type === `azure-native:machinelearningservices:${type}`)
        .map(({ name, inputs }) => [name, pick(inputs)]),
    );
  return {
    components: entries("ComponentVersion", ({ properties }) => properties.componentSpec),
    jobs: entries("Schedule", ({ properties }) => properties.action.jobDefinition),
  };
}

describe("the pipeline documents of Azure ML", function () {
  this.timeout(60_000);
  let documents: Documents;
  before(async () => {
    documents = documentsOf(await recordAzure(withTraining("azure")));
  });
  const job = (pipeline: string) => documents.jobs[`fraud-ml-pipeline-${pipeline}-schedule`]!;
  const component = (pipeline: string, step: string) =>
    documents.components[`fraud-ml-pipeline-${pipeline}-${step.replaceAll("_", "-")}-component`]!;

  it("are valid by Azure ML's own schemas", () => {
    const problems = judge(documents);
    assert.equal(Object.keys(problems).length, 9);
    for (const [name, found] of Object.entries(problems)) assert.deepEqual(found, [], name);
  });

  it("are valid in the team stacks as well, with assumed values", () => {
    const { report } = preview("--stack", "fraud-azure", "--stack", "health-azure", "--assume-created");
    assert.equal(report.stacks.length, 2);
    for (const { stack, resources } of report.stacks) {
      const problems = judge(documentsOf(resources));
      assert.ok(
        Object.keys(problems).some((name) => name.endsWith("-schedule")),
        stack,
      );
      for (const [name, found] of Object.entries(problems)) assert.deepEqual(found, [], name);
    }
  });

  it("would not be with a wrong mode or name, a missing component, or a duration that is none", () => {
    const nightly = structuredClone(job("nightly"));
    const { train } = nightly.jobs;
    const broken = (change: object) => ({ ...nightly, jobs: { ...nightly.jobs, train: { ...train, ...change } } });
    const prepare = component("nightly", "prepare");
    const problems = judge({
      components: {
        mode: { ...prepare, inputs: { raw: { type: "uri_folder", mode: "sideways" } } },
        name: { ...prepare, name: "nightly-prepare" },
      },
      jobs: {
        component: broken({ componentId: undefined }),
        timeout: broken({ limits: { job_limits_type: "Command", timeout: "six hours" } }),
        distribution: broken({ distribution: { distribution_type: "Imaginary" } }),
      },
    });
    for (const name of ["mode", "name", "component", "timeout", "distribution"]) {
      assert.ok(problems[name]!.length > 0, `${name} was let through`);
    }
  });

  it("bind every input and output to what exists, with the names that the component has", () => {
    for (const pipeline of ["nightly", "report"]) {
      const { inputs, outputs, jobs } = job(pipeline);
      for (const [name, node] of Object.entries<Inputs>(jobs)) {
        const spec = component(pipeline, name);
        assert.match(node.componentId, new RegExp(`/components/${spec.name}/versions/${spec.version}$`));
        assert.deepEqual(Object.keys(node.inputs).sort(), Object.keys(spec.inputs).sort(), name);
        for (const { value } of Object.values<Inputs>(node.inputs)) {
          const [, from, step, output] = /^\$\{\{parent\.(?:inputs|jobs\.(\w+)\.outputs)\.(\w+)\}\}$/.exec(value) ?? [];
          assert.ok(output === undefined, value);
          if (from) assert.ok(step! in component(pipeline, from).outputs, value);
          else assert.ok(step! in inputs, value);
        }
        for (const [output, { value }] of Object.entries<Inputs>(node.outputs)) {
          assert.ok(output in spec.outputs, output);
          assert.ok(value.replace(/^\$\{\{parent\.outputs\.|\}\}$/g, "") in outputs, value);
        }
      }
    }
  });

  it("let nothing start before the gate has ended, nor before the steps that it waits for", () => {
    const { jobs } = job("nightly");
    const waits = (step: string) =>
      Object.keys(jobs[step].inputs)
        .filter((name) => name.startsWith("ml__after_"))
        .map((name) => name.replace("ml__after_", ""))
        .sort();
    assert.deepEqual(waits("image_gate"), []);
    assert.deepEqual(waits("prepare"), ["image_gate"]);
    assert.deepEqual(waits("train"), ["image_gate", "prepare"]);
    assert.deepEqual(waits("evaluate"), ["image_gate", "train"]);
    assert.deepEqual(waits("register"), ["evaluate", "image_gate", "train"]);
    assert.equal(job("nightly").settings.continue_on_step_failure, false);
  });

  it("say where everything is, and no secret's value", () => {
    const { environment_variables: environment } = job("nightly").jobs.prepare;
    assert.match(
      environment.ML_SECRET_WAREHOUSE_PASSWORD,
      /^https:\/\/[\w-]+\.vault\.azure\.net\/secrets\/warehouse-password$/,
    );
    assert.match(environment.ML_PARAMETER_SAMPLE_RATE, /^https:\/\/[\w-]+\.azconfig\.io\/kv\/sample-rate$/);
    assert.equal(environment.ML_DATABASE_WAREHOUSE, "example-warehouse.postgres.database.azure.com:5432");
    assert.equal(environment.ML_DATABASE_WAREHOUSE_USER, undefined);
    const query = job("report").jobs.query.environment_variables;
    assert.match(query.ML_DATABASE_RESULTS, /\.postgres\.database\.azure\.com:5432$/);
    assert.equal(query.ML_DATABASE_RESULTS_USER, "fraud-ml-prod-step-report-query");
    assert.ok(!JSON.stringify(documents).includes("an operator sets this"));
    assert.equal(
      component("nightly", "train").command,
      `export ML_INPUT_FEATURES="\${{inputs.features}}" && export ML_OUTPUT_MODEL="\${{outputs.model}}" && python train.py --epochs 3`,
    );
  });

  it("give every run a folder of its own, and register a copy of the model", () => {
    const { outputs } = job("nightly");
    for (const { uri } of Object.values<Inputs>(outputs)) assert.match(uri, /\/\$\{\{name\}\}\/$/);
    assert.equal(outputs.register__registered.assetName, "fraud-ml-prod-nightly");
    assert.equal(outputs.train__model.assetName, undefined);
    assert.equal(job("nightly").jobs.train.resources.instance_count, 2);
    assert.equal(job("nightly").jobs.train.limits.timeout, "PT360M");
  });

  it("get another version when a step changes, and keep it otherwise", async () => {
    const version = (all: Documents, step: string) =>
      all.components[`fraud-ml-pipeline-nightly-${step}-component`]!.version;
    const steps = NIGHTLY.steps.map((step) =>
      step.name === "train" ? { ...step, command: ["python", "other.py"] } : step,
    );
    const training = { cluster: { maxNodes: 2 }, pipelines: [{ ...NIGHTLY, steps }] };
    const changed = documentsOf(await recordAzure({ ...withTraining("azure"), training }));
    assert.notEqual(version(changed, "train"), version(documents, "train"));
    assert.equal(version(changed, "prepare"), version(documents, "prepare"));
  });

  it("pass every word of a command on as it is", () => {
    const words = ["a b", "it's", "$HOME", "`id`", '"', "\\", "*", "-x=1"];
    const steps = [{ ...NIGHTLY.steps[0]!, command: ["printf", "%s\\n", ...words] }];
    return recordAzure({ ...withTraining("azure"), training: { pipelines: [{ ...NIGHTLY, steps }] } }).then((all) => {
      const { command } = documentsOf(all).components["fraud-ml-pipeline-nightly-prepare-component"]!;
      const { stdout } = spawnSync("bash", ["-c", command.replaceAll(/\$\{\{[^}]*\}\}/g, "/folder")], {
        encoding: "utf8",
      });
      assert.deepEqual(stdout.trimEnd().split("\n"), words);
    });
  });
});

describe("the image gate of Azure ML", () => {
  const digest = `sha256:${"d".repeat(64)}`;
  const UNHEALTHY = (severity: string) => ({ status: "Unhealthy", severity });

  /** Runs the gate's code as the job does, against a stand-in for the token endpoint and Resource Graph. */
  async function gate(rows: object[], severityLimit: string, status = 200) {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const body = await text(request);
      const { secret, authorization } = request.headers;
      asked.push(`${request.method} ${request.url} ${secret ?? authorization} ${body}`);
      if (request.url!.startsWith("/token")) return void response.end(JSON.stringify({ access_token: "t0ken" }));
      response.statusCode = status;
      const { $skipToken: page } = JSON.parse(body).options;
      const [first, ...rest] = page ? rows.slice(1) : rows;
      const more = !page && rest.length > 0 ? { $skipToken: "next" } : {};
      response.end(JSON.stringify({ data: page ? rows.slice(1) : first ? [first] : [], ...more }));
    });
    await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const child = spawn("bash", ["-c", `python3 -c '${GATE_CODE}'`], {
      env: {
        ...process.env,
        DEFAULT_IDENTITY_CLIENT_ID: "client",
        MSI_ENDPOINT: `${url}/token`,
        MSI_SECRET: "header",
        ML_RESOURCE_MANAGER: url,
        ML_SUBSCRIPTION: "subscription",
        ML_GATED_IMAGES: JSON.stringify([{ image: `r.azurecr.io/a@${digest}`, digest, severityLimit }]),
      },
    });
    const exit = new Promise<number | null>((done) => void child.on("exit", done));
    const output = await text(child.stdout);
    const code = await exit;
    server.close();
    return { code, output, asked };
  }

  for (const [title, rows, limit, code] of [
    ["refuses an image that Defender says nothing about", [], "critical", 1],
    ["refuses an image that cannot be scanned", [{ status: "NotApplicable", severity: "" }], "critical", 1],
    ["clears an image that is healthy", [{ status: "Healthy", severity: "" }], "none", 0],
    ["clears what is as bad as the limit allows", [UNHEALTHY("Low"), UNHEALTHY("Medium")], "medium", 0],
    ["refuses what is worse", [UNHEALTHY("Low"), UNHEALTHY("High")], "medium", 1],
    ["refuses any vulnerability with limit none", [UNHEALTHY("Low")], "none", 1],
    ["refuses a severity that it does not know", [UNHEALTHY("Apocalyptic")], "critical", 1],
    ["reads every page", [UNHEALTHY("Low"), UNHEALTHY("Low"), UNHEALTHY("Critical")], "high", 1],
  ] as const) {
    it(title, async () => {
      const result = await gate([...rows], limit);
      assert.equal(result.code, code, result.output);
      assert.match(result.output, code === 0 ? /^cleared: / : /^refused: /);
    });
  }

  it("stops the pipeline when Resource Graph does not answer", async () => {
    assert.notEqual((await gate([], "critical", 403)).code, 0);
  });

  it("asks as the gate's identity for that digest alone", async () => {
    const { asked } = await gate([UNHEALTHY("Low")], "high");
    assert.match(asked[0]!, /^GET \/token\?.*clientid=client header/);
    assert.match(asked[1]!, /^POST \/providers\/Microsoft\.ResourceGraph\/resources\?api-version=[\d-]+ Bearer t0ken/);
    assert.ok(asked[1]!.includes(digest) && asked[1]!.includes("microsoft.security/assessments"));
  });

  it("is written so that a shell passes it on as it is", () => {
    assert.doesNotMatch(GATE_CODE, /['$`]/);
  });
});
