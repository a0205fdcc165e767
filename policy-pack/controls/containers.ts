/** Controls of the containers that jobs, models, pipelines and environments run: images, variables and commands. */
import { mustBeApproved } from "../checks/approved.ts";
import { mustNameVersions } from "../checks/asset-versions.ts";
import { imageChecks } from "../checks/container-checks.ts";
import { CONTAINERS } from "../checks/containers.ts";
import { mustBeScanned, mustNameDigest, mustNotBePublic } from "../checks/images.ts";
import { inEach } from "../checks/places.ts";
import { definitionCheck } from "../checks/sagemaker-pipelines.ts";
import { mustHoldNoSecrets, noSecretsInDocument } from "../checks/secrets.ts";
import { AZURE_ML_COMPONENT, AZURE_ML_ENVIRONMENT } from "../checks/types.ts";
import { VERTEX_PIPELINE_JOB, VERTEX_SCHEDULE, vertexPipelineCheck } from "../checks/vertex-pipelines.ts";
import type { Check, Cloud, Context, Control, Topic } from "../control.ts";
import { type Finding, judge, mustBeAbsent, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";

/** Judged by `model-private-registry`, which admits less. */
const SAGEMAKER_MODEL = ["aws:sagemaker/model:Model", "aws-native:sagemaker:Model"];

/** Resources of Azure ML that describe jobs, and where. */
const JOB_DESCRIPTIONS: [types: string[], path: string][] = [
  [
    ["Job", "BatchDeployment", "OnlineDeployment"].map((name) => `azure-native:machinelearningservices:${name}`),
    "properties",
  ],
  [["azure-native:machinelearningservices:Schedule"], "properties.action.jobDefinition"],
  [AZURE_ML_COMPONENT, "properties.componentSpec"],
];

/** The same checks on every cloud. */
function onEveryCloud(checks: (cloud: Cloud) => Check[]): Partial<Record<Cloud, Check[]>> {
  return { aws: checks("aws"), gcp: checks("gcp"), azure: checks("azure") };
}

/** A check of Azure ML environments, which can be built instead of named. */
function environmentCheck(cloudDefault: string, rule: (props: object, context: Context) => Finding[]): Check {
  return {
    types: AZURE_ML_ENVIRONMENT,
    whenAbsent: "complies",
    cloudDefault,
    evaluate: ({ props }, context) => rule(props, context),
  };
}

const approvedImage: Control = {
  id: "container-approved-image",
  title: "Containers of jobs, models and environments start from an approved image",
  severity: "medium",
  why: "An image from anywhere can bring malware along, and it runs with the data and the role of the job.",
  remedy: "Use an image of the list, or have yours added to it by the platform team.",
  frameworks: {
    nist80053: ["CM-7(5)", "SR-3"],
    iso27001: ["A.8.9", "A.8.19"],
    soc2: ["CC6.8"],
    mitreAtlas: ["AML.T0010"],
  },
  parameters: {
    approvedImages: {
      description: "Images by their full names; * stands for any text. Empty: every image.",
      type: "array",
      default: [],
    },
  },
  checks: onEveryCloud((cloud) =>
    imageChecks(cloud, (props, path, context) => mustBeApproved(props, path, context.list("approvedImages"))),
  ),
};

const digest: Control = {
  id: "container-image-digest",
  title: "Containers of jobs, models, pipelines and environments name their image by its digest",
  severity: "medium",
  why: "Whoever can move a tag decides what runs next, with the data and the role of the job, whatever was scanned before.",
  remedy:
    "End the image's name with `@sha256:` and the digest that was scanned; build images beforehand, and name " +
    "environments and templates by version.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  frameworks: {
    nist80053: ["CM-2", "CM-3", "SI-7"],
    iso27001: ["A.8.9", "A.8.19"],
    soc2: ["CC6.8", "CC8.1"],
    mitreAtlas: ["AML.T0010"],
  },
  parameters: {
    imagesByTag: {
      description:
        "Images that may be named by a tag; * stands for any text. The one that is listed starts the jobs of Google's " +
        "pipeline components, and the KFP SDK names it so in every pipeline.",
      type: "array",
      default: ["gcr.io/ml-pipeline/google-cloud-pipeline-components:*"],
    },
  },
  checks: {
    aws: digestChecks("aws"),
    gcp: [
      ...digestChecks("gcp"),
      {
        types: [VERTEX_SCHEDULE],
        whenAbsent: "complies",
        cloudDefault: "no template; the schedule holds the pipeline itself",
        evaluate: ({ props }) => mustPinTemplate(props, `${VERTEX_PIPELINE_JOB}.templateUri`),
      },
    ],
    azure: [
      ...digestChecks("azure"),
      ...JOB_DESCRIPTIONS.map(
        ([types, path]): Check => ({
          types,
          whenAbsent: "complies",
          cloudDefault: "no environment",
          evaluate: ({ props }) => judge(read(props, path), "", { absent: "complies" }, mustNameVersions),
        }),
      ),
      // A build context is a folder with a Dockerfile: what comes out of it changes with every base image and package.
      environmentCheck("no build", (props) => mustBeAbsent(props, "properties.build")),
    ],
  },
};

/** The address of a template ends with its version, `sha256:…`, or with a tag. */
function mustPinTemplate(props: object, path: string): Finding[] {
  return judge(read(props, path), "", { absent: "complies" }, (uri, at) =>
    /\/sha256:[0-9a-f]{64}$/.test(textOf(uri)) ? [] : [violation(`${at} must end with the template's digest`)],
  );
}

function digestChecks(cloud: Cloud): Check[] {
  return imageChecks(cloud, (props, path, context) => mustNameDigest(props, path, context.list("imagesByTag")));
}

const scanned: Control = {
  id: "container-image-scanned",
  title: "Containers of jobs, models, pipelines and environments start from a scanned image",
  severity: "high",
  why: "An image that nobody has scanned brings its known holes to the data that it is given.",
  remedy: "Scan the image, and let the platform team add its digest to the list.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html",
  frameworks: {
    nist80053: ["CM-7(5)", "RA-5", "SR-3"],
    iso27001: ["A.8.8", "A.8.19"],
    soc2: ["CC6.8", "CC7.1"],
    pciDss: ["6.3.1"],
    mitreAtlas: ["AML.T0010"],
  },
  parameters: {
    scannedDigests: {
      description:
        "Digests of images that were scanned and are below the severity limit, as `sha256:…`. Empty: every image.",
      type: "array",
      default: [],
    },
  },
  checks: {
    aws: scannedChecks("aws"),
    gcp: scannedChecks("gcp"),
    azure: [
      ...scannedChecks("azure"),
      environmentCheck("nothing is added to the image", (props, context) =>
        context.list("scannedDigests").length === 0
          ? []
          : ["build", "condaFile"].flatMap((way) => mustBeAbsent(props, `properties.${way}`)),
      ),
    ],
  },
};

function scannedChecks(cloud: Cloud): Check[] {
  return imageChecks(cloud, (props, path, context) => mustBeScanned(props, path, context.list("scannedDigests")));
}

const privateRegistry: Control = {
  id: "container-private-registry",
  title: "Containers of jobs, pipelines and environments start from images in a registry of your own",
  severity: "medium",
  why: "What is pulled from a public registry can change overnight, is not scanned, and the pull itself leaves your network.",
  remedy: "Keep a copy in a private registry, or let one mirror the public registry.",
  frameworks: {
    nist80053: ["CM-7(5)", "SC-7", "SR-3"],
    iso27001: ["A.8.19", "A.8.20"],
    soc2: ["CC6.8"],
    mitreAtlas: ["AML.T0010"],
  },
  parameters: {
    allowedPublicRegistries: {
      description: "Hosts of public registries that are allowed all the same, such as `mcr.microsoft.com`.",
      type: "array",
      default: [],
    },
  },
  checks: onEveryCloud((cloud) =>
    imageChecks(
      cloud,
      (props, path, context) => mustNotBePublic(props, path, context.list("allowedPublicRegistries")),
      SAGEMAKER_MODEL,
    ),
  ),
};

const noSecrets: Control = {
  id: "container-no-secrets-in-environment",
  title: "Variables, parameters and commands of containers hold no credentials",
  severity: "critical",
  why: "They are stored in plain text, and everyone who may describe the job, model, pipeline or deployment can read them.",
  remedy: "Keep the credential in the cloud's secret store and read it at run time with the container's own identity.",
  frameworks: {
    nist80053: ["IA-5", "SC-28"],
    iso27001: ["A.5.17", "A.8.4"],
    soc2: ["CC6.1"],
    pciDss: ["8.6.2"],
    mitreAtlas: ["AML.T0055"],
  },
  checks: {
    aws: [
      ...secretChecks("aws"),
      definitionCheck(({ written }) => noSecretsInDocument({ definition: written }, "definition")),
      {
        types: ["aws:scheduler/schedule:Schedule"],
        whenAbsent: "complies",
        cloudDefault: "no input",
        evaluate: ({ props }) =>
          inEach(props, ["target.input", "target.sagemakerPipelineParameters.pipelineParameters"], (path) =>
            mustHoldNoSecrets(props, path),
          ),
      },
    ],
    gcp: [
      ...secretChecks("gcp"),
      vertexPipelineCheck(({ written }) => noSecretsInDocument({ pipelineSpec: written }, "pipelineSpec")),
      {
        types: [VERTEX_SCHEDULE],
        whenAbsent: "complies",
        cloudDefault: "no parameters",
        evaluate: ({ props }) => mustHoldNoSecrets(props, `${VERTEX_PIPELINE_JOB}.runtimeConfig.parameterValues`),
      },
    ],
    azure: secretChecks("azure"),
  },
};

/** A check for each type that holds what containers are started with. */
function secretChecks(cloud: Cloud): Check[] {
  return CONTAINERS[cloud]
    .filter(({ texts, documents = [] }) => texts.length + documents.length > 0)
    .map(({ types, texts, documents = [] }) => ({
      types,
      whenAbsent: "complies",
      cloudDefault: "no variables",
      evaluate: ({ props }) => [
        ...inEach(props, texts, (path) => mustHoldNoSecrets(props, path)),
        ...inEach(props, documents, (path) => noSecretsInDocument(props, path)),
      ],
    }));
}

/** Images and containers. */
export const containers: Topic = {
  title: "Images and containers",
  controls: [approvedImage, digest, scanned, privateRegistry, noSecrets],
};
