import { Provider } from "@pulumi/gcp/provider.js";
import { Config } from "@pulumi/pulumi";
import { DataGrant } from "secure-ml-workspace/gcp";

const config = new Config();
const provider = new Provider("target", { project: config.require("project") });
const grant = { bucket: config.require("bucket"), serviceAccountEmail: config.require("serviceAccount") };
new DataGrant("explore-reference", grant, { provider });
