// Resources of a package that exists nowhere but in the recordings: its provider returns what it is given.
import * as pulumi from "@pulumi/pulumi";

/** A resource with one output that is never known. */
export class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("echo:index:Thing", name, { value: undefined, other: undefined, result: undefined, ...args }, opts);
  }

  static get(name, id, args, opts) {
    return new Thing(name, args, { ...opts, id });
  }
}

/** An explicit provider of the package. */
export class Provider extends pulumi.ProviderResource {
  constructor(name, args, opts) {
    super("echo", name, args, opts);
  }
}

/** A component without inputs. */
export class Group extends pulumi.ComponentResource {
  constructor(name, opts) {
    super("fidelity:index:Group", name, {}, opts);
  }
}
