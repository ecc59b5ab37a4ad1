import { Aws, aws_iam as iam, aws_s3 as s3, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { EmptyingProperties } from './function/emptying';
import { PolledResource } from './polled-resource';
import { limits, TeardownOptions } from './teardown';
import { LogOptions } from '../private/log-group';

export interface EmptyingProps extends TeardownOptions, LogOptions {
  /** Buckets of this stack that are deleted with it. */
  readonly buckets: s3.IBucket[];
}

/**
 * Empties buckets before they are deleted. CDK's own `autoDeleteObjects` would leave the log group of its function
 * behind, and gives up after 15 minutes.
 */
export class Emptying extends PolledResource {
  constructor(scope: Construct, id: string, props: EmptyingProps) {
    const { buckets, logRetention, encryptionKey, logGroup } = props;
    const properties: EmptyingProperties = {
      BucketNames: Fn.join(',', buckets.map(bucket => bucket.bucketName)), Stack: Aws.STACK_ID, ...limits(props),
    };
    super(scope, id, {
      entrypoint: 'teardown/function/emptying.lambda',
      description: 'Empties the buckets of the clickstream lakehouse before they are deleted',
      resourceType: 'Custom::ClickstreamEmptying',
      properties: { ...properties },
      onEventStatements: [], // it only records the time
      isCompleteStatements: [
        new iam.PolicyStatement({
          sid: 'ListBuckets',
          actions: ['s3:GetBucketPolicy', 's3:GetBucketTagging', 's3:ListBucketVersions', 's3:PutBucketPolicy'],
          resources: buckets.map(bucket => bucket.bucketArn),
        }),
        new iam.PolicyStatement({
          sid: 'DeleteObjects',
          actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
          resources: buckets.map(bucket => bucket.arnForObjects('*')),
        }),
      ],
      logRetention,
      encryptionKey,
      logGroup,
    });
    // Created after the buckets and their policies, and hence deleted before them.
    this.resource.node.addDependency(...buckets);
  }
}
