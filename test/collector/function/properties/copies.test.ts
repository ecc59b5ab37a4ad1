import { readFileSync } from 'fs';
import { join } from 'path';
import { gzipSync } from 'zlib';
import { JsonObject } from '../../../../src/collector/function/json';
import { collected, RequestParts } from '../builders';

const IDENTITY = join(__dirname, '../../../../glue-assets/clickstream_lakehouse/refine/identity.py');

/** Fields that the job does not compare, as it says itself. The kind and age of a user agent follow the attempt. */
const NOT_COMPARED = [
  ...(/NOT_IN_FINGERPRINT = frozenset\(\s*\{([^}]*)\}/.exec(readFileSync(IDENTITY, 'utf8'))?.[1] ?? '')
    .matchAll(/"(\w+)"/g),
].map(([, field]) => field);
const OF_THE_ATTEMPT = new Set([...NOT_COMPARED, 'client_age_ms', 'user_agent_source']);

const TIME = '2026-01-02T03:04:05.000Z';
const LATER = '2026-01-02T03:09:00.000Z';
const SEGMENT = { type: 'track', event: 'Order', userId: 'u1', messageId: 'm1', timestamp: TIME, properties: { a: 1 } };
const RUDDER = {
  ...SEGMENT, channel: 'web', originalTimestamp: TIME, context: { library: { name: 'RudderLabs JavaScript SDK' } },
};
const SNOWPLOW = { e: 'pv', p: 'web', tv: 'js-4.1.0', aid: 'shop', eid: 'e1', dtm: '1767323045000', page: 'Shop' };
const POSTHOG = { event: 'x', uuid: 'p1', distinct_id: 'u1', timestamp: TIME, properties: { a: 1 } };
const AWS = { event_type: 'tap', event_id: 'a1', unique_id: 'd1', timestamp: 1_767_323_045_000, attributes: {} };
const GA4 = { client_id: 'c', timestamp_micros: 1_767_323_045_000_000, events: [{ name: 'x', params: { a: 1 } }] };

/** The first attempt of an SDK and the fields that its next one changes, as recorded. */
const ATTEMPTS: readonly [string, (attempt: number) => RequestParts][] = [
  ['analytics-next', attempt => ({
    path: '/v1/t',
    body: {
      ...SEGMENT,
      sentAt: attempt ? LATER : TIME,
      _metadata: { bundled: ['Segment.io'], ...(attempt && { retryCount: attempt }) },
    },
  })],
  ['analytics-next in batches', attempt => ({
    path: '/v1/batch',
    body: { sentAt: attempt ? LATER : TIME, batch: [{ ...SEGMENT, _metadata: { retryCount: attempt } }] },
  })],
  ['analytics-node, compressed the second time', attempt => {
    const body = JSON.stringify({ batch: [SEGMENT], sentAt: attempt ? LATER : TIME });
    return { path: '/v1/batch', body: attempt ? gzipSync(body) : body };
  }],
  ["RudderStack's browser SDK", attempt => ({
    path: '/v1/track',
    headers: { Retried: String(attempt) },
    body: { ...RUDDER, sentAt: attempt ? LATER : TIME, timestamp: attempt ? LATER : TIME },
  })],
  ["Snowplow's trackers", attempt => ({
    path: '/com.snowplowanalytics.snowplow/tp2',
    body: { schema: 's', data: [{ ...SNOWPLOW, stm: attempt ? '1767323345000' : '1767323045100' }] },
  })],
  ["PostHog's browser SDK", attempt => ({
    path: '/e/',
    query: { _: attempt ? '1767323345000' : '1767323045100', ...(attempt && { retry_count: String(attempt) }) },
    body: [{ ...POSTHOG, offset: 12 + 3_000 * attempt }],
  })],
  ["PostHog's servers", attempt => ({
    path: '/batch/',
    body: { api_key: 'k', batch: [POSTHOG], sent_at: attempt ? LATER : TIME },
  })],
  ["AWS's web SDK", attempt => ({
    path: '/collect',
    query: {
      appId: 'shop',
      upload_timestamp: attempt ? '1767323345000' : '1767323045100',
      hashCode: `h${attempt}`,
      event_bundle_sequence_id: String(1 + attempt),
    },
    body: [{ ...AWS, hashCode: `h${attempt}`, event_bundle_sequence_id: 1 + attempt }],
  })],
  ['the Measurement Protocol', () => ({ path: '/mp/collect', query: { measurement_id: 'G-1' }, body: GA4 })],
  ['the native API with a time and no id', attempt => ({
    body: { event: 'x', user_id: 'u', timestamp: TIME, sent_at: attempt ? LATER : TIME },
  })],
];

const compared = (event: JsonObject) =>
  Object.fromEntries(Object.entries(event).filter(([field]) => !OF_THE_ATTEMPT.has(field)));

test('the job says which fields it does not compare', () => {
  expect(NOT_COMPARED).toEqual(expect.arrayContaining(['event_id', 'sent_ts', 'received_ts', 'request_id']));
});

test.each(ATTEMPTS)('what %s sends again is a copy', (_, attempt) => {
  const send = (number: number) => {
    const { events, badEvents } = collected({ requestId: `request-${number}`, ...attempt(number) });
    expect([events.length, badEvents]).toEqual([1, []]);
    return events[0];
  };
  const first = send(0);
  for (const number of [1, 2]) {
    const again = send(number);
    expect(again.event_id).toBe(first.event_id);
    expect(compared(again)).toEqual(compared(first));
  }
});
