import { parseJson } from '../decode';
import { DecodeError, InvalidEventError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue } from '../json';
import { derived, from, layered, mapColumns, payload, requireObject, Rule, without } from './mapping';
import { EventDraft } from './protocol';
import { address, id, integer, milliseconds, number, text } from './readers';

/** A self-describing JSON. */
interface SelfDescribing { readonly schema: string; readonly data: JsonValue }

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
  from('platform', text, 'p'),
  from('client_ts', milliseconds, 'dtm'),
  from('sent_ts', milliseconds, 'stm'),
  from('true_ts', milliseconds, 'ttm'),
  from('user_id', text, 'uid'),
  from('anonymous_id', text, 'duid'),
  from('network_user_id', text, 'tnuid'),
  from('session_id', text, 'sid'),
  from('session_index', integer, 'vid'),
  from('ip_address', address, 'ip'),
  from('user_agent', text, 'ua'),
  from('page_url', text, 'url'),
  from('page_title', text, 'page'),
  from('page_referrer', text, 'refr'),
  from('screen_size', text, 'res'),
  from('viewport_size', text, 'vp'),
  from('timezone', text, 'tz'),
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

const KINDS: Readonly<Record<string, (event: JsonObject) => Described>> = {
  pv: () => ({ event_name: 'page_view', event_type: 'page', properties: {}, used: [] }),
  pp: event => prefixed(event, 'pp_', 'page_ping', 'ping'),
  se: event => prefixed(event, 'se_', required(event, 'se_ac'), 'track'),
  tr: event => prefixed(event, 'tr_', 'transaction', 'track'),
  ti: event => prefixed(event, 'ti_', 'transaction_item', 'track'),
  ue: describeUnstructured,
};

const REQUIRED = ['e', 'p', 'tv'];

/** @param cookieId of the first-party cookie, where one is set */
export function draftSnowplowEvent(value: JsonValue, cookieId: string | undefined): EventDraft {
  const event = requireObject(value);
  for (const key of REQUIRED) required(event, key);
  const describe = Object.hasOwn(KINDS, String(event.e)) ? KINDS[String(event.e)] : undefined;
  if (!describe) throw new InvalidEventError('unknown_type', `e is one of ${Object.keys(KINDS).join(', ')}.`, 'e');
  const { used: describing, properties, ...described } = describe(event);
  const { columns, used } = mapColumns(event, RULES);
  const contexts = contextsOf(event);
  const rest = without(event, [...used, ...[...describing, ...contexts.used, 'e', 'tv'].map(key => [key])]);
  return {
    ...layered({ device_id: columns.anonymous_id, network_user_id: cookieId }, ...contexts.columns, columns),
    ...tracker(String(event.tv)),
    ...described,
    properties: payload(properties),
    contexts: payload(contexts.list.length === 0 ? rest : { contexts: contexts.list, ...rest }),
  };
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

function describeUnstructured(event: JsonObject): Described {
  const key = event.ue_pr === undefined ? 'ue_px' : 'ue_pr';
  const outer = selfDescribing(embedded(event[key], key));
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
    used: [key],
  };
}

interface Contexts {
  readonly list: readonly JsonValue[];
  readonly columns: readonly Partial<EventDraft>[];
  readonly used: readonly string[];
}

/** Contexts that cannot be read stay as they came: they do not make the event bad. */
function contextsOf(event: JsonObject): Contexts {
  const key = event.co === undefined ? 'cx' : 'co';
  const list = event[key] === undefined ? undefined : readContexts(event[key], key);
  if (!list) return { list: [], columns: [], used: [] };
  const columns = list.map(selfDescribing).map(context => {
    const name = context ? schemaName(context.schema) : '';
    if (!context || !isObject(context.data)) return {};
    if (name.startsWith('consent')) return { consent: payload(context.data) };
    return Object.hasOwn(CONTEXT_RULES, name) ? mapColumns(context.data, CONTEXT_RULES[name]).columns : {};
  });
  return { list, columns, used: [key] };
}

function readContexts(value: JsonValue, key: string): readonly JsonValue[] | undefined {
  try {
    const outer = selfDescribing(embedded(value, key));
    return outer && isArray(outer.data) ? outer.data : undefined;
  } catch (error) {
    if (error instanceof InvalidEventError) return undefined;
    throw error;
  }
}

/** JSON within a key: as text or, under a name that ends in x, in base64url. */
function embedded(value: JsonValue | undefined, key: string): JsonValue {
  if (typeof value !== 'string') throw new InvalidEventError('missing_field', `${key} is required.`, key);
  try {
    return parseJson(Buffer.from(value, key.endsWith('x') ? 'base64url' : 'utf8'));
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
  return { schema: value.schema, data: value.data };
}

/** `link_click` of `iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1`. */
function schemaName(schema: string): string {
  return /^iglu:[^/]+\/([^/]+)\//.exec(schema)?.[1] ?? schema;
}

/** `js-4.1.0` is version 4.1.0 of `js`. */
function tracker(tv: string): Pick<EventDraft, 'sdk_name' | 'sdk_version'> {
  const [, sdk_name, sdk_version] = /^(.+?)-(\d.*)$/.exec(tv) ?? [undefined, tv, undefined];
  return { sdk_name, sdk_version };
}
