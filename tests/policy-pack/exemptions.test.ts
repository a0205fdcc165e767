/** Which exemptions hold, on a given day. */
import assert from "node:assert/strict";
import type { Control } from "../../policy-pack/control.ts";
import { judgeExemptions, matchesUrn } from "../../policy-pack/exemptions.ts";

const TODAY = "2026-03-01";
const NOTEBOOK = "urn:pulumi:dev::fraud::aws:sagemaker/notebookInstance:NotebookInstance::legacy-1";
const controls = [
  { id: "high-control", severity: "high" },
  { id: "critical-control", severity: "critical" },
] as Control[];

const good = {
  control: "high-control",
  resource: NOTEBOOK,
  reason: "vendor image needs root until its next release",
  owner: "ml-platform@example.com",
  expires: "2026-05-30",
};

function problemOf(changes: Record<string, unknown>): string {
  const { accepted, problems } = judgeExemptions([{ ...good, ...changes }], controls, TODAY);
  assert.deepEqual(accepted, [], JSON.stringify(changes));
  assert.equal(problems.length, 1);
  return problems[0]!;
}

describe("exemptions", () => {
  it("hold until their last day, at most 90 days ahead", () => {
    for (const expires of [TODAY, "2026-05-30"]) {
      assert.deepEqual(judgeExemptions([{ ...good, expires }], controls, TODAY), {
        accepted: [{ ...good, expires }],
        problems: [],
      });
    }
    assert.match(problemOf({ expires: "2026-05-31" }), /within 90 days, by 2026-05-30$/);
    assert.match(problemOf({ expires: "2026-02-28" }), /it expired on 2026-02-28$/);
  });

  it("need every field", () => {
    for (const field of Object.keys(good)) {
      for (const value of [undefined, "", "  ", 7]) {
        assert.match(problemOf({ [field]: value }), new RegExp(`${field} is missing; give it as text$`));
      }
    }
  });

  it("take no other fields, so that a misspelt one is noticed", () => {
    assert.match(problemOf({ until: "2026-04-01" }), /until is not a field of an exemption/);
  });

  it("need a real date", () => {
    for (const expires of ["soon", "2026-02-30", "2026-4-1", "2026-13-01", "01.04.2026", "2026-04-01T00:00:00Z"]) {
      assert.match(problemOf({ expires }), /expires must be a date, written YYYY-MM-DD/);
    }
  });

  it("need a control that exists and is not critical", () => {
    assert.match(problemOf({ control: "no-such-control" }), /there is no control no-such-control/);
    assert.match(problemOf({ control: "critical-control" }), /critical controls cannot be exempted/);
  });

  it("need a resource, not everything", () => {
    for (const resource of [
      "*",
      "**",
      "urn:pulumi:*",
      "urn:pulumi:dev::*",
      "*::*",
      "legacy-1",
      "urn:pulumi:dev::fraud::t::",
    ]) {
      assert.match(problemOf({ resource }), /resource must name a resource/, resource);
    }
  });

  it("report every fault of an entry, and leave other entries in force", () => {
    const { accepted, problems } = judgeExemptions([{ control: "x" }, good, null, "text"], controls, TODAY);
    assert.deepEqual(accepted, [good]);
    assert.equal(problems.length, 3);
    for (const part of ["exemptions[0]", "resource is missing", "owner is missing", "there is no control x"]) {
      assert.ok(problems[0]!.includes(part), part);
    }
  });

  it("are named in what is reported about them", () => {
    assert.equal(
      problemOf({ reason: "", owner: "" }),
      `exemptions[0] (high-control on ${NOTEBOOK}) exempts nothing: reason is missing; give it as text; owner is missing; give it as text`,
    );
    assert.match(problemOf({ control: undefined }), /^exemptions\[0\] exempts nothing: control is missing/);
    assert.match(problemOf({ resource: undefined }), /^exemptions\[0\] exempts nothing: resource is missing/);
  });

  it("take a name of one letter", () => {
    assert.equal(judgeExemptions([{ ...good, resource: "*::a" }], controls, TODAY).accepted.length, 1);
  });

  it("must be a list, or left out", () => {
    assert.deepEqual(judgeExemptions(undefined, controls, TODAY), { accepted: [], problems: [] });
    assert.deepEqual(judgeExemptions("all", controls, TODAY).problems, ["exemptions must be a list"]);
  });

  it("match URNs and patterns of them", () => {
    for (const pattern of [
      NOTEBOOK,
      "*::legacy-1",
      "*::legacy-*",
      "urn:pulumi:*::fraud::*NotebookInstance::legacy-*",
    ]) {
      assert.ok(matchesUrn(pattern, NOTEBOOK), pattern);
    }
    for (const pattern of [
      `${NOTEBOOK}0`,
      "*::legacy",
      "*::*-2",
      "urn:pulumi:prod::*::legacy-1",
      "*::frau*",
      "*::LEGACY-1",
    ]) {
      assert.ok(!matchesUrn(pattern, NOTEBOOK), pattern);
    }
  });

  it("are not reached by resources that carry another project's URN in their names", () => {
    const type = "aws:sagemaker/notebookInstance:NotebookInstance";
    const forged = `urn:pulumi:dev::other::${type}::x::fraud::${type}::legacy-1`;
    for (const pattern of [
      `urn:pulumi:*::fraud::${type}::legacy-1`,
      "urn:pulumi:*::fraud::*::legacy-*",
      "urn:pulumi:*fraud*::legacy-1",
      "*::legacy-1",
    ]) {
      assert.ok(matchesUrn(pattern, NOTEBOOK), pattern);
      assert.ok(!matchesUrn(pattern, forged), pattern);
    }
    assert.ok(matchesUrn(forged, forged), "an exemption may still name it");
  });

  it("take every other character of a pattern as it is", () => {
    assert.ok(!matchesUrn("*::legacy.1", NOTEBOOK));
    assert.ok(matchesUrn("*::a[0].(b)+", "urn:pulumi:dev::fraud::t::a[0].(b)+"));
  });
});
