/** Kinds of programs, their modules, their environment, and the ways in which they fail. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { folder, preview, project, removeFolders, resource, run } from "./preview.ts";

const TWO_STACKS = { "Pulumi.a.yaml": "config: {name: first}\n", "Pulumi.b.yaml": "config: {name: second}\n" };

describe("offline preview: programs", () => {
  after(removeFolders);

  it("runs CommonJS, with fresh modules for every stack", async () => {
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: nodejs\n",
      ...TWO_STACKS,
      "package.json": "{}",
      "index.js": `const { name } = require("./lib/name");
const { Queue } = require("@pulumi/aws/sqs/queue");
new Queue(name);
exports.name = name;
exports.count = require("./lib/count").next();`,
      "lib/name.js": `exports.name = new (require("@pulumi/pulumi").Config)().require("name");`,
      "lib/count.js": "let count = 0; exports.next = () => ++count;",
    });
    const { code, report } = await preview(path);
    assert.equal(code, 0, report.stacks[0]!.error);
    assert.deepEqual(
      report.stacks.map(({ outputs }) => outputs),
      [
        { name: "first", count: 1 },
        { name: "second", count: 1 },
      ],
    );
  });

  it("runs ES modules, with fresh modules for every stack: workspaces too, installed packages not", async () => {
    const path = project(
      `import { name } from "./lib/name.ts";
import { next } from "count";
import { shared } from "installed";
export const outputs = { name, count: next(), shared: shared() };
`,
      {
        ...TWO_STACKS,
        "lib/name.ts": `import { Config } from "@pulumi/pulumi";\nexport const name = new Config().require("name");\n`,
        "modules/node_modules/installed/package.json": JSON.stringify({
          name: "installed",
          type: "module",
          main: "index.js",
        }),
        "modules/node_modules/installed/index.js": "let count = 0;\nexport const shared = () => ++count;\n",
        "workspace/package.json": JSON.stringify({ name: "count", type: "module", main: "index.ts" }),
        "workspace/index.ts": "let count = 0;\nexport const next = (): number => ++count;\n",
        "modules/index.ts": `import { next } from "count";\nimport { shared } from "installed";\n`,
      },
    );
    // The program lives beside a node_modules of its own, which holds a link to the workspace and a real package.
    const fs = await import("node:fs");
    const root = folder({ "Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: app\n", ...TWO_STACKS });
    fs.unlinkSync(join(root, "node_modules"));
    fs.cpSync(join(path, "workspace"), join(root, "workspace"), { recursive: true });
    fs.mkdirSync(join(root, "app"));
    for (const name of ["index.ts", "package.json", "lib"]) {
      fs.cpSync(join(path, name), join(root, "app", name), { recursive: true });
    }
    fs.cpSync(join(path, "modules", "node_modules"), join(root, "node_modules"), { recursive: true });
    fs.symlinkSync(join(root, "workspace"), join(root, "node_modules", "count"));
    fs.symlinkSync(fs.realpathSync(join(path, "node_modules", "@pulumi")), join(root, "node_modules", "@pulumi"));
    const { code, report } = await preview(root);
    assert.equal(code, 0, report.stacks[0]!.error);
    const [first, second] = report.stacks.map(({ outputs }) => outputs.outputs);
    assert.deepEqual(first, { name: "first", count: 1, shared: 1 });
    assert.deepEqual(second, { name: "second", count: 1, shared: 2 });
  });

  it("gives each stack a fresh ES module that CommonJS requires", async () => {
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: nodejs\n",
      ...TWO_STACKS,
      "package.json": "{}",
      "index.js": `exports.name = require("./name.mjs").name;`,
      "name.mjs": `import { Config } from "@pulumi/pulumi";\nexport const name = new Config().require("name");\n`,
    });
    const { report } = await preview(path);
    assert.deepEqual(
      report.stacks.map(({ outputs }) => outputs.name),
      ["first", "second"],
    );
  });

  it("runs TypeScript without type: module, and top-level await", async () => {
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: {name: nodejs, options: {typescript: false}}\nmain: index.ts\n",
      ...TWO_STACKS,
      "package.json": "{}",
      "index.ts": `import * as pulumi from "@pulumi/pulumi";
const name: string = await Promise.resolve(new pulumi.Config().require("name"));
export const shout = name.toUpperCase() as string;
`,
    });
    const { code, report } = await preview(path);
    assert.equal(code, 0, report.stacks[0]!.error);
    assert.deepEqual(
      report.stacks.map(({ outputs }) => outputs),
      [{ shout: "FIRST" }, { shout: "SECOND" }],
    );
  });

  it("awaits an exported function, default or CommonJS", async () => {
    const body = `async () => { await new Promise((done) => setTimeout(done, 50)); return { late: 1 }; }`;
    const module = await preview(project(`export default ${body};\n`));
    assert.deepEqual(module.stack.outputs, { late: 1 });
    const files = { "index.js": `module.exports = ${body};`, "index.ts": "", "package.json": "{}" };
    const common = await preview(project("", files));
    assert.deepEqual(common.stack.outputs, { late: 1 });
    const both = await preview(project(`export default ${body};\nexport const b = 1;\n`));
    assert.match(both.stack.error!, /either a default export or named exports but not both/);
  });

  it("starts every stack with the same environment and the same listeners", async () => {
    const path = project(
      `export const seen = process.env.LEFT_BEHIND ?? "clean";
process.env.LEFT_BEHIND = "dirty";
export const listeners = process.listenerCount("beforeExit");
process.on("beforeExit", () => {});
process.chdir("/");
`,
      TWO_STACKS,
    );
    const { report } = await preview(path);
    const [first, second] = report.stacks.map(({ outputs }) => outputs);
    assert.deepEqual(first, second);
    assert.equal(first!.seen, "clean");
  });

  it("passes no credentials on, and not the user's home", async () => {
    const secrets = {
      AWS_ACCESS_KEY_ID: "k",
      AWS_PROFILE: "p",
      GOOGLE_APPLICATION_CREDENTIALS: "/g",
      AZURE_CLIENT_SECRET: "s",
      ARM_CLIENT_SECRET: "s",
      PULUMI_ACCESS_TOKEN: "t",
      GITHUB_TOKEN: "t",
      NODE_OPTIONS: "--no-warnings",
      LC_ALL: "C.UTF-8",
    };
    const program = `export const environment = Object.keys(process.env);
export const home = process.env.HOME;
`;
    const { stack } = await preview(project(program), [], { env: { ...secrets, HOME: "/home/someone" } });
    const names = stack.outputs.environment as string[];
    const allowed =
      /^(PATH|HOME|USERPROFILE|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|TERM|CI|NODE_ENV|PULUMI_(NODEJS_(ORGANIZATION|PROJECT|ROOT_DIRECTORY|STACK|DRY_RUN|PARALLEL)|CONFIG(_SECRET_KEYS)?))$/;
    assert.deepEqual(
      names.filter((name) => !allowed.test(name)),
      [],
    );
    assert.ok(names.includes("LC_ALL"));
    assert.notEqual(stack.outputs.home, "/home/someone");
  });

  it("reports a program that throws, with its own lines only, and goes on with the other stacks", async () => {
    const path = project(
      `import { Config } from "@pulumi/pulumi";
function check(name: string): void {
  if (name === "first") throw new TypeError("boom");
}
check(new Config().require("name"));
export const done = true;
`,
      { ...TWO_STACKS, "Pulumi.dev.yaml": "config: {name: x}\n" },
    );
    const { code, report } = await preview(path);
    assert.equal(code, 2);
    const [first, ...others] = report.stacks;
    assert.match(
      first!.error!,
      /^TypeError: boom\n\s+at check \(file:.*index\.ts:3:\d+\)\n\s+at file:.*index\.ts:5:\d+$/,
    );
    assert.deepEqual(
      others.map(({ ok, outputs }) => [ok, outputs.done]),
      [
        [true, true],
        [true, true],
      ],
    );
  });

  it("reports whatever a program throws, with its causes and the place of a syntax error", async () => {
    const here = String.raw`\n\s+at file:\S*index\.ts:\d+(?::\d+)?`;
    const programs: [string, RegExp][] = [
      [`throw "text";`, /^text$/],
      [`throw { code: 7 };`, /^the program threw something that is no error: \{"code":7\}$/],
      [`throw { code: 7, message: "from an object" };`, /^from an object$/],
      [
        `throw new Error("outer", { cause: new TypeError("inner") });`,
        new RegExp(`^outer${here}\ncaused by: TypeError: inner${here}$`),
      ],
      [
        `throw new AggregateError([new Error("first"), new Error("second")], "several");`,
        new RegExp(`^AggregateError: several${here}\none of them: first${here}\none of them: second${here}$`),
      ],
      [`\nconst a = = 1;`, /^SyntaxError: Expression expected\n\s+at file:\S*index\.ts:2$/],
    ];
    for (const [program, expected] of programs) {
      const { code, stack } = await preview(project(program));
      assert.equal(code, 2);
      assert.match(stack.error!, expected);
    }
  });

  // Under cmd/run, util.inspect with colours may take minutes on such a stack.
  it("describes an error that comes through a scoped package without inspecting it", async () => {
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: app\n",
      "Pulumi.dev.yaml": "",
      "app/package.json": "{}",
      "app/index.js": `const util = require("node:util");
for (const name of ["inspect", "format"]) util[name] = () => { throw new Error("inspected"); };
require("@example/caller")(() => { throw new Error("boom"); });`,
      "app/node_modules/@example/caller/package.json": JSON.stringify({ name: "@example/caller", main: "index.js" }),
      "app/node_modules/@example/caller/index.js": "module.exports = (call) => call();",
    });
    const { code, stack } = await preview(path);
    assert.equal(code, 2);
    assert.match(
      stack.error!,
      /^boom\n\s+at \S*app\/index\.js:3:\d+\n\s+at Object\.<anonymous> \(\S*app\/index\.js:3:\d+\)$/,
    );
  });

  it("passes on whatever a program prints, and the beginning of an endless error message", async () => {
    const size = 1_000_000;
    const { code, stdout, stderr } = await run([
      "--cwd",
      project(`process.stdout.write("x".repeat(${size}));\nthrow new Error("y".repeat(${size}));\n`),
    ]);
    assert.equal(code, 2);
    assert.equal(stderr.match(/x/g)?.length, size);
    assert.equal(stdout.match(/y{2,}/)?.[0].length, 10_000);
    assert.match(stdout, /y… \(990000 more characters\)\n/);
  });

  it("reports late errors on the stack that caused them", async () => {
    const path = project(
      `import { Config, log } from "@pulumi/pulumi";
const name = new Config().require("name");
if (name === "first") setTimeout(() => { throw new Error("late " + name); }, 50);
if (name === "second") void Promise.reject(new Error("rejected " + name));
if (name === "third") log.error("logged " + name);
if (name === "fourth") process.exitCode = 3;
`,
      {
        ...TWO_STACKS,
        "Pulumi.c.yaml": "config: {name: third}",
        "Pulumi.d.yaml": "config: {name: fourth}",
        "Pulumi.dev.yaml": "config: {name: fine}",
      },
    );
    const { code, report, stderr } = await preview(path);
    assert.equal(code, 2);
    const errors = report.stacks.map(({ error }) => error?.split("\n")[0]);
    // An error that is only logged fails no preview of the engine either.
    assert.match(stderr, /^c: error: logged third$/m);
    assert.deepEqual(errors, [
      "late first",
      "rejected second",
      undefined,
      "the program set its exit code to 3",
      undefined,
    ]);
  });

  it("reports a program that ends early, and goes on with the other stacks", async () => {
    const path = project(
      `import { Config } from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("queue");
if (new Config().require("name") === "first") process.exit(0);
`,
      { ...TWO_STACKS, "Pulumi.dev.yaml": "config: {name: x}\n" },
    );
    const { code, report } = await preview(path);
    assert.equal(code, 2);
    assert.match(report.stacks[0]!.error!, /process ended before the program did \(exit code 0\).*process\.exit/);
    assert.deepEqual(
      report.stacks.slice(1).map(({ ok }) => ok),
      [true, true],
    );
  });

  it("reports a program that waits for what never happens", async () => {
    const nothing = await preview(project("await new Promise(() => {});\nexport const a = 1;\n"));
    assert.equal(nothing.code, 2);
    assert.match(nothing.stack.error!, /never finished: it awaits something that never happens|still active/);
    const resource = await preview(
      project(`import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
new Queue("stuck", { name: pulumi.output(new Promise<string>(() => {})) });
`),
    );
    assert.equal(resource.code, 2);
    assert.match(
      resource.stack.error!,
      /"stuck" \[aws:sqs\/queue:Queue\] was waiting for the value of its input property "name"/,
    );
  });

  it("explains TypeScript that is more than types", async () => {
    const enumeration = await preview(project("enum Size { Small }\nexport const size = Size.Small;\n"));
    assert.match(enumeration.stack.error!, /enum.*removing its types/s);
    const relative = await preview(
      project(`import { a } from "./lib/a";\nexport const b = a;\n`, { "lib/a.ts": "export const a = 1;\n" }),
    );
    assert.match(relative.stack.error!, /needs the file's whole name, such as "\.\/a\.ts"/);
  });

  it("says what is missing when the program or the SDK is not there", async () => {
    const none = await preview(
      project("", { "index.ts": "", "package.json": JSON.stringify({ type: "module", main: "x.js" }) }),
    );
    assert.equal(none.code, 0);
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: nodejs\n",
      "Pulumi.dev.yaml": "",
      "package.json": "{}",
    });
    const empty = await preview(path);
    assert.match(empty.stack.error!, /no program in .*expected one of index\.js, index\.ts/);
    const fs = await import("node:fs");
    fs.unlinkSync(join(path, "node_modules"));
    const bare = await preview(path);
    assert.match(bare.stack.error!, /@pulumi\/pulumi is not installed; run npm install/);
  });

  it("keeps source positions of ES modules without a function around", async () => {
    const { stack } = await preview(
      project(`import { Queue } from "@pulumi/aws/sqs/queue.js";

new Queue("top");
`),
    );
    assert.equal(resource(stack, "top").source, "index.ts:3");
  });
});
