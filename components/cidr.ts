/** An IPv4 range. */
export interface Cidr {
  /** First address, as a number. */
  base: number;
  /** Prefix length, 0 to 32. */
  prefix: number;
  /** Whether the whole range is private (RFC 1918). */
  isPrivate: boolean;
}

const PRIVATE_RANGES = [
  { base: 0x0a000000, prefix: 8 },
  { base: 0xac100000, prefix: 12 },
  { base: 0xc0a80000, prefix: 16 },
];

/** Reads `10.0.0.0/16`. Gives undefined for anything else, also when bits beyond the prefix are set. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const base = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  if (base % 2 ** (32 - prefix) !== 0) return undefined;
  const isPrivate = PRIVATE_RANGES.some(
    (range) => prefix >= range.prefix && startOf(base, range.prefix) === range.base,
  );
  return { base, prefix, isPrivate };
}

/**
 * The `index`-th block of `prefix` bits inside `cidr`, counted from zero.
 * @throws Error when the range has no such block.
 */
export function subnetOf(cidr: string, prefix: number, index: number): string {
  const range = parseCidr(cidr);
  if (!range || prefix < range.prefix || prefix > 32 || index >= 2 ** (prefix - range.prefix)) {
    throw new Error(`${cidr} has no block number ${index} of size /${prefix}`);
  }
  const base = range.base + index * 2 ** (32 - prefix);
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

function startOf(address: number, prefix: number): number {
  return address - (address % 2 ** (32 - prefix));
}
