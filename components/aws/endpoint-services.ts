/** Which services have a private endpoint in a workspace, and what each endpoint lets through. */
import * as actions from "./actions.ts";
import { KEY_ACTIONS } from "./keys.ts";
import type { Target } from "./target.ts";
import { dnsSuffixOf, partitionOf } from "./target.ts";

/** A service with an interface endpoint. */
export interface EndpointService {
  /** Short name, part of the endpoint's resource name. */
  name: string;
  /** Name of the service as PrivateLink knows it. */
  serviceName: string;
  /** What the endpoint lets through, on the perimeter's own resources. */
  actions: string[];
}

/** Everything that notebooks, jobs and people do through SageMaker's API. */
const SAGEMAKER_API = [
  ...Object.keys(actions.LAUNCH),
  ...actions.FOLLOW_JOBS,
  ...actions.STOP_JOBS,
  ...actions.LIST_SAGEMAKER,
  ...actions.VIEW_STUDIO,
  ...actions.OWN_STUDIO,
  ...actions.PRESIGN,
  ...actions.RUN_NOTEBOOK,
  ...actions.DELETE_MODEL,
  ...actions.RUN_PIPELINE,
  ...actions.TAG_NEW,
];

const FEATURE_STORE = [
  "sagemaker:BatchGetRecord",
  "sagemaker:DeleteRecord",
  "sagemaker:GetRecord",
  "sagemaker:PutRecord",
];

/** Studio's and the notebooks' own web addresses check the right to the link on every request. */
const STUDIO = ["sagemaker:CreateApp", "sagemaker:CreatePresignedDomainUrl"];

/**
 * The services of a workspace in one region. The list is what Studio, notebook instances and jobs need without any other
 * way out (SageMaker developer guide, "Connect Studio in a VPC"; research of public blueprints).
 * @param packages Whether the private package mirror is used.
 */
export function endpointServices({ region }: Target, packages: boolean): EndpointService[] {
  const aws = (name: string, allowed: string[], service = name) => ({
    name: name.replaceAll(".", "-"),
    serviceName: `${reverseSuffix(region)}.${region}.${service}`,
    actions: allowed,
  });
  const sagemaker = (name: string, allowed: string[]) => ({
    name: `sagemaker-${name}`,
    serviceName: `aws.sagemaker.${region}.${name}`,
    actions: allowed,
  });
  return [
    aws("sagemaker.api", SAGEMAKER_API),
    aws("sagemaker.runtime", actions.INVOKE),
    aws("sagemaker.featurestore-runtime", FEATURE_STORE),
    aws("sagemaker.metrics", ["sagemaker:BatchPutMetrics"]),
    sagemaker("studio", STUDIO),
    sagemaker("notebook", ["sagemaker:CreatePresignedNotebookInstanceUrl"]),
    aws("sts", ["sts:AssumeRole", "sts:GetCallerIdentity", ...(packages ? ["sts:GetServiceBearerToken"] : [])]),
    aws("kms", KEY_ACTIONS),
    aws("logs", [...actions.WRITE_LOGS, ...actions.READ_LOGS]),
    aws("monitoring", ["cloudwatch:PutMetricData"]),
    aws("ecr.api", ["ecr:GetAuthorizationToken", ...actions.PULL_IMAGES, ...actions.READ_IMAGE_FINDINGS]),
    aws("ecr.dkr", actions.PULL_IMAGES),
    aws("secretsmanager", [...actions.READ_SECRET, "secretsmanager:PutSecretValue"]),
    aws("ssm", [...actions.READ_PARAMETER, "ssm:GetParametersByPath"]),
    aws("elasticfilesystem", ["elasticfilesystem:DescribeMountTargets"]),
    aws("ec2", [...actions.CREATE_INTERFACE, ...actions.DELETE_INTERFACE, ...actions.VIEW_NETWORK]),
    ...(packages ? packageServices(aws) : []),
  ];
}

function packageServices(aws: (name: string, allowed: string[]) => EndpointService): EndpointService[] {
  return [
    aws("codeartifact.api", [...actions.READ_PACKAGES, "codeartifact:GetAuthorizationToken"]),
    aws("codeartifact.repositories", ["codeartifact:ReadFromRepository"]),
  ];
}

/** `com.amazonaws`, or `cn.com.amazonaws` in China, where PrivateLink turns the domain around. */
function reverseSuffix(region: string): string {
  if (partitionOf(region) === "aws-us-gov") return "com.amazonaws";
  return dnsSuffixOf(region).split(".").reverse().join(".");
}
