/** Private repositories for the images of steps. */
import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { PullThroughCacheRule } from "@pulumi/aws/ecr/pullThroughCacheRule.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import * as pulumi from "@pulumi/pulumi";
import { planPipelines } from "../pipelines.ts";
import type { Problem } from "../problems.ts";
import type { Workspace } from "../spec.ts";
import type { ImageSpec } from "../training-spec.ts";
import { jobPrefixOf } from "./names.ts";
import { dnsSuffixOf, type Target } from "./target.ts";

/** A private repository for one image. */
export interface ImageRepositoryArgs {
  /** Name of the repository, at most 256 characters. */
  repositoryName: string;
  /** ARN of the customer-managed key that encrypts the images. */
  keyArn: pulumi.Input<string>;
  /**
   * How long images without a tag are kept, in days.
   * @default 90
   */
  retentionDays?: number;
}

/**
 * An ECR repository whose tags cannot be moved, encrypted with a customer-managed key, scanned on every push
 * (Security Hub ECR.1, .2, .3, .5).
 */
export class ImageRepository extends pulumi.ComponentResource {
  /** ARN of the repository. */
  readonly repositoryArn: pulumi.Output<string>;
  /** Address of the repository: what stands before `@sha256:…`. */
  readonly repositoryUrl: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Name, key and retention.
   * @param opts Resource options.
   */
  constructor(name: string, args: ImageRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:ImageRepository", name, {}, opts);
    const repository = new Repository(
      `${name}-repository`,
      {
        name: args.repositoryName,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.keyArn }],
      },
      { parent: this },
    );
    const policy = JSON.stringify({ rules: [expireUntagged(args.retentionDays ?? 90)] });
    new LifecyclePolicy(`${name}-lifecycle`, { repository: repository.name, policy }, { parent: this });
    this.repositoryArn = repository.arn;
    this.repositoryUrl = repository.repositoryUrl;
    this.registerOutputs({ repositoryArn: this.repositoryArn, repositoryUrl: this.repositoryUrl });
  }
}

function expireUntagged(days: number) {
  return {
    rulePriority: 1,
    description: "Images without a tag",
    selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: days },
    action: { type: "expire" },
  };
}

/** Public registries that ECR mirrors without a password (ECR user guide, "Upstream registries"). */
const UPSTREAMS: Record<string, string> = {
  "public.ecr.aws": "public.ecr.aws",
  "quay.io": "quay.io",
  "registry.k8s.io": "registry.k8s.io",
};

/** Registries that cannot be mirrored. */
export function imageProblems({ images }: Workspace): Problem[] {
  return images.flatMap(({ mirrorOf }, index) => {
    if (!mirrorOf || UPSTREAMS[mirrorOf]) return [];
    const message = `ECR mirrors ${mirrorOf} only with a password; use one of ${Object.keys(UPSTREAMS).join(", ")}, or push the image to a repository of the workspace`;
    return [{ path: `images[${index}].mirrorOf`, message }];
  });
}

/** Name of the repository that holds an image of the spec; `path` is the image's path in a mirror. */
export function repositoryName(workspace: Workspace, entry: string, path = ""): string {
  const name = `${jobPrefixOf(workspace)}-${entry}`;
  return path ? `${name}/${path}` : name;
}

/** Address of a repository: what stands before `@sha256:…`. Text, so that pipelines are known in a preview. */
export function repositoryUrl({ accountId, region }: Target, name: string): string {
  return `${accountId}.dkr.ecr.${region}.${dnsSuffixOf(region)}/${name}`;
}

/**
 * Creates the repositories of a workspace. A mirror gets its cache rule, and a repository for each image that a pipeline
 * names: created here, it has the workspace's key and rules, and no step needs the right to create one.
 */
export function createImageRepositories(
  name: string,
  workspace: Workspace,
  keyArn: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): void {
  for (const image of workspace.images) {
    const child = `${name}-image-${image.name}`;
    if (image.mirrorOf) {
      const rule = {
        ecrRepositoryPrefix: repositoryName(workspace, image.name),
        upstreamRegistryUrl: UPSTREAMS[image.mirrorOf]!,
      };
      new PullThroughCacheRule(`${child}-mirror`, rule, opts);
    }
    for (const path of pathsIn(workspace, image)) {
      const part = path ? `${child}-${path.replaceAll("/", "-")}` : child;
      const settings = { repositoryName: repositoryName(workspace, image.name, path), keyArn };
      new ImageRepository(part, { ...settings, retentionDays: image.retentionDays }, opts);
    }
  }
}

/** Paths in a mirror that pipelines name; a repository of the team's own has one, the empty one. */
function pathsIn(workspace: Workspace, image: ImageSpec): string[] {
  if (!image.mirrorOf) return [""];
  const steps = planPipelines(workspace).flatMap((pipeline) => pipeline.steps);
  const paths = steps.flatMap((step) => (step.image.repository === image.name ? [step.image.path] : []));
  return [...new Set(paths)].sort();
}
