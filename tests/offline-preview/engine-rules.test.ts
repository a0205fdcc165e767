/** What the engine would make of a program's registrations: names, providers, inheritance, dependencies, values. */
import assert from "node:assert/strict";
import { pack, preview, project, removeFolders, resource, run } from "./preview.ts";

const URN = "urn:pulumi:dev::demo::";
const STACK_URN = `${URN}pulumi:pulumi:Stack::demo-dev`;
const UNKNOWN = "[unknown]";

describe("offline preview: engine rules", () => {
  after(removeFolders);

  it("makes URNs with the full type chain, and names the source line of each resource", async () => {
    const { code, stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
class Inner extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("my:index:Inner", name, {}, opts);
    new Queue(name + "-queue", {}, { parent: this });
  }
}
class Outer extends pulumi.ComponentResource {
  constructor(name: string) {
    super("my:index:Outer", name);
    new Inner(name + "-inner", { parent: this });
  }
}
new Outer("a");
`),
    );
    assert.equal(code, 0, stack.error);
    assert.equal(
      resource(stack, "a-inner-queue").urn,
      `${URN}my:index:Outer$my:index:Inner$aws:sqs/queue:Queue::a-inner-queue`,
    );
    assert.equal(resource(stack, "a-inner-queue").parent, resource(stack, "a-inner").urn);
    assert.equal(resource(stack, "a").parent, STACK_URN);
    assert.equal(resource(stack, "a-inner-queue").source, "index.ts:6");
    assert.equal(resource(stack, "a").source, "index.ts:15");
    assert.equal(resource(stack, "a").custom, false);
  });

  it("refuses a second resource of the same URN", async () => {
    const { code, stack } = await preview(
      project(`import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("twice");
new Queue("twice");
`),
    );
    assert.equal(code, 2);
    assert.match(stack.error!, /Duplicate resource URN 'urn:pulumi:dev::demo::aws:sqs\/queue:Queue::twice'/);
    assert.match(stack.error!, /index\.ts:3/);
    assert.equal(stack.error!.match(/Duplicate/g)!.length, 1, "the failure is reported once");
  });

  it("registers a default provider on demand, with the stack's configuration of its package", async () => {
    const { stack } = await preview(
      project(
        `import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("one");
new Queue("two");
`,
        { "Pulumi.dev.yaml": "config: {aws:region: eu-west-1, aws:token: {secure: AAAB}, gcp:project: other}\n" },
      ),
    );
    const providers = stack.resources.filter(({ type }) => type === "pulumi:providers:aws");
    assert.equal(providers.length, 1);
    assert.match(providers[0]!.urn, /^urn:pulumi:dev::demo::pulumi:providers:aws::default_\d+_\d+_\d+$/);
    const { version, ...inputs } = providers[0]!.inputs;
    assert.deepEqual(inputs, { region: "eu-west-1", token: "[secret]" });
    assert.equal(`default_${String(version).replaceAll(".", "_")}`, providers[0]!.name);
    assert.equal(providers[0]!.parent, "");
  });

  it("forbids default providers that the stack disables, for resources, reads and look-ups", async () => {
    const { code, stack } = await preview(
      project(
        `import { Queue } from "@pulumi/aws/sqs/queue.js";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
new Queue("implicit");
Queue.get("read", "some-id");
export const account = getCallerIdentityOutput().accountId;
`,
        { "Pulumi.dev.yaml": 'config: {pulumi:disable-default-providers: ["aws"]}\n' },
      ),
    );
    assert.equal(code, 2);
    const urn = `${URN}aws:sqs/queue:Queue::implicit`;
    assert.match(
      stack.error!,
      new RegExp(`'aws' disabled. '${urn.replaceAll("$", "\\$")}' must use an explicit provider`),
    );
    assert.match(stack.error!, /failed to read resource .*Default provider for 'aws' disabled/);
    assert.match(stack.error!, /Invoke: Default provider for 'aws' disabled/);
    assert.deepEqual(
      stack.resources.map(({ type }) => type),
      ["pulumi:pulumi:Stack"],
    );
  });

  it("hands providers down from components, and from parents of the same package", async () => {
    const { code, stack } = await preview(
      project(
        `import * as pulumi from "@pulumi/pulumi";
import { Provider as Aws } from "@pulumi/aws/provider.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Provider as Gcp } from "@pulumi/gcp/provider.js";
import { Topic } from "@pulumi/gcp/pubsub/topic.js";
class Component extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("my:index:Component", name, {}, opts);
  }
}
const aws = new Aws("aws", { region: "eu-west-1" });
const gcp = new Gcp("gcp", { project: "p" });
const both = new Component("both", { providers: { aws, gcp } });
const nested = new Component("nested", { parent: both });
const queue = new Queue("queue", {}, { parent: nested });
new Queue("child", {}, { parent: queue });
new Topic("topic", {}, { parent: nested });
new Topic("other", {}, { parent: queue, provider: gcp });
`,
        { "Pulumi.dev.yaml": 'config: {pulumi:disable-default-providers: ["*"]}\n' },
      ),
    );
    assert.equal(code, 0, stack.error);
    assert.equal(
      resource(stack, "child").urn,
      `${URN}my:index:Component$my:index:Component$aws:sqs/queue:Queue$aws:sqs/queue:Queue::child`,
    );
    assert.deepEqual(
      stack.resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name),
      ["aws", "gcp"],
    );
  });

  it("keeps dependencies as a whole and by property, through components", async () => {
    const { stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
class Component extends pulumi.ComponentResource {
  constructor(name: string) {
    super("my:index:Component", name);
    new Queue("leaf", {}, { parent: this });
  }
}
const first = new Queue("first");
const second = new Queue("second", { name: first.arn, policy: first.id }, { dependsOn: [new Component("component")] });
`),
    );
    const first = resource(stack, "first").urn;
    const leaf = resource(stack, "leaf").urn;
    const second = resource(stack, "second");
    assert.deepEqual(second.dependencies, [first, leaf].sort());
    assert.deepEqual(second.propertyDependencies, { name: [first], policy: [first] });
    assert.deepEqual(second.inputs, { name: UNKNOWN, policy: UNKNOWN });
  });

  it("gives inputs back as outputs, and everything else as unknown", async () => {
    const { stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const queue = new Queue("queue", { name: "known", tags: { a: "b" } });
export const known = queue.name.apply((name) => name + "!");
export const unknown = queue.arn;
export const id = queue.id;
export const mixed = pulumi.interpolate\`\${queue.name} \${queue.arn}\`;
export const nested = { tags: queue.tags, list: [queue.url, 1, true, null] };
`),
    );
    assert.deepEqual(stack.outputs, {
      known: "known!",
      unknown: UNKNOWN,
      id: UNKNOWN,
      mixed: UNKNOWN,
      nested: { tags: { a: "b" }, list: [UNKNOWN, 1, true, null] },
    });
  });

  it("keeps secrets secret in inputs, outputs and additionalSecretOutputs", async () => {
    const { stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const queue = new Queue(
  "queue",
  { name: "plain", policy: pulumi.secret("hidden"), tags: { t: pulumi.secret("hidden") } },
  { additionalSecretOutputs: ["name"] },
);
export const name = queue.name;
export const policy = queue.policy;
export const derived = pulumi.secret("hidden").apply((text) => text.length);
`),
    );
    assert.deepEqual(resource(stack, "queue").inputs, { name: "plain", policy: "[secret]", tags: { t: "[secret]" } });
    assert.deepEqual(stack.outputs, { name: "[secret]", policy: "[secret]", derived: "[secret]" });
  });

  it("passes resource references between resources, and rebuilds them in outputs", async () => {
    const { code, stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
// The index registers the module, as the SDK's root does: only then can the SDK rebuild a resource from its URN.
import { Queue } from "@pulumi/aws/sqs/index.js";
const queue = new Queue("queue", { name: "n" });
class Custom extends pulumi.CustomResource {
  declare readonly queue: pulumi.Output<Queue>;
  constructor(name: string, queue: Queue) {
    super("aws:my/custom:Custom", name, { queue }, {});
  }
}
const custom = new Custom("custom", queue);
export const name = custom.queue.apply((found) => found.name);
`),
    );
    assert.equal(code, 0, stack.error);
    assert.deepEqual(resource(stack, "custom").inputs, { queue: UNKNOWN });
    assert.deepEqual(resource(stack, "custom").dependencies, [resource(stack, "queue").urn]);
    assert.deepEqual(stack.outputs, { name: "n" });
  });

  it("runs a resource's own transforms, then its ancestors', then the stack's", async () => {
    const { code, stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const mark = (text: string) => (args: pulumi.ResourceTransformArgs) => {
  if (!args.type.startsWith("aws:sqs") || args.name === "untouched") return undefined;
  return { props: { ...args.props, name: (args.props.name ?? "") + text }, opts: args.opts };
};
pulumi.runtime.registerResourceTransform(mark("stack"));
class Component extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("my:index:Component", name, {}, opts);
  }
}
const component = new Component("component", { transforms: [mark("parent ")] });
const first = new Queue("first");
new Queue("queue", { name: "x ", policy: first.arn }, { parent: component, transforms: [mark("own ")] });
new Queue("untouched", { policy: first.arn, name: pulumi.secret("s") }, { transforms: [() => undefined] });
`),
    );
    assert.equal(code, 0, stack.error);
    const queue = resource(stack, "queue");
    assert.equal(queue.inputs.name, "x own parent stack");
    assert.equal(queue.inputs.policy, UNKNOWN);
    assert.equal(resource(stack, "first").inputs.name, "stack");
    const first = resource(stack, "first").urn;
    assert.deepEqual(queue.dependencies, [first]);
    // The SDK drops the dependencies by property of what a transform returns; of what it leaves alone they survive.
    assert.deepEqual(queue.propertyDependencies, {});
    assert.deepEqual(resource(stack, "untouched").propertyDependencies, { policy: [first] });
    assert.deepEqual(resource(stack, "untouched").inputs, { policy: UNKNOWN, name: "[secret]" });
  });

  it("runs old-style transformations and transforms of look-ups", async () => {
    const { code, stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { getRegionOutput } from "@pulumi/aws/getRegion.js";
pulumi.runtime.registerStackTransformation((args) => ({ props: { ...args.props, name: "t" }, opts: args.opts }));
pulumi.runtime.registerInvokeTransform((args) => ({ args: { ...args.args, region: "eu-north-1" }, opts: args.opts }));
new Queue("queue");
export const region = getRegionOutput().region;
`),
    );
    assert.equal(code, 0, stack.error);
    assert.equal(resource(stack, "queue").inputs.name, "t");
    assert.equal(stack.outputs.region, "eu-north-1");
  });

  it("sees resources of late timers and of beforeExit handlers", async () => {
    const { code, stack } = await preview(
      project(`import { Queue } from "@pulumi/aws/sqs/queue.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import "@pulumi/aws/s3/s3Mixins.js";
import { Function } from "@pulumi/aws/lambda/function.js";
import { BucketEventSubscription } from "@pulumi/aws/s3/s3Mixins.js";
setTimeout(() => new Queue("late"), 200);
const bucket = new Bucket("bucket");
const handler = new Function("handler", { role: "r" });
new BucketEventSubscription("events", bucket as never, handler as never, { events: ["s3:ObjectCreated:*"] } as never);
`),
    );
    assert.equal(code, 0, stack.error);
    const types = stack.resources.map(({ type }) => type);
    assert.ok(types.includes("aws:sqs/queue:Queue"));
    assert.ok(types.includes("aws:s3/bucketNotification:BucketNotification"), types.join());
  });

  it("shows a component of a provider plugin as opaque, with its inputs judged, and lets it block", async () => {
    const program = `import * as pulumi from "@pulumi/pulumi";
class Vpc extends pulumi.ComponentResource {
  declare readonly vpcId: pulumi.Output<string>;
  constructor(name: string) {
    super("awsx:ec2:Vpc", name, { vpcId: undefined, cidr: "10.0.0.0/16" }, {}, true);
  }
}
export const vpcId = new Vpc("vpc").vpcId;
`;
    const folder = project(program, { "answers.yaml": "resources: {'awsx:ec2:Vpc': {vpcId: vpc-1}}\n" });
    const unjudged = await preview(folder);
    assert.equal(unjudged.code, 0, unjudged.stack.error);
    assert.equal(unjudged.stack.outputs.vpcId, UNKNOWN);
    const withFixture = await preview(folder, ["--fixtures", `${folder}/answers.yaml`]);
    assert.equal(withFixture.stack.outputs.vpcId, "vpc-1");

    const noSuchRange = pack(`[{
      name: "no-such-range",
      description: "",
      enforcementLevel: "advisory",
      validateResource: ({ type, props }, report) => { if (type === "awsx:ec2:Vpc") report(props.cidr); },
    }]`);
    const judged = await preview(folder, ["--policy-pack", noSuchRange]);
    assert.equal(judged.code, 1);
    assert.deepEqual(
      judged.stack.diagnostics.map(({ message }) => message.trim()),
      ["10.0.0.0/16"],
    );
    assert.equal(resource(judged.stack, "vpc").opaque, true);
    assert.equal((await preview(folder, ["--policy-pack", noSuchRange, "--allow-undecided"])).code, 0);
    const text = (await run(["--cwd", folder, "--policy-pack", noSuchRange])).stdout;
    assert.match(text, /Opaque components \(1\): their plugins do not run offline.*they block/);
  });

  it("runs the hooks that ask for previews, before and after, and fails where they fail", async () => {
    const program = (before: string) => `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const say = (name: string, onDryRun: boolean) => new pulumi.ResourceHook(
  name,
  (args) => console.log(name, args.name, args.newInputs?.fifoQueue, "url" in (args.newOutputs ?? {})),
  { onDryRun },
);
const failing = new pulumi.ResourceHook("failing", () => { throw new Error("not today"); }, { onDryRun: true });
const hooks = { beforeCreate: [${before}], afterCreate: [say("after", true), say("never", false)] };
new Queue("queue", { fifoQueue: true }, { hooks });
`;
    const { code, stack, stderr } = await preview(project(program('say("before", true)')));
    assert.equal(code, 0, stack.error);
    const withOutputs = await run(["--cwd", project(program('say("before", true)'))]);
    assert.match(withOutputs.stderr, /before queue true false/, stderr);
    assert.match(withOutputs.stderr, /after queue true true/);
    assert.doesNotMatch(withOutputs.stderr, /never/);
    const failed = await preview(project(program("failing")));
    assert.equal(failed.code, 2);
    assert.match(failed.stack.error!, /before hook "failing" failed: .*not today/);
  });
});
