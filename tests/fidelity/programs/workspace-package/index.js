// A component of a package that npm has linked into node_modules, as it does for workspaces.
import { Provider } from "@pulumi/aws/provider.js";
import { WorkloadIdentity } from "secure-ml-workspace/aws";

const [accountId, region] = ["123456789012", "eu-west-1"];
const provider = new Provider("target", { region, allowedAccountIds: [accountId] });
const dataStores = [{ bucket: "data", access: "read" }];
const role = { accountId, region, roleName: "explore", description: "Notebook explore", dataStores };
export const { roleArn } = new WorkloadIdentity("explore", role, { provider });
