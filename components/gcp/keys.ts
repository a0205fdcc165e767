import { CryptoKey } from "@pulumi/gcp/kms/cryptoKey.js";
import { CryptoKeyIAMMember } from "@pulumi/gcp/kms/cryptoKeyIAMMember.js";
import { KeyRing } from "@pulumi/gcp/kms/keyRing.js";
import * as pulumi from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import { type KeyPurpose, keyPurposesOf } from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { waitForPropagation } from "./propagation.ts";
import { type AgentName, agentEmail, type ProjectServices } from "./services.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

const SECONDS_PER_DAY = 86400;

/** How long a key version can be brought back after somebody asks to destroy it: Google's own default. */
const DESTROY_AFTER_DAYS = 30;

/** Arguments of {@link CustomerManagedKey}. */
export interface CustomerManagedKeyArgs {
  /** Project id. */
  project: string;
  /** Region of the key: the region of the data that it encrypts. */
  location: string;
  /**
   * Existing key ring, as `projects/…/locations/…/keyRings/…`.
   * @default a key ring of the key's own
   */
  keyRingId?: string;
  /**
   * Name of the key, and of its own key ring.
   * @default the component's name, cut to 63 characters
   */
  keyName?: string;
  /**
   * Days between rotations.
   * @default 365
   */
  rotationDays?: number;
  /**
   * Keep the key material in Cloud HSM (FIPS 140-2 level 3).
   * @default false
   */
  hsm?: boolean;
}

/**
 * A symmetric key with rotation. Nobody can use it until {@link CustomerManagedKey.grant} says so: Cloud KMS has no
 * key policy, and no role on the project or ring is granted here. Key rings and keys can never be deleted from a
 * project; destroying the component destroys the key's versions, after 30 days in which they can be restored.
 */
export class CustomerManagedKey extends pulumi.ComponentResource {
  /** Resource name of the key, `projects/…/cryptoKeys/…`. */
  readonly keyId: pulumi.Output<string>;
  /** The same as plain text: it follows from the arguments, so it is known at preview. */
  readonly keyName: string;
  private readonly name: string;
  private readonly key: CryptoKey;

  constructor(name: string, args: CustomerManagedKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:gcp:CustomerManagedKey", name, {}, opts);
    const keyName = args.keyName ?? fit(name, 63);
    const { project, location } = args;
    const ring = args.keyRingId
      ? undefined
      : new KeyRing(`${name}-ring`, { name: keyName, project, location }, { parent: this });
    const ringId = args.keyRingId ?? `projects/${project}/locations/${location}/keyRings/${keyName}`;
    this.name = name;
    this.keyName = `${ringId}/cryptoKeys/${keyName}`;
    this.key = new CryptoKey(
      name,
      {
        name: keyName,
        keyRing: ringId,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: `${(args.rotationDays ?? 365) * SECONDS_PER_DAY}s`,
        destroyScheduledDuration: `${DESTROY_AFTER_DAYS * SECONDS_PER_DAY}s`,
        versionTemplate: {
          algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION",
          protectionLevel: args.hsm ? "HSM" : "SOFTWARE",
        },
      },
      { parent: this, dependsOn: ring ? [ring] : [] },
    );
    this.keyId = this.key.id;
    this.registerOutputs({ keyId: this.keyId });
  }

  /**
   * Lets a service account, usually one of Google's service agents, encrypt and decrypt with the key. Whatever depends on
   * the grant is created after it has taken effect.
   * @param grantee Short name for the grant's resource name.
   * @param email Email of the service account.
   * @param options See {@link KeyGrantOptions}.
   */
  grant(grantee: string, email: string, options: KeyGrantOptions = {}): CryptoKeyIAMMember {
    const { ready = email, dependsOn = [], wait = true } = options;
    const grantName = `${this.name}-${grantee}`;
    return new CryptoKeyIAMMember(
      grantName,
      {
        cryptoKeyId: pulumi.output(ready).apply(() => this.keyName),
        role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member: serviceAccountMember(email),
      },
      {
        ...(wait ? waitForPropagation(`${grantName}-propagation`) : {}),
        parent: this,
        dependsOn: [this.key, ...dependsOn],
      },
    );
  }
}

/** Options of {@link CustomerManagedKey.grant}. */
export interface KeyGrantOptions {
  /**
   * Available when the service account exists.
   * @default it exists
   */
  ready?: pulumi.Input<string>;
  /**
   * What is created before the grant.
   * @default []
   */
  dependsOn?: pulumi.Resource[];
  /**
   * Whether an update waits until the grant has taken effect.
   * @default true
   */
  wait?: boolean;
}

/** The keys of a workspace, with the grants that say which service may use which. */
export interface WorkspaceKeys {
  /** Key by purpose. */
  keys: Record<KeyPurpose, CustomerManagedKey>;
  /** Grants by purpose: what a resource that is encrypted with the key waits for. */
  grants: Record<KeyPurpose, CryptoKeyIAMMember[]>;
}

/** Creates one key for each purpose in a ring of the workspace, and grants each to the services that store with it. */
export function createKeys(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  services: ProjectServices,
  parent: pulumi.Resource,
): WorkspaceKeys {
  const { project, region, number } = target;
  const ringName = resourceName(workspace, ["keys"], { max: 63 });
  const ring = new KeyRing(
    `${name}-keys`,
    { name: ringName, project, location: region },
    // After the agents' roles, so that the wait for the grants on keys is one for the roles, too.
    { parent, dependsOn: [...Object.values(services.services), ...services.agentRoles] },
  );
  const keyRingId = `projects/${project}/locations/${region}/keyRings/${ringName}`;
  const { rotationDays, hsm } = workspace.keys;
  const keys = byPurpose(workspace, (purpose) => {
    const args = { project, location: region, keyRingId, keyName: purpose, rotationDays, hsm };
    return new CustomerManagedKey(`${name}-key-${purpose}`, args, { parent, dependsOn: [ring] });
  });
  return { keys, grants: grantKeys(keys, workspace, number, services) };
}

/**
 * Grants each key to its agents. The engine stands still while it waits for a grant, so it waits once, for the last one,
 * which everything that is encrypted depends on. Artifact Registry's comes last: it is the one that a workspace gets
 * later, when its egress changes.
 */
function grantKeys(
  keys: Record<KeyPurpose, CustomerManagedKey>,
  workspace: Workspace,
  projectNumber: string,
  services: ProjectServices,
): Record<KeyPurpose, CryptoKeyIAMMember[]> {
  const agents = agentsOf(workspace);
  const grant = (purpose: KeyPurpose, agent: AgentName, options: KeyGrantOptions) =>
    keys[purpose].grant(agent, agentEmail(agent, projectNumber), { ready: services.agent(agent), ...options });
  const lastAgent = agents.notebooks.at(-1) as AgentName;
  const early = byPurpose(workspace, (purpose) =>
    agents[purpose]
      .filter((agent) => purpose !== "notebooks" || agent !== lastAgent)
      .map((agent) => grant(purpose, agent, { wait: false })),
  );
  const last = grant("notebooks", lastAgent, { dependsOn: Object.values(early).flat() });
  return byPurpose(workspace, (purpose) => [...early[purpose], last]);
}

/** Which service stores with which key. People and workloads use none: Google's services decrypt for them. */
function agentsOf({ network, secrets, parameters, training }: Workspace): Record<KeyPurpose, AgentName[]> {
  return {
    data: ["storage"],
    models: training.pipelines.length > 0 ? ["storage", "aiplatform", "workflows"] : ["storage", "aiplatform"],
    notebooks: network.egress === "none" ? ["compute"] : ["compute", "artifactregistry"],
    logs: ["logging"],
    secrets: [
      ...(secrets.length > 0 ? (["secretmanager", "pubsub"] as const) : []),
      ...(parameters.length > 0 ? (["parametermanager"] as const) : []),
    ],
    images: ["artifactregistry"],
    databases: ["sqladmin"],
  };
}

function byPurpose<T>(workspace: Workspace, make: (purpose: KeyPurpose) => T): Record<KeyPurpose, T> {
  return Object.fromEntries(keyPurposesOf(workspace).map((purpose) => [purpose, make(purpose)])) as Record<
    KeyPurpose,
    T
  >;
}
