/** Where the machines of jobs get their addresses: a subnet of their own, and the few ways out of it. */
import type { FirewallArgs as FirewallRule } from "@pulumi/gcp/compute/firewall.js";
import { NetworkAttachment } from "@pulumi/gcp/compute/networkAttachment.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr, subnetOf } from "../cidr.ts";
import { fit } from "../names.ts";
import { type PipelinePlan, planPipelines, type StepPlan } from "../pipelines.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import type { Size, Workspace } from "../spec.ts";
import { ACCELERATORS, SIZES } from "../training-spec.ts";
import { clusterMachine, isJobMachine, type JobMachine, NO_JOB_MACHINE } from "./machines.ts";
import { allowEgress, createRule, DENY_PRIORITY, EVERYWHERE } from "./network.ts";

/** Longest start of a rule's name, to which `-deny-ingress` is added. */
const MAX_NAME = 46;

/** The part of the workspace's range that jobs' subnets share: the last eighth. */
const JOBS_PART = { bits: 3, index: 7 };

/** Smallest subnet that Vertex AI takes (cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup). */
const SMALLEST_PREFIX = 28;

/** Addresses of a subnet that Google keeps. */
const RESERVED_ADDRESSES = 4;

/** One server that the machines of a cluster may reach. */
export interface ClusterDestinationArgs {
  /** Short name, for the rule's name. */
  name: string;
  /** IPv4 address. */
  address: pulumi.Input<string>;
  /** TCP port, 1 to 65535. */
  port: number;
}

/** Arguments of {@link PrivateTrainingCluster}. */
export interface PrivateTrainingClusterArgs {
  /** Project id. */
  project: string;
  /** Region. */
  region: string;
  /** Network, `projects/…/global/networks/…`. */
  networkId: pulumi.Input<string>;
  /**
   * Private IPv4 range of the cluster's own subnet, /28 or larger; each machine takes one address.
   * @default no subnet of its own: `subnetId` is used, and the firewall rules of that subnet are the network's
   */
  cidr?: string;
  /**
   * Existing subnet, `projects/…/regions/…/subnetworks/…`.
   * @default the cluster's own subnet
   */
  subnetId?: pulumi.Input<string>;
  /**
   * What machines in the cluster's own subnet may reach, besides Google APIs.
   * @default []
   */
  destinations?: ClusterDestinationArgs[];
  /**
   * Cloud-neutral size of a training step's machine: `small`, `medium`, `large`, `gpu-small` or `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /**
   * Exact machine type, such as `n2-standard-8`. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of each machine: `t4`, `l4`, `a100` or `h100`. It decides the machine type.
   * @default none
   */
  accelerator?: string;
  /**
   * Name of the network attachment; the names of everything else begin with it.
   * @default the component's name, cut to 46 characters
   */
  clusterName?: string;
}

/**
 * A private place for the machines of Vertex AI jobs. Vertex AI makes the machines when a job starts and gives them back
 * when it ends (worker pools of custom jobs): a persistent resource never scales down to zero machines. They join the
 * network by a Private Service Connect interface, whose address is in the attachment's subnet; firewall rules with that
 * range as their source hold for them, tags do not (cloud.google.com/vpc/docs/configure-security-network-attachments).
 * Peering, the other way to attach jobs, does not reach Cloud SQL, since it is not transitive.
 *
 * Google APIs are reached inside of Google's network, not through this one, and so is the internet unless the project is
 * in a VPC Service Controls perimeter: the rules here hold for private addresses, and in a perimeter for everything.
 */
export class PrivateTrainingCluster extends pulumi.ComponentResource {
  /** Resource name of the network attachment, for `pscInterfaceConfig`. It follows from the arguments: known at preview. */
  readonly networkAttachment: string;
  /** Machine of training steps that name none. */
  readonly machine: JobMachine;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network and machines.
   * @param opts Resource options.
   * @throws InvalidInputError when there is neither a range nor a subnet, or Vertex AI's jobs do not run on the machine.
   */
  constructor(name: string, args: PrivateTrainingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:PrivateTrainingCluster", name, {}, opts);
    const { project, region, cidr, clusterName = fit(name, MAX_NAME) } = args;
    checkArgs(args);
    this.machine = machineOf(args);
    const ready = cidr ? this.createSubnet(name, clusterName, cidr, args) : [];
    const subnet = cidr ? `projects/${project}/regions/${region}/subnetworks/${clusterName}` : args.subnetId!;
    new NetworkAttachment(
      name,
      {
        project,
        region,
        name: clusterName,
        description: "Machines of Vertex AI jobs",
        connectionPreference: "ACCEPT_MANUAL",
        subnetworks: [subnet],
      },
      // Vertex AI's agent adds Google's project with the machines to the list of those that are accepted.
      { parent: this, dependsOn: ready, ignoreChanges: ["producerAcceptLists"] },
    );
    this.networkAttachment = `projects/${project}/regions/${region}/networkAttachments/${clusterName}`;
    this.registerOutputs({ networkAttachment: this.networkAttachment });
  }

  private createSubnet(
    name: string,
    clusterName: string,
    cidr: string,
    { project, region, networkId, destinations = [] }: PrivateTrainingClusterArgs,
  ): pulumi.Resource[] {
    const subnet = new Subnetwork(
      `${name}-machines`,
      {
        project,
        region,
        name: clusterName,
        network: networkId,
        ipCidrRange: cidr,
        stackType: "IPV4_ONLY",
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 1, metadata: "INCLUDE_ALL_METADATA" },
      },
      { parent: this },
    );
    const place = { project, network: networkId, networkName: clusterName };
    const rules = Object.entries(rulesFor(cidr, destinations)).map(([part, rule]) =>
      createRule(`${name}-${part}`, part, place, rule, this),
    );
    return [subnet, ...rules];
  }
}

/** Denies everything to and from the range, but for the destinations. */
function rulesFor(cidr: string, destinations: ClusterDestinationArgs[]): Record<string, Omit<FirewallRule, "network">> {
  const deny = { denies: [{ protocol: "all" }], priority: DENY_PRIORITY };
  const allowed = destinations.map(({ name, address, port }) => [
    fit(`to-${name}`, MAX_NAME - 30),
    { ...allowEgress(pulumi.interpolate`${address}/32`, port), sourceRanges: [cidr] },
  ]);
  return {
    "deny-egress": { ...deny, direction: "EGRESS", sourceRanges: [cidr], destinationRanges: [EVERYWHERE] },
    "deny-ingress": { ...deny, direction: "INGRESS", sourceRanges: [EVERYWHERE], destinationRanges: [cidr] },
    ...Object.fromEntries(allowed),
  };
}

function checkArgs(args: PrivateTrainingClusterArgs): void {
  const problems = [...placeProblems(args), ...machineProblems(args)];
  if (problems.length > 0) throw new InvalidInputError("The training cluster", problems);
}

function placeProblems({ cidr, subnetId }: PrivateTrainingClusterArgs): Problem[] {
  if (cidr === undefined && subnetId !== undefined) return [];
  const range = parseCidr(cidr ?? "");
  if (range?.isPrivate && range.prefix <= SMALLEST_PREFIX) return [];
  const message = `give a private IPv4 range of /${SMALLEST_PREFIX} or larger, or the subnet that machines join`;
  return [{ path: "cidr", message }];
}

function machineProblems({ size = "medium", machineType, accelerator }: PrivateTrainingClusterArgs): Problem[] {
  const problems: Problem[] = [];
  const check = (path: string, value: string | undefined, known: readonly string[]) => {
    if (value === undefined || known.includes(value)) return;
    problems.push({ path, message: `"${value}" does not fit; use one of ${known.join(", ")}` });
  };
  check("size", size, SIZES);
  check("accelerator", accelerator, ACCELERATORS);
  if (machineType && !isJobMachine(machineType)) problems.push({ path: "machineType", message: NO_JOB_MACHINE });
  return problems;
}

function machineOf({ size = "medium", machineType, accelerator }: PrivateTrainingClusterArgs): JobMachine {
  return clusterMachine(size as Size, machineType, accelerator);
}

/** A cluster of the workspace: for all steps that name the same databases, so that no other step reaches them. */
export interface ClusterPlan {
  /** Short name: `jobs`, or `jobs-` and the names of the databases, with two hyphens between, which no name has. */
  name: string;
  /** Names of the databases that its machines reach, sorted. */
  databases: string[];
  /** Range of its subnet; absent in an existing network. */
  cidr?: string;
  /** Its steps. */
  steps: StepPlan[];
}

/** The clusters of a workspace with pipelines. The first reaches no database and also runs the pipelines' own tasks. */
export function planClusters(workspace: Workspace): ClusterPlan[] {
  const steps = planPipelines(workspace).flatMap((pipeline: PipelinePlan) => pipeline.steps);
  if (steps.length === 0) return [];
  const names = [...new Set(["", ...steps.map(databasesOf)])];
  return names.map((databases, index) => ({
    name: databases ? fit(`jobs-${databases.replaceAll(",", "--")}`, MAX_NAME - 24) : "jobs",
    databases: databases ? databases.split(",") : [],
    cidr: workspace.network.existing ? undefined : clusterRange(workspace.network.cidr ?? "", index),
    steps: steps.filter((step) => databasesOf(step) === databases),
  }));
}

/** How many machines a cluster's subnet has addresses for. */
export function machinesOf({ cidr }: ClusterPlan): number {
  return cidr ? 2 ** (32 - parseCidr(cidr)!.prefix) - RESERVED_ADDRESSES : Number.POSITIVE_INFINITY;
}

/** How many clusters a workspace's range has place for. */
export function maxClusters(networkCidr: string): number {
  const { whole, block } = clusterBlocks(networkCidr);
  return 2 ** (block - whole);
}

/** The range of the `index`-th cluster; undefined when there is no place for so many. */
function clusterRange(networkCidr: string, index: number): string | undefined {
  const { whole, block } = clusterBlocks(networkCidr);
  if (index >= maxClusters(networkCidr)) return undefined;
  return subnetOf(subnetOf(networkCidr, whole, JOBS_PART.index), block, index);
}

/** The jobs' part of the range, cut into up to eight blocks that are as large as possible. */
function clusterBlocks(networkCidr: string): { whole: number; block: number } {
  const whole = (parseCidr(networkCidr)?.prefix ?? 24) + JOBS_PART.bits;
  return { whole, block: Math.min(whole + 3, SMALLEST_PREFIX) };
}

function databasesOf(step: StepPlan): string {
  return [...step.spec.databases].sort().join(",");
}
