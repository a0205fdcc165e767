/** The catalogue as a whole: ids, texts and types. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { canonicalType, checksOf, stackChecksOf, typesOf } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";
// Types of SDKs that the project does not install, as their published packages declare them.
import otherSdkTypes from "./other-sdks.json" with { type: "json" };

const require = createRequire(import.meta.url);
const otherSdks: Record<string, string[]> = otherSdkTypes;
const RESERVED = ["all", "selection", "exemptions", "exemption-in-force"];

describe("catalogue", () => {
  it("gives every control an id of its own", () => {
    const ids = controls.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const id of ids) {
      assert.match(id, /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/);
      assert.ok(!RESERVED.includes(id), id);
    }
  });

  it("gives every control its texts, its sources and something to check", () => {
    for (const control of controls) {
      for (const text of [control.title, control.why, control.remedy]) assert.ok(text.length > 15, control.id);
      assert.doesNotMatch(control.title, /\.$/, control.id);
      assert.match(control.why, /\.$/, control.id);
      assert.match(control.remedy, /\.$/, control.id);
      assert.ok(Object.keys(control.frameworks).length > 0, `${control.id} has no framework`);
      assert.ok(typesOf(control).length > 0, `${control.id} checks nothing`);
    }
  });

  it("says of every check what the cloud does by default, and of every relation what it requires", () => {
    for (const control of controls) {
      for (const check of checksOf(control)) assert.ok(check.cloudDefault.length > 3, control.id);
      for (const check of stackChecksOf(control)) assert.ok(check.requires.length > 10, control.id);
    }
  });

  it("names types without azure-native's API version", () => {
    for (const type of controls.flatMap(typesOf)) assert.equal(canonicalType(type), type);
  });

  it("names types that the SDKs have", () => {
    for (const type of new Set(controls.flatMap(typesOf))) assertExists(type);
  });

  it("recognizes every form of azure-native's dated types", () => {
    const undated = "azure-native:machinelearningservices:Workspace";
    for (const dated of [
      "azure-native:machinelearningservices/v20240401:Workspace",
      "azure-native:machinelearningservices/v20240401preview:Workspace",
      "azure-native_machinelearningservices_v20240401:machinelearningservices/v20240401:Workspace",
      "azure-native_machinelearningservices_v20240401preview:machinelearningservices:Workspace",
      undated,
    ]) {
      assert.equal(canonicalType(dated), undated);
    }
    assert.equal(canonicalType("aws:s3/bucket:Bucket"), "aws:s3/bucket:Bucket");
    const provider = "pulumi:providers:azure-native";
    assert.equal(canonicalType(`${provider}_machinelearningservices_v20240401`), provider);
    assert.equal(canonicalType("pulumi:providers:aws"), "pulumi:providers:aws");
  });

  it("takes dynamic resources with a name of their own for dynamic resources", () => {
    for (const type of ["dynamic:Resource", "dynamic/demo:Thing", "dynamic/a/b:Thing"]) {
      assert.equal(canonicalType(`pulumi-nodejs:${type}`), "pulumi-nodejs:dynamic:Resource");
    }
    assert.equal(canonicalType("pulumi-python:dynamic:Resource"), "pulumi-python:dynamic:Resource");
  });
});

const SDKS = ["aws", "gcp", "azure-native", ...Object.keys(otherSdks)];

/** A misspelt type would never match anything: the SDK's own file for it must declare the same token. */
function assertExists(type: string): void {
  const [sdk, module, name] = type.split(":") as [string, string, string];
  const [folder, file] = module.includes("/") ? module.split("/") : [module, name[0]!.toLowerCase() + name.slice(1)];
  if (type === "pulumi:pulumi:Stack" || /^pulumi-\w+:dynamic:Resource$/.test(type)) return;
  // A provider is the class of its SDK's main module.
  if (module === "providers") return void assert.ok(SDKS.includes(name), type);
  if (sdk in otherSdks)
    return void assert.ok(otherSdks[sdk]?.includes(type), `${type}: @pulumi/${sdk} has no such type`);
  const directory = join(dirname(require.resolve(`@pulumi/${sdk}/package.json`)), folder as string);
  // The token gcp:projects/iAMMember stands in the file iammember.js.
  const sameName = (one: string) => one.toLowerCase() === `${file}.js`.toLowerCase();
  const found = existsSync(directory) ? readdirSync(directory).find(sameName) : undefined;
  assert.ok(found, `${type}: there is no ${folder}/${file}.js in @pulumi/${sdk}`);
  assert.match(readFileSync(join(directory, found), "utf8"), new RegExp(`__pulumiType = '${type}'`), type);
}
