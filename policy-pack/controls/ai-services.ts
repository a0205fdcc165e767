/** Controls of hosted AI services: Amazon Bedrock, Azure OpenAI and the other Azure AI services. */
import { eitherPlace, mustHaveCompanion } from "../checks/companions.ts";
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { mustSendLogs } from "../checks/diagnostic-settings.ts";
import { mustHavePrivateEndpoint } from "../checks/private-endpoints.ts";
import type { Context, Control, StackResource, StackView, Topic } from "../control.ts";
import { anyOf, each, type Finding, mustBeOneOf, mustBeSet, mustEqual, mustNotBeOneOf, same } from "../findings.ts";

const ACCOUNT = "azure-native:cognitiveservices:Account";
const MANAGED_NETWORK = "azure-native:cognitiveservices:ManagedNetworkSetting";
/** The classic provider has two types for accounts, of any kind and of the kind AIServices. */
const CLASSIC_ACCOUNT = "azure:cognitive/account:Account";
const CLASSIC_AI_SERVICES = "azure:cognitive/aIServices:AIServices";
const CLASSIC_KEY = "azure:cognitive/accountCustomerManagedKey:AccountCustomerManagedKey";
const CLASSIC_ACCOUNTS = [CLASSIC_ACCOUNT, CLASSIC_AI_SERVICES];
const ACCOUNTS = [ACCOUNT, ...CLASSIC_ACCOUNTS];

const CONTENT_POLICY = "azure-native:cognitiveservices:RaiPolicy";
const CLASSIC_CONTENT_POLICY = "azure:cognitive/accountRaiPolicy:AccountRaiPolicy";

const AGENT = "aws:bedrock/agentAgent:AgentAgent";
const NATIVE_AGENT = "aws-native:bedrock:Agent";
const CUSTOM_MODEL = "aws:bedrock/customModel:CustomModel";
/** What agents are called through, run on, browse with and run code with. */
const GATEWAY = ["aws:bedrock/agentcoreGateway:AgentcoreGateway", "aws-native:bedrockagentcore:Gateway"];
const RUNTIME = ["aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime", "aws-native:bedrockagentcore:Runtime"];
const BROWSER = ["aws:bedrock/agentcoreBrowser:AgentcoreBrowser", "aws-native:bedrockagentcore:BrowserCustom"];
const CODE_INTERPRETER = [
  "aws:bedrock/agentcoreCodeInterpreter:AgentcoreCodeInterpreter",
  "aws-native:bedrockagentcore:CodeInterpreterCustom",
];
/** What Bedrock keeps, and the property that names the key for it. */
const BEDROCK_KEYS: [types: string[], key: string][] = [
  [[CUSTOM_MODEL], "customModelKmsKeyId"],
  [[AGENT, NATIVE_AGENT], "customerEncryptionKeyArn"],
  [["aws:bedrock/agentFlow:AgentFlow", "aws-native:bedrock:Flow"], "customerEncryptionKeyArn"],
  [["aws:bedrock/agentPrompt:AgentPrompt", "aws-native:bedrock:Prompt"], "customerEncryptionKeyArn"],
  [
    ["aws:bedrock/agentDataSource:AgentDataSource", "aws-native:bedrock:DataSource"],
    "serverSideEncryptionConfiguration.kmsKeyArn",
  ],
  [["aws:bedrock/agentcoreMemory:AgentcoreMemory", "aws-native:bedrockagentcore:Memory"], "encryptionKeyArn"],
  [GATEWAY, "kmsKeyArn"],
  [["aws:bedrock/guardrail:Guardrail", "aws-native:bedrock:Guardrail"], "kmsKeyArn"],
];

/**
 * Kinds of accounts that store nothing, by the built-in Azure Policy 67121cc7. It leaves out AIServices as well, which
 * keeps files and the threads of agents since it holds projects.
 */
const KINDS_WITHOUT_DATA = [
  "CognitiveServices",
  "ContentSafety",
  "ImmersiveReader",
  "HealthInsights",
  "LUIS",
  "LUIS.Authoring",
  "QnAMaker",
  "QnAMaker.V2",
  "MetricsAdvisor",
  "SpeechTranslation",
  "ConversationalLanguageUnderstanding",
  "HealthDecisionSupport",
];

/** Keeps findings about accounts that store data. */
function whereDataIs(account: { props: object }, context: Context, findings: Finding[]): Finding[] {
  const kinds = context.list("kindsWithoutData");
  return onlyIf(account.props, "kind", (kind) => !kinds.some((one) => same(kind, one)), findings);
}

function mustNameKey(props: object): Finding[] {
  const encryption = "properties.encryption";
  return [
    ...mustEqual(props, `${encryption}.keySource`, "Microsoft.KeyVault", { absent: "violates" }),
    ...mustBeSet(props, `${encryption}.keyVaultProperties.keyName`),
    ...mustBeSet(props, `${encryption}.keyVaultProperties.keyVaultUri`),
  ];
}

/** The classic provider takes the key with the account, or as a resource of its own. */
function classicMustHaveKey(account: StackResource, stack: StackView): Finding[] {
  const separate = mustHaveCompanion(
    account,
    stack,
    { types: [CLASSIC_KEY], path: "cognitiveAccountId", keys: ["id"] },
    "customerManagedKey is not set, and the account has no AccountCustomerManagedKey in this stack",
    (key) => mustBeSet(key.props, "keyVaultKeyId"),
  );
  const ownRule = (props: object) =>
    anyOf(mustBeSet(props, "customerManagedKey.keyVaultKeyId"), mustBeSet(props, "customerManagedKey.managedHsmKeyId"));
  return eitherPlace(account, "customerManagedKey", ownRule, separate);
}

/** The names of a content filter's switches, and where the list of filters stands. */
interface FilterPaths {
  filters: string;
  mode: string;
  switches: string[];
}

/** A filter that the list leaves out is taken from the base policy, and all of Microsoft's own filter and block. */
function mustFilterContent(props: object, { filters, mode, switches }: FilterPaths, context: Context): Finding[] {
  const names = context.list("requiredFilters");
  const isRequired = (name: unknown) => names.some((one) => same(name, one));
  return [
    ...each(props, filters, (filter) => {
      const off = switches.flatMap((path) => mustEqual(props, `${filter}.${path}`, true, { absent: "complies" }));
      return onlyIf(props, `${filter}.name`, isRequired, off);
    }),
    ...mustNotBeOneOf(props, mode, ["Asynchronous_filter", "Deferred"]),
  ];
}

const controls: Control[] = [
  {
    id: "ai-service-no-public-access",
    title: "AI services cannot be reached from the internet",
    severity: "critical",
    why: "A public account lets anybody with a stolen key or token use the models, at your cost, and read what they were given.",
    remedy: "Disable public network access and reach the account through its private endpoint.",
    url: "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
    frameworks: {
      nist80053: ["AC-3", "AC-17", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1", "1.4.4"],
      mitreAtlas: ["AML.T0040", "AML.M0019"],
      azurePolicy: ["0725b4dd", "47ba1dd7"],
      checkov: ["CKV_AZURE_134"],
    },
    checks: {
      azure: [
        {
          types: [ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.publicNetworkAccess", "Disabled", { absent: "violates" }),
        },
        {
          types: [CLASSIC_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccessEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "publicNetworkAccessEnabled", false, { absent: "violates" }),
        },
        {
          types: [CLASSIC_AI_SERVICES],
          whenAbsent: "violates",
          cloudDefault: "`publicNetworkAccess` is `Enabled`",
          evaluate: ({ props }) => mustEqual(props, "publicNetworkAccess", "Disabled", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "ai-service-firewall-default-deny",
    title: "The firewall of AI services denies what no rule allows",
    severity: "medium",
    why: "The firewall is what is left as soon as somebody opens the public endpoint for a quick test.",
    remedy: "Set networkAcls.defaultAction to Deny.",
    url: "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
    frameworks: {
      nist80053: ["AC-4", "SC-7", "SC-7(5)"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.1"],
      azurePolicy: ["037eea7a"],
    },
    checks: {
      azure: [
        {
          types: [ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "Allow",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.networkAcls.defaultAction", "Deny", { absent: "violates" }),
        },
        {
          types: CLASSIC_ACCOUNTS,
          whenAbsent: "violates",
          cloudDefault: "Allow",
          evaluate: ({ props }) => mustEqual(props, "networkAcls.defaultAction", "Deny", { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "ai-service-private-endpoint",
    title: "AI services have a private endpoint",
    severity: "high",
    why: "Without a private endpoint people and jobs can reach the account over the internet only, or not at all.",
    remedy: "Create a private endpoint for the account in the same stack, and give the account a custom subdomain.",
    url: "https://learn.microsoft.com/azure/ai-services/cognitive-services-virtual-networks",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20"],
      soc2: ["CC6.6"],
      pciDss: ["1.4.1"],
      azurePolicy: ["d6759c02"],
    },
    stackChecks: {
      azure: [
        {
          types: ACCOUNTS,
          requires: "a private endpoint that leads to the account",
          evaluate: (account, stack) => mustHavePrivateEndpoint(account, stack, "account"),
        },
      ],
    },
  },
  {
    id: "ai-service-local-auth-disabled",
    title: "AI services take no keys, only identities",
    severity: "high",
    why: "An account's key opens every model and file of it, belongs to nobody, and ends up in notebooks and their history.",
    remedy: "Disable local authentication and assign roles to people and workloads.",
    url: "https://learn.microsoft.com/azure/ai-services/disable-local-auth",
    frameworks: {
      nist80053: ["AC-2", "AC-3", "IA-2", "IA-5"],
      iso27001: ["A.5.16", "A.8.5"],
      soc2: ["CC6.1"],
      pciDss: ["8.3.1", "8.6.2"],
      mitreAtlas: ["AML.T0040", "AML.T0055"],
      azurePolicy: ["71ef260a"],
      checkov: ["CKV_AZURE_236"],
    },
    checks: {
      azure: [
        {
          types: [ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "keys are taken",
          evaluate: ({ props }) => mustEqual(props, "properties.disableLocalAuth", true, { absent: "violates" }),
        },
        {
          types: [CLASSIC_ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "`localAuthEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "localAuthEnabled", false, { absent: "violates" }),
        },
        {
          types: [CLASSIC_AI_SERVICES],
          whenAbsent: "violates",
          cloudDefault: "`localAuthenticationEnabled` is `true`",
          evaluate: ({ props }) => mustEqual(props, "localAuthenticationEnabled", false, { absent: "violates" }),
        },
      ],
    },
  },
  {
    id: "ai-service-managed-identity",
    title: "AI services act with a managed identity",
    severity: "medium",
    why: "Without an identity the account reaches keys, storage and search with stored credentials, or not at all.",
    remedy: "Give the account a system-assigned or user-assigned identity.",
    url: "https://learn.microsoft.com/azure/ai-services/openai/how-to/managed-identity",
    frameworks: {
      nist80053: ["AC-3", "IA-2", "IA-5"],
      iso27001: ["A.5.16", "A.8.5"],
      soc2: ["CC6.1"],
      azurePolicy: ["fe3fd216"],
      checkov: ["CKV_AZURE_238"],
    },
    checks: {
      azure: [
        {
          types: ACCOUNTS,
          whenAbsent: "violates",
          cloudDefault: "no identity",
          evaluate: ({ props }) =>
            mustBeOneOf(
              props,
              "identity.type",
              ["UserAssigned", "SystemAssigned", "SystemAssigned, UserAssigned", "SystemAssigned,UserAssigned"],
              { absent: "violates" },
            ),
        },
      ],
    },
  },
  {
    id: "ai-service-cmk",
    title: "AI services are encrypted with a customer-managed key",
    severity: "high",
    why: "Only with a key of your own can you see who decrypts training files, fine-tuned models and conversations, and take the right away.",
    remedy: "Name a KMS key, or a key of your Key Vault that the account's identity may use.",
    url: "https://learn.microsoft.com/azure/ai-services/openai/encrypt-data-at-rest",
    frameworks: {
      nist80053: ["SC-12", "SC-13", "SC-28"],
      iso27001: ["A.8.24"],
      soc2: ["CC6.1"],
      pciDss: ["3.5.1"],
      mitreAtlas: ["AML.M0012"],
      azurePolicy: ["67121cc7"],
      checkov: ["CKV_AWS_373", "CKV2_AZURE_22"],
    },
    parameters: {
      kindsWithoutData: {
        description: "Kinds of accounts that store no data, and need no key.",
        type: "array",
        default: KINDS_WITHOUT_DATA,
      },
    },
    checks: {
      aws: BEDROCK_KEYS.map(([types, key]) => ({
        types,
        whenAbsent: "violates",
        cloudDefault: "a key that AWS owns",
        evaluate: ({ props }) => mustNameKmsKey(props, key),
      })),
      azure: [
        {
          types: [ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "keys that Microsoft manages",
          evaluate: (account, context) => whereDataIs(account, context, mustNameKey(account.props)),
        },
      ],
    },
    stackChecks: {
      azure: [
        {
          types: CLASSIC_ACCOUNTS,
          requires:
            "a customerManagedKey, or an AccountCustomerManagedKey for the account; unless its kind stores no data",
          evaluate: (account, stack, context) => whereDataIs(account, context, classicMustHaveKey(account, stack)),
        },
      ],
    },
  },
  {
    id: "ai-service-outbound-restricted",
    title: "AI services call approved hosts only",
    severity: "high",
    why: "A service that fetches from any address, or lets its agents do so, can be told by a prompt to carry data there.",
    remedy: "Restrict outbound access and list the hosts, and let managed networks out to approved destinations only.",
    url: "https://learn.microsoft.com/azure/ai-services/cognitive-services-data-loss-prevention",
    frameworks: {
      nist80053: ["AC-4", "SC-7", "SC-7(5)"],
      iso27001: ["A.8.12", "A.8.23"],
      soc2: ["CC6.7"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025", "AML.T0051"],
      checkov: ["CKV_AZURE_247"],
    },
    checks: {
      azure: [
        {
          types: [ACCOUNT],
          whenAbsent: "violates",
          cloudDefault: "any host",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.restrictOutboundNetworkAccess", true, { absent: "violates" }),
        },
        {
          types: CLASSIC_ACCOUNTS,
          whenAbsent: "violates",
          cloudDefault: "any host",
          evaluate: ({ props }) => mustEqual(props, "outboundNetworkAccessRestricted", true, { absent: "violates" }),
        },
        {
          types: [MANAGED_NETWORK],
          whenAbsent: "violates",
          cloudDefault: "not isolated",
          evaluate: ({ props }) =>
            mustEqual(props, "properties.managedNetwork.isolationMode", "AllowOnlyApprovedOutbound", {
              absent: "violates",
            }),
        },
      ],
    },
  },
  {
    id: "ai-service-private-network",
    title: "Agents, their tools and fine-tuning run in a network of your own",
    severity: "high",
    why: "An agent runs code that a prompt has shaped; outside your network no firewall, endpoint policy or flow log sees what it does.",
    remedy: "Use the network mode `VPC`, or `SANDBOX` for code interpreters, and name subnets for fine-tuning.",
    url: "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html",
    frameworks: {
      nist80053: ["AC-4", "SC-7"],
      iso27001: ["A.8.20", "A.8.22"],
      soc2: ["CC6.6"],
      pciDss: ["1.3.2"],
      mitreAtlas: ["AML.T0025"],
    },
    checks: {
      aws: [
        {
          types: [...RUNTIME, ...BROWSER],
          whenAbsent: "violates",
          cloudDefault: "none, it has to be chosen",
          evaluate: ({ props }) => mustEqual(props, "networkConfiguration.networkMode", "VPC", { absent: "violates" }),
        },
        {
          types: CODE_INTERPRETER,
          whenAbsent: "violates",
          cloudDefault: "none, it has to be chosen",
          evaluate: ({ props }) =>
            mustBeOneOf(props, "networkConfiguration.networkMode", ["VPC", "SANDBOX"], { absent: "violates" }),
        },
        {
          types: [CUSTOM_MODEL, "aws:bedrockmodel/invocationJob:InvocationJob"],
          whenAbsent: "violates",
          cloudDefault: "a network that AWS owns",
          evaluate: ({ props }) => mustBeSet(props, "vpcConfig.subnetIds", "list"),
        },
      ],
    },
  },
  {
    id: "ai-service-no-anonymous-callers",
    title: "Gateways to tools know who calls them",
    severity: "high",
    why: "A gateway without authorization lets whoever finds its address use the tools behind it, with the gateway's rights.",
    remedy: "Use `AWS_IAM`, or `CUSTOM_JWT` with your identity provider.",
    url: "https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-inbound-auth.html",
    frameworks: {
      nist80053: ["AC-3", "IA-2", "IA-9"],
      iso27001: ["A.5.15", "A.8.5"],
      soc2: ["CC6.1"],
      pciDss: ["8.3.1"],
      mitreAtlas: ["AML.M0019"],
    },
    checks: {
      aws: [
        {
          types: GATEWAY,
          whenAbsent: "violates",
          cloudDefault: "none, it has to be chosen",
          evaluate: ({ props }) =>
            mustBeOneOf(props, "authorizerType", ["AWS_IAM", "CUSTOM_JWT", "AUTHENTICATE_ONLY"], {
              absent: "violates",
            }),
        },
      ],
    },
  },
  {
    id: "ai-service-content-filter",
    title: "AI services filter harmful content and injected instructions",
    severity: "medium",
    why: "Without filters the model answers what it is asked, and follows what an attacker has planted in its input.",
    remedy: "Give agents a guardrail, and leave the filters of content policies enabled and blocking.",
    url: "https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter",
    frameworks: {
      nist80053: ["SI-10", "SI-15"],
      iso27001: ["A.8.26"],
      soc2: ["CC7.2"],
      mitreAtlas: ["AML.M0020", "AML.T0051"],
      checkov: ["CKV_AWS_383"],
    },
    parameters: {
      requiredFilters: {
        description: "Names of Azure's content filters that must be enabled and block.",
        type: "array",
        default: ["Hate", "Sexual", "Violence", "Selfharm", "Jailbreak"],
      },
    },
    checks: {
      aws: [
        {
          types: [AGENT],
          whenAbsent: "violates",
          cloudDefault: "no guardrail",
          evaluate: ({ props }) => mustBeSet(props, "guardrailConfigurations", "list"),
        },
        {
          types: [NATIVE_AGENT],
          whenAbsent: "violates",
          cloudDefault: "no guardrail",
          evaluate: ({ props }) => mustBeSet(props, "guardrailConfiguration.guardrailIdentifier"),
        },
      ],
      azure: [
        {
          types: [CONTENT_POLICY],
          whenAbsent: "complies",
          cloudDefault: "the filters of the base policy",
          evaluate: ({ props }, context) =>
            mustFilterContent(
              props,
              { filters: "properties.contentFilters", mode: "properties.mode", switches: ["enabled", "blocking"] },
              context,
            ),
        },
        {
          types: [CLASSIC_CONTENT_POLICY],
          whenAbsent: "complies",
          cloudDefault: "the filters of the base policy",
          evaluate: ({ props }, context) =>
            mustFilterContent(
              props,
              { filters: "contentFilters", mode: "mode", switches: ["filterEnabled", "blockEnabled"] },
              context,
            ),
        },
      ],
    },
  },
  {
    id: "ai-service-diagnostic-logs",
    title: "AI services send their logs to a place of yours",
    severity: "medium",
    why: "Without diagnostic settings nobody can say who called which model, or listed the account's keys.",
    remedy: "Create a diagnostic setting for the account that sends its log categories to Log Analytics.",
    url: "https://learn.microsoft.com/azure/ai-services/diagnostic-logging",
    frameworks: {
      nist80053: ["AU-2", "AU-6", "AU-12"],
      iso27001: ["A.8.15"],
      soc2: ["CC7.2"],
      pciDss: ["10.2.1"],
      mitreAtlas: ["AML.M0024"],
      azurePolicy: ["1b4d1c4e"],
    },
    stackChecks: {
      azure: [
        {
          types: ACCOUNTS,
          requires: "a diagnostic setting with logs for the account",
          evaluate: (account, stack) => mustSendLogs(account, stack, "account"),
        },
      ],
    },
  },
];

/** Controls of hosted AI services: Amazon Bedrock, Azure OpenAI and the other Azure AI services. */
export const aiServices: Topic = { title: "AI services", controls };
