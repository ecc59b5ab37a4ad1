import {
  DeleteObjectsCommand, GetBucketPolicyCommand, GetBucketTaggingCommand, ListObjectVersionsCommand, ObjectIdentifier,
  PutBucketPolicyCommand, S3Client,
} from '@aws-sdk/client-s3';
import {
  giveUp, isTimeUp, LifecycleEvent, LifecycleResult, noteStart, poll, PollEvent, PollResult,
} from './delete-request';
import { bucketsOf, describeFullBuckets, emptyingId, EmptyingProperties, withoutNewObjects } from './emptying';
import { STACK_TAG } from '../../contract/tags';

// Few attempts: a poll must end long before Lambda ends it, and the next one tries again.
const s3 = new S3Client({ retryMode: 'adaptive', maxAttempts: 4 });

/** Time that a poll deletes objects for, in milliseconds. The function has a minute. */
const POLL_MS = 30_000;

/** A bucket that is gone, or never had tags or a policy. */
const ABSENT = new Set(['NoSuchBucket', 'NoSuchTagSet', 'NoSuchBucketPolicy']);

export async function onEvent(event: LifecycleEvent<EmptyingProperties>): Promise<LifecycleResult> {
  return noteStart(event, emptyingId(event));
}

export async function isComplete(event: PollEvent<EmptyingProperties>): Promise<PollResult> {
  return poll(event, empty);
}

/** Several passes over many objects: each poll goes on where the last one ended. */
async function empty(event: PollEvent<EmptyingProperties>): Promise<PollResult> {
  const target = event.ResourceProperties;
  const deadline = Date.now() + POLL_MS;
  const full: string[] = [];
  for (const bucket of bucketsOf(target)) {
    if (!await isOurs(bucket, target)) continue;
    await refuseNewObjects(bucket, target);
    if (!await isEmptied(bucket, deadline)) full.push(bucket);
  }
  if (full.length === 0) return { IsComplete: true };
  return isTimeUp(event, new Date()) ? giveUp(target, describeFullBuckets(target, full)) : { IsComplete: false };
}

/** False for a bucket that no longer exists or that belongs to another stack by now. */
async function isOurs(Bucket: string, { Stack }: EmptyingProperties): Promise<boolean> {
  const tagging = await unlessAbsent(s3.send(new GetBucketTaggingCommand({ Bucket })));
  return tagging?.TagSet?.some(({ Key, Value }) => Key === STACK_TAG && Value === Stack) ?? false;
}

async function refuseNewObjects(Bucket: string, { Stack }: EmptyingProperties): Promise<void> {
  const found = await unlessAbsent(s3.send(new GetBucketPolicyCommand({ Bucket })));
  const [, partition] = Stack.split(':');
  const policy = withoutNewObjects(Bucket, partition, found?.Policy ? JSON.parse(found.Policy) : undefined);
  if (policy) await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
}

/** Deletes until nothing is left or the time is over. Versions, too, if somebody has switched them on. */
async function isEmptied(Bucket: string, deadline: number): Promise<boolean> {
  do {
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }): ObjectIdentifier => ({ Key, VersionId }));
    if (Objects.length === 0) return true;
    const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors.length > 0) {
      const [{ Code = 'unknown', Message, Key }] = Errors;
      throw Object.assign(new Error(`${Bucket}/${Key} cannot be deleted: ${Message}`), { name: Code });
    }
  } while (Date.now() < deadline);
  return false;
}

async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (ABSENT.has((error as Error).name)) return undefined;
    throw error;
  }
}
