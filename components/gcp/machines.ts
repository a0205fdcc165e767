import type { Size } from "../spec.ts";

/** Machine type for each cloud-neutral size. */
const MACHINE_TYPES: Record<Size, string> = {
  small: "e2-standard-4",
  medium: "n2-standard-8",
  large: "n2-standard-16",
  "gpu-small": "g2-standard-8",
  "gpu-large": "a2-highgpu-1g",
};

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
