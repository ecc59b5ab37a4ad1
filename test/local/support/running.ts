import { ChildProcess } from 'child_process';
import { readFileSync } from 'fs';
import { createInterface } from 'readline';
import { until } from '../../../examples/local/support';

const GONE_MS = 10_000;

/** Whether the process runs: one that only waits for its parent to notice its end does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  await until(GONE_MS, `process ${pid} to end`, async () => !isRunning(pid));
}

/** The first line that a process writes to a pipe. */
export function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stdout) createInterface(stdout).once('line', resolve);
    else reject(new Error('its output is no pipe'));
  });
}
