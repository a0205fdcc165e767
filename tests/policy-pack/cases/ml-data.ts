import type { ControlCases, ResourceCase } from "../cases.ts";
import { unknown } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const GOOGLE_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const ATTACHMENT = "projects/p/regions/europe-west1/networkAttachments/ml";
const NETWORK = "projects/123/global/networks/ml";
const REASONING_ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine";
const PERSISTENT_RESOURCE = "gcp:vertex/aiPersistentResource:AiPersistentResource";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

const vertexKeys: ResourceCase[] = [
  ["a key", { encryptionSpec: { kmsKeyName: GOOGLE_KEY } }, "complies"],
  ["a key that is made along with it", { encryptionSpec: { kmsKeyName: unknown } }, "complies"],
  ["a specification that is not known yet", { encryptionSpec: unknown }, "complies"],
  ["no key", { encryptionSpec: {} }, "violates"],
  ["an empty key", { encryptionSpec: { kmsKeyName: "" } }, "violates"],
  ["a key of a wrong type", { encryptionSpec: { kmsKeyName: [GOOGLE_KEY] } }, "violates"],
];

const offline = (kmsKeyId: unknown) => ({
  offlineStoreConfig: { s3StorageConfig: { s3Uri: "s3://features", kmsKeyId } },
});
const online = (kmsKeyId: unknown, more = {}) => ({
  onlineStoreConfig: { enableOnlineStore: true, securityConfig: { kmsKeyId }, ...more },
});

const featureGroups: ResourceCase[] = [
  ["keys for both stores", { ...offline(KEY), ...online(KEY) }, "complies"],
  ["a key that is made along with it", { ...offline(unknown), ...online(unknown) }, "complies"],
  ["an offline store only", offline(KEY), "complies"],
  ["no key for the offline store", { ...offline(undefined), ...online(KEY) }, "violates"],
  ["no key for the online store", { ...offline(KEY), ...online(undefined) }, "violates"],
  ["an offline store without settings", { offlineStoreConfig: {} }, "violates"],
  ["an online store without settings", { onlineStoreConfig: { enableOnlineStore: true } }, "violates"],
  ["an online store that is off", { onlineStoreConfig: { enableOnlineStore: false } }, "complies"],
  ["an online store that is not switched on", { onlineStoreConfig: { storageType: "Standard" } }, "complies"],
  ["an online store on disk", online(undefined, { storageType: "Standard" }), "violates"],
  ["an online store in memory", online(undefined, { storageType: "InMemory" }), "complies"],
  ["an online store, perhaps in memory", online(undefined, { storageType: unknown }), "undecided"],
  ["an online store, perhaps off", online(undefined, { enableOnlineStore: unknown }), "undecided"],
  ["a key that AWS manages", offline("alias/aws/s3"), "violates"],
  ["a key of a wrong type", offline([KEY]), "violates"],
  ["a store of a wrong type", { offlineStoreConfig: "s3://features" }, "violates"],
];

const engine = (spec: unknown) => ({ displayName: "agent", spec });
const interfaceTo = (networkAttachment: unknown) => ({ pscInterfaceConfig: { networkAttachment } });
const runtime = (enableCustomServiceAccount: unknown) => ({
  resourceRuntimeSpec: { serviceAccountSpec: { enableCustomServiceAccount } },
});

const SCHEDULE = "gcp:vertex/aiSchedule:AiSchedule";
const pipeline = (pipelineJob: unknown) => ({ createPipelineJobRequest: { pipelineJob } });
const otherSchedules: ResourceCase[] = [
  ["a schedule of notebooks", { createNotebookExecutionJobRequest: {} }, "complies"],
  ["a request of a wrong type", { createPipelineJobRequest: "train" }, "violates"],
];

const pipelines: ControlCases[] = [
  ...on(
    "managed-compute-cmk",
    [SCHEDULE],
    [
      ...otherSchedules,
      ["a key", pipeline({ encryptionSpec: { kmsKeyName: GOOGLE_KEY } }), "complies"],
      ["a key that is made along with it", pipeline({ encryptionSpec: { kmsKeyName: unknown } }), "complies"],
      ["no key", pipeline({ displayName: "train" }), "violates"],
    ],
  ),
  ...on(
    "managed-compute-private-network",
    [SCHEDULE],
    [
      ...otherSchedules,
      ["an attachment", pipeline(interfaceTo(ATTACHMENT)), "complies"],
      ["a peered network", pipeline({ network: NETWORK }), "complies"],
      ["the default network", pipeline({ network: "projects/123/global/networks/default" }), "violates"],
      ["no network", pipeline({ displayName: "train" }), "violates"],
    ],
  ),
  ...on(
    "managed-compute-dedicated-identity",
    [SCHEDULE],
    [
      ...otherSchedules,
      ["an account of its own", pipeline({ serviceAccount: "train@p.iam.gserviceaccount.com" }), "complies"],
      ["the default account", pipeline({ serviceAccount: "1-compute@developer.gserviceaccount.com" }), "violates"],
      ["no account", pipeline({ displayName: "train" }), "violates"],
      ["an unknown request", { createPipelineJobRequest: unknown }, "complies"],
    ],
  ),
];

const WORKFLOW = "gcp:workflows/workflow:Workflow";
/** A workflow that sends a run of a pipeline. */
const sends = (run: object, more: object = {}) => ({
  sourceContents: JSON.stringify({ main: { steps: [{ start: { args: { body: { pipelineSpec: {}, ...run } } } }] } }),
  serviceAccount: "start@p.iam.gserviceaccount.com",
  cryptoKeyName: GOOGLE_KEY,
  ...more,
});
const key = { encryptionSpec: { kmsKeyName: GOOGLE_KEY } };
const account = { serviceAccount: "train@p.iam.gserviceaccount.com" };

const workflows: ControlCases[] = [
  ...on(
    "managed-compute-cmk",
    [WORKFLOW],
    [
      ["a key for the run and the workflow", sends(key), "complies"],
      ["no key for the run", sends({}), "violates"],
      ["no key for the workflow", sends(key, { cryptoKeyName: "" }), "violates"],
      ["a workflow of another kind", { sourceContents: "main: []", cryptoKeyName: unknown }, "complies"],
      ["an unknown source", sends(key, { sourceContents: unknown }), "undecided"],
    ],
  ),
  ...on(
    "managed-compute-private-network",
    [WORKFLOW],
    [
      ["an attachment", sends(interfaceTo(ATTACHMENT)), "complies"],
      ["no network", sends({}), "violates"],
      ["an unknown source", { sourceContents: unknown }, "undecided"],
    ],
  ),
  ...on(
    "managed-compute-dedicated-identity",
    [WORKFLOW],
    [
      ["accounts of their own", sends(account), "complies"],
      ["the default account for the run", sends({}), "violates"],
      [
        "the default account for the workflow",
        sends(account, { serviceAccount: "1-compute@developer.gserviceaccount.com" }),
        "violates",
      ],
      ["no account for the workflow", sends(account, { serviceAccount: undefined }), "violates"],
    ],
  ),
  ...on(
    "network-attachment-named-producers",
    ["gcp:compute/networkAttachment:NetworkAttachment"],
    [
      ["by name", { connectionPreference: "ACCEPT_MANUAL" }, "complies"],
      ["everybody", { connectionPreference: "ACCEPT_AUTOMATIC" }, "violates"],
      ["unknown", { connectionPreference: unknown }, "undecided"],
    ],
  ),
];

export const cases: ControlCases[] = [
  ...workflows,
  ...pipelines,
  ...on(
    "feature-store-cmk",
    ["aws:sagemaker/featureGroup:FeatureGroup", "aws-native:sagemaker:FeatureGroup"],
    featureGroups,
  ),
  ...on(
    "feature-store-cmk",
    ["gcp:vertex/aiFeatureStore:AiFeatureStore", "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore"],
    vertexKeys,
  ),
  ...on(
    "ml-data-cmk",
    ["gcp:vertex/aiDataset:AiDataset", "gcp:vertex/aiIndex:AiIndex", "gcp:vertex/aiTensorboard:AiTensorboard"],
    vertexKeys,
  ),
  ...on("managed-compute-cmk", [REASONING_ENGINE, PERSISTENT_RESOURCE], vertexKeys),
  ...on(
    "managed-compute-private-network",
    [REASONING_ENGINE],
    [
      ["an attachment", engine({ deploymentSpec: interfaceTo(ATTACHMENT) }), "complies"],
      ["an attachment that is made along with it", engine({ deploymentSpec: interfaceTo(unknown) }), "complies"],
      ["no attachment", engine({ deploymentSpec: { pscInterfaceConfig: {} } }), "violates"],
      ["an empty attachment", engine({ deploymentSpec: interfaceTo("") }), "violates"],
      ["a deployment of a wrong type", engine({ deploymentSpec: "private" }), "violates"],
    ],
  ),
  ...on(
    "managed-compute-private-network",
    [PERSISTENT_RESOURCE],
    [
      ["an attachment", interfaceTo(ATTACHMENT), "complies"],
      ["an attachment that is made along with it", interfaceTo(unknown), "complies"],
      ["a peered network", { network: NETWORK }, "complies"],
      ["a network that is made along with it", { network: unknown }, "complies"],
      ["the default network", { network: "projects/123/global/networks/default" }, "violates"],
      ["neither", { pscInterfaceConfig: {} }, "violates"],
      ["an empty network", { network: "" }, "violates"],
    ],
  ),
  ...on(
    "managed-compute-dedicated-identity",
    [REASONING_ENGINE],
    [
      ["an account of its own", engine({ serviceAccount: "agent@p.iam.gserviceaccount.com" }), "complies"],
      ["an account that is made along with it", engine({ serviceAccount: unknown }), "complies"],
      ["an agent identity", engine({ identityType: "AGENT_IDENTITY" }), "complies"],
      ["the default account", engine({ serviceAccount: "1-compute@developer.gserviceaccount.com" }), "violates"],
      ["a kind of account, but none", engine({ identityType: "SERVICE_ACCOUNT" }), "violates"],
      ["a kind that is not known yet", engine({ identityType: unknown }), "undecided"],
      ["an account of a wrong type", engine({ serviceAccount: ["agent@p.iam.gserviceaccount.com"] }), "violates"],
    ],
  ),
  ...on(
    "managed-compute-dedicated-identity",
    [PERSISTENT_RESOURCE],
    [
      ["accounts are enforced", runtime(true), "complies"],
      ["the service agent", runtime(false), "violates"],
      ["not known yet", runtime(unknown), "undecided"],
      ["of a wrong type", runtime("yes"), "violates"],
    ],
  ),
  ...on(
    "partner-app-cmk",
    ["aws-native:sagemaker:PartnerApp"],
    [
      ["a key", { kmsKeyId: KEY }, "complies"],
      ["a key that is made along with it", { kmsKeyId: unknown }, "complies"],
      ["an empty key", { kmsKeyId: "" }, "violates"],
      ["a key that AWS manages", { kmsKeyId: "alias/aws/sagemaker" }, "violates"],
    ],
  ),
];
