// Answers for look-ups (Pulumi calls them invokes or functions): the user's fixtures first, then obviously fake values
// for the few that nearly every program makes: whose account, project, region and client am I?

import { isDeepStrictEqual } from "node:util";
import type { Fixtures, Properties, Value } from "../protocol/messages.ts";

/** What a look-up may depend on besides its arguments. */
export interface InvokeContext {
  /** Inputs of the provider that the look-up goes to; empty for a default provider without configuration. */
  provider: Properties;
}

const FAKE_ACCOUNT = "000000000000";
const FAKE_PROJECT = "offline-preview";
const FAKE_UUID = "00000000-0000-0000-0000-000000000000";

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

// Providers take lists as JSON text.
function firstOf(value: Value | undefined): string | undefined {
  if (Array.isArray(value)) return text(value[0]);
  if (typeof value !== "string" || !value.startsWith("[")) return undefined;
  try {
    return text((JSON.parse(value) as Value[])[0]);
  } catch {
    return undefined;
  }
}

function awsAccount({ provider }: InvokeContext): string {
  return firstOf(provider.allowedAccountIds) ?? FAKE_ACCOUNT;
}

function awsPartition(region: string): { partition: string; dnsSuffix: string } {
  if (region.startsWith("cn-")) return { partition: "aws-cn", dnsSuffix: "amazonaws.com.cn" };
  if (region.startsWith("us-gov-")) return { partition: "aws-us-gov", dnsSuffix: "amazonaws.com" };
  return { partition: "aws", dnsSuffix: "amazonaws.com" };
}

function awsRegion(args: Properties, { provider }: InvokeContext): string {
  return text(args.region) ?? text(args.name) ?? text(provider.region) ?? "us-east-1";
}

function azureClient({ provider }: InvokeContext): Properties {
  return {
    clientId: text(provider.clientId) ?? FAKE_UUID,
    objectId: FAKE_UUID,
    subscriptionId: text(provider.subscriptionId) ?? FAKE_UUID,
    tenantId: text(provider.tenantId) ?? FAKE_UUID,
  };
}

const BUILT_IN: Record<string, (args: Properties, context: InvokeContext) => Properties> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, context) => {
    const accountId = awsAccount(context);
    const { partition } = awsPartition(awsRegion({}, context));
    return {
      accountId,
      arn: `arn:${partition}:iam::${accountId}:user/offline-preview`,
      id: accountId,
      userId: "OFFLINEPREVIEW",
    };
  },
  "aws:index/getRegion:getRegion": (args, context) => {
    const region = awsRegion(args, context);
    return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getPartition:getPartition": (_, context) => {
    const { partition, dnsSuffix } = awsPartition(awsRegion({}, context));
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
  },
  "gcp:organizations/getProject:getProject": (args, { provider }) => {
    const projectId = text(args.projectId) ?? text(provider.project) ?? FAKE_PROJECT;
    return { id: `projects/${projectId}`, projectId, name: projectId, number: FAKE_ACCOUNT, orgId: "", folderId: "" };
  },
  "gcp:organizations/getClientConfig:getClientConfig": (_, { provider }) => {
    const project = text(provider.project) ?? FAKE_PROJECT;
    const region = text(provider.region) ?? "us-central1";
    const zone = text(provider.zone) ?? `${region}-a`;
    return {
      id: `projects/${project}/regions/${region}/zones/${zone}`,
      project,
      region,
      zone,
      accessToken: "offline-preview",
      defaultLabels: {},
    };
  },
  "azure-native:authorization:getClientConfig": (_, context) => azureClient(context),
  "azure:core/getClientConfig:getClientConfig": (_, context) => ({ id: "offline-preview", ...azureClient(context) }),
};

/** The answer for a look-up, or undefined if nobody has one. */
export function answerInvoke(
  token: string,
  args: Properties,
  context: InvokeContext,
  fixtures: Fixtures,
): Properties | undefined {
  for (const fixture of fixtures.invokes[token] ?? []) {
    const wanted = Object.entries(fixture.args ?? {});
    if (wanted.every(([key, value]) => isDeepStrictEqual(args[key], value))) return fixture.result;
  }
  return BUILT_IN[token]?.(args, context);
}

/** Says what to put into the fixtures file for a look-up that must be answered. */
export function missingFixture(token: string, args: Properties): string {
  const fixture = JSON.stringify({ invokes: { [token]: [{ args, result: {} }] } });
  return (
    `the look-up ${token} has no answer offline and the program waits for it: ` +
    `add it to the file of --fixtures, with the result filled in: ${fixture}`
  );
}
