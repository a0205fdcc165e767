/** Controls of secrets that steps read, and of the settings beside them: their values, their rotation and their stores. */
import { mustHaveCompanion } from "../checks/companions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustLast } from "../checks/days.ts";
import { inEach } from "../checks/places.ts";
import { mustHoldNoSecrets } from "../checks/secrets.ts";
import type { Check, Context, Control, StackResource, StackView, Topic } from "../control.ts";
import {
  anyOf,
  type Finding,
  mustBeAbsent,
  mustBeBetween,
  mustBeSet,
  mustEqual,
  mustNotEqual,
  unless,
} from "../findings.ts";

const SECRET = "aws:secretsmanager/secret:Secret";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const GOOGLE_SECRETS = ["gcp:secretmanager/secret:Secret", "gcp:secretmanager/regionalSecret:RegionalSecret"];
const VAULT_SECRET = "azure-native:keyvault:Secret";
const CONFIGURATION_STORE = "azure-native:appconfiguration:ConfigurationStore";

const REQUIRED = { absent: "violates" } as const;

const rotation: Control = {
  id: "secret-rotation",
  title: "Secrets are replaced regularly",
  severity: "medium",
  why: "A password that leaked once opens the database for as long as it stays valid.",
  remedy:
    "Let a function or a topic rotate the secret or, where people replace it, say how often with a tag or an expiry date.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
  frameworks: {
    nist80053: ["IA-5", "IA-5(1)", "SC-12"],
    iso27001: ["A.5.17"],
    soc2: ["CC6.1"],
    pciDss: ["8.3.9", "8.6.3"],
    securityHub: ["SecretsManager.1", "SecretsManager.4"],
    checkov: ["CKV_AWS_304", "CKV_AZURE_41"],
  },
  parameters: {
    maximumDays: {
      description: "Longest time between two values, in days.",
      type: "integer",
      default: 365,
      minimum: 1,
      maximum: 3650,
    },
    rotationTag: {
      description: "AWS and Azure: tag that says after how many days people replace the value.",
      type: "string",
      default: "rotation-days",
    },
  },
  checks: {
    gcp: [
      {
        types: GOOGLE_SECRETS,
        whenAbsent: "violates",
        cloudDefault: "nobody is reminded",
        evaluate: ({ props }, context) => [
          ...mustLast(props, "rotation.rotationPeriod", { max: context.number("maximumDays") }, REQUIRED),
          ...mustBeSet(props, "topics", "list"),
        ],
      },
    ],
    azure: [
      {
        types: [VAULT_SECRET],
        whenAbsent: "violates",
        cloudDefault: "the value never expires",
        evaluate: ({ props }, context) => anyOf(mustExpire(props), mustBeTagged(props, context)),
      },
    ],
  },
  stackChecks: {
    aws: [
      {
        types: [SECRET],
        requires: "a SecretRotation for the secret, or a tag that says after how many days people replace it",
        evaluate: (secret, stack, context) =>
          unless(mustBeTagged(secret.props, context), mustHaveRotation(secret, stack, context)),
      },
    ],
  },
};

/** A date, as seconds since 1970. */
function mustExpire(props: object): Finding[] {
  return mustBeBetween(props, "properties.attributes.expires", { min: 1 }, REQUIRED);
}

function mustBeTagged(props: object, context: Context): Finding[] {
  const tag = ["tags", context.text("rotationTag")];
  return mustBeBetween(props, tag, { min: 1, max: context.number("maximumDays") }, REQUIRED);
}

function mustHaveRotation(secret: StackResource, stack: StackView, context: Context): Finding[] {
  return mustHaveCompanion(
    secret,
    stack,
    { types: [ROTATION], path: "secretId", keys: ["id", "arn"] },
    `the secret has no SecretRotation, nor a tag ${context.text("rotationTag")}`,
    ({ props }) => [
      ...mustNotEqual(props, "rotationEnabled", false),
      // The provider wants one of the two.
      ...unless(
        mustBeSet(props, "rotationRules.scheduleExpression"),
        mustBeBetween(props, "rotationRules.automaticallyAfterDays", { max: context.number("maximumDays") }, REQUIRED),
      ),
    ],
  );
}

/** Where resources take the value of a secret or a password. */
const VALUES: [cloud: "aws" | "gcp" | "azure", types: string[], paths: string[]][] = [
  ["aws", ["aws:secretsmanager/secretVersion:SecretVersion"], ["secretString", "secretBinary", "secretStringWo"]],
  ["aws", ["aws:rds/instance:Instance"], ["password", "passwordWo"]],
  ["aws", ["aws:rds/cluster:Cluster"], ["masterPassword", "masterPasswordWo"]],
  ["gcp", ["gcp:secretmanager/secretVersion:SecretVersion"], ["secretData", "secretDataWo"]],
  ["gcp", ["gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion"], ["secretData"]],
  ["gcp", ["gcp:sql/user:User"], ["password", "passwordWo"]],
  ["gcp", ["gcp:sql/databaseInstance:DatabaseInstance"], ["rootPassword"]],
  ["azure", ["azure-native:dbforpostgresql:Server", "azure-native:sql:Server"], ["administratorLoginPassword"]],
];

/** A check for each type that takes a value. Pulumi records every input, also those that are called write-only. */
function valueChecks(cloud: "aws" | "gcp" | "azure"): Check[] {
  return VALUES.filter(([of]) => of === cloud).map(([, types, paths]) => ({
    types,
    whenAbsent: "complies",
    cloudDefault: "no value",
    evaluate: ({ props }) => paths.flatMap((path) => mustBeAbsent(props, path)),
  }));
}

const valueOutsideState: Control = {
  id: "secret-value-outside-state",
  title: "Values of secrets do not pass through Pulumi",
  severity: "medium",
  why: "Pulumi records every input: whoever reads the state and has its key reads the password, long after it was replaced in the program.",
  remedy:
    "Create the secret without a value and let an operator or a function put it in; let databases manage their own password, or sign in by identity.",
  url: "https://github.com/pulumi/pulumi-terraform-bridge/issues/3201",
  frameworks: {
    nist80053: ["IA-5", "SC-28"],
    iso27001: ["A.5.17", "A.8.4"],
    soc2: ["CC6.1"],
    pciDss: ["8.6.2"],
    mitreAtlas: ["AML.T0055"],
  },
  checks: {
    aws: valueChecks("aws"),
    gcp: valueChecks("gcp"),
    azure: [
      ...valueChecks("azure"),
      {
        types: [VAULT_SECRET],
        whenAbsent: "complies",
        cloudDefault: "no value",
        // Azure wants a value for every secret: one that cannot be read yet is there to be replaced.
        evaluate: ({ props }) =>
          unless(
            mustEqual(props, "properties.attributes.enabled", false, REQUIRED),
            mustBeAbsent(props, "properties.value"),
          ),
      },
    ],
  },
};

const recovery: Control = {
  id: "secret-recovery",
  title: "Deleted secrets can be brought back",
  severity: "medium",
  why: "A secret that is gone at once stops everything that reads it, and with it the data that its value opens.",
  remedy: "Keep the recovery window, and let versions wait before they are destroyed.",
  url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
  frameworks: { nist80053: ["CP-9", "SI-12"], iso27001: ["A.8.13"], soc2: ["A1.2"] },
  parameters: {
    minimumDays: {
      description: "Days in which a secret, or one of its versions, can be brought back.",
      type: "integer",
      default: 7,
      minimum: 1,
      maximum: 30,
    },
  },
  checks: {
    aws: [
      {
        types: [SECRET],
        whenAbsent: "complies",
        cloudDefault: "30 days",
        evaluate: ({ props }, context) =>
          mustBeBetween(props, "recoveryWindowInDays", { min: context.number("minimumDays") }, { absent: "complies" }),
      },
    ],
    gcp: [
      {
        types: GOOGLE_SECRETS,
        whenAbsent: "violates",
        cloudDefault: "versions are destroyed at once",
        evaluate: ({ props }, context) =>
          mustLast(props, "versionDestroyTtl", { min: context.number("minimumDays") }, REQUIRED),
      },
    ],
  },
};

const parameterKey: Control = {
  id: "parameter-cmk",
  title: "Settings are encrypted with a customer-managed key",
  severity: "low",
  why: "Settings tell how a team works and where its data lies; sooner or later somebody keeps a password among them.",
  remedy: "Name a key of your own; on AWS, use the type `SecureString`.",
  frameworks: {
    nist80053: ["SC-12", "SC-28"],
    iso27001: ["A.8.24"],
    soc2: ["CC6.1"],
    pciDss: ["3.5.1"],
    azurePolicy: ["967a4b4b"],
    checkov: ["CKV_AWS_337", "CKV_AZURE_186"],
  },
  checks: {
    aws: [
      {
        types: ["aws:ssm/parameter:Parameter"],
        whenAbsent: "violates",
        cloudDefault: "no encryption, or a key that AWS manages",
        evaluate: ({ props }) => [
          ...mustEqual(props, "type", "SecureString", REQUIRED),
          ...mustNameKmsKey(props, "keyId"),
        ],
      },
    ],
    gcp: [
      {
        types: ["gcp:parametermanager/parameter:Parameter", "gcp:parametermanager/regionalParameter:RegionalParameter"],
        whenAbsent: "violates",
        cloudDefault: "a key that Google manages",
        evaluate: ({ props }) => mustBeSet(props, "kmsKey"),
      },
    ],
    azure: [
      {
        types: [CONFIGURATION_STORE],
        whenAbsent: "violates",
        cloudDefault: "a key that Microsoft manages",
        evaluate: ({ props }) => mustBeSet(props, "encryption.keyVaultProperties.keyIdentifier"),
      },
    ],
  },
};

/** Where each type keeps the setting. */
const SETTINGS: [cloud: "aws" | "gcp" | "azure", types: string[], paths: string[]][] = [
  ["aws", ["aws:ssm/parameter:Parameter"], ["value", "insecureValue", "valueWo"]],
  [
    "gcp",
    [
      "gcp:parametermanager/parameterVersion:ParameterVersion",
      "gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion",
    ],
    ["parameterData"],
  ],
  ["azure", ["azure-native:appconfiguration:KeyValue"], ["value"]],
];

function settingChecks(cloud: "aws" | "gcp" | "azure"): Check[] {
  return SETTINGS.filter(([of]) => of === cloud).map(([, types, paths]) => ({
    types,
    whenAbsent: "complies",
    cloudDefault: "must be given",
    evaluate: ({ props }) => inEach(props, paths, (path) => mustHoldNoSecrets(props, path)),
  }));
}

const parameterSecrets: Control = {
  id: "parameter-no-secrets",
  title: "Settings hold no credentials",
  severity: "critical",
  why: "Settings are read by many, are not rotated, and stand in the program and in Pulumi's state.",
  remedy: "Keep the credential in the cloud's secret store.",
  frameworks: {
    nist80053: ["IA-5", "SC-28"],
    iso27001: ["A.5.17"],
    soc2: ["CC6.1"],
    pciDss: ["8.6.2"],
    mitreAtlas: ["AML.T0055"],
  },
  checks: { aws: settingChecks("aws"), gcp: settingChecks("gcp"), azure: settingChecks("azure") },
};

const storeNetwork: Control = {
  id: "parameter-store-private-network",
  title: "Stores of settings cannot be reached from the internet",
  severity: "high",
  why: "With the public endpoint open, one leaked token reads or changes the settings of every job from anywhere.",
  remedy: "Set `publicNetworkAccess` to `Disabled`, and reach the store through a private endpoint.",
  url: "https://learn.microsoft.com/azure/azure-app-configuration/concept-private-endpoint",
  frameworks: {
    nist80053: ["AC-4", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.1", "1.4.4"],
    azurePolicy: ["3d9f5e4c"],
    checkov: ["CKV_AZURE_185"],
  },
  checks: {
    azure: [
      {
        types: [CONFIGURATION_STORE],
        whenAbsent: "violates",
        cloudDefault: "enabled, until there is a private endpoint",
        evaluate: ({ props }) => mustEqual(props, "publicNetworkAccess", "Disabled", REQUIRED),
      },
    ],
  },
};

const storeKeys: Control = {
  id: "parameter-store-no-access-keys",
  title: "Stores of settings take no access keys",
  severity: "high",
  why: "An access key belongs to nobody, opens the whole store, and stays valid when its finder leaves.",
  remedy: "Set `disableLocalAuth`, and assign App Configuration Data Reader to identities.",
  url: "https://learn.microsoft.com/azure/azure-app-configuration/howto-disable-access-key-authentication",
  frameworks: {
    nist80053: ["AC-2", "IA-2"],
    iso27001: ["A.5.16", "A.8.5"],
    soc2: ["CC6.1"],
    pciDss: ["8.2.1"],
    azurePolicy: ["b08ab3ca"],
    checkov: ["CKV_AZURE_184"],
  },
  checks: {
    azure: [
      {
        types: [CONFIGURATION_STORE],
        whenAbsent: "violates",
        cloudDefault: "access keys are valid",
        evaluate: ({ props }) => mustEqual(props, "disableLocalAuth", true, REQUIRED),
      },
    ],
  },
};

const storePurge: Control = {
  id: "parameter-store-purge-protection",
  title: "Deleted stores of settings can be brought back",
  severity: "medium",
  why: "Whoever may delete and purge the store ends every job that reads its settings, for good.",
  remedy: "Set `enablePurgeProtection`.",
  url: "https://learn.microsoft.com/azure/azure-app-configuration/concept-soft-delete",
  frameworks: { nist80053: ["CP-9", "SI-12"], iso27001: ["A.8.13"], soc2: ["A1.2"], checkov: ["CKV_AZURE_187"] },
  checks: {
    azure: [
      {
        types: [CONFIGURATION_STORE],
        whenAbsent: "violates",
        cloudDefault: "stores can be purged",
        evaluate: ({ props }) => mustEqual(props, "enablePurgeProtection", true, REQUIRED),
      },
    ],
  },
};

/** Secrets and settings. */
export const secrets: Topic = {
  title: "Secrets and settings",
  controls: [
    rotation,
    valueOutsideState,
    recovery,
    parameterKey,
    parameterSecrets,
    storeNetwork,
    storeKeys,
    storePurge,
  ],
};
