// A reference to a resource is turned into a resource again, with its properties.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

pulumi.runtime.registerResourceModule("echo", "index", {
  version: "1.0.0",
  construct: (name, _type, urn) => new Thing(name, undefined, { urn }),
});
const first = new Thing("first", { value: "state" });
const holder = new Thing("holder", { value: first });
new Thing("third", { value: holder.value.apply((found) => found.value) });
