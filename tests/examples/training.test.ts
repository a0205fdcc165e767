/** The steps of examples/training are run as pipelines run them, with stand-ins for the clouds' clients and the database. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { WorkspaceArgs } from "../../components/args.ts";
import { type PipelinePlan, planPipelines, type StepPlan, stepEnvironment } from "../../components/pipelines.ts";
import { CLOUDS, type Cloud, parseWorkspace } from "../../components/spec.ts";
import { specFor } from "../components/record.ts";

const STEPS = resolve("examples/training");
const STAND_INS = resolve("tests/examples/stand-ins");

/** How each cloud names a secret, a parameter, and its regional endpoint or identity. */
const REFERENCES: Record<Cloud, { secret: string; parameter: string; secretPlace: object; parameterPlace: object }> = {
  aws: {
    secret: "fraud-ml-prod/warehouse-password",
    parameter: "/fraud-ml-prod/sample-rate",
    secretPlace: { region: "eu-west-1" },
    parameterPlace: { region: "eu-west-1" },
  },
  gcp: {
    secret: "projects/p/locations/europe-west4/secrets/warehouse-password/versions/latest",
    parameter: "projects/p/locations/europe-west4/parameters/sample-rate/versions/v1",
    secretPlace: { endpoint: "secretmanager.europe-west4.rep.googleapis.com" },
    parameterPlace: { endpoint: "parametermanager.europe-west4.rep.googleapis.com" },
  },
  azure: {
    secret: "https://fraud.vault.azure.net/secrets/warehouse-password",
    parameter: "https://fraud.azconfig.io/kv/sample-rate",
    secretPlace: { identity: "11111111-2222-4333-8444-555555555555" },
    parameterPlace: { identity: "11111111-2222-4333-8444-555555555555" },
  },
};

/** What a cloud sets in a job besides the step's own variables. */
const AMBIENT: Record<Cloud, Record<string, string>> = {
  aws: { AWS_REGION: "eu-west-1" },
  gcp: {},
  azure: { DEFAULT_IDENTITY_CLIENT_ID: "11111111-2222-4333-8444-555555555555" },
};

/** The example's pipeline on a cloud. */
function planOf(cloud: Cloud): PipelinePlan {
  const fields = parse(readFileSync(join(STEPS, "stack.yaml"), "utf8")) as Partial<WorkspaceArgs>;
  const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/warehouse";
  const existing = { host: "warehouse.example.com", ...(cloud === "azure" ? { id } : { address: "10.60.4.10" }) };
  const databases = [{ name: "warehouse", existing }];
  const [plan] = planPipelines(parseWorkspace(specFor(cloud, { ...fields, databases })));
  return plan!;
}

/** One run of the pipeline: its folders, and what the stand-ins answer and note down. */
class Run {
  readonly folder = mkdtempSync(join(tmpdir(), "training-"));
  readonly secret = `hunter-${randomBytes(12).toString("hex")}`;
  readonly cloud: Cloud;
  readonly plan: PipelinePlan;
  private output = "";

  constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.plan = planOf(cloud);
    const { secret, parameter } = REFERENCES[cloud];
    this.keep({ [secret]: this.secret, [parameter]: "0.5", token: this.secret, accepted: this.secret });
    writeCsv(this.place("transactions", "daily"), "day.csv", ["id", "customer", "amount", "fraud"], transactions());
    const holdout = ["amount", "average_amount", "fraud"];
    writeCsv(this.place("transactions", "holdout"), "rows.csv", holdout, holdoutRows());
  }

  /** Replaces what the stand-ins answer. */
  keep(values: Record<string, string>): void {
    writeFileSync(join(this.folder, "values.json"), JSON.stringify(values));
  }

  step(name: string): StepPlan {
    return this.plan.steps.find((plan) => plan.spec.name === name)!;
  }

  /** Folder of a data store that stands in for the cloud's. */
  place(store: string, path: string): string {
    return join(this.folder, "stores", store, path);
  }

  /** What the platform sets for a step, with local folders. */
  environment(name: string): Record<string, string> {
    const plan = this.step(name);
    const { secret, parameter } = REFERENCES[this.cloud];
    const folder = (folders: { name: string; dataStore: string; path: string }[], wanted: string) => {
      const found = folders.find((entry) => entry.name === wanted)!;
      return this.place(found.dataStore, found.path);
    };
    return stepEnvironment<string>(plan, {
      cloud: this.cloud,
      inputFolder: (input) => folder(plan.inputs, input),
      outputFolder: (output) => folder(plan.outputs, output),
      secret: () => secret,
      parameter: () => parameter,
      database: () => "warehouse.example.com:5432",
      databaseUser: () => undefined,
      checkpointFolder: join(this.folder, "checkpoints"),
    });
  }

  /** Runs a step with its command, as the platform does. Steps without secrets have no client library, and no network. */
  run(name: string, environment: Record<string, string> = {}) {
    const plan = this.step(name);
    const command = plan.spec.command;
    const path = plan.needsNetwork ? "clients" : "no-network";
    return this.python(command.slice(1), { ...this.environment(name), ...environment }, path);
  }

  python(args: string[], environment: Record<string, string>, path = "clients") {
    const env = {
      PATH: process.env.PATH,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONPATH: join(STAND_INS, path),
      ...(path === "clients" && {
        ...AMBIENT[this.cloud],
        STAND_IN_VALUES: join(this.folder, "values.json"),
        STAND_IN_RECORD: join(this.folder, "record.jsonl"),
      }),
      ...environment,
    };
    const { status, stdout, stderr } = spawnSync("python3", args, { cwd: STEPS, encoding: "utf8", env });
    this.output += stdout + stderr;
    return { status, stdout, stderr };
  }

  /** What the stand-ins were asked. */
  calls(): Record<string, unknown>[] {
    const file = join(this.folder, "record.jsonl");
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  read(store: string, path: string): string {
    return readFileSync(this.place(store, path), "utf8");
  }

  /** Every text in which the secret stands, besides where the test itself put it. */
  leaks(): string[] {
    const files = readdirSync(this.folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file !== "values.json" && statSync(join(this.folder, file)).isFile())
      .filter((file) => readFileSync(join(this.folder, file), "utf8").includes(this.secret));
    return this.output.includes(this.secret) ? [...files, "the log"] : files;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function writeCsv(folder: string, file: string, columns: string[], rows: (string | number)[][]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), [columns, ...rows].map((row) => row.join(",")).join("\n"));
}

/** Fraud is what costs ten times what the customer spends on average. */
function transactions(): (string | number)[][] {
  return Array.from({ length: 400 }, (_, index) => {
    const fraud = index % 4 === 0;
    return [`t${index}`, index % 2 ? "anna" : "bert", (fraud ? 1500 : 90) + (index % 7), fraud ? 1 : 0];
  });
}

function holdoutRows(): number[][] {
  return Array.from({ length: 50 }, (_, index) => (index % 5 ? [110 + index, 150, 0] : [1700 + index, 150, 1]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

describe("examples/training", function () {
  this.timeout(60_000);
  const runs: Run[] = [];
  const start = (cloud: Cloud): Run => {
    runs.push(new Run(cloud));
    return runs.at(-1)!;
  };
  afterEach(() => {
    for (const run of runs.splice(0)) run.remove();
  });

  before(() => {
    const { stdout } = spawnSync("python3", ["--version"], { encoding: "utf8" });
    const [, minor] = /^Python 3\.(\d+)/.exec(stdout ?? "") ?? [];
    assert.ok(Number(minor) >= 11, `the steps need Python 3.11 or newer; python3 is ${stdout || "missing"}`);
  });

  for (const cloud of CLOUDS) {
    it(`prepares, trains and evaluates on ${cloud}, and the password is nowhere but in the connection`, () => {
      const run = start(cloud);
      for (const name of ["prepare", "train", "evaluate"]) {
        const { status, stderr } = run.run(name);
        assert.equal(status, 0, `${name}: ${stderr}`);
      }
      const { secret, parameter, secretPlace, parameterPlace } = REFERENCES[cloud];
      const [askedParameter, askedSecret, connection, query] = run.calls();
      assert.deepEqual(askedParameter, { call: "parameter", reference: parameter, ...parameterPlace });
      assert.deepEqual(askedSecret, { call: "secret", reference: secret, ...secretPlace });
      assert.deepEqual(connection, {
        call: "connect",
        host: "warehouse.example.com",
        port: 5432,
        dbname: "sales",
        user: "ml_prepare",
        password: sha256(run.secret),
        sslmode: "verify-full",
        connect_timeout: 10,
      });
      assert.equal(query?.call, "query");

      const features = run.read("features", "pipelines/nightly/prepare/features/features.csv").trim().split("\n");
      assert.ok(features.length > 100 && features.length < 300, `${features.length} rows of 400, at a rate of 0.5`);
      const model = JSON.parse(run.read("models", "pipelines/nightly/train/model/model.json"));
      assert.equal(model.weights.length, 2);
      const report = JSON.parse(run.read("models", "pipelines/nightly/evaluate/report/report.json"));
      assert.deepEqual([report.rows, report.limit], [50, 0.9]);
      assert.ok(report.accuracy >= 0.9, `accuracy ${report.accuracy}`);
      assert.deepEqual(run.leaks(), []);
    });
  }

  it("would notice a password in a log or an output", () => {
    const run = start("aws");
    run.python(
      ["-c", "from ml_step import read_secret; print(read_secret('warehouse-password'))"],
      run.environment("prepare"),
    );
    writeFileSync(join(run.folder, "features.csv"), run.secret);
    assert.deepEqual(run.leaks(), ["features.csv", "the log"]);
  });

  it("trains without a network, a client library, or anything of the database in its environment", () => {
    const run = start("gcp");
    const folders = ["ML_CHECKPOINTS", "ML_CLOUD", "ML_INPUT_FEATURES", "ML_OUTPUT_MODEL"];
    assert.deepEqual(Object.keys(run.environment("train")).sort(), folders);
    const use = "import urllib.request as r; r.urlopen('http://127.0.0.1:9')";
    assert.match(run.python(["-c", use], {}, "no-network").stderr, /socket\.\w+ in a step without a network/);
    assert.match(run.python(["-c", "import psycopg"], {}, "no-network").stderr, /ModuleNotFoundError|ImportError/);
    assert.equal(run.run("prepare").status, 0);
    assert.equal(run.run("train").status, 0);
  });

  it("goes on from a checkpoint when the machine was taken away, to the same model", () => {
    const [interrupted, whole] = [start("aws"), start("aws")];
    for (const run of [interrupted, whole]) assert.equal(run.run("prepare").status, 0);
    const early = interrupted.python(["train.py", "--epochs", "7"], interrupted.environment("train"), "no-network");
    assert.equal(early.status, 0);
    writeFileSync(join(interrupted.folder, "checkpoints", "epoch-000008.json"), '{"epoch": 8, "mod');
    assert.match(interrupted.run("train").stdout, /continuing after epoch 7/);
    assert.doesNotMatch(whole.run("train").stdout, /continuing/);
    const model = "pipelines/nightly/train/model/model.json";
    assert.equal(interrupted.read("models", model), whole.read("models", model));
  });

  it("fails below the limit, with the report written, so that nothing is registered", () => {
    const run = start("azure");
    assert.equal(run.run("prepare").status, 0);
    assert.equal(run.run("train").status, 0);
    const { status, stderr } = run.run("evaluate", { MIN_ACCURACY: "1.01" });
    assert.notEqual(status, 0);
    assert.match(stderr, /is below the limit 1\.01/);
    assert.ok(JSON.parse(run.read("models", "pipelines/nightly/evaluate/report/report.json")).accuracy <= 1);
    assert.ok(run.step("register").after.includes("evaluate"));
  });

  it("says nothing of the password when the database refuses it", () => {
    const run = start("aws");
    const { secret, parameter } = REFERENCES.aws;
    run.keep({ [secret]: run.secret, [parameter]: "0.5", accepted: "other" });
    const { status, stderr } = run.run("prepare");
    assert.notEqual(status, 0);
    assert.match(stderr, /password authentication failed for user "ml_prepare"/);
    assert.deepEqual(run.leaks(), []);
    assert.ok(!existsSync(run.place("features", "pipelines/nightly/prepare/features/features.csv")));
  });

  it("explains what a step does not name", () => {
    const run = start("gcp");
    const ask = (call: string) =>
      run.python(["-c", `import ml_step; ml_step.${call}`], run.environment("train")).stderr;
    assert.match(ask("read_secret('warehouse-password')"), /this step does not name "warehouse-password"/);
    assert.match(ask("read_parameter('sample-rate')"), /ML_PARAMETER_SAMPLE_RATE is not set/);
    assert.match(ask("input_folder('raw')"), /ML_INPUT_RAW is not set/);
    assert.match(ask("database('warehouse')"), /ML_DATABASE_WAREHOUSE is not set/);
    const { stderr } = run.python(["-c", "import ml_step; ml_step.read_secret('warehouse-password')"], {
      ...run.environment("prepare"),
      ML_CLOUD: "other",
    });
    assert.match(stderr, /ML_CLOUD is "other"; it is aws, gcp or azure/);
  });

  const tokens: Record<Cloud, Record<string, unknown>> = {
    aws: { host: "results.example.com", port: 5433, user: "report_query", region: "eu-west-1" },
    gcp: { scopes: ["https://www.googleapis.com/auth/sqlservice.login"] },
    azure: {
      scope: "https://ossrdbms-aad.database.windows.net/.default",
      identity: "11111111-2222-4333-8444-555555555555",
    },
  };
  for (const cloud of CLOUDS) {
    it(`signs in to the workspace's own database as the step on ${cloud}, without a secret`, () => {
      const run = start(cloud);
      const environment = { ML_CLOUD: cloud, ML_DATABASE_RESULTS: "results.example.com:5433" };
      const code = `
import sys
from ml_step import Database, database, database_password
assert database("results") == Database("results.example.com", 5433, "report_query")
sys.exit(0 if database_password("results").startswith("hunter-") else 3)`;
      const signedIn = run.python(["-c", code], { ...environment, ML_DATABASE_RESULTS_USER: "report_query" });
      assert.equal(signedIn.status, 0, signedIn.stderr);
      assert.deepEqual(run.calls(), [{ call: "token", ...tokens[cloud] }]);
      const { stderr } = run.python(["-c", "import ml_step; ml_step.database_password('results')"], environment);
      assert.match(stderr, /no sign-in by identity; read its password with read_secret/);
      assert.deepEqual(run.leaks(), []);
    });
  }

  const mirrors: Record<Cloud, { index?: string; user?: string; asked: object[] }> = {
    aws: {
      index: "fraud-ml-111122223333.d.codeartifact.eu-west-1.amazonaws.com/pypi/fraud-ml/simple/",
      user: "aws",
      asked: [{ call: "token", domain: "fraud-ml", account: "111122223333", region: "eu-west-1" }],
    },
    gcp: {
      index: "europe-west4-python.pkg.dev/p/fraud-ml/simple/",
      user: "oauth2accesstoken",
      asked: [{ call: "token", scopes: ["https://www.googleapis.com/auth/cloud-platform"] }],
    },
    azure: { asked: [] },
  };
  for (const cloud of CLOUDS) {
    it(`installs packages with hashes on ${cloud}, and the mirror's token is in no command`, () => {
      const run = start(cloud);
      const { index, user, asked } = mirrors[cloud];
      const code = "from pathlib import Path; from ml_step import install_packages; install_packages(Path('some.txt'))";
      const place: Record<string, string> = index ? { ML_PACKAGE_INDEX: `https://${index}` } : {};
      const installed = run.python(["-c", code], { ML_CLOUD: cloud, ...place });
      assert.equal(installed.status, 0, installed.stderr);
      const url = index ? `https://${user}:${run.secret}@${index}` : "";
      const command = ["install", "--quiet", "--require-hashes", "--requirement", "some.txt"];
      assert.deepEqual(run.calls(), [...asked, { call: "pip", arguments: command, password: sha256(url) }]);
      assert.deepEqual(run.leaks(), []);
    });
  }

  it("builds images from a base by digest, with hashes of every package, and not as root", () => {
    for (const name of ["Dockerfile.prepare", "Dockerfile.trainer"]) {
      const text = readFileSync(join(STEPS, name), "utf8");
      assert.match(text, /^ARG BASE\nFROM \$\{BASE\}$/m, name);
      assert.match(text, /^ARG RUN_AS=step\nUSER \$\{RUN_AS\}\n$/m, name);
      const copied = [...text.matchAll(/^COPY (.+) \.\/$/gm)].flatMap(([, files]) => files!.split(" "));
      for (const file of copied) assert.ok(existsSync(join(STEPS, file)), `${name} copies ${file}`);
    }
    for (const cloud of CLOUDS) {
      const lines = readFileSync(join(STEPS, `requirements-${cloud}.txt`), "utf8")
        .split("\n")
        .slice(3);
      const packages = lines
        .join("\n")
        .trim()
        .split(/\n(?=\S)/);
      for (const entry of packages) assert.match(entry, /^[a-z0-9_.-]+==\S+ \\\n {4}--hash=sha256:[0-9a-f]{64}$/);
    }
  });
});
