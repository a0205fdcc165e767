/** Documented rules for properties that mean the same on every resource of a cloud, and that the models call mere text. */
import type { DocumentedRule } from "./resource-model.ts";

/** Rules by the property's own name, wherever it stands. */
export type PropertyRules = Record<string, DocumentedRule>;

function rules(properties: string[], rule: DocumentedRule): PropertyRules {
  return Object.fromEntries(properties.map((property) => [property, rule]));
}

const CIDR_SOURCE = "https://www.rfc-editor.org/rfc/rfc4632";
const OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IP = `${OCTET}(\\.${OCTET}){3}`;
const CIDR = `${IP}/(3[0-2]|[12]?\\d)`;
const PORTS = "\\d{1,5}(-\\d{1,5})?";
const UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

function whole(source: string): RegExp {
  return new RegExp(`^(?:${source})$`);
}

const AWS: PropertyRules = {
  ...rules(["cidrBlock", "cidrIpv4", "destinationCidrBlock"], { pattern: whole(CIDR), source: CIDR_SOURCE }),
  availabilityZone: {
    pattern: /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html",
  },
  serviceName: {
    pattern: /^(com\.amazonaws|aws\.sagemaker|aws\.api)\.[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    source: "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
  },
  ipProtocol: {
    pattern: /^(-1|tcp|udp|icmp|icmpv6|1?\d?\d|2[0-4]\d|25[0-5])$/,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html",
  },
  ...rules(["statelessDefaultActions", "statelessFragmentDefaultActions"], {
    pattern: /^aws:(pass|drop|forward_to_sfe)$/,
    source: "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallPolicy.html",
  }),
  statefulDefaultActions: {
    pattern: /^aws:(drop|alert)_(strict|established|established_app_layer)$/,
    source: "https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallPolicy.html",
  },
  ...rules(["bucket", "targetBucket"], {
    pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
  }),
  tags: {
    pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
    source: "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html",
  },
};

const PROJECT = "([a-z][a-z0-9-]{4,28}[a-z0-9])";
const GCP: PropertyRules = {
  project: {
    pattern: whole(PROJECT),
    source: "https://cloud.google.com/resource-manager/docs/creating-managing-projects",
  },
  region: { pattern: /^[a-z]+-[a-z]+\d{1,2}$/, source: "https://cloud.google.com/compute/docs/regions-zones" },
  zone: { pattern: /^[a-z]+-[a-z]+\d{1,2}-[a-z]$/, source: "https://cloud.google.com/compute/docs/regions-zones" },
  location: {
    pattern: /^(global|[a-z]+-[a-z]+\d{1,2}(-[a-z])?)$/,
    source: "https://cloud.google.com/compute/docs/regions-zones",
  },
  ...rules(["kmsKeyName", "kmsKey", "defaultKmsKeyName"], {
    pattern: whole(`projects/${PROJECT}/locations/[a-z0-9-]+/keyRings/[\\w-]{1,63}/cryptoKeys/[\\w-]{1,63}`),
    source: "https://cloud.google.com/kms/docs/resource-hierarchy",
  }),
  keyRing: {
    pattern: whole(`projects/${PROJECT}/locations/[a-z0-9-]+/keyRings/[\\w-]{1,63}`),
    source: "https://cloud.google.com/kms/docs/resource-hierarchy",
  },
  ...rules(["ipCidrRange", "destRange", "sourceRanges", "destinationRanges"], {
    pattern: whole(CIDR),
    source: CIDR_SOURCE,
  }),
  ports: { pattern: whole(PORTS), source: "https://cloud.google.com/firewall/docs/firewalls" },
  protocol: {
    pattern: /^(tcp|udp|icmp|esp|ah|sctp|ipip|all|\d{1,3})$/,
    source: "https://cloud.google.com/compute/docs/reference/rest/v1/firewalls",
  },
  ...rules(["targetTags", "sourceTags"], {
    pattern: /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    source: "https://cloud.google.com/vpc/docs/add-remove-network-tags",
  }),
  email: {
    pattern: whole(`[a-z0-9-]+@(${PROJECT}\\.iam|developer)\\.gserviceaccount\\.com`),
    source: "https://cloud.google.com/iam/docs/service-account-types",
  },
  machineType: {
    pattern: /^[a-z]\d[a-z]?-[a-z]+-\d+[a-z]*$/,
    source: "https://cloud.google.com/compute/docs/machine-resource",
  },
  dnsName: {
    pattern: /^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)*$/,
    source: "https://cloud.google.com/dns/docs/reference/rest/v1/responsePolicyRules",
  },
  ...rules(["network", "subnet", "subnetwork"], {
    pattern: whole(
      `projects/${PROJECT}/(global/networks|regions/[a-z0-9-]+/subnetworks)/[a-z]([a-z0-9-]{0,61}[a-z0-9])?`,
    ),
    source: "https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks",
  }),
  ...rules(["olderThan", "destroyScheduledDuration"], {
    pattern: /^\d+(\.\d{1,9})?s$/,
    source: "https://protobuf.dev/reference/protobuf/google.protobuf/#duration",
  }),
  service: {
    pattern: /^(allServices|[a-z][a-z0-9-]*\.googleapis\.com)$/,
    source: "https://cloud.google.com/logging/docs/audit/configure-data-access",
  },
  instanceOwners: {
    pattern: /^[^@\s:]+@[^@\s]+$/,
    source: "https://cloud.google.com/vertex-ai/docs/workbench/reference/rest/v2/projects.locations.instances",
  },
  addresses: { pattern: whole(IP), source: "https://www.rfc-editor.org/rfc/rfc791" },
  expression: { max: 2048, source: "https://cloud.google.com/iam/docs/conditions-overview" },
};

const RESOURCE_GROUP = "[\\w.()-]{0,89}[\\w()-]";
const RESOURCE_ID = `/subscriptions/${UUID}(/resource[Gg]roups/${RESOURCE_GROUP})?(/providers/[A-Za-z]+\\.[A-Za-z]+(/[A-Za-z]+/[\\w.()-]+)+)?`;
const PORTAL_TAGS = "https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources";
const NAMES = "https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules";
const DURATION: DocumentedRule = {
  pattern: /^P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/,
  source: "https://www.iso.org/iso-8601-date-and-time-format.html",
};

const AZURE: PropertyRules = {
  location: {
    pattern: /^([Gg]lobal|[a-z]+\d?)$/,
    source: "https://learn.microsoft.com/azure/reliability/regions-list",
  },
  ...rules(["resourceGroupName", "resourceGroup"], { pattern: whole(RESOURCE_GROUP), source: NAMES }),
  accountName: { pattern: /^[a-z0-9]{3,24}$/, source: NAMES },
  containerName: { pattern: /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, source: NAMES },
  vaultName: { pattern: /^(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]$/, source: NAMES },
  keyVaultUri: {
    pattern: /^https:\/\/[A-Za-z0-9-]{3,24}\.vault\.(azure\.net|usgovcloudapi\.net|azure\.cn)\/?$/,
    source: "https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates",
  },
  ...rules(["tenantId", "subscriptionId", "objectId", "principalId"], {
    pattern: whole(UUID),
    source: "https://www.rfc-editor.org/rfc/rfc9562",
  }),
  ...rules(
    [
      "scope",
      "assignableScopes",
      "userAssignedIdentities",
      "userAssignedIdentity",
      "encryptionUserAssignedIdentity",
      "primaryUserAssignedIdentity",
      "serviceResourceId",
      "keyVaultArmId",
      "privateLinkServiceId",
      "storageId",
      "targetResourceId",
      "workspaceResourceId",
    ],
    {
      pattern: whole(RESOURCE_ID),
      source: "https://learn.microsoft.com/azure/azure-resource-manager/management/overview",
    },
  ),
  roleDefinitionId: {
    pattern: whole(`(.*/providers/Microsoft\\.Authorization/roleDefinitions/)?${UUID}`),
    source: "https://learn.microsoft.com/azure/role-based-access-control/role-definitions-list",
  },
  ...rules(["actions", "notActions", "dataActions", "notDataActions"], {
    pattern: /^(\*|Microsoft\.[A-Za-z]+(\/[A-Za-z0-9*]+)+)$/,
    source: "https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations",
  }),
  ...rules(["addressPrefixes", "addressPrefix"], { pattern: whole(CIDR), source: CIDR_SOURCE }),
  ...rules(["sourceAddressPrefix", "destinationAddressPrefix", "sourceAddressPrefixes", "destinationAddressPrefixes"], {
    pattern: whole(`\\*|${CIDR}|[A-Z][A-Za-z0-9]+(\\.[A-Za-z0-9]+)?`),
    source: "https://learn.microsoft.com/azure/virtual-network/service-tags-overview",
  }),
  ...rules(["sourcePortRange", "destinationPortRange", "sourcePortRanges", "destinationPortRanges"], {
    pattern: whole(`\\*|${PORTS}`),
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
  }),
  ...rules(["idleTimeBeforeShutdown", "nodeIdleTimeBeforeScaleDown", "timeAfterCreate", "timeBeforeExpiry"], DURATION),
  vmSize: {
    pattern: /^(Standard|Basic)_[A-Z]+\d+[A-Za-z0-9_-]*$/i,
    source: "https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions",
  },
  publicNetworkAccess: {
    pattern: /^(enabled|disabled)$/i,
    source: "https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update",
  },
  categoryGroup: {
    pattern: /^(allLogs|audit)$/,
    source: "https://learn.microsoft.com/azure/azure-monitor/essentials/diagnostic-settings",
  },
  ...rules(["groupIds", "subresourceTarget"], {
    pattern:
      /^(vault|blob|dfs|file|queue|table|web|registry|amlworkspace|azuremonitor|configurationStores|(postgresql|mysql|sql)Server)$/,
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
  }),
  customNetworkInterfaceName: { pattern: /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/, source: NAMES },
  blobTypes: {
    pattern: /^(blockBlob|appendBlob)$/,
    source: "https://learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure",
  },
  tags: { max: 256, source: PORTAL_TAGS },
};

/** The rules of the cloud that a resource type belongs to. */
export function propertyRules(token: string): PropertyRules {
  if (token.startsWith("aws:")) return AWS;
  return token.startsWith("gcp:") ? GCP : AZURE;
}
