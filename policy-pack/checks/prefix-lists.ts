/** Lists of address ranges that firewall rules of AWS can name instead of the ranges themselves. */
import type { StackResource, StackView } from "../control.ts";
import { elementPaths } from "../read.ts";
import { type Answer, all, any, askAny, both } from "./answers.ts";
import { type FirewallRule, isInternet } from "./firewall-rules.ts";
import { anyRefers, refers } from "./relations.ts";

/** Lists, and the outputs that name them. Both providers keep the ranges in `entries`. */
const LISTS: Record<string, string[]> = {
  "aws:ec2/managedPrefixList:ManagedPrefixList": ["id"],
  "aws-native:ec2:PrefixList": ["prefixListId", "id"],
};
const ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";

/** How the forms of a rule call the lists that it names. */
const PROPERTIES = ["prefixListIds", "prefixListId", "sourcePrefixListId"];

/** Whether a rule names a list of the stack that holds a part of the internet. */
export function namesInternet(resource: StackResource, { path }: FirewallRule, stack: StackView): Answer {
  const properties = PROPERTIES.map((name) => (path === "" ? name : `${path}.${name}`));
  const lists = stack.ofType(...Object.keys(LISTS)).map((list) => {
    const isNamed = any(...properties.map((property) => anyRefers(resource, property, "", list, keysOf(list))));
    return both(isNamed, () => holdsInternet(list, stack));
  });
  return any(...lists);
}

/** Ranges stand in the list, or are resources of their own. */
function holdsInternet(list: StackResource, stack: StackView): Answer {
  const entries = stack
    .ofType(ENTRY)
    .map((entry) => all(refers(entry, "prefixListId", list, keysOf(list)), askAny(entry.props, "cidr", isInternet)));
  const paths = elementPaths(list.props, "entries");
  const inside = Array.isArray(paths) ? paths.map((path) => askAny(list.props, `${path}.cidr`, isInternet)) : [];
  return any(...inside, ...entries);
}

function keysOf(list: StackResource): string[] {
  return LISTS[list.type] as string[];
}
