// A pack that only watches: it makes the engine call every method of the protocol, and reads nothing.
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("watching-pack", {
  enforcementLevel: "advisory",
  policies: [
    { name: "each-resource", description: "Sees every resource.", validateResource: () => {} },
    {
      name: "whole-stack",
      description: "Sees the whole stack.",
      configSchema: { properties: { limit: { type: "number", default: 7 } } },
      validateStack: () => {},
    },
  ],
});
