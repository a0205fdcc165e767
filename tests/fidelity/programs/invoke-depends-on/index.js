// A look-up that depends on a resource which does not exist yet is unknown.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
const found = pulumi.runtime.invokeOutput("echo:index:getThing", { name: "a" }, { dependsOn: [first] });
new Thing("second", { value: found.apply((result) => result.value) });
