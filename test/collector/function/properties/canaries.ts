import { mapEmbedded, objectOf } from './mutations';
import { Random } from './random';
import { ADDRESS } from './shapes';
import { isArray, isObject, JsonValue } from '../../../../src/collector/function/json';

const CANARY = /cn\d{6}ry/g;

/** The canaries in a text. */
export function canariesIn(text: string): Set<string> {
  return new Set(text.match(CANARY));
}

/** Documented as not stored: write keys, delivery metadata, and the address of a client in its policy's form. */
const NOT_STORED = new Set([
  'writeKey', 'write_key', 'apiKey', 'api_key', 'apiSecret', 'api_secret', 'token', '$token', '_metadata', 'hashCode',
  'event_bundle_sequence_id', 'ip', '$ip', 'ip_address', 'ip_override', 'schema',
]);

/** Words that decide what an event is: with a canary most events would be bad ones. */
const DECIDING = new Set(['type', 'e', 'p', 'tv', 'co', 'cx', 'ue_pr', 'ue_px', 'name', 'event', 'event_type', '$lib']);

/** Maps whose keys the client chooses. */
const FREE_FORM = new Set([
  'properties', 'traits', 'contexts', 'attributes', 'params', 'user_properties', 'data', 'page',
]);

const OF_ADDRESSES = new Set(['ip', '$ip', 'ip_address', 'ip_override', 'request_ip']);

/**
 * Addresses only where a name says that there is one, also in JSON within the JSON of an event: in other texts nobody
 * could know them.
 * @param ofEvent the key is one of an event
 */
export function withAddressesInPlace(value: JsonValue, key = '', ofAddress = false, ofEvent = true): JsonValue {
  const isAddress = ofAddress || OF_ADDRESSES.has(key);
  const holdsEvents = ofEvent && (key === '' || key === 'data');
  const change = (inner: JsonValue): JsonValue => {
    if (typeof inner === 'string') return isAddress ? inner : inner.replaceAll(ADDRESS, 'elsewhere');
    if (isArray(inner)) return inner.map(member => withAddressesInPlace(member, '', isAddress, holdsEvents));
    if (!isObject(inner)) return inner;
    return objectOf(Object.entries(inner).map(
      ([name, member]) => [name, withAddressesInPlace(member, name, isAddress, holdsEvents)] as const,
    ));
  };
  return ofEvent ? mapEmbedded(key, value, change) : change(value);
}

/** Puts a word that is found again wherever it goes into the texts and the free keys of a content. */
export class Canaries {
  private count = 0;

  constructor(private readonly random: Random, private readonly exempt: ReadonlySet<string> = new Set()) {}

  in(value: JsonValue, key = ''): JsonValue {
    if (NOT_STORED.has(key) || this.exempt.has(key)) return value;
    return mapEmbedded(key, value, inner => this.inside(inner, key));
  }

  private inside(value: JsonValue, key: string): JsonValue {
    if (typeof value === 'string') return this.random.percent(DECIDING.has(key) ? 2 : 60) ? value + this.next() : value;
    if (isArray(value)) return value.map(member => this.in(member, key));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(([name, member]) => [name, this.in(member, name)] as const);
    if (FREE_FORM.has(key) && this.random.percent(30)) entries.push([this.next(), this.next()]);
    return objectOf(entries);
  }

  private next(): string {
    return `cn${String(++this.count).padStart(6, '0')}ry`;
  }
}
