import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type Preview, preview } from "./preview.ts";

/**
 * Controls of high severity that cannot be decided before the cloud has given an id, with the reason. The same policies
 * decide at update, before the resource is created. Everything else of critical or high severity must be decided.
 */
const UNDECIDED: Record<string, string> = JSON.parse(readFileSync("tests/stacks/undecided.json", "utf8"));

describe("team stacks", function () {
  this.timeout(180_000);
  let result: Preview;
  before(() => {
    result = preview("--policy-pack", "policy-pack", "--policy-pack-config", "policy-config.json", "--allow-undecided");
  });

  it("previews every stack file, on three clouds", () => {
    const files = readdirSync("stacks").flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    assert.deepEqual(result.report.stacks.map(({ stack }) => stack).sort(), files.sort());
    for (const cloud of ["aws", "gcp", "azure"]) assert.ok(files.includes(`fraud-${cloud}`));
  });

  it("passes without a finding of any level, an error or an exemption", () => {
    for (const { stack, error, diagnostics, exempted } of result.report.stacks) {
      assert.equal(error, undefined, stack);
      assert.deepEqual(
        diagnostics.map(({ policy, urn, message }) => `${policy}: ${urn}: ${message}`),
        [],
        stack,
      );
      assert.deepEqual(exempted, [], stack);
    }
    assert.equal(result.exitCode, 0);
  });

  it("leaves no critical or high control undecided, except on statements that need an id from the cloud", () => {
    const undecided = result.report.stacks.flatMap(({ notEvaluated }) =>
      notEvaluated.filter(({ severity }) => severity === "critical" || severity === "high"),
    );
    const unexplained = undecided
      .map(({ policy, urn }) => `${policy} on ${urn.split("::").slice(2).join("::")}`)
      .filter((entry) => !Object.keys(UNDECIDED).some((known) => entry.startsWith(known)));
    assert.deepEqual(unexplained, []);
  });

  it("names every stack's resources once, with the workspace at the top", () => {
    for (const { stack, resources } of result.report.stacks) {
      const urns = resources.map(({ urn }) => urn);
      assert.equal(new Set(urns).size, urns.length, stack);
      assert.equal(
        resources.filter(({ type }) => type === "secure-ml-workspace:index:SecureMlWorkspace").length,
        1,
        stack,
      );
      assert.equal(resources.filter(({ type }) => type.startsWith("pulumi:providers:")).length, 1, stack);
    }
  });
});
