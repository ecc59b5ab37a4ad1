// Fetches the Python packages that the job's zip contains into glue-assets/, by version and hash.
// They lie beside the job's own package: zip, PYTHONPATH and tarball know that folder already.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../examples/local/setup/index.mjs';

const [requirements, target, prefix] = process.argv.slice(2);
/** Pip's own environment: the system's Python may lack pip, while `venv` brings one. */
const PIP = join('.local', 'pip');
const FETCHED = join('.local', 'vendored');
/** What was fetched last, and without which files. */
const STAMP = join(FETCHED, 'fetched.txt');

/** The regular expressions once more, in forms that the job does not load. */
const UNUSED = ['lazy.py', 'regexes.py'].map(file => join(FETCHED, 'ua_parser_builtins', file));

const isVendored = name => name.startsWith(prefix);
const wanted = [readFileSync(requirements, 'utf8'), ...UNUSED].join('\n');
const isCurrent = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted && readdirSync(target).some(isVendored);

function fetchPackages() {
  const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });
  const python = join(PIP, 'bin', 'python');
  if (!existsSync(python)) run(findPython(), '-m', 'venv', PIP);
  rmSync(FETCHED, { recursive: true, force: true });
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--no-deps',
    '--only-binary', ':all:', '--require-hashes', '--requirement', requirements, '--target', FETCHED);
}

if (!isCurrent) {
  fetchPackages();
  for (const name of readdirSync(target).filter(isVendored)) rmSync(join(target, name), { recursive: true });
  for (const name of readdirSync(FETCHED).filter(isVendored)) {
    cpSync(join(FETCHED, name), join(target, name), { recursive: true, filter: file => !UNUSED.includes(file) });
  }
  writeFileSync(STAMP, wanted);
}
