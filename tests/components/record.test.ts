import assert from "node:assert/strict";
import { CustomResource } from "@pulumi/pulumi";
import { ofType, only, record } from "./record.ts";

class Thing extends CustomResource {
  constructor(name: string, props: Record<string, unknown>) {
    super("test:index:Thing", name, props);
  }
}

describe("record", () => {
  it("records resources that depend on each other, in a preview and in an update", async () => {
    const program = () => {
      const first = new Thing("first", { size: 1 });
      new Thing("second", { first: first.id });
    };
    const update = await record(program);
    assert.equal(only(update, "test:index:Thing", "second").inputs.first, "first-id");
    const preview = await record(program, { preview: true });
    assert.equal(ofType(preview, "test:index:Thing").length, 2);
    assert.notEqual(only(preview, "test:index:Thing", "second").inputs.first, "first-id");
  });

  it("fails when the program fails", async () => {
    await assert.rejects(
      record(() => {
        throw new Error("broken program");
      }),
      /broken program/,
    );
  });
});
