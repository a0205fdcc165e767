/** Records an Azure workspace and answers questions about what it grants. */
import assert from "node:assert/strict";
import type { WorkspaceArgs } from "../../components/args.ts";
import { createProvider, SecureMlWorkspace } from "../../components/azure/index.ts";
import { ofType, type RecordOptions, type Registration, record, specFor } from "./record.ts";

/** The subscription of `specFor("azure")`. */
export const SUBSCRIPTION = "55555555-6666-4777-8888-999999999999";

/** The workspace's resource group. */
export const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/fraud-ml-prod`;

/** What Azure would answer, as far as other resources use it. */
export function azureOutputs(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const physical = Object.entries(inputs).find(([key]) =>
    /^(?!resourceGroup|customNetwork).*(Name|^name)$/.test(key),
  )?.[1];
  if (type.endsWith(":UserAssignedIdentity")) return { principalId: `${name}-principal`, clientId: `${name}-client` };
  if (type.endsWith(":keyvault:Key")) {
    const keyUri = `https://${inputs.vaultName}.vault.azure.net/keys/${inputs.keyName}`;
    return { keyUri, keyUriWithVersion: `${keyUri}/1` };
  }
  return { name: physical ?? name };
}

/** Everything that a workspace registers. */
export function recordAzure(
  changes: Partial<WorkspaceArgs> = {},
  options: RecordOptions = {},
): Promise<Registration[]> {
  const args = specFor("azure", changes);
  return record(
    () => {
      const provider = createProvider("target", args);
      new SecureMlWorkspace("fraud-ml", args, { provider });
    },
    { outputs: azureOutputs, ...options },
  );
}

/** The inputs of a registration, loosely typed: tests look at exact values. */
// biome-ignore lint/suspicious/noExplicitAny: inputs have no common type.
export type Inputs = Record<string, any>;

/** The inputs of every registration of a type. */
export function inputsOf(registrations: Registration[], type: string): Inputs[] {
  return ofType(registrations, type).map(({ inputs }) => inputs as Inputs);
}

interface Permission {
  actions: string[];
  dataActions: string[];
  notActions?: string[];
  notDataActions?: string[];
}

const STORAGE = "Microsoft.Storage/storageAccounts";
const BLOBS = `${STORAGE}/blobServices/containers/blobs`;
const FILES = `${STORAGE}/fileServices/fileshares/files`;
const REGISTRY = "Microsoft.ContainerRegistry/registries";

/**
 * The built-in roles that a workspace may use, by GUID, as their reference pages list them. A role that is not here makes
 * the evaluator fail, so that nobody assigns another one unseen.
 */
const BUILT_IN: Record<string, Permission & { name: string }> = {
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": {
    name: "Storage Blob Data Reader",
    actions: [`${STORAGE}/blobServices/containers/read`, `${STORAGE}/blobServices/generateUserDelegationKey/action`],
    dataActions: [`${BLOBS}/read`],
  },
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe": {
    name: "Storage Blob Data Contributor",
    actions: [
      `${STORAGE}/blobServices/containers/delete`,
      `${STORAGE}/blobServices/containers/read`,
      `${STORAGE}/blobServices/containers/write`,
      `${STORAGE}/blobServices/generateUserDelegationKey/action`,
    ],
    dataActions: ["delete", "read", "write", "move/action", "add/action"].map((action) => `${BLOBS}/${action}`),
  },
  "69566ab7-960f-475b-8e7c-b3118f30c6bd": {
    name: "Storage File Data Privileged Contributor",
    actions: [],
    dataActions: ["read", "write", "delete", "modifypermissions/action"]
      .map((action) => `${FILES}/${action}`)
      .concat([
        `${STORAGE}/fileServices/readFileBackupSemantics/action`,
        `${STORAGE}/fileServices/writeFileBackupSemantics/action`,
      ]),
  },
  "7f951dda-4ed3-4680-a7ca-43fe172d538d": { name: "AcrPull", actions: [`${REGISTRY}/pull/read`], dataActions: [] },
  "8311e382-0749-4cb8-b61a-304f252e45ec": {
    name: "AcrPush",
    actions: [`${REGISTRY}/pull/read`, `${REGISTRY}/push/write`],
    dataActions: [],
  },
  "e147488a-f6f5-4113-8e2d-b22465e65bf6": {
    name: "Key Vault Crypto Service Encryption User",
    actions: ["read", "write", "delete"].map((action) => `Microsoft.EventGrid/eventSubscriptions/${action}`),
    dataActions: ["read", "wrap/action", "unwrap/action"].map((action) => `Microsoft.KeyVault/vaults/keys/${action}`),
  },
  "4633458b-17de-408a-b874-0445c86b69e6": {
    name: "Key Vault Secrets User",
    actions: [],
    dataActions: [
      "Microsoft.KeyVault/vaults/secrets/getSecret/action",
      "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
  },
  "516239f1-63e1-4d78-a4de-a74fb236a071": {
    name: "App Configuration Data Reader",
    actions: [],
    dataActions: [
      "Microsoft.AppConfiguration/configurationStores/keyValues/read",
      "Microsoft.AppConfiguration/configurationStores/snapshots/read",
    ],
  },
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": {
    name: "Key Vault Secrets Officer",
    actions: ["Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/secrets/read"],
    dataActions: ["Microsoft.KeyVault/vaults/secrets/*"],
  },
  "b556d68e-0be0-4f35-a333-ad7ee1ce17ea": {
    name: "Azure AI Enterprise Network Connection Approver",
    actions: [
      `${STORAGE}/read`,
      "Microsoft.KeyVault/vaults/read",
      ...[REGISTRY, STORAGE, "Microsoft.KeyVault/vaults"].flatMap((type) => [
        `${type}/privateEndpointConnections/read`,
        `${type}/privateEndpointConnections/write`,
        `${type}/privateEndpointConnectionsApproval/action`,
      ]),
    ],
    dataActions: [],
  },
};

/** What a request to blobs says beyond its action, which conditions may ask for. */
export interface BlobRequest {
  /** Path of the blob. */
  path?: string;
  /** Prefix of a list, which makes the request one. */
  prefix?: string;
}

/** What a workspace's role assignments allow. */
export class Access {
  private readonly assignments: Inputs[];
  private readonly roles: Map<string, Permission>;

  constructor(registrations: Registration[]) {
    this.assignments = inputsOf(registrations, "azure-native:authorization:RoleAssignment");
    const custom = inputsOf(registrations, "azure-native:authorization:RoleDefinition");
    this.roles = new Map<string, Permission>([
      ...Object.entries(BUILT_IN),
      ...custom.map((role) => [role.roleDefinitionId, role.permissions[0]] as [string, Permission]),
    ]);
  }

  /** Whether a principal may do something with a resource, in the management plane or the data plane. */
  can(principalId: string, action: string, resource: string, request: BlobRequest = {}): boolean {
    return this.assignments.some(
      (assignment) =>
        assignment.principalId === principalId &&
        contains(assignment.scope, resource) &&
        allows(this.roleOf(assignment), action) &&
        (!assignment.condition || holds(assignment.condition, action, resource, request)),
    );
  }

  private roleOf({ roleDefinitionId }: Inputs): Permission {
    const role = this.roles.get(String(roleDefinitionId).split("/").at(-1)!);
    if (!role) throw new Error(`${roleDefinitionId} is neither defined here nor in the table of built-in roles`);
    return role;
  }
}

/** Whether a scope is the resource itself or something above it. */
function contains(scope: string, resource: string): boolean {
  return `${resource}/`.toLowerCase().startsWith(`${scope}/`.toLowerCase());
}

function allows(role: Permission, action: string): boolean {
  const plane = /\/(blobs|files|keys|keyValues|secrets)\/|FileBackupSemantics/.test(action) ? "data" : "management";
  const [yes, no] =
    plane === "data" ? [role.dataActions, role.notDataActions ?? []] : [role.actions, role.notActions ?? []];
  return yes.some((pattern) => matches(pattern, action)) && !no.some((pattern) => matches(pattern, action));
}

/** Azure's patterns: `*` stands for any text, and case does not count. */
function matches(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((text) => text.replace(/[.\\/]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}

/**
 * Evaluates a condition: https://learn.microsoft.com/azure/role-based-access-control/conditions-format. An attribute that a
 * request does not have makes a comparison false.
 */
function holds(condition: string, action: string, resource: string, request: BlobRequest): boolean {
  const [, container] = /\/containers\/([^/]+)/.exec(resource) ?? [];
  const attributes: Record<string, string | undefined> = {
    [`@Resource[${STORAGE}/blobServices/containers:name]`]: container,
    [`@Resource[${BLOBS}:path]`]: request.path,
    [`@Request[${BLOBS}:prefix]`]: request.prefix,
  };
  let text = condition
    .replace(/SubOperationMatches\{'Blob\.List'\}/g, String(request.prefix !== undefined))
    .replace(/ActionMatches\{'([^']+)'\}/g, (_, pattern) => String(matches(pattern, action)))
    .replace(/(@\w+\[[^\]]+\]) (String\w+) '([^']*)'/g, (_, attribute, operator, expected) => {
      assert.ok(attribute in attributes, `${attribute} is no attribute that this test knows`);
      const compare = COMPARISONS[operator];
      assert.ok(compare, `${operator} is no operator that this test knows`);
      const actual = attributes[attribute];
      return String(actual !== undefined && compare(actual, expected));
    });
  while (text.includes("("))
    text = text.replace(/!?\(([^()]*)\)/, (whole, inner) => String(whole[0] === "!" ? !flat(inner) : flat(inner)));
  return flat(text);
}

const COMPARISONS: Record<string, (actual: string, expected: string) => boolean> = {
  StringStartsWith: (actual, expected) => actual.startsWith(expected),
  StringNotStartsWith: (actual, expected) => !actual.startsWith(expected),
  StringNotEquals: (actual, expected) => actual !== expected,
};

/** A condition without brackets: `AND` binds tighter than `OR`. */
function flat(text: string): boolean {
  return text.split(" OR ").some((part) =>
    part.split(" AND ").every((term) => {
      assert.match(term.trim(), /^(NOT )?(true|false)$/, "a condition that this test cannot read");
      return /^(true|NOT false)$/.test(term.trim());
    }),
  );
}
