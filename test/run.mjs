// `npm test`: sets up a fresh clone, runs every layer, ends with `N passed, N failed`.
// Plain Node without dependencies, because it must run before anything is installed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bindings, ensureSetUp, findMaven, LOCAL_RUN_STEPS, OTHER_VENV, otherPython, python,
} from '../examples/local/setup/index.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = (layer, ...options) => [
  'npx', 'jest', '--ci', '--testPathIgnorePatterns', '/node_modules/', '--testMatch', `**/test/${layer}/**/*.test.ts`,
  ...options,
];
const pytest = (interpreter, ...args) => [interpreter, '-m', 'pytest', '-p', 'no:cacheprovider', ...args];

/** Needs Maven, which not every machine has. */
const JAVA_TEST = 'test/package/java.test.ts';

/** name → the commands of a layer. Each is one check, unless its runner counts its own tests. */
const LAYERS = {
  build: [['npx', 'projen', 'build']], // jsii, API.md, README's snippets, unit and template tests, eslint, tarball
  python: [
    [python, '-m', 'ruff', 'check', 'glue-assets', 'examples', 'bench', 'test'],
    [python, '-m', 'ruff', 'format', '--check', 'glue-assets', 'examples', 'bench', 'test'],
    ['npx', 'pyright', '-p', 'glue-assets'],
    pytest(python, 'glue-assets/tests'),
    ['node', 'test/soak/soak.mjs', 'job', '--seconds', '60', '--lines', '40000', '--seed', '1'],
  ],
  clients: [jest('clients', '--runInBand')], // every SDK, unmodified, against the real bundle
  e2e: [jest('e2e', '--runInBand')], // the local run: real bundle, real Kinesis emulator, real Spark, real browser
  s3a: [jest('s3a', '--runInBand')], // two deployments' jobs on S3A, behind their roles' policies
  deploy: [pytest(python, 'test/deploy')], // CDK CLI, create, destroy
  // the tarball in an empty app, the wheel in an empty environment
  package: [
    ['npx', 'projen', 'package:python'], jest('package', '--runInBand', '--testPathIgnorePatterns', JAVA_TEST),
  ],
};

/**
 * Two layers run at a time, as each waits a lot: for a JVM, an emulator, a package. They are taken in this order, the
 * longest first. All but the job's own tests read what `build` writes, so they wait for it.
 */
const ORDER = ['build', 'python', 'e2e', 's3a', 'clients', 'deploy', 'package'];
const AT_A_TIME = 2;

/** Steps of the set-up that a layer needs besides those of the local run. */
const STEPS = { s3a: ['s3aJars', 'ministack'], deploy: ['ministack'], package: ['bindings'] };

const USAGE = `usage: npm test [-- --layer <${Object.keys(LAYERS).join('|')}>]...`;

function chosenLayers(args) {
  const chosen = [];
  while (args.length) {
    const [option, layer] = args.splice(0, 2);
    if (option !== '--layer' || !LAYERS[layer]) {
      throw new Error(`unknown argument ${[option, layer].join(' ').trim()}\n${USAGE}`);
    }
    chosen.push(layer);
  }
  return chosen.length ? chosen : Object.keys(LAYERS);
}

/** The job's tests that need no JVM, under Glue's Python where the others ran under another, else under the oldest. */
async function testsOfOtherPython() {
  const { name, command } = otherPython(python);
  if (command === undefined) {
    console.log(`\n${name} is not on this machine: the job's tests run under one Python only`);
    return [];
  }
  await ensureSetUp(['otherPython']);
  return [pytest(join(OTHER_VENV, 'bin', 'python'), '-m', 'not jvm', 'glue-assets/tests')];
}

/** Builds and tests the Java package where the machine has Maven and a JDK. */
function testsOfJava() {
  if (findMaven()) return [['npx', 'projen', 'package:java'], jest('package', '--testPathPatterns', JAVA_TEST)];
  console.log('\nMaven (mvn) or a JDK (javac) is not on this machine: the Java package is neither built nor tested');
  return [];
}

/** What a layer does only on machines that have another tool. */
const WHERE_POSSIBLE = { python: testsOfOtherPython, package: testsOfJava };

/** Runs a command; shows its output as it comes, or all of it at its end where two lanes would mix theirs. */
function run([command, ...args], isAlone) {
  return new Promise((resolve) => {
    const env = {
      ...process.env, CI: 'true', PYTHONPATH: 'glue-assets',
      MAVEN_OPTS: `-Dmaven.repo.local=${bindings().mavenRepository}`,
    };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => { output += chunk; if (isAlone) process[stream].write(chunk); });
    }
    const end = (code) => {
      if (!isAlone) process.stdout.write(output);
      resolve({ code, output });
    };
    child.on('error', (error) => { output += error.message; end(1); });
    child.on('close', end);
  });
}

/** The runner's own count (jest through our reporter, pytest). A command without a count is a check by itself. */
export function countTests({ code, output }) {
  const [line] = output.split('\n').filter(text => /^(=+ )?\d+ (passed|failed)/.test(text)).slice(-1);
  const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line ?? '')?.[1] ?? 0);
  const count = { passed: of('passed'), failed: of('failed') + of('errors?') };
  if (!line) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** Runs a layer's commands one after another; returns their counts. */
async function runLayer(layer, commands, isAlone) {
  const total = { passed: 0, failed: 0 };
  for (const command of commands) {
    const title = `=== ${layer}: ${command.join(' ')}`;
    if (isAlone) console.log(`\n${title}`);
    const started = Date.now();
    const result = await run(command, isAlone);
    const count = countTests(result);
    total.passed += count.passed;
    total.failed += count.failed;
    const verdict = result.code === 0 ? 'ok' : `FAILED (exit ${result.code})`;
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`${isAlone ? '' : `${title}\n`}=== ${layer}: ${verdict} in ${seconds} s`);
  }
  return total;
}

async function main() {
  const layers = chosenLayers(process.argv.slice(2));
  await ensureSetUp([...new Set([...LOCAL_RUN_STEPS, ...layers.flatMap(layer => STEPS[layer] ?? [])])]);
  const commands = {};
  for (const layer of layers) commands[layer] = [...LAYERS[layer], ...(await WHERE_POSSIBLE[layer]?.() ?? [])];
  const waiting = ORDER.filter(layer => layers.includes(layer));
  const isAlone = waiting.length === 1;
  const counts = [];
  let built;
  const work = async () => {
    for (let layer = waiting.shift(); layer; layer = waiting.shift()) {
      if (!['build', 'python'].includes(layer)) await built;
      const count = runLayer(layer, commands[layer], isAlone);
      if (layer === 'build') built = count;
      counts.push(await count);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const sum = (of) => counts.reduce((total, count) => total + count[of], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') || !sum('passed') ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
