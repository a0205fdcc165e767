// A dynamic resource: its code travels as a serialized closure.
import * as pulumi from "@pulumi/pulumi";

const provider = { create: async (inputs) => ({ id: "made", outs: inputs }) };
class Made extends pulumi.dynamic.Resource {
  constructor(name, args, opts) {
    super(provider, name, { made: undefined, ...args }, opts);
  }
}
const made = new Made("made", { value: 1 });
export const value = made.value;
