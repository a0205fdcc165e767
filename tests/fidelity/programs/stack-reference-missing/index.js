// Without a fixture nobody knows the other stack: its outputs are unknown, where the engine fails.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const network = new pulumi.StackReference("organization/network/dev");
new Thing("thing", { value: network.getOutput("vpcId") });
