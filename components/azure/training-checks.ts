/** What Azure ML asks of clusters and pipelines, beyond the rules that hold on every cloud. */
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import type { PipelineSpec } from "../training-spec.ts";
import { ACCELERATORS } from "./machines.ts";

/** Problems of `training`. */
export function trainingProblems({ training }: Workspace): Problem[] {
  const { accelerator, machineType } = training.cluster;
  return [
    ...acceleratorProblems(accelerator, "training.cluster.accelerator"),
    ...machineProblems(machineType, "training.cluster.machineType"),
    ...training.pipelines.flatMap((pipeline, index) => azurePipelineProblems(pipeline, `training.pipelines[${index}]`)),
  ];
}

/** Problems of one pipeline. `path` is where it stands, empty for a pipeline by itself. */
export function azurePipelineProblems({ schedule, steps }: PipelineSpec, path: string): Problem[] {
  const at = (field: string) => (path ? `${path}.${field}` : field);
  const machines = steps.flatMap(({ machineType }, index) => {
    return machineProblems(machineType, at(`steps[${index}].machineType`));
  });
  return [...scheduleProblems(schedule, at("schedule")), ...machines];
}

/** Problems of an accelerator. */
export function acceleratorProblems(accelerator: string | undefined, path: string): Problem[] {
  if (!accelerator || accelerator in ACCELERATORS) return [];
  const known = Object.keys(ACCELERATORS).join(", ");
  return [{ path, message: `Azure ML has no machine with accelerator "${accelerator}"; use one of ${known}` }];
}

/**
 * Azure ML takes every day of month and every month, whatever these fields say, and would run far more often than asked:
 * https://learn.microsoft.com/azure/machine-learning/how-to-schedule-pipeline-job#create-a-time-based-schedule-with-cron-expression
 */
function scheduleProblems(schedule: string | undefined, path: string): Problem[] {
  if (!schedule) return [];
  const [, , day, month] = schedule.trim().split(/\s+/);
  if (day === "*" && month === "*") return [];
  const message = "Azure ML ignores day of month and month; write * for both, and use the day of week";
  return [{ path, message }];
}

function machineProblems(machineType: string | undefined, path: string): Problem[] {
  if (!machineType || /^Standard_/i.test(machineType)) return [];
  const message = `"${machineType}" is no Azure machine type; use one such as Standard_D2ds_v4`;
  return [{ path, message }];
}
