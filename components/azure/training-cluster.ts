/** The machines of a step. */
import { Compute } from "@pulumi/azure-native/machinelearningservices/compute.js";
import * as pulumi from "@pulumi/pulumi";
import type { StepPlan } from "../pipelines.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import type { Size } from "../spec.ts";
import { ACCELERATORS, MACHINE_TYPES } from "./machines.ts";
import { acceleratorProblems } from "./training-checks.ts";

/** Azure ML's own default, below which nodes could go between two steps of one run. */
const LEAST_IDLE_MINUTES = 2;

/** Arguments of {@link PrivateTrainingCluster}. */
export interface PrivateTrainingClusterArgs {
  /** Resource group of the Azure ML workspace. */
  resourceGroupName: string;
  /** Name of the Azure ML workspace. */
  workspaceName: pulumi.Input<string>;
  /** Region. */
  location: string;
  /** Name of the cluster: 3 to 24 letters, digits and hyphens, unique in the region. */
  clusterName: string;
  /** Resource id of the user-assigned identity of the machines. Every job on the cluster can use it. */
  identityId: pulumi.Input<string>;
  /**
   * Cloud-neutral size of a machine: `small`, `medium`, `large`, `gpu-small` or `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /**
   * Exact machine type, such as `Standard_D4ds_v4`. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of each machine: `t4`, `a100` or `h100`. It decides the machine type.
   * @default none
   */
  accelerator?: string;
  /**
   * Most machines at a time.
   * @default 1
   */
  maxNodes?: number;
  /**
   * Minutes that machines wait for the next run before they are given back. Azure ML needs two to see that a node is idle.
   * @default 2
   */
  idleMinutes?: number;
  /**
   * Whether spare machines are used, which are cheaper and can be taken away.
   * @default false
   */
  spot?: boolean;
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
 * Machines that come with a job and go when they are idle: without public addresses, SSH or local accounts. A cluster's
 * identity is open to all of its jobs, so that a cluster belongs to one step.
 */
export class PrivateTrainingCluster extends pulumi.ComponentResource {
  /** Resource id of the cluster. */
  readonly clusterId: pulumi.Output<string>;
  /** Machine type. */
  readonly machineType: string;

  /**
   * @param name Name of the component; its child's name begins with it.
   * @param args Arguments.
   * @param opts Resource options. What the identity needs (its grants) belongs into `dependsOn`.
   * @throws InvalidInputError when there is no such size or accelerator.
   */
  constructor(name: string, args: PrivateTrainingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = [...sizeProblems(args.size), ...acceleratorProblems(args.accelerator, "accelerator")];
    if (problems.length > 0) throw new InvalidInputError(`The training cluster ${name}`, problems);
    super("secure-ml-workspace:azure:PrivateTrainingCluster", name, {}, opts);
    this.machineType = clusterMachineType(args);
    const cluster = new Compute(
      `${name}-cluster`,
      {
        computeName: args.clusterName,
        workspaceName: args.workspaceName,
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        identity: { type: "UserAssigned", userAssignedIdentities: [args.identityId] },
        properties: {
          computeType: "AmlCompute",
          disableLocalAuth: true,
          properties: {
            vmSize: this.machineType,
            vmPriority: args.spot ? "LowPriority" : "Dedicated",
            scaleSettings: {
              minNodeCount: 0,
              maxNodeCount: args.maxNodes ?? 1,
              nodeIdleTimeBeforeScaleDown: `PT${Math.max(args.idleMinutes ?? 0, LEAST_IDLE_MINUTES)}M`,
            },
            enableNodePublicIp: false,
            remoteLoginPortPublicAccess: "Disabled",
            ...(args.subnetId ? { subnet: { id: args.subnetId } } : {}),
          },
        },
        tags: args.tags ?? {},
      },
      { parent: this },
    );
    this.clusterId = cluster.id;
    this.registerOutputs({ clusterId: this.clusterId, machineType: this.machineType });
  }
}

/** The machines that a spec asks for. */
export interface MachineWish {
  size?: string;
  machineType?: string;
  accelerator?: string;
}

/** Machine type of a cluster. */
export function clusterMachineType({ size, machineType, accelerator }: MachineWish): string {
  if (accelerator) return ACCELERATORS[accelerator]!;
  return machineType ?? MACHINE_TYPES[(size ?? "medium") as Size];
}

/** The machines of a step; `training` are those of training steps that name none. */
export function stepMachines({ spec }: StepPlan, training: MachineWish): MachineWish {
  if (spec.machineType || spec.size) return { size: spec.size, machineType: spec.machineType };
  return spec.kind === "training" ? training : { size: "small" };
}

function sizeProblems(size: string | undefined): Problem[] {
  if (size === undefined || size in MACHINE_TYPES) return [];
  return [{ path: "size", message: `"${size}" does not exist; use one of ${Object.keys(MACHINE_TYPES).join(", ")}` }];
}
