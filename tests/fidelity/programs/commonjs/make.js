const pulumi = require("@pulumi/pulumi");

class Thing extends pulumi.CustomResource {
  constructor(name, args, opts) {
    super("echo:index:Thing", name, { ...args, directory: __dirname.split("/").at(-1) }, opts);
  }
}

exports.makeThing = (name) => new Thing(name, { value: 1 });
