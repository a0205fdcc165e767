/** How a network's address range is divided. */
import { parseCidr, subnetOf } from "../cidr.ts";
import type { Problem } from "../problems.ts";

/** Address ranges of a network's subnets, one of each kind for each zone. */
export interface Layout {
  /** Subnets of notebooks, jobs and private endpoints. */
  workloads: string[];
  /** Subnets of the firewall's endpoints, for egress `approved`. */
  firewall: string[];
  /** Subnets of the NAT gateways, for egress `approved`. */
  nat: string[];
}

/** Smallest workload subnet: about twenty private endpoints take an address each, and jobs need theirs. */
const SMALLEST_WORKLOAD_PREFIX = 26;

/** Smallest subnet of AWS, enough for a firewall endpoint or a NAT gateway. */
const EGRESS_PREFIX = 28;

/** Why a range cannot be divided for a number of zones. */
export function layoutProblems(cidr: string, zones: number): Problem[] {
  const path = "network.cidr";
  const range = parseCidr(cidr);
  if (!range) return [{ path, message: `"${cidr}" is no IPv4 range; use one such as 10.20.0.0/20` }];
  const bits = zoneBits(zones);
  if (range.prefix + bits <= SMALLEST_WORKLOAD_PREFIX) return [];
  const needed = `use /${SMALLEST_WORKLOAD_PREFIX - bits} or larger, or fewer zones`;
  return [{ path, message: `/${range.prefix} is too small for ${zones} zones; ${needed}` }];
}

/**
 * Divides a range: the first half goes to the workload subnets, evenly; the small subnets of the egress path stand at
 * the beginning of the second half, which leaves room for what comes later. See {@link layoutProblems} for its limits.
 */
export function divide(cidr: string, zones: number): Layout {
  const { prefix } = parseCidr(cidr)!;
  const secondHalf = 2 ** (EGRESS_PREFIX - prefix - 1);
  const each = (make: (index: number) => string) => Array.from({ length: zones }, (_, index) => make(index));
  return {
    workloads: each((index) => subnetOf(cidr, prefix + zoneBits(zones), index)),
    firewall: each((index) => subnetOf(cidr, EGRESS_PREFIX, secondHalf + index)),
    nat: each((index) => subnetOf(cidr, EGRESS_PREFIX, secondHalf + zones + index)),
  };
}

/** How many bits longer a workload subnet's prefix is than the network's: up to 1, 2 or 4 subnets in the first half. */
function zoneBits(zones: number): number {
  if (zones <= 1) return 1;
  return zones === 2 ? 2 : 3;
}
