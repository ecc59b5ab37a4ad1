import { isIPv4, isIPv6 } from 'net';

/** How much of a client's address is stored. The construct's enum `ClientIp` has these values. */
export const IP_POLICIES = ['truncate', 'drop', 'full'] as const;
export type IpPolicy = (typeof IP_POLICIES)[number];

const IPV4_IN_IPV6 = /^(?:0{0,4}:){0,6}:?(?:ffff|0):(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The address as it may be stored: the /24 network of an IPv4, the /48 of an IPv6 address, so that a country can still
 * be found but no person. Anything which is not an address is dropped: what cannot be truncated cannot be kept.
 */
export function anonymise(address: string | undefined, policy: IpPolicy): string | undefined {
  if (address === undefined || policy === 'drop') return undefined;
  const plain = address.trim().replace(/%.*$/, '');
  const mapped = IPV4_IN_IPV6.exec(plain)?.[1] ?? plain;
  if (isIPv4(mapped)) return policy === 'full' ? mapped : mapped.replace(/\d+$/, '0');
  if (!isIPv6(plain)) return undefined;
  return policy === 'full' ? plain : network48(plain);
}

function network48(address: string): string {
  const [head, tail] = address.split('::').map(half => (half === '' ? [] : half.split(':')));
  const groups =
    tail === undefined ? head : [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const network = groups
    .slice(0, 3)
    .map(group => parseInt(group, 16).toString(16))
    .join(':');
  return network === '0:0:0' ? '::' : `${network}::`;
}
