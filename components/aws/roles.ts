/** What a workspace's execution roles may do besides using data: logs, metrics, images, network and Studio. */
import * as pulumi from "@pulumi/pulumi";
import * as actions from "./actions.ts";
import type { DataAccessArgs } from "./identities.ts";
import { providerImages } from "./images.ts";
import { keyUseStatements } from "./keys.ts";
import type { Statement } from "./policy.ts";
import { arn, bucketPath, type Target } from "./target.ts";

/** CloudWatch log groups that SageMaker creates for jobs. */
const JOB_LOGS = ["ProcessingJobs", "TrainingJobs", "TransformJobs"].map((kind) => `/aws/sagemaker/${kind}`);

/** CloudWatch log groups that SageMaker creates for notebooks. */
const NOTEBOOK_LOGS = ["/aws/sagemaker/NotebookInstances", "/aws/sagemaker/studio"];

/**
 * What a job does while it runs. Streams of its log are named after the job.
 * @param prefix Beginning of the job's name.
 * @param repositories ARNs of the repositories that its image may come from. Default: the workspace's and the provider's.
 */
export function jobRuntimeStatements(
  target: Target,
  prefix: string,
  repositories: string[] = [arn(target, "ecr", `repository/${prefix}-*`), ...providerImages(target)],
): Statement[] {
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
      Resource: repositories,
    },
  ];
}

/** The subnets and security groups to which something may be attached. */
export interface Attachment {
  /** Ids of the subnets. */
  subnetIds: pulumi.Input<string>[];
  /** Ids of the security groups. */
  securityGroupIds: pulumi.Input<string>[];
}

/** What attaches a job to the workspace's subnets, and to no others. */
export function jobNetworkStatements(target: Target, place: Attachment): Statement[] {
  return [
    ...createInterfaceStatements(target, place),
    deleteInterfaceStatement(target, place, ["ec2:CreateNetworkInterfacePermission"]),
  ];
}

/** What detaches something from the workspace's subnets, and other actions on the interfaces in them. */
export function deleteInterfaceStatement(target: Target, place: Attachment, others: string[]): Statement {
  return {
    Sid: "UseOwnInterfaces",
    Effect: "Allow",
    Action: [...others, ...actions.DELETE_INTERFACE],
    Resource: arn(target, "ec2", "network-interface/*"),
    Condition: { ArnEquals: { "ec2:Subnet": place.subnetIds.map(subnetArn(target)) } },
  };
}

/**
 * What starting a notebook takes besides the right to start it: SageMaker hands over the role and attaches network and
 * disk in the name of whoever starts it (SageMaker developer guide, "API Permissions Reference", StartNotebookInstance).
 */
export function startNotebookStatements(
  target: Target,
  notebookRoleArns: string[],
  volumeKey: pulumi.Input<string>,
  place: Attachment,
): Statement[] {
  return [
    passRoleStatement("PassNotebookRoles", notebookRoleArns),
    ...createInterfaceStatements(target, place),
    ...keyUseStatements(target, "VolumeKey", [volumeKey], "volume"),
  ];
}

/** The right to hand roles to SageMaker, and to no other service. */
export function passRoleStatement(sid: string, roleArns: string[]): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: "iam:PassRole",
    Resource: roleArns,
    Condition: { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } },
  };
}

/** What attaches something to the workspace's subnets with its security groups. */
export function createInterfaceStatements(target: Target, { subnetIds, securityGroupIds }: Attachment): Statement[] {
  const subnets = subnetIds.map(subnetArn(target));
  const groups = securityGroupIds.map(ec2Arn(target, "security-group"));
  return [
    {
      Sid: "CreateInterfaces",
      Effect: "Allow",
      Action: "ec2:CreateNetworkInterface",
      Resource: [arn(target, "ec2", "network-interface/*"), ...subnets, ...groups],
    },
    { Sid: "LookAtNetwork", Effect: "Allow", Action: actions.VIEW_NETWORK, Resource: "*" },
  ];
}

/** ARN of a subnet. Its id is unique; its owner may be the network account that shares it. */
function subnetArn(target: Target) {
  return ec2Arn({ ...target, accountId: "*" }, "subnet");
}

/** ARN of something of EC2 by its id. Plain text stays plain. */
function ec2Arn(target: Target, kind: string) {
  const arnOf = (id: string) => arn(target, "ec2", `${kind}/${id}`);
  return (id: pulumi.Input<string>) => (typeof id === "string" ? arnOf(id) : pulumi.output(id).apply(arnOf));
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

/**
 * What the steps of pipelines wrote is theirs alone: whoever could replace it between two steps would choose the model
 * that is registered.
 */
export function pipelineFolderStatements(target: Target, folders: DataAccessArgs[]): Statement[] {
  if (folders.length === 0) return [];
  const resources = folders.map(({ bucket, prefix }) => bucketPath(target, bucket, `/${prefix}*`));
  return [{ Sid: "DenyPipelineFolders", Effect: "Deny", Action: actions.S3_WRITE_OBJECTS, Resource: resources }];
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
  ...actions.RUN_PIPELINE,
  ...actions.REGISTER_MODEL,
  ...actions.INVOKE_FUNCTION,
  ...actions.READ_SECRET,
  ...actions.WRITE_SECRET,
  ...actions.READ_PARAMETER,
  ...actions.READ_IMAGE_FINDINGS,
  ...actions.ATTACH_FUNCTION,
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
      Resource: groupArns.map(wholeLogGroup),
    },
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: groupArns.map((group) => `${group}:log-stream:${streams}`),
    },
  ];
}

/**
 * A log group as actions on groups name it in a policy: with `:*`. Without it CreateLogGroup and DescribeLogStreams are
 * never allowed (CloudWatch Logs user guide, "CloudWatch Logs resources and operations").
 */
export function wholeLogGroup(groupArn: string): string {
  return `${groupArn}:*`;
}

/** Log groups of jobs. */
export function jobLogGroups(target: Target): string[] {
  return JOB_LOGS.map((group) => arn(target, "logs", `log-group:${group}`));
}

/** Log groups of notebooks. */
export function notebookLogGroups(target: Target): string[] {
  return NOTEBOOK_LOGS.map((group) => arn(target, "logs", `log-group:${group}`));
}
