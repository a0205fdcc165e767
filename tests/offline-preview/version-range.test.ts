/** Required versions of Pulumi: no CLI is there to have one, but a range that the engine cannot read is a mistake. */
import assert from "node:assert/strict";
import { versionRangeProblem } from "../../offline-preview/project/version-range.ts";
import { preview, project, removeFolders, run } from "./preview.ts";

const SETTINGS = "name: demo\nruntime: {name: nodejs, options: {typescript: false}}\n";

describe("offline preview: required versions of Pulumi", () => {
  after(removeFolders);

  it("are ranges as the engine reads them, and not npm's", () => {
    for (const range of [
      ">=3.0.0",
      "3.1.2",
      "=3.1.2",
      "==3.1.2",
      "!3.1.2",
      "!=3.1.2",
      ">= 3.5.0 !3.7.7",
      "<3.4.0 || >3.8.0",
      ">3.4.0  <4.0.0-alpha.1+b",
      "3.x",
      "3.x.x",
      ">=3.1.x",
    ]) {
      assert.equal(versionRangeProblem(range), undefined, range);
    }
    for (const range of [
      "^3.0.0",
      "~3.1.0",
      ">=3",
      "3.0",
      "latest",
      "*",
      "|| 3.0.0",
      "3.0.0 ||",
      "3.0.0||4.0.0",
      // The engine passes over the dash, and asks for two versions at once.
      "3.0.0 - 4.0.0",
      "03.0.0",
      "=>3.0.0",
    ]) {
      assert.match(versionRangeProblem(range)!, /is not a version range.*write one such as/, range);
    }
  });

  it("fail a project and a program only if they are no ranges", async () => {
    const program = (range: string) => `import * as pulumi from "@pulumi/pulumi";
await pulumi.requirePulumiVersion("${range}");
`;
    const required = (range: string) => ({ "Pulumi.yaml": `${SETTINGS}requiredPulumiVersion: ${range}\n` });
    const fine = await preview(project(program(">=99.0.0"), required('">=99.0.0"')));
    assert.equal(fine.code, 0, fine.stack.error);
    for (const mode of [[], ["--isolated"]]) {
      const wrong = await preview(project(program("^3.0.0")), mode);
      assert.equal(wrong.code, 2);
      assert.match(wrong.stack.error!, /requirePulumiVersion: '\^3\.0\.0' is not a version range/);
    }
    const npm = await run(["--cwd", project("", required("^3.0.0"))]);
    assert.equal(npm.code, 2);
    assert.match(npm.stderr, /Pulumi\.yaml: requiredPulumiVersion: '\^3\.0\.0' is not a version range/);
    const number = await run(["--cwd", project("", required("3"))]);
    assert.match(number.stderr, /requiredPulumiVersion: must be a string/);
  });
});
