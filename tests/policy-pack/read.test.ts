/** Reading properties, through objects that throw on unknown values as the policy server's do. */
import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy.js";
import {
  anyOf,
  each,
  type Finding,
  mustBeAbsent,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustContain,
  mustEqual,
  mustNotEqual,
  same,
  unless,
} from "../../policy-pack/findings.ts";
import { elementPaths, mapKeys, read, readJson } from "../../policy-pack/read.ts";

// The package's declarations leave out what it marks as internal.
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy(props: object): object;
  unknownStringValue: string;
};

const props = unknownCheckingProxy({
  text: "here",
  zero: 0,
  off: false,
  nothing: null,
  later: unknownStringValue,
  disks: [{ key: "k1" }, { key: unknownStringValue }, unknownStringValue],
  labels: { "app.kubernetes.io/name": "notebook", later: unknownStringValue },
  document: '{"Statement":[{"Effect":"Allow"}]}',
  broken: "{",
});

function state(path: string | string[]): string {
  return read(props, path).state;
}

function kinds(findings: { kind: string }[]): string[] {
  return findings.map(({ kind }) => kind);
}

describe("read", () => {
  it("tells known, unknown and absent values apart", () => {
    for (const path of ["text", "zero", "off", "disks", "disks[0].key"]) assert.equal(state(path), "known", path);
    for (const path of ["later", "disks[1].key", "disks[2]", "disks[2].key", "labels.later", "later.deeper"]) {
      assert.equal(state(path), "unknown", path);
    }
    for (const path of ["nothing", "nothing.deeper", "missing", "missing.deeper", "disks[7]", "toString"]) {
      assert.equal(state(path), "absent", path);
    }
  });

  it("takes keys that hold dots as a list", () => {
    assert.equal(state(["labels", "app.kubernetes.io/name"]), "known");
  });

  it("touches an unknown value once, and does not take a list of keys for a path with dots", () => {
    const dotted = unknownCheckingProxy({ a: { b: 1 }, "a.b": unknownStringValue, later: unknownStringValue });
    assert.equal(read(dotted, "later"), read(dotted, "later"));
    assert.equal(read(dotted, ["a.b"]).state, "unknown");
    assert.equal(read(dotted, "a.b").state, "known");
  });

  it("says where something else than an object stands in the way", () => {
    const reading = read(props, "disks[0].key.name");
    assert.deepEqual(reading, {
      state: "malformed",
      path: "disks[0].key.name",
      problem: "disks[0].key is text, so it holds no name",
    });
  });

  it("reads JSON text and objects alike", () => {
    const document = readJson(props, "document");
    assert.ok(document.state === "known");
    assert.equal(read(document.value as object, "Statement[0].Effect").state, "known");
    assert.equal(readJson(props, "disks").state, "known");
    assert.equal(readJson(props, "broken").state, "malformed");
    assert.equal(readJson(props, "later").state, "unknown");
    assert.equal(readJson(props, "missing").state, "absent");
  });

  it("takes JSON that says nothing as left out", () => {
    assert.equal(readJson({ document: "null" }, "document").state, "absent");
  });

  it("lists elements and keys without touching their values", () => {
    assert.deepEqual(elementPaths(props, "disks"), ["disks[0]", "disks[1]", "disks[2]"]);
    assert.deepEqual(elementPaths(props, "missing"), []);
    assert.deepEqual(mapKeys(props, "labels"), ["app.kubernetes.io/name", "later"]);
    assert.deepEqual(mapKeys(props, "missing"), []);
    for (const path of ["text", "disks"])
      assert.deepEqual({ ...mapKeys(props, path), problem: "" }, { state: "malformed", path, problem: "" });
  });
});

describe("rules", () => {
  it("compare as the providers convert", () => {
    assert.ok(same("true", true));
    assert.ok(same("DISABLED", "Disabled"));
    assert.ok(same(2, "2"));
    assert.ok(!same({}, "[object Object]"));
    assert.ok(!same("", false));
  });

  it("leave open what is unknown, and take it as set where it only must be set", () => {
    assert.deepEqual(kinds(mustEqual(props, "later", "x", { absent: "violates" })), ["undecided"]);
    assert.deepEqual(kinds(mustBeBetween(props, "later", { min: 1 }, { absent: "violates" })), ["undecided"]);
    assert.deepEqual(mustBeSet(props, "later"), []);
    assert.deepEqual(
      kinds(each(props, "disks", (path) => mustBeOneOf(props, `${path}.key`, ["k2"], { absent: "violates" }))),
      ["violation", "undecided", "undecided"],
    );
  });

  it("treat what is left out as the cloud's default", () => {
    assert.deepEqual(kinds(mustEqual(props, "missing", true, { absent: "violates" })), ["violation"]);
    assert.deepEqual(mustEqual(props, "missing", true, { absent: "complies" }), []);
    assert.deepEqual(kinds(mustBeSet(props, "missing")), ["violation"]);
  });

  it("accept numbers in a range only, also as text", () => {
    const idle = (idleMinutes: unknown) =>
      kinds(mustBeBetween({ idleMinutes }, "idleMinutes", { min: 60, max: 90 }, { absent: "violates" }));
    for (const value of [60, 90, "75"]) assert.deepEqual(idle(value), [], String(value));
    for (const value of [59, 91, "often", "", {}, true]) assert.deepEqual(idle(value), ["violation"], String(value));
  });

  it("let one of several alternatives suffice", () => {
    const violated = mustEqual(props, "text", "there", { absent: "violates" });
    const open = mustEqual(props, "later", "x", { absent: "violates" });
    assert.deepEqual(anyOf(violated, []), []);
    assert.deepEqual(kinds(anyOf(violated, open)), ["undecided"]);
    assert.deepEqual(anyOf(violated, [...violated, ...open]), [
      { kind: "violation", message: 'text is "here"; it must be "there", or text is "here"; it must be "there"' },
    ]);
  });

  it("make exceptions", () => {
    const violated = mustEqual(props, "text", "there", { absent: "violates" });
    const open = mustEqual(props, "later", "x", { absent: "violates" });
    assert.deepEqual(unless([], violated), []);
    assert.deepEqual(unless(violated, violated), violated);
    assert.deepEqual(unless(open, []), []);
    assert.deepEqual(kinds(unless(open, violated)), ["undecided"]);
  });

  it("look for a value in a list", () => {
    const found = (list: unknown, absent: "violates" | "complies" = "violates") =>
      kinds(mustContain(unknownCheckingProxy({ list }), "list", "x", { absent }));
    assert.deepEqual(found(["a", "X"]), []);
    assert.deepEqual(found(["a", unknownStringValue, "x"]), []);
    assert.deepEqual(found(["a", unknownStringValue]), ["undecided"]);
    assert.deepEqual(found(unknownStringValue), ["undecided"]);
    for (const list of [["a"], [], undefined, "x"]) assert.deepEqual(found(list), ["violation"]);
    assert.deepEqual(found(undefined, "complies"), []);
  });

  it("say what is wrong and what to write instead", () => {
    const resource = { mode: "Open", size: 3, list: ["a"], key: " ", map: { a: 1 }, long: "x".repeat(81), tags: {} };
    const absent = { absent: "violates" } as const;
    const expected: [Finding[], string][] = [
      [mustEqual(resource, "mode", "Closed", absent), 'mode is "Open"; it must be "Closed"'],
      [mustEqual(resource, "missing", true, absent), "missing is not set; set it to true"],
      [mustBeOneOf(resource, "mode", ["A", "B"], absent), 'mode is "Open"; it must be one of "A", "B"'],
      [mustEqual(resource, "map", "a", absent), 'map is an object; it must be "a"'],
      [mustEqual(resource, "list", "a", absent), 'list is a list; it must be "a"'],
      [mustEqual(resource, "long", "a", absent), 'long is a long text; it must be "a"'],
      [mustNotEqual(resource, "mode", "open"), 'mode must not be "Open"'],
      [mustNotEqual(resource, "map", "open"), "map is an object; a plain value is expected"],
      [mustBeSet(resource, "missing"), "missing is not set; set it"],
      [mustBeSet(resource, "key"), "key is empty; set it"],
      [mustBeSet(resource, "tags", "object"), "tags is empty; set it"],
      [mustBeSet(resource, "size"), "size is a number; it must be text"],
      [mustBeSet(resource, "mode", "list"), "mode is text; it must be a list"],
      [mustBeSet(resource, "list", "object"), "list is a list; it must be an object"],
      [mustBeAbsent(resource, "list"), "list is set; leave it out"],
      [mustBeBetween(resource, "size", { min: 4 }, absent), "size is 3; it must be at least 4"],
      [mustBeBetween(resource, "size", { max: 2 }, absent), "size is 3; it must be at most 2"],
      [mustBeBetween(resource, "size", { min: 4, max: 9 }, absent), "size is 3; it must be at least 4 and at most 9"],
      [mustContain(resource, "list", "b", absent), 'list must hold "b"'],
      [each(resource, "mode", () => []), "mode is text; it must be a list"],
      [mustEqual(resource, ["map", "b.c"], 1, absent), "map.b.c is not set; set it to 1"],
    ];
    for (const [findings, message] of expected) assert.deepEqual(findings, [{ kind: "violation", message }]);
  });

  it("are silent about what complies", () => {
    const resource = { mode: "Open", list: ["a"], map: { a: 1 }, empty: [] };
    assert.deepEqual(
      [
        mustNotEqual(resource, "mode", "Closed"),
        mustNotEqual(resource, "missing", "Closed"),
        mustBeSet(resource, "mode"),
        mustBeSet(resource, "list", "list"),
        mustBeSet(resource, "map", "object"),
        mustBeAbsent(resource, "missing"),
        mustBeAbsent(resource, "empty"),
        mustBeOneOf(resource, "mode", ["Closed", "Open"], { absent: "violates" }),
      ].flat(),
      [],
    );
  });
});
