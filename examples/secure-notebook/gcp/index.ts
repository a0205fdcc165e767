import { Provider } from "@pulumi/gcp/provider.js";
import { Config } from "@pulumi/pulumi";
import { PrivateNotebook, WorkloadIdentity } from "secure-ml-workspace/gcp";

const config = new Config();
const [project, zone] = [config.require("project"), config.require("zone")];
const provider = new Provider("target", { project });

const identity = new WorkloadIdentity("explore", { project, readBuckets: [config.require("bucket")] }, { provider });

const place = { project, zone, networkId: config.require("networkId"), subnetId: config.require("subnetId") };
const access = { owner: config.require("owner"), networkTags: [config.require("networkTag")] };
const keyId = config.require("keyId");
const args = { ...place, ...access, keyId, serviceAccountEmail: identity.email };
const notebook = new PrivateNotebook("explore", args, { provider, dependsOn: [identity] });

export const outputs = { notebookId: notebook.notebookId, serviceAccount: identity.email };
