/** How controls become policies. */
import assert from "node:assert/strict";
import type { Control } from "../../policy-pack/control.ts";
import { buildPolicies } from "../../policy-pack/policies.ts";

const plain: Control = {
  id: "some-control",
  title: "Some control",
  severity: "high",
  why: "Because.",
  remedy: "Change it.",
  frameworks: {},
};

interface BuiltPolicy {
  url?: string;
  configSchema?: { properties: Record<string, unknown> };
  validateResource?: unknown;
  validateStack?: unknown;
}

function policyOf(changes: Partial<Control>): BuiltPolicy {
  return buildPolicies([{ ...plain, ...changes }]).at(-1) as BuiltPolicy;
}

function relation(...types: string[]): Partial<Control> {
  return { stackChecks: { aws: [{ types, requires: "something", evaluate: () => [] }] } };
}

const check = { types: ["a:b:C"], whenAbsent: "violates" as const, cloudDefault: "none", evaluate: () => [] };

describe("policies", () => {
  it("judge resources, stacks or both", () => {
    const kinds = (policy: BuiltPolicy) => [policy.validateResource !== undefined, policy.validateStack !== undefined];
    assert.deepEqual(kinds(policyOf({ checks: { aws: [check] } })), [true, false]);
    assert.deepEqual(kinds(policyOf(relation("a:b:C"))), [false, true]);
    assert.deepEqual(kinds(policyOf({ checks: { aws: [check] }, ...relation("a:b:C") })), [true, true]);
  });

  it("hand parameters and the cloud's page to the engine", () => {
    const parameters = {
      days: { description: "Days.", type: "integer" as const, default: 7, minimum: 1 },
      names: { description: "Names.", type: "array" as const, default: [] },
    };
    const policy = policyOf({ parameters, url: "https://example.com/" });
    assert.equal(policy.url, "https://example.com/");
    assert.deepEqual(policy.configSchema?.properties, {
      days: parameters.days,
      names: { ...parameters.names, items: { type: "string" } },
    });
    assert.deepEqual([policyOf({}).url, policyOf({}).configSchema], [undefined, undefined]);
  });
});
