// The package: its exported components are what its plugin can make.
import * as pulumi from "@pulumi/pulumi";

export interface PartArgs {
  name: string;
  of?: pulumi.Input<string>;
}

export interface PairArgs {
  size: pulumi.Input<number>;
  label?: pulumi.Input<string>;
  password?: pulumi.Input<string>;
  parts?: pulumi.Input<pulumi.Input<PartArgs>[]>;
}

class Thing extends pulumi.CustomResource {
  public readonly value!: pulumi.Output<string>;
  public readonly result!: pulumi.Output<string>;

  constructor(name: string, args: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
    super("echo:index:Thing", name, { value: undefined, other: undefined, result: undefined, ...args }, opts);
  }
}

/** Two things, of which the second needs the first. */
export class Pair extends pulumi.ComponentResource {
  public readonly first: pulumi.Output<string>;
  public readonly label: pulumi.Output<string>;
  public readonly secret: pulumi.Output<string>;

  constructor(name: string, args: PairArgs, opts?: pulumi.ComponentResourceOptions) {
    super("parts:index:Pair", name, args, opts);
    const greeting = new pulumi.Config().require("greeting");
    const place = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    const left = new Thing(`${name}-left`, { value: args.size, other: [greeting, place] }, { parent: this });
    const right = new Thing(`${name}-right`, { value: left.result, other: args.password }, { parent: this });
    new Thing(`${name}-parts`, { value: args.parts, other: args.label }, { parent: this, dependsOn: [right] });
    this.first = left.result;
    this.label = pulumi.interpolate`${name}: ${args.label}`;
    this.secret = pulumi.secret(left.value);
    this.registerOutputs({ first: this.first, label: this.label, secret: this.secret });
  }
}
