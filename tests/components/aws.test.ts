import assert from "node:assert/strict";
import { createProvider, SecureMlWorkspace } from "../../components/aws/index.ts";
import { record, specFor } from "./record.ts";

describe("the AWS workspace", () => {
  it("runs", async () => {
    const spec = specFor("aws");
    const all = await record(() => {
      const provider = createProvider("target", spec);
      new SecureMlWorkspace("fraud-ml", spec, { provider });
    });
    console.log(all.map((entry) => `${entry.type}  ${entry.name}`).join("\n"));
    assert.ok(all.length > 50);
  });
});
