// Runs a command in a process group of its own and takes the whole group down when its parent goes, whatever ends that:
// the parent holds our standard input, which ends with it. Usage: node guard.mjs <command> [argument]...
import { spawn } from 'node:child_process';

/** Spark stops its Python workers and closes its files in far less. */
const GRACE_MS = 5000;

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

// A parent that is gone already cannot hear it: its end is acted on below.
if (child.pid !== undefined) process.send?.({ pid: child.pid }, () => undefined);
process.channel?.unref();

function signalGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // the group is gone, which is what we want
  }
}

function stop() {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE_MS).unref();
}

process.on('SIGTERM', stop);
process.on('SIGUSR2', () => signalGroup('SIGKILL')); // a crash, on purpose
process.stdin.resume().on('end', stop).on('error', stop);
child.on('error', error => {
  process.stderr.write(`${command} does not start: ${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL'); // what the command left behind
  process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1));
});
