import {
  ArnFormat, aws_iam as iam, aws_kms as kms, aws_kinesis as kinesis, aws_logs as logs, aws_s3 as s3, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE, STORAGE_PREFIXES } from '../contract/generated';
import { IJobNetwork } from '../network/job-network';
import { readWithKeysStatements, useKeysStatements } from '../private/encryption';
import { ILakehouseStorage } from '../storage/lakehouse-storage';

/** Glue puts this tag on the network interfaces that it creates for a job. */
const GLUE_TAG = 'aws-glue-service-resource';

export interface JobRoleProps {
  readonly stream: kinesis.IStream;
  readonly storage: ILakehouseStorage;
  readonly network?: IJobNetwork;
  readonly encryptionKey?: kms.IKey;
  readonly logGroups: logs.ILogGroup[];
  /** Where CDK puts the script and the zip. */
  readonly assetBucket: s3.IBucket;
  /** Glue's own metrics are published, too. */
  readonly glueMetrics?: boolean;
  /** Rights to read what the enrichments need. */
  readonly enrichmentStatements: iam.PolicyStatement[];
}

/**
 * The job's role, written out instead of AWSGlueServiceRole, which allows every bucket, function and log group of the
 * account. The statement for the Glue connection is not here: the role must outlive the connection (Glue removes its
 * network interfaces late, with this role), so it cannot refer to it.
 */
export function createJobRole(scope: Construct, id: string, props: JobRoleProps): iam.Role {
  const role = new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('glue.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } }, // not for jobs of other accounts
    }),
    description: 'The clickstream streaming job',
  });
  const statements = [
    readStream(props.stream),
    ...useBuckets(props.storage),
    readAssets(props.assetBucket),
    writeLogs(props.logGroups),
    writeMetrics(props.glueMetrics ? [METRICS_NAMESPACE, 'Glue'] : [METRICS_NAMESPACE]),
    ...(props.network ? useNetwork(scope, props.network) : []),
    ...useKeysStatements(keysOf(props)),
    ...readWithKeysStatements(props.storage.previousEncryptionKeys),
    ...props.enrichmentStatements,
  ];
  statements.forEach(statement => role.addToPolicy(statement));
  return role;
}

function readStream(stream: kinesis.IStream): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ReadStream',
    actions: [
      'kinesis:DescribeStreamSummary', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards',
    ],
    resources: [stream.streamArn],
  });
}

function useBuckets({ rawBucket, lakehouseBucket }: ILakehouseStorage): iam.PolicyStatement[] {
  const { raw, ...derived } = STORAGE_PREFIXES;
  return [
    new iam.PolicyStatement({
      sid: 'ListBuckets',
      // A prefix condition would turn the response for a missing key from 404 into 403, which Delta cannot handle.
      actions: ['s3:GetBucketLocation', 's3:ListBucket'],
      resources: [rawBucket.bucketArn, lakehouseBucket.bucketArn],
    }),
    new iam.PolicyStatement({
      sid: 'UseObjects',
      actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      resources: [
        ...folderArns(rawBucket, raw),
        ...Object.values(derived).flatMap(prefix => folderArns(lakehouseBucket, prefix)),
      ],
    }),
  ];
}

/** S3A asks for the folder's own key (HEAD, without a slash) before it writes below it, and dies of a 403 there. */
function folderArns(bucket: s3.IBucket, prefix: string): string[] {
  return [bucket.arnForObjects(prefix), bucket.arnForObjects(`${prefix}/*`)];
}

/**
 * Allows every object of the asset bucket, as CDK's own grants do: while new code is deployed, a run of the old job
 * still reads the old keys, which a policy with the new keys alone would deny.
 */
function readAssets(bucket: s3.IBucket): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'ReadAssets',
    actions: ['s3:GetObject'],
    resources: [bucket.arnForObjects('*')],
  });
}

function writeLogs(groups: logs.ILogGroup[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'WriteLogs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: groups.map(group => group.logGroupArn),
  });
}

function writeMetrics(namespaces: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'WriteMetrics',
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'], // has no resource-level support
    conditions: { StringEquals: { 'cloudwatch:namespace': namespaces } },
  });
}

function useNetwork(scope: Construct, network: IJobNetwork): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const arn = (resource: string, resourceName: string) =>
    stack.formatArn({ service: 'ec2', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  const vpc = arn('vpc', network.vpc.vpcId);
  const interfaces = arn('network-interface', '*');
  return [
    new iam.PolicyStatement({
      sid: 'DescribeNetwork',
      actions: [
        'ec2:DescribeNetworkInterfaces', 'ec2:DescribeRouteTables', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets',
        'ec2:DescribeVpcEndpoints',
      ],
      resources: ['*'], // have no resource-level support
      conditions: { StringEquals: { 'aws:RequestedRegion': stack.region } },
    }),
    new iam.PolicyStatement({ sid: 'DescribeVpc', actions: ['ec2:DescribeVpcAttribute'], resources: [vpc] }),
    new iam.PolicyStatement({
      sid: 'CreateInterfaces',
      actions: ['ec2:CreateNetworkInterface'],
      resources: [
        interfaces,
        arn('subnet', network.subnet.subnetId),
        arn('security-group', network.securityGroup.securityGroupId),
      ],
    }),
    new iam.PolicyStatement({
      sid: 'DeleteInterfaces',
      actions: ['ec2:DeleteNetworkInterface'],
      resources: [interfaces],
      conditions: { ArnEquals: { 'ec2:Vpc': vpc } },
    }),
    new iam.PolicyStatement({
      sid: 'TagInterfaces',
      actions: ['ec2:CreateTags'],
      resources: [interfaces],
      conditions: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [GLUE_TAG] } },
    }),
  ];
}

/** The given key and those of existing buckets and streams, each once. */
function keysOf({ encryptionKey, stream, storage: { rawBucket, lakehouseBucket } }: JobRoleProps): kms.IKey[] {
  const keys = [encryptionKey, stream.encryptionKey, rawBucket.encryptionKey, lakehouseBucket.encryptionKey];
  return [...new Set(keys.filter(key => key !== undefined))];
}
