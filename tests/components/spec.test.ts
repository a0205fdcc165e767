import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import type * as z from "zod";
import type { WorkspaceArgs } from "../../components/args.ts";
import { InvalidInputError } from "../../components/problems.ts";
import { parseWorkspace, type workspaceSchema, workspaceTags } from "../../components/spec.ts";
import { specFor } from "./record.ts";

/** The problems of a spec as `path: message` lines; empty when it is valid. */
function problemsOf(spec: unknown): string[] {
  try {
    parseWorkspace(spec);
    return [];
  } catch (error) {
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

/** Asserts that a spec has exactly one problem, at `path`, whose message matches. */
function assertProblem(spec: unknown, path: string, message: RegExp): void {
  const problems = problemsOf(spec);
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.ok(problems[0]?.startsWith(`${path}: `), problems[0]);
  assert.match(problems[0] ?? "", message);
}

describe("workspace spec", () => {
  for (const cloud of ["aws", "gcp", "azure"] as const) {
    it(`accepts a full spec for ${cloud} and fills in the defaults`, () => {
      const workspace = parseWorkspace(specFor(cloud));
      assert.equal(workspace.name, "ml");
      assert.equal(workspace.network.egress, "none");
      assert.equal(workspace.notebooks[0]?.idleMinutes, 60);
      assert.deepEqual(workspace.keys, { rotationDays: 365, hsm: false });
    });
  }

  it("reports every problem at once, each with its path and a fix", () => {
    const spec = {
      ...specFor("aws"),
      location: "westeurope",
      network: { cidr: "8.8.8.0/24", egres: "none" },
      notebooks: [
        { name: "n1", owner: "bob", size: "huge" },
        { name: "n1", owner: "ana" },
      ],
    };
    assert.deepEqual(problemsOf(spec), [
      "network.cidr: use a private IPv4 range in CIDR form, such as 10.20.0.0/20",
      'network.egres: is no field; did you mean "egress"?',
      'notebooks[0].size: "huge" does not fit; use one of small, medium, large, gpu-small, gpu-large',
      'location: "westeurope" is no aws region; use one such as eu-west-1',
      'notebooks[0].owner: "bob" is no data scientist of this spec (ana)',
      'notebooks[1].name: "n1" is taken by notebooks[0]; choose another name',
    ]);
  });

  it("says what a missing field takes", () => {
    const { cloud: _, ...spec } = specFor("aws");
    assertProblem(spec, "cloud", /is required: use one of aws, gcp, azure/);
  });

  it("asks for the account of the stack's cloud only", () => {
    const spec = specFor("gcp");
    assert.deepEqual(problemsOf({ ...spec, account: { gcp: spec.account.gcp } }), []);
    assertProblem({ ...spec, account: { aws: spec.account.aws } }, "account.gcp", /required because cloud is "gcp"/);
  });

  it("asks for each person's identifier in the stack's cloud only", () => {
    const people = { dataScientists: [{ name: "ana", gcp: "user:ana@example.com" }] };
    assert.deepEqual(problemsOf({ ...specFor("gcp"), people }), []);
    assertProblem({ ...specFor("azure"), people }, "people.dataScientists[0].azure", /give ana's azure identifier/);
  });

  it("refuses a notebook that belongs to a group", () => {
    const spec = specFor("gcp");
    const people = { dataScientists: [{ name: "ana", kind: "group", gcp: "group:ana@example.com" }] };
    assertProblem({ ...spec, people }, "notebooks[0].owner", /is a group; a notebook belongs to one person/);
  });

  for (const [cidr, expected] of [
    ["10.0.0.0/15", /from \/16 to \/24/],
    ["10.0.0.0/25", /from \/16 to \/24/],
    ["10.0.0.1/20", /private IPv4 range/],
    ["172.32.0.0/16", /private IPv4 range/],
    ["10.0.0.0", /private IPv4 range/],
  ] as const) {
    it(`refuses the network range ${cidr}`, () => {
      assertProblem({ ...specFor("aws"), network: { cidr } }, "network.cidr", expected);
    });
  }

  it("needs a range or an existing network", () => {
    assertProblem({ ...specFor("aws"), network: {} }, "network.cidr", /required unless network.existing/);
    const existing = { networkId: "vpc-1", subnetIds: ["subnet-1"] };
    assert.deepEqual(problemsOf({ ...specFor("aws"), network: { existing } }), []);
  });

  it("takes ids of existing things as outputs of other resources", () => {
    const existing = { networkId: pulumi.output("vpc-1"), subnetIds: [Promise.resolve("subnet-1")] };
    assert.deepEqual(problemsOf({ ...specFor("aws"), network: { existing } }), []);
    const wrong = { networkId: 7, subnetIds: ["subnet-1"] };
    assertProblem(
      { ...specFor("aws"), network: { existing: wrong } },
      "network.existing.networkId",
      /give the id as text/,
    );
  });

  it("ties approved hosts to approved egress, both ways", () => {
    const cidr = "10.20.0.0/20";
    assertProblem(
      { ...specFor("aws"), network: { cidr, egress: "approved" } },
      "network.approvedHosts",
      /list the hosts/,
    );
    const stray = { cidr, egress: "none", approvedHosts: ["pypi.org"] };
    assertProblem({ ...specFor("aws"), network: stray }, "network.approvedHosts", /applies to egress "approved" only/);
    const everything = { cidr, egress: "approved", approvedHosts: ["*"] };
    assertProblem({ ...specFor("aws"), network: everything }, "network.approvedHosts[0]", /use a host name/);
  });

  it("demands HSM keys and immutable stores for restricted data", () => {
    assert.deepEqual(problemsOf({ ...specFor("azure"), dataClassification: "restricted" }), [
      "keys.hsm: set true: restricted data needs HSM keys",
      "dataStores[0].immutableDays: set at least 1: restricted data needs immutable stores",
      "dataStores[1].immutableDays: set at least 1: restricted data needs immutable stores",
    ]);
  });

  it("keeps the workspace's own names and tags to itself", () => {
    assertProblem(
      { ...specFor("aws"), dataStores: [{ name: "models" }] },
      "dataStores[0].name",
      /workspace's own store/,
    );
    assertProblem({ ...specFor("aws"), tags: { team: "x" } }, "tags.team", /set from the spec itself/);
    assertProblem({ ...specFor("aws"), tags: { Owner: "Ana B" } }, "tags.Owner", /lower-case letters/);
    const tags = workspaceTags(parseWorkspace({ ...specFor("aws"), tags: { "cost-center": "4711" } }));
    assert.deepEqual(tags, {
      "cost-center": "4711",
      team: "fraud",
      environment: "prod",
      "data-classification": "confidential",
    });
  });

  it("needs a container name for an existing Azure store, and no immutability on any existing store", () => {
    const id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a";
    const dataStores = [{ name: "raw", existing: { id } }];
    assertProblem({ ...specFor("azure"), dataStores }, "dataStores[0].existing.container", /name the blob container/);
    const immutable = [{ name: "raw", immutableDays: 3, existing: { id } }];
    assertProblem({ ...specFor("gcp"), dataStores: immutable }, "dataStores[0].immutableDays", /set it there/);
  });

  it("refuses repositories with other schemes than https", () => {
    const notebooks = [
      { name: "explore", owner: "ana", repositories: ["http://example.com/x", "https://example.com/y"] },
    ];
    assertProblem({ ...specFor("aws"), notebooks }, "notebooks[0].repositories[0]", /https:\/\//);
  });

  for (const input of [undefined, null, "text", 7, [], {}]) {
    it(`explains itself when the whole spec is ${JSON.stringify(input)}`, () => {
      assert.ok(problemsOf(input).length > 0);
    });
  }
});

describe("generated spec files", () => {
  it("args.ts says the same as the schema", () => {
    // The compiler is the test: each direction fails to compile when a field, its type or its optionality differs.
    const fromArgs: Widen<z.input<typeof workspaceSchema>> = {} as WorkspaceArgs;
    const toArgs: WorkspaceArgs = {} as Widen<z.input<typeof workspaceSchema>>;
    assert.deepEqual(fromArgs, toArgs);
  });

  it("the editor's schema accepts every stack file", () => {
    const schema = JSON.parse(readFileSync("docs/stack.schema.json", "utf8"));
    const validate = new Ajv2020({ strict: false, formats: { uri: true } }).compile(schema);
    const files = readdirSync("stacks").filter((file) => /^Pulumi\..+\.yaml$/.test(file));
    assert.ok(files.length >= 6);
    for (const file of files) {
      const stack = parse(readFileSync(`stacks/${file}`, "utf8")) as { config: Record<string, unknown> };
      assert.ok(validate(stack), `${file}: ${JSON.stringify(validate.errors)}`);
      assert.doesNotThrow(() => parseWorkspace(stack.config["secure-ml-workspaces:workspace"]), file);
    }
    assert.equal(validate({ config: { "secure-ml-workspaces:workspace": { team: 1 } } }), false);
  });
});

/** A schema's input type with literal unions widened, as args.ts has to write them. */
type Widen<T> = T extends string
  ? string
  : T extends (infer U)[]
    ? Widen<U>[]
    : T extends number | boolean | { apply: unknown } | Promise<unknown>
      ? T
      : { [K in keyof T]: Widen<T[K]> };
