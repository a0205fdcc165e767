import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobContainerImmutabilityPolicy } from "@pulumi/azure-native/storage/blobContainerImmutabilityPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { cloudOf } from "./clouds.ts";
import { resourceGroupId, resourceId } from "./ids.ts";
import { createStorage } from "./storage-account.ts";

/** Arguments of {@link DataStore}. */
export interface DataStoreArgs {
  /** Subscription. */
  subscriptionId: string;
  /** Resource group. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the storage account: 3 to 24 lower-case letters and digits, unique in the world. */
  accountName: string;
  /** Name of the blob container. */
  containerName: string;
  /** URI of the vault that holds the customer-managed key. */
  vaultUri: pulumi.Input<string>;
  /** Name of the customer-managed key. */
  keyName: pulumi.Input<string>;
  /** Resource id of a user-assigned identity that may wrap and unwrap with the key. */
  keyIdentityId: pulumi.Input<string>;
  /**
   * How long deleted and overwritten blobs can be recovered, in days. Azure keeps deleted blobs for 365 days at most.
   * @default 90
   */
  retentionDays?: number;
  /**
   * How long a new blob version can be neither changed nor deleted, in days. 0 turns immutability off.
   * @default 0
   */
  immutableDays?: number;
  /**
   * Whether Azure's trusted services may pass the account's firewall. Azure ML needs it on its own account only.
   * @default false
   */
  trustedServices?: boolean;
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/**
 * A place for data: a private, encrypted and versioned storage account with one blob container. Each data store has an
 * account of its own, because retention, encryption and the firewall are settings of the account.
 */
export class DataStore extends pulumi.ComponentResource {
  /** Resource id of the storage account. */
  readonly accountId: pulumi.Output<string>;
  /** Resource id of the blob container: the scope of data grants. */
  readonly containerId: string;
  /** URI of the data: `abfss://…`. */
  readonly uri: pulumi.Output<string>;
  /** Resources that must exist before a grant on the container. */
  readonly usable: pulumi.Resource[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Arguments.
   * @param opts Resource options.
   */
  constructor(name: string, args: DataStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:azure:DataStore", name, {}, opts);
    const { accountName, containerName, immutableDays = 0 } = args;
    const { account, blobService } = createStorage(
      name,
      {
        resourceGroupName: args.resourceGroupName,
        location: args.location,
        accountName,
        vaultUri: args.vaultUri,
        keyName: args.keyName,
        keyIdentityId: args.keyIdentityId,
        retentionDays: args.retentionDays ?? 90,
        trustedServices: args.trustedServices ?? false,
        tags: args.tags ?? {},
      },
      { parent: this },
    );
    const place = { accountName, containerName, resourceGroupName: args.resourceGroupName };
    const container = new BlobContainer(
      `${name}-container`,
      { ...place, publicAccess: "None", immutableStorageWithVersioning: { enabled: immutableDays > 0 } },
      { parent: this, dependsOn: [account, blobService] },
    );
    if (immutableDays > 0) this.makeImmutable(name, place, immutableDays, container);

    const groupId = resourceGroupId(args.subscriptionId, args.resourceGroupName);
    this.accountId = account.id;
    this.containerId = resourceId(
      groupId,
      "Microsoft.Storage/storageAccounts/blobServices/containers",
      accountName,
      "default",
      containerName,
    );
    const host = `${accountName}.dfs.${cloudOf(args.location).storageSuffix}`;
    this.uri = container.name.apply(() => `abfss://${containerName}@${host}/`);
    this.usable = [account, container];
    this.registerOutputs({ accountId: this.accountId, containerId: this.containerId, uri: this.uri });
  }

  /** The container's default for every new blob version. Appending would change a blob, so it is not allowed either. */
  private makeImmutable(
    name: string,
    place: { accountName: string; containerName: string; resourceGroupName: string },
    days: number,
    container: BlobContainer,
  ): void {
    new BlobContainerImmutabilityPolicy(
      `${name}-immutability`,
      {
        ...place,
        immutabilityPolicyName: "default",
        immutabilityPeriodSinceCreationInDays: days,
        allowProtectedAppendWrites: false,
        allowProtectedAppendWritesAll: false,
      },
      { parent: this, dependsOn: [container] },
    );
  }
}
