import { isUtf8 } from 'buffer';
import { anonymiseText, IpPolicy } from '../client-address';
import { parseJson } from '../decode';
import { DecodeError, InvalidEventError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue } from '../json';
import { protect } from '../privacy';
import { CollectorRequest } from '../request';
import { storable } from '../text';
import { beside, derived, from, layered, mapColumns, payload, Rule, translated, without } from './mapping';
import { EventDraft } from './protocol';
import { address, id, integer, number, referrer, sizeText, text, userAgent } from './readers';
import { milliseconds } from './times';
import { platform, timezone } from './vocabulary';

/** A self-describing JSON. */
interface SelfDescribing {
  readonly schema: string;
  readonly data: JsonValue;
  /** it has other members, so that it has to be kept as it came */
  readonly saysMore: boolean;
}

/** Name, type and properties of an event of one kind. */
interface Described {
  readonly event_name: string;
  readonly event_type: EventDraft['event_type'];
  readonly event_schema?: string;
  readonly screen_name?: string;
  readonly properties: JsonObject;
  readonly used: readonly string[];
}

const RULES: readonly Rule[] = [
  from('event_id', id, 'eid'),
  from('app_id', text, 'aid'),
  translated('platform', platform, 'p'),
  from('client_ts', milliseconds, 'dtm'),
  from('sent_ts', milliseconds, 'stm'),
  from('true_ts', milliseconds, 'ttm'),
  from('user_id', text, 'uid'),
  from('anonymous_id', text, 'duid'),
  from('network_user_id', text, 'tnuid', 'nuid'),
  from('session_id', text, 'sid'),
  from('session_index', integer, 'vid'),
  from('ip_address', address, 'ip'),
  translated('user_agent', userAgent, 'ua'),
  from('page_url', text, 'url'),
  from('page_title', text, 'page'),
  from('page_referrer', referrer, 'refr'),
  translated('screen_size', sizeText, 'res'),
  translated('viewport_size', sizeText, 'vp'),
  from('timezone', timezone, 'tz'),
  from('locale', text, 'lang'),
  derived('value', number, 'se_va', 'tr_tt', 'ti_pr'),
  derived('currency', text, 'tr_cu', 'ti_cu'),
];

/** Columns that are told by contexts, where the event's own keys do not tell them. Contexts are kept whole. */
const CONTEXT_RULES: Readonly<Record<string, readonly Rule[]>> = {
  web_page: [derived('page_view_id', text, 'id')],
  client_session: [
    derived('session_id', text, 'sessionId'),
    derived('session_index', integer, 'sessionIndex'),
    derived('anonymous_id', text, 'userId'),
  ],
  mobile_context: [
    derived('os_name', text, 'osType'),
    derived('os_version', text, 'osVersion'),
    derived('device_model', text, 'deviceModel'),
    derived('device_id', text, 'androidIdfa', 'appleIdfv', 'appleIdfa', 'openIdfa'),
  ],
  screen: [derived('screen_name', text, 'name')],
};

const KINDS: Readonly<Record<string, (event: JsonObject, clientIp: IpPolicy) => Described>> = {
  pv: () => ({ event_name: 'page_view', event_type: 'page', properties: {}, used: [] }),
  pp: event => prefixed(event, 'pp_', 'page_ping', 'ping'),
  se: event => prefixed(event, 'se_', required(event, 'se_ac'), 'track'),
  tr: event => prefixed(event, 'tr_', 'transaction', 'track'),
  ti: event => prefixed(event, 'ti_', 'transaction_item', 'track'),
  ue: describeUnstructured,
};

/** Keys of embedded JSON: as text, and as base64url. */
const EMBEDDED = [['ue_pr', 'ue_px'], ['co', 'cx']] as const;

/** An event whose embedded JSON is text, as far as the base64 can be read. Beside text of its own it keeps its name. */
export function withPlainJson(event: JsonValue): JsonValue {
  if (!isObject(event) || EMBEDDED.every(([, encoded]) => event[encoded] === undefined)) return event;
  const plain: Record<string, JsonValue> = { ...event };
  for (const [readable, encoded] of EMBEDDED) {
    const json = decoded(event[encoded]);
    if (json === undefined) continue;
    delete plain[encoded];
    plain[event[readable] === undefined ? readable : encoded] = json;
  }
  return plain;
}

/** Text in base64, if writing it again gives the same: of anything else a part would be gone. */
function decoded(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64url');
  const url = value.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
  return isUtf8(bytes) && bytes.toString('base64url') === url ? storable(bytes.toString()) : undefined;
}

/** @param requiredKeys of the event, where its schema requires some */
export function draftSnowplowEvent(
  event: JsonObject,
  requiredKeys: readonly string[],
  { cookie, clientIp }: Pick<CollectorRequest, 'cookie' | 'clientIp'>,
): EventDraft {
  for (const key of requiredKeys) required(event, key);
  const describe = Object.hasOwn(KINDS, String(event.e)) ? KINDS[String(event.e)] : undefined;
  if (!describe) throw new InvalidEventError('unknown_type', `e is one of ${Object.keys(KINDS).join(', ')}.`, 'e');
  const { used: describing, properties, ...described } = describe(event, clientIp);
  const { columns, used } = mapColumns(event, RULES);
  const contexts = contextsOf(event, clientIp);
  const mapped = [...describing, ...contexts.used, 'e', 'tv'].map(key => [key]);
  const rest = withoutAddresses(without(event, [...used, ...mapped]), clientIp);
  return {
    ...layered({ device_id: columns.anonymous_id, network_user_id: cookie?.id }, ...contexts.columns, columns),
    ...tracker(text(event.tv ?? null)),
    ...described,
    properties: payload(properties),
    contexts: payload(contexts.list.length === 0 ? rest : beside({ contexts: contexts.list }, rest)),
  };
}

/** JSON in text that is kept as it came was not looked into. */
function withoutAddresses(rest: JsonObject, clientIp: IpPolicy): JsonObject {
  const left = EMBEDDED.flat().filter(key => typeof rest[key] === 'string');
  return left.length === 0
    ? rest
    : { ...rest, ...Object.fromEntries(left.map(key => [key, anonymiseText(String(rest[key]), clientIp)])) };
}

function required(event: JsonObject, key: string): string {
  const value = text(event[key] ?? null);
  if (value === undefined) throw new InvalidEventError('missing_field', `${key} is required.`, key);
  return value;
}

/** An event whose properties are the keys with a prefix. */
function prefixed(
  event: JsonObject,
  prefix: string,
  event_name: string,
  event_type: EventDraft['event_type'],
): Described {
  const own = Object.entries(event).filter(([key]) => key.startsWith(prefix));
  return { event_name, event_type, properties: Object.fromEntries(own), used: own.map(([key]) => key) };
}

function describeUnstructured(event: JsonObject, clientIp: IpPolicy): Described {
  const key = event.ue_pr === undefined ? 'ue_px' : 'ue_pr';
  const outer = selfDescribing(embedded(event[key], key, clientIp));
  const inner = outer && selfDescribing(outer.data);
  if (!inner) {
    throw new InvalidEventError(
      'invalid_unstruct_event',
      'A self-describing event has a schema and data within an envelope.',
      key,
    );
  }
  const event_name = schemaName(inner.schema);
  const isScreen = event_name === 'screen_view';
  const data = isObject(inner.data) ? inner.data : { data: inner.data };
  return {
    event_name,
    event_type: isScreen ? 'screen' : 'track',
    event_schema: inner.schema,
    ...(isScreen && { screen_name: text(data.name ?? null) }),
    properties: data,
    used: outer.saysMore || inner.saysMore ? [] : [key],
  };
}

interface Contexts {
  readonly list: readonly JsonValue[];
  readonly columns: readonly Partial<EventDraft>[];
  readonly used: readonly string[];
}

/** Contexts that cannot be read stay as they came: they do not make the event bad. */
function contextsOf(event: JsonObject, clientIp: IpPolicy): Contexts {
  const key = event.co === undefined ? 'cx' : 'co';
  const outer = event[key] === undefined ? undefined : readContexts(event[key], key, clientIp);
  const list = outer?.data;
  if (!isArray(list)) return { list: [], columns: [], used: [] };
  const columns = list.map(selfDescribing).map(context => {
    const name = context ? schemaName(context.schema) : '';
    if (!context || !isObject(context.data)) return {};
    if (name.startsWith('consent')) return { consent: payload(context.data) };
    return Object.hasOwn(CONTEXT_RULES, name) ? mapColumns(context.data, CONTEXT_RULES[name]).columns : {};
  });
  return { list, columns, used: outer?.saysMore ? [] : [key] };
}

function readContexts(value: JsonValue, key: string, clientIp: IpPolicy): SelfDescribing | undefined {
  try {
    return selfDescribing(embedded(value, key, clientIp));
  } catch (error) {
    if (error instanceof InvalidEventError) return undefined;
    throw error;
  }
}

/** JSON within a key: as text or, under a name that ends in x, in base64url. Its addresses are anonymised. */
function embedded(value: JsonValue | undefined, key: string, clientIp: IpPolicy): JsonValue {
  if (typeof value !== 'string') throw new InvalidEventError('missing_field', `${key} is required.`, key);
  try {
    const parsed = parseJson(Buffer.from(value, key.endsWith('x') ? 'base64url' : 'utf8'));
    protect(parsed, { clientIp, presentedKeys: new Set() });
    return parsed;
  } catch (error) {
    if (error instanceof DecodeError) {
      throw new InvalidEventError(error.code, `${key} cannot be read: ${error.message}`, key);
    }
    throw error;
  }
}

function selfDescribing(value: JsonValue): SelfDescribing | undefined {
  if (!isObject(value) || typeof value.schema !== 'string' || value.schema === '' || value.data === undefined) {
    return undefined;
  }
  return { schema: value.schema, data: value.data, saysMore: Object.keys(value).length > 2 };
}

/** `link_click` of `iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1`. */
function schemaName(schema: string): string {
  return /^iglu:[^/]+\/([^/]+)\//.exec(schema)?.[1] ?? schema;
}

/** `js-4.1.0` is version 4.1.0 of `js`. */
function tracker(tv: string | undefined): Pick<EventDraft, 'sdk_name' | 'sdk_version'> {
  const at = tv?.search(/.-\d/) ?? -1;
  return at < 0 ? { sdk_name: tv } : { sdk_name: tv?.slice(0, at + 1), sdk_version: tv?.slice(at + 2) };
}
