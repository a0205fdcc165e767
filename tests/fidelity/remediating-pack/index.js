// A pack that changes what it sees: every thing gets a value of its own.
const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("remediating-pack", {
  enforcementLevel: "advisory",
  policies: [
    {
      name: "own-value",
      description: "A thing has the value that the pack gives it.",
      enforcementLevel: "remediate",
      remediateResource: ({ type, props }) => {
        if (type !== "echo:index:Thing" || props.value === "remediated") return undefined;
        return { ...props, value: "remediated" };
      },
    },
  ],
});
