/** Every control against its table, through the real policy server. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Control, checksOf, stackChecksOf } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";
import type { ControlCases, Expected, ResourceCase, StackCase } from "./cases.ts";
import { type Diagnostic, type Pack, startPack, type TestResource, unknown, urnOf, type Verdict } from "./server.ts";
import { variants } from "./variants.ts";

const directory = join(import.meta.dirname, "cases");
const tables = await Promise.all(
  readdirSync(directory).map(async (file) => (await import(join(directory, file))) as { cases: ControlCases[] }),
);
const all = tables.flatMap((table) => table.cases);

/** What a wrong-typed property is replaced with, one after the other. */
const WRONG_VALUES = ["some text", 7, [null], { some: "text" }];

describe("controls", () => {
  let pack: Pack;
  let focused = "";
  before(async () => {
    pack = await startPack();
  });
  after(() => pack.stop());

  /** Switches the other controls off, which saves most of the time. */
  async function focus(control: string, parameters?: Record<string, unknown>): Promise<void> {
    const wanted = JSON.stringify([control, parameters]);
    if (wanted === focused) return;
    const others = controls.map(({ id }) => [id, "disabled"]);
    await pack.configure({ ...Object.fromEntries(others), [control]: parameters ?? {} });
    focused = wanted;
  }

  for (const { control, type, cases = [], stackCases = [] } of all) {
    describe(`${control} on ${type}`, () => {
      for (const [shows, properties, expected, parameters] of cases) {
        it(`${expected}: ${shows}`, async () => {
          await focus(control, parameters);
          assertVerdict(await pack.analyze({ type, properties }), control, urnOf({ type }), expected);
        });
      }
      for (const [shows, resources, expected, parameters] of stackCases) {
        it(`${expected}: ${shows}`, async () => {
          await focus(control, parameters);
          assert.equal(resources[0]?.type, type, "the first resource is the one that is judged");
          assertVerdict(
            await pack.analyzeStack(resources),
            control,
            resources[0]!.urn ?? urnOf(resources[0]!),
            expected,
          );
        });
      }
    });
  }

  describe("on a resource that leaves everything out", () => {
    for (const control of controls) {
      for (const [type, verdict] of verdictsWhenAbsent(control)) {
        it(`${control.id} ${verdict} on ${type}`, async () => {
          await focus(control.id);
          assertVerdict(await pack.analyze({ type }), control.id, urnOf({ type }), verdict);
        });
      }
    }
  });

  describe("on a compliant resource with one value replaced", () => {
    for (const { control, type, cases = [], stackCases = [] } of all) {
      const compliant = cases.filter((one) => one[2] === "complies");
      const compliantStacks = stackCases.filter((one) => one[2] === "complies");
      it(`${control} never blames ${type} for an unknown value`, async () => {
        for (const [shows, properties, , parameters] of compliant) {
          await focus(control, parameters);
          for (const variant of variants(properties, [unknown])) {
            const verdict = await pack.analyze({ type, properties: variant.value });
            assertNotBlamed(verdict, control, urnOf({ type }), `${shows}: ${variant.at}`);
          }
        }
      });
      it(`${control} survives values of a wrong type in ${type}`, async () => {
        for (const [, properties, , parameters] of compliant) {
          await focus(control, parameters);
          for (const variant of variants(properties, WRONG_VALUES))
            await pack.analyze({ type, properties: variant.value });
        }
        for (const [, resources, , parameters] of compliantStacks) {
          await focus(control, parameters);
          for (const changed of stackVariants(resources, [unknown, ...WRONG_VALUES])) await pack.analyzeStack(changed);
        }
      }).timeout(120_000);
    }
  });

  describe("tables", () => {
    for (const control of controls) {
      it(`show ${control.id} complying and violated on each of its types`, () => assertCovered(control));
    }
    it("name controls and types that exist", () => {
      for (const table of all) {
        const control = controls.find(({ id }) => id === table.control);
        const types = [...checksOf(control!), ...stackChecksOf(control!)].flatMap((check) => check.types);
        assert.ok(types.includes(table.type), `${table.control} has no check for ${table.type}`);
      }
    });
  });
});

function assertVerdict(verdict: Verdict, control: string, urn: string, expected: Expected): void {
  const violations = violationsOf(verdict, control, urn);
  const undecided = verdict.notEvaluated.filter(({ policy }) => policy === control);
  const found = violations.length > 0 ? (undecided.length > 0 ? "violates, rest undecided" : "violates") : undecided;
  const actual = typeof found === "string" ? found : found.length > 0 ? "undecided" : "complies";
  assert.equal(actual, expected, JSON.stringify([...violations, ...undecided], null, 2));
}

function assertNotBlamed(verdict: Verdict, control: string, urn: string, shows: string): void {
  assert.deepEqual(violationsOf(verdict, control, urn), [], `${shows} is unknown`);
}

/** What the control says about one resource; the server leaves out the URN when a single resource is judged. */
function violationsOf(verdict: Verdict, control: string, urn: string): Diagnostic[] {
  return verdict.violations.filter((one) => one.policy === control && [urn, ""].includes(one.urn));
}

function verdictsWhenAbsent(control: Control): Map<string, "complies" | "violates"> {
  const verdicts = new Map<string, "complies" | "violates">();
  for (const check of checksOf(control)) {
    for (const type of check.types) {
      if (check.whenAbsent === "violates" || !verdicts.has(type)) verdicts.set(type, check.whenAbsent);
    }
  }
  return verdicts;
}

/** The stack with the properties of one resource changed. */
function stackVariants(resources: TestResource[], replacements: unknown[]): TestResource[][] {
  return resources.flatMap((resource, index) =>
    variants(resource.properties ?? {}, replacements).map(({ value }) =>
      resources.with(index, { ...resource, properties: value }),
    ),
  );
}

function assertCovered(control: Control): void {
  const mine = all.filter((table) => table.control === control.id);
  const absent = verdictsWhenAbsent(control);
  for (const type of new Set(checksOf(control).flatMap((check) => check.types))) {
    const cases: ResourceCase[] = mine.filter((table) => table.type === type).flatMap((table) => table.cases ?? []);
    const canComply = checksOf(control).some((check) => check.types.includes(type) && !check.forbidsType);
    assertShows(control, type, [...cases.map((one) => one[2]), absent.get(type)!], canComply ? EITHER : ["violates"]);
  }
  for (const type of new Set(stackChecksOf(control).flatMap((check) => check.types))) {
    const cases: StackCase[] = mine.filter((table) => table.type === type).flatMap((table) => table.stackCases ?? []);
    const judges = stackChecksOf(control).some((check) => check.types.includes(type) && !check.onlyWaits);
    const shown = cases.map((one) => one[2]);
    assertShows(control, type, shown, judges ? EITHER : ["complies", "undecided"]);
  }
}

const EITHER: Expected[] = ["complies", "violates"];

function assertShows(control: Control, type: string, shown: Expected[], wanted: Expected[]): void {
  for (const expected of wanted) {
    assert.ok(shown.includes(expected), `cases/ shows no resource of ${type} that ${expected} (${control.id})`);
  }
}
