/** What older SDKs are completed with. Programs on them are not run here: only one SDK is installed. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { keepAnswersUnknown } from "../../offline-preview/runner/older-sdks.ts";

const { isUnknown, unknown } = pulumi as unknown as { isUnknown(value: unknown): boolean; unknown: unknown };

// Answers of look-ups as an older SDK hands them on: nobody tells it that one is unknown as a whole.
function lookUp(answer: unknown): pulumi.Output<{ json: string }> {
  const runtime = { invokeOutput: (): unknown => pulumi.secret(answer) };
  keepAnswersUnknown(runtime, { InvokeResponse: class {} }, unknown);
  return runtime.invokeOutput() as pulumi.Output<{ json: string }>;
}

async function stateOf(output: unknown): Promise<{ known: boolean; secret: boolean; value: unknown }> {
  const { isKnown, isSecret, promise } = output as {
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
    promise(withUnknowns: boolean): Promise<unknown>;
  };
  return { known: await isKnown, secret: await isSecret, value: await promise(true) };
}

describe("offline preview: older SDKs", () => {
  it("know no property of an answer that nobody knows", async () => {
    for (const output of [lookUp({ result: unknown }), lookUp({ result: unknown }).json, lookUp(unknown).json]) {
      const { known, secret, value } = await stateOf(output);
      assert.deepEqual([known, secret, isUnknown(value)], [false, true, true]);
    }
  });

  it("get known answers as they are", async () => {
    for (const answer of [{ json: "{}" }, { result: "text" }, {}, undefined]) {
      assert.deepEqual(await stateOf(lookUp(answer)), { known: true, secret: true, value: answer });
    }
    assert.deepEqual(await stateOf(lookUp({ json: "{}" }).json), { known: true, secret: true, value: "{}" });
  });

  it("are told from newer ones, which stay as they are", () => {
    const runtime = { invokeOutput: () => undefined };
    const { invokeOutput } = runtime;
    keepAnswersUnknown(runtime, { ResourceInvokeResponse: class {} }, unknown);
    assert.equal(runtime.invokeOutput, invokeOutput);
  });
});
