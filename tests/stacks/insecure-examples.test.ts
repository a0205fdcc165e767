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
    it(`blocks every hole of the ${cloud} example`, () => {
      const folder = `stacks/examples/insecure/${cloud}`;
      const holes = JSON.parse(readFileSync(`${folder}/holes.json`, "utf8")) as Hole[];
      assert.ok(holes.filter(({ level }) => level === undefined).length >= 12, "12 holes that must be blocked");
      const { exitCode, report } = preview("--cwd", folder, "--policy-pack", "policy-pack");
      assert.equal(exitCode, 1);
      const named = report.stacks
        .flatMap(({ diagnostics }) => diagnostics)
        .map(({ policy, urn, level }) => `${level}: ${policy} on ${urn.split("::").at(-1)}`);
      const open = holes.filter(
        ({ control, resource, level = "mandatory" }) => !named.includes(`${level}: ${control} on ${resource}`),
      );
      assert.deepEqual(open, []);
    });
  }
});
