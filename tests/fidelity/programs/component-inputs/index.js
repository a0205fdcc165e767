// Inputs of a component, and its transforms: policies see them as its properties.
import * as pulumi from "@pulumi/pulumi";
import { Thing } from "../../echo.js";

class Box extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("fidelity:index:Box", name, args, opts);
    new Thing(`${name}-thing`, { value: args.size }, { parent: this });
    this.registerOutputs();
  }
}
const first = new Thing("first", {});
const grow = ({ type, props, opts }) =>
  type === "fidelity:index:Box" ? { props: { ...props, grown: true }, opts } : undefined;
new Box("box", { size: first.result, color: pulumi.secret("red") }, { transforms: [grow], dependsOn: [first] });
