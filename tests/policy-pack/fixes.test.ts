/** Remediation: what the pack sets makes the resource comply, keeps secrets, and is set where the level asks for it only. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checksOf } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";
import { applyFixes, fixes } from "../../policy-pack/fixes.ts";
import type { ControlCases } from "./cases.ts";
import { type Pack, secret, startPack, unknown } from "./server.ts";

const directory = join(import.meta.dirname, "cases");
const tables = await Promise.all(
  readdirSync(directory).map(async (file) => (await import(join(directory, file))) as { cases: ControlCases[] }),
);
const casesOf = (control: string, type: string) =>
  tables
    .flatMap((table) => table.cases)
    .filter((one) => one.control === control && one.type === type)
    .flatMap((one) => one.cases ?? []);

const NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance";

describe("fixes", function () {
  this.timeout(60_000);
  let pack: Pack;
  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());

  const focus = (control: string, level: "remediate" | "mandatory") =>
    pack.configure({ all: "disabled", [control]: level });

  for (const [control, byType] of Object.entries(fixes)) {
    it(`${control} judges the types that it fixes`, () => {
      const judged = controls.filter(({ id }) => id === control).flatMap(checksOf);
      for (const type of Object.keys(byType))
        assert.ok(
          judged.some((check) => check.types.includes(type)),
          type,
        );
    });

    for (const type of Object.keys(byType)) {
      it(`${control} makes ${type} comply`, async () => {
        await focus(control, "remediate");
        const outcomes: string[] = [];
        for (const [, properties, expected, parameters] of casesOf(control, type)) {
          if (parameters !== undefined) continue;
          const { changedBy, properties: after } = await pack.remediate({ type, properties });
          if (expected === "complies" || expected === "undecided") assert.deepEqual(changedBy, [], expected);
          if (expected !== "violates") continue;
          assert.deepEqual(changedBy, [control]);
          const { violations } = await pack.analyze({ type, properties: after });
          outcomes.push(violations.length === 0 ? "complies" : "violates");
        }
        assert.ok(outcomes.includes("complies"), `no case complies afterwards: ${outcomes}`);
      });
    }
  }

  it("change nothing at another level", async () => {
    await focus("notebook-root-disabled", "mandatory");
    const { changedBy } = await pack.remediate({ type: NOTEBOOK, properties: { rootAccess: "Enabled" } });
    assert.deepEqual(changedBy, []);
  });

  it("keep what else the resource holds, secrets and unknown values too", async () => {
    await focus("notebook-imdsv2", "remediate");
    const properties = { name: secret("hidden"), subnetId: unknown, tags: { a: "b" } };
    const { properties: after } = await pack.remediate({ type: NOTEBOOK, properties });
    assert.deepEqual(after, {
      ...properties,
      instanceMetadataServiceConfiguration: { minimumInstanceMetadataServiceVersion: "2" },
    });
  });

  it("leave what is no object, and reach into every element of a list", () => {
    const props = { list: [{ a: 1 }, "text", { a: 2 }], text: "x", nothing: null };
    applyFixes(props, [
      { path: "list[].a", value: 0 },
      { path: "text.a", value: 0 },
      { path: "nothing.a", value: 0 },
      { path: "absent[].a", value: 0 },
    ]);
    assert.deepEqual(props, { list: [{ a: 0 }, "text", { a: 0 }], text: "x", nothing: { a: 0 } });
  });
});
