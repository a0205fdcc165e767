// Configuration of the project that the stack overrides, by namespace.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const [own, other] = [new pulumi.Config(), new pulumi.Config("other")];
new Thing("thing", { value: own.require("size"), other: other.require("name"), gone: own.get("absent") ?? "absent" });
