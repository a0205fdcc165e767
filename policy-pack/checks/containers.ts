/** Where containers stand in the resources that run them: their images, their environment and what they are started with. */
import type { Cloud } from "../control.ts";
import { AZURE_ML_COMPONENT, AZURE_ML_ENVIRONMENT } from "./types.ts";

/** The containers of some types, by paths; `containers[]` stands for each element of a list. */
export interface Containers {
  types: string[];
  /** Images, each by its full name. */
  images: string[];
  /** Variables, parameters, commands and their arguments: everything that can be read with the description. */
  texts: string[];
  /** Whole descriptions of jobs, which the SDK takes as they are. */
  documents?: string[];
}

const STUDIO_CONTAINERS = ["jupyterLabImageConfig", "jupyterLabAppImageConfig", "codeEditorAppImageConfig"];
const TRAINING = "algorithmSpecification";
const MONITORING = "monitoringScheduleConfig.monitoringJobDefinition";

/** What jobs of Azure ML are started with; those of pipelines stand in a description of their own. */
const STANDALONE_JOB = ["environmentVariables", "command", "args", "conf", "inputs"].concat(
  ["environmentVariables", "command"].map((name) => `trial.${name}`),
);

/** Containers that SageMaker starts with a job definition, in the block that names the application. */
function ofApplication(types: string[], block: string): Containers {
  const texts = ["environment", "containerEntrypoint", "containerArguments"].map((name) => `${block}.${name}`);
  return { types, images: [`${block}.imageUri`], texts };
}

/** Containers of each cloud's machine learning resources. */
export const CONTAINERS: Record<Cloud, Containers[]> = {
  aws: [
    {
      types: ["aws:sagemaker/model:Model", "aws-native:sagemaker:Model"],
      images: ["primaryContainer.image", "containers[].image"],
      texts: ["primaryContainer.environment", "containers[].environment"],
    },
    {
      types: ["aws-native:sagemaker:InferenceComponent"],
      images: ["specification.container.image", "specifications[].container.image"],
      texts: ["specification.container.environment", "specifications[].container.environment"],
    },
    {
      types: ["aws:sagemaker/trainingJob:TrainingJob"],
      images: [`${TRAINING}.trainingImage`],
      texts: ["environment", "hyperParameters", `${TRAINING}.containerEntrypoints`, `${TRAINING}.containerArguments`],
    },
    {
      types: ["aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob"],
      images: ["trainingJobDefinition", "trainingJobDefinitions[]"].map((at) => `${at}.${TRAINING}.trainingImage`),
      texts: ["trainingJobDefinition", "trainingJobDefinitions[]"].flatMap((at) => [
        `${at}.environment`,
        `${at}.staticHyperParameters`,
      ]),
    },
    ofApplication(
      [
        "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
        "aws-native:sagemaker:DataQualityJobDefinition",
      ],
      "dataQualityAppSpecification",
    ),
    ofApplication(["aws-native:sagemaker:ModelBiasJobDefinition"], "modelBiasAppSpecification"),
    ofApplication(["aws-native:sagemaker:ModelQualityJobDefinition"], "modelQualityAppSpecification"),
    ofApplication(["aws-native:sagemaker:ModelExplainabilityJobDefinition"], "modelExplainabilityAppSpecification"),
    {
      types: ["aws:sagemaker/monitoringSchedule:MonitoringSchedule", "aws-native:sagemaker:MonitoringSchedule"],
      images: [`${MONITORING}.monitoringAppSpecification.imageUri`],
      texts: [
        `${MONITORING}.environment`,
        // The two providers spell it differently.
        ...["containerEntrypoint", "containerEntrypoints", "containerArguments"].map(
          (name) => `${MONITORING}.monitoringAppSpecification.${name}`,
        ),
      ],
    },
    {
      types: ["aws-native:sagemaker:ProcessingJob"],
      images: ["appSpecification.imageUri"],
      texts: ["environment", "appSpecification.containerEntrypoint", "appSpecification.containerArguments"],
    },
    {
      types: ["aws:sagemaker/imageVersion:ImageVersion", "aws-native:sagemaker:ImageVersion"],
      images: ["baseImage"],
      texts: [],
    },
    {
      types: ["aws:sagemaker/appImageConfig:AppImageConfig", "aws-native:sagemaker:AppImageConfig"],
      images: [],
      // The first two are the same: aws and aws-native name it differently.
      texts: STUDIO_CONTAINERS.map((image) => `${image}.containerConfig.containerEnvironmentVariables`),
    },
  ],
  gcp: [
    {
      types: ["gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment"],
      images: ["modelConfig.containerSpec.imageUri"],
      texts: ["envs", "commands", "args"].map((name) => `modelConfig.containerSpec.${name}`),
    },
    {
      types: ["gcp:vertex/aiReasoningEngine:AiReasoningEngine"],
      images: ["spec.containerSpec.imageUri"],
      texts: ["spec.deploymentSpec.envs", "spec.sourceCodeSpec.imageSpec.buildArgs"],
    },
    { types: ["gcp:colab/runtimeTemplate:RuntimeTemplate"], images: [], texts: ["softwareConfig.envs"] },
  ],
  azure: [
    {
      types: [
        "azure-native:machinelearningservices:OnlineDeployment",
        "azure-native:machinelearningservices:BatchDeployment",
      ],
      images: [],
      texts: ["properties.environmentVariables"],
    },
    {
      types: ["azure-native:machinelearningservices:Job"],
      images: [],
      texts: STANDALONE_JOB.map((name) => `properties.${name}`),
      documents: ["properties.jobs"],
    },
    {
      types: ["azure-native:machinelearningservices:Schedule"],
      images: [],
      texts: STANDALONE_JOB.map((name) => `properties.action.jobDefinition.${name}`),
      documents: ["properties.action.jobDefinition.jobs"],
    },
    {
      types: AZURE_ML_COMPONENT,
      images: ["properties.componentSpec.environment.image"],
      texts: [],
      documents: ["properties.componentSpec"],
    },
    {
      types: AZURE_ML_ENVIRONMENT,
      images: ["properties.image"],
      // Package lists can name an index with a password in its address.
      texts: ["properties.condaFile"],
    },
    {
      types: ["azure-native:machinelearningservices:Compute"],
      images: ["properties.properties.customServices[].image.reference"],
      texts: ["properties.properties.customServices[].environmentVariables"],
    },
  ],
};
