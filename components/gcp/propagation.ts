import type * as pulumi from "@pulumi/pulumi";
import { waitAfterCreation } from "../propagation.ts";

/**
 * How long an update waits after a new grant, in seconds. IAM is eventually consistent: a grant works "typically within
 * 2 minutes, potentially 7 minutes or longer" (cloud.google.com/iam/docs/access-change-propagation), and the bucket,
 * disk and log bucket that need the key are not retried by the provider. Half a minute more than the usual case.
 */
export const PROPAGATION_SECONDS = 150;

/**
 * Resource options with which an update waits until a new grant is in force.
 * @param name Unique name of the wait.
 */
export function waitForPropagation(name: string): pulumi.CustomResourceOptions {
  return waitAfterCreation(name, PROPAGATION_SECONDS);
}
