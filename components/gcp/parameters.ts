/** Settings that steps read and that are no secrets. */
import { RegionalParameter } from "@pulumi/gcp/parametermanager/regionalParameter.js";
import { RegionalParameterVersion } from "@pulumi/gcp/parametermanager/regionalParameterVersion.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, resourceName, shortHash } from "../names.ts";
import type { Workspace } from "../spec.ts";
import type { WorkspaceKeys } from "./keys.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

/** Longest id of a parameter. */
const MAX_PARAMETER_ID = 63;

/** A parameter of the workspace. */
export interface WorkspaceParameter {
  /** Name in Parameter Manager. Known at preview. */
  parameterId: string;
  /** The version that holds the value. Known at preview. */
  versionId: string;
  /** The version itself, for what must wait for it. */
  version: RegionalParameterVersion;
}

/** Creates the parameters of the spec, by their name in it, each with the version that holds its value. */
export function createParameters(
  name: string,
  workspace: Workspace,
  { project, region }: GcpTarget,
  keys: WorkspaceKeys,
  opts: pulumi.ResourceOptions,
): Record<string, WorkspaceParameter> {
  const entries = workspace.parameters.map((spec): [string, WorkspaceParameter] => {
    const parameterId = resourceName(workspace, [spec.name], { max: MAX_PARAMETER_ID });
    // Versions cannot change, so a new value is a new version, named after it.
    const versionId = shortHash(spec.value);
    const parameter = new RegionalParameter(
      `${name}-parameter-${spec.name}`,
      {
        project,
        location: region,
        parameterId,
        format: "UNFORMATTED",
        kmsKey: keys.keys.secrets.keyName,
      },
      opts,
    );
    const version = new RegionalParameterVersion(
      `${name}-parameter-${spec.name}-value`,
      {
        parameter: `projects/${project}/locations/${region}/parameters/${parameterId}`,
        parameterVersionId: versionId,
        parameterData: spec.value,
      },
      pulumi.mergeOptions(opts, { dependsOn: [parameter] }),
    );
    return [spec.name, { parameterId, versionId, version }];
  });
  return Object.fromEntries(entries);
}

/**
 * Lets a service account read one parameter. Parameter Manager has no policy of a single parameter, so the grant is on
 * the project, under a condition on the name, which has the project's number
 * (cloud.google.com/iam/docs/conditions-resource-attributes).
 */
export function grantParameter(
  name: string,
  { project, region, number }: Pick<GcpTarget, "project" | "region" | "number">,
  parameterId: string,
  email: string,
  opts: pulumi.ResourceOptions,
): IAMMember {
  const versions = `projects/${number}/locations/${region}/parameters/${parameterId}/versions/`;
  return new IAMMember(
    name,
    {
      project,
      role: "roles/parametermanager.parameterAccessor",
      member: serviceAccountMember(email),
      condition: {
        title: fit(`only-${parameterId}`, 100),
        expression:
          'resource.type == "parametermanager.googleapis.com/ParameterVersion" && ' +
          `resource.name.startsWith("${versions}")`,
      },
    },
    opts,
  );
}
