import { createServer, Server } from 'http';
import { close, listen } from '../../examples/local/support';
import { emulatedPolicies, interfaceContext } from '../support/iam-gate/emulated-account';

const statement = (action: string) => ({ Effect: 'Allow', Action: action, Resource: 'arn:aws:s3:::bucket/a b' });
const document = (action: string) => encodeURIComponent(JSON.stringify({ Statement: [statement(action)] }));

/** Answers as MiniStack sends them, by the parameters of the call that tell them apart. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  'ListRolePolicies Job': [200, '<PolicyNames><member>Read</member><member>Write</member></PolicyNames>'],
  'ListRolePolicies Bare': [200, '<PolicyNames></PolicyNames>'],
  'ListRolePolicies Gone': [404, '<Error><Code>NoSuchEntity</Code></Error>'],
  'ListRolePolicies Broken': [500, 'broken'],
  'GetRolePolicy Job Read': [200, `<PolicyDocument>${document('s3:GetObject')}</PolicyDocument>`],
  'GetRolePolicy Job Write': [200, `<PolicyDocument>${document('s3:PutObject')}</PolicyDocument>`],
  'DescribeNetworkInterfaces eni-1': [200, '<item><vpcId>vpc-1</vpcId></item>'],
  'DescribeNetworkInterfaces eni-2': [200, '<networkInterfaceSet/>'],
};

let emulator: Server;
let endpoint: string;

beforeAll(async () => {
  emulator = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
    const call = ['Action', 'RoleName', 'PolicyName', 'Filter.1.Value.1'].map(name => parameters.get(name));
    const [status, body] = ANSWERS[call.filter(value => value !== null).join(' ')];
    response.writeHead(status).end(body);
  });
  endpoint = `http://127.0.0.1:${await listen(emulator, 0, 'emulator')}`;
});

afterAll(() => close(emulator));

test('a role has the statements of all its inline policies', async () => {
  expect(await emulatedPolicies(endpoint)('Job')).toEqual([statement('s3:GetObject'), statement('s3:PutObject')]);
});

test('a role whose policy is deleted may do nothing, and a deleted role does not exist', async () => {
  expect(await emulatedPolicies(endpoint)('Bare')).toEqual([]);
  expect(await emulatedPolicies(endpoint)('Gone')).toBeUndefined();
});

test('an emulator that fails is an error and no empty policy', async () => {
  await expect(emulatedPolicies(endpoint)('Broken')).rejects.toThrow(/500: broken/);
});

test.each([
  ['eni-1', { 'ec2:Vpc': ['arn:aws:ec2:us-east-1:000000000000:vpc/vpc-1'] }],
  ['eni-2', { 'ec2:Vpc': [] }],
])('the interface %s is in its VPC', async (id, context) => {
  const resource = `arn:aws:ec2:us-east-1:000000000000:network-interface/${id}`;
  expect(await interfaceContext(endpoint)({ action: 'ec2:DeleteNetworkInterface', resource, context: {} }))
    .toEqual(context);
});

test('a right on anything else has no such context', async () => {
  expect(await interfaceContext(endpoint)({ action: 's3:GetObject', resource: '*', context: {} })).toEqual({});
});
