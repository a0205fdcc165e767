// Which property depends on which resource: directly, by interpolation, and nested.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

const a = new Thing("a", { value: 1 });
const b = new Thing("b", { value: 2 });
new Thing("both", {
  value: a.value,
  other: pulumi.interpolate`${a.result}-${b.id}`,
  nested: { list: [pulumi.all([a.value, b.value]).apply(([x, y]) => x + y)], plain: 1 },
  object: pulumi.output({ here: b.result, there: "known" }),
});
