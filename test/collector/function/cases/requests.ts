import { gunzipSync } from 'zlib';
import { JsonObject } from '../../../../src/collector/function/json';
import { collected, RECEIVED_AT, RequestParts } from '../builders';

/** Requests that real clients sent and that were once misread. */
export const SEGMENT = { type: 'track', event: 'Order', userId: 'u1', messageId: 'm1' };
export const SNOWPLOW = { e: 'pv', p: 'web', tv: 'js-4.1.0', aid: 'shop', eid: 'e1' };
export const TP2 = '/com.snowplowanalytics.snowplow/tp2';
export const AWS = { event_type: 'tap', event_id: 'a1', unique_id: 'd1', app_id: 'shop', timestamp: RECEIVED_AT };
export const KEYED = { WRITE_KEYS: '{"web":{"keys":["key-12345"]}}' };

export const snowplow = (...data: object[]) => ({
  path: TP2,
  body: { schema: 'iglu:x/payload_data/jsonschema/1-0-4', data },
});
export const only = (parts: RequestParts, environment = {}): JsonObject => {
  const { events, badEvents } = collected(parts, environment);
  expect([events.length, badEvents]).toEqual([1, []]);
  return events[0];
};
export const payloadOf = (event: JsonObject, column: string) => JSON.parse(String(event[column] ?? '{}'));

/** The content of bad events, rebuilt as docs/tables.md says. */
export function rebuilt(badEvents: readonly JsonObject[]): string {
  const raw = badEvents.map(row => String(row.raw)).join('');
  const [{ raw_encoding }] = badEvents;
  if (raw_encoding === 'utf8') return raw;
  return (raw_encoding === 'gzip' ? gunzipSync(Buffer.from(raw, 'base64')) : Buffer.from(raw, 'base64')).toString();
}
