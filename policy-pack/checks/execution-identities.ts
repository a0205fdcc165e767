/** Where the resources of SageMaker and Vertex AI name the identities that they run with. */
import type { ResourceView } from "../control.ts";
import { elementPaths } from "../read.ts";
import { LEGACY_NOTEBOOK, SAGEMAKER_DOMAIN, SAGEMAKER_NOTEBOOK, SAGEMAKER_USER_PROFILE, WORKBENCH } from "./types.ts";

/** Types, and the paths at which they name an identity; `[]` stands for every element of a list. */
type Holders = [types: string[], paths: string[]][];

const ROLES: Holders = [
  [SAGEMAKER_NOTEBOOK, ["roleArn"]],
  [SAGEMAKER_DOMAIN, ["defaultUserSettings.executionRole", "defaultSpaceSettings.executionRole"]],
  [SAGEMAKER_USER_PROFILE, ["userSettings.executionRole"]],
  [
    [
      "aws:sagemaker/model:Model",
      "aws-native:sagemaker:Model",
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
      "aws-native:sagemaker:EndpointConfig",
      "aws-native:sagemaker:PartnerApp",
    ],
    ["executionRoleArn"],
  ],
  [
    [
      "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
      "aws:sagemaker/featureGroup:FeatureGroup",
      "aws:sagemaker/flowDefinition:FlowDefinition",
      "aws:sagemaker/image:Image",
      "aws:sagemaker/labelingJob:LabelingJob",
      "aws:sagemaker/mlflowApp:MlflowApp",
      "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer",
      "aws:sagemaker/pipeline:Pipeline",
      "aws:sagemaker/trainingJob:TrainingJob",
      "aws-native:sagemaker:DataQualityJobDefinition",
      "aws-native:sagemaker:FeatureGroup",
      "aws-native:sagemaker:InferenceExperiment",
      "aws-native:sagemaker:MlflowApp",
      "aws-native:sagemaker:MlflowTrackingServer",
      "aws-native:sagemaker:ModelBiasJobDefinition",
      "aws-native:sagemaker:ModelExplainabilityJobDefinition",
      "aws-native:sagemaker:ModelQualityJobDefinition",
      "aws-native:sagemaker:Pipeline",
      "aws-native:sagemaker:ProcessingJob",
    ],
    ["roleArn"],
  ],
  [["aws-native:sagemaker:Image"], ["imageRoleArn"]],
  [["aws-native:sagemaker:Cluster"], ["instanceGroups[].executionRole", "restrictedInstanceGroups[].executionRole"]],
  [
    ["aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob"],
    ["trainingJobDefinition.roleArn", "trainingJobDefinitions[].roleArn"],
  ],
  [
    ["aws:sagemaker/monitoringSchedule:MonitoringSchedule", "aws-native:sagemaker:MonitoringSchedule"],
    ["monitoringScheduleConfig.monitoringJobDefinition.roleArn"],
  ],
];

const ACCOUNTS: Holders = [
  [[WORKBENCH], ["gceSetup.serviceAccounts[].email"]],
  [[LEGACY_NOTEBOOK, "gcp:colab/notebookExecution:NotebookExecution"], ["serviceAccount"]],
  [["gcp:vertex/aiReasoningEngine:AiReasoningEngine"], ["spec.serviceAccount"]],
  [["gcp:colab/schedule:Schedule"], ["createNotebookExecutionJobRequest.notebookExecutionJob.serviceAccount"]],
  [
    ["gcp:vertex/aiSchedule:AiSchedule"],
    [
      "createNotebookExecutionJobRequest.notebookExecutionJob.serviceAccount",
      "createPipelineJobRequest.pipelineJob.serviceAccount",
    ],
  ],
];

/** Types of SageMaker that run with an IAM role. */
export const ROLE_HOLDERS = ROLES.flatMap(([types]) => types);

/** Types of Vertex AI, Workbench and Colab Enterprise that run as a service account. */
export const ACCOUNT_HOLDERS = ACCOUNTS.flatMap(([types]) => types);

const PATHS = new Map([...ROLES, ...ACCOUNTS].flatMap(([types, paths]) => types.map((type) => [type, paths])));

/** The paths at which a resource names its identities. A list that is not known yet stands for its elements. */
export function identityPaths({ type, props }: ResourceView): string[] {
  return (PATHS.get(type) ?? []).flatMap((path) => {
    const [list, inner] = path.split("[]") as [string, string?];
    if (inner === undefined) return [path];
    const elements = elementPaths(props, list);
    return Array.isArray(elements) ? elements.map((element) => element + inner) : [list];
  });
}
