/** Controls of where ML resources stand and what they are made of. */
import { isListed } from "../checks/allow-lists.ts";
import { inEach } from "../checks/places.ts";
import { AWS, AWS_NATIVE, AZURE_NATIVE, GCP } from "../checks/providers.ts";
import { BUCKETS } from "../checks/s3-buckets.ts";
import { pipelineCheck } from "../checks/sagemaker-pipelines.ts";
import {
  AZURE_ML_COMPUTE,
  AZURE_ML_WORKSPACE,
  CLASSIC_COMPUTE_CLUSTER,
  CLASSIC_COMPUTE_INSTANCE,
  CLASSIC_HUB,
  CLASSIC_ML_WORKSPACE,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  SAGEMAKER_NOTEBOOK,
  SAGEMAKER_SPACE,
  WORKBENCH,
} from "../checks/types.ts";
import { executorCheck } from "../checks/vertex-pipelines.ts";
import type { Check, Context, Control, Topic } from "../control.ts";
import { type Finding, judge, violation } from "../findings.ts";
import { read } from "../read.ts";

/** Types, and the places in them; `[]` stands for every element of a list. */
type Places = [types: string[], places: string[]][];

/** SageMaker's resources that hold data or models, or that run code. */
const SAGEMAKER = [
  "domain:Domain",
  "notebookInstance:NotebookInstance",
  "model:Model",
  "modelPackageGroup:ModelPackageGroup",
  "image:Image",
  "endpoint:Endpoint",
  "endpointConfiguration:EndpointConfiguration",
  "featureGroup:FeatureGroup",
  "pipeline:Pipeline",
  "trainingJob:TrainingJob",
  "hyperParameterTuningJob:HyperParameterTuningJob",
  "labelingJob:LabelingJob",
  "dataQualityJobDefinition:DataQualityJobDefinition",
  "monitoringSchedule:MonitoringSchedule",
  "mlflowTrackingServer:MlflowTrackingServer",
  "mlflowApp:MlflowApp",
].map((type) => `aws:sagemaker/${type}`);

const AWS_REGIONS: Places = [
  [SAGEMAKER, ["region"]],
  [
    [
      ...BUCKETS,
      "aws:kms/key:Key",
      "aws:kms/replicaKey:ReplicaKey",
      "aws:ecr/repository:Repository",
      "aws:rds/cluster:Cluster",
      "aws:rds/instance:Instance",
      "aws:ssm/parameter:Parameter",
      "aws:efs/fileSystem:FileSystem",
      "aws:cloudwatch/logGroup:LogGroup",
    ],
    ["region"],
  ],
  [["aws:dynamodb/table:Table"], ["region", "replicas[].regionName"]],
  [["aws:secretsmanager/secret:Secret"], ["region", "replicas[].region"]],
  [
    ["aws:ecr/replicationConfiguration:ReplicationConfiguration"],
    ["region", "replicationConfiguration.rules[].destinations[].region"],
  ],
];

const GCP_REGIONS: Places = [
  [[GCP], ["region", "zone"]],
  [
    [
      "aiDataset:AiDataset",
      "aiDeploymentResourcePool:AiDeploymentResourcePool",
      "aiFeatureGroup:AiFeatureGroup",
      "aiFeatureOnlineStore:AiFeatureOnlineStore",
      "aiFeatureStore:AiFeatureStore",
      "aiIndex:AiIndex",
      "aiIndexEndpoint:AiIndexEndpoint",
      "aiMetadataStore:AiMetadataStore",
      "aiRagEngineConfig:AiRagEngineConfig",
      "aiReasoningEngine:AiReasoningEngine",
      "aiTensorboard:AiTensorboard",
    ].map((type) => `gcp:vertex/${type}`),
    ["region"],
  ],
  [["gcp:sql/databaseInstance:DatabaseInstance", "gcp:workflows/workflow:Workflow"], ["region"]],
  [["gcp:vertex/aiEndpoint:AiEndpoint"], ["region", "location"]],
  [
    [
      "gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment",
      "gcp:vertex/aiPersistentResource:AiPersistentResource",
      "gcp:vertex/aiSchedule:AiSchedule",
      WORKBENCH,
      LEGACY_NOTEBOOK,
      LEGACY_RUNTIME,
      "gcp:notebooks/environment:Environment",
      COLAB_TEMPLATE,
      "gcp:colab/runtime:Runtime",
      "gcp:colab/notebookExecution:NotebookExecution",
      "gcp:colab/schedule:Schedule",
      "gcp:storage/bucket:Bucket",
      "gcp:bigquery/dataset:Dataset",
      "gcp:kms/keyRing:KeyRing",
      "gcp:artifactregistry/repository:Repository",
      "gcp:secretmanager/regionalSecret:RegionalSecret",
      "gcp:parametermanager/regionalParameter:RegionalParameter",
      "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    ],
    ["location"],
  ],
  [["gcp:secretmanager/secret:Secret"], ["replication.userManaged.replicas[].location"]],
];

const AZURE_REGIONS: Places = [
  [[AZURE_NATIVE], ["location"]],
  [["azure-native:machinelearningservices:Registry"], ["location", "regionDetails[].location"]],
  [
    [
      AZURE_ML_WORKSPACE,
      AZURE_ML_COMPUTE,
      "azure-native:machinelearningservices:OnlineEndpoint",
      "azure-native:machinelearningservices:BatchEndpoint",
      "azure-native:machinelearningservices:ServerlessEndpoint",
      "azure-native:cognitiveservices:Account",
      "azure-native:search:Service",
      "azure-native:storage:StorageAccount",
      "azure-native:keyvault:Vault",
      "azure-native:containerregistry:Registry",
      "azure-native:containerregistry:Replication",
      "azure-native:appconfiguration:ConfigurationStore",
      "azure-native:dbforpostgresql:Server",
      "azure-native:operationalinsights:Workspace",
      "azure-native:resources:ResourceGroup",
      CLASSIC_ML_WORKSPACE,
      CLASSIC_HUB,
      "azure:cognitive/account:Account",
      "azure:cognitive/aIServices:AIServices",
      "azure:storage/account:Account",
    ],
    ["location"],
  ],
];

const approvedRegion: Control = {
  id: "resource-approved-region",
  title: "ML resources, their data and their keys stand in approved regions",
  severity: "high",
  why: "Data that leaves its region leaves the law, and often the guard rails and logs, that it was collected under.",
  remedy: "Choose a region on the list, for replicas too.",
  frameworks: {
    nist80053: ["SA-9(5)"],
    iso27001: ["A.5.31", "A.5.34"],
    soc2: ["C1.1"],
    azurePolicy: ["e56962a6"],
    googlePolicy: ["constraints/gcp.resourceLocations"],
  },
  parameters: {
    allowedRegions: {
      description:
        "Regions as each cloud calls them, such as `eu-west-1`, `europe-west1` (with its zones), `EU` or `westeurope`; " +
        "`*` stands for any text. Empty: every region.",
      type: "array",
      default: [],
    },
  },
  checks: {
    aws: [
      {
        types: [AWS, AWS_NATIVE],
        whenAbsent: "complies",
        cloudDefault: "the region of the environment; a violation if there is a list",
        evaluate: ({ props }, context) => mustBeOn(props, "region", context, "allowedRegions", regionNames, "violates"),
      },
      ...regionChecks(AWS_REGIONS, "the region of the provider"),
    ],
    gcp: regionChecks(GCP_REGIONS, "the region of the provider, which may come from the environment"),
    azure: regionChecks(AZURE_REGIONS, "the location of the resource group or the provider"),
  },
};

function regionChecks(places: Places, cloudDefault: string): Check[] {
  return listChecks(places, cloudDefault, "allowedRegions", regionNames);
}

/** Azure's names may hold spaces, and a zone of Google Cloud is in the region before its last letter. */
function regionNames(region: string): string[] {
  const name = region.toLowerCase().replaceAll(" ", "");
  return [name, name.replace(/-[a-z]$/, "")];
}

const AWS_SIZES: Places = [
  [SAGEMAKER_NOTEBOOK, ["instanceType"]],
  [
    SAGEMAKER_SPACE,
    ["jupyterLabAppSettings", "codeEditorAppSettings", "jupyterServerAppSettings", "kernelGatewayAppSettings"].map(
      (app) => `spaceSettings.${app}.defaultResourceSpec.instanceType`,
    ),
  ],
  [
    ["aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws-native:sagemaker:EndpointConfig"],
    ["productionVariants[].instanceType", "shadowProductionVariants[].instanceType"],
  ],
  [
    ["aws:sagemaker/trainingJob:TrainingJob"],
    ["resourceConfig.instanceType", "resourceConfig.instanceGroups[].instanceType"],
  ],
  [
    ["aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob"],
    ["trainingJobDefinition", "trainingJobDefinitions[]"].flatMap((definition) => [
      `${definition}.resourceConfig.instanceType`,
      `${definition}.resourceConfig.instanceGroups[].instanceType`,
      `${definition}.hyperParameterTuningResourceConfig.instanceType`,
      `${definition}.hyperParameterTuningResourceConfig.instanceConfigs[].instanceType`,
    ]),
  ],
  [
    [
      "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
      "aws-native:sagemaker:DataQualityJobDefinition",
      "aws-native:sagemaker:ModelBiasJobDefinition",
      "aws-native:sagemaker:ModelQualityJobDefinition",
      "aws-native:sagemaker:ModelExplainabilityJobDefinition",
    ],
    ["jobResources.clusterConfig.instanceType"],
  ],
  [
    ["aws:sagemaker/monitoringSchedule:MonitoringSchedule", "aws-native:sagemaker:MonitoringSchedule"],
    ["monitoringScheduleConfig.monitoringJobDefinition.monitoringResources.clusterConfig.instanceType"],
  ],
  [["aws-native:sagemaker:ProcessingJob"], ["processingResources.clusterConfig.instanceType"]],
  [["aws-native:sagemaker:Cluster"], ["instanceGroups[].instanceType", "restrictedInstanceGroups[].instanceType"]],
];

/** Where steps of SageMaker pipelines name their machines. */
const STEP_SIZES = [
  "resourceConfig.instanceType",
  "processingResources.clusterConfig.instanceType",
  "trainingJobDefinition.resourceConfig.instanceType",
  "transformResources.instanceType",
];

const GCP_SIZES: Places = [
  [[WORKBENCH], ["gceSetup.machineType"]],
  [[LEGACY_NOTEBOOK], ["machineType"]],
  [[LEGACY_RUNTIME], ["virtualMachine.virtualMachineConfig.machineType"]],
  [[COLAB_TEMPLATE], ["machineSpec.machineType"]],
  [["gcp:colab/notebookExecution:NotebookExecution"], ["customEnvironmentSpec.machineSpec.machineType"]],
  [["gcp:vertex/aiPersistentResource:AiPersistentResource"], ["resourcePools[].machineSpec.machineType"]],
  [
    [
      "gcp:vertex/aiDeploymentResourcePool:AiDeploymentResourcePool",
      "gcp:vertex/aiIndexEndpointDeployedIndex:AiIndexEndpointDeployedIndex",
    ],
    ["dedicatedResources.machineSpec.machineType"],
  ],
  [
    ["gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment"],
    ["deployConfig.dedicatedResources.machineSpec.machineType"],
  ],
];

const AZURE_SIZES: Places = [
  [[AZURE_ML_COMPUTE], ["properties.properties.vmSize"]],
  [["azure-native:machinelearningservices:OnlineDeployment"], ["properties.instanceType"]],
  [["azure-native:machinelearningservices:BatchDeployment"], ["properties.resources.instanceType"]],
  [[CLASSIC_COMPUTE_INSTANCE], ["virtualMachineSize"]],
  [[CLASSIC_COMPUTE_CLUSTER], ["vmSize"]],
];

const approvedSize: Control = {
  id: "compute-approved-size",
  title: "Machines for ML are of approved types",
  severity: "medium",
  why: "Large GPU machines are what stolen credentials are used for first, and one left on costs more than a team's budget.",
  remedy: "Choose a machine type on the list.",
  frameworks: { nist80053: ["CM-7", "SC-5"], iso27001: ["A.8.6"], soc2: ["A1.1"], mitreAtlas: ["AML.T0034"] },
  parameters: {
    allowedTypes: {
      description:
        "Machine types as each cloud calls them, such as `ml.t3.*`, `n2-standard-*` or `Standard_DS3_v2`; `*` stands for " +
        "any text. Empty: every type.",
      type: "array",
      default: [],
    },
  },
  checks: {
    aws: [
      ...listChecks(AWS_SIZES, "chosen by AWS, or by who starts it", "allowedTypes", sizeNames),
      pipelineCheck(({ settings }, context) =>
        inEach(settings, STEP_SIZES, (path) => mustBeOn(settings, path, context, "allowedTypes", sizeNames)),
      ),
    ],
    gcp: [
      ...listChecks(GCP_SIZES, "chosen by Google Cloud", "allowedTypes", sizeNames),
      executorCheck(({ job = {} }, context) =>
        inEach(job, ["jobSpec.workerPoolSpecs[].machineSpec.machineType"], (path) =>
          mustBeOn(job, path, context, "allowedTypes", sizeNames),
        ),
      ),
    ],
    azure: listChecks(AZURE_SIZES, "chosen by Azure", "allowedTypes", sizeNames),
  },
};

/** Google Cloud takes `zones/europe-west1-b/machineTypes/n1-standard-4` too. */
function sizeNames(type: string): string[] {
  return [type.toLowerCase().split("/").at(-1) as string];
}

/** A check for each line of a table: what stands at its places must be on the parameter's list. */
function listChecks(
  places: Places,
  cloudDefault: string,
  parameter: string,
  names: (text: string) => string[],
): Check[] {
  return places.map(([types, paths]) => ({
    types,
    whenAbsent: "complies",
    cloudDefault,
    evaluate: ({ props }, context) =>
      context.list(parameter).length === 0
        ? []
        : inEach(props, paths, (path) => mustBeOn(props, path, context, parameter, names)),
  }));
}

/** One of the names of the value at the path must be on the list, in any case. An empty list holds everything. */
function mustBeOn(
  props: object,
  path: string,
  context: Context,
  parameter: string,
  names: (text: string) => string[],
  absent: "complies" | "violates" = "complies",
): Finding[] {
  const list = context.list(parameter).map((entry) => entry.toLowerCase());
  if (list.length === 0) return [];
  return judge(read(props, path), `set it to one of ${parameter}`, { absent }, (value, at) => {
    if (typeof value === "string" && names(value).some((name) => isListed(list, name))) return [];
    return [violation(`${at} is not among ${parameter}`)];
  });
}

/** Controls of where ML resources stand and what they are made of. */
export const governance: Topic = { title: "Governance", controls: [approvedRegion, approvedSize] };
