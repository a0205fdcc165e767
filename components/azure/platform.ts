import type { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import type { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import type { Workspace as AzureMlWorkspace } from "@pulumi/azure-native/machinelearningservices/workspace.js";
import type { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { FileServiceProperties } from "@pulumi/azure-native/storage/fileServiceProperties.js";
import * as pulumi from "@pulumi/pulumi";
import {
  type DataStoreOutputs,
  type Gap,
  type IdentityOutputs,
  KEY_PURPOSES,
  type KeyOutputs,
  type KeyPurpose,
  type MlWorkspaceOutputs,
  type NetworkOutputs,
  type NotebookOutputs,
  type Platform,
} from "../platform.ts";
import type { DataStoreSpec, NotebookSpec, Person, Workspace } from "../spec.ts";
import type { EndpointGroup } from "./clouds.ts";
import { type CustomRoles, defineRoles } from "./custom-roles.ts";
import { DataStore } from "./data-stores.ts";
import { endpointRule, hostRules, type OutboundRules } from "./egress.ts";
import { createEndpoint, createZones, type EndpointSite, existingZones } from "./endpoints.ts";
import { gapsOf } from "./gaps.ts";
import { WorkloadIdentity } from "./identities.ts";
import { mapText, resourceId, storageAccountParts } from "./ids.ts";
import { CustomerManagedKey, createVault } from "./keys.ts";
import { createFlowLog, createLogStores, type LogStores, sendLogs } from "./logs.ts";
import {
  createImageBuilder,
  createMlWorkspace,
  createServiceIdentity,
  type RegisteredStore,
  registerStore,
  type ServiceIdentity,
  workspaceGrants,
} from "./ml-workspace.ts";
import { PrivateNetwork } from "./network.ts";
import { machineTypeOf, PrivateNotebook } from "./notebooks.ts";
import { type AzureNames, namesOf, type Place, placeOf } from "./place.ts";
import { createRegistry } from "./registry.ts";
import { assignRole, BUILT_IN_ROLES } from "./roles.ts";

/** The container for trained models, in the workspace's own storage account. */
const MODELS = "models";

/** A workspace on Azure: Azure ML, in a resource group of its own. */
export class AzurePlatform implements Platform {
  private readonly name: string;
  private readonly workspace: Workspace;
  private readonly place: Place;
  private readonly names: AzureNames;
  /** Everything is a child of the resource group, as in Azure itself: it comes after the group and goes before it. */
  private readonly opts: { parent: ResourceGroup };
  private readonly keys = {} as Record<KeyPurpose, CustomerManagedKey>;
  /** Every data store as Azure ML will know it, the models included. */
  private readonly stores: RegisteredStore[] = [];
  /** Private endpoints of the workspace's own storage account. */
  private readonly storageEndpoints: PrivateEndpoint[] = [];
  private keyVault!: Vault;
  private logs!: LogStores;
  private site!: EndpointSite;
  private models!: DataStore;
  private roles!: CustomRoles;
  private registry!: Registry;
  private readonly notebookIdentities: Record<string, WorkloadIdentity> = {};
  private mlWorkspace!: AzureMlWorkspace;

  /**
   * @param name Name of the workspace component; every child's name begins with it.
   * @param workspace The spec.
   * @param parent The workspace component.
   */
  constructor(name: string, workspace: Workspace, parent: pulumi.Resource) {
    this.name = name;
    this.workspace = workspace;
    this.place = placeOf(workspace);
    this.names = namesOf(workspace);
    const { resourceGroupName, location, tags } = this.place;
    this.opts = { parent: new ResourceGroup(`${name}-group`, { resourceGroupName, location, tags }, { parent }) };
  }

  createKeys(): KeyOutputs {
    const { hsm, rotationDays } = this.workspace.keys;
    const vaultName = this.names.vault("keys");
    this.keyVault = createVault(`${this.name}-keys`, { ...this.place, vaultName, hsm }, this.opts);
    for (const purpose of KEY_PURPOSES) {
      this.keys[purpose] = new CustomerManagedKey(
        `${this.name}-key-${purpose}`,
        { ...this.placeArgs(), vaultName, keyName: purpose, rotationDays, hsm },
        { parent: this.keyVault },
      );
    }
    return Object.fromEntries(KEY_PURPOSES.map((purpose) => [purpose, this.keys[purpose].keyId]));
  }

  createLogs(): void {
    const { name, place, names, opts } = this;
    const { flowLogRetentionDays } = this.workspace.network;
    this.logs = createLogStores(`${name}-logs`, place, names, this.keys.logs, flowLogRetentionDays, opts);
    this.audit("keys", this.keyVault.id);
    this.audit("logs", blobServiceOf(this.logs.storage.account.id));
  }

  createNetwork(): NetworkOutputs {
    const { existing } = this.workspace.network;
    const outputs = existing ? this.joinNetwork(existing) : this.buildNetwork();
    this.endpoint("keys", this.keyVault.id, "vault");
    this.endpoint("logs", this.logs.storage.account.id, "blob");
    this.endpoint("monitor", this.logs.scope.id, "azuremonitor", this.logs.scoped);
    return outputs;
  }

  createDataStores(): DataStoreOutputs {
    const dataUris: Record<string, pulumi.Output<string>> = {};
    for (const store of this.workspace.dataStores) {
      dataUris[store.name] = store.existing ? this.joinDataStore(store) : this.buildDataStore(store);
    }
    this.models = this.buildWorkspaceStore();
    return { dataUris, modelUri: this.models.uri };
  }

  createIdentities(): IdentityOutputs {
    this.roles = defineRoles(`${this.name}-role`, this.place, this.names, this.opts);
    const containers = (access: DataStoreSpec["access"]) =>
      this.workspace.dataStores.flatMap((spec, index) =>
        spec.access === access ? [containerIdOf(this.stores[index]!)] : [],
      );
    const [readContainerIds, writeContainerIds] = [containers("read"), containers("read-write")];
    const outputs: IdentityOutputs = {};
    for (const notebook of this.workspace.notebooks) {
      const identity = new WorkloadIdentity(
        `${this.name}-identity-${notebook.name}`,
        {
          ...this.placeArgs(),
          identityName: this.names.plain("notebook", notebook.name),
          readContainerIds,
          writeContainerIds,
        },
        { ...this.opts, dependsOn: this.stores.flatMap((store) => store.usable) },
      );
      this.notebookIdentities[notebook.name] = identity;
      outputs[`notebook-${notebook.name}`] = identity.principalId;
    }
    return outputs;
  }

  createMlWorkspace(): MlWorkspaceOutputs {
    const { name, place, names, opts } = this;
    const vault = createVault(`${name}-secrets`, { ...place, vaultName: names.vault("secrets"), hsm: false }, opts);
    this.registry = createRegistry(`${name}-registry`, place, names.registry(), this.keys.models, opts);
    this.endpoint("secrets", vault.id, "vault");
    this.endpoint("registry", this.registry.id, "registry");
    this.audit("secrets", vault.id);
    this.audit("registry", this.registry.id);

    const identity = this.createWorkspaceIdentity(vault);
    this.mlWorkspace = createMlWorkspace(
      `${name}-workspace`,
      place,
      {
        workspaceName: names.mlWorkspace(),
        imageBuilderName: names.compute("images"),
        identity,
        key: this.keys.notebooks,
        storageId: this.models.accountId,
        vaultId: vault.id,
        registryId: this.registry.id,
        insightsId: this.logs.insights.id,
        outboundRules: this.outboundRules(),
        highBusinessImpact: this.workspace.dataClassification !== "internal",
      },
      { ...opts, dependsOn: [...identity.usable, ...this.keys.notebooks.usable, ...this.storageEndpoints] },
    );
    this.endpoint("workspace", this.mlWorkspace.id, "amlworkspace");
    this.audit("workspace", this.mlWorkspace.id);
    this.fillMlWorkspace();
    this.admitPeople();
    return {
      workspaceId: this.mlWorkspace.id,
      consoleUrl: pulumi.interpolate`${place.cloud.studioUrl}/?wsid=${this.mlWorkspace.id}&tid=${place.tenantId}`,
    };
  }

  createNotebooks(): NotebookOutputs {
    const notebooks: NotebookOutputs = {};
    for (const spec of this.workspace.notebooks) notebooks[spec.name] = this.createNotebook(spec).notebookId;
    return notebooks;
  }

  gaps(): Gap[] {
    return gapsOf(this.workspace);
  }

  private buildNetwork(): NetworkOutputs {
    const { name, place, names, opts } = this;
    const network = new PrivateNetwork(
      `${name}-network`,
      { ...this.placeArgs(), networkName: names.plain("network"), cidr: this.workspace.network.cidr! },
      opts,
    );
    const zoneIds = createZones(`${name}-zone`, place, network.networkId, opts);
    this.site = { place, subnetId: network.endpointSubnetId, zoneIds };
    createFlowLog(`${name}-flow-log`, place, names, this.logs, network.networkId, opts);
    return { networkId: network.networkId, subnetIds: [network.computeSubnetId] };
  }

  /** The network is somebody else's: the workspace puts endpoints into it and, if there are none, zones beside it. */
  private joinNetwork(existing: NonNullable<Workspace["network"]["existing"]>): NetworkOutputs {
    const { networkId, subnetIds, privateEndpointSubnetId, privateDnsResourceGroupId } = existing;
    const zoneIds = privateDnsResourceGroupId
      ? existingZones(this.place, privateDnsResourceGroupId)
      : createZones(`${this.name}-zone`, this.place, networkId, this.opts);
    this.site = { place: this.place, subnetId: privateEndpointSubnetId ?? subnetIds[0]!, zoneIds };
    return { networkId: pulumi.output(networkId), subnetIds: subnetIds.map((id) => pulumi.output(id)) };
  }

  private buildDataStore({ name: storeName, retentionDays, immutableDays }: DataStoreSpec): pulumi.Output<string> {
    // A container's name has at least three characters, one more than a name in the spec.
    const containerName = storeName.length < 3 ? `${storeName}-data` : storeName;
    const store = this.store(storeName, this.keys.data, { containerName, retentionDays, immutableDays });
    this.endpoint(`data-${storeName}`, store.accountId, "blob");
    this.endpoint(`data-${storeName}`, store.accountId, "dfs");
    return store.uri;
  }

  private joinDataStore({ name, existing }: DataStoreSpec): pulumi.Output<string> {
    const { id, container } = existing!;
    const accountId = mapText(id, (text) => text.replace(/\/+$/, ""));
    this.stores.push({ name, accountId, container: container!, usable: [] });
    const host = mapText(id, (text) => storageAccountParts(text)!.accountName);
    return pulumi.interpolate`abfss://${container}@${host}.dfs.${this.place.cloud.storageSuffix}/`;
  }

  /** Azure ML's own storage account: models and job outputs in blobs, notebook files in a file share. */
  private buildWorkspaceStore(): DataStore {
    const store = this.store(MODELS, this.keys.models, { containerName: MODELS, trustedServices: true });
    for (const group of ["blob", "file", "queue", "table", "dfs"] as const) {
      this.storageEndpoints.push(this.endpoint(MODELS, store.accountId, group));
    }
    new FileServiceProperties(
      `${this.name}-data-models-files`,
      {
        accountName: storageAccountParts(store.containerId)!.accountName,
        resourceGroupName: this.place.resourceGroupName,
        fileServicesName: "default",
        shareDeleteRetentionPolicy: { enabled: true, days: 90 },
      },
      { parent: store, dependsOn: store.usable },
    );
    this.audit("files-models", pulumi.interpolate`${store.accountId}/fileServices/default`);
    return store;
  }

  private store(
    name: string,
    key: CustomerManagedKey,
    settings: { containerName: string; retentionDays?: number; immutableDays?: number; trustedServices?: boolean },
  ): DataStore {
    const store = new DataStore(
      `${this.name}-data-${name}`,
      {
        ...this.placeArgs(),
        ...settings,
        accountName: this.names.storage("data", name),
        vaultUri: key.vaultUri,
        keyName: key.keyName,
        keyIdentityId: key.identityId,
      },
      { ...this.opts, dependsOn: key.usable },
    );
    this.audit(`data-${name}`, blobServiceOf(store.accountId));
    const accountId = store.containerId.split("/blobServices/")[0]!;
    this.stores.push({ name, accountId, container: settings.containerName, usable: store.usable });
    return store;
  }

  private createWorkspaceIdentity(vault: Vault): ServiceIdentity {
    const { name, place, names } = this;
    const idOf = (type: string, resourceName: string) => resourceId(place.resourceGroupId, type, resourceName);
    const dependencies = {
      storageId: this.storageId(),
      vaultId: idOf("Microsoft.KeyVault/vaults", names.vault("secrets")),
      registryId: this.registryId(),
      insightsId: idOf("Microsoft.Insights/components", names.plain("insights")),
      storageEndpointIds: {
        blob: idOf("Microsoft.Network/privateEndpoints", names.plain(MODELS, "blob")),
        file: idOf("Microsoft.Network/privateEndpoints", names.plain(MODELS, "file")),
      },
      dataAccountIds: this.stores.filter((store) => store.name !== MODELS).map((store) => store.accountId),
    };
    return createServiceIdentity(
      `${name}-workspace`,
      place,
      names.plain("workspace"),
      workspaceGrants(place, this.roles, dependencies),
      {
        ...this.opts,
        dependsOn: [
          vault,
          this.registry,
          this.logs.insights,
          ...this.storageEndpoints,
          ...this.roles.definitions,
          ...this.stores.flatMap((store) => store.usable),
        ],
      },
    );
  }

  /** Beside Azure ML's required rules: endpoints to every data store, to queues and tables, and the spec's hosts. */
  private outboundRules(): OutboundRules {
    const rules = hostRules(this.workspace);
    for (const { name, accountId } of this.stores) {
      const groups = name === MODELS ? ["queue", "table"] : ["blob", "dfs"];
      for (const group of groups) rules[`data-${name}-${group}`] = endpointRule(accountId, group);
    }
    return rules;
  }

  private fillMlWorkspace(): void {
    const { name, place, names, opts, mlWorkspace } = this;
    for (const store of this.stores) {
      registerStore(`${name}-datastore-${store.name}`, place, mlWorkspace.name, store, opts);
    }
    const builder = createServiceIdentity(
      `${name}-images`,
      place,
      names.plain("images"),
      [
        { label: "push", role: BUILT_IN_ROLES.acrPush, scope: this.registryId() },
        { label: "build-context", role: BUILT_IN_ROLES.storageBlobDataContributor, scope: this.storageId() },
      ],
      { ...opts, dependsOn: [this.registry, ...this.models.usable] },
    );
    createImageBuilder(`${name}-images`, place, names.compute("images"), mlWorkspace.name, builder, opts);
  }

  /** The studio shows files and job outputs with the person's own identity, so people get the workspace's own store. */
  private admitPeople(): void {
    const { dataScientists, operators } = this.workspace.people;
    const storageId = this.storageId();
    for (const person of dataScientists) {
      this.admit(person, "workspace", this.roles.id("dataScientist"), this.mlWorkspaceId());
      this.admit(person, "artifacts", BUILT_IN_ROLES.storageBlobDataContributor, storageId);
      this.admit(person, "files", BUILT_IN_ROLES.storageFileDataPrivilegedContributor, storageId);
    }
    for (const person of operators) {
      this.admit(person, "workspace", this.roles.id("operator"), this.place.resourceGroupId);
    }
  }

  private admit(person: Person, label: string, role: string, scope: pulumi.Input<string>, on?: pulumi.Resource): void {
    assignRole(
      `${this.name}-person-${person.name}-${label}`,
      { role, scope, principalId: person.azure!, principalType: person.kind === "group" ? "Group" : "User" },
      { ...this.opts, dependsOn: [on ?? this.mlWorkspace, ...this.models.usable, ...this.roles.definitions] },
    );
  }

  private createNotebook(spec: NotebookSpec): PrivateNotebook {
    const owner = this.workspace.people.dataScientists.find((person) => person.name === spec.owner)!;
    const identity = this.notebookIdentities[spec.name]!;
    const notebookName = this.names.compute(spec.name);
    const notebook = new PrivateNotebook(
      `${this.name}-notebook-${spec.name}`,
      {
        ...this.placeArgs(),
        workspaceName: this.mlWorkspace.name,
        notebookName,
        machineType: machineTypeOf(spec),
        ownerObjectId: owner.azure!,
        tenantId: this.place.tenantId,
        identityId: identity.identityId,
        idleMinutes: spec.idleMinutes,
      },
      { ...this.opts, dependsOn: [...identity.usable, ...this.notebookGrants(spec.name, identity)] },
    );
    const scope = `${this.mlWorkspaceId()}/computes/${notebookName}`;
    this.admit(owner, `notebook-${spec.name}`, this.roles.id("notebookOwner"), scope, notebook);
    this.admitNotebook(spec.name, identity, "stop", this.roles.id("idleStop"), scope, notebook);
    return notebook;
  }

  /** What a notebook needs of the workspace itself, beside the data stores. */
  private notebookGrants(notebook: string, identity: WorkloadIdentity): pulumi.Resource[] {
    const grant = (label: string, role: string, scope: string, on: pulumi.Resource) =>
      this.admitNotebook(notebook, identity, label, role, scope, on);
    return [
      grant("assets", this.roles.id("notebookRuntime"), this.mlWorkspaceId(), this.mlWorkspace),
      grant("artifacts", BUILT_IN_ROLES.storageBlobDataContributor, this.storageId(), this.models),
      grant("files", BUILT_IN_ROLES.storageFileDataPrivilegedContributor, this.storageId(), this.models),
      grant("images", BUILT_IN_ROLES.acrPull, this.registryId(), this.registry),
    ];
  }

  private admitNotebook(
    notebook: string,
    { principalId, identityId }: WorkloadIdentity,
    label: string,
    role: string,
    scope: string,
    on: pulumi.Resource,
  ): pulumi.Resource {
    return assignRole(
      `${this.name}-identity-${notebook}-${label}`,
      { role, scope, principalId, principalType: "ServicePrincipal", principalKey: identityId },
      { ...this.opts, dependsOn: [on, ...this.roles.definitions] },
    );
  }

  private endpoint(
    role: string,
    serviceId: pulumi.Input<string>,
    group: EndpointGroup,
    dependsOn: pulumi.Resource[] = [],
  ): PrivateEndpoint {
    const endpointName = this.names.plain(role, group);
    return createEndpoint(
      `${this.name}-endpoint-${role}-${group}`,
      this.site,
      { endpointName, serviceId, group },
      { ...this.opts, dependsOn },
    );
  }

  private audit(role: string, resourceUri: pulumi.Input<string>): void {
    sendLogs(`${this.name}-audit-${role}`, resourceUri, this.logs, this.opts);
  }

  /** Id of the workspace's own storage account, known before it exists. */
  private storageId(): string {
    return this.models.containerId.split("/blobServices/")[0]!;
  }

  private registryId(): string {
    return resourceId(this.place.resourceGroupId, "Microsoft.ContainerRegistry/registries", this.names.registry());
  }

  private mlWorkspaceId(): string {
    return resourceId(
      this.place.resourceGroupId,
      "Microsoft.MachineLearningServices/workspaces",
      this.names.mlWorkspace(),
    );
  }

  /** The arguments that every small component takes. */
  private placeArgs() {
    const { subscriptionId, resourceGroupName, location, tags } = this.place;
    return { subscriptionId, resourceGroupName, location, tags };
  }
}

function blobServiceOf(accountId: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`${accountId}/blobServices/default`;
}

function containerIdOf({ accountId, container }: RegisteredStore): pulumi.Input<string> {
  return mapText(accountId, (id) => `${id}/blobServices/default/containers/${container}`);
}
