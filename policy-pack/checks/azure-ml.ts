/** Requirements that hold for some kinds of Azure ML resources only. */

import { type Finding, same } from "../findings.ts";
import { onlyIf } from "./conditions.ts";
import { AZURE_ML_WORKSPACE, CLASSIC_HUB, CLASSIC_ML_WORKSPACE } from "./types.ts";

/** Workspaces, hubs and projects of both providers. */
export const AZURE_WORKSPACES = [AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE, CLASSIC_HUB];

/** The kinds of compute that people and jobs of the workspace run on. */
export type ComputeKind = "ComputeInstance" | "AmlCompute";

/** Both kinds of compute. */
export const COMPUTE_KINDS: ComputeKind[] = ["ComputeInstance", "AmlCompute"];

/** Keeps findings about compute of these kinds, and about compute that does not say its kind. */
export function onCompute(props: object, kinds: ComputeKind[], findings: Finding[]): Finding[] {
  const isOne = (kind: unknown) => kind === undefined || kinds.some((one) => same(kind, one));
  return onlyIf(props, "properties.computeType", isOne, findings);
}

/** Keeps findings about workspaces and hubs. Projects take the setting from their hub. */
export function unlessProject(props: object, findings: Finding[]): Finding[] {
  return onlyIf(props, "kind", (kind) => !same(kind, "Project"), findings);
}
