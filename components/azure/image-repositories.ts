/** The spec's image repositories: each is a repository of the workspace's registry, or a rule that fills one. */
import { CacheRule } from "@pulumi/azure-native/containerregistry/cacheRule.js";
import type { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import type { ImagePlan } from "../pipelines.ts";
import type { ImageOutputs } from "../platform.ts";
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import { cloudOf } from "./clouds.ts";
import { GATE_REPOSITORY, GATE_SOURCE } from "./image-gate.ts";
import type { Context } from "./place.ts";

/**
 * Registries that the artifact cache takes images from without a password:
 * https://learn.microsoft.com/azure/container-registry/artifact-cache-overview#upstream-support
 */
const ANONYMOUS_UPSTREAMS = ["mcr.microsoft.com", "public.ecr.aws", "ghcr.io", "quay.io", "registry.k8s.io"];

/**
 * Creates a rule for each mirror, and one for the image of the pipelines' gate. A repository of the team's own appears in the
 * registry with the first image that is pushed to it. The rules wait for each other: a registry takes one change at a time.
 */
export function createImageRepositories(context: Context, registry: Registry): ImageOutputs {
  const { name, workspace, place, names, opts } = context;
  const rules: CacheRule[] = [];
  for (const { label, sourceRepository, targetRepository } of mirrorsOf(workspace)) {
    const rule = new CacheRule(
      `${name}-mirror-${label}`,
      {
        // Names of cache rules have at least five characters, names of the spec two.
        cacheRuleName: `mirror-${label}`,
        registryName: names.registry(),
        resourceGroupName: place.resourceGroupName,
        sourceRepository,
        targetRepository,
      },
      { ...opts, dependsOn: [registry, ...rules] },
    );
    rules.push(rule);
  }
  const server = registryServer(names.registry(), place.location);
  const uriOf = (image: string) => registry.name.apply(() => `${server}/${image}`);
  return Object.fromEntries(workspace.images.map((image) => [image.name, uriOf(image.name)]));
}

/** A repository that the registry fills from another one. */
interface Mirror {
  label: string;
  sourceRepository: string;
  targetRepository: string;
}

function mirrorsOf({ images, training }: Workspace): Mirror[] {
  const mirrors = images.flatMap(({ name, mirrorOf }) =>
    mirrorOf ? [{ label: name, sourceRepository: `${mirrorOf}/*`, targetRepository: `${name}/*` }] : [],
  );
  if (training.pipelines.length === 0) return mirrors;
  return [...mirrors, { label: "ml--gate", sourceRepository: GATE_SOURCE, targetRepository: GATE_REPOSITORY }];
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
