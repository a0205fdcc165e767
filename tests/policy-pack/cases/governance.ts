import { AWS, AWS_NATIVE, AZURE_NATIVE, GCP } from "../../../policy-pack/checks/providers.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { onPipelines } from "../pipelines.ts";
import { unknown } from "../server.ts";
import { customJob, onVertexPipelines } from "../vertex-pipelines.ts";

const REGION = "resource-approved-region";
const SIZE = "compute-approved-size";

const REGIONS = { allowedRegions: ["eu-west-1", "europe-west*", "EU", "westeurope"] };
const TYPES = { allowedTypes: ["ml.t3.*", "n2-standard-4", "Standard_DS3_v2"] };

type Properties = Record<string, unknown>;

/** Builds nested properties with a value at the path; `[]` stands for a list with one element. */
function at(path: string, value: unknown): Properties {
  const [key, ...rest] = path.split(".") as [string, ...string[]];
  const inner = rest.length === 0 ? value : at(rest.join("."), value);
  return key.endsWith("[]") ? { [key.slice(0, -2)]: [inner] } : { [key]: inner };
}

/** One value that is on the list and one that is not, at each of the paths. */
function listed(control: string, types: string[], paths: string[], good: string, bad: string): ControlCases[] {
  const parameters = control === REGION ? REGIONS : TYPES;
  return types.map((type) => ({
    control,
    type,
    cases: paths.flatMap((path): ResourceCase[] => [
      [`${path} on the list`, at(path, good), "complies", parameters],
      [`${path} not on the list`, at(path, bad), "violates", parameters],
    ]),
  }));
}

const providers: ControlCases[] = [AWS, AWS_NATIVE].map((type) => ({
  control: REGION,
  type,
  cases: [
    ["every region, without a list", { region: "us-east-1" }, "complies"],
    ["on the list", { region: "eu-west-1" }, "complies", REGIONS],
    ["not on the list", { region: "us-east-1" }, "violates", REGIONS],
    ["a region that begins alike", { region: "eu-west-11" }, "violates", REGIONS],
    ["the region of the environment", {}, "violates", REGIONS],
    ["not known yet", { region: unknown }, "undecided", REGIONS],
    ["not known yet, without a list", { region: unknown }, "complies"],
    ["of a wrong type", { region: ["eu-west-1"] }, "violates", REGIONS],
  ],
}));

const inAws = (types: string[], paths = ["region"]) => listed(REGION, types, paths, "eu-west-1", "us-east-1");
const inGcp = (types: string[], paths = ["location"]) => listed(REGION, types, paths, "europe-west1", "us-central1");
const inAzure = (types: string[], paths = ["location"]) => listed(REGION, types, paths, "West Europe", "eastus");

const regions: ControlCases[] = [
  ...providers,
  ...inAws(
    [
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
    ].map((type) => `aws:sagemaker/${type}`),
  ),
  ...inAws([
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:ecr/repository:Repository",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:ssm/parameter:Parameter",
    "aws:efs/fileSystem:FileSystem",
    "aws:cloudwatch/logGroup:LogGroup",
  ]),
  ...inAws(["aws:dynamodb/table:Table"], ["region", "replicas[].regionName"]),
  ...inAws(["aws:secretsmanager/secret:Secret"], ["region", "replicas[].region"]),
  ...inAws(
    ["aws:ecr/replicationConfiguration:ReplicationConfiguration"],
    ["region", "replicationConfiguration.rules[].destinations[].region"],
  ),
  {
    control: REGION,
    type: "aws:secretsmanager/secret:Secret",
    cases: [
      [
        "one of two replicas abroad",
        { replicas: [{ region: "eu-west-1" }, { region: "us-east-1" }] },
        "violates",
        REGIONS,
      ],
      ["replicas that are not known yet", { replicas: unknown }, "undecided", REGIONS],
      ["replicas of a wrong type", { replicas: "eu-west-1" }, "violates", REGIONS],
    ],
  },
  ...inGcp([GCP, "gcp:sql/databaseInstance:DatabaseInstance", "gcp:workflows/workflow:Workflow"], ["region"]),
  ...inGcp(["gcp:parametermanager/regionalParameter:RegionalParameter"]),
  ...inAzure(["azure-native:appconfiguration:ConfigurationStore", "azure-native:dbforpostgresql:Server"]),
  ...listed(REGION, [GCP], ["zone"], "europe-west1-b", "us-central1-a"),
  ...inGcp(
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
  ),
  ...inGcp(["gcp:vertex/aiEndpoint:AiEndpoint"], ["region", "location"]),
  ...inGcp([
    "gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment",
    "gcp:vertex/aiPersistentResource:AiPersistentResource",
    "gcp:vertex/aiSchedule:AiSchedule",
    "gcp:workbench/instance:Instance",
    "gcp:notebooks/instance:Instance",
    "gcp:notebooks/runtime:Runtime",
    "gcp:notebooks/environment:Environment",
    "gcp:colab/runtimeTemplate:RuntimeTemplate",
    "gcp:colab/runtime:Runtime",
    "gcp:colab/notebookExecution:NotebookExecution",
    "gcp:colab/schedule:Schedule",
    "gcp:storage/bucket:Bucket",
    "gcp:bigquery/dataset:Dataset",
    "gcp:kms/keyRing:KeyRing",
    "gcp:artifactregistry/repository:Repository",
    "gcp:secretmanager/regionalSecret:RegionalSecret",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  ]),
  ...inGcp(["gcp:secretmanager/secret:Secret"], ["replication.userManaged.replicas[].location"]),
  {
    control: REGION,
    type: "gcp:storage/bucket:Bucket",
    cases: [
      ["a part of the world", { location: "eu" }, "complies", REGIONS],
      ["another part of the world", { location: "US" }, "violates", REGIONS],
    ],
  },
  ...inAzure([AZURE_NATIVE]),
  ...inAzure(["azure-native:machinelearningservices:Registry"], ["location", "regionDetails[].location"]),
  ...inAzure([
    "azure-native:machinelearningservices:Workspace",
    "azure-native:machinelearningservices:Compute",
    "azure-native:machinelearningservices:OnlineEndpoint",
    "azure-native:machinelearningservices:BatchEndpoint",
    "azure-native:machinelearningservices:ServerlessEndpoint",
    "azure-native:cognitiveservices:Account",
    "azure-native:search:Service",
    "azure-native:storage:StorageAccount",
    "azure-native:keyvault:Vault",
    "azure-native:containerregistry:Registry",
    "azure-native:containerregistry:Replication",
    "azure-native:operationalinsights:Workspace",
    "azure-native:resources:ResourceGroup",
    "azure:machinelearning/workspace:Workspace",
    "azure:aifoundry/hub:Hub",
    "azure:cognitive/account:Account",
    "azure:cognitive/aIServices:AIServices",
    "azure:storage/account:Account",
  ]),
];

const ofAws = (types: string[], paths: string[]) => listed(SIZE, types, paths, "ml.t3.large", "ml.p5.48xlarge");
const ofGcp = (types: string[], paths: string[]) => listed(SIZE, types, paths, "n2-standard-4", "a3-highgpu-8g");
const ofAzure = (types: string[], paths: string[]) =>
  listed(SIZE, types, paths, "STANDARD_DS3_V2", "Standard_ND96asr_v4");

const sizes: ControlCases[] = [
  ...ofAws(
    ["aws:sagemaker/notebookInstance:NotebookInstance", "aws-native:sagemaker:NotebookInstance"],
    ["instanceType"],
  ),
  {
    control: SIZE,
    type: "aws:sagemaker/notebookInstance:NotebookInstance",
    cases: [
      ["every type, without a list", { instanceType: "ml.p5.48xlarge" }, "complies"],
      ["left out", {}, "complies", TYPES],
      ["not known yet", { instanceType: unknown }, "undecided", TYPES],
      ["of a wrong type", { instanceType: { type: "ml.t3.large" } }, "violates", TYPES],
    ],
  },
  ...ofAws(
    ["aws:sagemaker/space:Space", "aws-native:sagemaker:Space"],
    ["jupyterLab", "codeEditor", "jupyterServer", "kernelGateway"].map(
      (app) => `spaceSettings.${app}AppSettings.defaultResourceSpec.instanceType`,
    ),
  ),
  ...ofAws(
    ["aws:sagemaker/endpointConfiguration:EndpointConfiguration", "aws-native:sagemaker:EndpointConfig"],
    ["productionVariants[].instanceType", "shadowProductionVariants[].instanceType"],
  ),
  ...ofAws(
    ["aws:sagemaker/trainingJob:TrainingJob"],
    ["resourceConfig.instanceType", "resourceConfig.instanceGroups[].instanceType"],
  ),
  ...ofAws(
    ["aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob"],
    [
      "trainingJobDefinition.resourceConfig.instanceType",
      "trainingJobDefinition.resourceConfig.instanceGroups[].instanceType",
      "trainingJobDefinition.hyperParameterTuningResourceConfig.instanceType",
      "trainingJobDefinitions[].resourceConfig.instanceType",
      "trainingJobDefinitions[].hyperParameterTuningResourceConfig.instanceConfigs[].instanceType",
    ],
  ),
  ...ofAws(
    [
      "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
      "aws-native:sagemaker:DataQualityJobDefinition",
      "aws-native:sagemaker:ModelBiasJobDefinition",
      "aws-native:sagemaker:ModelQualityJobDefinition",
      "aws-native:sagemaker:ModelExplainabilityJobDefinition",
    ],
    ["jobResources.clusterConfig.instanceType"],
  ),
  ...ofAws(
    ["aws:sagemaker/monitoringSchedule:MonitoringSchedule", "aws-native:sagemaker:MonitoringSchedule"],
    ["monitoringScheduleConfig.monitoringJobDefinition.monitoringResources.clusterConfig.instanceType"],
  ),
  ...ofAws(["aws-native:sagemaker:ProcessingJob"], ["processingResources.clusterConfig.instanceType"]),
  ...ofAws(
    ["aws-native:sagemaker:Cluster"],
    ["instanceGroups[].instanceType", "restrictedInstanceGroups[].instanceType"],
  ),
  ...ofGcp(["gcp:workbench/instance:Instance"], ["gceSetup.machineType"]),
  ...ofGcp(["gcp:notebooks/instance:Instance"], ["machineType"]),
  {
    control: SIZE,
    type: "gcp:notebooks/instance:Instance",
    cases: [["by its address", { machineType: "zones/europe-west1-b/machineTypes/n2-standard-4" }, "complies", TYPES]],
  },
  ...ofGcp(["gcp:notebooks/runtime:Runtime"], ["virtualMachine.virtualMachineConfig.machineType"]),
  ...ofGcp(["gcp:colab/runtimeTemplate:RuntimeTemplate"], ["machineSpec.machineType"]),
  ...ofGcp(["gcp:colab/notebookExecution:NotebookExecution"], ["customEnvironmentSpec.machineSpec.machineType"]),
  ...ofGcp(["gcp:vertex/aiPersistentResource:AiPersistentResource"], ["resourcePools[].machineSpec.machineType"]),
  ...ofGcp(
    [
      "gcp:vertex/aiDeploymentResourcePool:AiDeploymentResourcePool",
      "gcp:vertex/aiIndexEndpointDeployedIndex:AiIndexEndpointDeployedIndex",
    ],
    ["dedicatedResources.machineSpec.machineType"],
  ),
  ...ofGcp(
    ["gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment"],
    ["deployConfig.dedicatedResources.machineSpec.machineType"],
  ),
  ...ofAzure(["azure-native:machinelearningservices:Compute"], ["properties.properties.vmSize"]),
  ...ofAzure(["azure-native:machinelearningservices:OnlineDeployment"], ["properties.instanceType"]),
  ...ofAzure(["azure-native:machinelearningservices:BatchDeployment"], ["properties.resources.instanceType"]),
  ...ofAzure(["azure:machinelearning/computeInstance:ComputeInstance"], ["virtualMachineSize"]),
  ...ofAzure(["azure:machinelearning/computeCluster:ComputeCluster"], ["vmSize"]),
];

const inPipelines: ControlCases[] = [
  ...onPipelines(
    SIZE,
    [
      ["on the list", "Training", { ResourceConfig: { InstanceType: "ml.t3.large" } }, "complies"],
      ["not on the list", "Training", { ResourceConfig: { InstanceType: "ml.p5.48xlarge" } }, "violates"],
      [
        "a processing job's, not on the list",
        "Processing",
        { ProcessingResources: { ClusterConfig: { InstanceType: "ml.p5.48xlarge" } } },
        "violates",
      ],
    ],
    TYPES,
  ),
  ...onVertexPipelines(
    SIZE,
    [
      ["on the list", machines("n2-standard-4"), "complies"],
      ["not on the list", machines("a3-highgpu-8g"), "violates"],
    ],
    TYPES,
  ),
];

/** A custom job on machines of this type. */
function machines(machine_type: string) {
  return customJob({ worker_pool_specs: [{ machine_spec: { machine_type } }] });
}

export const cases: ControlCases[] = [...inPipelines, ...regions, ...sizes];
