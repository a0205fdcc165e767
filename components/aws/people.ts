/** What people may do with the roles that they assume: no data, only the doors to it. */
import type * as pulumi from "@pulumi/pulumi";
import * as actions from "./actions.ts";
import { secretKeyStatements } from "./keys.ts";
import type { Statement } from "./policy.ts";
import { jobLogGroups, notebookLogGroups, wholeLogGroup } from "./roles.ts";
import { secretArnPattern } from "./secrets.ts";
import { arn, type Target } from "./target.ts";

/** What belongs to one data scientist. */
export interface Belongings {
  /** Name of the Studio profile; a group has none. */
  profile?: string;
  /** Names of the notebook instances. */
  notebooks: string[];
}

/** Who may assume a person's role: exactly the principal of the spec. */
export function personTrust(principalArn: string): Statement {
  return {
    Sid: "ThePersonItself",
    Effect: "Allow",
    Principal: { AWS: principalArn },
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
  };
}

/** A data scientist opens what is his or her own, and reads the logs of the workspace's jobs. */
export function dataScientistStatements(target: Target, prefix: string, own: Belongings): Statement[] {
  const logs = jobLogGroups(target);
  const statements: Statement[] = [
    {
      Sid: "ReadJobLogs",
      Effect: "Allow",
      Action: "logs:GetLogEvents",
      Resource: logs.map((group) => `${group}:log-stream:${prefix}-*`),
    },
    { Sid: "FindJobLogs", Effect: "Allow", Action: "logs:DescribeLogStreams", Resource: logs.map(wholeLogGroup) },
  ];
  if (own.notebooks.length > 0) {
    statements.push({
      Sid: "OpenOwnNotebooks",
      Effect: "Allow",
      Action: [...actions.RUN_NOTEBOOK, "sagemaker:CreatePresignedNotebookInstanceUrl"],
      Resource: own.notebooks.map((name) => arn(target, "sagemaker", `notebook-instance/${name}`)),
    });
  }
  if (own.profile) {
    const profile = arn(target, "sagemaker", `user-profile/*/${own.profile}`);
    statements.push(
      { Sid: "OpenOwnStudio", Effect: "Allow", Action: "sagemaker:CreatePresignedDomainUrl", Resource: profile },
      {
        Sid: "SeeOwnProfile",
        Effect: "Allow",
        Action: ["sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"],
        Resource: [arn(target, "sagemaker", "domain/*"), profile],
      },
    );
  }
  return statements;
}

/**
 * Runs of the workspace's pipelines in their newest version, the one whose images the gate knows. Nobody who may start one
 * may change it, and its definition has no parameters. IAM cannot say that all steps are run (docs/aws.md).
 */
export function runPipelineStatements(target: Target, pipelines: string[]): Statement[] {
  const resources = pipelines.flatMap((name) => [`pipeline/${name}`, `pipeline/${name}/execution/*`]);
  return [
    {
      Sid: "RunPipelines",
      Effect: "Allow",
      Action: actions.RUN_PIPELINE,
      Resource: resources.map((resource) => arn(target, "sagemaker", resource)),
    },
    {
      Sid: "DenyOldVersions",
      Effect: "Deny",
      Action: "sagemaker:StartPipelineExecution",
      Resource: "*",
      Condition: { Null: { "sagemaker:PipelineVersionId": "false" } },
    },
  ];
}

/** What puts a value into a secret without reading one. Secrets Manager needs the key to encrypt the new version. */
export function writeSecretStatements(target: Target, secrets: string[], keyArn: pulumi.Input<string>): Statement[] {
  if (secrets.length === 0) return [];
  return [
    {
      Sid: "ReplaceSecrets",
      Effect: "Allow",
      Action: actions.WRITE_SECRET,
      Resource: secrets.map((name) => secretArnPattern(target, name)),
    },
    ...secretKeyStatements(target, keyArn, [...actions.KMS_DECRYPT, "kms:GenerateDataKey"]),
  ];
}

/**
 * Links work only through the workspace's own endpoints. SageMaker checks the policy again on every request that the
 * link opens, which then comes through the endpoints of Studio or of the notebooks (API reference,
 * CreatePresignedDomainUrl). A request from anywhere else carries no endpoint at all and is denied too.
 */
export function presignPinStatement(endpointIds: pulumi.Input<string>[]): Statement {
  return {
    Sid: "DenyLinksFromOutside",
    Effect: "Deny",
    Action: actions.PRESIGN,
    Resource: "*",
    Condition: { StringNotEquals: { "aws:SourceVpce": endpointIds } },
  };
}

/**
 * An operator starts, stops and repairs. Launching jobs, opening notebooks, changing what they run and reading job logs
 * are left out on purpose: each is a way to the data.
 */
export function operatorStatements(target: Target, prefix: string, jobPrefix: string, logPrefix: string): Statement[] {
  const named = (kinds: string[], name: string) => kinds.map((kind) => arn(target, "sagemaker", `${kind}/${name}`));
  const jobs = ["training-job", "processing-job", "hyper-parameter-tuning-job", "transform-job"];
  const groups = [...notebookLogGroups(target), arn(target, "logs", `log-group:${logPrefix}/*`)];
  return [
    {
      Sid: "StartAndStopNotebooks",
      Effect: "Allow",
      Action: actions.RUN_NOTEBOOK,
      Resource: named(["notebook-instance"], `${prefix}-*`),
    },
    {
      Sid: "FollowAndStopJobs",
      Effect: "Allow",
      Action: [...actions.FOLLOW_JOBS, ...actions.STOP_JOBS],
      Resource: named([...jobs, "model"], `${jobPrefix}-*`),
    },
    {
      Sid: "RepairStudio",
      Effect: "Allow",
      Action: [...actions.VIEW_STUDIO, "sagemaker:DeleteApp"],
      Resource: [...named(["domain"], "*"), ...named(["user-profile", "space", "app"], `*/${prefix}-*`)],
    },
    { Sid: "ListNames", Effect: "Allow", Action: actions.LIST_SAGEMAKER, Resource: "*" },
    {
      Sid: "ReadOperationLogs",
      Effect: "Allow",
      Action: "logs:GetLogEvents",
      Resource: groups.map((group) => `${group}:log-stream:*`),
    },
    {
      Sid: "FindOperationLogs",
      Effect: "Allow",
      Action: "logs:DescribeLogStreams",
      Resource: groups.map(wholeLogGroup),
    },
  ];
}
