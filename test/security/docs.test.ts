import { readFileSync } from 'fs';
import { join } from 'path';
import { acknowledgedTable } from './acknowledged-table';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'security.md'), 'utf8');

test('docs/security.md has every acknowledged finding with its reason', () => {
  const [table] = PAGE.match(/^\| rule \| resource .*\n(\|.*\n)+/m) ?? [];
  expect(table?.trim()).toBe(acknowledgedTable());
});
