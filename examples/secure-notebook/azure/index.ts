import { Provider } from "@pulumi/azure-native/provider.js";
import { Config } from "@pulumi/pulumi";
import { PrivateNotebook, WorkloadIdentity } from "secure-ml-workspace/azure";

const config = new Config();
const [subscriptionId, tenantId] = [config.require("subscriptionId"), config.require("tenantId")];
const [location, resourceGroupName] = [config.require("location"), config.require("resourceGroupName")];
const provider = new Provider("target", { subscriptionId, tenantId, location });
const place = { subscriptionId, resourceGroupName, location };

const readContainerIds = [config.require("containerId")];
const identity = new WorkloadIdentity("explore", { ...place, identityName: "explore", readContainerIds }, { provider });

const workspace = { resourceGroupName, location, workspaceName: config.require("workspaceName") };
const person = { tenantId, ownerObjectId: config.require("ownerObjectId"), identityId: identity.identityId };
const machine = { notebookName: "explore", machineType: "Standard_D2ds_v4", subnetId: config.require("subnetId") };
const options = { provider, dependsOn: identity.usable };
const notebook = new PrivateNotebook("explore", { ...workspace, ...person, ...machine }, options);
export const outputs = { notebookId: notebook.notebookId, principalId: identity.principalId };
