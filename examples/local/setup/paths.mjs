// Where the set-up puts things, all of it under the clone.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
export const LOCAL = join(ROOT, '.local');
export const VENV = join(LOCAL, 'venv');
export const JARS = join(LOCAL, 'jars');
/** The interpreter of the Python environment. */
export const python = join(VENV, 'bin', 'python');

function jarFiles() {
  if (!existsSync(JARS)) return [];
  return readdirSync(JARS).filter(name => name.endsWith('.jar')).sort().map(name => join(JARS, name));
}

/** The interpreter, spark-submit and the jars: the `Toolchain` of toolchain.ts. */
export function toolchain() {
  return { root: ROOT, python, sparkSubmit: join(VENV, 'bin', 'spark-submit'), jars: jarFiles() };
}
