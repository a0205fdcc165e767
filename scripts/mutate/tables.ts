/** Judges every case of the controls' tables in this process; exit code 1 as soon as one verdict is not the expected one. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as proxies from "@pulumi/policy/proxy.js";
import { type Control, checksOf, type StackResource, stackChecksOf } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";
import type { Finding } from "../../policy-pack/findings.ts";
import { readParameters } from "../../policy-pack/parameters.ts";
import { viewStack } from "../../policy-pack/stack-view.ts";
import type { ControlCases, Expected, ResourceCase, StackCase } from "../../tests/policy-pack/cases.ts";
import { type TestResource, urnOf } from "../../tests/policy-pack/server.ts";

// The server's own; its declarations leave it out.
const { unknownCheckingProxy } = proxies as unknown as { unknownCheckingProxy(properties: object): object };

const folder = join(import.meta.dirname, "../../tests/policy-pack/cases");

function verdictOf(findings: Finding[]): Expected {
  const violates = findings.some((finding) => finding.kind === "violation");
  const undecided = findings.some((finding) => finding.kind === "undecided");
  if (violates) return undecided ? "violates, rest undecided" : "violates";
  return undecided ? "undecided" : "complies";
}

/** What never reaches a policy is taken out: undefined properties. */
function propsOf(properties: object = {}): object {
  return unknownCheckingProxy(JSON.parse(JSON.stringify(properties)));
}

function judgeAlone(control: Control, type: string, [, properties, , parameters = {}]: ResourceCase): Expected {
  const resource = { type, urn: urnOf({ type }), name: "it", props: propsOf(properties) };
  const context = readParameters(control.id, control.parameters, parameters);
  const checks = checksOf(control).filter((check) => check.types.includes(type));
  return verdictOf(checks.flatMap((check) => check.evaluate(resource, context)));
}

function judgeStack(control: Control, [, resources, , parameters = {}]: StackCase): Expected {
  const stack = viewStack(serverResources(resources) as never);
  const context = readParameters(control.id, control.parameters, parameters);
  const first = resources[0]?.urn ?? urnOf(resources[0] as TestResource);
  const findings = stackChecksOf(control).flatMap((check) =>
    stack.ofType(...check.types).flatMap((one) => {
      const found = check.evaluate(one, stack, context);
      return one.urn === first ? found : found.filter((finding) => finding.kind === "undecided");
    }),
  );
  return verdictOf(findings);
}

/** The resources as the policy server links them. */
function serverResources(resources: TestResource[]): StackResource[] {
  const views = resources.map((resource) => ({
    type: resource.type,
    urn: resource.urn ?? urnOf(resource),
    name: resource.name ?? "it",
    props: propsOf(resource.properties),
    dependencies: [] as StackResource[],
    propertyDependencies: {} as Record<string, StackResource[]>,
  }));
  const byUrn = new Map<string, StackResource>(views.map((view) => [view.urn, view]));
  resources.forEach((resource, index) => {
    const view = views[index] as StackResource;
    const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
    if (parent !== undefined) view.parent = parent;
    for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
      view.propertyDependencies[property] = urns.flatMap((urn) => byUrn.get(urn) ?? []);
    }
  });
  return views;
}

/** What each control says of a resource that leaves everything out: the worst of its checks. */
function absentCases(): [Control, string, ResourceCase][] {
  return controls.flatMap((control) => {
    const types = new Set(checksOf(control).flatMap((check) => check.types));
    return [...types].map((type): [Control, string, ResourceCase] => {
      const verdicts = checksOf(control).filter((check) => check.types.includes(type));
      const expected = verdicts.some((check) => check.whenAbsent === "violates") ? "violates" : "complies";
      return [control, type, ["everything left out", {}, expected]];
    });
  });
}

async function firstDifference(): Promise<string | undefined> {
  for (const file of readdirSync(folder)) {
    const { cases: tables } = (await import(join(folder, file))) as { cases: ControlCases[] };
    for (const { control: id, type, cases = [], stackCases = [] } of tables) {
      const control = controls.find((one) => one.id === id) as Control;
      for (const one of cases) if (judgeAlone(control, type, one) !== one[2]) return `${id} on ${type}: ${one[0]}`;
      for (const one of stackCases) if (judgeStack(control, one) !== one[2]) return `${id} on ${type}: ${one[0]}`;
    }
  }
  for (const [control, type, one] of absentCases()) {
    if (judgeAlone(control, type, one) !== one[2]) return `${control.id} on ${type}: ${one[0]}`;
  }
  return undefined;
}

const difference = await firstDifference();
if (difference !== undefined) {
  console.log(difference);
  process.exitCode = 1;
}
