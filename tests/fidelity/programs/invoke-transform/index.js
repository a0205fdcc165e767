// An invoke transform changes the arguments and the provider of a look-up.
import * as pulumi from "@pulumi/pulumi";
import { Provider, Thing } from "../../echo.js";

const provider = new Provider("chosen", {});
pulumi.runtime.registerInvokeTransform(({ args, opts }) => ({
  args: { ...args, name: "right" },
  opts: { ...opts, provider },
}));
const found = pulumi.runtime.invokeOutput("echo:index:getThing", { name: "wrong" });
new Thing("thing", { value: found.apply((result) => result.value) });
