import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { type Preview, preview, type Undecided } from "./preview.ts";

/**
 * The definition of a SageMaker pipeline is one text with the ids of subnets, groups and keys in it, so that nothing of it
 * is known before these exist. `--assume-created` judges it; the same policies do at update, before it is created.
 */
const KNOWN_LATER = "aws:sagemaker/pipeline:Pipeline";

describe("team stacks", function () {
  this.timeout(180_000);
  let result: Preview;
  before(() => {
    result = preview("--policy-pack", "policy-pack", "--policy-pack-config", "policy-config.json", "--assume-created");
  });

  it("previews every stack file, on three clouds", () => {
    const files = readdirSync("stacks").flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
    assert.deepEqual(result.report.stacks.map(({ stack }) => stack).sort(), files.sort());
    for (const cloud of ["aws", "gcp", "azure"]) assert.ok(files.includes(`fraud-${cloud}`));
  });

  it("passes without a finding of any level, an error or an exemption", () => {
    for (const { stack, error, diagnostics, assumed, exempted } of result.report.stacks) {
      assert.equal(error, undefined, stack);
      assert.deepEqual(
        [...diagnostics, ...assumed!.diagnostics].map(({ policy, urn, message }) => `${policy}: ${urn}: ${message}`),
        [],
        stack,
      );
      assert.deepEqual(exempted, [], stack);
    }
    assert.equal(result.exitCode, 0);
  });

  it("leaves no critical or high control undecided, except on definitions that need an id from the cloud", () => {
    const undecided = (entries: Undecided[]) =>
      entries
        .filter(({ severity }) => severity === "critical" || severity === "high")
        .map(({ policy, urn }) => `${policy} on ${urn.split("::").slice(2).join("::")}`);
    for (const { stack, notEvaluated, assumed } of result.report.stacks) {
      const atOnce = undecided(notEvaluated).filter((entry) => !entry.includes(KNOWN_LATER));
      assert.deepEqual(atOnce, [], stack);
      assert.deepEqual(undecided(assumed!.notEvaluated), [], stack);
    }
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
