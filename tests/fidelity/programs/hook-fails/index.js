// A failing hook before a creation fails the preview.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const refuse = new pulumi.ResourceHook(
  "refuse",
  () => {
    throw new Error("not this one");
  },
  { onDryRun: true },
);
new Thing("thing", { value: "given" }, { hooks: { beforeCreate: [refuse] } });
