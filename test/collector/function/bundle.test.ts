import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { createServer, IncomingMessage, Server } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import { join } from 'path';
import { APIGatewayProxyResult } from 'aws-lambda';
import { proxyEvent, RequestParts } from './builders';
import { LambdaHost } from '../../../examples/local/aws';

/** The bundle as it is deployed, in a process like Lambda's, with a hook module and a secret beside it. */
const BUNDLE = join(__dirname, '..', '..', '..', 'assets', 'collector', 'function', 'collector.lambda');
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf';

const HOOK = `
import { drop } from './rules.mjs';
export async function preprocess(event, request) {
  if (event.event_name === 'fail') throw new Error('my reason');
  if (drop(event)) return null;
  const changed = { ...event, properties: { ...event.properties, via: request.headers['x-shop'] } };
  return event.event_name === 'order' ? [changed, { ...changed, event_name: 'order_copy' }] : changed;
}`;

let folder: string;
let server: Server;
let host: LambdaHost;
let secret: string | undefined;
const lines: Record<string, unknown>[] = [];
const log: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layer-'));
  writeFileSync(join(folder, 'index.mjs'), HOOK);
  writeFileSync(join(folder, 'rules.mjs'), "export const drop = ({ user_agent }) => user_agent === 'robot';");
  server = createServer(async (request, response) => {
    const { status, body } = answerTo(String(request.headers['x-amz-target']), await bodyOf(request));
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

beforeEach(() => {
  secret = JSON.stringify({ web: { keys: ['k1'], appId: 'shop' } });
  lines.length = 0;
  log.length = 0;
});
afterEach(() => host.close());
afterAll(async () => {
  await new Promise(resolve => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Kinesis and Secrets Manager. */
function answerTo(target: string, body: string): { readonly status: number; readonly body: object } {
  if (target === 'Kinesis_20131202.PutRecords') {
    const { Records } = JSON.parse(body) as { Records: { Data: string }[] };
    const texts = Records.flatMap(({ Data }) => Buffer.from(Data, 'base64').toString().split('\n'));
    lines.push(...texts.map(line => JSON.parse(line)));
    const results = Records.map(() => ({ SequenceNumber: '1', ShardId: 'shardId-0' }));
    return { status: 200, body: { FailedRecordCount: 0, Records: results } };
  }
  if (target === 'secretsmanager.GetSecretValue' && JSON.parse(body).SecretId === SECRET && secret !== undefined) {
    return { status: 200, body: { SecretString: secret } };
  }
  return { status: 400, body: { __type: 'AccessDeniedException', message: 'canary' } };
}

function start(environment: Record<string, string>): void {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  host = new LambdaHost({
    name: 'Collector',
    handler: 'index.handler',
    assetPath: BUNDLE,
    timeoutSeconds: 28,
    memoryMegabytes: 512,
    environment: { STREAM_NAME: 'clicks', ...environment },
  }, {
    // Lambda switches `require` of ES modules off.
    platformEnvironment: { AWS_ENDPOINT_URL: endpoint, NODE_OPTIONS: '--no-experimental-require-module' },
    onLogLine: line => log.push(line),
  });
}

const send = async (parts: RequestParts) => await host.invoke(proxyEvent(parts), 'r') as APIGatewayProxyResult;

test('a hook in an ES module changes, drops and splits events, and an event it fails on becomes bad', async () => {
  start({ PREPROCESS_MODULE: join(folder, 'index.mjs'), PREPROCESS_HEADERS: 'x-shop' });
  const body = ['view', 'order', 'fail'].map(event_name => ({
    event_name, event_id: event_name, properties: { n: 1 },
  }));
  expect(await send({ body, headers: { 'X-Shop': 'tea' } })).toMatchObject({ statusCode: 200 });
  expect(await send({ body, headers: { 'User-Agent': 'robot' } })).toMatchObject({ statusCode: 200 });
  const events = lines.filter(({ kind }) => kind === 'event');
  expect(events.map(event => [event.event_name, event.properties])).toEqual(
    ['view', 'order', 'order_copy'].map(name => [name, '{"n":1,"via":"tea"}']),
  );
  expect(new Set(events.map(event => event.event_id)).size).toBe(3);
  const bad = lines.filter(({ kind }) => kind === 'bad');
  expect(bad.map(line => [line.error_code, line.error_message])).toEqual(
    Array(2).fill(['preprocess_failed', expect.stringMatching(/^The hook threw Error at index\.mjs:\d+:\d+\.$/)]),
  );
});

test('the hook in docs/collector.md does what it says', async () => {
  const documentation = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'collector.md'), 'utf8');
  const example = /```js index\.mjs\n(.*?)```/s.exec(documentation)?.[1] ?? '';
  const path = join(folder, 'example.mjs');
  writeFileSync(path, example);
  start({ PREPROCESS_MODULE: path, PREPROCESS_HEADERS: 'x-shop' });
  const products = [{ sku: 'tea', price: 4.5 }, { sku: 'cup', price: 8 }];
  const order = { event: 'Order Completed', messageId: 'o', properties: { note: 'ask me@shop.example', products } };
  const messages = [order, { event: 'Click', messageId: 'c' }];
  const body = { batch: messages.map(message => ({ type: 'track', userId: 'u', ...message })) };
  const statusFor = async (headers: RequestParts['headers']) =>
    (await send({ path: '/v1/batch', body, headers })).statusCode;
  expect(await statusFor({ 'X-Shop': 'berlin' })).toBe(200);
  expect(await statusFor({ 'User-Agent': 'UptimeRobot/2.0' })).toBe(200);
  const payloadOf = ({ properties }: Record<string, unknown>) => JSON.parse(String(properties ?? '{}'));
  expect(lines.map(line => [line.event_name, line.value, payloadOf(line)])).toEqual([
    ['Order Completed', undefined, { note: 'ask (e-mail)', products }],
    ['Product Ordered', 4.5, { sku: 'tea', price: 4.5, shop: 'berlin' }],
    ['Product Ordered', 8, { sku: 'cup', price: 8, shop: 'berlin' }],
    ['Click', undefined, {}],
  ]);
  expect(new Set(lines.map(({ event_id }) => event_id)).size).toBe(4);
});

test('write keys come from the secret, and no event is accepted before it is read', async () => {
  start({ WRITE_KEYS_SECRET: SECRET });
  const click = (key: string) => send({ body: { event_name: 'click', user_id: 'u' }, headers: { 'X-Write-Key': key } });
  secret = undefined;
  expect(await click('k1')).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '5' } });
  expect(lines).toEqual([]);
  expect(log.join()).toContain('AccessDeniedException');
  expect(log.join()).not.toContain('canary');
  await host.close();

  secret = JSON.stringify({ web: { keys: ['k1'], appId: 'shop' } });
  start({ WRITE_KEYS_SECRET: SECRET });
  expect([(await click('k1')).statusCode, (await click('k2')).statusCode]).toEqual([200, 401]);
  expect(lines).toEqual([expect.objectContaining({ event_name: 'click', app_id: 'shop', source_id: 'web' })]);
});
