import { existsSync, statSync } from 'fs';
import { basename, dirname, join } from 'path';
import { Token } from 'aws-cdk-lib';
import { InvalidPropertyError } from '../private/validate';

/** A module or package of the user's, as a folder that the CDK makes a zip of. */
export interface PythonModule {
  /** Name that Python imports it by. */
  readonly name: string;
  readonly folder: string;
  readonly exclude: string[];
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

const KEYWORDS = new Set(('False None True and as assert async await break class continue def del elif else except '
  + 'finally for from global if import in is lambda nonlocal not or pass raise return try while with yield')
  .split(' '));

/** Modules of the job's zip, and those that Glue 6.0 or Spark has and the job imports, directly or not. */
const INSTALLED = ('awsglue boto3 botocore certifi clickstream_job clickstream_lakehouse dateutil delta jmespath numpy '
  + 'orjson pandas py4j pyarrow pyspark pytz s3transfer six ua_parser ua_parser_builtins urllib3').split(' ');

/** `sys.stdlib_module_names` of Python 3.13 without those that begin with an underscore. */
const STANDARD_LIBRARY = ('abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 '
  + 'cProfile calendar cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib '
  + 'contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings '
  + 'ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath '
  + 'getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib importlib inspect io '
  + 'ipaddress itertools json keyword linecache locale logging lzma mailbox marshal math mimetypes mmap modulefinder '
  + 'msvcrt multiprocessing netrc nt ntpath nturl2path numbers opcode operator optparse os pathlib pdb pickle '
  + 'pickletools pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr '
  + 'pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select '
  + 'selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 sre_compile sre_constants sre_parse '
  + 'ssl stat statistics string stringprep struct subprocess symtable sys sysconfig syslog tabnanny tarfile tempfile '
  + 'termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle '
  + 'turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser winreg winsound '
  + 'wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo').split(' ');

const TAKEN = new Set([...INSTALLED, ...STANDARD_LIBRARY]);

/**
 * The modules of the properties, the one that transforms first.
 *
 * @throws InvalidPropertyError that names the property, its value, and what it must be
 */
export function pythonModules(transform: string | undefined, extraPythonFiles: string[] = []): PythonModule[] {
  const modules = [
    ...(transform === undefined ? [] : [pythonModule('processing.transform', transform)]),
    ...extraPythonFiles.map(path => pythonModule('processing.extraPythonFiles', path)),
  ];
  const names = modules.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return modules;
  throw new InvalidPropertyError(
    `processing.transform and processing.extraPythonFiles have two modules named ${twice}: rename one`);
}

function pythonModule(property: string, path: string): PythonModule {
  if (Token.isUnresolved(path)) {
    throw new InvalidPropertyError(`${property} must be a path that is known at synthesis, got a token`);
  }
  if (!isPython(path)) {
    throw new InvalidPropertyError(
      `${property} must be a Python file (.py), or a folder with __init__.py, that exists, got '${path}'`);
  }
  const file = basename(path);
  const name = basename(path, '.py');
  if (!IDENTIFIER.test(name) || KEYWORDS.has(name)) {
    throw new InvalidPropertyError(
      `${property} must have a name that Python can import, of letters, digits and underscores, got '${file}'`);
  }
  if (TAKEN.has(name)) {
    throw new InvalidPropertyError(
      `${property} must not have the name of a module that the job imports, got '${file}': rename it`);
  }
  return { name, folder: dirname(join(path)), exclude: ['*', '.*', `!${file}`, `!${file}/**`, '**/__pycache__/**'] };
}

function isPython(path: string): boolean {
  if (!existsSync(path)) return false;
  return statSync(path).isDirectory() ? existsSync(join(path, '__init__.py')) : path.endsWith('.py');
}
