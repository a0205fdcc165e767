// Look-ups: awaited, as an output, and as an output that depends on an unknown.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const awaited = await pulumi.runtime.invoke("echo:index:getThing", { name: "a" });
const output = pulumi.runtime.invokeOutput("echo:index:getThing", { name: "b" });
const first = new Thing("first", { value: awaited.value, other: output.value });
const unknown = pulumi.runtime.invokeOutput("echo:index:getThing", { name: first.result });
new Thing("second", { value: unknown.apply((result) => result.value) });
