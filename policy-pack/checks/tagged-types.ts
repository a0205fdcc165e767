/** The resources of the ML services that take tags or labels. */
import {
  AZURE_ML_WORKSPACE,
  CLASSIC_HUB,
  CLASSIC_ML_WORKSPACE,
  COLAB_TEMPLATE,
  LEGACY_NOTEBOOK,
  LEGACY_RUNTIME,
  WORKBENCH,
} from "./types.ts";

const AWS = [
  "algorithm:Algorithm",
  "app:App",
  "appImageConfig:AppImageConfig",
  "codeRepository:CodeRepository",
  "dataQualityJobDefinition:DataQualityJobDefinition",
  "deviceFleet:DeviceFleet",
  "domain:Domain",
  "endpoint:Endpoint",
  "endpointConfiguration:EndpointConfiguration",
  "featureGroup:FeatureGroup",
  "flowDefinition:FlowDefinition",
  "hub:Hub",
  "humanTaskUI:HumanTaskUI",
  "hyperParameterTuningJob:HyperParameterTuningJob",
  "image:Image",
  "labelingJob:LabelingJob",
  "mlflowApp:MlflowApp",
  "mlflowTrackingServer:MlflowTrackingServer",
  "model:Model",
  "modelCard:ModelCard",
  "modelPackageGroup:ModelPackageGroup",
  "monitoringSchedule:MonitoringSchedule",
  "notebookInstance:NotebookInstance",
  "notebookInstanceLifecycleConfiguration:NotebookInstanceLifecycleConfiguration",
  "pipeline:Pipeline",
  "space:Space",
  "studioLifecycleConfig:StudioLifecycleConfig",
  "trainingJob:TrainingJob",
  "userProfile:UserProfile",
  "workteam:Workteam",
].map((name) => `aws:sagemaker/${name}`);

const AWS_NATIVE = [
  "Algorithm",
  "App",
  "AppImageConfig",
  "Cluster",
  "DataQualityJobDefinition",
  "DeviceFleet",
  "Domain",
  "Endpoint",
  "EndpointConfig",
  "FeatureGroup",
  "Hub",
  "HumanTaskUi",
  "Image",
  "InferenceComponent",
  "InferenceExperiment",
  "MlflowApp",
  "MlflowTrackingServer",
  "Model",
  "ModelBiasJobDefinition",
  "ModelCard",
  "ModelExplainabilityJobDefinition",
  "ModelPackage",
  "ModelPackageGroup",
  "ModelQualityJobDefinition",
  "MonitoringSchedule",
  "NotebookInstance",
  "PartnerApp",
  "Pipeline",
  "ProcessingJob",
  "Space",
  "StudioLifecycleConfig",
  "UserProfile",
  "Workforce",
].map((name) => `aws-native:sagemaker:${name}`);

const VERTEX = [
  "aiDataset:AiDataset",
  "aiEndpoint:AiEndpoint",
  "aiFeatureGroup:AiFeatureGroup",
  "aiFeatureOnlineStore:AiFeatureOnlineStore",
  "aiFeatureOnlineStoreFeatureview:AiFeatureOnlineStoreFeatureview",
  "aiFeatureStore:AiFeatureStore",
  "aiFeatureStoreEntityType:AiFeatureStoreEntityType",
  "aiIndex:AiIndex",
  "aiIndexEndpoint:AiIndexEndpoint",
  "aiPersistentResource:AiPersistentResource",
  "aiReasoningEngine:AiReasoningEngine",
  "aiTensorboard:AiTensorboard",
].map((name) => `gcp:vertex/${name}`);

/** Types of SageMaker with tags; in aws-native these are lists. */
export const SAGEMAKER_TAGGED = [...AWS, ...AWS_NATIVE];

/** Types of Vertex AI, Workbench and Colab Enterprise with labels. */
export const VERTEX_LABELED = [...VERTEX, WORKBENCH, LEGACY_NOTEBOOK, LEGACY_RUNTIME, COLAB_TEMPLATE];

/** Types of Azure ML with tags. */
export const AZURE_ML_TAGGED = [
  AZURE_ML_WORKSPACE,
  CLASSIC_ML_WORKSPACE,
  CLASSIC_HUB,
  "azure-native:machinelearningservices:Registry",
];
