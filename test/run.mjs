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

/** Runs a command and shows its output. */
function run([command, ...args]) {
  return new Promise((resolve) => {
    const env = {
      ...process.env, CI: 'true', PYTHONPATH: 'glue-assets',
      MAVEN_OPTS: `-Dmaven.repo.local=${bindings().mavenRepository}`,
    };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => { output += chunk; process[stream].write(chunk); });
    }
    child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
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

async function main() {
  const layers = chosenLayers(process.argv.slice(2));
  await ensureSetUp([...new Set([...LOCAL_RUN_STEPS, ...layers.flatMap(layer => STEPS[layer] ?? [])])]);
  const total = { passed: 0, failed: 0 };
  for (const layer of layers) {
    const commands = [...LAYERS[layer], ...(await WHERE_POSSIBLE[layer]?.() ?? [])];
    for (const command of commands) {
      console.log(`\n=== ${layer}: ${command.join(' ')}`);
      const started = Date.now();
      const result = await run(command);
      const count = countTests(result);
      total.passed += count.passed;
      total.failed += count.failed;
      const verdict = result.code === 0 ? 'ok' : `FAILED (exit ${result.code})`;
      console.log(`=== ${layer}: ${verdict} in ${Math.round((Date.now() - started) / 1000)} s`);
    }
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed || !total.passed ? 1 : 0;
}

main().catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
});
