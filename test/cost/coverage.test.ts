import { readFileSync } from 'fs';
import { join } from 'path';
import { Annotations, CfnResource } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { lakehouseWith } from './lakehouses';
import { metricsLine } from '../../src/collector/function/metrics';
import { ACCESS_LINE_BYTES, COLLECTOR_METRICS, METRICS_LINE_BYTES } from '../../src/cost/collector-part';
import { BATCH_READ_SECONDS, JOB_METRICS, TRANSFORM_METRICS } from '../../src/cost/job-part';
import { KEEPER_METRICS } from '../../src/cost/upkeep-part';
import { anyCombination, propsOf } from '../support/any-lakehouse';
import { only, synthesize } from '../support/lakehouse';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Types that src/cost reads, or whose use it counts. */
const PRICED = [
  'AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api', 'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::AnomalyDetector', 'AWS::CloudWatch::Dashboard',
  'AWS::EC2::VPCEndpoint', 'AWS::Glue::Job', 'AWS::Kinesis::Stream', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup',
  'AWS::S3::Bucket', 'AWS::SecretsManager::Secret',
  'AWS::WAFv2::WebACL', 'AWS::WAFv2::WebACLAssociation',
];

/** Types that cost nothing by themselves, or less than a cent: catalog entries and state machines have a free tier. */
const FREE = [
  /^AWS::ApiGateway::(Account|Deployment|GatewayResponse|Method|Resource|Stage)$/,
  /^AWS::ApiGatewayV2::(Integration|Route|Stage)$/, /^AWS::Athena::(NamedQuery|WorkGroup)$/,
  /^AWS::EC2::(NetworkAcl(Entry)?|Route(Table)?|SecurityGroup(Egress|Ingress)?|Subnet|VPC)$/,
  /^AWS::EC2::Subnet(NetworkAcl|RouteTable)Association$/, /^AWS::Events::Rule$/,
  /^AWS::Glue::(Connection|Database|Table)$/, /^AWS::IAM::/, /^AWS::Lambda::(Permission|Url)$/,
  /^AWS::S3::BucketPolicy$/,
  /^AWS::StepFunctions::StateMachine$/, /^AWS::CloudFormation::CustomResource$/, /^Custom::/,
];

test('every resource is either priced or free', () => {
  fc.assert(fc.property(anyCombination, combination => {
    const nodes = lakehouseWith(stack => propsOf(stack, combination)).node.findAll();
    const unknown = nodes.filter(CfnResource.isCfnResource).map(({ cfnResourceType }) => cfnResourceType)
      .filter(type => !PRICED.includes(type) && !FREE.some(free => free.test(type)));
    expect(unknown).toEqual([]);
  }), { numRuns: 20 });
});

test('the metrics that are counted are those that are published', () => {
  const request = {
    receivedBytes: 12_345, storeRetries: 0, storeFailed: false, latencyMs: 17, status: 200, accepted: 10, bad: {},
  };
  const name = 'Analytics-LakehouseCollectorFunction1A2B3C4D-AbCdEfGhIjKl';
  const line = metricsLine(request, 'ClickstreamLakehouse', name, 1_767_323_045_678);
  const declared = JSON.parse(line)._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name);
  expect(COLLECTOR_METRICS).toEqual(declared);
  expect(Math.abs(line.length / METRICS_LINE_BYTES - 1)).toBeLessThan(0.05);

  const [, reported] = read('src/processing/function/keeper.lambda.ts').match(/report\(jobName, \{(.*?)\n {2}\}, /s)!;
  expect([...reported.matchAll(/^ {4}(\w+): /gm)].map(([, metric]) => metric)).toEqual(KEEPER_METRICS);

  const job = ['runner.py', 'refine/refiner.py'].map(file => read(`glue-assets/clickstream_lakehouse/${file}`)).join();
  const named = new Set([...job.matchAll(/"([A-Z][A-Za-z]+)": |measures\["([A-Z][A-Za-z]+)"\] = /g)]
    .map(([, key, index]) => key ?? index));
  expect([...named].sort()).toEqual([...JOB_METRICS, ...TRANSFORM_METRICS].sort());
});

test('a line of the access log is as long as it is taken to be', () => {
  const { AccessLogSetting } = only(synthesize(), 'AWS::ApiGateway::Stage');
  const values: Record<string, string> = {
    'requestId': '8f2b7c1e-1111-2222-3333-444455556666',
    'requestTimeEpoch': '1767323045678',
    'httpMethod': 'POST',
    'status': '200',
    'error.responseType': '-',
    'responseLength': '16',
    'responseLatency': '21',
    'integrationLatency': '19',
  };
  const line = (AccessLogSetting.Format as string).replace(/\$context\.([\w.]+)/g, (_, name) => values[name] ?? name);
  expect(Math.abs(line.length / ACCESS_LINE_BYTES - 1)).toBeLessThan(0.1);
});

test('a batch reads as long as it is taken to', () => {
  const limits = read('glue-assets/clickstream_lakehouse/source/shard_reader.py');
  expect(limits).toContain(`seconds: float = ${BATCH_READ_SECONDS}.0`);
});

test('the idle cost is told when the stack is synthesized, unless it is acknowledged', () => {
  const monitoring = { dashboard: false };
  const { annotations, lakehouse } = synthesize({ monitoring });
  const { total } = lakehouse.estimatedMonthlyCost({ eventsPerSecond: 0 });
  const [{ entry }] = annotations.findInfo('/Test/Lakehouse', Match.anyValue());
  expect(entry.data).toBe(`costs about ${Math.round(total)} USD a month without traffic, by prices of us-east-1: `
    + 'estimatedMonthlyCost() itemises it and adds traffic [ack: cdk-clickstream-lakehouse:idleCost]');
  const silent = synthesize({ monitoring },
    quiet => Annotations.of(quiet).acknowledgeInfo('cdk-clickstream-lakehouse:idleCost'));
  expect(silent.annotations.findInfo('/Test/Lakehouse', Match.anyValue())).toEqual([]);
});

test('what is added later is in the next estimate', () => {
  const lakehouse = lakehouseWith({});
  const alarms = () => lakehouse.estimatedMonthlyCost({ eventsPerSecond: 0 }).items
    .find(({ priceName }) => priceName === 'alarms')!.quantity;
  const before = alarms();
  lakehouse.metricFreshness().createAlarm(lakehouse, 'More', { threshold: 1, evaluationPeriods: 1 });
  expect(alarms()).toBe(before + 1);
});
