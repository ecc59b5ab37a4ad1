import {
  aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_secretsmanager as secretsmanager, RemovalPolicy,
} from 'aws-cdk-lib';
import { DemoWebsite, LakehouseNetwork } from '../src';
import { shortId, statementsByRole } from './support/iam-statements';
import { only, synthesize } from './support/lakehouse';

const GLUE = 'arn:${Partition}:glue:${Region}:${AccountId}';
const EC2 = 'arn:${Partition}:ec2:${Region}:${AccountId}';
const ASSETS = 'arn:${Partition}:s3:::cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}';
const IN_REGION = 'if StringEquals aws:RequestedRegion=${Region}';
const IN_VPC = `if ArnEquals ec2:Vpc=${EC2}:vpc/\${NetworkVpc}`;

const writesLog = (log: string) => `logs:CreateLogStream logs:PutLogEvents on \${${log}.Arn}`;

/** CDK's provider framework: the four rights it adds to each of the two roles we give it. */
const invokes = (resource: string) => ['OnEvent', 'IsComplete'].flatMap(handler => [
  `lambda:InvokeFunction on \${${resource}${handler}.Arn} \${${resource}${handler}.Arn}:*`,
  `lambda:GetFunction on \${${resource}${handler}.Arn}`,
]);

const framework = (resource: string) => ({
  [`${resource}FrameworkOnEventRole`]: [
    writesLog(`${resource}FrameworkLog`),
    ...invokes(resource),
    `states:StartExecution on \${${resource}Providerwaiterstatemachine}`,
  ],
  [`${resource}FrameworkCompleteRole`]: [writesLog(`${resource}FrameworkLog`), ...invokes(resource)],
  [`${resource}ProviderwaiterstatemachineRole`]: ['isComplete', 'onTimeout'].map(part => {
    const arn = `\${${resource}Providerframework${part}.Arn}`;
    return `lambda:InvokeFunction on ${arn} ${arn}:*`;
  }),
});

const WRITES_TRACES = `xray:PutTelemetryRecords xray:PutTraceSegments on * ${IN_REGION}`;

const JOB_WITHOUT_NETWORK = [
  'kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on ${Stream.Arn}',
  's3:GetBucketLocation s3:ListBucket on ${StorageRawBucket.Arn} ${StorageLakehouseBucket.Arn}',
  's3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject '
    + 'on ${StorageRawBucket.Arn}/raw ${StorageRawBucket.Arn}/raw/* '
    + ['events', 'bad_events', 'checkpoints']
      .map(folder => `\${StorageLakehouseBucket.Arn}/${folder} \${StorageLakehouseBucket.Arn}/${folder}/*`).join(' '),
  `s3:GetObject on ${ASSETS}/*`,
  'logs:CreateLogStream logs:PutLogEvents on ${JobOutputLog.Arn} ${JobErrorLog.Arn}',
  'cloudwatch:PutMetricData on * if StringEquals cloudwatch:namespace=ClickstreamLakehouse',
];

const JOB_IN_NETWORK = [
  'ec2:DescribeNetworkInterfaces ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeSubnets '
    + `ec2:DescribeVpcEndpoints on * ${IN_REGION}`,
  `ec2:DescribeVpcAttribute on ${EC2}:vpc/\${NetworkVpc}`,
  `ec2:CreateNetworkInterface on ${EC2}:network-interface/* ${EC2}:subnet/\${NetworkVpcJobSubnet1Subnet} `
    + `${EC2}:security-group/\${NetworkSecurityGroup.GroupId}`,
  `ec2:DeleteNetworkInterface on ${EC2}:network-interface/* ${IN_VPC}`,
  `ec2:CreateTags on ${EC2}:network-interface/* if ForAllValues:StringEquals aws:TagKeys=aws-glue-service-resource`,
  `glue:GetConnection on ${GLUE}:catalog ${GLUE}:connection/\${JobConnection}`,
];

const EXPECTED: Record<string, string[]> = {
  CollectorFunctionRole: [writesLog('CollectorFunctionLog'), 'kinesis:PutRecords on ${Stream.Arn}'],
  CollectorAccessLogRole: [
    'logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogGroups logs:DescribeLogStreams logs:FilterLogEvents '
      + 'logs:GetLogEvents logs:PutLogEvents on *',
  ],
  JobRole: [...JOB_WITHOUT_NETWORK, ...JOB_IN_NETWORK],
  KeeperFunctionRole: [
    writesLog('KeeperFunctionLog'),
    `glue:BatchStopJobRun glue:GetJob glue:GetJobRuns glue:GetTags glue:StartJobRun on ${GLUE}:job/\${Job}`,
  ],
  TeardownDrainOnEventRole: [
    writesLog('TeardownDrainOnEventLog'),
    `glue:GetTags glue:TagResource glue:UntagResource on ${GLUE}:job/\${Job}`,
  ],
  TeardownDrainIsCompleteRole: [
    writesLog('TeardownDrainIsCompleteLog'),
    `glue:BatchStopJobRun glue:GetJobRuns glue:GetTags on ${GLUE}:job/\${Job}`,
    `glue:StartJobRun on ${GLUE}:job/\${Job}`,
    `cloudwatch:GetMetricStatistics on * ${IN_REGION}`,
  ],
  ...framework('TeardownDrain'),
  TeardownEniSweepOnEventRole: [writesLog('TeardownEniSweepOnEventLog')],
  TeardownEniSweepIsCompleteRole: [
    writesLog('TeardownEniSweepIsCompleteLog'),
    `ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups on * ${IN_REGION}`,
    `ec2:DeleteNetworkInterface on ${EC2}:network-interface/* ${IN_VPC}`,
  ],
  ...framework('TeardownEniSweep'),
  EmptyingOnEventRole: [writesLog('EmptyingOnEventLog')],
  EmptyingIsCompleteRole: [
    writesLog('EmptyingIsCompleteLog'),
    's3:GetBucketPolicy s3:GetBucketTagging s3:ListBucketVersions s3:PutBucketPolicy on ${QueryResultsBucket.Arn}',
    's3:DeleteObject s3:DeleteObjectVersion on ${QueryResultsBucket.Arn}/*',
  ],
  ...framework('Emptying'),
};

const withoutHashes = (roles: Record<string, string[]>) =>
  JSON.parse(JSON.stringify(roles).replace(/\b[0-9a-f]{64}\./g, '<hash>.'));

const standard = synthesize();

test('every role may do exactly this', () => {
  const roles = withoutHashes(statementsByRole(standard.json));
  expect(roles).toEqual(EXPECTED);
});

test('outside any VPC the job has no rights in EC2 and nobody sweeps', () => {
  const { json } = synthesize({ network: LakehouseNetwork.none() });
  const roles = withoutHashes(statementsByRole(json));
  expect(roles.JobRole).toEqual(JOB_WITHOUT_NETWORK);
  expect(Object.keys(roles).filter(role => role.includes('EniSweep'))).toEqual([]);
});

test('with a key, collector and job may use it, each as far as it must', () => {
  const { json } = synthesize(stack => ({
    encryptionKey: new kms.Key(stack, 'Key'),
    network: LakehouseNetwork.none(),
  }));
  const roles = withoutHashes(statementsByRole(json));
  expect(roles.CollectorFunctionRole).toEqual([...EXPECTED.CollectorFunctionRole, 'kms:GenerateDataKey on ${Key.Arn}']);
  expect(roles.JobRole).toEqual([...JOB_WITHOUT_NETWORK, 'kms:Decrypt kms:GenerateDataKey on ${Key.Arn}']);
});

test('with several keys, the job may use each of them', () => {
  const { json } = synthesize(stack => ({
    encryptionKey: new kms.Key(stack, 'Key'),
    network: LakehouseNetwork.none(),
    storage: { rawBucket: new s3.Bucket(stack, 'Raw', { encryptionKey: new kms.Key(stack, 'RawKey') }) },
    previousEncryptionKeys: [new kms.Key(stack, 'OldKey'), new kms.Key(stack, 'OlderKey')],
  }));
  expect(withoutHashes(statementsByRole(json)).JobRole).toEqual(expect.arrayContaining([
    'kms:Decrypt kms:GenerateDataKey on ${Key.Arn}',
    'kms:Decrypt kms:GenerateDataKey on ${RawKey.Arn}',
    'kms:Decrypt on ${OldKey.Arn}',
    'kms:Decrypt on ${OlderKey.Arn}',
  ]));
});

test('a key that was replaced can still be read with, by the job and by those who may read the tables', () => {
  const { json } = synthesize(
    stack => ({
      encryptionKey: new kms.Key(stack, 'Key'),
      previousEncryptionKeys: [new kms.Key(stack, 'OldKey')],
      network: LakehouseNetwork.none(),
    }),
    (lakehouse, stack) => lakehouse.grantQuery(new iam.Role(stack, 'Reader', { assumedBy: new iam.AnyPrincipal() })),
  );
  const { JobRole, Reader, CollectorFunctionRole } = withoutHashes(statementsByRole(json));
  for (const role of [JobRole, Reader]) expect(role).toContain('kms:Decrypt on ${OldKey.Arn}');
  expect(CollectorFunctionRole.join()).not.toContain('OldKey');
});

test('with tracing, the collector and the keeper may write traces, and no other role may', () => {
  const built = synthesize({ network: LakehouseNetwork.none(), monitoring: { tracing: true } });
  const tracers = Object.entries<string[]>(withoutHashes(statementsByRole(built.json)))
    .filter(([, statements]) => statements.join().includes('xray:'));
  expect(Object.fromEntries(tracers)).toEqual({
    CollectorFunctionRole: [...EXPECTED.CollectorFunctionRole, WRITES_TRACES],
    KeeperFunctionRole: [...EXPECTED.KeeperFunctionRole, WRITES_TRACES],
  });
  const traced = built.graph.find('AWS::Lambda::Function')
    .filter(id => built.json.Resources[id].Properties?.TracingConfig !== undefined);
  expect(traced.map(shortId)).toEqual(['CollectorFunction', 'KeeperFunction']);
  expect(only(built, 'AWS::Lambda::Function', /CollectorFunction/).TracingConfig).toEqual({ Mode: 'Active' });
  expect(only(built, 'AWS::ApiGateway::Stage')).not.toHaveProperty('TracingEnabled');
});

test('the job may read the key of the pseudonyms, and decrypt it through Secrets Manager only', () => {
  const { json } = synthesize(stack => ({
    network: LakehouseNetwork.none(),
    processing: {
      pseudonymKeySecret: new secretsmanager.Secret(stack, 'Pseudonyms', { encryptionKey: new kms.Key(stack, 'Key') }),
    },
  }));
  expect(withoutHashes(statementsByRole(json)).JobRole).toEqual([
    ...JOB_WITHOUT_NETWORK,
    'secretsmanager:GetSecretValue on ${Pseudonyms}',
    'kms:Decrypt on ${Key.Arn} if StringEquals kms:ViaService=secretsmanager.${Region}.${URLSuffix}',
  ]);
});

test('Glue takes the job\'s role only for jobs of this account', () => {
  const { AssumeRolePolicyDocument } = only(standard, 'AWS::IAM::Role', /JobRole/);
  expect(AssumeRolePolicyDocument.Statement).toEqual([{
    Action: 'sts:AssumeRole',
    Effect: 'Allow',
    Principal: { Service: 'glue.amazonaws.com' },
    Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
  }]);
});

test('no managed policy is attached', () => {
  const { json } = synthesize(
    { removalPolicy: RemovalPolicy.DESTROY },
    ({ endpointUrl }, stack) => new DemoWebsite(stack, 'Website', { collectorUrl: endpointUrl }),
  );
  const attached = Object.entries(json.Resources).filter(([, { Properties }]) => Properties?.ManagedPolicyArns);
  expect(attached).toEqual([]);
});

test('with DESTROY the emptying may empty the stack\'s own buckets and no other', () => {
  const { json } = synthesize({ removalPolicy: RemovalPolicy.DESTROY, network: LakehouseNetwork.none() });
  const own = ['StorageAccessLogsBucket', 'StorageRawBucket', 'StorageLakehouseBucket', 'QueryResultsBucket'];
  const objects = own.map(bucket => `\${${bucket}.Arn}/*`).join(' ');
  expect(withoutHashes(statementsByRole(json)).EmptyingIsCompleteRole).toContain(
    `s3:DeleteObject s3:DeleteObjectVersion on ${objects}`);
});

test('no ARN names a partition', () => {
  expect(JSON.stringify(standard.json)).not.toContain('arn:aws:');
});
