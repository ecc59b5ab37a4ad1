import { collected, RECEIVED_AT } from '../builders';

const post = (body: unknown, path = '/v1/events') => collected({ path, body });

/** Columns that every event of these requests has. */
const stamped = {
  v: 1,
  kind: 'event',
  protocol: 'native',
  app_id: 'default',
  event_type: 'track',
  received_ts: RECEIVED_AT,
  request_id: 'request-1',
  batch_index: 0,
  ip_address: '203.0.113.0',
  event_id: expect.any(String),
};

test.each([
  [
    'a plain click object of a simple page',
    { event_name: 'click', user_id: 'u1', page_url: 'https://shop.example/', element: 'BUTTON' },
    { event_name: 'click', user_id: 'u1', page_url: 'https://shop.example/', properties: '{"element":"BUTTON"}' },
  ],
  ['a name in `type`', { type: 'click' }, { event_name: 'click' }],
  ['a name in `event_type`', { event_type: 'click' }, { event_name: 'click' }],
  ['a name in `event`', { event: 'Order', type: 'button' }, { event_name: 'Order', properties: '{"type":"button"}' }],
  [
    'a type that is an event type',
    { event_name: 'Signed up', type: 'identify' },
    { event_name: 'Signed up', event_type: 'identify' },
  ],
  ['a common name of a page call', { event_name: 'page_view' }, { event_name: 'page_view', event_type: 'page' }],
  [
    'every kind of column by its name',
    {
      event_name: 'x',
      event_id: 7,
      value: '1.5',
      session_index: 3,
      screen_size: '10x20',
      app_id: 'shop',
      privacy_mode: 'anonymous',
    },
    {
      event_name: 'x',
      event_id: '7',
      value: 1.5,
      session_index: 3,
      screen_size: '10x20',
      app_id: 'shop',
      privacy_mode: 'anonymous',
    },
  ],
  [
    'times in any form',
    { event_name: 'x', timestamp: '2026-01-02T03:04:05Z', sent_at: 1_767_323_046 },
    { event_name: 'x', client_ts: 1_767_323_045_000, sent_ts: 1_767_323_046_000 },
  ],
  [
    'payloads, with unknown keys among the properties',
    { event_name: 'x', properties: { a: 1 }, b: 2, traits: { plan: 'pro' }, contexts: { app: 'web' } },
    { event_name: 'x', properties: '{"a":1,"b":2}', traits: '{"plan":"pro"}', contexts: '{"app":"web"}' },
  ],
  [
    'an unknown key that the properties have too',
    { event_name: 'x', properties: { a: 1 }, a: 2 },
    { event_name: 'x', properties: '{"a":1}', contexts: '{"a":2}' },
  ],
  [
    'a value that its column cannot hold',
    { event_name: 'x', page_url: { href: 'https://a.example' }, timestamp: 'yesterday', privacy_mode: 'none' },
    {
      event_name: 'x',
      properties: '{"page_url":{"href":"https://a.example"},"timestamp":"yesterday","privacy_mode":"none"}',
    },
  ],
  [
    'an id that is too long for a key',
    { event_name: 'x', event_id: 'i'.repeat(257) },
    { event_name: 'x', properties: `{"event_id":"${'i'.repeat(257)}"}` },
  ],
  [
    'columns that only the collector may set',
    { event_name: 'x', source_id: 'me', network_user_id: 'n' },
    { event_name: 'x', properties: '{"source_id":"me","network_user_id":"n"}' },
  ],
  [
    'a write key, which is never stored',
    { event_name: 'x', writeKey: 'secret', api_key: 'secret' },
    { event_name: 'x' },
  ],
  [
    'an address, which is anonymised',
    { event_name: 'x', ip_address: '198.51.100.9' },
    { event_name: 'x', ip_address: '198.51.100.0' },
  ],
])('%s', (_, body, expected) => {
  const { events, response, accepted } = post(body);
  expect(events).toEqual([{ ...stamped, ...expected }]);
  expect(accepted).toBe(1);
  expect(response).toMatchObject({ status: 200, body: '{"success":true}' });
});

test.each(['/', '/v1/events', '/v1/events/', 'events', 'v1'])('events are taken at %s', path => {
  expect(post({ event_name: 'click' }, path).accepted).toBe(1);
});

test('events come as an array or in an envelope, whose fields apply to events that lack them', () => {
  expect(post([{ event: 'a' }, { event: 'b' }]).events.map(event => [event.event_name, event.batch_index])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
  const { events } = post({
    events: [{ event: 'a' }, { event: 'b', user_id: 'u2' }], user_id: 'u1', write_key: 'secret',
  });
  expect(events.map(event => event.user_id)).toEqual(['u1', 'u2']);
  expect(JSON.stringify(events)).not.toContain('secret');
});

test.each([
  ['no name', { user_id: 'u' }, 'missing_event_name', 'event_name'],
  ['an empty name', { event_name: '' }, 'missing_event_name', 'event_name'],
  ['a name that is an object', { event_name: {} }, 'missing_event_name', 'event_name'],
  ['an id that is an object', { event_name: 'x', user_id: {} }, 'invalid_id', 'user_id'],
  ['an event id that is an array', { event_name: 'x', event_id: ['a'] }, 'invalid_id', 'event_id'],
  ['properties that are not an object', { event_name: 'x', properties: 'none' }, 'invalid_type', 'properties'],
])('an event with %s is a bad event, and the client is told', (_, body, code, path) => {
  const { response, badEvents, accepted, bad } = post(body);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body)).toEqual({ success: false, code, message: expect.any(String) });
  expect(badEvents).toEqual([{
    v: 1,
    kind: 'bad',
    protocol: 'native',
    received_ts: RECEIVED_AT,
    request_id: 'request-1',
    batch_index: 0,
    stage: 'schema',
    error_code: code,
    error_message: expect.any(String),
    error_path: path,
    raw: JSON.stringify(body),
    raw_encoding: 'utf8',
    raw_bytes: JSON.stringify(body).length,
  }]);
  expect([accepted, bad]).toEqual([0, { [code]: 1 }]);
});

test('the good events of a mixed array are stored, and the answer lists the bad ones', () => {
  const { response, events, badEvents } = post([{ event: 'a' }, { user_id: 'u' }, 7, { event: 'b' }]);
  expect(events.map(event => event.event_name)).toEqual(['a', 'b']);
  expect(badEvents.map(event => event.error_path)).toEqual(['[1].event_name', '[2]']);
  expect(response.status).toBe(200);
  expect(JSON.parse(response.body)).toEqual({
    success: true,
    accepted: 2,
    rejected: 2,
    errors: [
      { index: 1, code: 'missing_event_name', message: expect.any(String), path: '[1].event_name' },
      { index: 2, code: 'invalid_event', message: expect.any(String), path: '[2]' },
    ],
  });
});

test('an array of only bad events gets a 400 that lists each of them', () => {
  const { response } = post([{}, {}]);
  expect(response.status).toBe(400);
  expect(JSON.parse(response.body)).toMatchObject({
    success: false, code: 'missing_event_name', accepted: 0, rejected: 2, errors: [{ index: 0 }, { index: 1 }],
  });
});

test.each([
  ['a scalar', 7, 400, 'invalid_shape'],
  ['null', null, 400, 'invalid_shape'],
  ['events that are not an array', { events: {} }, 400, 'invalid_shape'],
  ['broken JSON', '{"event_name":', 400, 'invalid_json'],
  ['too many events', Array(1001).fill({ event: 'x' }), 413, 'too_many_events'],
])('%s is refused, and nothing is stored', (_, body, status, code) => {
  const { response, lines } = post(body);
  expect(response.status).toBe(status);
  expect(JSON.parse(response.body)).toEqual({ success: false, code, message: expect.any(String) });
  expect(lines).toEqual([]);
});

test('a bad event is kept without the write key', () => {
  expect(post({ writeKey: 'secret', user_id: 'u' }).badEvents[0].raw).toBe('{"user_id":"u"}');
});

test('health and robots answer without an event', () => {
  expect(collected({ method: 'GET', path: '/health' }).response).toMatchObject({
    status: 200, body: '{"status":"ok"}',
  });
  expect(collected({ method: 'GET', path: '/robots.txt' }).response).toMatchObject({
    status: 200, body: 'User-agent: *\nDisallow: /\n',
  });
  expect(collected({ method: 'HEAD', path: '/health' }).response).toMatchObject({ status: 200, body: '' });
});
