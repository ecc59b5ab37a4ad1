import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { PROTOCOLS } from '../../../../src/collector/function/protocols';
import { EVENT_RULES } from '../../../../src/contract/generated';

const ROOT = join(__dirname, '..', '..', '..', '..');
const FOLDER = join(ROOT, 'src', 'collector', 'function', 'protocols');
const PAGES = readdirSync(join(ROOT, 'docs', 'clients'));

/** Files that define a protocol, without `.ts`. */
const files = readdirSync(FOLDER).filter(file => /: Protocol = \{/.test(readFileSync(join(FOLDER, file), 'utf8')))
  .map(file => file.replace(/\.ts$/, ''));
const fileOf = (name: string) => name.replace(/_/g, '-');

test('the collector speaks every protocol that has a file', () => {
  expect(PROTOCOLS.map(({ name }) => fileOf(name)).sort()).toEqual(files.sort());
});

test('every wire format of the contract has a file', () => {
  expect(files).toEqual(expect.arrayContaining((EVENT_RULES.protocol.values ?? []).map(fileOf)));
});

test.each(files)('%s has a test and a page for its clients', file => {
  expect(existsSync(join(__dirname, `${file}.test.ts`))).toBe(true);
  expect(PAGES.filter(page => page.startsWith(file))).toHaveLength(1);
});
