/** The command that tries a user's transform, with real Spark. */
import { spawnSync } from 'child_process';
import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { ROOT } from '../support/set-up';
import { temporaryFolder } from '../support/temporary-folder';

const RUN_MS = 180_000;

const folder = temporaryFolder('transform-');

function tryTransform(source: string) {
  const path = join(folder, 'my_transform.py');
  writeFileSync(path, source);
  const command = join(ROOT, 'examples', 'local', 'transform-test.mjs');
  return spawnSync(process.execPath, [command, path], { encoding: 'utf8', timeout: RUN_MS });
}

test('it prints what the transform changes, and nothing else', () => {
  const { status, stdout } = tryTransform(`from pyspark.sql import functions as F


def transform(events):
    return events.where("event_name <> 'identify'").withColumn("value", F.col("value") + 1)
`);
  expect(status).toBe(0);
  const [, , ...lines] = stdout.trimEnd().split('\n');
  const rows = lines.slice(0, -1).map(line => line.split('|').map(cell => cell.trim()));
  expect(new Set(rows.map(([, , column]) => column))).toEqual(new Set(['value', '(the event)']));
  expect(rows).toContainEqual(['segment', 'Order Completed', 'value', '12.5', '13.5']);
  expect(lines.at(-1)).toBe('(10 events, 9 kept)');
}, RUN_MS);

test('npm runs it on the example of the docs, with its columns and a file that it may import', () => {
  const page = readFileSync(join(ROOT, 'docs', 'processing.md'), 'utf8');
  const [, example] = /```python\n([^`]*def transform\([^`]*)```/.exec(page) ?? [];
  const columns = { cart_value: { type: 'double', property: 'cart.value' }, tier: { type: 'string' } };
  const files = { 'my_transform.py': example, 'rates.py': '', 'columns.json': JSON.stringify(columns) };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  const [transform, extra, columnsFile] = Object.keys(files).map(file => join(folder, file));
  const { status, stdout } = spawnSync(
    'npm', ['run', '--silent', 'transform-test', '--', transform, '--extra', extra, '--columns', columnsFile],
    { cwd: ROOT, encoding: 'utf8', timeout: RUN_MS });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('(10 events, 10 kept)') });
  expect(stdout).toMatch(/^segment +\| Order Completed +\| tier +\| null +\| basic *$/m);
}, RUN_MS);

test('it names the place of an error, and ends with 1', () => {
  const { status, stderr } = tryTransform('def transform(events):\n    raise ValueError("no rates")\n');
  expect({ status, stderr }).toEqual({
    status: 1, stderr: expect.stringContaining('transform threw ValueError at my_transform.py:2: no rates'),
  });
}, RUN_MS);
