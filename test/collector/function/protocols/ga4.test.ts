import { collected, RECEIVED_AT } from '../builders';

const query = { measurement_id: 'G-123', api_secret: 'secret-1' };
const post = (body: unknown, environment = {}) => collected({ path: '/mp/collect', query, body }, environment);

const PAYLOAD = {
  client_id: 'c1',
  user_id: 'u1',
  timestamp_micros: 1767323045000000,
  user_properties: { plan: { value: 'pro' } },
  consent: { ad_user_data: 'DENIED' },
  non_personalized_ads: true,
  events: [{
    name: 'purchase',
    params: {
      session_id: '77',
      value: 9.5,
      currency: 'EUR',
      page_location: 'https://shop.example/',
      items: [{ item_id: 'i1' }],
    },
  }],
};

test('an event has its columns, and nothing else is lost', () => {
  const { events, response } = post(PAYLOAD);
  expect(response).toEqual({ status: 200, headers: {}, body: '' });
  expect(events).toEqual([{
    v: 1,
    kind: 'event',
    request_id: 'request-1',
    batch_index: 0,
    event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
    event_name: 'purchase',
    event_type: 'track',
    protocol: 'ga4',
    app_id: 'G-123',
    client_ts: 1_767_323_045_000,
    received_ts: RECEIVED_AT,
    user_id: 'u1',
    anonymous_id: 'c1',
    session_id: '77',
    page_url: 'https://shop.example/',
    value: 9.5,
    currency: 'EUR',
    ip_address: '203.0.113.0',
    consent: '{"ad_user_data":"DENIED"}',
    traits: '{"plan":{"value":"pro"}}',
    properties: JSON.stringify(PAYLOAD.events[0].params),
    contexts: '{"request":{"non_personalized_ads":true}}',
  }]);
});

test('the same payload sent again has the same ids', () => {
  const ids = (requestId: string) =>
    collected({ path: '/mp/collect', query, body: PAYLOAD, requestId }).events.map(event => event.event_id);
  expect(ids('r1')).toEqual(ids('r2'));
});

test('page and screen views have their types', () => {
  const events = [
    { name: 'page_view' },
    { name: 'screen_view', params: { screen_name: 'Cart' } },
    { name: 'user_engagement' },
  ];
  expect(post({ ...PAYLOAD, events }).events.map(event => event.event_type)).toEqual(['page', 'screen', 'ping']);
});

test('only the event without a name is bad', () => {
  const { events, badEvents, response } = post({ ...PAYLOAD, events: [{ params: {} }, { name: 'x' }] });
  expect(response.status).toBe(200);
  expect(events).toHaveLength(1);
  expect(badEvents).toEqual([expect.objectContaining({
    error_code: 'missing_event_name', error_path: 'events[0].name',
  })]);
});

test('the secret is the write key, and is not stored', () => {
  const { events, lines } = post(PAYLOAD, { WRITE_KEYS: '{"ga":{"keys":["secret-1"],"appId":"shop"}}' });
  expect(events[0]).toMatchObject({ source_id: 'ga', app_id: 'shop' });
  expect(lines.join()).not.toContain('secret-1');
  expect(post(PAYLOAD, { WRITE_KEYS: '{"ga":{"keys":["other"]}}' }).response.status).toBe(401);
});

test.each([
  [{ events: {} }, 'invalid_shape'],
  [[], 'invalid_shape'],
  ['{', 'invalid_json'],
])('%j is refused', (body, code) => {
  const { response } = post(body);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body)).toMatchObject({ success: false, code });
});
