import type { ControlCases, ResourceCase, StackCase } from "../cases.ts";
import { type TestResource, unknown, urnOf } from "../server.ts";

const ACCOUNT = "azure-native:cognitiveservices:Account";
const MANAGED_NETWORK = "azure-native:cognitiveservices:ManagedNetworkSetting";
const CLASSIC_ACCOUNT = "azure:cognitive/account:Account";
const CLASSIC_AI_SERVICES = "azure:cognitive/aIServices:AIServices";
const CLASSIC_ACCOUNTS = [CLASSIC_ACCOUNT, CLASSIC_AI_SERVICES];
const ACCOUNTS = [ACCOUNT, ...CLASSIC_ACCOUNTS];

const VAULT_KEY = "https://example.vault.azure.net/keys/ai/1";
const ID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.CognitiveServices/accounts/ai";
const OTHER_ID = `${ID}-other`;

/** The same cases on several types. */
function on(control: string, types: string[], cases: ResourceCase[]): ControlCases[] {
  return types.map((type) => ({ control, type, cases }));
}

/** Cases of one setting, which stands in `at`. */
function setting(at: (value: unknown) => Record<string, unknown>, good: unknown, bad: unknown): ResourceCase[] {
  return [
    ["set", at(good), "complies"],
    ["set otherwise", at(bad), "violates"],
    ["unknown", at(unknown), "undecided"],
    ["of a wrong type", at([good]), "violates"],
  ];
}

/** Properties of an account of azure-native. */
function account(properties: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { accountName: "ai", properties, ...more };
}

const publicAccess = "ai-service-no-public-access";
const firewall = "ai-service-firewall-default-deny";
const localAuth = "ai-service-local-auth-disabled";
const outbound = "ai-service-outbound-restricted";

const settings: ControlCases[] = [
  ...on(
    publicAccess,
    [ACCOUNT],
    [
      ...setting((publicNetworkAccess) => account({ publicNetworkAccess }), "Disabled", "Enabled"),
      ["left out", account({ customSubDomainName: "ai" }), "violates"],
      ["a firewall instead", account({ networkAcls: { defaultAction: "Deny" } }), "violates"],
      ["unknown properties", account(unknown), "undecided"],
    ],
  ),
  ...on(
    publicAccess,
    [CLASSIC_ACCOUNT],
    setting((publicNetworkAccessEnabled) => ({ publicNetworkAccessEnabled }), false, true),
  ),
  ...on(
    publicAccess,
    [CLASSIC_AI_SERVICES],
    setting((publicNetworkAccess) => ({ publicNetworkAccess }), "Disabled", "Enabled"),
  ),
  ...on(
    firewall,
    [ACCOUNT],
    setting((defaultAction) => account({ networkAcls: { defaultAction } }), "Deny", "Allow"),
  ),
  ...on(
    firewall,
    CLASSIC_ACCOUNTS,
    setting((defaultAction) => ({ networkAcls: { defaultAction } }), "Deny", "Allow"),
  ),
  ...on(
    localAuth,
    [ACCOUNT],
    setting((disableLocalAuth) => account({ disableLocalAuth }), true, false),
  ),
  ...on(
    localAuth,
    [CLASSIC_ACCOUNT],
    setting((localAuthEnabled) => ({ localAuthEnabled }), false, true),
  ),
  ...on(
    localAuth,
    [CLASSIC_AI_SERVICES],
    setting((localAuthenticationEnabled) => ({ localAuthenticationEnabled }), false, true),
  ),
  ...on("ai-service-managed-identity", ACCOUNTS, [
    ...setting((type) => ({ identity: { type } }), "UserAssigned", "None"),
    ["both identities", { identity: { type: "SystemAssigned, UserAssigned" } }, "complies"],
    ["the account's own identity", { identity: { type: "SystemAssigned" } }, "complies"],
  ]),
  ...on(
    outbound,
    [ACCOUNT],
    [
      ...setting((restrictOutboundNetworkAccess) => account({ restrictOutboundNetworkAccess }), true, false),
      ["hosts without a restriction", account({ allowedFqdnList: ["ai.search.windows.net"] }), "violates"],
    ],
  ),
  ...on(
    outbound,
    CLASSIC_ACCOUNTS,
    setting((outboundNetworkAccessRestricted) => ({ outboundNetworkAccessRestricted }), true, false),
  ),
  ...on(
    outbound,
    [MANAGED_NETWORK],
    setting(
      (isolationMode) => ({ properties: { managedNetwork: { isolationMode } } }),
      "AllowOnlyApprovedOutbound",
      "AllowInternetOutbound",
    ),
  ),
];

/** Properties of an account with an encryption. */
function encrypted(keySource: unknown, keyVaultProperties: unknown, kind: unknown = "OpenAI"): Record<string, unknown> {
  return account({ encryption: { keySource, keyVaultProperties } }, { kind });
}

const KEY = { keyName: "ai", keyVaultUri: "https://example.vault.azure.net/", keyVersion: "1" };

const ownKey: ControlCases[] = on(
  "ai-service-cmk",
  [ACCOUNT],
  [
    ["a key", encrypted("Microsoft.KeyVault", KEY), "complies"],
    [
      "a key that is made along with it",
      encrypted("Microsoft.KeyVault", { keyName: unknown, keyVaultUri: unknown }),
      "complies",
    ],
    ["Microsoft's key", encrypted("Microsoft.CognitiveServices", undefined), "violates"],
    ["Microsoft's key, beside one", encrypted("Microsoft.CognitiveServices", KEY), "violates"],
    ["no name", encrypted("Microsoft.KeyVault", { keyVaultUri: KEY.keyVaultUri }), "violates"],
    ["no vault", encrypted("Microsoft.KeyVault", { keyName: "ai", keyVaultUri: "" }), "violates"],
    ["no key", account({}, { kind: "AIServices" }), "violates"],
    ["no key, and no data", account({}, { kind: "ContentSafety" }), "complies"],
    ["no key, and no data by decision", account({}, { kind: "Face" }), "complies", { kindsWithoutData: ["face"] }],
    ["no key, on an unknown kind", account({}, { kind: unknown }), "undecided"],
    ["an unknown source", encrypted(unknown, KEY), "undecided"],
    ["a key of a wrong type", encrypted("Microsoft.KeyVault", "ai"), "violates"],
  ],
);

/** An account of a stack, with its id. */
function inStack(type: string, id: unknown, more: Record<string, unknown> = {}): TestResource {
  return { type, name: "ai", properties: { id, ...more } };
}

/** A resource whose property was made from the account. */
function made(resource: TestResource, property: string, from: TestResource): TestResource {
  return { ...resource, propertyDependencies: { [property]: [urnOf(from)] } };
}

/** A classic account's key, as a resource of its own. */
function separateKey(cognitiveAccountId: unknown, keyVaultKeyId: unknown = VAULT_KEY): TestResource {
  const type = "azure:cognitive/accountCustomerManagedKey:AccountCustomerManagedKey";
  return { type, name: "key", properties: { cognitiveAccountId, keyVaultKeyId } };
}

const classicKey: ControlCases[] = CLASSIC_ACCOUNTS.map((type) => {
  const known = inStack(type, ID);
  const unborn = inStack(type, unknown);
  const own = (customerManagedKey: unknown) => inStack(type, ID, { customerManagedKey });
  return {
    control: "ai-service-cmk",
    type,
    stackCases: [
      ["a key", [own({ keyVaultKeyId: VAULT_KEY })], "complies"],
      ["a key that is made along with it", [own({ keyVaultKeyId: unknown })], "complies"],
      ["a key of its own", [known, separateKey(ID)], "complies"],
      [
        "a key of its own, by reference",
        [unborn, made(separateKey(unknown), "cognitiveAccountId", unborn)],
        "complies",
      ],
      ["no key", [known], "violates"],
      ["an empty key", [own({ keyVaultKeyId: "" })], "violates"],
      ["another account's key", [known, separateKey(OTHER_ID)], "violates"],
      ["a separate key without an id", [known, separateKey(ID, "")], "violates"],
      ["a key of somebody's", [known, separateKey(unknown)], "undecided"],
      ["a key of a wrong type", [own("ai")], "violates"],
    ],
  };
});

const classicKinds: ControlCases[] = [
  {
    control: "ai-service-cmk",
    type: CLASSIC_ACCOUNT,
    stackCases: [
      ["no key, and no data", [inStack(CLASSIC_ACCOUNT, ID, { kind: "ContentSafety" })], "complies"],
      ["no key, on an unknown kind", [inStack(CLASSIC_ACCOUNT, ID, { kind: unknown })], "undecided"],
      ["no key, of the kind that holds projects", [inStack(CLASSIC_ACCOUNT, ID, { kind: "AIServices" })], "violates"],
    ],
  },
  {
    control: "ai-service-cmk",
    type: CLASSIC_AI_SERVICES,
    stackCases: [
      [
        "a key of an HSM",
        [inStack(CLASSIC_AI_SERVICES, ID, { customerManagedKey: { managedHsmKeyId: "https://h/keys/ai" } })],
        "complies",
      ],
    ],
  },
];

const CONNECTIONS = "privateLinkServiceConnections";

function nativeEndpoint(privateLinkServiceId: unknown): TestResource {
  const properties = { [CONNECTIONS]: [{ privateLinkServiceId, groupIds: ["account"] }] };
  return { type: "azure-native:network:PrivateEndpoint", name: "endpoint", properties };
}

function classicEndpoint(privateConnectionResourceId: unknown): TestResource {
  const properties = { privateServiceConnection: { privateConnectionResourceId, subresourceNames: ["account"] } };
  return { type: "azure:privatelink/endpoint:Endpoint", name: "endpoint", properties };
}

const privateEndpoint: ControlCases[] = ACCOUNTS.map((type) => {
  const known = inStack(type, ID);
  const unborn = inStack(type, unknown);
  return {
    control: "ai-service-private-endpoint",
    type,
    stackCases: [
      ["an endpoint", [known, nativeEndpoint(ID)], "complies"],
      ["an endpoint of the classic provider", [known, classicEndpoint(ID)], "complies"],
      ["an endpoint, before it exists", [unborn, made(nativeEndpoint(unknown), CONNECTIONS, unborn)], "complies"],
      ["no endpoint", [known], "violates"],
      ["another account's endpoint", [known, nativeEndpoint(OTHER_ID)], "violates"],
      ["an endpoint to somewhere", [known, nativeEndpoint(unknown)], "undecided"],
      ["an endpoint of a wrong type", [known, nativeEndpoint([ID])], "violates"],
    ],
  };
});

function logCases(type: string, diagnostic: string, path: string, list: string): ControlCases {
  const known = inStack(type, ID);
  const unborn = inStack(type, unknown);
  const about = (id: unknown, logs: unknown = [{ categoryGroup: "audit", enabled: true }]): TestResource => ({
    type: diagnostic,
    name: "logs",
    properties: { [path]: id, [list]: logs },
  });
  const stackCases: StackCase[] = [
    ["logs", [known, about(ID)], "complies"],
    ["logs, before they exist", [unborn, made(about(unknown), path, unborn)], "complies"],
    ["logs that are not known yet", [known, about(ID, unknown)], "complies"],
    ["no setting", [known], "violates"],
    ["another account's setting", [known, about(OTHER_ID)], "violates"],
    ["metrics only", [known, about(ID, null)], "violates"],
    ["no logs", [known, about(ID, [])], "violates"],
    ["a setting of somebody's", [known, about(unknown)], "undecided"],
  ];
  return { control: "ai-service-diagnostic-logs", type, stackCases };
}

/** Settings of azure-native can list categories without sending them. */
function nativeLogs(enabled: unknown): TestResource[] {
  const properties = {
    resourceUri: ID,
    logs: [
      { category: "Audit", enabled: false },
      { category: "Trace", enabled },
    ],
  };
  return [inStack(ACCOUNT, ID), { type: "azure-native:monitor:DiagnosticSetting", name: "logs", properties }];
}

const logs: ControlCases[] = [
  logCases(ACCOUNT, "azure-native:monitor:DiagnosticSetting", "resourceUri", "logs"),
  {
    control: "ai-service-diagnostic-logs",
    type: ACCOUNT,
    stackCases: [
      ["one category of two", nativeLogs(true), "complies"],
      ["no category of two", nativeLogs(false), "violates"],
      ["a category that may be sent", nativeLogs(unknown), "undecided"],
    ],
  },
  ...CLASSIC_ACCOUNTS.map((type) =>
    logCases(type, "azure:monitoring/diagnosticSetting:DiagnosticSetting", "targetResourceId", "enabledLogs"),
  ),
];

const KMS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1";
const AGENT = "aws:bedrock/agentAgent:AgentAgent";
const NATIVE_AGENT = "aws-native:bedrock:Agent";
const CUSTOM_MODEL = "aws:bedrock/customModel:CustomModel";
const GATEWAY = ["aws:bedrock/agentcoreGateway:AgentcoreGateway", "aws-native:bedrockagentcore:Gateway"];

/** What Bedrock keeps, and how each type names its key. */
const BEDROCK_KEYS: [types: string[], at: (key: unknown) => Record<string, unknown>][] = [
  [[CUSTOM_MODEL], (customModelKmsKeyId) => ({ customModelKmsKeyId })],
  [
    [
      AGENT,
      NATIVE_AGENT,
      "aws:bedrock/agentFlow:AgentFlow",
      "aws-native:bedrock:Flow",
      "aws:bedrock/agentPrompt:AgentPrompt",
      "aws-native:bedrock:Prompt",
    ],
    (customerEncryptionKeyArn) => ({ customerEncryptionKeyArn }),
  ],
  [
    ["aws:bedrock/agentDataSource:AgentDataSource", "aws-native:bedrock:DataSource"],
    (kmsKeyArn) => ({ serverSideEncryptionConfiguration: { kmsKeyArn } }),
  ],
  [
    ["aws:bedrock/agentcoreMemory:AgentcoreMemory", "aws-native:bedrockagentcore:Memory"],
    (encryptionKeyArn) => ({ encryptionKeyArn }),
  ],
  [[...GATEWAY, "aws:bedrock/guardrail:Guardrail", "aws-native:bedrock:Guardrail"], (kmsKeyArn) => ({ kmsKeyArn })],
];

const bedrockKeys: ControlCases[] = BEDROCK_KEYS.flatMap(([types, at]) =>
  on("ai-service-cmk", types, [
    ["a key", at(KMS_KEY), "complies"],
    ["a key that is made along with it", at(unknown), "complies"],
    ["an empty key", at(""), "violates"],
    ["a key that AWS manages", at("alias/aws/bedrock"), "violates"],
    ["a key of a wrong type", at([KMS_KEY]), "violates"],
  ]),
);

/** Properties of what AgentCore runs. */
function network(networkMode: unknown): Record<string, unknown> {
  return { networkConfiguration: { networkMode } };
}

const NETWORK = { vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] } };

const privateNetwork: ControlCases[] = [
  ...on(
    "ai-service-private-network",
    [
      "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime",
      "aws-native:bedrockagentcore:Runtime",
      "aws:bedrock/agentcoreBrowser:AgentcoreBrowser",
      "aws-native:bedrockagentcore:BrowserCustom",
    ],
    setting(network, "VPC", "PUBLIC"),
  ),
  ...on(
    "ai-service-private-network",
    [
      "aws:bedrock/agentcoreCodeInterpreter:AgentcoreCodeInterpreter",
      "aws-native:bedrockagentcore:CodeInterpreterCustom",
    ],
    [...setting(network, "VPC", "PUBLIC"), ["a sandbox", network("SANDBOX"), "complies"]],
  ),
  ...on(
    "ai-service-private-network",
    [CUSTOM_MODEL, "aws:bedrockmodel/invocationJob:InvocationJob"],
    [
      ["subnets", NETWORK, "complies"],
      ["subnets that are made along with it", { vpcConfig: { subnetIds: unknown } }, "complies"],
      ["no subnets", { vpcConfig: { subnetIds: [] } }, "violates"],
      ["subnets of a wrong type", { vpcConfig: { subnetIds: "subnet-1" } }, "violates"],
    ],
  ),
];

const callers: ControlCases[] = on("ai-service-no-anonymous-callers", GATEWAY, [
  ...setting((authorizerType) => ({ authorizerType }), "AWS_IAM", "NONE"),
  ["an identity provider", { authorizerType: "CUSTOM_JWT" }, "complies"],
]);

/** Properties of a content policy of azure-native with one filter. */
function filter(more: Record<string, unknown>, mode: unknown = "Default"): Record<string, unknown> {
  return { properties: { mode, contentFilters: [{ name: "Hate", enabled: true, blocking: true, ...more }] } };
}

/** The same of the classic provider. */
function classicFilter(more: Record<string, unknown>, mode: unknown = "Default"): Record<string, unknown> {
  return { mode, contentFilters: [{ name: "Hate", filterEnabled: true, blockEnabled: true, ...more }] };
}

const contentFilters: ControlCases[] = [
  ...on(
    "ai-service-content-filter",
    [AGENT],
    [
      [
        "a guardrail",
        { guardrailConfigurations: [{ guardrailIdentifier: unknown, guardrailVersion: "1" }] },
        "complies",
      ],
      ["no guardrail", { guardrailConfigurations: [] }, "violates"],
      ["a guardrail of a wrong type", { guardrailConfigurations: "strict" }, "violates"],
    ],
  ),
  ...on(
    "ai-service-content-filter",
    [NATIVE_AGENT],
    [
      ["a guardrail", { guardrailConfiguration: { guardrailIdentifier: unknown, guardrailVersion: "1" } }, "complies"],
      ["a guardrail without a name", { guardrailConfiguration: { guardrailVersion: "1" } }, "violates"],
      ["a guardrail of a wrong type", { guardrailConfiguration: "strict" }, "violates"],
    ],
  ),
  ...on(
    "ai-service-content-filter",
    ["azure-native:cognitiveservices:RaiPolicy"],
    [
      ["a filter that blocks", filter({}), "complies"],
      ["a filter that is off", filter({ enabled: false }), "violates"],
      ["a filter that only reports", filter({ blocking: false }), "violates"],
      ["a filter that only reports, by another spelling", filter({ name: "hate", blocking: false }), "violates"],
      ["another filter that is off", filter({ name: "Profanity", enabled: false }), "complies"],
      ["answers that are filtered afterwards", filter({}, "Asynchronous_filter"), "violates"],
      ["answers that are filtered afterwards, by the old name", filter({}, "Deferred"), "violates"],
      [
        "a filter that is required",
        filter({ name: "Profanity", enabled: false }),
        "violates",
        { requiredFilters: ["Profanity"] },
      ],
      ["unknown", filter({ enabled: unknown }), "undecided"],
      ["a filter of an unknown name that is off", filter({ name: unknown, enabled: false }), "undecided"],
      ["unknown filters", { properties: { contentFilters: unknown } }, "undecided"],
      ["filters of a wrong type", { properties: { contentFilters: "none" } }, "violates"],
    ],
  ),
  ...on(
    "ai-service-content-filter",
    ["azure:cognitive/accountRaiPolicy:AccountRaiPolicy"],
    [
      ["a filter that blocks", classicFilter({}), "complies"],
      ["a filter that is off", classicFilter({ filterEnabled: false }), "violates"],
      ["a filter that only reports", classicFilter({ blockEnabled: false }), "violates"],
      ["answers that are filtered afterwards", classicFilter({}, "Asynchronous_filter"), "violates"],
    ],
  ),
];

export const cases: ControlCases[] = [
  ...settings,
  ...ownKey,
  ...classicKey,
  ...classicKinds,
  ...privateEndpoint,
  ...logs,
  ...bedrockKeys,
  ...privateNetwork,
  ...callers,
  ...contentFilters,
];
