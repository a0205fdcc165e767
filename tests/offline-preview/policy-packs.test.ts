/** Policy packs through the unmodified @pulumi/policy server: what they see, what they find, how they fail. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOfFolder } from "../../offline-preview/packs/digest.ts";
import {
  type ConfigurablePolicy,
  configProblems,
  type PackConfig,
  readPackConfig,
  reconcile,
} from "../../offline-preview/packs/pack-config.ts";
import type { Properties } from "../../offline-preview/protocol/messages.ts";
import { folder, pack, preview, project, removeFolders, resource, run } from "./preview.ts";

const QUEUES = `import { Queue } from "@pulumi/aws/sqs/queue.js";
const first = new Queue("first", { name: "one" });
new Queue("second", { policy: first.arn });
`;

// Prints what a policy sees as its finding.
const SEES = (expression: string) =>
  `[{ name: "sees", description: "", validateResource: (args, report) => {
    if (args.type === "aws:sqs/queue:Queue") report(JSON.stringify(${expression}));
  } }]`;

function seen(message: string): unknown {
  return JSON.parse(message.slice(message.indexOf("\n") + 1));
}

describe("offline preview: policy packs", () => {
  after(removeFolders);

  it("reports violations with severity, remedy and resource, and fails the stack", async () => {
    const { code, report, stack } = await preview(project(QUEUES), [
      "--policy-pack",
      pack(`[
        { name: "named", description: "Queues have a name.", severity: "high", remediationSteps: "Name it.",
          validateResource: (args, report) => {
            // Without one the provider makes it up, and it is unknown.
            if (args.type === "aws:sqs/queue:Queue" && args.name === "second") report("no name");
          } },
        { name: "hint", description: "A hint.", enforcementLevel: "advisory",
          validateResource: (args, report) => { if (args.name === "first") report("look"); } },
        { name: "off", description: "Off.", enforcementLevel: "disabled", validateResource: (args, report) => report("never") },
      ]`),
    ]);
    assert.equal(code, 1);
    assert.equal(stack.ok, false);
    assert.equal(stack.error, undefined);
    const urn = resource(stack, "second").urn;
    assert.deepEqual(stack.diagnostics, [
      {
        pack: "demo-pack",
        policy: "hint",
        level: "advisory",
        severity: "",
        urn: resource(stack, "first").urn,
        message: "A hint.\nlook",
        remedy: "",
      },
      {
        pack: "demo-pack",
        policy: "named",
        level: "mandatory",
        severity: "high",
        urn,
        message: "Queues have a name.\nno name",
        remedy: "Name it.",
      },
    ]);
    const { name, version, policies } = report.packs[0]!;
    assert.deepEqual([name, version], ["demo-pack", "1.2.3"]);
    assert.deepEqual(
      policies.map((policy) => [policy.name, policy.level, policy.severity, policy.remedy]),
      [
        ["hint", "advisory", "", ""],
        ["named", "mandatory", "high", "Name it."],
        ["off", "disabled", "", ""],
      ],
    );
  });

  it("shows packs what the engine shows them: inputs, provider, options, no secrets, no internal keys", async () => {
    const { stack } = await preview(
      project(
        `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const parent = new Queue("parent", {}, { protect: true });
new Queue("queue", { name: pulumi.secret("short"), __internal: 1 } as never, {
  parent,
  ignoreChanges: ["name"],
  customTimeouts: { create: "1h30m" },
  additionalSecretOutputs: ["url"],
  deleteBeforeReplace: true,
  aliases: ["urn:pulumi:dev::demo::aws:sqs/queue:Queue::old"],
});
`,
        { "Pulumi.dev.yaml": "config: {aws:region: eu-west-1}\n" },
      ),
      [
        "--policy-pack",
        pack(
          SEES(
            "{ ...args.opts, props: Object.keys(args.props), name: args.props.name, provider: args.provider.props.region }",
          ),
        ),
      ],
    );
    const urn = resource(stack, "queue").urn;
    const found = seen(stack.diagnostics.find((diagnostic) => diagnostic.urn === urn)!.message);
    assert.deepEqual(found, {
      protect: true,
      ignoreChanges: ["name"],
      aliases: [],
      customTimeouts: { createSeconds: 5400, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: ["url"],
      deleteBeforeReplace: true,
      parent: resource(stack, "parent").urn,
      props: ["name"],
      // Too short to be hidden in the message that says so.
      name: "short",
      provider: "eu-west-1",
    });
  });

  it("judges every registration, default providers and the stack included, but not reads", async () => {
    const { stack } = await preview(project(`${QUEUES}Queue.get("read", "id");\n`), [
      "--policy-pack",
      pack(
        `[
        { name: "each", description: "", validateResource: (args, report) => report("") },
        { name: "all", description: "", validateStack: (args, report) => report(args.resources.map((r) => r.urn).join(" ")) },
      ]`.replace('"all"', '"whole"'),
      ),
    ]);
    const each = stack.diagnostics.filter(({ policy }) => policy === "each").map(({ urn }) => urn);
    const expected = stack.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(each.sort(), expected);
    assert.equal(expected.length, 4);
    const whole = stack.diagnostics.find(({ policy }) => policy === "whole")!;
    assert.deepEqual(whole.message.trim().split(" ").sort(), expected);
    assert.equal(whole.urn, stack.resources[0]!.urn, "a finding without a resource is the stack's");
  });

  it("lists what could not be decided as such, and blocks on high and critical mandatory policies", async () => {
    const reads = (name: string, severity: string, level: string) =>
      `{ name: "${name}", description: "d", severity: "${severity}", enforcementLevel: "${level}", remediationSteps: "r",
         validateResource: (args, report) => { if (args.name === "second" && args.props.policy === "x") report("bad"); } }`;
    const mild = pack(`[${reads("low", "low", "mandatory")}, ${reads("hint", "critical", "advisory")}]`);
    const passing = await preview(project(QUEUES), ["--policy-pack", mild]);
    assert.equal(passing.code, 0);
    assert.deepEqual(passing.stack.diagnostics, []);
    assert.deepEqual(
      passing.stack.notEvaluated.map(({ policy, level, severity, reason, urn }) => [
        policy,
        level,
        severity,
        reason,
        urn,
      ]),
      [
        [
          "hint",
          "advisory",
          "critical",
          "string value at .policy can't be known during preview",
          resource(passing.stack, "second").urn,
        ],
        [
          "low",
          "mandatory",
          "low",
          "string value at .policy can't be known during preview",
          resource(passing.stack, "second").urn,
        ],
      ],
    );
    const strict = pack(`[${reads("high", "high", "mandatory")}]`);
    const blocked = await preview(project(QUEUES), ["--policy-pack", strict]);
    assert.deepEqual([blocked.code, blocked.stack.ok], [1, false]);
    const allowed = await preview(project(QUEUES), ["--policy-pack", strict, "--allow-undecided"]);
    assert.deepEqual([allowed.code, allowed.stack.ok, allowed.stack.notEvaluated.length], [0, true, 1]);
  });

  it("gives stack policies outputs: unknown what only the cloud sets, absent what nobody set", async () => {
    const { stack } = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
class Component extends pulumi.ComponentResource {
  constructor(name: string) {
    super("my:index:Component", name, { input: 1 });
    this.registerOutputs({ registered: 2 });
  }
}
class Mine extends Queue {}
new Component("component");
new Mine("queue", { name: "n" });
export const output = 3;
`),
      [
        "--policy-pack",
        pack(`[
          { name: "arn", description: "", validateStack: (args, report) => {
            for (const r of args.resources) if (r.type === "aws:sqs/queue:Queue" && r.props.arn === undefined) report("no arn", r.urn);
          } },
          { name: "props", description: "", validateStack: (args, report) => {
            for (const r of args.resources) {
              if (r.type.startsWith("pulumi:providers")) continue;
              report(JSON.stringify([Object.keys(r.props).sort(), "fifoQueue" in r.props, r.parent ? r.parent.name : ""]), r.urn);
            }
          } },
        ]`),
      ],
    );
    assert.deepEqual(
      stack.notEvaluated.map(({ policy, reason }) => [policy, reason]),
      [["arn", "string value at .arn can't be known during preview"]],
    );
    const props = Object.fromEntries(
      stack.diagnostics.map(({ urn, message }) => [urn.split("::").at(-1), seen(message)]),
    );
    assert.deepEqual(props.component, [["registered"], false, "demo-dev"]);
    assert.deepEqual(props["demo-dev"], [["output"], false, ""]);
    const [keys, fifo, parent] = props.queue as [string[], boolean, string];
    assert.ok(keys.includes("arn") && keys.includes("url") && keys.includes("name"), keys.join());
    assert.deepEqual([fifo, parent], [false, "demo-dev"]);
  });

  it("gives stack policies dependencies by property", async () => {
    const { stack } = await preview(project(QUEUES), [
      "--policy-pack",
      pack(`[{ name: "related", description: "", validateStack: (args, report) => {
        const second = args.resources.find((r) => r.name === "second");
        report(JSON.stringify([second.dependencies.map((r) => r.name), second.propertyDependencies.policy.map((r) => r.name)]));
      } }]`),
    ]);
    assert.deepEqual(seen(stack.diagnostics[0]!.message), [["first"], ["first"]]);
  });

  it("lists advisories of policies that carry the exemption tag as exemptions in force", async () => {
    const exempting = pack(
      `[
      { name: "exempt", description: "d", tags: ["exemption"], enforcementLevel: "advisory",
        validateResource: (args, report) => { if (args.name === "first") report("until Friday"); } },
      { name: "expired", description: "d", tags: ["exemption"],
        validateResource: (args, report) => { if (args.name === "second") report("expired"); } },
    ]`,
      { "PulumiPolicy.yaml": "runtime: nodejs\nversion: 9.9.9\n" },
    );
    const { code, report, stack } = await preview(project(QUEUES), ["--policy-pack", exempting]);
    assert.equal(code, 1);
    assert.equal(report.packs[0]!.version, "9.9.9", "PulumiPolicy.yaml's version comes first");
    assert.deepEqual(
      stack.exempted.map(({ policy, message }) => [policy, message]),
      [["exempt", "d\nuntil Friday"]],
    );
    assert.deepEqual(
      stack.diagnostics.map(({ policy, level }) => [policy, level]),
      [["expired", "mandatory"]],
    );
  });

  it("lets policies configured to remediate change what the program and later policies see", async () => {
    const remediating = pack(`[
      { name: "tag", description: "d", enforcementLevel: "remediate",
        remediateResource: (args) => args.name === "first" ? { ...args.props, tags: { owner: "me" } } : undefined },
      { name: "check", description: "", validateResource: (args, report) => {
        if (args.name === "first" && args.props.tags?.owner !== "me") report("no owner"); } },
      { name: "refuse", description: "d", enforcementLevel: "remediate",
        remediateResource: (args) => { if (args.name === "second") return args.props.policy === "x" ? args.props : undefined; } },
    ]`);
    const { code, stack } = await preview(project(`${QUEUES}export const tags = first.tags;\n`), [
      "--policy-pack",
      remediating,
    ]);
    assert.equal(code, 0, JSON.stringify(stack.diagnostics));
    assert.deepEqual(stack.outputs.tags, { owner: "me" });
    assert.deepEqual(resource(stack, "first").inputs, { name: "one", tags: { owner: "me" } });
    assert.deepEqual(
      stack.notEvaluated.map(({ policy, level, reason }) => [policy, level, reason]),
      [["refuse", "remediate", "string value at .policy can't be known during preview"]],
    );
  });

  it("configures packs by order: levels, parameters, defaults and 'all'", async () => {
    const policies = `[{ name: "max", description: "d",
      configSchema: { properties: { length: { type: "integer", default: 2 }, label: { type: "string" } }, required: ["label"] },
      validateResource: (args, report) => {
        const { length, label } = args.getConfig();
        if (args.name === "first" && args.props.name.length > length) report(label + " " + length);
      } }]`;
    const one = pack(policies);
    const two = pack(policies.replace('"max"', '"max2"'));
    const files = folder({
      "one.json": '{"max": {"label": "A"}}',
      "two.json": '{"all": "advisory", "max2": {"length": 1, "label": "B", "lenght": 3}, "max3": "mandatory"}',
      "wrong.json": '{"max": {"length": "long", "label": "A"}}',
    });
    const packs = ["--policy-pack", one, "--policy-pack", two];
    const config = (...names: string[]) => names.flatMap((name) => ["--policy-pack-config", join(files, name)]);
    const good = await preview(project(QUEUES), [...packs, ...config("one.json", "two.json")]);
    assert.deepEqual(
      good.stack.diagnostics.map(({ policy, level, message }) => [policy, level, message]),
      [
        ["max", "mandatory", "d\nA 2"],
        ["max2", "advisory", "d\nB 1"],
      ],
    );
    assert.equal(good.report.packs[0]!.policies[0]!.level, "mandatory");
    assert.equal(good.report.packs[1]!.policies[0]!.level, "advisory");
    const digest = createHash("sha256").update('{"max": {"label": "A"}}').digest("hex");
    assert.equal(good.report.packs[0]!.configDigest, `sha256:${digest}`);
    assert.match(
      good.stderr,
      /^dev: warning: .*two\.json: policy pack demo-pack has no property 'lenght' in policy 'max2'\n.* has no policy 'max3'\n$/,
    );
    const wrong = await preview(project(""), ["--policy-pack", one, ...config("wrong.json")]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stack.error!, /validating policy config of demo-pack:\nmax: length must be integer/);
    const counts = await run(["--cwd", project(""), ...packs, ...config("one.json")]);
    assert.match(counts.stderr, /the number of "--policy-pack-config" flags must match/);
  });

  it("merges configuration by the engine's rules and names every mistake in it", () => {
    const schema = {
      properties: { length: { type: "integer", default: 2 }, label: { type: "string" } },
      required: ["label"],
    };
    const policies: ConfigurablePolicy[] = [
      { name: "max", level: "mandatory", configSchema: schema },
      { name: "plain", level: "advisory" },
    ];
    const initial: PackConfig = { max: { enforcementLevel: "advisory", properties: { label: "initial" } } };
    assert.deepEqual(
      reconcile(policies, initial, {
        all: { enforcementLevel: "disabled", properties: {} },
        max: { properties: { length: 5 } },
      }),
      {
        all: { enforcementLevel: "disabled", properties: {} },
        max: { enforcementLevel: "disabled", properties: { length: 5, label: "initial" } },
        plain: { enforcementLevel: "disabled", properties: {} },
      },
    );
    const problemsOf = (properties: Properties) => configProblems(policies, { max: { properties } });
    assert.deepEqual(problemsOf({ label: "x", unheard: 1 }), []);
    assert.deepEqual(problemsOf({ length: "long" }), [
      "max: must have required property 'label'",
      "max: length must be integer",
    ]);

    const files = folder({ "level.json": '{"max": "fatal"}', "list.json": "[]", "bad.json": "{", "empty.json": " " });
    assert.throws(
      () => readPackConfig(join(files, "level.json")),
      /level\.json: max: "fatal" is not one of advisory, mandatory/,
    );
    assert.throws(() => readPackConfig(join(files, "list.json")), /expected a map of policy names/);
    assert.throws(() => readPackConfig(join(files, "bad.json")), /--policy-pack-config .*bad\.json: /);
    assert.throws(() => readPackConfig(join(files, "missing.json")), /--policy-pack-config: ENOENT/);
    assert.deepEqual(readPackConfig(join(files, "empty.json")), {});
  });

  it("digests a pack's own files", () => {
    const path = pack("[]", { "rules/a.js": "" });
    const before = digestOfFolder(path);
    assert.match(before, /^sha256:[0-9a-f]{64}$/);
    assert.equal(digestOfFolder(pack("[]", { "rules/a.js": "" })), before, "the same files elsewhere");
    writeFileSync(join(path, "rules", "a.js"), "// changed");
    const changed = digestOfFolder(path);
    assert.notEqual(changed, before);
    renameSync(join(path, "rules", "a.js"), join(path, "rules", "b.js"));
    assert.notEqual(digestOfFolder(path), changed);
    writeFileSync(join(path, "rules", "a.js"), "");
    rmSync(join(path, "rules", "b.js"));
    assert.equal(digestOfFolder(path), before);
  });

  it("starts a process for every stack, or one for all if the pack says that it is stateless", async () => {
    const policies = `[{ name: "who", description: "", enforcementLevel: "advisory", validateResource: (args, report) => {
      if (args.type === "pulumi:pulumi:Stack") report(JSON.stringify([process.pid, process.env.PULUMI_NODEJS_STACK,
        process.env.PULUMI_CONFIG, process.cwd(), Object.keys(process.env).filter((n) => n.startsWith("AWS_"))]));
    } }]`;
    const path = project("", { "Pulumi.dev.yaml": "config: {aws:region: r}\n", "Pulumi.prod.yaml": "" });
    const who = async (folder: string) => {
      const { report } = await preview(path, ["--policy-pack", folder], { env: { AWS_PROFILE: "p" } });
      return report.stacks.map(
        ({ diagnostics }) => seen(diagnostics[0]!.message) as [number, string, string, string, string[]],
      );
    };
    const perStack = pack(policies);
    const [dev, prod] = await who(perStack);
    assert.notEqual(dev![0], prod![0]);
    assert.deepEqual(dev!.slice(1), ["dev", '{"aws:region":"r"}', perStack, []]);
    assert.deepEqual(prod!.slice(1), ["prod", "{}", perStack, []]);
    const manifest = {
      name: "demo-pack",
      version: "1.2.3",
      main: "index.js",
      pulumiOfflinePreview: { stateless: true },
    };
    const [first, second] = await who(pack(policies, { "package.json": JSON.stringify(manifest) }));
    assert.equal(first![0], second![0]);
  });

  it("asks a pack about one resource at a time", async () => {
    const overlapping =
      pack(`(() => { let busy = 0; return [{ name: "alone", description: "", validateResource: async (args, report) => {
      if (++busy > 1) report("busy");
      await new Promise((done) => setTimeout(done, 20));
      busy--;
    } }]; })()`);
    const { stack } = await preview(project(QUEUES), ["--policy-pack", overlapping]);
    assert.deepEqual(stack.diagnostics, []);
  });

  it("reports a pack that cannot start, clearly and once", async () => {
    const crashing = pack("[]", { "index.js": 'throw new Error("no rules today");' });
    const { code, report } = await preview(project("", { "Pulumi.prod.yaml": "" }), ["--policy-pack", crashing]);
    assert.equal(code, 2);
    for (const { error } of report.stacks)
      assert.match(error!, /policy pack .* failed to start: its process ended \(exit code 32\)[\s\S]*no rules today/);
    const chatty = await preview(project(""), ["--policy-pack", pack("[]", { "index.js": 'console.log("hello");' })]);
    assert.match(chatty.stack.error!, /its first line of output is not a port but "hello"/);
    const leaving = pack("[]", {
      "index.js": `const server = require("node:net").createServer(() => process.exit(3));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));`,
    });
    const left = await preview(project(""), ["--policy-pack", leaving]);
    assert.match(left.stack.error!, /failed to start: its process ended \(exit code 3\)$/);
    const packages = { "package.json": JSON.stringify({ name: "p", version: "1.0.0" }) };
    const missing: [string, RegExp][] = [
      ["/nowhere", /--policy-pack \/nowhere: there is no such folder/],
      [folder({}), /there is no PulumiPolicy\.yaml/],
      [folder({ "PulumiPolicy.yaml": "runtime: python\n", ...packages }), /runtime 'python': only nodejs/],
    ];
    for (const [path, message] of missing) {
      const { code, stderr } = await run(["--cwd", project(""), "--policy-pack", path]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });

  it("reports a pack that crashes or fails while it judges, and goes on with the other stacks", async () => {
    const failing = (body: string) =>
      pack(`[{ name: "fails", description: "", validateResource: (args, report) => {
        if (process.env.PULUMI_NODEJS_STACK === "dev" && args.name === "first") { ${body} } } }]`);
    const path = project(QUEUES, { "Pulumi.prod.yaml": "" });
    const cases: [string, RegExp][] = [
      ["process.exit(7);", /policy pack demo-pack failed on urn:.*::first: its process ended \(exit code 7\)/],
      [
        "throw new Error('bug');",
        /failed on urn:.*::first: .*Error validating resource with policy 'fails'[\s\S]*bug\n[^\n]*index\.js:\d+:\d+\)?$/,
      ],
    ];
    for (const [body, message] of cases) {
      const { code, report } = await preview(path, ["--policy-pack", failing(body)]);
      assert.equal(code, 2);
      assert.match(report.stacks[0]!.error!, message);
      assert.equal(
        report.stacks[0]!.error!.split("\n").filter((line) => line.includes("policy pack demo-pack failed")).length,
        1,
      );
      assert.equal(report.stacks[1]!.ok, true, report.stacks[1]!.error);
    }
  });

  it("does not judge the whole stack after a failure", async () => {
    const whole = pack(`[{ name: "whole", description: "", validateStack: (args, report) => report("judged") }]`);
    const { stack } = await preview(project(`${QUEUES}throw new Error("boom");\n`), ["--policy-pack", whole]);
    assert.match(stack.error!, /boom/);
    assert.deepEqual(stack.diagnostics, []);
  });
});
