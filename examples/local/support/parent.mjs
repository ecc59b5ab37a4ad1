// Ends the demo with whoever has started it. npm does not pass SIGTERM on, and cannot pass on SIGKILL.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const POLL_MS = 500;
/** Orphans are handed to it. A demo that starts as its child has no parent to follow. */
const INIT = 1;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); // dead, but its parent has not noticed
  } catch {
    return true; // not Linux
  }
}

/** The parent and, if that is only the shell in which npm runs our command line, the shell's parent as well. */
function starters() {
  const found = [];
  const script = basename(process.argv[1]);
  for (let pid = process.ppid; pid > INIT;) {
    found.push(pid);
    const { stdout } = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
    if (!command?.includes(script)) break;
    pid = Number(parent);
  }
  return found;
}

/** Sends SIGTERM to this process, which stops in good order, as soon as whoever has started it is gone. */
export function endWithParent() {
  const parent = process.ppid;
  const watched = starters();
  if (watched.length === 0) return;
  const clock = setInterval(() => {
    if (process.ppid === parent && watched.every(isAlive)) return;
    clearInterval(clock);
    process.kill(process.pid, 'SIGTERM');
  }, POLL_MS);
  clock.unref();
}
