import { InvalidEventError } from '../errors';
import { isObject, JsonObject, JsonValue } from '../json';
import { derived, from, mapColumns, objectField, payload, requireIds, requireObject, Rule, without } from './mapping';
import { EventDraft } from './protocol';
import { address, host, id, number, referrer, size, text, whole } from './readers';
import { time } from './times';
import { platform, timezone } from './vocabulary';

/** Properties are kept whole, but for the address, which would not be anonymised there. */
const RULES: readonly Rule[] = [
  from('event_id', id, 'uuid'),
  from('client_ts', time, 'timestamp', 'properties.timestamp', 'properties.$time'),
  from('sent_ts', time, 'sent_at'),
  from('client_age_ms', whole, 'offset'),
  derived('sdk_name', text, 'properties.$lib', 'library'),
  derived('sdk_version', text, 'properties.$lib_version', 'library_version'),
  derived('platform', platform, 'properties.$lib', 'library'),
  derived('device_id', text, 'properties.$device_id'),
  derived('group_id', text, 'properties.$group_key'),
  derived('previous_id', text, 'properties.alias'),
  derived('session_id', text, 'properties.$session_id'),
  derived('page_url', text, 'properties.$current_url'),
  derived('page_host', host, 'properties.$host'),
  derived('page_path', text, 'properties.$pathname'),
  derived('page_title', text, 'properties.title'),
  derived('page_referrer', referrer, 'properties.$referrer'),
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
  derived('browser_name', text, 'properties.$browser'),
  derived('browser_version', text, 'properties.$browser_version'),
  derived('os_name', text, 'properties.$os'),
  derived('os_version', text, 'properties.$os_version'),
  derived('device_type', text, 'properties.$device_type'),
  derived('device_model', text, 'properties.$device_model'),
  derived('geo_country', text, 'properties.$geoip_country_code'),
  derived('geo_region', text, 'properties.$geoip_subdivision_1_name'),
  derived('geo_city', text, 'properties.$geoip_city_name'),
  derived('locale', text, 'properties.$browser_language', 'properties.$locale'),
  derived('timezone', timezone, 'properties.$timezone'),
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

/**
 * Traits: of the event or, from older SDKs, among its properties. A later name's values count before an earlier one's.
 */
const TRAITS = ['$set_once', '$set', '$group_set'];

/** The project's key, which every browser's event carries. */
const TOKENS = [['token'], ['properties', 'token']];

export function draftPosthogEvent(value: JsonValue): EventDraft {
  const event = requireObject(value);
  const name = text(event.event ?? null);
  if (name === undefined) throw new InvalidEventError('missing_event_name', 'An event has a name.', 'event');
  requireIds(event, ['distinct_id', 'uuid']);
  const properties = objectField(event, 'properties');
  const { columns, used } = mapColumns(event, RULES);
  const type = TYPES.get(name) ?? 'track';
  const traits = traitsOf(event, properties);
  const identified = identity(event, properties, type);
  const distinct = text(event.distinct_id ?? null);
  const isNamed = distinct !== undefined && Object.values(identified).includes(distinct);
  const stored = [...used, ...traits.used, ...TOKENS, ['event'], ...(isNamed ? [['distinct_id']] : [])];
  const storedProperties = stored.filter(([field]) => field === 'properties').map(([, ...below]) => below);
  return {
    ...columns,
    ...identified,
    event_name: name,
    event_type: type,
    // With a time of its own, an event's age is only how long sending took.
    client_age_ms: columns.client_ts === undefined ? columns.client_age_ms : undefined,
    privacy_mode: properties.$cookieless_mode === true ? 'cookieless' : undefined,
    properties: payload({ ...without(properties, storedProperties), ...traits.shadowedInProperties }),
    traits: payload(traits.all),
    contexts: payload({ ...without(event, [...stored, ['properties']]), ...traits.shadowed }),
  };
}

interface Traits {
  readonly all: JsonObject;
  readonly used: readonly string[][];
  /** values that other traits of the same name replace, by the field of the event that they came in */
  readonly shadowed: JsonObject;
  readonly shadowedInProperties: JsonObject;
}

function traitsOf(event: JsonObject, properties: JsonObject): Traits {
  const all: JsonObject = TRAITS.reduce(
    (traits, field) => ({ ...traits, ...traitsAt(properties, field), ...traitsAt(event, field) }), {},
  );
  return {
    all,
    used: TRAITS.flatMap(field => [
      ...(isObject(properties[field]) ? [['properties', field]] : []), ...(isObject(event[field]) ? [[field]] : []),
    ]),
    shadowed: shadowedIn(event, all),
    shadowedInProperties: shadowedIn(properties, all),
  };
}

function traitsAt(holder: JsonObject, field: string): JsonObject {
  const traits = holder[field];
  return isObject(traits) ? traits : {};
}

function shadowedIn(holder: JsonObject, all: JsonObject): JsonObject {
  const shadowed = TRAITS
    .map(field => [field, Object.entries(traitsAt(holder, field)).filter(([name, own]) => all[name] !== own)] as const)
    .filter(([, entries]) => entries.length > 0)
    .map(([field, entries]) => [field, Object.fromEntries(entries)]);
  return Object.fromEntries(shadowed);
}

/**
 * `distinct_id` is the user's once they are identified, until then the device's. A call about a group names the group
 * there, behind a dollar sign.
 */
function identity(
  event: JsonObject,
  properties: JsonObject,
  type: EventDraft['event_type'],
): Pick<EventDraft, 'user_id' | 'anonymous_id'> {
  const distinct = text(event.distinct_id ?? properties.distinct_id ?? null);
  const device = text(properties.$anon_distinct_id ?? properties.$device_id ?? null);
  if (type === 'group' && (distinct === undefined || distinct.startsWith('$'))) return { anonymous_id: device };
  if (distinct === undefined) {
    throw new InvalidEventError('missing_identity', 'An event has a distinct_id.', 'distinct_id');
  }
  const isAnonymous =
    type !== 'identify' &&
    (properties.$is_identified === false || properties.$process_person_profile === false || distinct === device);
  return isAnonymous ? { anonymous_id: distinct } : { user_id: distinct, anonymous_id: device };
}
