/** As AWS documents an HTTP API with payload format 1.0 and a function URL. */
import { eventOfRaw, RawRequest, SmallStackOptions, startEdge } from './edge-at-work';
import { FUNCTION_URL, HTTP_API, smallStack } from './small-stack';
import { CustomDomain, Edge } from '../../../examples/local/aws/edge';
import { LambdaHost } from '../../../examples/local/aws/lambda-host';
import { readStack } from '../../../examples/local/aws/local-stack';

let edge: Edge;
let host: LambdaHost;
let url: string;

async function start(options: SmallStackOptions, domain?: CustomDomain) {
  ({ edge, host, url } = await startEdge(options, domain));
}

afterEach(async () => {
  await edge.close();
  await host.close();
});

const eventOf = (path: string, request?: RawRequest) =>
  eventOfRaw<Record<string, unknown>>(url, path, request);

const http = { resources: HTTP_API };
const lambdaUrl = { resources: FUNCTION_URL };

test('an HTTP API says its version, and has no stage in its URL and its paths', async () => {
  await start(http);
  expect(new URL(url).pathname).toBe('/');
  expect(await eventOf('/v1/batch/?a=1&a=2', { headers: { 'X-Some': ['a', 'b'], 'cookie': 'a=1; b=2' } }))
    .toMatchObject({
      version: '1.0',
      resource: '/{proxy+}',
      path: '/v1/batch/',
      pathParameters: { proxy: 'v1/batch/' },
      queryStringParameters: { a: '2' },
      multiValueHeaders: { 'X-Some': ['a', 'b'] },
      headers: { cookie: 'a=1; b=2' },
      requestContext: { stage: '$default', path: '/v1/batch/' },
    });
});

test('behind a custom domain, an HTTP API has the base path in its path only', async () => {
  await start(http, { basePath: 'clicks' });
  expect(await eventOf('/clicks/batch')).toMatchObject({ path: '/clicks/batch', pathParameters: { proxy: 'batch' } });
});

test('a function URL has the path as it was sent, names in lower case, joined values and cookies apart', async () => {
  await start(lambdaUrl);
  expect(new URL(url).pathname).toBe('/');
  const event = await eventOf('/v1//a%20b?a=1&a=2&b=%20', { headers: { 'X-Some': ['a', 'b'], 'Cookie': 'a=1; b=2' } });
  expect(event).toMatchObject({
    version: '2.0',
    rawPath: '/v1//a%20b',
    rawQueryString: 'a=1&a=2&b=%20',
    queryStringParameters: { a: '1,2', b: ' ' },
    cookies: ['a=1', 'b=2'],
    headers: { 'x-some': 'a,b', 'x-forwarded-proto': 'http' },
    requestContext: { stage: '$default', http: { method: 'GET', path: '/v1//a%20b', sourceIp: '127.0.0.1' } },
    isBase64Encoded: false,
  });
  expect(event.headers).not.toHaveProperty('cookie');
  expect(event).not.toHaveProperty('body');
});

test('a function URL has no custom domain', async () => {
  await start(lambdaUrl);
  expect(() => new Edge(readStack(smallStack(lambdaUrl)).edge, host, { basePath: '' }))
    .toThrow('a function URL has no custom domain');
});

describe.each([['an HTTP API', http], ['a function URL', lambdaUrl]])('%s', (_, options) => {
  const GZIP = Buffer.from([0x1f, 0x8b, 8, 0]);

  test.each([
    ['application/octet-stream', true],
    ['application/x-www-form-urlencoded', true],
    [undefined, true],
    ['application/json', false],
    ['text/plain; charset=utf-8', false],
  ])('decides by the content type alone what is text: %s', async (type, isBase64Encoded) => {
    await start(options);
    const headers = type === undefined ? undefined : { 'content-type': type, 'content-encoding': 'gzip' };
    const event = await eventOf('/t', { method: 'POST', headers, body: GZIP });
    const text = '\x1f\ufffd\b\0'; // bytes that are no text are lost
    expect([event.isBase64Encoded, event.body]).toEqual([isBase64Encoded, isBase64Encoded ? 'H4sIAA==' : text]);
  });

  test('decodes the body of a response', async () => {
    const answer = "{ statusCode: 200, headers: { 'Content-Type': 'image/gif' }, body: 'AP8K', isBase64Encoded: true }";
    await start({ ...options, handler: `exports.handler = async () => (${answer})` });
    const response = await fetch(url);
    expect([response.headers.get('content-type'), Buffer.from(await response.arrayBuffer())])
      .toEqual(['image/gif', Buffer.from([0, 255, 10])]);
  });
});

test('a function URL sets the cookies of the result, and not those among its headers', async () => {
  const answer = "{ statusCode: 200, headers: { 'Set-Cookie': 'c=3' }, cookies: ['a=1', 'b=2'], body: '' }";
  await start({ ...lambdaUrl, handler: `exports.handler = async () => (${answer})` });
  expect((await fetch(url)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

const FAILS = 'exports.handler = async () => { throw new Error("secret detail"); }';
const HANGS = 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))';
const OK = 'exports.handler = async () => ({ statusCode: 200, body: "" })';

test.each<[string, SmallStackOptions, RequestInit, number, string]>([
  ['an HTTP API: a failure', { ...http, handler: FAILS }, {}, 500, '{"message":"Internal Server Error"}'],
  ['an HTTP API: a function that takes too long', { ...http, handler: HANGS, timeoutSeconds: 9 }, {}, 503,
    '{"message":"Service Unavailable"}'],
  ['an HTTP API: 5 MB, which do not fit an event', { ...http, handler: OK },
    { method: 'POST', body: Buffer.alloc(5_000_000) }, 413, '{"message":"Request Entity Too Large"}'],
  ['an HTTP API: long headers', { ...http, handler: OK }, { headers: { cookie: 'c'.repeat(10_240) } }, 431,
    '{"message":"Request Header Fields Too Large"}'],
  ['a function URL: a failure', { ...lambdaUrl, handler: FAILS }, {}, 502, 'Internal Server Error'],
  ['a function URL: a function that takes too long', { ...lambdaUrl, handler: HANGS, timeoutSeconds: 1 }, {}, 502,
    'Internal Server Error'],
  ['a function URL: more than 6 MB', { ...lambdaUrl, handler: OK },
    { method: 'POST', body: Buffer.alloc(6_300_000), headers: { 'content-type': 'text/plain' } }, 413,
    '{"Message":"Request must be smaller than 6291456 bytes for the InvokeFunction operation"}'],
])('%s has an answer of its own, without CORS headers', async (_, options, init, status, body) => {
  await start(options);
  const response = await fetch(url, { ...init, headers: { ...init.headers, origin: 'https://shop.example' } });
  expect([response.status, await response.text()]).toEqual([status, body]);
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
});

test('an HTTP API throttles by its stage, a function URL by ten times the reserved concurrency', async () => {
  expect(readStack(smallStack(http)).edge).toMatchObject({ rateLimit: 1000, burstLimit: 1000 });
  expect(readStack(smallStack(lambdaUrl)).edge.rateLimit).toBeUndefined();
  await start({ ...lambdaUrl, handler: OK, reservedConcurrency: 1 });
  const responses = await Promise.all(Array.from({ length: 60 }, () => fetch(url)));
  const statuses = responses.map(({ status }) => status);
  expect(statuses.filter(status => status === 200).length).toBeGreaterThanOrEqual(10);
  expect(statuses).toContain(429);
});

test.each([
  ['payload format 2.0', {
    Any: {
      ...HTTP_API.Any,
      Properties: {
        ...HTTP_API.Any.Properties,
        PayloadFormatVersion: '2.0',
      },
    },
  }, /plays the payload format 1\.0, the template has 2\.0/],
  ['CORS settings', { Api: { ...HTTP_API.Api, Properties: { CorsConfiguration: 'any' } } },
    /plays CORS settings unset, the template has any/],
])('%s cannot be played, and the error says so', (_, resources, message) => {
  expect(() => readStack(smallStack({ resources: { ...HTTP_API, ...resources } }))).toThrow(message);
});
