import { CONTAINERS } from "../../../policy-pack/checks/containers.ts";
import { checksOf } from "../../../policy-pack/control.ts";
import { containers } from "../../../policy-pack/controls/containers.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { onPipelines, type StepCase } from "../pipelines.ts";
import { unknown } from "../server.ts";
import { customJob, type ExecutorCase, LAUNCHER, onVertexPipelines } from "../vertex-pipelines.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const OTHER_DIGEST = `sha256:${"fedcba9876543210".repeat(4)}`;
const REPOSITORY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/trainer";
const PINNED = `${REPOSITORY}@${DIGEST}`;
const BY_TAG = `${REPOSITORY}:1.2`;
// Written in two parts, so that no scanner takes this file for a leak.
const AWS_KEY = `${"AKIA"}IOSFODNN7EXAMPLE`;
const PASSWORD = { DB_PASSWORD: "c0rrectHorse4711" };

const SCANNED = { scannedDigests: [DIGEST, LAUNCHER.split("@")[1]] };

/** A resource with a value at the path, where `list[]` is a list with one element. */
function at(path: string, value: unknown): Record<string, unknown> {
  const [first, ...rest] = path.split(".") as [string, ...string[]];
  const inner = rest.length > 0 ? at(rest.join("."), value) : value;
  return first.endsWith("[]") ? { [first.slice(0, -2)]: [inner] } : { [first]: inner };
}

type ImageCase = [shows: string, image: unknown, expected: ResourceCase[2], parameters?: ResourceCase[3]];

/** The same cases on every type that names an image, and in pipelines. */
function onImages(control: string, cases: ImageCase[]): ControlCases[] {
  const judged = new Set(checksOf(containers.controls.find(({ id }) => id === control)!).flatMap(({ types }) => types));
  const ofResources = Object.values(CONTAINERS)
    .flat()
    .flatMap(({ types, images }) => types.flatMap((type) => images.map((path) => ({ type, path }))))
    .filter(({ type }) => judged.has(type))
    .map(
      ({ type, path }): ControlCases => ({
        control,
        type,
        cases: cases.map(([shows, image, expected, parameters]) => [
          `${shows}: ${path}`,
          at(path, image),
          expected,
          parameters,
        ]),
      }),
    );
  return [...ofResources, ...groupsOf(cases).flatMap((group) => inPipelines(control, group))];
}

/** The cases that share their parameters, without those of unknown images, which the text of a pipeline cannot hold. */
function groupsOf(cases: ImageCase[]): ImageCase[][] {
  const known = cases.filter(([, image]) => image !== unknown);
  const groups = Object.groupBy(known, ([, , , parameters]) => JSON.stringify(parameters ?? {}));
  return Object.values(groups) as ImageCase[][];
}

function inPipelines(control: string, cases: ImageCase[]): ControlCases[] {
  const parameters = cases[0]![3];
  return [
    ...onPipelines(
      control,
      cases.flatMap(([shows, image, expected]): StepCase[] => [
        [shows, "Training", { AlgorithmSpecification: { TrainingImage: image } }, expected],
        [shows, "RegisterModel", { InferenceSpecification: { Containers: [{ Image: image }] } }, expected],
      ]),
      parameters,
    ),
    ...onVertexPipelines(
      control,
      cases.flatMap(([shows, image, expected]): ExecutorCase[] => [
        [shows, { container: { image } }, expected],
        [`${shows}, in a custom job`, customJob(workers({ container_spec: { image_uri: image } })), expected],
        [
          `${shows}, in a package's job`,
          {
            customJob: {
              customJob: { jobSpec: { workerPoolSpecs: [{ pythonPackageSpec: { executorImageUri: image } }] } },
            },
          },
          expected,
        ],
      ]),
      parameters,
    ),
  ];
}

/** The machines of a custom job. */
function workers(pool: Record<string, unknown>) {
  return { worker_pool_specs: [pool] };
}

const approved = inPipelines("container-approved-image", [
  ["on the list", PINNED, "complies", { approvedImages: [`${REPOSITORY}@*`, LAUNCHER] }],
  ["not on the list", "docker.io/library/fraud", "violates", { approvedImages: [`${REPOSITORY}@*`, LAUNCHER] }],
]);

const digests = onImages("container-image-digest", [
  ["by digest", PINNED, "complies"],
  ["by tag and digest", `${BY_TAG}@${DIGEST}`, "complies"],
  ["by tag", BY_TAG, "violates"],
  ["by tag, which is allowed", BY_TAG, "complies", { imagesByTag: ["111122223333.dkr.ecr.*"] }],
  ["by a digest that is too short", `${REPOSITORY}@sha256:0123`, "violates"],
  ["by a digest that something follows", `${PINNED}0`, "violates"],
  ["without either", REPOSITORY, "violates"],
  ["unknown", unknown, "undecided"],
  ["of a wrong type", 7, "violates"],
]);

const launcher = onVertexPipelines("container-image-digest", [
  [
    "Google's launcher by tag, as the KFP SDK names it",
    { container: { image: "gcr.io/ml-pipeline/google-cloud-pipeline-components:2.22.0" } },
    "complies",
  ],
  ["another image of a launcher by tag", { container: { image: "launcher:1", args: ["--payload", "{"] } }, "violates"],
]);

const scanned = onImages("container-image-scanned", [
  ["on the list", PINNED, "complies", SCANNED],
  ["not on the list", `${REPOSITORY}@${OTHER_DIGEST}`, "violates", SCANNED],
  ["by tag", BY_TAG, "violates", SCANNED],
  ["without a list", BY_TAG, "complies"],
  ["unknown", unknown, "undecided", SCANNED],
]);

const registries = onImages("container-private-registry", [
  ["a registry of your own", PINNED, "complies"],
  ["a registry on a port", "localhost:5000/trainer", "complies"],
  ["Docker Hub", `docker.io/library/python@${DIGEST}`, "violates"],
  ["Docker Hub by another name", "registry-1.docker.io/library/python", "violates"],
  ["Docker Hub, unnamed", "python:3.12", "violates"],
  ["a folder of Docker Hub, unnamed", "pytorch/pytorch", "violates"],
  ["GitHub", "ghcr.io/example/trainer", "violates"],
  ["Microsoft", "mcr.microsoft.com/azureml/base", "violates"],
  [
    "Microsoft, which is allowed",
    "mcr.microsoft.com/azureml/base",
    "complies",
    { allowedPublicRegistries: ["mcr.microsoft.com"] },
  ],
  ["unknown", unknown, "undecided"],
]);

const ENVIRONMENTS = ["EnvironmentVersion", "RegistryEnvironmentVersion"].map(
  (name) => `azure-native:machinelearningservices:${name}`,
);
const environments: ControlCases[] = ENVIRONMENTS.flatMap((type): ControlCases[] => [
  {
    control: "container-image-digest",
    type,
    cases: [
      ["a build from a Dockerfile", { properties: { build: { contextUri: "https://a/b" } } }, "violates"],
      ["a build that is not known yet", { properties: { build: unknown } }, "undecided"],
      ["packages on a base image", { properties: { image: PINNED, condaFile: "name: a" } }, "complies"],
    ],
  },
  {
    control: "container-image-scanned",
    type,
    cases: [
      ["packages on a scanned image", { properties: { image: PINNED, condaFile: "name: a" } }, "violates", SCANNED],
      ["a build from a Dockerfile", { properties: { build: { contextUri: "https://a/b" } } }, "violates", SCANNED],
      ["a build, without a list", { properties: { build: { contextUri: "https://a/b" } } }, "complies"],
    ],
  },
]);

/** A pipeline's description with a setting of one of its jobs. */
const job = (settings: unknown) => ({ train: { type: "command", ...(settings as object) } });

const components: ControlCases[] = ["ComponentVersion", "RegistryComponentVersion"].map((name) => ({
  control: "container-image-digest",
  type: `azure-native:machinelearningservices:${name}`,
  cases: [
    ["an environment by its name", { properties: { componentSpec: { environment: "azureml:train:1" } } }, "complies"],
    ["an environment that is not known yet", { properties: { componentSpec: { environment: unknown } } }, "undecided"],
  ] satisfies ResourceCase[],
}));

/** Where each type describes a job. */
const DESCRIPTIONS: [type: string, write: (job: unknown) => Record<string, unknown>][] = [
  ["Job", (job) => ({ properties: job })],
  ["Job", (job) => ({ properties: { jobs: { train: job } } })],
  ["BatchDeployment", (job) => ({ properties: job })],
  ["OnlineDeployment", (job) => ({ properties: job })],
  ["Schedule", (job) => ({ properties: { action: { jobDefinition: { jobs: { train: job } } } } })],
  ["ComponentVersion", (job) => ({ properties: { componentSpec: job } })],
  ["RegistryComponentVersion", (job) => ({ properties: { componentSpec: job } })],
];

const versions: ControlCases[] = DESCRIPTIONS.map(([name, write]) => ({
  control: "container-image-digest",
  type: `azure-native:machinelearningservices:${name}`,
  cases: [
    ["an environment by version", write({ environmentId: "azureml:train:3" }), "complies"],
    ["an environment that is made along with it", write({ environmentId: unknown }), "complies"],
    ["an environment by label", write({ environmentId: "azureml:train@latest" }), "violates"],
    [
      "an environment by the id of a label",
      write({ environmentId: "azureml://registries/r/environments/e/labels/latest" }),
      "violates",
    ],
    ["a component by label", write({ componentId: "azureml:train@latest" }), "violates"],
  ] satisfies ResourceCase[],
}));

const template = (templateUri: unknown) => ({ createPipelineJobRequest: { pipelineJob: { templateUri } } });
const TEMPLATE = "https://europe-west1-kfp.pkg.dev/p/r/nightly";
const templates: ControlCases = {
  control: "container-image-digest",
  type: "gcp:vertex/aiSchedule:AiSchedule",
  cases: [
    ["a template by digest", template(`${TEMPLATE}/${DIGEST}`), "complies"],
    ["a template by tag", template(`${TEMPLATE}/latest`), "violates"],
    ["an unknown template", template(unknown), "undecided"],
  ],
};

const documents: ControlCases[] = Object.values(CONTAINERS)
  .flat()
  .flatMap(({ types, documents = [] }) => types.flatMap((type) => documents.map((path) => ({ type, path }))))
  .map(({ type, path }) => ({
    control: "container-no-secrets-in-environment",
    type,
    cases: [
      [`harmless: ${path}`, at(path, job({ command: "python train.py", computeId: unknown })), "complies"],
      [`a variable: ${path}`, at(path, job({ environment_variables: PASSWORD })), "violates"],
      [`a command: ${path}`, at(path, job({ command: `KEY=${AWS_KEY} python train.py` })), "violates"],
      [`unknown: ${path}`, at(path, unknown), "undecided"],
      [`a variable beside an unknown part: ${path}`, at(path, job({ computeId: unknown, env: PASSWORD })), "violates"],
    ],
  }));

const SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";
const runtime = (parameterValues: unknown) => ({
  createPipelineJobRequest: { pipelineJob: { runtimeConfig: { parameterValues } } },
});

const secrets: ControlCases[] = [
  ...onVertexPipelines("container-no-secrets-in-environment", [
    ["harmless", { container: { image: "a", args: ["--epochs", "3"] } }, "complies"],
    ["an argument", { container: { args: ["--key", AWS_KEY] } }, "violates"],
    ["a variable", { container: { env: [{ name: "DB_PASSWORD", value: "c0rrectHorse4711" }] } }, "violates"],
    [
      "a variable of a custom job",
      customJob(workers({ container_spec: { env: [{ name: "KEY", value: AWS_KEY }] } })),
      "violates",
    ],
  ]),
  {
    control: "container-no-secrets-in-environment",
    type: SCHEDULE,
    cases: [
      ["a harmless parameter", runtime({ epochs: 3 }), "complies"],
      ["a parameter", runtime({ password: "c0rrectHorse4711" }), "violates"],
      ["an unknown parameter", runtime({ bucket: unknown }), "undecided"],
    ],
  },
  ...onPipelines("container-no-secrets-in-environment", [
    ["a registered model's variable", "RegisterModel", { Containers: [{ Environment: PASSWORD }] }, "violates"],
    ["a payload", "Callback", { Payload: { token: AWS_KEY } }, "violates"],
  ]),
  ...["aws:sagemaker/pipeline:Pipeline"].map((type) => ({
    control: "container-no-secrets-in-environment",
    type,
    cases: [
      [
        "a parameter's default",
        {
          pipelineDefinition: JSON.stringify({
            Parameters: [{ Name: "Password", Type: "String", DefaultValue: `${"hf_"}${"aB".repeat(17)}` }],
            Steps: [],
          }),
        },
        "violates",
      ],
    ] satisfies ResourceCase[],
  })),
  {
    control: "container-no-secrets-in-environment",
    type: "aws:scheduler/schedule:Schedule",
    cases: [
      ["a harmless input", { target: { input: '{"Key": "value"}' } }, "complies"],
      ["no input", { target: { arn: unknown } }, "complies"],
      ["an input", { target: { input: `{"key": "${AWS_KEY}"}` } }, "violates"],
      [
        "a parameter",
        {
          target: {
            sagemakerPipelineParameters: { pipelineParameters: [{ name: "DB_PASSWORD", value: "c0rrectHorse4711" }] },
          },
        },
        "violates",
      ],
      ["an unknown input", { target: { input: unknown } }, "undecided"],
    ],
  },
];

export const cases: ControlCases[] = [
  ...approved,
  ...digests,
  ...launcher,
  ...scanned,
  ...registries,
  ...environments,
  ...components,
  ...versions,
  templates,
  ...documents,
  ...secrets,
];
