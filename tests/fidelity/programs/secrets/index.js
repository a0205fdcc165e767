// Secrets in configuration, in inputs, nested and in outputs.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", {
  value: pulumi.secret("token"),
  other: { nested: [pulumi.secret({ deep: 1 })], joined: pulumi.interpolate`a-${pulumi.secret("b")}` },
});
new Thing("second", { value: first.value, other: pulumi.unsecret(first.value), result: pulumi.secret(first.result) });
export const exported = pulumi.secret("shown to nobody");
