/** However the demo ends, it leaves no process behind. */
import { rmSync } from 'fs';
import { DemoProcess, FREE_PORTS, START_MS } from './demo-process';

const TEST_MS = START_MS + 60_000;

let demo: DemoProcess;

async function startDemo(command?: string[]) {
  demo = new DemoProcess(FREE_PORTS, command);
  await demo.says(/the Spark job starts/);
  expect(demo.leftovers.length).toBeGreaterThan(0);
}

afterEach(async () => {
  demo.signalGroup('SIGKILL');
  await demo.exited;
  rmSync(demo.folder, { recursive: true });
});

test('SIGTERM while Spark starts', async () => {
  await startDemo();
  demo.signal('SIGTERM');
  expect(await demo.exited).toBe(0);
  await demo.leavesNothing();
}, TEST_MS);

test('Ctrl-C through npm, which passes on the signal that the terminal has sent already', async () => {
  await startDemo(['npm', 'run', '--silent', 'demo', '--']);
  demo.signalGroup('SIGINT');
  await demo.exited;
  expect(demo.output).toContain('stopping …');
  await demo.leavesNothing();
}, TEST_MS);

test('kill -9 while Spark starts', async () => {
  await startDemo();
  demo.signal('SIGKILL');
  await demo.leavesNothing();
}, TEST_MS);
