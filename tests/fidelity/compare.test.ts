// Tests of the comparison itself: a comparison that finds nothing proves nothing.

import assert from "node:assert/strict";
import { type Call, differencesBetween, orderBreaches } from "./compare.ts";

const START: Call[] = ["Handshake", "ConfigureStack", "GetPluginInfo", "GetAnalyzerInfo", "Configure"].map(
  (method) => ({
    method,
    request: {},
  }),
);
const END: Call = { method: "Cancel", request: {} };

function urn(name: string): string {
  return `urn:pulumi:dev::project::a:b:C::${name}`;
}

function analyze(name: string, fields: Record<string, unknown> = {}): Call {
  return { method: "Analyze", request: { urn: urn(name), ...fields } };
}

function analyzeStack(...resources: Record<string, unknown>[]): Call {
  return { method: "AnalyzeStack", request: { resources } };
}

describe("comparison of calls to policy packs", () => {
  it("finds nothing in equal calls, in any order of resources and dependencies", () => {
    const first = { urn: urn("one"), dependencies: ["x", "y"], propertyDependencies: { a: { urns: ["x", "y"] } } };
    const second = { urn: urn("one"), dependencies: ["y", "x"], propertyDependencies: { a: { urns: ["y", "x"] } } };
    const two = { urn: urn("two") };
    assert.deepEqual(differencesBetween([analyzeStack(first, two)], [analyzeStack(two, second)]), []);
  });

  it("names the call, the field and both values", () => {
    const engine = [analyze("one", { options: { protect: true }, properties: { list: [1] } })];
    const offline = [analyze("one", { options: {}, properties: { list: [2] } })];
    assert.deepEqual(differencesBetween(engine, offline), [
      "Analyze a:b:C::one: options.protect: engine true, offline preview nothing",
      "Analyze a:b:C::one: properties.list: engine [1], offline preview [2]",
    ]);
  });

  it("names calls and resources of a stack that one side lacks", () => {
    const engine = [analyze("one"), analyzeStack({ urn: urn("one") })];
    const offline = [analyze("two"), analyze("two")];
    assert.deepEqual(differencesBetween(engine, offline), [
      "Analyze a:b:C::one: the engine alone",
      "AnalyzeStack: the engine alone",
      "AnalyzeStack a:b:C::one: the engine alone",
      "Analyze a:b:C::two: the offline preview alone",
      "Analyze a:b:C::two (2): the offline preview alone",
    ]);
  });

  it("accepts the order of the engine", () => {
    const resources = [{ urn: urn("two"), dependencies: [urn("one")] }, { urn: urn("one") }];
    const remediate: Call = { method: "Remediate", request: { urn: urn("two") } };
    const calls = [...START, analyze("one"), remediate, analyze("two"), analyzeStack(...resources), END];
    assert.deepEqual(orderBreaches(calls), []);
  });

  it("finds a resource before what it needs", () => {
    const needs: [string, Record<string, unknown>][] = [
      ["its dependency", { dependencies: [urn("one")] }],
      ["what a property depends on", { propertyDependencies: { a: { urns: [urn("one")] } } }],
      ["its parent", { options: { parent: urn("one") } }],
      ["its provider", { provider: { urn: urn("one") } }],
    ];
    for (const [what, fields] of needs) {
      const resources = [{ urn: urn("two"), ...fields }, { urn: urn("one") }];
      const calls = [...START, analyze("two"), analyze("one"), analyzeStack(...resources), END];
      assert.deepEqual(orderBreaches(calls), [`${urn("two")} comes before ${urn("one")}`], what);
    }
  });

  it("finds calls before the pack is configured, after the stack is judged, and a late remediation", () => {
    const late = [...START, analyzeStack(), analyze("one"), { method: "Remediate", request: { urn: urn("one") } }];
    assert.deepEqual(orderBreaches(late), [
      "AnalyzeStack is not last",
      "ends with Remediate",
      `${urn("one")} is remediated after Analyze`,
    ]);
    const early = orderBreaches([analyze("one"), ...START, END]);
    assert.equal(early[0], "starts with Analyze,Handshake,ConfigureStack,GetPluginInfo,GetAnalyzerInfo");
  });
});
