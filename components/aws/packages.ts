import { Domain } from "@pulumi/aws/codeartifact/domain.js";
import { Repository } from "@pulumi/aws/codeartifact/repository.js";
import * as pulumi from "@pulumi/pulumi";
import { dnsSuffixOf, type Target } from "./target.ts";

/** A private mirror of the Python Package Index. */
export interface PackageMirrorArgs {
  /** Name of the domain and the repository, at most 50 characters. */
  mirrorName: string;
  /** ARN of the customer-managed key that encrypts the packages. */
  keyArn: pulumi.Input<string>;
}

/** Address of a mirror for pip, without the token that it asks for. */
export function packageIndex({ accountId, region }: Target, mirrorName: string): string {
  const host = `${mirrorName}-${accountId}.d.codeartifact.${region}.${dnsSuffixOf(region)}`;
  return `https://${host}/pypi/${mirrorName}/simple/`;
}

/**
 * A CodeArtifact repository that fetches packages from PyPI itself, so that the network needs no route out. Python
 * packages come through its own endpoints, without S3 (CodeArtifact user guide, "Create the Amazon S3 gateway endpoint").
 */
export class PackageMirror extends pulumi.ComponentResource {
  /** ARN of the repository. */
  readonly repositoryArn: pulumi.Output<string>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args Name and key.
   * @param opts Resource options.
   */
  constructor(name: string, args: PackageMirrorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secure-ml-workspace:aws:PackageMirror", name, {}, opts);
    const domain = new Domain(
      `${name}-domain`,
      { domain: args.mirrorName, encryptionKey: args.keyArn },
      { parent: this },
    );
    const repository = new Repository(
      `${name}-repository`,
      {
        domain: domain.domain,
        repository: args.mirrorName,
        description: "Mirror of the Python Package Index",
        externalConnections: { externalConnectionName: "public:pypi" },
      },
      { parent: this },
    );
    this.repositoryArn = repository.arn;
    this.registerOutputs({ repositoryArn: this.repositoryArn });
  }
}
