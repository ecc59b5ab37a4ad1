import { decodeJson } from '../decode';
import { InvalidEventError, UnauthorizedError } from '../errors';
import { isArray, JsonObject, JsonValue } from '../json';
import {
  MAX_BUNDLE_EVENTS, MAX_BUNDLE_INFLATED_BYTES, MAX_BUNDLE_JSON_VALUES, MAX_BUNDLE_OUTPUT_BYTES,
} from '../limits';
import { CollectorRequest } from '../request';
import { failure, nothing } from '../responses';
import { listed, withRequest } from './batch';
import {
  derived, from, mapColumns, objectField, payload, requireObject, Rule, translated, valuesOf, without,
} from './mapping';
import { Batch, CollectEndpoint, EventDraft, Protocol, RequestLimits } from './protocol';
import { host, id, integer, number, referrer, size, text } from './readers';
import { milliseconds } from './times';
import { platform } from './vocabulary';

const RULES: readonly Rule[] = [
  from('event_id', id, 'event_id'),
  from('client_ts', milliseconds, 'timestamp'),
  from('app_id', text, 'app_id'),
  translated('platform', platform, 'platform'),
  from('sdk_name', text, 'sdk_name'),
  from('sdk_version', text, 'sdk_version'),
  from('device_id', text, 'device_id'),
  from('anonymous_id', text, 'unique_id'),
  derived('user_id', text, 'user._user_id.value', 'user._user_id'),
  from('session_id', text, 'attributes._session_id'),
  from('session_index', integer, 'attributes._session_number'),
  from('page_url', text, 'attributes._page_url'),
  from('page_title', text, 'attributes._page_title'),
  from('page_referrer', referrer, 'attributes._page_referrer', 'attributes._latest_referrer'),
  translated('page_host', host, 'host_name'),
  from('screen_name', text, 'attributes._screen_name'),
  from('value', number, 'attributes._value'),
  from('currency', text, 'attributes._currency'),
  from('utm_source', text, 'attributes._traffic_source_source'),
  from('utm_medium', text, 'attributes._traffic_source_medium'),
  from('utm_campaign', text, 'attributes._traffic_source_campaign'),
  from('utm_term', text, 'attributes._traffic_source_term'),
  from('utm_content', text, 'attributes._traffic_source_content'),
  from('click_id', text, 'attributes._traffic_source_clid'),
  from('click_network', text, 'attributes._traffic_source_clid_platform'),
  from('os_version', text, 'os_version'),
  from('device_model', text, 'model'),
  from('locale', text, 'locale'),
  from('sent_ts', milliseconds, 'request.upload_timestamp'),
];

/** Counted anew with each attempt to send. */
const DELIVERY = [['event_bundle_sequence_id'], ['hashCode'], ['request']];

const SIZE_RULES: readonly Rule[] = [
  derived('screen_size', size('screen_width', 'screen_height'), 'event'),
  derived('viewport_size', size('viewport_width', 'viewport_height'), 'event'),
];

/** Calls that have a type of their own, by the SDKs' reserved names. */
const TYPES = new Map<string, EventDraft['event_type']>([
  ['_page_view', 'page'],
  ['_screen_view', 'screen'],
  ['_profile_set', 'identify'],
  ['_user_engagement', 'ping'],
]);

/** The SDKs of the AWS Clickstream Analytics guidance. */
export const awsClickstream: Protocol = {
  name: 'aws_clickstream',
  endpointsAt: path => (path === 'collect' ? [bundles] : []),
};

/** A device records for weeks offline and sends all of it at once. */
const LIMITS: RequestLimits = {
  events: MAX_BUNDLE_EVENTS,
  inflatedBytes: MAX_BUNDLE_INFLATED_BYTES,
  values: MAX_BUNDLE_JSON_VALUES,
  outputBytes: MAX_BUNDLE_OUTPUT_BYTES,
};

/**
 * The web SDK keeps a bundle that is not answered with 200 and resends it for ever, so only an unknown app is refused.
 */
const bundles: CollectEndpoint = {
  kind: 'collect',
  protocol: 'aws_clickstream',
  methods: ['POST'],
  limits: LIMITS,
  read: ({ body }) => decodeJson(body, LIMITS),
  split,
  respond: () => nothing,
  refuse: refusal =>
    refusal instanceof UnauthorizedError ? failure(403, refusal.code, refusal.message) : undefined,
};

function split(content: JsonValue, { query }: CollectorRequest): Batch {
  const events = isArray(content) ? content : [content];
  const sent: JsonObject = query.upload_timestamp === undefined ? {} : { upload_timestamp: query.upload_timestamp };
  const batch = listed(events, '', event => draftEvent(requireObject(event)));
  return { ...batch, eventAt: index => withRequest(events[index], sent) };
}

function draftEvent(event: JsonObject): EventDraft {
  const name = text(event.event_type ?? null);
  if (name === undefined) {
    throw new InvalidEventError('missing_event_name', 'An event has an event_type.', 'event_type');
  }
  const [attributes, user] = ['attributes', 'user'].map(field => objectField(event, field));
  const { columns, used } = mapColumns(event, RULES);
  const { screen_size, viewport_size } = mapColumns({ event }, SIZE_RULES).columns;
  const custom = Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith('_')));
  const customPaths = Object.keys(custom).map(key => ['attributes', key]);
  return {
    ...columns,
    screen_size,
    viewport_size,
    event_name: name,
    event_type: TYPES.get(name) ?? 'track',
    properties: payload(custom),
    traits: payload(valuesOf(user)),
    contexts: payload(without(event, [...used, ...customPaths, ...DELIVERY, ['event_type'], ['user']])),
  };
}
