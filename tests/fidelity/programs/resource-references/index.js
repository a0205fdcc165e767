// Resources as inputs of resources and components: policies see their ids or URNs.
import * as pulumi from "@pulumi/pulumi";
import { Group, Thing } from "../../echo.js";

const first = new Thing("first", { value: 1 });
const group = new Group("group");
class Holder extends pulumi.ComponentResource {
  constructor(name, args) {
    super("fidelity:index:Holder", name, args);
    new Thing(`${name}-thing`, { value: args.thing.value, other: args.thing, group: args.group }, { parent: this });
    this.registerOutputs({ thing: args.thing });
  }
}
new Holder("holder", { thing: first, group, list: [first] });
