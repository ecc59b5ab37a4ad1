/** However the demo ends, it leaves no process behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { DemoProcess, FREE_PORTS, START_MS } from './demo-process';

const TEST_MS = START_MS + 60_000;
/** However much hangs. */
const CTRL_C_MS = 10_000;

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

test('SIGTERM to npm, which does not pass it on', async () => {
  await startDemo(['npm', 'run', '--silent', 'demo', '--']);
  demo.signal('SIGTERM');
  await demo.leavesNothing();
}, TEST_MS);

test('SIGKILL to npm, with its shell in between', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  const shell = join(folder, 'shell');
  // It waits for the command instead of becoming it.
  writeFileSync(shell, '#!/bin/sh\nsh "$@"\nexit $?\n', { mode: 0o755 });
  await startDemo(['npm', 'run', '--silent', '--script-shell', shell, 'demo', '--']);
  demo.signal('SIGKILL');
  await demo.leavesNothing();
  rmSync(folder, { recursive: true });
}, TEST_MS);

test('Ctrl-C while the reader of the lake hangs', async () => {
  await startDemo();
  await demo.says(/ready after/);
  process.kill(demo.pidOf('lake_server.py'), 'SIGSTOP');
  const interruptedAt = Date.now();
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(Date.now() - interruptedAt).toBeLessThan(CTRL_C_MS);
  await demo.leavesNothing();
}, TEST_MS);

test('kill -9 while Spark starts', async () => {
  await startDemo();
  demo.signal('SIGKILL');
  await demo.leavesNothing();
}, TEST_MS);
