/**
 * What SDKs make of the collector's and the gateway's answers: they try again what may succeed, with the same ids, and
 * nothing for ever.
 */
import { Ids, runNode, runPython } from './support/client-process';
import { Collector } from './support/collector';
import { Outage } from './support/outage';
import type { ResponseType } from '../../examples/local/aws';
import { ConsentMode } from '../../src/collector/privacy-options';

const START_MS = 60_000;
const TEST_MS = 60_000;
const SOURCES = { shop: 'known-key' };
const ORIGIN = 'https://shop.example';

let collector: Collector;

beforeAll(async () => {
  collector = await Collector.start({ sources: SOURCES, consentMode: ConsentMode.ANONYMOUS });
}, START_MS);
afterAll(() => collector?.stop());

const CLIENTS = [
  {
    sdk: '@segment/analytics-node',
    send: (url: string, key: string) => runNode('segment-analytics-node', url, key),
    path: '',
  },
  {
    sdk: 'segment-analytics-python',
    send: (url: string, key: string) => runPython('segment_analytics_python', url, key),
    path: '',
  },
  {
    sdk: '@rudderstack/rudder-sdk-node',
    send: (url: string, key: string) => runNode('rudder-sdk-node', url, key),
    path: '',
  },
  { sdk: 'rudder-sdk-python', send: (url: string, key: string) => runPython('rudder_sdk_python', url, key), path: '' },
  {
    sdk: '@snowplow/node-tracker',
    send: (url: string, key: string) => runNode('snowplow-node-tracker', url, key),
    path: '/v1',
  },
];

type Client = (typeof CLIENTS)[number];

interface Outcome {
  readonly statuses: readonly number[];
  /** none when the client failed, as some do that could not send */
  readonly ids?: Ids;
}

async function sendThrough(answers: readonly ResponseType[], { send, path }: Client, key: string): Promise<Outcome> {
  const outage = new Outage(collector.edge, collector.urls.host, answers);
  const url = `${await outage.listen()}${path}`;
  try {
    return { ids: await send(url, key), statuses: outage.statuses };
  } catch {
    return { statuses: outage.statuses };
  } finally {
    await outage.close();
  }
}

/** All clients at once: they spend their time waiting. @returns SDK → what came of it */
async function sendAllThrough(answers: readonly ResponseType[], clients: readonly Client[], key: string) {
  const outcomes = await Promise.all(
    clients.map(async client => [client.sdk, await sendThrough(answers, client, key)] as const),
  );
  return Object.fromEntries(outcomes);
}

const statusesOf = (outcomes: Awaited<ReturnType<typeof sendAllThrough>>) =>
  Object.fromEntries(Object.entries(outcomes).map(([sdk, { statuses }]) => [sdk, statuses]));
const each = (clients: readonly Client[], statuses: readonly number[]) =>
  Object.fromEntries(clients.map(({ sdk }) => [sdk, statuses]));
/** Snowplow's trackers carry an application id, and have their own answers. */
const WITH_WRITE_KEY = CLIENTS.filter(({ path }) => path === '');

test.each([
  ['INTEGRATION_FAILURE', 503],
  ['THROTTLED', 429],
] as const)(
  'after %s clients try again, and events are stored once',
  async (type, status) => {
    for (const [sdk, { ids = {}, statuses }] of Object.entries(await sendAllThrough([type], CLIENTS, SOURCES.shop))) {
      expect({ sdk, first: statuses[0], later: [...new Set(statuses.slice(1))] }).toEqual({
        sdk,
        first: status,
        later: [200],
      });
      expect(Object.keys(ids).length).toBeGreaterThan(5);
      expect({ sdk, repeated: (await collector.eventsWith(Object.values(ids))).repeated }).toEqual({
        sdk,
        repeated: [],
      });
    }
  },
  TEST_MS,
);

test('after 403 clients give up', async () => {
  const always = Array<ResponseType>(20).fill('WAF_FILTERED');
  expect(statusesOf(await sendAllThrough(always, CLIENTS, SOURCES.shop))).toEqual(each(CLIENTS, [403]));
}, TEST_MS);

test('after 413 clients give up, but Snowplow\'s tries again with each flush', async () => {
  const always = Array<ResponseType>(20).fill('REQUEST_TOO_LARGE');
  expect(statusesOf(await sendAllThrough(always, CLIENTS, SOURCES.shop)))
    .toEqual({ ...each(CLIENTS, [413]), '@snowplow/node-tracker': [413, 413, 413] });
}, TEST_MS);

test('with an unknown write key clients give up after 401', async () => {
  expect(statusesOf(await sendAllThrough([], WITH_WRITE_KEY, 'unknown-key'))).toEqual(each(WITH_WRITE_KEY, [401]));
}, TEST_MS);

test(
  'a Snowplow tracker with an unknown app id is told that all is well, and its request is a bad event',
  async () => {
    const [snowplow] = CLIENTS.slice(-1);
    expect((await sendThrough([], snowplow, 'unknown-app')).statuses).toEqual([200]);
    expect(await collector.badLines()).toEqual([
      expect.objectContaining({ stage: 'auth', error_code: 'unknown_write_key', protocol: 'snowplow' }),
    ]);
  },
  TEST_MS,
);

/** A path of each family → an event that it takes; none where GET has it all. */
const EVENTS: Readonly<Record<string, unknown>> = {
  'events': { event_name: 'x' },
  'batch': { batch: [{ type: 'track', event: 'x', userId: 'u' }] },
  'track': { event: 'x', userId: 'u' },
  'import': { batch: [{ type: 'track', event: 'x', userId: 'u' }] },
  'beacon/v1/batch': { batch: [{ type: 'track', event: 'x', userId: 'u' }] },
  'api/s/track': { event: 'x', userId: 'u' },
  'com.snowplowanalytics.snowplow/tp2': { data: [{ e: 'pv', p: 'web', tv: 'js-4', eid: 'e' }] },
  'collect': [{ event_type: 'x' }],
  'e': { event: 'x', distinct_id: 'u' },
  'i/v0/e': { event: 'x', distinct_id: 'u' },
  'mp/collect': { client_id: 'c', events: [{ name: 'x' }] },
};

const request = (path: string, init: RequestInit = {}) =>
  fetch(`${collector.urls.host}/v1/${path}`, { redirect: 'manual', ...init });

describe.each(Object.entries(EVENTS))('/%s', (path, event) => {
  const post = (to: string, headers: Record<string, string> = {}) =>
    request(`${to}?writeKey=${SOURCES.shop}&api_secret=${SOURCES.shop}`, {
      method: 'POST',
      body: JSON.stringify(event),
      headers: { origin: ORIGIN, ...headers },
    });

  test.each(['', '/'])('with "%s" at its end takes an event, without a redirect', async slash => {
    const response = await post(`${path}${slash}`);
    expect([response.status, response.headers.get('location')]).toEqual([200, null]);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
  });

  test('answers HEAD without a body and a preflight with what is allowed', async () => {
    const head = await request(path, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const preflight = await request(path, {
      method: 'OPTIONS',
      headers: {
        'origin': ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-custom',
      },
    });
    expect([preflight.status, await preflight.text()]).toEqual([200, '']);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type.*x-custom/);
  });

  test('with Sec-GPC, where it counts, is stored without address, and never with cookies or keys', async () => {
    const known = new Set((await collector.lines()).map(({ request_id: id }) => id));
    await post(path, {
      'sec-gpc': '1',
      'cookie': 'canary=from-the-cookie',
      'authorization': `Basic ${Buffer.from(`${SOURCES.shop}:`).toString('base64')}`,
    });
    const added = (await collector.lines()).filter(({ request_id: id }) => !known.has(id));
    expect(added).toEqual([expect.objectContaining({ kind: 'event', privacy_mode: 'anonymous' })]);
    expect(added[0]).not.toHaveProperty('ip_address');
    expect(JSON.stringify(added)).not.toMatch(/from-the-cookie|known-key/);
  });

  test('below it there is nothing, which is said in JSON and with CORS headers', async () => {
    const response = await request(`${path}/no/such/path`, { method: 'POST', body: '{}', headers: { origin: ORIGIN } });
    expect([response.status, await response.json()]).toEqual([
      404,
      { success: false, code: 'unknown_path', message: expect.any(String) },
    ]);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });
});
