// A transform sees unknown, secret and dependent values, and what it adds carries them on.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const first = new Thing("first", { value: "known" });
const own = ({ props, opts }) => ({
  props: { ...props, other: pulumi.interpolate`${props.value}!`, token: pulumi.secret("s") },
  opts: { ...opts, dependsOn: [first] },
});
new Thing("second", { value: first.result }, { transforms: [own] });
