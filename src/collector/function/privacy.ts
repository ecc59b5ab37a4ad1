import { anonymiseText, IpPolicy } from './client-address';
import { JsonValue } from './json';

/** Names under which clients send an address, in every protocol and wherever in an event. */
const ADDRESS_NAMES = [
  'ip',
  '$ip',
  'ip_address',
  'ipAddress',
  'IpAddress',
  'ip_override',
  'request_ip',
  'requestIp',
  'client_ip',
  'clientIp',
  'user_ip',
  'userIp',
  'user_ipaddress',
  'remote_ip',
  'remoteIp',
  'remote_addr',
  'remoteAddr',
  'remoteAddress',
  'source_ip',
  'sourceIp',
  'x_forwarded_for',
  'xForwardedFor',
  'x-forwarded-for',
  'X-Forwarded-For',
  'forwarded',
  'x-real-ip',
  'X-Real-IP',
];

/** Names that hold nothing but a write key. */
const KEY_NAMES = ['writeKey', 'write_key', 'apiKey', 'api_key', 'apiSecret', 'api_secret'];

/** Names that may hold a write key, or an application id that stands for one. */
const MAYBE_KEY_NAMES = ['token', '$token', 'aid', 'appId', 'app_id'];

type Secret = 'address' | 'key' | 'maybe key';

/** The kind of secret that each of these names tells. One map, so that a member of an event costs one look. */
const SECRETS = new Map<string, Secret>([
  ...ADDRESS_NAMES.map(name => [name, 'address'] as const),
  ...KEY_NAMES.map(name => [name, 'key'] as const),
  ...MAYBE_KEY_NAMES.map(name => [name, 'maybe key'] as const),
]);

/** The parts of a request's content that may not be stored. */
export interface Protection {
  readonly clientIp: IpPolicy;
  /** keys that the request presents to a collector that has write keys */
  readonly presentedKeys: ReadonlySet<string>;
}

type Mutable = Record<string, JsonValue | undefined>;

/**
 * Takes write keys out of a content, and anonymises the addresses in it. In place, before anything is mapped or kept:
 * what good and bad events are made of is the same. A key becomes undefined instead of being deleted, because V8 turns
 * objects with deleted members into hash tables.
 */
export function protect(content: JsonValue, protection: Protection): void {
  if (typeof content === 'object' && content !== null) protectMembers(content as Mutable, protection);
}

/** @param ofAddress the members are below a name of an address, however deep */
function protectMembers(members: Mutable, protection: Protection, ofAddress = false): void {
  for (const name in members) {
    const value = members[name];
    if (typeof value !== 'string' && typeof value !== 'object') continue;
    const secret = SECRETS.get(name);
    const isAddress = ofAddress || secret === 'address';
    if (typeof value === 'object') {
      if (value !== null) protectMembers(value as Mutable, protection, isAddress);
    } else if (isKey(secret, value, protection)) {
      members[name] = undefined;
    } else if (isAddress) {
      members[name] = anonymiseText(value, protection.clientIp);
    }
  }
}

function isKey(secret: Secret | undefined, value: string, { presentedKeys }: Protection): boolean {
  return secret === 'key' || (secret === 'maybe key' && presentedKeys.has(value));
}

/** A key's name and its value in text that need not be JSON: in JSON, in JSON within JSON, in a query or a form. */
function keyInText(names: readonly string[]): RegExp {
  const anyName = names.map(name => name.replace('$', '\\$')).join('|');
  return new RegExp(`\\b(${anyName})(\\\\*"?\\s?[:=]\\s?\\\\*"?)([^"&\\\\\\s,}]{1,256})`, 'g');
}

const KEY_IN_TEXT = keyInText(KEY_NAMES);
const MAYBE_KEY_IN_TEXT = keyInText([...KEY_NAMES, ...MAYBE_KEY_NAMES]);

/**
 * {@link protect} for text: whatever looks like an address, or like a write key with its name.
 * @param isProtected the text was read as JSON and protected, so that keys are left only in JSON within it
 */
export function protectText(text: string, clientIp: IpPolicy, isProtected: boolean): string {
  const withoutKeys = text.replace(isProtected ? KEY_IN_TEXT : MAYBE_KEY_IN_TEXT, '$1$2***');
  return anonymiseText(withoutKeys, clientIp);
}
