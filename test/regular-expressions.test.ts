import { spawnSync } from 'child_process';
import {
  expressionsOf, expressionsOfJob, expressionsOfPage, expressionsOfProject, superLinear,
} from './support/regular-expressions';
import { ROOT, toolchain } from './support/set-up';

test('no regular expression takes more than linear time', () => {
  const expressions = expressionsOfProject();
  const files = [
    'src/collector/function/privacy.ts', 'examples/',
    'glue-assets/clickstream_lakehouse/refine/enrich/',
  ];
  expect(files.filter(file => !expressions.some(({ where }) => where.startsWith(file)))).toEqual([]);
  expect(superLinear(expressions)).toEqual([]);
}, 240_000);

test('expressions of the job are found, however they are made', () => {
  const sources = expressionsOfJob().map(({ source }) => source);
  for (const part of ['applewebkit|gecko|chrome', '|chrome-lighthouse|', 'python-requests|', '2ip\\.ru|']) {
    expect(sources.filter(source => source.includes(part))).toHaveLength(1);
  }
});

test.each(['re.match("a", text)', 'F.rlike(column, "a")', 'def f(): return re.compile("a")'])(
  'an expression of the job that importing its module does not show is refused: %s', code => {
    const check = `import ast, sys; sys.path.insert(0, "test/support"); import python_expressions as p
p.refuse_hidden_expressions(ast.parse(${JSON.stringify(code)}), "a.py")`;
    const { status, stderr } = spawnSync(toolchain().python, ['-c', check], { cwd: ROOT, encoding: 'utf8' });
    expect([status, stderr]).toEqual([1, expect.stringContaining('a.py:1: make the expression a compiled constant')]);
  },
);

test.each([
  ['a literal', String.raw`const a = /(a+)+$/;`, 'a.ts:1: /(a+)+$/ is vulnerable, exponential'],
  ['a version after a name', String.raw`f(/^(.+?)-(\d.*)-x$/m);`, 'a.ts:1: /^(.+?)-(\\d.*)-x$/m is vulnerable'],
  ['a constructed expression', String.raw`new RegExp('\\s+$', 'g');`, 'a.ts:1: /\\s+$/g is vulnerable, 2nd degree'],
  ['a template', 'RegExp(`${word}(a*)*$`);', 'a.ts:1: /name(a*)*$/ is vulnerable, exponential'],
])('%s that takes more than linear time is found', (_kind, text, report) => {
  expect(superLinear(expressionsOf('a.ts', text))).toEqual([expect.stringContaining(report)]);
});

test('code blocks of pages are searched', () => {
  const shell = ['```sh', 'echo /(a+)+$/', '```'];
  const page = ['# Page', '', ...shell, '', '```ts', '', 'const a = /(b+)+$/;', '```'].join('\n');
  expect(superLinear(expressionsOfPage('page.md', page))).toEqual([
    expect.stringContaining('page.md.ts:9: /(b+)+$/ is vulnerable'),
  ]);
});

test('an expression that only the run decides is refused', () => {
  expect(() => expressionsOf('a.ts', 'new RegExp(pattern)')).toThrow('a.ts:1: cannot tell which expression this is');
});
