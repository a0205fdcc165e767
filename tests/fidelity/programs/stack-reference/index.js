// Outputs of another stack.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const network = new pulumi.StackReference("organization/network/dev");
new Thing("thing", {
  value: network.getOutput("vpcId"),
  other: network.requireOutput("subnets").apply((list) => list[0]),
});
