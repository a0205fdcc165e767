import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "./clouds.ts";
import { resourceGroupId, resourceId } from "./ids.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";

/** What a key vault needs to know. */
export interface VaultSettings {
  /** Microsoft Entra tenant whose principals may get roles on the vault. */
  tenantId: string;
  /** Resource group. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the vault, unique in the world. */
  vaultName: string;
  /** Whether the vault can hold HSM keys. */
  hsm: boolean;
  /**
   * Whether the public endpoint stays on, behind a firewall that admits nobody but trusted services. Off, the endpoint
   * refuses the same callers, and nobody can open it with a rule. Default: false.
   */
  firewallOnly?: boolean;
  /** Tags. */
  tags: Record<string, string>;
}

/**
 * A private vault: access by Azure RBAC only, no public network path, nothing can be purged before 90 days are over.
 * Trusted services may pass the firewall, because storage, the registry and Azure ML unwrap their keys from outside of
 * the network; they still need a role. https://learn.microsoft.com/azure/key-vault/general/overview-vnet-service-endpoints#trusted-services
 */
export function createVault(name: string, settings: VaultSettings, opts: pulumi.CustomResourceOptions): Vault {
  return new Vault(
    name,
    {
      vaultName: settings.vaultName,
      resourceGroupName: settings.resourceGroupName,
      location: settings.location,
      properties: {
        tenantId: settings.tenantId,
        sku: { family: "A", name: settings.hsm ? "premium" : "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        enabledForDeployment: false,
        enabledForDiskEncryption: false,
        enabledForTemplateDeployment: false,
        publicNetworkAccess: settings.firewallOnly ? "Enabled" : "Disabled",
        networkAcls: { defaultAction: "Deny", bypass: "AzureServices", ipRules: [], virtualNetworkRules: [] },
      },
      tags: settings.tags,
    },
    opts,
  );
}

/** Arguments of {@link CustomerManagedKey}. */
export interface CustomerManagedKeyArgs {
  /** Subscription of the vault. */
  subscriptionId: string;
  /** Resource group of the vault. The encryption identity is created in it as well. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the vault, which must use Azure RBAC, soft delete and purge protection. */
  vaultName: string;
  /** Name of the key in the vault. */
  keyName: string;
  /**
   * Days between rotations.
   * @default 365
   */
  rotationDays?: number;
  /**
   * Whether the key is made and kept in an HSM. The vault must be of the premium tier.
   * @default false
   */
  hsm?: boolean;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/**
 * A customer-managed key that rotates itself, and an identity that may wrap and unwrap with this one key and nothing
 * else. Services that encrypt at rest (storage, registry, Azure ML) take on that identity.
 */
export class CustomerManagedKey extends pulumi.ComponentResource {
  /** Key identifier without a version: services that take it follow every rotation by themselves. */
  readonly keyId: pulumi.Output<string>;
  /** Key identifier with the current version. */
  readonly keyVersionId: pulumi.Output<string>;
  /** Resource id of the key. */
  readonly keyResourceId: string;
  /** Name of the key. */
  readonly keyName: string;
  /** Resource id of the key's vault. */
  readonly vaultId: string;
  /** URI of the key's vault. */
  readonly vaultUri: string;
  /** Resource id of the encryption identity. */
  readonly identityId: string;
  /** Client id of the encryption identity. */
  readonly identityClientId: pulumi.Output<string>;
  /** Resources that must exist before a service can encrypt with the key. */
  readonly usable: pulumi.Resource[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Arguments.
   * @param opts Resource options.
   */
  constructor(name: string, args: CustomerManagedKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:azure:CustomerManagedKey", name, {}, opts);
    const groupId = resourceGroupId(args.subscriptionId, args.resourceGroupName);
    const identityName = `${args.vaultName}-${args.keyName}`;
    this.keyName = args.keyName;
    this.vaultId = resourceId(groupId, "Microsoft.KeyVault/vaults", args.vaultName);
    this.vaultUri = `https://${args.vaultName}.${cloudOf(args.location).vaultSuffix}`;
    this.keyResourceId = resourceId(groupId, "Microsoft.KeyVault/vaults/keys", args.vaultName, args.keyName);
    this.identityId = resourceId(groupId, "Microsoft.ManagedIdentity/userAssignedIdentities", identityName);

    const key = this.createKey(name, args);
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      {
        resourceName: identityName,
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        tags: args.tags ?? {},
      },
      { parent: this },
    );
    const grant = assignRole(
      `${name}-use`,
      {
        role: BUILT_IN_ROLES.keyVaultCryptoServiceEncryptionUser,
        scope: this.keyResourceId,
        principalId: identity.principalId,
        principalType: "ServicePrincipal",
        principalKey: this.identityId,
        usedAtOnce: true,
      },
      { parent: this, dependsOn: [key] },
    );

    this.keyId = key.keyUri;
    this.keyVersionId = key.keyUriWithVersion;
    this.identityClientId = identity.clientId;
    this.usable = [key, identity, grant];
    this.registerOutputs({ keyId: this.keyId, identityId: this.identityId });
  }

  /**
   * The key is made through the management plane, so the deployer needs no rights on key material and no path to the
   * vault's private endpoint. It never expires: Key Vault refuses to wrap with an expired version, and a service that
   * has not yet moved to the new version would stop.
   */
  private createKey(name: string, args: CustomerManagedKeyArgs): Key {
    return new Key(
      `${name}-key`,
      {
        keyName: args.keyName,
        vaultName: args.vaultName,
        resourceGroupName: args.resourceGroupName,
        properties: {
          kty: args.hsm ? "RSA-HSM" : "RSA",
          keySize: 3072,
          keyOps: ["wrapKey", "unwrapKey"],
          attributes: { enabled: true, exportable: false },
          rotationPolicy: {
            lifetimeActions: [
              { action: { type: "rotate" }, trigger: { timeAfterCreate: `P${args.rotationDays ?? 365}D` } },
            ],
          },
        },
        tags: args.tags ?? {},
      },
      { parent: this },
    );
  }
}
