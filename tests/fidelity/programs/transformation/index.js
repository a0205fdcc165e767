// Old-style transformations, which run inside the SDK: a resource's own, its parent's and the stack's.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

const append =
  (text) =>
  ({ type, props, opts }) =>
    type === "echo:index:Thing"
      ? { props: { ...props, value: props.value + text }, opts: { ...opts, protect: true } }
      : undefined;
pulumi.runtime.registerStackTransformation(append("-stack"));
const group = new Group("group", { transformations: [append("-parent")] });
new Thing("thing", { value: "given" }, { parent: group, transformations: [append("-own")] });
