import { CanonicalEvent, EVENT_RULES } from '../../../contract/generated';
import { InvalidEventError, ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import { CollectorResponse, failure, json, success, text as plainText } from '../responses';
import { envelope, listed, single } from './batch';
import { jsonEndpoint } from './json-endpoint';
import {
  beside, from, isEmpty, mapColumns, objectField, payload, requireIds, requireObject, Rule, setOwn, translated,
  without,
} from './mapping';
import { Batch, CollectEndpoint, EventDraft, Tally, Protocol, ReplyEndpoint } from './protocol';
import {
  address, host, id, integer, number, Reader, referrer, sizeText, structure, text, userAgent, whole,
} from './readers';
import { time } from './times';
import { platform, timezone } from './vocabulary';
import { ContentKeys } from '../write-key';

/** Columns that the collector sets itself, that are payloads, or that have names of their own here. */
const NOT_BY_NAME = new Set<string>([
  'request_id',
  'batch_index',
  'true_ts',
  'event_id',
  'event_name',
  'event_type',
  'protocol',
  'source_id',
  'client_ts',
  'sent_ts',
  'received_ts',
  'network_user_id',
  'user_agent',
  'user_agent_source',
  'client_age_ms',
  'platform',
  'timezone',
  'page_host',
  'page_referrer',
  'screen_size',
  'viewport_size',
  'consent',
  'ip_address',
  'properties',
  'traits',
  'contexts',
]);

const READERS: Readonly<Record<string, Reader<string | number>>> = {
  string: text,
  int: integer,
  bigint: whole,
  double: number,
  timestamp: time,
};

/** A client names the columns as the tables do. */
const RULES: readonly Rule[] = [
  from('event_id', id, 'event_id'),
  from('client_ts', time, 'timestamp', 'client_ts'),
  from('sent_ts', time, 'sent_at', 'sent_ts'),
  from('ip_address', address, 'ip_address'),
  from('consent', structure, 'consent'),
  translated('user_agent', userAgent, 'user_agent'),
  translated('platform', platform, 'platform'),
  translated('timezone', timezone, 'timezone'),
  translated('page_host', host, 'page_host'),
  from('page_referrer', referrer, 'page_referrer'),
  translated('screen_size', sizeText, 'screen_size'),
  translated('viewport_size', sizeText, 'viewport_size'),
  ...Object.entries(EVENT_RULES).filter(([column]) => !NOT_BY_NAME.has(column)).map(([column, { type, values }]) =>
    from(column as keyof CanonicalEvent, values ? oneOf(values) : READERS[type], column)),
];

function oneOf(values: readonly string[]): Reader<string> {
  return value => values.find(known => known === value);
}

const NAME_FIELDS = ['event_name', 'event', 'event_type', 'type'];
const ID_FIELDS = ['event_id', 'user_id', 'anonymous_id', 'device_id', 'session_id', 'group_id', 'previous_id'];
const PAYLOADS = ['properties', 'traits', 'contexts'];
const TYPES = new Set<string>(EVENT_RULES.event_type.values);

/** Names by which pages and apps usually report the calls that have a type of their own. */
const TYPE_BY_NAME = new Map<string, EventDraft['event_type']>([
  ['page_view', 'page'],
  ['pageview', 'page'],
  ['screen_view', 'screen'],
  ['page_ping', 'ping'],
]);

/**
 * The collector's own JSON: an object, an array or `{"events": […]}`; a plain click object of a simple page will do.
 */
export const native: Protocol = {
  name: 'native',
  endpointsAt(path) {
    if (path === '' || path === 'events') return [events];
    if (path === 'health') return [health];
    return path === 'robots.txt' ? [robots] : [];
  },
};

const health: ReplyEndpoint = { kind: 'reply', methods: ['GET'], reply: () => json(200, { status: 'ok' }) };

const robots: ReplyEndpoint = {
  kind: 'reply',
  methods: ['GET'],
  reply: () => plainText('User-agent: *\nDisallow: /\n'),
};

const events: CollectEndpoint = { ...jsonEndpoint, protocol: 'native', keys, split, respond };

function split(content: JsonValue): Batch {
  if (isArray(content)) return listed(content, '', draftEvent);
  if (!isObject(content)) throw new ShapeError(`The body is an object or an array, not ${kindOf(content)}.`);
  if (content.events === undefined) return single(content, draftEvent);
  if (!isArray(content.events)) throw new ShapeError(`events is an array, not ${kindOf(content.events)}.`);
  return listed(content.events, 'events', draftEvent, envelope(content, 'events'));
}

const KEY_FIELDS = ['writeKey', 'write_key', 'api_key', 'apiKey'];

function keys(content: JsonValue): ContentKeys {
  if (!isObject(content)) return {};
  return { key: KEY_FIELDS.map(field => content[field]).find(value => typeof value === 'string') };
}

function draftEvent(value: JsonValue): EventDraft {
  const event = requireObject(value);
  requireIds(event, ID_FIELDS);
  const name = nameOf(event);
  const type = typeOf(event, name.value);
  const [properties, traits, contexts] = PAYLOADS.map(field => objectField(event, field));
  const { columns, used } = mapColumns(event, RULES);
  const named = [name.field, type.field, ...PAYLOADS].filter(field => field !== undefined);
  const rest = without(event, [...used, ...named.map(field => [field])]);
  // An unknown key is a property; one that `properties` has too is kept beside.
  const unknown: Record<string, JsonValue> = {};
  const shadowed: Record<string, JsonValue> = {};
  for (const key in rest) setOwn(Object.hasOwn(properties, key) ? shadowed : unknown, key, rest[key]);
  return {
    ...columns,
    event_name: name.value,
    event_type: type.value,
    properties: payload(isEmpty(unknown) ? properties : { ...properties, ...unknown }),
    traits: payload(traits),
    contexts: payload(isEmpty(shadowed) ? contexts : beside(contexts, shadowed)),
  };
}

function nameOf(event: JsonObject): { readonly value: string; readonly field: string } {
  for (const field of NAME_FIELDS) {
    const value = text(event[field] ?? null);
    if (value !== undefined) return { value, field };
  }
  throw new InvalidEventError(
    'missing_event_name',
    `An event is named by one of ${NAME_FIELDS.join(', ')}.`,
    'event_name',
  );
}

function typeOf(
  event: JsonObject,
  name: string,
): { readonly value: EventDraft['event_type']; readonly field?: string } {
  const field = ['event_type', 'type'].find(candidate => TYPES.has(String(event[candidate])));
  if (field) return { value: event[field] as EventDraft['event_type'], field };
  return { value: TYPE_BY_NAME.get(name) ?? 'track' };
}

/** Strict where it helps the page's author: nothing but bad events is a 400, a mixture tells which. */
function respond({ accepted, rejected }: Tally): CollectorResponse {
  if (rejected.length === 0) return success;
  const [{ code, message }] = rejected;
  if (accepted === 0 && rejected.length === 1) return failure(400, code, message);
  const details = { accepted, rejected: rejected.length, errors: rejected };
  return accepted === 0
    ? json(400, { success: false, code, message, ...details })
    : json(200, { success: true, ...details });
}
