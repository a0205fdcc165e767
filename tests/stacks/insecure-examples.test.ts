import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { preview } from "./preview.ts";

/** A hole in an example: the resource that has it, the control that must block it, and what it is. */
interface Hole {
  resource: string;
  control: string;
  hole: string;
  /** `advisory` for a weakness that the pack names without blocking; mandatory otherwise. */
  level?: string;
}

describe("insecure examples", function () {
  this.timeout(120_000);
  for (const cloud of ["aws", "gcp", "azure"]) {
    it(`blocks every hole of the ${cloud} example, and nothing else`, () => {
      const folder = `stacks/examples/insecure/${cloud}`;
      const holes = JSON.parse(readFileSync(`${folder}/holes.json`, "utf8")) as Hole[];
      assert.ok(holes.filter(({ level }) => level === undefined).length >= 12, "12 holes that must be blocked");
      const { exitCode, report } = preview("--cwd", folder, "--policy-pack", "policy-pack");
      assert.equal(exitCode, 1);
      const found = report.stacks.flatMap(({ diagnostics }) => diagnostics);
      const named = found.map(({ policy, urn, level }) => `${level}: ${policy} on ${urn.split("::").at(-1)}`);
      const listed = holes.map(({ control, resource, level = "mandatory" }) => `${level}: ${control} on ${resource}`);
      const missing = listed.filter((hole) => !named.includes(hole));
      const unlisted = named.filter((one) => one.startsWith("mandatory") && !listed.includes(one));
      assert.deepEqual({ missing, unlisted: [...new Set(unlisted)] }, { missing: [], unlisted: [] });
      // One control may name several properties of a resource, but none of them twice.
      const said = found.map(({ policy, urn, message }) => `${policy} ${urn} ${message}`);
      assert.deepEqual(said, [...new Set(said)]);
      assert.deepEqual(listed, [...new Set(listed)]);
    });
  }
});
