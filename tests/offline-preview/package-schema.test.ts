/** What a package schema says of types, and the placeholders and fixtures that are made of it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../offline-preview/errors.ts";
import { loadFixtures } from "../../offline-preview/project/fixtures.ts";
import { noMissingAnswers, recordFixtures } from "../../offline-preview/project/record-fixtures.ts";
import type { Properties, Value } from "../../offline-preview/protocol/messages.ts";
import { secret, UNKNOWN } from "../../offline-preview/protocol/properties.ts";
import { checkInputs } from "../../offline-preview/sdk/check-inputs.ts";
import { combine, schemaKnowledge, withDefaults } from "../../offline-preview/sdk/package-schema.ts";
import type { ResourceShape, TypeKnowledge } from "../../offline-preview/sdk/shapes.ts";
import { skeleton } from "../../offline-preview/sdk/skeleton.ts";
import { folder, removeFolders } from "./preview.ts";

const SCHEMA = {
  name: "acme",
  version: "2.0.0",
  provider: { inputProperties: { endpoint: { type: "string" } }, requiredInputs: ["endpoint"] },
  types: {
    "acme:index/port:Port": {
      type: "object",
      properties: { number: { type: "integer" }, protocol: { type: "string", default: "tcp" } },
      required: ["number"],
    },
    "acme:index:Tier": { type: "string", enum: [{ value: "small" }, { value: "large" }] },
    "acme:index:Tree": { properties: { child: { $ref: "#/types/acme:index:Tree" } }, required: ["child"] },
  },
  resources: {
    "acme:index:Service": {
      inputProperties: {
        kind: { type: "string", const: "Service" },
        name: { type: "string", description: "What it is called." },
        ports: { type: "array", items: { $ref: "#/types/acme:index%2Fport:Port" } },
        tier: { $ref: "#/types/acme:index:Tier" },
        zone: { oneOf: [{ type: "string" }, { $ref: "#/types/acme:index:Tier" }] },
        code: { $ref: "pulumi.json#/Archive" },
        settings: { type: "object", additionalProperties: { type: "boolean" } },
        anything: { $ref: "/aws/v6.0.0/schema.json#/types/aws:s3:Bucket" },
        replicas: { type: "integer", default: 2 },
      },
      requiredInputs: ["kind", "ports"],
      properties: {
        name: { type: "string" },
        url: { type: "string" },
        healthy: { type: "boolean" },
        tier: { $ref: "#/types/acme:index:Tier" },
        port: { $ref: "#/types/acme:index%2Fport:Port" },
        note: { type: "string" },
        tree: { $ref: "#/types/acme:index:Tree" },
      },
      required: ["name", "url", "healthy", "tier", "port", "tree"],
    },
  },
  functions: {
    "acme:index:getService": {
      inputs: { properties: { name: { type: "string" } }, required: ["name"] },
      outputs: { properties: { id: { type: "string" }, size: { type: "number" } }, required: ["id", "size"] },
    },
  },
};
const SERVICE = "acme:index:Service";
const LOOKUP = "acme:index:getService";

describe("offline preview: package schemas and recorded fixtures", () => {
  let files: string;
  let knowledge: TypeKnowledge;
  let service: ResourceShape;

  before(() => {
    files = folder({ "schema.json": JSON.stringify(SCHEMA), "broken.json": "{", "other.json": '{"name": 1}' });
    writeFileSync(join(files, "list.json"), '{"name": "acme", "resources": []}');
    knowledge = schemaKnowledge(join(files, "schema.json"));
    service = knowledge.resource(SERVICE) as ResourceShape;
  });
  after(removeFolders);

  it("reads inputs, required ones, defaults and enums", () => {
    const { inputs } = service;
    assert.deepEqual(inputs.kind, {
      type: { kind: "enum", values: ["Service"], open: false },
      required: true,
      default: "Service",
    });
    assert.deepEqual(inputs.tier?.type, { kind: "enum", values: ["small", "large"], open: false });
    assert.deepEqual(inputs.zone?.type, { kind: "enum", values: ["small", "large"], open: true });
    assert.deepEqual(inputs.code?.type, { kind: "asset" });
    assert.deepEqual(inputs.settings?.type, { kind: "map", values: { kind: "boolean" } });
    assert.deepEqual(inputs.anything?.type, { kind: "any" });
    assert.deepEqual(inputs.replicas, { type: { kind: "number" }, required: false, default: 2 });
    assert.equal(inputs.name?.autonamed, true);
    assert.equal(knowledge.resource("pulumi:providers:acme")?.inputs.endpoint?.required, true);
    assert.equal(knowledge.resource("acme:index:Nothing"), undefined);
    assert.equal(knowledge.resource("constructor"), undefined);
    assert.equal(knowledge.function(LOOKUP)?.args.name?.required, true);
    assert.equal(knowledge.function("acme:index:getNothing"), undefined);
  });

  it("checks inputs by them", () => {
    const problems = checkInputs(service, { tier: "tiny", ports: [{ protocol: 1 }, { nummber: 1, number: 2 }] });
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        'tier cannot be the text "tiny"; use one of small, large',
        "ports[0].number is required",
        "ports[0].protocol must be a text, not the number 1",
        "ports[1].nummber is no property of acme:index/port:Port; did you mean number?",
      ],
    );
  });

  it("puts defaults in, and leaves what is given", () => {
    const inputs: Properties = {
      ports: [{ number: 1 }, { number: 2, protocol: "udp" }, UNKNOWN],
      replicas: 3,
      zone: secret("a"),
    };
    assert.deepEqual(withDefaults(service, inputs), {
      kind: "Service",
      ports: [{ number: 1, protocol: "tcp" }, { number: 2, protocol: "udp" }, UNKNOWN],
      replicas: 3,
      zone: secret("a"),
    });
    assert.deepEqual(withDefaults(service, { ports: null }), { ports: null, kind: "Service", replicas: 2 });
    assert.equal("kind" in inputs, false);
  });

  it("refuses a file that holds no schema", () => {
    for (const [file, message] of [
      ["broken.json", /^--provider-schema .*broken\.json: /],
      ["missing.json", /^--provider-schema .*missing\.json: ENOENT/],
      ["other.json", /^--provider-schema .*other\.json: this is no Pulumi package schema; /],
      ["list.json", /this is no Pulumi package schema \('resources' is no map\); /],
    ] as const) {
      assert.throws(
        () => schemaKnowledge(join(files, file)),
        (error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, message);
          return true;
        },
      );
    }
  });

  it("asks one source after the other", () => {
    const installed: TypeKnowledge = {
      resource: (type) => (type === "acme:index:Local" ? service : undefined),
      function: () => undefined,
      version: (pkg) => (pkg === "acme" ? "1.9.0" : ""),
    };
    const both = combine(knowledge, installed);
    assert.equal(both.resource("acme:index:Local"), service);
    assert.equal(both.resource(SERVICE), service);
    assert.equal(both.resource("acme:index:Nothing"), undefined);
    assert.ok(both.function(LOOKUP));
    assert.equal(both.version("acme"), "1.9.0");
    assert.equal(both.version("other"), "");
  });

  it("makes a placeholder for everything that is always there", () => {
    assert.deepEqual(skeleton(service.outputs), {
      healthy: false,
      name: "",
      port: { number: 0 },
      tier: "small",
      tree: { child: { child: {} } },
      url: "",
    });
  });

  const record = (name: string, missing: Partial<ReturnType<typeof noMissingAnswers>>) =>
    recordFixtures(join(files, name), { ...noMissingAnswers(), ...missing }, knowledge);
  const read = (name: string) => readFileSync(join(files, name), "utf8");

  it("writes what a preview lacked, in an order of its own", () => {
    const invokes: { token: string; args: Properties }[] = [
      { token: LOOKUP, args: {} },
      { token: LOOKUP, args: { name: "b", password: secret("x"), list: [UNKNOWN] } },
      { token: LOOKUP, args: { name: "123" } },
      { token: LOOKUP, args: { name: "123" } },
      { token: "none:index:getIt", args: { on: true } },
    ];
    const resources = [
      { type: SERVICE, name: "b" },
      { type: SERVICE, name: "a" },
    ];
    const missing = { invokes, resources, stackReferences: ["acme/net/prod"], config: ["app:token"] };
    assert.equal(record("new.yaml", missing), 8);
    const reversed = { ...missing, invokes: [...invokes].reverse(), resources: [...resources].reverse() };
    assert.equal(record("reversed.yaml", reversed), 8);
    assert.equal(read("new.yaml"), read("reversed.yaml"));
    assert.match(read("new.yaml"), /^# Answers for pulumi-offline-preview --fixtures\. /);
    const outputs = { id: "", healthy: false, port: { number: 0 }, tree: { child: { child: {} } }, url: "" };
    const result: Value = { id: "", size: 0 };
    assert.deepEqual(loadFixtures(join(files, "new.yaml")), {
      invokes: {
        [LOOKUP]: [{ args: { name: "123" }, result }, { args: { name: "b" }, result }, { result }],
        "none:index:getIt": [{ args: { on: true }, result: {} }],
      },
      resources: { [`${SERVICE}::a`]: outputs, [`${SERVICE}::b`]: outputs },
      stackReferences: { "acme/net/prod": {} },
      tags: {},
      config: { "app:token": "" },
    });
    assert.equal(record("new.yaml", missing), 0);
  });

  it("leaves what stands in the file as it is", () => {
    const mine = `# mine
config:
  app:pin: 0123 # octal for YAML 1.1
  app:on: yes
invokes:
  ${LOOKUP}:
    - args: { name: a }
      result: { id: 'a' }
resources:
  ${SERVICE}: { id: every }
`;
    writeFileSync(join(files, "mine.yaml"), mine);
    const missing = {
      invokes: [
        { token: LOOKUP, args: { name: "a" } },
        { token: LOOKUP, args: { name: "z" } },
      ],
      resources: [{ type: SERVICE, name: "a" }],
      config: ["app:pin", "app:new"],
    };
    assert.equal(record("mine.yaml", missing), 2);
    const added = mine
      .replace("app:on: yes\n", 'app:on: yes\n  app:new: ""\n')
      .replace("'a' }\n", `'a' }\n    - args:\n        name: "z"\n      result:\n        id: ""\n        size: 0\n`);
    assert.equal(read("mine.yaml"), added);
  });

  it("writes no file when nothing is missing, and no JSON", () => {
    assert.equal(record("nothing.yaml", {}), 0);
    assert.throws(() => read("nothing.yaml"), /ENOENT/);
    assert.throws(() => record("fixtures.json", {}), UserError);
  });
});
