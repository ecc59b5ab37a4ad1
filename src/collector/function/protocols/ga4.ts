import { InvalidEventError, ShapeError } from '../errors';
import { isArray, isObject, JsonObject, JsonValue } from '../json';
import { CollectorRequest } from '../request';
import { nothing } from '../responses';
import { jsonEndpoint } from './json-endpoint';
import { derived, from, mapColumns, objectField, payload, requireIds, requireObject, Rule, without } from './mapping';
import { Batch, CollectEndpoint, EventDraft, Protocol } from './protocol';
import { address, number, structure, text, time } from './readers';

/** Paths in an event that has the fields of its request under `request`. Parameters are kept whole. */
const RULES: readonly Rule[] = [
  from('client_ts', time, 'timestamp_micros', 'request.timestamp_micros'),
  from('user_id', text, 'request.user_id'),
  from('anonymous_id', text, 'request.client_id', 'request.app_instance_id'),
  from('consent', structure, 'request.consent'),
  from('ip_address', address, 'request.ip_override'),
  from('user_agent', text, 'request.user_agent'),
  derived('session_id', text, 'params.session_id', 'params.ga_session_id'),
  derived('page_url', text, 'params.page_location'),
  derived('page_title', text, 'params.page_title'),
  derived('page_referrer', text, 'params.page_referrer'),
  derived('screen_name', text, 'params.screen_name', 'params.firebase_screen'),
  derived('value', number, 'params.value'),
  derived('currency', text, 'params.currency'),
  derived('utm_source', text, 'params.source', 'params.campaign_source'),
  derived('utm_medium', text, 'params.medium', 'params.campaign_medium'),
  derived('utm_campaign', text, 'params.campaign', 'params.campaign_name'),
  derived('utm_term', text, 'params.term', 'params.campaign_term'),
  derived('utm_content', text, 'params.content', 'params.campaign_content'),
  derived('locale', text, 'params.language'),
  derived('screen_size', text, 'params.screen_resolution'),
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
  if (!isObject(content) || !isArray(content.events)) {
    throw new ShapeError('A payload is an object with an array "events".');
  }
  const request = without(content, [['events'], ['user_properties']]);
  return {
    members: content.events.map((value, index) => ({ value, path: `events[${index}]` })),
    draft: ({ value }) => ({
      ...draftEvent({ ...requireObject(value), request }, content.user_properties),
      app_id: query.measurement_id ?? query.firebase_app_id,
    }),
    writeKey: query.api_secret,
  };
}

function draftEvent(event: JsonObject, userProperties: JsonValue | undefined): EventDraft {
  const name = text(event.name ?? null);
  if (name === undefined) throw new InvalidEventError('missing_event_name', 'An event has a name.', 'name');
  if (isObject(event.request)) requireIds(event.request, ['user_id', 'client_id', 'app_instance_id']);
  const { columns, used } = mapColumns(event, RULES);
  return {
    ...columns,
    event_name: name,
    event_type: TYPES.get(name) ?? 'track',
    properties: payload(objectField(event, 'params')),
    traits: structure(userProperties ?? null),
    contexts: payload(without(event, [...used, ['name'], ['params']])),
  };
}
