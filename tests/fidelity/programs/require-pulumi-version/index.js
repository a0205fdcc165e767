// A program may ask for a version of Pulumi.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

await pulumi.requirePulumiVersion(">=3.0.0");
new Thing("thing", {});
