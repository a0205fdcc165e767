/** Secrets without values, and the topic that reminds people to replace them. */
import { Topic } from "@pulumi/gcp/pubsub/topic.js";
import { TopicIAMMember } from "@pulumi/gcp/pubsub/topicIAMMember.js";
import { RegionalSecret } from "@pulumi/gcp/secretmanager/regionalSecret.js";
import { RegionalSecretIamMember } from "@pulumi/gcp/secretmanager/regionalSecretIamMember.js";
import * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";
import type { SecretSpec } from "../training-spec.ts";
import type { WorkspaceKeys } from "./keys.ts";
import { agentEmail } from "./services.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

const SECONDS_PER_DAY = 86400;

/** How long a version can be brought back after somebody destroys it, in days. */
const DESTROY_AFTER_DAYS = 7;

/** How long a reminder waits for a subscriber that was away, in days. */
const REMINDER_DAYS = 7;

/** A secret of the workspace. */
export interface WorkspaceSecret {
  /** Name in Secret Manager. Known at preview. */
  secretId: string;
  /** The secret, for what must wait for it. */
  secret: RegionalSecret;
}

/**
 * Creates the secrets of the spec, by their name in it. Operators may add a value and read none; who reads one is granted
 * with the steps that name it. No value is given here: it would stand in the program and in Pulumi's state.
 */
export function createSecrets(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  keys: WorkspaceKeys,
  opts: pulumi.ResourceOptions,
): Record<string, WorkspaceSecret> {
  if (workspace.secrets.length === 0) return {};
  const keyName = keys.keys.secrets.keyName;
  const topic = createTopic(name, workspace, target, keyName, opts);
  const entries = workspace.secrets.map((spec): [string, WorkspaceSecret] => {
    const secretId = secretIdOf(workspace, spec.name);
    const secret = createSecret(name, secretId, spec, target, keyName, topic, opts);
    grantOperators(name, secretId, secret, spec, workspace, target, opts);
    return [spec.name, { secretId, secret }];
  });
  return Object.fromEntries(entries);
}

/** Lets a service account read one secret. */
export function grantSecret(
  name: string,
  { project, region }: Pick<GcpTarget, "project" | "region">,
  secretId: string,
  email: string,
  opts: pulumi.ResourceOptions,
): RegionalSecretIamMember {
  const role = "roles/secretmanager.secretAccessor";
  const args = { project, location: region, secretId, role, member: serviceAccountMember(email) };
  return new RegionalSecretIamMember(name, args, opts);
}

/** A topic to which Secret Manager writes when a value is due. Rotation needs one. */
function createTopic(
  name: string,
  workspace: Workspace,
  { project, region, number }: GcpTarget,
  kmsKeyName: string,
  opts: pulumi.ResourceOptions,
): { topicName: string; ready: pulumi.Resource[] } {
  const topicName = resourceName(workspace, ["secret-rotation"], { max: 255 });
  const topic = new Topic(
    `${name}-secret-rotation`,
    {
      project,
      name: topicName,
      kmsKeyName,
      messageRetentionDuration: `${REMINDER_DAYS * SECONDS_PER_DAY}s`,
      messageStoragePolicy: { allowedPersistenceRegions: [region] },
    },
    opts,
  );
  const publisher = new TopicIAMMember(
    `${name}-secret-rotation-publisher`,
    {
      project,
      topic: topicName,
      role: "roles/pubsub.publisher",
      member: serviceAccountMember(agentEmail("secretmanager", number)),
    },
    pulumi.mergeOptions(opts, { dependsOn: [topic] }),
  );
  return { topicName, ready: [topic, publisher] };
}

function createSecret(
  name: string,
  secretId: string,
  spec: SecretSpec,
  { project, region }: GcpTarget,
  kmsKeyName: string,
  { topicName, ready }: { topicName: string; ready: pulumi.Resource[] },
  opts: pulumi.ResourceOptions,
): RegionalSecret {
  return new RegionalSecret(
    `${name}-secret-${spec.name}`,
    {
      project,
      location: region,
      secretId,
      customerManagedEncryption: { kmsKeyName },
      topics: [{ name: `projects/${project}/topics/${topicName}` }],
      rotation: {
        rotationPeriod: `${spec.rotationDays * SECONDS_PER_DAY}s`,
        nextRotationTime: firstRotation(spec.rotationDays, new Date()),
      },
      versionDestroyTtl: `${DESTROY_AFTER_DAYS * SECONDS_PER_DAY}s`,
      deletionProtection: true,
    },
    pulumi.mergeOptions(opts, { dependsOn: ready, ignoreChanges: ["rotation.nextRotationTime"] }),
  );
}

/**
 * When a value is due for the first time: at midnight (UTC), a period after today. Secret Manager wants a time in the
 * future at creation, and moves it on by itself afterwards; so the time follows from the day of the program's run and is
 * never compared again (`ignoreChanges`). A time that stands in the spec would be in the past for the next secret.
 */
export function firstRotation(rotationDays: number, now: Date): string {
  const day = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + rotationDays);
  return new Date(day).toISOString().replace(".000Z", "Z");
}

/** Write-only: an operator replaces a value and cannot read it back. */
function grantOperators(
  name: string,
  secretId: string,
  secret: RegionalSecret,
  spec: SecretSpec,
  { people }: Workspace,
  { project, region }: GcpTarget,
  opts: pulumi.ResourceOptions,
): void {
  for (const operator of people.operators) {
    new RegionalSecretIamMember(
      `${name}-secret-${spec.name}--${operator.name}`,
      {
        project,
        location: region,
        secretId,
        role: "roles/secretmanager.secretVersionAdder",
        member: operator.gcp ?? "",
      },
      pulumi.mergeOptions(opts, { dependsOn: [secret] }),
    );
  }
}

function secretIdOf(workspace: Workspace, secret: string): string {
  return resourceName(workspace, [secret], { max: 255 });
}
