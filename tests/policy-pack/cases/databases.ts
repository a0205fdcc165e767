import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const RDS = [INSTANCE, CLUSTER];
const CLOUD_SQL = "gcp:sql/databaseInstance:DatabaseInstance";
const POSTGRES = "azure-native:dbforpostgresql:Server";
const AZURE_SQL = "azure-native:sql:Server";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Properties of a Cloud SQL instance. */
function sql(settings: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { databaseVersion: "POSTGRES_17", settings, ...more };
}

const privateNetwork: ControlCases[] = [
  ...on(
    "database-private-network",
    [INSTANCE, "aws:rds/clusterInstance:ClusterInstance"],
    [
      ["private", { publiclyAccessible: false }, "complies"],
      ["public", { publiclyAccessible: true }, "violates"],
      ["public, as text", { publiclyAccessible: "true" }, "violates"],
      ["not known yet", { publiclyAccessible: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-private-network",
    [CLOUD_SQL],
    [
      ["private", sql({ ipConfiguration: { ipv4Enabled: false, privateNetwork: "n" } }), "complies"],
      ["public", sql({ ipConfiguration: { ipv4Enabled: true } }), "violates"],
      ["public beside a private network", sql({ ipConfiguration: { privateNetwork: "n" } }), "violates"],
      ["not known yet", sql({ ipConfiguration: unknown }), "undecided"],
      ["settings of a wrong type", { settings: "private" }, "violates"],
    ],
  ),
  ...on(
    "database-private-network",
    [POSTGRES],
    [
      ["in a subnet", { network: { delegatedSubnetResourceId: "/subnets/db" } }, "complies"],
      ["in a subnet that is not known yet", { network: { delegatedSubnetResourceId: unknown } }, "complies"],
      ["behind private endpoints", { network: { publicNetworkAccess: "Disabled" } }, "complies"],
      ["public", { network: { publicNetworkAccess: "Enabled" } }, "violates"],
      ["not known yet", { network: { publicNetworkAccess: unknown } }, "undecided"],
    ],
  ),
  ...on(
    "database-private-network",
    [AZURE_SQL],
    [
      ["private", { publicNetworkAccess: "Disabled" }, "complies"],
      ["public", { publicNetworkAccess: "Enabled" }, "violates"],
      ["open to a perimeter", { publicNetworkAccess: "SecuredByPerimeter" }, "violates"],
      ["not known yet", { publicNetworkAccess: unknown }, "undecided"],
    ],
  ),
];

const customerKey: ControlCases[] = [
  ...on("database-cmk", RDS, [
    ["a key of one's own", { storageEncrypted: true, kmsKeyId: KEY }, "complies"],
    ["a key that is not known yet", { storageEncrypted: true, kmsKeyId: unknown }, "complies"],
    ["AWS's key", { storageEncrypted: true }, "violates"],
    ["AWS's key by its alias", { storageEncrypted: true, kmsKeyId: "alias/aws/rds" }, "violates"],
    ["a key, but no encryption", { kmsKeyId: KEY, storageEncrypted: false }, "violates"],
    ["not known yet", { storageEncrypted: unknown, kmsKeyId: KEY }, "undecided"],
  ]),
  ...on("database-cmk", [INSTANCE], [["a replica", { replicateSourceDb: "main" }, "complies"]]),
  ...on(
    "database-cmk",
    [CLOUD_SQL],
    [
      ["a key", sql({}, { encryptionKeyName: "projects/p/locations/l/keyRings/r/cryptoKeys/k" }), "complies"],
      ["a replica", sql({}, { masterInstanceName: "main" }), "complies"],
      ["an empty name", sql({}, { encryptionKeyName: "" }), "violates"],
    ],
  ),
  ...on(
    "database-cmk",
    [POSTGRES],
    [
      [
        "a key",
        { dataEncryption: { type: "AzureKeyVault", primaryKeyURI: "https://v.vault.azure.net/keys/k" } },
        "complies",
      ],
      [
        "a key that is not known yet",
        { dataEncryption: { type: "AzureKeyVault", primaryKeyURI: unknown } },
        "complies",
      ],
      ["Microsoft's key", { dataEncryption: { type: "SystemManaged" } }, "violates"],
      ["no key", { dataEncryption: { type: "AzureKeyVault" } }, "violates"],
      ["not known yet", { dataEncryption: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-cmk",
    [AZURE_SQL],
    [
      ["a key", { keyId: "https://v.vault.azure.net/keys/k/1" }, "complies"],
      ["an empty name", { keyId: "" }, "violates"],
    ],
  ),
];

const parameter = (name: unknown, value: unknown) => ({ name, value, applyMethod: "pending-reboot" });

const tls: ControlCases[] = [
  ...on(
    "database-tls-required",
    ["aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"],
    [
      ["forced on PostgreSQL", { family: "postgres14", parameters: [parameter("rds.force_ssl", "1")] }, "complies"],
      [
        "forced on MySQL",
        { family: "mysql8.0", parameters: [parameter("require_secure_transport", "ON")] },
        "complies",
      ],
      [
        "forced among other parameters",
        { family: "aurora-mysql8.0", parameters: [parameter("a", "0"), parameter("require_secure_transport", "1")] },
        "complies",
      ],
      [
        "optional on MySQL",
        { family: "mysql8.0", parameters: [parameter("character_set_server", "utf8")] },
        "violates",
      ],
      ["optional on an old PostgreSQL", { family: "postgres14" }, "violates"],
      ["optional on an old Aurora", { family: "aurora-postgresql16" }, "violates"],
      ["on by default on PostgreSQL", { family: "postgres16" }, "complies"],
      ["on by default on Aurora PostgreSQL", { family: "aurora-postgresql17", parameters: [] }, "complies"],
      ["turned off", { family: "postgres16", parameters: [parameter("rds.force_ssl", 0)] }, "violates"],
      ["not a parameter of the engine", { family: "oracle-ee-19" }, "complies"],
      ["parameters that are not known yet", { family: "mysql8.0", parameters: unknown }, "undecided"],
      [
        "a value that is not known yet",
        { family: "postgres16", parameters: [parameter("rds.force_ssl", unknown)] },
        "undecided",
      ],
      ["a name that is not known yet", { family: "mysql8.0", parameters: [parameter(unknown, "1")] }, "undecided"],
      ["a family that is not known yet", { family: unknown }, "undecided"],
      ["parameters of a wrong type", { family: "mysql8.0", parameters: "rds.force_ssl=1" }, "violates"],
    ],
  ),
  ...on(
    "database-tls-required",
    [CLOUD_SQL],
    [
      ["encrypted connections only", sql({ ipConfiguration: { sslMode: "ENCRYPTED_ONLY" } }), "complies"],
      [
        "connections with certificates only",
        sql({ ipConfiguration: { sslMode: "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" } }),
        "complies",
      ],
      ["any", sql({ ipConfiguration: { sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" } }), "violates"],
      ["not known yet", sql({ ipConfiguration: { sslMode: unknown } }), "undecided"],
    ],
  ),
  ...on(
    "database-tls-required",
    ["azure-native:dbforpostgresql:Configuration"],
    [
      ["on", { configurationName: "require_secure_transport", value: "on" }, "complies"],
      ["off", { configurationName: "require_secure_transport", value: "OFF" }, "violates"],
      ["another setting", { configurationName: "log_connections", value: "off" }, "complies"],
      ["not known yet", { configurationName: "require_secure_transport", value: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-tls-required",
    [AZURE_SQL],
    [
      ["1.2", { minimalTlsVersion: "1.2" }, "complies"],
      ["1.0", { minimalTlsVersion: "1.0" }, "violates"],
      ["any", { minimalTlsVersion: "None" }, "violates"],
      ["not known yet", { minimalTlsVersion: unknown }, "undecided"],
    ],
  ),
];

const flag = (name: unknown, value: unknown) =>
  sql({
    databaseFlags: [
      { name: "max_connections", value: "9" },
      { name, value },
    ],
  });

const identity: ControlCases[] = [
  ...on("database-identity-access", RDS, [
    ["on", { engine: "postgres", iamDatabaseAuthenticationEnabled: true }, "complies"],
    ["off", { engine: "aurora-mysql", iamDatabaseAuthenticationEnabled: false }, "violates"],
    ["left out", { engine: "mysql" }, "violates"],
    ["an engine without it", { engine: "sqlserver-ex" }, "complies"],
    ["an engine that is not known yet", { engine: unknown }, "undecided"],
    ["not known yet", { engine: "postgres", iamDatabaseAuthenticationEnabled: unknown }, "undecided"],
  ]),
  ...on(
    "database-identity-access",
    [CLOUD_SQL],
    [
      ["on", flag("cloudsql.iam_authentication", "on"), "complies"],
      ["on, on MySQL", flag("cloudsql_iam_authentication", "On"), "complies"],
      ["off", flag("cloudsql.iam_authentication", "off"), "violates"],
      ["no such flag", flag("log_connections", "on"), "violates"],
      ["SQL Server", { databaseVersion: "SQLSERVER_2022_STANDARD" }, "complies"],
      ["flags that are not known yet", sql({ databaseFlags: unknown }), "undecided"],
      ["a value that is not known yet", flag("cloudsql.iam_authentication", unknown), "undecided"],
      ["flags of a wrong type", sql({ databaseFlags: "cloudsql.iam_authentication" }), "violates"],
    ],
  ),
  ...on(
    "database-identity-access",
    [POSTGRES],
    [
      ["Entra only", { authConfig: { activeDirectoryAuth: "Enabled", passwordAuth: "Disabled" } }, "complies"],
      ["Entra and passwords", { authConfig: { activeDirectoryAuth: "Enabled", passwordAuth: "Enabled" } }, "violates"],
      ["not known yet", { authConfig: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-identity-access",
    [AZURE_SQL],
    [
      ["Entra only", { administrators: { azureADOnlyAuthentication: true } }, "complies"],
      ["Entra and passwords", { administrators: { azureADOnlyAuthentication: false } }, "violates"],
      ["not known yet", { administrators: { azureADOnlyAuthentication: unknown } }, "undecided"],
    ],
  ),
];

const backups: ControlCases[] = [
  ...on("database-backups", RDS, [
    ["a week", { backupRetentionPeriod: 7 }, "complies"],
    ["a day", { backupRetentionPeriod: 1 }, "violates"],
    ["none", { backupRetentionPeriod: 0 }, "violates"],
    ["less than asked for", { backupRetentionPeriod: 7 }, "violates", { minimumDays: 30 }],
    ["not known yet", { backupRetentionPeriod: unknown }, "undecided"],
  ]),
  ...on("database-backups", [INSTANCE], [["a replica", { replicateSourceDb: "main" }, "complies"]]),
  ...on(
    "database-backups",
    [CLOUD_SQL],
    [
      ["on", sql({ backupConfiguration: { enabled: true } }), "complies"],
      ["off", sql({ backupConfiguration: { enabled: false } }), "violates"],
      ["a replica", sql({}, { masterInstanceName: "main" }), "complies"],
      ["not known yet", sql({ backupConfiguration: { enabled: unknown } }), "undecided"],
    ],
  ),
  ...on(
    "database-backups",
    [POSTGRES],
    [
      ["two weeks", { backup: { backupRetentionDays: 14 } }, "complies"],
      ["the default, and more asked for", {}, "violates", { minimumDays: 14 }],
      ["less than asked for", { backup: { backupRetentionDays: 7 } }, "violates", { minimumDays: 14 }],
      ["not known yet", { backup: { backupRetentionDays: unknown } }, "undecided"],
    ],
  ),
];

const protection: ControlCases[] = [
  ...on("database-deletion-protection", RDS, [
    ["on", { deletionProtection: true }, "complies"],
    ["off", { deletionProtection: false }, "violates"],
    ["not known yet", { deletionProtection: unknown }, "undecided"],
  ]),
  ...on(
    "database-deletion-protection",
    [CLOUD_SQL],
    [
      ["on", sql({ deletionProtectionEnabled: true }), "complies"],
      ["on for Pulumi alone", sql({}, { deletionProtection: true }), "violates"],
      ["not known yet", sql({ deletionProtectionEnabled: unknown }), "undecided"],
    ],
  ),
];

const server: TestResource = {
  type: POSTGRES,
  name: "results",
  properties: { serverName: "fraud-results", resourceGroupName: "fraud", id: unknown },
};
const ID = "/subscriptions/1/resourceGroups/fraud/providers/Microsoft.DBforPostgreSQL/flexibleServers/Fraud-Results";
const lock = (name: string, properties: Record<string, unknown>, more: Partial<TestResource> = {}): TestResource => ({
  type: `azure-native:authorization:${name}`,
  name: "lock",
  properties: { level: "CanNotDelete", ...properties },
  ...more,
});
const group: TestResource = { type: "azure-native:resources:ResourceGroup", name: "group" };

const locks: StackCase[] = [
  ["a lock by its id", [server, lock("ManagementLockByScope", { scope: ID })], "complies"],
  [
    "a lock on its group by id",
    [server, lock("ManagementLockByScope", { scope: "/subscriptions/1/resourceGroups/fraud" })],
    "complies",
  ],
  [
    "a lock by its name",
    [server, lock("ManagementLockAtResourceLevel", { resourceName: "fraud-results" })],
    "complies",
  ],
  [
    "a lock on its group",
    [server, lock("ManagementLockAtResourceGroupLevel", { resourceGroupName: "fraud" })],
    "complies",
  ],
  [
    "a lock by an id that is not known yet",
    [server, lock("ManagementLockByScope", { scope: unknown }, { propertyDependencies: { scope: [urnOf(server)] } })],
    "complies",
  ],
  [
    "a lock on a group that is made along with both",
    [
      {
        ...server,
        properties: { serverName: "fraud-results", resourceGroupName: unknown },
        propertyDependencies: { resourceGroupName: [urnOf(group)] },
      },
      group,
      lock(
        "ManagementLockAtResourceGroupLevel",
        { resourceGroupName: unknown },
        { propertyDependencies: { resourceGroupName: [urnOf(group)] } },
      ),
    ],
    "complies",
  ],
  [
    "a lock that keeps nothing",
    [server, lock("ManagementLockByScope", { scope: ID, level: "NotSpecified" })],
    "violates",
  ],
  ["a lock on another server", [server, lock("ManagementLockByScope", { scope: `${ID}-2` })], "violates"],
  ["none", [server], "violates"],
  ["a lock of an unknown level", [server, lock("ManagementLockByScope", { scope: ID, level: unknown })], "undecided"],
];

const others: ControlCases[] = [
  { control: "database-deletion-protection", type: POSTGRES, stackCases: locks },
  ...on(
    "database-private-network",
    ["azure-native:dbforpostgresql:FirewallRule"],
    [
      ["an address", { startIpAddress: "203.0.113.7", endIpAddress: "203.0.113.7" }, "complies"],
      ["all of Azure", { startIpAddress: "0.0.0.0", endIpAddress: "0.0.0.0" }, "violates"],
      ["unknown", { startIpAddress: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-tls-required",
    [INSTANCE],
    [
      ["parameters of its own", { engine: "postgres", engineVersion: "14.9", parameterGroupName: "own" }, "complies"],
      ["parameters that are made along with it", { engine: "mysql", parameterGroupName: unknown }, "complies"],
      ["those of a version that forces TLS", { engine: "postgres", engineVersion: "17" }, "complies"],
      ["those of the newest version", { engine: "postgres" }, "complies"],
      ["those of an older version", { engine: "postgres", engineVersion: "14.9" }, "violates"],
      ["those of MySQL", { engine: "mysql", engineVersion: "8.4" }, "violates"],
      ["those of an unknown version", { engine: "postgres", engineVersion: unknown }, "undecided"],
      ["those of an unknown engine", { engine: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-tls-required",
    ["azure-native:dbforpostgresql:Configuration"],
    [
      ["TLS 1.2", { configurationName: "ssl_min_protocol_version", value: "TLSv1.2" }, "complies"],
      ["TLS 1.0", { configurationName: "ssl_min_protocol_version", value: "TLSv1" }, "violates"],
      ["an unknown version", { configurationName: "ssl_min_protocol_version", value: unknown }, "undecided"],
    ],
  ),
  ...on(
    "database-insights-cmk",
    [INSTANCE, "aws:rds/clusterInstance:ClusterInstance"],
    [
      ["a key", { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: KEY }, "complies"],
      [
        "a key that is made along with it",
        { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: unknown },
        "complies",
      ],
      ["no performance data", { performanceInsightsEnabled: false }, "complies"],
      ["no key", { performanceInsightsEnabled: true }, "violates"],
      ["no key, perhaps no data", { performanceInsightsEnabled: unknown }, "undecided"],
    ],
  ),
];

export const cases: ControlCases[] = [
  ...others,
  ...privateNetwork,
  ...customerKey,
  ...tls,
  ...identity,
  ...backups,
  ...protection,
];
