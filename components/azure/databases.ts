/** Databases of steps: new private PostgreSQL servers, and private endpoints to servers that exist. */
import { ManagementLockByScope } from "@pulumi/azure-native/authorization/managementLockByScope.js";
import { AdministratorsMicrosoftEntra } from "@pulumi/azure-native/dbforpostgresql/administratorsMicrosoftEntra.js";
import { Configuration } from "@pulumi/azure-native/dbforpostgresql/configuration.js";
import { Server } from "@pulumi/azure-native/dbforpostgresql/server.js";
import * as pulumi from "@pulumi/pulumi";
import type { DatabasePlace } from "../pipelines.ts";
import type { DatabaseOutputs } from "../platform.ts";
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import type { DatabaseSpec } from "../training-spec.ts";
import type { PrivateTarget } from "./egress.ts";
import { connect, type EndpointSite } from "./endpoints.ts";
import { resourceId } from "./ids.ts";
import type { CustomerManagedKey } from "./keys.ts";
import { audit, type LogStores } from "./logs.ts";
import type { Context } from "./place.ts";
import { BUILT_IN_ROLES } from "./roles.ts";

/** Port of PostgreSQL. */
const POSTGRES_PORT = 5432;

/** Machines of new servers. Those of the burstable tier take no customer-managed key. */
const MACHINE_TYPES: Record<DatabaseSpec["size"], string> = {
  small: "Standard_D2ds_v5",
  medium: "Standard_D4ds_v5",
  large: "Standard_D8ds_v5",
};

/** Disks of flexible servers, in GB: https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-storage */
const DISK_SIZES = [32, 64, 128, 256, 512, 1024, 2048, 4095, 4096, 8192, 16384];

/** What is on for every new server: TLS, and logs of who connected and of what changed schemas, users and grants. */
const SERVER_PARAMETERS: Record<string, string> = {
  require_secure_transport: "on",
  ssl_min_protocol_version: "TLSv1.2",
  log_connections: "on",
  log_disconnections: "on",
  log_checkpoints: "on",
  "connection_throttle.enable": "on",
  log_statement: "ddl",
};

/** Private link sub-resources of servers that may exist already, by resource type. */
const EXISTING_GROUPS: Record<string, string> = {
  "microsoft.dbforpostgresql/flexibleservers": "postgresqlServer",
  "microsoft.dbformysql/flexibleservers": "mysqlServer",
  "microsoft.sql/servers": "sqlServer",
  "microsoft.network/privatelinkservices": "",
};

/** The steps' databases. */
export interface Databases {
  /** `host:port` by name. */
  outputs: DatabaseOutputs;
  /** How jobs reach them. */
  targets: PrivateTarget[];
}

/** What new servers are made with. */
export interface DatabaseParts {
  /** The key that encrypts them. */
  key: CustomerManagedKey;
  /** Where their logs go. */
  logs: LogStores;
  /** Where their private endpoints are put. */
  site: EndpointSite;
}

/** Creates the new servers, and finds the existing ones. */
export function createDatabases(context: Context, parts: DatabaseParts): Databases {
  const outputs: DatabaseOutputs = {};
  const targets = context.workspace.databases.map((spec) => {
    const { host, port } = databasePlace(context, spec);
    outputs[spec.name] = pulumi.output(`${host}:${port}`);
    return spec.existing ? existingTarget(spec) : createServer(context, parts, spec);
  });
  return { outputs, targets };
}

/** Where steps find a database. A step signs in to a new server with its own identity. */
export function databasePlace({ place, names }: Context, { name, existing }: DatabaseSpec): DatabasePlace {
  if (!existing) return { host: `${names.database(name)}.${place.cloud.postgresSuffix}`, port: POSTGRES_PORT };
  return { host: existing.host ?? hostOfServer(existing.id, place.cloud.postgresSuffix), port: existing.port };
}

/** Databases that Azure ML cannot make a private endpoint to, or that steps could not find. */
export function databaseProblems({ databases }: Workspace): Problem[] {
  return databases.flatMap(({ existing }, index) => {
    if (typeof existing?.id !== "string") return existing && !existing.host ? [hostProblem(index)] : [];
    const type = typeOf(existing.id);
    if (!(type in EXISTING_GROUPS)) {
      const message =
        "use the id of a PostgreSQL or MySQL flexible server, an SQL server or a private link service: /subscriptions/…";
      return [{ path: `databases[${index}].existing.id`, message }];
    }
    return existing.host || type === "microsoft.dbforpostgresql/flexibleservers" ? [] : [hostProblem(index)];
  });
}

function hostProblem(index: number): Problem {
  return { path: `databases[${index}].existing.host`, message: "give the host name that the server's certificate has" };
}

/** Provider and type of a resource id, in lower case. */
function typeOf(id: string): string {
  const [, type = ""] = /\/providers\/([^/]+\/[^/]+)\/[^/]+$/i.exec(id) ?? [];
  return type.toLowerCase();
}

function hostOfServer(id: pulumi.Input<string> | undefined, suffix: string): string {
  return `${String(id).split("/").at(-1)}.${suffix}`;
}

/** A private link service has no sub-resource, and only its owner can approve endpoints to it. */
function existingTarget({ name, existing }: DatabaseSpec): PrivateTarget {
  const serviceId = existing!.id!;
  const group = typeof serviceId === "string" ? EXISTING_GROUPS[typeOf(serviceId)]! : "postgresqlServer";
  const target = { label: `database-${name}`, serviceId, group, usable: [] };
  if (!group) return { ...target, hosts: [existing!.host!] };
  return { ...target, approverRole: BUILT_IN_ROLES.networkConnectionApprover };
}

/** A server, and one change of it after the other: it takes no second one while it works on the first. */
function createServer(context: Context, parts: DatabaseParts, spec: DatabaseSpec): PrivateTarget {
  const { name, place, names, opts } = context;
  const child = `${name}-database-${spec.name}`;
  const serverName = names.database(spec.name);
  const server = newServer(context, parts.key, spec);
  const settings = { serverName, resourceGroupName: place.resourceGroupName };
  let last: pulumi.Resource = server;
  for (const [configurationName, value] of Object.entries(SERVER_PARAMETERS)) {
    const label = configurationName.replaceAll(/[._]/g, "-");
    last = new Configuration(
      `${child}-${label}`,
      { ...settings, configurationName, value, source: "user-override" },
      { ...opts, dependsOn: [last] },
    );
  }
  last = createAdministrators(context, spec, last);
  const serviceId = resourceId(place.resourceGroupId, "Microsoft.DBforPostgreSQL/flexibleServers", serverName);
  protect(context, spec, serviceId, [server]);
  const endpoint = connect(context, parts.site, `database-${spec.name}`, server.id, "postgresqlServer", [last]);
  audit(context, parts.logs, `database-${spec.name}`, server.id);
  const approverRole = BUILT_IN_ROLES.networkConnectionApprover;
  return { label: `database-${spec.name}`, serviceId, group: "postgresqlServer", approverRole, usable: [endpoint] };
}

/**
 * No password, no public network access, and no subnet of its own either: a server with virtual network integration cannot
 * have private endpoints, and Azure ML's managed network reaches it by nothing else.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private-link
 */
function newServer({ name, place, names, opts }: Context, key: CustomerManagedKey, spec: DatabaseSpec): Server {
  return new Server(
    `${name}-database-${spec.name}`,
    {
      serverName: names.database(spec.name),
      resourceGroupName: place.resourceGroupName,
      location: place.location,
      createMode: "Default",
      version: "17",
      sku: { name: MACHINE_TYPES[spec.size], tier: "GeneralPurpose" },
      storage: { storageSizeGB: DISK_SIZES.find((size) => size >= spec.storageGb)!, autoGrow: "Enabled" },
      backup: { backupRetentionDays: spec.backupDays, geoRedundantBackup: "Disabled" },
      authConfig: { activeDirectoryAuth: "Enabled", passwordAuth: "Disabled", tenantId: place.tenantId },
      network: { publicNetworkAccess: "Disabled" },
      identity: { type: "UserAssigned", userAssignedIdentities: { [key.identityId]: {} } },
      dataEncryption: {
        type: "AzureKeyVault",
        primaryKeyURI: key.keyId,
        primaryUserAssignedIdentityId: key.identityId,
      },
      tags: place.tags,
    },
    { ...opts, dependsOn: key.usable },
  );
}

/** Operators administer the server as themselves: they create the database users of the steps' identities. */
function createAdministrators(context: Context, spec: DatabaseSpec, after: pulumi.Resource): pulumi.Resource {
  const { name, workspace, place, names, opts } = context;
  let last = after;
  for (const person of workspace.people.operators) {
    last = new AdministratorsMicrosoftEntra(
      `${name}-database-${spec.name}-${person.name}`,
      {
        serverName: names.database(spec.name),
        resourceGroupName: place.resourceGroupName,
        objectId: person.azure!,
        principalName: person.name,
        principalType: person.kind === "group" ? "Group" : "User",
        tenantId: place.tenantId,
      },
      { ...opts, dependsOn: [last] },
    );
  }
  return last;
}

/** Azure has no deletion protection for servers; a lock holds for everybody who may not remove locks. */
function protect({ name, opts }: Context, spec: DatabaseSpec, scope: string, dependsOn: pulumi.Resource[]): void {
  new ManagementLockByScope(
    `${name}-database-${spec.name}-lock`,
    { lockName: "keep", scope, level: "CanNotDelete", notes: "Data of steps; remove the lock before the server." },
    { ...opts, dependsOn },
  );
}
