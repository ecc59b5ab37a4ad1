/** Runs a client in a process of its own, as its users do. */
import { execFile } from 'child_process';
import { join } from 'path';
import { ROOT } from '../../support/set-up';

const CLIENT_MS = 60_000;
const CLIENTS = join(__dirname, '..');
export const PYTHON = join(ROOT, '.local', 'venv', 'bin', 'python');

/** Call → the id it got. */
export type Ids = Record<string, string>;

/** @returns what it wrote to stdout @throws with all it wrote, when it fails or does not end */
export function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: ROOT, timeout: CLIENT_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}

async function idsOf(program: string, script: string, args: readonly string[]): Promise<Ids> {
  const output = await run(program, [join(CLIENTS, script), ...args]);
  return JSON.parse(output.trim().split('\n').pop() ?? '') as Ids;
}

export const runNode = (sdk: string, ...args: string[]) => idsOf(process.execPath, `node/${sdk}.mjs`, args);
export const runPython = (sdk: string, ...args: string[]) => idsOf(PYTHON, `python/${sdk}.py`, args);
