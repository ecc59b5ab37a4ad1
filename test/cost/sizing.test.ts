import { aws_ec2 as ec2, Duration, Lazy } from 'aws-cdk-lib';
import { MINIMAL, lakehouseWith, usdOf } from './lakehouses';
import { CostAssumptions, LakehouseNetwork, ProcessingSchedule, StreamCapacity, WorkerType } from '../../src';

const CONTINUOUS = { network: LakehouseNetwork.none(), stream: { capacity: StreamCapacity.provisioned(500) } };
const FREE_OF_LIMITS = { collector: { throttle: { rateLimit: 1_000_000, burstLimit: 5_000 } } };

describe('a continuous job', () => {
  const shortfalls = (eventsPerSecond: number, processing = {}) =>
    lakehouseWith({ ...CONTINUOUS, ...FREE_OF_LIMITS, processing })
      .estimatedMonthlyCost({ eventsPerSecond, eventsPerRequest: 10 }).shortfalls;

  // 70 % of 4 cores with 7,800 events a second each; the other worker is the driver.
  test('of two workers is enough for 21,840 events a second', () => {
    expect(shortfalls(21_840)).toEqual([]);
    expect(shortfalls(21_841)).toEqual([
      'the job has 2 workers and needs about 3: raise processing.workers or processing.workerType',
    ]);
  });

  test('has twice the cores for twice the price with workers of twice the size', () => {
    const processing = { workerType: WorkerType.G_2X };
    expect(shortfalls(43_680, processing)).toEqual([]);
    expect(shortfalls(43_681, processing)).toHaveLength(1);
    expect(glueUsd({ ...CONTINUOUS, processing }, 10)).toBeCloseTo(2 * 2 * 730 * 0.308);
  });
});

describe('a scheduled job', () => {
  test('is not run when nothing was sent', () => {
    expect(glueUsd(MINIMAL, 0)).toBe(0);
    expect(glueUsd(MINIMAL, 1 / 3600 / 730)).toBeCloseTo(2 * 90 / 3600 * 0.308); // one event in the month
  });

  test('takes the time of its start and of its events, which the stream or the workers limit', () => {
    const hourly = { schedule: ProcessingSchedule.every(Duration.hours(1)) };
    const seconds = (shards: number) => 90 + 3600 * 100 / Math.min(4 * 7800, shards * 2 * 1024 * 1024 / 1200);
    for (const shards of [1, 400]) {
      const stream = { capacity: StreamCapacity.provisioned(shards) };
      expect(glueUsd({ ...CONTINUOUS, stream, processing: hourly }, 100))
        .toBeCloseTo(730 * 2 * seconds(shards) / 3600 * 0.308, 6);
    }
  });

  test('runs as often as its times say', () => {
    const processing = { schedule: ProcessingSchedule.cron({ minute: '0', hour: '0/8' }) };
    expect(glueUsd({ ...CONTINUOUS, processing }, 0.001)).toBeCloseTo(730 / 8 * 2 * 90 / 3600 * 0.308, 2);
  });

  test('costs less on spare capacity', () => {
    const processing = { ...MINIMAL.processing, flexExecution: true };
    const cheap = glueUsd({ ...MINIMAL, processing }, 1);
    expect(glueUsd(MINIMAL, 1) / cheap).toBeCloseTo(0.308 / 0.203);
  });

  test('that is due before it ends is too small, and costs no more than one that always runs', () => {
    const estimate = lakehouseWith({ ...CONTINUOUS, ...FREE_OF_LIMITS, ...MINIMAL })
      .estimatedMonthlyCost({ eventsPerSecond: 100_000, eventsPerRequest: 100 });
    expect(estimate.shortfalls).toEqual([
      'a run of the job takes about 1155.3 minutes and is due every 360 minutes: '
      + 'raise stream.capacity, processing.workers or the interval of processing.schedule',
    ]);
    expect(usdOf(estimate, 'glueHours')).toBeCloseTo(2 * 730 * 0.308);
  });
});

test('an endpoint is paid for in each of its zones', () => {
  const lakehouse = lakehouseWith({});
  const [endpoint] = lakehouse.node.findAll().filter(ec2.CfnVPCEndpoint.isCfnVPCEndpoint)
    .filter(({ vpcEndpointType }) => vpcEndpointType === 'Interface');
  endpoint.subnetIds = ['subnet-1', 'subnet-2', 'subnet-3'];
  expect(usdOf(lakehouse.estimatedMonthlyCost({ eventsPerSecond: 0 }), 'endpointHours')).toBeCloseTo(4 * 730 * 0.01);
});

test('says when the API or the stream lets less through', () => {
  const { shortfalls } = lakehouseWith(MINIMAL).estimatedMonthlyCost({ eventsPerSecond: 1500 });
  expect(shortfalls.slice(0, 2)).toEqual([
    'the API lets 1000 requests per second through and gets 1500: raise collector.throttle.rateLimit',
    'the stream has 1 shard and needs at least 2: raise stream.capacity',
  ]);
});

test('takes the usual values for what is known only at deployment, and says so', () => {
  const schedule = ProcessingSchedule.cron({ hour: Lazy.string({ produce: () => '3' }) });
  const workers = Lazy.number({ produce: () => 7 });
  const estimate = lakehouseWith({ ...MINIMAL, processing: { schedule, workers } }).estimatedMonthlyCost({
    eventsPerSecond: 0.001,
  });
  expect(estimate.notes).toEqual(expect.arrayContaining([
    'processing.workers is known only at deployment: 2 is assumed',
    'processing.schedule is known only at deployment: a run every hour is assumed',
  ]));
  expect(usdOf(estimate, 'glueHours')).toBeCloseTo(730 * 2 * 90 / 3600 * 0.308, 2);
});

function glueUsd(props: Parameters<typeof lakehouseWith>[0], eventsPerSecond: number): number {
  const traffic: CostAssumptions = { eventsPerSecond };
  return lakehouseWith(props).estimatedMonthlyCost(traffic).items
    .filter(({ service }) => service === 'Glue').reduce((sum, { usd }) => sum + usd, 0);
}
