// An Azure ML workspace and its data the way tutorials write it. Every hole is listed in holes.json; never deploy this.
import { Component } from "@pulumi/azure-native/applicationinsights/component.js";
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { RoleDefinition } from "@pulumi/azure-native/authorization/roleDefinition.js";
import { Account } from "@pulumi/azure-native/cognitiveservices/account.js";
import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { Compute } from "@pulumi/azure-native/machinelearningservices/compute.js";
import { Datastore } from "@pulumi/azure-native/machinelearningservices/datastore.js";
import { OnlineEndpoint } from "@pulumi/azure-native/machinelearningservices/onlineEndpoint.js";
import { Workspace } from "@pulumi/azure-native/machinelearningservices/workspace.js";
import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import { Deployment } from "@pulumi/azure-native/resources/deployment.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import { interpolate } from "@pulumi/pulumi";

const subscription = "/subscriptions/55555555-6666-4777-8888-999999999999";
const tenantId = "00000000-1111-4222-8333-444444444444";
const roles = `${subscription}/providers/Microsoft.Authorization/roleDefinitions`;

const { name: resourceGroupName } = new ResourceGroup("group");

const firewall = new NetworkSecurityGroup("allow-all", {
  resourceGroupName,
  securityRules: [
    {
      name: "ssh-and-jupyter",
      direction: "Inbound",
      access: "Allow",
      priority: 100,
      protocol: "Tcp",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRanges: ["22", "8888"],
    },
  ],
});
const network = new VirtualNetwork("network", {
  resourceGroupName,
  addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
});
new Subnet("subnet", {
  subnetName: "workloads",
  resourceGroupName,
  virtualNetworkName: network.name,
  addressPrefix: "10.0.0.0/24",
  networkSecurityGroup: { id: firewall.id },
});

const storage = new StorageAccount("storage", {
  resourceGroupName,
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
  allowBlobPublicAccess: true,
  enableHttpsTrafficOnly: false,
  minimumTlsVersion: "TLS1_0",
});
new BlobServiceProperties("blobs", { resourceGroupName, accountName: storage.name, blobServicesName: "default" });
new BlobContainer("training-data", { resourceGroupName, accountName: storage.name, publicAccess: "Container" });

const vault = new Vault("vault", {
  resourceGroupName,
  properties: {
    tenantId,
    sku: { family: "A", name: "standard" },
    enableSoftDelete: false,
    accessPolicies: [
      {
        tenantId,
        objectId: "0a0a0a0a-0000-4000-8000-000000000001",
        permissions: { keys: ["all"], secrets: ["all"], certificates: ["all"] },
      },
    ],
  },
});
new Key("key", { resourceGroupName, vaultName: vault.name, properties: { kty: "RSA", keySize: 2048 } });

const registry = new Registry("registry", {
  resourceGroupName,
  sku: { name: "Premium" },
  adminUserEnabled: true,
  anonymousPullEnabled: true,
});
const insights = new Component("insights", { resourceGroupName, kind: "web", applicationType: "web" });

const workspace = new Workspace("workspace", {
  resourceGroupName,
  identity: { type: "SystemAssigned" },
  storageAccount: storage.id,
  keyVault: vault.id,
  containerRegistry: registry.id,
  applicationInsights: insights.id,
  publicNetworkAccess: "Enabled",
  v1LegacyMode: true,
});
new Datastore("datastore", {
  resourceGroupName,
  workspaceName: workspace.name,
  properties: {
    datastoreType: "AzureBlob",
    accountName: storage.name,
    containerName: "training-data",
    credentials: { credentialsType: "AccountKey", secrets: { secretsType: "AccountKey", key: "bm90IGEgcmVhbCBrZXk=" } },
  },
});
new Compute("notebook", {
  resourceGroupName,
  workspaceName: workspace.name,
  properties: {
    computeType: "ComputeInstance",
    properties: {
      vmSize: "Standard_DS3_v2",
      applicationSharingPolicy: "Shared",
      sshSettings: { sshPublicAccess: "Enabled", adminPublicKey: "ssh-rsa AAAA" },
    },
  },
});

new RoleAssignment("contributor", {
  scope: subscription,
  // Contributor, on purpose: a hole of holes.json.
  roleDefinitionId: `${roles}/b24988ac-6180-42a0-ab88-20f7382dd24c`,
  principalId: workspace.identity.apply((identity) => identity!.principalId),
  principalType: "ServicePrincipal",
});
new RoleAssignment("owner", {
  scope: interpolate`${subscription}/resourceGroups/${resourceGroupName}`,
  roleDefinitionId: `${roles}/8e3af657-a8ff-443c-a75c-2fe8c4bcb635`,
  principalId: "0a0a0a0a-0000-4000-8000-000000000001",
  principalType: "User",
});
new RoleDefinition("everything", {
  scope: subscription,
  roleName: "Data scientist",
  assignableScopes: [subscription],
  permissions: [{ actions: ["*"], dataActions: ["*"] }],
});

new OnlineEndpoint("scorer", {
  resourceGroupName,
  workspaceName: workspace.name,
  endpointName: "scorer",
  properties: { authMode: "Key" },
});
new Account("openai", {
  resourceGroupName,
  accountName: "example-openai",
  kind: "OpenAI",
  sku: { name: "S0" },
  properties: { customSubDomainName: "example-openai" },
});
new Deployment("template", {
  resourceGroupName,
  deploymentName: "hidden",
  properties: { mode: "Incremental", template: { resources: [] } },
});
