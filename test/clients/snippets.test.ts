/** Every snippet of docs/clients that can run here is run as it stands, and its event is found in the stream. */
import { readFileSync } from 'fs';
import { join } from 'path';
import type { Browser } from 'puppeteer-core';
import { PYTHON, run } from './support/client-process';
import { ClientSite } from './support/client-site';
import { Collector } from './support/collector';
import { blocksOf, filled, pages, PAGES, PLACEHOLDERS, Snippet, snippets } from './support/snippets';
import { Visitor } from './support/visitor';
import { startBrowser } from '../support/browser';

const START_MS = 60_000;
const TEST_MS = 60_000;
const SNIPPETS = snippets();
/** Languages that nothing here can run. */
const NOT_RUN = ['java', 'kotlin', 'swift', 'json', 'text'];

let collector: Collector;
let browser: Browser;
const site = new ClientSite();

/** Of the form that Jitsu's SDK wants, as its page says. */
const keyOf = ({ name }: Snippet) => (name.startsWith('jitsu') ? `${name}:secret` : `key-${name}`);

beforeAll(async () => {
  const sources = Object.fromEntries(SNIPPETS.map(snippet => [snippet.name, keyOf(snippet)]));
  [collector, browser] = await Promise.all([Collector.start({ sources }), startBrowser()]);
  await site.listen();
}, START_MS);

afterAll(async () => {
  await browser?.close();
  await site.close();
  await collector?.stop();
});

async function runWeb(name: string, code: string): Promise<void> {
  const visitor = await Visitor.of(browser);
  await visitor.open(site.pageWith(name, code));
  await collector.eventsUntil(name, ({ events }) => events.some(isOrder)).finally(() => visitor.leave());
  expect(visitor.complaints).toEqual([]);
}

const isOrder = ({ event_name: name }: { event_name?: string }) => /^order.completed$/i.test(String(name));

test.each(SNIPPETS)('$name stores its event', async snippet => {
  const { name, platform } = snippet;
  const code = filled(snippet, collector.urls.host, keyOf(snippet));
  if (platform === 'web') await runWeb(name, code);
  if (platform === 'node') await run(process.execPath, ['--input-type=module', '-e', code]);
  if (platform === 'python') await run(PYTHON, ['-c', code]);
  const { events } = await collector.eventsUntil(name, stored => stored.events.some(isOrder));
  expect(events.filter(isOrder)).toEqual([expect.objectContaining({ source_id: name, user_id: 'u-1', value: 12.5 })]);
}, TEST_MS);

test('no snippet made a bad event', async () => {
  expect(await collector.badLines()).toEqual([]);
});

test.each(pages())('%s has no block that is neither run nor known not to run', page => {
  const kinds = blocksOf(page).map(({ info }) => info);
  expect(kinds.filter(kind => !['js web', 'js node', 'python', ...NOT_RUN].includes(kind))).toEqual([]);
  if (kinds.some(kind => NOT_RUN.includes(kind))) expect(readFileSync(join(PAGES, page), 'utf8')).toContain('Not executed by our tests');
  for (const { code } of blocksOf(page)) expect(code.match(/https?:\/\/[\w.-]+/g) ?? []).toEqual((code.match(/https?:\/\/[\w.-]+/g) ?? []).map(() => PLACEHOLDERS.url));
});
