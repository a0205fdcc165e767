import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { ManagementPolicy } from "@pulumi/azure-native/storage/managementPolicy.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import type * as pulumi from "@pulumi/pulumi";
import { hasZones } from "./clouds.ts";

/** The longest time that Azure keeps a deleted blob, in days. */
export const MAX_SOFT_DELETE_DAYS = 365;

/** What a storage account needs to know. */
export interface StorageAccountSettings {
  /** Resource group. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the account, unique in the world. */
  accountName: string;
  /** URI of the vault that holds the key. */
  vaultUri: pulumi.Input<string>;
  /** Name of the key. Its newest version is used: no version is given, so the account follows every rotation. */
  keyName: pulumi.Input<string>;
  /** Resource id of the identity that may wrap and unwrap with the key. */
  keyIdentityId: pulumi.Input<string>;
  /** How long deleted and overwritten blobs can be recovered, in days. */
  retentionDays: number;
  /** Whether Azure's own services (Azure ML, flow logs) reach the account from outside of the network. */
  trustedServices: boolean;
  /** How long current blobs are kept, in days. Without it they are kept until somebody deletes them. */
  expireAfterDays?: number;
  /** Tags. */
  tags: Record<string, string>;
}

/** A storage account with its blob service. */
export interface PrivateStorage {
  /** The account. */
  account: StorageAccount;
  /** Versioning, soft delete and change feed. Containers wait for it: immutability needs versioning. */
  blobService: BlobServiceProperties;
}

/**
 * A private, encrypted storage account without any key, SAS or public access: every request carries an Entra token, over
 * TLS 1.2, through a private endpoint. The namespace is flat, because versioning and version-level immutability do not
 * exist with a hierarchical one: https://learn.microsoft.com/azure/storage/blobs/storage-feature-support-in-storage-accounts
 */
export function createStorage(
  name: string,
  settings: StorageAccountSettings,
  opts: pulumi.CustomResourceOptions,
): PrivateStorage {
  const account = createAccount(`${name}-account`, settings, opts);
  const below = { parent: opts.parent };
  const place = { accountName: settings.accountName, resourceGroupName: settings.resourceGroupName };
  const softDelete = { enabled: true, days: Math.min(settings.retentionDays, MAX_SOFT_DELETE_DAYS) };
  const blobService = new BlobServiceProperties(
    `${name}-blobs`,
    {
      ...place,
      blobServicesName: "default",
      isVersioningEnabled: true,
      changeFeed: { enabled: true, retentionInDays: settings.retentionDays },
      deleteRetentionPolicy: { ...softDelete, allowPermanentDelete: false },
      containerDeleteRetentionPolicy: softDelete,
    },
    { ...below, dependsOn: [account] },
  );
  new ManagementPolicy(
    `${name}-lifecycle`,
    { ...place, managementPolicyName: "default", policy: { rules: lifecycleRules(settings) } },
    { ...below, dependsOn: [blobService] },
  );
  return { account, blobService };
}

function createAccount(
  name: string,
  settings: StorageAccountSettings,
  opts: pulumi.CustomResourceOptions,
): StorageAccount {
  const encrypted = { enabled: true, keyType: "Account" };
  return new StorageAccount(
    name,
    {
      accountName: settings.accountName,
      resourceGroupName: settings.resourceGroupName,
      location: settings.location,
      kind: "StorageV2",
      sku: { name: hasZones(settings.location) ? "Standard_ZRS" : "Standard_LRS" },
      identity: { type: "UserAssigned", userAssignedIdentities: [settings.keyIdentityId] },
      encryption: {
        keySource: "Microsoft.Keyvault",
        keyVaultProperties: { keyName: settings.keyName, keyVaultUri: settings.vaultUri },
        encryptionIdentity: { encryptionUserAssignedIdentity: settings.keyIdentityId },
        requireInfrastructureEncryption: true,
        services: { blob: encrypted, file: encrypted, queue: encrypted, table: encrypted },
      },
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      allowedCopyScope: "PrivateLink",
      publicNetworkAccess: "Disabled",
      networkRuleSet: {
        defaultAction: "Deny",
        bypass: settings.trustedServices ? "AzureServices" : "None",
        ipRules: [],
        virtualNetworkRules: [],
      },
      minimumTlsVersion: "TLS1_2",
      enableHttpsTrafficOnly: true,
      isHnsEnabled: false,
      isLocalUserEnabled: false,
      isSftpEnabled: false,
      enableNfsV3: false,
      tags: settings.tags,
    },
    opts,
  );
}

/** Old versions and snapshots go when they can no longer be needed; soft delete then still keeps them for a while. */
function lifecycleRules({ retentionDays, expireAfterDays }: StorageAccountSettings) {
  const old = { delete: { daysAfterCreationGreaterThan: retentionDays } };
  const rule = (name: string, actions: object) => ({
    name,
    enabled: true,
    type: "Lifecycle",
    definition: { actions, filters: { blobTypes: ["blockBlob"] } },
  });
  const rules = [rule("remove-old-versions", { version: old, snapshot: old })];
  if (!expireAfterDays) return rules;
  const expire = { baseBlob: { delete: { daysAfterModificationGreaterThan: expireAfterDays } } };
  return [...rules, rule("expire", expire)];
}
