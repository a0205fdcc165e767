/** Databases of steps: new PostgreSQL servers behind an endpoint of the network, and ways to existing ones. */
import { Address } from "@pulumi/gcp/compute/address.js";
import { ForwardingRule } from "@pulumi/gcp/compute/forwardingRule.js";
import { ManagedZone } from "@pulumi/gcp/dns/managedZone.js";
import { RecordSet } from "@pulumi/gcp/dns/recordSet.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import { Database } from "@pulumi/gcp/sql/database.js";
import { DatabaseInstance } from "@pulumi/gcp/sql/databaseInstance.js";
import { User } from "@pulumi/gcp/sql/user.js";
import * as pulumi from "@pulumi/pulumi";
import { parseCidr, subnetOf } from "../cidr.ts";
import { fit, resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";
import type { DatabaseSpec } from "../training-spec.ts";
import type { WorkspaceKeys } from "./keys.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

/** TCP port of PostgreSQL. */
export const POSTGRES_PORT = 5432;

/** PostgreSQL of new servers. */
const POSTGRES_VERSION = "POSTGRES_18";

/** Machine of a new server, by size. */
const TIERS: Record<string, string> = {
  small: "db-custom-2-7680",
  medium: "db-custom-4-15360",
  large: "db-custom-8-30720",
};

/** Cloud SQL keeps the log that recovery to a point in time needs for at most 7 days (Enterprise edition). */
const RECOVERY_DAYS = 7;

/** Addresses at the end of a subnet that Google keeps (cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet). */
const RESERVED_AT_END = 2;

/**
 * Sign-in by identity, and the logs of CIS Google Cloud 6.2: who connects, what goes wrong, every change of the schema,
 * and what pgAudit sees. Statements are not logged by their duration: they would show data.
 */
const FLAGS: Record<string, string> = {
  "cloudsql.enable_pgaudit": "on",
  "cloudsql.iam_authentication": "on",
  log_checkpoints: "on",
  log_connections: "on",
  log_disconnections: "on",
  log_duration: "on",
  log_error_verbosity: "default",
  log_hostname: "on",
  log_lock_waits: "on",
  log_min_duration_statement: "-1",
  log_min_error_statement: "error",
  log_min_messages: "warning",
  log_statement: "ddl",
  log_temp_files: "0",
  "pgaudit.log": "ddl,role",
};

/** A database as steps reach it. */
export interface WorkspaceDatabase {
  /** Name in the spec. */
  name: string;
  /** Address: plain text, except of a new server in an existing network. */
  address: pulumi.Input<string>;
  /** Name that steps connect to, or the address. */
  host: pulumi.Input<string>;
  /** TCP port. */
  port: number;
  /** Name that only the network's DNS knows; absent where steps use the address. */
  privateName?: string;
  /** Cloud SQL instance of a new server, known at preview; absent for an existing one. */
  instance?: string;
  /** What must exist before a step connects. */
  ready: pulumi.Resource[];
}

/** What databases are made from. */
export interface DatabaseContext {
  workspace: Workspace;
  target: GcpTarget;
  keys: WorkspaceKeys;
  /** Network, `projects/…/global/networks/…`. */
  networkId: pulumi.Input<string>;
  /** Subnet of endpoints. */
  subnetId: pulumi.Input<string>;
  /** Range of that subnet; absent in an existing network. */
  subnetCidr?: string;
  opts: pulumi.ResourceOptions;
}

/** Creates the new databases of the spec and the ways to existing ones, in its order. */
export function createDatabases(name: string, context: DatabaseContext): WorkspaceDatabase[] {
  const { databases } = context.workspace;
  const created = databases.filter((database) => !database.existing);
  return databases.map((spec) =>
    spec.existing ? joinDatabase(name, spec, context) : createDatabase(name, spec, created.indexOf(spec), context),
  );
}

/**
 * Lets a step's account sign in to a new database as itself, and to no other. The server knows it by its email without
 * the common end (cloud.google.com/sql/docs/postgres/iam-authentication). What it may do inside, the database's own
 * administrator grants.
 */
export function grantSignIn(
  name: string,
  project: string,
  instance: string,
  email: string,
  opts: pulumi.ResourceOptions,
): pulumi.Resource[] {
  const userArgs = { project, instance, name: userOf(email), type: "CLOUD_IAM_SERVICE_ACCOUNT" };
  const user = new User(`${name}-user`, userArgs, opts);
  const grant = new IAMMember(
    `${name}-sign-in`,
    {
      project,
      role: "roles/cloudsql.instanceUser",
      member: serviceAccountMember(email),
      condition: {
        title: fit(`only-${instance}`, 100),
        expression:
          'resource.type == "sqladmin.googleapis.com/Instance" && ' +
          `resource.name == "projects/${project}/instances/${instance}"`,
      },
    },
    opts,
  );
  return [user, grant];
}

/** The database user of a service account. */
export function userOf(email: string): string {
  return email.replace(/\.gserviceaccount\.com$/, "");
}

/** The Cloud SQL instance of a new database of the spec. */
export function instanceName(workspace: Workspace, database: string): string {
  return resourceName(workspace, ["db", database], { max: 80 });
}

/** The address that the `index`-th new database has in a subnet: the last ones, which machines get last. */
export function endpointAddress(subnetCidr: string, index: number): string {
  const size = 2 ** (32 - (parseCidr(subnetCidr)?.prefix ?? 32));
  return subnetOf(subnetCidr, 32, size - RESERVED_AT_END - 1 - index).replace("/32", "");
}

/**
 * A private PostgreSQL server. It is in Google's network and has no address there that anybody reaches: only this project
 * may make an endpoint to it, and the workspace makes one in its own subnet. Peering would do for machines of the
 * network, but not for jobs, since it is not transitive.
 */
function createDatabase(name: string, spec: DatabaseSpec, index: number, context: DatabaseContext): WorkspaceDatabase {
  const { workspace, target, subnetCidr, opts } = context;
  const { project } = target;
  const instance = instanceName(workspace, spec.name);
  const server = createServer(name, instance, spec, context);
  const content = new Database(
    `${name}-database-${spec.name}-content`,
    { project, instance, name: spec.name, deletionPolicy: "ABANDON" },
    pulumi.mergeOptions(opts, { dependsOn: [server] }),
  );
  const fixed = subnetCidr ? endpointAddress(subnetCidr, index) : undefined;
  const { address, rule } = createEndpoint(name, instance, fixed, spec, server, context);
  const reached = fixed ?? address.address;
  return {
    name: spec.name,
    address: reached,
    host: reached,
    port: POSTGRES_PORT,
    instance,
    ready: [server, content, rule],
  };
}

function createServer(name: string, instance: string, spec: DatabaseSpec, context: DatabaseContext): DatabaseInstance {
  const { target, keys, opts } = context;
  const { project, region } = target;
  return new DatabaseInstance(
    `${name}-database-${spec.name}`,
    {
      project,
      region,
      name: instance,
      databaseVersion: POSTGRES_VERSION,
      encryptionKeyName: keys.keys.databases.keyName,
      deletionProtection: true,
      settings: {
        edition: "ENTERPRISE",
        tier: TIERS[spec.size] as string,
        availabilityType: "REGIONAL",
        diskType: "PD_SSD",
        diskSize: spec.storageGb,
        deletionProtectionEnabled: true,
        retainBackupsOnDelete: true,
        ipConfiguration: {
          ipv4Enabled: false,
          // A step signs in with a token of its identity inside TLS; a client's certificate would be one more secret.
          sslMode: "ENCRYPTED_ONLY",
          pscConfigs: [{ pscEnabled: true, allowedConsumerProjects: [project] }],
        },
        backupConfiguration: {
          enabled: true,
          location: region,
          startTime: "01:00",
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: RECOVERY_DAYS,
          backupRetentionSettings: { retainedBackups: spec.backupDays, retentionUnit: "COUNT" },
        },
        databaseFlags: Object.entries(FLAGS).map(([flag, value]) => ({ name: flag, value })),
        maintenanceWindow: { day: 7, hour: 3, updateTrack: "stable" },
        insightsConfig: { queryInsightsEnabled: true, recordApplicationTags: false, recordClientAddress: true },
      },
    },
    opts,
  );
}

function createEndpoint(
  name: string,
  instance: string,
  fixed: string | undefined,
  spec: DatabaseSpec,
  server: DatabaseInstance,
  { target, networkId, subnetId, opts }: DatabaseContext,
): { address: Address; rule: ForwardingRule } {
  const { project, region } = target;
  const part = `${name}-database-${spec.name}`;
  const endpointName = fit(instance, 63);
  const address = new Address(
    `${part}-address`,
    { project, region, name: endpointName, addressType: "INTERNAL", subnetwork: subnetId, address: fixed },
    opts,
  );
  const rule = new ForwardingRule(
    `${part}-endpoint`,
    {
      project,
      region,
      name: endpointName,
      network: networkId,
      ipAddress: address.selfLink,
      // An endpoint of Private Service Connect is a forwarding rule without a load balancer.
      loadBalancingScheme: "",
      target: server.pscServiceAttachmentLink,
      allowPscGlobalAccess: false,
    },
    opts,
  );
  return { address, rule };
}

/** A database that exists keeps its own protection; steps that verify its certificate also find it by its name. */
function joinDatabase(name: string, spec: DatabaseSpec, context: DatabaseContext): WorkspaceDatabase {
  const { address = "", host, port = POSTGRES_PORT } = spec.existing ?? {};
  const base = { name: spec.name, address, port };
  if (!host) return { ...base, host: address, ready: [] };
  const ready = context.workspace.network.existing ? [] : createName(name, spec.name, host, address, context);
  return { ...base, host, privateName: host, ready };
}

/** The name in the workspace's own network, which asks no other DNS for it. */
function createName(
  name: string,
  database: string,
  host: string,
  address: string,
  { workspace, target, networkId, opts }: DatabaseContext,
): pulumi.Resource[] {
  const { project } = target;
  const managedZone = resourceName(workspace, ["db", database], { max: 63 });
  const zone = new ManagedZone(
    `${name}-database-${database}-zone`,
    {
      project,
      name: managedZone,
      dnsName: `${host}.`,
      description: `Database ${database} of the workspace`,
      visibility: "private",
      privateVisibilityConfig: { networks: [{ networkUrl: networkId }] },
    },
    opts,
  );
  const record = new RecordSet(
    `${name}-database-${database}-name`,
    { project, managedZone, name: `${host}.`, type: "A", ttl: 300, rrdatas: [address] },
    pulumi.mergeOptions(opts, { dependsOn: [zone] }),
  );
  return [zone, record];
}
