// Everything a fresh clone needs to run: Node modules, bundles, a Python environment, Delta's jars.
// Each step is done only when what it depends on has changed, so a second start is quick and needs no network.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, findJava, findPython, SetupError } from './prerequisites.mjs';
import { run, timed } from './progress.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const LOCAL = join(ROOT, '.local');
const VENV = join(LOCAL, 'venv');
const JARS = join(LOCAL, 'jars');
const BIN = join(VENV, 'bin');
/** The interpreter of the Python environment. */
export const python = join(BIN, 'python');
const REQUIREMENTS = join(ROOT, 'glue-assets', 'requirements.txt');
/** Installs the hashed requirements in a third of pip's time. */
const UV = 'uv==0.13.9';

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
  for (const file of files) hash.update(relative(ROOT, file)).update('\0').update(existsSync(file) ? readFileSync(file) : '').update('\0');
  for (const text of extra) hash.update(text).update('\0');
  return hash.digest('hex');
}

/**
 * Whether node_modules holds what package-lock.json says, by npm's own record of it: someone who works here installs modules by hand, and
 * throwing those away to install the same again would be no help.
 */
function modulesAreLocked() {
  const record = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const [wanted, installed] = [join(ROOT, 'package-lock.json'), record].map(file => JSON.parse(readFileSync(file, 'utf8')).packages);
  return Object.entries(wanted).every(([path, { version, optional, devOptional }]) =>
    path === '' || installed[path]?.version === version || (installed[path] === undefined && (optional || devOptional)));
}

const STEPS = {
  modules: {
    title: 'Node modules (npm ci)',
    isCurrent: modulesAreLocked,
    work: () => run('npm', ['ci', '--no-audit', '--no-fund'], { log: log('modules'), cwd: ROOT }),
  },
  bundles: {
    title: 'Lambda and website bundles (projen pre-compile)',
    inputs: () => digest([
      ...filesUnder(join(ROOT, 'src')), ...filesUnder(join(ROOT, 'examples', 'website')), join(ROOT, '.projen', 'tasks.json'),
      join(ROOT, 'package-lock.json'),
    ]),
    output: join(ROOT, 'assets'),
    work: () => run('npx', ['projen', 'pre-compile'], { log: log('bundles'), cwd: ROOT }),
  },
  python: {
    title: 'Python environment (Spark, Delta, DuckDB; 1.1 GB)',
    inputs: () => digest([REQUIREMENTS], [UV]),
    output: python,
    work: installPython,
  },
  jars: {
    title: 'Delta jars (Spark resolves them)',
    inputs: () => digest([join(ROOT, 'examples', 'local', 'resolve_jars.py')], [pinned('pyspark'), pinned('delta-spark')]),
    output: JARS,
    work: () => run(python, [join(ROOT, 'examples', 'local', 'resolve_jars.py'), join(LOCAL, 'ivy'), JARS], { log: log('jars'), cwd: LOCAL }),
  },
};

/** The `name==version` line of the requirements, so that a new test tool does not fetch the jars again. */
function pinned(name) {
  const line = readFileSync(REQUIREMENTS, 'utf8').split('\n').find(text => text.startsWith(`${name}==`));
  if (line === undefined) throw new SetupError(`${relative(ROOT, REQUIREMENTS)} pins no ${name}: add it to requirements.in and compile it again.`);
  return line;
}

async function installPython() {
  const system = findPython();
  if (!existsSync(python)) {
    rmSync(VENV, { recursive: true, force: true });
    await run(system, ['-m', 'venv', VENV], { log: log('python'), cwd: ROOT }).catch(error => {
      throw new SetupError(`${system} cannot make a virtual environment; on Debian/Ubuntu: \`sudo apt install python3-venv\`. ${error.message}`);
    });
  }
  // uv installs itself away when it syncs its own environment, so it lives in one of its own.
  const uv = join(LOCAL, 'uv');
  if (!existsSync(join(uv, 'bin', 'uv'))) await run(system, ['-m', 'venv', uv], { log: log('python'), cwd: ROOT });
  await run(join(uv, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', UV], { log: log('python'), cwd: ROOT });
  await run(join(uv, 'bin', 'uv'), ['pip', 'sync', '--python', python, '--require-hashes', REQUIREMENTS], { log: log('python'), cwd: ROOT });
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
  if (output && !existsSync(output)) throw new SetupError(`${title} ended well but left no ${relative(ROOT, output)}; see ${log(name)}.`);
  if (!inputs) return;
  mkdirSync(join(LOCAL, 'stamps'), { recursive: true });
  writeFileSync(stamp(name), inputs());
}

/** Names of all steps, in the order they depend on each other. */
export const ALL_STEPS = Object.keys(STEPS);

/** Node, Java and Python are there; throws a SetupError that says what is missing and how to get it. */
export function checkPrerequisites() {
  checkNode();
  findJava();
  findPython();
}

/**
 * Does the stale ones of the given steps.
 * @returns what the steps made: the interpreter, spark-submit and the jars
 */
export async function ensureSetUp(steps = ALL_STEPS) {
  if (steps.some(isStale)) {
    checkPrerequisites();
    process.stdout.write('Setting up (only what is missing or out of date):\n');
  }
  // Looked at again one by one: new Node modules may change what the bundles are made of.
  for (const name of steps) if (isStale(name)) await bring(name);
  return toolchain();
}

/** Where the set-up put things. */
export function toolchain() {
  const jars = existsSync(JARS) ? readdirSync(JARS).filter(name => name.endsWith('.jar')).sort().map(name => join(JARS, name)) : [];
  return { root: ROOT, python, sparkSubmit: join(BIN, 'spark-submit'), jars };
}

/** Prints a SetupError as its sentence, anything else with its stack, and ends the process with 1. */
export function fail(error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureSetUp().then(() => process.stdout.write('Everything is set up.\n'), fail);
}
