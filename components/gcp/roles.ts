import { IAMCustomRole } from "@pulumi/gcp/projects/iamcustomRole.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import type { Person, Workspace } from "../spec.ts";
import type { GcpTarget } from "./target.ts";

/** A custom role: exactly what one purpose needs, so that no wider predefined role is granted. */
interface RoleDefinition {
  title: string;
  description: string;
  permissions: string[];
}

const ROLES = {
  dataReader: {
    title: "ML data reader",
    description: "Reads and lists the objects of a bucket.",
    permissions: ["storage.objects.get", "storage.objects.list"],
  },
  dataWriter: {
    title: "ML data writer",
    description: "Reads, writes and deletes the objects of a bucket, but not its settings or policy.",
    permissions: ["storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"],
  },
  modelWriter: {
    title: "ML model writer",
    description: "Adds models. Without the right to delete, nobody can replace a model either.",
    permissions: ["storage.objects.create"],
  },
  notebookRuntime: {
    title: "ML notebook runtime",
    description: "Writes a notebook's own logs and metrics.",
    permissions: [
      "logging.logEntries.create",
      "monitoring.metricDescriptors.create",
      "monitoring.metricDescriptors.get",
      "monitoring.metricDescriptors.list",
      "monitoring.monitoredResourceDescriptors.get",
      "monitoring.monitoredResourceDescriptors.list",
      "monitoring.timeSeries.create",
    ],
  },
  notebookOwner: {
    title: "ML notebook owner",
    description: "Starts, stops and enters one's own notebook. Granted on that notebook only.",
    permissions: [
      "compute.instances.get",
      "compute.instances.osLogin",
      "notebooks.instances.get",
      "notebooks.instances.start",
      "notebooks.instances.stop",
    ],
  },
  dataScientist: {
    title: "ML data scientist",
    description: "Sees which notebooks there are. Everything else comes with a notebook of one's own.",
    // `gcloud compute ssh` reads the project's SSH settings, `gcloud workbench` follows the operation that it starts, and
    // the console opens only a project that one may get.
    permissions: [
      "compute.projects.get",
      "notebooks.instances.list",
      "notebooks.locations.list",
      "notebooks.operations.get",
      "resourcemanager.projects.get",
    ],
  },
  operator: {
    title: "ML operator",
    description: "Starts, stops, resets and upgrades notebooks and reads metrics. Neither enters them nor reads data.",
    permissions: [
      "compute.instances.get",
      "compute.instances.list",
      "monitoring.timeSeries.list",
      "notebooks.instances.checkUpgradability",
      "notebooks.instances.get",
      "notebooks.instances.list",
      "notebooks.instances.reset",
      "notebooks.instances.start",
      "notebooks.instances.stop",
      "notebooks.instances.upgrade",
      "notebooks.locations.list",
      "notebooks.operations.get",
      "notebooks.operations.list",
      "resourcemanager.projects.get",
    ],
  },
} satisfies Record<string, RoleDefinition>;

/** What pipelines need besides: no role of theirs is granted on more than it names. */
const TRAINING_ROLES = {
  stepLister: {
    title: "ML step lister",
    description: "Sees the names of a bucket's objects, which a mounted folder needs. Reads none of them.",
    permissions: ["storage.objects.list"],
  },
  stepReader: {
    title: "ML step reader",
    description: "Reads objects. Granted on the folders of a step's inputs only.",
    permissions: ["storage.objects.get"],
  },
  stepWriter: {
    title: "ML step writer",
    description: "Writes, reads and replaces objects. Granted on the folders of a step's outputs only.",
    permissions: ["storage.objects.create", "storage.objects.delete", "storage.objects.get"],
  },
  jobAttacher: {
    title: "ML job attacher",
    description: "Attaches jobs to the network, and looks up the network's names for them. For Vertex AI's agent only.",
    permissions: [
      "compute.networkAttachments.get",
      "compute.networkAttachments.update",
      "compute.regionOperations.get",
      "dns.networks.targetWithPeeringZone",
    ],
  },
  pipelineRunner: {
    title: "ML pipeline runner",
    description: "Creates the jobs of an approved pipeline, reads scan results and registers models.",
    // Vertex AI records the run in its metadata store as the pipeline's own account.
    permissions: [
      "aiplatform.artifacts.create",
      "aiplatform.artifacts.get",
      "aiplatform.artifacts.list",
      "aiplatform.artifacts.update",
      "aiplatform.contexts.addContextArtifactsAndExecutions",
      "aiplatform.contexts.create",
      "aiplatform.contexts.get",
      "aiplatform.contexts.list",
      "aiplatform.contexts.update",
      "aiplatform.customJobs.cancel",
      "aiplatform.customJobs.create",
      "aiplatform.customJobs.get",
      "aiplatform.executions.addExecutionEvents",
      "aiplatform.executions.create",
      "aiplatform.executions.get",
      "aiplatform.executions.list",
      "aiplatform.executions.update",
      "aiplatform.metadataStores.get",
      "aiplatform.models.get",
      "aiplatform.models.upload",
      "aiplatform.pipelineJobs.get",
      "containeranalysis.occurrences.list",
      "logging.logEntries.create",
    ],
  },
  pipelineStarter: {
    title: "ML pipeline starter",
    description: "Starts the one pipeline whose account it may act as.",
    permissions: ["aiplatform.pipelineJobs.create"],
  },
  pipelineUser: {
    title: "ML pipeline user",
    description:
      "Starts approved pipelines and sees their runs and models. Cannot make jobs or pipelines of one's own.",
    permissions: [
      "aiplatform.customJobs.get",
      "aiplatform.customJobs.list",
      "aiplatform.models.get",
      "aiplatform.models.list",
      "aiplatform.pipelineJobs.get",
      "aiplatform.pipelineJobs.list",
      "aiplatform.schedules.get",
      "aiplatform.schedules.list",
      "workflows.executions.create",
      "workflows.executions.get",
      "workflows.executions.list",
      "workflows.workflows.get",
      "workflows.workflows.list",
    ],
  },
  pipelineOperator: {
    title: "ML pipeline operator",
    description: "Cancels runs, and approves models by an alias. Neither starts jobs nor reads data.",
    permissions: [
      "aiplatform.customJobs.cancel",
      "aiplatform.customJobs.get",
      "aiplatform.customJobs.list",
      "aiplatform.models.get",
      "aiplatform.models.list",
      "aiplatform.models.update",
      "aiplatform.pipelineJobs.cancel",
      "aiplatform.pipelineJobs.get",
      "aiplatform.pipelineJobs.list",
    ],
  },
} satisfies Record<string, RoleDefinition>;

/** Purpose of a custom role. */
export type RoleName = keyof typeof ROLES;

/** Purpose of a custom role that comes with pipelines. */
export type TrainingRoleName = keyof typeof TRAINING_ROLES;

/** A custom role that exists in the project. */
export interface CustomRole {
  /** Full name, `projects/…/roles/…`: plain text that is known at preview. */
  id: string;
  /** The role, for what must wait for it. */
  resource: IAMCustomRole;
}

/** Creates the custom roles of a workspace. */
export function createRoles(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): Record<RoleName, CustomRole> {
  return createEach(ROLES, name, workspace, target, parent, dependsOn);
}

/** Creates the custom roles that come with pipelines. */
export function createTrainingRoles(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): Record<TrainingRoleName, CustomRole> {
  return createEach(TRAINING_ROLES, name, workspace, target, parent, dependsOn);
}

/** Lets data scientists start pipelines and see their runs, and operators cancel runs and approve models. */
export function grantPipelinePeople(
  name: string,
  { people }: Workspace,
  { project }: GcpTarget,
  roles: Record<TrainingRoleName, CustomRole>,
  parent: pulumi.Resource,
): void {
  const grant = (person: Person, { id: role, resource }: CustomRole) =>
    new IAMMember(
      `${name}-pipelines-${person.name}`,
      { project, role, member: person.gcp ?? "" },
      { parent, dependsOn: [resource] },
    );
  for (const person of people.dataScientists) grant(person, roles.pipelineUser);
  for (const person of people.operators) grant(person, roles.pipelineOperator);
}

function createEach<Purpose extends string>(
  definitions: Record<Purpose, RoleDefinition>,
  name: string,
  workspace: Workspace,
  { project }: GcpTarget,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): Record<Purpose, CustomRole> {
  const entries = Object.entries<RoleDefinition>(definitions).map(([purpose, { title, description, permissions }]) => {
    const roleId = resourceName(workspace, [purpose], { max: 64, separator: "_" });
    const resource = new IAMCustomRole(
      `${name}-role-${purpose}`,
      { project, roleId, title, description, permissions, stage: "GA" },
      { parent, dependsOn },
    );
    return [purpose, { id: `projects/${project}/roles/${roleId}`, resource }];
  });
  return Object.fromEntries(entries) as Record<Purpose, CustomRole>;
}
