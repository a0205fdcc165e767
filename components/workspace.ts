import * as pulumi from "@pulumi/pulumi";
import type { WorkspaceArgs } from "./args.ts";
import type { Gap, PlatformFactory } from "./platform.ts";
import { parseWorkspace } from "./spec.ts";

/**
 * A private ML workspace, made from a spec by one cloud's platform. Programs use the class of their cloud:
 * `SecureMlWorkspace` from `secure-ml-workspace/aws`, `/gcp` or `/azure`.
 */
export class MlWorkspace extends pulumi.ComponentResource {
  /** Id of the ML service's workspace: SageMaker domain ARN, Google Cloud project path or Azure ML workspace id. */
  readonly workspaceId: pulumi.Output<string>;
  /** Link to the workspace in the cloud's console. */
  readonly consoleUrl: pulumi.Output<string>;
  /** URI of each data store by its name in the spec. */
  readonly dataUris: pulumi.Output<Record<string, string>>;
  /** URI of the place for trained models. */
  readonly modelUri: pulumi.Output<string>;
  /** Ids of the customer-managed keys by purpose: `data`, `models`, `notebooks`, `logs`. */
  readonly keyIds: pulumi.Output<Record<string, string>>;
  /** Ids of the identities by role. */
  readonly identities: pulumi.Output<Record<string, string>>;
  /** Id of the private network. */
  readonly networkId: pulumi.Output<string>;
  /** Ids of the private subnets. */
  readonly subnetIds: pulumi.Output<string[]>;
  /** Ids of the notebooks by their name in the spec. */
  readonly notebooks: pulumi.Output<Record<string, string>>;
  /** What the spec asks for and the cloud cannot give in full, one sentence each. */
  readonly gaps: pulumi.Output<string[]>;

  /**
   * @param name Name of the component; its children's names begin with it.
   * @param args The workspace spec.
   * @param opts Resource options. A provider given here is passed on to every child.
   * @param createPlatform Makes the cloud's platform.
   * @throws InvalidInputError that lists everything wrong with the spec, before any resource is registered.
   */
  constructor(
    name: string,
    args: WorkspaceArgs,
    opts: pulumi.ComponentResourceOptions,
    createPlatform: PlatformFactory,
  ) {
    const workspace = parseWorkspace(args);
    super("secure-ml-workspace:index:SecureMlWorkspace", name, {}, opts);
    const platform = createPlatform(workspace, this);

    const keys = platform.createKeys();
    platform.createLogs();
    const network = platform.createNetwork();
    const data = platform.createDataStores();
    const identities = platform.createIdentities();
    const mlWorkspace = platform.createMlWorkspace();
    const notebooks = platform.createNotebooks();

    this.workspaceId = mlWorkspace.workspaceId;
    this.consoleUrl = mlWorkspace.consoleUrl;
    this.dataUris = pulumi.output(data.dataUris);
    this.modelUri = data.modelUri;
    this.keyIds = pulumi.output(keys);
    this.identities = pulumi.output(identities);
    this.networkId = network.networkId;
    this.subnetIds = pulumi.output(network.subnetIds);
    this.notebooks = pulumi.output(notebooks);
    this.gaps = pulumi.output(report(platform.gaps(), this));
    this.registerOutputs(this.outputs());
  }

  /** The workspace's outputs as one object, ready to be a stack's outputs. */
  outputs(): Record<string, pulumi.Output<unknown>> {
    const { workspaceId, consoleUrl, dataUris, modelUri, keyIds, identities, networkId, subnetIds, notebooks, gaps } =
      this;
    return { workspaceId, consoleUrl, dataUris, modelUri, keyIds, identities, networkId, subnetIds, notebooks, gaps };
  }
}

/** Says each gap as a warning, so that nobody has to read the outputs to learn of it. */
function report(gaps: Gap[], workspace: pulumi.Resource): string[] {
  const sentences = gaps.map((gap) => `${gap.path}: ${gap.message}`);
  for (const sentence of sentences) pulumi.log.warn(sentence, workspace);
  return sentences;
}
