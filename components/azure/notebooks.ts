import { Compute } from "@pulumi/azure-native/machinelearningservices/compute.js";
import * as pulumi from "@pulumi/pulumi";
import type { NotebookSpec } from "../spec.ts";
import { MACHINE_TYPES } from "./machines.ts";

/** The machine type of a notebook of the spec. */
export function machineTypeOf(notebook: NotebookSpec): string {
  return notebook.machineType ?? MACHINE_TYPES[notebook.size];
}

/** Arguments of {@link PrivateNotebook}. */
export interface PrivateNotebookArgs {
  /** Resource group of the Azure ML workspace. */
  resourceGroupName: string;
  /** Name of the Azure ML workspace. */
  workspaceName: pulumi.Input<string>;
  /** Region. */
  location: string;
  /** Name of the compute instance: 3 to 24 letters, digits and hyphens, unique in the region. */
  notebookName: string;
  /** Machine type, such as `Standard_D2ds_v4`. */
  machineType: string;
  /** Microsoft Entra object id of the one person who can open the notebook. */
  ownerObjectId: string;
  /** Microsoft Entra tenant of that person. */
  tenantId: string;
  /** Resource id of the user-assigned identity that the notebook runs as. */
  identityId: pulumi.Input<string>;
  /**
   * Minutes without activity after which the notebook stops, 15 to 4320.
   * @default 60
   */
  idleMinutes?: number;
  /**
   * Id of a subnet, for a workspace without a managed network.
   * @default the workspace's managed network
   */
  subnetId?: pulumi.Input<string>;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/**
 * A notebook for one person: a compute instance without public IP address, SSH or local accounts, which only its owner
 * can open, after signing in with Entra ID, and which stops itself when idle.
 */
export class PrivateNotebook extends pulumi.ComponentResource {
  /** Resource id of the compute instance. */
  readonly notebookId: pulumi.Output<string>;

  /**
   * @param name Name of the component; its child's name begins with it.
   * @param args Arguments.
   * @param opts Resource options. What the identity needs (its grants) belongs into `dependsOn`.
   */
  constructor(name: string, args: PrivateNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:azure:PrivateNotebook", name, {}, opts);
    const compute = new Compute(
      `${name}-instance`,
      {
        computeName: args.notebookName,
        workspaceName: args.workspaceName,
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identityId] },
        properties: {
          computeType: "ComputeInstance",
          disableLocalAuth: true,
          properties: {
            vmSize: args.machineType,
            applicationSharingPolicy: "Personal",
            computeInstanceAuthorizationType: "personal",
            personalComputeInstanceSettings: {
              assignedUser: { objectId: args.ownerObjectId, tenantId: args.tenantId },
            },
            // Azure ML turns single sign-on off on an instance that a script sets up for somebody else, so there is none.
            enableSSO: true,
            enableNodePublicIp: false,
            sshSettings: { sshPublicAccess: "Disabled" },
            idleTimeBeforeShutdown: `PT${args.idleMinutes ?? 60}M`,
            ...(args.subnetId ? { subnet: { id: args.subnetId } } : {}),
          },
        },
        tags: args.tags ?? {},
      },
      // Creating the first instance of a workspace can take longer than the provider's usual half hour.
      { parent: this, customTimeouts: { create: "60m" } },
    );
    this.notebookId = compute.id;
    this.registerOutputs({ notebookId: this.notebookId });
  }
}
