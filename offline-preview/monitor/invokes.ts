// Answers for look-ups (Pulumi calls them invokes or functions): the user's fixtures first, then obviously fake values
// for the few that nearly every program makes: whose account, project, region and client am I?

import { isDeepStrictEqual } from "node:util";
import { awsPlace, azurePlace, gcpPlace } from "../assumed/places.ts";
import { text } from "../assumed/resource.ts";
import type { Fixtures, Properties } from "../protocol/messages.ts";
import { isUnknown, plainProperties, UNKNOWN } from "../protocol/properties.ts";

/** What a look-up may depend on besides its arguments. */
export interface InvokeContext {
  /** Inputs of the provider that the look-up goes to; empty for a default provider without configuration. */
  provider: Properties;
}

// What the provider does not know itself yet is unknown to the program too, and not fake.
function unlessUnknown(provider: Properties, input: string, known: string): string {
  return isUnknown(provider[input]) ? UNKNOWN : known;
}

function awsRegion(args: Properties, { provider }: InvokeContext): string {
  const named = text(args.region) ?? text(args.name);
  return named ?? unlessUnknown(provider, "region", awsPlace(provider).region);
}

function azureClient({ provider }: InvokeContext): Properties {
  const { client, object, subscription, tenant } = azurePlace(provider);
  return {
    clientId: unlessUnknown(provider, "clientId", client),
    objectId: object,
    subscriptionId: unlessUnknown(provider, "subscriptionId", subscription),
    tenantId: unlessUnknown(provider, "tenantId", tenant),
  };
}

const BUILT_IN: Record<string, (args: Properties, context: InvokeContext) => Properties> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { provider }) => {
    const { account, partition } = awsPlace(provider);
    return {
      accountId: account,
      arn: `arn:${partition}:iam::${account}:user/offline-preview`,
      id: account,
      userId: "OFFLINEPREVIEW",
    };
  },
  "aws:index/getRegion:getRegion": (args, context) => {
    const region = awsRegion(args, context);
    return { id: region, name: region, region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getPartition:getPartition": (_, { provider }) => {
    const { partition, dnsSuffix } = awsPlace(provider);
    return { id: partition, partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
  },
  "gcp:organizations/getProject:getProject": (args, { provider }) => {
    const { project, number } = gcpPlace(provider, {});
    const projectId = text(args.projectId) ?? unlessUnknown(provider, "project", project);
    return { id: `projects/${projectId}`, projectId, name: projectId, number, orgId: "", folderId: "" };
  },
  "gcp:organizations/getClientConfig:getClientConfig": (_, { provider }) => {
    const place = gcpPlace(provider, {});
    const project = unlessUnknown(provider, "project", place.project);
    const region = unlessUnknown(provider, "region", place.region);
    const zone = unlessUnknown(provider, "zone", place.zone);
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

/** Says what to put into the fixtures file for a look-up that must be answered. Secret arguments are left out. */
export function missingFixture(token: string, args: Properties): string {
  const fixture = JSON.stringify({ invokes: { [token]: [{ args: plainProperties(args), result: {} }] } });
  return (
    `the look-up ${token} has no answer offline and the program waits for it: ` +
    `add it to the file of --fixtures, with the result filled in: ${fixture}`
  );
}
