// Components of a package whose source is in a folder beside the program: a plugin process makes them.
import * as pulumi from "@pulumi/pulumi";
import { Provider, Thing } from "../../echo.js";

/** As `pulumi package add ./component` generates it. */
class Pair extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("parts:index:Pair", name, { first: undefined, label: undefined, secret: undefined, ...args }, opts, true);
  }
}

const before = new Thing("before", { value: 1 });
const plain = new Pair("plain", { size: 1, label: "plain", password: pulumi.secret("hidden") });
const later = new Pair(
  "later",
  { size: before.result, label: plain.first, parts: [{ name: "one", of: before.result }] },
  { dependsOn: [before, plain], protect: true, aliases: [{ name: "former" }] },
);
new Pair("provided", { size: 2 }, { providers: [new Provider("own", { region: "here" })], parent: later });
new Pair(
  "transformed",
  { size: 3 },
  {
    transforms: [
      async ({ type, props, opts }) => ({
        props:
          type === "parts:index:Pair" ? { ...props, label: `${props.label ?? ""}changed` } : { ...props, other: "set" },
        opts,
      }),
    ],
  },
);
new Thing("after", { value: plain.label, other: plain.secret }, { dependsOn: [later] });
export const label = plain.label;
export const first = later.first;
