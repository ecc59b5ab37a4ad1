import { InvalidEventError, ShapeError } from '../errors';
import { isObject, JsonObject, JsonValue, kindOf } from '../json';
import { arrayAt, envelope, listed, single } from './batch';
import {
  derived, from, isEmpty, mapColumns, objectField, payload, requireIds, requireObject, Rule, translated, without,
} from './mapping';
import { Batch, EventDraft } from './protocol';
import { address, id, number, referrer, size, structure, text, userAgent } from './readers';
import { time } from './times';
import { platform, timezone } from './vocabulary';
import { ContentKeys } from '../write-key';

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

const RULES: readonly Rule[] = [
  from('event_id', id, 'messageId'),
  from('client_ts', time, 'originalTimestamp', 'timestamp'),
  from('sent_ts', time, 'sentAt'),
  from('user_id', text, 'userId'),
  from('anonymous_id', text, 'anonymousId'),
  from('previous_id', text, 'previousId'),
  from('group_id', text, 'groupId', 'context.groupId'),
  from('session_id', text, 'context.sessionId'),
  translated('platform', platform, 'channel', 'context.channel'),
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
  translated('user_agent', userAgent, 'context.userAgent'),
  from('locale', text, 'context.locale'),
  from('timezone', timezone, 'context.timezone'),
  derived('screen_size', size('width', 'height'), 'context.screen'),
  derived('viewport_size', size('innerWidth', 'innerHeight'), 'context.screen'),
  from('ip_address', address, 'context.ip'),
  from('consent', structure, 'context.consent', 'context.consentManagement'),
];

/** Stored as columns of their own or named by the row; what remains of a message is its contexts. */
const NAMED_FIELDS = ['type', 'properties', 'traits'].map(field => [field]);
/** Of a message whose path says another type than it does: its own stays. */
const OTHERWISE_NAMED_FIELDS = NAMED_FIELDS.slice(1);
const USER_TRAITS = ['context', 'traits'];

/** Set by the SDK with each attempt to send: kept, it would make a copy look like another event. */
const DELIVERY = [['_metadata']];

/**
 * RudderStack's `timestamp` is another with each attempt to send: kept, it would make a copy look like another event.
 */
const SENDING_TIME = ['timestamp'];

/** A single call; its path tells which. */
export function splitSingle(content: JsonValue, call: Call): Batch {
  if (!isObject(content)) throw new ShapeError(`A ${call} call is an object, not ${kindOf(content)}.`);
  return single(content, event => draftMessage(requireObject(event), call));
}

/** A batch; what its envelope has counts for messages that lack it. */
export function splitBatch(content: JsonValue): Batch {
  const messages = arrayAt(content, 'batch');
  if (!isObject(content) || !messages) throw new ShapeError('A batch is an object with an array "batch".');
  return listed(messages, 'batch', event => draftMessage(requireObject(event)), envelope(content, 'batch'));
}

/** The write key in the body. */
export function keysOf(content: JsonValue): ContentKeys {
  const key = isObject(content) ? content.writeKey : undefined;
  return { key: typeof key === 'string' ? key : undefined };
}

/** Whether only a client of Segment's API can have sent a message. */
export function isMessage(event: JsonValue): boolean {
  return isObject(event) && (event.messageId !== undefined || (typeof event.type === 'string' && isCall(event.type)));
}

/** @param call by its path; absent if the message says it */
function draftMessage(message: JsonObject, call = callOf(message)): EventDraft {
  requireIds(message, ['userId', 'anonymousId', 'groupId', 'previousId']);
  const properties = objectField(message, 'properties');
  const traits = traitsOf(call, message);
  const { columns, used } = mapColumns(message, RULES);
  requireIdentity(call, columns);
  const name = eventName(call, message, properties);
  const rudder = isRudder(message, columns);
  const named = message.type === call ? NAMED_FIELDS : OTHERWISE_NAMED_FIELDS;
  const sendingTime = rudder && columns.client_ts !== undefined && time(message.timestamp ?? null) !== undefined;
  const stored = [...named, ...DELIVERY, ...name.used, ...used, ...(sendingTime ? [SENDING_TIME] : [])];
  const rest = without(message, traits.fromContext ? [...stored, USER_TRAITS] : stored);
  const contexts = isEmpty(traits.shadowed)
    ? rest
    : { ...rest, context: { ...objectField(rest, 'context'), traits: traits.shadowed } };
  return {
    ...columns,
    event_name: name.value,
    event_type: CALLS[call],
    protocol: rudder ? 'rudder' : undefined,
    screen_name: call === 'screen' ? name.given : undefined,
    properties: payload(properties),
    traits: payload(traits.all),
    contexts: payload(contexts),
  };
}

interface Traits {
  readonly all: JsonObject;
  /** some come from the context */
  readonly fromContext: boolean;
  /** values of the context that the message's own traits replace */
  readonly shadowed: JsonObject;
}

/** The message's own traits, and those that were set earlier and come with each later message. */
function traitsOf(call: Call, message: JsonObject): Traits {
  const own = objectField(message, 'traits');
  const earlier = isObject(message.context) ? message.context.traits : undefined;
  // A group's traits are not to be mixed with those of its member, which come along.
  if (call === 'group' || !isObject(earlier)) return { all: own, fromContext: false, shadowed: {} };
  const shadowed = Object.entries(earlier).filter(
    ([name, value]) => Object.hasOwn(own, name) && JSON.stringify(own[name]) !== JSON.stringify(value),
  );
  return { all: { ...earlier, ...own }, fromContext: true, shadowed: Object.fromEntries(shadowed) };
}

/**
 * RudderStack's browser SDK names itself. Its server SDKs carry the names of Segment's, but set fields that Segment's
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

function requireIdentity(call: Call, columns: Partial<EventDraft>): void {
  if (columns.user_id === undefined && columns.anonymous_id === undefined) {
    throw new InvalidEventError('missing_identity', 'An event has a userId or an anonymousId.', 'userId');
  }
  if (call === 'group' && columns.group_id === undefined) {
    throw new InvalidEventError('missing_group_id', 'A group call has a groupId.', 'groupId');
  }
}

interface EventName { readonly value: string; readonly given?: string; readonly used: readonly string[][] }

/** A page or screen is called by its name, or by an event that it carries; other calls by their type. */
function eventName(call: Call, { event, name }: JsonObject, properties: JsonObject): EventName {
  const eventValue = text(event ?? '');
  if (call === 'track') {
    if (eventValue === undefined) {
      throw new InvalidEventError('missing_event_name', 'A track call has an event.', 'event');
    }
    return { value: eventValue, used: [['event']] };
  }
  if (call !== 'page' && call !== 'screen') return { value: call, used: [] };
  const own = text(name ?? '');
  if (own !== undefined) return { value: own, given: own, used: [['name']] };
  const given = text(properties.name ?? '') ?? eventValue;
  return { value: given ?? call, given, used: given !== undefined && given === eventValue ? [['event']] : [] };
}
