/** Google Cloud IAM: whether a grant lets everybody in. */
import { each, type Finding, judge, mustNotBeOneOf, violation } from "../findings.ts";
import { read, readJson } from "../read.ts";

/** Everybody on the internet, and everybody who has any Google account. */
export const PUBLIC_MEMBERS = ["allUsers", "allAuthenticatedUsers"];

/** The three resources by which roles are granted on something: to one member, to a role's members, and all at once. */
export function grantTypes(prefix: string): string[] {
  return ["Member", "Binding", "Policy"].map((kind) => {
    const [, , name] = /^(.*)\/(.*)$/.exec(prefix) as unknown as [string, string, string];
    return `${prefix}${kind}:${name[0]!.toUpperCase()}${name.slice(1)}${kind}`;
  });
}

/** No grant to a public member, in any of the three forms of a grant. */
export function noPublicMember(props: object): Finding[] {
  return [
    ...mustNotBePublic(props, "member"),
    ...each(props, "members", (path) => mustNotBePublic(props, path)),
    ...noPublicBinding(props),
  ];
}

/**
 * The property must not name everybody. A name that is not known yet complies: the names of everybody are fixed, so
 * what the cloud has yet to give is the name of an identity of the stack.
 */
export function mustNotBePublic(props: object, path: string): Finding[] {
  return read(props, path).state === "unknown" ? [] : mustNotBeOneOf(props, path, PUBLIC_MEMBERS);
}

function noPublicBinding(props: object): Finding[] {
  return judge(readJson(props, "policyData"), "", { absent: "complies" }, (policy) => {
    if (typeof policy !== "object" || policy === null) return [violation("policyData is not an IAM policy")];
    return each(policy, "bindings", (path) =>
      each(policy, `${path}.members`, (member) => mustNotBePublic(policy, member)),
    );
  });
}
