import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'aws-cdk-lib';
import { DEV, lakehouseWith, usdOf } from './lakehouses';
import {
  CloudFrontUse, CollectorEdge, CollectorWebAcl, CostEstimate, LakehouseNetwork, StreamCapacity,
} from '../../src';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs', 'cost.md'), 'utf8');

test.each([
  ['job-part', 'EVENTS_PER_CORE_SECOND', (value: number) => `${value.toLocaleString('en')} events a second`],
  ['job-part', 'DRAIN_SECONDS', (value: number) => `a run takes ${value} seconds`],
  ['job-part', 'BATCH_READ_SECONDS', (value: number) => `290 more for each ${value} seconds`],
  ['collector-part', 'STORE_SECONDS', (value: number) => `${1000 * value} ms of waiting`],
  ['collector-part', 'REQUEST_CPU_SECONDS', (value: number) => `${1000 * value} ms of processor time for a request`],
  ['collector-part', 'EVENT_CPU_SECONDS', (value: number) => `${(1000 * value).toFixed(3)} ms for an event`],
  ['collector-part', 'RESPONSE_BYTES', (value: number) => `${value} bytes to the internet`],
  ['upkeep-part', 'CHECK_SECONDS', (value: number) => `a call every minute, ${value} seconds`],
])('docs/cost.md has the assumption of %s: %s', (file, constant, text) => {
  const source = readFileSync(join(ROOT, 'src', 'cost', `${file}.ts`), 'utf8');
  const [, value] = source.match(new RegExp(`const ${constant} = ([\\d_.]+);`))!;
  expect(page).toContain(text(Number(value.replace(/_/g, ''))));
});

describe('docs/cost.md says where the money goes:', () => {
  const BUSY = { eventsPerSecond: 1000, eventsPerRequest: 10 };
  const continuous = (seconds: number) => lakehouseWith({
    network: LakehouseNetwork.none(),
    collector: { webAcl: CollectorWebAcl.rateLimited(20_000) },
    processing: { triggerInterval: Duration.seconds(seconds) },
  }).estimatedMonthlyCost(BUSY);
  const usd = (value: number) => `${Math.round(value)} USD`;
  const batches = ({ items }: CostEstimate) => items
    .filter(({ description }) => description.startsWith('requests of batches'))
    .reduce((sum, item) => sum + item.usd, 0);

  test('the edge', () => {
    const [rest, http] = [CollectorEdge.REST_API, CollectorEdge.HTTP_API].map(edge => {
      const estimate = lakehouseWith({ ...DEV, collector: { edge } }).estimatedMonthlyCost(BUSY);
      return usdOf(estimate, 'restApiRequests') + usdOf(estimate, 'httpApiRequests');
    });
    expect(page).toContain(`${Math.round(rest - http)} or ${usd(rest)} a month less`);
    const [direct, fronted] = [undefined, CloudFrontUse.REQUIRED].map(cloudFront => lakehouseWith({
      ...DEV, collector: { edge: CollectorEdge.FUNCTION_URL, cloudFront },
    }).estimatedMonthlyCost(BUSY).total);
    expect(page).toContain(`for each GB that it sends to the edge: here ${usd(fronted - direct)} a month`);
  });

  test('the job', () => {
    const scheduled = lakehouseWith({ ...DEV, stream: { capacity: StreamCapacity.provisioned(2) } });
    const atRate = (eventsPerSecond: number) =>
      usd(usdOf(scheduled.estimatedMonthlyCost({ eventsPerSecond, eventsPerRequest: 10 }), 'glueHours'));
    expect(page).toContain(`A continuous job costs ${usd(usdOf(continuous(30), 'glueHours'))} a month`);
    expect(page).toContain(`costs ${atRate(1000)} at 1,000 events a second, ${atRate(100)} at 100`);
  });

  test('logs and web ACL', () => {
    const estimate = continuous(30);
    const log = estimate.items.find(({ description }) => description === "the collector's log")!;
    expect(page).toContain(`about 1 KB a request: ${usd(log.usd)} a month at 100 requests a second`);
    expect(page).toContain(`judges each request: ${usd(usdOf(estimate, 'webAclRequests'))} a month`);
  });

  test('S3', () => {
    expect(page).toContain(
      `${usd(batches(continuous(30)))} a month at the default \`triggerInterval\` of 30 seconds, `
      + `${usd(batches(continuous(10)))} at 10 seconds`);
  });
});
