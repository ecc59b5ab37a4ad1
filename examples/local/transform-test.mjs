// `npm run transform-test -- my_transform.py`: runs a transform on sample events, with real Spark and the job's code.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RULED, renderTable } from './report/text-table.cjs';
import { checkPrerequisites, ensureSetUp, python, ROOT } from './setup/index.mjs';
import { fail, LocalRunError } from './support/errors.cjs';

const USAGE = `npm run transform-test -- [options] <path>

Runs the transform of processing.transform, a Python file or a package, on sample events of every protocol, and prints
what it changes. Ends with 1 when it fails, or when its result is one that a deployment would not store.

  --extra <path>     a file or package of processing.extraPythonFiles (any number of them)
  --columns <path>   a JSON file with the columns of processing.columns, like
                     {"cart_value":{"type":"double","property":"cart.value"},"tier":{"type":"string"}}
  --help             print this text
`;

/** Seconds that the start of Spark and the transform may take, on a machine that is busy, too. */
const SECONDS = 600;

function parse(args) {
  const asked = { extra: [], columns: {} };
  const rest = [...args];
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === '--extra') asked.extra.push(path(argument, rest.shift()));
    else if (argument === '--columns') asked.columns = columnsOf(path(argument, rest.shift()));
    else if (argument === '--help') asked.help = true;
    else if (argument.startsWith('--')) {
      throw new LocalRunError(`unknown option ${argument}`, '`npm run transform-test -- --help` lists them');
    } else if (asked.transform !== undefined) {
      throw new LocalRunError('one transform at a time', `${argument} counts as a second one`);
    } else asked.transform = resolve(argument);
  }
  return asked;
}

function path(option, given) {
  if (given && existsSync(given)) return resolve(given);
  throw new LocalRunError(`${option} needs a file that exists, got ${given ?? 'nothing'}`);
}

function columnsOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new LocalRunError(`--columns needs a file of JSON, got ${file}: ${error.message}`);
  }
}

function run(asked) {
  const script = fileURLToPath(new URL('transform/transform_test.py', import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(python, [script], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    timeout: SECONDS * 1000,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      PYSPARK_PYTHON: python,
      SPARK_LOCAL_IP: '127.0.0.1',
      PYTHONPATH: [join(ROOT, 'glue-assets'), process.env.PYTHONPATH].filter(Boolean).join(delimiter),
    },
  });
  if (error?.code === 'ETIMEDOUT') throw new LocalRunError(`the transform did not end within ${SECONDS} s`);
  if (error) throw error;
  const answer = stdout.split('\n').findLast(line => line.startsWith('{'));
  if (status !== 0 || !answer) throw new LocalRunError(`Spark ended with ${status} before it answered:\n${stderr}`);
  // What the transform itself prints.
  process.stdout.write(stdout.slice(0, stdout.lastIndexOf(answer)));
  return JSON.parse(answer);
}

function print({ events, kept, changes }) {
  const table = renderTable(['protocol', 'event', 'column', 'before', 'after'], changes, RULED);
  process.stdout.write(changes.length > 0 ? `${table}\n` : 'The transform changes nothing.\n');
  process.stdout.write(`(${events} events, ${kept} kept)\n`);
}

async function main() {
  const { help, transform, extra, columns } = parse(process.argv.slice(2));
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  if (transform === undefined) throw new LocalRunError(`which transform? ${USAGE}`);
  checkPrerequisites();
  await ensureSetUp(['modules', 'bundles', 'python']);
  const { tsImport } = await import('tsx/esm/api');
  const { checkedModule, sampleLines } = await tsImport('./transform/index.ts', import.meta.url);
  const module = checkedModule(transform, extra);
  const answer = run({ lines: sampleLines(), module, paths: [transform, ...extra], columns });
  if (answer.error !== undefined) throw new LocalRunError([answer.error, answer.details].filter(Boolean).join('\n'));
  print(answer);
}

main().catch(fail);
