import { CanonicalEvent, EVENT_RULES } from '../../../contract/generated';
import { InvalidEventError, ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import { CollectorResponse, failure, json, success, text as plainText } from '../responses';
import { jsonEndpoint } from './json-endpoint';
import {
  from, KEY_FIELDS, mapColumns, objectField, payload, requireIds, requireObject, Rule, without, withShared,
} from './mapping';
import { Batch, CollectEndpoint, EventDraft, Member, Tally, Protocol, ReplyEndpoint } from './protocol';
import { address, id, integer, number, Reader, structure, text, time } from './readers';

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
  'consent',
  'ip_address',
  'properties',
  'traits',
  'contexts',
]);

const READERS: Readonly<Record<string, Reader<string | number>>> = {
  string: text,
  int: integer,
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

const events: CollectEndpoint = { ...jsonEndpoint, protocol: 'native', split, respond };

function split(content: JsonValue): Batch {
  if (isArray(content)) return batchOf(content, '', {});
  if (!isObject(content)) throw new ShapeError(`The body is an object or an array, not ${kindOf(content)}.`);
  if (content.events === undefined) {
    return {
      members: [{ value: content, path: '' }],
      draft: member => draftEvent(member.value, {}),
      writeKey: keyOf(content),
    };
  }
  if (!isArray(content.events)) throw new ShapeError(`events is an array, not ${kindOf(content.events)}.`);
  return {
    ...batchOf(content.events, 'events', without(content, [['events'], ...KEY_FIELDS.map(field => [field])])),
    writeKey: keyOf(content),
  };
}

/** @param shared fields of the envelope, for events that lack them */
function batchOf(values: readonly JsonValue[], name: string, shared: JsonObject): Batch {
  return {
    members: values.map((value, index): Member => ({ value, path: `${name}[${index}]` })),
    draft: member => draftEvent(member.value, shared),
  };
}

function keyOf(content: JsonObject): string | undefined {
  return KEY_FIELDS.map(field => content[field]).find(value => typeof value === 'string');
}

function draftEvent(value: JsonValue, shared: JsonObject): EventDraft {
  const event = withShared(requireObject(value), shared);
  requireIds(event, ID_FIELDS);
  const name = nameOf(event);
  const type = typeOf(event, name.value);
  const [properties, traits, contexts] = PAYLOADS.map(field => objectField(event, field));
  const { columns, used } = mapColumns(event, RULES);
  const named = [name.field, type.field, ...PAYLOADS, ...KEY_FIELDS].filter(field => field !== undefined);
  const rest = Object.entries(without(event, [...used, ...named.map(field => [field])]));
  // An unknown key is a property; one that `properties` has too is kept beside.
  const [unknown, shadowed] = [false, true].map(isShadowed =>
    rest.filter(([key]) => Object.hasOwn(properties, key) === isShadowed),
  );
  return {
    ...columns,
    event_name: name.value,
    event_type: type.value,
    properties: payload({ ...properties, ...Object.fromEntries(unknown) }),
    traits: payload(traits),
    contexts: payload({ ...contexts, ...Object.fromEntries(shadowed) }),
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
