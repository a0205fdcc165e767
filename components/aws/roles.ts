/** What a workspace's execution roles may do besides using data: logs, metrics, images, network and Studio. */
import * as pulumi from "@pulumi/pulumi";
import * as actions from "./actions.ts";
import { providerImages } from "./images.ts";
import { keyUseStatements } from "./keys.ts";
import type { Statement } from "./policy.ts";
import { arn, type Target } from "./target.ts";

/** CloudWatch log groups that SageMaker creates for jobs. */
const JOB_LOGS = ["ProcessingJobs", "TrainingJobs", "TransformJobs"].map((kind) => `/aws/sagemaker/${kind}`);

/** CloudWatch log groups that SageMaker creates for notebooks. */
const NOTEBOOK_LOGS = ["/aws/sagemaker/NotebookInstances", "/aws/sagemaker/studio"];

/** What a job does while it runs. Streams of its log are named after the job. */
export function jobRuntimeStatements(target: Target, prefix: string): Statement[] {
  return [
    ...writeLogs(target, JOB_LOGS, `${prefix}-*`),
    {
      Sid: "WriteMetrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": JOB_LOGS } },
    },
    { Sid: "SignInToRegistry", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "PullImages",
      Effect: "Allow",
      Action: actions.PULL_IMAGES,
      Resource: [arn(target, "ecr", `repository/${prefix}-*`), ...providerImages(target)],
    },
  ];
}

/** What attaches a job to the workspace's subnets, and to no others. */
export function jobNetworkStatements(
  target: Target,
  subnetIds: pulumi.Input<string>[],
  securityGroupIds: pulumi.Input<string>[],
): Statement[] {
  const idArn = (kind: string) => (id: pulumi.Input<string>) =>
    typeof id === "string"
      ? arn(target, "ec2", `${kind}/${id}`)
      : pulumi.output(id).apply((known) => arn(target, "ec2", `${kind}/${known}`));
  const subnets = subnetIds.map(idArn("subnet"));
  const interfaces = arn(target, "ec2", "network-interface/*");
  return [
    {
      Sid: "CreateInterfaces",
      Effect: "Allow",
      Action: "ec2:CreateNetworkInterface",
      Resource: [interfaces, ...subnets, ...securityGroupIds.map(idArn("security-group"))],
    },
    {
      Sid: "UseOwnInterfaces",
      Effect: "Allow",
      Action: ["ec2:CreateNetworkInterfacePermission", ...actions.DELETE_INTERFACE],
      Resource: interfaces,
      Condition: { ArnEquals: { "ec2:Subnet": subnets } },
    },
    { Sid: "LookAtNetwork", Effect: "Allow", Action: actions.VIEW_NETWORK, Resource: "*" },
  ];
}

/**
 * What a person's notebooks and Studio applications do: write logs and run applications in the person's own private
 * spaces. `sagemaker:OwnerUserProfileArn` is that of the profile which owns the space.
 */
export function notebookRuntimeStatements(target: Target, profile: string): Statement[] {
  const own = {
    ArnLike: { "sagemaker:OwnerUserProfileArn": arn(target, "sagemaker", `user-profile/*/${profile}`) },
    StringEquals: { "sagemaker:SpaceSharingType": "Private" },
  };
  const spaces = arn(target, "sagemaker", `space/*/${profile}*`);
  const apps = ["CodeEditor", "JupyterLab", "codeeditor", "jupyterlab"].map((kind) =>
    arn(target, "sagemaker", `app/*/${profile}*/${kind}/*`),
  );
  const domains = arn(target, "sagemaker", "domain/*");
  const profiles = arn(target, "sagemaker", `user-profile/*/${profile}`);
  return [
    ...writeLogs(target, NOTEBOOK_LOGS, "*"),
    { Sid: "RunOwnApps", Effect: "Allow", Action: actions.OWN_STUDIO, Resource: [spaces, ...apps], Condition: own },
    {
      Sid: "SeeOwnStudio",
      Effect: "Allow",
      Action: actions.VIEW_STUDIO,
      Resource: [domains, profiles, spaces, ...apps],
    },
    {
      Sid: "TagNewApps",
      Effect: "Allow",
      Action: actions.TAG_NEW,
      Resource: [spaces, ...apps],
      Condition: { Null: { "sagemaker:TaggingAction": "false" } },
    },
  ];
}

/** Reads from the private package mirror. The token of STS is good for CodeArtifact only. */
export function packageStatements(target: Target, domain: string, repository: string): Statement[] {
  return [
    {
      Sid: "GetPackageToken",
      Effect: "Allow",
      Action: "codeartifact:GetAuthorizationToken",
      Resource: arn(target, "codeartifact", `domain/${domain}`),
    },
    {
      Sid: "ReadPackages",
      Effect: "Allow",
      Action: actions.READ_PACKAGES,
      Resource: arn(target, "codeartifact", `repository/${domain}/${repository}`),
    },
    {
      Sid: "UsePackageToken",
      Effect: "Allow",
      Action: "sts:GetServiceBearerToken",
      Resource: "*",
      Condition: { StringEquals: { "sts:AWSServiceName": "codeartifact.amazonaws.com" } },
    },
  ];
}

/** Use of the volume key, and no key but the workspace's for what is written to S3. */
export function keyPinStatements(
  target: Target,
  volumeKey: pulumi.Input<string>,
  uploadKeys: pulumi.Input<string>[],
): Statement[] {
  const header = "s3:x-amz-server-side-encryption-aws-kms-key-id";
  return [
    ...keyUseStatements(target, "VolumeKey", [volumeKey], "volume"),
    {
      Sid: "DenyOtherUploadKeys",
      Effect: "Deny",
      Action: "s3:PutObject",
      Resource: "*",
      Condition: { ArnNotEquals: { [header]: uploadKeys }, Null: { [header]: "false" } },
    },
  ];
}

/** Credentials that leave the network are worth nothing: data answers only inside it. */
export function insideNetworkStatement(vpcId: pulumi.Input<string>): Statement {
  return {
    Sid: "DenyDataFromOutside",
    Effect: "Deny",
    Action: [...actions.S3_READ_OBJECTS, ...actions.S3_WRITE_OBJECTS, "s3:ListBucket"],
    Resource: "*",
    Condition: { StringNotEquals: { "aws:SourceVpc": vpcId }, BoolIfExists: { "aws:ViaAWSService": "false" } },
  };
}

/** Everything that some role of a workspace may do: the limit of its permissions boundary. */
export const ROLE_ACTIONS = [
  ...actions.S3_LIST,
  ...actions.S3_READ_OBJECTS,
  ...actions.S3_WRITE_OBJECTS,
  ...actions.KMS_DECRYPT,
  ...actions.KMS_ENCRYPT,
  ...actions.KMS_VOLUME,
  ...Object.keys(actions.LAUNCH),
  ...actions.FOLLOW_JOBS,
  ...actions.STOP_JOBS,
  ...actions.DELETE_MODEL,
  ...actions.TAG_NEW,
  ...actions.LIST_SAGEMAKER,
  ...actions.VIEW_STUDIO,
  ...actions.OWN_STUDIO,
  ...actions.PRESIGN,
  ...actions.RUN_NOTEBOOK,
  ...actions.INVOKE,
  ...actions.WRITE_LOGS,
  ...actions.READ_LOGS,
  ...actions.PULL_IMAGES,
  ...actions.CREATE_INTERFACE,
  ...actions.DELETE_INTERFACE,
  ...actions.VIEW_NETWORK,
  ...actions.READ_PACKAGES,
  ...actions.PACKAGE_TOKEN,
  "cloudwatch:PutMetricData",
  "ecr:GetAuthorizationToken",
];

function writeLogs(target: Target, groups: string[], streams: string): Statement[] {
  const groupArns = groups.map((group) => arn(target, "logs", `log-group:${group}`));
  return [
    {
      Sid: "PrepareLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
      Resource: groupArns,
    },
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: groupArns.map((group) => `${group}:log-stream:${streams}`),
    },
  ];
}

/** Log groups of jobs. */
export function jobLogGroups(target: Target): string[] {
  return JOB_LOGS.map((group) => arn(target, "logs", `log-group:${group}`));
}

/** Log groups of notebooks. */
export function notebookLogGroups(target: Target): string[] {
  return NOTEBOOK_LOGS.map((group) => arn(target, "logs", `log-group:${group}`));
}
