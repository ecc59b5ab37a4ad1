import { spawnSync } from 'child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { delimiter, dirname, join } from 'path';

const LOCAL = join(__dirname, '..', '..', 'examples', 'local');

function run(script: string, args: string[], env: Record<string, string> = {}) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(LOCAL, script), ...args], options);
  return { status, stdout, stderr: stderr.trim() };
}

/** A command of that name which prints its argument's banner. */
function fakeCommand(name: string, banner: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fake-command-'));
  writeFileSync(join(folder, name), `#!/bin/sh\necho '${banner}' >&2\n`, { mode: 0o755 });
  return folder;
}

/** A PATH that has Node but neither Java nor Python. */
function bareBin(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bare-bin-'));
  symlinkSync(process.execPath, join(folder, 'node'));
  return folder;
}

test.each([
  [['--bogus'], 'unknown option --bogus: `npm run demo -- --help` lists them'],
  [['--events', 'many', '--once'], '--events needs a number from 1 to 1000000, got many'],
  [['--events', '5'], '--events and --kill-job need --once'],
  [['--once', '--kill-job'], '--kill-job needs --events <number>: the driver is killed in the middle of them'],
  [['--site-port', '70000'], '--site-port needs a number from 0 to 65535, got 70000'],
  [['--data'], '--data needs a folder'],
  [['--settings'], '--settings needs a file that exists, got nothing'],
  [['--settings', '/no/such.json'], '--settings needs a file that exists, got /no/such.json'],
])('demo %j stops with one sentence', (args, sentence) => {
  expect(run('demo.mjs', args)).toEqual({ status: 1, stdout: '', stderr: sentence });
});

test.each(['demo.mjs', 'query.mjs'])('%s --help explains every option', script => {
  const { status, stdout } = run(script, ['--help']);
  expect([status, stdout]).toEqual([0, expect.stringContaining('--data <folder>')]);
});

test.each([
  [[], /^which transform\?/],
  [['--bogus'], /^unknown option --bogus: `npm run transform-test -- --help` lists them$/],
  [['a.py', 'b.py'], /^one transform at a time: b\.py counts as a second one$/],
  [['--columns', '/no/such.json', 'a.py'], /^--columns needs a file that exists, got \/no\/such\.json$/],
  [['/no/such.py'], /^processing\.transform must be a Python file \(\.py\), or a folder .*, got '\/no\/such\.py'$/],
])('transform-test %j stops with one sentence', (args, sentence) => {
  const { status, stderr } = run('transform-test.mjs', args);
  expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)]);
});

test('without Java the demo says which one is needed and how to get it', () => {
  const { status, stderr } = run('demo.mjs', [], { JAVA_HOME: '/no/such/java' });
  expect(status).toBe(1);
  const problem = 'Java 17 or 21 is needed to run Spark, but `/no/such/java/bin/java` does not start';
  expect(stderr).toMatch(new RegExp(`^${problem}: install Java 17 \\(.*\\) or set JAVA_HOME to one\\.$`));
});

test.each([
  ['openjdk version "1.8.0_392"', '8'],
  ['openjdk version "11.0.2"', '11'],
  ['openjdk version "25" 2025-09-16', '25'],
])('with %s the demo says that Spark does not run on it', (banner, version) => {
  const path = [fakeCommand('java', banner), dirname(process.execPath)].join(delimiter);
  const { stderr } = run('demo.mjs', [], { JAVA_HOME: '', PATH: path });
  const problem = `Java 17 to 21 is needed to run Spark, but \`java\` is Java ${version}`;
  expect(stderr).toMatch(new RegExp(`^${problem}: install Java 17`));
});

test('without Python the demo says which one is needed and how to get it', () => {
  const path = [fakeCommand('java', 'openjdk version "17.0.1"'), bareBin(), '/bin'].join(delimiter);
  const { stderr } = run('demo.mjs', [], { JAVA_HOME: '', PYTHON: '/no/such/python', PATH: path });
  const problem = 'Python 3\\.11 or newer is needed, but none of /no/such/python starts';
  expect(stderr).toMatch(new RegExp(`^${problem}: install it \\(.*\\) or set PYTHON to its path\\.$`));
});

test.each([
  [[], /^what is the question\?/],
  [['--bogus'], /^unknown option --bogus/],
  [['select', '1'], /^one question at a time/],
  [['--seconds', 'soon', 'select 1'], /^--seconds needs a whole number, got soon$/],
  [['--saved'], /^no saved query is named "": take one of these:\n  daily_metrics +Events, visitors /],
  [['--saved', 'sessions', 'select 1'], /^one question at a time: give --saved or SQL$/],
  [['--file', '/no/such.sql'], /^--file needs a file that exists, got \/no\/such\.sql$/],
])('query %j stops with one sentence', (args, sentence) => {
  const { status, stderr } = run('query.mjs', args);
  expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)]);
});
