/** Every snippet of docs/clients that can run here is run as it stands, and its event is found in the stream. */
import { readFileSync } from 'fs';
import { join } from 'path';
import { BrowserLab } from './support/browser-lab';
import { PYTHON, run } from './support/client-process';
import { blocksOf, filled, pages, PAGES, PLACEHOLDERS, Snippet, snippets } from './support/snippets';

const START_MS = 60_000;
const TEST_MS = 60_000;
const SNIPPETS = snippets();
/** Languages that nothing here can run. */
const NOT_RUN = ['java', 'kotlin', 'swift', 'json', 'text'];

const lab = new BrowserLab();

/** Of the form that Jitsu's SDK wants, as its page says. */
const keyOf = ({ name }: Snippet) => (name.startsWith('jitsu') ? `${name}:secret` : `key-${name}`);

beforeAll(
  () => lab.start({ sources: Object.fromEntries(SNIPPETS.map(snippet => [snippet.name, keyOf(snippet)])) }),
  START_MS,
);

afterAll(() => lab.stop());

async function runWeb(name: string, code: string): Promise<void> {
  const visitor = await lab.visitor();
  await visitor.open(lab.site.pageWith(name, code));
  await lab.collector.eventsUntil(name, ({ events }) => events.some(isOrder)).finally(() => visitor.leave());
  expect(visitor.complaints).toEqual([]);
}

const isOrder = ({ event_name: name }: { event_name?: string }) => /^order.completed$/i.test(String(name));

test.each(SNIPPETS)('$name stores its event', async snippet => {
  const { name, platform } = snippet;
  const code = filled(snippet, lab.collector.urls.host, keyOf(snippet));
  if (platform === 'web') await runWeb(name, code);
  if (platform === 'node') await run(process.execPath, ['--input-type=module', '-e', code]);
  if (platform === 'python') await run(PYTHON, ['-c', code]);
  const { events } = await lab.collector.eventsUntil(name, stored => stored.events.some(isOrder));
  expect(events.filter(isOrder)).toEqual([expect.objectContaining({ source_id: name, user_id: 'u-1', value: 12.5 })]);
}, TEST_MS);

test('no snippet made a bad event', async () => {
  expect(await lab.collector.badLines()).toEqual([]);
});

test.each(pages())('%s has no block that is neither run nor known not to run', page => {
  const kinds = blocksOf(page).map(({ info }) => info);
  expect(kinds.filter(kind => !['js web', 'js node', 'python', ...NOT_RUN].includes(kind))).toEqual([]);
  if (kinds.some(kind => NOT_RUN.includes(kind))) {
    expect(readFileSync(join(PAGES, page), 'utf8')).toContain('Not executed by our tests');
  }
  for (const { code } of blocksOf(page)) {
    expect(code.match(/https?:\/\/[\w.-]+/g) ?? []).toEqual(
      (code.match(/https?:\/\/[\w.-]+/g) ?? []).map(() => PLACEHOLDERS.url),
    );
  }
});
