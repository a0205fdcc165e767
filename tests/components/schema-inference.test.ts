import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";

const COMPONENTS = [
  "CustomerManagedKey",
  "PrivateNetwork",
  "DataStore",
  "WorkloadIdentity",
  "DataGrant",
  "PrivateNotebook",
  "PrivateTrainingCluster",
  "TrainingPipeline",
];

/**
 * Pulumi infers a package's schema, which other languages are generated from, with a compiler of its own that is older
 * than our syntax. The sources are rewritten to what that compiler reads; their types stay as they are.
 */
function copyForOldCompiler(folder: string): void {
  cpSync("components", folder, { recursive: true });
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("node_modules")) continue;
    const source = readFileSync(join(folder, file), "utf8")
      .replaceAll(/from "(\.[^"]*)\.ts"/g, 'from "$1"')
      .replaceAll(/^(import|export) type /gm, "$1 ")
      .replaceAll(/(\{ |, |^ {2})type (?=\w+[, ])/gm, "$1");
    writeFileSync(join(folder, file), source);
  }
}

describe("schema inference", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "schema-"));
    copyForOldCompiler(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  function analyze(entry: string, components: string[]) {
    const compilerOptions = { target: "es2020", module: "commonjs", moduleResolution: "node", strict: true };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [entry] }));
    const manifest = { name: "secure-ml-workspace", main: entry };
    return new Analyzer(folder, "secure-ml-workspace", manifest, new Set(components)).analyze();
  }

  it("reads the workspace spec", () => {
    const probe = `import * as pulumi from "@pulumi/pulumi";
      import { WorkspaceArgs } from "./args";
      export class Probe extends pulumi.ComponentResource {
        constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
          super("secure-ml-workspace:index:Probe", name, {}, opts);
        }
      }`;
    writeFileSync(join(folder, "probe.ts"), probe);
    const { components, typeDefinitions } = analyze("probe.ts", ["Probe"]);
    assert.ok(components.Probe?.inputs.network);
    assert.ok(typeDefinitions.ExistingNetworkArgs?.properties?.subnetIds);
  });

  for (const cloud of ["aws", "gcp", "azure"]) {
    it(`reads the small components of ${cloud}`, () => {
      const { components } = analyze(`${cloud}/index.ts`, COMPONENTS);
      for (const name of COMPONENTS) {
        const inputs = Object.keys(components[name]?.inputs ?? {});
        assert.ok(inputs.length > 0, `${name} has no inputs`);
      }
    });
  }
});
