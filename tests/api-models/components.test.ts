import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { record } from "../components/record.ts";
import { teamSpecs, variantSpecs } from "../components/specs.ts";
import { judge } from "./judge.ts";

/** What `stacks/index.ts` does for a spec. */
async function createWorkspace(spec: WorkspaceArgs): Promise<void> {
  const { createProvider, SecureMlWorkspace } = await import(`../../components/${spec.cloud}/index.ts`);
  new SecureMlWorkspace(`${spec.team}-ml`, spec, { provider: createProvider("target", spec) });
}

describe("what the components create", () => {
  for (const { name, spec } of [...teamSpecs(), ...variantSpecs()]) {
    it(`is valid by the cloud's published API models: ${name}`, async () => {
      const resources = await record(() => createWorkspace(spec), { preview: true });
      assert.ok(resources.length > 20, `only ${resources.length} resources`);
      const problems = [...new Set(judge(resources))];
      assert.equal(problems.length, 0, `\n${problems.join("\n")}`);
    });
  }
});
