/** The testing kit on a pack that is not ours. */
import assert from "node:assert/strict";
import { type Pack, secret, startPack, type TestResource, unknown, urnOf } from "../../policy-pack/testing.ts";
import { folder, pack, removeFolders } from "../offline-preview/preview.ts";

const BUCKET = "aws:s3/bucket:Bucket";

const POLICIES = `[
  {
    name: "named",
    description: "Buckets have names.",
    configSchema: { properties: { prefix: { type: "string", default: "acme-" } } },
    validateResource: ({ type, props, opts, provider, stackTags, getConfig }, report) => {
      if (type !== "${BUCKET}") return;
      const { prefix } = getConfig();
      if (!props.bucket.startsWith(prefix)) report("begin with " + prefix);
      if (opts.protect) report("protected " + opts.parent);
      if (provider) report("in " + provider.props.region);
      if (stackTags.get("env")) report("stage " + stackTags.get("env"));
    },
  },
  {
    name: "tagged",
    description: "Buckets have tags.",
    enforcementLevel: "remediate",
    remediateResource: ({ type, props }) => {
      if (type !== "${BUCKET}" || props.tags) return;
      props.tags = { team: "ml" };
      return props;
    },
    validateResource: ({ type, props }, report) => {
      if (type === "${BUCKET}" && !props.tags) report("set tags");
    },
  },
  {
    name: "related",
    description: "Policies stand beside buckets.",
    validateStack: ({ resources }, report) => {
      for (const { dependencies, propertyDependencies, parent, urn } of resources) {
        if (parent) report([parent.name, dependencies[0].name, propertyDependencies.bucket[0].name].join(), urn);
      }
    },
  },
]`;

describe("testing kit", function () {
  this.timeout(60_000);
  let running: Pack;
  before(async () => {
    running = await startPack(pack(POLICIES), { tags: { env: "dev" } });
  });
  after(async () => {
    await running.stop();
    removeFolders();
  });
  beforeEach(() => running.configure({}));

  const messages = async (resource: TestResource) => {
    const { violations } = await running.analyze(resource);
    return violations.map(({ message }) => message.split("\n")[1]);
  };

  it("describes the pack", async () => {
    const { name, policiesList } = await running.info();
    assert.deepEqual([name, policiesList.length], ["demo-pack", 3]);
  });

  it("hands over options, provider, tags of the stack and the policy's defaults", async () => {
    const found = await messages({
      type: BUCKET,
      properties: { bucket: "mine", tags: {} },
      options: { protect: true },
      parent: urnOf({ type: "a:b:C", name: "parent" }),
      provider: { type: "pulumi:providers:aws", properties: { region: "eu-west-1" } },
    });
    const parent = "urn:pulumi:test::policies::a:b:C::parent";
    assert.deepEqual(found, ["begin with acme-", `protected ${parent}`, "in eu-west-1", "stage dev"]);
  });

  it("knows what is unknown, and shows policies what is secret", async () => {
    const undecided = await running.analyze({ type: BUCKET, properties: { bucket: unknown, tags: {} } });
    assert.deepEqual(undecided.violations, []);
    assert.match(undecided.notEvaluated[0]!.message, /value at \.bucket can't be known during preview/);
    assert.deepEqual(await messages({ type: BUCKET, properties: { bucket: secret("mine"), tags: {} } }), [
      "begin with acme-",
      "stage dev",
    ]);
  });

  it("takes levels and parameters in the form of the configuration file", async () => {
    await running.configure({
      all: "mandatory",
      tagged: "disabled",
      named: { prefix: "mi", enforcementLevel: "advisory" },
    });
    const { violations } = await running.analyze({ type: BUCKET, properties: { bucket: "mine" } });
    assert.deepEqual(
      violations.map(({ policy, level }) => [policy, level]),
      [["named", "advisory"]],
    );
  });

  it("refuses a configuration that means nothing", async () => {
    await assert.rejects(running.configure({ namd: "advisory" }), /there is no policy namd/);
    await assert.rejects(running.configure({ named: { prefx: "a" } }), /named has no parameter prefx/);
    await assert.rejects(running.configure({ named: null as never }), /named must be a level or an object/);
    await assert.rejects(running.configure({ named: "strict" as never }), /named: the level must be advisory/);
  });

  it("remediates", async () => {
    const plain = { type: BUCKET, properties: { bucket: secret("acme-1") } };
    const fixed = await running.remediate(plain);
    assert.deepEqual(fixed, {
      properties: { bucket: secret("acme-1"), tags: { team: "ml" } },
      changedBy: ["tagged"],
      notEvaluated: [],
    });
    const tagged = { type: BUCKET, properties: { bucket: "acme-1", tags: unknown } };
    const untouched = await running.remediate(tagged);
    assert.deepEqual([untouched.properties, untouched.changedBy], [tagged.properties, []]);
    assert.deepEqual(
      untouched.notEvaluated.map(({ policy }) => policy),
      ["tagged"],
    );
  });

  it("judges relations", async () => {
    const bucket = { type: BUCKET, name: "models" };
    const policy = {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      parent: urnOf(bucket),
      dependencies: [urnOf(bucket)],
      propertyDependencies: { bucket: [urnOf(bucket)] },
    };
    const { violations } = await running.analyzeStack([policy, bucket]);
    assert.deepEqual(
      violations.map(({ urn, message }) => [urn, message.split("\n")[1]]),
      [[urnOf(policy), "models,models,models"]],
    );
  });

  const REFUSALS: [string, () => string, RegExp][] = [
    ["a folder without a pack", () => folder({}), /holds no PulumiPolicy\.yaml/],
    [
      "a pack that throws",
      () => pack('[((text) => { throw new Error(text) })("no policies today")]'),
      /no policies today/,
    ],
    ["a pack that ends", () => pack("process.exit(3)"), /did not start: it ended with exit code 3 before it listened/],
    [
      "a pack that prints first",
      () => pack("(console.log('hello'), [])"),
      /its first line of output is no port but "hello"/,
    ],
    [
      "a pack that never listens",
      () => pack("[]", { "index.js": "setInterval(() => {}, 1000);" }),
      /did not listen within 2 s/,
    ],
  ];
  for (const [shows, make, expected] of REFUSALS) {
    it(`says why ${shows} does not start`, async () => {
      await assert.rejects(startPack(make(), { timeoutSeconds: /never/.test(shows) ? 2 : 60 }), expected);
    });
  }
});
