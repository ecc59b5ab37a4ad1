/** Requests that any program or web page can send to the local servers: each is answered, and none ends a server. */
import { connect } from 'net';
import { join } from 'path';
import { smallStack } from './aws/small-stack';
import { RawRequest, rawRequest } from './support/raw-request';
import { Edge } from '../../examples/local/aws/edge';
import { LocalKinesis } from '../../examples/local/aws/kinesis';
import { LambdaHost } from '../../examples/local/aws/lambda-host';
import { readStack } from '../../examples/local/aws/local-stack';
import { StaticServer } from '../../examples/local/live/static-server';
import { temporaryFolder } from '../support/temporary-folder';

const PAGES = join(__dirname, '..', '..', 'examples', 'local', 'live', 'page');
const folder = temporaryFolder('hostile-', async () => {
  await edge?.close();
  await host?.close();
  await page?.close();
  await kinesis?.stop();
});

let edge: Edge;
let host: LambdaHost;
let page: StaticServer;
let kinesis: LocalKinesis;
const urls: Record<string, string> = {};

beforeAll(async () => {
  const { edge: api } = readStack(smallStack());
  host = new LambdaHost(api.integration, { onLogLine: () => undefined });
  edge = new Edge(api, host);
  page = new StaticServer(PAGES, { '/state.json': () => ({ secret: 'row' }) });
  kinesis = await LocalKinesis.start(folder, { name: 'clicks', shards: 1 });
  urls.edge = await edge.listen(0);
  urls.page = await page.listen(0, 'live');
  urls.emulator = kinesis.endpoint;
}, 30_000);

/** A request that the server serves when all is well. */
const GOOD: Readonly<Record<string, RawRequest>> = {
  edge: { target: '/v1/events' },
  page: { target: '/state.json' },
  emulator: {
    target: '/',
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.ListStreams',
      'authorization': 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=0',
      'x-amz-date': '20260101T000000Z',
    },
    body: '{}',
  },
};
const SERVERS = Object.keys(GOOD);

const TARGETS = ['//', '//evil.example/', '/..', '/../../../etc/passwd', '/%', '/%00', '/%2e%2e/', '/\\',
  '/?constructor=1', '/?__proto__=1', '/v1//', '/v1/..', '/v1/%', 'http://evil.example/', 'http://%/', '*',
  '/v1/?a=%', '/a:b@c:99999'];

describe.each(SERVERS)('%s', server => {
  afterEach(async () => expect(await rawRequest(urls[server], GOOD[server])).toMatchObject({ status: 200 }));

  test.each(TARGETS)('serves or refuses the target %s', async target => {
    const { status, text } = await rawRequest(urls[server], { target });
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('root:');
  });

  test.each(['DELETE', 'OPTIONS', 'TRACE', 'PUT', 'CONNECT'])('goes on after %s', async method => {
    const { status } = await rawRequest(urls[server], { target: '//', method });
    expect(status).toBeLessThan(500);
  });

  test('goes on after a client that leaves in the middle of its body', async () => {
    const { hostname, port } = new URL(urls[server]);
    await new Promise<void>(resolve => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(`POST /v1/events HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-length: 100\r\n\r\n{`);
        setImmediate(() => socket.resetAndDestroy());
      });
      socket.on('close', () => resolve());
    });
  });

  test.each(['evil.example', 'localhost.evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1'])(
    'refuses the Host %s, which is how DNS rebinding arrives', async name => {
      expect(await rawRequest(urls[server], { ...GOOD[server], host: name })).toMatchObject({ status: 421 });
    });

  test.each(['localhost', '127.0.0.1', '[::1]'])('serves the Host %s with its own port', async name => {
    const good = { ...GOOD[server], host: `${name}:${new URL(urls[server]).port}` };
    expect(await rawRequest(urls[server], good)).toMatchObject({ status: 200 });
  });
});

const BUILT_IN = ['constructor', '__proto__', 'toString'];
test.each(BUILT_IN)('the edge passes on a query key and a header named %s', async name => {
  const target = `/v1/?${name}=1&${name}=2`;
  const { status, text } = await rawRequest(urls.edge, { target, headers: { [name]: 'x' } });
  expect(status).toBe(200);
  const event = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as Record<string, Record<string, unknown>>;
  const own = (field: string) => Object.getOwnPropertyDescriptor(event[field], name)?.value;
  expect([own('queryStringParameters'), own('multiValueQueryStringParameters')]).toEqual(['2', ['1', '2']]);
  expect(own('headers')).toBe('x');
});

const FOREIGN = ['https://evil.example', 'null', 'http://localhost:1'];
test.each(FOREIGN)('pages of %s cannot read the live page', async origin => {
  const answer = await rawRequest(urls.page, { ...GOOD.page, headers: { origin } });
  expect(answer.status).toBe(403);
  expect(answer.text).not.toContain('secret');
  expect(await rawRequest(urls.page, { ...GOOD.page, headers: { origin: new URL(urls.page).origin } }))
    .toMatchObject({ status: 200 });
});

test.each(['POST', 'OPTIONS'])('web pages cannot write records: the emulator refuses their %s', async method => {
  const headers = { ...GOOD.emulator.headers, origin: 'https://evil.example' };
  const answer = await rawRequest(urls.emulator, { ...GOOD.emulator, method, headers });
  expect(answer.status).toBe(403);
  expect(answer.text.toLowerCase()).not.toContain('access-control-allow-origin');
});

test('the edge takes events of pages on other origins', async () => {
  const request = { target: '/v1/events', method: 'POST', headers: { origin: 'https://shop.example' }, body: '{}' };
  expect(await rawRequest(urls.edge, request)).toMatchObject({ status: 200 });
});

test('behind a custom domain the edge serves whatever name leads to it', async () => {
  const domain = new Edge(readStack(smallStack()).edge, host, { basePath: '' });
  try {
    const url = await domain.listen(0);
    expect(await rawRequest(url, { target: '/v1/', host: 'collect.shop.example' })).toMatchObject({ status: 200 });
  } finally {
    await domain.close();
  }
});

test('a function whose answer is no HTTP gets a 502, and the edge goes on', async () => {
  const handlers = ['{ statusCode: 9999 }', '{ statusCode: 200, headers: { "a b": "x" } }',
    '{ statusCode: 200, headers: { a: "x\\u0000" } }'];
  for (const answer of handlers) {
    const { edge: api } = readStack(smallStack({ handler: `exports.handler = async () => (${answer})` }));
    const own = new LambdaHost(api.integration, { onLogLine: () => undefined });
    const other = new Edge(api, own);
    try {
      expect(await rawRequest(await other.listen(0), { target: '/v1/' })).toMatchObject({ status: 502 });
    } finally {
      await other.close();
      await own.close();
    }
  }
});
