import { IAMCustomRole } from "@pulumi/gcp/projects/iamcustomRole.js";
import type * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";
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

/** Purpose of a custom role. */
export type RoleName = keyof typeof ROLES;

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
  { project }: GcpTarget,
  parent: pulumi.Resource,
  dependsOn: pulumi.Resource[],
): Record<RoleName, CustomRole> {
  const entries = Object.entries(ROLES).map(([purpose, { title, description, permissions }]) => {
    const roleId = resourceName(workspace, [purpose], { max: 64, separator: "_" });
    const resource = new IAMCustomRole(
      `${name}-role-${purpose}`,
      { project, roleId, title, description, permissions, stage: "GA" },
      { parent, dependsOn },
    );
    return [purpose, { id: `projects/${project}/roles/${roleId}`, resource }];
  });
  return Object.fromEntries(entries);
}
