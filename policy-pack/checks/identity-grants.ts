/** Whether a grant of a role is to the identity that something runs with. */
import type { StackResource, StackView } from "../control.ts";
import { same } from "../findings.ts";
import { read } from "../read.ts";
import { madeFrom } from "../stack-view.ts";
import { type Answer, any, askAny, both } from "./answers.ts";
import { identityPaths } from "./execution-identities.ts";
import { anyRefers, refers } from "./relations.ts";

/** A grant names the account by its e-mail address or, as long as that is not known, is made from the account. */
export function grantsTo(grant: StackResource, holder: StackResource, stack: StackView): Answer {
  const list = grant.type.endsWith("IAMMember") ? "member" : "members";
  const names = memberNames(holder);
  const accounts = stack
    .ofType("gcp:serviceaccount/account:Account")
    .filter((account) => madeFrom(grant, list).includes(account));
  return any(
    names.length > 0 && askAny(grant.props, list, (member) => isOneOf(names, member)),
    ...accounts.flatMap((account) => identityPaths(holder).map((path) => refers(holder, path, account, ["email"]))),
  );
}

/** Whether a member of a whole policy, which is one text, is one of the holder's accounts. */
export function isHolder(holder: StackResource): (member: unknown) => boolean {
  const names = memberNames(holder);
  return (member) => isOneOf(names, member);
}

/** How grants name the holder's accounts, as far as their addresses are known. */
function memberNames(holder: StackResource): string[] {
  const emails = identityPaths(holder).map((path) => read(holder.props, path));
  return emails.flatMap((email) => (email.state === "known" ? [`serviceAccount:${email.value}`] : []));
}

function isOneOf(names: string[], member: unknown): boolean {
  return names.some((name) => same(member, name));
}

/** The assignment is to the holder's own identity, or to a user-assigned identity that it holds. */
export function assignsTo(assignment: StackResource, holder: StackResource, stack: StackView): Answer {
  const identities = stack
    .ofType("azure-native:managedidentity:UserAssignedIdentity")
    .map((identity) =>
      both(holds(holder, identity), () => refers(assignment, "principalId", identity, ["principalId"])),
    );
  return any(refers(assignment, "principalId", holder, ["identity.principalId"]), ...identities);
}

function holds(holder: StackResource, identity: StackResource): Answer {
  return any(
    anyRefers(holder, "identity.userAssignedIdentities", "", identity, ["id"]),
    refers(holder, "primaryUserAssignedIdentity", identity, ["id"]),
  );
}
