// Where a resource would be: account, region and partition; project; subscription and tenant. From its provider's
// inputs, else obviously fake. A program that asks for them gets the same (monitor/invokes.ts).

import type { Properties, Value } from "../protocol/messages.ts";
import { plain, text } from "./resource.ts";

const FAKE_ACCOUNT = "000000000000";
const FAKE_PROJECT = "offline-preview";
const FAKE_UUID = "00000000-0000-0000-0000-000000000000";

/** An AWS account and region. */
export interface AwsPlace {
  account: string;
  region: string;
  partition: string;
  /** Domain of the partition's service endpoints. */
  dnsSuffix: string;
}

/** The place of an AWS resource; `region` is the resource's own, where it has one. */
export function awsPlace(provider: Properties, region?: Value): AwsPlace {
  const where = text(region) ?? text(provider.region) ?? "us-east-1";
  return { account: firstOf(provider.allowedAccountIds) ?? FAKE_ACCOUNT, region: where, ...awsPartition(where) };
}

function awsPartition(region: string): { partition: string; dnsSuffix: string } {
  if (region.startsWith("cn-")) return { partition: "aws-cn", dnsSuffix: "amazonaws.com.cn" };
  if (region.startsWith("us-gov-")) return { partition: "aws-us-gov", dnsSuffix: "amazonaws.com" };
  return { partition: "aws", dnsSuffix: "amazonaws.com" };
}

// A provider's lists come as JSON text.
function firstOf(value: Value | undefined): string | undefined {
  let list = plain(value);
  if (typeof list === "string" && list.startsWith("[")) {
    try {
      list = JSON.parse(list) as Value;
    } catch {
      return undefined;
    }
  }
  return Array.isArray(list) ? text(list[0]) : undefined;
}

/** A Google Cloud project and location. */
export interface GcpPlace {
  project: string;
  /** The project's number. */
  number: string;
  region: string;
  zone: string;
  /** Region, zone or multi-region, whichever the resource has. */
  location: string;
}

/** The place of a Google Cloud resource. */
export function gcpPlace(provider: Properties, inputs: Properties): GcpPlace {
  const zoneOfResource = lastSegment(text(inputs.zone));
  const regionOfZone = zoneOfResource?.replace(/-[a-z]$/, "");
  const region = lastSegment(text(inputs.region)) ?? regionOfZone ?? text(provider.region) ?? "us-central1";
  const zone = zoneOfResource ?? text(provider.zone) ?? `${region}-a`;
  return {
    project: text(inputs.project)?.replace(/^projects\//, "") ?? text(provider.project) ?? FAKE_PROJECT,
    number: FAKE_ACCOUNT,
    region,
    zone,
    location: text(inputs.location) ?? zoneOfResource ?? region,
  };
}

// Regions and zones may be given as links.
function lastSegment(value: string | undefined): string | undefined {
  return value?.slice(value.lastIndexOf("/") + 1);
}

/** An Azure subscription and tenant, and the client that deploys. */
export interface AzurePlace {
  subscription: string;
  tenant: string;
  client: string;
  /** The client's object in the directory, which no provider is told. */
  object: string;
}

/** The place of an Azure resource. */
export function azurePlace(provider: Properties): AzurePlace {
  return {
    subscription: text(provider.subscriptionId) ?? FAKE_UUID,
    tenant: text(provider.tenantId) ?? FAKE_UUID,
    client: text(provider.clientId) ?? FAKE_UUID,
    object: FAKE_UUID,
  };
}
