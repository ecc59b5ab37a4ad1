import { InvalidEventError } from '../errors';
import { JsonObject, JsonValue } from '../json';
import { derived, from, mapColumns, objectField, payload, requireIds, requireObject, Rule, without } from './mapping';
import { EventDraft } from './protocol';
import { address, id, number, size, text, time } from './readers';

/** Properties are kept whole, but for the address, which would not be anonymised there. */
const RULES: readonly Rule[] = [
  from('event_id', id, 'uuid'),
  from('client_ts', time, 'timestamp', 'properties.timestamp', 'properties.$time'),
  from('sent_ts', time, 'sent_at'),
  derived('sdk_name', text, 'properties.$lib', 'library'),
  derived('sdk_version', text, 'properties.$lib_version', 'library_version'),
  derived('platform', text, 'properties.$lib', 'library'),
  derived('device_id', text, 'properties.$device_id'),
  derived('group_id', text, 'properties.$group_key'),
  derived('previous_id', text, 'properties.alias'),
  derived('session_id', text, 'properties.$session_id'),
  derived('page_url', text, 'properties.$current_url'),
  derived('page_host', text, 'properties.$host'),
  derived('page_path', text, 'properties.$pathname'),
  derived('page_title', text, 'properties.title'),
  derived('page_referrer', text, 'properties.$referrer'),
  derived('page_view_id', text, 'properties.$pageview_id'),
  derived('screen_name', text, 'properties.$screen_name'),
  derived('value', number, 'properties.value', 'properties.revenue'),
  derived('currency', text, 'properties.currency'),
  derived('utm_source', text, 'properties.utm_source'),
  derived('utm_medium', text, 'properties.utm_medium'),
  derived('utm_campaign', text, 'properties.utm_campaign'),
  derived('utm_term', text, 'properties.utm_term'),
  derived('utm_content', text, 'properties.utm_content'),
  derived('user_agent', text, 'properties.$raw_user_agent'),
  derived('os_name', text, 'properties.$os'),
  derived('os_version', text, 'properties.$os_version'),
  derived('device_type', text, 'properties.$device_type'),
  derived('device_model', text, 'properties.$device_model'),
  derived('locale', text, 'properties.$browser_language', 'properties.$locale'),
  derived('timezone', text, 'properties.$timezone'),
  derived('screen_size', size('$screen_width', '$screen_height'), 'properties'),
  derived('viewport_size', size('$viewport_width', '$viewport_height'), 'properties'),
  from('ip_address', address, 'properties.$ip', 'ip'),
];

/** Calls that have a type of their own, by PostHog's reserved names. */
const TYPES = new Map<string, EventDraft['event_type']>([
  ['$pageview', 'page'],
  ['$screen', 'screen'],
  ['$identify', 'identify'],
  ['$set', 'identify'],
  ['$groupidentify', 'group'],
  ['$create_alias', 'alias'],
]);

/** Traits: of the event or, from older SDKs, among its properties. */
const TRAITS = ['$set', '$set_once', '$group_set'];

/** @param sentAt of the request, for events that do not say it */
export function draftPosthogEvent(value: JsonValue, sentAt: number | undefined): EventDraft {
  const event = requireObject(value);
  const name = text(event.event ?? null);
  if (name === undefined) throw new InvalidEventError('missing_event_name', 'An event has a name.', 'event');
  requireIds(event, ['distinct_id', 'uuid']);
  const properties = objectField(event, 'properties');
  const { columns, used } = mapColumns(event, RULES);
  const type = TYPES.get(name) ?? 'track';
  const usedProperties = used.filter(([field]) => field === 'properties').map(([, ...below]) => below);
  return {
    ...columns,
    ...identity(event, properties, type),
    event_name: name,
    event_type: type,
    sent_ts: columns.sent_ts ?? sentAt,
    privacy_mode: properties.$cookieless_mode === true ? 'cookieless' : undefined,
    properties: payload(without(properties, [...usedProperties, ...TRAITS.map(field => [field])])),
    traits: payload(traitsOf(event, properties)),
    contexts: payload(
      without(event, [...used, ['event'], ['distinct_id'], ['properties'], ...TRAITS.map(field => [field])]),
    ),
  };
}

function traitsOf(event: JsonObject, properties: JsonObject): JsonObject {
  const found = TRAITS.map((field): [string, JsonValue | undefined] => [field, event[field] ?? properties[field]]);
  return Object.fromEntries(found.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined));
}

/** `distinct_id` is the user's once they are identified, until then the device's. */
function identity(
  event: JsonObject,
  properties: JsonObject,
  type: EventDraft['event_type'],
): Pick<EventDraft, 'user_id' | 'anonymous_id'> {
  const distinct = text(event.distinct_id ?? properties.distinct_id ?? null);
  if (distinct === undefined) {
    throw new InvalidEventError('missing_identity', 'An event has a distinct_id.', 'distinct_id');
  }
  const device = text(properties.$anon_distinct_id ?? properties.$device_id ?? null);
  const isAnonymous =
    type !== 'identify' &&
    (properties.$is_identified === false || properties.$process_person_profile === false || distinct === device);
  return isAnonymous ? { anonymous_id: distinct } : { user_id: distinct, anonymous_id: device };
}
