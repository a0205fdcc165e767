/** The API schema that the Google provider sends for each resource type, and where Pulumi's properties differ from it. */
import { googleSchema } from "./discovery.ts";
import type { DocumentedRule, ResourceModel } from "./resource-model.ts";
import type { Differences } from "./translate.ts";

interface GoogleResource extends Differences {
  /** `<api>:<schema>`. */
  schema: string;
  documented?: Record<string, DocumentedRule>;
}

const COMMON = {
  project: "part of the request's address",
  deletionPolicy: "what the provider does at deletion",
};
const ADDRESS = "part of the request's address";

/** One member of one role's binding. */
function grant(api: string, target: string[]): GoogleResource {
  return {
    schema: `${api}:Binding`,
    renamed: { member: "members" },
    ignored: Object.fromEntries(target.map((property) => [property, ADDRESS])),
    documented: {
      member: {
        pattern:
          /^(user|group|serviceAccount):[^@\s:]+@[^@\s]+$|^(principal|principalSet):\/\/\S+$|^domain:[a-z0-9.-]+$/,
        source: "https://cloud.google.com/iam/docs/principal-identifiers",
      },
      role: {
        pattern: /^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[A-Za-z0-9_.]+$/,
        source: "https://cloud.google.com/iam/docs/roles-overview",
      },
      "condition.title": { max: 100, source: "https://cloud.google.com/iam/docs/conditions-overview" },
      "condition.description": { max: 256, source: "https://cloud.google.com/iam/docs/conditions-overview" },
    },
  };
}

const WORKBENCH = "https://cloud.google.com/vertex-ai/docs/workbench/reference/rest/v2/projects.locations.instances";
const SERVICE_NAME: DocumentedRule = {
  pattern: /^[a-z][a-z0-9-]*\.googleapis\.com$/,
  source: "https://cloud.google.com/service-usage/docs/list-services",
};
const KMS_NAME: DocumentedRule = {
  pattern: /^[a-zA-Z0-9_-]{1,63}$/,
  source: "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/create",
};

const LABEL: DocumentedRule = {
  pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  source: "https://cloud.google.com/compute/docs/naming-resources",
};
const WORKBENCH_METADATA = "https://cloud.google.com/vertex-ai/docs/workbench/instances/manage-metadata";
const METADATA_FLAGS = [
  "block-project-ssh-keys",
  "disable-mixer",
  "enable-oslogin",
  "install-nvidia-driver",
  "notebook-disable-downloads",
  "notebook-disable-nbconvert",
  "notebook-disable-root",
  "notebook-disable-terminal",
  "serial-port-enable",
  "serial-port-logging-enable",
];
const METADATA_FLAG: DocumentedRule = { pattern: /^(true|false)$/i, source: WORKBENCH_METADATA };

const VERTEX = "https://cloud.google.com/vertex-ai/docs/reference/rest/v1";
const CLOUD_SQL = "https://cloud.google.com/sql/docs/postgres";
const PARAMETER_ID: DocumentedRule = {
  pattern: /^[A-Za-z0-9_-]{1,63}$/,
  source: "https://cloud.google.com/secret-manager/parameter-manager/docs/create-parameter",
};

const RESOURCES: Record<string, GoogleResource> = {
  "gcp:workbench/instance:Instance": {
    schema: "notebooks.v2:Instance",
    ignored: { name: ADDRESS, instanceId: ADDRESS, location: ADDRESS, desiredState: "chooses an operation" },
    documented: {
      ...Object.fromEntries(METADATA_FLAGS.map((key) => [`gceSetup.metadata.${key}`, METADATA_FLAG])),
      "gceSetup.metadata.idle-timeout-seconds": { range: [600, 86400], source: WORKBENCH_METADATA },
      "gceSetup.bootDisk.diskSizeGb": { range: [10, 64000], source: WORKBENCH },
      "gceSetup.dataDisks.diskSizeGb": { range: [10, 64000], source: WORKBENCH },
      name: {
        pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
        source: `${WORKBENCH}/create`,
      },
    },
  },
  "gcp:workbench/instanceIamMember:InstanceIamMember": grant("notebooks.v2", ["name", "location"]),

  "gcp:compute/network:Network": {
    schema: "compute.v1:Network",
    renamed: { routingMode: "routingConfig.routingMode" },
    ignored: { deleteDefaultRoutesOnCreate: "what the provider does after it has made the network" },
  },
  "gcp:compute/subnetwork:Subnetwork": {
    schema: "compute.v1:Subnetwork",
    renamed: { "logConfig.metadataFields": "metadataFields" },
    ignored: { sendSecondaryIpRangeIfEmpty: "how the provider reads the program" },
  },
  "gcp:compute/firewall:Firewall": {
    schema: "compute.v1:Firewall",
    renamed: {
      allows: "allowed",
      denies: "denied",
      "allows.protocol": "IPProtocol",
      "denies.protocol": "IPProtocol",
    },
  },
  "gcp:compute/route:Route": { schema: "compute.v1:Route" },

  "gcp:compute/instanceIAMMember:InstanceIAMMember": grant("compute.v1", ["instanceName", "zone"]),

  "gcp:dns/policy:Policy": {
    schema: "dns.v1:Policy",
    documented: {
      name: {
        pattern: /^[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
        source: "https://cloud.google.com/dns/docs/reference/rest/v1/policies",
      },
    },
  },
  "gcp:dns/responsePolicy:ResponsePolicy": {
    schema: "dns.v1:ResponsePolicy",
    documented: { responsePolicyName: LABEL },
  },
  "gcp:dns/responsePolicyRule:ResponsePolicyRule": {
    schema: "dns.v1:ResponsePolicyRule",
    ignored: { responsePolicy: ADDRESS },
    documented: {
      ruleName: LABEL,
      "localData.localDatas.type": {
        pattern: /^(A|AAAA|CNAME|MX|NS|PTR|SOA|SRV|TXT)$/,
        source: "https://cloud.google.com/dns/docs/records-overview",
      },
    },
  },

  "gcp:kms/keyRing:KeyRing": {
    schema: "cloudkms.v1:KeyRing",
    ignored: { name: ADDRESS, location: ADDRESS },
    documented: { name: KMS_NAME },
  },
  "gcp:kms/cryptoKey:CryptoKey": {
    schema: "cloudkms.v1:CryptoKey",
    ignored: { name: ADDRESS, keyRing: ADDRESS, skipInitialVersionCreation: "a query parameter" },
    documented: {
      name: KMS_NAME,
      rotationPeriod: {
        pattern: /^\d+(\.\d{1,9})?s$/,
        source: "https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys",
      },
    },
  },
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": grant("cloudkms.v1", ["cryptoKeyId"]),

  "gcp:storage/bucket:Bucket": {
    schema: "storage.v1:Bucket",
    renamed: {
      publicAccessPrevention: "iamConfiguration.publicAccessPrevention",
      uniformBucketLevelAccess: "iamConfiguration.uniformBucketLevelAccess.enabled",
      lifecycleRules: "lifecycle.rule",
    },
    ignored: {
      forceDestroy: "what the provider does before it deletes the bucket",
      enableObjectRetention: "a query parameter",
    },
    documented: {
      name: {
        pattern: /^(?!goog)(?!.*(google|g00gle))[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/,
        source: "https://cloud.google.com/storage/docs/buckets#naming",
      },
      "lifecycleRules.action.type": {
        pattern: /^(Delete|SetStorageClass|AbortIncompleteMultipartUpload)$/,
        source: "https://cloud.google.com/storage/docs/lifecycle",
      },
      "softDeletePolicy.retentionDurationSeconds": {
        range: [7 * 86400, 90 * 86400],
        source: "https://cloud.google.com/storage/docs/soft-delete",
      },
      publicAccessPrevention: {
        pattern: /^(enforced|inherited)$/,
        source: "https://cloud.google.com/storage/docs/public-access-prevention",
      },
    },
  },
  "gcp:storage/bucketIAMMember:BucketIAMMember": grant("iam.v1", ["bucket"]),

  "gcp:serviceaccount/account:Account": {
    schema: "iam.v1:CreateServiceAccountRequest",
    renamed: {
      displayName: "serviceAccount.displayName",
      description: "serviceAccount.description",
      disabled: "serviceAccount.disabled",
    },
    ignored: { createIgnoreAlreadyExists: "what the provider does with an account that exists" },
    documented: {
      accountId: {
        pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
        source: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create",
      },
      displayName: {
        max: 100,
        source: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts",
      },
      description: {
        max: 256,
        source: "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts",
      },
    },
  },
  "gcp:serviceaccount/iAMMember:IAMMember": grant("iam.v1", ["serviceAccountId"]),
  "gcp:projects/iAMMember:IAMMember": grant("cloudresourcemanager.v3", []),
  "gcp:projects/defaultServiceAccounts:DefaultServiceAccounts": {
    schema: "iam.v1:DisableServiceAccountRequest",
    ignored: { action: "chooses the operation", restorePolicy: "what the provider does at deletion" },
    documented: {
      action: {
        pattern: /^(DEPRIVILEGE|DELETE|DISABLE)$/,
        source:
          "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/google_project_default_service_accounts",
      },
    },
  },
  "gcp:projects/iAMCustomRole:IAMCustomRole": {
    schema: "iam.v1:CreateRoleRequest",
    renamed: {
      title: "role.title",
      description: "role.description",
      permissions: "role.includedPermissions",
      stage: "role.stage",
    },
    documented: {
      roleId: {
        pattern: /^[a-zA-Z0-9_.]{3,64}$/,
        source: "https://cloud.google.com/iam/docs/creating-custom-roles",
      },
      title: { max: 100, source: "https://cloud.google.com/iam/docs/reference/rest/v1/organizations.roles" },
      description: { max: 300, source: "https://cloud.google.com/iam/docs/creating-custom-roles" },
      permissions: {
        pattern: /^[a-z][A-Za-z0-9-]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+$/,
        source: "https://cloud.google.com/iam/docs/permissions-reference",
      },
    },
  },
  "gcp:projects/iAMAuditConfig:IAMAuditConfig": { schema: "cloudresourcemanager.v3:AuditConfig" },
  "gcp:projects/service:Service": {
    schema: "serviceusage.v1:EnableServiceRequest",
    ignored: {
      service: ADDRESS,
      disableOnDestroy: "what the provider does at deletion",
      disableDependentServices: "what the provider does at deletion",
      checkIfServiceHasUsageOnDestroy: "what the provider does at deletion",
    },
    documented: { service: SERVICE_NAME },
  },
  "gcp:projects/serviceIdentity:ServiceIdentity": {
    schema: "serviceusage.v1:EnableServiceRequest",
    ignored: { service: ADDRESS },
    documented: { service: SERVICE_NAME },
  },

  "gcp:logging/projectSink:ProjectSink": {
    schema: "logging.v2:LogSink",
    ignored: { uniqueWriterIdentity: "a query parameter", customWriterIdentity: "a query parameter" },
    documented: {
      name: {
        pattern: /^[A-Za-z0-9_.-]{1,100}$/,
        source: "https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks",
      },
      filter: { max: 20000, source: "https://cloud.google.com/logging/quotas" },
    },
  },
  "gcp:logging/projectBucketConfig:ProjectBucketConfig": {
    schema: "logging.v2:LogBucket",
    renamed: { enableAnalytics: "analyticsEnabled" },
    ignored: { bucketId: ADDRESS, location: ADDRESS },
    documented: {
      retentionDays: { range: [1, 3650], source: "https://cloud.google.com/logging/docs/buckets" },
      bucketId: {
        pattern: /^[A-Za-z0-9_.-]{1,100}$/,
        source: "https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.locations.buckets/create",
      },
    },
  },

  "gcp:artifactregistry/repository:Repository": {
    schema: "artifactregistry.v1:Repository",
    keyed: { cleanupPolicies: "id" },
    ignored: { location: ADDRESS, repositoryId: "a query parameter" },
    documented: {
      repositoryId: {
        pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
        source: "https://cloud.google.com/artifact-registry/docs/repositories/create-repos",
      },
    },
  },
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": grant("artifactregistry.v1", [
    "location",
    "repository",
  ]),

  "gcp:networksecurity/gatewaySecurityPolicy:GatewaySecurityPolicy": {
    schema: "networksecurity.v1:GatewaySecurityPolicy",
    ignored: { location: ADDRESS },
    documented: { name: LABEL },
  },
  "gcp:networksecurity/gatewaySecurityPolicyRule:GatewaySecurityPolicyRule": {
    schema: "networksecurity.v1:GatewaySecurityPolicyRule",
    ignored: { location: ADDRESS, gatewaySecurityPolicy: ADDRESS },
    documented: { name: LABEL },
  },
  "gcp:networksecurity/urlList:UrlList": {
    schema: "networksecurity.v1:UrlList",
    ignored: { location: ADDRESS },
    documented: { name: LABEL },
  },
  "gcp:networkservices/gateway:Gateway": {
    schema: "networkservices.v1:Gateway",
    ignored: { location: ADDRESS, deleteSwgAutogenRouterOnDestroy: "what the provider does at deletion" },
    documented: { name: LABEL },
  },
  "gcp:vertex/aiMetadataStore:AiMetadataStore": {
    schema: "aiplatform.v1:GoogleCloudAiplatformV1MetadataStore",
    ignored: { name: ADDRESS, region: ADDRESS },
  },
  "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember": grant("iap.v1", ["instance", "zone"]),

  "gcp:vertex/aiSchedule:AiSchedule": {
    schema: "aiplatform.v1:GoogleCloudAiplatformV1Schedule",
    ignored: { location: ADDRESS, "createPipelineJobRequest.pipelineJob.pipelineSpec": "an object, given as text" },
    documented: {
      displayName: { max: 128, source: `${VERTEX}/projects.locations.schedules` },
      cron: { pattern: /^TZ=[A-Za-z/_]+ (\S+ ){4}\S+$/, source: `${VERTEX}/projects.locations.schedules` },
    },
  },
  "gcp:workflows/workflow:Workflow": {
    schema: "workflows.v1:Workflow",
    ignored: { name: ADDRESS, region: ADDRESS, deletionProtection: "what the provider does at deletion" },
    documented: {
      name: {
        pattern: /^[a-zA-Z]([a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?$/,
        source: "https://cloud.google.com/workflows/docs/creating-updating-workflow",
      },
      sourceContents: { max: 131072, source: "https://cloud.google.com/workflows/quotas" },
    },
  },
  "gcp:secretmanager/regionalSecret:RegionalSecret": {
    schema: "secretmanager.v1:Secret",
    ignored: {
      location: ADDRESS,
      secretId: "a query parameter",
      deletionProtection: "what the provider does at deletion",
    },
    documented: {
      secretId: {
        pattern: /^[A-Za-z0-9_-]{1,255}$/,
        source: "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.locations.secrets/create",
      },
    },
  },
  "gcp:secretmanager/regionalSecretIamMember:RegionalSecretIamMember": grant("secretmanager.v1", [
    "location",
    "secretId",
  ]),
  "gcp:parametermanager/regionalParameter:RegionalParameter": {
    schema: "parametermanager.v1:Parameter",
    ignored: { location: ADDRESS, parameterId: "a query parameter" },
    documented: { parameterId: PARAMETER_ID },
  },
  "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion": {
    schema: "parametermanager.v1:ParameterVersion",
    renamed: { parameterData: "payload.data" },
    ignored: { parameter: ADDRESS, parameterVersionId: "a query parameter" },
    documented: { parameterVersionId: PARAMETER_ID },
  },
  "gcp:pubsub/topic:Topic": {
    schema: "pubsub.v1:Topic",
    documented: {
      name: {
        pattern: /^(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/,
        source: "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names",
      },
    },
  },
  "gcp:pubsub/topicIAMMember:TopicIAMMember": grant("pubsub.v1", ["topic"]),
  "gcp:sql/databaseInstance:DatabaseInstance": {
    schema: "sqladmin.v1:DatabaseInstance",
    renamed: {
      encryptionKeyName: "diskEncryptionConfiguration.kmsKeyName",
      "settings.diskSize": "dataDiskSizeGb",
      "settings.diskType": "dataDiskType",
      "settings.ipConfiguration.pscConfigs": "pscConfig",
    },
    ignored: { deletionProtection: "what the provider does at deletion" },
    documented: {
      name: { pattern: /^[a-z][a-z0-9-]{0,96}[a-z0-9]$/, source: `${CLOUD_SQL}/instance-settings` },
      "settings.diskSize": { range: [10, 65536], source: `${CLOUD_SQL}/instance-settings` },
      "settings.backupConfiguration.transactionLogRetentionDays": {
        range: [1, 7],
        source: `${CLOUD_SQL}/backup-recovery/pitr`,
      },
      "settings.backupConfiguration.backupRetentionSettings.retainedBackups": {
        range: [1, 365],
        source: `${CLOUD_SQL}/backup-recovery/backups`,
      },
    },
  },
  "gcp:sql/database:Database": { schema: "sqladmin.v1:Database", documented: { name: { max: 63, source: CLOUD_SQL } } },
  "gcp:sql/user:User": {
    schema: "sqladmin.v1:User",
    // Names of roles in PostgreSQL have 63 bytes.
    documented: { name: { max: 63, source: `${CLOUD_SQL}/iam-authentication` } },
  },
  "gcp:compute/address:Address": {
    schema: "compute.v1:Address",
    ignored: { region: ADDRESS },
    documented: { name: LABEL },
  },
  "gcp:compute/forwardingRule:ForwardingRule": {
    schema: "compute.v1:ForwardingRule",
    ignored: { region: ADDRESS, loadBalancingScheme: "empty for endpoints: the provider leaves it out" },
    documented: { name: LABEL },
  },
  "gcp:compute/networkAttachment:NetworkAttachment": {
    schema: "compute.v1:NetworkAttachment",
    ignored: { region: ADDRESS },
    documented: { name: LABEL },
  },
  "gcp:dns/managedZone:ManagedZone": { schema: "dns.v1:ManagedZone", documented: { name: LABEL } },
  "gcp:dns/recordSet:RecordSet": { schema: "dns.v1:ResourceRecordSet", ignored: { managedZone: ADDRESS } },
  "gcp:accesscontextmanager/servicePerimeterResource:ServicePerimeterResource": {
    schema: "accesscontextmanager.v1:ServicePerimeter",
    renamed: { resource: "status.resources" },
    ignored: { perimeterName: ADDRESS },
    documented: { resource: { pattern: /^projects\/\d+$/, source: "https://cloud.google.com/vpc-service-controls" } },
  },
};

/** The model of a Google Cloud resource type, or undefined when it has none here. */
export function gcpModel(token: string): ResourceModel | undefined {
  const resource = RESOURCES[token];
  if (!resource) return undefined;
  const [api, name] = resource.schema.split(":") as [string, string];
  return { ...resource, schema: () => googleSchema(api, name), ignored: { ...COMMON, ...resource.ignored } };
}

/** The types that have a model, for the test that every schema exists. */
export const GCP_TYPES = Object.keys(RESOURCES);
