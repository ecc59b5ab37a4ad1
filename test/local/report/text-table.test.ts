import { spawnSync } from 'child_process';
import { join } from 'path';
import { RULED, renderTable } from '../../../examples/local/report/text-table.cjs';

test('columns are as wide as their widest value, under a line of headings', () => {
  expect(renderTable(['a', 'long name'], [['1', 'x'], ['1,000', '']])).toBe([
    '  a       long name',
    '  ─────   ─────────',
    '  1       x',
    '  1,000',
  ].join('\n'));
});

test('without headings there is no line for them', () => {
  expect(renderTable(['', ''], [['a', 'b']])).toBe('  a   b');
});

test('a value too long for a line is cut, counted in characters as a reader sees them', () => {
  const table = renderTable(['v'], [['🦊'.repeat(61)]], RULED).split('\n');
  expect(table).toEqual(['v', '-'.repeat(60), `${'🦊'.repeat(59)}…`]);
});

/** Characters that move the cursor, change colours, reverse text or start a line in a terminal. */
const ACTIVE = [
  ['ESC', '\u001b[31m', '\\u001b[31m'],
  ['NUL', '\u0000', '\\u0000'],
  ['a new line', 'a\r\nb', 'a\\u000d\\u000ab'],
  ['a tab', '\t', '\\u0009'],
  ['DEL', '\u007f', '\\u007f'],
  ['C1', '\u009b31m', '\\u009b31m'],
  ['a bidirectional override', '\u202etxt\u202c', '\\u202etxt\\u202c'],
  ['a bidirectional isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['a direction mark', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
  ['a line separator', '\u2028\u2029', '\\u2028\\u2029'],
];

test.each(ACTIVE)('%s is shown escaped, in values and headings', (_name, value, shown) => {
  const lines = renderTable([value], [[value]]).split('\n').map(line => line.trim());
  expect(lines).toEqual([shown, '─'.repeat(shown.length), shown]);
});

test.each(['Grüße', 'שלום', '👩‍👩‍👧', 'a\\u001b'])('%s is shown as it is', value => {
  expect(renderTable([''], [[value]])).toBe(`  ${value}`);
});

test('errors and what the demo says are escaped as well, line by line', () => {
  const errors = join(__dirname, '..', '..', '..', 'examples', 'local', 'support', 'errors.cjs');
  const code = `const { fail, LocalRunError } = require(${JSON.stringify(errors)});
    fail(new LocalRunError('no such\\nvalue \\u001b[31m\\u202e'))`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'no such\nvalue \\u001b[31m\\u202e\n']);
});
