/** Names of a workspace's AWS resources, within each service's limit. */
import { fit, resourceName, shortHash } from "../names.ts";
import type { Workspace } from "../spec.ts";

/** Longest names by service (service quotas and API references). */
export const LIMITS = {
  role: 64,
  bucket: 63,
  notebook: 63,
  profile: 63,
  domain: 63,
  codeArtifact: 50,
  policy: 128,
  database: 63,
  function: 64,
  schedule: 64,
  /** What SageMaker Pipelines leaves of a job's name, to which it adds run, step and attempt. */
  pipelineJob: 38,
};

/** `<team>-<name>-<environment>`: what every name begins with. */
export function prefixOf(workspace: Workspace): string {
  return resourceName(workspace, [], { max: 46 });
}

/**
 * Beginning of the names of jobs, models and image repositories. SageMaker allows 63 characters, 38 in a pipeline; the
 * rest is left to people and to the names of steps.
 */
export function jobPrefixOf(workspace: Workspace): string {
  return fit(prefixOf(workspace), 28);
}

/** Name of a pipeline. */
export function pipelineName(workspace: Workspace, pipeline: string): string {
  return `${jobPrefixOf(workspace)}-${pipeline}`;
}

/** Name of a database server. */
export function databaseName(workspace: Workspace, database: string): string {
  return resourceName(workspace, [database], { max: LIMITS.database - 6 });
}

/** Name that the jobs of a pipeline's step begin with: readable where it fits, a hash of it elsewhere. */
export function stepJobName(jobPrefix: string, step: string): string {
  const full = `${jobPrefix}-${step}`;
  return full.length <= LIMITS.pipelineJob ? full : `${jobPrefix}-${shortHash(full)}`;
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
