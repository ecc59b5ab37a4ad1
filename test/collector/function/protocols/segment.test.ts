import { gzipSync } from 'zlib';
import { collected, RECEIVED_AT } from '../builders';

const WRITE_KEYS = JSON.stringify({ web: { keys: ['key-1'], appId: 'shop' } });
const API_HOST = 'abc.execute-api.eu-west-1.amazonaws.com/v1';
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });
const track = (fields: object = {}) => ({ type: 'track', event: 'Order', userId: 'u1', messageId: 'm1', ...fields });
const batch = (...messages: unknown[]) => collected({ path: '/v1/batch', body: { batch: messages } });

/** A message of the browser SDK with everything it sends. */
const BROWSER_PAGE = {
  timestamp: '2026-01-02T03:04:05.000Z',
  sentAt: '2026-01-02T03:04:05.500Z',
  messageId: 'ajs-next-1',
  anonymousId: 'anon-1',
  userId: null,
  name: 'Home',
  category: 'Shop',
  properties: { path: '/', referrer: '', search: '?utm_source=x', title: 'Shop', url: 'https://shop.example/' },
  integrations: { All: true },
  context: {
    page: {
      path: '/',
      referrer: 'https://news.example/',
      search: '?utm_source=x',
      title: 'Shop',
      url: 'https://shop.example/?utm_source=x',
    },
    userAgent: 'Mozilla/5.0',
    userAgentData: { mobile: false },
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    library: { name: 'analytics.js', version: 'next-1.84.3' },
    campaign: { source: 'x', medium: 'cpc', name: 'spring', term: 'shoes', content: 'a' },
    screen: { width: 1920, height: 1080, innerWidth: 1200, innerHeight: 800, density: 2 },
    ip: '198.51.100.7',
    consent: { categoryPreferences: { ads: false } },
    sessionId: 1767323045,
  },
  writeKey: 'key-1',
  _metadata: { bundled: ['Segment.io'] },
};

test('a browser page call has its columns, and nothing else is lost', () => {
  const { events, response } = collected({ path: '/v1/p', body: BROWSER_PAGE, headers: { 'user-agent': 'other' } });
  expect(response).toMatchObject({
    status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"success":true}',
  });
  const { properties, contexts, ...columns } = events[0];
  expect(columns).toEqual({
    v: 1,
    kind: 'event',
    request_id: 'request-1',
    batch_index: 0,
    event_id: 'ajs-next-1',
    event_name: 'Home',
    event_type: 'page',
    protocol: 'segment',
    app_id: 'default',
    sdk_name: 'analytics.js',
    sdk_version: 'next-1.84.3',
    client_ts: Date.parse('2026-01-02T03:04:05.000Z'),
    sent_ts: Date.parse('2026-01-02T03:04:05.500Z'),
    received_ts: RECEIVED_AT,
    anonymous_id: 'anon-1',
    session_id: '1767323045',
    page_url: 'https://shop.example/?utm_source=x',
    page_path: '/',
    page_title: 'Shop',
    page_referrer: 'https://news.example/',
    utm_source: 'x',
    utm_medium: 'cpc',
    utm_campaign: 'spring',
    utm_term: 'shoes',
    utm_content: 'a',
    user_agent: 'Mozilla/5.0',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    screen_size: '1920x1080',
    viewport_size: '1200x800',
    ip_address: '198.51.100.0',
    consent: '{"categoryPreferences":{"ads":false}}',
  });
  expect(JSON.parse(String(properties))).toEqual(BROWSER_PAGE.properties);
  expect(JSON.parse(String(contexts))).toEqual({
    userId: null,
    category: 'Shop',
    integrations: { All: true },
    _metadata: { bundled: ['Segment.io'] },
    context: {
      page: { search: '?utm_source=x' }, userAgentData: { mobile: false }, screen: BROWSER_PAGE.context.screen,
    },
  });
});

test.each([
  [
    'track',
    { event: 'Order', userId: 'u', properties: { revenue: '9.5', currency: 'EUR' } },
    { event_name: 'Order', value: 9.5, currency: 'EUR' },
  ],
  ['page', { anonymousId: 'a' }, { event_name: 'page' }],
  ['page', { anonymousId: 'a', properties: { name: 'Home' } }, { event_name: 'Home', properties: '{"name":"Home"}' }],
  ['screen', { anonymousId: 'a', name: 'Cart' }, { event_name: 'Cart', screen_name: 'Cart' }],
  [
    'identify',
    { userId: 'u', traits: { plan: 'pro' }, context: { traits: { plan: 'free', age: 3 } } },
    { event_name: 'identify', traits: '{"plan":"pro","age":3}' },
  ],
  [
    'group',
    { userId: 'u', groupId: 7, traits: { name: 'ACME' } },
    { event_name: 'group', group_id: '7', traits: '{"name":"ACME"}' },
  ],
  ['alias', { userId: 'u', previousId: 'p' }, { event_name: 'alias', previous_id: 'p' }],
])('a %s call has its columns at its long and short paths and in a batch', (type, message, expected) => {
  const columns = { event_type: type, protocol: 'segment', ...expected };
  for (const path of [`/v1/${type}`, `/v1/${type[0]}`, `/${type}/`]) {
    expect(collected({ path, body: message }).events).toEqual([expect.objectContaining(columns)]);
  }
  expect(batch({ ...message, type }).events).toEqual([expect.objectContaining(columns)]);
});

test.each([
  '/v1/batch', '/v1/batch/', '/v1/b', '/v1/import', '/v1/import/', 'batch',
])('a batch is taken at %s', path => {
  expect(collected({ path, body: { batch: [track()] } }).accepted).toBe(1);
});

test("a batch's context and sending time apply to messages that lack them", () => {
  const { events } = collected({
    path: '/v1/batch',
    body: {
      batch: [track(), track({ context: { locale: 'fr' } })],
      context: { locale: 'de' },
      sentAt: '2026-01-02T03:04:05Z',
    },
  });
  expect(events.map(event => [event.locale, event.sent_ts])).toEqual([
    ['de', 1_767_323_045_000],
    ['fr', 1_767_323_045_000],
  ]);
});

test.each([
  ['no identity', { userId: undefined }, 'missing_identity', 'userId'],
  ['an empty identity', { userId: '' }, 'missing_identity', 'userId'],
  ['an identity that is an object', { userId: { id: 1 } }, 'invalid_id', 'userId'],
  ['no event name', { event: undefined }, 'missing_event_name', 'event'],
  ['an event name that is an array', { event: ['x'] }, 'missing_event_name', 'event'],
  ['no group', { type: 'group' }, 'missing_group_id', 'groupId'],
  ['an unknown type', { type: 'shout' }, 'unknown_type', 'type'],
  ['no type', { type: undefined }, 'unknown_type', 'type'],
  ['properties that are an array', { properties: [1] }, 'invalid_type', 'properties'],
  ['traits that are text', { traits: 'pro' }, 'invalid_type', 'traits'],
])('only the message with %s is bad: its neighbours are stored and the answer is 200', (_, fields, code, path) => {
  const { events, badEvents, response } = batch(
    track({ messageId: 'before' }), track(fields), track({ messageId: 'after' }),
  );
  expect(response).toMatchObject({ status: 200, body: '{"success":true}' });
  expect(events.map(event => event.event_id)).toEqual(['before', 'after']);
  expect(badEvents).toEqual([expect.objectContaining({
    stage: 'schema', error_code: code, error_path: `batch[1].${path}`, batch_index: 1,
  })]);
});

test.each([null, 7, 'text', [], true])('only the member %j is bad', member => {
  const { events, badEvents } = batch(member, track());
  expect(events).toHaveLength(1);
  expect(badEvents).toEqual([expect.objectContaining({
    error_code: 'invalid_event', error_path: 'batch[0]', raw: JSON.stringify(member),
  })]);
});

test('an event too big for a record is bad, with its first 64 KiB', () => {
  const { events, badEvents, response } = batch(track({ properties: { text: 'x'.repeat(950_000) } }), track());
  expect(response.status).toBe(200);
  expect(events).toHaveLength(1);
  expect(badEvents[0]).toMatchObject({
    stage: 'size', error_code: 'event_too_large', raw: expect.stringMatching(/^{"type":"track"/),
  });
  expect(String(badEvents[0].raw)).toHaveLength(65_536);
  expect(badEvents[0].raw_bytes).toBeGreaterThan(950_000);
});

test.each([
  ['an array', [track()], 400, 'invalid_shape'],
  ['no batch', {}, 400, 'invalid_shape'],
  ['a batch that is an object', { batch: {} }, 400, 'invalid_shape'],
  ['broken JSON', '{"batch":[', 400, 'invalid_json'],
  ['too many messages', { batch: Array(1001).fill(track()) }, 413, 'too_many_events'],
  ['2 MB', JSON.stringify({ batch: [track({ properties: { text: 'x'.repeat(2_000_000) } })] }), 413, 'body_too_large'],
  ['a gzip bomb', gzipSync(Buffer.alloc(32 * 1024 * 1024)), 413, 'inflated_too_large'],
])('a request with %s is refused with a code', (_, body, status, code) => {
  const { response, lines } = collected({ path: '/v1/batch', body });
  expect(response.status).toBe(status);
  expect(JSON.parse(response.body)).toEqual({ success: false, code, message: expect.any(String) });
  expect(lines).toEqual([]);
});

test('an empty batch is accepted', () => {
  expect(batch()).toMatchObject({ lines: [], accepted: 0, response: { status: 200 } });
});

test.each([
  ['Basic', { headers: basic('key-1'), body: { batch: [track()] } }],
  ['the body', { body: { batch: [track()], writeKey: 'key-1' } }],
  ['the query', { query: { writeKey: 'key-1' }, body: { batch: [track()] } }],
  ['a header', { headers: { 'X-Write-Key': 'key-1' }, body: { batch: [track()], writeKey: 'key-1:***' } }],
])('a write key in %s names the source and the application', (_, parts) => {
  const { events, lines } = collected({ path: '/v1/batch', ...parts }, { WRITE_KEYS });
  expect(events[0]).toMatchObject({ source_id: 'web', app_id: 'shop' });
  expect(lines.join()).not.toContain('key-1');
});

test.each([
  [basic('wrong'), 'unknown_write_key'],
  [{}, 'missing_write_key'],
])('with keys configured, %j is a 401', (headers, code) => {
  const { response, lines } = collected({ path: '/v1/batch', headers, body: { batch: [track()] } }, { WRITE_KEYS });
  expect(response.status).toBe(401);
  expect(JSON.parse(response.body)).toEqual({ success: false, code, message: expect.any(String) });
  expect(lines).toEqual([]);
});

test('ids and values of more digits than a double has are stored digit for digit', () => {
  const { events } = collected({
    path: '/v1/track',
    body: '{"event":"e","userId":1234567890123456789,"properties":{"order":9007199254740993,"big":1e400}}',
  });
  expect(events[0]).toMatchObject({
    user_id: '1234567890123456789', properties: '{"order":"9007199254740993","big":"1e400"}',
  });
});

test('keys in messages are never stored', () => {
  const { lines } = batch(track({ writeKey: 'secret' }), { writeKey: 'secret' });
  expect(lines).toHaveLength(2);
  expect(lines.join()).not.toContain('secret');
});

test("the SDK's statistics about itself are taken and dropped", () => {
  expect(collected({ path: '/v1/m', body: { series: [] } })).toMatchObject({
    lines: [], response: { status: 200, body: '{"success":true}' },
  });
});

test.each([
  ['the plain URL', '/projects/key-1/settings', {}, API_HOST, 'https'],
  ['a URL with the stage', '/v1/projects/key-1/settings', {}, API_HOST, 'https'],
  ['plain HTTP', '/projects/key-1/settings', { 'X-Forwarded-Proto': 'http' }, API_HOST, 'http'],
  ['a forged host', '/projects/key-1/settings', { Host: 'evil.example' }, API_HOST, 'https'],
])('browser settings from %s point back here', (_, path, headers, apiHost, protocol) => {
  const { response } = collected({ method: 'GET', path, headers }, { WRITE_KEYS });
  expect(response.status).toBe(200);
  expect(JSON.parse(response.body)).toEqual({ integrations: { 'Segment.io': { apiKey: 'key-1', apiHost, protocol } } });
});

test('settings of an unknown key are refused', () => {
  expect(collected({ method: 'GET', path: '/projects/other/settings' }, { WRITE_KEYS }).response.status).toBe(401);
});
