// Hooks before and after a creation; those that ask for it run in a preview too.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const seen = new pulumi.ResourceHook(
  "before",
  (args) => {
    new Thing("from-before", { value: Object.keys(args.newInputs).sort().join() });
  },
  { onDryRun: true },
);
const after = new pulumi.ResourceHook(
  "after",
  (args) => {
    new Thing("from-after", { value: args.name, other: args.newOutputs !== undefined });
  },
  { onDryRun: true },
);
const never = new pulumi.ResourceHook("never", () => {
  throw new Error("runs in an update only");
});
new Thing("thing", { value: "given" }, { hooks: { beforeCreate: [seen, never], afterCreate: [after] } });
