import type { Size } from "../spec.ts";
import type { StepSpec } from "../training-spec.ts";

/** Machine type for each cloud-neutral size. */
const MACHINE_TYPES: Record<Size, string> = {
  small: "e2-standard-4",
  medium: "n2-standard-8",
  large: "n2-standard-16",
  "gpu-small": "g2-standard-8",
  "gpu-large": "a2-highgpu-1g",
};

/** Machine type for each accelerator of a training cluster. */
const ACCELERATED: Record<string, string> = {
  t4: "n1-standard-8",
  l4: "g2-standard-8",
  a100: "a2-highgpu-1g",
  h100: "a3-highgpu-1g",
};

/** Families of machines that Vertex AI's jobs run on (cloud.google.com/vertex-ai/docs/training/configure-compute). */
const JOB_FAMILIES = /^(a2|a3|a4|c2|c2d|c3|e2|g2|m1|n1|n2|n2d)-[a-z0-9]+(-[a-z0-9]+)?$/;

/** NVIDIA L4 accelerators of the g2 machine types that have more than one, by number of processors. */
const L4_COUNTS: Record<string, number> = { "24": 2, "48": 4, "96": 8 };

/** An accelerator in the Workbench API's words. */
export interface Accelerator {
  /** Type, such as `NVIDIA_L4`. */
  type: string;
  /** How many, as text. */
  coreCount: string;
}

/** The machine type of a size, or the exact one that is asked for. */
export function machineTypeOf(size: Size, machineType?: string): string {
  return machineType ?? MACHINE_TYPES[size];
}

/**
 * The accelerator that comes with an accelerator-optimized machine type, which Workbench wants to be named; undefined
 * for machines without one. Source: cloud.google.com/compute/docs/accelerator-optimized-machines.
 */
export function acceleratorOf(machineType: string): Accelerator | undefined {
  const [, family, size] = /^(g2-standard|a2-highgpu|a2-ultragpu|a3-highgpu)-(\d+)g?$/.exec(machineType) ?? [];
  if (!family || !size) return undefined;
  if (family === "g2-standard") return { type: "NVIDIA_L4", coreCount: String(L4_COUNTS[size] ?? 1) };
  const types: Record<string, string> = {
    "a2-highgpu": "NVIDIA_TESLA_A100",
    "a2-ultragpu": "NVIDIA_A100_80GB",
    "a3-highgpu": "NVIDIA_H100_80GB",
  };
  return { type: types[family] as string, coreCount: size };
}

/** The machine of a job's step. */
export interface JobMachine {
  /** Machine type. */
  machineType: string;
  /** Its accelerator; undefined for machines without one. */
  accelerator?: Accelerator;
  /** Whether Google lends the machine only when one is free (Flex-start), unless it is a spare one. */
  flexStart: boolean;
}

/** The machine of a step: its own, that of the cluster for a training step, or a small one. */
export function jobMachine({ kind, size, machineType }: StepSpec, cluster: JobMachine): JobMachine {
  if (kind === "training" && !size && !machineType) return cluster;
  return ofMachineType(machineTypeOf(size ?? "small", machineType));
}

/** The machine of training steps that name none: by its accelerator, its exact type or its size. */
export function clusterMachine(size: Size, machineType?: string, accelerator?: string): JobMachine {
  return accelerator ? acceleratedMachine(accelerator) : ofMachineType(machineTypeOf(size, machineType));
}

/** What is wrong with a machine type of another cloud, or one that only other services have. */
export const NO_JOB_MACHINE = "Vertex AI's jobs have no such machine; use one such as n2-standard-8 or g2-standard-8";

/** Whether Vertex AI's jobs can run on a machine type. */
export function isJobMachine(machineType: string): boolean {
  return JOB_FAMILIES.test(machineType);
}

function acceleratedMachine(accelerator: string): JobMachine {
  const machine = ofMachineType(ACCELERATED[accelerator] as string);
  // The only one that comes without an accelerator of its own, so that it is attached.
  return accelerator === "t4" ? { ...machine, accelerator: { type: "NVIDIA_TESLA_T4", coreCount: "1" } } : machine;
}

function ofMachineType(machineType: string): JobMachine {
  // Machines with a part of the eight H100 of a host are lent as spare ones or by Flex-start only.
  return { machineType, accelerator: acceleratorOf(machineType), flexStart: /^a3-highgpu-[124]g$/.test(machineType) };
}
