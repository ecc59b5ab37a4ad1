// Everything a fresh clone needs to run: Node modules, bundles, a Python environment, Delta's jars.
// Each step runs only when its inputs have changed, so a second start is quick and needs no network.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, LocalRunError } from '../support/errors.cjs';
import {
  awsEmulation, bindings, JARS, LOCAL, MINISTACK_VENV, OTHER_VENV, python, ROOT, S3A_JARS, toolchain, UV_VENV, VENV,
} from './paths.mjs';
import { checkPrerequisites, findPython, otherPython } from './prerequisites.mjs';
import { run, timed } from './progress.mjs';

const REQUIREMENTS = join(ROOT, 'glue-assets', 'requirements.txt');
const VENDORED_REQUIREMENTS = join(ROOT, 'glue-assets', 'requirements-vendored.txt');
const RESOLVE_JARS = fileURLToPath(new URL('resolve_jars.py', import.meta.url));
const JAR_HASHES = fileURLToPath(new URL('jars.sha256', import.meta.url));
const S3A_JAR_HASHES = fileURLToPath(new URL('s3a-jars.sha256', import.meta.url));
const MINISTACK_REQUIREMENTS = fileURLToPath(new URL('ministack-requirements.txt', import.meta.url));
const BINDINGS_REQUIREMENTS = join(ROOT, 'test', 'package', 'requirements.txt');
/** uv installs the hashed requirements in a third of pip's time. Pip itself checks the hashes of uv. */
const UV_REQUIREMENTS = fileURLToPath(new URL('uv-requirements.txt', import.meta.url));

/** Spark's Python processes look here before they look at the same modules beside it, which are compiled. */
const UNCOMPILED_PYSPARK = join('site-packages', 'pyspark', 'python', 'lib', 'pyspark.zip');

const log = name => join(LOCAL, 'logs', `setup-${name}.log`);

function filesUnder(path) {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function digest(files, extra = []) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(relative(ROOT, file)).update('\0').update(existsSync(file) ? readFileSync(file) : '').update('\0');
  }
  for (const text of extra) hash.update(text).update('\0');
  return hash.digest('hex');
}

/**
 * Whether node_modules holds what package-lock.json says, by npm's own record of it. Developers install modules by
 * hand, and throwing those away to install the same again would be no help.
 */
function modulesAreLocked() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const packagesOf = file => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(ROOT, 'package-lock.json'))).every(
    ([path, { version, optional, devOptional }]) => path === '' || installed[path]?.version === version
      || (installed[path] === undefined && (optional || devOptional)));
}

const STEPS = {
  modules: {
    title: 'Node modules (npm ci)',
    isCurrent: modulesAreLocked,
    work: () => run('npm', ['ci', '--no-audit', '--no-fund'], { log: log('modules'), cwd: ROOT }),
  },
  bundles: {
    title: 'Lambda and website bundles, packages of the job (projen pre-compile)',
    inputs: () => digest([
      ...filesUnder(join(ROOT, 'src')), ...filesUnder(join(ROOT, 'examples', 'website')),
      join(ROOT, '.projen', 'tasks.json'), join(ROOT, 'package-lock.json'), VENDORED_REQUIREMENTS,
    ]),
    output: join(ROOT, 'assets'),
    work: () => run('npx', ['projen', 'pre-compile'], { log: log('bundles'), cwd: ROOT }),
  },
  python: {
    title: 'Python environment (Spark, Delta, DuckDB; 1.1 GB)',
    inputs: () => requirementsDigest(REQUIREMENTS),
    output: python,
    work: () => installRequirements(VENV, REQUIREMENTS, 'python'),
  },
  otherPython: {
    title: 'Another Python for the job\'s tests',
    inputs: () => requirementsDigest(REQUIREMENTS),
    output: join(OTHER_VENV, 'bin', 'python'),
    work: () => installRequirements(OTHER_VENV, REQUIREMENTS, 'other-python', otherPython(python).command),
  },
  jars: {
    title: 'Delta jars (Spark resolves them)',
    inputs: () => digest([RESOLVE_JARS, JAR_HASHES], [pinned('pyspark'), pinned('delta-spark')]),
    output: JARS,
    work: () => run(python, [RESOLVE_JARS, 'delta', join(LOCAL, 'ivy'), JARS], { log: log('jars'), cwd: LOCAL }),
  },
  s3aJars: {
    title: 'S3A jars (Spark resolves them)',
    inputs: () => digest([RESOLVE_JARS, S3A_JAR_HASHES], [pinned('pyspark')]),
    output: S3A_JARS,
    work: () => run(python, [RESOLVE_JARS, 's3a', join(LOCAL, 'ivy-s3a'), S3A_JARS],
      { log: log('s3a-jars'), cwd: LOCAL }),
  },
  ministack: {
    title: 'AWS emulator (MiniStack)',
    inputs: () => requirementsDigest(MINISTACK_REQUIREMENTS),
    output: awsEmulation().ministack,
    work: () => installRequirements(MINISTACK_VENV, MINISTACK_REQUIREMENTS, 'ministack'),
  },
  bindings: {
    title: 'Python environment of the construct (aws-cdk-lib, jsii)',
    inputs: () => requirementsDigest(BINDINGS_REQUIREMENTS),
    output: join(bindings().venv, 'bin', 'python'),
    work: () => installRequirements(bindings().venv, BINDINGS_REQUIREMENTS, 'bindings'),
  },
};

/** The steps of the local run, in the order they depend on each other. The others are for tests. */
export const LOCAL_RUN_STEPS = Object.keys(STEPS).filter(
  name => !['otherPython', 's3aJars', 'ministack', 'bindings'].includes(name));

/** The `name==version` line of the requirements, so that a new test tool does not fetch the jars again. */
function pinned(name) {
  const line = readFileSync(REQUIREMENTS, 'utf8').split('\n').find(text => text.startsWith(`${name}==`));
  if (line !== undefined) return line;
  throw new LocalRunError(`${relative(ROOT, REQUIREMENTS)} pins no ${name}`,
    'add it to requirements.in and compile it again.');
}

/** Of what a virtual environment is made of. One that was made before they were compiled is made again. */
function requirementsDigest(requirements) {
  return digest([requirements, UV_REQUIREMENTS], ['compiled']);
}

/**
 * Makes the virtual environment if need be and brings it to exactly the hashed requirements. Compiled, because one run
 * of the job starts ten Python processes, and where nobody may write bytecode each of them would compile all it imports.
 */
async function installRequirements(venv, requirements, name, system = findPython()) {
  const options = { log: log(name), cwd: ROOT };
  const interpreter = join(venv, 'bin', 'python');
  if (!existsSync(interpreter)) {
    rmSync(venv, { recursive: true, force: true });
    await run(system, ['-m', 'venv', venv], options).catch(error => {
      throw new LocalRunError(`${system} cannot make a virtual environment`,
        `on Debian/Ubuntu run \`sudo apt install python3-venv\`. ${error.message}`);
    });
  }
  if (!existsSync(join(UV_VENV, 'bin', 'uv'))) await run(system, ['-m', 'venv', UV_VENV], options);
  await run(join(UV_VENV, 'bin', 'python'), [
    '-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--require-hashes', '--requirement', UV_REQUIREMENTS,
  ], options);
  await run(bindings().uv, [
    'pip', 'sync', '--python', interpreter, '--compile-bytecode', '--require-hashes', requirements,
  ], options);
  const lib = join(venv, 'lib');
  for (const version of readdirSync(lib)) rmSync(join(lib, version, UNCOMPILED_PYSPARK), { force: true });
}

const stamp = name => join(LOCAL, 'stamps', name);

function isStale(name) {
  const { isCurrent, inputs, output } = STEPS[name];
  if (isCurrent) return !isCurrent();
  return !existsSync(output) || !existsSync(stamp(name)) || readFileSync(stamp(name), 'utf8') !== inputs();
}

async function bring(name) {
  const { title, work, inputs, output } = STEPS[name];
  await timed(title, work);
  if (output && !existsSync(output)) {
    throw new LocalRunError(`${title} ended well but left no ${relative(ROOT, output)}`, `see ${log(name)}.`);
  }
  if (!inputs) return;
  mkdirSync(join(LOCAL, 'stamps'), { recursive: true });
  writeFileSync(stamp(name), inputs());
}

/**
 * Runs those of the given steps that are stale. The order of `steps` is that of the work.
 * @returns what the steps made: the interpreter, spark-submit and the jars
 */
export async function ensureSetUp(steps = LOCAL_RUN_STEPS) {
  if (steps.some(isStale)) {
    checkPrerequisites();
    process.stdout.write('Setting up (only what is missing or out of date):\n');
  }
  // Looked at again one by one: new Node modules may change what the bundles are made of.
  for (const name of steps) if (isStale(name)) await bring(name);
  return toolchain();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureSetUp().then(() => process.stdout.write('Everything is set up.\n'), fail);
}
