/** The policies of IAM roles in both AWS providers: inside the role, in resources of their own, and attached by ARN. */
import type { StackResource, StackView } from "../control.ts";
import { elementPaths, read, textOf } from "../read.ts";
import { type Answer, all } from "./answers.ts";
import { isGiven } from "./companions.ts";
import { anyRefers, refers } from "./relations.ts";

/** A policy that a role has, or may have. */
export interface RolePolicy {
  /** What gives it to the role, for messages. */
  name: string;
  /** Whether the role has it. */
  isHeld: Answer;
  /** Where its document stands, if the stack holds it. */
  document?: { source: StackResource; path: string };
  /** Its ARN, if it is none of the stack's own. */
  arn?: string;
}

/** How each provider's role calls its name, its trust policy and its inline policies. */
const ROLES: Record<string, { name: string; trust: string; policies: string; document: string }> = {
  "aws:iam/role:Role": { name: "name", trust: "assumeRolePolicy", policies: "inlinePolicies", document: "policy" },
  "aws-native:iam:Role": {
    name: "roleName",
    trust: "assumeRolePolicyDocument",
    policies: "policies",
    document: "policyDocument",
  },
};

/** IAM roles. */
export const IAM_ROLES = Object.keys(ROLES);

/** Managed policies: their ARN, their name and their document. */
const POLICIES: Record<string, { arn: string; name: string; document: string }> = {
  "aws:iam/policy:Policy": { arn: "arn", name: "name", document: "policy" },
  "aws-native:iam:ManagedPolicy": { arn: "policyArn", name: "managedPolicyName", document: "policyDocument" },
};

/** Resources that give policies to roles: where they name the roles, and the policy's document or the policies' ARNs. */
const ATTACHMENTS: Record<string, { roles: string; document?: string; arns?: string }> = {
  "aws:iam/rolePolicy:RolePolicy": { roles: "role", document: "policy" },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { roles: "role", arns: "policyArn" },
  "aws:iam/policyAttachment:PolicyAttachment": { roles: "roles", arns: "policyArn" },
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": { roles: "roleName", arns: "policyArns" },
  "aws-native:iam:RolePolicy": { roles: "roleName", document: "policyDocument" },
  "aws-native:iam:ManagedPolicy": { roles: "roles", document: "policyDocument" },
};

/** The output that holds the role's name. */
export function nameOutput(role: StackResource): string {
  return shapeOf(role).name;
}

/** Whether the property names the role. An ARN that is known does, also where the role's own ARN is not known yet. */
export function namesRole(source: StackResource, path: string, role: StackResource): Answer {
  const arn = read(source.props, path);
  const name = read(role.props, nameOutput(role));
  if (arn.state !== "known" || name.state !== "known") return refers(source, path, role, ["arn"]);
  return typeof arn.value === "string" && arn.value.endsWith(`/${name.value}`);
}

/** Where the role's trust policy stands. */
export function trustPath(role: StackResource): string {
  return shapeOf(role).trust;
}

/** All policies that the role has or may have. */
export function policiesOf(role: StackResource, stack: StackView): RolePolicy[] {
  return [
    ...inlinePolicies(role),
    ...givenPolicies(role, "managedPolicyArns", stack),
    ...stack.ofType(...Object.keys(ATTACHMENTS)).flatMap((attachment) => attachedPolicies(attachment, role, stack)),
  ];
}

/** The role's permissions boundary, if the stack holds it. */
export function boundariesOf(role: StackResource, stack: StackView): RolePolicy[] {
  return givenPolicies(role, "permissionsBoundary", stack);
}

/** What the program leaves out is filled in by the provider. */
function givenPolicies(role: StackResource, property: string, stack: StackView): RolePolicy[] {
  if (!isGiven(role, property)) return [];
  return policiesByArn(role, property, true, stack).map((policy) => ({ ...policy, name: "its managed policies" }));
}

/** A list that is not known yet stands for its elements. */
function inlinePolicies(role: StackResource): RolePolicy[] {
  const { policies, document } = shapeOf(role);
  if (!isGiven(role, policies)) return [];
  const elements = elementPaths(role.props, policies);
  const paths = Array.isArray(elements) ? elements.map((element) => `${element}.${document}`) : [policies];
  return paths.map((path) => ({ name: "its inline policies", isHeld: true, document: { source: role, path } }));
}

function attachedPolicies(attachment: StackResource, role: StackResource, stack: StackView): RolePolicy[] {
  const { roles, document, arns } = ATTACHMENTS[attachment.type] as (typeof ATTACHMENTS)[string];
  const isHeld = anyRefers(attachment, roles, "", role, [shapeOf(role).name]);
  if (isHeld === false) return [];
  if (document) return [{ name: attachment.name, isHeld, document: { source: attachment, path: document } }];
  return policiesByArn(attachment, arns as string, isHeld, stack);
}

/** The policies that one property names, or each element of it. */
function policiesByArn(source: StackResource, property: string, isHeld: Answer, stack: StackView): RolePolicy[] {
  const elements = elementPaths(source.props, property);
  const paths = Array.isArray(elements) ? elements : [property];
  return paths.flatMap((path) => {
    const own = stack.ofType(...Object.keys(POLICIES)).flatMap((policy) => ownPolicy(policy, source, path, isHeld));
    const arn = read(source.props, path);
    if (own.length > 0 || arn.state !== "known") return own;
    return [{ name: source.name, isHeld, arn: textOf(arn.value) }];
  });
}

function ownPolicy(policy: StackResource, source: StackResource, path: string, isHeld: Answer): RolePolicy[] {
  const isNamed = names(source, path, policy);
  if (isNamed === false) return [];
  const { document } = POLICIES[policy.type] as (typeof POLICIES)[string];
  return [{ name: source.name, isHeld: all(isHeld, isNamed), document: { source: policy, path: document } }];
}

/** An ARN that is known names the policy, also where the policy's own ARN is not known yet. */
function names(source: StackResource, path: string, policy: StackResource): Answer {
  const { arn: output, name: property } = POLICIES[policy.type] as (typeof POLICIES)[string];
  const arn = read(source.props, path);
  const name = read(policy.props, property);
  if (arn.state !== "known" || name.state !== "known") return refers(source, path, policy, [output]);
  return typeof arn.value === "string" && !/:iam::aws:/.test(arn.value) && arn.value.endsWith(`/${name.value}`);
}

function shapeOf(role: StackResource) {
  return ROLES[role.type] as (typeof ROLES)[string];
}
