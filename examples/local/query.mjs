// `npm run query -- "<sql>"`: asks the tables of the local run. Plain Node, as it needs only the Python environment.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RULED, renderTable } from './report/text-table.cjs';
import { ensureSetUp, python, ROOT } from './setup/index.mjs';
import { fail, LocalRunError } from './support/errors.cjs';

const USAGE = `npm run query -- [options] "<sql>"

Answers from the tables raw, events and bad_events of the local run; columns: docs/tables.md.

  --saved <name>     a query that a deployment saves in Athena (any other name lists them)
  --athena           the SQL is Athena's dialect (default: DuckDB's)
  --file <path>      read the SQL from a file
  --data <folder>    the run to ask (default .local/demo)
  --seconds <number> time limit of the question (default 60)
  --help             print this text

Examples: npm run query -- "select event_name, count(*) as n from events group by 1 order by n desc"
          npm run query -- --saved daily_metrics
`;

const DEFAULT_SECONDS = 60;
const MAX_ANSWER_BYTES = 1024 * 1024 * 1024;

function parse(args) {
  const query = { dialect: 'duckdb', data: '.local/demo', seconds: DEFAULT_SECONDS };
  const rest = [...args];
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === '--athena') query.dialect = 'athena';
    else if (argument === '--data') query.data = rest.shift();
    else if (argument === '--seconds') query.seconds = positive(rest.shift());
    else if (argument === '--saved') query.saved = rest.shift() ?? '';
    else if (argument === '--file') query.sql = fileText(rest.shift());
    else if (argument === '--help') query.help = true;
    else if (argument.startsWith('--')) {
      throw new LocalRunError(`unknown option ${argument}`, '`npm run query -- --help` lists them');
    } else if (query.sql !== undefined) {
      throw new LocalRunError('one question at a time', `put the SQL in quotes, or ${argument} counts as a second one`);
    } else query.sql = argument;
  }
  return query;
}

function positive(text) {
  if (/^[1-9]\d*$/.test(text ?? '')) return Number(text);
  throw new LocalRunError(`--seconds needs a whole number, got ${text ?? 'nothing'}`);
}

function fileText(path) {
  if (!path || !existsSync(path)) throw new LocalRunError(`--file needs a file that exists, got ${path ?? 'nothing'}`);
  return readFileSync(path, 'utf8');
}

/** The SQL as it is synthesized. Only here is TypeScript needed, and with it the Node modules. */
async function savedSql(name) {
  await ensureSetUp(['modules']);
  const { tsImport } = await import('tsx/esm/api');
  const { SAVED_QUERIES } = await tsImport('../../src/query/named-queries.ts', import.meta.url);
  const found = SAVED_QUERIES.find(query => query.name === name);
  if (found) return found.sql;
  const list = SAVED_QUERIES.map(query => `  ${query.name.padEnd(18)} ${query.description}`).join('\n');
  throw new LocalRunError(`no saved query is named "${name}"`, `take one of these:\n${list}`);
}

function ask({ dialect, data, seconds, sql }) {
  const script = fileURLToPath(new URL('lake/query.py', import.meta.url));
  const { status, stdout, error } = spawnSync(python, [script, join(resolve(ROOT, data), 'lake'), dialect, sql], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: MAX_ANSWER_BYTES,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  });
  if (error?.code === 'ETIMEDOUT') {
    throw new LocalRunError(`the lake did not answer within ${seconds} s`,
      'ask for less, or allow more with --seconds <number>');
  }
  if (error) throw error;
  if (status !== 0) throw new LocalRunError(`${python} ended with ${status} before it answered`);
  return JSON.parse(stdout);
}

function print({ columns, rows }) {
  process.stdout.write(`${renderTable(columns, rows, RULED)}\n(${rows.length} row${rows.length === 1 ? '' : 's'})\n`);
}

async function main() {
  const query = parse(process.argv.slice(2));
  if (query.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (query.saved !== undefined) {
    if (query.sql !== undefined) throw new LocalRunError('one question at a time', 'give --saved or SQL');
    Object.assign(query, { dialect: 'athena', sql: await savedSql(query.saved) });
  }
  if (!query.sql?.trim()) throw new LocalRunError(`what is the question? ${USAGE}`);
  await ensureSetUp(['python']);
  const answer = ask(query);
  if (answer.error !== undefined) throw new LocalRunError(answer.error);
  print(answer);
}

main().catch(fail);
