/**
 * Every AWS action that something in a workspace may do, by purpose and without wildcards. Grants, endpoint policies and
 * the permissions boundary are made from these lists, so that an endpoint lets through what some identity may do and no more.
 */

/** Read the objects of a bucket. */
export const S3_READ_OBJECTS = ["s3:GetObject", "s3:GetObjectVersion"];

/** See what a bucket holds. */
export const S3_LIST = ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"];

/** Add, replace and remove objects. Versions are never removed by a workload: versioning is what undoes a mistake. */
export const S3_WRITE_OBJECTS = [
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];

/** Read what a key has encrypted. */
export const KMS_DECRYPT = ["kms:Decrypt"];

/** Encrypt with a key. */
export const KMS_ENCRYPT = ["kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"];

/** Let a service encrypt a volume with a key. */
export const KMS_VOLUME = ["kms:CreateGrant", "kms:DescribeKey"];

/** Start a job or register a model for one. Each action with the resource type that it creates. */
export const LAUNCH: Record<string, string> = {
  "sagemaker:CreateTrainingJob": "training-job",
  "sagemaker:CreateProcessingJob": "processing-job",
  "sagemaker:CreateHyperParameterTuningJob": "hyper-parameter-tuning-job",
  "sagemaker:CreateTransformJob": "transform-job",
  "sagemaker:CreateModel": "model",
};

/** Follow jobs. */
export const FOLLOW_JOBS = [
  "sagemaker:DescribeTrainingJob",
  "sagemaker:DescribeProcessingJob",
  "sagemaker:DescribeHyperParameterTuningJob",
  "sagemaker:DescribeTransformJob",
  "sagemaker:DescribeModel",
  "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
];

/** End jobs. */
export const STOP_JOBS = [
  "sagemaker:StopTrainingJob",
  "sagemaker:StopProcessingJob",
  "sagemaker:StopHyperParameterTuningJob",
  "sagemaker:StopTransformJob",
];

/** Remove a model. */
export const DELETE_MODEL = ["sagemaker:DeleteModel"];

/** Put tags on what is being created; existing things keep their tags. */
export const TAG_NEW = ["sagemaker:AddTags"];

/** Lists that IAM cannot restrict to single resources. They show names and states, no data. */
export const LIST_SAGEMAKER = [
  "sagemaker:ListTrainingJobs",
  "sagemaker:ListProcessingJobs",
  "sagemaker:ListHyperParameterTuningJobs",
  "sagemaker:ListTransformJobs",
  "sagemaker:ListModels",
  "sagemaker:ListNotebookInstances",
  "sagemaker:ListDomains",
  "sagemaker:ListUserProfiles",
  "sagemaker:ListSpaces",
  "sagemaker:ListApps",
];

/** Look at the Studio domain and what belongs to a profile. */
export const VIEW_STUDIO = [
  "sagemaker:DescribeDomain",
  "sagemaker:DescribeUserProfile",
  "sagemaker:DescribeSpace",
  "sagemaker:DescribeApp",
];

/** Run applications in one's own private spaces. */
export const OWN_STUDIO = [
  "sagemaker:CreateApp",
  "sagemaker:DeleteApp",
  "sagemaker:CreateSpace",
  "sagemaker:UpdateSpace",
  "sagemaker:DeleteSpace",
];

/** Get a link that signs in to Studio or to a notebook instance. */
export const PRESIGN = ["sagemaker:CreatePresignedDomainUrl", "sagemaker:CreatePresignedNotebookInstanceUrl"];

/** Look at, start and stop a notebook instance. */
export const RUN_NOTEBOOK = [
  "sagemaker:DescribeNotebookInstance",
  "sagemaker:StartNotebookInstance",
  "sagemaker:StopNotebookInstance",
];

/** Write logs. */
export const WRITE_LOGS = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
];

/** Read logs. */
export const READ_LOGS = ["logs:DescribeLogStreams", "logs:GetLogEvents"];

/** Read container images. */
export const PULL_IMAGES = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/** Attach a job to the workspace's network. */
export const CREATE_INTERFACE = ["ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission"];

/** Detach a job from the workspace's network. */
export const DELETE_INTERFACE = ["ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"];

/** Look-ups that SageMaker makes before it attaches a job; IAM cannot restrict them to single resources. */
export const VIEW_NETWORK = [
  "ec2:DescribeDhcpOptions",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
];

/** Install packages from the private mirror. */
export const READ_PACKAGES = [
  "codeartifact:DescribeRepository",
  "codeartifact:GetRepositoryEndpoint",
  "codeartifact:ListPackages",
  "codeartifact:ReadFromRepository",
];

/** Read the value of a secret. */
export const READ_SECRET = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];

/** Replace the value of a secret without being able to read it. */
export const WRITE_SECRET = ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue"];

/** Read a parameter. */
export const READ_PARAMETER = ["ssm:GetParameter", "ssm:GetParameters"];

/** Sign in to a database as oneself. */
export const CONNECT_DATABASE = ["rds-db:connect"];

/** Read what the scan of an image found. */
export const READ_IMAGE_FINDINGS = ["ecr:DescribeImageScanFindings"];

/** Start, stop and follow the runs of a pipeline, all of them as the pipeline says: none of these changes it. */
export const RUN_PIPELINE = [
  "sagemaker:DescribePipeline",
  "sagemaker:DescribePipelineDefinitionForExecution",
  "sagemaker:DescribePipelineExecution",
  "sagemaker:ListPipelineExecutionSteps",
  "sagemaker:ListPipelineExecutions",
  "sagemaker:RetryPipelineExecution",
  "sagemaker:StartPipelineExecution",
  "sagemaker:StopPipelineExecution",
];

/** Put a model into the registry. Approving it is a right of its own. */
export const REGISTER_MODEL = ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"];

/** Run a function. */
export const INVOKE_FUNCTION = ["lambda:InvokeFunction"];

/** Attach a function to the workspace's network. */
export const ATTACH_FUNCTION = ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"];

/** Use an endpoint that the workspace serves. */
export const INVOKE = ["sagemaker:InvokeEndpoint"];

/**
 * Actions that IAM cannot restrict to a resource. Conditions on the resource's owner would never match them, and would
 * therefore deny them always.
 */
export const WITHOUT_RESOURCE = [
  ...LIST_SAGEMAKER,
  ...VIEW_NETWORK,
  "cloudwatch:PutMetricData",
  "ecr:GetAuthorizationToken",
  "sts:GetCallerIdentity",
  "sts:GetServiceBearerToken",
];

/** Get the mirror's token. `sts:GetServiceBearerToken` is granted for CodeArtifact only. */
export const PACKAGE_TOKEN = ["codeartifact:GetAuthorizationToken", "sts:GetServiceBearerToken"];
