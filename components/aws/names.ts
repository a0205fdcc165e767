/** Names of a workspace's AWS resources, within each service's limit. */
import { fit, resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";

/** Longest names by service (service quotas and API references). */
export const LIMITS = { role: 64, bucket: 63, notebook: 63, profile: 63, domain: 63, codeArtifact: 50, policy: 128 };

/** `<team>-<name>-<environment>`: what every name begins with. */
export function prefixOf(workspace: Workspace): string {
  return resourceName(workspace, [], { max: 46 });
}

/** Beginning of the names of jobs and models. SageMaker allows 63 characters; half of them are left to people. */
export function jobPrefixOf(workspace: Workspace): string {
  return fit(prefixOf(workspace), 32);
}

/** Name of a role. */
export function roleName(workspace: Workspace, ...parts: string[]): string {
  return resourceName(workspace, parts, { max: LIMITS.role });
}

/** Name of a bucket. */
export function bucketName(workspace: Workspace, part: string): string {
  return resourceName(workspace, [part], { max: LIMITS.bucket, global: true });
}

/** Name of a notebook instance. */
export function notebookName(workspace: Workspace, notebook: string): string {
  return resourceName(workspace, [notebook], { max: LIMITS.notebook });
}

/** Name of a person's Studio profile. It names the workspace too, so that permissions on it reach no other domain. */
export function profileName(workspace: Workspace, person: string): string {
  return resourceName(workspace, [person], { max: LIMITS.profile });
}

/** Name of a person's private Studio space; it begins with the profile's name. */
export function spaceName(workspace: Workspace, person: string): string {
  return resourceName(workspace, [person], { max: LIMITS.profile });
}
