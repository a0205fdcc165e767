const { PolicyPack } = require("@pulumi/policy");

// A policy of your own: every bucket says which team owns it.
const bucketsHaveTeams = {
  name: "buckets-have-teams",
  description: "A bucket carries the tag team",
  enforcementLevel: "mandatory",
  validateResource: ({ type, props }, report) => {
    if (type === "aws:s3/bucket:Bucket" && !props.tags?.team) report("give the bucket the tag team");
  },
};

new PolicyPack("acme-policies", { policies: [bucketsHaveTeams] });
