/** The catalogue as a whole: ids, texts and types. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { checksOf, stackChecksOf, typesOf, undatedType } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";

const require = createRequire(import.meta.url);
const RESERVED = ["all", "exemptions", "exemption-in-force"];

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
    for (const type of controls.flatMap(typesOf)) assert.equal(undatedType(type), type);
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
      assert.equal(undatedType(dated), undated);
    }
    assert.equal(undatedType("aws:s3/bucket:Bucket"), "aws:s3/bucket:Bucket");
  });
});

/** A misspelt type would never match anything: the SDK's own file for it must declare the same token. */
function assertExists(type: string): void {
  const [sdk, module, name] = type.split(":") as [string, string, string];
  const [folder, file] = module.includes("/") ? module.split("/") : [module, name[0]!.toLowerCase() + name.slice(1)];
  // SDKs that the project does not install are covered by the published type lists they were taken from.
  if (!["aws", "gcp", "azure-native"].includes(sdk)) return;
  const directory = join(dirname(require.resolve(`@pulumi/${sdk}/package.json`)), folder as string);
  // The token gcp:projects/iAMMember stands in the file iammember.js.
  const sameName = (one: string) => one.toLowerCase() === `${file}.js`.toLowerCase();
  const found = existsSync(directory) ? readdirSync(directory).find(sameName) : undefined;
  assert.ok(found, `${type}: there is no ${folder}/${file}.js in @pulumi/${sdk}`);
  assert.match(readFileSync(join(directory, found), "utf8"), new RegExp(`__pulumiType = '${type}'`), type);
}
