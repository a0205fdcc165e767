// A program that logs an error goes on, and fails at its end.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

await pulumi.log.error("something is wrong");
new Thing("thing", {});
