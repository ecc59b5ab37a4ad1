import { GiveUpProperties, LifecycleEvent, name } from './delete-request';

/** Properties of the custom resource that empties the stack's buckets before they are deleted. */
export interface EmptyingProperties extends GiveUpProperties {
  /** Names of the buckets, with commas between them. */
  readonly BucketNames: string;
  /** Value of the stack tag that each bucket must carry. */
  readonly Stack: string;
}

/** A statement of a bucket policy, as far as it is looked at. */
export interface PolicyStatement { readonly Sid?: string }

export interface BucketPolicy {
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

const NO_MORE_OBJECTS = 'NoMoreObjects';

export function bucketsOf({ BucketNames }: EmptyingProperties): string[] {
  return BucketNames.split(',');
}

/**
 * The id that CloudFormation knows, so that no update makes it delete the resource and the objects. A new one names the
 * resource, because a stack may have one for a lakehouse and one for a website.
 */
export function emptyingId(
  { PhysicalResourceId, LogicalResourceId, ResourceProperties: { Stack } }: LifecycleEvent<EmptyingProperties>,
): string {
  return PhysicalResourceId ?? `${Stack.split('/').pop()}/${LogicalResourceId}`;
}

/**
 * The policy with a statement that refuses new objects: log delivery and late queries would fill the bucket again
 * before it is deleted.
 *
 * @returns undefined if it refuses them already
 */
export function withoutNewObjects(bucket: string, partition: string, policy?: BucketPolicy): BucketPolicy | undefined {
  const { Statement = [], Version = '2012-10-17' } = policy ?? {};
  if (Statement.some(({ Sid }) => Sid === NO_MORE_OBJECTS)) return undefined;
  const refusal = {
    Sid: NO_MORE_OBJECTS,
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: `arn:${partition}:s3:::${bucket}/*`,
  };
  return { Version, Statement: [...Statement, refusal] };
}

/** Names the buckets that still have objects and the command that empties one. */
export function describeFullBuckets({ TimeoutSeconds }: EmptyingProperties, full: string[]): string {
  return `${full.length} bucket(s) could not be emptied within ${TimeoutSeconds} s: ${name(full)}. `
    + `Empty each with: aws s3 rm --recursive s3://${full[0]}; then delete the stack again.`;
}
