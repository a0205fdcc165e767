/** Controls of endpoints and deployments: SageMaker, Vertex AI, Vector Search and Azure ML. */
import { any, is, not, violatesIf } from "../checks/answers.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import {
  BATCH_ENDPOINT,
  DEPLOYED_INDEX,
  ENDPOINT_CONFIGS,
  ENDPOINT_CONFIGURATION,
  eachVariant,
  FEATURE_ONLINE_STORE,
  INDEX_ENDPOINT,
  INFERENCE_EXPERIMENT,
  isPresent,
  isServerless,
  MODEL_GARDEN_ENDPOINT,
  mustEncryptExperiment,
  mustEncryptVariants,
  mustUsePrivateServiceConnect,
  NATIVE_ENDPOINT_CONFIG,
  ONLINE_ENDPOINT,
  SERVERLESS_ENDPOINT,
  VERTEX_ENDPOINT,
  wherePresent,
  wherePrivateServiceConnect,
} from "../checks/endpoints.ts";
import { AZURE_ML_COMPUTE } from "../checks/types.ts";
import type { Check, Control, Topic } from "../control.ts";
import {
  anyOf,
  each,
  type Finding,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  same,
  unless,
} from "../findings.ts";
import { deploymentEgressBlocked } from "./deployment-egress.ts";

/** Where endpoints of Vertex AI keep their settings of Private Service Connect. */
const CONNECT_CONFIGS: [type: string, config: string][] = [
  [VERTEX_ENDPOINT, "privateServiceConnectConfig"],
  [MODEL_GARDEN_ENDPOINT, "endpointConfig.privateServiceConnectConfig"],
  [INDEX_ENDPOINT, "privateServiceConnectConfig"],
  [FEATURE_ONLINE_STORE, "dedicatedServingEndpoint.privateServiceConnectConfig"],
];

/** A store that is served by Bigtable answers at the API of the region, all others at an endpoint of their own. */
function featureStoreMustBePrivate(props: object): Finding[] {
  const hasEndpoint = any(
    isPresent(props, "optimized"),
    isPresent(props, "dedicatedServingEndpoint"),
    is(props, "embeddingManagement.enabled", true),
  );
  return unless(
    violatesIf(hasEndpoint, "it has an endpoint of its own"),
    mustUsePrivateServiceConnect(props, "dedicatedServingEndpoint.privateServiceConnectConfig"),
  );
}

/** Endpoints on Kubernetes name their compute; the network of that cluster decides who reaches them. */
function onlineEndpointMustBePrivate(props: object): Finding[] {
  return unless(
    mustBeSet(props, "properties.compute"),
    mustEqual(props, "properties.publicNetworkAccess", "Disabled", { absent: "violates" }),
  );
}

/**
 * What an endpoint writes to buckets: captured requests, results of asynchronous ones, and dumps of crashed models.
 * Where a block for captured requests does not say whether to capture, @pulumi/aws says no, and SageMaker itself yes.
 */
function outputsMustBeEncrypted(type: string, props: object): Finding[] {
  const captured = mustNameKmsKey(props, "dataCaptureConfig.kmsKeyId");
  const absent = type === ENDPOINT_CONFIGURATION ? "complies" : "violates";
  const capturesNothing = mustEqual(props, "dataCaptureConfig.enableCapture", false, { absent });
  return [
    ...wherePresent(props, "dataCaptureConfig", unless(capturesNothing, captured)),
    ...wherePresent(props, "asyncInferenceConfig", mustNameKmsKey(props, "asyncInferenceConfig.outputConfig.kmsKeyId")),
    ...eachVariant(props, (variant) =>
      wherePresent(props, `${variant}.coreDumpConfig`, mustNameKmsKey(props, `${variant}.coreDumpConfig.kmsKeyId`)),
    ),
  ];
}

/** The smallest number of instances is the initial one, or the one that managed scaling goes down to. */
function mustRunInstances(props: object, variant: string, min: number): Finding[] {
  const initial = `${variant}.initialInstanceCount`;
  const scaledDown = `${variant}.managedInstanceScaling.minInstanceCount`;
  const instances = [
    ...anyOf(
      mustBeBetween(props, initial, { min }, { absent: "violates" }),
      mustBeBetween(props, scaledDown, { min }, { absent: "violates" }),
    ),
    ...mustBeBetween(props, scaledDown, { min }, { absent: "complies" }),
  ];
  return unless(violatesIf(not(isPresent(props, `${variant}.serverlessConfig`)), "it has instances"), instances);
}

/** Variants that name no model take inference components, which have no network settings of their own. */
function componentsMustBeIsolated(props: object): Finding[] {
  const namesModels = [
    ...mustBeSet(props, "productionVariants", "list"),
    ...each(props, "productionVariants", (variant) => mustBeSet(props, `${variant}.modelName`)),
  ];
  return unless(namesModels, [
    ...mustEqual(props, "enableNetworkIsolation", true, { absent: "violates" }),
    ...mustBeSet(props, "vpcConfig.subnets", "list"),
  ]);
}

/** The same default as above, from the other side. */
function mustCaptureRequests(type: string, props: object): Finding[] {
  const capture = "dataCaptureConfig.enableCapture";
  const captures =
    type === ENDPOINT_CONFIGURATION
      ? mustEqual(props, capture, true, { absent: "violates" })
      : [...mustBeSet(props, "dataCaptureConfig", "object"), ...mustNotEqual(props, capture, false)];
  return unless(violatesIf(not(isServerless(props)), "it has instances"), captures);
}

/** Consumers are named in a list, or each with the network that gets a connection made for it. */
function consumersMustBeNamed(props: object, config: string): Finding[] {
  const projects = `${config}.projectAllowlists`;
  return wherePrivateServiceConnect(props, config, [
    ...anyOf(mustBeSet(props, projects, "list"), mustBeSet(props, `${config}.pscAutomationConfigs`, "list")),
    ...each(props, projects, (project) => mustNotEqual(props, project, "*")),
  ]);
}

function mustUseTls(props: object): Finding[] {
  const tls = mustBeOneOf(props, "properties.properties.sslConfiguration.status", ["Enabled", "Auto"], {
    absent: "violates",
  });
  return onlyIf(props, "properties.computeType", (kind) => kind === undefined || same(kind, "AKS"), tls);
}

/** A check for endpoints of Azure ML, which must say how callers sign in. */
function signInCheck(types: string[], allowed: string[]): Check {
  return {
    types,
    whenAbsent: "violates",
    cloudDefault: "none, it has to be chosen",
    evaluate: ({ props }) => mustBeOneOf(props, "properties.authMode", allowed, { absent: "violates" }),
  };
}

const controls: Control[] = [
  {
    id: "endpoint-private-network",
    title: "Endpoints cannot be reached from the internet",
    severity: "high",
    why: "A public endpoint lets anybody with a stolen token query the model from anywhere, copy it answer by answer, or probe it.",
    remedy:
      "Use Private Service Connect or a peered network, and disable public network access of Azure ML's endpoints.",
    url: "https://docs.cloud.google.com/vertex-ai/docs/predictions/choose-endpoint-type",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.4"],
      mitreAtlas: ["AML.T0040", "AML.M0019"],
      checkov: ["CKV2_GCP_33", "CKV2_GCP_34"],
    },
    checks: {
      gcp: [
        {
          types: [VERTEX_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "a public endpoint; a dedicated one is outside VPC Service Controls as well",
          evaluate: ({ props }) =>
            anyOf(mustBeSet(props, "network"), mustUsePrivateServiceConnect(props, "privateServiceConnectConfig")),
        },
        {
          types: [MODEL_GARDEN_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "a public endpoint",
          evaluate: ({ props }) => mustUsePrivateServiceConnect(props, "endpointConfig.privateServiceConnectConfig"),
        },
        {
          types: [INDEX_ENDPOINT],
          whenAbsent: "complies",
          cloudDefault: "no public endpoint",
          evaluate: ({ props }) => mustEqual(props, "publicEndpointEnabled", false, { absent: "complies" }),
        },
        {
          types: [FEATURE_ONLINE_STORE],
          whenAbsent: "complies",
          cloudDefault: "the regional API; a public endpoint as soon as the store is an optimized one",
          evaluate: ({ props }) => featureStoreMustBePrivate(props),
        },
      ],
      azure: [
        {
          types: [ONLINE_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) => onlineEndpointMustBePrivate(props),
        },
      ],
    },
  },
  {
    id: "endpoint-consumers-named",
    title: "Private endpoints name the projects that may connect",
    severity: "medium",
    why: "A private endpoint that any project may connect to is private to all of Google Cloud's customers.",
    remedy: "List the consumers' projects in `projectAllowlists`, without an asterisk.",
    url: "https://docs.cloud.google.com/vertex-ai/docs/predictions/private-service-connect",
    frameworks: {
      nist80053: ["AC-3", "AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      mitreAtlas: ["AML.M0019"],
    },
    checks: {
      gcp: CONNECT_CONFIGS.map(([type, config]) => ({
        types: [type],
        whenAbsent: "complies",
        cloudDefault: "no Private Service Connect, so no consumers",
        evaluate: ({ props }) => consumersMustBeNamed(props, config),
      })),
    },
  },
  {
    id: "endpoint-identity-access",
    title: "Callers of endpoints sign in with their identity, not with a key",
    severity: "high",
    why: "An endpoint's key does not expire, belongs to nobody, and cannot be taken away from one caller alone.",
    remedy: "Use `AADToken` for online and batch endpoints, and `AAD` for serverless ones.",
    url: "https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth",
    frameworks: {
      nist80053: ["AC-2", "AC-3", "IA-2", "IA-5"],
      iso27001: ["A.5.16", "A.8.5"],
      soc2: ["CC6.1"],
      pciDss: ["8.3.1", "8.6.2"],
      mitreAtlas: ["AML.T0040", "AML.M0019"],
    },
    checks: {
      azure: [
        signInCheck([ONLINE_ENDPOINT, BATCH_ENDPOINT], ["AADToken", "AMLToken"]),
        signInCheck([SERVERLESS_ENDPOINT], ["AAD"]),
      ],
    },
  },
  {
    id: "endpoint-callers-authorized",
    title: "Private endpoints ask their callers who they are",
    severity: "medium",
    why: "Unless told to ask, these endpoints answer whoever reaches them, so every machine of the network may query the model.",
    remedy:
      "Set `enableSecurePrivateServiceConnect` for endpoints, and `deployedIndexAuthConfig` for deployed indexes.",
    url: "https://docs.cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/PrivateServiceConnectConfig",
    frameworks: {
      nist80053: ["AC-3", "IA-9"],
      iso27001: ["A.5.15", "A.8.5"],
      soc2: ["CC6.1"],
      mitreAtlas: ["AML.T0040", "AML.M0019"],
    },
    checks: {
      gcp: [
        {
          types: [VERTEX_ENDPOINT],
          whenAbsent: "complies",
          cloudDefault: "no Private Service Connect; other endpoints ask by themselves or cannot",
          evaluate: ({ props }) =>
            wherePrivateServiceConnect(
              props,
              "privateServiceConnectConfig",
              mustEqual(props, "privateServiceConnectConfig.enableSecurePrivateServiceConnect", true, {
                absent: "violates",
              }),
            ),
        },
        {
          types: [DEPLOYED_INDEX],
          whenAbsent: "violates",
          cloudDefault: "no authentication",
          evaluate: ({ props }) =>
            anyOf(
              mustBeSet(props, "deployedIndexAuthConfig.authProvider.allowedIssuers", "list"),
              mustBeSet(props, "deployedIndexAuthConfig.authProvider.audiences", "list"),
            ),
        },
      ],
    },
  },
  {
    id: "endpoint-cmk",
    title: "Endpoints are encrypted with a customer-managed key",
    severity: "high",
    why: "Models and the data they answer from lie on an endpoint's disks; only with a key of your own can you see who decrypts them, and take the right away.",
    remedy: "Name your key. Instances with disks of their own, and serverless endpoints, take none and are left out.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["SageMaker.23"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_98", "CKV2_GCP_24"],
    },
    checks: {
      aws: [
        {
          types: ENDPOINT_CONFIGS,
          whenAbsent: "violates",
          cloudDefault: "a key that AWS owns",
          evaluate: ({ props, type }) =>
            mustEncryptVariants(props, type === ENDPOINT_CONFIGURATION ? "kmsKeyArn" : "kmsKeyId"),
        },
        {
          types: [INFERENCE_EXPERIMENT],
          whenAbsent: "violates",
          cloudDefault: "a key that AWS owns",
          evaluate: ({ props }) => mustEncryptExperiment(props, "kmsKey"),
        },
      ],
      gcp: [
        {
          types: [VERTEX_ENDPOINT, INDEX_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "encryptionSpec.kmsKeyName"),
        },
      ],
    },
  },
  {
    id: "endpoint-output-cmk",
    title: "What endpoints write is encrypted with a customer-managed key",
    severity: "medium",
    why: "Captured requests, results and core dumps hold what users asked and what the model knows.",
    remedy: "Name your key in dataCaptureConfig, in asyncInferenceConfig.outputConfig and in each coreDumpConfig.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["SageMaker.24"],
    },
    checks: {
      aws: [
        {
          types: ENDPOINT_CONFIGS,
          whenAbsent: "complies",
          cloudDefault: "nothing is written; where something is, the bucket's own encryption",
          evaluate: ({ props, type }) => outputsMustBeEncrypted(type, props),
        },
        {
          types: [INFERENCE_EXPERIMENT],
          whenAbsent: "complies",
          cloudDefault: "no requests are stored; where they are, the bucket's own encryption",
          evaluate: ({ props }) =>
            wherePresent(props, "dataStorageConfig", mustNameKmsKey(props, "dataStorageConfig.kmsKey")),
        },
      ],
    },
  },
  {
    id: "endpoint-no-shell-access",
    title: "Nobody opens a shell on the instances of an endpoint",
    severity: "high",
    why: "A session on the instance sees every request and the model itself, and leaves with the endpoint's role.",
    remedy: "Leave `enableSsmAccess` off; look for faults in a copy of the endpoint that holds no real data.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/ssm-access.html",
    frameworks: {
      nist80053: ["AC-3", "AC-17", "CM-7"],
      iso27001: ["A.8.2", "A.8.9"],
      soc2: ["CC6.1"],
      pciDss: ["2.2.4"],
      mitreAtlas: ["AML.M0019"],
    },
    checks: {
      aws: [
        {
          types: ENDPOINT_CONFIGS,
          whenAbsent: "complies",
          cloudDefault: "no access through Systems Manager",
          evaluate: ({ props }) =>
            eachVariant(props, (variant) =>
              mustEqual(props, `${variant}.enableSsmAccess`, false, { absent: "complies" }),
            ),
        },
      ],
    },
  },
  {
    id: "endpoint-network-isolation",
    title: "Endpoints for inference components are isolated in a network of your own",
    severity: "high",
    why: "A model is foreign code; with a way to the internet it can send away what users ask it.",
    remedy:
      "Enable network isolation and name private subnets. The classic provider cannot: use aws-native for such endpoints.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7", "SC-39"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
    },
    checks: {
      aws: [
        {
          types: [NATIVE_ENDPOINT_CONFIG],
          whenAbsent: "violates",
          cloudDefault: "containers reach the internet; variants that name a model take its settings",
          evaluate: ({ props }) => componentsMustBeIsolated(props),
        },
      ],
    },
  },
  {
    id: "endpoint-redundant-instances",
    title: "Endpoints run on more than one instance",
    severity: "medium",
    why: "SageMaker spreads instances over zones; a single one goes down with its zone, and with every update.",
    remedy: "Start each variant with at least two instances, and do not scale down to fewer.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html",
    frameworks: {
      nist80053: ["CP-10", "SC-5", "SC-36"],
      iso27001: ["A.8.14"],
      soc2: ["A1.2"],
      securityHub: ["SageMaker.4"],
    },
    parameters: {
      minimumInstances: {
        description: "Smallest number of instances of a variant.",
        type: "integer",
        default: 2,
        minimum: 1,
      },
    },
    checks: {
      aws: [
        {
          types: ENDPOINT_CONFIGS,
          whenAbsent: "violates",
          cloudDefault: "none, the number has to be chosen",
          evaluate: ({ props }, context) => [
            ...mustBeSet(props, "productionVariants", "list"),
            ...each(props, "productionVariants", (variant) =>
              mustRunInstances(props, variant, context.number("minimumInstances")),
            ),
          ],
        },
      ],
    },
  },
  {
    id: "endpoint-requests-logged",
    title: "Requests to endpoints are recorded",
    severity: "low",
    why: "Without a record nobody can say what a model was asked, see it being probed, or notice that its input drifts.",
    remedy: "Enable data capture, request logging or access logging, into a place that few may read.",
    url: "https://docs.cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging",
    frameworks: {
      nist80053: ["AU-2", "AU-6", "AU-12"],
      iso27001: ["A.8.15"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      mitreAtlas: ["AML.M0024"],
    },
    checks: {
      aws: [
        {
          types: ENDPOINT_CONFIGS,
          whenAbsent: "violates",
          cloudDefault: "nothing is captured; serverless endpoints cannot",
          evaluate: ({ props, type }) => mustCaptureRequests(type, props),
        },
      ],
      gcp: [
        {
          types: [VERTEX_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "no requests are logged; endpoints in a peered network cannot",
          evaluate: ({ props }) =>
            unless(
              mustBeSet(props, "network"),
              mustEqual(props, "predictRequestResponseLoggingConfig.enabled", true, { absent: "violates" }),
            ),
        },
        {
          types: [DEPLOYED_INDEX],
          whenAbsent: "violates",
          cloudDefault: "no access logs",
          evaluate: ({ props }) => mustEqual(props, "enableAccessLogging", true, { absent: "violates" }),
        },
      ],
    },
  },
  deploymentEgressBlocked,
  {
    id: "endpoint-content-safety",
    title: "Serverless endpoints filter harmful content",
    severity: "medium",
    why: "Without the filter the model answers what it is asked, and passes on what an attacker has planted in its input.",
    remedy: "Set `contentSafetyStatus` to `Enabled`.",
    url: "https://learn.microsoft.com/azure/machine-learning/how-to-deploy-models-serverless",
    frameworks: {
      nist80053: ["SI-10", "SI-15"],
      iso27001: ["A.8.26"],
      soc2: ["CC7.2"],
      mitreAtlas: ["AML.M0020", "AML.T0051"],
    },
    checks: {
      azure: [
        {
          types: [SERVERLESS_ENDPOINT],
          whenAbsent: "violates",
          cloudDefault: "not documented, so it must be enabled explicitly",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.contentSafety.contentSafetyStatus", "Enabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "inference-cluster-tls",
    title: "Inference clusters answer over TLS only",
    severity: "high",
    why: "Without TLS everybody on the way reads the requests, the answers and the callers' tokens.",
    remedy: "Enable TLS with a certificate of your own, or with a leaf domain label for one of Microsoft's.",
    url: "https://learn.microsoft.com/azure/machine-learning/v1/how-to-secure-web-service",
    frameworks: {
      nist80053: ["SC-8", "SC-8(1)", "SC-13"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.7"],
      pciDss: ["4.2.1"],
    },
    checks: {
      azure: [
        {
          types: [AZURE_ML_COMPUTE],
          whenAbsent: "violates",
          cloudDefault: "plain HTTP on compute of the kind AKS",
          evaluate: ({ props }) => mustUseTls(props),
        },
        {
          types: ["azure:machinelearning/inferenceCluster:InferenceCluster"],
          whenAbsent: "violates",
          cloudDefault: "plain HTTP",
          evaluate: ({ props }) =>
            anyOf(
              mustBeSet(props, "ssl.leafDomainLabel"),
              ["ssl.cert", "ssl.key", "ssl.cname"].flatMap((path) => mustBeSet(props, path)),
            ),
        },
      ],
    },
  },
];

/** Controls of endpoints and deployments. */
export const serving: Topic = { title: "Serving", controls };
