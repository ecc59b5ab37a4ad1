import { readFileSync } from 'fs';
import { join } from 'path';
import * as limits from '../../../src/collector/function/limits';

const PAGE = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'collector.md'), 'utf8');
const KIB = 1024;
const MIB = 1024 * KIB;

/** A limit as a reader of the page sees it. */
function readable(name: string, value: number): string {
  if (name.endsWith('_BYTES')) return value % MIB === 0 ? `${value / MIB} MiB` : `${value / KIB} KiB`;
  if (name.endsWith('_MS')) return `${value / 1000} s`;
  if (name.endsWith('_SECONDS')) return `${value} s`;
  return value.toLocaleString('en-US');
}

test('docs/collector.md has every limit with its value', () => {
  const rows = [...PAGE.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name, value]);
  const expected = Object.entries(limits).map(([name, value]) => [name, readable(name, value)]);
  expect(rows).toEqual(expected);
});
