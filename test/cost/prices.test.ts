import { aws_kinesis as kinesis, aws_ec2 as ec2, aws_glue as glue } from 'aws-cdk-lib';
import { DEV, lakehouseWith, MINIMAL, usdOf } from './lakehouses';
import { CollectorWebAcl, CostAssumptions } from '../../src';

const lakehouse = lakehouseWith(DEV);
const estimate = (more: Partial<CostAssumptions>) => lakehouse.estimatedMonthlyCost({ eventsPerSecond: 10, ...more });

test('every item names its price, its unit and the source with a date, or says that it was not checked', () => {
  for (const region of ['us-east-1', 'eu-west-1', 'eu-central-1']) {
    for (const { unitPrice, quantity, usd, unit, priceSource } of estimate({ region }).items) {
      expect(unitPrice).toBeGreaterThan(0);
      expect(usd).toBe(unitPrice * quantity);
      expect(unit).not.toBe('');
      expect(priceSource).toMatch(new RegExp(
        `^https://aws\\.amazon\\.com/.*pricing.*/, ${region}, (read in 202\\d-(0\\d|1[0-2])|not checked)$`));
    }
  }
});

test('prices of your own replace those of the list', () => {
  const items = estimate({ prices: { glueHours: 0.44, shardHours: 0 } }).items;
  const listed = estimate({}).items;
  expect(items.filter(({ priceName }) => priceName === 'shardHours')).toEqual([]);
  expect(items.filter(({ priceName }) => priceName === 'glueHours')).toMatchObject([
    { unitPrice: 0.44, priceSource: 'your own price' },
  ]);
  const others = (all: typeof items) => all.filter(({ priceName }) => !/^(glue|shard)Hours$/.test(priceName));
  expect(others(items)).toEqual(others(listed));
});

test('the region of the stack decides, or the one that is asked for', () => {
  const regionOf = (region: string, asked?: string) =>
    lakehouseWith(MINIMAL, { region, account: '123456789012' })
      .estimatedMonthlyCost({ eventsPerSecond: 0, region: asked });
  expect(regionOf('eu-central-1').region).toBe('eu-central-1');
  expect(usdOf(regionOf('eu-central-1'), 'shardHours')).toBeCloseTo(730 * 0.018);
  expect(usdOf(regionOf('eu-central-1', 'eu-west-1'), 'shardHours')).toBeCloseTo(730 * 0.017);
  expect(regionOf('eu-central-1').notes.join()).not.toContain('us-east-1');
  expect(regionOf('sa-east-1')).toMatchObject({
    region: 'us-east-1',
    notes: expect.arrayContaining(['no prices of sa-east-1 are known: those of us-east-1 are used']),
  });
  expect(estimate({})).toMatchObject({
    region: 'us-east-1',
    notes: [
      'the region is known only at deployment: prices of us-east-1 are used',
      expect.stringContaining("not checked against AWS's price list: "),
    ],
  });
});

test('names the prices that nobody has checked', () => {
  const { notes } = estimate({ region: 'eu-west-1' });
  const unchecked = notes.filter(note => note.startsWith("not checked against AWS's price list: "));
  expect(unchecked).toHaveLength(1);
  expect(unchecked[0]).toContain('shardHours');
  expect(unchecked[0]).not.toContain('logsIngested');
  expect(estimate({ region: 'eu-west-1', prices: { shardHours: 0.017 } }).notes.join()).not.toContain('shardHours');
});

test('an older version of Glue has its own price', () => {
  const older = lakehouseWith(DEV);
  (older.node.findChild('Job').node.defaultChild as glue.CfnJob).glueVersion = '5.1';
  expect(usdOf(older.estimatedMonthlyCost({ eventsPerSecond: 1 }), 'glueHoursBefore6'))
    .toBeCloseTo(730 * 4 * 2 * 90 / 3600 * 0.44, 0);
});

test('leaves out what you have already, and says so', () => {
  const { items, notes } = lakehouseWith(stack => ({
    ...DEV,
    vpc: new ec2.Vpc(stack, 'Vpc'),
    stream: { kinesisStream: new kinesis.Stream(stack, 'Stream') },
    collector: { webAcl: CollectorWebAcl.fromWebAclArn('arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b') },
    processing: { ...DEV.processing, glueMetrics: true },
  })).estimatedMonthlyCost({ eventsPerSecond: 10 });
  const services = items.map(({ service, description }) => `${service}: ${description}`);
  expect(services.filter(name => /^(VPC|Kinesis|WAF)/.test(name))).toEqual(['WAF: requests that the web ACL judges']);
  expect(notes.slice(-4)).toEqual([
    'the existing stream is not included',
    'endpoints and NAT gateways of the existing VPC are not included',
    'of the existing web ACL only its requests are included',
    "Glue's own metrics (processing.glueMetrics) are not included",
  ]);
});

test.each<[Partial<CostAssumptions>, RegExp]>([
  [{ eventsPerSecond: -1 }, /^eventsPerSecond must be a number between 0 and 10000000, got -1$/],
  [{ eventsPerSecond: NaN }, /^eventsPerSecond must be a number between 0 and 10000000, got NaN$/],
  [{ averageBytes: 0 }, /^averageBytes must be a number between 1 and 921600, got 0$/],
  [{ eventsPerRequest: 0.5 }, /^eventsPerRequest must be a number between 1 and 10000, got 0.5$/],
  [{ storedMonths: -1 }, /^storedMonths must be a number between 0 and 1200, got -1$/],
  [{ region: 'sa-east-1' }, /^region must be us-east-1, eu-west-1 or eu-central-1, got 'sa-east-1'/],
  [{ prices: { glue: 1 } }, /^prices must be among restApiRequests, .*, bytesOut, got 'glue'$/],
  [{ prices: { glueHours: -1 } }, /^prices\.glueHours must be USD for a DPU-hour, got -1$/],
])('refuses %j', (assumptions, message) => expect(() => estimate(assumptions)).toThrow(message));
