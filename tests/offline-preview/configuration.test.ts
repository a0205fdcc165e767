/** Pulumi.yaml and stack files, read as the engine reads them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadProject } from "../../offline-preview/project/project.ts";
import { loadStackConfig } from "../../offline-preview/project/stack-config.ts";
import { type Files, folder, preview, project, removeFolders, resource, run } from "./preview.ts";

const PRINT_CONFIG = `import * as pulumi from "@pulumi/pulumi";
export const all = pulumi.runtime.allConfig();
`;

const settings = (lines: string) => ({
  "Pulumi.yaml": `name: demo\nruntime: {name: nodejs, options: {typescript: false}}\n${lines}`,
});

async function configOf(files: Files): Promise<Record<string, unknown>> {
  const { code, stack } = await preview(project(PRINT_CONFIG, files));
  assert.equal(code, 0, stack.error);
  return stack.outputs.all as Record<string, unknown>;
}

describe("offline preview: configuration", () => {
  after(removeFolders);

  it("hands every value to the program as the engine's text", async () => {
    const values = `config:
  text: plain
  folder: .
  demo:own: 1
  other:config:old: x
  number: 42
  octal: 0777
  modern: 0o17
  large: 12345678901234567890
  zoned: 2026-03-01T10:20:30+02:00
  minutes: 10:20
  grouped: 1_000
  float: 1.50
  exponent: 12e03
  half: .5
  negative: -.5e1
  whole: 7.
  short: e3
  capital: E5
  dotted: .e3
  underscored: ._
  part: .5_0
  truth: yes
  flag: true
  account: "012345678901"
  nothing:
  day: 2026-03-01
  map: {b: 1, a: [x, null, {z: 1, y: 2026-03-01}]}
`;
    assert.deepEqual(await configOf({ "Pulumi.dev.yaml": values }), {
      "demo:text": "plain",
      "demo:folder": ".",
      "demo:own": "1",
      "other:old": "x",
      "demo:number": "42",
      "demo:octal": "511",
      "demo:modern": "15",
      "demo:large": "12345678901234567890",
      "demo:zoned": "2026-03-01 10:20:30 +0200 +0200",
      "demo:minutes": "10:20",
      "demo:grouped": "1000",
      "demo:float": "1.5",
      "demo:exponent": "12000",
      "demo:half": "0.5",
      "demo:negative": "-5",
      "demo:whole": "7",
      "demo:short": "e3",
      "demo:capital": "E5",
      "demo:dotted": ".e3",
      "demo:underscored": "._",
      "demo:part": ".5_0",
      "demo:truth": "yes",
      "demo:flag": "true",
      "demo:account": "012345678901",
      "demo:nothing": "",
      "demo:day": "2026-03-01 00:00:00 +0000 UTC",
      "demo:map": '{"a":["x",null,{"y":"2026-03-01 00:00:00 +0000 UTC","z":1}],"b":1}',
    });
  });

  it("applies the project's defaults and values, short and typed", async () => {
    const declared = `config:
  size: small
  count: {type: integer, default: 3}
  list: {type: array, items: {type: string}, default: [a, b]}
  aws:region: eu-west-1
  gcp:project: {value: p}
  given: {type: string}
`;
    const stack = "config: {given: here, size: large}\n";
    assert.deepEqual(await configOf({ ...settings(declared), "Pulumi.dev.yaml": stack }), {
      "demo:size": "large",
      "demo:count": "3",
      "demo:list": '["a","b"]',
      "aws:region": "eu-west-1",
      "gcp:project": "p",
      "demo:given": "here",
    });
  });

  it("names what is missing or has the wrong type", async () => {
    const declared = settings("config: {a: {type: string}, b: {type: integer}, s: {type: string, secret: true}}\n");
    const secret = "s: {secure: AA}";
    const wrong: [string, RegExp][] = [
      [`config: {${secret}}`, /stack 'dev' is missing configuration values 'a', 'b'/],
      [`config: {a: x, b: many, ${secret}}`, /'b' must be of type 'integer'/],
      ["config: {a: x, b: 1, s: plain}", /'s' must be encrypted as it's secret/],
      ["config: [a]", /'config' must be a map/],
      ["config: {a:b:c:d: 1}", /could not parse a:b:c:d as a configuration key/],
    ];
    for (const [stack, message] of wrong) {
      const path = folder({ ...declared, "Pulumi.dev.yaml": stack });
      assert.throws(() => loadStackConfig(loadProject(path), "dev"), message);
    }
    const malformed = await preview(project(PRINT_CONFIG, { ...declared, "Pulumi.dev.yaml": "config: {a: x\nb: }" }));
    assert.equal(malformed.code, 2);
    assert.match(malformed.stack.error!, /Pulumi\.dev\.yaml: .* at line \d/);
  });

  it("makes encrypted values unknown secrets, without a passphrase", async () => {
    const { code, stack } = await preview(
      project(
        `import * as pulumi from "@pulumi/pulumi";
import { Queue } from "@pulumi/aws/sqs/queue.js";
const config = new pulumi.Config();
const nested = config.requireSecretObject<{ password: string; user: string }>("database");
new Queue("queue", { name: config.requireSecret("password"), policy: config.require("password") });
export const password = config.requireSecret("password");
export const length = password.apply((text) => text.length);
export const port = config.getSecretNumber("port");
export const user = nested.apply((found) => found.user);
export const plainUser = config.requireObject<{ user: string }>("database").user;
`,
        {
          "Pulumi.dev.yaml":
            "encryptionsalt: v1:abc\nconfig: {password: {secure: AAA}, port: {secure: AAA}, database: {user: u, password: {secure: AAA}}}\n",
        },
      ),
    );
    assert.equal(code, 0, stack.error);
    assert.deepEqual(resource(stack, "queue").inputs, { name: "[secret]", policy: "[unknown]" });
    const { plainUser, ...secrets } = stack.outputs;
    assert.equal(plainUser, "u");
    for (const [name, value] of Object.entries(secrets)) assert.equal(value, "[secret]", name);
  });

  it("says how to read an encrypted value, and takes its text from the fixtures", async () => {
    const files = {
      "Pulumi.dev.yaml": "config: {port: {secure: AAA}}\n",
      "answers.json": '{"config": {"demo:port": 8080}}',
    };
    const path = project(
      `import * as pulumi from "@pulumi/pulumi";
export const port = new pulumi.Config().requireNumber("port");
`,
      files,
    );
    const without = await preview(path);
    assert.equal(without.code, 2);
    assert.match(without.stack.error!, /demo:port is encrypted.*requireSecretNumber.*--fixtures under "config"/);
    const given = await preview(path, ["--fixtures", join(path, "answers.json")]);
    assert.equal(given.stack.outputs.port, 8080);
  });

  it("previews every stack file of the stack folder, or the stacks that are named", async () => {
    const path = project(
      `import * as pulumi from "@pulumi/pulumi";
export const stack = pulumi.getStack();
export const organization = pulumi.getOrganization();
export const name = pulumi.getProject();
export const folders = [pulumi.runtime.getRootDirectory(), process.cwd()];
`,
      {
        ...settings("stackConfigDir: stacks\n"),
        "stacks/Pulumi.b.yaml": "",
        "stacks/Pulumi.a.yaml": "config: {}",
        "stacks/Pulumi.c.json": "{}",
      },
    );
    const all = await preview(path);
    assert.deepEqual(
      all.report.stacks.map(({ stack, outputs }) => [stack, outputs.stack, outputs.organization, outputs.name]),
      [
        ["a", "a", "organization", "demo"],
        ["b", "b", "organization", "demo"],
      ],
    );
    assert.deepEqual(all.stack.outputs.folders, [path, path]);
    const named = await preview(path, ["--stack", "b", "--stack", "acme/demo/a"]);
    assert.deepEqual(
      named.report.stacks.map(({ outputs }) => [outputs.stack, outputs.organization]),
      [
        ["b", "organization"],
        ["a", "acme"],
      ],
    );
  });

  it("names the stacks that exist when one does not", async () => {
    const { code, report } = await preview(project("export const a = 1;\n"), ["--stack", "dve", "--stack", "dev"]);
    assert.equal(code, 2);
    assert.match(report.stacks[0]!.error!, /there is no stack 'dve'.*the project has dev/);
    assert.equal(report.stacks[1]!.ok, true, "the other stack is reported");
  });

  it("takes the stack names that the engine takes, and no others", async () => {
    const long = "n".repeat(100);
    const path = project("export const a = 1;\n", {
      [`Pulumi.${long}.yaml`]: "",
      "Pulumi.-a_B.1.yaml": "",
      "Pulumi.a b.yaml": "",
      "Pulumi.x::y.yaml": "",
    });
    const all = await preview(path);
    assert.equal(all.code, 2);
    const failed = all.report.stacks.filter(({ ok }) => !ok);
    assert.deepEqual(
      failed.map(({ stack }) => stack),
      ["a b", "x::y"],
    );
    for (const { error } of failed) assert.match(error!, /is no name of a stack: it may have up to 100 letters/);
    assert.deepEqual(
      all.report.stacks.filter(({ ok }) => ok).map(({ stack }) => stack),
      ["-a_B.1", "dev", long],
    );
    const wrong: [string, RegExp][] = [
      ["", /'' is no name of a stack/],
      [`${long}n`, /is no name of a stack/],
      ["a/b/c/dev", /'a\/b\/c\/dev' is no name of a stack/],
      ["acme/other/dev", /belongs to project 'other', and this is 'demo'/],
    ];
    const { report } = await preview(
      path,
      wrong.flatMap(([name]) => ["--stack", name]),
    );
    wrong.forEach(([, message], index) => {
      assert.match(report.stacks[index]!.error!, message);
    });
  });

  it("previews a stack without configuration in a project without stack files", async () => {
    const path = folder({
      "Pulumi.yaml": "name: demo\nruntime: nodejs\n",
      "index.js": "exports.a = 1;",
      "package.json": "{}",
    });
    const none = await run(["--cwd", path]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /no stack files in .*--stack NAME/);
    const { code, stack } = await preview(path, ["--stack", "dev"]);
    assert.equal(code, 0, stack.error);
    assert.deepEqual(stack.outputs, { a: 1 });
  });

  it("finds Pulumi.yaml above --cwd, and the program by main and package.json", async () => {
    const program = "export const here = import.meta.filename;\n";
    const path = folder({
      ...settings("main: app/\n"),
      "Pulumi.dev.yaml": "",
      "package.json": JSON.stringify({ type: "module", main: "ignored.js" }),
      "app/package.json": JSON.stringify({ type: "module", main: "src/start.ts" }),
      "app/src/start.ts": program,
      "deep/er/file": "",
    });
    const { code, stack } = await preview(join(path, "deep", "er"));
    assert.equal(code, 0, stack.error);
    assert.equal(stack.outputs.here, join(path, "app", "src", "start.ts"));
  });

  it("takes a file as main, with its folder as working directory", async () => {
    const path = project("export {};\n", {
      ...settings("main: app/run.ts\n"),
      "app/run.ts": "export const cwd = process.cwd();\n",
    });
    const { stack } = await preview(path);
    assert.equal(stack.outputs.cwd, join(path, "app"));
  });

  it("explains what is wrong with Pulumi.yaml", async () => {
    const broken: [string, RegExp][] = [
      ["runtime: nodejs\n", /missing a 'name'/],
      ["name: demo\n", /missing a 'runtime'/],
      ["name: demo\nruntime: python\n", /runtime 'python': only nodejs/],
      ["name: demo\nruntime: nodejs\nmain: nowhere\n", /'main' could not be read/],
      [
        "name: demo\nruntime: nodejs\nconfig: {aws:region: {type: string, value: x}}\n",
        /'aws:region' is not namespaced by the project/,
      ],
      [
        "name: demo\nruntime: nodejs\nconfig: {n: {type: integer, default: x}}\n",
        /default value of config 'n' is not .*'integer'/,
      ],
      ["name: demo\n  runtime: nodejs\n", /Pulumi\.yaml: .* at line/],
      ["just text\n", /expected a map/],
    ];
    for (const [text, message] of broken) {
      const path = folder({ "Pulumi.yaml": text, "Pulumi.dev.yaml": "" });
      assert.throws(() => loadProject(path), message, text);
    }
    const { code, stdout, stderr } = await run(["--cwd", folder({ "Pulumi.yaml": broken[0]![0] }), "--json"]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, broken[0]![1]);
    assert.equal(stderr.trim().split("\n").length, 1, "one line, no stack trace");
  });
});
