/** Whether the security groups of notebooks and Studio are chosen, and closed to the world. */
import { type Answer, all, any, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import {
  type FirewallRule,
  inlineSecurityGroupRule,
  isInternet,
  nativeSecurityGroupRule,
  securityGroupRule,
  vpcSecurityGroupRule,
} from "../checks/firewall-rules.ts";
import { namesInternet } from "../checks/prefix-lists.ts";
import { anyRefers, refers } from "../checks/relations.ts";
import { SAGEMAKER_DOMAIN, SAGEMAKER_NOTEBOOK, SAGEMAKER_USER_PROFILE } from "../checks/types.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import { type Finding, mustBeSet } from "../findings.ts";
import { elementPaths } from "../read.ts";

/** The control about security groups of notebooks. */
export const notebookSecurityGroups: Control = {
  id: "notebook-security-groups-closed",
  title: "Notebooks have security groups of their own that are closed to the world",
  severity: "high",
  why: "Without a group of its own a notebook gets the network's default group, which lets every neighbour in; an open one lets in everybody.",
  remedy: "Name security groups that admit only the workspace's own applications.",
  frameworks: {
    nist80053: ["AC-4", "SC-7"],
    iso27001: ["A.8.20", "A.8.22"],
    soc2: ["CC6.6"],
    pciDss: ["1.3.1"],
    checkov: ["CKV2_AWS_5"],
  },
  checks: {
    aws: [
      {
        types: [...SAGEMAKER_NOTEBOOK, ...SAGEMAKER_DOMAIN],
        whenAbsent: "violates",
        cloudDefault: "the default security group of the network",
        evaluate: ({ props, type }) => mustBeSet(props, groupsPaths(type)[0], "list"),
      },
    ],
  },
  stackChecks: {
    aws: [
      {
        types: [...SAGEMAKER_NOTEBOOK, ...SAGEMAKER_DOMAIN, ...SAGEMAKER_USER_PROFILE],
        requires: "security groups that admit nothing from everywhere",
        evaluate: (user, stack) =>
          stack.ofType(...Object.keys(GROUPS)).flatMap((group) => mustBeClosed(user, group, stack)),
      },
    ],
  },
};

/** Where each provider's group lists its rules, and which outputs name the group. */
const GROUPS: Record<string, { rules: string; keys: string[]; rule: (props: object, path: string) => FirewallRule }> = {
  "aws:ec2/securityGroup:SecurityGroup": { rules: "ingress", keys: ["id"], rule: inlineSecurityGroupRule },
  "aws-native:ec2:SecurityGroup": {
    rules: "securityGroupIngress",
    keys: ["groupId", "awsId", "id"],
    rule: nativeSecurityGroupRule,
  },
};

/** Rules that are resources of their own: where they name their group, and how to read them. */
const RULES: Record<string, { group: string; rule: (props: object) => FirewallRule }> = {
  "aws:ec2/securityGroupRule:SecurityGroupRule": {
    group: "securityGroupId",
    rule: (props) => securityGroupRule(props, "ingress"),
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": { group: "securityGroupId", rule: vpcSecurityGroupRule },
  "aws-native:ec2:SecurityGroupIngress": { group: "groupId", rule: nativeSecurityGroupRule },
};

/** Where each type lists its security groups. The first place is the one without which the default group applies. */
function groupsPaths(type: string): [string, ...string[]] {
  if (SAGEMAKER_USER_PROFILE.includes(type)) return ["userSettings.securityGroups"];
  if (SAGEMAKER_NOTEBOOK.includes(type))
    return [type.startsWith("aws-native:") ? "securityGroupIds" : "securityGroups"];
  return [
    "defaultUserSettings.securityGroups",
    "defaultSpaceSettings.securityGroups",
    "domainSettings.securityGroupIds",
  ];
}

/** Rules stand inside the group, or are resources of their own. */
function mustBeClosed(user: StackResource, group: StackResource, stack: StackView): Finding[] {
  const { keys } = GROUPS[group.type] as (typeof GROUPS)[string];
  const used = any(...groupsPaths(user.type).map((path) => anyRefers(user, path, "", group, keys)));
  if (used === false) return [];
  return [
    ...violatesIf(all(used, admitsInline(group, stack)), `its security group ${group.name} admits everybody`),
    ...stack.ofType(...Object.keys(RULES)).flatMap((resource) => {
      const { group: path, rule } = RULES[resource.type] as (typeof RULES)[string];
      const belongs = refers(resource, path, group, keys);
      const message = `the rule ${resource.name} of its security group ${group.name} admits everybody`;
      return violatesIf(all(used, belongs, admitsEverybody(resource, rule(resource.props), stack)), message);
    }),
  ];
}

function admitsInline(group: StackResource, stack: StackView): Answer {
  const { rules, rule } = GROUPS[group.type] as (typeof GROUPS)[string];
  // Where rules are resources of their own, the provider lists them here once they exist.
  if (!isGiven(group, rules)) return false;
  const paths = elementPaths(group.props, rules);
  if (Array.isArray(paths)) return any(...paths.map((path) => admitsEverybody(group, rule(group.props, path), stack)));
  return paths.state === "unknown" ? paths : false;
}

function admitsEverybody(resource: StackResource, rule: FirewallRule, stack: StackView): Answer {
  return all(rule.applies, any(rule.otherSide(isInternet), namesInternet(resource, rule, stack)));
}
