/** Resource ids and deterministic GUIDs, so that role scopes and names are known before anything exists. */
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** Id of a resource group. */
export function resourceGroupId(subscriptionId: string, resourceGroupName: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}`;
}

/**
 * Id of a resource: `resourceId(group, "Microsoft.Network/virtualNetworks/subnets", "net", "endpoints")`.
 * @param groupId Id of the resource group.
 * @param type Provider and type; a nested type takes one name for each level.
 */
export function resourceId(groupId: string, type: string, ...names: string[]): string {
  const [provider, ...types] = type.split("/");
  const levels = types.map((level, index) => `${level}/${names[index]}`);
  return `${groupId}/providers/${provider}/${levels.join("/")}`;
}

/** Applies a function to text that may be an output. Plain text stays plain, so that it is known in a preview. */
export function mapText(text: pulumi.Input<string>, change: (text: string) => string): pulumi.Input<string> {
  return typeof text === "string" ? change(text) : pulumi.output(text).apply(change);
}

/** A storage account's place in Azure, read from its id. */
export interface StorageAccountParts {
  /** Subscription of the account. */
  subscriptionId: string;
  /** Resource group of the account. */
  resourceGroupName: string;
  /** Name of the account. */
  accountName: string;
}

/** Reads the id of a storage account, or of something below it. Gives undefined for anything else. */
export function storageAccountParts(id: string): StorageAccountParts | undefined {
  const pattern =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Storage\/storageAccounts\/([^/]+)(\/|$)/i;
  const match = pattern.exec(id);
  if (!match) return undefined;
  const [subscriptionId, resourceGroupName, accountName] = match.slice(1, 4) as [string, string, string];
  return { subscriptionId, resourceGroupName, accountName };
}

/** Namespace of this package's GUIDs, as RFC 9562 asks for: any fixed UUID. */
const NAMESPACE = "8f1f6f0e5d0b4c1a9b7a2f1f3c9e6d42";

/** A name-based GUID (version 5): the same text always gives the same GUID. */
export function guid(text: string): string {
  const bytes = createHash("sha1").update(Buffer.from(NAMESPACE, "hex")).update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
