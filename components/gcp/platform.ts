import type * as pulumi from "@pulumi/pulumi";
import { output } from "@pulumi/pulumi";
import { fit, resourceName } from "../names.ts";
import type {
  DatabaseOutputs,
  DataStoreOutputs,
  Gap,
  IdentityOutputs,
  ImageOutputs,
  KeyOutputs,
  MlWorkspaceOutputs,
  NetworkOutputs,
  NotebookOutputs,
  ParameterOutputs,
  PipelineOutputs,
  Platform,
  SecretOutputs,
} from "../platform.ts";
import type { Workspace } from "../spec.ts";
import { refuseTraining } from "../unsupported.ts";
import { createDataStores, dataUris, type WorkspaceStores } from "./data-stores.ts";
import { PackageMirror, WebProxy } from "./egress.ts";
import { findGaps } from "./gaps.ts";
import { createIdentities, type WorkspaceIdentities } from "./identities.ts";
import { createKeys, type WorkspaceKeys } from "./keys.ts";
import { createLogs } from "./logs.ts";
import { createMlWorkspace } from "./ml-workspace.ts";
import { createFirewall, PrivateNetwork } from "./network.ts";
import { createNotebooks } from "./notebooks.ts";
import { type CustomRole, createRoles, type RoleName } from "./roles.ts";
import { enableServices, type ProjectServices } from "./services.ts";
import { type GcpTarget, targetOf } from "./target.ts";

/** Longest start of a name in the network, to which `-allow-google-apis` is added. */
const MAX_NETWORK_NAME = 40;

/** The workspace's network, new or existing, as notebooks need it. */
interface Place {
  networkId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  tags: string[];
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
  private keys!: WorkspaceKeys;
  private place!: Place;
  private mirror?: PackageMirror;
  private proxy?: WebProxy;
  private stores!: WorkspaceStores;
  private roles!: Record<RoleName, CustomRole>;
  private identities!: WorkspaceIdentities;

  constructor(workspace: Workspace, parent: pulumi.Resource) {
    refuseTraining(workspace);
    this.workspace = workspace;
    this.parent = parent;
    this.name = `${workspace.team}-${workspace.name}`;
    this.target = targetOf(workspace);
    this.services = enableServices(`${this.name}-services`, workspace, this.target, parent);
    this.apis = Object.values(this.services.services);
  }

  createKeys(): KeyOutputs {
    this.keys = createKeys(this.name, this.workspace, this.target, this.services, this.parent);
    const { keys } = this.keys;
    return { data: keys.data.keyId, models: keys.models.keyId, notebooks: keys.notebooks.keyId, logs: keys.logs.keyId };
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
    return {};
  }

  createSecrets(): SecretOutputs {
    return {};
  }

  createParameters(): ParameterOutputs {
    return {};
  }

  createDatabases(): DatabaseOutputs {
    return {};
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
    return {};
  }

  gaps(): Gap[] {
    return findGaps(this.workspace);
  }

  private makeNetwork(): Place {
    const { project, region } = this.target;
    const args = { project, region, cidr: this.workspace.network.cidr ?? "", networkName: this.networkName() };
    const created = new PrivateNetwork(`${this.name}-network`, args, { parent: this.parent, dependsOn: this.apis });
    return { networkId: created.networkPath, subnetIds: [created.subnetPath], tags: [created.notebookTag], created };
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
        repositoryName: resourceName(this.workspace, ["packages"], { max: 63 }),
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

  private networkName(): string {
    return fit(resourceName(this.workspace, [], { max: MAX_NETWORK_NAME }), MAX_NETWORK_NAME);
  }
}

/** Whether a network given as text belongs to another project, as in Shared VPC. */
function isForeign(networkId: pulumi.Input<string>, project: string): boolean {
  const [, owner] = (typeof networkId === "string" && /projects\/([^/]+)\//.exec(networkId)) || [];
  return owner !== undefined && owner !== project;
}
