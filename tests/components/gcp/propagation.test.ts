import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createProvider, SecureMlWorkspace } from "../../../components/gcp/index.ts";
import { PROPAGATION_SECONDS, waitForPropagation } from "../../../components/gcp/propagation.ts";
import { record, specFor } from "../record.ts";

/** The hooks that new grants get in a program that runs with a monitor like the engine's. */
async function hooksWithEngine(preview: boolean): Promise<pulumi.ResourceHook[]> {
  let hooks: pulumi.ResourceHook[] = [];
  await record(
    () => {
      const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
      monitor.registerResourceHook = (_: unknown, done: (error: null, answer: object) => void) => done(null, {});
      hooks = (waitForPropagation("grant").hooks?.afterCreate ?? []) as pulumi.ResourceHook[];
    },
    { preview },
  );
  return hooks;
}

describe("Google Cloud: waiting for a grant to take effect", () => {
  it("happens after creation, in an update only", async () => {
    const hooks = await hooksWithEngine(false);
    assert.deepEqual(
      hooks.map(({ name, opts }) => [name, opts?.onDryRun ?? false]),
      [["grant", false]],
    );
    assert.deepEqual(await hooksWithEngine(true), []);
  });

  it("waits for as long as it says", async () => {
    const [hook] = await hooksWithEngine(false);
    const { setTimeout: original } = globalThis;
    let waited = 0;
    globalThis.setTimeout = ((done: () => void, milliseconds: number) => {
      waited = milliseconds;
      done();
    }) as unknown as typeof setTimeout;
    try {
      await hook?.callback({} as pulumi.ResourceHookArgs);
    } finally {
      globalThis.setTimeout = original;
    }
    assert.equal(waited, PROPAGATION_SECONDS * 1000);
    assert.ok(PROPAGATION_SECONDS >= 120, "Google's usual case is two minutes");
  });

  it("happens once for all the grants of a workspace, before anything is encrypted", async () => {
    const spec = specFor("gcp", { network: { cidr: "10.20.0.0/20", egress: "packages" } });
    const hooks: string[] = [];
    const all = await record(() => {
      const monitor = pulumi.runtime.getMonitor() as unknown as Record<string, unknown>;
      monitor.registerResourceHook = (hook: { getName(): string }, done: (error: null, answer: object) => void) => {
        hooks.push(hook.getName());
        done(null, {});
      };
      const provider = createProvider("target", spec);
      new SecureMlWorkspace("fraud-ml", spec, { provider });
    });
    const last = "fraud-ml-key-notebooks-artifactregistry";
    assert.deepEqual(hooks, [`${last}-propagation`]);
    const names = (type: RegExp) => all.filter((entry) => type.test(entry.type)).map(({ name }) => name);
    const grants = names(/^gcp:kms\/cryptoKeyIAMMember:/);
    assert.deepEqual([grants.length, grants.at(-1)], [6, last]);
    const encrypted = names(
      /^gcp:(storage\/bucket|logging\/projectBucketConfig|vertex\/|artifactregistry\/repository|workbench\/instance):/,
    );
    assert.equal(encrypted.length, 7);
    const position = (name: string, type: RegExp) =>
      all.findIndex((entry) => entry.name === name && type.test(entry.type));
    for (const name of encrypted) {
      assert.ok(position(last, /IAMMember/) < position(name, /^gcp:(?!kms)/), name);
    }
  });

  it("does not stop programs that are unit-tested with the SDK's mocks", async () => {
    await record(() => assert.deepEqual(waitForPropagation("grant"), {}));
  });
});
