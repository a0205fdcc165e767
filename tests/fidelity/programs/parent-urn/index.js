// A stack's root resource as an explicit parent, and names with odd characters.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

const group = new Group("a::b c/ü", { parent: pulumi.rootStackResource });
new Thing(
  "x::y",
  { value: pulumi.getStack(), other: [pulumi.getProject(), pulumi.getOrganization()] },
  { parent: group },
);
