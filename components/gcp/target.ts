/** Where a workspace's Google Cloud resources live, and the ids that follow from it. */
import { InvalidInputError } from "../problems.ts";
import type { Workspace } from "../spec.ts";

/** One project and region. */
export interface GcpTarget {
  /** Project id. */
  project: string;
  /** Project number. */
  number: string;
  /** Region. */
  region: string;
  /** The two or more zones that notebooks are spread over. */
  zones: string[];
}

/**
 * The target that a spec names.
 * @throws InvalidInputError when the spec is for another cloud, or names a zone of another region.
 */
export function targetOf(workspace: Workspace): GcpTarget {
  const { cloud, account, location, network } = workspace;
  if (cloud !== "gcp" || !account.gcp) {
    const message = `"${cloud}" does not fit; use gcp, or import the component from secure-ml-workspace/${cloud}`;
    throw new InvalidInputError("The workspace spec", [{ path: "cloud", message }]);
  }
  const zones = network.availabilityZones ?? [`${location}-b`, `${location}-c`];
  const foreign = zones.flatMap((zone, index) => {
    if (zone.startsWith(`${location}-`)) return [];
    const message = `"${zone}" is no zone of ${location}; use one such as ${location}-b`;
    return [{ path: `network.availabilityZones[${index}]`, message }];
  });
  if (foreign.length > 0) throw new InvalidInputError("The workspace spec", foreign);
  return { project: account.gcp.projectId, number: account.gcp.projectNumber, region: location, zones };
}

/** Email of a service account of the project. It is deterministic, so that grants are known at preview. */
export function serviceAccountEmail(project: string, accountId: string): string {
  return `${accountId}@${project}.iam.gserviceaccount.com`;
}

/** The IAM member for a service account's email. */
export function serviceAccountMember(email: string): string {
  return `serviceAccount:${email}`;
}
