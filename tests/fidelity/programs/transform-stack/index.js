// Transforms of the stack: they see every resource, run last and in order, and may be async.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type === "echo:index:Thing" ? { props: { ...props, value: `${props.value}-1` }, opts } : undefined,
);
pulumi.runtime.registerResourceTransform(async ({ custom, props, opts }) =>
  custom
    ? { props: { ...props, value: `${props.value}-2` }, opts: { ...opts, additionalSecretOutputs: ["value"] } }
    : undefined,
);
const group = new Group("group");
new Thing("thing", { value: "given" }, { parent: group });
