// Runs the commands of the set-up one after the other, showing which and for how long.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalRunError } from '../support/errors.cjs';

const LINES_OF_A_FAILURE = 25;

/** Runs one command with its output in a log file. A failure shows the end of that log. */
export function run(command, args, { log, cwd, env = process.env }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log, { flags: 'a' });
  file.write(`$ ${command} ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.on('error', error => reject(new LocalRunError(`\`${command}\` does not start: ${error.message}`)));
    child.on('close', (status, signal) => {
      process.removeListener('SIGTERM', stop);
      file.end(() => status === 0 ? resolve() : reject(failure(command, args, status ?? signal, log)));
    });
  });
}

function failure(command, args, status, log) {
  const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_OF_A_FAILURE).join('\n');
  return new LocalRunError(`\`${[command, ...args].join(' ')}\` failed (${status}); the end of ${log}:\n${end}`);
}

/** Shows `name … seconds` while the work goes on: counting on a terminal, two lines in a log. */
export async function timed(name, work) {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const terminal = process.stdout.isTTY;
  process.stdout.write(terminal ? `  ${name} …` : `  ${name} …\n`);
  const clock = terminal ? setInterval(() => process.stdout.write(`\r  ${name} … ${seconds()} s`), 500) : undefined;
  try {
    await work();
    process.stdout.write(`${terminal ? '\r' : ''}  ${name} ✓ ${seconds()} s\n`);
  } catch (error) {
    process.stdout.write(`${terminal ? '\r' : ''}  ${name} ✗ ${seconds()} s\n`);
    throw error;
  } finally {
    clearInterval(clock);
  }
}
