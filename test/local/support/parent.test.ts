/** The demo ends with whoever has started it. */
import { ChildProcess, spawn } from 'child_process';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { firstLine, isRunning, untilGone } from './running';
import { temporaryFolder } from '../../support/temporary-folder';

const PARENT = join(__dirname, '..', '..', '..', 'examples', 'local', 'support', 'parent.mjs');

const started: ChildProcess[] = [];
const folder = temporaryFolder('parent-', () => started.forEach(child => child.kill('SIGKILL')));

/** A program of that name which ends with its parent, and prints its pid. @returns its path */
function program(): string {
  const path = join(folder, 'demo.mjs');
  writeFileSync(path, `import { endWithParent } from '${pathToFileURL(PARENT).href}';
    endWithParent();
    setInterval(() => undefined, 1000);
    console.log(process.pid);`);
  return path;
}

/** Stands for npm: starts a command and does not pass on how it ends itself. */
async function starter(command: string, args: readonly string[]) {
  const spawned = [command, args].map(part => JSON.stringify(part)).join(', ');
  const code = `require('child_process').spawn(${spawned}, { stdio: 'inherit' })`;
  const npm = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(npm);
  return { npm, pid: Number(await firstLine(npm)) };
}

describe.each(['SIGTERM', 'SIGKILL'] as const)('%s to what has started the demo ends the demo', signal => {
  test('directly', async () => {
    const { npm, pid } = await starter(process.execPath, [program()]);
    expect(isRunning(pid)).toBe(true);
    npm.kill(signal);
    await untilGone(pid);
  });

  test('with a shell in between', async () => {
    const { npm, pid } = await starter('sh', ['-c', `"${process.execPath}" "${program()}"; exit $?`]);
    expect(isRunning(pid)).toBe(true);
    npm.kill(signal);
    await untilGone(pid);
  });
});
