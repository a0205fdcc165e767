/** The channel between a runner and the supervisor takes nothing but a runner's messages. */
import assert from "node:assert/strict";
import { messagesOf } from "../../offline-preview/runner/runner-messages.ts";

const RESOURCE = { urn: "u", type: "t", name: "n", parent: "", provider: "", inputs: {}, outputs: {} };

describe("hostile programs: the runner's channel", () => {
  it("takes every message of a runner", () => {
    const messages = [
      { type: "resource", resource: RESOURCE },
      { type: "remediate", id: 1, resource: RESOURCE },
      { type: "outputs", urn: "u", outputs: {} },
      { type: "log", line: { severity: "info", message: "m", urn: "" } },
      { type: "error", message: "m" },
      { type: "missing", answer: { kind: "config", key: "k" } },
      { type: "end", errors: ["e"], reusable: true },
    ];
    assert.deepEqual(messagesOf(messages), messages);
  });

  it("drops what a program says to a parent that it takes for its own", () => {
    for (const said of ["ready", 5, null, undefined, {}, { type: "end", errors: [] }]) {
      assert.deepEqual(messagesOf(said), []);
    }
  });

  it("drops messages that lack what is read of them, and keeps the others", () => {
    const good = { type: "error", message: "m" };
    const bad = [
      null,
      "resource",
      { type: "unheard-of" },
      { type: "resource", resource: null },
      { type: "resource", resource: { ...RESOURCE, inputs: undefined } },
      { type: "resource", resource: { ...RESOURCE, urn: 5 } },
      { type: "remediate", resource: RESOURCE },
      { type: "outputs", urn: "u", outputs: [] },
      { type: "log" },
      { type: "log", line: { severity: "info", message: 5, urn: "" } },
      { type: "error" },
      { type: "missing", answer: null },
      { type: "end" },
      { type: "end", errors: [5] },
    ];
    for (const message of bad) assert.deepEqual(messagesOf([message, good]), [good], JSON.stringify(message));
  });
});
