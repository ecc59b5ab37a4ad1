import { isIPv4, isIPv6 } from 'net';

/** How much of a client's address is stored. The construct's enum `ClientIp` has these values. */
export const IP_POLICIES = ['truncate', 'drop', 'full'] as const;
export type IpPolicy = (typeof IP_POLICIES)[number];

/** Longer than any address with its zone, so that a client's long text is not looked at. */
const MAX_ADDRESS_LENGTH = 100;
const IPV4_IN_IPV6 = /^[0:]*:(?:ffff:|0:)?(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i;

/**
 * The address as it may be stored: the /24 network of an IPv4, the /48 of an IPv6 address, so that a country can still
 * be found but no person. Anything which is not an address is dropped: what cannot be truncated cannot be kept.
 */
export function anonymise(address: string | undefined, policy: IpPolicy): string | undefined {
  if (address === undefined || policy === 'drop' || address.length > MAX_ADDRESS_LENGTH) return undefined;
  const plain = address.trim().split('%', 1)[0];
  const mapped = IPV4_IN_IPV6.exec(plain)?.[1] ?? plain;
  if (isIPv4(mapped)) return policy === 'full' ? mapped : network24(mapped);
  if (!isIPv6(plain)) return undefined;
  return policy === 'full' ? plain : network48(plain);
}

/** Text that begins like an IPv6 address, or looks like an IPv4 address. Each run is bounded: the search is linear. */
const IPV6_LIKE = /[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f:.]{0,41}/gi;
const IPV4_LIKE = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)/g;

/** An IPv6 address in a sentence may follow a colon, and end with a full stop. */
const IN_A_SENTENCE = /^(:(?!:))?(.*?)([.:]?)$/;

/** Text in which every address is anonymised, wherever it stands: in a list, with a port, in a sentence. */
export function anonymiseText(text: string, policy: IpPolicy): string {
  if (policy === 'full') return text;
  const anonymised = (found: string) => anonymiseFound(found, policy);
  return text.replace(IPV6_LIKE, anonymised).replace(IPV4_LIKE, anonymised);
}

function anonymiseFound(found: string, policy: IpPolicy): string {
  if (isIPv4(found) || isIPv6(found)) return anonymise(found, policy) ?? '';
  const [, before = '', address = '', after = ''] = IN_A_SENTENCE.exec(found) ?? [];
  return isIPv6(address) ? `${before}${anonymise(address, policy) ?? ''}${after}` : found;
}

function network24(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.0`;
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
