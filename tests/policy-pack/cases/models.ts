import { CONTAINERS } from "../../../policy-pack/checks/containers.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { onPipelines } from "../pipelines.ts";
import { type TestResource, unknown } from "../server.ts";

const SAGEMAKER_MODEL = ["aws:sagemaker/model:Model", "aws-native:sagemaker:Model"];
const TRAINING_JOB = "aws:sagemaker/trainingJob:TrainingJob";
const PROCESSING_JOB = "aws-native:sagemaker:ProcessingJob";
const MODEL_GARDEN_DEPLOYMENT = "gcp:vertex/aiEndpointWithModelGardenDeployment:AiEndpointWithModelGardenDeployment";
const REASONING_ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine";
const AZURE_JOB = "azure-native:machinelearningservices:Job";
const AZURE_COMPUTE = "azure-native:machinelearningservices:Compute";
const BATCH_DEPLOYMENT = "azure-native:machinelearningservices:BatchDeployment";

const ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/fraud:1.2";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** An object that holds a value at a path; `containers[]` stands for a list of one. */
function at(path: string, value: unknown): Record<string, unknown> {
  const [first, ...rest] = path.split(".");
  const inner = rest.length > 0 ? at(rest.join("."), value) : value;
  return first!.endsWith("[]") ? { [first!.slice(0, -2)]: [inner] } : { [first!]: inner };
}

const network: ControlCases[] = [
  ...on("model-network-isolation", SAGEMAKER_MODEL, [
    ["isolated", { enableNetworkIsolation: true }, "complies"],
    ["open", { enableNetworkIsolation: false }, "violates"],
    ["unknown", { enableNetworkIsolation: unknown }, "undecided"],
    ["of a wrong type", { enableNetworkIsolation: ["true"] }, "violates"],
  ]),
  ...on("model-private-network", SAGEMAKER_MODEL, [
    ["subnets", { vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] } }, "complies"],
    ["a network that is made along with it", { vpcConfig: { subnets: [unknown] } }, "complies"],
    ["an unknown network", { vpcConfig: unknown }, "complies"],
    ["no subnets", { vpcConfig: { subnets: [] } }, "violates"],
    ["a network of a wrong type", { vpcConfig: "vpc-1" }, "violates"],
  ]),
  ...on(
    "model-registry-private-network",
    ["azure-native:machinelearningservices:Registry"],
    [
      ["closed", { publicNetworkAccess: "Disabled" }, "complies"],
      ["open", { publicNetworkAccess: "Enabled" }, "violates"],
      ["unknown", { publicNetworkAccess: unknown }, "undecided"],
    ],
  ),
];

const privateRegistry = on("model-private-registry", SAGEMAKER_MODEL, [
  ["an image in ECR", { primaryContainer: { image: ECR } }, "complies"],
  [
    "an image in ECR in China",
    { primaryContainer: { image: "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/fraud" } },
    "complies",
  ],
  [
    "an image in ECR by its address for IPv6",
    { containers: [{ image: "111122223333.dkr-ecr.eu-west-1.on.aws/fraud" }] },
    "complies",
  ],
  [
    "an image in ECR, said so",
    { primaryContainer: { image: ECR, imageConfig: { repositoryAccessMode: "Platform" } } },
    "complies",
  ],
  [
    "a registry of the network",
    {
      primaryContainer: {
        image: "registry.internal/fraud",
        imageConfig: { repositoryAccessMode: "Vpc" },
      },
    },
    "complies",
  ],
  ["a model package", { primaryContainer: { modelPackageName: "arn:package" } }, "complies"],
  ["another registry", { primaryContainer: { image: "docker.io/library/fraud" } }, "violates"],
  ["ECR's public registry", { primaryContainer: { image: "public.ecr.aws/x/fraud" } }, "violates"],
  ["ECR in the name only", { primaryContainer: { image: `evil.example/${ECR}` } }, "violates"],
  ["one of two containers from elsewhere", { containers: [{ image: ECR }, { image: "fraud" }] }, "violates"],
  ["an unknown image", { primaryContainer: { image: unknown } }, "undecided"],
  [
    "an unknown image of a registry of the network",
    { primaryContainer: { image: unknown, imageConfig: { repositoryAccessMode: "Vpc" } } },
    "complies",
  ],
  ["containers of a wrong type", { containers: "two" }, "violates"],
]);

const IMAGES = { approvedImages: ["111122223333.dkr.ecr.*/approved/*", "europe-docker.pkg.dev/ml/base:1"] };
const APPROVED = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/approved/fraud:1.2";

const approvedImage: ControlCases[] = Object.values(CONTAINERS)
  .flat()
  .flatMap(({ types, images }) => images.map((path) => ({ types, path })))
  .flatMap(({ types, path }) =>
    on("container-approved-image", types, [
      [`on the list: ${path}`, at(path, APPROVED), "complies", IMAGES],
      [`not on the list: ${path}`, at(path, "docker.io/library/fraud"), "violates", IMAGES],
      [`unknown: ${path}`, at(path, unknown), "undecided", IMAGES],
      [`without a list: ${path}`, at(path, "docker.io/library/fraud"), "complies"],
    ]),
  );

// Written in two parts, so that no scanner takes this file for a leak.
const HUGGING_FACE_TOKEN = `${"hf_"}${"aB".repeat(17)}`;
const AWS_KEY = `${"AKIA"}IOSFODNN7EXAMPLE`;

const noSecrets: ControlCases[] = [
  ...Object.values(CONTAINERS)
    .flat()
    .flatMap(({ types, texts }) => texts.map((path) => ({ types, path })))
    .flatMap(({ types, path }) =>
      on("container-no-secrets-in-environment", types, [
        [`harmless: ${path}`, at(path, { LOG_LEVEL: "info", SECRET_ARN: "arn:aws:secretsmanager:x" }), "complies"],
        [`a token: ${path}`, at(path, { HF_TOKEN: HUGGING_FACE_TOKEN }), "violates"],
        [`an unknown value: ${path}`, at(path, { BUCKET: unknown }), "undecided"],
        [`unknown: ${path}`, at(path, unknown), "undecided"],
      ]),
    ),
  ...on("container-no-secrets-in-environment", SAGEMAKER_MODEL, [
    ["a password by its name", { primaryContainer: { environment: { DB_PASSWORD: "c0rrectHorse4711" } } }, "violates"],
    [
      "AWS credentials",
      { containers: [{}, { environment: { AWS_SECRET_ACCESS_KEY: `${"wJalrXUtnFEMI"}/K7MDENG+bPxRfiCY1` } }] },
      "violates",
    ],
    [
      "names of secrets that are kept elsewhere",
      {
        primaryContainer: {
          environment: {
            HF_TOKEN: "projects/123456789/secrets/hugging-face/versions/1",
            DB_SECRET: "prod/fraud/database1",
            API_KEY: "/run/secrets/api-key1",
            CLIENT_SECRET: "fraud-client-secret-2",
            TOKEN: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:token1",
          },
        },
      },
      "complies",
    ],
    [
      "a secret beside an unknown value",
      { primaryContainer: { environment: { BUCKET: unknown, KEY: AWS_KEY } } },
      "violates, rest undecided",
    ],
    [
      "harmless variables beside an unknown image",
      { containers: [{ image: unknown, modelDataUrl: unknown, environment: { LOG_LEVEL: "info" } }] },
      "complies",
    ],
    ["a long name of a word", { primaryContainer: { environment: { MAX_TOKENS: "200000000000" } } }, "complies"],
  ]),
  ...on(
    "container-no-secrets-in-environment",
    [TRAINING_JOB],
    [
      ["a parameter", { hyperParameters: { "api-key": "9f8e7d6c5b4a3210" } }, "violates"],
      ["an argument", { algorithmSpecification: { containerArguments: ["--token", HUGGING_FACE_TOKEN] } }, "violates"],
      ["harmless arguments", { algorithmSpecification: { containerArguments: ["--epochs", "10"] } }, "complies"],
      ["an environment of a wrong type", { environment: 7 }, "complies"],
    ],
  ),
  ...on(
    "container-no-secrets-in-environment",
    [PROCESSING_JOB],
    [["a command", { appSpecification: { containerEntrypoint: ["sh", "-c", `KEY=${AWS_KEY} run`] } }, "violates"]],
  ),
  ...on(
    "container-no-secrets-in-environment",
    [MODEL_GARDEN_DEPLOYMENT],
    [
      [
        "a password in a list of variables",
        { modelConfig: { containerSpec: { envs: [{ name: "DB_PASSWORD", value: "c0rrectHorse4711" }] } } },
        "violates",
      ],
      [
        "a harmless list of variables",
        { modelConfig: { containerSpec: { envs: [{ name: "LOG_LEVEL", value: "c0rrectHorse4711" }] } } },
        "complies",
      ],
      [
        "a variable with an unknown name",
        { modelConfig: { containerSpec: { envs: [{ name: unknown, value: "info" }] } } },
        "undecided",
      ],
    ],
  ),
  ...on(
    "container-no-secrets-in-environment",
    [REASONING_ENGINE],
    [
      [
        "a variable from the secret store",
        { spec: { deploymentSpec: { secretEnvs: [{ name: "HF_TOKEN", secretRef: { secret: "hf", version: "1" } }] } } },
        "complies",
      ],
    ],
  ),
  ...on(
    "container-no-secrets-in-environment",
    [AZURE_JOB],
    [
      ["a command", { properties: { command: `python train.py --token ${HUGGING_FACE_TOKEN}` } }, "violates"],
      ["a harmless command", { properties: { command: "python train.py --epochs 10" } }, "complies"],
    ],
  ),
  ...on(
    "container-no-secrets-in-environment",
    [AZURE_COMPUTE],
    [
      [
        "a variable of a service",
        {
          properties: {
            properties: {
              customServices: [{ environmentVariables: { DB_PASSWORD: { type: "local", value: "c0rrectHorse4711" } } }],
            },
          },
        },
        "violates",
      ],
    ],
  ),
];

const MODELS = { approvedModels: ["publishers/google/models/*", "google/gemma-2-2b-it", "azureml://registries/ml/*"] };

/** Cases of one property that names a model. */
function modelCases(type: string, path: string): ControlCases[] {
  return on(
    "model-approved-source",
    [type],
    [
      [`on the list: ${path}`, at(path, "publishers/google/models/gemma"), "complies", MODELS],
      [`on the list by its whole name: ${path}`, at(path, "google/gemma-2-2b-it"), "complies", MODELS],
      [`not on the list: ${path}`, at(path, "publishers/stranger/models/gemma"), "violates", MODELS],
      [`unknown: ${path}`, at(path, unknown), "undecided", MODELS],
      [`of a wrong type: ${path}`, at(path, 7), "violates", MODELS],
      [`without a list: ${path}`, at(path, "publishers/stranger/models/gemma"), "complies"],
    ],
  );
}

const approvedModel: ControlCases[] = [
  ...SAGEMAKER_MODEL.flatMap((type) => [
    ...modelCases(type, "primaryContainer.modelPackageName"),
    ...modelCases(type, "containers[].modelPackageName"),
  ]),
  ...modelCases("aws:sagemaker/hubContentReference:HubContentReference", "sagemakerPublicHubContentArn"),
  ...modelCases(TRAINING_JOB, "serverlessJobConfig.baseModelArn"),
  ...modelCases(MODEL_GARDEN_DEPLOYMENT, "publisherModelName"),
  ...modelCases(MODEL_GARDEN_DEPLOYMENT, "huggingFaceModelId"),
  ...modelCases("gcp:vertex/aiModelGardenEnableModel:AiModelGardenEnableModel", "publisherModelName"),
  ...modelCases("azure-native:machinelearningservices:OnlineDeployment", "properties.model"),
  ...modelCases(BATCH_DEPLOYMENT, "properties.model.assetId"),
  ...modelCases("azure-native:machinelearningservices:ServerlessEndpoint", "properties.modelSettings.modelId"),
  ...on(
    "model-approved-source",
    [BATCH_DEPLOYMENT],
    [
      [
        "the result of a job",
        { properties: { model: { jobId: "train", referenceType: "OutputPath" } } },
        "complies",
        MODELS,
      ],
    ],
  ),
];

const token = on(
  "model-no-inline-token",
  [MODEL_GARDEN_DEPLOYMENT],
  [
    ["none", { huggingFaceModelId: "google/gemma-2-2b-it", modelConfig: { acceptEula: true } }, "complies"],
    ["a token", { modelConfig: { huggingFaceAccessToken: HUGGING_FACE_TOKEN } }, "violates"],
    ["unknown", { modelConfig: { huggingFaceAccessToken: unknown } }, "undecided"],
    ["empty", { modelConfig: { huggingFaceAccessToken: "" } }, "complies"],
  ],
);

const statement = (more: Record<string, unknown>) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sagemaker:DescribeModelPackage", Resource: "*", ...more }],
});

/** Policies of a group, as an object and as text. */
function policyCases(property: string): ResourceCase[] {
  const forms: [string, (document: unknown) => unknown][] = [
    ["an object", (document) => document],
    ["text", JSON.stringify],
  ];
  return forms.flatMap(([form, write]): ResourceCase[] => [
    [
      `an account, as ${form}`,
      { [property]: write(statement({ Principal: { AWS: "arn:aws:iam::111122223333:root" } })) },
      "complies",
    ],
    [
      `everybody of the organization, as ${form}`,
      {
        [property]: write(
          statement({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1234567890" } } }),
        ),
      },
      "complies",
    ],
    [`everybody, as ${form}`, { [property]: write(statement({ Principal: "*" })) }, "violates"],
    [`everybody by a list, as ${form}`, { [property]: write(statement({ Principal: { AWS: ["*"] } })) }, "violates"],
  ]);
}

const registryPolicies: ControlCases[] = (
  [
    ["aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy", "resourcePolicy"],
    ["aws-native:sagemaker:ModelPackageGroup", "modelPackageGroupPolicy"],
  ] as const
).flatMap(([type, property]) =>
  on(
    "model-registry-no-public-access",
    [type],
    [
      ...policyCases(property),
      ["unknown", { [property]: unknown }, "undecided"],
      ["an unknown principal", { [property]: statement({ Principal: { AWS: unknown } }) }, "undecided"],
      ["text that is no policy", { [property]: "everybody" }, "violates"],
    ],
  ),
);

const ENDPOINT: TestResource = { type: "aws:sagemaker/endpoint:Endpoint" };
const NATIVE_ENDPOINT: TestResource = { type: "aws-native:sagemaker:Endpoint" };
const GROUP: TestResource = { type: "aws:sagemaker/modelPackageGroup:ModelPackageGroup" };
const SCHEDULE: TestResource = { type: "aws:sagemaker/monitoringSchedule:MonitoringSchedule" };
const BIAS: TestResource = { type: "aws-native:sagemaker:ModelBiasJobDefinition" };

const governance: ControlCases[] = [
  {
    control: "model-governance-declared",
    type: ENDPOINT.type,
    stackCases: [
      ["a registry and a monitor", [ENDPOINT, GROUP, SCHEDULE], "complies"],
      ["a registry and a definition", [ENDPOINT, GROUP, BIAS], "complies"],
      ["a registry only", [ENDPOINT, GROUP], "violates"],
      ["a monitor only", [ENDPOINT, SCHEDULE], "violates"],
      ["neither", [ENDPOINT], "violates"],
    ],
  },
  {
    control: "model-governance-declared",
    type: NATIVE_ENDPOINT.type,
    stackCases: [
      ["a registry and a monitor", [NATIVE_ENDPOINT, GROUP, BIAS], "complies"],
      ["neither", [NATIVE_ENDPOINT], "violates"],
      ["neither, said on another endpoint already", [NATIVE_ENDPOINT, ENDPOINT], "complies"],
    ],
  },
];

const pipelines: ControlCases[] = [
  ...onPipelines("model-network-isolation", [
    ["isolated", "Model", { EnableNetworkIsolation: true }, "complies"],
    ["open", "Model", {}, "violates"],
    ["a step of another kind", "Training", {}, "complies"],
  ]),
  ...onPipelines("model-private-network", [
    ["subnets", "Model", { VpcConfig: { Subnets: ["subnet-1"] } }, "complies"],
    ["none", "Model", {}, "violates"],
  ]),
  ...onPipelines(
    "container-approved-image",
    [
      ["on the list", "Training", { AlgorithmSpecification: { TrainingImage: APPROVED } }, "complies"],
      ["a model's image on the list", "Model", { Containers: [{ Image: APPROVED }] }, "complies"],
      ["not on the list", "Processing", { AppSpecification: { ImageUri: "docker.io/library/fraud" } }, "violates"],
      ["what a parameter says", "Model", { PrimaryContainer: { Image: { Get: "Parameters.Image" } } }, "violates"],
    ],
    IMAGES,
  ),
  ...onPipelines("container-no-secrets-in-environment", [
    ["harmless", "Training", { Environment: { LOG_LEVEL: "info", BUCKET: { Get: "Parameters.Bucket" } } }, "complies"],
    ["a token", "Training", { Environment: { HF_TOKEN: HUGGING_FACE_TOKEN } }, "violates"],
    ["a password by its name", "Processing", { Environment: { DB_PASSWORD: "c0rrectHorse4711" } }, "violates"],
    ["a variable with the name of a function", "Processing", { Environment: { Get: AWS_KEY } }, "violates"],
    ["an argument", "Processing", { AppSpecification: { ContainerArguments: [AWS_KEY] } }, "violates"],
    ["a model's variable", "Model", { PrimaryContainer: { Environment: { KEY: AWS_KEY } } }, "violates"],
  ]),
];

export const cases: ControlCases[] = [
  ...network,
  ...privateRegistry,
  ...approvedImage,
  ...noSecrets,
  ...approvedModel,
  ...token,
  ...registryPolicies,
  ...governance,
  ...pipelines,
];
