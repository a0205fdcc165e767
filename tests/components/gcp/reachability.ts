/** Decides where a packet of a machine may go, from the recorded routes and firewall rules. */
import { parseCidr } from "../../../components/cidr.ts";
import { RESTRICTED_ADDRESSES } from "../../../components/gcp/endpoints.ts";
import { ofType, type Registration } from "../record.ts";

/** A packet that a machine of the network wants to send or receive. */
export interface Packet {
  direction: "EGRESS" | "INGRESS";
  /** The other end: destination of what goes out, source of what comes in. */
  address: string;
  protocol: string;
  port: number;
  /** Network tags of the machine. */
  tags: string[];
  /** Address of the machine itself, for rules that name ranges at its end. */
  own?: string;
}

interface Rule {
  protocol: string;
  ports?: string[];
}

/** What a VPC's implied rules do when nothing else matches: allow out, deny in, with the last priority of all. */
const IMPLIED = { EGRESS: true, INGRESS: false };

/** Whether the firewall lets the packet through: the matching rule of the lowest priority number decides, a deny before an allow. */
export function passesFirewall(packet: Packet, registrations: Registration[]): boolean {
  const matching = ofType(registrations, "gcp:compute/firewall:Firewall")
    .map(({ inputs }) => inputs)
    .filter((rule) => matches(rule, packet))
    .sort((a, b) => Number(a.priority) - Number(b.priority) || Number(Boolean(b.denies)) - Number(Boolean(a.denies)));
  const first = matching[0];
  return first ? Boolean(first.allows) : IMPLIED[packet.direction];
}

/** Next hop of the most specific route to an address; undefined when there is none. Subnets route among themselves. */
export function nextHop(address: string, registrations: Registration[]): string | undefined {
  const subnets = ofType(registrations, "gcp:compute/subnetwork:Subnetwork").map(({ inputs }) => ({
    range: String(inputs.ipCidrRange),
    hop: "network",
  }));
  const routes = ofType(registrations, "gcp:compute/route:Route").map(({ inputs }) => ({
    range: String(inputs.destRange),
    hop: String(inputs.nextHopGateway ?? "other"),
  }));
  const found = [...subnets, ...routes].filter(({ range }) => contains(range, address));
  found.sort((a, b) => prefixOf(b.range) - prefixOf(a.range));
  return found[0]?.hop;
}

/** A job of Vertex AI, as its definition describes it. */
export interface Job {
  /** Network attachment of its Private Service Connect interface; undefined without one. */
  networkAttachment?: string;
}

/**
 * Whether a job's connection gets to an address. Google's own gateways take it to the internet, past the network and its
 * firewall, unless the project is in a perimeter and the job has an interface in the network
 * (docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/training/psc-i-egress).
 */
export function reachesFromJob(job: Job, address: string, port: number, registrations: Registration[]): boolean {
  const perimeter = ofType(registrations, PERIMETER).length > 0;
  const range = job.networkAttachment && attachmentRange(job.networkAttachment, registrations);
  if (isPublic(address) && !(perimeter && range)) return true;
  if (!range) return false;
  const own = range.replace(/\d+\/\d+$/, (end) => `${Number(end.split("/")[0]) + 5}`);
  const packet: Packet = { direction: "EGRESS", address, protocol: "tcp", port, tags: [], own };
  return passesFirewall(packet, registrations) && (!isPublic(address) || nextHop(address, registrations) !== undefined);
}

const PERIMETER = "gcp:accesscontextmanager/servicePerimeterResource:ServicePerimeterResource";

/** The range of the subnet that an attachment names. */
function attachmentRange(attachment: string, registrations: Registration[]): string {
  const name = attachment.split("/").at(-1);
  const found = ofType(registrations, "gcp:compute/networkAttachment:NetworkAttachment").find(
    ({ inputs }) => inputs.name === name,
  );
  const subnet = String((found?.inputs.subnetworks as string[] | undefined)?.[0])
    .split("/")
    .at(-1);
  const subnets = ofType(registrations, "gcp:compute/subnetwork:Subnetwork");
  const range = subnets.find(({ inputs }) => inputs.name === subnet)?.inputs.ipCidrRange;
  if (!range) throw new Error(`no subnet of ${attachment} is registered`);
  return String(range);
}

/** Whether an address is one of the internet. Google's restricted address is not announced there. */
function isPublic(address: string): boolean {
  return !parseCidr(`${address}/32`)?.isPrivate && !RESTRICTED_ADDRESSES.includes(address);
}

function matches(rule: Record<string, unknown>, packet: Packet): boolean {
  const ranges = (packet.direction === "EGRESS" ? rule.destinationRanges : rule.sourceRanges) as string[] | undefined;
  const tags = rule.targetTags as string[] | undefined;
  const protocols = (rule.allows ?? rule.denies) as Rule[];
  const own = (packet.direction === "EGRESS" ? rule.sourceRanges : rule.destinationRanges) as string[] | undefined;
  return (
    (rule.direction ?? "INGRESS") === packet.direction &&
    (!own || (packet.own !== undefined && own.some((range) => contains(range, packet.own as string)))) &&
    (ranges ?? ["0.0.0.0/0"]).some((range) => contains(range, packet.address)) &&
    (!tags || tags.some((tag) => packet.tags.includes(tag))) &&
    protocols.some(
      ({ protocol, ports }) =>
        protocol === "all" || (protocol === packet.protocol && (!ports || ports.includes(String(packet.port)))),
    )
  );
}

function contains(range: string, address: string): boolean {
  const block = parseCidr(range);
  const host = parseCidr(`${address}/32`);
  if (!block || !host) throw new Error(`${range} or ${address} is no IPv4 range`);
  return host.base >= block.base && host.base < block.base + 2 ** (32 - block.prefix);
}

function prefixOf(range: string): number {
  return parseCidr(range)?.prefix ?? 0;
}
