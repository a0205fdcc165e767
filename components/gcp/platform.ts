import type * as pulumi from "@pulumi/pulumi";
import { interpolate, mergeOptions, output } from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import type {
  DatabaseOutputs,
  DataStoreOutputs,
  Gap,
  IdentityOutputs,
  ImageOutputs,
  KeyOutputs,
  KeyPurpose,
  MlWorkspaceOutputs,
  NetworkOutputs,
  NotebookOutputs,
  ParameterOutputs,
  PipelineOutputs,
  Platform,
  SecretOutputs,
} from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { createDataStores, dataUris, type WorkspaceStores } from "./data-stores.ts";
import { createDatabases, type WorkspaceDatabase } from "./databases.ts";
import { PackageMirror, WebProxy } from "./egress.ts";
import { findGaps } from "./gaps.ts";
import { createIdentities, type WorkspaceIdentities } from "./identities.ts";
import { createImageRepositories, type ImageRepository } from "./image-repositories.ts";
import { createKeys, type WorkspaceKeys } from "./keys.ts";
import { createLogs } from "./logs.ts";
import { createMlWorkspace } from "./ml-workspace.ts";
import { createFirewall, PrivateNetwork } from "./network.ts";
import { createNotebooks } from "./notebooks.ts";
import { createParameters, type WorkspaceParameter } from "./parameters.ts";
import { joinPerimeter } from "./perimeter.ts";
import { type CustomRole, createRoles, type RoleName } from "./roles.ts";
import { createSecrets, type WorkspaceSecret } from "./secrets.ts";
import { enableServices, type ProjectServices } from "./services.ts";
import { type GcpTarget, targetOf } from "./target.ts";
import { createTraining } from "./workspace-training.ts";

/** Longest start of a name in the network, to which `-allow-google-apis` is added. */
const MAX_NETWORK_NAME = 40;

/** The workspace's network, new or existing, as notebooks need it. */
interface Place {
  networkId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  tags: string[];
  /** Range of the first subnet; absent in an existing network. */
  subnetCidr?: string;
  created?: PrivateNetwork;
}

/** A workspace on Vertex AI, in a project of its own. */
export class GcpPlatform implements Platform {
  private readonly workspace: Workspace;
  private readonly parent: pulumi.Resource;
  private readonly name: string;
  private readonly target: GcpTarget;
  private readonly services: ProjectServices;
  private readonly apis: pulumi.Resource[];
  private readonly perimeter: pulumi.Resource[];
  private keys!: WorkspaceKeys;
  private place!: Place;
  private mirror?: PackageMirror;
  private proxy?: WebProxy;
  private stores!: WorkspaceStores;
  private roles!: Record<RoleName, CustomRole>;
  private identities!: WorkspaceIdentities;
  private images!: Record<string, ImageRepository>;
  private secrets!: Record<string, WorkspaceSecret>;
  private parameters!: Record<string, WorkspaceParameter>;
  private databases!: WorkspaceDatabase[];

  constructor(workspace: Workspace, parent: pulumi.Resource) {
    this.workspace = workspace;
    this.parent = parent;
    this.name = `${workspace.team}-${workspace.name}`;
    this.target = targetOf(workspace);
    this.services = enableServices(`${this.name}-services`, workspace, this.target, parent);
    this.apis = Object.values(this.services.services);
    this.perimeter = joinPerimeter(this.name, workspace, this.target, { parent, dependsOn: this.apis });
  }

  createKeys(): KeyOutputs {
    this.keys = createKeys(this.name, this.workspace, this.target, this.services, this.parent);
    return Object.fromEntries(Object.entries(this.keys.keys).map(([purpose, { keyId }]) => [purpose, keyId]));
  }

  createLogs(): void {
    const { keys, grants } = this.keys;
    const opts = { parent: this.parent, dependsOn: [...this.apis, ...grants.logs] };
    createLogs(this.name, this.workspace, this.target, keys.logs.keyName, opts);
  }

  createNetwork(): NetworkOutputs {
    this.place = this.workspace.network.existing ? this.joinNetwork() : this.makeNetwork();
    const { networkId, subnetIds, created } = this.place;
    this.createEgress();
    if (created) return { networkId: created.networkId, subnetIds: [created.subnetId] };
    return { networkId: output(networkId), subnetIds: subnetIds.map((subnet) => output(subnet)) };
  }

  createDataStores(): DataStoreOutputs {
    this.stores = createDataStores(this.name, this.workspace, this.target, this.keys, this.parent);
    return { dataUris: dataUris(this.stores), modelUri: this.stores.models.uri };
  }

  createImages(): ImageOutputs {
    const opts = this.encrypted("images");
    this.images = createImageRepositories(this.name, this.workspace, this.target, this.keys, opts);
    const uris = Object.entries(this.images).map(([key, { uri, repository }]) => [key, repository.id.apply(() => uri)]);
    return Object.fromEntries(uris);
  }

  createSecrets(): SecretOutputs {
    const opts = this.encrypted("secrets");
    this.secrets = createSecrets(this.name, this.workspace, this.target, this.keys, opts);
    return Object.fromEntries(Object.entries(this.secrets).map(([key, { secret }]) => [key, secret.id]));
  }

  createParameters(): ParameterOutputs {
    const opts = this.encrypted("secrets");
    this.parameters = createParameters(this.name, this.workspace, this.target, this.keys, opts);
    return Object.fromEntries(Object.entries(this.parameters).map(([key, { version }]) => [key, version.id]));
  }

  createDatabases(): DatabaseOutputs {
    const { workspace, target, keys, place } = this;
    const { networkId, subnetIds, subnetCidr, created } = place;
    const opts = mergeOptions(this.encrypted("databases"), { dependsOn: created ? [created] : [] });
    const subnetId = subnetIds[0] as pulumi.Input<string>;
    const context = { workspace, target, keys, networkId, subnetId, subnetCidr, opts };
    this.databases = createDatabases(this.name, context);
    return Object.fromEntries(this.databases.map(({ name, host, port }) => [name, interpolate`${host}:${port}`]));
  }

  createIdentities(): IdentityOutputs {
    const { name, workspace, target, parent, stores, mirror, apis: dependsOn } = this;
    this.roles = createRoles(name, workspace, target, parent, dependsOn);
    this.identities = createIdentities(name, {
      workspace,
      target,
      roles: this.roles,
      stores,
      mirror,
      parent,
      dependsOn,
    });
    const { notebooks, jobs } = this.identities;
    const emails = Object.entries(notebooks).map(([key, { account }]) => [`notebook-${key}`, account.email] as const);
    return { ...Object.fromEntries(emails), jobs: jobs.account.email };
  }

  createMlWorkspace(): MlWorkspaceOutputs {
    return createMlWorkspace(this.name, this.target, this.keys, this.services, this.parent);
  }

  createNotebooks(): NotebookOutputs {
    const { workspace, target, keys, identities, mirror, proxy, parent } = this;
    const { networkId, subnetIds, tags: networkTags, created } = this.place;
    // The mirror brings the grants on it, without which the first start cannot set pip up.
    const places = [created, mirror, proxy].filter((place) => place !== undefined);
    const dependsOn = [...this.apis, ...places];
    const ownerRole = this.roles.notebookOwner;
    const context = { workspace, target, keys, identities, ownerRole, networkId, subnetIds, networkTags };
    const notebooks = createNotebooks(this.name, { ...context, mirror, proxy, parent, dependsOn });
    return Object.fromEntries(Object.entries(notebooks).map(([key, { notebookId }]) => [key, notebookId]));
  }

  createTraining(): PipelineOutputs {
    const { name, workspace, target, parent, keys, stores, images, secrets, parameters, databases, proxy } = this;
    const { networkId, subnetIds, created } = this.place;
    const pipelines = createTraining(name, {
      workspace,
      target,
      keys,
      stores,
      images,
      secrets,
      parameters,
      databases,
      networkId,
      subnetId: subnetIds[0] as pulumi.Input<string>,
      packageRepository: this.mirror && this.packageRepository(),
      proxyUrl: proxy?.proxyUrl,
      runtime: this.roles.notebookRuntime,
      parent,
      dependsOn: [...this.apis, ...this.services.agentRoles, ...(created ? [created] : []), ...this.perimeter],
    });
    return Object.fromEntries(Object.entries(pipelines).map(([key, { pipelineId }]) => [key, pipelineId]));
  }

  gaps(): Gap[] {
    return findGaps(this.workspace);
  }

  private makeNetwork(): Place {
    const { project, region } = this.target;
    const args = { project, region, cidr: this.workspace.network.cidr ?? "", networkName: this.networkName() };
    const created = new PrivateNetwork(`${this.name}-network`, args, { parent: this.parent, dependsOn: this.apis });
    const { networkPath: networkId, subnetPath, subnetCidr, notebookTag } = created;
    return { networkId, subnetIds: [subnetPath], subnetCidr, tags: [notebookTag], created };
  }

  /** In a network that others share, rules apply to the workspace's machines only, and only if the network is ours to change. */
  private joinNetwork(): Place {
    const { networkId, subnetIds } = this.workspace.network.existing ?? { networkId: "", subnetIds: [] };
    const networkName = this.networkName();
    const tag = `${networkName}-notebook`;
    const { project } = this.target;
    if (!isForeign(networkId, project)) {
      const args = { project, network: networkId, networkName, sshTag: tag, onlyTag: tag };
      createFirewall(`${this.name}-network`, args, this.parent);
    }
    return { networkId, subnetIds, tags: [tag] };
  }

  private createEgress(): void {
    const { egress, approvedHosts, cidr } = this.workspace.network;
    const { project, region } = this.target;
    if (egress === "none") return;
    const { keys, grants } = this.keys;
    this.mirror = new PackageMirror(
      `${this.name}-packages`,
      {
        project,
        location: region,
        keyId: keys.notebooks.keyName,
        repositoryName: this.packageRepository(),
      },
      { parent: this.parent, dependsOn: [...this.apis, ...grants.notebooks] },
    );
    if (egress !== "approved" || !cidr || !this.place.created) return;
    const args = { project, region, cidr, networkName: this.networkName(), approvedHosts };
    this.proxy = new WebProxy(`${this.name}-proxy`, args, this.place.created, {
      parent: this.parent,
      dependsOn: this.apis,
    });
  }

  private packageRepository(): string {
    return resourceName(this.workspace, ["packages"], { max: 63 });
  }

  /** Options of resources that are encrypted with a key: they wait for the grants on it. */
  private encrypted(purpose: KeyPurpose): pulumi.ResourceOptions {
    const { grants } = this.keys;
    return { parent: this.parent, dependsOn: [...this.apis, ...(grants[purpose] ?? [])] };
  }

  private networkName(): string {
    return fit(resourceName(this.workspace, [], { max: MAX_NETWORK_NAME }), MAX_NETWORK_NAME);
  }
}

/** Whether a network given as text belongs to another project, as in Shared VPC. */
function isForeign(networkId: pulumi.Input<string>, project: string): boolean {
  const [, owner] = (typeof networkId === "string" && /projects\/([^/]+)\//.exec(networkId)) || [];
  return owner !== undefined && owner !== project;
}
