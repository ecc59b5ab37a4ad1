import { Aws, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { STACK_TAG } from '../contract/tags';

export interface SecuredBucketProps {
  readonly encryptionKey?: kms.IKey;
  readonly removalPolicy: RemovalPolicy;
  /** Objects are deleted after this time. */
  readonly expiration?: Duration;
  /** Access logs go here, under `<prefix>/`. */
  readonly accessLogs?: { readonly bucket: s3.IBucket; readonly prefix: string };
}

/**
 * A private, encrypted bucket that takes TLS only. It has no object versions, because Delta's log is the history and
 * versions would keep erased bytes.
 */
export function securedBucket(scope: Construct, id: string, props: SecuredBucketProps): s3.Bucket {
  const bucket = new s3.Bucket(scope, id, {
    encryption: props.encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey: props.encryptionKey,
    bucketKeyEnabled: props.encryptionKey ? true : undefined,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: false,
    removalPolicy: props.removalPolicy,
    lifecycleRules: [{
      id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7), expiration: props.expiration,
    }],
  });
  bucket.policy?.applyRemovalPolicy(props.removalPolicy); // a bucket that stays keeps refusing plain HTTP
  if (props.removalPolicy === RemovalPolicy.DESTROY) Tags.of(bucket).add(STACK_TAG, Aws.STACK_ID); // may be emptied
  if (props.accessLogs) logAccess(bucket, props.accessLogs.bucket, props.accessLogs.prefix);
  return bucket;
}

/**
 * Allows log delivery by policy, as ownership-enforced buckets ignore ACLs. The statement is written out because the
 * L2's own way depends on the app's feature flags.
 */
function logAccess(bucket: s3.Bucket, logs: s3.IBucket, prefix: string): void {
  (bucket.node.defaultChild as s3.CfnBucket).loggingConfiguration = {
    destinationBucketName: logs.bucketName, logFilePrefix: `${prefix}/`,
  };
  logs.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
    actions: ['s3:PutObject'],
    resources: [logs.arnForObjects(`${prefix}/*`)],
    conditions: {
      ArnEquals: { 'aws:SourceArn': bucket.bucketArn },
      StringEquals: { 'aws:SourceAccount': Stack.of(bucket).account },
    },
  }));
}
