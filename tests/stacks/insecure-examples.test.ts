import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { preview } from "./preview.ts";

/** A hole in an example: the resource that has it, the control that must block it, and what it is. */
interface Hole {
  resource: string;
  control: string;
  hole: string;
}

describe("insecure examples", function () {
  this.timeout(120_000);
  for (const cloud of ["aws", "gcp", "azure"]) {
    it(`blocks every hole of the ${cloud} example`, () => {
      const folder = `stacks/examples/insecure/${cloud}`;
      const holes = JSON.parse(readFileSync(`${folder}/holes.json`, "utf8")) as Hole[];
      assert.ok(holes.length >= 12, `${holes.length} holes are listed`);
      const { exitCode, report } = preview("--cwd", folder, "--policy-pack", "policy-pack");
      assert.equal(exitCode, 1);
      const blocked = report.stacks
        .flatMap(({ diagnostics }) => diagnostics)
        .filter(({ level }) => level === "mandatory")
        .map(({ policy, urn }) => `${policy} on ${urn.split("::").at(-1)}`);
      const open = holes.filter(({ control, resource }) => !blocked.includes(`${control} on ${resource}`));
      assert.deepEqual(open, []);
    });
  }
});
