import { App, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { jsonCall, signedRequest } from './signed-request';
import { ClickstreamLakehouse, LakehouseNetwork } from '../../src';
import { Keys, keysOf, PolicyTemplate, rolePolicies } from '../support/iam-gate';
import { AwsRequest } from '../support/iam-gate/aws-request';
import { kmsRights } from '../support/iam-gate/kms-rights';
import { isAllowed } from '../support/iam-gate/policy';
import { neededRights } from '../support/iam-gate/rights';

const ACCOUNT = '123456789012';
const BUCKET = 'arn:aws:s3:::bucket';
const STREAM = `arn:aws:kinesis:eu-west-1:${ACCOUNT}:stream/clicks`;
const KEYS = { [BUCKET]: 'arn:bucket-key', [STREAM]: 'arn:stream-key' };

const rightsOf = (request: AwsRequest, keys: Keys = KEYS) =>
  kmsRights(request, neededRights(request, ACCOUNT, new Map([['i', STREAM]])), keys);
const needs = (request: AwsRequest) => rightsOf(request).map(({ action, resource }) => `${action} ${resource}`);

describe('an encrypted bucket', () => {
  const write = 'kms:GenerateDataKey arn:bucket-key';
  const read = 'kms:Decrypt arn:bucket-key';

  test.each<[string, string, string[]]>([
    ['GET', '/bucket/key', [read]],
    ['HEAD', '/bucket/key', []],
    ['GET', '/bucket?list-type=2', []],
    ['DELETE', '/bucket/key', []],
    ['PUT', '/bucket/key', [write]],
    ['POST', '/bucket/key?uploads', [write, read]],
    ['PUT', '/bucket/key?partNumber=1&uploadId=u', [write, read]],
    ['POST', '/bucket/key?uploadId=u', [write, read]],
    ['DELETE', '/bucket/key?uploadId=u', []],
    ['GET', '/plain/key', []],
    ['PUT', '/plain/key', []],
  ])('%s %s needs %j', (method, url, expected) => {
    expect(needs(signedRequest('s3', { method, url }))).toEqual(expected);
  });

  test('a copy out of it needs to decrypt, a copy into it to encrypt', () => {
    const copy = (url: string, source: string) =>
      needs(signedRequest('s3', { method: 'PUT', url, headers: { 'x-amz-copy-source': source } }));
    expect(copy('/plain/key', '/bucket/key')).toEqual([read]);
    expect(copy('/bucket/key', '/plain/key')).toEqual([write]);
  });

  test('a request that names a key itself is an error', () => {
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    expect(() => needs(signedRequest('s3', { method: 'PUT', url: '/bucket/key', headers }))).toThrow(/names/);
  });
});

test.each<[string, object, string[]]>([
  ['PutRecords', { StreamName: 'clicks' }, ['kms:GenerateDataKey arn:stream-key']],
  ['GetRecords', { ShardIterator: 'i' }, ['kms:Decrypt arn:stream-key']],
  ['ListShards', { StreamName: 'clicks' }, []],
  ['PutRecords', { StreamName: 'plain' }, []],
])('of a stream, %s %j needs %j', (operation, parameters, expected) => {
  expect(needs(jsonCall('kinesis', operation, parameters))).toEqual(expected);
});

test('reading an encrypted secret needs to decrypt, through Secrets Manager', () => {
  const secret = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:pseudonyms`;
  const keys = { [`${secret}-AAAAAA`]: 'arn:secret-key' };
  expect(rightsOf(jsonCall('secretsmanager', 'GetSecretValue', { SecretId: secret }), keys)).toEqual([{
    action: 'kms:Decrypt',
    resource: 'arn:secret-key',
    context: { 'kms:ViaService': ['secretsmanager.eu-west-1.amazonaws.com'] },
  }]);
});

test('the key knows which service asks it', () => {
  const [{ context }] = rightsOf(signedRequest('s3', { url: '/bucket/key' }));
  expect(context).toEqual({ 'kms:ViaService': ['s3.eu-west-1.amazonaws.com'] });
});

describe('the template of a lakehouse with a key', () => {
  const app = new App({ context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Test');
  const previousKey = 'arn:aws:kms:us-east-1:000000000000:key/previous';
  new ClickstreamLakehouse(stack, 'Lakehouse', {
    network: LakehouseNetwork.none(),
    encryptionKey: new kms.Key(stack, 'Key'),
    previousEncryptionKeys: [kms.Key.fromKeyArn(stack, 'Previous', previousKey)],
  });
  const template = Template.fromStack(stack).toJSON() as PolicyTemplate;
  const { JobRole: jobRole, CollectorFunctionRole: collectorRole } = rolePolicies(template);
  const may = (statements: typeof jobRole, action: string, resource: string) =>
    isAllowed(statements, { action, resource, context: {} });

  test('encrypts its data with the key, but not the access logs', () => {
    const keys = keysOf(template);
    const encrypted = Object.keys(keys).map(arn => arn.replace(/^.*[:/]lakehouse/, '').replace(/[0-9a-f]{8}$/, ''));
    expect(encrypted.sort()).toEqual(['queryresultsbucket', 'storagelakehousebucket', 'storagerawbucket', 'stream']);
    expect([...new Set(Object.values(keys))]).toEqual([expect.stringMatching(/^arn:aws:kms:.*:key\/key[0-9a-f]{8}$/)]);
  });

  test('lets the job use the key, the collector write with it and nobody write with the previous one', () => {
    const [key] = Object.values(keysOf(template));
    const rights = ['kms:Decrypt', 'kms:GenerateDataKey'];
    const of = (statements: typeof jobRole, arn: string) => rights.filter(action => may(statements, action, arn));
    expect(of(jobRole, key)).toEqual(rights);
    expect(of(collectorRole, key)).toEqual(['kms:GenerateDataKey']);
    expect(of(jobRole, previousKey)).toEqual(['kms:Decrypt']);
    expect(of(collectorRole, previousKey)).toEqual([]);
  });

  test('without kms:Decrypt the job may read neither objects nor records', () => {
    const narrowed = jobRole.map(statement => ({
      ...statement, Action: [statement.Action].flat().filter(action => action !== 'kms:Decrypt'),
    }));
    const [key] = Object.values(keysOf(template));
    const keys = { [BUCKET]: key, [STREAM]: key };
    const requests = [
      signedRequest('s3', { url: '/bucket/key' }), jsonCall('kinesis', 'GetRecords', { ShardIterator: 'i' }),
    ];
    const read = requests.flatMap(request => rightsOf(request, keys));
    expect(read.map(right => isAllowed(jobRole, right))).toEqual([true, true]);
    expect(read.map(right => isAllowed(narrowed, right))).toEqual([false, false]);
  });
});

test('keys that AWS manages are nobody\'s concern', () => {
  const StreamEncryption = { EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' };
  const BucketEncryption = {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
  };
  expect(keysOf({
    Resources: {
      Stream: { Type: 'AWS::Kinesis::Stream', Properties: { StreamEncryption } },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketEncryption } },
      Plain: { Type: 'AWS::S3::Bucket' },
    },
  })).toEqual({});
});

test('a key whose policy does not let the account decide is an error', () => {
  const policy = { Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*', Principal: { AWS: 'arn:other' } }] };
  const template = { Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy } } } };
  expect(() => keysOf(template)).toThrow(/Key does not delegate/);
});
