/** Type tokens that several controls share. */

/** SageMaker notebook instances, in both AWS providers: their properties have the same names. */
export const SAGEMAKER_NOTEBOOK = [
  "aws:sagemaker/notebookInstance:NotebookInstance",
  "aws-native:sagemaker:NotebookInstance",
];
/** SageMaker domains, in both AWS providers. */
export const SAGEMAKER_DOMAIN = ["aws:sagemaker/domain:Domain", "aws-native:sagemaker:Domain"];
/** Profiles of a domain's users, in both AWS providers. */
export const SAGEMAKER_USER_PROFILE = ["aws:sagemaker/userProfile:UserProfile", "aws-native:sagemaker:UserProfile"];
/** Spaces of a domain, in both AWS providers. */
export const SAGEMAKER_SPACE = ["aws:sagemaker/space:Space", "aws-native:sagemaker:Space"];
/** Vertex AI Workbench instances. */
export const WORKBENCH = "gcp:workbench/instance:Instance";
/** User-managed notebooks, which came before Workbench instances. */
export const LEGACY_NOTEBOOK = "gcp:notebooks/instance:Instance";
/** Managed notebooks, which came before Workbench instances. */
export const LEGACY_RUNTIME = "gcp:notebooks/runtime:Runtime";
/** Templates of Colab Enterprise runtimes. */
export const COLAB_TEMPLATE = "gcp:colab/runtimeTemplate:RuntimeTemplate";
/** Azure ML workspaces, hubs and projects. */
export const AZURE_ML_WORKSPACE = "azure-native:machinelearningservices:Workspace";
/** Azure ML compute of any kind. */
export const AZURE_ML_COMPUTE = "azure-native:machinelearningservices:Compute";
/** Azure ML workspaces of the classic provider. */
export const CLASSIC_ML_WORKSPACE = "azure:machinelearning/workspace:Workspace";
/** Azure ML compute instances of the classic provider. */
export const CLASSIC_COMPUTE_INSTANCE = "azure:machinelearning/computeInstance:ComputeInstance";
/** Azure ML compute clusters of the classic provider. */
export const CLASSIC_COMPUTE_CLUSTER = "azure:machinelearning/computeCluster:ComputeCluster";
/** Azure AI Foundry hubs, which are Azure ML workspaces, of the classic provider. */
export const CLASSIC_HUB = "azure:aifoundry/hub:Hub";
/** Azure ML components, of a workspace or of a registry that workspaces share. */
export const AZURE_ML_COMPONENT = [
  "azure-native:machinelearningservices:ComponentVersion",
  "azure-native:machinelearningservices:RegistryComponentVersion",
];
/** Azure ML environments, of a workspace or of a registry that workspaces share. */
export const AZURE_ML_ENVIRONMENT = [
  "azure-native:machinelearningservices:EnvironmentVersion",
  "azure-native:machinelearningservices:RegistryEnvironmentVersion",
];
