import { InvalidEventError, ShapeError } from '../errors';
import { isObject, JsonObject, JsonValue } from '../json';
import { CollectorRequest } from '../request';
import { nothing } from '../responses';
import { arrayAt, envelope, listed, withRequest } from './batch';
import { jsonEndpoint } from './json-endpoint';
import {
  derived, from, mapColumns, objectField, payload, requireIds, requireObject, Rule, translated, valuesOf, without,
} from './mapping';
import { Batch, CollectEndpoint, EventDraft, Protocol } from './protocol';
import { address, number, referrer, sizeText, structure, text, userAgent } from './readers';
import { time } from './times';

/** Paths in an event that has the fields of its request under `request`. Parameters are kept whole. */
const RULES: readonly Rule[] = [
  from('client_ts', time, 'timestamp_micros', 'request.timestamp_micros'),
  from('user_id', text, 'request.user_id'),
  from('anonymous_id', text, 'request.client_id', 'request.app_instance_id'),
  from('consent', structure, 'request.consent'),
  from('ip_address', address, 'request.ip_override'),
  translated('user_agent', userAgent, 'request.user_agent'),
  derived('session_id', text, 'params.session_id', 'params.ga_session_id'),
  derived('page_url', text, 'params.page_location'),
  derived('page_title', text, 'params.page_title'),
  derived('page_referrer', referrer, 'params.page_referrer'),
  derived('screen_name', text, 'params.screen_name', 'params.firebase_screen'),
  derived('value', number, 'params.value'),
  derived('currency', text, 'params.currency'),
  derived('utm_source', text, 'params.source', 'params.campaign_source'),
  derived('utm_medium', text, 'params.medium', 'params.campaign_medium'),
  derived('utm_campaign', text, 'params.campaign', 'params.campaign_name'),
  derived('utm_term', text, 'params.term', 'params.campaign_term'),
  derived('utm_content', text, 'params.content', 'params.campaign_content'),
  derived('locale', text, 'params.language', 'request.device.language'),
  derived('screen_size', sizeText, 'params.screen_resolution', 'request.device.screen_resolution'),
  derived('device_type', text, 'request.device.category'),
  derived('device_model', text, 'request.device.model'),
  derived('os_name', text, 'request.device.operating_system'),
  derived('os_version', text, 'request.device.operating_system_version'),
  derived('browser_name', text, 'request.device.browser'),
  derived('browser_version', text, 'request.device.browser_version'),
  derived('geo_country', text, 'request.user_location.country_id'),
  derived('geo_region', text, 'request.user_location.region_id'),
  derived('geo_city', text, 'request.user_location.city'),
];

const TYPES = new Map<string, EventDraft['event_type']>([
  ['page_view', 'page'],
  ['screen_view', 'screen'],
  ['user_engagement', 'ping'],
]);

/** Google Analytics 4's Measurement Protocol, which servers send. */
export const ga4: Protocol = {
  name: 'ga4',
  endpointsAt: path => (path === 'mp/collect' ? [measurements] : []),
};

const measurements: CollectEndpoint = { ...jsonEndpoint, protocol: 'ga4', split, respond: () => nothing };

function split(content: JsonValue, { query }: CollectorRequest): Batch {
  const events = arrayAt(content, 'events');
  if (!isObject(content) || !events) throw new ShapeError('A payload is an object with an array "events".');
  const app_id = query.measurement_id ?? query.firebase_app_id;
  const draft = (event: JsonValue) => ({ ...draftEvent(requireObject(event)), app_id });
  const request = envelope(content, 'events');
  const batch = listed(events, 'events', draft);
  return { ...batch, eventAt: index => withRequest(events[index], request) };
}

function draftEvent(event: JsonObject): EventDraft {
  const name = text(event.name ?? null);
  if (name === undefined) throw new InvalidEventError('missing_event_name', 'An event has a name.', 'name');
  const request = objectField(event, 'request');
  requireIds(request, ['user_id', 'client_id', 'app_instance_id']);
  const { columns, used } = mapColumns(event, RULES);
  const traits = isObject(request.user_properties) ? [['request', 'user_properties']] : [];
  return {
    ...columns,
    event_name: name,
    event_type: TYPES.get(name) ?? 'track',
    properties: payload(objectField(event, 'params')),
    traits: payload(valuesOf(request.user_properties)),
    contexts: payload(without(event, [...used, ['name'], ['params'], ...traits])),
  };
}
