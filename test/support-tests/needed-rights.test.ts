import { jsonCall, queryCall, signedRequest } from './signed-request';
import { AwsRequest, awsRequest } from '../support/iam-gate/aws-request';
import { neededRights } from '../support/iam-gate/rights';

const ACCOUNT = '123456789012';
const at = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;

const rightsOf = (request: AwsRequest, tokens: Record<string, string> = {}) =>
  neededRights(request, ACCOUNT, new Map(Object.entries(tokens)));

const needs = (request: AwsRequest, tokens?: Record<string, string>) =>
  rightsOf(request, tokens).map(({ action, resource }) => `${action} ${resource}`);

test('the access key id names the role', () => {
  expect(signedRequest('s3', { url: '/bucket/key?uploads' })).toMatchObject({
    role: 'JobRole', service: 's3', region: 'eu-west-1', path: '/bucket/key',
  });
});

test('a request without a signature is of nobody', () => {
  expect(awsRequest({ method: 'GET', url: '/', headers: {}, body: Buffer.from('') })).toBeUndefined();
});

describe('S3', () => {
  test.each([
    ['GET', '/', 's3:ListAllMyBuckets *'],
    ['GET', '/bucket?list-type=2&prefix=raw%2F', 's3:ListBucket arn:aws:s3:::bucket'],
    ['HEAD', '/bucket', 's3:ListBucket arn:aws:s3:::bucket'],
    ['GET', '/bucket/?location', 's3:GetBucketLocation arn:aws:s3:::bucket'],
    ['GET', '/bucket?uploads&prefix=raw', 's3:ListBucketMultipartUploads arn:aws:s3:::bucket'],
    ['GET', '/bucket?versions', 's3:ListBucketVersions arn:aws:s3:::bucket'],
    ['PUT', '/bucket?policy', 's3:PutBucketPolicy arn:aws:s3:::bucket'],
    ['PUT', '/bucket', 's3:CreateBucket arn:aws:s3:::bucket'],
    ['DELETE', '/bucket', 's3:DeleteBucket arn:aws:s3:::bucket'],
    ['HEAD', '/bucket/raw', 's3:GetObject arn:aws:s3:::bucket/raw'],
    ['GET', '/bucket/raw/a%20b', 's3:GetObject arn:aws:s3:::bucket/raw/a b'],
    ['GET', '/bucket/key?versionId=1', 's3:GetObjectVersion arn:aws:s3:::bucket/key'],
    ['GET', '/bucket/key?tagging', 's3:GetObjectTagging arn:aws:s3:::bucket/key'],
    ['PUT', '/bucket/key', 's3:PutObject arn:aws:s3:::bucket/key'],
    ['POST', '/bucket/key?uploads', 's3:PutObject arn:aws:s3:::bucket/key'],
    ['PUT', '/bucket/key?partNumber=1&uploadId=u', 's3:PutObject arn:aws:s3:::bucket/key'],
    ['POST', '/bucket/key?uploadId=u', 's3:PutObject arn:aws:s3:::bucket/key'],
    ['GET', '/bucket/key?uploadId=u', 's3:ListMultipartUploadParts arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key?uploadId=u', 's3:AbortMultipartUpload arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key', 's3:DeleteObject arn:aws:s3:::bucket/key'],
    ['DELETE', '/bucket/key?versionId=1', 's3:DeleteObjectVersion arn:aws:s3:::bucket/key'],
  ])('%s %s needs %s', (method, url, expected) => {
    expect(needs(signedRequest('s3', { method, url }))).toEqual([expected]);
  });

  test('a deletion of several objects needs a right for each', () => {
    const body = '<Delete><Object><Key>a&amp;b</Key></Object>'
      + '<Object><Key>c&#x20;d</Key><VersionId>1</VersionId></Object></Delete>';
    expect(needs(signedRequest('s3', { method: 'POST', url: '/bucket?delete', body }))).toEqual([
      's3:DeleteObject arn:aws:s3:::bucket/a&b', 's3:DeleteObjectVersion arn:aws:s3:::bucket/c d',
    ]);
  });

  test('a copy needs to read its source, and tags need a right of their own', () => {
    const headers = { 'x-amz-copy-source': '/other/a%20b?versionId=1', 'x-amz-tagging': 'a=1' };
    expect(needs(signedRequest('s3', { method: 'PUT', url: '/bucket/key', headers }))).toEqual([
      's3:PutObject arn:aws:s3:::bucket/key', 's3:GetObject arn:aws:s3:::other/a b',
      's3:PutObjectTagging arn:aws:s3:::bucket/key',
    ]);
  });

  test('a method that no rule knows is an error', () => {
    expect(() => needs(signedRequest('s3', { method: 'PATCH', url: '/bucket/key' }))).toThrow(/PATCH/);
  });
});

describe('the JSON protocol', () => {
  const job = at('glue', 'job/job');

  test.each<[string, string, object, string[]]>([
    ['kinesis', 'ListShards', { StreamName: 'clicks' }, [`kinesis:ListShards ${at('kinesis', 'stream/clicks')}`]],
    ['kinesis', 'PutRecords', { StreamARN: 'arn:stream' }, ['kinesis:PutRecords arn:stream']],
    ['glue', 'StartJobRun', { JobName: 'job' }, [`glue:StartJobRun ${job}`]],
    ['glue', 'GetTags', { ResourceArn: job }, [`glue:GetTags ${job}`]],
    ['glue', 'GetConnection', { Name: 'c' },
      [`glue:GetConnection ${at('glue', 'catalog')}`, `glue:GetConnection ${at('glue', 'connection/c')}`]],
    ['glue', 'GetTable', { DatabaseName: 'd', Name: 't' },
      [`glue:GetTable ${at('glue', 'catalog')}`, `glue:GetTable ${at('glue', 'database/d')}`,
        `glue:GetTable ${at('glue', 'table/d/t')}`]],
    ['logs', 'PutLogEvents', { logGroupName: 'g', logStreamName: 's' },
      [`logs:PutLogEvents ${at('logs', 'log-group:g:log-stream:s')}`]],
    ['states', 'StartExecution', { stateMachineArn: 'arn:machine' }, ['states:StartExecution arn:machine']],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'arn:s-1a2B3c' }, ['secretsmanager:GetSecretValue arn:s-1a2B3c']],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'arn:s' }, ['secretsmanager:GetSecretValue arn:s-AAAAAA']],
    ['secretsmanager', 'GetSecretValue', { SecretId: 'keys' },
      [`secretsmanager:GetSecretValue ${at('secretsmanager', 'secret:keys-AAAAAA')}`]],
    ['kms', 'Decrypt', { KeyId: 'arn:key' }, ['kms:Decrypt arn:key']],
    ['monitoring', 'PutMetricData', { Namespace: 'N' }, ['cloudwatch:PutMetricData *']],
  ])('%s %s', (service, operation, parameters, expected) => {
    expect(needs(jsonCall(service, operation, parameters))).toEqual(expected);
  });

  test('an iterator stands for the stream that it was given for', () => {
    const request = jsonCall('kinesis', 'GetRecords', { ShardIterator: 'i' });
    expect(needs(request, { i: 'arn:stream' })).toEqual(['kinesis:GetRecords arn:stream']);
    expect(() => needs(request)).toThrow(/neither a stream nor a token/);
  });

  test('metrics carry their namespace, and every call its region', () => {
    expect(rightsOf(jsonCall('monitoring', 'PutMetricData', { Namespace: 'N' }))[0].context).toEqual({
      'aws:RequestedRegion': ['eu-west-1'], 'cloudwatch:namespace': ['N'],
    });
  });

  test('a service that no rule knows is an error', () => {
    expect(() => needs(jsonCall('firehose', 'PutRecord', {}))).toThrow(/which right firehose PutRecord needs/);
  });
});

describe('the query protocol', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['ec2', { Action: 'DescribeSubnets' }, ['ec2:DescribeSubnets *']],
    ['ec2', { Action: 'DescribeVpcAttribute', VpcId: 'vpc-1' }, [`ec2:DescribeVpcAttribute ${at('ec2', 'vpc/vpc-1')}`]],
    ['ec2', { 'Action': 'CreateNetworkInterface', 'SubnetId': 'subnet-1', 'SecurityGroupId.1': 'sg-1' },
      ['network-interface/*', 'subnet/subnet-1', 'security-group/sg-1']
        .map(resource => `ec2:CreateNetworkInterface ${at('ec2', resource)}`)],
    ['ec2', { Action: 'DeleteNetworkInterface', NetworkInterfaceId: 'eni-1' },
      [`ec2:DeleteNetworkInterface ${at('ec2', 'network-interface/eni-1')}`]],
    ['iam', { Action: 'GetRole', RoleName: 'r' }, [`iam:GetRole arn:aws:iam::${ACCOUNT}:role/r`]],
    ['monitoring', { Action: 'PutMetricData', Namespace: 'N' }, ['cloudwatch:PutMetricData *']],
    ['sts', { Action: 'AssumeRole', RoleArn: 'arn:role' }, ['sts:AssumeRole arn:role']],
    ['sts', { Action: 'GetCallerIdentity' }, []],
  ])('%s %j', (service, parameters, expected) => {
    expect(needs(queryCall(service, parameters))).toEqual(expected);
  });

  test('tags carry their keys', () => {
    const [{ context }] = rightsOf(queryCall('ec2', {
      'Action': 'CreateTags', 'ResourceId.1': 'eni-1', 'Tag.1.Key': 'a', 'Tag.1.Value': '1', 'Tag.2.Key': 'b',
    }));
    expect(context['aws:TagKeys']).toEqual(['a', 'b']);
  });
});

test.each([
  ['lambda', 'POST', '/2015-03-31/functions/f/invocations', `lambda:InvokeFunction ${at('lambda', 'function:f')}`],
  ['lambda', 'GET', '/2015-03-31/functions/arn%3Aaws%3Af', 'lambda:GetFunction arn:aws:f'],
  ['apigateway', 'PATCH', '/account', 'apigateway:PATCH arn:aws:apigateway:eu-west-1::/account'],
])('%s %s %s', (service, method, url, expected) => {
  expect(needs(signedRequest(service, { method, url }))).toEqual([expected]);
});
