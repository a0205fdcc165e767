// The default provider takes the stack's configuration of its package, and the version that a resource asks for.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

new Thing("any", {});
new Thing("old", {}, { version: "1.2.3" });
new Thing("elsewhere", {}, { pluginDownloadURL: "https://example.com/plugins" });
export const region = new pulumi.Config("echo").require("region");
