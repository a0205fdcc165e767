/** Controls of databases that notebooks and jobs read. */
import { type Answer, all, any, ask, is, not, violatesIf } from "../checks/answers.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { refers } from "../checks/relations.ts";
import type { Check, Context, Control, StackResource, StackView, Topic } from "../control.ts";
import {
  anyOf,
  type Finding,
  mustBeBetween,
  mustBeOneOf,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  same,
  unless,
} from "../findings.ts";
import { elementPaths, read, textOf } from "../read.ts";
import { madeFrom } from "../stack-view.ts";

const RDS_INSTANCE = "aws:rds/instance:Instance";
const RDS_CLUSTER = "aws:rds/cluster:Cluster";
const RDS = [RDS_INSTANCE, RDS_CLUSTER];
const CLOUD_SQL = "gcp:sql/databaseInstance:DatabaseInstance";
/** Azure Database for PostgreSQL flexible servers. */
const POSTGRES = "azure-native:dbforpostgresql:Server";
const AZURE_SQL = "azure-native:sql:Server";

const REQUIRED = { absent: "violates" } as const;

/** A check for what is wrong by default. */
function check(types: string[], cloudDefault: string, evaluate: (props: object, context: Context) => Finding[]): Check {
  return { types, whenAbsent: "violates", cloudDefault, evaluate: ({ props }, context) => evaluate(props, context) };
}

const privateNetwork: Control = {
  id: "database-private-network",
  title: "Databases cannot be reached from the internet",
  severity: "high",
  why: "A database with a public address is one guessed password away from everybody.",
  remedy: "Leave out the public address, and reach the database through a private network or endpoint.",
  frameworks: {
    nist80053: ["AC-3", "AC-4", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.1", "1.4.4"],
    securityHub: ["RDS.2"],
    azurePolicy: ["1b8ca024", "5e1de0e3"],
    googlePolicy: ["constraints/sql.restrictPublicIp"],
    checkov: ["CKV_AWS_17", "CKV_GCP_60", "CKV_AZURE_113"],
  },
  checks: {
    aws: [
      {
        types: [RDS_INSTANCE, "aws:rds/clusterInstance:ClusterInstance"],
        whenAbsent: "complies",
        cloudDefault: "no public address",
        evaluate: ({ props }) => mustNotEqual(props, "publiclyAccessible", true),
      },
    ],
    gcp: [
      check([CLOUD_SQL], "a public address", (props) =>
        mustEqual(props, "settings.ipConfiguration.ipv4Enabled", false, REQUIRED),
      ),
    ],
    azure: [
      check([POSTGRES], "reachable from the internet", (props) =>
        anyOf(
          mustBeSet(props, "network.delegatedSubnetResourceId"),
          mustEqual(props, "network.publicNetworkAccess", "Disabled", REQUIRED),
        ),
      ),
      check([AZURE_SQL], "reachable from the internet", (props) =>
        mustEqual(props, "publicNetworkAccess", "Disabled", REQUIRED),
      ),
      {
        types: ["azure-native:dbforpostgresql:FirewallRule"],
        whenAbsent: "complies",
        cloudDefault: "must be given",
        // From 0.0.0.0 to 0.0.0.0 means everything in Azure, of every customer.
        evaluate: ({ props }) => mustNotEqual(props, "startIpAddress", "0.0.0.0"),
      },
    ],
  },
};

const customerKey: Control = {
  id: "database-cmk",
  title: "Databases are encrypted with a customer-managed key",
  severity: "medium",
  why: "With the cloud's own key nobody can take the key away, nor see who used it.",
  remedy: "Name a key of your own.",
  frameworks: {
    nist80053: ["SC-12", "SC-28"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.1"],
    pciDss: ["3.5.1"],
    securityHub: ["RDS.3", "RDS.27"],
    azurePolicy: ["0a370ff3"],
    googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
    checkov: ["CKV_AWS_16", "CKV_AWS_96", "CKV_AWS_327"],
  },
  checks: {
    aws: [
      check(RDS, "no encryption, or a key that AWS manages", (props) =>
        // A read replica in the same region takes on its source's key.
        unless(mustBeSet(props, "replicateSourceDb"), [
          ...mustEqual(props, "storageEncrypted", true, REQUIRED),
          ...mustNameKmsKey(props, "kmsKeyId"),
        ]),
      ),
    ],
    gcp: [
      check([CLOUD_SQL], "a key that Google manages", (props) =>
        unless(mustBeSet(props, "masterInstanceName"), mustBeSet(props, "encryptionKeyName")),
      ),
    ],
    azure: [
      check([POSTGRES], "a key that Microsoft manages", (props) => [
        ...mustEqual(props, "dataEncryption.type", "AzureKeyVault", REQUIRED),
        ...mustBeSet(props, "dataEncryption.primaryKeyURI"),
      ]),
      check([AZURE_SQL], "a key that Microsoft manages", (props) => mustBeSet(props, "keyId")),
    ],
  },
};

const tlsRequired: Control = {
  id: "database-tls-required",
  title: "Databases refuse connections without TLS",
  severity: "high",
  why: "A client that does not ask for TLS sends its password and the data in the clear, and nobody notices.",
  remedy:
    "Turn on rds.force_ssl or require_secure_transport, an SSL mode that encrypts, or TLS 1.2 as the least version.",
  frameworks: {
    nist80053: ["SC-8", "SC-8(1)"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.7"],
    pciDss: ["4.2.1"],
    checkov: ["CKV_GCP_6", "CKV_AZURE_52"],
  },
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
  checks: {
    aws: [
      check(
        ["aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup"],
        "TLS is optional, except on PostgreSQL from 15 and Aurora PostgreSQL from 17",
        mustForceTls,
      ),
      {
        types: [RDS_INSTANCE],
        whenAbsent: "complies",
        cloudDefault: "the engine's own parameters: TLS is optional, except on PostgreSQL from 15",
        evaluate: ({ props }) => unless(mustBeSet(props, "parameterGroupName"), defaultsMustForceTls(props)),
      },
    ],
    gcp: [
      check([CLOUD_SQL], "TLS is optional", (props) =>
        mustBeOneOf(
          props,
          "settings.ipConfiguration.sslMode",
          ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"],
          REQUIRED,
        ),
      ),
    ],
    azure: [
      {
        types: ["azure-native:dbforpostgresql:Configuration"],
        whenAbsent: "complies",
        cloudDefault: "TLS is required",
        evaluate: ({ props }) => [
          ...onConfiguration(props, "require_secure_transport", mustNotEqual(props, "value", "off")),
          ...onConfiguration(
            props,
            "ssl_min_protocol_version",
            mustBeOneOf(props, "value", ["TLSv1.2", "TLSv1.3"], { absent: "complies" }),
          ),
        ],
      },
      {
        types: [AZURE_SQL],
        whenAbsent: "complies",
        cloudDefault: "TLS 1.2",
        evaluate: ({ props }) => mustBeOneOf(props, "minimalTlsVersion", ["1.2", "1.3"], { absent: "complies" }),
      },
    ],
  },
};

/** Keeps findings about the server parameter of this name. */
function onConfiguration(props: object, name: string, findings: Finding[]): Finding[] {
  return onlyIf(props, "configurationName", (given) => given === name, findings);
}

/** Without parameters of its own, an instance has those of its engine and version; the newest one, if it names none. */
function defaultsMustForceTls(props: object): Finding[] {
  const engine = read(props, "engine");
  const isMySql = ask(engine, (name) => /^(?:mysql|mariadb)$/.test(textOf(name)));
  const isOldPostgres = all(
    ask(engine, (name) => textOf(name) === "postgres"),
    ask(read(props, "engineVersion"), (version) => Number.parseInt(textOf(version), 10) < 15),
  );
  return violatesIf(any(isMySql, isOldPostgres), "parameterGroupName must name a group that forces TLS");
}

/** A parameter that is given decides, otherwise the engine's default. */
function mustForceTls(props: object): Finding[] {
  const isOff = hasTlsParameter(props, (value) => ["0", "off"].includes(value));
  const isOn = hasTlsParameter(props, (value) => ["1", "on"].includes(value));
  const message = "parameters must hold rds.force_ssl or require_secure_transport with the value 1";
  return violatesIf(any(isOff, not(any(isOn, forcesTlsByDefault(props)))), message);
}

function hasTlsParameter(props: object, isWanted: (value: string) => boolean): Answer {
  const parameters = elementPaths(props, "parameters");
  if (!Array.isArray(parameters)) return parameters.state === "unknown" && parameters;
  const found = parameters.map((path) =>
    all(
      ask(read(props, `${path}.name`), (name) => name === "rds.force_ssl" || name === "require_secure_transport"),
      ask(read(props, `${path}.value`), (value) => isWanted(textOf(value).toLowerCase())),
    ),
  );
  return any(...found);
}

/** Oracle has no such parameter: its TLS is a port of its own. */
function forcesTlsByDefault(props: object): Answer {
  return ask(read(props, "family"), (family) => {
    const [, engine = "", version = ""] = /^([a-z-]+?)-?(\d+)/.exec(textOf(family)) ?? [];
    if (engine === "postgres") return Number(version) >= 15;
    if (engine === "aurora-postgresql") return Number(version) >= 17;
    return textOf(family).startsWith("oracle");
  });
}

const identityAccess: Control = {
  id: "database-identity-access",
  title: "People and workloads sign in to databases with their own identities",
  severity: "medium",
  why: "A password of the database is shared, stays valid and is no part of any role that could be taken away.",
  remedy: "Turn on sign-in by IAM or Entra ID; on Azure, turn passwords off.",
  frameworks: {
    nist80053: ["AC-2", "IA-2", "IA-5"],
    iso27001: ["A.5.16", "A.8.5"],
    soc2: ["CC6.1"],
    pciDss: ["8.2.1"],
    securityHub: ["RDS.10", "RDS.12"],
    azurePolicy: ["b3a22bc9", "fa498b91"],
    checkov: ["CKV_AWS_161", "CKV_AWS_162"],
  },
  checks: {
    aws: [
      check(RDS, "passwords only", (props) =>
        onlyIf(
          props,
          "engine",
          (engine) => !/^(?:custom-)?(?:oracle|sqlserver|db2)/.test(textOf(engine)),
          mustEqual(props, "iamDatabaseAuthenticationEnabled", true, REQUIRED),
        ),
      ),
    ],
    gcp: [
      check([CLOUD_SQL], "passwords only", (props) =>
        onlyIf(props, "databaseVersion", (version) => !textOf(version).startsWith("SQLSERVER"), mustHaveIamFlag(props)),
      ),
    ],
    azure: [
      check([POSTGRES], "passwords", (props) => [
        ...mustEqual(props, "authConfig.activeDirectoryAuth", "Enabled", REQUIRED),
        ...mustEqual(props, "authConfig.passwordAuth", "Disabled", REQUIRED),
      ]),
      check([AZURE_SQL], "passwords", (props) =>
        mustEqual(props, "administrators.azureADOnlyAuthentication", true, REQUIRED),
      ),
    ],
  },
};

/** The flag is written with a dot on PostgreSQL and with an underscore on MySQL. */
function mustHaveIamFlag(props: object): Finding[] {
  const flags = elementPaths(props, "settings.databaseFlags");
  const isOn = Array.isArray(flags)
    ? any(
        ...flags.map((flag) =>
          all(
            ask(read(props, `${flag}.name`), (name) => /^cloudsql[._]iam_authentication$/.test(textOf(name))),
            ask(read(props, `${flag}.value`), (value) => ["on", "true"].includes(textOf(value).toLowerCase())),
          ),
        ),
      )
    : flags.state === "unknown" && flags;
  return violatesIf(not(isOn), "settings.databaseFlags must hold cloudsql.iam_authentication with the value on");
}

const backups: Control = {
  id: "database-backups",
  title: "Databases are backed up",
  severity: "medium",
  why: "Without backups a mistake, or somebody with bad intent, ends the data for good.",
  remedy: "Turn backups on, and keep them long enough to notice that something is wrong.",
  frameworks: {
    nist80053: ["CP-9", "CP-10"],
    iso27001: ["A.8.13"],
    soc2: ["A1.2"],
    securityHub: ["RDS.11"],
    checkov: ["CKV_AWS_133", "CKV_GCP_14"],
  },
  parameters: {
    minimumDays: {
      description: "How long backups are kept at least, in days.",
      type: "integer",
      default: 7,
      minimum: 1,
      maximum: 35,
    },
  },
  checks: {
    aws: [
      check(RDS, "no backups of instances, and those of clusters for a day", (props, context) =>
        unless(mustBeSet(props, "replicateSourceDb"), mustKeep(props, "backupRetentionPeriod", context)),
      ),
    ],
    gcp: [
      check([CLOUD_SQL], "no backups", (props) =>
        unless(
          mustBeSet(props, "masterInstanceName"),
          mustEqual(props, "settings.backupConfiguration.enabled", true, REQUIRED),
        ),
      ),
    ],
    azure: [
      {
        types: [POSTGRES],
        whenAbsent: "complies",
        cloudDefault: "7 days; a violation if more are asked for",
        evaluate: ({ props }, context) =>
          mustKeep(props, "backup.backupRetentionDays", context, context.number("minimumDays") <= 7),
      },
    ],
  },
};

function mustKeep(props: object, path: string, context: Context, isEnoughByDefault = false): Finding[] {
  const absent = isEnoughByDefault ? "complies" : "violates";
  return mustBeBetween(props, path, { min: context.number("minimumDays") }, { absent });
}

const deletionProtection: Control = {
  id: "database-deletion-protection",
  title: "Databases are protected from deletion",
  severity: "medium",
  why: "One wrong update, or one stolen key, deletes the database with its automatic backups.",
  remedy:
    "Turn deletion protection on; on Google Cloud in the settings, which hold for everybody, not for Pulumi alone.",
  frameworks: {
    nist80053: ["CM-3", "CP-9", "SC-5"],
    iso27001: ["A.8.13"],
    soc2: ["A1.2"],
    securityHub: ["RDS.7", "RDS.8"],
    checkov: ["CKV_AWS_293", "CKV_AWS_139"],
  },
  checks: {
    aws: [
      check(RDS, "anybody with rights can delete it", (props) =>
        mustEqual(props, "deletionProtection", true, REQUIRED),
      ),
    ],
    gcp: [
      check([CLOUD_SQL], "anybody with rights can delete it", (props) =>
        mustEqual(props, "settings.deletionProtectionEnabled", true, REQUIRED),
      ),
    ],
  },
  stackChecks: {
    azure: [
      {
        types: [POSTGRES],
        requires: "a management lock on the server, of the level CanNotDelete or ReadOnly",
        evaluate: (server, stack) => mustBeLocked(server, stack),
      },
    ],
  },
};

/** Management locks, and where each names what it keeps. */
const LOCKS: Record<string, string> = {
  "azure-native:authorization:ManagementLockByScope": "scope",
  "azure-native:authorization:ManagementLockAtResourceLevel": "resourceName",
  "azure-native:authorization:ManagementLockAtResourceGroupLevel": "resourceGroupName",
};

function mustBeLocked(server: StackResource, stack: StackView): Finding[] {
  const locks = stack.ofType(...Object.keys(LOCKS)).map((lock) => all(isKept(lock), isAbout(lock, server)));
  return violatesIf(not(any(...locks)), "no management lock in this stack keeps the server from being deleted");
}

function isKept(lock: StackResource): Answer {
  return any(is(lock.props, "level", "CanNotDelete"), is(lock.props, "level", "ReadOnly"));
}

/** Whether the lock is on the server or its resource group, whose names are often known before their ids. */
function isAbout(lock: StackResource, server: StackResource): Answer {
  const path = LOCKS[lock.type]!;
  const given = read(lock.props, path);
  if (given.state !== "known") {
    const groups = madeFrom(server, "resourceGroupName");
    return any(
      madeFrom(lock, path).some((source) => groups.includes(source)),
      refers(lock, path, server, ["id", "name"]),
    );
  }
  const named = textOf(given.value).split("/").at(-1) ?? "";
  return any(is(server.props, "serverName", named), is(server.props, "resourceGroupName", named));
}

const insightsKey: Control = {
  id: "database-insights-cmk",
  title: "Performance data of databases is encrypted with a customer-managed key",
  severity: "low",
  why: "It holds the statements that were run, and with them pieces of the data.",
  remedy: "Name a key of your own in `performanceInsightsKmsKeyId`.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.access-control.cmk-policy.html",
  frameworks: {
    nist80053: ["SC-12", "SC-28"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.1"],
    pciDss: ["3.5.1"],
    checkov: ["CKV_AWS_354"],
  },
  checks: {
    aws: [
      {
        types: [RDS_INSTANCE, "aws:rds/clusterInstance:ClusterInstance"],
        whenAbsent: "complies",
        cloudDefault: "no performance data; where it is asked for, a key that AWS manages",
        evaluate: ({ props }) =>
          onlyIf(
            props,
            "performanceInsightsEnabled",
            (enabled) => same(enabled, true),
            mustNameKmsKey(props, "performanceInsightsKmsKeyId"),
          ),
      },
    ],
  },
};

/** Controls of databases that notebooks and jobs read. */
export const databases: Topic = {
  title: "Databases",
  controls: [privateNetwork, customerKey, insightsKey, tlsRequired, identityAccess, backups, deletionProtection],
};
