import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { ofType, type Registration, record } from "../components/record.ts";
import { teamSpecs, variantSpecs } from "../components/specs.ts";
import { judge } from "./judge.ts";
import { isPolicyDocument, policyText } from "./translate.ts";

/** What `stacks/index.ts` does for a spec. */
async function createWorkspace(spec: WorkspaceArgs): Promise<void> {
  const { createProvider, SecureMlWorkspace } = await import(`../../components/${spec.cloud}/index.ts`);
  new SecureMlWorkspace(`${spec.team}-ml`, spec, { provider: createProvider("target", spec) });
}

/** Characters of all inline policies of a role together, without white space: the most that IAM takes. */
const INLINE_POLICIES = 10240;

/** Managed policies on a role: IAM's default quota. */
const MANAGED_POLICIES = 10;

describe("what the components create", () => {
  for (const { name, spec } of [...teamSpecs(), ...variantSpecs()]) {
    it(`is valid by the cloud's published API models: ${name}`, async () => {
      const resources = await record(() => createWorkspace(spec), { preview: true });
      assert.ok(resources.length > 20, `only ${resources.length} resources`);
      const problems = [...new Set(judge(resources))];
      assert.equal(problems.length, 0, `\n${problems.join("\n")}`);
    });
  }

  for (const { name, spec } of [...teamSpecs(), ...variantSpecs()].filter(({ spec }) => spec.cloud === "aws")) {
    it(`keeps every role within IAM's quotas: ${name}`, async () => {
      const resources = await record(() => createWorkspace(spec));
      const inline = group(resources, "aws:iam/rolePolicy:RolePolicy");
      const attached = group(resources, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
      assert.ok(inline.size > 0);
      for (const [role, policies] of inline) {
        const length = policies.map(({ policy }) => textOf(policy).replace(/\s/g, "").length).reduce((a, b) => a + b);
        assert.ok(length <= INLINE_POLICIES, `the inline policies of ${role} have ${length} characters`);
      }
      for (const [role, policies] of attached) {
        assert.ok(policies.length <= MANAGED_POLICIES, `${role} has ${policies.length} managed policies`);
      }
    });
  }
});

/** A policy document as text; the SDK takes objects too. */
function textOf(policy: unknown): string {
  return isPolicyDocument(policy) ? policyText(policy) : String(policy);
}

/** Inputs of the resources of a type by their role. */
function group(resources: Registration[], type: string): Map<string, Record<string, unknown>[]> {
  const found = new Map<string, Record<string, unknown>[]>();
  for (const { inputs } of ofType(resources, type)) {
    const role = String(inputs.role);
    found.set(role, [...(found.get(role) ?? []), inputs]);
  }
  return found;
}
