// TypeScript that needs a compiler: an enum, a parameter property and an import without extension.
import * as pulumi from "@pulumi/pulumi";
import { Size } from "./sizes";

class Plan {
  constructor(readonly size: Size) {}
}

class Thing extends pulumi.CustomResource {
  constructor(name: string, args: pulumi.Inputs) {
    super("echo:index:Thing", name, args);
  }
}

const plan = new Plan(Size.Large);
export const thing = new Thing("thing", { value: plan.size, other: Size[plan.size] }).urn;
