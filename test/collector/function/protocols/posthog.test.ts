import { gzipSync } from 'zlib';
import { collected, RECEIVED_AT } from '../builders';

const WRITE_KEYS = JSON.stringify({ web: { keys: ['phc_1'], appId: 'shop' } });

/** An event of the browser SDK. */
const PAGE_VIEW = {
  uuid: 'p1',
  event: '$pageview',
  timestamp: '2026-01-02T03:04:05.000Z',
  properties: {
    token: 'phc_1',
    distinct_id: 'd1',
    $device_id: 'd1',
    $is_identified: false,
    $lib: 'web',
    $lib_version: '1.290.0',
    $session_id: 's1',
    $pageview_id: 'v1',
    $current_url: 'https://shop.example/?utm_source=x',
    $host: 'shop.example',
    $pathname: '/',
    title: 'Shop',
    $referrer: '$direct',
    utm_source: 'x',
    $raw_user_agent: 'Mozilla/5.0',
    $os: 'iOS',
    $os_version: '19',
    $device_type: 'Mobile',
    $browser_language: 'de-DE',
    $timezone: 'Europe/Berlin',
    $screen_width: 1920,
    $screen_height: 1080,
    $viewport_width: 1200,
    $viewport_height: 800,
    $ip: '198.51.100.9',
    $set_once: { first: 1 },
    color: 'red',
  },
  $set: { plan: 'pro' },
  offset: 12,
};

test('a browser page view in unannounced gzip has its columns, and nothing else is lost', () => {
  const query = { compression: 'gzip-js', _: '1767323045500' };
  const body = gzipSync(JSON.stringify([PAGE_VIEW]));
  const { events, response, lines } = collected({ path: '/e/', query, body }, { WRITE_KEYS });
  expect(response).toMatchObject({
    status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"status":1}',
  });
  expect(lines.join()).not.toContain('phc_1');
  const { properties, traits, contexts, ...columns } = events[0];
  expect(columns).toEqual({
    v: 1,
    kind: 'event',
    request_id: 'request-1',
    batch_index: 0,
    event_id: 'p1',
    event_name: '$pageview',
    event_type: 'page',
    protocol: 'posthog',
    app_id: 'shop',
    source_id: 'web',
    platform: 'web',
    sdk_name: 'web',
    sdk_version: '1.290.0',
    client_ts: Date.parse('2026-01-02T03:04:05.000Z'),
    sent_ts: 1_767_323_045_500,
    received_ts: RECEIVED_AT,
    anonymous_id: 'd1',
    device_id: 'd1',
    session_id: 's1',
    page_url: 'https://shop.example/?utm_source=x',
    page_host: 'shop.example',
    page_path: '/',
    page_title: 'Shop',
    page_view_id: 'v1',
    utm_source: 'x',
    user_agent: 'Mozilla/5.0',
    user_agent_source: 'event',
    os_name: 'iOS',
    os_version: '19',
    device_type: 'Mobile',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    screen_size: '1920x1080',
    viewport_size: '1200x800',
    ip_address: '198.51.100.0',
  });
  const { token, $ip, $set_once, ...kept } = PAGE_VIEW.properties;
  expect(JSON.parse(String(properties))).toEqual(kept);
  expect(JSON.parse(String(traits))).toEqual({ plan: 'pro', first: 1 });
  expect(contexts).toBeUndefined(); // the offset tells only how long sending took
});

const SERVER_EVENT = {
  event: 'Order',
  distinct_id: 'u1',
  uuid: 'p2',
  properties: { $lib: 'posthog-node', value: 3 },
  library: 'posthog-node',
  library_version: '5',
};

test.each(['/batch/', '/batch'])('a server\'s batch at %s differs from Segment\'s by its key', path => {
  const body = { api_key: 'phc_1', batch: [SERVER_EVENT], sent_at: '2026-01-02T03:04:06Z' };
  const { events, response } = collected({ path, body }, { WRITE_KEYS });
  expect(response.body).toBe('{"status":1}');
  expect(events).toEqual([expect.objectContaining({
    protocol: 'posthog', user_id: 'u1', event_id: 'p2', value: 3, sent_ts: 1_767_323_046_000, source_id: 'web',
  })]);
  const ofSegment = { writeKey: 'phc_1', batch: [{ type: 'track', event: 'x', userId: 'u' }] };
  const segment = collected({ path, body: ofSegment }, { WRITE_KEYS });
  expect(segment.events).toEqual([expect.objectContaining({ protocol: 'segment' })]);
});

test.each(['/e', '/i/v0/e/', '/capture/'])('a single event is taken at %s', path => {
  const { events } = collected({ path, body: { api_key: 'phc_1', ...SERVER_EVENT } });
  expect(events).toEqual([expect.objectContaining({ event_name: 'Order' })]);
});

test('a form with base64 is read', () => {
  const body = `data=${encodeURIComponent(Buffer.from(JSON.stringify(SERVER_EVENT)).toString('base64'))}`;
  expect(collected({ path: '/e/', body }).events).toEqual([expect.objectContaining({ event_id: 'p2' })]);
});

test('a browser event that sends only an offset takes its time from the properties', () => {
  const { timestamp, ...event } = PAGE_VIEW;
  const body = [{ ...event, properties: { ...event.properties, $time: 1767323045.25 } }];
  expect(collected({ path: '/e/', body }).events).toEqual([expect.objectContaining({ client_ts: 1_767_323_045_250 })]);
});

test.each([
  [
    '$identify',
    { $anon_distinct_id: 'd1', $is_identified: true },
    { event_type: 'identify', user_id: 'u1', anonymous_id: 'd1' },
  ],
  [
    '$groupidentify',
    { $group_key: 'g1', $group_set: { a: 1 } },
    { event_type: 'group', group_id: 'g1', traits: '{"a":1}' },
  ],
  ['$create_alias', { alias: 'old' }, { event_type: 'alias', previous_id: 'old' }],
  ['$screen', { $screen_name: 'Cart' }, { event_type: 'screen', screen_name: 'Cart' }],
  ['x', { $process_person_profile: false }, { event_type: 'track', anonymous_id: 'u1' }],
  ['x', { $cookieless_mode: true }, { privacy_mode: 'cookieless' }],
])('the event %s with %j has its columns', (event, properties, columns) => {
  const { events } = collected({ path: '/capture/', body: { event, distinct_id: 'u1', properties } });
  expect(events).toEqual([expect.objectContaining(columns)]);
});

test.each([
  ['no name', { distinct_id: 'u' }, 'missing_event_name'],
  ['no identity', { event: 'x' }, 'missing_identity'],
  ['an identity that is an object', { event: 'x', distinct_id: {} }, 'invalid_id'],
  ['properties that are an array', { event: 'x', distinct_id: 'u', properties: [1] }, 'invalid_type'],
])('only the event with %s is bad', (_, event, code) => {
  const body = { api_key: 'phc_1', batch: [event, SERVER_EVENT] };
  const { events, badEvents, response } = collected({ path: '/batch/', body });
  expect(response.status).toBe(200);
  expect(events).toHaveLength(1);
  expect(badEvents).toEqual([expect.objectContaining({ error_code: code, batch_index: 0 })]);
});

test('an unknown project is refused with a code', () => {
  const body = { api_key: 'other', batch: [SERVER_EVENT] };
  const { response } = collected({ path: '/batch/', body }, { WRITE_KEYS });
  expect(response.status).toBe(401);
  expect(JSON.parse(response.body)).toMatchObject({ success: false, code: 'unknown_write_key' });
});

test.each([
  ['POST', '/flags/'],
  ['GET', '/array/phc_1/config'],
  ['POST', '/decide'],
])('%s %s is answered with an empty configuration', (method, path) => {
  expect(collected({ method, path }).response).toMatchObject({ status: 200, body: '{}' });
});

test('the configuration is a script where browsers load it as one, and JSON elsewhere', () => {
  const typeAt = (path: string) => collected({ method: 'GET', path }).response.headers['Content-Type'];
  expect(typeAt('/array/phc_1/config.js')).toMatch('text/javascript');
  expect([typeAt('/array/phc_1/config'), typeAt('/flags')]).toEqual(['application/json', 'application/json']);
});
