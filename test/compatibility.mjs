// `npm run compatibility`: the tarball and the collector's bundle under the versions of Node that CDK supports. Plain
// Node, because it has to run on a fresh clone.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureSetUp } from '../examples/local/setup/index.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const oldest = /[\d.]+/.exec(engines.node)[0];

/** What a user's Node runs: the synth. */
const SYNTH = ['test/package/consumer.test.ts'];
/** What Lambda's Node runs: the bundle. Lambda has no Node below 22. */
const BUNDLE = ['test/collector/function/bundle.test.ts'];

const VERSIONS = { [oldest]: SYNTH, 22: [...SYNTH, ...BUNDLE], 24: [...SYNTH, ...BUNDLE] };

function run(title, command, ...args) {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, CI: 'true' } });
  if (status !== 0) throw new Error(`${title} failed`);
  console.log(`${title}: ok in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

/** @returns the path of a Node, from npm's package of that name */
function nodeOf(version) {
  const folder = join(root, '.local', 'node', version);
  const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(binary)) {
    run(`install Node ${version}`, 'npm', 'install', '--no-audit', '--no-fund', '--no-save', '--prefix', folder,
      `node@${version}`);
  }
  return binary;
}

try {
  await ensureSetUp(['modules', 'bundles']);
  run('the tarball', 'npx', 'projen', 'compile');
  run('the tarball', 'npx', 'projen', 'package:js');
  for (const [version, tests] of Object.entries(VERSIONS)) {
    run(`Node ${version}`, nodeOf(version), 'node_modules/jest/bin/jest.js', '--ci', '--runInBand',
      '--testPathIgnorePatterns', '/node_modules/', '--runTestsByPath', ...tests);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
