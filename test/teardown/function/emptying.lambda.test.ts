import {
  DeleteObjectsCommand, GetBucketPolicyCommand, GetBucketTaggingCommand, ListObjectVersionsCommand,
  PutBucketPolicyCommand, S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { STACK_TAG } from '../../../src/contract/tags';
import { EmptyingProperties } from '../../../src/teardown/function/emptying';
import { isComplete, onEvent } from '../../../src/teardown/function/emptying.lambda';

const s3 = mockClient(S3Client);
const NOW = new Date('2026-03-01T12:00:00.000Z');
const STACK = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Shop/0a1b2c3d';
const PROPERTIES: EmptyingProperties = {
  BucketNames: 'raw,lake', Stack: STACK, TimeoutSeconds: '600', OnTimeout: 'FAIL',
};
const REQUEST = { RequestId: 'request', LogicalResourceId: 'Emptying', ResourceProperties: PROPERTIES };
const DELETE = { ...REQUEST, RequestType: 'Delete', PhysicalResourceId: '0a1b2c3d/Emptying' } as const;
const POLL = { ...DELETE, StartedAt: NOW.toISOString() };
const PAGE = 1000;

const failure = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });

interface Bucket {
  /** key and version of each object */
  objects: string[];
  tags?: Record<string, string>;
  policy?: string;
}

/** Buckets as S3 keeps them, as far as the handler asks. */
let buckets: Record<string, Bucket>;

const bucket = (name = ''): Bucket => {
  if (!buckets[name]) throw failure('NoSuchBucket');
  return buckets[name];
};

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  buckets = { raw: ours(['a', 'b']), lake: ours([]) };
  s3.reset();
  s3.on(GetBucketTaggingCommand).callsFake(({ Bucket }) => {
    const { tags } = bucket(Bucket);
    if (!tags) throw failure('NoSuchTagSet');
    return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  });
  s3.on(GetBucketPolicyCommand).callsFake(({ Bucket }) => {
    const { policy } = bucket(Bucket);
    if (!policy) throw failure('NoSuchBucketPolicy');
    return { Policy: policy };
  });
  s3.on(PutBucketPolicyCommand).callsFake(({ Bucket, Policy }) => { bucket(Bucket).policy = Policy; });
  s3.on(ListObjectVersionsCommand).callsFake(({ Bucket }) => ({
    Versions: bucket(Bucket).objects.slice(0, PAGE).map(object => ({ Key: object, VersionId: 'null' })),
  }));
  s3.on(DeleteObjectsCommand).callsFake(({ Bucket, Delete }) => {
    const gone = new Set(Delete.Objects.map(({ Key }: { Key: string }) => Key));
    bucket(Bucket).objects = bucket(Bucket).objects.filter(object => !gone.has(object));
    return {};
  });
});

afterEach(() => jest.useRealTimers());

function ours(objects: string[]): Bucket {
  return { objects, tags: { [STACK_TAG]: STACK } };
}

test.each(['Create', 'Update'] as const)('%s does nothing and has a constant id', async RequestType => {
  const id = { PhysicalResourceId: '0a1b2c3d/Emptying' };
  expect(await onEvent({ ...REQUEST, RequestType })).toEqual(id);
  expect(await isComplete({ ...REQUEST, RequestType })).toEqual({ IsComplete: true });
  expect(s3.calls()).toEqual([]);
});

test('an update keeps the id CloudFormation sends, because another one would delete the objects', async () => {
  const update = { ...REQUEST, RequestType: 'Update', PhysicalResourceId: '0a1b2c3d/emptying' } as const;
  expect(await onEvent(update)).toEqual({ PhysicalResourceId: '0a1b2c3d/emptying' });
});

test('two resources of one stack have ids of their own', async () => {
  const create = { ...REQUEST, RequestType: 'Create' } as const;
  const { PhysicalResourceId: lakehouse } = await onEvent({ ...create, LogicalResourceId: 'LakehouseEmptying' });
  const { PhysicalResourceId: website } = await onEvent({ ...create, LogicalResourceId: 'WebsiteEmptying' });
  expect(website).not.toBe(lakehouse);
});

test('deletion keeps the id CloudFormation sends and notes the time', async () => {
  expect(await onEvent({ ...DELETE, PhysicalResourceId: 'other' })).toEqual({
    PhysicalResourceId: 'other', StartedAt: NOW.toISOString(),
  });
});

test('empties every bucket of the stack, page by page', async () => {
  buckets.lake.objects = Array.from({ length: 2500 }, (_, index) => `events/${index}`);
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
  expect(Object.values(buckets).map(({ objects }) => objects)).toEqual([[], []]);
});

test.each([
  ['of another stack', { [STACK_TAG]: 'another' }],
  ['without our tag', { team: 'web' }],
  ['without any tag', undefined],
])('leaves a bucket %s alone', async (_, tags) => {
  buckets.raw.tags = tags as Record<string, string>;
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
  expect(buckets.raw).toEqual({ objects: ['a', 'b'], tags });
});

test('a bucket that is gone already is no obstacle', async () => {
  delete buckets.raw;
  expect(await isComplete(POLL)).toEqual({ IsComplete: true });
});

test('refuses new objects before it deletes any, once, and keeps what the policy says', async () => {
  buckets.raw.policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Sid: 'Tls' }] });
  await isComplete(POLL);
  await isComplete(POLL);
  expect(JSON.parse(buckets.raw.policy).Statement).toEqual([{ Sid: 'Tls' }, {
    Sid: 'NoMoreObjects', Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::raw/*',
  }]);
  const order = s3.calls().map(({ args: [command] }) => command.constructor.name);
  expect(order.indexOf('PutBucketPolicyCommand')).toBeLessThan(order.indexOf('DeleteObjectsCommand'));
});

test('goes on with the next poll when there are more objects than one can delete', async () => {
  s3.on(DeleteObjectsCommand).callsFake(() => {
    jest.setSystemTime(Date.now() + 10_000);
    return {};
  });
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
  expect(s3.commandCalls(DeleteObjectsCommand).length).toBe(3);
});

test('names the buckets that are left when the time is up, and how to empty one', async () => {
  s3.on(DeleteObjectsCommand).callsFake(() => {
    jest.setSystemTime(Date.now() + 601_000);
    return {};
  });
  await expect(isComplete(POLL)).rejects.toThrow('1 bucket(s) could not be emptied within 600 s: raw. '
    + 'Empty each with: aws s3 rm --recursive s3://raw; then delete the stack again.');
  jest.setSystemTime(NOW);
  const CONTINUE = { ...PROPERTIES, OnTimeout: 'CONTINUE' };
  jest.spyOn(console, 'log').mockImplementation();
  expect(await isComplete({ ...POLL, ResourceProperties: CONTINUE })).toEqual({ IsComplete: true });
});

test('an object that may not be deleted fails the deletion at once, by its name', async () => {
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'AccessDenied', Message: 'Object Lock' }] });
  await expect(isComplete(POLL)).rejects.toThrow('raw/a cannot be deleted: Object Lock');
});

test('an object that cannot be deleted for the moment is left to the next poll', async () => {
  s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'a', Code: 'SlowDown', Message: 'Reduce your rate' }] });
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
});

test('a service that is busy is asked again', async () => {
  s3.on(ListObjectVersionsCommand).rejects(failure('SlowDown', { $metadata: { httpStatusCode: 503 } }));
  expect(await isComplete(POLL)).toEqual({ IsComplete: false });
});
