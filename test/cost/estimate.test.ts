import { aws_kms as kms, aws_secretsmanager as secretsmanager, Duration } from 'aws-cdk-lib';
import { DEV, lakehouseWith, MINIMAL, row, tableOf, usdOf } from './lakehouses';
import { CloudFrontUse, CollectorEdge, CollectorWebAcl, StreamCapacity } from '../../src';

/** List prices of us-east-1 times quantities, written down by hand. */
const MONTH = 730;
const CHECKS = MONTH * 60;
const GIB = 1024 ** 3;
const KEEPER_METRICS = row('CloudWatch', "the keeper's metrics", 0.30, 6);
const KEEPER_CALLS = [
  row('CloudWatch', "the keeper's log", 0.50, CHECKS * 1100 / GIB),
  row('Lambda', 'requests to the keeper', 0.20 / 1e6, CHECKS),
  row('Lambda', 'time of the keeper', 0.0000133334, CHECKS * 0.3 * 256 / 1024),
];
const SCHEDULED = [
  row('CloudWatch', 'alarms, by their metrics', 0.10, 14),
  row('CloudWatch', 'dashboard', 3.00, 1),
  KEEPER_METRICS,
  row('CloudWatch', "the keeper's looks for records", 0.01 / 1000, CHECKS),
  ...KEEPER_CALLS,
];

/** 100 requests a second, with ten events of 1,200 bytes each. */
const REQUESTS = 100 * MONTH * 3600;
const EVENTS = 10 * REQUESTS;
const BUSY = { eventsPerSecond: 1000, eventsPerRequest: 10 };
const EDGE = row('API Gateway', 'requests to the REST API', 3.50 / 1e6, REQUESTS);
const COLLECTOR = [
  row('Lambda', 'requests to the collector', 0.20 / 1e6, REQUESTS),
  row('Lambda', 'time of the collector', 0.0000133334,
    REQUESTS * (0.015 + (0.0004 + 10 * 0.000035) * 1769 / 512) * 0.5),
  row('CloudWatch', "the collector's log", 0.50, REQUESTS * 1084 / GIB),
  row('CloudWatch', "the API's access log", 0.50, REQUESTS * 201 / GIB),
  row('CloudWatch', 'logs that are kept', 0.03, REQUESTS * 1285 * 0.15 * 30 * 24 / MONTH / GIB),
  row('CloudWatch', "the collector's metrics", 0.30, 7),
  row('Data transfer', 'responses of the collector', 0.09, REQUESTS * 650 / GIB),
];
const STORED = row('S3', 'tables with 1 month of events', 0.023, EVENTS * 1200 * 0.5 / GIB);
const ENDPOINTS = [
  row('VPC', 'interface endpoints', 0.01, 2 * MONTH),
  row('VPC', 'records through the endpoint', 0.01, EVENTS * 1200 * 4 / 3 / GIB),
];

test('an idle lakehouse in a VPC costs what stands there', () => {
  const estimate = lakehouseWith(DEV).estimatedMonthlyCost({ eventsPerSecond: 0 });
  expect(tableOf(estimate)).toEqual([
    row('Kinesis', 'shards', 0.015, MONTH),
    row('VPC', 'interface endpoints', 0.01, 2 * MONTH),
    ...SCHEDULED,
  ]);
  expect(estimate).toMatchObject({ fixed: estimate.total, variable: 0, region: 'us-east-1', shortfalls: [] });
  expect(estimate.total.toFixed(2)).toBe('32.26');
  expect(estimate.total).toBeLessThanOrEqual(45);
});

test('an idle lakehouse outside any VPC costs at most 20 USD', () => {
  const estimate = lakehouseWith(MINIMAL).estimatedMonthlyCost({ eventsPerSecond: 0 });
  expect(tableOf(estimate)).toEqual([row('Kinesis', 'shards', 0.015, MONTH), ...SCHEDULED]);
  expect(estimate.total.toFixed(2)).toBe('17.66');
  expect(estimate.total).toBeLessThanOrEqual(20);
});

test('1,000 events a second, read every quarter of an hour', () => {
  const props = { ...DEV, stream: { capacity: StreamCapacity.provisioned(2) } };
  const estimate = lakehouseWith(props).estimatedMonthlyCost(BUSY);
  const drains = MONTH * 4;
  const readingSeconds = EVENTS * 1200 / (2 * 2 * 1024 * 1024); // two shards, 2 MiB a second each
  expect(tableOf(estimate)).toEqual([
    EDGE,
    ...COLLECTOR,
    row('Kinesis', 'shards', 0.015, 2 * MONTH),
    row('Kinesis', 'records', 0.014 / 1e6, REQUESTS),
    row('Glue', 'runs of the job', 0.308, 2 * (drains * 90 + readingSeconds) / 3600),
    ...ENDPOINTS,
    row('S3', 'requests of batches that write or list', 5 / 1e6, drains * 280 + readingSeconds / 20 * 120),
    row('S3', 'requests of batches that read', 0.4 / 1e6, drains * 396 + readingSeconds / 20 * 170),
    STORED,
    row('CloudWatch', "the job's metrics", 0.30, 6),
    row('CloudWatch', "calls with the job's metrics", 10 / 1e6, 2 * (drains + readingSeconds / 20)),
    ...SCHEDULED,
  ]);
  // The REST API alone takes it above the 900 USD that an HTTP API, at 1.00 per million requests, would allow.
  expect(estimate.total.toFixed(2)).toBe('1503.97');
  expect(estimate.total - usdOf(estimate, 'restApiRequests') + REQUESTS / 1e6).toBeLessThanOrEqual(900);
});

test('1,000 events a second, read all the time, behind a web ACL, with keys and secrets', () => {
  const estimate = lakehouseWith(stack => ({
    encryptionKey: new kms.Key(stack, 'Key'),
    collector: {
      webAcl: CollectorWebAcl.rateLimited(20_000), writeKeysSecret: new secretsmanager.Secret(stack, 'WriteKeys'),
    },
    stream: { capacity: StreamCapacity.provisioned(2), retention: Duration.days(10) },
    processing: { workers: 3, pseudonymKeySecret: new secretsmanager.Secret(stack, 'Pseudonyms') },
  })).estimatedMonthlyCost(BUSY);
  const pairs = MONTH * 3600 / 30;
  expect(tableOf(estimate)).toEqual([
    EDGE,
    row('WAF', 'web ACL', 5.00, 1),
    row('WAF', 'rules of the web ACL', 1.00, 2),
    row('WAF', 'requests that the web ACL judges', 0.60 / 1e6, REQUESTS),
    ...COLLECTOR,
    row('Kinesis', 'shards', 0.015, 2 * MONTH),
    row('Kinesis', 'retention beyond 24 hours', 0.020, 2 * MONTH),
    row('Kinesis', 'records', 0.014 / 1e6, REQUESTS),
    row('Kinesis', 'retention beyond 7 days', 0.023, 1_200_000 * 3 * 86_400 / GIB),
    row('Glue', 'job that always runs', 0.308, 3 * MONTH),
    row('S3', 'triggers that list', 5 / 1e6, pairs * 2),
    row('S3', 'triggers that read', 0.4 / 1e6, pairs * 2),
    row('VPC', 'interface endpoints', 0.01, 3 * MONTH),
    row('VPC', 'records through the endpoint', 0.01, EVENTS * 1200 * 4 / 3 / GIB),
    row('S3', 'requests of batches that write or list', 5 / 1e6, pairs * 120),
    row('S3', 'requests of batches that read', 0.4 / 1e6, pairs * 170),
    STORED,
    row('CloudWatch', "the job's metrics", 0.30, 6),
    row('CloudWatch', "calls with the job's metrics", 10 / 1e6, 2 * pairs),
    row('CloudWatch', 'alarms, by their metrics', 0.10, 16),
    row('CloudWatch', 'dashboard', 3.00, 1),
    KEEPER_METRICS,
    ...KEEPER_CALLS,
    row('KMS', 'keys', 1.00, 1),
    row('Secrets Manager', 'secrets', 0.40, 2),
  ]);
});

test('an alarm on the volume of a source is a metric and an alarm that looks at three', () => {
  const writeKeys = { web: { keys: ['a1'] }, server: { keys: ['b2'] } };
  const costOf = (sources?: string[]) => lakehouseWith({
    ...MINIMAL, collector: { writeKeys }, monitoring: { eventVolumeAnomaly: sources && { sources } },
  }).estimatedMonthlyCost({ eventsPerSecond: 10 });
  expect(tableOf(costOf(['web', 'server']))).toContainEqual(row('CloudWatch', 'metrics of single sources', 0.30, 2));
  expect(costOf(['web', 'server']).total - costOf().total).toBeCloseTo(2 * 0.60);
});

test('traces are a sample of the calls: the first of a second, and 5 % of the others', () => {
  const estimate = lakehouseWith({ ...MINIMAL, monitoring: { tracing: true } }).estimatedMonthlyCost(BUSY);
  const seconds = MONTH * 3600;
  expect(tableOf(estimate).filter(([service]) => service === 'X-Ray')).toEqual([
    row('X-Ray', 'traces of the collector', 5 / 1e6, seconds + 0.05 * (REQUESTS - seconds)),
    row('X-Ray', 'traces of the keeper', 5 / 1e6, CHECKS),
  ]);
});

describe('a cheaper edge', () => {
  const estimateOf = (edge: CollectorEdge, averageBytes = 1200) => {
    const stream = { capacity: StreamCapacity.provisioned(2) };
    return lakehouseWith({ ...DEV, stream, collector: { edge } }).estimatedMonthlyCost({ ...BUSY, averageBytes });
  };

  test('is an HTTP API, which is paid by the request and by its size', () => {
    expect(tableOf(estimateOf(CollectorEdge.HTTP_API)).slice(0, COLLECTOR.length + 1)).toEqual([
      row('API Gateway', 'requests to the HTTP API', 1.00 / 1e6, REQUESTS), ...COLLECTOR,
    ]);
    expect(usdOf(estimateOf(CollectorEdge.HTTP_API, 60_000), 'httpApiRequests')).toBeCloseTo(2 * REQUESTS / 1e6);
    expect(estimateOf(CollectorEdge.HTTP_API).total).toBeLessThanOrEqual(900);
  });

  test('or a function URL, which costs nothing and has no access log', () => {
    const { items, total } = estimateOf(CollectorEdge.FUNCTION_URL);
    expect(items.filter(({ service, description }) => /API/.test(service + description))).toEqual([]);
    expect(total).toBeLessThanOrEqual(640);
  });
});

test('CloudFront is paid by the request, by the call of its function and by the volume, and it needs a secret', () => {
  const edge = CollectorEdge.FUNCTION_URL;
  const estimateOf = (cloudFront?: CloudFrontUse) =>
    lakehouseWith({ ...MINIMAL, collector: { edge, cloudFront } }).estimatedMonthlyCost(BUSY);
  const fronted = estimateOf(CloudFrontUse.REQUIRED);
  expect(tableOf(fronted).filter(([service]) => service === 'CloudFront')).toEqual([
    row('CloudFront', 'requests through CloudFront', 0.0100 / 1e4, REQUESTS),
    row('CloudFront', 'calls of its function', 0.10 / 1e6, REQUESTS),
    row('CloudFront', 'requests to the edge', 0.020, EVENTS * 1200 / GIB),
    row('CloudFront', 'responses of the collector', 0.085, REQUESTS * 650 / GIB),
  ]);
  expect(tableOf(fronted)).toContainEqual(row('Secrets Manager', 'secrets', 0.40, 1));
  // An edge sends to CloudFront for nothing.
  expect(usdOf(fronted, 'bytesOut')).toBe(0);
  const more = REQUESTS * 1.1 / 1e6 + EVENTS * 1200 * 0.02 / GIB + REQUESTS * 650 * (0.085 - 0.09) / GIB + 0.4;
  expect(fronted.total - estimateOf().total).toBeCloseTo(more, 2);
  expect(fronted.notes).toContain('every request is taken to come through CloudFront, whose web ACL is not included');
  expect(estimateOf().notes.join()).not.toContain('CloudFront');
});

test('a stream on demand is paid by the hour and by the volume', () => {
  const props = { ...MINIMAL, stream: { capacity: StreamCapacity.onDemand(), retention: Duration.days(2) } };
  const estimate = lakehouseWith(props).estimatedMonthlyCost({ eventsPerSecond: 100, averageBytes: 1500 });
  const requests = 100 * MONTH * 3600;
  expect(tableOf(estimate).filter(([service]) => service === 'Kinesis')).toEqual([
    row('Kinesis', 'stream on demand', 0.04, MONTH),
    row('Kinesis', 'bytes written', 0.08, requests * 2048 / GIB),
    row('Kinesis', 'bytes read', 0.04, requests * 1500 / GIB),
    row('Kinesis', 'retention beyond 24 hours', 0.10, 100 * 1500 * 86_400 / GIB),
  ]);
});
