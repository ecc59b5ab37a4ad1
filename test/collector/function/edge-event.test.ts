import { APIGatewayProxyEvent, LambdaFunctionURLEvent } from 'aws-lambda';
import { lambdaContext, proxyEvent, settings } from './builders';
import { scriptedKinesis } from './kinesis/scripted-kinesis';
import { EdgeEvent } from '../../../src/collector/function/edge-event';
import { handle } from '../../../src/collector/function/handle';
import { KinesisWriter } from '../../../src/collector/function/kinesis/kinesis-writer';
import { fromEdgeEvent } from '../../../src/collector/function/request';

const read = (event: EdgeEvent, environment = {}) => fromEdgeEvent(event, settings(environment), 1);

/** As a function URL sends it: payload format 2.0. */
function urlEvent(overrides: Partial<LambdaFunctionURLEvent> = {}): LambdaFunctionURLEvent {
  const { rawPath = '/v1/events' } = overrides;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', 'user-agent': 'curl/8' },
    requestContext: {
      accountId: 'anonymous',
      apiId: 'abc',
      domainName: 'abc.lambda-url.eu-west-1.on.aws',
      domainPrefix: 'abc',
      http: { method: 'POST', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.77', userAgent: 'curl/8' },
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '02/Jan/2026:03:04:05 +0000',
      timeEpoch: 1,
    },
    isBase64Encoded: false,
    ...overrides,
  };
}

/** As an HTTP API sends it: payload format 1.0, with the path of a domain's base path. */
function httpEvent(path: string, proxy: string): APIGatewayProxyEvent {
  const event = proxyEvent({ path: proxy, domainName: 'api.example' });
  return {
    ...event,
    version: '1.0',
    path,
    requestContext: { ...event.requestContext, stage: '$default', path: `/${proxy}` },
  } as APIGatewayProxyEvent;
}

describe('the event of a function URL', () => {
  test('is read as that of an API', () => {
    const body = { event_name: 'x' };
    const request = read(urlEvent({ body: JSON.stringify(body), rawQueryString: 'writeKey=k&a=1&a=2&b=%20x+y' }));
    expect(request).toMatchObject({
      id: 'request-1',
      method: 'POST',
      path: 'events',
      query: { writeKey: 'k', a: '2', b: ' x y' },
      headers: { 'user-agent': 'curl/8' },
      clientAddress: '203.0.113.0',
      location: 'abc.lambda-url.eu-west-1.on.aws',
    });
    expect(JSON.parse(request.body.toString())).toEqual(body);
  });

  test.each([
    ['/v1/projects/a%20b/settings', 'projects/a b/settings'],
    ['/%zz/batch', '%zz/batch'],
    ['//v1//batch/', 'batch'],
    ['/', ''],
  ])('has the path %s as it was sent, which is %j', (rawPath, path) => {
    const request = read(urlEvent({ rawPath }));
    expect([request.path, request.location]).toEqual([path, 'abc.lambda-url.eu-west-1.on.aws']);
  });

  test('has its cookies apart', () => {
    const id = '01234567-0123-0123-0123-0123456789ab';
    const event = urlEvent({ cookies: ['a=1', `sp=${id}`] });
    expect(read(event, { FIRST_PARTY_COOKIE: 'host' }).cookie).toMatchObject({ id, isNew: false });
    expect(read(urlEvent(), { FIRST_PARTY_COOKIE: 'host' }).cookie?.isNew).toBe(true);
  });

  test('may have a body in base64, or none', () => {
    expect(read(urlEvent({ body: 'AP8K', isBase64Encoded: true })).body).toEqual(Buffer.from([0, 255, 10]));
    expect(read(urlEvent()).body).toHaveLength(0);
  });

  test('gets cookies beside the headers of its response, and an API gets them as a header', async () => {
    const dependencies = {
      settings: settings({ FIRST_PARTY_COOKIE: 'host' }),
      writer: new KinesisWriter(scriptedKinesis().putRecords),
      functionName: 'fn',
      log: () => undefined,
    };
    const pixel = { rawPath: '/i', rawQueryString: 'e=pv&p=web&tv=js-4' };
    const { http } = urlEvent(pixel).requestContext;
    const requestContext = { ...urlEvent(pixel).requestContext, http: { ...http, method: 'GET' } };
    const fromUrl = await handle(urlEvent({ ...pixel, requestContext }), lambdaContext(), dependencies);
    expect(fromUrl.cookies).toEqual([expect.stringMatching(/^sp=/)]);
    expect(fromUrl.headers).not.toHaveProperty('Set-Cookie');
    const query = { e: 'pv', p: 'web', tv: 'js-4' };
    const fromApi = await handle(proxyEvent({ method: 'GET', path: '/i', query }), lambdaContext(), dependencies);
    expect(fromApi).not.toHaveProperty('cookies');
    expect(fromApi.headers['Set-Cookie']).toMatch(/^sp=/);
  });
});

test.each([
  ['/v1/projects/k/settings', 'v1/projects/k/settings', 'api.example'],
  ['/projects/a%20b/settings', 'projects/a b/settings', 'api.example'],
  ['/clicks/v1/projects/k/settings', 'v1/projects/k/settings', 'api.example/clicks'],
])('the location seen through an HTTP API that says %s', (path, proxy, expected) => {
  expect(read(httpEvent(path, proxy)).location).toBe(expected);
});
