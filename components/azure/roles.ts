/** Role definitions and assignments with deterministic names. */
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import * as pulumi from "@pulumi/pulumi";
import { waitAfterCreation } from "../propagation.ts";
import { guid, mapText } from "./ids.ts";

/**
 * The built-in roles in use. Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 * None of them is a general role such as Owner, Contributor or Reader.
 */
export const BUILT_IN_ROLES = {
  /** Read blobs and list containers. */
  storageBlobDataReader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  /** Read, write and delete blobs. */
  storageBlobDataContributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  /** Read, write and delete files through REST, which is how Azure ML keeps notebooks without account keys. */
  storageFileDataPrivilegedContributor: "69566ab7-960f-475b-8e7c-b3118f30c6bd",
  /** Pull images. */
  acrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  /** Pull and push images. */
  acrPush: "8311e382-0749-4cb8-b61a-304f252e45ec",
  /** Read a key's metadata, wrap and unwrap with it: what a service needs to encrypt at rest. */
  keyVaultCryptoServiceEncryptionUser: "e147488a-f6f5-4113-8e2d-b22465e65bf6",
  /** Read and write secrets. */
  keyVaultSecretsOfficer: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  /** Read the values of secrets. */
  keyVaultSecretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  /** Read the settings of an App Configuration store. */
  appConfigurationDataReader: "516239f1-63e1-4d78-a4de-a74fb236a071",
  /** Approve the private endpoints of Azure ML's managed network. */
  networkConnectionApprover: "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
};

/** Id of a built-in or custom role definition in a subscription. */
export function roleDefinitionId(subscriptionId: string, role: string): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}

/** One role for one principal at one scope. */
export interface Grant {
  /** GUID of the role definition. */
  role: string;
  /** Id of what the role is given on. */
  scope: pulumi.Input<string>;
  /** Object id of the principal. */
  principalId: pulumi.Input<string>;
  /** `ServicePrincipal`, `User` or `Group`. Azure then does not look a brand-new principal up, which would fail. */
  principalType: string;
  /** Text that stands for the principal in the assignment's name. Default: its object id. */
  principalKey?: string;
  /** Condition (ABAC) that narrows the role. A principal has a role on a scope once, whatever its condition. */
  condition?: string;
  /** Whether something that is created next needs the grant, so that an update waits until it is in force. Default: false. */
  usedAtOnce?: boolean;
}

/**
 * How long an update waits after a grant that is used at once, in seconds: as long as Azure's own verified modules wait
 * by default. The engine holds other new resources back meanwhile, so several such grants wait one after another. Azure
 * says that it can take up to 10 minutes (https://learn.microsoft.com/azure/role-based-access-control/troubleshooting):
 * then the update fails where it stands, and goes on from there when it is run again.
 */
export const PROPAGATION_SECONDS = 30;

/**
 * Assigns a role. The assignment's name is a GUID made of scope, principal and role: the same grant always has the same
 * name, and no two grants share one.
 */
export function assignRole(name: string, grant: Grant, opts: pulumi.CustomResourceOptions): RoleAssignment {
  return new RoleAssignment(
    name,
    {
      roleAssignmentName: assignmentName(grant.scope, grant.principalKey ?? grant.principalId, grant.role),
      roleDefinitionId: definitionFor(grant.scope, grant.role),
      scope: grant.scope,
      principalId: grant.principalId,
      principalType: grant.principalType,
      ...(grant.condition ? { condition: grant.condition, conditionVersion: "2.0" } : {}),
    },
    { ...opts, ...(grant.usedAtOnce ? waitAfterCreation(`${name}-propagation`, PROPAGATION_SECONDS) : {}) },
  );
}

/** Role definitions are addressed through the subscription of the scope, which may differ from the workspace's. */
function definitionFor(scope: pulumi.Input<string>, role: string): pulumi.Input<string> {
  return mapText(scope, (id) => roleDefinitionId(id.split("/")[2] ?? "", role));
}

function assignmentName(
  scope: pulumi.Input<string>,
  principal: pulumi.Input<string>,
  role: string,
): pulumi.Input<string> {
  const nameOf = (parts: string[]) => guid([...parts, role].join("|").toLowerCase());
  if (typeof scope === "string" && typeof principal === "string") return nameOf([scope, principal]);
  return pulumi.all([scope, principal]).apply(nameOf);
}
