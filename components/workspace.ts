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
  /** Ids of the customer-managed keys by purpose: `data`, `models`, `notebooks`, `logs`; `secrets`, `images`, `databases` when used. */
  readonly keyIds: pulumi.Output<Record<string, string>>;
  /** Ids of the identities by role. */
  readonly identities: pulumi.Output<Record<string, string>>;
  /** Id of the private network. */
  readonly networkId: pulumi.Output<string>;
  /** Ids of the private subnets. */
  readonly subnetIds: pulumi.Output<string[]>;
  /** Ids of the notebooks by their name in the spec. */
  readonly notebooks: pulumi.Output<Record<string, string>>;
  /** Image repositories by their name in the spec. */
  readonly images: pulumi.Output<Record<string, string>>;
  /** Ids of the secrets by their name in the spec; their values are nowhere in the state. */
  readonly secrets: pulumi.Output<Record<string, string>>;
  /** Ids of the parameters by their name in the spec. */
  readonly parameters: pulumi.Output<Record<string, string>>;
  /** `host:port` of the databases by their name in the spec. */
  readonly databases: pulumi.Output<Record<string, string>>;
  /** Ids of the pipelines by their name in the spec. */
  readonly pipelines: pulumi.Output<Record<string, string>>;
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
    const images = platform.createImages();
    const secrets = platform.createSecrets();
    const parameters = platform.createParameters();
    const databases = platform.createDatabases();
    const identities = platform.createIdentities();
    const mlWorkspace = platform.createMlWorkspace();
    const notebooks = platform.createNotebooks();
    const pipelines = platform.createTraining();

    this.workspaceId = mlWorkspace.workspaceId;
    this.consoleUrl = mlWorkspace.consoleUrl;
    this.dataUris = pulumi.output(data.dataUris);
    this.modelUri = data.modelUri;
    this.keyIds = pulumi.output(keys);
    this.identities = pulumi.output(identities);
    this.networkId = network.networkId;
    this.subnetIds = pulumi.output(network.subnetIds);
    this.notebooks = pulumi.output(notebooks);
    this.images = pulumi.output(images);
    this.secrets = pulumi.output(secrets);
    this.parameters = pulumi.output(parameters);
    this.databases = pulumi.output(databases);
    this.pipelines = pulumi.output(pipelines);
    this.gaps = pulumi.output(report(platform.gaps(), this));
    this.registerOutputs(this.outputs());
  }

  /** The workspace's outputs as one object, ready to be a stack's outputs. */
  outputs(): Record<string, pulumi.Output<unknown>> {
    return {
      workspaceId: this.workspaceId,
      consoleUrl: this.consoleUrl,
      dataUris: this.dataUris,
      modelUri: this.modelUri,
      keyIds: this.keyIds,
      identities: this.identities,
      networkId: this.networkId,
      subnetIds: this.subnetIds,
      notebooks: this.notebooks,
      images: this.images,
      secrets: this.secrets,
      parameters: this.parameters,
      databases: this.databases,
      pipelines: this.pipelines,
      gaps: this.gaps,
    };
  }
}

/** Says each gap as a warning, so that nobody has to read the outputs to learn of it. */
function report(gaps: Gap[], workspace: pulumi.Resource): string[] {
  const sentences = gaps.map((gap) => `${gap.path}: ${gap.message}`);
  for (const sentence of sentences) pulumi.log.warn(sentence, workspace);
  return sentences;
}
