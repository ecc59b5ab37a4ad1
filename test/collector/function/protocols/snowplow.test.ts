import { gzipSync } from 'zlib';
import { collected, RECEIVED_AT, RequestParts } from '../builders';

const TP2 = '/com.snowplowanalytics.snowplow/tp2';
const envelope = (...data: unknown[]) => ({
  schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', data,
});
const post = (event: unknown, parts: RequestParts = {}, environment = {}) =>
  collected({ path: TP2, body: envelope(event), ...parts }, environment);
const base = { tv: 'js-4.10.0', p: 'web', aid: 'shop', eid: 'e1' };
const iglu = (name: string, data: unknown, vendor = 'com.snowplowanalytics.snowplow') => ({
  schema: `iglu:${vendor}/${name}/jsonschema/1-0-0`, data,
});
const unstruct = (inner: unknown) => JSON.stringify(iglu('unstruct_event', inner));
const contexts = (...list: unknown[]) => JSON.stringify(iglu('contexts', list));
const base64url = (text: string) => Buffer.from(text).toString('base64url');

const PAGE_VIEW = {
  ...base,
  e: 'pv',
  url: 'https://shop.example/?gclid=1',
  page: 'Shop',
  refr: 'https://news.example/',
  uid: 'u1',
  duid: 'd1',
  tnuid: 'n1',
  sid: 's1',
  vid: '3',
  dtm: '1767323045000',
  stm: '1767323045100',
  ttm: '1767323044000',
  ip: '198.51.100.9',
  ua: 'Mozilla/5.0',
  res: '1920x1080',
  vp: '1200x800',
  tz: 'Europe/Berlin',
  lang: 'de-DE',
  tna: 'sp1',
  ds: '1200x5000',
  cd: '24',
  cs: 'UTF-8',
  cookie: '1',
  fp: '42',
};

test('a page view has its columns, and nothing else is lost', () => {
  const { events, response } = post(PAGE_VIEW, { headers: { 'user-agent': 'other' } });
  expect(response).toEqual({ status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: 'ok' });
  const { contexts: rest, ...columns } = events[0];
  expect(columns).toEqual({
    v: 1,
    kind: 'event',
    request_id: 'request-1',
    batch_index: 0,
    true_ts: 1_767_323_044_000,
    event_id: 'e1',
    event_name: 'page_view',
    event_type: 'page',
    protocol: 'snowplow',
    app_id: 'shop',
    platform: 'web',
    sdk_name: 'js',
    sdk_version: '4.10.0',
    client_ts: 1_767_323_045_000,
    sent_ts: 1_767_323_045_100,
    received_ts: RECEIVED_AT,
    user_id: 'u1',
    anonymous_id: 'd1',
    device_id: 'd1',
    network_user_id: 'n1',
    session_id: 's1',
    session_index: 3,
    page_url: 'https://shop.example/?gclid=1',
    page_title: 'Shop',
    page_referrer: 'https://news.example/',
    user_agent: 'Mozilla/5.0',
    user_agent_source: 'event',
    locale: 'de-DE',
    timezone: 'Europe/Berlin',
    screen_size: '1920x1080',
    viewport_size: '1200x800',
    ip_address: '198.51.100.0',
  });
  expect(JSON.parse(String(rest))).toEqual({
    tna: 'sp1', ds: '1200x5000', cd: '24', cs: 'UTF-8', cookie: '1', fp: '42',
  });
});

test.each([
  [
    'a page ping',
    { e: 'pp', pp_mix: '0', pp_may: '900' },
    { event_name: 'page_ping', event_type: 'ping', properties: '{"pp_mix":"0","pp_may":"900"}' },
  ],
  [
    'a structured event',
    { e: 'se', se_ca: 'cart', se_ac: 'add', se_va: '9.5' },
    { event_name: 'add', event_type: 'track', value: 9.5, properties: '{"se_ca":"cart","se_ac":"add","se_va":"9.5"}' },
  ],
  [
    'a transaction',
    { e: 'tr', tr_id: 't', tr_tt: '10', tr_cu: 'EUR' },
    { event_name: 'transaction', value: 10, currency: 'EUR', properties: '{"tr_id":"t","tr_tt":"10","tr_cu":"EUR"}' },
  ],
  [
    'an item',
    { e: 'ti', ti_id: 't', ti_pr: '2' },
    { event_name: 'transaction_item', value: 2, properties: '{"ti_id":"t","ti_pr":"2"}' },
  ],
  [
    'a self-describing event',
    { e: 'ue', ue_pr: unstruct(iglu('link_click', { targetUrl: 'https://a.example' })) },
    {
      event_name: 'link_click',
      event_type: 'track',
      event_schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-0',
      properties: '{"targetUrl":"https://a.example"}',
    },
  ],
  [
    'a self-describing event in base64url',
    { e: 'ue', ue_px: base64url(unstruct(iglu('order', { note: 'größer?>' }, 'com.acme'))) },
    { event_name: 'order', properties: '{"note":"größer?>"}' },
  ],
  [
    'a screen view',
    { e: 'ue', ue_pr: unstruct(iglu('screen_view', { name: 'Cart', id: '1' })) },
    { event_name: 'screen_view', event_type: 'screen', screen_name: 'Cart' },
  ],
])('%s', (_, event, columns) => {
  expect(post({ ...base, ...event }).events).toEqual([expect.objectContaining({
    protocol: 'snowplow', event_id: 'e1', ...columns,
  })]);
});

test.each([
  ['web_page', { id: 'v1' }, { page_view_id: 'v1' }],
  [
    'client_session',
    { sessionId: 's', sessionIndex: 7, userId: 'c' },
    { session_id: 's', session_index: 7, anonymous_id: 'c' },
  ],
  [
    'mobile_context',
    { osType: 'ios', osVersion: '19', deviceModel: 'iPhone', appleIdfv: 'v' },
    { os_name: 'ios', os_version: '19', device_model: 'iPhone', device_id: 'v' },
  ],
  ['screen', { name: 'Home' }, { screen_name: 'Home' }],
  ['consent_preferences', { basisForProcessing: 'consent' }, { consent: '{"basisForProcessing":"consent"}' }],
])('the context %s is read, plain and in base64url, and kept', (name, data, columns) => {
  for (const event of [{ co: contexts(iglu(name, data)) }, { cx: base64url(contexts(iglu(name, data))) }]) {
    const [stored] = post({ ...base, e: 'pv', ...event }).events;
    expect(stored).toMatchObject(columns);
    expect(JSON.parse(String(stored.contexts))).toEqual({ contexts: [iglu(name, data)] });
  }
});

test('contexts that cannot be read stay as they came', () => {
  for (const [event, stored] of [[{ co: '{broken' }], [{ cx: 'e30' }, { co: '{}' }], [{ cx: '!' }], [{ co: '[]' }]]) {
    const [row] = post({ ...base, e: 'pv', ...event }).events;
    expect(JSON.parse(String(row.contexts))).toEqual(stored ?? event);
  }
});

test.each([
  ['no kind', { e: undefined }, 'missing_field', 'e'],
  ['an unknown kind', { e: 'constructor' }, 'unknown_type', 'e'],
  ['no platform', { p: undefined }, 'missing_field', 'p'],
  ['no tracker version', { tv: '' }, 'missing_field', 'tv'],
  ['a structured event without an action', { e: 'se' }, 'missing_field', 'se_ac'],
  ['a self-describing event without data', { e: 'ue' }, 'missing_field', 'ue_px'],
  ['a self-describing event that is broken', { e: 'ue', ue_pr: '{' }, 'invalid_json', 'ue_pr'],
  ['a self-describing event that nests too deep', { e: 'ue', ue_pr: '['.repeat(50_000) }, 'too_deep', 'ue_pr'],
  ['a self-describing event without a schema', { e: 'ue', ue_pr: '{"data":{}}' }, 'invalid_unstruct_event', 'ue_pr'],
])('with %s only that event is bad, and the tracker is answered with ok', (_, fields, code, path) => {
  const { events, badEvents, response } = collected({
    path: TP2, body: envelope({ ...base, e: 'pv' }, { ...base, e: 'pv', ...fields }),
  });
  expect(response).toMatchObject({ status: 200, body: 'ok' });
  expect(events).toHaveLength(1);
  expect(badEvents).toEqual([expect.objectContaining({
    stage: 'schema', error_code: code, error_path: `data[1].${path}`,
  })]);
});

test.each([
  ['broken JSON', '{"schema":', 'decode', 'invalid_json'],
  ['an empty body', '', 'decode', 'empty_body'],
  ['another shape', [base], 'schema', 'invalid_shape'],
  ['2 MB', 'x'.repeat(2_000_000), 'size', 'body_too_large'],
  ['a gzip bomb', gzipSync(Buffer.alloc(32 * 1024 * 1024)), 'size', 'inflated_too_large'],
  ['too many events', envelope(...Array(1001).fill(base)), 'size', 'too_many_events'],
])('%s is stored as a bad event and answered with ok: a tracker would resend it for ever', (_, body, stage, code) => {
  const { badEvents, response } = collected({ path: TP2, body });
  expect(response).toMatchObject({ status: 200, body: 'ok' });
  expect(badEvents).toEqual([expect.objectContaining({ protocol: 'snowplow', stage, error_code: code })]);
});

test.each(['/i', '/ice.png'])('a pixel at %s is the same event, answered with an image', path => {
  const { events, response } = collected({ method: 'GET', path, query: PAGE_VIEW });
  expect(events).toEqual([expect.objectContaining({ event_name: 'page_view', event_id: 'e1', user_id: 'u1' })]);
  expect(response).toMatchObject({ status: 200, base64: true, headers: { 'Content-Type': 'image/gif' } });
});

test('a path alias is handled like the path itself', () => {
  const environment = { PATH_ALIASES: JSON.stringify({ '/com.acme/track': TP2 }) };
  for (const path of ['/com.acme/track', '/v1/com.acme/track/']) {
    expect(post(PAGE_VIEW, { path }, environment).accepted).toBe(1);
  }
});

test('the application id serves as write key, and an unknown one makes a bad event', () => {
  const environment = { WRITE_KEYS: JSON.stringify({ web: { keys: ['shop'], appId: 'the-shop' } }) };
  expect(post(PAGE_VIEW, {}, environment).events).toEqual([expect.objectContaining({
    source_id: 'web', app_id: 'the-shop',
  })]);
  const { badEvents, response } = post({ ...PAGE_VIEW, aid: 'other' }, {}, environment);
  expect(response).toMatchObject({ status: 200, body: 'ok' });
  expect(badEvents).toEqual([expect.objectContaining({ stage: 'auth', error_code: 'unknown_write_key' })]);
});

describe('the first-party cookie', () => {
  const environment = { FIRST_PARTY_COOKIE: 'shop.example' };
  const known = '6b8d5b0e-27a5-4d5e-9c3b-0a1b2c3d4e5f';
  const { tnuid, ...event } = PAGE_VIEW;

  test('is not set by default', () => {
    const { response, events } = post(event, { headers: { cookie: `sp=${known}` } });
    expect(response.headers).not.toHaveProperty('Set-Cookie');
    expect(events[0]).not.toHaveProperty('network_user_id');
  });

  test('is set on the first request, with its id in the event', () => {
    const { response, events } = post(event, {}, environment);
    const id = String(events[0].network_user_id);
    expect(response.headers['Set-Cookie']).toBe(
      `sp=${id}; Domain=shop.example; Path=/; Secure; HttpOnly; SameSite=None; Expires=Sat, 02 Jan 2027 03:04:05 GMT`,
    );
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is renewed with the id that the browser sends', () => {
    const { response, events } = post(event, { headers: { cookie: `a=b; sp=${known}` } }, environment);
    expect(events[0].network_user_id).toBe(known);
    expect(response.headers['Set-Cookie']).toContain(`sp=${known};`);
  });

  test('is replaced when it is not an id', () => {
    const { events } = post(event, { headers: { cookie: 'sp=<script>' } }, environment);
    expect(events[0].network_user_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('may be bound to the collector\'s host, and comes with pixels too', () => {
    const { response } = collected({ method: 'GET', path: '/i', query: event }, { FIRST_PARTY_COOKIE: 'host' });
    expect(response.headers['Set-Cookie']).toMatch(/^sp=[0-9a-f-]{36}; Path=\//);
  });
});

test.each([
  ['the tracker\'s anonymous mode', { 'SP-Anonymous': '*' }, {}],
  ['Sec-GPC where it is honoured', { 'Sec-GPC': '1' }, { CONSENT_MODE: 'anonymous' as const }],
  ['DNT where it is honoured', { DNT: '1' }, { CONSENT_MODE: 'anonymous' as const }],
])('in %s neither address nor cookie id is stored, and no cookie is set', (_, headers, environment) => {
  const sent = { ...headers, cookie: 'sp=6b8d5b0e-27a5-4d5e-9c3b-0a1b2c3d4e5f' };
  const { events, response } = post(PAGE_VIEW, { headers: sent }, { FIRST_PARTY_COOKIE: 'host', ...environment });
  expect(events[0]).toMatchObject({ privacy_mode: 'anonymous', anonymous_id: 'd1' });
  expect(events[0]).not.toHaveProperty('ip_address');
  expect(events[0]).not.toHaveProperty('network_user_id');
  expect(response.headers).not.toHaveProperty('Set-Cookie');
});

test('the browser\'s signals are ignored by default', () => {
  expect(post(PAGE_VIEW, { headers: { 'Sec-GPC': '1', 'DNT': '1' } }).events[0]).toMatchObject({
    ip_address: '198.51.100.0', network_user_id: 'n1',
  });
});
