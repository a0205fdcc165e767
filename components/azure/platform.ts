import type { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import type { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import * as pulumi from "@pulumi/pulumi";
import {
  type DatabaseOutputs,
  type DataStoreOutputs,
  type Gap,
  type IdentityOutputs,
  type ImageOutputs,
  type KeyOutputs,
  type KeyPurpose,
  keyPurposesOf,
  type MlWorkspaceOutputs,
  type NetworkOutputs,
  type NotebookOutputs,
  type ParameterOutputs,
  type PipelineOutputs,
  type Platform,
  type SecretOutputs,
} from "../platform.ts";
import type { Workspace } from "../spec.ts";
import {
  admitNotebook,
  admitPeople,
  createNotebookIdentities,
  grantNotebook,
  identityOutputs,
  type NotebookIdentities,
} from "./access.ts";
import { type CustomRoles, defineRoles } from "./custom-roles.ts";
import { createDatabases, type Databases } from "./databases.ts";
import type { PrivateTarget } from "./egress.ts";
import { connect, createZones, type EndpointSite, existingZones } from "./endpoints.ts";
import { gapsOf } from "./gaps.ts";
import { createImageRepositories } from "./image-repositories.ts";
import { CustomerManagedKey, createVault } from "./keys.ts";
import { audit, blobServiceOf, createFlowLog, createLogStores, type LogStores } from "./logs.ts";
import { createMlWorkspace, type MlWorkspaceService } from "./ml-workspace.ts";
import { PrivateNetwork } from "./network.ts";
import { machineTypeOf, PrivateNotebook } from "./notebooks.ts";
import { createParameters, type ParameterStore } from "./parameters.ts";
import { type Context, namesOf, placeArgs, placeOf } from "./place.ts";
import { createPrivateRegistry } from "./registry.ts";
import { admitSecretWriters, createSecrets, type SecretStore } from "./secrets.ts";
import { createTraining } from "./training.ts";
import { createStores, storeOutputs, type WorkspaceStores } from "./workspace-stores.ts";

/**
 * The vaults of the workspace's keys. The key of Azure ML's metadata has one of its own, because Azure ML does not support
 * a vault whose public endpoint is off: https://learn.microsoft.com/azure/machine-learning/concept-customer-managed-keys
 * All other keys are in one without.
 */
const VAULT_ROLES = ["keys", "metadata"] as const;
type VaultRole = (typeof VAULT_ROLES)[number];

/** A workspace on Azure: Azure ML, in a resource group of its own. */
export class AzurePlatform implements Platform {
  private readonly context: Context;
  private readonly keys = {} as Record<KeyPurpose, CustomerManagedKey>;
  private readonly vaults = {} as Record<VaultRole, Vault>;
  private logs!: LogStores;
  private site!: EndpointSite;
  private stores!: WorkspaceStores;
  private registry!: Registry;
  private secrets!: SecretStore;
  private parameters!: ParameterStore;
  private databases!: Databases;
  private roles!: CustomRoles;
  private identities!: NotebookIdentities;
  private service!: MlWorkspaceService;

  /**
   * @param name Name of the workspace component; every child's name begins with it.
   * @param workspace The spec.
   * @param parent The workspace component.
   */
  constructor(name: string, workspace: Workspace, parent: pulumi.Resource) {
    const place = placeOf(workspace);
    const { resourceGroupName, location, tags } = place;
    const group = new ResourceGroup(`${name}-group`, { resourceGroupName, location, tags }, { parent });
    this.context = { name, workspace, place, names: namesOf(workspace), opts: { parent: group } };
  }

  createKeys(): KeyOutputs {
    const { name, workspace, place, names, opts } = this.context;
    const { hsm, rotationDays } = workspace.keys;
    for (const role of VAULT_ROLES) {
      const settings = { ...place, vaultName: names.vault(role), hsm, firewallOnly: role === "metadata" };
      this.vaults[role] = createVault(`${name}-${role}`, settings, opts);
    }
    for (const keyName of keyPurposesOf(workspace)) {
      const role = keyName === "notebooks" ? "metadata" : "keys";
      const args = { ...placeArgs(this.context), vaultName: names.vault(role), keyName, rotationDays, hsm };
      this.keys[keyName] = new CustomerManagedKey(`${name}-key-${keyName}`, args, { parent: this.vaults[role] });
    }
    return Object.fromEntries(keyPurposesOf(workspace).map((purpose) => [purpose, this.keys[purpose].keyId]));
  }

  createLogs(): void {
    this.logs = createLogStores(this.context, this.keys.logs);
    for (const role of VAULT_ROLES) audit(this.context, this.logs, role, this.vaults[role].id);
    audit(this.context, this.logs, "logs", blobServiceOf(this.logs.storage.account.id));
  }

  createNetwork(): NetworkOutputs {
    const { existing } = this.context.workspace.network;
    const outputs = existing ? this.joinNetwork(existing) : this.buildNetwork();
    for (const role of VAULT_ROLES) connect(this.context, this.site, role, this.vaults[role].id, "vault");
    connect(this.context, this.site, "logs", this.logs.storage.account.id, "blob");
    connect(this.context, this.site, "monitor", this.logs.scope.id, "azuremonitor", this.logs.scoped);
    return outputs;
  }

  createDataStores(): DataStoreOutputs {
    const { keys, logs, site } = this;
    this.stores = createStores(this.context, { keys, logs, site });
    return storeOutputs(this.stores);
  }

  createImages(): ImageOutputs {
    const { keys, logs, site } = this;
    this.registry = createPrivateRegistry(this.context, { keys, logs, site });
    return createImageRepositories(this.context, this.registry);
  }

  createSecrets(): SecretOutputs {
    const { logs, site } = this;
    this.secrets = createSecrets(this.context, { logs, site });
    return this.secrets.outputs;
  }

  createParameters(): ParameterOutputs {
    const { keys, logs, site } = this;
    this.parameters = createParameters(this.context, { key: keys.secrets, logs, site });
    return this.parameters.outputs;
  }

  createDatabases(): DatabaseOutputs {
    const { keys, logs, site } = this;
    this.databases = createDatabases(this.context, { key: keys.databases, logs, site });
    return this.databases.outputs;
  }

  createIdentities(): IdentityOutputs {
    this.roles = defineRoles(this.context);
    admitSecretWriters(this.context, this.roles, this.secrets);
    this.identities = createNotebookIdentities(this.context, this.stores);
    return identityOutputs(this.identities);
  }

  createMlWorkspace(): MlWorkspaceOutputs {
    const { keys, logs, site, stores, roles, registry } = this;
    const targets = [this.secrets.target, this.parameters.target, ...this.databases.targets].filter(isPresent);
    this.service = createMlWorkspace(this.context, { keys, logs, site, stores, roles, registry, targets });
    admitPeople(this.context, { roles, stores, service: this.service });
    const { cloud, tenantId } = this.context.place;
    const { id } = this.service.workspace;
    return { workspaceId: id, consoleUrl: pulumi.interpolate`${cloud.studioUrl}/?wsid=${id}&tid=${tenantId}` };
  }

  createNotebooks(): NotebookOutputs {
    const { workspace } = this.context;
    return Object.fromEntries(workspace.notebooks.map((spec) => [spec.name, this.createNotebook(spec)]));
  }

  createTraining(): PipelineOutputs {
    const { roles, stores, service, registry, secrets, parameters } = this;
    const stored = [...stores.data, stores.models].flatMap(({ usable }) => usable);
    const granted = [registry, ...stored, ...secrets.usable, ...parameters.usable];
    return createTraining(this.context, { roles, stores, service }, granted);
  }

  gaps(): Gap[] {
    return gapsOf(this.context.workspace);
  }

  private buildNetwork(): NetworkOutputs {
    const { name, workspace, place, names, opts } = this.context;
    const args = { ...placeArgs(this.context), networkName: names.plain("network"), cidr: workspace.network.cidr! };
    const network = new PrivateNetwork(`${name}-network`, args, opts);
    const zoneIds = createZones(this.context, network.networkId);
    this.site = { place, subnetId: network.endpointSubnetId, zoneIds };
    createFlowLog(this.context, this.logs, network.networkId);
    return { networkId: network.networkId, subnetIds: [network.computeSubnetId] };
  }

  /** The network is somebody else's: the workspace puts endpoints into it and, if there are none, zones beside it. */
  private joinNetwork(existing: NonNullable<Workspace["network"]["existing"]>): NetworkOutputs {
    const { place } = this.context;
    const { networkId, subnetIds, privateEndpointSubnetId, privateDnsResourceGroupId } = existing;
    const zoneIds = privateDnsResourceGroupId
      ? existingZones(place, privateDnsResourceGroupId)
      : createZones(this.context, networkId);
    this.site = { place, subnetId: privateEndpointSubnetId ?? subnetIds[0]!, zoneIds };
    return { networkId: pulumi.output(networkId), subnetIds: subnetIds.map((id) => pulumi.output(id)) };
  }

  private createNotebook(spec: Workspace["notebooks"][number]): pulumi.Output<string> {
    const { name, workspace, place, names, opts } = this.context;
    const { roles, stores, service } = this;
    const identity = this.identities[spec.name]!;
    const owner = workspace.people.dataScientists.find((person) => person.name === spec.owner)!;
    const computeName = names.compute(spec.name);
    const grants = admitNotebook(this.context, { roles, stores, service }, spec.name, identity);
    const notebook = new PrivateNotebook(
      `${name}-notebook-${spec.name}`,
      {
        ...placeArgs(this.context),
        workspaceName: service.workspace.name,
        notebookName: computeName,
        machineType: machineTypeOf(spec),
        ownerObjectId: owner.azure!,
        tenantId: place.tenantId,
        identityId: identity.identityId,
        idleMinutes: spec.idleMinutes,
      },
      { ...opts, dependsOn: [...identity.usable, ...grants] },
    );
    const target = { name: spec.name, computeName, resource: notebook };
    grantNotebook(this.context, { roles, stores, service }, target, owner, identity);
    return notebook.notebookId;
  }
}

function isPresent(target: PrivateTarget | undefined): target is PrivateTarget {
  return target !== undefined;
}
