import { execFileSync } from 'child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { CloudFormationTemplate } from '../support/template-graph';

type Templates = Record<string, CloudFormationTemplate>;

const ROOT = join(__dirname, '..', '..');
const TARBALLS = join(ROOT, 'dist', 'js');
const TSX = require.resolve('tsx/cli');

/**
 * An empty app of a stranger, with the tarball that `projen package:js` made.
 *
 * @param peers of the tarball, like `aws-cdk-lib@2.263.0`
 */
export function installTarball(...peers: string[]): string {
  const app = mkdtempSync(join(tmpdir(), 'consumer-'));
  const tarballs = readdirSync(TARBALLS).filter(name => name.endsWith('.tgz'));
  if (tarballs.length !== 1) {
    throw new Error(`dist/js must have one tarball, got ${tarballs.length}: delete it and run "npx projen package:js"`);
  }
  copyFileSync(join(TARBALLS, tarballs[0]), join(app, 'lakehouse.tgz'));
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  execFileSync('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', './lakehouse.tgz', ...peers], {
    cwd: app, stdio: 'pipe',
  });
  return app;
}

/** @returns the templates of an example that is a folder of the app: it has the tarball, not the sources */
export function templatesInApp(app: string, example: string): Templates {
  cpSync(join(ROOT, 'examples', example), join(app, example), { recursive: true });
  return templatesOf(app, [join(app, example, 'main.ts')]);
}

/** @returns the templates of an example by the sources of this repository */
export function templatesOfSources(example: string): Templates {
  return templatesOf(join(ROOT, 'examples', example), ['--tsconfig', '../tsconfig.json', 'main.ts']);
}

function templatesOf(cwd: string, args: string[]): Templates {
  const out = mkdtempSync(join(tmpdir(), 'templates-'));
  try {
    const env = { ...process.env, CDK_OUTDIR: out, CDK_VALIDATION: 'false' };
    execFileSync(process.execPath, [TSX, ...args], { cwd, env, stdio: 'pipe' });
    const files = readdirSync(out).filter(file => file.endsWith('.template.json'));
    return Object.fromEntries(files.map(file => [file, JSON.parse(readFileSync(join(out, file), 'utf8'))]));
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
