/** Settings that leave no choice: what remediation may set, by control and type. */
import type { Scalar } from "./findings.ts";

/** One property and what it is set to. `[]` in the path means each element of a list. */
export interface Fix {
  path: string;
  value: Scalar;
}

const set = (path: string, value: Scalar): Fix[] => [{ path, value }];

/**
 * A policy at enforcement level `remediate` sets these where its control is violated, and Pulumi says so. A control that
 * is not here needs a decision (which key, which network, which image), and then `remediate` counts as `mandatory`.
 */
export const fixes: Record<string, Record<string, Fix[]>> = {
  "notebook-no-direct-internet": {
    "aws:sagemaker/notebookInstance:NotebookInstance": set("directInternetAccess", "Disabled"),
    "gcp:colab/runtimeTemplate:RuntimeTemplate": set("networkSpec.enableInternetAccess", false),
    "azure:machinelearning/computeCluster:ComputeCluster": set("nodePublicIpEnabled", false),
    "azure:machinelearning/computeInstance:ComputeInstance": set("nodePublicIpEnabled", false),
  },
  "notebook-root-disabled": {
    "aws:sagemaker/notebookInstance:NotebookInstance": set("rootAccess", "Disabled"),
  },
  "notebook-imdsv2": {
    "aws:sagemaker/notebookInstance:NotebookInstance": set(
      "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
      "2",
    ),
  },
  "compute-local-auth-disabled": {
    "azure-native:machinelearningservices:Compute": set("properties.disableLocalAuth", true),
    "azure:machinelearning/computeCluster:ComputeCluster": set("localAuthEnabled", false),
    "azure:machinelearning/computeInstance:ComputeInstance": set("localAuthEnabled", false),
  },
  "workspace-no-public-access": {
    "azure-native:machinelearningservices:Workspace": [
      ...set("publicNetworkAccess", "Disabled"),
      ...set("allowPublicAccessWhenBehindVnet", false),
    ],
    "azure:machinelearning/workspace:Workspace": set("publicNetworkAccessEnabled", false),
  },
  "workspace-no-v1-legacy-mode": {
    "azure-native:machinelearningservices:Workspace": set("v1LegacyMode", false),
    "azure:machinelearning/workspace:Workspace": set("v1LegacyModeEnabled", false),
  },
  "workspace-serverless-private": {
    "azure-native:machinelearningservices:Workspace": set(
      "serverlessComputeSettings.serverlessComputeNoPublicIP",
      true,
    ),
  },
  "job-network-isolation": {
    "aws:sagemaker/trainingJob:TrainingJob": set("enableNetworkIsolation", true),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": set(
      "networkConfig.enableNetworkIsolation",
      true,
    ),
  },
  "job-traffic-encrypted": {
    "aws:sagemaker/trainingJob:TrainingJob": set("enableInterContainerTrafficEncryption", true),
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition": set(
      "networkConfig.enableInterContainerTrafficEncryption",
      true,
    ),
  },
  "job-no-remote-debug": {
    "aws:sagemaker/trainingJob:TrainingJob": set("remoteDebugConfig.enableRemoteDebug", false),
  },
  "model-network-isolation": {
    "aws:sagemaker/model:Model": set("enableNetworkIsolation", true),
  },
  "model-registry-private-network": {
    "azure-native:machinelearningservices:Registry": set("publicNetworkAccess", "Disabled"),
  },
  "endpoint-private-network": {
    "azure-native:machinelearningservices:OnlineEndpoint": set("properties.publicNetworkAccess", "Disabled"),
  },
  "ai-service-no-public-access": {
    "azure-native:cognitiveservices:Account": set("properties.publicNetworkAccess", "Disabled"),
  },
  "ai-service-local-auth-disabled": {
    "azure-native:cognitiveservices:Account": set("properties.disableLocalAuth", true),
  },
  "storage-public-access-blocked": {
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
      ...set("blockPublicAcls", true),
      ...set("blockPublicPolicy", true),
      ...set("ignorePublicAcls", true),
      ...set("restrictPublicBuckets", true),
    ],
    "gcp:storage/bucket:Bucket": set("publicAccessPrevention", "enforced"),
    "azure-native:storage:StorageAccount": set("allowBlobPublicAccess", false),
    "azure-native:storage:BlobContainer": set("publicAccess", "None"),
  },
  "storage-no-access-lists": {
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": set("rule.objectOwnership", "BucketOwnerEnforced"),
    "gcp:storage/bucket:Bucket": set("uniformBucketLevelAccess", true),
  },
  "storage-no-shared-keys": {
    "azure-native:storage:StorageAccount": set("allowSharedKeyAccess", false),
  },
  "storage-no-local-users": {
    "azure-native:storage:StorageAccount": [...set("isLocalUserEnabled", false), ...set("isSftpEnabled", false)],
  },
  "key-rotation": {
    "aws:kms/key:Key": set("enableKeyRotation", true),
  },
  "key-vault-purge-protection": {
    "azure-native:keyvault:Vault": [
      ...set("properties.enablePurgeProtection", true),
      ...set("properties.enableSoftDelete", true),
    ],
  },
  "key-vault-rbac": {
    "azure-native:keyvault:Vault": set("properties.enableRbacAuthorization", true),
  },
  "registry-no-public-access": {
    "azure-native:containerregistry:Registry": set("anonymousPullEnabled", false),
  },
  "registry-no-shared-credentials": {
    "azure-native:containerregistry:Registry": set("adminUserEnabled", false),
  },
  "registry-scanning": {
    "aws:ecr/repository:Repository": set("imageScanningConfiguration.scanOnPush", true),
  },
  "registry-immutable-tags": {
    "aws:ecr/repository:Repository": set("imageTagMutability", "IMMUTABLE"),
    "gcp:artifactregistry/repository:Repository": set("dockerConfig.immutableTags", true),
  },
  "log-private-network": {
    "azure-native:operationalinsights:Workspace": [
      ...set("publicNetworkAccessForIngestion", "Disabled"),
      ...set("publicNetworkAccessForQuery", "Disabled"),
    ],
  },
  "subnet-no-public-addresses": {
    "aws:ec2/subnet:Subnet": set("mapPublicIpOnLaunch", false),
  },
  "machine-no-public-address": {
    "aws:ec2/instance:Instance": set("associatePublicIpAddress", false),
    "aws:ec2/launchTemplate:LaunchTemplate": set("networkInterfaces[].associatePublicIpAddress", false),
  },
  "network-planned": {
    "gcp:compute/network:Network": set("autoCreateSubnetworks", false),
  },
};

/** Sets the properties. What stands in the way, such as text where an object is expected, stays as it is. */
export function applyFixes(props: object, list: Fix[]): void {
  for (const { path, value } of list) setAt(props, path.split("."), value);
}

function setAt(container: unknown, [key = "", ...rest]: string[], value: Scalar): void {
  if (typeof container !== "object" || container === null) return;
  const holder = container as Record<string, unknown>;
  if (key.endsWith("[]")) {
    const list = holder[key.slice(0, -2)];
    for (const element of Array.isArray(list) ? list : []) setAt(element, rest, value);
    return;
  }
  if (rest.length === 0) {
    holder[key] = value;
    return;
  }
  if (!Object.hasOwn(holder, key) || holder[key] === null) holder[key] = {};
  setAt(holder[key], rest, value);
}
