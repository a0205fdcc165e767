/** Hostile properties: no check throws, hangs, or lets a resource pass because it could not read it. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as proxies from "@pulumi/policy/proxy.js";
import fc from "fast-check";
import { type Context, checksOf, stackChecksOf, typesOf } from "../../policy-pack/control.ts";
import { controls } from "../../policy-pack/controls/index.ts";
import { readParameters } from "../../policy-pack/parameters.ts";
import { viewStack } from "../../policy-pack/stack-view.ts";
import type { ControlCases } from "./cases.ts";
import { type Pack, startPack, unknown, urnOf } from "./server.ts";

// The server's own; its declarations leave it out.
const { unknownCheckingProxy } = proxies as unknown as { unknownCheckingProxy(properties: object): object };

const directory = join(import.meta.dirname, "cases");
const tables = await Promise.all(
  readdirSync(directory).map(async (file) => (await import(join(directory, file))) as { cases: ControlCases[] }),
);
const cases = tables.flatMap((table) => table.cases);
const types = [...new Set(controls.flatMap(typesOf))].sort();

type Properties = Record<string, unknown>;

/** What the tables say a resource of the type looks like, to put hostile values where checks read. */
function samplesOf(type: string): Properties[] {
  const own = cases.filter((one) => one.type === type);
  const alone = own.flatMap((one) => (one.cases ?? []).map(([, properties]) => properties));
  const inStacks = own.flatMap((one) => (one.stackCases ?? []).flatMap(([, resources]) => resources));
  const ofType = inStacks.filter((resource) => resource.type === type).map((resource) => resource.properties ?? {});
  const samples = [...alone, ...ofType].filter((properties) => Object.keys(properties).length > 0);
  return samples.length > 0 ? samples : [{ name: "x" }];
}

function nested(depth: number): unknown {
  let value: unknown = "end";
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { Statement: value };
  return value;
}

const LONG = 4_000;
// The same values in every run, so that a failure stays one; FUZZ_SEED tries others.
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_125);
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    unknown,
    null,
    "",
    [],
    {},
    [null],
    [[]],
    [{}],
    0,
    -1,
    1e308,
    true,
    "__proto__",
    "constructor",
    "*",
    "true",
    "0.0.0.0/0",
    "::/0",
    nested(40),
    JSON.stringify(nested(40)),
    JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: unknown, Principal: { AWS: ["*"] } }] }),
    '{"__proto__": {"Statement": []}}',
    { __proto__: null, constructor: { prototype: 1 }, toString: 2, hasOwnProperty: 3, length: -1 },
    JSON.parse('{"__proto__": {"enabled": true}, "constructor": "x", "length": 4294967296}'),
    "a".repeat(LONG),
    "a-".repeat(LONG),
    "a.".repeat(LONG),
    "*".repeat(LONG),
    "*?".repeat(LONG / 2),
    "password".repeat(LONG / 8),
    "/".repeat(LONG),
    "=\"'".repeat(LONG / 3),
    "\u0000\u202e\ud800",
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** A sample with one to three of its values replaced, at any depth, and some keys that nobody expects. */
function hostileProperties(type: string): fc.Arbitrary<Properties> {
  const change = fc.record({ at: fc.nat(), value: hostile });
  return fc
    .record({ sample: fc.constantFrom(...samplesOf(type)), changes: fc.array(change, { minLength: 1, maxLength: 3 }) })
    .map(({ sample, changes }) => {
      const copy = JSON.parse(JSON.stringify(sample)) as Properties;
      for (const { at, value } of changes) replaceOne(copy, at, structuredClone(value));
      return copy;
    });
}

function replaceOne(root: Properties, at: number, value: unknown): void {
  const places = placesIn(root);
  const [holder, key] = places[at % Math.max(places.length, 1)] ?? [root, "name"];
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(value: unknown): [object, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[value, key] as [object, string], ...placesIn(child)]);
}

describe("hostile properties", function () {
  this.timeout(120_000);
  const defaults = new Map<string, Context>(
    controls.map(({ id, parameters }) => [id, readParameters(id, parameters, {})]),
  );

  for (const type of types) {
    it(`let no check of ${type} throw`, () => {
      const alone = controls.flatMap((control) =>
        checksOf(control)
          .filter((check) => check.types.includes(type))
          .map((check) => ({ control, check })),
      );
      const relations = controls.flatMap((control) =>
        stackChecksOf(control)
          .filter((check) => check.types.includes(type))
          .map((check) => ({ control, check })),
      );
      fc.assert(
        fc.property(hostileProperties(type), (properties) => {
          const props = unknownCheckingProxy(properties);
          const resource = { type, urn: urnOf({ type }), name: "it", props };
          for (const { control, check } of alone) {
            const findings = check.evaluate(resource, defaults.get(control.id) as Context);
            assert.ok(Array.isArray(findings), control.id);
          }
          const server = { ...resource, dependencies: [], propertyDependencies: {} };
          const stack = viewStack([server as never]);
          for (const { control, check } of relations) {
            for (const one of stack.ofType(type)) check.evaluate(one, stack, defaults.get(control.id) as Context);
          }
        }),
        { seed: SEED, numRuns: 15 },
      );
    });
  }

  describe("in the policy server", () => {
    let pack: Pack;
    before(async () => {
      pack = await startPack();
    });
    after(() => pack.stop());

    it("leave it able to answer, and to find what it found before", async () => {
      const notebook = {
        type: "aws:sagemaker/notebookInstance:NotebookInstance",
        properties: { rootAccess: "Enabled" },
      };
      const { violations: before } = await pack.analyze(notebook);
      for (const type of types) {
        const [properties = {}] = fc.sample(hostileProperties(type), { seed: 7, numRuns: 1 });
        await pack.analyze({ type, properties });
      }
      assert.ok(before.length > 0);
      assert.deepEqual((await pack.analyze(notebook)).violations, before);
    });
  });
});
