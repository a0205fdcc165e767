/** Controls of models and their registries. */
import { mustBeApproved } from "../checks/approved.ts";
import { inEach } from "../checks/places.ts";
import { mustNotLetEverybodyIn } from "../checks/resource-policies.ts";
import { pipelineCheck } from "../checks/sagemaker-pipelines.ts";
import type { Check, Control, StackResource, StackView, Topic } from "../control.ts";
import { anyOf, type Finding, judge, mustBeAbsent, mustBeSet, mustEqual, violation } from "../findings.ts";
import { read } from "../read.ts";

const SAGEMAKER_MODEL = ["aws:sagemaker/model:Model", "aws-native:sagemaker:Model"];
const SAGEMAKER_ENDPOINT = ["aws:sagemaker/endpoint:Endpoint", "aws-native:sagemaker:Endpoint"];
const MODEL_GARDEN_DEPLOYMENT = "gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment";

const MODEL_PACKAGE_GROUP = [
  "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
  "aws-native:sagemaker:ModelPackageGroup",
];
const MODEL_MONITOR = [
  "aws:sagemaker/monitoringSchedule:MonitoringSchedule",
  "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
  "aws-native:sagemaker:MonitoringSchedule",
  "aws-native:sagemaker:DataQualityJobDefinition",
  "aws-native:sagemaker:ModelBiasJobDefinition",
  "aws-native:sagemaker:ModelQualityJobDefinition",
  "aws-native:sagemaker:ModelExplainabilityJobDefinition",
];

/** `111122223333.dkr.ecr.eu-west-1.amazonaws.com/image`, or `111122223333.dkr-ecr.eu-west-1.on.aws/image` with IPv6. */
const ECR_IMAGE = /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)\//;

/** SageMaker takes images from ECR, which is private by itself, or from a registry in the network of the model. */
function mustComeFromPrivateRegistry(props: object, container: string): Finding[] {
  const fromEcr = judge(read(props, `${container}.image`), "", { absent: "complies" }, (image, at) =>
    typeof image === "string" && ECR_IMAGE.test(image) ? [] : [violation(`${at} is not in ECR`)],
  );
  const fromNetwork = mustEqual(props, `${container}.imageConfig.repositoryAccessMode`, "Vpc", { absent: "violates" });
  return anyOf(fromEcr, fromNetwork);
}

function mustBeIsolated(model: object): Finding[] {
  return mustEqual(model, "enableNetworkIsolation", true, { absent: "violates" });
}

function mustBeInNetwork(model: object): Finding[] {
  return mustBeSet(model, "vpcConfig.subnets", "list");
}

/** A check that the models at these paths are on the list. */
function approvedModels(types: string[], paths: string[], cloudDefault = "a model must be given"): Check {
  return {
    types,
    whenAbsent: "complies",
    cloudDefault,
    evaluate: ({ props }, context) =>
      inEach(props, paths, (path) => mustBeApproved(props, path, context.list("approvedModels"))),
  };
}

/** Says of a stack what it lacks, once: on its first endpoint. */
function mustBeGoverned(endpoint: StackResource, stack: StackView): Finding[] {
  if (stack.ofType(...SAGEMAKER_ENDPOINT)[0] !== endpoint) return [];
  return [
    ...(stack.ofType(...MODEL_PACKAGE_GROUP).length > 0 ? [] : [violation("the stack has no model package group")]),
    ...(stack.ofType(...MODEL_MONITOR).length > 0 ? [] : [violation("nothing in the stack monitors the model")]),
  ];
}

const controls: Control[] = [
  {
    id: "model-network-isolation",
    title: "Containers of models have no network access",
    severity: "high",
    why: "A model file can carry code, and a container that reaches the network can send every request's data away.",
    remedy: "Set `enableNetworkIsolation` to true; SageMaker still fetches the model and hands over the requests.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.12", "A.8.22"],
      soc2: ["CC6.6", "CC6.7"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0010", "AML.T0025"],
      securityHub: ["SageMaker.5"],
      checkov: ["CKV_AWS_370"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_MODEL,
          whenAbsent: "violates",
          cloudDefault: "`enableNetworkIsolation` is `false`",
          evaluate: ({ props }) => mustBeIsolated(props),
        },
        pipelineCheck(({ type, settings }) => (type === "Model" ? mustBeIsolated(settings) : [])),
      ],
    },
  },
  {
    id: "model-private-network",
    title: "Models are hosted in a network of your own",
    severity: "high",
    why: "Outside your network no firewall, endpoint policy or flow log sees where a model's container connects to.",
    remedy: "Give the model the private subnets and a security group of the workspace's network.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.1"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_MODEL,
          whenAbsent: "violates",
          cloudDefault: "a network that AWS owns",
          evaluate: ({ props }) => mustBeInNetwork(props),
        },
        pipelineCheck(({ type, settings }) => (type === "Model" ? mustBeInNetwork(settings) : [])),
      ],
    },
  },
  {
    id: "model-private-registry",
    title: "Images of models come from a private registry",
    severity: "medium",
    why: "What is pulled from a public registry can change overnight, and the pull itself leaves your network.",
    remedy: "Keep the image in ECR, or in a registry in your network with `repositoryAccessMode` set to `Vpc`.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ImageConfig.html",
    frameworks: {
      nist80053: ["CM-7(5)", "SC-7", "SR-3"],
      iso27001: ["A.8.19", "A.8.20"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
      securityHub: ["SageMaker.16", "SageMaker.19"],
    },
    checks: {
      aws: [
        {
          types: SAGEMAKER_MODEL,
          whenAbsent: "complies",
          cloudDefault: "no image; a model package names its own",
          evaluate: ({ props }) =>
            inEach(props, ["primaryContainer", "containers[]"], (at) => mustComeFromPrivateRegistry(props, at)),
        },
      ],
    },
  },
  {
    id: "model-no-inline-token",
    title: "Deployments from Model Garden carry no access token",
    severity: "medium",
    why: "The token opens its owner's account at Hugging Face and stands in the program, the state and the request.",
    remedy: "Copy the gated model into a bucket of your own once, and deploy it from there.",
    frameworks: {
      nist80053: ["IA-5"],
      iso27001: ["A.5.17"],
      soc2: ["CC6.1"],
      pciDss: ["8.6.2"],
      mitreAtlas: ["AML.T0055"],
    },
    checks: {
      gcp: [
        {
          types: [MODEL_GARDEN_DEPLOYMENT],
          whenAbsent: "complies",
          cloudDefault: "no token",
          evaluate: ({ props }) => mustBeAbsent(props, "modelConfig.huggingFaceAccessToken"),
        },
      ],
    },
  },
  {
    id: "model-approved-source",
    title: "Models come from the list of approved ones",
    severity: "medium",
    why: "A model from anywhere can be poisoned, carry code or come without the right to use it.",
    remedy: "Use a model of the list, or have yours added to it by the platform team.",
    url: "https://cloud.google.com/vertex-ai/generative-ai/docs/control-model-access",
    frameworks: {
      nist80053: ["CM-7(5)", "SR-3"],
      iso27001: ["A.5.19", "A.8.19"],
      soc2: ["CC6.8"],
      mitreAtlas: ["AML.T0010"],
      azurePolicy: ["12e5dd16", "19539b54"],
      googlePolicy: ["constraints/vertexai.allowedModels"],
    },
    parameters: {
      approvedModels: {
        description:
          "Models as the resources name them: model package ARNs, `publishers/google/models/gemma`, Hugging Face ids, " +
          "Azure asset ids; * stands for any text. Empty: every model.",
        type: "array",
        default: [],
      },
    },
    checks: {
      aws: [
        approvedModels(SAGEMAKER_MODEL, ["primaryContainer.modelPackageName", "containers[].modelPackageName"], "none"),
        approvedModels(["aws:sagemaker/hubContentReference:HubContentReference"], ["sagemakerPublicHubContentArn"]),
        approvedModels(
          ["aws:sagemaker/trainingJob:TrainingJob"],
          ["serverlessJobConfig.baseModelArn"],
          "the job starts from no model",
        ),
      ],
      gcp: [
        approvedModels([MODEL_GARDEN_DEPLOYMENT], ["publisherModelName", "huggingFaceModelId"]),
        approvedModels(["gcp:vertex/aiModelGardenEnableModel:AiModelGardenEnableModel"], ["publisherModelName"]),
      ],
      azure: [
        approvedModels(["azure-native:machinelearningservices:OnlineDeployment"], ["properties.model"]),
        approvedModels(["azure-native:machinelearningservices:BatchDeployment"], ["properties.model.assetId"]),
        approvedModels(
          ["azure-native:machinelearningservices:ServerlessEndpoint"],
          ["properties.modelSettings.modelId"],
        ),
      ],
    },
  },
  {
    id: "model-registry-no-public-access",
    title: "Model registries let nobody in from other accounts by a wildcard",
    severity: "critical",
    why: "A policy that names everybody lets strangers take your models, or register their own as a new version of yours.",
    remedy: "Name the accounts or roles that need the models, or narrow the statement to your organization.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html",
    frameworks: {
      nist80053: ["AC-3", "AC-6"],
      iso27001: ["A.5.15", "A.8.3"],
      soc2: ["CC6.1", "CC6.3"],
      pciDss: ["7.2.1"],
      mitreAtlas: ["AML.M0005"],
    },
    checks: {
      aws: [
        {
          types: ["aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"],
          whenAbsent: "complies",
          cloudDefault: "only the account itself has access",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "resourcePolicy"),
        },
        {
          types: ["aws-native:sagemaker:ModelPackageGroup"],
          whenAbsent: "complies",
          cloudDefault: "only the account itself has access",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "modelPackageGroupPolicy"),
        },
      ],
    },
  },
  {
    id: "model-registry-private-network",
    title: "Model registries cannot be reached from the internet",
    severity: "high",
    why: "A registry holds the models and environments of all teams; one leaked token opens it from anywhere.",
    remedy: "Set `publicNetworkAccess` to `Disabled` and reach the registry through a private endpoint.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-registry-network-isolation",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.4"],
    },
    checks: {
      azure: [
        {
          types: ["azure-native:machinelearningservices:Registry"],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) => mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "model-governance-declared",
    title: "Endpoints stand beside a model registry and a monitor",
    severity: "low",
    why: "Without a registry nobody approves what is served, and without a monitor nobody sees a model drift or discriminate.",
    remedy:
      "Add a model package group and a monitoring schedule, or switch the control off where another stack has them.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor.html",
    frameworks: {
      nist80053: ["CM-3", "SI-4"],
      iso27001: ["A.8.16", "A.8.32"],
      soc2: ["CC7.2", "CC8.1"],
    },
    stackChecks: {
      aws: [
        {
          types: SAGEMAKER_ENDPOINT,
          requires: "a model package group, and a monitoring schedule or a definition of a monitoring job",
          evaluate: mustBeGoverned,
        },
      ],
    },
  },
];

/** Controls of models and their registries. */
export const models: Topic = { title: "Models", controls };
