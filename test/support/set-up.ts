import { spawnSync } from 'child_process';
import { join } from 'path';
import { pathToFileURL } from 'url';
import { AwsEmulation, Bindings, Toolchain } from '../../examples/local/setup/toolchain';

export const ROOT = join(__dirname, '..', '..');

/** Calls a function of the set-up, which jest cannot import because it is an ES module. */
function ask(call: 'awsEmulation' | 'bindings' | 'findChrome' | 'toolchain'): string {
  const url = pathToFileURL(join(ROOT, 'examples', 'local', 'setup', 'index.mjs')).href;
  const code = `import { ${call} } from '${url}';
    try { console.log(JSON.stringify(${call}())); }
    catch (error) { console.error(error.message); process.exitCode = 1; }`;
  const arguments_ = ['--input-type=module', '-e', code];
  const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout;
}

/** The tools that `npm test` has installed before it runs the tests. */
export const toolchain = (): Toolchain => JSON.parse(ask('toolchain'));

/** What `npm test` installs for the layer s3a only. */
export const awsEmulation = (): AwsEmulation => JSON.parse(ask('awsEmulation'));

/** What `npm test` installs for the layer package only. */
export const bindings = (): Bindings => JSON.parse(ask('bindings'));

/** @throws one clear sentence when there is no browser */
export const chromePath = (): string => JSON.parse(ask('findChrome'));
