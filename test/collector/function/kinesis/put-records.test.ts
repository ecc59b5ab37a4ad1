import { createHash, createHmac, randomBytes } from 'crypto';
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import { AddressInfo } from 'net';
import { KinesisClient, KinesisClientConfig } from '@aws-sdk/client-kinesis';
import { Post } from '../../../../src/collector/function/kinesis/http-post';
import { putRecordsWith } from '../../../../src/collector/function/kinesis/put-records';

const REGION = 'eu-west-1';
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
const ENTRIES = [
  { data: Buffer.from('{"ä":1}\n{"b":2}'), partitionKey: 'k1' },
  { data: Buffer.from([0, 255]), partitionKey: 'k2' },
];

interface Received extends Pick<IncomingMessage, 'headers' | 'method' | 'url' | 'socket'> { readonly body: string }

let server: Server;
let received: Received[];
let respond: (response: ServerResponse) => void;

beforeEach(async () => {
  received = [];
  respond = response => void response.end(
    '{"FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"s"},{"SequenceNumber":"2","ShardId":"s"}]}',
  );
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { headers, method, url, socket } = request;
      received.push({ headers, method, url, socket, body: Buffer.concat(chunks).toString() });
      respond(response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
});

const clientWith = (config: KinesisClientConfig) =>
  new KinesisClient({ region: REGION, credentials: CREDENTIALS, ...config });

function put(config: KinesisClientConfig = {}) {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return putRecordsWith(clientWith({ endpoint, ...config }), 'clicks');
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 as AWS documents it, of what arrived. */
function expectedSignature({ headers, method, url, body }: Received, signed: readonly string[]): string {
  const date = String(headers['x-amz-date']);
  const signedHeaders = signed.map(name => `${name}:${headers[name]}`);
  const canonical = [method, url, '', ...signedHeaders, '', signed.join(';'), sha256(body)].join('\n');
  const scope = [date.slice(0, 8), REGION, 'kinesis', 'aws4_request'];
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.secretAccessKey}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n')).toString('hex');
}

test('the call is what Kinesis documents, and its results come back in order', async () => {
  await expect(put()(ENTRIES, 1_000)).resolves.toMatchObject([{ SequenceNumber: '1' }, { SequenceNumber: '2' }]);
  const [{ method, url, headers, body }] = received;
  expect({ method, url }).toEqual({ method: 'POST', url: '/' });
  expect(headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'Kinesis_20131202.PutRecords',
    'x-amz-security-token': 'token',
  });
  expect(JSON.parse(body)).toEqual({
    StreamName: 'clicks',
    Records: ENTRIES.map(({ data, partitionKey }) => ({ Data: data.toString('base64'), PartitionKey: partitionKey })),
  });
});

test('the signature is the one that AWS computes, and covers target, content and token', async () => {
  await put()(ENTRIES, 1_000);
  const authorization = String(received[0].headers.authorization);
  const [, signed, signature] = /SignedHeaders=([^,]+), Signature=(.+)$/.exec(authorization) ?? [];
  expect(signed.split(';')).toEqual(expect.arrayContaining([
    'content-type', 'host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target',
  ]));
  expect(signature).toBe(expectedSignature(received[0], signed.split(';')));
});

test('credentials are refreshed before they expire', async () => {
  let asked = 0;
  const credentials = async () => ({
    ...CREDENTIALS, accessKeyId: `KEY${++asked}`, expiration: new Date(Date.now() + 1_000),
  });
  const putRecords = put({ credentials });
  await putRecords(ENTRIES, 1_000);
  await putRecords(ENTRIES, 1_000);
  expect(asked).toBeGreaterThan(1);
  expect(received[1].headers.authorization).toContain(`Credential=KEY${asked}/`);
});

test('one connection serves every call', async () => {
  const putRecords = put();
  await putRecords(ENTRIES, 1_000);
  await putRecords(ENTRIES, 1_000);
  expect(received[1].socket).toBe(received[0].socket);
});

test.each([
  [
    'the body',
    {},
    '{"__type":"com.amazonaws.kinesis.v20131202#LimitExceededException","message":"m"}',
    'LimitExceededException',
  ],
  [
    'a header',
    { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/coral/' },
    '',
    'AccessDeniedException',
  ],
  ['the status', {}, '<html>Bad Gateway</html>', 'HTTP 400'],
])('an error takes its name from %s', async (_, headers, body, name) => {
  respond = response => void response.writeHead(400, headers).end(body);
  await expect(put()(ENTRIES, 1_000)).rejects.toMatchObject({ name, status: 400 });
});

test('a wrong clock is corrected from the answer that reports it', async () => {
  const anHourAhead = new Date(Date.now() + 3_600_000).toUTCString();
  const usual = respond;
  const refusal = '{"__type":"InvalidSignatureException"}';
  respond = response => void response.writeHead(400, { date: anHourAhead }).end(refusal);
  const putRecords = put();
  await expect(putRecords(ENTRIES, 1_000)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  respond = usual;
  await putRecords(ENTRIES, 1_000);
  const hour = (request: Received) => String(request.headers['x-amz-date']).slice(0, 11);
  expect(hour(received[1])).toBe(new Date(anHourAhead).toISOString().replace(/[-:]/g, '').slice(0, 11));
});

const begin = (response: ServerResponse, then?: () => void) =>
  response.writeHead(200, { 'content-length': 100 }).write('{', then);

test.each([
  ['does not begin', () => undefined],
  ['does not end', (response: ServerResponse) => void begin(response)],
  ['is cut off', (response: ServerResponse) => void begin(response, () => response.destroy())],
  ['is a closed connection', (response: ServerResponse) => void response.destroy()],
])('an answer that %s costs no more than its time', async (_, stall) => {
  respond = stall;
  await expect(put()(ENTRIES, 100)).rejects.toThrow();
});

test.each([
  ['https://kinesis.eu-west-1.amazonaws.com', {}],
  ['https://kinesis-fips.us-east-1.amazonaws.com', { region: 'us-east-1', useFipsEndpoint: true }],
  ['https://kinesis.cn-north-1.amazonaws.com.cn', { region: 'cn-north-1' }],
])('the endpoint is the SDK\'s own choice: %s', async (expected, config) => {
  const asked: { url: URL; headers: Readonly<Record<string, string>> }[] = [];
  const post: Post = async (url, headers) => {
    asked.push({ url, headers });
    return { status: 200, headers: {}, text: '{"Records":[]}' };
  };
  await putRecordsWith(clientWith(config), 'clicks', post)(ENTRIES, 1_000);
  expect(asked[0].url.origin).toBe(expected);
  expect(asked[0].headers.host).toBe(asked[0].url.host);
});

test('a record that is encoded in pieces arrives whole', async () => {
  const data = randomBytes(200_001);
  await put()([{ data, partitionKey: 'k1' }, ...ENTRIES], 1_000);
  const { Records } = JSON.parse(received[0].body) as { Records: { Data: string }[] };
  const sent = [data, ...ENTRIES.map(entry => entry.data)];
  expect(Records.map(({ Data }) => Data)).toEqual(sent.map(bytes => bytes.toString('base64')));
});
