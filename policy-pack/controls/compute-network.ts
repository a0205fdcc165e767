/** Whether Azure ML compute runs in a network of its owner: a subnet of its own, or the workspace's managed network. */
import { type Answer, all, any, ask, not, violatesIf } from "../checks/answers.ts";
import { AZURE_WORKSPACES, COMPUTE_KINDS, onCompute } from "../checks/azure-ml.ts";
import { refers } from "../checks/relations.ts";
import { AZURE_ML_COMPUTE, CLASSIC_COMPUTE_CLUSTER, CLASSIC_COMPUTE_INSTANCE } from "../checks/types.ts";
import type { StackCheck, StackResource, StackView } from "../control.ts";
import { type Finding, mustBeSet, same } from "../findings.ts";
import { read } from "../read.ts";

/** Isolation modes in which the managed network holds the workspace's compute. */
const ISOLATED = ["AllowOnlyApprovedOutbound", "AllowInternetOutbound"];

/** Part of the control `notebook-private-network`. */
export const computeInPrivateNetwork: StackCheck = {
  types: [AZURE_ML_COMPUTE, CLASSIC_COMPUTE_INSTANCE, CLASSIC_COMPUTE_CLUSTER],
  requires: "a subnet on the compute, or a workspace with a managed network",
  evaluate: (compute, stack) =>
    compute.type === AZURE_ML_COMPUTE
      ? onCompute(compute.props, COMPUTE_KINDS, mustBePrivate(compute, "properties.properties.subnet.id", stack))
      : mustBePrivate(compute, "subnetResourceId", stack),
};

function mustBePrivate(compute: StackResource, subnet: string, stack: StackView): Finding[] {
  if (mustBeSet(compute.props, subnet).length === 0) return [];
  const message = `${subnet} is not set, and its workspace has no managed network in this stack`;
  return violatesIf(not(isManaged(compute, stack)), message);
}

function isManaged(compute: StackResource, stack: StackView): Answer {
  const isNative = compute.type === AZURE_ML_COMPUTE;
  const path = isNative ? "workspaceName" : "machineLearningWorkspaceId";
  const keys = isNative ? ["workspaceName", "name"] : ["id"];
  const workspaces = stack.ofType(...AZURE_WORKSPACES);
  return any(...workspaces.map((workspace) => all(refers(compute, path, workspace, keys), isIsolated(workspace))));
}

function isIsolated(workspace: StackResource): Answer {
  return ask(read(workspace.props, "managedNetwork.isolationMode"), (mode) => ISOLATED.some((one) => same(mode, one)));
}
