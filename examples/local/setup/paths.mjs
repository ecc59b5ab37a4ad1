// Where the set-up puts things, all of it under the clone.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
export const LOCAL = join(ROOT, '.local');
export const VENV = join(LOCAL, 'venv');
export const JARS = join(LOCAL, 'jars');
export const S3A_JARS = join(LOCAL, 's3a-jars');
/** Its environment is its own, because it needs another botocore than the job. */
export const MINISTACK_VENV = join(LOCAL, 'ministack');
/** The job's tests that need no JVM run under another Python, too. */
export const OTHER_VENV = join(LOCAL, 'venv-other');
/** What the Python package of the construct needs, the package itself aside. */
const BINDINGS_VENV = join(LOCAL, 'bindings');
/** uv uninstalls itself when it syncs its own environment, so it lives in a separate one. */
export const UV_VENV = join(LOCAL, 'uv');
/** The interpreter of the Python environment. */
export const python = join(VENV, 'bin', 'python');

function jarFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(name => name.endsWith('.jar')).sort().map(name => join(folder, name));
}

/** The interpreter, spark-submit and the jars: the `Toolchain` of toolchain.ts. */
export function toolchain() {
  return { root: ROOT, python, sparkSubmit: join(VENV, 'bin', 'spark-submit'), jars: jarFiles(JARS) };
}

/** The `Bindings` of toolchain.ts. */
export function bindings() {
  return { venv: BINDINGS_VENV, uv: join(UV_VENV, 'bin', 'uv'), mavenRepository: join(LOCAL, 'm2') };
}

/** The `AwsEmulation` of toolchain.ts. */
export function awsEmulation() {
  return { s3aJars: jarFiles(S3A_JARS), ministack: join(MINISTACK_VENV, 'bin', 'ministack') };
}
