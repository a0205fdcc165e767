/** Answers that are yes, no, or wait for a value. */
import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy.js";
import { type Answer, all, any, ask, askAny, both, is, not, violatesIf } from "../../policy-pack/checks/answers.ts";
import { read, type Unknown } from "../../policy-pack/read.ts";

// The package's declarations leave out what it marks as internal.
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy(props: object): object;
  unknownStringValue: string;
};

const props = unknownCheckingProxy({
  later: unknownStringValue,
  text: "Here",
  off: false,
  list: ["a", unknownStringValue],
});
const open = read(props, "later") as Unknown;

describe("answers", () => {
  it("are decided by one no among all, wherever it stands", () => {
    assert.equal(all(open, false), false);
    assert.equal(all(false, open), false);
    assert.equal(all(true, open, true), open);
    assert.equal(all(true, true), true);
    assert.equal(all(), true);
  });

  it("do not ask the second question when the first decides", () => {
    const unasked = () => assert.fail("it was asked");
    assert.equal(both(false, unasked), false);
    assert.equal(
      both(open, () => false),
      false,
    );
    assert.equal(
      both(open, () => true),
      open,
    );
    assert.equal(
      both(true, () => open),
      open,
    );
    assert.equal(
      both(true, () => true),
      true,
    );
  });

  it("are decided by one yes among any, wherever it stands", () => {
    assert.equal(any(open, true), true);
    assert.equal(any(true, open), true);
    assert.equal(any(false, open, false), open);
    assert.equal(any(false, false), false);
    assert.equal(any(), false);
  });

  it("turn round, except when they wait", () => {
    const turned: [Answer, Answer][] = [
      [true, false],
      [false, true],
      [open, open],
    ];
    for (const [answer, expected] of turned) assert.equal(not(answer), expected);
  });

  it("come from properties", () => {
    assert.equal(is(props, "text", "here"), true);
    assert.equal(is(props, "off", false), true);
    assert.equal(is(props, "missing", "x"), false);
    assert.equal(is(props, "missing", "x", true), true);
    assert.equal(is(props, "text.deeper", "x", true), true, "what stands in the wrong place counts as left out");
    assert.deepEqual(is(props, "later", "x"), open);
    assert.equal(
      ask(read(props, "text"), (value) => value === "Here"),
      true,
    );
  });

  it("come from the elements of a list, or from a single value in its place", () => {
    assert.equal(
      askAny(props, "list", (value) => value === "a"),
      true,
    );
    assert.equal((askAny(props, "list", (value) => value === "b") as Unknown).path, "list[1]");
    assert.equal(
      askAny(props, "text", (value) => value === "Here"),
      true,
    );
    assert.equal(
      askAny(props, "missing", () => true),
      false,
    );
  });

  it("become violations, or findings that wait for the value", () => {
    assert.deepEqual(violatesIf(true, "it is bad"), [{ kind: "violation", message: "it is bad" }]);
    assert.deepEqual(violatesIf(false, "it is bad"), []);
    assert.deepEqual(violatesIf(open, "it is bad"), [{ kind: "undecided", path: "later", cause: open.cause }]);
  });
});
