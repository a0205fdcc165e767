/** Private repositories for the images of steps: the team's own, and mirrors of public registries. */
import { Repository, type RepositoryArgs } from "@pulumi/gcp/artifactregistry/repository.js";
import { RepositoryIamMember } from "@pulumi/gcp/artifactregistry/repositoryIamMember.js";
import * as pulumi from "@pulumi/pulumi";
import { resourceName } from "../names.ts";
import type { Workspace } from "../spec.ts";
import type { ImageSpec } from "../training-spec.ts";
import type { WorkspaceKeys } from "./keys.ts";
import { agentEmail } from "./services.ts";
import { type GcpTarget, serviceAccountMember } from "./target.ts";

const SECONDS_PER_DAY = 86400;

/** An image repository of the workspace. */
export interface ImageRepository {
  /** What stands before `@sha256:…` in the name of an image; in a mirror, before the image's path. Known at preview. */
  uri: string;
  /** The repository, for what must wait for it. */
  repository: Repository;
}

/** Where the repositories of a spec are, by their name in it, without creating them. */
export function imageUris(workspace: Workspace, target: GcpTarget): Record<string, string> {
  return Object.fromEntries(workspace.images.map((image) => [image.name, imageUri(workspace, target, image)]));
}

/** Creates the repositories of the spec, by their name in it. */
export function createImageRepositories(
  name: string,
  workspace: Workspace,
  target: GcpTarget,
  keys: WorkspaceKeys,
  opts: pulumi.ResourceOptions,
): Record<string, ImageRepository> {
  const entries = workspace.images.map((image): [string, ImageRepository] => {
    const repository = createRepository(name, workspace, target, image, keys.keys.images.keyName, opts);
    if (workspace.training.pipelines.length > 0) grantPull(name, workspace, target, image, repository, opts);
    return [image.name, { uri: imageUri(workspace, target, image), repository }];
  });
  return Object.fromEntries(entries);
}

function createRepository(
  name: string,
  workspace: Workspace,
  { project, region }: GcpTarget,
  image: ImageSpec,
  kmsKeyName: string,
  opts: pulumi.ResourceOptions,
): Repository {
  return new Repository(
    `${name}-image-${image.name}`,
    {
      project,
      location: region,
      repositoryId: repositoryId(workspace, image),
      format: "DOCKER",
      kmsKeyName,
      vulnerabilityScanningConfig: { enablementConfig: "INHERITED" },
      cleanupPolicies: [
        {
          id: "untagged",
          action: "DELETE",
          condition: { tagState: "UNTAGGED", olderThan: `${image.retentionDays * SECONDS_PER_DAY}s` },
        },
      ],
      cleanupPolicyDryRun: false,
      ...contentOf(image),
    },
    opts,
  );
}

/** Own images have tags that cannot be moved; mirrors fetch from one public registry, which asks for no password. */
function contentOf({ mirrorOf }: ImageSpec): Pick<RepositoryArgs, "mode" | "dockerConfig" | "remoteRepositoryConfig"> {
  if (!mirrorOf) return { mode: "STANDARD_REPOSITORY", dockerConfig: { immutableTags: true } };
  const remoteRepositoryConfig =
    mirrorOf === "docker.io"
      ? { dockerRepository: { publicRepository: "DOCKER_HUB" } }
      : { commonRepository: { uri: `https://${mirrorOf}` } };
  return { mode: "REMOTE_REPOSITORY", remoteRepositoryConfig };
}

/**
 * Vertex AI pulls a job's image as its own agent, not as the job's account, which therefore needs no right to pull
 * (cloud.google.com/vertex-ai/docs/general/custom-service-account). Which image a step runs stands in the pipeline,
 * which nobody but its author can change.
 */
function grantPull(
  name: string,
  workspace: Workspace,
  { project, region, number }: GcpTarget,
  image: ImageSpec,
  repository: Repository,
  opts: pulumi.ResourceOptions,
): void {
  new RepositoryIamMember(
    `${name}-image-${image.name}-pull`,
    {
      project,
      location: region,
      repository: repositoryId(workspace, image),
      role: "roles/artifactregistry.reader",
      member: serviceAccountMember(agentEmail("aiplatform", number)),
    },
    pulumi.mergeOptions(opts, { dependsOn: [repository] }),
  );
}

function imageUri(workspace: Workspace, { project, region }: GcpTarget, image: ImageSpec): string {
  const repository = `${region}-docker.pkg.dev/${project}/${repositoryId(workspace, image)}`;
  return image.mirrorOf ? repository : `${repository}/${image.name}`;
}

function repositoryId(workspace: Workspace, { name }: ImageSpec): string {
  return resourceName(workspace, ["image", name], { max: 63 });
}
