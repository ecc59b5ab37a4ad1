import { spawnSync } from 'child_process';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { Toolchain } from '../../examples/local/toolchain';

export const ROOT = join(__dirname, '..', '..');

/** Asks the set-up's modules, which jest cannot import: they are ES modules. */
function ask(module: string, call: string): string {
  const url = pathToFileURL(join(ROOT, 'examples', 'local', module)).href;
  const code = `import { ${call} } from '${url}';
    try { console.log(JSON.stringify(${call}())); } catch (error) { console.error(error.message); process.exitCode = 1; }`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** What `npm test` has set up before it runs the tests. */
export const toolchain = (): Toolchain => JSON.parse(ask('setup.mjs', 'toolchain'));

/** @throws one clear sentence when there is no browser */
export const chromePath = (): string => JSON.parse(ask('prerequisites.mjs', 'findChrome'));
