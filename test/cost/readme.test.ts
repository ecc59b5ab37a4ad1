import { spawnSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';

const ROOT = join(__dirname, '..', '..');

/** What `npm run cost` prints, without its set-up. */
function printedTable(): string {
  const run = spawnSync(process.execPath, [
    require.resolve('tsx/cli'), '--tsconfig', 'examples/tsconfig.json', 'examples/cost-table.ts',
  ], {
    cwd: ROOT,
    env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:disable-asset-staging': true }) },
    encoding: 'utf8',
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout.trim();
}

test('README.md has the table that npm run cost prints', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, table] = readme.match(/<!-- npm run cost -->\n(.*?)\n<!-- end -->/s)!;
  expect(table.trim()).toBe(printedTable());
});

test('its comparison with alternatives quotes that table', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, idle, , at100] = readme.match(/^\| minimal \|.*$/m)![0].split('|').map(cell => cell.trim()).slice(1);
  expect(readme).toContain(`| **This construct** | ${idle} a month idle and ${at100} at 100 events/s, for AWS `);
});
