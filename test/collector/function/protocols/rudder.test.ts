import { gzipSync } from 'zlib';
import { collected } from '../builders';

const WRITE_KEYS = JSON.stringify({ web: { keys: ['key-1'], appId: 'shop' } });
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` });

/** A message of the browser SDK. */
const TRACK = {
  type: 'track',
  event: 'Order',
  channel: 'web',
  messageId: 'r1',
  anonymousId: 'a1',
  originalTimestamp: '2026-01-02T03:04:05.000Z',
  sentAt: '2026-01-02T03:04:05.100Z',
  properties: { price: 3 },
  integrations: { All: true },
  context: {
    library: { name: 'RudderLabs JavaScript SDK', version: '3.34.0' },
    sessionId: 1767323045,
    sessionStart: true,
    traits: { plan: 'pro' },
    page: { initial_referrer: '$direct' },
  },
};

const COLUMNS = {
  protocol: 'rudder',
  event_name: 'Order',
  event_type: 'track',
  event_id: 'r1',
  platform: 'web',
  sdk_name: 'RudderLabs JavaScript SDK',
  session_id: '1767323045',
  client_ts: Date.parse('2026-01-02T03:04:05.000Z'),
  traits: '{"plan":"pro"}',
  properties: '{"price":3}',
};

test('on shared paths a message differs from Segment\'s by its library', () => {
  const [event] = collected({ path: '/v1/track', body: TRACK }).events;
  expect(event).toMatchObject(COLUMNS);
  expect(JSON.parse(String(event.contexts))).toEqual({
    integrations: { All: true },
    context: { sessionStart: true, page: { initial_referrer: '$direct' } },
  });
});

test('server SDKs under Segment\'s library names are recognised by their times', () => {
  const message = {
    ...TRACK,
    channel: 'server',
    timestamp: '2026-01-02T03:04:09Z',
    context: { library: { name: 'analytics-node', version: '3.0.13' } },
  };
  const [event] = collected({ path: '/v1/batch', body: { batch: [message] } }).events;
  expect(event).toMatchObject({
    protocol: 'rudder',
    sdk_name: 'analytics-node',
    client_ts: COLUMNS.client_ts,
    contexts: '{"integrations":{"All":true}}',
  });
});

test.each([
  ['rudder', { library: { name: 'analytics-python', version: '2.1.9' } }, { channel: 'server' }],
  ['segment', { library: { name: 'analytics-python', version: '2.4.0' } }, {}],
  ['segment', { library: { name: 'analytics-java', version: '3.5.3' } }, { channel: 'server' }],
])('a server\'s message without an original time is %s\'s for library %j and %j', (protocol, context, channel) => {
  const message = {
    type: 'track', event: 'x', userId: 'u', messageId: 'm', timestamp: '2026-01-02T03:04:05Z', context, ...channel,
  };
  const { events } = collected({ path: '/v1/batch', body: { batch: [message] } });
  expect(events).toEqual([expect.objectContaining({ protocol, client_ts: COLUMNS.client_ts })]);
});

test('a group has its own traits, not those of its member', () => {
  const body = { ...TRACK, type: 'group', groupId: 'g1', traits: { seats: 3 } };
  const [event] = collected({ path: '/v1/group', body }).events;
  expect(event).toMatchObject({ group_id: 'g1', traits: '{"seats":3}' });
  expect(JSON.parse(String(event.contexts)).context.traits).toEqual({ plan: 'pro' });
});

test('`$direct` is not stored as a referrer', () => {
  const body = {
    ...TRACK, context: { ...TRACK.context, page: { referrer: '$direct' } }, properties: { referrer: '$direct' },
  };
  const [event] = collected({ path: '/v1/track', body }).events;
  expect(event.page_referrer).toBeUndefined();
  expect(JSON.parse(String(event.contexts)).context.page).toEqual({ referrer: '$direct' });
});

test('the Node SDK\'s gzip, announced as a form, is read', () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' };
  const body = gzipSync(JSON.stringify({ batch: [TRACK] }));
  expect(collected({ path: '/v1/batch', headers, body }).events).toEqual([expect.objectContaining(COLUMNS)]);
});

test('a beacon has its key in the query and its content as text', () => {
  const parts = {
    path: '/beacon/v1/batch',
    query: { writeKey: 'key-1' },
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ batch: [TRACK] }),
  };
  const { events, response } = collected(parts, { WRITE_KEYS });
  expect(events).toEqual([expect.objectContaining({ ...COLUMNS, source_id: 'web', app_id: 'shop' })]);
  expect(response.body).toBe('{"success":true}');
});

test('a merge call is an alias', () => {
  const mergeProperties = [{ type: 'email', value: 'a@example.com' }];
  const [event] = collected({ path: '/v1/merge', body: { userId: 'u', mergeProperties } }).events;
  expect(event).toMatchObject({ event_type: 'alias', event_name: 'merge', user_id: 'u' });
  expect(JSON.parse(String(event.contexts))).toEqual({ mergeProperties });
});

test.each([
  ['track', { event: 'Opened' }, { event_name: 'Opened', event_type: 'track' }],
  ['page', { name: 'Mail' }, { event_name: 'Mail', event_type: 'page' }],
])('a %s pixel is an event and answered with an image', (call, query, columns) => {
  const sent = { writeKey: 'key-1', anonymousId: 'a1', campaign: 'x', ...query };
  const { events, response } = collected({ method: 'GET', path: `/pixel/v1/${call}`, query: sent }, { WRITE_KEYS });
  expect(events).toEqual([expect.objectContaining({
    protocol: 'rudder', anonymous_id: 'a1', properties: '{"campaign":"x"}', source_id: 'web', ...columns,
  })]);
  expect(response).toMatchObject({
    status: 200,
    base64: true,
    headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-cache, no-store, must-revalidate' },
  });
  expect(Buffer.from(response.body, 'base64')).toHaveLength(43);
});

test.each([
  ['without an event', { writeKey: 'key-1', anonymousId: 'a1' }, 'schema', 'missing_event_name'],
  ['with an unknown key', { writeKey: 'secret-key', anonymousId: 'a1', event: 'x' }, 'auth', 'unknown_write_key'],
])('a pixel %s is a bad event and is still answered with an image', (_, query, stage, code) => {
  const { badEvents, response, lines } = collected({ method: 'GET', path: '/pixel/v1/track', query }, { WRITE_KEYS });
  expect(badEvents).toEqual([expect.objectContaining({ stage, error_code: code, raw: expect.stringContaining('a1') })]);
  expect(response).toMatchObject({ status: 200, headers: { 'Content-Type': 'image/gif' } });
  expect(lines.join()).not.toMatch(/key-1|secret-key/);
});

test('the browser SDK gets its source\'s configuration', () => {
  const query = { v: '3.34.0', writeKey: 'key-1' };
  const request = { method: 'GET', path: '/sourceConfig/', query, headers: basic('key-1') };
  const { response } = collected(request, { WRITE_KEYS });
  expect(response.status).toBe(200);
  expect(JSON.parse(response.body)).toEqual({
    source: {
      id: 'web',
      name: 'web',
      workspaceId: 'clickstream-lakehouse',
      writeKey: 'key-1',
      enabled: true,
      config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      connections: [],
      destinations: [],
    },
  });
  const unknown = { method: 'GET', path: '/sourceConfig', query: { writeKey: 'no' } };
  expect(collected(unknown, { WRITE_KEYS }).response.status).toBe(401);
});
