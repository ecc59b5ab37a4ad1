/** The whole pipeline with 10,000 events while the Spark driver is killed. Other readers of the tables agree. */
import { execFileSync, spawnSync } from 'child_process';
import { rmSync } from 'fs';
import { join } from 'path';
import { DemoProcess } from './demo-process';
import { countQuery } from '../../examples/local/lake';
import { TABLES } from '../../src/contract/generated';
import { ROOT, toolchain } from '../support/set-up';

const EVENTS = 10_000;
const RUN_MS = 600_000;

/** The rows of each table as the deltalake package counts them. */
const DELTA_COUNTS = `import json, sys, deltalake
rows = lambda table: deltalake.DeltaTable(f"{sys.argv[1]}/{table}").to_pyarrow_dataset().count_rows()
print(json.dumps({table: rows(table) for table in sys.argv[2:]}))`;

let demo: DemoProcess;

beforeAll(async () => {
  demo = new DemoProcess(['--once', '--events', String(EVENTS), '--kill-job']);
  await demo.exited;
}, RUN_MS);

afterAll(() => rmSync(demo.folder, { recursive: true }));

/** A figure of the report. */
function figure(name: string): number {
  const found = new RegExp(`^ +${name} +([\\d,]+)`, 'm').exec(demo.output);
  return Number(found?.[1].replace(/,/g, '') ?? NaN);
}

test('the run says that no event is lost or stored twice, and exits with 0', () => {
  expect(demo.output).toContain('✓ Every event sent is one row or one bad event');
  expect(demo.exitCode).toBe(0);
});

test('the driver was killed and started again', () => {
  expect(demo.output).toMatch(/Spark driver killed +once/);
  expect(demo.output).toContain('start 2');
});

test('events and bad events are what was sent; copies are removed', () => {
  expect(figure('events sent')).toBeGreaterThan(EVENTS);
  expect(figure('in events') + figure('in bad_events')).toBe(figure('events sent'));
  expect(figure('sent again by clients')).toBeGreaterThan(0);
  expect(figure('duplicates removed')).toBe(figure('sent again by clients'));
  expect(figure('duplicates left')).toBe(0);
});

test('every bad input got its documented answer', () => {
  const answers = ['400 invalid_json', '413 body_too_large', '413 inflated_too_large', '400 missing_event_name',
    '404 unknown_path'];
  for (const answer of answers) {
    expect(demo.output).toMatch(new RegExp(`${answer} +✓`));
  }
});

test('Spark, deltalake and DuckDB count the same, and any Delta reader of protocol 1 can', () => {
  const { python, jars } = toolchain();
  const lake = join(demo.folder, 'lake');
  const tables = Object.keys(TABLES);
  const arguments_ = [join(__dirname, 'spark_counts.py'), lake, jars.join(':'), ...tables];
  const counted = spawnSync(python, arguments_, { encoding: 'utf8' });
  const spark = JSON.parse(counted.stdout.trim().split('\n').pop() || `"${counted.stderr}"`);
  const delta = JSON.parse(execFileSync(python, ['-c', DELTA_COUNTS, lake, ...tables], { encoding: 'utf8' }));
  const query = [join(ROOT, 'examples', 'local', 'query.mjs'), '--data', demo.folder, countQuery()];
  const answer = execFileSync(process.execPath, query, { encoding: 'utf8' });
  const [records, , events, bad] = answer.split('\n')[2].split('|').map(Number);

  expect([records, events, bad]).toEqual([delta.raw, delta.events, delta.bad_events]);
  const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
  expect(spark).toEqual(Object.fromEntries(tables.map(name => [name, { rows: delta[name], ...protocol }])));
  expect(delta.events).toBe(figure('in events'));
}, 120_000);

test('no process is left', () => demo.leavesNothing());
