import { gzipSync } from 'zlib';
import { collected, RECEIVED_AT } from '../builders';

const query = {
  platform: 'Web', appId: 'shop', event_bundle_sequence_id: '1', upload_timestamp: '1767323045500', hashCode: 'ab12',
};
const post = (body: unknown, environment = {}) => collected({ path: '/collect', query, body }, environment);

const EVENT = {
  event_type: '_page_view',
  event_id: 'e1',
  timestamp: 1767323045000,
  app_id: 'shop',
  device_id: 'd1',
  unique_id: 'a1',
  platform: 'Web',
  os_version: '19',
  make: 'Apple',
  brand: 'Apple',
  model: 'iPhone',
  network_type: 'WIFI',
  locale: 'de-DE',
  system_language: 'de',
  country_code: 'DE',
  zone_offset: 3600000,
  screen_width: 1920,
  screen_height: 1080,
  viewport_width: 1200,
  viewport_height: 800,
  host_name: 'shop.example',
  sdk_name: 'aws-solution-clickstream-sdk',
  sdk_version: '0.12.0',
  items: [{ id: 'i1' }],
  user: { _user_id: { value: 'u1', set_timestamp: 1 }, plan: { value: 'pro', set_timestamp: 2 } },
  attributes: {
    _session_id: 's1',
    _session_number: 4,
    _session_start_timestamp: 1767323040000,
    _page_title: 'Shop',
    _page_url: 'https://shop.example/',
    _latest_referrer: 'https://news.example/',
    _engagement_time_msec: 1200,
    _traffic_source_source: 'x',
    _traffic_source_clid: 'g1',
    _traffic_source_clid_platform: 'google_ads',
    color: 'red',
  },
};

test('an event has its columns, and nothing else is lost', () => {
  const { events, response } = post([EVENT]);
  expect(response).toEqual({ status: 200, headers: {}, body: '' });
  const { traits, contexts, ...columns } = events[0];
  expect(columns).toEqual({
    v: 1,
    kind: 'event',
    request_id: 'request-1',
    batch_index: 0,
    event_id: 'e1',
    event_name: '_page_view',
    event_type: 'page',
    protocol: 'aws_clickstream',
    app_id: 'shop',
    platform: 'Web',
    sdk_name: 'aws-solution-clickstream-sdk',
    sdk_version: '0.12.0',
    client_ts: 1_767_323_045_000,
    sent_ts: 1_767_323_045_500,
    received_ts: RECEIVED_AT,
    user_id: 'u1',
    anonymous_id: 'a1',
    device_id: 'd1',
    session_id: 's1',
    session_index: 4,
    page_url: 'https://shop.example/',
    page_host: 'shop.example',
    page_title: 'Shop',
    page_referrer: 'https://news.example/',
    utm_source: 'x',
    click_id: 'g1',
    click_network: 'google_ads',
    os_version: '19',
    device_model: 'iPhone',
    locale: 'de-DE',
    timezone: '3600000',
    screen_size: '1920x1080',
    viewport_size: '1200x800',
    ip_address: '203.0.113.0',
    properties: '{"color":"red"}',
  });
  expect(JSON.parse(String(traits))).toEqual(EVENT.user);
  expect(JSON.parse(String(contexts))).toEqual({
    make: 'Apple',
    brand: 'Apple',
    network_type: 'WIFI',
    system_language: 'de',
    country_code: 'DE',
    screen_width: 1920,
    screen_height: 1080,
    viewport_width: 1200,
    viewport_height: 800,
    items: [{ id: 'i1' }],
    attributes: { _session_start_timestamp: 1767323040000, _engagement_time_msec: 1200 },
  });
});

test('a mobile bundle is base64 text of gzip, announced as JSON', () => {
  const body = gzipSync(JSON.stringify([EVENT, { ...EVENT, event_id: 'e2' }])).toString('base64');
  expect(post(body).events.map(event => event.event_id)).toEqual(['e1', 'e2']);
});

test('a bundle of 10,000 events is taken', () => {
  const bundle = Array(10_000).fill({ event_type: 'tap', timestamp: 1, unique_id: 'a' });
  const { accepted, response } = post(gzipSync(JSON.stringify(bundle)));
  expect([accepted, response.status]).toEqual([10_000, 200]);
});

test.each([
  ['_screen_view', 'screen'],
  ['_profile_set', 'identify'],
  ['_user_engagement', 'ping'],
  ['_first_open', 'track'],
  ['purchase', 'track'],
])('%s is a %s call', (event_type, type) => {
  expect(post([{ ...EVENT, event_type }]).events[0]).toMatchObject({ event_name: event_type, event_type: type });
});

test.each([
  ['an event without a type', [{ ...EVENT, event_type: undefined }], 'schema', 'missing_event_name'],
  ['a member that is not an object', [7], 'schema', 'invalid_event'],
  ['attributes that are text', [{ ...EVENT, attributes: 'x' }], 'schema', 'invalid_type'],
  ['broken JSON', '[{', 'decode', 'invalid_json'],
  ['2 MB', 'x'.repeat(2_000_000), 'size', 'body_too_large'],
  ['truncated gzip', gzipSync('[]').subarray(0, 12), 'decode', 'invalid_gzip'],
])('%s is a bad event, answered with 200: the web SDK would keep it for ever', (_, body, stage, code) => {
  const { badEvents, response } = post(body);
  expect(response).toMatchObject({ status: 200, body: '' });
  expect(badEvents).toEqual([expect.objectContaining({ protocol: 'aws_clickstream', stage, error_code: code })]);
});

test('the application id in the query serves as write key, and an unknown one is refused with 403', () => {
  expect(post([EVENT], { WRITE_KEYS: '{"web":{"keys":["shop"]}}' }).events[0]).toMatchObject({
    source_id: 'web', app_id: 'shop',
  });
  const { response, lines } = post([EVENT], { WRITE_KEYS: '{"web":{"keys":["other"]}}' });
  expect(response.status).toBe(403);
  expect(JSON.parse(response.body)).toMatchObject({ success: false, code: 'unknown_write_key' });
  expect(lines).toEqual([]);
});
