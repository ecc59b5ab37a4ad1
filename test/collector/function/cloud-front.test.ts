import { collected, lambdaContext, proxyEvent, RequestParts, settings } from './builders';
import { scriptedKinesis } from './kinesis/scripted-kinesis';
import { CollectorEnvironment } from '../../../src/collector/function/environment';
import { handle } from '../../../src/collector/function/handle';
import { KinesisWriter } from '../../../src/collector/function/kinesis/kinesis-writer';
import { fromEdgeEvent } from '../../../src/collector/function/request';

const SECRET = 'kY3vGm8QzR5tWc1L';
const REQUIRED: Partial<CollectorEnvironment> = { CLOUD_FRONT_SECRET: SECRET, CLOUD_FRONT_USE: 'required' };
const OPTIONAL: Partial<CollectorEnvironment> = { CLOUD_FRONT_SECRET: SECRET, CLOUD_FRONT_USE: 'optional' };

const VISITOR = { 'x-clickstream-address': '198.51.100.23', 'x-clickstream-host': 'collect.shop.example' };
const THROUGH = { ...VISITOR, 'x-clickstream-secret': SECRET };
const CLICK = { event_name: 'click', user_id: 'u1' };

const read = (headers: Record<string, string>, environment = {}) =>
  fromEdgeEvent(proxyEvent({ headers }), settings(environment), 1);

async function answer(request: RequestParts, environment: Partial<CollectorEnvironment>) {
  const kinesis = scriptedKinesis();
  const log: string[] = [];
  const keysAsked = jest.fn();
  const parsed = settings(environment);
  const { statusCode, body, headers } = await handle(proxyEvent(request), lambdaContext(), {
    settings: parsed,
    writer: new KinesisWriter(kinesis.putRecords),
    writeKeys: { current: async () => { keysAsked(); return parsed.writeKeys; } },
    functionName: 'fn',
    log: line => log.push(line),
  });
  return { statusCode, body, headers, log, records: kinesis.calls.length, keysAsked: keysAsked.mock.calls.length };
}

describe.each([['optional', OPTIONAL], ['required', REQUIRED]])('when CloudFront is %s', (_, environment) => {
  test.each([
    ['198.51.100.23', '198.51.100.0', '198.51.100.23'],
    ['2001:db8:1234:5678::1', '2001:db8:1234::', '2001:db8:1234:5678::1'],
    ['no address', undefined, undefined],
  ])('the visitor %s is stored as every address', (address, truncated, full) => {
    const sent = { ...THROUGH, 'x-clickstream-address': address };
    expect(read(sent, environment).clientAddress).toBe(truncated);
    expect(read(sent, { ...environment, CLIENT_IP: 'full' }).clientAddress).toBe(full);
    expect(read(sent, { ...environment, CLIENT_IP: 'drop' }).clientAddress).toBeUndefined();
    expect(read({ ...sent, 'sp-anonymous': '*' }, environment).clientAddress).toBeUndefined();
  });

  test("CloudFront's own address is not taken for a visitor without one", () => {
    expect(read({ 'x-clickstream-secret': SECRET }, environment).clientAddress).toBeUndefined();
  });

  test('pages are told to send to the host that they asked', () => {
    expect(read(THROUGH, environment).location).toBe('collect.shop.example');
    expect(read({ 'x-clickstream-secret': SECRET }, environment).location).toMatch(/\.execute-api\./);
    const { body } = collected({ method: 'GET', path: '/v1/projects/k/settings', headers: THROUGH }, environment)
      .response;
    expect(body).toContain('"apiHost":"collect.shop.example/v1"');
  });

  test('its headers are seen by nobody: neither a hook nor an event nor a bad event has them', () => {
    const request = read({ ...THROUGH, 'X-Shop': 'tea' }, environment);
    expect(request.headers).toEqual({ 'x-shop': 'tea' });
    const bodies = [CLICK, { event_name: 1 }, '{"event_name":'];
    const lines = bodies.flatMap(body => collected({ body, headers: THROUGH }, environment).lines);
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/clickstream-|collect\.shop|198\.51\.100\.23/);
    expect(lines.join()).not.toContain(SECRET);
  });

  test.each([
    ['no secret', VISITOR],
    ['another secret', { ...VISITOR, 'x-clickstream-secret': `${SECRET}x` }],
    ['another secret of the same length', { ...VISITOR, 'x-clickstream-secret': SECRET.toLowerCase() }],
    ['an empty secret', { ...VISITOR, 'x-clickstream-secret': '' }],
    ['the secret twice', { ...VISITOR, 'x-clickstream-secret': `${SECRET},${SECRET}` }],
  ])('a client with %s cannot say who it is', (_name, headers) => {
    const { clientAddress, location, headers: kept } = read(headers, environment);
    expect(clientAddress).toBe('203.0.113.0');
    expect(location).toMatch(/^abc\.execute-api\./);
    expect(kept).toEqual({});
  });
});

test('without the option, headers of a distribution are ignored and kept nowhere', () => {
  const { clientAddress, location, headers, bypassesCloudFront } = read({ ...THROUGH, 'x-shop': 'tea' });
  expect(clientAddress).toBe('203.0.113.0');
  expect(location).toMatch(/^abc\.execute-api\./);
  expect(headers).toEqual({ 'x-shop': 'tea' });
  expect(bypassesCloudFront).toBe(false);
});

describe('when CloudFront is required', () => {
  const DIRECT: [string, RequestParts][] = [
    ['an event', { body: CLICK }],
    ['a forged address', { body: CLICK, headers: VISITOR }],
    ['another secret', { body: CLICK, headers: { ...VISITOR, 'x-clickstream-secret': 'guess' } }],
    ['a pixel of a family that is always answered 200', { method: 'GET', path: '/i', query: { e: 'pv', p: 'web' } }],
    ['a body that is no JSON', { body: '{' }],
    ['a preflight', { method: 'OPTIONS', headers: { origin: 'https://shop.example' } }],
    ['a question for the health', { method: 'GET', path: '/health' }],
    ['an unknown path', { method: 'GET', path: '/nowhere' }],
  ];

  test.each(DIRECT)('a direct request is refused before anything of it is looked at: %s', async (_, request) => {
    const refused = await answer(request, REQUIRED);
    expect(refused).toMatchObject({ statusCode: 403, records: 0, keysAsked: 0 });
    expect(JSON.parse(refused.body)).toEqual({
      success: false, code: 'not_through_cloudfront', message: expect.stringContaining('CloudFront'),
    });
    expect(refused.headers).toMatchObject({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
    expect(refused.log.map(line => JSON.parse(line).Status)).toEqual([403]);
    expect(refused.log.join()).not.toMatch(/guess|198\.51/);
  });

  test('a page can read why', async () => {
    const { headers } = await answer({ body: CLICK, headers: { Origin: 'https://shop.example' } }, REQUIRED);
    expect(headers).toMatchObject({ 'Access-Control-Allow-Origin': 'https://shop.example' });
  });

  test('a request through it is taken', async () => {
    const taken = await answer({ body: CLICK, headers: THROUGH }, REQUIRED);
    expect(taken).toMatchObject({ statusCode: 200, records: 1 });
    expect(taken.log.join()).not.toContain(SECRET);
  });
});

test('when CloudFront is optional, a direct request is taken with the address that the edge saw', () => {
  const [event] = collected({ body: CLICK, headers: VISITOR }, OPTIONAL).events;
  expect(event.ip_address).toBe('203.0.113.0');
});

test('the cookie of the own host is for the host that the browser asked', () => {
  const query = { e: 'pv', p: 'web', tv: 'js-4' };
  const { response } = collected(
    { method: 'GET', path: '/i', query, headers: THROUGH }, { ...REQUIRED, FIRST_PARTY_COOKIE: 'host' });
  expect(response.headers['Set-Cookie']).toMatch(/^sp=/);
  expect(response.headers['Set-Cookie']).not.toMatch(/Domain=/i); // without one, it is the asked host's
});
