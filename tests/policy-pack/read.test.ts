/** Reading properties, through objects that throw on unknown values as the policy server's do. */
import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy.js";
import {
  anyOf,
  each,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustContain,
  mustEqual,
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

  it("lists elements and keys without touching their values", () => {
    assert.deepEqual(elementPaths(props, "disks"), ["disks[0]", "disks[1]", "disks[2]"]);
    assert.deepEqual(elementPaths(props, "missing"), []);
    assert.deepEqual(mapKeys(props, "labels"), ["app.kubernetes.io/name", "later"]);
    assert.deepEqual(mapKeys(props, "missing"), []);
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
});
