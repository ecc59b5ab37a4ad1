/** However the demo ends, nothing of it stays. */
import { rmSync } from 'fs';
import { DemoProcess, START_MS } from './demo-process';

const END_MS = 60_000;

let demo: DemoProcess;

beforeEach(async () => {
  demo = new DemoProcess(['--site-port', '0', '--live-port', '0', '--collector-port', '0']);
  await demo.says(/the Spark job starts/);
}, START_MS);

afterEach(() => rmSync(demo.folder, { recursive: true }));

test('SIGTERM while Spark starts', async () => {
  demo.signal('SIGTERM');
  expect(await demo.exited).toBe(0);
  await demo.leavesNothing();
}, END_MS);

test('kill -9 while Spark starts', async () => {
  expect(demo.leftovers.length).toBeGreaterThan(0);
  demo.signal('SIGKILL');
  await demo.leavesNothing();
}, END_MS);
