/** Controls of datasets, feature stores, indexes and managed compute. */
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustBeDedicatedAccount, mustNotBeDefaultNetwork } from "../checks/google-defaults.ts";
import { onWorkflowRuns, VERTEX_PIPELINE_JOB, VERTEX_SCHEDULE, WORKFLOW } from "../checks/vertex-pipelines.ts";
import type { Check, Control, Topic } from "../control.ts";
import { anyOf, type Finding, mustBeSet, mustEqual, same } from "../findings.ts";

const FEATURE_GROUP = ["aws:sagemaker/featureGroup:FeatureGroup", "aws-native:sagemaker:FeatureGroup"];
const PARTNER_APP = "aws-native:sagemaker:PartnerApp";
const FEATURE_STORES = [
  "gcp:vertex/aiFeatureStore:AiFeatureStore",
  "gcp:vertex/aiFeatureOnlineStore:AiFeatureOnlineStore",
];
const DATA = ["gcp:vertex/aiDataset:AiDataset", "gcp:vertex/aiIndex:AiIndex", "gcp:vertex/aiTensorboard:AiTensorboard"];
const REASONING_ENGINE = "gcp:vertex/aiReasoningEngine:AiReasoningEngine";
const PERSISTENT_RESOURCE = "gcp:vertex/aiPersistentResource:AiPersistentResource";
const PIPELINE = "createPipelineJobRequest";

/** Vertex AI has one place for keys. */
function vertexKey(types: string[]): Check {
  return {
    types,
    whenAbsent: "violates",
    cloudDefault: "keys that Google manages",
    evaluate: ({ props }) => mustBeSet(props, "encryptionSpec.kmsKeyName"),
  };
}

/** Checks of runs of pipelines, by schedules and by workflows. Settings of a run begin with the path `job`. */
function pipelineChecks(cloudDefault: string, rule: (props: object, job: string) => Finding[]): Check[] {
  const common = { whenAbsent: "complies", cloudDefault: `for pipelines, ${cloudDefault}` } as const;
  return [
    {
      ...common,
      types: [VERTEX_SCHEDULE],
      evaluate: ({ props }) =>
        onlyIf(props, PIPELINE, (request) => request !== undefined, rule(props, `${VERTEX_PIPELINE_JOB}.`)),
    },
    { ...common, types: [WORKFLOW], evaluate: ({ props }) => onWorkflowRuns(props, (run) => rule(run, "")) },
  ];
}

/** One of Google's own networks reaches the internet; a network of the customer's is peered or attached. */
function mustBeAttached(props: object, path: string): Finding[] {
  return [
    ...anyOf(mustBeSet(props, `${path}network`), mustBeSet(props, `${path}pscInterfaceConfig.networkAttachment`)),
    ...mustNotBeDefaultNetwork(props, `${path}network`),
  ];
}

/** The offline store is a bucket. A group has none if it is left out. */
function offlineStoreKey(props: object): Finding[] {
  const key = mustNameKmsKey(props, "offlineStoreConfig.s3StorageConfig.kmsKeyId");
  return onlyIf(props, "offlineStoreConfig", (store) => store !== undefined, key);
}

/** The online store is off unless it is switched on. Like Security Hub, this asks nothing of stores in memory. */
function onlineStoreKey(props: object): Finding[] {
  const key = mustNameKmsKey(props, "onlineStoreConfig.securityConfig.kmsKeyId");
  const onDisk = onlyIf(props, "onlineStoreConfig.storageType", (type) => !same(type, "InMemory"), key);
  return onlyIf(props, "onlineStoreConfig.enableOnlineStore", (enabled) => same(enabled, true), onDisk);
}

const controls: Control[] = [
  {
    id: "feature-store-cmk",
    title: "Feature stores are encrypted with a customer-managed key",
    severity: "high",
    why: "Features are the training data in its most useful form; only with a key of your own can you see who decrypts them, and take the right away.",
    remedy: "Name a key for each store of the feature group, or in the store's `encryptionSpec`.",
    url: "https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      securityHub: ["SageMaker.17", "SageMaker.18"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV2_GCP_25"],
    },
    checks: {
      aws: [
        {
          types: FEATURE_GROUP,
          whenAbsent: "complies",
          cloudDefault: "no store; stores that it has are encrypted with keys that AWS manages",
          evaluate: ({ props }) => [...offlineStoreKey(props), ...onlineStoreKey(props)],
        },
      ],
      gcp: [vertexKey(FEATURE_STORES)],
    },
  },
  {
    id: "ml-data-cmk",
    title: "Datasets, indexes and TensorBoards are encrypted with a customer-managed key",
    severity: "high",
    why: "They hold copies of the training data, or what can be derived from it; a key of your own shows who decrypts them, and can be taken away.",
    remedy: "Set `encryptionSpec.kmsKeyName` when the resource is created; it cannot be added later.",
    url: "https://cloud.google.com/vertex-ai/docs/general/cmek",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_GCP_92", "CKV2_GCP_26"],
    },
    checks: { gcp: [vertexKey(DATA)] },
  },
  {
    id: "managed-compute-cmk",
    title: "Agents, pipelines, workflows and persistent resources are encrypted with a customer-managed key",
    severity: "high",
    why: "Their disks, code and session memory hold what users and jobs feed them; a key of your own shows who decrypts that.",
    remedy: "Set `encryptionSpec.kmsKeyName`, or `cryptoKeyName` of a workflow, when the resource is created.",
    url: "https://cloud.google.com/vertex-ai/docs/general/cmek",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
    },
    checks: {
      gcp: [
        vertexKey([REASONING_ENGINE, PERSISTENT_RESOURCE]),
        {
          // Its source holds what it sends, and its log what came back.
          types: [WORKFLOW],
          whenAbsent: "violates",
          cloudDefault: "keys that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "cryptoKeyName"),
        },
        ...pipelineChecks("keys that Google manages", (props, job) =>
          mustBeSet(props, `${job}encryptionSpec.kmsKeyName`),
        ),
      ],
    },
  },
  {
    id: "managed-compute-private-network",
    title: "Agents, pipelines and persistent resources run in a network of your own",
    severity: "high",
    why: "In Google's network an agent or job reaches the internet without passing any firewall, proxy or flow log of yours.",
    remedy: "Attach it to your network with `pscInterfaceConfig.networkAttachment`.",
    url: "https://cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2", "1.4.1"],
      mitreAtlas: ["AML.T0025"],
    },
    checks: {
      gcp: [
        {
          types: [REASONING_ENGINE],
          whenAbsent: "violates",
          cloudDefault: "a network that Google owns, with access to the internet",
          evaluate: ({ props }) => mustBeSet(props, "spec.deploymentSpec.pscInterfaceConfig.networkAttachment"),
        },
        {
          types: [PERSISTENT_RESOURCE],
          whenAbsent: "violates",
          cloudDefault: "a network that Google owns, with access to the internet",
          evaluate: ({ props }) => mustBeAttached(props, ""),
        },
        ...pipelineChecks("a network that Google owns, with access to the internet", mustBeAttached),
      ],
    },
  },
  {
    id: "network-attachment-named-producers",
    title: "Network attachments let in the projects that they name",
    severity: "medium",
    why: "Whoever knows the name of an attachment that accepts everybody puts machines of theirs into your subnet.",
    remedy: "Set `connectionPreference` to `ACCEPT_MANUAL`, and list the projects in `producerAcceptLists`.",
    url: "https://cloud.google.com/vpc/docs/about-network-attachments",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1"],
    },
    checks: {
      gcp: [
        {
          types: ["gcp:compute/networkAttachment:NetworkAttachment"],
          whenAbsent: "violates",
          cloudDefault: "must be given",
          evaluate: ({ props }) => mustEqual(props, "connectionPreference", "ACCEPT_MANUAL", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "managed-compute-dedicated-identity",
    title: "Agents, pipelines, workflows and persistent resources act with an identity of their own",
    severity: "high",
    why: "Google's service agents and the default account are shared by the whole project: what one agent or job may read, all may.",
    remedy: "Name a service account of its own, or use an agent identity.",
    frameworks: {
      nist80053: ["AC-2", "AC-6"],
      iso27001: ["A.5.15", "A.8.2"],
      soc2: ["CC6.3"],
      pciDss: ["7.2.5"],
      mitreAtlas: ["AML.M0019"],
    },
    checks: {
      gcp: [
        {
          types: [REASONING_ENGINE],
          whenAbsent: "violates",
          cloudDefault: "the project's service agent for reasoning engines",
          evaluate: ({ props }) =>
            anyOf(
              mustBeDedicatedAccount(props, "spec.serviceAccount"),
              mustEqual(props, "spec.identityType", "AGENT_IDENTITY", { absent: "violates" }),
            ),
        },
        {
          types: [PERSISTENT_RESOURCE],
          whenAbsent: "violates",
          cloudDefault: "the project's service agent for custom code",
          evaluate: ({ props }) =>
            mustEqual(props, "resourceRuntimeSpec.serviceAccountSpec.enableCustomServiceAccount", true, {
              absent: "violates",
            }),
        },
        {
          types: [WORKFLOW],
          whenAbsent: "violates",
          cloudDefault: "the project's default compute service account",
          evaluate: ({ props }) => mustBeDedicatedAccount(props, "serviceAccount"),
        },
        ...pipelineChecks("the project's default compute service account", (props, job) =>
          mustBeDedicatedAccount(props, `${job}serviceAccount`),
        ),
      ],
    },
  },
  {
    id: "partner-app-cmk",
    title: "Partner AI apps are encrypted with a customer-managed key",
    severity: "medium",
    why: "A partner's app keeps the data that it is given in storage of its own; only your key lets you take that back.",
    remedy: "Set `kmsKeyId` when the app is created.",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
    },
    checks: {
      aws: [
        {
          types: [PARTNER_APP],
          whenAbsent: "violates",
          cloudDefault: "a key that AWS manages",
          evaluate: ({ props }) => mustNameKmsKey(props, "kmsKeyId"),
        },
      ],
    },
  },
];

/** Controls of datasets, feature stores, indexes and managed compute. */
export const mlData: Topic = { title: "ML data and managed compute", controls };
