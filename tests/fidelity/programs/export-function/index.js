// A CommonJS program whose module is a function: its result is the stack's outputs.
const pulumi = require("@pulumi/pulumi");

class Thing extends pulumi.CustomResource {}

module.exports = () => {
  new Thing("echo:index:Thing", "thing", { value: 1 });
  return { answer: 42 };
};
