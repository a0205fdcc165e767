// Encrypted configuration; the passphrase of the recording is empty.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const config = new pulumi.Config();
new Thing("thing", {
  value: config.requireSecret("password"),
  other: pulumi.interpolate`x-${config.getSecret("password")}`,
});
