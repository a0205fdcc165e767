/** Who may do what in a workspace that exists: people, and the identities of notebooks. */
import type * as pulumi from "@pulumi/pulumi";
import type { Person } from "../spec.ts";
import type { CustomRoles } from "./custom-roles.ts";
import { WorkloadIdentity } from "./identities.ts";
import type { MlWorkspaceService } from "./ml-workspace.ts";
import { PIPELINE_FOLDERS_CONDITION } from "./pipeline-roles.ts";
import type { TrainingPipeline } from "./pipelines.ts";
import { type Context, placeArgs } from "./place.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";
import { containerIdOf, type WorkspaceStores } from "./workspace-stores.ts";

/** Identities of notebooks by their name in the spec. */
export type NotebookIdentities = Record<string, WorkloadIdentity>;

/** What people and notebooks are admitted to. */
export interface Admission {
  /** The workspace's own role definitions. */
  roles: CustomRoles;
  /** Its data stores. */
  stores: WorkspaceStores;
  /** The Azure ML workspace and its registry. */
  service: MlWorkspaceService;
}

/** An identity for each notebook, so that logs say whose notebook read what. Each may use the spec's data stores. */
export function createNotebookIdentities(context: Context, stores: WorkspaceStores): NotebookIdentities {
  const containers = (access: string) =>
    stores.data.filter((store) => store.access === access).map((store) => containerIdOf(store));
  const [readContainerIds, writeContainerIds] = [containers("read"), containers("read-write")];
  const dependsOn = stores.data.flatMap(({ usable }) => usable);
  const create = (notebook: string) =>
    new WorkloadIdentity(
      `${context.name}-identity-${notebook}`,
      {
        ...placeArgs(context),
        identityName: context.names.plain("notebook", notebook),
        readContainerIds,
        writeContainerIds,
      },
      { ...context.opts, dependsOn },
    );
  return Object.fromEntries(context.workspace.notebooks.map(({ name }) => [name, create(name)]));
}

/** What a notebook needs of the workspace itself, beside the data stores. */
export function admitNotebook(
  context: Context,
  { roles, stores, service }: Admission,
  notebook: string,
  identity: WorkloadIdentity,
): pulumi.Resource[] {
  const grant = (label: string, role: string, scope: string, condition?: string) =>
    assignRole(
      `${context.name}-identity-${notebook}-${label}`,
      { role, scope, condition, ...principalOf(identity) },
      {
        ...context.opts,
        dependsOn: [service.workspace, service.registry, ...stores.models.usable, ...roles.definitions],
      },
    );
  return [
    grant("assets", roles.id("notebookRuntime"), service.workspaceId),
    grant("artifacts", BUILT_IN_ROLES.storageBlobDataContributor, stores.models.accountId, artifactsCondition(context)),
    grant("files", BUILT_IN_ROLES.storageFileDataPrivilegedContributor, stores.models.accountId),
    grant("images", BUILT_IN_ROLES.acrPull, service.registryId),
  ];
}

/** What the owner and the notebook's own identity may do with one compute instance. */
export function grantNotebook(
  context: Context,
  { roles, service }: Admission,
  notebook: { name: string; computeName: string; resource: pulumi.Resource },
  owner: Person,
  identity: WorkloadIdentity,
): void {
  const scope = `${service.workspaceId}/computes/${notebook.computeName}`;
  const opts = { ...context.opts, dependsOn: [notebook.resource, ...roles.definitions] };
  assignRole(
    `${context.name}-person-${owner.name}-notebook-${notebook.name}`,
    { role: roles.id("notebookOwner"), scope, ...personPrincipal(owner) },
    opts,
  );
  assignRole(
    `${context.name}-identity-${notebook.name}-stop`,
    { role: roles.id("idleStop"), scope, ...principalOf(identity) },
    opts,
  );
}

/** The studio shows files and job outputs with the person's own identity, so people get Azure ML's own store. */
export function admitPeople(context: Context, { roles, stores, service }: Admission): void {
  const dependsOn = [service.workspace, ...stores.models.usable, ...roles.definitions];
  const admit = (person: Person, label: string, role: string, scope: string, condition?: string) =>
    assignRole(
      `${context.name}-person-${person.name}-${label}`,
      { role, scope, condition, ...personPrincipal(person) },
      { ...context.opts, dependsOn },
    );
  for (const person of context.workspace.people.dataScientists) {
    admit(person, "workspace", roles.id("dataScientist"), service.workspaceId);
    if (context.workspace.training.pipelines.length === 0) {
      admit(person, "jobs", roles.id("jobAuthor"), service.workspaceId);
    }
    const { accountId } = stores.models;
    admit(person, "artifacts", BUILT_IN_ROLES.storageBlobDataContributor, accountId, artifactsCondition(context));
    admit(person, "files", BUILT_IN_ROLES.storageFileDataPrivilegedContributor, stores.models.accountId);
  }
  for (const person of context.workspace.people.operators) {
    admit(person, "workspace", roles.id("operator"), context.place.resourceGroupId);
  }
}

/** Lets data scientists start a pipeline: its schedule, by its id, and nothing else. */
export function admitStarters(
  context: Context,
  { roles }: Admission,
  pipeline: string,
  schedule: TrainingPipeline,
): void {
  for (const person of context.workspace.people.dataScientists) {
    assignRole(
      `${context.name}-person-${person.name}-pipeline-${pipeline}`,
      { role: roles.id("pipelineStarter"), scope: schedule.scheduleId, ...personPrincipal(person) },
      { ...context.opts, dependsOn: [schedule, ...roles.definitions] },
    );
  }
}

/** Object ids of the identities, for the workspace's outputs. */
export function identityOutputs(identities: NotebookIdentities): Record<string, pulumi.Output<string>> {
  const entries = Object.entries(identities).map(([name, { principalId }]) => [`notebook-${name}`, principalId]);
  return Object.fromEntries(entries) as Record<string, pulumi.Output<string>>;
}

/** What pipelines wrote is theirs alone; without pipelines there is nothing to keep. */
function artifactsCondition({ workspace }: Context): string | undefined {
  return workspace.training.pipelines.length > 0 ? PIPELINE_FOLDERS_CONDITION : undefined;
}

function personPrincipal({ azure, kind }: Person) {
  return { principalId: azure!, principalType: kind === "group" ? "Group" : "User" };
}

function principalOf({ principalId, identityId }: WorkloadIdentity) {
  return { principalId, principalType: "ServicePrincipal", principalKey: identityId };
}
