import * as pulumi from "@pulumi/pulumi";

/**
 * Resource options with which an update waits after the resource is created, and with it everything that depends on it:
 * a new grant is not in force at once, and what needs it is not retried by the providers. An update that still comes too
 * early goes on where it stopped when it is run again.
 *
 * The wait is a resource hook: the engine runs it on creation only, never in a preview, so a preview and an unchanged
 * update are not slowed down. Needs the Pulumi CLI 3.182 or newer.
 * @param name Unique name of the hook.
 * @param seconds How long to wait.
 */
export function waitAfterCreation(name: string, seconds: number): pulumi.CustomResourceOptions {
  if (pulumi.runtime.isDryRun() || !hasHooks()) return {};
  const hook = new pulumi.ResourceHook(name, () => new Promise<void>((done) => void setTimeout(done, seconds * 1000)));
  return { hooks: { afterCreate: [hook] } };
}

/** The SDK's mocks, with which programs are unit-tested, say that they run hooks but cannot, and would wait for ever. */
function hasHooks(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}
