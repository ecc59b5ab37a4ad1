import { InvalidEventError, ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import { CollectorRequest } from '../request';
import { json, success } from '../responses';
import { jsonEndpoint } from './families';
import { derived, from, KEY_FIELDS, mapColumns, objectField, payload, requireIds, requireObject, Rule, without } from './mapping';
import { Batch, CollectEndpoint, EventDraft, Member, Protocol, ReplyEndpoint } from './protocol';
import { address, id, number, size, structure, text, time } from './readers';

type Call = EventDraft['event_type'];

/** Paths of the single calls, long and short. */
const SINGLE_CALLS = new Map<string, Call>(
  (['track', 'page', 'identify', 'group', 'alias', 'screen'] as const).flatMap(call => [[call, call], [call[0], call]]),
);
const BATCH_PATHS = new Set(['batch', 'b', 'import']);
const SETTINGS_PATH = /^projects\/([^/]+)\/settings$/;
const CALLS = new Set<string>(SINGLE_CALLS.values());

const RULES: readonly Rule[] = [
  from('event_id', id, 'messageId'),
  from('client_ts', time, 'originalTimestamp', 'timestamp'),
  from('sent_ts', time, 'sentAt'),
  from('user_id', text, 'userId'),
  from('anonymous_id', text, 'anonymousId'),
  from('previous_id', text, 'previousId'),
  from('group_id', text, 'groupId', 'context.groupId'),
  from('session_id', text, 'context.sessionId'),
  from('platform', text, 'channel', 'context.channel'),
  from('sdk_name', text, 'context.library.name'),
  from('sdk_version', text, 'context.library.version'),
  from('page_url', text, 'context.page.url', 'properties.url'),
  from('page_path', text, 'context.page.path', 'properties.path'),
  from('page_title', text, 'context.page.title', 'properties.title'),
  from('page_referrer', text, 'context.page.referrer', 'properties.referrer'),
  from('utm_source', text, 'context.campaign.source'),
  from('utm_medium', text, 'context.campaign.medium'),
  from('utm_campaign', text, 'context.campaign.name'),
  from('utm_term', text, 'context.campaign.term'),
  from('utm_content', text, 'context.campaign.content'),
  derived('value', number, 'properties.value', 'properties.revenue'),
  derived('currency', text, 'properties.currency'),
  from('device_id', text, 'context.device.id'),
  from('device_type', text, 'context.device.type'),
  from('device_model', text, 'context.device.model'),
  from('os_name', text, 'context.os.name'),
  from('os_version', text, 'context.os.version'),
  from('user_agent', text, 'context.userAgent'),
  from('locale', text, 'context.locale'),
  from('timezone', text, 'context.timezone'),
  derived('screen_size', size('width', 'height'), 'context.screen'),
  derived('viewport_size', size('innerWidth', 'innerHeight'), 'context.screen'),
  from('ip_address', address, 'context.ip'),
  from('consent', structure, 'context.consent', 'context.consentManagement'),
];

/** Stored as columns of their own or named by the row; what remains of a message is its contexts. */
const NAMED_FIELDS = ['type', 'event', 'properties', 'traits', ...KEY_FIELDS].map(field => [field]);

/** Segment's HTTP Tracking API, single calls and batches, with the settings that its browser SDK loads first. */
export const segment: Protocol = {
  name: 'segment',
  endpointsAt(path) {
    const call = SINGLE_CALLS.get(path);
    if (call) return [{ ...messages, split: content => splitSingle(content, call) }];
    if (BATCH_PATHS.has(path)) return [{ ...messages, split: splitBatch }];
    if (path === 'm') return [clientMetrics];
    return SETTINGS_PATH.test(path) ? [settings] : [];
  },
};

const messages = { ...jsonEndpoint, protocol: 'segment' } satisfies Partial<CollectEndpoint>;

/** The browser SDK's statistics about itself. */
const clientMetrics: ReplyEndpoint = { kind: 'reply', methods: ['POST'], reply: () => success };

const settings: ReplyEndpoint = {
  kind: 'reply',
  methods: ['GET'],
  reply(request, authenticate) {
    const key = writeKeyInPath(request);
    authenticate(key);
    const apiHost = request.location.endsWith('/v1') ? request.location : `${request.location}/v1`;
    return json(200, { integrations: { 'Segment.io': { apiKey: key, apiHost, protocol: request.scheme } } });
  },
};

function writeKeyInPath({ path }: CollectorRequest): string {
  return SETTINGS_PATH.exec(path)?.[1] ?? '';
}

function splitSingle(content: JsonValue, call: Call): Batch {
  if (!isObject(content)) throw new ShapeError(`A ${call} call is an object, not ${kindOf(content)}.`);
  return {
    members: [{ value: content, path: '' }],
    draft: ({ value }) => draftMessage({ ...requireObject(value), type: call }),
    writeKey: keyOf(content),
  };
}

function splitBatch(content: JsonValue): Batch {
  if (!isObject(content) || !isArray(content.batch)) throw new ShapeError('A batch is an object with an array "batch".');
  const { context, sentAt, timestamp } = content;
  const shared = Object.fromEntries(Object.entries({ context, sentAt, timestamp }).filter(([, value]) => value !== undefined));
  return {
    members: content.batch.map((value, index): Member => ({ value, path: `batch[${index}]` })),
    draft: ({ value }) => draftMessage({ ...shared, ...requireObject(value) }),
    writeKey: keyOf(content),
  };
}

function keyOf({ writeKey }: JsonObject): string | undefined {
  return typeof writeKey === 'string' ? writeKey : undefined;
}

function draftMessage(message: JsonObject): EventDraft {
  const call = callOf(message);
  requireIds(message, ['userId', 'anonymousId', 'groupId', 'previousId']);
  const properties = objectField(message, 'properties');
  const traits = { ...nested(message, 'traits'), ...objectField(message, 'traits') };
  const { columns, used } = mapColumns(message, RULES);
  requireIdentity(call, columns);
  const name = eventName(call, message);
  return {
    ...columns,
    event_name: name.value,
    event_type: call,
    screen_name: call === 'screen' ? name.given : undefined,
    properties: payload(properties),
    traits: payload(traits),
    contexts: payload(without(message, [...NAMED_FIELDS, ...name.used, ...used, ['context', 'traits']])),
  };
}

function callOf({ type }: JsonObject): Call {
  if (typeof type === 'string' && CALLS.has(type)) return type as Call;
  throw new InvalidEventError('unknown_type', `type is one of ${[...CALLS].join(', ')}.`, 'type');
}

/** Traits that were set earlier and come with each later event. */
function nested({ context }: JsonObject, field: string): JsonObject {
  const value = isObject(context) ? context[field] : undefined;
  return isObject(value) ? value : {};
}

function requireIdentity(call: Call, columns: Partial<EventDraft>): void {
  if (columns.user_id === undefined && columns.anonymous_id === undefined) {
    throw new InvalidEventError('missing_identity', 'An event has a userId or an anonymousId.', 'userId');
  }
  if (call === 'group' && columns.group_id === undefined) {
    throw new InvalidEventError('missing_group_id', 'A group call has a groupId.', 'groupId');
  }
}

interface EventName { readonly value: string; readonly given?: string; readonly used: readonly string[][] }

/** A page or screen is called by its name; without one, as the other calls, by the type. */
function eventName(call: Call, { event, name }: JsonObject): EventName {
  if (call === 'track') {
    const value = text(event ?? '');
    if (value === undefined) throw new InvalidEventError('missing_event_name', 'A track call has an event.', 'event');
    return { value, used: [] };
  }
  const given = call === 'page' || call === 'screen' ? text(name ?? '') : undefined;
  return { value: given ?? call, given, used: given === undefined ? [] : [['name']] };
}
