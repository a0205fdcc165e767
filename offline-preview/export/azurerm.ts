// Says azure-native's resources in the words of Terraform's azurerm provider, whose layout is its own: only the types that
// Checkov has rules for. ARM templates, which follow by rule, take every type: see arm.ts.
import { Expression, SECRET_VALUE, type TerraformResource } from "./hcl.ts";
import { isMap, type Previewed, SECRET, UNKNOWN } from "./resources.ts";
import type { References } from "./terraform.ts";

type Body = Record<string, unknown>;

/** Terraform's types for what azure-native creates and Checkov has no rule for: these are not exported. */
export const WITHOUT_RULES: Record<string, string> = {
  "azure-native:appconfiguration:KeyValue": "azurerm_app_configuration_key",
  "azure-native:applicationinsights:Component": "azurerm_application_insights",
  "azure-native:authorization:ManagementLockByScope": "azurerm_management_lock",
  "azure-native:authorization:RoleAssignment": "azurerm_role_assignment",
  "azure-native:containerregistry:CacheRule": "azurerm_container_registry_cache_rule",
  "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra":
    "azurerm_postgresql_flexible_server_active_directory_administrator",
  "azure-native:dbforpostgresql:Configuration": "azurerm_postgresql_flexible_server_configuration",
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

/** A resource that is part of its storage account in Terraform. */
const BLOB_SERVICE = "azure-native:storage:BlobServiceProperties";

/** Terraform's types of what is exported and referred to. */
const TYPES: Record<string, string> = {
  "azure-native:appconfiguration:ConfigurationStore": "azurerm_app_configuration",
  "azure-native:authorization:RoleDefinition": "azurerm_role_definition",
  "azure-native:containerregistry:Registry": "azurerm_container_registry",
  "azure-native:dbforpostgresql:Server": "azurerm_postgresql_flexible_server",
  "azure-native:keyvault:Key": "azurerm_key_vault_key",
  "azure-native:keyvault:Secret": "azurerm_key_vault_secret",
  "azure-native:keyvault:Vault": "azurerm_key_vault",
  "azure-native:machinelearningservices:Workspace": "azurerm_machine_learning_workspace",
  "azure-native:network:NetworkSecurityGroup": "azurerm_network_security_group",
  "azure-native:network:Subnet": "azurerm_subnet",
  "azure-native:network:VirtualNetwork": "azurerm_virtual_network",
  "azure-native:storage:BlobContainer": "azurerm_storage_container",
  "azure-native:storage:StorageAccount": "azurerm_storage_account",
};

/** True for a resource of the azure-native package. */
export function isAzureNative({ type }: Previewed): boolean {
  return type.startsWith("azure-native:");
}

/** `azure-native:storage/v20240101:StorageAccount` -> `azure-native:storage:StorageAccount`. */
export function unversioned(token: string): string {
  return token.replace(/\/v\d{8}\w*:/, ":");
}

/** Terraform's type for a resource of azure-native, if it has one that is known here. */
export function azurermType({ type }: Previewed): string | undefined {
  return TYPES[unversioned(type)];
}

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

  /** The value at a dotted path; what is unknown in it becomes a reference to what it depends on. */
  at(path: string): unknown {
    const [property, ...rest] = path.split(".") as [string, ...string[]];
    let value: unknown = this.resource.inputs[property];
    for (const member of rest) {
      if (value === UNKNOWN) break;
      value = (value as Body | undefined)?.[member];
    }
    return this.#known(value, property, path.slice(path.lastIndexOf(".") + 1));
  }

  #known(value: unknown, property: string, leaf: string): unknown {
    if (value === UNKNOWN) return this.references.unknown(this.resource, property, leaf);
    if (value === SECRET) return SECRET_VALUE;
    if (Array.isArray(value)) return value.map((entry) => this.#known(entry, property, leaf));
    if (!isMap(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#known(entry, property, key)]));
  }

  /** Whether the value at a path is `Enabled`; undefined when there is none. */
  enabled(path: string): unknown {
    const value = this.at(path);
    if (value instanceof Expression) return value;
    return value === undefined ? undefined : /^enabled$/i.test(String(value));
  }

  list(path: string): Body[] {
    const value = this.at(path);
    return Array.isArray(value) ? value : [];
  }

  /** The resource of a type that has a value in a property. */
  find(type: string, property: string, value: unknown): Previewed | undefined {
    return this.all.find((entry) => unversioned(entry.type) === type && entry.inputs[property] === value);
  }

  /** The resource of a type that names this one in a property: by its name, or by its output. */
  part(type: string, property: string): Previewed | undefined {
    const { urn, inputs } = this.resource;
    return this.all.find((entry) => {
      if (unversioned(entry.type) !== type) return false;
      const dependsOnThis = entry.propertyDependencies[property]?.includes(urn) ?? false;
      return dependsOnThis || (inputs[property] !== undefined && entry.inputs[property] === inputs[property]);
    });
  }

  /** Whether this is part of a storage account of the stack. */
  isPart(): boolean {
    const { urn, type } = this.resource;
    return this.all.some((entry) => {
      const isAccount = unversioned(entry.type) === "azure-native:storage:StorageAccount";
      return (
        isAccount && new Source(entry, this.references, this.all).part(unversioned(type), "accountName")?.urn === urn
      );
    });
  }

  /** A reference to the storage account of this resource. */
  account(): unknown {
    const name = this.at("accountName");
    const account = this.find("azure-native:storage:StorageAccount", "accountName", name);
    return account ? this.references.to(account, "name") : name;
  }
}

function storageAccount(source: Source): [string, Body] {
  const sku = source.at("sku.name") instanceof Expression ? "_" : String(source.at("sku.name") ?? "_");
  const blobs = source.part(BLOB_SERVICE, "accountName");
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
        bypass: listOf(source.at("networkRuleSet.bypass")),
      },
      sas_policy: source.at("sasPolicy") && {
        expiration_period: source.at("sasPolicy.sasExpirationPeriod"),
        expiration_action: source.at("sasPolicy.expirationAction"),
      },
      customer_managed_key: source.at("encryption.keyVaultProperties") && {
        key_vault_key_id: storageKey(source),
        user_assigned_identity_id: source.at("encryption.encryptionIdentity.encryptionUserAssignedIdentity"),
      },
      blob_properties: blobs && blobProperties(new Source(blobs, source.references, source.all)),
    },
  ];
}

/** `AzureServices, Logging` -> a list. */
function listOf(value: unknown): unknown {
  return typeof value === "string" ? value.split(/, */) : value;
}

function storageKey(source: Source): unknown {
  const uri = source.at("encryption.keyVaultProperties.keyVaultUri");
  const name = source.at("encryption.keyVaultProperties.keyName");
  if (name instanceof Expression) return name;
  return uri instanceof Expression ? uri : `${uri}/keys/${name}`;
}

function blobProperties(service: Source): Body {
  return {
    versioning_enabled: service.at("isVersioningEnabled"),
    delete_retention_policy: service.at("deleteRetentionPolicy.enabled") && {
      days: service.at("deleteRetentionPolicy.days"),
    },
    container_delete_retention_policy: service.at("containerDeleteRetentionPolicy.enabled") && {
      days: service.at("containerDeleteRetentionPolicy.days"),
    },
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

function keyVaultSecret(source: Source): [string, Body] {
  const vault = source.find("azure-native:keyvault:Vault", "vaultName", source.at("vaultName"));
  const expires = source.at("properties.attributes.expires");
  return [
    "azurerm_key_vault_secret",
    {
      name: source.at("secretName"),
      key_vault_id: vault ? source.references.to(vault, "id") : source.at("vaultName"),
      value: SECRET_VALUE,
      content_type: source.at("properties.contentType"),
      expiration_date: typeof expires === "number" ? new Date(expires * 1000).toISOString() : undefined,
    },
  ];
}

function appConfiguration(source: Source): [string, Body] {
  const localAuth = source.at("disableLocalAuth");
  const sku = source.at("sku.name");
  return [
    "azurerm_app_configuration",
    {
      name: source.at("configStoreName"),
      sku: typeof sku === "string" ? sku.toLowerCase() : sku,
      local_auth_enabled: typeof localAuth === "boolean" ? !localAuth : localAuth,
      public_network_access: source.at("publicNetworkAccess"),
      purge_protection_enabled: source.at("enablePurgeProtection"),
      encryption: source.at("encryption.keyVaultProperties") && {
        key_vault_key_identifier: source.at("encryption.keyVaultProperties.keyIdentifier"),
        identity_client_id: source.at("encryption.keyVaultProperties.identityClientId"),
      },
    },
  ];
}

function postgresServer(source: Source): [string, Body] {
  return [
    "azurerm_postgresql_flexible_server",
    {
      name: source.at("serverName"),
      version: source.at("version"),
      delegated_subnet_id: source.at("network.delegatedSubnetResourceId"),
      public_network_access_enabled: source.enabled("network.publicNetworkAccess"),
      backup_retention_days: source.at("backup.backupRetentionDays"),
      geo_redundant_backup_enabled: source.enabled("backup.geoRedundantBackup"),
      authentication: source.at("authConfig") && {
        active_directory_auth_enabled: source.enabled("authConfig.activeDirectoryAuth"),
        password_auth_enabled: source.enabled("authConfig.passwordAuth"),
      },
      customer_managed_key: source.at("dataEncryption.primaryKeyURI") && {
        key_vault_key_id: source.at("dataEncryption.primaryKeyURI"),
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
        private_connection_resource_id: connection.privateLinkServiceId,
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
    local_auth_enabled: typeof localAuth === "boolean" ? !localAuth : localAuth,
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
  "azure-native:appconfiguration:ConfigurationStore": appConfiguration,
  "azure-native:authorization:RoleDefinition": roleDefinition,
  "azure-native:containerregistry:Registry": containerRegistry,
  "azure-native:dbforpostgresql:Server": postgresServer,
  "azure-native:keyvault:Key": keyVaultKey,
  "azure-native:keyvault:Secret": keyVaultSecret,
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

/** One azure-native resource in azurerm's words; undefined when no converter knows its type. */
export function azurermResources(
  resource: Previewed,
  all: Previewed[],
  references: References,
): TerraformResource[] | undefined {
  const token = unversioned(resource.type);
  const source = new Source(resource, references, all);
  if (token === BLOB_SERVICE && source.isPart()) return [];
  const converter = CONVERTERS[token];
  if (!converter) return undefined;
  const [type, body] = converter(source);
  const joined = token === "azure-native:network:Subnet" ? subnetSecurityGroup(source) : [];
  return [{ type, label: references.label(resource), body }, ...joined];
}
