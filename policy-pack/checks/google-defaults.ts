/** What every Google Cloud project comes with, and what should not be used: its default network and service accounts. */
import { anyOf, type Finding, judge, mustBeSet, violation } from "../findings.ts";
import { read, textOf } from "../read.ts";
import { isListed } from "./allow-lists.ts";

const DEFAULT_ACCOUNT = /-compute@developer\.gserviceaccount\.com$|@appspot\.gserviceaccount\.com$|^default$/;

/** A network or subnet may be one that is created along with the resource, but not the project's default network. */
export function mustNotBeDefaultNetwork(props: object, path: string): Finding[] {
  const reading = read(props, path);
  if (reading.state === "unknown") return [];
  return judge(reading, "", { absent: "complies" }, (value, at) =>
    typeof value === "string" && /(^|\/)default$/.test(value) ? [violation(`${at} is the default network`)] : [],
  );
}

/**
 * The resource must be in a network, by the network's name or the subnet's, that is not the default one and, where
 * `approved` is not empty, is on that list.
 */
export function mustBeInOwnNetwork(
  props: object,
  network: string,
  subnet: string,
  approved: readonly string[],
): Finding[] {
  const problems = [
    ...anyOf(mustBeSet(props, network), mustBeSet(props, subnet)),
    ...mustNotBeDefaultNetwork(props, network),
    ...mustNotBeDefaultNetwork(props, subnet),
  ];
  if (problems.length > 0 || approved.length === 0) return problems;
  return anyOf(mustBeApproved(props, network, approved), mustBeApproved(props, subnet, approved));
}

function mustBeApproved(props: object, path: string, approved: readonly string[]): Finding[] {
  return judge(read(props, path), "name an approved one", { absent: "violates" }, (value, at) => {
    // A full URL names the same network as the part that begins with the project.
    const name = textOf(value).replace(/^https:\/\/.*?(?=projects\/)/, "");
    return isListed(approved, name) ? [] : [violation(`${at} is not an approved network`)];
  });
}

/** The service account must be one made for the purpose; one that is created along with the resource is. */
export function mustBeDedicatedAccount(props: object, path: string): Finding[] {
  const reading = read(props, path);
  if (reading.state !== "known") return mustBeSet(props, path);
  if (typeof reading.value !== "string" || !DEFAULT_ACCOUNT.test(reading.value)) return mustBeSet(props, path);
  return [violation(`${path} is the project's default service account`)];
}
