// A resource that an apply on a known value creates, with the dependencies of that value.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: ["a", "b"] });
first.value.apply((list) => list.map((name) => new Thing(name, { value: pulumi.output(name), other: first.value })));
