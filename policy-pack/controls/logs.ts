/** Controls of where logs are kept: CloudWatch, Cloud Logging, Log Analytics and Application Insights. */
import { onlyIf } from "../checks/conditions.ts";
import { mustNameKmsKey } from "../checks/customer-keys.ts";
import { grantTypes, noPublicMember } from "../checks/public-members.ts";
import { mustNotLetEverybodyIn } from "../checks/resource-policies.ts";
import type { Control, Topic } from "../control.ts";
import { type Finding, mustBeBetween, mustBeSet, mustEqual, same } from "../findings.ts";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const LOG_BUCKETS = ["project", "folder", "organization", "billingAccount"].map(
  (level) => `gcp:logging/${level}BucketConfig:${level[0]!.toUpperCase()}${level.slice(1)}BucketConfig`,
);
const LOG_ANALYTICS = "azure-native:operationalinsights:Workspace";
const APP_INSIGHTS = "azure-native:applicationinsights:Component";

const controls: Control[] = [
  {
    id: "log-no-public-access",
    title: "No policy or binding lets everybody read or write logs",
    severity: "high",
    why: "Logs show how the workspace is built and who works in it; whoever can write them hides what they did.",
    remedy: "Name services and accounts, and give the service's source account as a condition.",
    frameworks: { nist80053: ["AC-3", "AU-9"], iso27001: ["A.8.15"] },
    checks: {
      aws: [
        {
          types: ["aws:cloudwatch/logResourcePolicy:LogResourcePolicy"],
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "policyDocument"),
        },
        {
          types: ["aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy"],
          whenAbsent: "complies",
          cloudDefault: "the account's own policies decide",
          evaluate: ({ props }) => mustNotLetEverybodyIn(props, "accessPolicy"),
        },
      ],
      gcp: [
        {
          types: grantTypes("gcp:logging/logViewIam"),
          whenAbsent: "complies",
          cloudDefault: "nobody is granted anything",
          evaluate: ({ props }) => noPublicMember(props),
        },
      ],
    },
  },
  {
    id: "log-cmk",
    title: "Logs are encrypted with a customer-managed key",
    severity: "medium",
    why: "Notebook and job logs repeat pieces of the data that they work on.",
    remedy: "Name the workspace's log key; on Azure link the workspace to a dedicated cluster that has one.",
    frameworks: {
      nist80053: ["AU-9", "SC-12", "SC-28"],
      iso27001: ["A.8.15", "A.8.24"],
      googlePolicy: ["constraints/gcp.restrictNonCmekServices"],
      checkov: ["CKV_AWS_158"],
    },
    checks: {
      aws: [
        {
          types: [LOG_GROUP],
          whenAbsent: "violates",
          cloudDefault: "a key that AWS manages",
          evaluate: ({ props }) => mustNameKmsKey(props, "kmsKeyId"),
        },
      ],
      gcp: [
        {
          types: LOG_BUCKETS,
          whenAbsent: "violates",
          cloudDefault: "a key that Google manages",
          evaluate: ({ props }) => mustBeSet(props, "cmekSettings.kmsKeyName"),
        },
      ],
    },
  },
  {
    id: "log-retention",
    title: "Logs are kept long enough to investigate an incident",
    severity: "medium",
    why: "Many intrusions are found months later, when logs of thirty days have long gone.",
    remedy: "Keep logs for at least the configured number of days.",
    frameworks: {
      nist80053: ["AU-11", "SI-12"],
      iso27001: ["A.8.15"],
      soc2: ["CC7.2"],
      pciDss: ["10.5.1"],
      securityHub: ["CloudWatch.16"],
      checkov: ["CKV_AWS_338"],
    },
    parameters: {
      minimumDays: {
        description: "Shortest time that logs are kept, in days.",
        type: "integer",
        default: 365,
        minimum: 1,
        maximum: 3653,
      },
    },
    checks: {
      aws: [
        {
          types: [LOG_GROUP],
          whenAbsent: "complies",
          cloudDefault: "kept for ever",
          evaluate: ({ props }, context) => {
            const tooShort = keepsAtLeast(props, context.number("minimumDays"), "complies");
            const ends = onlyIf(props, "retentionInDays", (days) => !same(days, 0), tooShort);
            // The class DELIVERY only passes logs on, and always keeps them for two days.
            return onlyIf(props, "logGroupClass", (name) => !same(name, "DELIVERY"), ends);
          },
        },
      ],
      gcp: [
        {
          types: LOG_BUCKETS,
          whenAbsent: "violates",
          cloudDefault: "30 days",
          evaluate: ({ props }, context) =>
            mustBeBetween(
              props,
              "retentionDays",
              { min: context.number("minimumDays") },
              { absent: context.number("minimumDays") > 30 ? "violates" : "complies" },
            ),
        },
      ],
      azure: [
        {
          types: [LOG_ANALYTICS],
          whenAbsent: "violates",
          cloudDefault: "30 days",
          evaluate: ({ props }, context) => {
            const days = context.number("minimumDays");
            return keepsAtLeast(props, days, days > 30 ? "violates" : "complies");
          },
        },
      ],
    },
  },
  {
    id: "log-private-network",
    title: "Logs are written and read over private networks only",
    severity: "medium",
    why: "An open ingestion endpoint is a way out for data, and open queries show the logs to any stolen token.",
    remedy: "Disable public access for ingestion and query, and use a private link scope.",
    url: "https://learn.microsoft.com/azure/azure-monitor/logs/private-link-security",
    frameworks: {
      nist80053: ["AC-4", "AU-9", "SC-7"],
      iso27001: ["A.8.15"],
      pciDss: ["1.4.4", "10.3.1", "10.3.2"],
      azurePolicy: ["6c53d030", "1bc02227"],
    },
    checks: {
      azure: [
        {
          types: [LOG_ANALYTICS, APP_INSIGHTS],
          whenAbsent: "violates",
          cloudDefault: "Enabled for both",
          evaluate: ({ props }) => [
            ...mustEqual(props, "publicNetworkAccessForIngestion", "Disabled", { absent: "violates" }),
            ...mustEqual(props, "publicNetworkAccessForQuery", "Disabled", { absent: "violates" }),
          ],
        },
      ],
    },
  },
  {
    id: "log-no-shared-keys",
    title: "Logs are taken from identities, not from holders of a key",
    severity: "medium",
    why: "Whoever finds the instrumentation or workspace key can flood the logs, or write false ones into them.",
    remedy: "Set disableLocalAuth to true and let clients sign in with their identities.",
    url: "https://learn.microsoft.com/azure/azure-monitor/app/azure-ad-authentication",
    frameworks: {
      nist80053: ["AC-6", "AU-9", "IA-2"],
      pciDss: ["7.2.1", "7.2.2"],
      azurePolicy: ["e15effd4", "199d5677"],
    },
    checks: {
      azure: [
        {
          types: [LOG_ANALYTICS],
          whenAbsent: "violates",
          cloudDefault: "keys are accepted",
          evaluate: ({ props }) => mustEqual(props, "features.disableLocalAuth", true, { absent: "violates" }),
        },
        {
          types: [APP_INSIGHTS],
          whenAbsent: "violates",
          cloudDefault: "keys are accepted",
          evaluate: ({ props }) => mustEqual(props, "disableLocalAuth", true, { absent: "violates" }),
        },
      ],
    },
  },
];

function keepsAtLeast(props: object, days: number, absent: "complies" | "violates"): Finding[] {
  return mustBeBetween(props, "retentionInDays", { min: days }, { absent });
}

/** Logs. */
export const logs: Topic = { title: "Logs", controls };
