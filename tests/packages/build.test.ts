/** The packages as npm would install them: packed, and unpacked beside what they need, in somebody else's project. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGES = ["secure-ml-workspace", "secure-ml-policy-pack", "pulumi-offline-preview"];

const PACK = "node_modules/secure-ml-policy-pack";

const PROGRAM = `
const { createProvider, SecureMlWorkspace } = require("secure-ml-workspace/aws");
require("secure-ml-policy-pack/guard").guard();
const args = {
  team: "risk", environment: "dev", cloud: "aws", location: "eu-west-1", dataClassification: "internal",
  account: { aws: { accountId: "111122223333" } },
  people: { dataScientists: [{ name: "ana", aws: "arn:aws:iam::111122223333:role/sso/ana" }] },
  network: { cidr: "10.20.0.0/20" },
  notebooks: [{ name: "explore", owner: "ana" }],
};
const provider = createProvider("target", args);
exports.modelUri = new SecureMlWorkspace("risk", args, { provider }).modelUri;
`;

/** In TypeScript, and insecure. */
const TYPESCRIPT_PROGRAM = `
import { NotebookInstance } from "@pulumi/aws/sagemaker/notebookInstance.js";
import { guard } from "secure-ml-policy-pack/guard";
guard({ all: "disabled", "notebook-root-disabled": "mandatory" });
const notebook: NotebookInstance = new NotebookInstance("nb", { instanceType: "ml.t3.medium", roleArn: "role" });
export const arn = notebook.arn;
`;

const KIT = `
async function test(): Promise<void> {
  const pack: Pack = await startPack("${PACK}");
  const found = await pack.analyze({ type: "aws:sagemaker/notebookInstance:NotebookInstance", properties: { kmsKeyId: unknown } });
  console.log((await pack.info()).name, found.violations.some(({ policy }) => policy === "notebook-root-disabled"));
  await pack.stop();
}
void test();
`;
const MODULE_KIT = `import { type Pack, startPack, unknown } from "secure-ml-policy-pack/testing";\n${KIT}`;
const COMMON_KIT = `import kit = require("secure-ml-policy-pack/testing");
type Pack = kit.Pack;
const { startPack, unknown } = kit;\n${KIT}`;

/** Packs the built packages, and installs them in a folder as npm would: unpacked, beside the packages that they need. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  const packages = PACKAGES.map((name) => `./dist/${name}`);
  const packed = spawnSync("npm", ["pack", ...packages, "--pack-destination", folder], { encoding: "utf8" });
  assert.equal(packed.status, 0, packed.stderr);
  for (const name of PACKAGES) {
    const target = join(folder, "node_modules", name);
    mkdirSync(target);
    const tarball = readdirSync(folder).find((file) => file.startsWith(`${name}-`) && file.endsWith(".tgz"))!;
    const { status } = spawnSync("tar", ["-xzf", join(folder, tarball), "--strip-components=1", "-C", target]);
    assert.equal(status, 0, tarball);
  }
  for (const name of readdirSync("node_modules")) {
    if (!PACKAGES.includes(name)) symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
  }
}

/** A project with one stack named dev. */
function writeProject(folder: string, files: Record<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const settings = "name: foreign\nruntime: { name: nodejs, options: { typescript: false } }\n";
  const all = { "Pulumi.yaml": settings, "Pulumi.dev.yaml": "config: {}\n", ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
}

describe("built packages", function () {
  this.timeout(240_000);
  let folder: string;
  before(() => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/build.ts"], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
    folder = mkdtempSync(join(tmpdir(), "built-"));
    install(folder);
    writeProject(folder, {
      "package.json": '{ "name": "foreign", "version": "1.0.0", "main": "index.js" }',
      "index.js": PROGRAM,
    });
    writeProject(join(folder, "typescript"), {
      "package.json": '{ "name": "foreign", "type": "module" }',
      "index.ts": TYPESCRIPT_PROGRAM,
    });
    writeFileSync(join(folder, "kit.mts"), MODULE_KIT);
    writeFileSync(join(folder, "kit.cts"), COMMON_KIT);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

  function preview(...args: string[]) {
    const bin = "node_modules/pulumi-offline-preview/bin/pulumi-offline-preview.cjs";
    const { status, stdout, stderr } = run(bin, "--json", ...args);
    assert.notEqual(stdout, "", stderr);
    return { status, stderr, ...JSON.parse(stdout) };
  }

  it("preview somebody else's CommonJS program with the published pack", () => {
    const { status, stderr, packs, stacks } = preview("--policy-pack", PACK);
    assert.equal(status, 0, stderr);
    assert.equal(packs[0].name, "secure-ml");
    assert.ok(packs[0].policies.length > 60);
    assert.match(stacks[0].outputs.modelUri, /^s3:\/\/risk-ml-dev-models-/);
    assert.ok(stacks[0].resources.some(({ type }: { type: string }) => type === "aws:sagemaker/domain:Domain"));
  });

  it("let a secure program pass its guard without a pack", () => {
    const { status, stderr } = preview();
    assert.equal(status, 0, stderr);
  });

  it("guard somebody else's TypeScript program where no pack judges it", () => {
    const [guarded] = preview("--cwd", "typescript").stacks;
    assert.match(guarded.error, /^\[mandatory\] notebook-root-disabled \(.*: nb\)\n.*\nrootAccess is not set/);
    const [judged] = preview("--cwd", "typescript", "--policy-pack", PACK).stacks;
    assert.equal(judged.error, undefined);
    assert.ok(judged.diagnostics.length > 0);
  });

  it("can be imported by ES modules too", () => {
    const script = 'import { parseWorkspace } from "secure-ml-workspace"; console.log(typeof parseWorkspace);';
    const { stdout } = run("--input-type=module", "--eval", script);
    assert.equal(stdout, "function\n");
  });

  it("test policies from CommonJS and from ES modules, with types", () => {
    const flags = ["--module", "nodenext", "--target", "es2022", "--strict", "--skipLibCheck", "--types", "node"];
    const sources = ["kit.mts", "kit.cts", "typescript/index.ts"];
    const compiled = spawnSync("tsc", [...flags, ...sources], { cwd: folder, encoding: "utf8" });
    assert.equal(compiled.status, 0, compiled.stdout);
    for (const file of ["kit.mjs", "kit.cjs"]) {
      const { stdout, stderr } = run(file);
      assert.equal(stdout, "secure-ml true\n", stderr);
    }
  });
});
