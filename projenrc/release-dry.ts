/**
 * `npm run release:dry`: makes in a clone what a release of HEAD would publish, installs it in the examples, names it,
 * and publishes nothing. The steps are those of the task `release`, but for the tests that need no package.
 */
import { execFileSync, spawnSync } from 'child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

const ROOT = join(__dirname, '..');

/** Where jsii-pacmak puts what each registry gets. */
const PACKAGES = {
  'npm': /^js\/(?<name>.+)@(?<version>[^@]+)\.jsii\.tgz$/,
  'PyPI': /^python\/(?<name>[^-]+)-(?<version>[^-]+?)(?:-py3-none-any\.whl|\.tar\.gz)$/,
  'Maven Central': /^java\/.+\/(?<name>[^/]+)\/(?<version>[^/]+)\/\k<name>-\k<version>(?:-\w+)?\.(?:jar|pom)$/,
};

export interface Published {
  readonly registry: string;
  readonly version: string;
  /** Path in `dist/`. */
  readonly file: string;
}

/**
 * @param files paths in `dist/`
 * @returns those that a release publishes
 * @throws Error when a registry would get nothing, or another version than the bumped one
 */
export function publishedFiles(files: readonly string[], version: string): Published[] {
  const published = Object.entries(PACKAGES).flatMap(([registry, pattern]) => {
    const found = files.flatMap(file => {
      const groups = pattern.exec(file)?.groups;
      return groups ? [{ registry, version: groups.version, file }] : [];
    });
    if (found.length === 0) throw new Error(`${registry} would get nothing: dist/ has no file like ${pattern.source}`);
    return found;
  });
  const other = published.find(({ version: found }) => found !== version);
  if (other) throw new Error(`${other.file} must be of version ${version}, as dist/version.txt says`);
  return published;
}

/** Lines that the workflow's job for a registry must have, so that nobody needs a stored token to publish. */
const PUBLISHING = {
  release_npm: ['id-token: write', 'NPM_CONFIG_PROVENANCE: "true"', 'NPM_TRUSTED_PUBLISHER: "true"'],
  release_pypi: ['id-token: write', 'PYPI_TRUSTED_PUBLISHER: "true"'],
  release_maven: ['MAVEN_SERVER_ID: central-ossrh', 'MAVEN_GPG_PRIVATE_KEY: ${{ secrets.MAVEN_GPG_PRIVATE_KEY }}'],
};

/** @returns `job: line` for each line that release.yml lacks */
export function missingInWorkflow(workflow: string): string[] {
  const jobs = workflow.split(/^(?= {2}\w+:$)/m);
  return Object.entries(PUBLISHING).flatMap(([name, lines]) => {
    const job = jobs.find(text => text.startsWith(`  ${name}:\n`)) ?? '';
    return lines.filter(line => !job.includes(` ${line}\n`)).map(line => `${name}: ${line}`);
  });
}

/** Runs a command in the clone and says how long it took. @throws Error with the end of its output */
function step(clone: string, title: string, command: string, ...args: string[]) {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: clone,
    env: {
      ...process.env,
      RELEASE: 'true',
      MAJOR: '0',
      CI: 'true',
      TSX_TSCONFIG_PATH: undefined, // that of this program
      MAVEN_OPTS: `-Dmaven.repo.local=${join(ROOT, '.local', 'm2')}`,
    },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`${title} failed:\n${`${stdout}${stderr}`.split('\n').slice(-60).join('\n')}`);
  }
  console.log(`${title}: ${Math.round((Date.now() - started) / 1000)} s`);
}

function cloneOfHead(): string {
  const clone = mkdtempSync(join(tmpdir(), 'release-dry-'));
  execFileSync('git', ['clone', '--quiet', ROOT, clone]);
  for (const folder of ['node_modules', '.local']) symlinkSync(join(ROOT, folder), join(clone, folder));
  appendFileSync(join(clone, '.git', 'info', 'exclude'), '/node_modules\n/.local\n');
  return clone;
}

async function main() {
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: ROOT, encoding: 'utf8' });
  if (changed) console.log(`HEAD is released, without what is not committed:\n${changed}`);
  const { ensureSetUp, findMaven } = await import('../examples/local/setup/index.mjs' as string);
  if (!findMaven()) throw new Error('the Java package needs Maven (mvn) and a JDK (javac): install both');
  await ensureSetUp(['modules', 'bindings']);

  const clone = cloneOfHead();
  const projen = (task: string) => step(clone, `projen ${task}`, 'npx', 'projen', task);
  try {
    ['bump', 'pre-compile', 'compile', 'package-all'].forEach(projen);
    step(clone, 'the packages in the examples', 'npx', 'jest', '--ci', '--runInBand',
      '--testPathIgnorePatterns', '/node_modules/', '--testMatch', '**/test/package/**/*.test.ts');
    projen('unbump');
    step(clone, 'nothing is left changed', 'git', 'diff', '--ignore-space-at-eol', '--exit-code');
    report(join(clone, 'dist'));
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

function report(dist: string) {
  const text = (file: string) => readFileSync(join(dist, file), 'utf8').trim();
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  console.log(`\ntag ${text('releasetag.txt')}, release notes:\n${text('changelog.md')}\n`);
  if (!text('changelog.md').includes('\n* ')) {
    console.log('They are empty: projen lists only commits like `feat: …` and `fix: …`, and there is none.\n');
  }
  for (const { registry, version, file } of publishedFiles(files, text('version.txt'))) {
    console.log(`${registry} ${version}: ${file} (${Math.ceil(statSync(join(dist, file)).size / 1000)} kB)`);
  }
  const missing = missingInWorkflow(readFileSync(join(ROOT, '.github', 'workflows', 'release.yml'), 'utf8'));
  if (missing.length) throw new Error(`.github/workflows/release.yml lacks:\n${missing.join('\n')}`);
  console.log('\nnpm gets a provenance statement, and npm and PyPI trust the workflow without a token.\n'
    + 'Nothing was published.');
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
