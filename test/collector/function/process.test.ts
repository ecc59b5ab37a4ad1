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
const MAX_BUNDLE_BYTES = 400 * 1024;

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
  const folder = temporaryFolder('kinesis-');
  let kinesis: LocalKinesis;
  let collector: CollectorHost;

  beforeAll(async () => {
    kinesis = await LocalKinesis.start(folder, { name: STREAM_NAME, shards: 2 });
    collector = new CollectorHost({ endpoint: kinesis.endpoint });
  }, 20_000);

  afterAll(async () => {
    await collector?.close();
    await kinesis?.stop();
  });

  test('one process answers every request and stays within its memory limit', async () => {
    const hostile = HOSTILE_BODIES.map(([, body]): RequestParts => ({ path: '/v1/batch', body }));
    for (const parts of [...GREEDY, ...hostile, ...GREEDY]) {
      const { statusCode } = await collector.invoke(proxyEvent(parts));
      expect({ path: parts.path, server: statusCode >= 500 }).toEqual({ path: parts.path, server: false });
      expect(collector.peakMemoryMib()).toBeLessThan(MAX_MEMORY_MIB);
    }
  }, 120_000);
});
