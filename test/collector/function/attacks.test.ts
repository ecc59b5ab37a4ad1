import { gzipSync } from 'zlib';
import { collected, proxyEvent, RECEIVED_AT, RequestParts, settings } from './builders';
import { collect } from '../../../src/collector/function/collect';
import { JsonObject } from '../../../src/collector/function/json';
import { MAX_OUTPUT_BYTES } from '../../../src/collector/function/limits';
import { Preprocess, preprocessed } from '../../../src/collector/function/preprocess';
import { fromEdgeEvent } from '../../../src/collector/function/request';

/** Attacks that once worked, and their siblings in every protocol. */
const TP2 = '/com.snowplowanalytics.snowplow/tp2';
const SNOWPLOW = { e: 'pv', p: 'web', tv: 'js-4.1.0' };
const LARGE = 'A'.repeat(850_000);
const events = (count: number, event: object) => Array<object>(count).fill(event);
const KEY = 'canary-key-0123456789';
const KEYED = { WRITE_KEYS: JSON.stringify({ web: { keys: [KEY], appId: 'shop' } }) };
const ADDRESS = '198.51.100.77';

/** CPU time in milliseconds, the least of three runs: the first one compiles, and on a busy machine any may wait. */
function cpuOf(run: () => unknown): number {
  return Math.min(...[1, 2, 3].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }));
}

describe('a request writes no more than its size allows', () => {
  test.each<[string, RequestParts]>([
    ['native envelope', { body: gzipSync(JSON.stringify({ x: LARGE, events: events(1_000, { event: 'a' }) })) }],
    [
      'Segment context',
      {
        path: '/v1/batch',
        body: gzipSync(
          JSON.stringify({ context: { x: LARGE }, batch: events(1_000, { type: 'track', event: 'a', userId: 'u' }) }),
        ),
      },
    ],
    [
      'PostHog envelope',
      {
        path: '/batch/',
        body: gzipSync(
          JSON.stringify({ api_key: 'k', x: LARGE, batch: events(1_000, { event: 'a', distinct_id: 'u' }) }),
        ),
      },
    ],
    [
      'GA4 user properties',
      {
        path: '/mp/collect',
        body: gzipSync(
          JSON.stringify({ client_id: 'c', user_properties: { x: LARGE }, events: events(1_000, { name: 'a' }) }),
        ),
      },
    ],
    ['Snowplow query', { path: TP2, query: { x: 'A'.repeat(9_000) }, body: { data: events(1_000, SNOWPLOW) } }],
    ['AWS query', {
      path: '/collect',
      query: { upload_timestamp: '1'.repeat(9_000) },
      body: gzipSync(JSON.stringify(events(10_000, { event_type: 'a' }))),
    }],
    ['user agent', { headers: { 'user-agent': 'A'.repeat(9_000) }, body: events(1_000, { event: 'a' }) }],
    ['bad members', {
      body: gzipSync(JSON.stringify({ x: LARGE, events: events(1_000, { no: 'name' }) })),
    }],
  ])('%s', (_, request) => {
    let written = 0;
    const cpu = cpuOf(() => { written = collected(request).lines.join('').length; });
    expect(written).toBeLessThanOrEqual(MAX_OUTPUT_BYTES);
    expect(cpu).toBeLessThan(1_500);
  });

  test('and a request that names more events than are taken costs no memory for them', () => {
    const body = gzipSync(JSON.stringify({ x: LARGE, events: events(100_000, { event: 'a' }) }));
    const cpu = cpuOf(() => expect(collected({ body }).response.status).toBe(413));
    expect(cpu).toBeLessThan(250);
  });
});

test.each<[string, () => RequestParts]>([
  ['a Snowplow tracker version', () => ({
    path: TP2, body: gzipSync(JSON.stringify({ data: [{ ...SNOWPLOW, tv: `a${'-1'.repeat(150_000)}\n` }] })),
  })],
  ['slashes in a path', () => ({ path: `/${'/'.repeat(8_000)}x`, body: '{}' })],
  ['slashes at the end of a path', () => ({ path: `/x${'/'.repeat(8_000)}x`, body: '{}' })],
  [
    'blanks of an Authorization header',
    () => ({ headers: { authorization: `basic${' '.repeat(9_000)}` }, body: '{}' }),
  ],
  [
    'colons of a Basic key',
    () => ({
      headers: { authorization: `Basic ${Buffer.from(':'.repeat(7_000)).toString('base64')}` },
      body: '{}',
    }),
  ],
  ['a cookie', () => ({ headers: { cookie: 'sp=;'.repeat(2_500) }, body: '{}' })],
  ['a time', () => ({ body: { event: 'x', timestamp: ` ${'2026-01-01 '.repeat(50_000)}` } })],
  ['an address', () => ({ body: { event: 'x', ip_address: '0:'.repeat(200_000) } })],
  ['a list of addresses', () => ({ body: { event: 'x', properties: { ip: '1.1.1.1'.repeat(80_000) } } })],
  ['a screen size', () => ({ body: { event: 'x', screen_size: `${'1'.repeat(300_000)}x` } })],
  [
    'a schema',
    () => ({
      path: TP2,
      body: {
        data: [
          {
            ...SNOWPLOW,
            e: 'ue',
            ue_pr: JSON.stringify({ schema: 'a', data: { schema: `iglu:${'a/'.repeat(100_000)}`, data: {} } }),
          },
        ],
      },
    }),
  ],
  ['a key in text that cannot be read', () => ({ path: TP2, body: `writeKey${'\\'.repeat(500_000)}` })],
  ['names of keys in text that cannot be read', () => ({ path: TP2, body: 'writeKey='.repeat(100_000) })],
  ['hexadecimal digits and colons in text', () => ({ path: TP2, body: 'a:'.repeat(500_000) })],
  ['digits and points in text', () => ({ path: TP2, body: '1.'.repeat(500_000) })],
])('no expression is slow: %s', (_, request) => {
  const parts = request();
  expect(cpuOf(() => collected(parts, { FIRST_PARTY_COOKIE: 'host' }))).toBeLessThan(250);
});

describe('a sender without a valid key', () => {
  test.each<[string, RequestParts]>([
    [
      'Snowplow without a key',
      { path: TP2, body: { data: [{ ...SNOWPLOW, aid: 'wrong', page: '"'.repeat(400_000) }] } },
    ],
    [
      'Snowplow with a wrong one beside the body',
      { path: TP2, query: { writeKey: 'wrong' }, body: '\u0001'.repeat(500_000) },
    ],
    ['Snowplow pixels', { path: '/i', method: 'GET', query: { ...SNOWPLOW, page: '"'.repeat(8_000) } }],
    [
      'RudderStack pixels',
      { path: '/pixel/v1/track', method: 'GET', query: { event: 'x', userId: 'u', a: '\\'.repeat(8_000) } },
    ],
    ['compressed', { path: TP2, query: { writeKey: 'wrong' }, body: gzipSync(Buffer.alloc(3_000_000, 'ab')) }],
  ])('leaves at most about a kibibyte: %s', (_, request) => {
    const { lines, badEvents } = collected(request, KEYED);
    expect(lines).toHaveLength(1);
    expect(Buffer.byteLength(lines[0])).toBeLessThan(2_048);
    expect(badEvents[0].stage).toBe('auth');
    expect(Number(badEvents[0].raw_bytes)).toBeGreaterThan(2_000);
  });

  test('is refused before the body is inflated', () => {
    const bomb = gzipSync(Buffer.alloc(4_000_000, '{'));
    const { response } = collected({ path: '/v1/batch', query: { writeKey: 'wrong' }, body: bomb }, KEYED);
    expect(response).toMatchObject({ status: 401 });
    expect(response.body).toContain('unknown_write_key');
  });
});

/** Requests with an address in every place that a client has for one, good and bad. */
const ADDRESSED: readonly [string, RequestParts][] = [
  ['Segment context', { path: '/v1/track', body: { event: 'x', userId: 'u', context: { ip: ADDRESS } } }],
  ['Segment, bad', { path: '/v1/track', body: { userId: 'u', context: { ip: ADDRESS } } }],
  ['Segment batch context, bad', { path: '/v1/batch', body: { context: { ip: ADDRESS }, batch: [{ type: 'x' }] } }],
  [
    'RudderStack request_ip',
    { path: '/v1/track', body: { event: 'x', userId: 'u', channel: 'web', request_ip: ADDRESS } },
  ],
  ['PostHog', { path: '/capture/', body: { event: 'x', distinct_id: 'u', ip: ADDRESS, properties: { $ip: ADDRESS } } }],
  ['PostHog, bad', { path: '/batch/', body: { api_key: 'k', batch: [{ event: 'x', properties: { $ip: ADDRESS } }] } }],
  ['GA4', { path: '/mp/collect', body: { client_id: 'c', ip_override: ADDRESS, events: [{ name: 'x' }] } }],
  ['GA4, bad', { path: '/mp/collect', body: { client_id: 'c', ip_override: ADDRESS, events: [{ params: {} }] } }],
  ['native', { body: { event: 'x', ip_address: ADDRESS, client_ip: ADDRESS, properties: { ip: [`${ADDRESS}:80`] } } }],
  ['native, bad', { body: [{ event: 'x' }, { ip_address: ADDRESS, x_forwarded_for: `10.1.2.3, ${ADDRESS}` }] }],
  ['AWS', { path: '/collect', query: { fakeIp: ADDRESS }, body: [{ event_type: 'x', attributes: { ip: ADDRESS } }] }],
  ['AWS, bad', { path: '/collect', body: [{ ip: ADDRESS }] }],
  ['Snowplow', { path: TP2, body: { data: [{ ...SNOWPLOW, ip: ADDRESS }] } }],
  ['Snowplow, bad', { path: TP2, body: { data: [{ ip: ADDRESS, e: 'zz' }] } }],
  [
    'Snowplow contexts',
    {
      path: TP2,
      body: { data: [{ ...SNOWPLOW, cx: base64({ schema: 'a', data: [{ schema: 'b', data: { ip: ADDRESS } }] }) }] },
    },
  ],
  [
    'Snowplow contexts, bad',
    { path: TP2, body: { data: [{ e: 'zz', cx: base64({ data: { ipAddress: ADDRESS } }) }] } },
  ],
  ['Snowplow pixel, bad', { path: '/i', method: 'GET', query: { e: 'zz', ip: ADDRESS } }],
  ['a body that cannot be read', { path: TP2, body: `{"ip":"${ADDRESS}"` }],
  ['a compressed body that cannot be read', { path: TP2, body: gzipSync(`{"ip":"${ADDRESS}"`) }],
];

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('no line has a whole address unless the policy says so', () => {
  test.each(ADDRESSED)('%s', (_, request) => {
    const sent = { sourceIp: ADDRESS, ...request };
    const truncated = collected(sent).lines.join();
    expect(truncated).not.toContain(ADDRESS);
    for (const [environment, headers] of [
      [{ CLIENT_IP: 'drop' }, {}], [{}, { 'sp-anonymous': '*' }], [{ CONSENT_MODE: 'anonymous' }, { 'sec-gpc': '1' }],
    ] as const) {
      const { lines } = collected({ ...sent, headers }, environment);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join()).not.toContain('198.51.100');
    }
    expect(collected(sent, { CLIENT_IP: 'full' }).lines.join()).toContain(ADDRESS);
  });
});

describe('no line has a write key', () => {
  const basic = { authorization: `Basic ${Buffer.from(`${KEY}:`).toString('base64')}` };
  const segment = { type: 'track', event: 'x', userId: 'u' };
  test.each<[string, RequestParts]>([
    ['Basic', { path: '/v1/track', headers: basic, body: segment }],
    [
      'a body',
      { path: '/v1/batch', body: { writeKey: KEY, batch: [{ ...segment, writeKey: KEY }, { writeKey: KEY }] } },
    ],
    ['native names', { body: { api_key: KEY, events: [{ event: 'x', apiKey: KEY }, { write_key: KEY }] } }],
    ['a header', { body: { event: 'x', token: KEY }, headers: { 'x-write-key': KEY } }],
    ['a query', { path: '/v1/track', query: { writeKey: KEY }, body: { ...segment, context: { writeKey: KEY } } }],
    [
      'PostHog',
      {
        path: '/batch/',
        body: { api_key: KEY, batch: [{ event: 'x', distinct_id: 'u', properties: { token: KEY } }] },
      },
    ],
    [
      "PostHog's events",
      {
        path: '/e/',
        body: [{ event: 'x', distinct_id: 'u', properties: { token: KEY } }, { properties: { token: KEY } }],
      },
    ],
    ['GA4', { path: '/mp/collect', query: { api_secret: KEY }, body: { client_id: 'c', events: [{ name: 'x' }, {}] } }],
    ['Snowplow\'s aid', { path: TP2, body: { data: [{ ...SNOWPLOW, aid: KEY }, { e: 'zz', aid: KEY }] } }],
    ['a query that counts for all', { path: TP2, query: { writeKey: KEY, aid: KEY }, body: { data: [SNOWPLOW] } }],
    ['Snowplow pixels', { path: '/i', method: 'GET', query: { ...SNOWPLOW, aid: KEY } }],
    ['Snowplow pixels, bad', { path: '/i', method: 'GET', query: { e: 'zz', aid: KEY } }],
    [
      'AWS app id',
      { path: '/collect', query: { appId: KEY }, body: [{ event_type: 'x', app_id: KEY }, { app_id: KEY }] },
    ],
    ['AWS app id in what cannot be read', { path: '/collect', query: { appId: KEY }, body: `[{"app_id":"${KEY}"` }],
    [
      'RudderStack pixels',
      { path: '/pixel/v1/track', method: 'GET', query: { writeKey: KEY, event: 'x', userId: 'u' } },
    ],
    ['RudderStack pixels, bad', { path: '/pixel/v1/track', method: 'GET', query: { writeKey: KEY } }],
    [
      'Snowplow in what cannot be read',
      { path: TP2, query: { writeKey: KEY }, body: `{"data":[{"writeKey":"${KEY}","aid":"${KEY}"` },
    ],
  ])('presented as or in %s', (_, request) => {
    const { lines } = collected(request, KEYED);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toContain(KEY);
    const wrong = collected(request, { WRITE_KEYS: '{"web":{"keys":["another-key"]}}' });
    expect(wrong.lines.join()).not.toContain(KEY);
  });
});

test('the stricter of the client\'s privacy mode and the browser\'s signal counts', () => {
  const body = { event: 'x', privacy_mode: 'full', ip_address: ADDRESS };
  const { events: [signalled] } = collected({ body, headers: { 'sec-gpc': '1' } }, { CONSENT_MODE: 'anonymous' });
  expect([signalled.privacy_mode, signalled.ip_address]).toEqual(['anonymous', undefined]);
  const { events: [chosen] } = collected({ body: { ...body, privacy_mode: 'anonymous' } }, { CLIENT_IP: 'full' });
  expect([chosen.privacy_mode, chosen.ip_address]).toEqual(['anonymous', undefined]);
});

describe('the preprocess hook', () => {
  const headers = {
    'x-forwarded-for': ADDRESS,
    'proxy-authorization': KEY,
    'x-api-key': KEY,
    'cookie': KEY,
    'x-shop': 'berlin',
    'user-agent': 'UA',
  };
  const run = async (hook: Preprocess): Promise<JsonObject[]> => {
    const parsed = settings({ PREPROCESS_HEADERS: 'X-Shop' });
    const request = fromEdgeEvent(proxyEvent({ body: { event: 'x' }, headers }), parsed, RECEIVED_AT);
    const entries = await preprocessed(collect(request, parsed).entries, request, hook, parsed.preprocessHeaders);
    return entries.flatMap(entry => entry.lines).map(line => JSON.parse(line));
  };

  test('sees only the headers that it may', async () => {
    const seen: object[] = [];
    await run((event, request) => { seen.push(request.headers); return event; });
    expect(seen).toEqual([{ 'x-shop': 'berlin', 'user-agent': 'UA' }]);
  });

  test('leaves nothing of the request in the error', async () => {
    const [bad] = await run((_, request) => { throw new TypeError(JSON.stringify(request)); });
    expect(bad).toMatchObject({ kind: 'bad', error_code: 'preprocess_failed' });
    expect(bad.error_message).toMatch(/^The hook threw TypeError at attacks\.test\.ts:\d+:\d+\.$/);
  });

  test('cannot store text that not every engine reads', async () => {
    const [event] = await run(given => ({ ...given, user_id: 'a\ud800', properties: { k: '\0', l: '\udfff' } }));
    expect([event.user_id, event.properties]).toEqual(['a\ufffd', '{"k":"\ufffd","l":"\ufffd"}']);
  });

  test.each(['authorization', 'Cookie', 'x-api-key', 'X-Forwarded-For'])('cannot be given the header %s', name => {
    expect(() => settings({ PREPROCESS_HEADERS: name })).toThrow('which holds a secret or an address');
  });
});

describe('allowed origins', () => {
  const environment = { ALLOWED_ORIGINS: 'https://shop.example,https://*.shop.example' };
  const from = (Origin?: string) =>
    collected({ body: { event: 'x' }, headers: Origin === undefined ? {} : { Origin } }, environment);

  test.each([undefined, 'https://shop.example', 'https://www.shop.example', 'https://a.b.shop.example'])(
    '%s may send',
    origin => {
      expect(from(origin).events).toHaveLength(1);
    },
  );

  test.each([
    'https://evil.example',
    'https://evilshop.example',
    'http://www.shop.example',
    'null',
    'https://x@.shop.example',
    'https://a.shop.example.evil.example',
  ])('%s is told that it may not, and nothing is stored', origin => {
    const { lines, response } = from(origin);
    expect([lines, response.status, JSON.parse(response.body).code]).toEqual([[], 403, 'origin_not_allowed']);
  });
});
