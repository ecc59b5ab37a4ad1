// The programs that must be on the machine before anything can be installed: Node, Java, Python.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LocalRunError } from '../support/errors.cjs';

const MINIMUM_NODE = 20;
/** The Java releases that Spark 4.1 supports. */
const JAVA = { oldest: 17, newest: 21 };
/** The minor releases of Python 3: Glue 6.0 runs the newest. Our code needs the oldest (`Self`, `datetime.UTC`). */
const PYTHON = { newest: 13, oldest: 11 };

function output(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return error || status !== 0 ? undefined : `${stdout}${stderr}`;
}

export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < MINIMUM_NODE) {
    throw new LocalRunError(`Node ${MINIMUM_NODE} or newer is needed, this is Node ${version}`,
      'install it from https://nodejs.org.');
  }
}

/** `17` of `openjdk version "17.0.15" 2025-04-15`. Java 8 calls itself 1.8. */
export function javaMajor(banner) {
  const found = /version "(?:1\.)?(\d+)/.exec(banner);
  return found ? Number(found[1]) : undefined;
}

const JAVA_FIX = 'install Java 17 (Debian/Ubuntu: `sudo apt install openjdk-17-jre-headless`, '
  + 'macOS: `brew install openjdk@17`) or set JAVA_HOME to one.';

/** @returns {string} the java command */
export function findJava(environment = process.env) {
  const java = environment.JAVA_HOME ? join(environment.JAVA_HOME, 'bin', 'java') : 'java';
  const banner = output(java, ['-version']);
  if (banner === undefined) {
    throw new LocalRunError(
      `Java ${JAVA.oldest} or ${JAVA.newest} is needed to run Spark, but \`${java}\` does not start`, JAVA_FIX);
  }
  const major = javaMajor(banner);
  if (major === undefined || major < JAVA.oldest || major > JAVA.newest) {
    throw new LocalRunError(`Java ${JAVA.oldest} to ${JAVA.newest} is needed to run Spark, `
      + `but \`${java}\` is Java ${major ?? 'of an unknown version'}`, JAVA_FIX);
  }
  return java;
}

/** Commands that may start that Python. pyenv's own starts only the releases chosen for the folder. */
function pythonsOf(minor, environment) {
  const versions = join(environment.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const ofPyenv = (existsSync(versions) ? readdirSync(versions) : []).filter(name => name.startsWith(`3.${minor}.`));
  return [`python3.${minor}`, ...ofPyenv.map(name => join(versions, name, 'bin', 'python3'))];
}

/** `[3, 13]`; undefined when the command does not start. */
function pythonVersion(command) {
  const version = output(command, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
  return version?.trim().split('.').map(Number);
}

/** @returns {string} a Python command new enough. PYTHON in the environment overrides the search */
export function findPython(environment = process.env) {
  const minors = [PYTHON.newest, 12, PYTHON.oldest];
  const candidates = environment.PYTHON ? [environment.PYTHON]
    : [...minors.flatMap(minor => pythonsOf(minor, environment)), 'python3', 'python'];
  const tooOld = [];
  for (const candidate of candidates) {
    const version = pythonVersion(candidate);
    if (version === undefined) continue;
    const [major, minor] = version;
    if (major === 3 && minor >= PYTHON.oldest) return candidate;
    tooOld.push(`${candidate} is ${version.join('.')}`);
  }
  const found = tooOld.length > 0 ? tooOld.join(', ') : `none of ${candidates.join(', ')} starts`;
  throw new LocalRunError(`Python 3.${PYTHON.oldest} or newer is needed, but ${found}`, 'install it '
    + '(Debian/Ubuntu: `sudo apt install python3 python3-venv`, macOS: `brew install python@3.13`) '
    + 'or set PYTHON to its path.');
}

/**
 * The Python at the other end of what the job runs on: the oldest beside the newest, the newest beside any other.
 * @returns {{ name: string, command?: string }} without a command when this machine has none
 */
export function otherPython(command, environment = process.env) {
  const minor = pythonVersion(command)?.[1] === PYTHON.newest ? PYTHON.oldest : PYTHON.newest;
  const found = pythonsOf(minor, environment).find(candidate => pythonVersion(candidate)?.[1] === minor);
  return { name: `Python 3.${minor}`, command: found };
}

/** @returns {boolean} whether this machine can build and run the Java package */
export function findMaven() {
  return [['mvn', '--version'], ['javac', '-version']].every(([command, version]) => output(command, [version]));
}

const CHROMES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** @returns {string} the browser that the end-to-end tests drive: tests never download one */
export function findChrome(environment = process.env) {
  const chrome = environment.CHROME_PATH ?? CHROMES.find(existsSync);
  if (chrome === undefined || !existsSync(chrome)) {
    throw new LocalRunError(
      `Chromium is needed to test the pages, but ${chrome ?? CHROMES.join(', ')} does not exist`, 'install it '
      + '(Debian/Ubuntu: `sudo apt install chromium`) or set CHROME_PATH to a Chrome or Chromium binary.');
  }
  return chrome;
}

/** @throws LocalRunError that says which of Node, Java and Python is missing and how to get it */
export function checkPrerequisites() {
  checkNode();
  findJava();
  findPython();
}
