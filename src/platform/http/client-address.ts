import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Addresses and ranges, parsed once. */
export class AddressRanges {
  readonly #ranges: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  /** Each item an address or a CIDR range; see `isRange`. */
  constructor(items: readonly string[]) {
    this.#ranges = items.map(rangeOf);
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  includes(address: string): boolean {
    if (this.isEmpty || isIP(address) === 0) return false;
    const parsed = ipaddr.process(address);
    return this.#ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
  }
}

export function isRange(text: string): boolean {
  try {
    rangeOf(text);
    return true;
  } catch {
    return false;
  }
}

function rangeOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [address = '', bits] = text.trim().split('/');
  // ipaddr.js also reads 10.1 and 0x7f000001, which are mistakes in a list of ranges.
  if (isIP(address) === 0) throw new Error(`${text} is neither an IP address nor a CIDR range`);
  const base = ipaddr.parse(address);
  const length = base.kind() === 'ipv4' ? 32 : 128;
  const given = bits === undefined ? length : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (given < 0 || given > length) throw new Error(`${text} has no prefix length of 0 to ${length}`);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8 written for a dual-stack socket.
  if (base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && given >= 96) {
    return [base.toIPv4Address(), given - 96];
  }
  return [base, given];
}

/** A dual-stack socket reports IPv4 peers as ::ffff:1.2.3.4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = withoutZone(address);
  return plain.startsWith('::ffff:') && plain.includes('.') ? plain.slice(7) : plain;
}

/** The interface behind a link-local address means nothing elsewhere; Node and ipaddr.js differ in how it may be named. */
function withoutZone(address: string): string {
  return address.split('%', 1).join('');
}

/**
 * The sender's own address. X-Forwarded-For is written from left to right by whoever passes the request on, so only
 * what trusted proxies wrote counts: from the right, up to the first address that is not one of them. What stands
 * further left may be anybody's invention.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | readonly string[] | undefined,
  trusted: AddressRanges,
): string {
  if (forwardedFor === undefined || !trusted.includes(peer)) return peer;
  const hops = (typeof forwardedFor === 'string' ? forwardedFor : forwardedFor.join(','))
    .split(',')
    .map((hop) => withoutZone(withoutPort(hop.trim())));
  let client = peer;
  for (const hop of hops.reverse()) {
    // A proxy we trust wrote something that is no address: what it stands for is not known, so the proxy itself counts.
    if (isIP(hop) === 0) return client;
    client = plainAddress(ipaddr.process(hop).toString());
    if (!trusted.includes(client)) return client;
  }
  return client;
}

function withoutPort(hop: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(hop);
  if (bracketed?.[1] !== undefined) return bracketed[1];
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(hop) ? hop.slice(0, hop.indexOf(':')) : hop;
}
