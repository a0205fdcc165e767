import { Provider } from "@pulumi/aws/provider.js";
import { Config } from "@pulumi/pulumi";
import { PrivateNotebook, WorkloadIdentity } from "secure-ml-workspace/aws";

const config = new Config();
const [accountId, region] = [config.require("accountId"), config.require("region")];
const provider = new Provider("target", { region, allowedAccountIds: [accountId] });

const dataStores = [{ bucket: config.require("bucket"), access: "read", keyArn: config.require("bucketKeyArn") }];
const role = { accountId, region, roleName: "explore", description: "Notebook explore", dataStores };
const identity = new WorkloadIdentity("explore", role, { provider });

const place = { subnetId: config.require("subnetId"), securityGroupIds: [config.require("securityGroupId")] };
const settings = { accountId, region, notebookName: "explore", keyArn: config.require("diskKeyArn"), idleMinutes: 0 };
const args = { ...settings, ...place, roleArn: identity.roleArn };
const notebook = new PrivateNotebook("explore", args, { provider, dependsOn: [identity] });

export const outputs = { notebookId: notebook.notebookId, roleArn: identity.roleArn };
