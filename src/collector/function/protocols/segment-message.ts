import { InvalidEventError, ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue, kindOf } from '../json';
import {
  derived, from, KEY_FIELDS, mapColumns, objectField, payload, requireIds, requireObject, Rule, without, withShared,
} from './mapping';
import { Batch, EventDraft, Member } from './protocol';
import { address, id, number, Reader, size, structure, text, time } from './readers';

/** Calls of the Segment specification and RudderStack's `merge`, with the type of the event they are. */
const CALLS = {
  track: 'track',
  page: 'page',
  identify: 'identify',
  group: 'group',
  alias: 'alias',
  screen: 'screen',
  merge: 'alias',
} as const;

export type Call = keyof typeof CALLS;

export function isCall(name: string): name is Call {
  return Object.hasOwn(CALLS, name);
}

/** RudderStack's browser SDK calls no page before `$direct`. */
const referrer: Reader<string> = value => (value === '$direct' ? undefined : text(value));

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
  from('page_referrer', referrer, 'context.page.referrer', 'properties.referrer'),
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
const USER_TRAITS = ['context', 'traits'];

/**
 * RudderStack's `timestamp` is another with each attempt to send: kept, it would make a copy look like another event.
 */
const SENDING_TIME = ['timestamp'];

/** A single call; its path tells which. */
export function splitSingle(content: JsonValue, call: Call): Batch {
  if (!isObject(content)) throw new ShapeError(`A ${call} call is an object, not ${kindOf(content)}.`);
  return {
    members: [{ value: content, path: '' }],
    draft: ({ value }) => draftMessage({ ...requireObject(value), type: call }),
    writeKey: keyOf(content),
  };
}

/** A batch; what its envelope has counts for messages that lack it. */
export function splitBatch(content: JsonValue): Batch {
  if (!isObject(content) || !isArray(content.batch)) {
    throw new ShapeError('A batch is an object with an array "batch".');
  }
  const { context, sentAt, timestamp } = content;
  const shared = Object.fromEntries(
    Object.entries({ context, sentAt, timestamp }).filter(([, value]) => value !== undefined),
  );
  return {
    members: content.batch.map((value, index): Member => ({ value, path: `batch[${index}]` })),
    draft: ({ value }) => draftMessage(withShared(requireObject(value), shared)),
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
  // A group's traits are not to be mixed with those of its member, which come along.
  const traits = { ...(call === 'group' ? {} : nested(message, 'traits')), ...objectField(message, 'traits') };
  const { columns, used } = mapColumns(message, RULES);
  requireIdentity(call, columns);
  const name = eventName(call, message, properties);
  const rudder = isRudder(message, columns);
  return {
    ...columns,
    event_name: name.value,
    event_type: CALLS[call],
    protocol: rudder ? 'rudder' : undefined,
    screen_name: call === 'screen' ? name.given : undefined,
    properties: payload(properties),
    traits: payload(traits),
    contexts: payload(
      without(message, [
        ...NAMED_FIELDS,
        ...(call === 'group' ? [] : [USER_TRAITS]),
        ...name.used,
        ...used,
        ...(rudder ? [SENDING_TIME] : []),
      ]),
    ),
  };
}

/**
 * RudderStack's browser SDK names itself; its server SDKs carry the names of Segment's, but set fields that Segment's
 * leave to the server: both of them, or the channel where Segment's SDK of that name sends no channel (its Java SDK
 * does).
 */
function isRudder({ channel, originalTimestamp }: JsonObject, { sdk_name = '' }: Partial<EventDraft>): boolean {
  if (/rudder/i.test(sdk_name)) return true;
  return channel !== undefined && (originalTimestamp !== undefined || sdk_name === 'analytics-python');
}

function callOf({ type }: JsonObject): Call {
  if (typeof type === 'string' && isCall(type)) return type;
  throw new InvalidEventError('unknown_type', `type is one of ${Object.keys(CALLS).join(', ')}.`, 'type');
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
function eventName(call: Call, { event, name }: JsonObject, properties: JsonObject): EventName {
  if (call === 'track') {
    const value = text(event ?? '');
    if (value === undefined) throw new InvalidEventError('missing_event_name', 'A track call has an event.', 'event');
    return { value, used: [] };
  }
  if (call !== 'page' && call !== 'screen') return { value: call, used: [] };
  const own = text(name ?? '');
  const given = own ?? text(properties.name ?? '');
  return { value: given ?? call, given, used: own === undefined ? [] : [['name']] };
}
