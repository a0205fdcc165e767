/** Whether deployments of Azure ML can reach the internet: by themselves, or through their workspace's managed network. */
import { type Answer, all, any, ask, both, not, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import { ONLINE_DEPLOYMENT } from "../checks/endpoints.ts";
import { refers } from "../checks/relations.ts";
import { AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE } from "../checks/types.ts";
import type { Context, Control, StackResource, StackView } from "../control.ts";
import { type Finding, same } from "../findings.ts";
import { read, textOf } from "../read.ts";

const WORKSPACES = [AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE];

/** The control `deployment-egress-blocked`. */
export const deploymentEgressBlocked: Control = {
  id: "deployment-egress-blocked",
  title: "Deployed models do not reach the internet",
  severity: "high",
  why: "A model is foreign code; with a way to the internet it can send away what users ask it and what its identity may read.",
  remedy:
    "Use a workspace whose managed network allows approved outbound traffic only, or set `egressPublicNetworkAccess` to `Disabled`.",
  url: "https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint",
  frameworks: {
    nist80053: ["AC-4", "SC-7"],
    iso27001: ["A.8.12", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.2"],
    mitreAtlas: ["AML.T0025"],
  },
  parameters: {
    isolatedWorkspaces: {
      description: "Names of workspaces of other stacks whose managed network allows approved outbound traffic only.",
      type: "array",
      default: [],
    },
  },
  stackChecks: {
    azure: [
      {
        types: [ONLINE_DEPLOYMENT],
        requires:
          "egress that is disabled, or a workspace with a managed network for approved outbound traffic only; Kubernetes has its own",
        evaluate: mustNotReachInternet,
      },
    ],
  },
};

function mustNotReachInternet(deployment: StackResource, stack: StackView, context: Context): Finding[] {
  const { props } = deployment;
  const isKept = any(
    ask(read(props, "properties.egressPublicNetworkAccess"), (access) => same(access, "Disabled")),
    ask(read(props, "properties.endpointComputeType"), (kind) => !same(kind, "Managed")),
    ask(read(props, "workspaceName"), (name) => context.list("isolatedWorkspaces").includes(textOf(name))),
    ...stack
      .ofType(...WORKSPACES)
      .map((workspace) =>
        all(refers(deployment, "workspaceName", workspace, ["workspaceName", "name"]), isIsolated(workspace, stack)),
      ),
  );
  return violatesIf(
    not(isKept),
    "properties.egressPublicNetworkAccess is not Disabled, and no managed network in this stack limits its workspace to approved outbound traffic",
  );
}

/** Projects use the managed network of their hub. */
function isIsolated(workspace: StackResource, stack: StackView): Answer {
  const hubs = isGiven(workspace, "hubResourceId") ? stack.ofType(AZURE_ML_WORKSPACE) : [];
  return any(
    allowsApprovedOnly(workspace),
    ...hubs.map((hub) => both(refers(workspace, "hubResourceId", hub, ["id"]), () => allowsApprovedOnly(hub))),
  );
}

function allowsApprovedOnly(workspace: StackResource): Answer {
  return ask(read(workspace.props, "managedNetwork.isolationMode"), (mode) => same(mode, "AllowOnlyApprovedOutbound"));
}
