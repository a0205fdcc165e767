import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { guid } from "../../components/azure/ids.ts";
import {
  createProvider,
  DataGrant,
  DataStore,
  PrivateNotebook,
  SecureMlWorkspace,
  WorkloadIdentity,
} from "../../components/azure/index.ts";
import { InvalidInputError } from "../../components/problems.ts";
import { azureOutputs, type Inputs, inputsOf, recordAzure, SUBSCRIPTION } from "./azure.ts";
import { ofType, only, type Registration, record, specFor } from "./record.ts";
import { teamSpecs, variantSpecs } from "./specs.ts";

const STORAGE_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/bank/providers/Microsoft.Storage/storageAccounts/bankdata`;
const NETWORK_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub`;

describe("azure workspace", function () {
  this.timeout(60_000);

  it("makes a provider for the spec's subscription and tenant, without any credential", async () => {
    const registrations = await record(() => createProvider("target", specFor("azure")));
    assert.deepEqual(only(registrations, "pulumi:providers:azure-native").inputs, {
      subscriptionId: SUBSCRIPTION,
      tenantId: "00000000-1111-4222-8333-444444444444",
      location: "westeurope",
      environment: "public",
    });
  });

  it("passes the one provider to every resource", async () => {
    const providers = (await recordAzure()).filter(({ type }) => type.startsWith("azure-native:"));
    assert.ok(providers.length > 100);
    for (const { name, provider } of providers) assert.match(provider, /::target::/, name);
  });

  it("names everything after the component and tags everything that takes tags", async () => {
    const untagged = /authorization|monitor:Diag|ScopedResource|ZoneGroup|Subnet|storage:(?!StorageAccount)|Datastore/;
    for (const { type, name, inputs } of await recordAzure({ tags: { "cost-center": "4711" } })) {
      if (!type.startsWith("azure-native:")) continue;
      assert.ok(name.startsWith("fraud-ml-"), name);
      if (untagged.test(type)) continue;
      const tags = { "cost-center": "4711", team: "fraud", environment: "prod", "data-classification": "confidential" };
      assert.deepEqual(inputs.tags, tags, name);
    }
  });

  it("keeps its keys in a vault of their own, rotates them and grants nothing but wrapping", async () => {
    const all = await recordAzure({ keys: { rotationDays: 180 } });
    const keys = inputsOf(all, "azure-native:keyvault:Key");
    assert.deepEqual(keys.map(({ keyName }) => keyName).sort(), ["data", "logs", "models", "notebooks"]);
    const secrets = only(all, "azure-native:keyvault:Vault", "fraud-ml-secrets").inputs;
    for (const { properties, vaultName } of keys) {
      assert.notEqual(vaultName, secrets.vaultName);
      assert.equal(properties.kty, "RSA");
      assert.deepEqual(properties.keyOps, ["wrapKey", "unwrapKey"]);
      assert.deepEqual(properties.rotationPolicy.lifetimeActions, [
        { action: { type: "rotate" }, trigger: { timeAfterCreate: "P180D" } },
      ]);
    }
  });

  it("uses HSM keys in a premium vault when asked", async () => {
    const all = await recordAzure({ keys: { hsm: true } });
    const vault = only(all, "azure-native:keyvault:Vault", "fraud-ml-keys").inputs as Inputs;
    assert.deepEqual(vault.properties.sku, { family: "A", name: "premium" });
    for (const { properties } of inputsOf(all, "azure-native:keyvault:Key")) assert.equal(properties.kty, "RSA-HSM");
  });

  it("encrypts every store with the key of its purpose", async () => {
    const all = await recordAzure();
    const keyOf = (name: string) => {
      const { encryption, identity } = only(all, "azure-native:storage:StorageAccount", name).inputs as Inputs;
      const key = encryption.keyVaultProperties.keyName;
      assert.deepEqual(identity.userAssignedIdentities, [encryption.encryptionIdentity.encryptionUserAssignedIdentity]);
      assert.ok(identity.userAssignedIdentities[0].endsWith(`-${key}`), key);
      assert.equal(encryption.keyVaultProperties.keyVersion, undefined, "no version, so that rotation is followed");
      return key;
    };
    assert.equal(keyOf("fraud-ml-data-features-account"), "data");
    assert.equal(keyOf("fraud-ml-data-curated-account"), "data");
    assert.equal(keyOf("fraud-ml-data-models-account"), "models");
    assert.equal(keyOf("fraud-ml-logs-storage-account"), "logs");
    const registry = only(all, "azure-native:containerregistry:Registry").inputs as Inputs;
    assert.match(registry.encryption.keyVaultProperties.keyIdentifier, /\/keys\/models$/);
    assert.equal(registry.encryption.keyVaultProperties.identity, "fraud-ml-key-models-identity-client");
    const workspace = only(all, "azure-native:machinelearningservices:Workspace").inputs as Inputs;
    assert.match(workspace.encryption.keyVaultProperties.keyIdentifier, /\/keys\/notebooks\/1$/);
    assert.equal(workspace.enableServiceSideCMKEncryption, true);
    assert.equal(workspace.identity.userAssignedIdentities.length, 2);
  });

  it("keeps deleted and overwritten data, and makes a store immutable when asked", async () => {
    const all = await recordAzure({
      dataStores: [
        { name: "plain", retentionDays: 180 },
        { name: "worm", immutableDays: 365, retentionDays: 500 },
      ],
    });
    const blobs = only(all, "azure-native:storage:BlobServiceProperties", "fraud-ml-data-plain-blobs").inputs as Inputs;
    assert.equal(blobs.isVersioningEnabled, true);
    assert.deepEqual(blobs.deleteRetentionPolicy, { enabled: true, days: 180, allowPermanentDelete: false });
    assert.deepEqual(blobs.containerDeleteRetentionPolicy, { enabled: true, days: 180 });
    const long = only(all, "azure-native:storage:BlobServiceProperties", "fraud-ml-data-worm-blobs").inputs as Inputs;
    assert.equal(long.deleteRetentionPolicy.days, 365, "Azure's limit");
    const policies = inputsOf(all, "azure-native:storage:BlobContainerImmutabilityPolicy");
    assert.deepEqual(
      policies.map(({ containerName, immutabilityPeriodSinceCreationInDays: days }) => [containerName, days]),
      [["worm", 365]],
    );
    const container = (name: string) => only(all, "azure-native:storage:BlobContainer", name).inputs as Inputs;
    assert.equal(container("fraud-ml-data-worm-container").immutableStorageWithVersioning.enabled, true);
    assert.equal(container("fraud-ml-data-plain-container").immutableStorageWithVersioning.enabled, false);
  });

  it("registers every data store without a credential, existing ones included", async () => {
    const all = await recordAzure({
      dataStores: [
        { name: "my-features" },
        { name: "bank", access: "read", existing: { id: pulumi.output(STORAGE_ID), container: "transactions" } },
      ],
    });
    const stores = inputsOf(all, "azure-native:machinelearningservices:Datastore");
    assert.deepEqual(stores.map(({ name }) => name).sort(), ["bank", "models", "my_features"]);
    const bank = stores.find(({ name }) => name === "bank")!;
    assert.equal(bank.properties.accountName, "bankdata");
    assert.equal(bank.properties.resourceGroup, "bank");
    assert.equal(bank.properties.containerName, "transactions");
    const grant = inputsOf(all, "azure-native:authorization:RoleAssignment").filter(({ scope }) =>
      String(scope).startsWith(STORAGE_ID),
    );
    assert.deepEqual(grant.map(({ scope }) => scope).sort(), [
      STORAGE_ID,
      `${STORAGE_ID}/blobServices/default/containers/transactions`,
    ]);
  });

  it("gives each notebook to one person, without SSH, local accounts or a public address", async () => {
    const all = await recordAzure({
      notebooks: [{ name: "train", owner: "ana", machineType: "Standard_NC4as_T4_v3", idleMinutes: 45 }],
    });
    const { inputs } = only(all, "azure-native:machinelearningservices:Compute", "fraud-ml-notebook-train-instance");
    const { computeName, identity, properties } = inputs as Inputs;
    assert.match(computeName, /^fraud-ml-prod-t[a-z]*-[a-z][0-9a-f]{7}$/);
    assert.match(identity.userAssignedIdentities[0], /userAssignedIdentities\/fraud-ml-prod-notebook-train$/);
    assert.deepEqual(properties, {
      computeType: "ComputeInstance",
      disableLocalAuth: true,
      properties: {
        vmSize: "Standard_NC4as_T4_v3",
        applicationSharingPolicy: "Personal",
        computeInstanceAuthorizationType: "personal",
        personalComputeInstanceSettings: {
          assignedUser: {
            objectId: "0a0a0a0a-0000-4000-8000-000000000001",
            tenantId: "00000000-1111-4222-8333-444444444444",
          },
        },
        enableSSO: true,
        enableNodePublicIp: false,
        sshSettings: { sshPublicAccess: "Disabled" },
        idleTimeBeforeShutdown: "PT45M",
      },
    });
  });

  it("logs the network's flows with an identity, for as long as the spec says", async () => {
    const all = await recordAzure({ network: { cidr: "10.20.0.0/20", flowLogRetentionDays: 3650 } });
    const flowLog = only(all, "azure-native:network:FlowLog").inputs as Inputs;
    assert.equal(flowLog.targetResourceId, "fraud-ml-network-network-id");
    assert.equal(flowLog.networkWatcherName, "NetworkWatcher_westeurope");
    assert.equal(flowLog.resourceGroupName, "NetworkWatcherRG");
    assert.equal(flowLog.identity.type, "UserAssigned");
    const { rules } = (
      only(all, "azure-native:storage:ManagementPolicy", "fraud-ml-logs-storage-lifecycle").inputs as Inputs
    ).policy;
    const expire = rules.find(({ name }: Inputs) => name === "expire");
    assert.equal(expire.definition.actions.baseBlob.delete.daysAfterModificationGreaterThan, 3650);
    assert.deepEqual(ofType(all, "azure-native:network:NetworkWatcher"), [], "a singleton of the subscription");
  });

  it("joins an existing network and its DNS zones without touching either", async () => {
    const all = await recordAzure({
      network: {
        existing: {
          networkId: NETWORK_ID,
          subnetIds: [`${NETWORK_ID}/subnets/ml`],
          privateEndpointSubnetId: `${NETWORK_ID}/subnets/endpoints`,
          privateDnsResourceGroupId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/dns`,
        },
      },
    });
    for (const type of ["VirtualNetwork", "Subnet", "NetworkSecurityGroup", "FlowLog"]) {
      assert.deepEqual(ofType(all, `azure-native:network:${type}`), []);
    }
    assert.deepEqual(ofType(all, "azure-native:privatedns:PrivateZone"), []);
    for (const { subnet } of inputsOf(all, "azure-native:network:PrivateEndpoint")) {
      assert.equal(subnet.id, `${NETWORK_ID}/subnets/endpoints`);
    }
    for (const { privateDnsZoneConfigs } of inputsOf(all, "azure-native:network:PrivateDnsZoneGroup")) {
      for (const { privateDnsZoneId } of privateDnsZoneConfigs) assert.match(privateDnsZoneId, /resourceGroups\/dns\//);
    }
  });

  it("creates and links the zones of an existing network that has none", async () => {
    const subnetIds = [`${NETWORK_ID}/subnets/ml`];
    const all = await recordAzure({ network: { existing: { networkId: NETWORK_ID, subnetIds } } });
    for (const { virtualNetwork } of inputsOf(all, "azure-native:privatedns:VirtualNetworkLink")) {
      assert.equal(virtualNetwork.id, NETWORK_ID);
    }
    assert.equal(ofType(all, "azure-native:privatedns:VirtualNetworkLink").length, 13);
    for (const { subnet } of inputsOf(all, "azure-native:network:PrivateEndpoint"))
      assert.equal(subnet.id, subnetIds[0]);
  });

  it("uses the names of the government and China clouds", async () => {
    const zonesOf = async (location: string) => {
      const all = await recordAzure({ location });
      return inputsOf(all, "azure-native:privatedns:PrivateZone").map(({ privateZoneName }) => privateZoneName);
    };
    const government = await zonesOf("usgovvirginia");
    assert.ok(government.includes("privatelink.api.ml.azure.us"));
    assert.ok(government.includes("privatelink.agentsvc.azure-automation.us"));
    assert.ok(
      government.every((zone) => /\.us$|usgovcloudapi\.net$/.test(zone)),
      String(government),
    );
    const china = await zonesOf("chinanorth3");
    assert.ok(
      china.every((zone) => /\.cn$/.test(zone) || /chinacloudapi\.cn$/.test(zone)),
      String(china),
    );
  });

  it("spans zones only where the region has them", async () => {
    const registryIn = async (location: string) =>
      (only(await recordAzure({ location }), "azure-native:containerregistry:Registry").inputs as Inputs)
        .zoneRedundancy;
    assert.equal(await registryIn("westeurope"), "Enabled");
    assert.equal(await registryIn("westus"), "Disabled");
  });

  it("turns on the high-business-impact flag for confidential data", async () => {
    const flag = async (dataClassification: string) =>
      only(await recordAzure({ dataClassification }), "azure-native:machinelearningservices:Workspace").inputs
        .hbiWorkspace;
    assert.equal(await flag("confidential"), true);
    assert.equal(await flag("internal"), false);
  });

  it("outputs no secret", async () => {
    const outputs = await outputsOf(specFor("azure"));
    assert.doesNotMatch(JSON.stringify(outputs), /accountKey|connectionString|sharedKey|instrumentationKey|password/i);
    assert.equal(
      outputs.consoleUrl,
      "https://ml.azure.com/?wsid=fraud-ml-workspace-id&tid=00000000-1111-4222-8333-444444444444",
    );
    assert.deepEqual(Object.keys(outputs.keyIds as object).sort(), ["data", "logs", "models", "notebooks"]);
    assert.match(
      (outputs.dataUris as Record<string, string>).features!,
      /^abfss:\/\/features@[a-z0-9]{3,24}\.dfs\.core\.windows\.net\/$/,
    );
  });

  it("says what Azure cannot give in full", async () => {
    const { gaps } = await outputsOf(
      specFor("azure", {
        network: { cidr: "10.20.0.0/20", egress: "packages", availabilityZones: ["1"] },
        dataStores: [{ name: "worm", immutableDays: 30, retentionDays: 400 }],
        notebooks: [{ name: "n1", owner: "ana", image: "x", volumeGb: 200, repositories: ["https://github.com/a/b"] }],
        keys: { hsm: true },
      }),
    );
    assert.deepEqual(
      (gaps as string[]).map((gap) => gap.slice(0, gap.indexOf(":"))),
      [
        "network.availabilityZones",
        "network.egress",
        "network.egress",
        "dataStores[0].retentionDays",
        "dataStores[0].immutableDays",
        "notebooks[0].image",
        "notebooks[0].repositories",
        "notebooks[0].volumeGb",
        "notebooks",
        "keys",
        "keys.hsm",
      ],
    );
  });

  it("refuses what Azure does not know, all problems at once and before any resource", async () => {
    const args = specFor("azure", {
      network: { existing: { networkId: "vpc-1", subnetIds: ["subnet-1"] } },
      dataStores: [{ name: "bank", existing: { id: "bucket", container: "data" } }],
      notebooks: [{ name: "n1", owner: "ana", machineType: "ml.t3.medium" }],
    });
    const registered = await record(() => {
      const paths = problemPaths(() => new SecureMlWorkspace("fraud-ml", args));
      assert.deepEqual(paths, [
        "network.existing.networkId",
        "network.existing.subnetIds[0]",
        "dataStores[0].existing.id",
        "notebooks[0].machineType",
      ]);
      assert.deepEqual(
        problemPaths(() => createProvider("p", specFor("aws"))),
        ["cloud"],
      );
      assert.deepEqual(
        problemPaths(() => new DataGrant("g", { containerId: "c", principalId: "p", access: "admin" })),
        ["access"],
      );
    });
    assert.deepEqual(
      registered.filter(({ type }) => type !== "pulumi:pulumi:Stack"),
      [],
    );
  });

  for (const { name, spec } of [...teamSpecs(), ...variantSpecs()].filter(({ spec: { cloud } }) => cloud === "azure")) {
    it(`keeps names within each service's limits: ${name}`, async () => {
      const all = await record(() => new SecureMlWorkspace("w", spec), { outputs: azureOutputs });
      assert.deepEqual(all.flatMap(nameProblems), []);
      for (const type of new Set(all.map((entry) => entry.type))) assertDistinct(ofType(all, type));
    });
  }

  it("makes GUIDs of version 5 that depend on the text alone", () => {
    assert.match(guid("a"), /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(guid("a"), guid("a"));
    assert.notEqual(guid("a"), guid("b"));
  });
});

describe("azure components by themselves", () => {
  it("makes an identity for one existing container, and later one more grant", async () => {
    const container = `${STORAGE_ID}/blobServices/default/containers/transactions`;
    const all = await record(
      () => {
        const identity = new WorkloadIdentity("reader", {
          subscriptionId: SUBSCRIPTION,
          resourceGroupName: "team",
          location: "westeurope",
          identityName: "reader",
          readContainerIds: [container],
        });
        new DataGrant("more", {
          containerId: pulumi.output(`${container}2`),
          principalId: identity.principalId,
          access: "read-write",
        });
      },
      { outputs: azureOutputs },
    );
    const grants = inputsOf(all, "azure-native:authorization:RoleAssignment");
    assert.deepEqual(
      grants.map(({ scope, roleDefinitionId, principalId }) => [
        scope,
        roleDefinitionId.split("/").at(-1),
        principalId,
      ]),
      [
        [container, "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "reader-identity-principal"],
        [`${container}2`, "ba92f5b4-2d11-453d-a403-e96b0029c9fe", "reader-identity-principal"],
      ],
    );
    assert.equal(ofType(all, "azure-native:managedidentity:UserAssignedIdentity").length, 1);
  });

  it("makes a data store with somebody's own key, and a notebook in somebody's own subnet", async () => {
    const all = await record(
      () => {
        new DataStore("store", {
          subscriptionId: SUBSCRIPTION,
          resourceGroupName: "team",
          location: "westeurope",
          accountName: "teamdata",
          containerName: "data",
          vaultUri: "https://team.vault.azure.net",
          keyName: "data",
          keyIdentityId: "identity",
        });
        new PrivateNotebook("notebook", {
          resourceGroupName: "team",
          workspaceName: "ml",
          location: "westeurope",
          notebookName: "explore",
          machineType: "Standard_D2ds_v4",
          ownerObjectId: "ana",
          tenantId: "tenant",
          identityId: "identity",
          subnetId: `${NETWORK_ID}/subnets/ml`,
        });
      },
      { outputs: azureOutputs },
    );
    const [notebook] = inputsOf(all, "azure-native:machinelearningservices:Compute");
    assert.deepEqual(notebook!.properties.properties.subnet, { id: `${NETWORK_ID}/subnets/ml` });
    assert.equal(inputsOf(all, "azure-native:storage:StorageAccount")[0]!.networkRuleSet.bypass, "None");
  });
});

/** The outputs of a workspace. */
async function outputsOf(args: ReturnType<typeof specFor>): Promise<Record<string, unknown>> {
  let outputs: Record<string, unknown> = {};
  await record(
    async () => {
      const workspace = new SecureMlWorkspace("fraud-ml", args);
      outputs = await new Promise((resolve) => {
        pulumi.output(workspace.outputs()).apply(resolve);
      });
    },
    { outputs: azureOutputs },
  );
  return outputs;
}

function problemPaths(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

/** Name rules: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const NAME_RULES: Record<string, [string, RegExp]> = {
  "containerregistry:Registry": ["registryName", /^[a-zA-Z0-9]{5,50}$/],
  "keyvault:Vault": ["vaultName", /^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/],
  "machinelearningservices:Compute": ["computeName", /^(?!.*-\d*$)[A-Za-z][A-Za-z0-9-]{2,23}$/],
  "machinelearningservices:Datastore": ["name", /^[a-zA-Z0-9_]{1,255}$/],
  "machinelearningservices:Workspace": ["workspaceName", /^[a-zA-Z0-9][a-zA-Z0-9-]{2,32}$/],
  "managedidentity:UserAssignedIdentity": ["resourceName", /^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$/],
  "network:NetworkSecurityGroup": ["networkSecurityGroupName", /^[a-zA-Z0-9][\w.-]{0,78}\w$/],
  "network:PrivateEndpoint": ["customNetworkInterfaceName", /^[a-zA-Z0-9][\w.-]{0,78}\w$/],
  "network:VirtualNetwork": ["virtualNetworkName", /^[a-zA-Z0-9][\w.-]{0,62}\w$/],
  "operationalinsights:Workspace": ["workspaceName", /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/],
  "resources:ResourceGroup": ["resourceGroupName", /^[\w.()-]{1,89}[\w()-]$/],
  "storage:BlobContainer": ["containerName", /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/],
  "storage:StorageAccount": ["accountName", /^[a-z0-9]{3,24}$/],
  "authorization:RoleDefinition": ["roleName", /^.{1,128}$/],
};

function nameProblems({ type, name, inputs }: Registration): string[] {
  const rule = NAME_RULES[type.replace("azure-native:", "")];
  if (!rule) return [];
  const [property, pattern] = rule;
  return pattern.test(String(inputs[property])) ? [] : [`${name}: ${property} ${inputs[property]}`];
}

/** No two resources of a type share a physical name. */
function assertDistinct(registrations: Registration[]): void {
  const rule = NAME_RULES[registrations[0]!.type.replace("azure-native:", "")];
  if (!rule) return;
  const names = registrations.map(({ inputs }) => `${inputs.accountName ?? ""}/${inputs[rule[0]]}`);
  assert.equal(new Set(names).size, names.length, names.join(", "));
}
