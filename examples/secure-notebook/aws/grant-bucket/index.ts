import { Provider } from "@pulumi/aws/provider.js";
import { Config } from "@pulumi/pulumi";
import { DataGrant } from "secure-ml-workspace/aws";

const config = new Config();
const [accountId, region] = [config.require("accountId"), config.require("region")];
const provider = new Provider("target", { region, allowedAccountIds: [accountId] });
const store = { bucket: config.require("bucket"), keyArn: config.require("keyArn") };
new DataGrant("explore-reference", { accountId, region, roleName: config.require("roleName"), ...store }, { provider });
