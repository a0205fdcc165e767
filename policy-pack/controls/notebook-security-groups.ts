/** Whether the security groups of notebooks and Studio are chosen, and closed to the world. */
import { type Answer, all, any, askAny, is, violatesIf } from "../checks/answers.ts";
import { isGiven } from "../checks/companions.ts";
import { anyRefers, refers } from "../checks/relations.ts";
import { SAGEMAKER_DOMAIN, SAGEMAKER_NOTEBOOK } from "../checks/types.ts";
import type { Control, StackResource, StackView } from "../control.ts";
import { type Finding, mustBeSet } from "../findings.ts";
import { elementPaths } from "../read.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const CLASSIC_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

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
        evaluate: ({ props, type }) => mustBeSet(props, groupsPath(type), "list"),
      },
    ],
  },
  stackChecks: {
    aws: [
      {
        types: [SAGEMAKER_NOTEBOOK, SAGEMAKER_DOMAIN].flat().filter((type) => type.startsWith("aws:")),
        requires: "security groups that admit nothing from everywhere",
        evaluate: (notebook, stack) => stack.ofType(GROUP).flatMap((group) => mustBeClosed(notebook, group, stack)),
      },
    ],
  },
};

/** Where each type lists its security groups. */
function groupsPath(type: string): string {
  if (SAGEMAKER_DOMAIN.includes(type)) return "defaultUserSettings.securityGroups";
  return type.startsWith("aws-native:") ? "securityGroupIds" : "securityGroups";
}

/** Rules stand inside the group, or are resources of their own. */
function mustBeClosed(notebook: StackResource, group: StackResource, stack: StackView): Finding[] {
  const used = anyRefers(notebook, groupsPath(notebook.type), "", group, ["id"]);
  const rules = stack.ofType(CLASSIC_RULE, INGRESS_RULE);
  return [
    ...violatesIf(all(used, admitsInline(group)), `its security group ${group.name} admits everybody`),
    ...rules.flatMap((rule) => {
      const belongs = refers(rule, "securityGroupId", group, ["id"]);
      const message = `the rule ${rule.name} of its security group ${group.name} admits everybody`;
      return violatesIf(all(used, belongs, ruleAdmits(rule)), message);
    }),
  ];
}

function admitsInline(group: StackResource): Answer {
  // Where rules are resources of their own, the provider lists them here once they exist.
  if (!isGiven(group, "ingress")) return false;
  const rules = elementPaths(group.props, "ingress");
  if (Array.isArray(rules)) return any(...rules.map((rule) => admitsEverybody(group.props, `${rule}.`)));
  return rules.state === "unknown" ? rules : false;
}

function ruleAdmits(rule: StackResource): Answer {
  if (rule.type === CLASSIC_RULE) return all(is(rule.props, "type", "ingress"), admitsEverybody(rule.props, ""));
  return any(...["cidrIpv4", "cidrIpv6"].map((block) => askAny(rule.props, block, isEverywhere)));
}

function admitsEverybody(props: object, prefix: string): Answer {
  return any(...["cidrBlocks", "ipv6CidrBlocks"].map((list) => askAny(props, `${prefix}${list}`, isEverywhere)));
}

function isEverywhere(block: unknown): boolean {
  return typeof block === "string" && block.endsWith("/0");
}
