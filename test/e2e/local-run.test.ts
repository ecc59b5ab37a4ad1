/** The demo as a visitor meets it: shop, live page, SDK, query command, Ctrl-C. The job has the visitor's transform. */
import { spawnSync } from 'child_process';
import { rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { Analytics } from '@segment/analytics-node';
import type { Browser } from 'puppeteer-core';
import { DemoProcess, FREE_PORTS, START_MS } from './demo-process';
import { until } from '../../examples/local/support';
import { openPage, screenshot, startBrowser } from '../support/browser';
import { ROOT } from '../support/set-up';
import { temporaryFolder } from '../support/temporary-folder';

const QUERY = join(ROOT, 'examples', 'local', 'query.mjs');
const ROW_MS = 90_000;
const TEST_MS = ROW_MS + 30_000;

const TRANSFORM = `from pyspark.sql import functions as F


def transform(events):
    return events.withColumn("tier", F.when(F.col("plan") == "pro", "gold").otherwise("basic"))
`;
const SETTINGS = {
  transform: 'my_transform.py',
  columns: { plan: { type: 'string', trait: 'plan' }, tier: { type: 'string' } },
  geoDatabases: [join(ROOT, 'glue-assets', 'tests', 'data', 'geo', 'GeoLite2-City-Test.mmdb')],
};
/** An address that the database knows. */
const VISITOR = { ip: '175.16.199.37', city: 'Changchun' };
const folder = temporaryFolder('my-settings-');

let browser: Browser;
let demo: DemoProcess;
let urls: { shop: string; live: string; collector: string };

beforeAll(async () => {
  browser = await startBrowser();
  writeFileSync(join(folder, 'my_transform.py'), TRANSFORM);
  writeFileSync(join(folder, 'my.json'), JSON.stringify(SETTINGS));
  demo = new DemoProcess([...FREE_PORTS, '--settings', join(folder, 'my.json')]);
  await demo.says(/ready after/);
  const url = (name: string) => new RegExp(`${name} +(http\\S+)`).exec(demo.output)?.[1] as string;
  urls = { shop: url('shop'), live: url('live page'), collector: url('collector') };
}, START_MS);

afterAll(async () => {
  await browser?.close();
  if (demo?.exitCode === undefined) demo?.signalGroup('SIGINT');
  await demo?.exited;
  rmSync(demo.folder, { recursive: true });
}, 60_000);

function query(...args: string[]) {
  return spawnSync(process.execPath, [QUERY, '--data', demo.folder, ...args], { encoding: 'utf8' });
}

/** Polls the table as another reader. @returns the first column's values */
async function rowsWhere(condition: string, count: number): Promise<string[]> {
  return until(ROW_MS, `${count} rows where ${condition}`, async () => {
    const { stdout } = query(`select event_name, event_type from events where ${condition} order by 1`);
    const names = stdout.split('\n').slice(2, -2).map(line => line.split('|')[0].trim());
    return names.length >= count && names;
  }, 1000);
}

test('every call of the unmodified @segment/analytics-node becomes a row with its own id', async () => {
  const analytics = new Analytics({ writeKey: 'any', host: new URL(urls.collector).origin });
  const ids: string[] = [];
  const keepId = (_error: unknown, context?: { event: { messageId?: string } }) => {
    ids.push(context?.event.messageId ?? 'none');
  };
  analytics.identify({ userId: 'u1', traits: { plan: 'pro' }, context: { ip: VISITOR.ip } }, keepId);
  analytics.track({ userId: 'u1', event: 'Signed Up' }, keepId);
  analytics.page({ userId: 'u1', name: 'Home' }, keepId);
  analytics.screen({ userId: 'u1', name: 'Start' }, keepId);
  analytics.group({ userId: 'u1', groupId: 'g1' }, keepId);
  analytics.alias({ userId: 'u1', previousId: 'a1' }, keepId);
  await analytics.closeAndFlush();
  expect(new Set(ids).size).toBe(6);
  const names = await rowsWhere(`event_id in (${ids.map(id => `'${id}'`).join(', ')})`, 6);
  expect(names).toEqual(['Home', 'Signed Up', 'Start', 'alias', 'group', 'identify']);
}, TEST_MS);

test('the transform, the columns and the geo database of the settings make the rows', () => {
  const names = "event_name in ('identify', 'Signed Up')";
  const { stdout } = query(
    `select coalesce(plan, '-'), tier, coalesce(geo_city, '-') from events where ${names} order by event_name desc`);
  expect(stdout.split('\n').slice(2, 4).map(line => line.split('|').map(cell => cell.trim())))
    .toEqual([['pro', 'gold', VISITOR.city], ['-', 'basic', '-']]);
});

test('a click in the shop, on another origin than the collector, becomes a row', async () => {
  const { page, errors } = await openPage(browser, urls.shop);
  expect(new URL(urls.shop).origin).not.toBe(new URL(urls.collector).origin);
  for (const product of ['kiln', 'fern']) await page.click(`[data-product=${product}] .add`);
  await page.click('[data-product=meridian] .picture');
  await page.click('#account');
  await page.click('#sign-in form button');
  await page.click('#open-cart');
  await page.waitForFunction('document.querySelectorAll("#log .status.good").length >= 6');
  await screenshot(page, 'shop-cart');
  await page.click('#cart .close');
  await page.evaluate('scrollTo(0, 0)');
  await screenshot(page, 'shop');
  await page.click('#open-cart');
  await page.click('#checkout');
  const names = await rowsWhere("sdk_name = 'analytics.js' or event_name in ('Shop', 'Order Completed')", 7);
  expect(names).toEqual(expect.arrayContaining(
    ['Checkout Started', 'Order Completed', 'Product Added', 'Product Viewed', 'Shop', 'identify']));
  expect(errors).toEqual([]);
  await page.close();
}, TEST_MS);

test('the live page shows the rows, the bad event with its reason, and a green check-list', async () => {
  await fetch(`${urls.collector}events`, { method: 'POST', body: '{"user_id":"u2"}' });
  const { page, errors } = await openPage(browser, urls.live);
  await page.waitForFunction('document.querySelectorAll("#bad .code").length > 0', { timeout: ROW_MS });
  expect(await page.$$eval('#checklist .done', steps => steps.length)).toBe(5);
  const figures = await page.$$eval('.figures p', counts => counts.map(({ textContent }) => textContent));
  expect(figures).toEqual(Array(5).fill(expect.stringMatching(/^\d+$/)));
  expect(await page.$eval('#rows', rows => rows.textContent)).toContain('Order Completed');
  expect(await page.$eval('#bad', rows => rows.textContent)).toContain('missing_event_name');
  expect(await page.$eval('#job', job => job.textContent)).toBe('Spark job running');
  await screenshot(page, 'live');
  expect(errors).toEqual([]);
  await page.close();
}, TEST_MS);

test('the query command answers in DuckDB\'s and in Athena\'s dialect', () => {
  const duckdb = "select count(*) > 0 as some from events where event_name = 'Order Completed'";
  expect(query(duckdb).stdout).toMatch(/some\n-+\nTrue\n\(1 row\)/);
  const age = '"date_diff"(\'day\', from_iso8601_timestamp(\'2026-01-01T00:00:00Z\'), current_timestamp)';
  const athena = `select ${age} > 0 as later from "lakehouse"."events" limit 1`;
  expect(query('--athena', athena).stdout).toMatch(/later\n-+\nTrue/);
});

test('the saved queries, which leave robots out, show a visitor of the shop', () => {
  expect(query('--saved', 'daily_metrics').stdout).toMatch(/^event_date .*\n-.*\n20\d\d-\d\d-\d\d +\| \w+ +\| [1-9]/);
});

test.each([
  ['select nothing from events', /"nothing" not found/],
  ['selec 1', /syntax error/],
  ['create table x (a int)', /ask one question with select/],
  ['select 1; select 2', /ask one question with select/],
])('the query command says what is wrong with `%s`', (sql, message) => {
  const { status, stderr } = query(sql);
  expect([status, stderr]).toEqual([1, expect.stringMatching(message)]);
});

test('the query command says when there is no lake yet', () => {
  const { status, stderr } = query('--data', '/no/such/run', 'select 1');
  const fix = 'start one with `npm run demo` or `npm run demo -- --once`';
  expect([status, stderr.trim()]).toEqual([1, `there is no lake in /no/such/run/lake yet: ${fix}`]);
});

test('a second demo on the same port stops with one sentence and leaves nothing', async () => {
  const { port } = new URL(urls.collector);
  const second = new DemoProcess(['--once', '--collector-port', port]);
  expect(await second.exited).toBe(1);
  const fix = 'stop what listens there or choose another with --collector-port <number> (0 = any free one)';
  expect(second.output).toContain(`port ${port} is in use: ${fix}`);
  await second.leavesNothing();
  rmSync(second.folder, { recursive: true });
}, START_MS);

test('Ctrl-C ends it with 0 and leaves no process', async () => {
  demo.signalGroup('SIGINT');
  expect(await demo.exited).toBe(0);
  await demo.leavesNothing();
}, 60_000);
