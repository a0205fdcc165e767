import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const PACKAGES = ["secure-ml-workspace", "secure-ml-policy-pack", "pulumi-offline-preview"];

const PROGRAM = `
const { createProvider, SecureMlWorkspace } = require("secure-ml-workspace/aws");
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

/** Installs the built packages in a folder, as npm would: copied, beside the packages that they need. */
function install(folder: string): void {
  mkdirSync(join(folder, "node_modules"));
  for (const name of PACKAGES) cpSync(join("dist", name), join(folder, "node_modules", name), { recursive: true });
  for (const name of readdirSync("node_modules")) {
    if (!PACKAGES.includes(name)) symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
  }
}

describe("built packages", function () {
  this.timeout(180_000);
  let folder: string;
  before(() => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/build.ts"], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    folder = mkdtempSync(join(tmpdir(), "built-"));
    install(folder);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: foreign\nruntime: nodejs\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    writeFileSync(join(folder, "package.json"), '{ "name": "foreign", "version": "1.0.0", "main": "index.js" }');
    writeFileSync(join(folder, "index.js"), PROGRAM);
  });
  after(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

  it("preview somebody else's CommonJS program with the published pack", () => {
    const bin = "node_modules/pulumi-offline-preview/bin/pulumi-offline-preview.cjs";
    const { status, stdout, stderr } = run(bin, "--policy-pack", "node_modules/secure-ml-policy-pack", "--json");
    assert.equal(status, 0, stderr);
    const { packs, stacks } = JSON.parse(stdout);
    assert.equal(packs[0].name, "secure-ml");
    assert.ok(packs[0].policies.length > 60);
    assert.match(stacks[0].outputs.modelUri, /^s3:\/\/risk-ml-dev-models-/);
    assert.ok(stacks[0].resources.some(({ type }: { type: string }) => type === "aws:sagemaker/domain:Domain"));
  });

  it("can be imported by ES modules too", () => {
    const script = 'import { parseWorkspace } from "secure-ml-workspace"; console.log(typeof parseWorkspace);';
    const { stdout } = run("--input-type=module", "--eval", script);
    assert.equal(stdout, "function\n");
  });
});
