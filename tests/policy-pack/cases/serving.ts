import {
  BATCH_ENDPOINT,
  DEPLOYED_INDEX,
  ENDPOINT_CONFIGS,
  ENDPOINT_CONFIGURATION,
  FEATURE_ONLINE_STORE,
  INDEX_ENDPOINT,
  INFERENCE_EXPERIMENT,
  MODEL_GARDEN_ENDPOINT,
  NATIVE_ENDPOINT_CONFIG,
  ONLINE_DEPLOYMENT,
  ONLINE_ENDPOINT,
  SERVERLESS_ENDPOINT,
  VERTEX_ENDPOINT,
} from "../../../policy-pack/checks/endpoints.ts";
import { AZURE_ML_COMPUTE, AZURE_ML_WORKSPACE, CLASSIC_ML_WORKSPACE } from "../../../policy-pack/checks/types.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const AWS_KEY = "alias/aws/s3";
const GOOGLE_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const NETWORK = "projects/12345/global/networks/ml";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Properties of a Private Service Connect endpoint. */
function connect(more: Record<string, unknown>): Record<string, unknown> {
  return { privateServiceConnectConfig: more };
}

const PUBLIC = connect({ enablePrivateServiceConnect: false });

/** Each way of Vertex AI to nest the settings of Private Service Connect. */
const CONNECTED: [type: string, at: (config: unknown) => Record<string, unknown>][] = [
  [VERTEX_ENDPOINT, (config) => ({ privateServiceConnectConfig: config })],
  [MODEL_GARDEN_ENDPOINT, (config) => ({ endpointConfig: { privateServiceConnectConfig: config } })],
  [INDEX_ENDPOINT, (config) => ({ privateServiceConnectConfig: config })],
  [FEATURE_ONLINE_STORE, (config) => ({ dedicatedServingEndpoint: { privateServiceConnectConfig: config } })],
];

const privateNetwork: ControlCases[] = [
  ...on(
    "endpoint-private-network",
    [VERTEX_ENDPOINT],
    [
      ["a peered network", { network: NETWORK }, "complies"],
      ["a peered network that is made along with it", { network: unknown }, "complies"],
      ["Private Service Connect", connect({ enablePrivateServiceConnect: true }), "complies"],
      ["Private Service Connect that is off", PUBLIC, "violates"],
      ["a dedicated endpoint, which is public", { dedicatedEndpointEnabled: true }, "violates"],
      ["an empty network", { network: "" }, "violates"],
      ["unknown", connect({ enablePrivateServiceConnect: unknown }), "undecided"],
      ["unknown settings", { privateServiceConnectConfig: unknown }, "undecided"],
      ["a network of a wrong type", { network: { id: NETWORK } }, "violates"],
    ],
  ),
  ...on(
    "endpoint-private-network",
    [MODEL_GARDEN_ENDPOINT],
    [
      ["Private Service Connect", { endpointConfig: connect({ enablePrivateServiceConnect: true }) }, "complies"],
      ["Private Service Connect that is off", { endpointConfig: PUBLIC }, "violates"],
      ["a dedicated endpoint, which is public", { endpointConfig: { dedicatedEndpointEnabled: true } }, "violates"],
      ["unknown", { endpointConfig: unknown }, "undecided"],
    ],
  ),
  ...on(
    "endpoint-private-network",
    [INDEX_ENDPOINT],
    [
      ["a peered network", { network: NETWORK }, "complies"],
      ["no public endpoint", { publicEndpointEnabled: false }, "complies"],
      ["a public endpoint", { publicEndpointEnabled: true }, "violates"],
      ["a public endpoint, as text", { publicEndpointEnabled: "true" }, "violates"],
      ["unknown", { publicEndpointEnabled: unknown }, "undecided"],
    ],
  ),
  ...on(
    "endpoint-private-network",
    [FEATURE_ONLINE_STORE],
    [
      ["Bigtable", { bigtable: { autoScaling: { minNodeCount: 1, maxNodeCount: 2 } } }, "complies"],
      [
        "an optimized store behind Private Service Connect",
        { optimized: {}, dedicatedServingEndpoint: connect({ enablePrivateServiceConnect: true }) },
        "complies",
      ],
      ["an optimized store", { optimized: {} }, "violates"],
      ["an optimized store with a public endpoint", { optimized: {}, dedicatedServingEndpoint: PUBLIC }, "violates"],
      ["Bigtable with a public endpoint", { bigtable: {}, dedicatedServingEndpoint: PUBLIC }, "violates"],
      ["Bigtable with embeddings", { bigtable: {}, embeddingManagement: { enabled: true } }, "violates"],
      ["unknown", { optimized: {}, dedicatedServingEndpoint: unknown }, "undecided"],
      ["a kind of store that is not known yet", { optimized: unknown }, "undecided"],
    ],
  ),
  ...on(
    "endpoint-private-network",
    [ONLINE_ENDPOINT],
    [
      ["off", { properties: { publicNetworkAccess: "Disabled" } }, "complies"],
      ["on", { properties: { publicNetworkAccess: "Enabled" } }, "violates"],
      ["left out", { properties: { authMode: "AADToken" } }, "violates"],
      ["a cluster's endpoint", { properties: { compute: "/computes/k8s" } }, "complies"],
      ["unknown", { properties: { publicNetworkAccess: unknown } }, "undecided"],
      ["of a wrong type", { properties: { publicNetworkAccess: ["Disabled"] } }, "violates"],
    ],
  ),
];

const consumersNamed: ControlCases[] = CONNECTED.flatMap(([type, at]) =>
  on(
    "endpoint-consumers-named",
    [type],
    [
      ["projects", at({ enablePrivateServiceConnect: true, projectAllowlists: ["serving"] }), "complies"],
      ["unknown projects", at({ enablePrivateServiceConnect: true, projectAllowlists: unknown }), "undecided"],
      ["no Private Service Connect", at({ enablePrivateServiceConnect: false }), "complies"],
      ["everybody", at({ enablePrivateServiceConnect: true, projectAllowlists: ["serving", "*"] }), "violates"],
      ["nobody", at({ enablePrivateServiceConnect: true, projectAllowlists: [] }), "violates"],
      ["no list", at({ enablePrivateServiceConnect: true }), "violates"],
      ["unknown", at({ enablePrivateServiceConnect: unknown }), "undecided"],
      ["a list of a wrong type", at({ enablePrivateServiceConnect: true, projectAllowlists: "*" }), "violates"],
    ],
  ),
);

const automated: ControlCases[] = on(
  "endpoint-consumers-named",
  [VERTEX_ENDPOINT],
  [
    [
      "projects that get their connection made",
      connect({
        enablePrivateServiceConnect: true,
        pscAutomationConfigs: [{ projectId: "serving", network: NETWORK }],
      }),
      "complies",
    ],
  ],
);

const identityAccess: ControlCases[] = [
  ...on(
    "endpoint-identity-access",
    [ONLINE_ENDPOINT, BATCH_ENDPOINT],
    [
      ["Entra ID", { properties: { authMode: "AADToken" } }, "complies"],
      ["tokens of the workspace", { properties: { authMode: "AMLToken" } }, "complies"],
      ["keys", { properties: { authMode: "Key" } }, "violates"],
      ["unknown", { properties: { authMode: unknown } }, "undecided"],
      ["of a wrong type", { properties: { authMode: ["AADToken"] } }, "violates"],
    ],
  ),
  ...on(
    "endpoint-identity-access",
    [SERVERLESS_ENDPOINT],
    [
      ["Entra ID", { properties: { authMode: "AAD" } }, "complies"],
      ["keys", { properties: { authMode: "Key" } }, "violates"],
      ["keys too", { properties: { authMode: "KeyAndAAD" } }, "violates"],
      ["unknown", { properties: unknown }, "undecided"],
    ],
  ),
];

/** Properties of a deployed index. */
function indexAuth(authProvider: unknown): Record<string, unknown> {
  return { deployedIndexAuthConfig: { authProvider } };
}

const callersAuthorized: ControlCases[] = [
  ...on(
    "endpoint-callers-authorized",
    [VERTEX_ENDPOINT],
    [
      ["asked", connect({ enablePrivateServiceConnect: true, enableSecurePrivateServiceConnect: true }), "complies"],
      ["a peered network, which cannot ask", { network: NETWORK }, "complies"],
      ["no Private Service Connect", PUBLIC, "complies"],
      ["not asked", connect({ enablePrivateServiceConnect: true }), "violates"],
      [
        "not asked, on purpose",
        connect({ enablePrivateServiceConnect: true, enableSecurePrivateServiceConnect: false }),
        "violates",
      ],
      [
        "unknown",
        connect({ enablePrivateServiceConnect: true, enableSecurePrivateServiceConnect: unknown }),
        "undecided",
      ],
    ],
  ),
  ...on(
    "endpoint-callers-authorized",
    [DEPLOYED_INDEX],
    [
      ["issuers", indexAuth({ allowedIssuers: ["app@p.iam.gserviceaccount.com"] }), "complies"],
      ["audiences", indexAuth({ audiences: ["search"] }), "complies"],
      ["an empty provider", indexAuth({}), "violates"],
      ["no issuers", indexAuth({ allowedIssuers: [], audiences: [] }), "violates"],
      ["issuers that are made along with it", indexAuth({ allowedIssuers: unknown }), "complies"],
      ["issuers of a wrong type", indexAuth({ allowedIssuers: "app@p.iam.gserviceaccount.com" }), "violates"],
    ],
  ),
];

/** Properties of an endpoint's configuration with one production variant. */
function variant(more: Record<string, unknown>, others: Record<string, unknown> = {}): Record<string, unknown> {
  return { productionVariants: [{ variantName: "main", ...more }], ...others };
}

const SERVERLESS = { serverlessConfig: { maxConcurrency: 5, memorySizeInMb: 2048 } };
const CPU = { instanceType: "ml.m5.large" };
const GPU = { instanceType: "ml.g5.xlarge" };

function volumeCases(key: string): ResourceCase[] {
  return [
    ["a key", variant(CPU, { [key]: KEY }), "complies"],
    ["a key that is made along with it", variant(CPU, { [key]: unknown }), "complies"],
    ["no key", variant(CPU), "violates"],
    ["an empty key", variant(CPU, { [key]: "" }), "violates"],
    ["a key that AWS manages", variant(CPU, { [key]: AWS_KEY }), "violates"],
    ["no key, serverless", variant(SERVERLESS), "complies"],
    ["no key, on disks of the instance", variant(GPU), "complies"],
    ["no key, on disks of a shadow's instance", variant(CPU, { shadowProductionVariants: [GPU] }), "complies"],
    ["no key, partly serverless", { productionVariants: [SERVERLESS, CPU] }, "violates"],
    ["no key, and no variant", { productionVariants: [] }, "violates"],
    ["no key, on an unknown instance", variant({ instanceType: unknown }), "undecided"],
    ["no key, and unknown variants", { productionVariants: unknown }, "undecided"],
    ["a key of a wrong type", variant(CPU, { [key]: [KEY] }), "violates"],
    ["variants of a wrong type", { productionVariants: "main" }, "violates"],
  ];
}

/** Properties of an inference experiment that runs on one type of instance. */
function experiment(instanceType: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  const infrastructureConfig = { realTimeInferenceConfig: { instanceType, instanceCount: 1 } };
  return { modelVariants: [{ variantName: "shadow", infrastructureConfig }], ...more };
}

const volumes: ControlCases[] = [
  ...on("endpoint-cmk", [ENDPOINT_CONFIGURATION], volumeCases("kmsKeyArn")),
  ...on("endpoint-cmk", [NATIVE_ENDPOINT_CONFIG], volumeCases("kmsKeyId")),
  ...on(
    "endpoint-cmk",
    [NATIVE_ENDPOINT_CONFIG],
    [
      ["no key, on pools with disks", variant({ instancePools: [CPU, GPU] }), "complies"],
      ["no key, on pools without", variant({ instancePools: [CPU] }), "violates"],
      ["no key, on unknown pools", variant({ instancePools: unknown }), "undecided"],
    ],
  ),
  ...on(
    "endpoint-cmk",
    [INFERENCE_EXPERIMENT],
    [
      ["a key", experiment("ml.m5.large", { kmsKey: KEY }), "complies"],
      ["no key", experiment("ml.m5.large"), "violates"],
      ["a key that AWS manages", experiment("ml.m5.large", { kmsKey: AWS_KEY }), "violates"],
      ["no key, on disks of the instance", experiment("ml.p4d.24xlarge"), "complies"],
      ["no key, on an unknown instance", experiment(unknown), "undecided"],
    ],
  ),
  ...on(
    "endpoint-cmk",
    [VERTEX_ENDPOINT, INDEX_ENDPOINT],
    [
      ["a key", { encryptionSpec: { kmsKeyName: GOOGLE_KEY } }, "complies"],
      ["a key that is made along with it", { encryptionSpec: { kmsKeyName: unknown } }, "complies"],
      ["an empty key", { encryptionSpec: { kmsKeyName: "" } }, "violates"],
      ["a key of a wrong type", { encryptionSpec: { kmsKeyName: [GOOGLE_KEY] } }, "violates"],
    ],
  ),
];

/** Properties that capture requests. */
function capture(more: Record<string, unknown>): Record<string, unknown> {
  return { dataCaptureConfig: { destinationS3Uri: "s3://captured", initialSamplingPercentage: 100, ...more } };
}

/** Properties with a core dump of each kind of variant. */
function dumps(kmsKeyId: unknown): Record<string, unknown> {
  const coreDumpConfig = { destinationS3Uri: "s3://dumps", kmsKeyId };
  return variant(
    { coreDumpConfig: { ...coreDumpConfig, kmsKeyId: KEY } },
    { shadowProductionVariants: [{ coreDumpConfig }] },
  );
}

const outputs: ControlCases[] = [
  ...on("endpoint-output-cmk", ENDPOINT_CONFIGS, [
    ["nothing", variant(CPU), "complies"],
    ["captured requests with a key", capture({ enableCapture: true, kmsKeyId: KEY }), "complies"],
    [
      "captured requests with a key that is made along with it",
      capture({ enableCapture: true, kmsKeyId: unknown }),
      "complies",
    ],
    ["captured requests", capture({ enableCapture: true }), "violates"],
    ["captured requests with a key that AWS manages", capture({ enableCapture: true, kmsKeyId: AWS_KEY }), "violates"],
    ["no captured requests", capture({ enableCapture: false }), "complies"],
    ["captured requests, perhaps", capture({ enableCapture: unknown }), "undecided"],
    ["captured requests of a wrong type", { dataCaptureConfig: "all" }, "violates"],
    [
      "asynchronous results with a key",
      { asyncInferenceConfig: { outputConfig: { s3OutputPath: "s3://results", kmsKeyId: KEY } } },
      "complies",
    ],
    ["asynchronous results", { asyncInferenceConfig: { outputConfig: { s3OutputPath: "s3://results" } } }, "violates"],
    ["unknown asynchronous results", { asyncInferenceConfig: { outputConfig: unknown } }, "complies"],
    ["core dumps with a key", dumps(KEY), "complies"],
    ["a shadow's core dumps", dumps(undefined), "violates"],
    ["core dumps with an empty key", dumps(""), "violates"],
    ["unknown variants", { productionVariants: unknown }, "undecided"],
  ]),
  ...on("endpoint-output-cmk", [ENDPOINT_CONFIGURATION], [["captured or not left out", capture({}), "complies"]]),
  ...on("endpoint-output-cmk", [NATIVE_ENDPOINT_CONFIG], [["captured or not left out", capture({}), "violates"]]),
  ...on(
    "endpoint-output-cmk",
    [INFERENCE_EXPERIMENT],
    [
      ["a key", { dataStorageConfig: { destination: "s3://captured", kmsKey: KEY } }, "complies"],
      ["no key", { dataStorageConfig: { destination: "s3://captured" } }, "violates"],
      ["a key that AWS manages", { dataStorageConfig: { kmsKey: AWS_KEY } }, "violates"],
      ["a key that is made along with it", { dataStorageConfig: { kmsKey: unknown } }, "complies"],
    ],
  ),
];

const noShell: ControlCases[] = on("endpoint-no-shell-access", ENDPOINT_CONFIGS, [
  ["off", variant({ enableSsmAccess: false }), "complies"],
  ["left out", variant(CPU), "complies"],
  ["on", variant({ enableSsmAccess: true }), "violates"],
  ["on, for a shadow", { shadowProductionVariants: [{ enableSsmAccess: true }] }, "violates"],
  ["on, as text", variant({ enableSsmAccess: "true" }), "violates"],
  ["unknown", variant({ enableSsmAccess: unknown }), "undecided"],
  ["variants of a wrong type", { productionVariants: { enableSsmAccess: true } }, "violates"],
]);

const ISOLATED = {
  enableNetworkIsolation: true,
  vpcConfig: { subnets: ["subnet-1"], securityGroupIds: ["sg-1"] },
};

const isolation: ControlCases[] = on(
  "endpoint-network-isolation",
  [NATIVE_ENDPOINT_CONFIG],
  [
    ["components, isolated", variant(CPU, ISOLATED), "complies"],
    [
      "components in subnets that are made along with it",
      variant(CPU, { ...ISOLATED, vpcConfig: { subnets: unknown } }),
      "complies",
    ],
    ["a model, which has its own settings", variant({ modelName: "m" }), "complies"],
    ["a model that is made along with it", variant({ modelName: unknown }), "complies"],
    ["components", variant(CPU), "violates"],
    ["a model beside components", { productionVariants: [{ modelName: "m" }, CPU] }, "violates"],
    ["components without isolation", variant(CPU, { ...ISOLATED, enableNetworkIsolation: false }), "violates"],
    ["components without subnets", variant(CPU, { ...ISOLATED, vpcConfig: { subnets: [] } }), "violates"],
    ["components, unknown isolation", variant(CPU, { ...ISOLATED, enableNetworkIsolation: unknown }), "undecided"],
    ["unknown variants", { productionVariants: unknown }, "undecided"],
    ["variants of a wrong type", { productionVariants: "main" }, "violates"],
  ],
);

const redundant: ControlCases[] = on("endpoint-redundant-instances", ENDPOINT_CONFIGS, [
  ["two instances", variant({ initialInstanceCount: 2 }), "complies"],
  ["one instance", variant({ initialInstanceCount: 1 }), "violates"],
  ["no number", variant(CPU), "violates"],
  ["no variants", { productionVariants: [] }, "violates"],
  ["serverless", variant(SERVERLESS), "complies"],
  ["scaled to two", variant({ managedInstanceScaling: { status: "ENABLED", minInstanceCount: 2 } }), "complies"],
  [
    "two instances, scaled down to one",
    variant({ initialInstanceCount: 2, managedInstanceScaling: { minInstanceCount: 1 } }),
    "violates",
  ],
  ["two instances, three wanted", variant({ initialInstanceCount: 2 }), "violates", { minimumInstances: 3 }],
  ["one instance, one wanted", variant({ initialInstanceCount: 1 }), "complies", { minimumInstances: 1 }],
  ["unknown", variant({ initialInstanceCount: unknown }), "undecided"],
  ["unknown variants", { productionVariants: unknown }, "undecided"],
  ["of a wrong type", variant({ initialInstanceCount: [2] }), "violates"],
]);

const requestsLogged: ControlCases[] = [
  ...on("endpoint-requests-logged", ENDPOINT_CONFIGS, [
    ["captured", capture({ enableCapture: true }), "complies"],
    ["not captured", capture({ enableCapture: false }), "violates"],
    ["serverless", variant(SERVERLESS), "complies"],
    ["unknown", capture({ enableCapture: unknown }), "undecided"],
    ["of a wrong type", { dataCaptureConfig: true }, "violates"],
  ]),
  ...on("endpoint-requests-logged", [ENDPOINT_CONFIGURATION], [["captured or not left out", capture({}), "violates"]]),
  ...on("endpoint-requests-logged", [NATIVE_ENDPOINT_CONFIG], [["captured or not left out", capture({}), "complies"]]),
  ...on(
    "endpoint-requests-logged",
    [VERTEX_ENDPOINT],
    [
      ["on", { predictRequestResponseLoggingConfig: { enabled: true, samplingRate: 0.1 } }, "complies"],
      ["off", { predictRequestResponseLoggingConfig: { enabled: false } }, "violates"],
      ["a peered network, which cannot", { network: NETWORK }, "complies"],
      ["unknown", { predictRequestResponseLoggingConfig: unknown }, "undecided"],
    ],
  ),
  ...on(
    "endpoint-requests-logged",
    [DEPLOYED_INDEX],
    [
      ["on", { enableAccessLogging: true }, "complies"],
      ["off", { enableAccessLogging: false }, "violates"],
      ["unknown", { enableAccessLogging: unknown }, "undecided"],
    ],
  ),
];

const HUB_ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/hub";
const APPROVED_ONLY = "AllowOnlyApprovedOutbound";

function deployment(properties: Record<string, unknown>, workspaceName: unknown = "ml"): TestResource {
  return {
    type: ONLINE_DEPLOYMENT,
    properties: { workspaceName, properties: { endpointComputeType: "Managed", ...properties } },
    propertyDependencies: workspaceName === unknown ? { workspaceName: [urnOf(workspace(APPROVED_ONLY))] } : {},
  };
}

function workspace(isolationMode: unknown, more: Record<string, unknown> = {}): TestResource {
  return {
    type: AZURE_ML_WORKSPACE,
    name: "ml",
    properties: { workspaceName: "ml", managedNetwork: { isolationMode }, ...more },
  };
}

function hub(isolationMode: unknown): TestResource {
  const properties = { id: HUB_ID, workspaceName: "hub", kind: "Hub", managedNetwork: { isolationMode } };
  return { type: AZURE_ML_WORKSPACE, name: "hub", properties };
}

/** A project, which has no network of its own. */
const project: TestResource = {
  type: AZURE_ML_WORKSPACE,
  name: "ml",
  properties: { workspaceName: "ml", kind: "Project", hubResourceId: HUB_ID },
};

const classicWorkspace: TestResource = {
  type: CLASSIC_ML_WORKSPACE,
  name: "ml",
  properties: { name: "ml", managedNetwork: { isolationMode: APPROVED_ONLY } },
};

const egress: ControlCases = {
  control: "deployment-egress-blocked",
  type: ONLINE_DEPLOYMENT,
  stackCases: [
    ["blocked", [deployment({ egressPublicNetworkAccess: "Disabled" })], "complies"],
    ["open", [deployment({ egressPublicNetworkAccess: "Enabled" })], "violates"],
    ["left out", [deployment({})], "violates"],
    ["unknown", [deployment({ egressPublicNetworkAccess: unknown })], "undecided"],
    ["of a wrong type", [deployment({ egressPublicNetworkAccess: ["Disabled"] })], "violates"],
    ["on Kubernetes", [deployment({ endpointComputeType: "Kubernetes" })], "complies"],
    ["in a network for approved traffic", [deployment({}), workspace(APPROVED_ONLY)], "complies"],
    ["in such a network, by reference", [deployment({}, unknown), workspace(APPROVED_ONLY)], "complies"],
    ["in such a network of the classic provider", [deployment({}), classicWorkspace], "complies"],
    ["in such a network of the hub", [deployment({}), project, hub(APPROVED_ONLY)], "complies"],
    ["in a network to the internet", [deployment({}), workspace("AllowInternetOutbound")], "violates"],
    ["in a hub's network to the internet", [deployment({}), project, hub("AllowInternetOutbound")], "violates"],
    ["in another workspace", [deployment({}, "other"), workspace(APPROVED_ONLY)], "violates"],
    ["in an unknown network", [deployment({}), workspace(unknown)], "undecided"],
    ["in a listed workspace of another stack", [deployment({})], "complies", { isolatedWorkspaces: ["ml"] }],
    ["in one that is not listed", [deployment({})], "violates", { isolatedWorkspaces: ["other"] }],
  ],
};

const contentSafety: ControlCases[] = on(
  "endpoint-content-safety",
  [SERVERLESS_ENDPOINT],
  [
    ["on", { properties: { contentSafety: { contentSafetyStatus: "Enabled" } } }, "complies"],
    ["off", { properties: { contentSafety: { contentSafetyStatus: "Disabled" } } }, "violates"],
    ["unknown", { properties: { contentSafety: unknown } }, "undecided"],
    ["of a wrong type", { properties: { contentSafety: "Enabled" } }, "violates"],
  ],
);

function aks(computeType: unknown, sslConfiguration: unknown): Record<string, unknown> {
  return { properties: { computeType, properties: { sslConfiguration } } };
}

const tls: ControlCases[] = [
  ...on(
    "inference-cluster-tls",
    [AZURE_ML_COMPUTE],
    [
      ["on", aks("AKS", { status: "Enabled" }), "complies"],
      ["with Microsoft's certificate", aks("AKS", { status: "Auto", leafDomainLabel: "ml" }), "complies"],
      ["off", aks("AKS", { status: "Disabled" }), "violates"],
      ["left out", aks("AKS", undefined), "violates"],
      ["compute of another kind", aks("AmlCompute", undefined), "complies"],
      ["compute of an unknown kind", aks(unknown, undefined), "undecided"],
      ["unknown", aks("AKS", { status: unknown }), "undecided"],
      ["of a wrong type", aks("AKS", "Enabled"), "violates"],
    ],
  ),
  ...on(
    "inference-cluster-tls",
    ["azure:machinelearning/inferenceCluster:InferenceCluster"],
    [
      ["with Microsoft's certificate", { ssl: { leafDomainLabel: "ml" } }, "complies"],
      ["with a certificate", { ssl: { cert: unknown, key: unknown, cname: "ml.example.com" } }, "complies"],
      ["with a certificate without its key", { ssl: { cert: unknown, cname: "ml.example.com" } }, "violates"],
      ["off", { clusterPurpose: "FastProd" }, "violates"],
      ["empty", { ssl: { leafDomainLabel: "", cert: "", key: "", cname: "" } }, "violates"],
    ],
  ),
];

export const cases: ControlCases[] = [
  ...privateNetwork,
  ...consumersNamed,
  ...automated,
  ...identityAccess,
  ...callersAuthorized,
  ...volumes,
  ...outputs,
  ...noShell,
  ...isolation,
  ...redundant,
  ...requestsLogged,
  egress,
  ...contentSafety,
  ...tls,
];
