/** When pipelines run by themselves. */
import { Role } from "@pulumi/aws/iam/role.js";
import { Schedule } from "@pulumi/aws/scheduler/schedule.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { KMS_DECRYPT } from "./actions.ts";
import { grant } from "./identities.ts";
import { LIMITS } from "./names.ts";
import { policyDocument, type Statement } from "./policy.ts";
import { arn, type Target } from "./target.ts";

/** When a pipeline runs. */
export interface PipelineScheduleArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the pipeline. */
  region: string;
  /** Name of the pipeline; the names of schedule and role begin with it. */
  pipelineName: string;
  /** Five cron fields in UTC. */
  schedule: string;
  /** ARN of the pipeline. */
  pipelineArn: pulumi.Input<string>;
  /** ARN of the customer-managed key that encrypts the schedule. */
  keyArn: pulumi.Input<string>;
  /**
   * ARN of the permissions boundary of its role.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/** An EventBridge schedule with a role that may start the one pipeline. */
export class PipelineSchedule extends pulumi.ComponentResource {
  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Pipeline, time and key.
   * @param opts Resource options.
   */
  constructor(name: string, args: PipelineScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:PipelineSchedule", name, {}, opts);
    const scheduleName = fit(args.pipelineName, LIMITS.schedule);
    const role = new Role(
      `${name}-role`,
      {
        name: scheduleRoleName(args.pipelineName),
        description: "Starts a pipeline by its schedule",
        assumeRolePolicy: policyDocument([schedulerTrust(args)]),
        permissionsBoundary: args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    const grants = grant(name, role.name, scheduleStatements(args, scheduleName), this);
    new Schedule(
      `${name}-schedule`,
      {
        name: scheduleName,
        groupName: GROUP,
        scheduleExpression: eventBridgeCron(args.schedule),
        scheduleExpressionTimezone: "UTC",
        flexibleTimeWindow: { mode: "OFF" },
        kmsKeyArn: args.keyArn,
        target: {
          arn: args.pipelineArn,
          roleArn: role.arn,
          retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 3 },
        },
      },
      { parent: this, dependsOn: grants },
    );
    this.registerOutputs({});
  }
}

/** Name of the role that starts a pipeline by its schedule. */
export function scheduleRoleName(pipelineName: string): string {
  return fit(`${pipelineName}-schedule`, LIMITS.role);
}

/** The group that schedules are in when no other is made. */
const GROUP = "default";

/** Who may assume the role: the scheduler, for this account's schedules (user guide, "Confused deputy prevention"). */
function schedulerTrust(target: Target): Statement {
  return {
    Sid: "SchedulerOfThisAccount",
    Effect: "Allow",
    Principal: { Service: "scheduler.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      ArnLike: { "aws:SourceArn": arn(target, "scheduler", `schedule-group/${GROUP}`) },
      StringEquals: { "aws:SourceAccount": target.accountId },
    },
  };
}

function scheduleStatements(args: PipelineScheduleArgs, scheduleName: string): Statement[] {
  const schedule = arn(args, "scheduler", `schedule/${GROUP}/${scheduleName}`);
  return [
    {
      Sid: "StartThePipeline",
      Effect: "Allow",
      Action: "sagemaker:StartPipelineExecution",
      Resource: arn(args, "sagemaker", `pipeline/${args.pipelineName}`),
    },
    {
      Sid: "ReadTheSchedule",
      Effect: "Allow",
      Action: KMS_DECRYPT,
      Resource: args.keyArn,
      Condition: { StringEquals: { "kms:EncryptionContext:aws:scheduler:schedule:arn": schedule } },
    },
  ];
}

/** Least and greatest number of each field: minute, hour, day of month, month, day of week. */
const RANGES: [least: number, greatest: number][] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];

/**
 * The five cron fields of a spec in EventBridge's terms: six fields, with `?` for the day that is left open, and days of
 * the week that begin with 1 on Sunday (EventBridge Scheduler user guide, "Cron-based schedules").
 */
export function eventBridgeCron(schedule: string): string {
  const fields = schedule.trim().split(/\s+/);
  const [minute, hour, day, month, weekday] = fields.map((field, index) => numbers(field, RANGES[index]!));
  const days = weekday && [...new Set(weekday.map((number) => (number % 7) + 1))].sort((a, b) => a - b);
  const text = (values: number[] | undefined) => values?.join(",") ?? "*";
  return `cron(${text(minute)} ${text(hour)} ${days ? "?" : text(day)} ${text(month)} ${days ? text(days) : "?"} *)`;
}

/** The numbers that a field stands for; nothing when it stands for all of them. */
function numbers(field: string, [least, greatest]: [least: number, greatest: number]): number[] | undefined {
  if (field === "*") return undefined;
  const all = field.split(",").flatMap((part) => {
    const [range, step = "1"] = part.split("/") as [string, string?];
    const [from, to = part.includes("/") ? greatest : from] =
      range === "*" ? [least, greatest] : range.split("-").map(Number);
    return Array.from(
      { length: Math.floor((to! - from!) / Number(step)) + 1 },
      (_, index) => from! + index * Number(step),
    );
  });
  return [...new Set(all)].sort((a, b) => a - b);
}
