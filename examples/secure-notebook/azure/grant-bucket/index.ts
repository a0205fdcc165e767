import { Provider } from "@pulumi/azure-native/provider.js";
import { Config } from "@pulumi/pulumi";
import { DataGrant } from "secure-ml-workspace/azure";

const config = new Config();
const provider = new Provider("target", { subscriptionId: config.require("subscriptionId") });
const access = { containerId: config.require("containerId"), principalId: config.require("principalId") };
new DataGrant("explore-rates", { ...access, access: "read" }, { provider });
