/** The workspace's own role definitions: what Azure ML and people may do, action by action, without a wildcard. */
import { RoleDefinition } from "@pulumi/azure-native/authorization/roleDefinition.js";
import type { Workspace } from "../spec.ts";
import { guid } from "./ids.ts";
import type { Context } from "./place.ts";

/** What a custom role allows. Action names: https://learn.microsoft.com/azure/role-based-access-control/permissions/ai-machine-learning */
export interface CustomRole {
  /** Short title, part of the display name. */
  title: string;
  /** What the role is for. */
  description: string;
  /** Actions of the management plane. */
  actions: string[];
  /** Actions on data. Default: none. */
  dataActions?: string[];
  /** Whether a spec has somebody to give the role to. Default: always. */
  usedBy?: (workspace: Workspace) => boolean;
}

const ML = "Microsoft.MachineLearningServices/workspaces";

/** Prefixes every action with Azure ML's workspace type. */
function ml(...actions: string[]): string[] {
  return actions.map((action) => `${ML}/${action}`);
}

/** Reading a workspace's assets. No secrets, keys or connection contents. */
const READ_ASSETS = ml(
  "read",
  "codes/read",
  "codes/versions/read",
  "components/read",
  "components/versions/read",
  "computes/read",
  "data/read",
  "data/versions/read",
  "datastores/read",
  "environments/read",
  "environments/versions/read",
  "experiments/read",
  "experiments/runs/read",
  "features/read",
  "jobs/read",
  "jobs/operationresults/read",
  "metadata/artifacts/read",
  "metadata/snapshots/read",
  "models/read",
  "models/versions/read",
);

const READ_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/read";

/** The workspace's custom roles. */
export const CUSTOM_ROLES = {
  /**
   * Data scientists. They cannot create compute, data stores, connections or network rules, change or approve models,
   * list any key, download files to their own machine through the studio, or assign roles.
   */
  dataScientist: {
    title: "ML data scientist",
    description: "Use one's own compute instance, write notebooks, track experiments, read models, cancel jobs.",
    actions: [
      READ_GROUP,
      ...READ_ASSETS,
      ...ml(
        "data/write",
        "data/versions/write",
        "experiments/write",
        "experiments/runs/write",
        "jobs/cancel/action",
        "metadata/artifacts/write",
        "metadata/snapshots/write",
        // Azure ML lets only the assigned person into a personal instance, whoever holds this action.
        "computes/applicationaccess/action",
        "notebooks/samples/read",
        "notebooks/storage/read",
        "notebooks/storage/write",
        "notebooks/storage/delete",
        "notebooks/storage/upload/action",
        // A token for the studio's own notebook service, not for the storage account.
        "listNotebookAccessToken/read",
      ),
    ],
  },
  /**
   * Data scientists of a workspace without pipelines. Where there are pipelines nobody has this role: a job of one's own
   * could run on a step's cluster, and with that step's identity, whatever its author may read.
   * https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication#compute-cluster
   */
  jobAuthor: {
    title: "ML job author",
    description: "Write components and environments, submit jobs of one's own.",
    usedBy: ({ training }) => training.pipelines.length === 0,
    actions: ml(
      "codes/write",
      "codes/versions/write",
      "components/write",
      "components/versions/write",
      "environments/write",
      "environments/versions/write",
      "environments/build/action",
      // Submitting a job needs it. No environment holds a secret: images come from the registry by identity.
      "environments/readSecrets/action",
      "experiments/runs/submit/action",
      "jobs/write",
    ),
  },
  /**
   * Data scientists, on the schedules of pipelines. Triggering runs the job that the schedule holds, as it is: the caller
   * says when, and nothing else. Invoking a batch endpoint would want the right to submit any job:
   * https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint#configure-rbac-for-batch-endpoint-invoke
   */
  pipelineStarter: {
    title: "ML pipeline starter",
    description: "Start a pipeline as it is defined.",
    usedBy: ({ training }) => training.pipelines.length > 0,
    actions: ml("schedules/read", "schedules/trigger/action"),
  },
  /** The identity of a pipeline's image gate, on the resource group of the registry. */
  scanReader: {
    title: "ML scan reader",
    description: "Read what Defender found in the images of the registry.",
    usedBy: ({ training }) => training.pipelines.length > 0,
    actions: ["Microsoft.Security/assessments/read"],
  },
  /** Operators, on the vault of the steps' secrets: they set values and see none. */
  secretWriter: {
    title: "ML secret writer",
    description: "Set the secrets of steps, without reading them.",
    usedBy: ({ secrets }) => secrets.length > 0,
    actions: [],
    dataActions: ["Microsoft.KeyVault/vaults/secrets/setSecret/action"],
  },
  /** The identity of the Azure ML workspace, on the store of the steps' parameters. */
  parameterConnection: {
    title: "ML parameter connection",
    description: "Connect the managed network to the App Configuration store.",
    usedBy: ({ parameters }) => parameters.length > 0,
    actions: [
      "Microsoft.AppConfiguration/configurationStores/read",
      "Microsoft.AppConfiguration/configurationStores/privateEndpointConnections/read",
      "Microsoft.AppConfiguration/configurationStores/privateEndpointConnections/write",
      "Microsoft.AppConfiguration/configurationStores/privateEndpointConnectionsApproval/action",
      "Microsoft.AppConfiguration/configurationStores/privateLinkResources/read",
    ],
  },
  /** The owner of one compute instance, on that instance alone. */
  notebookOwner: {
    title: "ML notebook owner",
    description: "Start, stop and restart one's own compute instance.",
    actions: ml("computes/read", "computes/start/action", "computes/stop/action", "computes/restart/action"),
  },
  /** Operators. They see that something runs and repair it; they get no data, no files and no tokens. */
  operator: {
    title: "ML operator",
    description: "Start, stop and repair compute, cancel jobs, read metrics and diagnoses. No data.",
    actions: [
      READ_GROUP,
      "Microsoft.Insights/metrics/read",
      "Microsoft.Insights/metricDefinitions/read",
      "Microsoft.Insights/diagnosticSettings/read",
      "Microsoft.ResourceHealth/availabilityStatuses/read",
      ...ml(
        "read",
        "diagnose/read",
        "computes/read",
        "computes/listNodes/action",
        "computes/start/action",
        "computes/stop/action",
        "computes/restart/action",
        "computes/reimage/action",
        "jobs/read",
        "jobs/cancel/action",
        "outboundNetworkDependenciesEndpoints/read",
        "privateEndpointConnections/read",
      ),
    ],
  },
  /** The identity of a notebook, on the workspace. */
  notebookRuntime: {
    title: "ML notebook runtime",
    description: "Find the data stores and assets of the workspace.",
    actions: READ_ASSETS,
  },
  /**
   * The identity of a notebook, on its own compute instance. An instance with a managed identity stops itself with it:
   * https://learn.microsoft.com/azure/machine-learning/how-to-create-compute-instance#assign-managed-identity
   */
  idleStop: {
    title: "ML idle stop",
    description: "Stop one's own compute instance when it is idle.",
    actions: ml("computes/read", "computes/stop/action"),
  },
  /** The identity of the Azure ML workspace, on the resource group, for the workspace itself. */
  workspaceService: {
    title: "ML workspace service",
    description: "What the Azure ML workspace does to itself, instead of Contributor.",
    actions: [
      READ_GROUP,
      ...READ_ASSETS,
      ...ml(
        "datastores/write",
        "privateEndpointConnections/read",
        "privateEndpointConnections/write",
        "privateEndpointConnectionsApproval/action",
        "privateLinkResources/read",
        "outboundNetworkDependenciesEndpoints/read",
      ),
    ],
  },
  /** The identity of the Azure ML workspace, on each resource that the workspace depends on, instead of Contributor. */
  workspaceDependency: {
    title: "ML workspace dependency",
    description: "See a resource that Azure ML depends on, and create Azure ML's own containers and file shares in it.",
    actions: [
      "Microsoft.Storage/storageAccounts/read",
      "Microsoft.Storage/storageAccounts/blobServices/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/read",
      "Microsoft.Storage/storageAccounts/blobServices/containers/write",
      "Microsoft.Storage/storageAccounts/fileServices/read",
      "Microsoft.Storage/storageAccounts/fileServices/shares/read",
      "Microsoft.Storage/storageAccounts/fileServices/shares/write",
      "Microsoft.KeyVault/vaults/read",
      "Microsoft.ContainerRegistry/registries/read",
      "Microsoft.Insights/components/read",
      // Without sight of the private endpoint, Azure ML tries the public one and previews fail.
      "Microsoft.Network/privateEndpoints/read",
    ],
  },
} satisfies Record<string, CustomRole>;

/** Which custom role. */
export type CustomRoleName = keyof typeof CUSTOM_ROLES;

/** GUIDs of the custom roles, with the definitions to wait for. */
export interface CustomRoles {
  /** GUID of a role definition. */
  id(role: CustomRoleName): string;
  /** The definitions. */
  definitions: RoleDefinition[];
}

/** GUID of a custom role of a workspace, known before the role is defined. */
export function roleGuid({ place }: Context, role: CustomRoleName): string {
  return guid(`${place.resourceGroupId}|role|${role}`);
}

/** Defines the roles that the spec has somebody for. They can be assigned in the workspace's resource group only. */
export function defineRoles(context: Context): CustomRoles {
  const { name, workspace, place, names, opts } = context;
  const define = ([role, { title, description, actions, dataActions = [] }]: [CustomRoleName, CustomRole]) =>
    new RoleDefinition(
      `${name}-role-${role}`,
      {
        roleDefinitionId: roleGuid(context, role),
        roleName: names.role(title),
        roleType: "CustomRole",
        description,
        scope: place.resourceGroupId,
        assignableScopes: [place.resourceGroupId],
        permissions: [{ actions, notActions: [], dataActions, notDataActions: [] }],
      },
      opts,
    );
  const roles = Object.entries(CUSTOM_ROLES) as [CustomRoleName, CustomRole][];
  const used = roles.filter(([, { usedBy }]) => usedBy?.(workspace) ?? true);
  return { id: (role) => roleGuid(context, role), definitions: used.map(define) };
}
