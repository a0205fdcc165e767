/** The policy pack: importing this file starts its server. */
import { PolicyPack } from "@pulumi/policy";
import { controls } from "./controls/index.ts";
import { markJudging } from "./marker.ts";
import { buildPolicies } from "./policies.ts";

markJudging();

new PolicyPack("secure-ml", {
  displayName: "Secure ML workspaces",
  description: "Private, least-privilege, encrypted and audited ML workspaces on AWS, Google Cloud and Azure",
  enforcementLevel: "advisory",
  policies: buildPolicies(controls),
});
