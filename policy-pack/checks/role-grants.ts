/** Grants of roles on Google Cloud and Azure: which role, to whom, on what. */

import { each, type Finding, judge, violation } from "../findings.ts";
import { read, readJson, textOf } from "../read.ts";
import { matchesWildcards } from "../wildcards.ts";
import { type Answer, all, any, ask, askAny, not, violatesIf } from "./answers.ts";
import { grantTypes } from "./public-members.ts";

/** Grants on whole projects, folders and organizations. */
export const GCP_WIDE_GRANTS = ["projects", "folder", "organizations"].flatMap((scope) =>
  grantTypes(`gcp:${scope}/iAM`),
);

/** Grants on folders and organizations: they reach into every project below. */
export const GCP_FOLDER_GRANTS = ["folder", "organizations"].flatMap((scope) => grantTypes(`gcp:${scope}/iAM`));

/** Grants on service accounts, and on the resources of Vertex AI, Workbench and Colab Enterprise. */
export const GCP_ML_GRANTS = [
  "serviceaccount/iAM",
  "vertex/aiEndpointIam",
  "vertex/aiFeatureGroupIam",
  "vertex/aiFeatureOnlineStoreIam",
  "vertex/aiFeatureOnlineStoreFeatureviewIam",
  "vertex/aiFeatureStoreIam",
  "vertex/aiFeatureStoreEntityTypeIam",
  "vertex/aiReasoningEngineIam",
  "workbench/instanceIam",
  "notebooks/instanceIam",
  "notebooks/runtimeIam",
  "colab/runtimeTemplateIam",
].flatMap((resource) => grantTypes(`gcp:${resource}`));

/** Grants on buckets. */
export const GCP_BUCKET_GRANTS = grantTypes("gcp:storage/bucketIAM");

/** An Azure role assignment. */
export const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";

/** One role that is granted on Google Cloud. */
export interface GcpGrant {
  /** Where it stands in the resource, for messages; empty when the resource is the grant. */
  path: string;
  /** Whether the role is what is looked for. A role that is not known yet is one that the stack defines itself. */
  role(question: (role: string) => boolean): Answer;
  /** Whether one of the members is what is looked for. A member that is not known yet is an identity of the stack. */
  member(question: (member: string) => boolean): Answer;
  /** Whether an IAM condition limits the grant. */
  isConditional: boolean;
}

/** Judges each grant of a resource, which can be one member, one role's members, or a whole policy. */
export function onGcpGrants(props: object, rule: (grant: GcpGrant) => Finding[]): Finding[] {
  if (read(props, "policyData").state === "absent") return rule(gcpGrant(props, ""));
  return judge(readJson(props, "policyData"), "", { absent: "complies" }, (policy) => {
    if (typeof policy !== "object" || policy === null) return [violation("policyData is not an IAM policy")];
    return each(policy, "bindings", (path) => rule(gcpGrant(policy, `${path}.`)));
  });
}

function gcpGrant(root: object, prefix: string): GcpGrant {
  const texts = (path: string, question: (text: string) => boolean) =>
    known(askAny(root, prefix + path, (value) => question(textOf(value))));
  return {
    path: prefix === "" ? "" : `policyData.${prefix.slice(0, -1)} `,
    role: (question) => texts("role", question),
    member: (question) => any(texts("member", question), texts("members", question)),
    isConditional: read(root, `${prefix}condition`).state !== "absent",
  };
}

/** Takes what is not known yet for something that is not looked for: all names that are, are fixed. */
function known(answer: Answer): boolean {
  return answer === true;
}

/** The wider a scope, the more a role assignment reaches. */
export type AzureScope = "management group" | "subscription" | "resource group" | "resource";

/** What a role assignment or definition is about, from the form of its scope's id. */
export function azureScope(id: unknown): AzureScope {
  const text = textOf(id).toLowerCase();
  if (text === "/" || text.startsWith("/providers/microsoft.management/managementgroups/")) return "management group";
  if (/^\/subscriptions\/[^/]+\/?$/.test(text)) return "subscription";
  return /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/?$/.test(text) ? "resource group" : "resource";
}

/** Whether a role assignment is of one of these roles, by their GUIDs. */
export function assigns(props: object, roles: readonly string[]): Answer {
  return ask(read(props, "roleDefinitionId"), (id) => {
    const guid = textOf(id).toLowerCase().split("/").at(-1);
    return roles.some((role) => role === guid);
  });
}

/** Whether the assignment reaches at least as far as one of these scopes. */
export function reaches(props: object, scopes: readonly AzureScope[]): Answer {
  return ask(read(props, "scope"), (id) => scopes.includes(azureScope(id)));
}

/** The actions of an Azure role definition, with what its `notActions` take away. */
export interface AzureActions {
  /** Whether one of the patterns, as they are written, is what is looked for. */
  pattern(question: (pattern: string) => boolean): Answer;
  /** Whether the role allows one of these actions. */
  allowsAny(actions: readonly string[]): Answer;
}

/** Judges each set of permissions of a role definition: its actions, and its actions on data. */
export function onAzurePermissions(props: object, rule: (actions: AzureActions, path: string) => Finding[]): Finding[] {
  return each(props, "permissions", (path) => [
    ...rule(azureActions(props, `${path}.actions`, `${path}.notActions`), `${path}.actions`),
    ...rule(azureActions(props, `${path}.dataActions`, `${path}.notDataActions`), `${path}.dataActions`),
  ]);
}

function azureActions(props: object, path: string, notPath: string): AzureActions {
  const has = (list: string, action: string) => askAny(props, list, (pattern) => azureMatches(textOf(pattern), action));
  return {
    pattern: (question) => askAny(props, path, (pattern) => question(textOf(pattern))),
    allowsAny: (actions) => any(...actions.map((action) => all(has(path, action), not(has(notPath, action))))),
  };
}

/** Azure's actions are the same in any case, and know one wildcard. */
function azureMatches(pattern: string, action: string): boolean {
  return matchesWildcards(pattern, action, { ignoreCase: true });
}

/** A violation about a grant when the answer is yes. */
export function grantViolatesIf(answer: Answer, grant: GcpGrant, message: string): Finding[] {
  return violatesIf(answer, `${grant.path}${message}`);
}
