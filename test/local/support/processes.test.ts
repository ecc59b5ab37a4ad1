/** Processes of the local run end with it, in good order or not. */
import { execFileSync, spawn } from 'child_process';
import { join } from 'path';
import { firstLine, isRunning, untilGone } from './running';
import { Guarded } from '../../../examples/local/support/guarded';
import { killRemaining, OUT_OF_CTRL_C, remember } from '../../../examples/local/support/processes';
import { ROOT } from '../../support/set-up';
import { temporaryFolder } from '../../support/temporary-folder';

/** A shell that ignores SIGTERM and has a child that does so, too. */
const STUBBORN = 'trap "" TERM; (trap "" TERM; echo $$; while :; do sleep 1; done) & echo $!; wait';

const folder = temporaryFolder('processes-');

/** A guarded command with a child, and the ids of both. */
async function stubborn() {
  const pids: number[] = [];
  const guarded = await new Promise<Guarded>(resolve => {
    const created: Guarded = new Guarded('sh', ['-c', STUBBORN], {
      cwd: folder,
      env: process.env,
      onLine: line => { if (pids.push(Number(line)) === 2) resolve(created); },
      onErrorLine: () => undefined,
    });
  });
  await guarded.named;
  expect(pids.map(isRunning)).toEqual([true, true]);
  return { guarded, pids };
}

test('killing what remains reaches a command that a guard has started, and its children', async () => {
  const { guarded, pids } = await stubborn();
  killRemaining();
  await guarded.exited;
  await Promise.all(pids.map(untilGone));
});

test('a guard that is killed does not leave its command behind', async () => {
  const { guarded, pids } = await stubborn();
  const parents = execFileSync('ps', ['-o', 'ppid=', '-p', pids.join()], { encoding: 'utf8' }).trim().split(/\s+/);
  const [guard] = parents.map(Number).filter(parent => !pids.includes(parent));
  process.kill(guard, 'SIGKILL');
  await guarded.exited;
  await Promise.all(pids.map(untilGone));
});

test('a guard whose parent is killed before it could name the command does not leave the command behind', async () => {
  const guard = spawn(process.execPath, [join(ROOT, 'examples', 'local', 'support', 'guard.mjs'), 'sh', '-c', STUBBORN],
    { stdio: ['pipe', 'pipe', 'ignore', 'ipc'] });
  guard.disconnect();
  const command = Number(await firstLine(guard));
  guard.stdin?.end();
  await untilGone(command);
});

test('killing what remains reaches any process that is remembered, but only while it runs', async () => {
  const child = remember(spawn('sh', ['-c', STUBBORN], { ...OUT_OF_CTRL_C, stdio: ['ignore', 'pipe', 'ignore'] }));
  await firstLine(child);
  killRemaining();
  await untilGone(child.pid as number);
  killRemaining();
});
