// Components in components: their types make up the URN.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

class Outer extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("fidelity:index:Outer", name, args, opts);
    const inner = new Group(`${name}-inner`, { parent: this });
    const thing = new Thing(`${name}-thing`, { value: args.value }, { parent: inner });
    new Thing(`${name}-below`, { value: thing.value }, { parent: thing });
    this.registerOutputs({ value: thing.value, result: thing.result });
  }
}
new Outer("outer", { value: 1 });
