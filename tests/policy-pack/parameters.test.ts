/** Parameters of controls: defaults, configuration, and values of a wrong type. */
import assert from "node:assert/strict";
import type { Parameter } from "../../policy-pack/control.ts";
import { readParameters } from "../../policy-pack/parameters.ts";

const declared: Record<string, Parameter> = {
  mode: { description: "", type: "string", default: "strict" },
  minutes: { description: "", type: "integer", default: 60 },
  strict: { description: "", type: "boolean", default: true },
  images: { description: "", type: "array", default: ["a"] },
};

describe("parameters", () => {
  it("have their defaults where the configuration says nothing", () => {
    const context = readParameters("control", declared, {});
    assert.deepEqual(
      [context.text("mode"), context.number("minutes"), context.flag("strict"), context.list("images")],
      ["strict", 60, true, ["a"]],
    );
  });

  it("come from the configuration, also where a value is empty", () => {
    const context = readParameters("control", declared, { mode: "", minutes: 0, strict: false, images: [] });
    assert.deepEqual(
      [context.text("mode"), context.number("minutes"), context.flag("strict"), context.list("images")],
      ["", 0, false, []],
    );
  });

  it("are refused under a name that the control does not have", () => {
    const known = "the control has mode, minutes, strict, images";
    assert.throws(() => readParameters("c", declared, { minute: 5 }), {
      message: `c.minute is no parameter; ${known}`,
    });
    assert.throws(() => readParameters("c", {}, { x: 5 }), { message: "c.x is no parameter; the control has none" });
  });

  const wrong: [string, unknown, string][] = [
    ["mode", 7, "control.mode must be text"],
    ["minutes", "60", "control.minutes must be a whole number"],
    ["minutes", 1.5, "control.minutes must be a whole number"],
    ["strict", "true", "control.strict must be true or false"],
    ["images", "a", "control.images must be a list of text"],
    ["images", ["a", 7], "control.images must be a list of text"],
  ];
  for (const [name, value, message] of wrong) {
    it(`are refused: ${name} as ${JSON.stringify(value)}`, () => {
      assert.throws(() => readParameters("control", declared, { [name]: value }), { message });
    });
  }

  it("may be none", () => {
    assert.doesNotThrow(() => readParameters("control", undefined, {}));
  });
});
