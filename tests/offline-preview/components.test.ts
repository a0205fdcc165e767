/** Components whose source is a folder of the project: a plugin makes them, or they are opaque and a warning says why. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Files, folder, pack, preview, removeFolders, resource, run } from "./preview.ts";

const MODES = { "in one process": [], isolated: ["--isolated"] };

const PROGRAM = `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
class Inbox extends pulumi.ComponentResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly title: pulumi.Output<string>;
  constructor(name: string, args: object, opts?: pulumi.ComponentResourceOptions) {
    super("inbox:index:Inbox", name, { url: undefined, title: undefined, ...args }, opts, true);
  }
}
const inbox = new Inbox("mail", { title: "hello", isPublic: true });
new Queue("copy", { policy: inbox.url });
export const title = inbox.title;
`;

const COMPONENT = `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue";
export interface InboxArgs { title: pulumi.Input<string>; isPublic?: pulumi.Input<boolean> }
enum Kind { Plain = "plain" }
export class Inbox extends pulumi.ComponentResource {
  public readonly url: pulumi.Output<string>;
  public readonly title: pulumi.Output<string>;
  constructor(name: string, args: InboxArgs, opts?: pulumi.ComponentResourceOptions) {
    super("inbox:index:Inbox", name, args, opts);
    const queue = new Queue(name + "-queue", { kmsMasterKeyId: "none", tags: { kind: Kind.Plain } }, { parent: this });
    this.url = queue.url;
    this.title = pulumi.output(args.title).apply((title) => title.toUpperCase());
    this.registerOutputs({ url: this.url, title: this.title });
  }
}
`;

/** A package with one component, as a plugin of its own. */
function componentPackage(files: Files = {}): Files {
  return {
    "PulumiPlugin.yaml": "runtime: nodejs\n",
    "package.json": JSON.stringify({ name: "inbox", main: "index.ts" }),
    "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, skipLibCheck: true }, files: ["index.ts"] }),
    "index.ts": COMPONENT,
    ...files,
  };
}

function projectFile(component: string): string {
  return `name: demo\nruntime: {name: nodejs, options: {typescript: false}}\npackages: {inbox: ${component}}\n`;
}

/** A project beside its package, in one folder that is returned. */
function workspace(files: Files = componentPackage(), program = PROGRAM): string {
  const component = Object.entries(files).map(([name, content]) => [`component/${name}`, content]);
  return folder({
    "program/Pulumi.yaml": projectFile("../component"),
    "program/Pulumi.dev.yaml": "config: {}\n",
    "program/package.json": JSON.stringify({ name: "demo", type: "module" }),
    "program/index.ts": program,
    ...Object.fromEntries(component),
  });
}

const NO_PLAIN_QUEUE = `[{
  name: "no-plain-queue",
  description: "",
  validateResource: ({ type, props, name }, report) => {
    if (type === "aws:sqs/queue:Queue" && props.kmsMasterKeyId === "none") report(name + " is plain");
  },
}]`;

function processesOf(text: string): string[] {
  const all = execFileSync("ps", ["-A", "-o", "args"], { encoding: "utf8" });
  return all.split("\n").filter((line) => line.includes(text));
}

async function untilGone(text: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && processesOf(text).length > 0; attempt++) await setTimeout(100);
  assert.deepEqual(processesOf(text), []);
}

describe("offline preview: components from a folder", function () {
  // A busy machine may take its time.
  this.timeout(600_000);
  after(removeFolders);

  for (const [mode, args] of Object.entries(MODES)) {
    describe(mode, () => {
      it("are made by their plugin, and what is in them is judged", async () => {
        const root = workspace();
        const judged = ["--policy-pack", pack(NO_PLAIN_QUEUE), ...args];
        const { code, stack } = await preview(join(root, "program"), judged);
        assert.equal(stack.error, undefined);
        assert.equal(code, 1);
        const inbox = resource(stack, "mail");
        const queue = resource(stack, "mail-queue");
        assert.equal(inbox.opaque, undefined);
        assert.deepEqual(inbox.inputs, { title: "hello", isPublic: true });
        assert.equal(inbox.source, "index.ts:10");
        assert.equal(queue.parent, inbox.urn);
        assert.equal(queue.urn, "urn:pulumi:dev::demo::inbox:index:Inbox$aws:sqs/queue:Queue::mail-queue");
        assert.deepEqual(queue.inputs.tags, { kind: "plain" });
        assert.deepEqual(stack.outputs, { title: "HELLO" });
        assert.deepEqual(resource(stack, "copy").propertyDependencies.policy, [queue.urn, inbox.urn]);
        assert.deepEqual(
          stack.diagnostics.map(({ urn, message }) => [urn, message.trim()]),
          [[queue.urn, "mail-queue is plain"]],
        );
        await untilGone(root);
      });

      it("fail the program when they fail, with what they say", async () => {
        const failing = COMPONENT.replace("super(", `if (args.isPublic) throw new Error("not in public"); super(`);
        const { code, stack } = await preview(
          join(workspace(componentPackage({ "index.ts": failing })), "program"),
          args,
        );
        assert.equal(code, 2);
        assert.match(stack.error!, /inbox:index:Inbox resource 'mail' has a problem: .*not in public/);
        assert.doesNotMatch(stack.error!, /UNKNOWN/);
      });

      it("read and start nothing more than a program may", async () => {
        const prying = `${COMPONENT}
import { readFileSync } from "fs";
import { execFileSync } from "child_process";
const attempt = (name: string, action: () => unknown) => {
  try { action(); void pulumi.log.info(name + ": allowed"); } catch { void pulumi.log.info(name + ": refused"); }
};
class Prying extends Inbox {
  constructor(name: string, args: InboxArgs, opts?: pulumi.ComponentResourceOptions) {
    attempt("file", () => readFileSync("/etc/hostname"));
    attempt("child", () => execFileSync("true"));
    attempt("secret", () => { if (process.env.PLANTED === undefined) throw new Error("gone"); });
    super(name, args, opts);
  }
}
exports.Inbox = Object.defineProperty(Prying, "name", { value: "Inbox" });
`;
        const root = workspace(componentPackage({ "index.ts": prying }));
        const { stderr, code } = await run(["--cwd", join(root, "program"), ...args], { env: { PLANTED: "secret" } });
        const verdict = args.length > 0 ? "refused" : "allowed";
        assert.match(stderr, new RegExp(`file: ${verdict}`));
        assert.match(stderr, new RegExp(`child: ${verdict}`));
        assert.match(stderr, /secret: refused/);
        assert.equal(code, 0);
      });

      it("do not outlive a preview that is killed", async () => {
        const endless = COMPONENT.replace("super(", "for (;;) {} super(");
        const root = workspace(componentPackage({ "index.ts": endless }));
        const { signal } = await run(["--cwd", join(root, "program"), ...args], {
          started: async (child) => {
            while (processesOf(join(root, "component")).length === 0) await setTimeout(100);
            child.kill("SIGKILL");
          },
        });
        assert.equal(signal, "SIGKILL");
        await untilGone(root);
      });
    });
  }

  it("are made by a plugin that serves itself, with provider.main of the SDK", async () => {
    const plugin = `const pulumi = require("@pulumi/pulumi");
const { Queue } = require("@pulumi/aws/sqs/queue");
class Inbox extends pulumi.ComponentResource {
  constructor(name, inputs, options) {
    super("inbox:index:Inbox", name, inputs, options);
    this.url = new Queue(name + "-queue", {}, { parent: this }).url;
    this.registerOutputs({ url: this.url });
  }
}
pulumi.provider.main({
  version: "1.0.0",
  construct: async (name, type, inputs, options) => {
    if (type !== "inbox:index:Inbox") throw new Error("unknown type " + type);
    const { urn, url } = new Inbox(name, inputs, options);
    return { urn, state: { url, title: inputs.title } };
  },
}, process.argv.slice(2));
`;
    const files = { "PulumiPlugin.yaml": "runtime: {name: nodejs}\n", "package.json": "{}", "index.js": plugin };
    const { code, stack } = await preview(join(workspace(files), "program"));
    assert.equal(code, 0, stack.error);
    assert.equal(resource(stack, "mail-queue").parent, resource(stack, "mail").urn);
    assert.deepEqual(stack.outputs, { title: "hello" });
  });

  it("are made by a plugin that is an ES module", async () => {
    const manifest = JSON.stringify({ name: "inbox", main: "index.js", type: "module" });
    const plugin = `import * as pulumi from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider/server.js";
class Inbox extends pulumi.ComponentResource {}
void main({
  version: "1.0.0",
  construct: async (name, type, inputs, options) => ({ urn: new Inbox(type, name, inputs, options).urn, state: inputs }),
}, process.argv.slice(2));
`;
    const files = { "PulumiPlugin.yaml": "runtime: nodejs\n", "package.json": manifest, "index.js": plugin };
    const { code, stack } = await preview(join(workspace(files), "program"));
    assert.equal(code, 0, stack.error);
    assert.equal(resource(stack, "mail").opaque, undefined);
    assert.deepEqual(stack.outputs, { title: "hello" });
  });

  it("see encrypted configuration and look-ups as programs do", async () => {
    const looking = COMPONENT.replace(
      "const queue",
      `const password = new pulumi.Config().requireSecret("password");
    password.apply(() => new Queue("never"));
    const found = pulumi.output(pulumi.runtime.invoke("aws:ec2/getVpc:getVpc", {}));
    new Queue(name + "-found", { name: found.apply((vpc) => vpc.id), policy: password }, { parent: this });
    const queue`,
    );
    const root = workspace(componentPackage({ "index.ts": looking }));
    const program = join(root, "program");
    const stack = "encryptionsalt: v1:abc\nconfig: {demo:password: {secure: AAA}}\n";
    writeFileSync(join(program, "Pulumi.dev.yaml"), stack);
    const without = await preview(program);
    assert.equal(without.code, 2);
    assert.match(without.stack.error!, /'mail' has a problem: .*aws:ec2\/getVpc:getVpc/s);
    const fixtures = join(root, "answers.yaml");
    writeFileSync(fixtures, "invokes: {'aws:ec2/getVpc:getVpc': {id: vpc-1}}\n");
    const answered = await preview(program, ["--fixtures", fixtures]);
    assert.equal(answered.code, 0, answered.stack.error);
    assert.deepEqual(resource(answered.stack, "mail-found").inputs, { name: "vpc-1", policy: "[secret]" });
    assert.ok(!answered.stack.resources.some(({ name }) => name === "never"));
  });

  it("say which of their inputs they refuse", async () => {
    const refusing = COMPONENT.replace(
      "super(",
      `throw new pulumi.InputPropertiesError({
        message: "no such inbox",
        errors: [{ propertyPath: "title", reason: "too short" }],
      }); super(`,
    );
    const { code, stack } = await preview(join(workspace(componentPackage({ "index.ts": refusing })), "program"));
    assert.equal(code, 2);
    assert.match(stack.error!, /'mail' has a problem: no such inbox\nproperty title has a problem: too short/);
  });

  const cannotRun: Record<string, { files: Files; why: RegExp }> = {
    "in another language": {
      files: { "PulumiPlugin.yaml": "runtime: python\n" },
      why: /its runtime is python, and only nodejs runs offline/,
    },
    "with a PulumiPlugin.yaml that is none": {
      files: { "PulumiPlugin.yaml": "runtime: [" },
      why: /it has no PulumiPlugin.yaml that can be read/,
    },
    "that is a program": { files: { "pulumi-resource-inbox": "" }, why: /it is a program, and no source/ },
    "with a mistake": {
      files: { "index.ts": 'throw new Error("broken on purpose");' },
      why: /its process ended \(exit code \d+\)\n.*broken on purpose/s,
    },
    "that prints something else first": {
      files: { "index.ts": 'console.log("Hello!");' },
      why: /its first line of output is not a port but "Hello!"/,
    },
  };
  for (const [what, { files, why }] of Object.entries(cannotRun)) {
    it(`are opaque if their plugin cannot run, and a warning says why: one ${what}`, async () => {
      const root = workspace(componentPackage(files));
      const { code, stdout, stderr } = await run(["--cwd", join(root, "program")]);
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        /warning: package inbox: its components are opaque, as its plugin in .*component cannot run/,
      );
      assert.match(stderr, why);
      assert.match(stdout, /Opaque components \(1\)/);
      await untilGone(root);
    });
  }

  it("are opaque if the SDK is not installed for their plugin", async () => {
    const component = folder(componentPackage());
    rmSync(join(component, "node_modules"));
    const program = join(workspace(), "program");
    writeFileSync(join(program, "Pulumi.yaml"), projectFile(component));
    const { code, stdout, stderr } = await run(["--cwd", program]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /@pulumi\/pulumi is not installed there; run npm install in the folder/);
    assert.match(stdout, /Opaque components \(1\)/);
  });

  it("must be in a folder that exists", async () => {
    const { code, stderr } = await run(["--cwd", join(workspace({}), "program")]);
    assert.equal(code, 2);
    assert.match(stderr, /Pulumi\.yaml: packages\.inbox: there is no folder .*component/);
  });

  it("open nothing around an isolated project by standing there", async () => {
    const root = workspace();
    for (const [name, content] of Object.entries(componentPackage())) writeFileSync(join(root, name), content);
    writeFileSync(join(root, "program", "Pulumi.yaml"), projectFile(".."));
    const { code, stdout, stderr } = await run(["--cwd", join(root, "program"), "--isolated"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /cannot run: --isolated does not allow reading a folder that the project is in/);
    assert.match(stdout, /Opaque components \(1\)/);
  });

  it("do not outlive a preview that takes too long", async () => {
    const endless = COMPONENT.replace("super(", "for (;;) {} super(");
    const root = workspace(componentPackage({ "index.ts": endless }));
    const { code, stdout } = await run(["--cwd", join(root, "program"), "--timeout", "10"]);
    assert.equal(code, 2);
    assert.match(stdout, /the program did not end in time/);
    await untilGone(root);
  });
});
