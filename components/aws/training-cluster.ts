/** Where training jobs run: their machines, and what the machines may reach. */
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import type { StepPlan } from "../pipelines.ts";
import { InvalidInputError, type Problem } from "../problems.ts";
import type { Size, Workspace } from "../spec.ts";

/** Machine types for the cloud-neutral sizes. */
const MACHINE_TYPES: Record<Size, string> = {
  small: "ml.m5.large",
  medium: "ml.m5.xlarge",
  large: "ml.m5.4xlarge",
  "gpu-small": "ml.g5.xlarge",
  "gpu-large": "ml.g5.12xlarge",
};

/** Smallest machine types with each accelerator. */
const ACCELERATORS: Record<string, string> = {
  t4: "ml.g4dn.xlarge",
  l4: "ml.g6.xlarge",
  a100: "ml.p4d.24xlarge",
  h100: "ml.p5.48xlarge",
};

/** Machine type of training steps that name none. */
export const DEFAULT_MACHINE_TYPE = MACHINE_TYPES.medium;

/** Where training jobs run. */
export interface PrivateTrainingClusterArgs {
  /** Name that the security group's name begins with. */
  clusterName: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Security group of the private endpoints of AWS services. */
  endpointSecurityGroupId: pulumi.Input<string>;
  /**
   * Id of the prefix list of the S3 gateway endpoint.
   * @default none: jobs reach S3 by a way of the network's own
   */
  storagePrefixListId?: pulumi.Input<string>;
  /**
   * Whether jobs may open TLS connections to addresses outside, which the network's firewall then judges.
   * @default false
   */
  outbound?: boolean;
  /**
   * Cloud-neutral size of a machine: `small`, `medium`, `large`, `gpu-small` or `gpu-large`.
   * @default "medium"
   */
  size?: string;
  /**
   * Exact machine type, such as `ml.m5.xlarge`. Overrides `size`.
   * @default that of `size`
   */
  machineType?: string;
  /**
   * Accelerator of each machine: `t4`, `l4`, `a100` or `h100`. It decides the machine type.
   * @default none
   */
  accelerator?: string;
}

/**
 * The machines of training jobs. On SageMaker machines come and go with each job, so the cluster is what they are attached
 * to: a security group that reaches the private endpoints and its own kind. Machines have no address that anybody could
 * sign in to.
 */
export class PrivateTrainingCluster extends pulumi.ComponentResource {
  /** Security group of the jobs. */
  readonly securityGroupId: pulumi.Output<string>;
  /** Machine type of training steps. */
  readonly machineType: string;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network and machines.
   * @param opts Resource options.
   * @throws InvalidInputError when there is no such size or accelerator.
   */
  constructor(name: string, args: PrivateTrainingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const problems = argumentProblems(args);
    if (problems.length > 0) throw new InvalidInputError(`The training cluster ${name}`, problems);
    super("secure-ml-workspace:aws:PrivateTrainingCluster", name, {}, opts);
    const label = fit(`${args.clusterName}-jobs`, 255);
    const settings = { name: label, description: "Jobs of pipelines", vpcId: args.vpcId, tags: { Name: label } };
    const jobs = new SecurityGroup(`${name}-jobs`, settings, { parent: this });
    this.allowAmongJobs(name, jobs.id);
    this.allowToServices(name, jobs.id, args);
    this.securityGroupId = jobs.id;
    this.machineType = clusterMachineType(args);
    this.registerOutputs({ securityGroupId: this.securityGroupId, machineType: this.machineType });
  }

  /** Distributed training, and the two protocols that encrypt it (SageMaker developer guide, "Protect communications"). */
  private allowAmongJobs(name: string, group: pulumi.Output<string>): void {
    const traffic = [
      { kind: "training", ipProtocol: "tcp", fromPort: 7000, toPort: 65535, description: "Distributed training" },
      { kind: "ike", ipProtocol: "udp", fromPort: 500, toPort: 500, description: "Encrypted training: key exchange" },
      { kind: "esp", ipProtocol: "50", description: "Encrypted training: payload" },
    ];
    for (const { kind, ...rule } of traffic) {
      const ends = { securityGroupId: group, referencedSecurityGroupId: group, ...rule };
      new SecurityGroupIngressRule(`${name}-from-jobs-${kind}`, ends, { parent: this });
      new SecurityGroupEgressRule(`${name}-to-jobs-${kind}`, ends, { parent: this });
    }
  }

  private allowToServices(name: string, jobs: pulumi.Output<string>, args: PrivateTrainingClusterArgs): void {
    const https = { ipProtocol: "tcp", fromPort: 443, toPort: 443 };
    const endpoints = args.endpointSecurityGroupId;
    const allow = (kind: string, to: object, description: string) =>
      new SecurityGroupEgressRule(
        `${name}-to-${kind}`,
        { securityGroupId: jobs, ...to, ...https, description },
        { parent: this },
      );
    allow("endpoints", { referencedSecurityGroupId: endpoints }, "AWS services through their private endpoints");
    new SecurityGroupIngressRule(
      `${name}-endpoints-from-jobs`,
      { securityGroupId: endpoints, referencedSecurityGroupId: jobs, ...https, description: "Jobs of pipelines" },
      { parent: this },
    );
    const { storagePrefixListId: prefixListId } = args;
    if (prefixListId) allow("s3", { prefixListId }, "S3 through its gateway endpoint");
    if (args.outbound) allow("firewall", { cidrIpv4: "0.0.0.0/0" }, "Approved hosts through the firewall");
  }
}

function argumentProblems({ size, accelerator }: PrivateTrainingClusterArgs): Problem[] {
  const unknown = (path: string, value: string | undefined, known: object): Problem[] =>
    value === undefined || value in known
      ? []
      : [{ path, message: `"${value}" does not exist; use one of ${Object.keys(known).join(", ")}` }];
  return [...unknown("size", size, MACHINE_TYPES), ...unknown("accelerator", accelerator, ACCELERATORS)];
}

/** Machine type of training steps. */
function clusterMachineType({ machineType, accelerator, size }: PrivateTrainingClusterArgs): string {
  if (accelerator) return ACCELERATORS[accelerator]!;
  return machineType ?? (size ? MACHINE_TYPES[size as Size] : DEFAULT_MACHINE_TYPE);
}

/** Machine type of a step; `training` is that of the cluster. */
export function stepMachineType({ spec }: StepPlan, training: string): string {
  if (spec.machineType) return spec.machineType;
  if (spec.size) return MACHINE_TYPES[spec.size];
  return spec.kind === "training" ? training : MACHINE_TYPES.small;
}

/** Machine types of the spec that are none of SageMaker's. */
export function machineProblems({ training }: Workspace): Problem[] {
  const named = [
    { path: "training.cluster.machineType", machineType: training.cluster.machineType },
    ...training.pipelines.flatMap((pipeline, index) =>
      pipeline.steps.map((step, position) => ({
        path: `training.pipelines[${index}].steps[${position}].machineType`,
        machineType: step.machineType,
      })),
    ),
  ];
  return named.flatMap(({ path, machineType }) => {
    if (!machineType || /^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(machineType)) return [];
    return [{ path, message: `"${machineType}" is no SageMaker machine type; use one such as ml.m5.xlarge` }];
  });
}
