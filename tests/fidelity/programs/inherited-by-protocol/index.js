// The engine itself hands down what a component was given: SDKs of other languages rely on it.
import * as pulumi from "@pulumi/pulumi";
import { Provider, registerByProtocol } from "../../echo.js";

const provider = new Provider("provider", { n: 1 });
const reference = pulumi.interpolate`${provider.urn}::04da6b54-80e4-46f7-96ec-b56ff0331ba9`;
export const registered = reference.apply(async (given) => {
  const group = await registerByProtocol("fidelity:index:Group", "group", (request) => {
    request.getProvidersMap().set("echo", given);
    request.setProtect(true);
  });
  const inner = await registerByProtocol("fidelity:index:Group", "inner", (request) => request.setParent(group));
  return registerByProtocol("echo:index:Thing", "thing", (request) => {
    request.setCustom(true);
    request.setParent(inner);
  });
});
