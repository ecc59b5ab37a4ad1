import { readFileSync } from 'fs';
import { join } from 'path';
import {
  aws_certificatemanager as acm,
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_kms as kms,
  aws_logs as logs,
  RemovalPolicy,
} from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import {
  ClickstreamLakehouse, ClickstreamLakehouseProps, ClientIp, CollectorEdge, CollectorWebAcl, Compliance, ConsentMode,
  LakehouseNetwork,
} from '../src';
import { shortId, statementsByRole } from './support/iam-statements';
import { only, synthesize, Synthesized } from './support/lakehouse';

const standard = synthesize();

/** Ids of the resources that stay, without hashes. */
function retained({ json }: Synthesized): string[] {
  return Object.entries(json.Resources)
    .filter(([, resource]) => resource.DeletionPolicy?.startsWith('Retain'))
    .map(([id]) => shortId(id));
}

/** API Gateway's account-wide role may have come to serve other APIs. */
const ACCOUNT_WIDE = ['CollectorAccessLogRole', 'CollectorAccount'];

describe('what becomes of a resource when the stack is deleted', () => {
  test('by default only the data, the policies that protect them and the account-wide role stay', () => {
    expect(retained(standard)).toEqual([
      'StorageAccessLogsBucket', 'StorageAccessLogsBucketPolicy', 'StorageRawBucket', 'StorageRawBucketPolicy',
      'StorageLakehouseBucket', 'StorageLakehouseBucketPolicy', 'StorageDatabase', 'StorageRawTable',
      'StorageEventsTable', 'StorageBadEventsTable',
      ...ACCOUNT_WIDE,
    ]);
  });

  test('with DESTROY only the account-wide role stays', () => {
    expect(retained(synthesize({ removalPolicy: RemovalPolicy.DESTROY, network: LakehouseNetwork.none() }))).toEqual(
      ACCOUNT_WIDE,
    );
  });

  test('is decided for every type that CDK or a service would keep', () => {
    const decided =
      /^AWS::(S3::Bucket|Kinesis::Stream|Logs::LogGroup|(Glue|Athena|CloudWatch)::.*|ApiGateway::Account)$|^Custom::/;
    const undecided = Object.entries(standard.json.Resources)
      .filter(([, { Type, DeletionPolicy, UpdateReplacePolicy }]) =>
        decided.test(Type) && (!DeletionPolicy
          || DeletionPolicy.replace('ExceptOnCreate', '') !== UpdateReplacePolicy));
    expect(undecided.map(([id]) => id)).toEqual([]);
  });

  test('is said in the outputs', () => {
    const descriptions = ({ json }: Synthesized) =>
      Object.values(json.Outputs ?? {}).map(({ Description }) => Description);
    expect(descriptions(standard)).toContain('Raw table; kept when the stack is deleted');
    expect(descriptions(synthesize({ removalPolicy: RemovalPolicy.DESTROY }))).toContain(
      'Raw table; deleted with the stack',
    );
  });
});

test('logical ids are those of the last release: a changed one makes CloudFormation replace the resource', () => {
  const others = [CollectorEdge.HTTP_API, CollectorEdge.FUNCTION_URL].map(edge => synthesize({ collector: { edge } }));
  const ids = [standard, ...others].flatMap(({ json }) => Object.entries(json.Resources)).map(
    ([id, { Type }]) => `${Type === 'AWS::ApiGateway::Deployment' ? id.slice(0, -32) : id} ${Type}`,
  );
  expect([...new Set(ids)].sort()).toEqual(readFileSync(join(__dirname, 'logical-ids.txt'), 'utf8').trim().split('\n'));
});

test('every log group has a retention and goes with the stack', () => {
  const { json, graph } = synthesize({ logRetention: logs.RetentionDays.ONE_YEAR });
  for (const id of graph.find('AWS::Logs::LogGroup')) {
    expect(json.Resources[id]).toMatchObject({ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 365 } });
  }
});

test('every function of ours logs to a group of ours', () => {
  for (const id of standard.graph.find('AWS::Lambda::Function', /^Lakehouse/)) {
    expect(standard.json.Resources[id].Properties).toHaveProperty('LoggingConfig.LogGroup');
  }
});

describe('a given log group', () => {
  const shared = synthesize(stack => ({
    logGroup: logs.LogGroup.fromLogGroupName(stack, 'Central', 'central'),
    encryptionKey: new kms.Key(stack, 'Key'),
    collector: { webAcl: CollectorWebAcl.rateLimited(20_000) },
    compliance: Compliance.STRICT,
  }));
  const propertiesOf = (type: string) => shared.graph.find(type).map(id => shared.json.Resources[id].Properties);

  test('has the logs of all but the job, whose groups Glue names', () => {
    expect(shared.graph.find('AWS::Logs::LogGroup').map(shortId)).toEqual(['JobOutputLog', 'JobErrorLog']);
    const functions = propertiesOf('AWS::Lambda::Function');
    expect(functions).toHaveLength(17);
    for (const properties of functions) expect(properties).toMatchObject({ LoggingConfig: { LogGroup: 'central' } });
    expect(propertiesOf('AWS::EC2::FlowLog')).toEqual([expect.objectContaining({ LogGroupName: 'central' })]);
    expect(JSON.stringify(propertiesOf('AWS::ApiGateway::Stage'))).toContain(':log-group:central');
  });

  test('is the only one that the roles of the functions may write to', () => {
    const logging = Object.values(statementsByRole(shared.json)).flat()
      .filter(line => line.startsWith('logs:CreateLogStream logs:PutLogEvents on') && !line.includes('JobOutputLog'));
    expect(new Set(logging).size).toBe(1);
    expect(logging[0]).toMatch(/:log-group:central:\*$/);
  });

  test('must be of a class from whose lines CloudWatch makes metrics', () =>
    expect(() => synthesize(stack => ({
      logGroup: new logs.LogGroup(stack, 'Central', { logGroupClass: logs.LogGroupClass.INFREQUENT_ACCESS }),
    }))).toThrow("logGroup must be of the class STANDARD, because the collector's metrics are made from its log, got "
      + 'INFREQUENT_ACCESS: take a group of that class'));
});

test('no resource has a physical name but those whose service makes none', () => {
  const named = Object.entries(standard.json.Resources).filter(([, { Properties = {} }]) =>
    [
      'BucketName', 'FunctionName', 'RoleName', 'StreamName', 'AlarmName', 'GroupName', 'LogGroupName',
      'DashboardName',
    ].some(name => typeof Properties[name] === 'string'),
  );
  expect(named.map(([id]) => shortId(id))).toEqual(['JobOutputLog', 'JobErrorLog']);
});

test('privacy is a setting of the collector function', () => {
  const privacy = { clientIp: ClientIp.DROP, consentMode: ConsentMode.ANONYMOUS };
  const { Environment } = only(
    synthesize({ network: LakehouseNetwork.none(), privacy }), 'AWS::Lambda::Function', /CollectorFunction/,
  );
  expect(Environment.Variables).toMatchObject({ CLIENT_IP: 'drop', CONSENT_MODE: 'anonymous' });
});

test('outputs tell where to send and where to look', () => {
  expect(Object.keys(standard.json.Outputs ?? {}).map(shortId)).toEqual([
    'EndpointUrl', 'HostUrl', 'RawBucketName', 'LakehouseBucketName', 'DatabaseName', 'WorkGroupName', 'JobName',
    'DashboardName',
  ]);
});

test('outputs tell where a custom domain must point to', () => {
  const { json, lakehouse } = synthesize(stack => ({
    network: LakehouseNetwork.none(),
    collector: {
      customDomain: {
        domainName: 'collect.shop.example',
        certificate: acm.Certificate.fromCertificateArn(
          stack,
          'Certificate',
          'arn:aws:acm:eu-west-1:123456789012:certificate/1',
        ),
      },
    },
  }));
  const outputs = Object.fromEntries(Object.entries(json.Outputs ?? {}).map(([id, { Value }]) => [shortId(id), Value]));
  expect(outputs).toMatchObject({
    EndpointUrl: 'https://collect.shop.example/v1',
    HostUrl: 'https://collect.shop.example',
    CustomDomainTarget: { 'Fn::GetAtt': [expect.stringMatching(/^LakehouseCollectorDomain/), 'RegionalDomainName'] },
  });
  expect(lakehouse.hostUrl).toBe('https://collect.shop.example');
});

describe('a key', () => {
  const withKey = synthesize(stack => ({ encryptionKey: new kms.Key(stack, 'Key') }));
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  const properties = (type: string, id?: RegExp) =>
    withKey.graph.find(type, id).map(name => withKey.json.Resources[name].Properties);

  test('encrypts stream, logs, data and results', () => {
    expect(properties('AWS::Kinesis::Stream')).toEqual([
      expect.objectContaining({ StreamEncryption: { EncryptionType: 'KMS', KeyId: key } }),
    ]);
    for (const group of properties('AWS::Logs::LogGroup')) expect(group).toMatchObject({ KmsKeyId: key });
    const encrypted = properties('AWS::S3::Bucket', /(Raw|Lakehouse|Results)Bucket/).map(bucket =>
      JSON.stringify(bucket?.BucketEncryption),
    );
    expect(encrypted.filter(encryption => encryption.includes('aws:kms'))).toHaveLength(3);
    expect(properties('AWS::Athena::WorkGroup')[0]).toMatchObject({
      WorkGroupConfiguration: {
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: key } },
      },
    });
  });

  test('may be used by CloudWatch Logs for log groups of this account', () => {
    withKey.template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'CloudWatchLogs',
          Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
          Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
        })]),
      },
    });
  });

  test('whose policy cannot be changed is warned about, with the statement to add', () => {
    const { annotations } = synthesize(stack => ({
      network: LakehouseNetwork.none(),
      encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:123456789012:key/1'),
    }));
    annotations.hasWarning(
      '/Test/Lakehouse',
      Match.stringLikeRegexp('encryptionKey is imported.*add this statement.*"Sid":"CloudWatchLogs"'),
    );
  });
});

describe('the network', () => {
  test('is none on demand', () => {
    const { lakehouse, json } = synthesize({ network: LakehouseNetwork.none() });
    expect([lakehouse.vpc, lakehouse.subnet, lakehouse.securityGroup]).toEqual([undefined, undefined, undefined]);
    expect(lakehouse.connections.securityGroups).toEqual([]);
    expect(Object.values(json.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2::'))).toEqual([]);
  });

  test('lets the workers be allowed into something of the user\'s', () => {
    const { graph } = synthesize(stack => ({ vpc: new ec2.Vpc(stack, 'Own') }), (lakehouse, stack) => {
      const group = new ec2.SecurityGroup(stack, 'Database', { vpc: lakehouse.vpc! });
      group.connections.allowFrom(lakehouse, ec2.Port.tcp(5432));
    });
    expect(graph.find('AWS::EC2::SecurityGroupIngress', /^DatabasefromTestLakehouseNetworkSecurityGroup/)).toHaveLength(
      1,
    );
    expect(graph.cyclic()).toEqual([]);
  });

  test.each<[string, (vpc: ec2.IVpc) => ClickstreamLakehouseProps, string]>([
    [
      'two networks',
      vpc => ({ vpc, network: LakehouseNetwork.none() }),
      'vpc cannot be combined with network: set vpc to use an existing VPC, network to create one',
    ],
    ['subnets of no VPC', () => ({ vpcSubnets: {} }),
      'vpcSubnets selects subnets of vpc, which is not set: set it, or leave them out'],
  ])('refuses %s', (_, props, message) =>
    expect(() => synthesize(stack => props(new ec2.Vpc(stack, 'Own')))).toThrow(message),
  );
});

test('grants reach past the collector, to the workgroup and to the tables', () => {
  const { json } = synthesize({ network: LakehouseNetwork.none() }, (lakehouse, stack) => {
    const role = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });
    lakehouse.grantIngest(role('Producer'));
    lakehouse.grantQuery(role('Analyst'));
    lakehouse.grantReadTables(role('Reader'));
  });
  const { Producer, Analyst, Reader } = statementsByRole(json);
  expect(Producer).toEqual(['kinesis:ListShards kinesis:PutRecord kinesis:PutRecords on ${Stream.Arn}']);
  expect(Analyst.map(line => line.split(':')[0])).toEqual(['athena', 's3', 'glue', 's3', 's3', 's3']);
  expect(Reader.map(line => line.split(':')[0])).toEqual(['glue', 's3', 's3', 's3']);
});

test('metrics are those of collector, stream and job', () => {
  const { lakehouse, stack } = standard;
  const name = (metric: { metricName: string; namespace: string; statistic: string }) => [
    metric.namespace,
    metric.metricName,
    metric.statistic,
  ];
  expect(
    [
      lakehouse.metricAcceptedEvents(),
      lakehouse.metricBadEvents(),
      lakehouse.metricFreshness(),
      lakehouse.metricIteratorAge(),
      lakehouse.metricJobFailures(),
    ].map(name),
  ).toEqual([
    ['ClickstreamLakehouse', 'AcceptedEvents', 'Sum'],
    ['ClickstreamLakehouse', 'BadEvents', 'Sum'],
    ['ClickstreamLakehouse', 'Freshness', 'Maximum'],
    ['AWS/Kinesis', 'GetRecords.IteratorAgeMilliseconds', 'Maximum'],
    ['ClickstreamLakehouse', 'RunFailures', 'Sum'],
  ]);
  expect(stack.resolve(lakehouse.metricFreshness({ statistic: 'Average' }).statistic)).toBe('Average');
});

test('two of them live in one stack', () => {
  const { json, graph } = synthesize({ network: LakehouseNetwork.none() }, (_, stack) => {
    new ClickstreamLakehouse(stack, 'Second', { network: LakehouseNetwork.none() });
  });
  const names = (type: string, path: string[]) => graph.find(type).map(id =>
    path.reduce((value: unknown, key) => (value as Record<string, unknown>)[key], json.Resources[id].Properties));
  expect(new Set(names('AWS::Glue::Database', ['DatabaseInput', 'Name'])).size).toBe(2);
  expect(new Set(names('AWS::Athena::WorkGroup', ['Name'])).size).toBe(2);
  expect(new Set(names('AWS::ApiGateway::RestApi', ['Name'])).size).toBe(2);
});
