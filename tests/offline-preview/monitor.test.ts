/** The monitor by itself, message in and message out: rules of the engine that the Node.js SDK also follows by itself. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import type * as resproto from "@pulumi/pulumi/proto/resource_pb.js";
import { Monitor, type Protos } from "../../offline-preview/monitor/monitor.ts";
import { seconds } from "../../offline-preview/monitor/registration.ts";
import { noFixtures } from "../../offline-preview/project/fixtures.ts";
import type { ResourceRecord, StackRun } from "../../offline-preview/protocol/messages.ts";
import { makeUrn, nameOf, typeOf } from "../../offline-preview/protocol/urn.ts";

const require = createRequire(import.meta.url);
const protos = {
  resource: require("@pulumi/pulumi/proto/resource_pb.js"),
  provider: require("@pulumi/pulumi/proto/provider_pb.js"),
  struct: require("google-protobuf/google/protobuf/struct_pb.js"),
  empty: require("google-protobuf/google/protobuf/empty_pb.js"),
} as Protos;

const RUN: StackRun = {
  index: 0,
  stack: "dev",
  project: "demo",
  organization: "acme",
  root: "/demo",
  pwd: "/demo",
  main: ".",
  typescript: false,
  config: {},
  secretKeys: [],
  encryptedKeys: [],
  fixtures: noFixtures(),
  remediates: false,
};

function start(run: Partial<StackRun> = {}): { monitor: Monitor; records: Map<string, ResourceRecord> } {
  const records = new Map<string, ResourceRecord>();
  const monitor = new Monitor(
    { ...RUN, ...run },
    {
      registered: (record) => void records.set(record.name, record),
      remediate: () => Promise.reject(new Error("no policy remediates")),
      outputs: () => {},
      log: () => {},
      error: () => {},
      callback: () => Promise.reject(new Error("no callbacks")),
      missing: () => {},
      knowledge: { resource: () => undefined, function: () => undefined, version: () => "" },
    },
    protos,
  );
  return { monitor, records };
}

interface Registration {
  type: string;
  name: string;
  parent?: string;
  custom?: boolean;
  provider?: string;
  providers?: Record<string, string>;
  protect?: boolean;
  inputs?: object;
  dependencies?: string[];
}

function request(registration: Registration): resproto.RegisterResourceRequest {
  const result = new protos.resource.RegisterResourceRequest();
  result.setType(registration.type);
  result.setName(registration.name);
  result.setParent(registration.parent ?? "");
  result.setCustom(registration.custom ?? true);
  result.setProvider(registration.provider ?? "");
  if (registration.protect !== undefined) result.setProtect(registration.protect);
  for (const [pkg, reference] of Object.entries(registration.providers ?? {}))
    result.getProvidersMap().set(pkg, reference);
  result.setObject(protos.struct.Struct.fromJavaScript((registration.inputs ?? {}) as never));
  result.setDependenciesList(registration.dependencies ?? []);
  return result;
}

async function register(monitor: Monitor, registration: Registration): Promise<string> {
  return (await monitor.registerResource(request(registration))).getUrn();
}

async function registerProvider(monitor: Monitor, pkg: string): Promise<string> {
  const response = await monitor.registerResource(request({ type: `pulumi:providers:${pkg}`, name: `my-${pkg}` }));
  return `${response.getUrn()}::${response.getId()}`;
}

describe("offline preview: the monitor", () => {
  it("hands a component's providers down through nested components", async () => {
    const { monitor, records } = start();
    const providers = { aws: await registerProvider(monitor, "aws"), gcp: await registerProvider(monitor, "gcp") };
    const outer = await register(monitor, { type: "my:index:Outer", name: "outer", custom: false, providers });
    const inner = await register(monitor, { type: "my:index:Inner", name: "inner", custom: false, parent: outer });
    await register(monitor, { type: "gcp:pubsub/topic:Topic", name: "topic", parent: inner });
    assert.equal(records.get("topic")!.provider, "urn:pulumi:dev::demo::pulumi:providers:gcp::my-gcp");
  });

  it("takes a parent's provider for the same package, and a default one for another", async () => {
    const { monitor, records } = start();
    const provider = await registerProvider(monitor, "aws");
    const parent = await register(monitor, { type: "aws:sqs/queue:Queue", name: "parent", provider });
    await register(monitor, { type: "aws:sqs/queue:Queue", name: "child", parent });
    await register(monitor, { type: "gcp:pubsub/topic:Topic", name: "topic", parent });
    assert.equal(records.get("child")!.provider, "urn:pulumi:dev::demo::pulumi:providers:aws::my-aws");
    assert.equal(records.get("topic")!.provider, "urn:pulumi:dev::demo::pulumi:providers:gcp::default");
  });

  it("inherits protection, unless the resource decides itself", async () => {
    const { monitor, records } = start();
    const parent = await register(monitor, { type: "my:index:Parent", name: "parent", custom: false, protect: true });
    await register(monitor, { type: "aws:sqs/queue:Queue", name: "child", parent });
    await register(monitor, { type: "aws:sqs/queue:Queue", name: "other", parent, protect: false });
    assert.equal(records.get("child")!.options.protect, true);
    assert.equal(records.get("other")!.options.protect, false);
  });

  it("lets every property depend on everything if the request has no dependencies by property", async () => {
    const { monitor, records } = start();
    const dependency = await register(monitor, { type: "aws:sqs/queue:Queue", name: "first" });
    const inputs = { a: 1, b: 2 };
    await register(monitor, { type: "aws:sqs/queue:Queue", name: "second", inputs, dependencies: [dependency] });
    assert.deepEqual(records.get("second")!.propertyDependencies, { a: [dependency], b: [dependency] });
  });

  it("resolves a look-up's provider by its parent, and refuses a default one that is disabled", async () => {
    const config = { "pulumi:disable-default-providers": '["*"]' };
    const { monitor } = start({ config });
    const providers = { aws: await registerProvider(monitor, "aws") };
    const parent = await register(monitor, { type: "my:index:Component", name: "c", custom: false, providers });
    const invoke = new protos.resource.ResourceInvokeRequest();
    invoke.setTok("aws:index/getPartition:getPartition");
    invoke.setParent(parent);
    assert.equal((await monitor.invoke(invoke)).getReturn()!.toJavaScript().partition, "aws");
    invoke.setParent("");
    await assert.rejects(monitor.invoke(invoke), /Default provider for 'aws' disabled/);
  });

  it("lets only components have outputs of their own, and only once", async () => {
    const { monitor } = start();
    const outputs = (urn: string) => {
      const message = new protos.resource.RegisterResourceOutputsRequest();
      message.setUrn(urn);
      return monitor.registerResourceOutputs(message);
    };
    const component = await register(monitor, { type: "my:index:Thing", name: "thing", custom: false });
    await outputs(component);
    const notPending = /cannot complete a resource '.*' whose registration isn't pending/;
    await assert.rejects(outputs(component), notPending);
    const queue = await register(monitor, { type: "aws:sqs/queue:Queue", name: "queue" });
    await assert.rejects(outputs(queue), notPending);
    await assert.rejects(outputs("urn:pulumi:dev::demo::my:index:Thing::other"), notPending);
  });

  it("refuses what the engine refuses", async () => {
    const { monitor } = start();
    await assert.rejects(register(monitor, { type: "Bucket", name: "b" }), /'Bucket' is not a valid type token/);
    const provider = "urn:pulumi:dev::demo::pulumi:providers:aws::gone::id";
    await assert.rejects(register(monitor, { type: "aws:a:A", name: "a", provider }), /unknown provider '.*gone::id'/);
    const wrong = start({ config: { "pulumi:disable-default-providers": "aws" } }).monitor;
    await assert.rejects(register(wrong, { type: "aws:a:A", name: "a" }), /disable-default-providers must be a list/);
  });

  it("reads durations as Go does", () => {
    assert.deepEqual(["", "0", "90s", "1h30m", "1.5h", "250ms", "-1m"].map(seconds), [0, 0, 90, 5400, 5400, 0.25, -60]);
    assert.throws(() => seconds("5 minutes"), /customTimeouts value '5 minutes'/);
  });

  it("takes URNs apart that hold separators in their names", () => {
    const urn = makeUrn("dev", "demo", "urn:pulumi:dev::demo::a:b:C$d:e:F::parent", "g:h:I", "a::b");
    assert.equal(urn, "urn:pulumi:dev::demo::a:b:C$d:e:F$g:h:I::a::b");
    assert.deepEqual([typeOf(urn), nameOf(urn)], ["g:h:I", "a::b"]);
  });
});
