/** Evaluates what the recorded IAM members of a program grant, as Google Cloud's allow policies do. */
import { evaluate } from "@marcbachmann/cel-js";
import type { Registration } from "../record.ts";

/** One binding of a member to a role on a resource. */
export interface Grant {
  /** The resource whose policy holds the grant: `project`, or a kind and a name such as `bucket:features`. */
  on: string;
  member: string;
  role: string;
  /** CEL expression. */
  condition?: string;
}

/** Somebody who wants to do something. */
export interface AccessRequest {
  member: string;
  permission: string;
  /** The resource: `project`, `bucket:NAME`, `key:ID`, `serviceAccount:EMAIL`, … */
  on: string;
  /** `resource.name` as conditions see it. */
  resourceName?: string;
  /** `resource.type` as conditions see it. */
  resourceType?: string;
  /** `destination.port` as conditions see it. */
  port?: number;
}

/**
 * The predefined roles that may be granted, with Google's published permissions
 * (cloud.google.com/iam/docs/roles-permissions, read in August 2026; those of the resource manager left out).
 */
const PREDEFINED_ROLES: Record<string, string[]> = {
  "roles/artifactregistry.reader": [
    "artifactregistry.files.download",
    "artifactregistry.files.get",
    "artifactregistry.files.list",
    "artifactregistry.packages.get",
    "artifactregistry.packages.list",
    "artifactregistry.pythonpackages.get",
    "artifactregistry.pythonpackages.list",
    "artifactregistry.repositories.downloadArtifacts",
    "artifactregistry.repositories.get",
    "artifactregistry.repositories.list",
    "artifactregistry.versions.get",
    "artifactregistry.versions.list",
  ],
  "roles/cloudsql.instanceUser": ["cloudsql.instances.get", "cloudsql.instances.login"],
  "roles/cloudkms.cryptoKeyEncrypterDecrypter": [
    "cloudkms.cryptoKeyVersions.useToDecrypt",
    "cloudkms.cryptoKeyVersions.useToEncrypt",
  ],
  "roles/compute.osLogin": ["compute.instances.get", "compute.instances.list", "compute.instances.osLogin"],
  "roles/iam.serviceAccountUser": ["iam.serviceAccounts.actAs", "iam.serviceAccounts.get", "iam.serviceAccounts.list"],
  "roles/iap.tunnelResourceAccessor": ["iap.tunnelDestGroups.accessViaIAP", "iap.tunnelInstances.accessViaIAP"],
  "roles/parametermanager.parameterAccessor": [
    "parametermanager.parameterVersions.get",
    "parametermanager.parameterVersions.render",
  ],
  "roles/secretmanager.secretAccessor": ["secretmanager.versions.access"],
  "roles/secretmanager.secretVersionAdder": ["secretmanager.versions.add"],
  "roles/storage.legacyBucketReader": ["storage.buckets.get", "storage.objects.list"],
  "roles/storage.objectUser": [
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.list",
    "storage.objects.restore",
    "storage.objects.update",
  ],
  "roles/storage.objectViewer": ["storage.objects.get", "storage.objects.list"],
};

/**
 * Roles that Google gives to its own agents, each with the one agent that may hold it. They are outside of the
 * evaluation: an agent acts for Google's service, which checks the caller's rights.
 */
const AGENT_ROLES: Record<string, RegExp> = {
  "roles/aiplatform.serviceAgent": /^serviceAccount:service-\d+@gcp-sa-aiplatform\.iam\.gserviceaccount\.com$/,
  "roles/artifactregistry.serviceAgent":
    /^serviceAccount:service-\d+@gcp-sa-artifactregistry\.iam\.gserviceaccount\.com$/,
  "roles/notebooks.serviceAgent": /^serviceAccount:service-\d+@gcp-sa-notebooks\.iam\.gserviceaccount\.com$/,
  "roles/pubsub.publisher": /^serviceAccount:service-\d+@gcp-sa-secretmanager\.iam\.gserviceaccount\.com$/,
  "roles/workflows.serviceAgent": /^serviceAccount:service-\d+@gcp-sa-workflows\.iam\.gserviceaccount\.com$/,
};

/** How the policy-carrying resource of each IAM member type is named. A type that is not here fails the evaluation. */
const SCOPES: Record<string, (inputs: Record<string, unknown>) => string> = {
  "gcp:projects/iAMMember:IAMMember": () => "project",
  "gcp:storage/bucketIAMMember:BucketIAMMember": ({ bucket }) => `bucket:${bucket}`,
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": ({ cryptoKeyId }) => `key:${cryptoKeyId}`,
  "gcp:serviceaccount/iAMMember:IAMMember": ({ serviceAccountId }) =>
    `serviceAccount:${String(serviceAccountId).split("/").at(-1)}`,
  "gcp:compute/instanceIAMMember:InstanceIAMMember": ({ instanceName }) => `machine:${instanceName}`,
  "gcp:workbench/instanceIamMember:InstanceIamMember": ({ name }) => `notebook:${name}`,
  "gcp:iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember": ({ instance }) => `tunnel:${instance}`,
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": ({ repository }) => `repository:${repository}`,
  "gcp:pubsub/topicIAMMember:TopicIAMMember": ({ topic }) => `topic:${topic}`,
  "gcp:secretmanager/regionalSecretIamMember:RegionalSecretIamMember": ({ secretId }) => `secret:${secretId}`,
};

const NO_GRANTS = ["gcp:projects/iAMAuditConfig:IAMAuditConfig", "gcp:projects/iAMCustomRole:IAMCustomRole"];

/** Every grant of a program but those of {@link AGENT_ROLES}. Throws on an IAM resource that the evaluation does not know. */
export function grantsOf(registrations: Registration[]): Grant[] {
  return registrations
    .filter(({ type }) => type.startsWith("gcp:") && /iam|acl|accesscontrol/i.test(type) && !NO_GRANTS.includes(type))
    .map(({ type, inputs }) => {
      const scope = SCOPES[type];
      if (!scope) throw new Error(`the evaluation does not know ${type}`);
      const condition = (inputs.condition as { expression: string } | undefined)?.expression;
      return { on: scope(inputs), member: String(inputs.member), role: String(inputs.role), condition };
    })
    .filter(({ member, role }) => !AGENT_ROLES[role]?.test(member));
}

/** The permissions of a role. Throws on a predefined role that is not on the list of those that may be granted. */
export function permissionsOf(role: string, registrations: Registration[]): string[] {
  if (PREDEFINED_ROLES[role]) return PREDEFINED_ROLES[role];
  const custom = registrations.find(
    ({ type, inputs }) =>
      type === "gcp:projects/iAMCustomRole:IAMCustomRole" &&
      role === `projects/${inputs.project}/roles/${inputs.roleId}`,
  );
  if (!custom)
    throw new Error(`${role} is neither a custom role of the program nor a predefined one that may be granted`);
  return custom.inputs.permissions as string[];
}

/** Whether a request is allowed: by a grant on the resource itself or on the project, whose condition holds. */
export function isAllowed(request: AccessRequest, registrations: Registration[]): boolean {
  return grantsOf(registrations).some(
    (grant) =>
      grant.member === request.member &&
      (grant.on === request.on || grant.on === "project") &&
      permissionsOf(grant.role, registrations).includes(request.permission) &&
      holds(grant.condition, request),
  );
}

/** Whether a condition holds. Fails, as the cloud would refuse it, when it is not valid CEL or not a truth value. */
function holds(condition: string | undefined, request: AccessRequest): boolean {
  const { resourceName: name = "", resourceType: type = "", port = 0 } = request;
  if (condition === undefined) return true;
  const result = evaluate(condition, { resource: { name, type }, destination: { port: BigInt(port) } });
  if (typeof result !== "boolean") throw new Error(`${condition} gives no truth value`);
  return result;
}
