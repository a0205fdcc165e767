/** Databases that steps use: private PostgreSQL servers, and ways to servers that exist. */
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Instance } from "@pulumi/aws/rds/instance.js";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup.js";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup.js";
import { Record as DnsRecord } from "@pulumi/aws/route53/record.js";
import { Zone } from "@pulumi/aws/route53/zone.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { fit } from "../names.ts";
import { policyDocument } from "./policy.ts";
import { arn, type Target } from "./target.ts";

/** Port of PostgreSQL. */
export const POSTGRES_PORT = 5432;

/** Version of PostgreSQL; AWS applies its minor versions. */
const VERSION = "17";

/** Machine types for the cloud-neutral sizes of a database. */
const MACHINE_TYPES: Record<string, string> = {
  small: "db.t4g.medium",
  medium: "db.m7g.large",
  large: "db.m7g.2xlarge",
};

/** A private PostgreSQL server. */
export interface PrivateDatabaseArgs {
  /** AWS account id. */
  accountId: string;
  /** Region of the server. */
  region: string;
  /** Name of the server, at most 63 characters. */
  databaseName: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private subnets, in two zones at least. */
  subnetIds: pulumi.Input<string>[];
  /** ARN of the customer-managed key that encrypts disk, backups, insights and the administrator's password. */
  keyArn: pulumi.Input<string>;
  /** ARN of the customer-managed key that encrypts the logs. */
  logKeyArn: pulumi.Input<string>;
  /**
   * `small`, `medium` or `large`.
   * @default "small"
   */
  size?: string;
  /**
   * Size of the disk, in GB.
   * @default 64
   */
  storageGb?: number;
  /**
   * How long backups are kept, in days.
   * @default 14
   */
  backupDays?: number;
  /**
   * How long the server's logs are kept, in days; one of the periods of CloudWatch Logs.
   * @default 365
   */
  logRetentionDays?: number;
  /**
   * ARN of the permissions boundary of the role that writes the server's metrics.
   * @default none
   */
  permissionsBoundaryArn?: pulumi.Input<string>;
}

/**
 * A PostgreSQL server without a public address, in two zones, that its users reach over TLS and as themselves: no
 * password is made but the administrator's, which RDS keeps in Secrets Manager and replaces
 * (Security Hub RDS.2, .3, .5, .6, .7, .8, .9, .10, .11, .17).
 */
export class PrivateDatabase extends pulumi.ComponentResource {
  /** Host name of the server. */
  readonly host: pulumi.Output<string>;
  /** Id that permissions to sign in name. */
  readonly resourceId: pulumi.Output<string>;
  /** Security group of clients: what has it reaches the server, and nothing else does. */
  readonly clientSecurityGroupId: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network, keys and size.
   * @param opts Resource options.
   */
  constructor(name: string, args: PrivateDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:PrivateDatabase", name, {}, opts);
    const clients = createClientGroup(name, args.databaseName, args.vpcId, this);
    const server = this.createServerGroup(name, clients.id, args);
    const instance = this.createInstance(name, server.id, args);
    this.host = instance.address;
    this.resourceId = instance.resourceId;
    this.clientSecurityGroupId = clients.id;
    const { host, resourceId, clientSecurityGroupId } = this;
    this.registerOutputs({ host, resourceId, clientSecurityGroupId });
  }

  private createServerGroup(name: string, clients: pulumi.Output<string>, args: PrivateDatabaseArgs): SecurityGroup {
    const label = fit(`${args.databaseName}-server`, 255);
    const server = new SecurityGroup(
      `${name}-server`,
      { name: label, description: "The database server", vpcId: args.vpcId, tags: { Name: label } },
      { parent: this },
    );
    const port = { ipProtocol: "tcp", fromPort: POSTGRES_PORT, toPort: POSTGRES_PORT };
    new SecurityGroupIngressRule(
      `${name}-from-clients`,
      { securityGroupId: server.id, referencedSecurityGroupId: clients, ...port, description: "Its clients" },
      { parent: this },
    );
    new SecurityGroupEgressRule(
      `${name}-to-server`,
      { securityGroupId: clients, referencedSecurityGroupId: server.id, ...port, description: "The database server" },
      { parent: this },
    );
    return server;
  }

  private createInstance(name: string, serverGroup: pulumi.Output<string>, args: PrivateDatabaseArgs): Instance {
    const { databaseName, keyArn } = args;
    const subnets = new SubnetGroup(
      `${name}-subnets`,
      { name: databaseName, description: "Private subnets", subnetIds: args.subnetIds },
      { parent: this },
    );
    const logs = this.createLogGroups(name, args);
    const monitoring = this.createMonitoringRole(name, args);
    return new Instance(
      `${name}-instance`,
      {
        identifier: databaseName,
        engine: "postgres",
        engineVersion: VERSION,
        instanceClass: MACHINE_TYPES[args.size ?? "small"]!,
        port: POSTGRES_PORT,
        storageType: "gp3",
        allocatedStorage: args.storageGb ?? 64,
        storageEncrypted: true,
        kmsKeyId: keyArn,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [serverGroup],
        publiclyAccessible: false,
        multiAz: true,
        parameterGroupName: this.createParameterGroup(name, databaseName).name,
        iamDatabaseAuthenticationEnabled: true,
        username: "administrator",
        manageMasterUserPassword: true,
        masterUserSecretKmsKeyId: keyArn,
        backupRetentionPeriod: args.backupDays ?? 14,
        copyTagsToSnapshot: true,
        deleteAutomatedBackups: false,
        deletionProtection: true,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: `${databaseName}-final`,
        autoMinorVersionUpgrade: true,
        enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: keyArn,
        monitoringInterval: 60,
        monitoringRoleArn: monitoring.role.arn,
        caCertIdentifier: "rds-ca-rsa2048-g1",
      },
      // RDS would create log groups of its own, without the key.
      { parent: this, dependsOn: [...logs, monitoring.policy] },
    );
  }

  /** TLS is forced, and who signed in and changed the schema is logged (CIS PostgreSQL benchmark, 3.1). */
  private createParameterGroup(name: string, databaseName: string): ParameterGroup {
    const logs = {
      log_connections: "1",
      log_disconnections: "1",
      log_statement: "ddl",
      log_min_duration_statement: "5000",
    };
    const settings = { "rds.force_ssl": "1", ...logs };
    const parameters = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    return new ParameterGroup(
      `${name}-parameters`,
      { name: databaseName, family: `postgres${VERSION}`, description: "TLS only, with logs", parameters },
      { parent: this },
    );
  }

  private createLogGroups(name: string, args: PrivateDatabaseArgs): LogGroup[] {
    return ["postgresql", "upgrade"].map(
      (kind) =>
        new LogGroup(
          `${name}-log-${kind}`,
          {
            name: `/aws/rds/instance/${args.databaseName}/${kind}`,
            kmsKeyId: args.logKeyArn,
            retentionInDays: args.logRetentionDays ?? 365,
          },
          { parent: this },
        ),
    );
  }

  /** RDS writes the machine's metrics to a log group whose name is its own (RDS user guide, "Enhanced Monitoring"). */
  private createMonitoringRole(name: string, args: PrivateDatabaseArgs) {
    const role = new Role(
      `${name}-monitoring-role`,
      {
        name: fit(`${args.databaseName}-monitoring`, 64),
        description: "RDS writes the metrics of the database server",
        assumeRolePolicy: policyDocument([
          {
            Sid: "RdsOfThisServer",
            Effect: "Allow",
            Principal: { Service: "monitoring.rds.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: {
              ArnLike: { "aws:SourceArn": arn(args, "rds", `db:${args.databaseName}`) },
              StringEquals: { "aws:SourceAccount": args.accountId },
            },
          },
        ]),
        permissionsBoundary: args.permissionsBoundaryArn,
      },
      { parent: this },
    );
    const group = arn(args, "logs", "log-group:RDSOSMetrics");
    const policy = policyDocument([
      {
        Sid: "PrepareMetrics",
        Effect: "Allow",
        Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"],
        Resource: `${group}:*`,
      },
      {
        Sid: "WriteMetrics",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${group}:log-stream:*`,
      },
    ]);
    const settings = { name: `${name}-monitoring-policy`, role: role.name, policy };
    return { role, policy: new RolePolicy(`${name}-monitoring-policy`, settings, { parent: this }) };
  }
}

/** The way to a server that exists. */
export interface DatabaseAccessArgs {
  /** Name of the database, at most 240 characters. */
  databaseName: string;
  /** Region of the VPC. */
  region: string;
  /** Id of the VPC. */
  vpcId: pulumi.Input<string>;
  /** Private IPv4 address of the server. */
  address: string;
  /**
   * TCP port of the server.
   * @default 5432
   */
  port?: number;
  /**
   * Name in the server's certificate. In the VPC it then stands for the address.
   * @default none: clients use the address
   */
  host?: string;
}

/** Lets clients reach a server that exists, by its one address and port, and by its name. */
export class DatabaseAccess extends pulumi.ComponentResource {
  /** Security group of clients. */
  readonly clientSecurityGroupId: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Network and address.
   * @param opts Resource options.
   */
  constructor(name: string, args: DatabaseAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:DatabaseAccess", name, {}, opts);
    const { address, host, region, vpcId, port = POSTGRES_PORT } = args;
    const clients = createClientGroup(name, args.databaseName, vpcId, this);
    new SecurityGroupEgressRule(
      `${name}-to-server`,
      {
        securityGroupId: clients.id,
        cidrIpv4: `${address}/32`,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description: "The database server",
      },
      { parent: this },
    );
    if (host) {
      const zone = new Zone(`${name}-zone`, { name: host, vpcs: [{ vpcId, vpcRegion: region }] }, { parent: this });
      const record = { zoneId: zone.zoneId, name: host, type: "A", ttl: 300, records: [address] };
      new DnsRecord(`${name}-record`, record, { parent: this });
    }
    this.clientSecurityGroupId = clients.id;
    this.registerOutputs({ clientSecurityGroupId: this.clientSecurityGroupId });
  }
}

/** The group that a client of one database gets besides its own. */
function createClientGroup(
  name: string,
  databaseName: string,
  vpcId: pulumi.Input<string>,
  parent: pulumi.Resource,
): SecurityGroup {
  const label = fit(`${databaseName}-clients`, 255);
  const settings = { name: label, description: "Clients of the database", vpcId, tags: { Name: label } };
  return new SecurityGroup(`${name}-clients`, settings, { parent });
}

/** ARN that lets a role sign in to a server as one of its users. */
export function signInArn(target: Target, resourceId: pulumi.Input<string>, user: string): pulumi.Input<string> {
  return pulumi.interpolate`${arn(target, "rds-db", "dbuser")}:${resourceId}/${user}`;
}
