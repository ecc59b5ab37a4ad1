import type { APIGatewayProxyEvent } from 'aws-lambda';
import { eventOfRaw, SmallStackOptions, startEdge } from './edge-at-work';
import { smallStack } from './small-stack';
import { CustomDomain, Edge } from '../../../examples/local/aws/edge';
import { LambdaHost } from '../../../examples/local/aws/lambda-host';
import { readStack } from '../../../examples/local/aws/local-stack';

let edge: Edge;
let host: LambdaHost;
let url: string;

async function start(options: SmallStackOptions = {}, domain?: CustomDomain) {
  ({ edge, host, url } = await startEdge(options, domain));
}

afterEach(async () => {
  await edge.close();
  await host.close();
});

const ORIGIN = { origin: 'https://shop.example' };

async function eventOf(path: string, init?: RequestInit): Promise<APIGatewayProxyEvent> {
  const response = await fetch(`${url}${path}`, init);
  return await response.json() as APIGatewayProxyEvent;
}

describe('the event', () => {
  beforeEach(() => start());

  test('has path, stage and path parameter as the REST API gives them', async () => {
    const event = await eventOf('batch/?a=1&a=2&b=%20x', { method: 'POST', body: 'x' });
    expect(event).toMatchObject({
      resource: '/{proxy+}',
      path: '/batch/',
      httpMethod: 'POST',
      pathParameters: { proxy: 'batch/' },
      queryStringParameters: { a: '2', b: ' x' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: [' x'] },
      requestContext: {
        stage: 'v1', path: '/v1/batch/', domainName: new URL(url).host, identity: { sourceIp: '127.0.0.1' },
      },
    });
  });

  test('of the stage itself has neither path parameter nor body', async () => {
    expect(await eventOf('')).toMatchObject({
      resource: '/', path: '/', pathParameters: null, queryStringParameters: null, body: null, isBase64Encoded: false,
    });
  });

  test('carries the body in base64, as all types are binary', async () => {
    const event = await eventOf('t', { method: 'POST', body: Buffer.from([0, 255, 10]) });
    expect(event).toMatchObject({ isBase64Encoded: true, body: 'AP8K' });
  });

  test('keeps the spelling of headers and every value of them', async () => {
    const event = await eventOfRaw<APIGatewayProxyEvent>(url, '/v1/t', { headers: { 'X-Some': ['a', 'b'] } });
    expect([event.headers['X-Some'], event.multiValueHeaders['X-Some']]).toEqual(['b', ['a', 'b']]);
  });

  test('says the scheme itself and appends the client to X-Forwarded-For', async () => {
    const event = await eventOf('t', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' } });
    expect(event.headers).toMatchObject({ 'X-Forwarded-Proto': 'http', 'X-Forwarded-For': '203.0.113.9, 127.0.0.1' });
    expect(event.headers).not.toHaveProperty('x-forwarded-proto');
  });

  test('has the path as it was sent, not tidied up', async () => {
    expect(await eventOfRaw(url, '/v1//a/../b%20c/%zz'))
      .toMatchObject({ path: '//a/../b c/%zz', pathParameters: { proxy: '/a/../b c/%zz' } });
  });
});

test.each([
  ['clicks', '/clicks/v1/batch/', {
    path: '/clicks/v1/batch/',
    pathParameters: { proxy: 'v1/batch/' },
    requestContext: { path: '/clicks/v1/batch/', stage: 'v1' },
  }],
  ['clicks', '/clicks', { path: '/clicks/', pathParameters: null, requestContext: { path: '/clicks/' } }],
  ['', '/v1/batch', {
    path: '/v1/batch', pathParameters: { proxy: 'v1/batch' }, requestContext: { path: '/v1/batch' },
  }],
])('under a custom domain with the base path "%s" %s does not name the stage', async (basePath, path, expected) => {
  await start({}, { basePath });
  expect(url).toBe(basePath === '' ? `${new URL(url).origin}/` : `${new URL(url).origin}/${basePath}/`);
  expect(await eventOfRaw(url, path)).toMatchObject(expected);
});

describe('the answer', () => {
  test('has the function\'s status, headers and decoded body', async () => {
    await start({
      handler: `exports.handler = async () => ({ statusCode: 418, headers: { 'Content-Type': 'image/gif' },
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] }, body: 'AP8K', isBase64Encoded: true })`,
    });
    const response = await fetch(url);
    const { status, headers } = response;
    expect([status, headers.get('content-type'), headers.getSetCookie()]).toEqual([418, 'image/gif', ['a=1', 'b=2']]);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255, 10]));
  });

  test('to HEAD has no body', async () => {
    await start();
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test.each([
    ['throws', 'exports.handler = async () => { throw new Error("secret detail"); }'],
    ['answers without a status', 'exports.handler = async () => ({ body: "x" })'],
    ['answers with an object as body', 'exports.handler = async () => ({ statusCode: 200, body: {} })'],
    ['dies', 'exports.handler = async () => process.exit(1)'],
    ['times out', 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))'],
  ])('is the template\'s 5xx, with CORS headers, when the function %s', async (_name, handler) => {
    await start({ handler, timeoutSeconds: 1 });
    const response = await fetch(url, { headers: ORIGIN });
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ success: false, code: 'unavailable', message: 'no' });
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN.origin);
    expect(response.headers.get('retry-after')).toBe('5');
  });

  test('is the template\'s 504 when the integration outlives API Gateway\'s patience', async () => {
    await start({
      handler: 'exports.handler = () => new Promise(() => setInterval(() => {}, 1000))',
      resources: {
        Any: {
          Type: 'AWS::ApiGateway::Method',
          Properties: {
            Integration: { Type: 'AWS_PROXY', TimeoutInMillis: 200, Uri: { 'Fn::GetAtt': ['Collector', 'Arn'] } },
          },
        },
      },
    });
    const response = await fetch(url);
    expect(response.status).toBe(504);
    expect(await response.json()).toEqual({ success: false, code: 'unavailable', message: 'no' });
  });
});

describe('the gateway refuses by itself', () => {
  test('more requests than the throttle allows, with the template\'s answer', async () => {
    await start({ throttle: { rate: 0.001, burst: 2 } });
    const responses = await Promise.all([1, 2, 3].map(() => fetch(url, { headers: ORIGIN })));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(await refused[0].json()).toEqual({ success: false, code: 'throttled', message: 'no' });
    expect(refused[0].headers.get('access-control-allow-origin')).toBe(ORIGIN.origin);
  });

  test('headers of more than 10,240 bytes', async () => {
    await start();
    const statusWith = async (bytes: number) => (await fetch(url, { headers: { cookie: 'c'.repeat(bytes) } })).status;
    expect([await statusWith(9_000), await statusWith(10_240)]).toEqual([200, 431]);
  });

  const SIZES = [[4_000_000, 200], [5_000_000, 413], [11_000_000, 413]];
  test.each(SIZES)('or not a body of %i bytes: %i', async (bytes, status) => {
    await start({ handler: 'exports.handler = async () => ({ statusCode: 200, body: "" })' });
    const response = await fetch(url, { method: 'POST', body: Buffer.alloc(bytes), headers: ORIGIN });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(status === 413 ? ORIGIN.origin : null);
  });

  test('a stage that does not exist, which has no answers of its own', async () => {
    await start();
    const response = await fetch(url.replace('/v1/', '/prod/x'));
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });

  test('without an Origin no CORS header is made up', async () => {
    await start({ handler: 'exports.handler = async () => null' });
    expect((await fetch(url)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

test('a port in use is one clear sentence', async () => {
  await start();
  const port = Number(new URL(url).port);
  const second = new Edge(readStack(smallStack()).edge, host);
  await expect(second.listen(port)).rejects.toThrow(
    `port ${port} is in use: stop what listens there or choose another with --collector-port <number>`);
});
