/** The vault of the steps' secrets: who may read each one, and who may set it. */
import { Secret } from "@pulumi/azure-native/keyvault/secret.js";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretOutputs } from "../platform.ts";
import type { CustomRoles } from "./custom-roles.ts";
import type { PrivateTarget } from "./egress.ts";
import { connect, type EndpointSite } from "./endpoints.ts";
import { resourceId } from "./ids.ts";
import { createVault } from "./keys.ts";
import { audit, type LogStores } from "./logs.ts";
import type { Context } from "./place.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";

/** The steps' secrets. */
export interface SecretStore {
  /** URIs without a version, by name: what a client library takes. */
  outputs: SecretOutputs;
  /** How jobs reach the vault; absent when the spec has no secret. */
  target?: PrivateTarget;
  /** Resources to wait for before a grant on a secret. */
  usable: pulumi.Resource[];
}

/**
 * Creates a vault for secrets, beside the one of Azure ML's connections, which Azure ML may read and write. Each secret is
 * created without its value, disabled and with a placeholder, so that a role can be given on it alone. What an operator sets
 * later is a new version. Pulumi never changes a secret: any update, of a tag as well, would make the placeholder the newest.
 */
export function createSecrets(context: Context, { logs, site }: { logs: LogStores; site: EndpointSite }): SecretStore {
  const { name, workspace, place, opts } = context;
  if (workspace.secrets.length === 0) return { outputs: {}, usable: [] };
  const settings = { ...place, vaultName: secretVaultName(context), hsm: false };
  const vault = createVault(`${name}-step-secrets`, settings, opts);
  connect(context, site, "step-secrets", vault.id, "vault");
  audit(context, logs, "step-secrets", vault.id);
  const secrets = workspace.secrets.map(({ name: secret, rotationDays }) => {
    const created = new Secret(
      `${name}-secret-${secret}`,
      {
        secretName: secret,
        vaultName: secretVaultName(context),
        resourceGroupName: place.resourceGroupName,
        properties: { value: "an operator sets this", contentType: "text/plain", attributes: { enabled: false } },
        tags: { ...place.tags, "rotation-days": String(rotationDays) },
      },
      { ...opts, dependsOn: [vault], ignoreChanges: ["properties", "tags"] },
    );
    return [secret, created] as const;
  });
  const usable = [vault, ...secrets.map(([, created]) => created)];
  const approverRole = BUILT_IN_ROLES.networkConnectionApprover;
  const target = { label: "step-secrets", serviceId: vaultId(context), group: "vault", approverRole, usable };
  const uris = secrets.map(([secret, { name: created }]) => {
    return [secret, created.apply(() => secretUri(context, secret))] as const;
  });
  return { outputs: Object.fromEntries(uris), target, usable };
}

/** Resource id of a secret: the scope of the grants on it. */
export function secretIdOf(context: Context, secret: string): string {
  return `${vaultId(context)}/secrets/${secret}`;
}

/** URI of a secret, without a version: readers get the newest one. */
export function secretUri(context: Context, secret: string): string {
  return `https://${secretVaultName(context)}.${context.place.cloud.vaultSuffix}/secrets/${secret}`;
}

/** Lets operators set secrets, and neither read nor list nor delete them. */
export function admitSecretWriters(context: Context, roles: CustomRoles, { usable }: SecretStore): void {
  if (usable.length === 0) return;
  for (const person of context.workspace.people.operators) {
    assignRole(
      `${context.name}-person-${person.name}-secrets`,
      {
        role: roles.id("secretWriter"),
        scope: vaultId(context),
        principalId: person.azure!,
        principalType: person.kind === "group" ? "Group" : "User",
      },
      { ...context.opts, dependsOn: [...usable, ...roles.definitions] },
    );
  }
}

function secretVaultName({ names }: Context): string {
  return names.vault("steps");
}

function vaultId(context: Context): string {
  return resourceId(context.place.resourceGroupId, "Microsoft.KeyVault/vaults", secretVaultName(context));
}
