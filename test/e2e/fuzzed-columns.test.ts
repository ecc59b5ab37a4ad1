import { execFileSync } from 'child_process';
import { writeFileSync } from 'fs';
import { join } from 'path';
import { answered, parsed } from '../collector/function/properties/answered';
import { fuzzedRequest } from '../collector/function/properties/fuzzed-requests';
import { SEED } from '../collector/function/properties/random';
import { FAMILIES } from '../collector/function/properties/shapes';
import { toolchain } from '../support/set-up';
import { temporaryFolder } from '../support/temporary-folder';

const RUNS = 300;

/** Extracts from every row at once: one row that cannot be read fails the whole query. */
const EXTRACT = `import sys, duckdb
path, *payloads = sys.argv[1:]
columns = {column: "VARCHAR" for column in payloads}
rows = duckdb.read_json(path, format="newline_delimited", columns=columns, maximum_object_size=2_000_000)
duckdb.sql("create table events as select * from rows")
for column in payloads:
    duckdb.sql(f"select json_extract_string({column}, '$.k'), json_keys({column}) from events").fetchall()
print(duckdb.sql("select count(*) from events").fetchall()[0][0])`;
const PAYLOADS = ['properties', 'traits', 'contexts', 'consent'];

const folder = temporaryFolder('columns-');

test('DuckDB extracts from the payloads of all that a fuzzer sends', async () => {
  const rows: object[] = [];
  for (const family of FAMILIES) {
    for (let run = 0; run < RUNS; run++) {
      const { lines } = await answered(fuzzedRequest(family, SEED + run).request);
      rows.push(...parsed(lines).filter(({ kind }) => kind === 'event'));
    }
  }
  const file = join(folder, 'rows.json');
  writeFileSync(file, rows.map(row => JSON.stringify(row)).join('\n'));
  const count = execFileSync(toolchain().python, ['-c', EXTRACT, file, ...PAYLOADS], { encoding: 'utf8' });
  expect(Number(count)).toBe(rows.length);
  expect(rows.length).toBeGreaterThan(2_000);
}, 120_000);
