// Resources of a package that exists nowhere but in the recordings: its provider returns what it is given.
import * as pulumi from "@pulumi/pulumi";
import resproto from "@pulumi/pulumi/proto/resource_pb.js";

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

/** Registers a resource with a message of the protocol, as SDKs of other languages do; gives its URN. */
export function registerByProtocol(type, name, fill) {
  const request = new resproto.RegisterResourceRequest();
  request.setType(type);
  request.setName(name);
  fill(request);
  const monitor = pulumi.runtime.getMonitor();
  return new Promise((resolve, reject) =>
    monitor.registerResource(request, (error, response) => (error ? reject(error) : resolve(response.getUrn()))),
  );
}
