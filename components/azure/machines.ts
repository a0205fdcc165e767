/** Machine types by size and by accelerator, and the disk that each has. */
import type { Size } from "../spec.ts";

/** Machine types by size: https://learn.microsoft.com/azure/machine-learning/concept-compute-target#supported-vm-series-and-sizes */
export const MACHINE_TYPES: Record<Size, string> = {
  small: "Standard_D2ds_v4",
  medium: "Standard_D4ds_v4",
  large: "Standard_D16ds_v4",
  "gpu-small": "Standard_NC4as_T4_v3",
  "gpu-large": "Standard_NC24ads_A100_v4",
};

/** Machine types by accelerator. Azure ML has no machine with an L4. */
export const ACCELERATORS: Record<string, string> = {
  t4: "Standard_NC4as_T4_v3",
  a100: "Standard_NC24ads_A100_v4",
  h100: "Standard_NC40ads_H100_v5",
};

/** Disk for data of the machine types above, in GB: https://learn.microsoft.com/azure/virtual-machines/sizes */
export const DISK_GB: Record<string, number> = {
  Standard_D2ds_v4: 75,
  Standard_D4ds_v4: 150,
  Standard_D16ds_v4: 600,
  Standard_NC4as_T4_v3: 176,
  Standard_NC24ads_A100_v4: 64,
  Standard_NC40ads_H100_v5: 128,
};
