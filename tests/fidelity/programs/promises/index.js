// Promises and nested outputs as inputs.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const soon = new Promise((resolve) => setTimeout(() => resolve({ a: pulumi.output([pulumi.output("deep")]) }), 20));
const thing = new Thing("thing", {
  value: soon,
  other: [Promise.resolve(1), pulumi.concat("a", Promise.resolve("b"))],
});
export const joined = pulumi.interpolate`${thing.value}`;
