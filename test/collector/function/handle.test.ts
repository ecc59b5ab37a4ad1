import { APIGatewayProxyEvent } from 'aws-lambda';
import { lambdaContext, proxyEvent, RequestParts, settings } from './builders';
import { scriptedKinesis } from './kinesis/scripted-kinesis';
import { Dependencies, handle } from '../../../src/collector/function/handle';
import { KinesisWriter } from '../../../src/collector/function/kinesis/kinesis-writer';
import { KinesisError } from '../../../src/collector/function/kinesis/put-records';
import { WriteKeys } from '../../../src/collector/function/write-key';

let kinesis: ReturnType<typeof scriptedKinesis>;
beforeEach(() => { kinesis = scriptedKinesis(); });

function collector(overrides: Partial<Dependencies> = {}) {
  const log: string[] = [];
  const parts: Dependencies = {
    settings: settings(),
    writer: new KinesisWriter(kinesis.putRecords),
    functionName: 'fn',
    log: line => log.push(line),
    ...overrides,
  };
  return { parts, log };
}

async function answerTo(request: RequestParts, overrides: Partial<Dependencies> = {}, remainingMs?: number) {
  const { parts, log } = collector(overrides);
  const response = await handle(proxyEvent(request), lambdaContext(remainingMs), parts);
  return {
    ...response,
    headers: response.headers ?? {},
    log,
    metrics: log.map(line => JSON.parse(line)).find(line => line._aws),
  };
}

const UNCACHED = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
const click = { event_name: 'click', user_id: 'u1' };

test('200 is answered after Kinesis confirmed the lines', async () => {
  const response = await answerTo({ body: click, headers: { Origin: 'https://shop.example' } });
  expect(response).toMatchObject({ statusCode: 200, body: '{"success":true}', isBase64Encoded: false });
  expect(response.headers).toEqual({
    ...UNCACHED,
    'Content-Type': 'application/json',
    'Vary': 'Origin',
    'Access-Control-Allow-Origin': 'https://shop.example',
    'Access-Control-Allow-Credentials': 'true',
  });
  expect(JSON.parse(kinesis.calls[0][0].data.toString())).toMatchObject({
    v: 1, kind: 'event', event_name: 'click', user_id: 'u1',
  });
});

test('a request without an event never reaches Kinesis', async () => {
  const health = { method: 'GET', path: '/health' };
  const emptyBatch = { path: '/v1/batch', body: { batch: [] } };
  for (const request of [health, { method: 'OPTIONS' }, emptyBatch, { body: '{' }]) await answerTo(request);
  expect(kinesis.calls).toHaveLength(0);
});

test('when Kinesis refuses until the deadline, the answer is 503 with Retry-After', async () => {
  kinesis.always([{ ErrorCode: 'ProvisionedThroughputExceededException' }]);
  const response = await answerTo({ body: click, headers: { Origin: 'https://shop.example' } }, {}, 700);
  expect(response.statusCode).toBe(503);
  expect(response.headers).toMatchObject({ 'Retry-After': '5', 'Access-Control-Allow-Origin': 'https://shop.example' });
  expect(JSON.parse(response.body)).toEqual({ success: false, code: 'store_failed', message: expect.any(String) });
  expect(response.metrics).toMatchObject({ Requests: 1, AcceptedEvents: 0, StoreFailures: 1, Status: 503 });
  expect(response.log.join()).toContain('ProvisionedThroughputExceededException');
});

test('a bad event, too, is acknowledged only once its line is stored', async () => {
  kinesis.always(new KinesisError('AccessDeniedException', 400));
  expect(await answerTo({ path: '/v1/track', body: {} })).toMatchObject({ statusCode: 503 });
});

test('metrics count events, bytes and retries', async () => {
  kinesis.script([{ ErrorCode: 'InternalFailure' }]);
  const { metrics } = await answerTo({ body: [click, {}] });
  expect(metrics).toMatchObject({
    FunctionName: 'fn',
    Requests: 1,
    AcceptedEvents: 1,
    BadEvents: 1,
    StoreRetries: 1,
    StoreFailures: 0,
    Status: 200,
    ReceivedBytes: JSON.stringify([click, {}]).length,
    BadCodes: { missing_event_name: 1 },
  });
});

test.each([
  [{ path: '/nothing/here', body: click }, 404, 'unknown_path'],
  [{ method: 'GET', path: '/v1/track' }, 405, 'method_not_allowed'],
  [{ method: 'DELETE', path: '/v1/batch' }, 405, 'method_not_allowed'],
  [{ body: '{"a":' }, 400, 'invalid_json'],
  [{ body: 'x'.repeat(2_000_000) }, 413, 'body_too_large'],
])('%j is answered with %i %s, and with CORS headers', async (request, status, code) => {
  const response = await answerTo({ ...request, headers: { origin: 'https://shop.example' } });
  expect(response.statusCode).toBe(status);
  expect(JSON.parse(response.body)).toEqual({ success: false, code, message: expect.any(String) });
  expect(response.headers['Access-Control-Allow-Origin']).toBe('https://shop.example');
});

test('the events of a measured source are counted by themselves, whatever a client says its source is', async () => {
  const keys = { web: { keys: ['a1'] }, server: { keys: ['b2'] } };
  const measured = settings({ WRITE_KEYS: JSON.stringify(keys), MEASURED_SOURCES: 'web' });
  const sourceOf = async (key: string) => {
    const body = { ...click, source_id: 'web', Source: 'web' };
    return (await answerTo({ body, headers: { 'x-write-key': key } }, { settings: measured })).metrics.Source;
  };
  expect(await sourceOf('a1')).toBe('web');
  expect(await sourceOf('b2')).toBeUndefined();
  expect(await sourceOf('unknown')).toBeUndefined();
});

test.each([
  { path: '/v1/events', body: click },
  { path: '/com.snowplowanalytics.snowplow/tp2', body: '{' },
])('above its rate a source gets a 429 with Retry-After, nothing is stored, and the source is named in the metrics',
  async request => {
    const web = { keys: ['a1'], rateLimit: 1 };
    const limited = settings({ WRITE_KEYS: JSON.stringify({ web }) });
    const ask = () => answerTo({ ...request, headers: { 'x-write-key': 'a1' } }, { settings: limited });
    const answers = await Promise.all(Array.from({ length: 11 }, ask));
    const [last] = answers.slice(-1);
    expect(answers.slice(0, -1).map(({ statusCode }) => statusCode)).toEqual(Array(10).fill(200));
    expect(last).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '5' } });
    expect(JSON.parse(last.body)).toMatchObject({ success: false, code: 'rate_limited' });
    expect(kinesis.calls).toHaveLength(10);
    expect(last.metrics).toMatchObject({ RateLimitedRequests: 1, Source: 'web', AcceptedEvents: 0, BadEvents: 0 });
    expect(last.metrics._aws.CloudWatchMetrics[1]).toMatchObject({
      Dimensions: [['FunctionName', 'Source']], Metrics: [{ Name: 'RateLimitedRequests', Unit: 'Count' }],
    });
    expect(answers[0].metrics).not.toHaveProperty('RateLimitedRequests');
  });

test('a preflight is answered at any path', async () => {
  for (const path of ['/v1/batch', '/nothing/here', '/']) {
    const headers = { 'Origin': 'https://shop.example', 'Access-Control-Request-Headers': 'content-type, x-mine' };
    expect(await answerTo({ method: 'OPTIONS', path, headers })).toMatchObject({
      statusCode: 200,
      body: '',
      headers: {
        'Access-Control-Allow-Origin': 'https://shop.example',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': 'GET, POST, OPTIONS, HEAD',
        'Access-Control-Allow-Headers': expect.stringContaining('x-mine'),
        'Access-Control-Max-Age': '7200',
        'Vary': 'Origin',
      },
    });
  }
});

describe('while the write keys cannot be read', () => {
  const unread = {
    settings: settings({ WRITE_KEYS_SECRET: 'arn' }),
    writeKeys: { current: async () => WriteKeys.unavailable() },
  };

  test.each([
    ['/v1/track', { type: 'track', event: 'e', userId: 'u' }],
    ['/com.snowplowanalytics.snowplow/tp2', { data: [{ e: 'pv', p: 'web', tv: '1' }] }],
    ['/collect', [{ event_type: 'a' }]],
    ['/batch/', { api_key: 'k', batch: [{ event: 'e', distinct_id: 'd' }] }],
    ['/v1/events', click],
  ])('%s is answered with 503 and Retry-After, and nothing is stored', async (path, body) => {
    const response = await answerTo({ path, body, headers: { Origin: 'https://shop.example' } }, unread);
    expect(response).toMatchObject({
      statusCode: 503, headers: { 'Retry-After': '5', 'Access-Control-Allow-Origin': 'https://shop.example' },
    });
    expect(JSON.parse(response.body)).toMatchObject({ success: false, code: 'keys_unavailable' });
    expect(response.metrics).toMatchObject({ Requests: 1, AcceptedEvents: 0, BadEvents: 0, Status: 503 });
    expect(kinesis.calls).toHaveLength(0);
  });

  test('health checks and preflights are still answered', async () => {
    expect(await answerTo({ method: 'GET', path: '/health' }, unread)).toMatchObject({ statusCode: 200 });
    expect(await answerTo({ method: 'OPTIONS' }, unread)).toMatchObject({ statusCode: 200 });
  });
});

test('changed keys apply from the next request', async () => {
  let keys = WriteKeys.parse('{"web":{"keys":["old"]}}');
  const changing = { settings: settings({ WRITE_KEYS_SECRET: 'arn' }), writeKeys: { current: async () => keys } };
  const statusOf = async (key: string) =>
    (await answerTo({ body: click, headers: { 'X-Write-Key': key } }, changing)).statusCode;
  expect([await statusOf('old'), await statusOf('new')]).toEqual([200, 401]);
  keys = WriteKeys.parse('{"web":{"keys":["new"]}}');
  expect([await statusOf('old'), await statusOf('new')]).toEqual([401, 200]);
});

test('an origin that is not listed gets no CORS headers', async () => {
  const { headers } = await answerTo(
    { body: click, headers: { Origin: 'https://evil.example' } },
    { settings: settings({ ALLOWED_ORIGINS: 'https://shop.example' }) },
  );
  expect(headers).toEqual({ ...UNCACHED, 'Content-Type': 'application/json', 'Vary': 'Origin' });
});

test('an unexpected error becomes a 500 that asks the client to retry', async () => {
  const writer = { write: async () => { throw new RangeError('secret'); } };
  const response = await answerTo({ body: click }, { writer });
  expect(response).toMatchObject({ statusCode: 500, headers: { 'Retry-After': '5' } });
  expect(JSON.parse(response.body)).toMatchObject({ success: false, code: 'internal_error' });
  expect(response.log.join()).toContain('RangeError');
  expect(response.log.join()).not.toContain('secret');
});

test('a malformed Lambda event gets a 500', async () => {
  const { parts } = collector();
  expect(await handle({} as APIGatewayProxyEvent, lambdaContext(), parts)).toMatchObject({ statusCode: 500 });
});

test('no log line contains client data', async () => {
  const canary = 'canary-7f3a';
  const { log } = await answerTo({
    path: '/v1/batch',
    query: { writeKey: canary },
    headers: {
      'User-Agent': canary, 'Cookie': canary, 'Authorization': `Basic ${canary}`, 'Origin': `https://${canary}`,
    },
    body: {
      batch: [{ type: 'track', event: canary, userId: canary, context: { ip: canary } }, { [canary]: canary }, canary],
      writeKey: canary,
    },
  });
  expect(log.length).toBeGreaterThan(0);
  expect(log.join()).not.toContain(canary);
});
