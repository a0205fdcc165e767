// Outputs of the stack: values, secrets, unknowns and resources.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

export const thing = new Thing("thing", { value: 1 });
export const value = thing.value;
export const nested = { secret: pulumi.secret("s"), unknown: thing.id, promise: Promise.resolve([1]) };
