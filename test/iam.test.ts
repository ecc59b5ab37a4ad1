import { aws_kms as kms } from 'aws-cdk-lib';
import { DemoWebsite, LakehouseNetwork } from '../src';
import { statementsByRole } from './support/iam-statements';
import { synthesize } from './support/lakehouse';

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

const JOB_WITHOUT_NETWORK = [
  'kinesis:DescribeStreamSummary kinesis:GetRecords kinesis:GetShardIterator kinesis:ListShards on ${Stream.Arn}',
  's3:GetBucketLocation s3:ListBucket on ${StorageRawBucket.Arn} ${StorageLakehouseBucket.Arn}',
  's3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:ListMultipartUploadParts s3:PutObject '
    + 'on ${StorageRawBucket.Arn}/raw/* ${StorageLakehouseBucket.Arn}/events/* '
    + '${StorageLakehouseBucket.Arn}/bad_events/* ${StorageLakehouseBucket.Arn}/checkpoints/*',
  `s3:GetObject on ${ASSETS}/<hash>.py ${ASSETS}/<hash>.zip`,
  'logs:CreateLogStream logs:PutLogEvents on ${JobOutputLog.Arn} ${JobErrorLog.Arn}',
  'cloudwatch:PutMetricData on * if StringEquals cloudwatch:namespace=ClickstreamLakehouse, Glue',
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
};

const withoutHashes = (roles: Record<string, string[]>) =>
  JSON.parse(JSON.stringify(roles).replace(/\b[0-9a-f]{64}\./g, '<hash>.'));

const standard = synthesize();

test('every role may do exactly this', () => {
  const roles = withoutHashes(statementsByRole(standard.json));
  expect(roles).toEqual({ ...EXPECTED, ...autoDelete(roles) });
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

test('no managed policy is attached but the one of CDK\'s own bucket emptying', () => {
  const { json } = synthesize(
    {},
    ({ endpointUrl }, stack) => new DemoWebsite(stack, 'Website', { collectorUrl: endpointUrl }),
  );
  const attached = Object.entries(json.Resources)
    .filter(([, { Properties }]) => Properties?.ManagedPolicyArns)
    .map(([id]) => id);
  expect(attached).toEqual([expect.stringMatching(/^CustomS3AutoDeleteObjects/)]);
});

test('no ARN names a partition', () => {
  expect(JSON.stringify(standard.json)).not.toContain('arn:aws:');
});

/** Rights of CDK's bucket emptying are in the bucket policies. */
function autoDelete(roles: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.keys(roles)
      .filter(role => role.startsWith('CustomS3AutoDeleteObjects'))
      .map(role => [role, []]),
  );
}
