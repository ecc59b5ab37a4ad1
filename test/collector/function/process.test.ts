import { randomBytes } from 'crypto';
import { statSync } from 'fs';
import { gzipSync } from 'zlib';
import { proxyEvent, RequestParts } from './builders';
import { HOSTILE_BODIES } from './hostile/bodies';
import { LocalKinesis } from '../../../examples/local/aws';
import { COLLECTOR_BUNDLE, CollectorHost, STREAM_NAME } from '../../support/collector-host';
import { temporaryFolder } from '../../support/temporary-folder';

/** The function as a process: its size and its memory. */
const MIB = 1024 * 1024;
const MAX_MEMORY_MIB = 256;
const MAX_BUNDLE_BYTES = 300 * 1024;

const range = (length: number) => Array.from({ length }, (_, index) => index);
const keys = (count: number) => Object.fromEntries(range(count).map(index => [`key-${index}`, index]));
const filled = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length));

/** A compressed message with a long array of numbers. */
const trackOf = (numbers: string) => gzipSync(`{"event":"x","userId":"u","properties":{"a":[${numbers}1]}}`);

const bundle = range(10_000).map(index => ({
  event_type: '_page_view',
  event_id: `id-${index}`,
  timestamp: 1_767_323_045_678 + index,
  app_id: 'shop',
  unique_id: 'u',
  attributes: { _session_id: 's', _page_url: 'https://shop.example/', text: 'x'.repeat(150) },
}));

/** A list of events that takes so many bytes. */
const largeEvents = (count: number, bytes: number, event: object) =>
  range(count).map(index => ({ ...event, text: `${index}`.padEnd(bytes / count - JSON.stringify(event).length, 'x') }));
const compressed = (value: object) => gzipSync(JSON.stringify(value));
const SNOWPLOW = '/com.snowplowanalytics.snowplow/tp2';

/** The largest requests that are taken, of each family, and those just beyond. */
const LARGEST: readonly RequestParts[] = [
  { path: '/collect', body: compressed(largeEvents(10_000, 13 * MIB, { event_type: 'tap', unique_id: 'u' })) },
  { path: '/collect', body: compressed(largeEvents(10_000, 17 * MIB, { event_type: 'tap', unique_id: 'u' })) },
  { path: '/collect', body: randomBytes(MIB) },
  { path: SNOWPLOW, body: randomBytes(MIB) },
  ...[
    ['/v1/batch', 'batch', { type: 'track', event: 'x', userId: 'u' }],
    ['/v1/batch', 'batch', { type: 'track', event: 'x', userId: 'u', channel: 'web', originalTimestamp: '2026-01-02' }],
    ['/batch/', 'batch', { event: 'x', distinct_id: 'u' }],
    ['/v1/events', 'events', { event: 'x' }],
    ['/mp/collect', 'events', { name: 'x' }],
    [SNOWPLOW, 'data', { e: 'pv', p: 'web', tv: 'js-4.1.0' }],
  ].map(([path, list, event]) => ({
    path: String(path), body: compressed({ [String(list)]: largeEvents(1_000, 3.9 * MIB, event as object) }),
  })),
  { path: '/api/s/track', body: compressed({ event: 'x', userId: 'u', properties: { text: 'x'.repeat(800_000) } }) },
];

/** Requests that take the most memory, within the limits and beyond them. */
const GREEDY: readonly RequestParts[] = [
  { path: '/collect', query: { platform: 'Web', appId: 'shop' }, body: gzipSync(JSON.stringify(bundle)) },
  { path: '/collect', body: gzipSync(JSON.stringify(bundle).slice(0, -1)) },
  { path: '/v1/batch', body: gzipSync(Buffer.alloc(64 * MIB)) },
  { path: '/v1/batch', body: Buffer.from(gzipSync(Buffer.alloc(256 * MIB)).toString('base64')) },
  { path: '/v1/batch', body: gzipSync(`{"batch":[${filled('1,', 4 * MIB - 100)}1]}`) },
  { path: '/v1/batch', body: gzipSync(`{"batch":[${'{},'.repeat(199_000)}{}]}`) },
  { path: '/collect', body: gzipSync(`[${'1,'.repeat(399_000)}1]`) },
  { path: '/v1/events', body: gzipSync(`[${filled('[],', 4 * MIB - 100)}[]]`) },
  {
    path: '/v1/events',
    body: gzipSync(JSON.stringify({ event_name: 'x', properties: { text: '\u0000'.repeat(600_000) } })),
  },
  { path: '/v1/events', body: { event_name: 'x', text: 'x'.repeat(MIB - 100) } },
  { path: '/v1/events', body: { event_name: 'x', ...keys(40_000) } },
  {
    path: '/v1/track',
    body: gzipSync(JSON.stringify({ event: 'x', userId: 'u', properties: keys(64_000), context: keys(64_000) })),
  },
  { path: '/v1/track', body: trackOf(filled('1e400,', 2 * MIB)) },
  { path: '/v1/track', body: trackOf(filled('9007199254740993,', 4 * MIB - 1_000)) },
  { path: '/v1/track', body: trackOf(filled('0.12345678901234567,', 4 * MIB - 1_000)) },
  { path: '/v1/track', body: '['.repeat(MIB) },
  { path: '/v1/track', body: filled('{"a":', MIB) },
  { path: '/v1/batch', body: Buffer.alloc(4 * MIB, 0x7b) },
  {
    path: '/com.snowplowanalytics.snowplow/tp2',
    body: gzipSync(`{"schema":"s","data":[${filled('{"e":"pv"},', 4 * MIB - 100)}{}]}`),
  },
  { path: '/i', method: 'GET', query: Object.fromEntries(range(5_000).map(index => [`k${index}`, 'v'])) },
];

test('the bundle is small enough to start fast', () => {
  expect(statSync(COLLECTOR_BUNDLE).size).toBeLessThan(MAX_BUNDLE_BYTES);
});

describe('under abuse', () => {
  const folder = temporaryFolder('kinesis-', async () => {
    await collector?.close();
    await kinesis?.stop();
  });
  let kinesis: LocalKinesis;
  let collector: CollectorHost;

  beforeAll(async () => {
    kinesis = await LocalKinesis.start(folder, { name: STREAM_NAME, shards: 2 });
    collector = new CollectorHost({ endpoint: kinesis.endpoint });
  }, 20_000);

  test('one process answers every request and stays within its memory limit', async () => {
    const hostile = HOSTILE_BODIES.map(([, body]): RequestParts => ({ path: '/v1/batch', body }));
    for (const parts of [...LARGEST, ...GREEDY, ...hostile, ...GREEDY, ...LARGEST]) {
      const { statusCode } = await collector.invoke(proxyEvent(parts));
      expect({ path: parts.path, server: statusCode >= 500 }).toEqual({ path: parts.path, server: false });
      expect(collector.peakMemoryMib()).toBeLessThan(MAX_MEMORY_MIB);
    }
  }, 120_000);
});
