/** Says azure-native's resources in the words of Terraform's azurerm provider, for the types that Checkov has rules for. */
import { type Previewed, type TerraformResource, UNKNOWN } from "./resources.ts";
import type { References } from "./terraform.ts";

type Body = Record<string, unknown>;

/** Terraform's types for what azure-native creates and Checkov has no rule for: these are not exported. */
export const WITHOUT_RULES: Record<string, string> = {
  "azure-native:applicationinsights:Component": "azurerm_application_insights",
  "azure-native:authorization:RoleAssignment": "azurerm_role_assignment",
  "azure-native:machinelearningservices:Datastore": "azurerm_machine_learning_datastore_blobstorage",
  "azure-native:managedidentity:UserAssignedIdentity": "azurerm_user_assigned_identity",
  "azure-native:monitor:DiagnosticSetting": "azurerm_monitor_diagnostic_setting",
  "azure-native:monitor:PrivateLinkScope": "azurerm_monitor_private_link_scope",
  "azure-native:monitor:PrivateLinkScopedResource": "azurerm_monitor_private_link_scoped_service",
  "azure-native:network:PrivateDnsZoneGroup": "azurerm_private_dns_zone_group",
  "azure-native:operationalinsights:Workspace": "azurerm_log_analytics_workspace",
  "azure-native:privatedns:PrivateZone": "azurerm_private_dns_zone",
  "azure-native:privatedns:VirtualNetworkLink": "azurerm_private_dns_zone_virtual_network_link",
  "azure-native:resources:ResourceGroup": "azurerm_resource_group",
  "azure-native:storage:BlobContainerImmutabilityPolicy": "azurerm_storage_container_immutability_policy",
  "azure-native:storage:ManagementPolicy": "azurerm_storage_management_policy",
};

/** Resources that are part of another one in Terraform. */
const PARTS = new Set(["azure-native:storage:BlobServiceProperties", "azure-native:storage:FileServiceProperties"]);

/** One resource being converted, with what it may look up. */
class Source {
  readonly resource: Previewed;
  readonly references: References;
  readonly all: Previewed[];

  constructor(resource: Previewed, references: References, all: Previewed[]) {
    this.resource = resource;
    this.references = references;
    this.all = all;
  }

  /** The value at a dotted path; what is unknown becomes a reference to what it depends on. */
  at(path: string): unknown {
    const [property, ...rest] = path.split(".") as [string, ...string[]];
    let value: unknown = this.resource.inputs[property];
    for (const member of rest) {
      if (value === UNKNOWN) break;
      value = (value as Body | undefined)?.[member];
    }
    return value === UNKNOWN ? this.references.unknown(this.resource, property) : value;
  }

  /** Whether the value at a path is `Enabled`; undefined when there is none. */
  enabled(path: string): boolean | undefined {
    const value = this.at(path);
    return value === undefined ? undefined : /^enabled$/i.test(String(value));
  }

  list(path: string): Body[] {
    const value = this.at(path);
    return Array.isArray(value) ? value : [];
  }

  /** The resource of a type that has a value in a property. */
  find(type: string, property: string, value: unknown): Previewed | undefined {
    return this.all.find((entry) => entry.type === type && entry.inputs[property] === value);
  }

  /** A reference to the storage account of this resource. */
  account(): unknown {
    const name = this.at("accountName");
    const account = this.find("azure-native:storage:StorageAccount", "accountName", name);
    return account ? this.references.to(account, "name") : name;
  }
}

function storageAccount(source: Source): [string, Body] {
  const sku = String(source.at("sku.name") ?? "_");
  const blobs = source.find("azure-native:storage:BlobServiceProperties", "accountName", source.at("accountName"));
  return [
    "azurerm_storage_account",
    {
      name: source.at("accountName"),
      account_kind: source.at("kind"),
      account_tier: sku.split("_")[0],
      account_replication_type: sku.split("_")[1],
      min_tls_version: source.at("minimumTlsVersion"),
      https_traffic_only_enabled: source.at("enableHttpsTrafficOnly"),
      public_network_access_enabled: source.enabled("publicNetworkAccess"),
      shared_access_key_enabled: source.at("allowSharedKeyAccess"),
      allow_nested_items_to_be_public: source.at("allowBlobPublicAccess"),
      cross_tenant_replication_enabled: source.at("allowCrossTenantReplication"),
      local_user_enabled: source.at("isLocalUserEnabled"),
      infrastructure_encryption_enabled: source.at("encryption.requireInfrastructureEncryption"),
      network_rules: source.at("networkRuleSet") && {
        default_action: source.at("networkRuleSet.defaultAction"),
        bypass: String(source.at("networkRuleSet.bypass") ?? "").split(/, */),
      },
      sas_policy: source.at("sasPolicy") && {
        expiration_period: source.at("sasPolicy.sasExpirationPeriod"),
        expiration_action: source.at("sasPolicy.expirationAction"),
      },
      customer_managed_key: source.at("encryption.keyVaultProperties") && {
        key_vault_key_id: `${source.at("encryption.keyVaultProperties.keyVaultUri")}/keys/${source.at("encryption.keyVaultProperties.keyName")}`,
        user_assigned_identity_id: source.at("encryption.encryptionIdentity.encryptionUserAssignedIdentity"),
      },
      blob_properties: blobs && blobProperties(blobs),
    },
  ];
}

function blobProperties({ inputs }: Previewed): Body {
  const retention = inputs.deleteRetentionPolicy as { enabled?: boolean; days?: number } | undefined;
  const containers = inputs.containerDeleteRetentionPolicy as { enabled?: boolean; days?: number } | undefined;
  return {
    versioning_enabled: inputs.isVersioningEnabled,
    delete_retention_policy: retention?.enabled ? { days: retention.days } : undefined,
    container_delete_retention_policy: containers?.enabled ? { days: containers.days } : undefined,
  };
}

function storageContainer(source: Source): [string, Body] {
  const access = String(source.at("publicAccess") ?? "None");
  return [
    "azurerm_storage_container",
    {
      name: source.at("containerName"),
      storage_account_name: source.account(),
      container_access_type: { None: "private", Blob: "blob", Container: "container" }[access],
    },
  ];
}

function keyVault(source: Source): [string, Body] {
  return [
    "azurerm_key_vault",
    {
      name: source.at("vaultName"),
      sku_name: source.at("properties.sku.name"),
      enable_rbac_authorization: source.at("properties.enableRbacAuthorization"),
      purge_protection_enabled: source.at("properties.enablePurgeProtection"),
      soft_delete_retention_days: source.at("properties.softDeleteRetentionInDays"),
      public_network_access_enabled: source.enabled("properties.publicNetworkAccess"),
      network_acls: source.at("properties.networkAcls") && {
        default_action: source.at("properties.networkAcls.defaultAction"),
        bypass: source.at("properties.networkAcls.bypass"),
      },
    },
  ];
}

function keyVaultKey(source: Source): [string, Body] {
  const vault = source.find("azure-native:keyvault:Vault", "vaultName", source.at("vaultName"));
  const exp = source.at("properties.attributes.exp");
  return [
    "azurerm_key_vault_key",
    {
      name: source.at("keyName"),
      key_vault_id: vault ? source.references.to(vault, "id") : source.at("vaultName"),
      key_type: source.at("properties.kty"),
      key_size: source.at("properties.keySize"),
      key_opts: source.at("properties.keyOps"),
      expiration_date: typeof exp === "number" ? new Date(exp * 1000).toISOString() : undefined,
      rotation_policy: source.at("properties.rotationPolicy") && {
        expire_after: source.at("properties.rotationPolicy.attributes.expiryTime"),
      },
    },
  ];
}

function containerRegistry(source: Source): [string, Body] {
  const retains = source.enabled("policies.retentionPolicy.status");
  return [
    "azurerm_container_registry",
    {
      name: source.at("registryName"),
      sku: source.at("sku.name"),
      admin_enabled: source.at("adminUserEnabled"),
      anonymous_pull_enabled: source.at("anonymousPullEnabled"),
      data_endpoint_enabled: source.at("dataEndpointEnabled"),
      export_policy_enabled: source.enabled("policies.exportPolicy.status"),
      quarantine_policy_enabled: source.enabled("policies.quarantinePolicy.status"),
      trust_policy_enabled: source.enabled("policies.trustPolicy.status"),
      retention_policy_in_days: retains ? source.at("policies.retentionPolicy.days") : undefined,
      public_network_access_enabled: source.enabled("publicNetworkAccess"),
      zone_redundancy_enabled: source.enabled("zoneRedundancy"),
      encryption: source.at("encryption") && {
        key_vault_key_id: source.at("encryption.keyVaultProperties.keyIdentifier"),
      },
    },
  ];
}

function securityGroup(source: Source): [string, Body] {
  return [
    "azurerm_network_security_group",
    {
      name: source.at("networkSecurityGroupName"),
      security_rule: source.list("securityRules").map((rule) => ({
        name: rule.name,
        priority: rule.priority,
        direction: rule.direction,
        access: rule.access,
        protocol: rule.protocol,
        source_port_range: rule.sourcePortRange,
        destination_port_range: rule.destinationPortRange,
        destination_port_ranges: rule.destinationPortRanges,
        source_address_prefix: rule.sourceAddressPrefix,
        source_address_prefixes: rule.sourceAddressPrefixes,
        destination_address_prefix: rule.destinationAddressPrefix,
        destination_address_prefixes: rule.destinationAddressPrefixes,
      })),
    },
  ];
}

function subnet(source: Source): [string, Body] {
  return [
    "azurerm_subnet",
    {
      name: source.at("subnetName"),
      virtual_network_name: source.at("virtualNetworkName"),
      address_prefixes: [source.at("addressPrefix")],
      private_endpoint_network_policies: source.at("privateEndpointNetworkPolicies"),
    },
  ];
}

/** In Terraform a resource of its own joins a subnet and its security group. */
function subnetSecurityGroup(source: Source): TerraformResource[] {
  const group = source.at("networkSecurityGroup.id");
  if (group === undefined) return [];
  const label = source.references.label(source.resource);
  const body = { subnet_id: source.references.to(source.resource, "id"), network_security_group_id: group };
  return [{ type: "azurerm_subnet_network_security_group_association", label, body }];
}

function virtualNetwork(source: Source): [string, Body] {
  return [
    "azurerm_virtual_network",
    {
      name: source.at("virtualNetworkName"),
      address_space: source.at("addressSpace.addressPrefixes"),
      dns_servers: source.at("dhcpOptions.dnsServers"),
    },
  ];
}

function privateEndpoint(source: Source): [string, Body] {
  return [
    "azurerm_private_endpoint",
    {
      name: source.at("privateEndpointName"),
      subnet_id: source.at("subnet.id"),
      private_service_connection: source.list("privateLinkServiceConnections").map((connection) => ({
        name: connection.name,
        is_manual_connection: false,
        private_connection_resource_id:
          connection.privateLinkServiceId === UNKNOWN
            ? source.references.unknown(source.resource, "privateLinkServiceConnections")
            : connection.privateLinkServiceId,
        subresource_names: connection.groupIds,
      })),
    },
  ];
}

function flowLog(source: Source): [string, Body] {
  const policy = source.at("retentionPolicy") as { enabled?: boolean; days?: number } | undefined;
  return [
    "azurerm_network_watcher_flow_log",
    {
      name: source.at("flowLogName"),
      enabled: source.at("enabled"),
      storage_account_id: source.at("storageId"),
      target_resource_id: source.at("targetResourceId"),
      retention_policy: policy && { enabled: policy.enabled, days: policy.days },
    },
  ];
}

function roleDefinition(source: Source): [string, Body] {
  return [
    "azurerm_role_definition",
    {
      name: source.at("roleName"),
      scope: source.at("scope"),
      assignable_scopes: source.at("assignableScopes"),
      permissions: source.list("permissions").map((permission) => ({
        actions: permission.actions,
        not_actions: permission.notActions,
        data_actions: permission.dataActions,
        not_data_actions: permission.notDataActions,
      })),
    },
  ];
}

function mlWorkspace(source: Source): [string, Body] {
  return [
    "azurerm_machine_learning_workspace",
    {
      name: source.at("workspaceName"),
      application_insights_id: source.at("applicationInsights"),
      key_vault_id: source.at("keyVault"),
      storage_account_id: source.at("storageAccount"),
      container_registry_id: source.at("containerRegistry"),
      high_business_impact: source.at("hbiWorkspace"),
      public_network_access_enabled: source.enabled("publicNetworkAccess"),
      identity: { type: source.at("identity.type") },
      encryption: source.at("encryption") && { key_id: source.at("encryption.keyVaultProperties.keyIdentifier") },
      managed_network: source.at("managedNetwork") && { isolation_mode: source.at("managedNetwork.isolationMode") },
    },
  ];
}

function mlCompute(source: Source): [string, Body] {
  const isInstance = source.at("properties.computeType") === "ComputeInstance";
  const localAuth = source.at("properties.disableLocalAuth");
  const common = {
    name: source.at("computeName"),
    machine_learning_workspace_id: source.at("workspaceName"),
    local_auth_enabled: localAuth === undefined ? undefined : !localAuth,
    node_public_ip_enabled: source.at("properties.properties.enableNodePublicIp"),
  };
  if (isInstance) {
    return [
      "azurerm_machine_learning_compute_instance",
      { ...common, virtual_machine_size: source.at("properties.properties.vmSize") },
    ];
  }
  return [
    "azurerm_machine_learning_compute_cluster",
    {
      ...common,
      vm_size: source.at("properties.properties.vmSize"),
      scale_settings: {
        min_node_count: source.at("properties.properties.scaleSettings.minNodeCount"),
        max_node_count: source.at("properties.properties.scaleSettings.maxNodeCount"),
      },
    },
  ];
}

const CONVERTERS: Record<string, (source: Source) => [string, Body]> = {
  "azure-native:authorization:RoleDefinition": roleDefinition,
  "azure-native:containerregistry:Registry": containerRegistry,
  "azure-native:keyvault:Key": keyVaultKey,
  "azure-native:keyvault:Vault": keyVault,
  "azure-native:machinelearningservices:Compute": mlCompute,
  "azure-native:machinelearningservices:Workspace": mlWorkspace,
  "azure-native:network:FlowLog": flowLog,
  "azure-native:network:NetworkSecurityGroup": securityGroup,
  "azure-native:network:PrivateEndpoint": privateEndpoint,
  "azure-native:network:Subnet": subnet,
  "azure-native:network:VirtualNetwork": virtualNetwork,
  "azure-native:storage:BlobContainer": storageContainer,
  "azure-native:storage:StorageAccount": storageAccount,
};

/** Converts the azure-native resources of one stack. Throws for a type that nobody has mapped. */
export function azureConverter(all: Previewed[], references: References): (resource: Previewed) => TerraformResource[] {
  return (resource) => {
    if (WITHOUT_RULES[resource.type] || PARTS.has(resource.type)) return [];
    const converter = CONVERTERS[resource.type];
    if (!converter) throw new Error(`${resource.type} has no Terraform type: add it to tests/scanners/azurerm.ts`);
    const source = new Source(resource, references, all);
    const [type, body] = converter(source);
    const joined = resource.type === "azure-native:network:Subnet" ? subnetSecurityGroup(source) : [];
    return [{ type, label: references.label(resource), body }, ...joined];
  };
}
