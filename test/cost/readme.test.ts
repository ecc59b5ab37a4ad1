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
