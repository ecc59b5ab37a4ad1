import {
  expressionsOf, expressionsOfJob, expressionsOfPage, expressionsOfProject, superLinear,
} from './support/regular-expressions';

test('no regular expression takes more than linear time', () => {
  const expressions = expressionsOfProject();
  const files = [
    'src/collector/function/privacy.ts', 'examples/',
    'glue-assets/clickstream_lakehouse/refine/enrich/',
  ];
  expect(files.filter(file => !expressions.some(({ where }) => where.startsWith(file)))).toEqual([]);
  expect(superLinear(expressions)).toEqual([]);
}, 240_000);

test('expressions of the job are found with the constants they are made of', () => {
  const sources = expressionsOfJob().map(({ source }) => source);
  expect(sources.filter(source => source.includes('applewebkit|gecko|chrome'))).toHaveLength(1);
  expect(sources).toContain('^\\{\\s*\\}$');
});

test('expressions that a function of the job is given are found by its calls', () => {
  const sources = expressionsOfJob().map(({ source }) => source);
  for (const part of ['|chrome-lighthouse|', '(python-requests|', '2ip\\.ru|']) { // two tables, and robots.txt
    expect(sources.filter(source => source.includes(part))).toHaveLength(1);
  }
});

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
