import { grantTypes } from "../../../policy-pack/checks/public-members.ts";
import type { ControlCases, ResourceCase } from "../cases.ts";
import { unknown } from "../server.ts";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const LOG_BUCKETS = [
  "gcp:logging/projectBucketConfig:ProjectBucketConfig",
  "gcp:logging/folderBucketConfig:FolderBucketConfig",
  "gcp:logging/organizationBucketConfig:OrganizationBucketConfig",
  "gcp:logging/billingAccountBucketConfig:BillingAccountBucketConfig",
];
const LOG_ANALYTICS = "azure-native:operationalinsights:Workspace";
const APP_INSIGHTS = "azure-native:applicationinsights:Component";

function policies(property: string): ResourceCase[] {
  const policy = (principal: unknown) => ({
    [property]: JSON.stringify({
      Statement: { Effect: "Allow", Principal: principal, Action: "logs:PutLogEvents", Resource: "*" },
    }),
  });
  return [
    ["a service", policy({ Service: "delivery.logs.amazonaws.com" }), "complies"],
    ["everybody", policy({ AWS: "*" }), "violates"],
    ["unknown", { [property]: unknown }, "undecided"],
  ];
}

export const cases: ControlCases[] = [
  {
    control: "log-no-public-access",
    type: "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    cases: policies("policyDocument"),
  },
  {
    control: "log-no-public-access",
    type: "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
    cases: policies("accessPolicy"),
  },
  ...grantTypes("gcp:logging/logViewIam").map(
    (type): ControlCases => ({
      control: "log-no-public-access",
      type,
      cases: [
        ["a group", { member: "group:security@example.com" }, "complies"],
        ["any Google account", { member: "allAuthenticatedUsers" }, "violates"],
        ["unknown", { members: unknown }, "undecided"],
      ],
    }),
  ),
  {
    control: "log-cmk",
    type: LOG_GROUP,
    cases: [
      ["a key", { kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1" }, "complies"],
      ["a new key", { kmsKeyId: unknown }, "complies"],
      ["empty", { kmsKeyId: "" }, "violates"],
    ],
  },
  ...LOG_BUCKETS.flatMap((type): ControlCases[] => [
    {
      control: "log-cmk",
      type,
      cases: [
        ["a key", { cmekSettings: { kmsKeyName: "k" } }, "complies"],
        ["a new key", { cmekSettings: { kmsKeyName: unknown } }, "complies"],
        ["empty", { cmekSettings: { kmsKeyName: "" } }, "violates"],
      ],
    },
    {
      control: "log-retention",
      type,
      cases: [
        ["a year", { retentionDays: 365 }, "complies"],
        ["30 days", { retentionDays: 30 }, "violates"],
        ["30 days are enough", {}, "complies", { minimumDays: 30 }],
        ["unknown", { retentionDays: unknown }, "undecided"],
      ],
    },
  ]),
  {
    control: "log-retention",
    type: LOG_GROUP,
    cases: [
      ["a year", { retentionInDays: 365 }, "complies"],
      ["for ever", { retentionInDays: 0 }, "complies"],
      ["30 days", { retentionInDays: 30 }, "violates"],
      ["30 days are enough", { retentionInDays: 30 }, "complies", { minimumDays: 30 }],
      ["passed on", { retentionInDays: 1, logGroupClass: "DELIVERY" }, "complies"],
      ["unknown class", { retentionInDays: 1, logGroupClass: unknown }, "undecided"],
      ["unknown", { retentionInDays: unknown }, "undecided"],
    ],
  },
  {
    control: "log-retention",
    type: LOG_ANALYTICS,
    cases: [
      ["a year", { retentionInDays: 365 }, "complies"],
      ["30 days", { retentionInDays: 30 }, "violates"],
      ["unknown", { retentionInDays: unknown }, "undecided"],
    ],
  },
  ...[LOG_ANALYTICS, APP_INSIGHTS].map(
    (type): ControlCases => ({
      control: "log-private-network",
      type,
      cases: [
        ["off", { publicNetworkAccessForIngestion: "Disabled", publicNetworkAccessForQuery: "Disabled" }, "complies"],
        ["queries are left out", { publicNetworkAccessForIngestion: "Disabled" }, "violates"],
        ["ingestion is left out", { publicNetworkAccessForQuery: "Disabled" }, "violates"],
        [
          "ingestion is open",
          { publicNetworkAccessForIngestion: "Enabled", publicNetworkAccessForQuery: "Disabled" },
          "violates",
        ],
        ["unknown", { publicNetworkAccessForIngestion: unknown, publicNetworkAccessForQuery: "Disabled" }, "undecided"],
      ],
    }),
  ),
  {
    control: "log-no-shared-keys",
    type: LOG_ANALYTICS,
    cases: [
      ["off", { features: { disableLocalAuth: true } }, "complies"],
      ["on", { features: { disableLocalAuth: false } }, "violates"],
      ["unknown", { features: unknown }, "undecided"],
    ],
  },
  {
    control: "log-no-shared-keys",
    type: APP_INSIGHTS,
    cases: [
      ["off", { disableLocalAuth: true }, "complies"],
      ["on", { disableLocalAuth: false }, "violates"],
      ["unknown", { disableLocalAuth: unknown }, "undecided"],
    ],
  },
];
