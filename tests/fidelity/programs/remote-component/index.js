// A component whose code lives in a provider plugin: its children cannot be seen without it.
import * as pulumi from "@pulumi/pulumi";

class Remote extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("echo:index:Remote", name, { address: undefined, ...args }, opts, true);
  }
}
const remote = new Remote("remote", { size: 1 });
export const address = remote.address;
