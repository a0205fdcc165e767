/** The spec's image repositories: each is a repository of the workspace's registry, or a rule that fills one. */
import { CacheRule } from "@pulumi/azure-native/containerregistry/cacheRule.js";
import type { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import * as pulumi from "@pulumi/pulumi";
import type { ImagePlan } from "../pipelines.ts";
import type { ImageOutputs } from "../platform.ts";
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import { cloudOf } from "./clouds.ts";
import type { Context } from "./place.ts";

/**
 * Registries that the artifact cache takes images from without a password:
 * https://learn.microsoft.com/azure/container-registry/artifact-cache-overview#upstream-support
 */
const ANONYMOUS_UPSTREAMS = ["mcr.microsoft.com", "public.ecr.aws", "ghcr.io", "quay.io", "registry.k8s.io"];

/**
 * Creates a rule for each mirror. A repository of the team's own appears in the registry with the first image that is
 * pushed to it. The rules wait for each other, since a registry takes one change at a time.
 */
export function createImageRepositories(context: Context, registry: Registry): ImageOutputs {
  const { name, workspace, place, names, opts } = context;
  const rules: CacheRule[] = [];
  for (const { name: image, mirrorOf } of workspace.images) {
    if (!mirrorOf) continue;
    const rule = new CacheRule(
      `${name}-mirror-${image}`,
      {
        cacheRuleName: ruleName(image),
        registryName: names.registry(),
        resourceGroupName: place.resourceGroupName,
        sourceRepository: `${mirrorOf}/*`,
        targetRepository: `${image}/*`,
      },
      { ...opts, dependsOn: [registry, ...rules] },
    );
    rules.push(rule);
  }
  const server = registryServer(names.registry(), place.location);
  const uriOf = (image: string) => pulumi.output(registry.name).apply(() => `${server}/${image}`);
  return Object.fromEntries(workspace.images.map((image) => [image.name, uriOf(image.name)]));
}

/** Host name of a registry. */
export function registryServer(registryName: string, location: string): string {
  return `${registryName}.${cloudOf(location).registrySuffix}`;
}

/** Full name of an image, by its digest. */
export function imageReference(server: string, repository: string, { path, digest }: ImagePlan): string {
  return `${server}/${repository}${path ? `/${path}` : ""}@${digest}`;
}

/** Mirrors whose registry wants a password. */
export function mirrorProblems({ images }: Workspace): Problem[] {
  return images.flatMap(({ mirrorOf }, index) => {
    if (!mirrorOf || ANONYMOUS_UPSTREAMS.includes(mirrorOf)) return [];
    const known = ANONYMOUS_UPSTREAMS.join(", ");
    const message = `Azure's artifact cache takes images from ${mirrorOf} with a password only; use one of ${known}`;
    return [{ path: `images[${index}].mirrorOf`, message }];
  });
}

/** Names of cache rules have at least five characters, names of the spec two. */
function ruleName(image: string): string {
  return `mirror-${image}`;
}
