// Real resource classes of Azure.
import * as storage from "@pulumi/azure-native/storage/index.js";

const account = new storage.StorageAccount("data", {
  resourceGroupName: "group",
  kind: "StorageV2",
  sku: { name: "Standard_LRS" },
});
new storage.BlobContainer("models", { resourceGroupName: "group", accountName: account.name });
