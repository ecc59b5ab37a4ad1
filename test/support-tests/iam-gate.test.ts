import { createServer, IncomingMessage, Server } from 'http';
import { authorization } from './signed-request';
import { close, listen } from '../../examples/local/support';
import { IamGate, RolePolicies } from '../support/iam-gate';

const RAW = 'arn:aws:s3:::bucket/raw/*';
const STREAM = 'arn:aws:kinesis:eu-west-1:000000000000:stream/clicks';

const ROLES: RolePolicies = {
  JobRole: [
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: RAW },
    { Effect: 'Allow', Action: ['kinesis:GetShardIterator', 'kinesis:GetRecords'], Resource: STREAM },
    {
      Effect: 'Allow',
      Action: 'ec2:DeleteNetworkInterface',
      Resource: '*',
      Condition: { ArnEquals: { 'ec2:Vpc': 'arn:vpc' } },
    },
  ],
};

let emulator: Server;
let gate: IamGate;
let served: string[];
let heard: string[];

beforeAll(async () => {
  emulator = createServer(async (request, response) => {
    served.push(`${request.method} ${request.url} ${await text(request)}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.method === 'HEAD' ? undefined : '{"ShardIterator":"iterator-1"}');
  });
  const endpoint = `http://127.0.0.1:${await listen(emulator, 0, 'emulator')}`;
  gate = await IamGate.start({
    services: { s3: endpoint, kinesis: endpoint, ec2: endpoint },
    policies: async role => ROLES[role],
    presigned: { path: /^\/responses\//, upstream: endpoint },
    onCall: ({ action }) => heard.push(action),
    onFailure: ({ message }) => heard.push(message),
    context: async ({ resource }) => ({ 'ec2:Vpc': [resource.endsWith('eni-1') ? 'arn:vpc' : 'arn:other'] }),
  });
});

beforeEach(() => {
  served = [];
  heard = [];
  gate.calls.length = 0;
  gate.failures.length = 0;
});

afterAll(async () => {
  await gate.stop();
  await close(emulator);
});

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function ask(service: string, path: string, init: RequestInit = {}, role = 'JobRole'): Promise<Response> {
  const headers = { ...init.headers, authorization: authorization(role, service) };
  return fetch(`${gate.endpoint}${path}`, { ...init, headers });
}

const json = (operation: string, parameters: object): RequestInit =>
  ({ method: 'POST', headers: { 'x-amz-target': `Kinesis_20131202.${operation}` }, body: JSON.stringify(parameters) });

test('an allowed call reaches the emulator as it was sent', async () => {
  const answer = await ask('s3', '/bucket/raw/a%20b?partNumber=1', { method: 'PUT', body: 'rows' });
  expect(answer.status).toBe(200);
  expect(served).toEqual(['PUT /bucket/raw/a%20b?partNumber=1 rows']);
  expect(gate.calls).toEqual([{
    role: 'JobRole',
    action: 's3:PutObject',
    resource: 'arn:aws:s3:::bucket/raw/a b',
    allowed: true,
    request: 'PUT /bucket/raw/a%20b?partNumber=1',
  }]);
});

test('S3 says AccessDenied in XML, and nothing in the answer to a HEAD', async () => {
  const answer = await ask('s3', '/bucket/events/a');
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  const head = await ask('s3', '/bucket/raw', { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([403, '']);
  expect(served).toEqual([]);
  expect(gate.calls.map(({ allowed }) => allowed)).toEqual([false, false]);
});

test('the JSON protocol says AccessDeniedException', async () => {
  const answer = await ask('kinesis', '/', json('PutRecord', { StreamName: 'clicks' }));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ __type: 'AccessDeniedException' });
});

test('EC2 says UnauthorizedOperation', async () => {
  const answer = await ask('ec2', '/', { method: 'POST', body: 'Action=DescribeVpcs' });
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('<Code>UnauthorizedOperation</Code>');
});

test('an iterator belongs to the stream that its answer was for', async () => {
  expect((await ask('kinesis', '/', json('GetRecords', { ShardIterator: 'iterator-2' }))).status).toBe(500);
  await ask('kinesis', '/', json('GetShardIterator', { StreamName: 'clicks' }));
  expect((await ask('kinesis', '/', json('GetRecords', { ShardIterator: 'iterator-1' }))).status).toBe(200);
});

test('context that no request carries comes from the test', async () => {
  const removal = (id: string) => ask('ec2', `/?Action=DeleteNetworkInterface&NetworkInterfaceId=${id}`);
  expect((await removal('eni-1')).status).toBe(200);
  expect((await removal('eni-2')).status).toBe(403);
});

test('a URL that is signed itself needs no right', async () => {
  expect((await fetch(`${gate.endpoint}/responses/1`, { method: 'PUT', body: 'done' })).status).toBe(200);
  expect(served).toEqual(['PUT /responses/1 done']);
  expect(gate.calls).toEqual([]);
});

test('whoever listens hears of every call and of every request that cannot be judged', async () => {
  await ask('s3', '/bucket/raw/a');
  await ask('s3', '/bucket/events/a');
  await ask('sqs', '/');
  expect(heard).toEqual(['s3:GetObject', 's3:GetObject', 'no emulator for sqs (GET /)']);
});

test('a request that cannot be judged fails, and the test can see it', async () => {
  expect((await fetch(`${gate.endpoint}/bucket`)).status).toBe(500);
  expect((await ask('s3', '/bucket/raw/a', {}, 'Stranger')).status).toBe(500);
  expect((await ask('sqs', '/')).status).toBe(500);
  expect(gate.failures.map(({ message }) => message)).toEqual([
    'GET /bucket is not signed', 'there is no role Stranger', 'no emulator for sqs (GET /)',
  ]);
});
