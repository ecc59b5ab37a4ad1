import { gzipSync } from 'zlib';
import { lambdaContext, proxyEvent, RequestParts, settings } from './builders';
import { scriptedKinesis } from './kinesis/scripted-kinesis';
import { until } from '../../../examples/local/support';
import { Dependencies, handle } from '../../../src/collector/function/handle';
import { KinesisWriter } from '../../../src/collector/function/kinesis/kinesis-writer';
import { KinesisError } from '../../../src/collector/function/kinesis/put-records';
import { failingStream } from '../../support/failing-stream';

/** Every value that the client sends contains this text, and no log line may. */
const CANARY = 'canary7f3a';
const ENCODED = [CANARY, Buffer.from(CANARY).toString('base64').replace(/=+$/, ''), CANARY.toUpperCase()];

const HEADERS = {
  'User-Agent': CANARY,
  'Cookie': `sp=${CANARY}; ${CANARY}=1`,
  'Authorization': `Basic ${Buffer.from(`${CANARY}:`).toString('base64')}`,
  'Referer': `https://${CANARY}/`,
  'Origin': `https://${CANARY}`,
  'X-Write-Key': CANARY,
  'X-Forwarded-For': CANARY,
  'Content-Type': CANARY,
  'Access-Control-Request-Headers': CANARY,
  [`X-${CANARY}`]: CANARY,
};

/** Objects in which every value and a key is the canary, so that each is taken, refused or fails in its own way. */
const payload = { [CANARY]: CANARY, nested: { [CANARY]: [CANARY] } };
const page = { url: CANARY, title: CANARY };
const context = {
  ip: CANARY, userAgent: CANARY, page, library: { name: CANARY }, campaign: { source: CANARY }, traits: payload,
};
const ids = { messageId: CANARY, userId: CANARY, anonymousId: CANARY };
const message = { type: 'track', event: CANARY, ...ids, timestamp: CANARY, properties: payload, context };
const pageView = { e: 'pv', p: CANARY, tv: CANARY, url: CANARY, uid: CANARY, co: CANARY, cx: CANARY };
const wrong = Object.keys(message).map(field => ({ ...message, [field]: { [CANARY]: CANARY } }));

const REQUESTS: readonly RequestParts[] = [
  { path: '/v1/batch', body: { batch: [message, ...wrong, CANARY, [CANARY], null], writeKey: CANARY, context } },
  { path: '/v1/track', body: message },
  { path: '/v1/events', body: [{ event_name: CANARY, user_id: CANARY, ...payload }, { [CANARY]: CANARY }, CANARY] },
  { path: '/com.snowplowanalytics.snowplow/tp2', body: { schema: CANARY, data: [pageView, { e: CANARY }] } },
  { path: '/i', method: 'GET', query: { e: 'ue', p: 'web', tv: 'js', ue_px: CANARY, aid: CANARY } },
  {
    path: '/collect',
    query: { appId: CANARY, fakeIp: CANARY },
    body: [{ event_type: CANARY, user: payload, attributes: payload }, { event_type: payload }],
  },
  {
    path: '/batch/',
    body: { api_key: CANARY, batch: [{ event: CANARY, distinct_id: CANARY, properties: payload }, { event: payload }] },
  },
  {
    path: '/mp/collect',
    query: { measurement_id: CANARY, api_secret: CANARY },
    body: { client_id: CANARY, events: [{ name: CANARY, params: payload }, payload] },
  },
  { path: '/v1/batch', body: CANARY },
  { path: '/v1/batch', body: `{"batch":[${CANARY}` },
  { path: '/v1/batch', body: gzipSync(CANARY).subarray(0, 20) },
  { path: '/v1/batch', body: Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])]) },
  { path: `/${CANARY}`, body: CANARY },
  { path: `/v1/projects/${CANARY}/settings`, method: 'GET' },
  { path: '/v1/batch', method: CANARY },
  { path: '/v1/batch', method: 'OPTIONS' },
];

const complete = (parts: RequestParts) => proxyEvent({ ...parts, headers: HEADERS, sourceIp: '198.51.100.23' });

function expectNoCanary(log: readonly string[]): void {
  const told = (line: string) => ENCODED.some(canary => line.toLowerCase().includes(canary.toLowerCase()));
  expect(log.filter(line => line.includes('198.51.100') || told(line))).toEqual([]);
}

describe('no log line contains client data', () => {
  const failures: [string, Partial<Dependencies>][] = [
    ['when all goes well', {}],
    ['when Kinesis refuses', { writer: new KinesisWriter(refusing()) }],
    ['when write keys are configured', { settings: settings({ WRITE_KEYS: '{"web":{"keys":["other"]}}' }) }],
    [
      'when the writer has a defect that quotes the event',
      { writer: { write: async lines => { throw new TypeError(lines.join()); } } },
    ],
    ['when the hook throws what it was given', { preprocess: event => { throw new Error(JSON.stringify(event)); } }],
    ['when the hook returns something other than an event', { preprocess: event => ({ [CANARY]: event }) }],
  ];

  test.each(failures)('%s', async (_, parts) => {
    const log: string[] = [];
    const collector: Dependencies = {
      settings: settings({ FIRST_PARTY_COOKIE: 'host' }),
      writer: new KinesisWriter(scriptedKinesis().putRecords),
      functionName: 'fn',
      log: line => log.push(line),
      ...parts,
    };
    for (const request of REQUESTS) await handle(complete(request), lambdaContext(), collector);
    expect(log.length).toBeGreaterThanOrEqual(REQUESTS.length);
    expectNoCanary(log);
  });

  function refusing() {
    const kinesis = scriptedKinesis();
    kinesis.always(new KinesisError('AccessDeniedException', 400));
    return kinesis.putRecords;
  }
});

describe('the deployed bundle', () => {
  const stream = failingStream(1);

  test.each([
    ['stores', {}],
    ['fails to store', { serverErrors: 1 }],
  ])('writes no client data to its output while it %s', async (_, faults) => {
    const { proxy, collector } = stream();
    proxy.faults = faults;
    for (const request of REQUESTS) await collector.invoke(complete(request));
    await until(5_000, 'a log line of each request', async () => collector.log.length >= REQUESTS.length);
    expectNoCanary(collector.log);
  }, 30_000);
});
