/** Firewall rules of the three clouds in one form: who is let in or out, to which ports. */

import { read, textOf } from "../read.ts";
import { type Answer, all, any, ask, askAny, is, not } from "./answers.ts";

/** Where traffic comes from or goes to. */
export type Direction = "ingress" | "egress";

/** One rule that may let traffic through. */
export interface FirewallRule {
  /** Where the rule stands in the resource; empty when the resource is the rule. */
  path: string;
  /** Whether it lets traffic through at all: it allows, in this direction, and is not switched off. */
  applies: Answer;
  /** Whether one of the address ranges on the other side is what is looked for. */
  otherSide(question: (range: unknown) => boolean): Answer;
  /** Whether traffic to this TCP port passes. */
  reaches(port: number): Answer;
  /** Whether traffic to any other port than these TCP ports passes. */
  reachesOtherThan(ports: readonly number[]): Answer;
}

/** Ports from the first to the last one. */
interface PortRange {
  from: number;
  to: number;
}

const ALL_PORTS: PortRange = { from: 0, to: 65535 };

/**
 * Whether an address range takes in a part of the internet that nobody owns alone. No private range is wider than IPv4
 * /8 or IPv6 /7, and pieces such as 0.0.0.0/1 must not pass for less than the whole.
 */
export function isInternet(range: unknown): boolean {
  const text = textOf(range).trim().toLowerCase();
  if (["*", "any", "internet", "0.0.0.0", "::"].includes(text)) return true;
  const [address, prefix] = text.split("/");
  if (!address || !prefix || !/^\d+$/.test(prefix)) return false;
  return Number(prefix) < (address.includes(":") ? 7 : 8);
}

/** A rule inside an aws security group: an element of `ingress` or `egress`. */
export function inlineSecurityGroupRule(props: object, path: string): FirewallRule {
  return awsRule(props, path, true, ["cidrBlocks", "ipv6CidrBlocks"], "protocol");
}

/** A rule resource of an aws security group, in its older form. */
export function securityGroupRule(props: object, direction: Direction): FirewallRule {
  return awsRule(props, "", is(props, "type", direction), ["cidrBlocks", "ipv6CidrBlocks"], "protocol");
}

/** A rule resource of an aws security group for one direction. */
export function vpcSecurityGroupRule(props: object): FirewallRule {
  return awsRule(props, "", true, ["cidrIpv4", "cidrIpv6"], "ipProtocol");
}

/** A rule of aws-native: an element of a group's `securityGroupIngress`, or a resource of its own. */
export function nativeSecurityGroupRule(props: object, path = ""): FirewallRule {
  return awsRule(props, path, true, ["cidrIp", "cidrIpv6"], "ipProtocol");
}

function awsRule(props: object, path: string, applies: Answer, ranges: string[], protocol: string): FirewallRule {
  const at = (name: string) => join(path, name);
  const everything = ask(read(props, at(protocol)), (value) => ["-1", "all"].includes(textOf(value).toLowerCase()));
  const port = (question: (range: PortRange) => boolean) => portsFromTo(props, at("fromPort"), at("toPort"), question);
  const tcp = ask(read(props, at(protocol)), (value) => ["tcp", "6"].includes(textOf(value).toLowerCase()));
  return {
    path,
    applies,
    otherSide: (question) => any(...ranges.map((name) => askAny(props, at(name), question))),
    reaches: (number) =>
      any(
        everything,
        all(
          tcp,
          port((range) => contains(range, number)),
        ),
      ),
    reachesOtherThan: (numbers) =>
      any(
        not(tcp),
        port((range) => !within(range, numbers)),
      ),
  };
}

function portsFromTo(props: object, from: string, to: string, question: (range: PortRange) => boolean): Answer {
  const [first, last] = [read(props, from), read(props, to)];
  if (first.state === "unknown") return first;
  if (last.state === "unknown") return last;
  // Ports that are left out, or -1, mean all of them.
  const numberOf = (reading: typeof first, otherwise: number) => {
    const text = reading.state === "known" ? textOf(reading.value) : "";
    return text !== "" && Number(text) >= 0 ? Number(text) : otherwise;
  };
  return question({ from: numberOf(first, ALL_PORTS.from), to: numberOf(last, ALL_PORTS.to) });
}

/** One element of `allows` of a gcp firewall rule. */
export function gcpRule(props: object, direction: Direction, path: string): FirewallRule {
  const applies = all(is(props, "direction", direction, direction === "ingress"), not(is(props, "disabled", true)));
  const otherSide = (question: (range: unknown) => boolean) => gcpOtherSide(props, direction, question);
  return { ...portListRule(props, path, "protocol", ["ports"]), applies, otherSide };
}

/** Without ranges a rule means everywhere, unless it lets machines in by their tags or service accounts only. */
function gcpOtherSide(props: object, direction: Direction, question: (range: unknown) => boolean): Answer {
  const ranges = direction === "ingress" ? "sourceRanges" : "destinationRanges";
  if (read(props, ranges).state !== "absent") return askAny(props, ranges, question);
  const byIdentity = ["sourceTags", "sourceServiceAccounts"].some((name) => read(props, name).state !== "absent");
  return direction === "ingress" && byIdentity ? false : question("0.0.0.0/0");
}

/** One rule of an Azure network security group, inline or as a resource of its own. */
export function nsgRule(props: object, direction: Direction, path = ""): FirewallRule {
  const rule = portListRule(props, path, "protocol", ["destinationPortRange", "destinationPortRanges"]);
  const side = direction === "ingress" ? "source" : "destination";
  const ranges = [`${side}AddressPrefix`, `${side}AddressPrefixes`].map((name) => join(path, name));
  return {
    ...rule,
    applies: all(
      is(props, join(path, "access"), "Allow"),
      is(props, join(path, "direction"), direction === "ingress" ? "Inbound" : "Outbound"),
    ),
    otherSide: (question) => any(...ranges.map((name) => askAny(props, name, question))),
  };
}

/** A rule with a protocol by name and ports as a list of texts: `22`, `8000-9000`, `*`. */
function portListRule(
  props: object,
  path: string,
  protocol: string,
  ports: string[],
): Pick<FirewallRule, "path" | "reaches" | "reachesOtherThan"> {
  const named = (names: string[]) =>
    ask(read(props, join(path, protocol)), (value) => names.includes(textOf(value).toLowerCase()), names.includes("*"));
  const tcp = named(["tcp", "6"]);
  const everything = named(["*", "all"]);
  const lists = ports.map((name) => join(path, name));
  const allPorts = lists.every((name) => read(props, name).state === "absent");
  const port = (question: (range: PortRange) => boolean) =>
    any(
      allPorts && question(ALL_PORTS),
      ...lists.map((name) => askAny(props, name, (text) => question(portRange(text)))),
    );
  return {
    path,
    reaches: (number) =>
      all(
        any(tcp, everything),
        port((range) => contains(range, number)),
      ),
    reachesOtherThan: (numbers) =>
      any(
        not(tcp),
        port((range) => !within(range, numbers)),
      ),
  };
}

function portRange(text: unknown): PortRange {
  const [from, to = from] = textOf(text).split("-").map(Number);
  return Number.isInteger(from) && Number.isInteger(to) ? { from: from as number, to: to as number } : ALL_PORTS;
}

function contains({ from, to }: PortRange, port: number): boolean {
  return from <= port && port <= to;
}

function within({ from, to }: PortRange, ports: readonly number[]): boolean {
  const inside = ports.filter((port) => contains({ from, to }, port));
  return new Set(inside).size === to - from + 1;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
