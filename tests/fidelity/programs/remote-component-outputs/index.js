// The same component, where a fixture gives its outputs.
import * as pulumi from "@pulumi/pulumi";

class Remote extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("echo:index:Remote", name, { address: undefined, ...args }, opts, true);
  }
}
const remote = new Remote("remote", { size: 1 });
export const address = remote.address;
