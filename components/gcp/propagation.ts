import * as pulumi from "@pulumi/pulumi";

/**
 * How long an update waits after a new grant, in seconds. IAM is eventually consistent: a grant works "typically within
 * 2 minutes, potentially 7 minutes or longer" (cloud.google.com/iam/docs/access-change-propagation), and the bucket,
 * disk and log bucket that need the key are not retried by the provider. Half a minute more than the usual case; an
 * update that still comes too early goes on where it stopped when it is run again.
 */
export const PROPAGATION_SECONDS = 150;

/**
 * Resource options with which an update waits after the resource is created, and with it everything that depends on it.
 * The wait is a resource hook: the engine runs it on creation only, never in a preview, so a preview and an unchanged
 * update are not slowed down. Needs the Pulumi CLI 3.182 or newer.
 * @param name Unique name of the hook.
 */
export function waitForPropagation(name: string): pulumi.CustomResourceOptions {
  if (pulumi.runtime.isDryRun() || !hasHooks()) return {};
  const hook = new pulumi.ResourceHook(
    name,
    () => new Promise<void>((done) => void setTimeout(done, PROPAGATION_SECONDS * 1000)),
  );
  return { hooks: { afterCreate: [hook] } };
}

/** The SDK's mocks, with which programs are unit-tested, say that they run hooks but cannot, and would wait for ever. */
function hasHooks(): boolean {
  const monitor: object | undefined = pulumi.runtime.getMonitor();
  return monitor !== undefined && "registerResourceHook" in monitor;
}
