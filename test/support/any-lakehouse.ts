import {
  aws_cloudwatch as cloudwatch, aws_ec2 as ec2, aws_kinesis as kinesis, aws_kms as kms, aws_s3 as s3,
  aws_secretsmanager as secretsmanager, Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import * as fc from 'fast-check';
import {
  ClickstreamLakehouseProps, CloudFrontUse, CollectorEdge, CollectorOptions, CollectorWebAcl, LakehouseNetwork,
  ProcessingSchedule,
} from '../../src';

/** A combination of properties, by name, so that a failing one can be read. */
export interface Combination {
  readonly network: 'isolated' | 'without ACL' | 'none' | 'own VPC' | 'imported VPC';
  readonly removalPolicy?: RemovalPolicy;
  readonly schedule: 'continuous' | 'interval' | 'set times';
  readonly encryptionKey: 'none' | 'own' | 'imported';
  readonly edge: CollectorEdge;
  readonly cloudFront?: CloudFrontUse;
  readonly access: 'open' | 'write keys' | 'secret';
  readonly pseudonyms: boolean;
  /** Only a REST API has one. */
  readonly webAcl: boolean;
  readonly accessLogs: boolean;
  readonly monitoring: 'default' | 'actions' | 'no dashboard' | 'event volume';
  readonly tracing: boolean;
  readonly stream: 'created' | 'own' | 'imported';
  readonly buckets: 'created' | 'own' | 'imported';
}

export const anyCombination: fc.Arbitrary<Combination> = fc.record({
  network: fc.constantFrom('isolated', 'without ACL', 'none', 'own VPC', 'imported VPC'),
  removalPolicy: fc.constantFrom(undefined, RemovalPolicy.RETAIN, RemovalPolicy.DESTROY),
  schedule: fc.constantFrom('continuous', 'interval', 'set times'),
  encryptionKey: fc.constantFrom('none', 'own', 'imported'),
  edge: fc.constantFrom(...Object.values(CollectorEdge)),
  cloudFront: fc.constantFrom(undefined, CloudFrontUse.OPTIONAL, CloudFrontUse.REQUIRED),
  access: fc.constantFrom('open', 'write keys', 'secret'),
  pseudonyms: fc.boolean(),
  webAcl: fc.boolean(),
  accessLogs: fc.boolean(),
  monitoring: fc.constantFrom('default', 'actions', 'no dashboard', 'event volume'),
  tracing: fc.boolean(),
  stream: fc.constantFrom('created', 'own', 'imported'),
  buckets: fc.constantFrom('created', 'own', 'imported'),
});

/** Everything that is made for a combination has an id that begins with `Own`. */
export function propsOf(stack: Stack, combination: Combination): ClickstreamLakehouseProps {
  const { removalPolicy, access, pseudonyms, accessLogs, monitoring, tracing } = combination;
  return {
    ...networkProps(stack, combination),
    removalPolicy,
    encryptionKey: keyOf(stack, combination),
    collector: {
      writeKeys: access === 'write keys' ? { web: { keys: ['2aXbTq8YwLm4'] } } : undefined,
      writeKeysSecret: access === 'secret' ? new secretsmanager.Secret(stack, 'OwnKeys') : undefined,
      ...edgeProps(combination),
    },
    monitoring: {
      dashboard: monitoring !== 'no dashboard',
      tracing,
      alarmActions: monitoring === 'actions' ? [ACTION] : undefined,
      // Without keys there are no sources.
      eventVolumeAnomaly: monitoring === 'event volume' && access !== 'open' ? { sources: ['web'] } : undefined,
    },
    processing: {
      schedule: scheduleOf(combination),
      pseudonymKeySecret: pseudonyms ? new secretsmanager.Secret(stack, 'OwnPseudonymKey') : undefined,
    },
    stream: streamProps(stack, combination),
    storage: { ...bucketProps(stack, combination), accessLogs },
  };
}

function edgeProps({ edge, cloudFront, webAcl, accessLogs }: Combination): CollectorOptions {
  return {
    edge,
    cloudFront,
    webAcl: webAcl && edge === CollectorEdge.REST_API ? CollectorWebAcl.rateLimited(20_000) : undefined,
    accessLogs: edge === CollectorEdge.FUNCTION_URL ? undefined : accessLogs,
  };
}

const ACTION: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:action' }) };

function networkProps(stack: Stack, { network }: Combination): ClickstreamLakehouseProps {
  switch (network) {
    case 'isolated': return {};
    case 'without ACL': return { network: LakehouseNetwork.isolated({ networkAcl: false }) };
    case 'none': return { network: LakehouseNetwork.none() };
    case 'own VPC': return { vpc: new ec2.Vpc(stack, 'OwnVpc', { maxAzs: 2, natGateways: 1 }) };
    case 'imported VPC': return {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'OwnImport', {
        vpcId: 'vpc',
        availabilityZones: ['eu-west-1a'],
        privateSubnetIds: ['subnet'],
        privateSubnetRouteTableIds: ['rtb'],
      }),
    };
  }
}

function keyOf(stack: Stack, { encryptionKey }: Combination): kms.IKey | undefined {
  if (encryptionKey === 'none') return undefined;
  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/1';
  return encryptionKey === 'own' ? new kms.Key(stack, 'OwnKey') : kms.Key.fromKeyArn(stack, 'OwnKey', arn);
}

function scheduleOf({ schedule }: Combination): ProcessingSchedule {
  if (schedule === 'continuous') return ProcessingSchedule.continuous();
  return schedule === 'interval'
    ? ProcessingSchedule.every(Duration.hours(1)) : ProcessingSchedule.cron({ minute: '0', hour: '0/6' });
}

function streamProps(stack: Stack, { stream }: Combination): ClickstreamLakehouseProps['stream'] {
  if (stream === 'created') return undefined;
  const arn = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
  return {
    kinesisStream: stream === 'own'
      ? new kinesis.Stream(stack, 'OwnStream') : kinesis.Stream.fromStreamArn(stack, 'OwnStream', arn),
  };
}

function bucketProps(stack: Stack, { buckets }: Combination): ClickstreamLakehouseProps['storage'] {
  if (buckets === 'created') return {};
  const bucket = (id: string) =>
    (buckets === 'own' ? new s3.Bucket(stack, id) : s3.Bucket.fromBucketName(stack, id, id.toLowerCase()));
  return { rawBucket: bucket('OwnRaw'), lakehouseBucket: bucket('OwnLakehouse') };
}
