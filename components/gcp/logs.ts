import { ProjectBucketConfig } from "@pulumi/gcp/logging/projectBucketConfig.js";
import { ProjectSink } from "@pulumi/gcp/logging/projectSink.js";
import { IAMAuditConfig } from "@pulumi/gcp/projects/iamauditConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";
import type { GcpTarget } from "./target.ts";

/** How long audit logs are kept, in days: as long as Google keeps its own unalterable admin activity log. */
const AUDIT_RETENTION_DAYS = 400;

/** The longest retention of a log bucket, in days (cloud.google.com/logging/quotas). */
export const MAX_LOG_RETENTION_DAYS = 3650;

/** Services whose reads and writes of data are logged. Without this, only changes of configuration are. */
const AUDITED_SERVICES = ["aiplatform", "artifactregistry", "cloudkms", "iam", "iap", "notebooks", "storage"];

/** The same, where the spec has what they serve. */
function auditedServices({ secrets, parameters, databases, training }: Workspace): string[] {
  return [
    ...AUDITED_SERVICES,
    ...(secrets.length > 0 ? ["pubsub", "secretmanager"] : []),
    ...(parameters.length > 0 ? ["parametermanager"] : []),
    // The name under which Cloud SQL writes audit logs (cloud.google.com/sql/docs/postgres/audit-logging).
    ...(databases.some((database) => !database.existing) ? ["cloudsql"] : []),
    ...(training.pipelines.length > 0 ? ["workflowexecutions", "workflows"] : []),
  ];
}

const AUDIT_FILTER = 'logName:"cloudaudit.googleapis.com"';

const NETWORK_FILTER = [
  "compute.googleapis.com/vpc_flows",
  "compute.googleapis.com/firewall",
  "dns.googleapis.com/dns_queries",
  "networkservices.googleapis.com/gateway_requests",
]
  .map((log) => `log_id("${log}")`)
  .join(" OR ");

/** Arguments of {@link LogStore}. */
export interface LogStoreArgs {
  /** Project id. */
  project: string;
  /** Region. */
  location: string;
  /** Which entries are stored, in the Logging query language. */
  filter: string;
  /** How long they are kept, in days; 1 to 3650. */
  retentionDays: number;
  /** Resource name of the key that encrypts the store. */
  keyId: pulumi.Input<string>;
  /**
   * Whether the retention is locked for good: then nobody can shorten it or delete the store before it is empty.
   * @default false
   */
  locked?: boolean;
  /**
   * Name of the log bucket and its sink.
   * @default the component's name, cut to 100 characters
   */
  storeName?: string;
}

/** An encrypted log bucket and the sink that fills it. */
export class LogStore extends pulumi.ComponentResource {
  /** Resource name of the log bucket. */
  readonly bucketId: pulumi.Output<string>;

  constructor(name: string, args: LogStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:LogStore", name, {}, opts);
    const { project, location, filter, retentionDays, locked = false } = args;
    const storeName = args.storeName ?? fit(name, 100);
    const bucket = new ProjectBucketConfig(
      name,
      { project, location, bucketId: storeName, retentionDays, locked, cmekSettings: { kmsKeyName: args.keyId } },
      { parent: this },
    );
    new ProjectSink(
      name,
      {
        project,
        name: storeName,
        filter,
        destination: `logging.googleapis.com/projects/${project}/locations/${location}/buckets/${storeName}`,
        // A sink to a bucket of its own project needs no grant; the identity of its own keeps it apart all the same.
        uniqueWriterIdentity: true,
      },
      { parent: this, dependsOn: [bucket] },
    );
    this.bucketId = bucket.id;
    this.registerOutputs({ bucketId: this.bucketId });
  }
}

/**
 * Data access logging for the project, one store for audit logs and one for network logs. They replace access logs of
 * single buckets: Cloud Audit Logs name the caller of every read (cloud.google.com/storage/docs/audit-logging), which
 * usage logs do not, and need no bucket that Google's analytics group can write to. Audit configuration exists once for each project and service: a workspace has its
 * project for itself.
 */
export function createLogs(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  keyId: string,
  opts: pulumi.ResourceOptions,
): void {
  const { project, region } = target;
  for (const service of auditedServices(workspace)) {
    new IAMAuditConfig(
      `${name}-audit-${service}`,
      {
        project,
        service: `${service}.googleapis.com`,
        auditLogConfigs: ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType })),
      },
      opts,
    );
  }
  const locked = workspace.dataClassification === "restricted";
  const store = (part: string, filter: string, retentionDays: number) => {
    const storeName = resourceName(workspace, [part], { max: 100 });
    const args = { project, location: region, filter, retentionDays, keyId, locked, storeName };
    new LogStore(`${name}-${part}`, args, opts);
  };
  store("audit-logs", AUDIT_FILTER, AUDIT_RETENTION_DAYS);
  const flowDays = Math.min(workspace.network.flowLogRetentionDays, MAX_LOG_RETENTION_DAYS);
  store("network-logs", NETWORK_FILTER, flowDays);
}
