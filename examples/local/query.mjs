// `npm run query -- "<sql>"`: asks the tables of the local run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SetupError } from './prerequisites.mjs';
import { ensureSetUp, fail, python, ROOT } from './setup.mjs';

const USAGE = `npm run query -- [options] "<sql>"

Answers from the tables raw, events and bad_events of the local run; columns: docs/tables.md.

  --athena           the SQL is Athena's dialect, as in src/query/views (default: DuckDB's)
  --file <path>      read the SQL from a file
  --data <folder>    the run to ask (default .local/demo)
  --help             this text

Example: npm run query -- "select event_name, count(*) as n from events group by 1 order by n desc"
`;

function parse(args) {
  const query = { dialect: 'duckdb', data: '.local/demo', sql: undefined, help: false };
  const rest = [...args];
  while (rest.length > 0) {
    const argument = rest.shift();
    if (argument === '--athena') query.dialect = 'athena';
    else if (argument === '--data') query.data = rest.shift();
    else if (argument === '--file') query.sql = fileText(rest.shift());
    else if (argument === '--help') query.help = true;
    else if (argument.startsWith('--')) throw new SetupError(`unknown option ${argument}; \`npm run query -- --help\` lists them`);
    else if (query.sql !== undefined) throw new SetupError(`one question at a time: put the SQL in quotes, or ${argument} is taken for a second one`);
    else query.sql = argument;
  }
  return query;
}

function fileText(path) {
  if (!path || !existsSync(path)) throw new SetupError(`--file needs a file that exists, got ${path ?? 'nothing'}`);
  return readFileSync(path, 'utf8');
}

async function main() {
  const query = parse(process.argv.slice(2));
  if (query.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!query.sql?.trim()) throw new SetupError(`what is the question? ${USAGE}`);
  await ensureSetUp(['python']);
  const { status } = spawnSync(python, [join(ROOT, 'examples', 'local', 'query.py'), join(resolve(ROOT, query.data), 'lake'), query.dialect, query.sql], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

main().catch(fail);
