import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../names.ts";
import { InvalidInputError } from "../problems.ts";
import { resourceGroupId, resourceId } from "./ids.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";

/** Arguments of {@link WorkloadIdentity}. */
export interface WorkloadIdentityArgs {
  /** Subscription. */
  subscriptionId: string;
  /** Resource group that the identity is created in. */
  resourceGroupName: string;
  /** Region. */
  location: string;
  /** Name of the identity. */
  identityName: string;
  /**
   * Resource ids of the blob containers that it may list and read.
   * @default []
   */
  readContainerIds?: pulumi.Input<string>[];
  /**
   * Resource ids of the blob containers that it may list, read, write and delete from.
   * @default []
   */
  writeContainerIds?: pulumi.Input<string>[];
  /**
   * Tags.
   * @default {}
   */
  tags?: { [key: string]: string };
}

/**
 * An identity for notebooks and jobs that may use exactly the containers it is given, and nothing else. It needs no right
 * on their keys: the storage account itself unwraps them.
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Resource id of the user-assigned identity. */
  readonly identityId: string;
  /** Object id of its service principal: what roles are assigned to. */
  readonly principalId: pulumi.Output<string>;
  /** Client id, with which code asks for tokens. */
  readonly clientId: pulumi.Output<string>;
  /** Resources that must exist before something can run as the identity. */
  readonly usable: pulumi.Resource[];

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Arguments.
   * @param opts Resource options. Containers that are created in the same program belong into `dependsOn`.
   */
  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:azure:WorkloadIdentity", name, {}, opts);
    const { subscriptionId, resourceGroupName, location, identityName, tags = {} } = args;
    const groupId = resourceGroupId(subscriptionId, resourceGroupName);
    this.identityId = resourceId(groupId, "Microsoft.ManagedIdentity/userAssignedIdentities", identityName);
    const identity = new UserAssignedIdentity(
      `${name}-identity`,
      { resourceName: identityName, resourceGroupName, location, tags },
      { parent: this },
    );
    const grants = (access: string, containerIds: pulumi.Input<string>[]) =>
      containerIds.map(
        (containerId, index) =>
          new DataGrant(
            `${name}-${access}-${labelOf(containerId, index)}`,
            { containerId, access, principalId: identity.principalId, principalKey: this.identityId },
            { parent: this },
          ),
      );
    this.principalId = identity.principalId;
    this.clientId = identity.clientId;
    this.usable = [
      identity,
      ...grants("read", args.readContainerIds ?? []),
      ...grants("read-write", args.writeContainerIds ?? []),
    ];
    this.registerOutputs({ identityId: this.identityId, principalId: this.principalId, clientId: this.clientId });
  }
}

/** A child's name that stays the same when the list of containers grows, as far as the id is known. */
function labelOf(containerId: pulumi.Input<string>, index: number): string {
  return typeof containerId === "string" ? `${containerId.split("/").at(-1)}-${shortHash(containerId)}` : `${index}`;
}

/** Arguments of {@link DataGrant}. */
export interface DataGrantArgs {
  /** Resource id of the blob container. */
  containerId: pulumi.Input<string>;
  /** Object id of the identity that exists. */
  principalId: pulumi.Input<string>;
  /** `read` or `read-write`. */
  access: string;
  /**
   * `ServicePrincipal`, `User` or `Group`.
   * @default "ServicePrincipal"
   */
  principalType?: string;
  /**
   * Text that stands for the identity in the assignment's name, for an identity of the same program.
   * @default its object id
   */
  principalKey?: string;
}

/** One more container for an identity that exists. It adds a role assignment and changes nothing of the identity. */
export class DataGrant extends pulumi.ComponentResource {
  /**
   * @param name Name of the component; its child's name begins with it.
   * @param args Arguments.
   * @param opts Resource options.
   * @throws InvalidInputError when `access` is neither `read` nor `read-write`.
   */
  constructor(name: string, args: DataGrantArgs, opts?: pulumi.ComponentResourceOptions) {
    const role = dataRole(args.access);
    super("secure-ml-workspace:azure:DataGrant", name, {}, opts);
    assignRole(
      `${name}-role`,
      {
        role,
        scope: args.containerId,
        principalId: args.principalId,
        principalType: args.principalType ?? "ServicePrincipal",
        principalKey: args.principalKey,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function dataRole(access: string): string {
  if (access === "read") return BUILT_IN_ROLES.storageBlobDataReader;
  if (access === "read-write") return BUILT_IN_ROLES.storageBlobDataContributor;
  throw new InvalidInputError("The data grant", [{ path: "access", message: "use `read` or `read-write`" }]);
}
