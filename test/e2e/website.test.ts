/** The shop with settings of the collector, and without a working collector: it says so and stays a shop. */
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import type { Browser } from 'puppeteer-core';
import { DemoProcess, FREE_PORTS, START_MS } from './demo-process';
import { StaticServer } from '../../examples/local/live/static-server';
import { openPage, screenshot, startBrowser } from '../support/browser';
import { ROOT } from '../support/set-up';

const SITE = join(ROOT, 'assets', 'website');

let browser: Browser;
let site: StaticServer | undefined;

beforeAll(async () => { browser = await startBrowser(); }, 30_000);
afterEach(() => site?.close());
afterAll(() => browser?.close());

async function openShop(files: Record<string, () => unknown>) {
  site = new StaticServer(SITE, files);
  const { page } = await openPage(browser, await site.listen(0, 'site'));
  await page.waitForSelector('#notice:not([hidden])');
  const notice = await page.$eval('#notice', element => element.textContent);
  await page.click('[data-product=kiln] .add');
  expect(await page.$eval('#cart-count', element => element.textContent)).toBe('1');
  return { page, notice };
}

test('without config.json it says that it does not know where to send events', async () => {
  const { notice } = await openShop({});
  expect(notice).toBe('This shop has no config.json beside it, so it does not know where to send its events.');
}, 30_000);

test('with half a config.json it says what is missing', async () => {
  const { notice } = await openShop({ '/config.json': () => ({ writeKey: 'k' }) });
  expect(notice).toBe('config.json needs a collectorUrl and a writeKey; until then no event is sent.');
}, 30_000);

test('with a collector that does not answer it says which', async () => {
  const config = { collectorUrl: 'http://127.0.0.1:9/v1/', writeKey: 'k' };
  const { page, notice } = await openShop({ '/config.json': () => config });
  expect(notice).toBe('The collector at http://127.0.0.1:9/v1 does not answer; load the page again when it is back.');
  await screenshot(page, 'shop-without-collector');
}, 30_000);

test('with write keys, origins and a base path in the settings it sends as they demand', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({
    writeKeys: { web: { keys: ['my-key'] } },
    allowedOrigins: ['https://other.example'],
    customDomain: { basePath: 'c' },
  }));
  const demo = new DemoProcess([...FREE_PORTS, '--settings', settings]);
  try {
    await demo.says(/the Spark job starts/);
    const { page, errors } = await openPage(browser, /shop +(http\S+)/.exec(demo.output)?.[1] as string);
    await page.click('[data-product=kiln] .add');
    await page.waitForFunction('document.querySelectorAll("#log .status.good").length >= 2');
    expect([await page.$$eval('#log .status.bad', statuses => statuses.length), errors]).toEqual([0, []]);
    await page.close();
  } finally {
    demo.signalGroup('SIGINT');
    await demo.exited;
    rmSync(demo.folder, { recursive: true });
    rmSync(folder, { recursive: true });
  }
}, START_MS + 60_000);
